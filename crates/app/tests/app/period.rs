//! The figures of any months, and of those they are compared with, against plain sums over what
//! was told.

use std::collections::{BTreeMap, BTreeSet};

use app::insight::{
    Compared, ComparedWith, Insight, MonthFigures, OverviewOf, OverviewPeriod, Pair,
};
use domain::events::Event;
use domain::insight::{Against, LAPSE_MONTHS, MonthRange, RangeAsked, RangeError};
use domain::settings::ShopSettings;
use domain::time::{Calendar, Day, Millis, Month, Zone};
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::seeds::{Draws, Seed};
use testkit::told::{START, event, is_accepted, order, refunded, user};

/// What somebody did on a day.
#[derive(Debug, Clone, Copy)]
struct Deed {
    who: u64,
    day: Day,
    ordered: i64,
    refunded: i64,
}

/// Everything that was told, to be gone through one by one.
struct Deeds {
    calendar: Calendar,
    deeds: Vec<Deed>,
}

const PEOPLE: u64 = 16;
const DAYS: u64 = 1_100;

/// Three years of a few people: some come once, some pause for long, some send things back.
fn told(draws: &mut Draws, zone: &Zone, calendar: Calendar) -> (Vec<Event>, Deeds) {
    let mut moments: Vec<(Millis, u64)> = (0..PEOPLE)
        .flat_map(|who| {
            let count = 1 + draws.below(9);
            (0..count)
                .map(|_| (draws.below(DAYS), who))
                .collect::<Vec<_>>()
        })
        .map(|(day, who)| (START.plus(-(day as i64) * Millis::DAY + 7_200_000), who))
        .collect();
    moments.sort();
    let mut deeds = Vec::new();
    let mut events = Vec::new();
    for (number, (at, who)) in moments.into_iter().enumerate() {
        let name = user(usize::try_from(who).expect("few people"));
        // Some orders are worth nothing, and are none.
        let amount = if draws.percent(8) {
            0
        } else {
            draws.between(1, 900)
        };
        let is_refund = draws.percent(15);
        let id = format!("{number}");
        events.push(match is_refund {
            true => event(&id, &[name], at, refunded(&id, amount)),
            false => order(&id, &name, at, amount),
        });
        deeds.push(Deed {
            who,
            day: zone.day(at),
            ordered: if is_refund { 0 } else { amount },
            refunded: if is_refund { amount } else { 0 },
        });
    }
    (events, Deeds { calendar, deeds })
}

impl Deeds {
    fn month(&self, day: Day) -> Month {
        self.calendar.month_of(day)
    }

    fn orders(&self) -> impl Iterator<Item = &Deed> {
        self.deeds.iter().filter(|deed| deed.ordered > 0)
    }

    fn history(&self) -> MonthRange {
        let first = self.orders().map(|deed| deed.day).min().expect("orders");
        let last = self.deeds.iter().map(|deed| deed.day).max();
        MonthRange::new(self.month(first), self.month(last.expect("deeds"))).expect("in order")
    }

    /// The months in which everybody ordered, in order.
    fn months(&self) -> BTreeMap<u64, Vec<Month>> {
        let mut months: BTreeMap<u64, BTreeSet<Month>> = BTreeMap::new();
        for deed in self.orders() {
            months
                .entry(deed.who)
                .or_default()
                .insert(self.month(deed.day));
        }
        let listed = |(who, months): (u64, BTreeSet<Month>)| (who, months.into_iter().collect());
        months.into_iter().map(listed).collect()
    }

    fn sums(&self, (from, to): (i32, i32)) -> MonthFigures {
        let mut sums = MonthFigures::default();
        for deed in self
            .deeds
            .iter()
            .filter(|it| (from..=to).contains(&it.day.0))
        {
            sums.orders += i64::from(deed.ordered > 0);
            sums.gross += deed.ordered;
            sums.refunds += deed.refunded;
        }
        sums.net = sums.gross - sums.refunds;
        sums.product = sums.net;
        sums
    }

    /// Who ordered, was won back and lapsed in some months, and who of the lapsed is away.
    fn flow(&self, range: MonthRange) -> [u64; 4] {
        let months = self.months();
        let count = |holds: &dyn Fn(&[Month]) -> bool| {
            months.values().filter(|months| holds(months)).count() as u64
        };
        let lapse = |month: Month| Month(month.0 + LAPSE_MONTHS);
        let paused = |pair: &[Month]| pair[1].0 - pair[0].0 > LAPSE_MONTHS;
        let is_away = |months: &[Month]| {
            let last = months.last().copied();
            last.is_some_and(|last| range.holds(lapse(last)))
        };
        let came_back = |pair: &[Month]| paused(pair) && range.holds(pair[1]);
        let paused_within = |pair: &[Month]| paused(pair) && range.holds(lapse(pair[0]));
        [
            count(&|it| it.iter().any(|month| range.holds(*month))),
            count(&|it| it.windows(2).any(came_back)),
            count(&|it| is_away(it) || it.windows(2).any(paused_within)),
            count(&is_away),
        ]
    }

    fn newcomers(&self, (from, to): (i32, i32)) -> u64 {
        let mut firsts: BTreeMap<u64, Day> = BTreeMap::new();
        for deed in self.orders() {
            let first = firsts.entry(deed.who).or_insert(deed.day);
            *first = deed.day.min(*first);
        }
        firsts
            .values()
            .filter(|day| (from..=to).contains(&day.0))
            .count() as u64
    }

    fn days(&self, range: MonthRange) -> (i32, i32) {
        let start = |month: Month| self.calendar.month_start(month).0;
        (start(range.from()), start(Month(range.to().0 + 1)) - 1)
    }

    fn newest(&self) -> i32 {
        self.deeds
            .iter()
            .map(|deed| deed.day.0)
            .max()
            .expect("deeds")
    }
}

fn asked(shop: &Fixture, range: MonthRange, against: Against) -> OverviewPeriod {
    let asked = RangeAsked {
        from: range.from().to_string(),
        to: range.to().to_string(),
        compare: against.word().to_owned(),
    };
    let of = shop.app().overview_of(&asked).expect("an overview");
    of.period.expect("these months are in the history")
}

/// How many customers there are for whom a predicate holds.
fn held(shop: &Fixture, predicate: &str) -> u64 {
    let question = shop.app().question(predicate).expect("it can be asked");
    let population = shop.app().population().ready().expect("it was followed");
    population.count(&question.test) as u64
}

fn check_period(shop: &Fixture, deeds: &Deeds, range: MonthRange, against: Against) {
    let got = asked(shop, range, against);
    let (first, end) = deeds.days(range);
    let is_running = range.to() == deeds.history().to();
    let last = if is_running { deeds.newest() } else { end };
    assert_eq!(got.days, (first, last), "{range:?}");
    assert_eq!(got.is_running, is_running, "{range:?}");
    assert_eq!(got.figures, deeds.sums((first, end)), "{range:?}");
    let flow = &got.flow;
    let counted = [flow.ordered, flow.won_back, flow.lapsed, flow.still_away];
    assert_eq!(counted, deeds.flow(range), "{range:?}");
    assert_eq!(flow.new, deeds.newcomers((first, end)), "{range:?}");
    assert_eq!(held(shop, &got.doors.new), flow.new);
    assert_eq!(held(shop, &got.doors.still_away), flow.still_away);
    for (door, count) in [
        (&got.doors.ordered, flow.ordered),
        (&got.doors.gross, flow.ordered),
        (&got.doors.lapsed, flow.lapsed),
    ] {
        if let Some(door) = door {
            assert_eq!(held(shop, door), count, "{range:?}: {door}");
        }
    }
    assert_eq!(got.months.len(), range.months().len());
    let orders: i64 = got.months.iter().map(|month| month.figures.orders).sum();
    assert_eq!(orders, got.figures.orders);
    match (range.compared(against), got.compared) {
        (None, None) => {}
        (Some(with), Some(compared)) => check_compared(deeds, range, with, &compared),
        (expected, got) => panic!("{range:?}: {got:?} is not {expected:?}"),
    }
}

fn check_compared(deeds: &Deeds, range: MonthRange, with: MonthRange, compared: &Compared) {
    let begins = deeds.deeds.iter().map(|deed| deed.day.0).min();
    let (first, end) = deeds.days(with);
    if begins.is_some_and(|begins| first < begins) {
        assert!(matches!(compared, Compared::Outside { .. }), "{compared:?}");
        return;
    }
    let Compared::With(got) = compared else {
        panic!("{range:?} can be compared with {with:?}");
    };
    let is_running = range.to() == deeds.history().to();
    let of_month = |day: i32| deeds.calendar.date(Day(day)).2;
    let is_same_day = |day: &i32| {
        deeds.month(Day(*day)) == with.to() && of_month(*day) <= of_month(deeds.newest())
    };
    let last = match is_running {
        true => (first..=end)
            .filter(is_same_day)
            .max()
            .expect("a first day"),
        false => end,
    };
    assert_eq!((got.range, got.days), (with, (first, last)));
    assert_eq!(got.figures, deeds.sums((first, last)), "{range:?}");
    let is_early = with.from().0 < deeds.history().from().0 + LAPSE_MONTHS;
    let new = (!is_early).then(|| deeds.newcomers((first, last)));
    assert_eq!(got.new, new, "{range:?}");
    check_pairs(deeds, (range, with), is_running, got);
}

fn check_pairs(
    deeds: &Deeds,
    (range, with): (MonthRange, MonthRange),
    is_running: bool,
    got: &ComparedWith,
) {
    let cut = |range: MonthRange| match is_running {
        true => range.without_last(),
        false => Some(range),
    };
    let both = cut(range).zip(cut(with));
    let pair = |place: usize| match both {
        None => Pair::Running,
        Some((now, before)) => Pair::Of {
            now: deeds.flow(now)[place],
            before: deeds.flow(before)[place],
        },
    };
    let is_early = with.from().0 < deeds.history().from().0 + LAPSE_MONTHS;
    let later = |place: usize| {
        if is_early {
            Pair::TooEarly
        } else {
            pair(place)
        }
    };
    assert_eq!(
        (got.ordered, got.won_back, got.lapsed),
        (pair(0), later(1), later(2)),
        "{range:?} with {with:?}"
    );
}

fn shop_of(engine: store::Engine, calendar: Calendar, zone: &Zone) -> Fixture {
    let shop = Fixture::new(engine);
    let settings = ShopSettings {
        zone: zone.clone(),
        calendar,
        ..ShopSettings::default()
    };
    shop.app().settings_put(settings).expect("settings");
    shop
}

#[test]
fn any_months_add_up_to_what_was_told() {
    let seed = Seed::from_env_or(61);
    let _guard = seed.guard();
    let tehran: Zone = "Asia/Tehran".parse().expect("a zone");
    both(|engine| {
        for (name, calendar, zone) in [
            ("gregorian", Calendar::Gregorian, Zone::utc()),
            ("jalali", Calendar::Jalali, tehran.clone()),
        ] {
            let mut draws = seed.child(name).draws();
            let shop = shop_of(engine, calendar, &zone);
            let (events, deeds) = told(&mut draws, &zone, calendar);
            assert!(shop.record(events).iter().all(is_accepted));
            shop.settle();
            let history = deeds.history();
            for against in Against::ALL {
                check_period(&shop, &deeds, history, against);
                check_period(&shop, &deeds, MonthRange::one(history.to()), against);
            }
            for _ in 0..60 {
                let mut month =
                    || Month(draws.between(history.from().0.into(), history.to().0.into()) as i32);
                let (one, other) = (month(), month());
                let range = MonthRange::new(one.min(other), one.max(other)).expect("in order");
                let against = *draws.pick(&Against::ALL);
                check_period(&shop, &deeds, range, against);
                check_cohorts(&shop, &deeds, range);
            }
        }
    });
}

fn check_cohorts(shop: &Fixture, deeds: &Deeds, range: MonthRange) {
    let asked = RangeAsked {
        from: range.from().to_string(),
        to: range.to().to_string(),
        compare: String::new(),
    };
    let of = match shop.app().retention_of(&asked).expect("an answer") {
        Insight::Ready(of) => of,
        Insight::Warming(percent) => panic!("still warming, {percent} %"),
    };
    let period = of.period.as_ref().expect("months of the history");
    let buyers = deeds.newcomers(deeds.days(range));
    let people = period.second_order.as_ref().map_or(0, |it| it.people);
    assert_eq!(people, buyers, "{range:?}");
    let sizes: u64 = period.cohorts.iter().map(|row| u64::from(row.size)).sum();
    assert_eq!(sizes, buyers, "{range:?}");
    assert_eq!(held(shop, &period.predicate), buyers, "{range:?}");
    let all = of.retention.second_order.as_ref().map(|it| it.people);
    assert_eq!(all, Some(deeds.months().len() as u64));
}

#[test]
fn what_is_asked_wrongly_still_has_the_whole_history() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let ask = |from: &str, to: &str| -> OverviewOf {
            let asked = RangeAsked {
                from: from.to_owned(),
                to: to.to_owned(),
                compare: String::new(),
            };
            shop.app().overview_of(&asked).expect("an overview")
        };
        assert_eq!(ask("2024-12", "").chosen, Err(RangeError::NoHistory));
        shop.record(vec![order("1", &user(1), START, 100)]);
        shop.settle();
        shop.clock().set(shop.clock().now().plus(Millis::DAY));
        for (from, to) in [
            ("2024", ""),
            ("", "x"),
            ("2025-02", "2024-12"),
            ("2030-01", ""),
        ] {
            let of = ask(from, to);
            assert!(of.chosen.is_err() && of.period.is_none(), "{from} {to}");
            assert_eq!(of.overview.months.len(), 1, "{from} {to}");
        }
        let everything = ask("", "");
        assert!(everything.chosen.is_ok() && everything.period.is_none());
    });
}
