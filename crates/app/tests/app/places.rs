//! Channels and the experience, against plain counts over the facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::insight::{Channels, ChannelsOf, Experience, ExperienceCell, GroupKind, Insight, Outlet};
use domain::customers::Touchpoint;
use domain::events::{Behaviour, Channel, Sums};
use domain::insight::RangeAsked;
use domain::time::{Day, Millis};
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::Seed;
use testkit::world::{World, WorldOptions};

/// A fact as the log keeps it.
struct Told {
    at: i64,
    channel: Channel,
    behaviour: Behaviour,
}

/// The facts of every customer.
fn told(shop: &Fixture) -> Vec<Vec<Told>> {
    let rows = testkit::rows::query(
        shop.store(),
        "SELECT streams.root AS root, at, channel, name, behaviour
           FROM facts JOIN streams ON streams.id = facts.stream
          WHERE kind <> 'decided'
          ORDER BY root, at, facts.stream, seq",
        &[],
    );
    let mut told: BTreeMap<[u8; 16], Vec<Told>> = BTreeMap::new();
    for row in rows {
        let text = |name: &str| row.text(name).expect("a text").to_owned();
        let behaviour = Behaviour::read(&text("name"), &text("behaviour"));
        told.entry(row.id("root").expect("a root"))
            .or_default()
            .push(Told {
                at: row.int("at").expect("a moment"),
                channel: text("channel").parse().expect("a channel"),
                behaviour: behaviour.expect("a fact"),
            });
    }
    told.into_values().collect()
}

fn is_order(behaviour: &Behaviour) -> bool {
    matches!(behaviour, Behaviour::Ordered(order) if Sums::of(&order.lines).amount > 0)
}

fn touchpoint(behaviour: &Behaviour) -> Option<Touchpoint> {
    Some(match behaviour {
        Behaviour::Viewed(_) => Touchpoint::Visited,
        Behaviour::ProductViewed(_) => Touchpoint::Considered,
        Behaviour::ProductAdded(_) => Touchpoint::Basket,
        Behaviour::CheckoutStarted => Touchpoint::Checkout,
        Behaviour::Ordered(_) if is_order(behaviour) => Touchpoint::Ordered,
        Behaviour::Delivered(_) => Touchpoint::Received,
        Behaviour::Reviewed(_) => Touchpoint::Reviewed,
        Behaviour::Complained(_) => Touchpoint::Help,
        Behaviour::Refunded(_) => Touchpoint::Return,
        _ => return None,
    })
}

fn ready<T>(insight: Insight<T>) -> Arc<T> {
    match insight {
        Insight::Ready(answer) => answer,
        Insight::Warming(percent) => panic!("only {percent} % are read"),
    }
}

/// How many customers there are for whom a predicate holds.
fn held(shop: &Fixture, predicate: &str) -> u64 {
    let question = shop.app().question(predicate).expect("it can be asked");
    let population = shop.app().population().ready().expect("it was read");
    population.count(&question.test) as u64
}

fn small_world(number: u64) -> (Seed, World) {
    let seed = Seed::from_env_or(number);
    (seed, World::new(WorldOptions::small(seed)))
}

/// The latest second of each place, as it is counted.
type Latest = BTreeMap<(Touchpoint, Channel), i64>;

fn latest(facts: &[Told]) -> Latest {
    let mut latest = Latest::new();
    for fact in facts {
        if let Some(touchpoint) = touchpoint(&fact.behaviour) {
            let second = latest.entry((touchpoint, fact.channel)).or_insert(0);
            *second = (*second).max(fact.at / 1_000);
        }
    }
    latest
}

fn patience_s(touchpoint: Touchpoint) -> i64 {
    86_400
        * match touchpoint {
            Touchpoint::Checkout => 1,
            Touchpoint::Visited | Touchpoint::Considered | Touchpoint::Basket => 7,
            Touchpoint::Ordered => 30,
            _ => 90,
        }
}

/// What there must be at one place, counted customer by customer.
fn check_cell(cell: &ExperienceCell, everybody: &[Latest], from: i64, now: i64) {
    let key = (cell.touchpoint, cell.channel);
    let (mut entered, mut stopped, mut watched, mut took) = (0, 0, 0, Vec::new());
    for latest in everybody {
        let Some(at) = latest.get(&key).copied().filter(|at| *at >= from) else {
            continue;
        };
        entered += 1;
        let later = latest.iter().filter(|((touchpoint, _), second)| {
            cell.touchpoint.followed_by().contains(touchpoint) && **second >= at
        });
        let next = later.map(|(_, second)| *second).min();
        let is_watched = now - at > patience_s(cell.touchpoint);
        watched += u64::from(is_watched);
        stopped += u64::from(is_watched && next.is_none());
        took.extend(next.map(|next| next - at));
    }
    assert_eq!(cell.entered, entered, "{key:?}");
    took.sort_unstable();
    let arrives = everybody
        .iter()
        .any(|it| it.contains_key(&(Touchpoint::Received, cell.channel)));
    if cell.touchpoint == Touchpoint::Ordered && !arrives {
        assert_eq!((cell.stops, cell.went_on), (None, 0), "{key:?}");
        return;
    }
    assert_eq!(cell.went_on, took.len() as u64, "{key:?}");
    let middle = took.len().div_ceil(2).checked_sub(1).map(|at| took[at]);
    assert_eq!(cell.median_s.map(i64::from), middle, "{key:?}");
    match cell.stops {
        Some(stops) => assert_eq!(
            (stops.stopped, stops.watched),
            (stopped, watched),
            "{key:?}"
        ),
        None => assert_eq!(watched, 0, "{key:?}"),
    }
    assert_eq!(cell.waiting + cell.went_on + stopped, entered, "{key:?}");
}

#[test]
fn the_experience_is_what_the_facts_say() {
    let (seed, world) = small_world(31);
    let _guard = seed.guard();
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        let told = told(&shop);
        let everybody: Vec<Latest> = told.iter().map(|facts| latest(facts)).collect();
        let now = told.iter().flatten().map(|it| it.at).max().expect("facts") / 1_000;
        let zone = shop.app().in_force().settings.zone.clone();
        for days in [0, 30, 365] {
            let experience: Arc<Experience> =
                ready(shop.app().experience(days).expect("an answer"));
            let from = match days {
                0 => 0,
                days => {
                    let today = zone.day(Millis(now * 1_000)).0;
                    zone.day_start(Day(today - i32::try_from(days).expect("few") + 1))
                        .0
                        / 1_000
                }
            };
            let there: BTreeSet<_> = everybody
                .iter()
                .flatten()
                .filter(|(_, at)| **at >= from)
                .map(|(key, _)| *key)
                .collect();
            let cells = experience.cells.iter();
            let cells: BTreeSet<_> = cells.map(|it| (it.touchpoint, it.channel)).collect();
            assert_eq!(cells, there, "{days} days");
            for cell in &experience.cells {
                check_cell(cell, &everybody, from, now);
                held(&shop, &cell.predicate);
            }
            let somewhere = everybody
                .iter()
                .filter(|it| it.values().any(|at| *at >= from));
            assert_eq!(experience.customers, somewhere.count() as u64);
        }
        let all = ready(shop.app().experience(0).expect("an answer"));
        let told_of: BTreeSet<_> = all.cells.iter().map(|it| it.touchpoint).collect();
        assert_eq!(
            told_of.len(),
            Touchpoint::ALL.len(),
            "the world fills the page"
        );
        assert!(!all.worst.is_empty() && all.worst.len() <= 3);
    });
}

/// What one customer bought where.
#[derive(Debug, Default)]
struct Bought {
    orders: i64,
    days: BTreeSet<Day>,
    outlets: BTreeSet<Outlet>,
    net: i64,
    first: Option<(i64, Channel)>,
    touched: BTreeSet<Touchpoint>,
}

fn bought(shop: &Fixture, facts: &[Told]) -> Bought {
    let settings = &shop.app().in_force().settings;
    let mut bought = Bought::default();
    for fact in facts {
        bought.touched.extend(touchpoint(&fact.behaviour));
        match &fact.behaviour {
            Behaviour::Ordered(order) if is_order(&fact.behaviour) => {
                bought.orders += 1;
                bought.days.insert(settings.zone.day(Millis(fact.at)));
                bought.outlets.insert(Outlet::of(fact.channel));
                bought.first.get_or_insert((fact.at, fact.channel));
                if order.currency == settings.currency {
                    bought.net += Sums::of(&order.lines).amount;
                }
            }
            Behaviour::Refunded(refund) if refund.currency == settings.currency => {
                bought.net -= Sums::of(&refund.lines).amount;
            }
            _ => {}
        }
    }
    bought
}

fn check_groups(shop: &Fixture, channels: &Channels, buyers: &[Bought]) {
    assert_eq!(channels.buyers, buyers.len() as u64);
    let sizes: u64 = channels.groups.iter().map(|it| it.customers).sum();
    assert_eq!(sizes, channels.buyers, "everybody is in one group");
    for group in &channels.groups {
        let is_in = |it: &&Bought| match group.kind {
            GroupKind::Only(outlet) => it.outlets == BTreeSet::from([outlet]),
            GroupKind::Several => it.outlets.len() > 1,
        };
        let those: Vec<&Bought> = buyers.iter().filter(is_in).collect();
        assert_eq!(group.customers, those.len() as u64, "{:?}", group.kind);
        assert_eq!(group.customers, held(shop, &group.predicate), "{group:?}");
        assert_eq!(group.orders, those.iter().map(|it| it.orders).sum::<i64>());
        assert_eq!(group.net, those.iter().map(|it| it.net).sum::<i64>());
        let repeat = those.iter().filter(|it| it.days.len() > 1).count();
        assert_eq!(group.repeat, repeat as u64);
        let baskets = those
            .iter()
            .filter(|it| it.touched.contains(&Touchpoint::Basket));
        assert_eq!(group.passed[2], baskets.count() as u64);
    }
    for overlap in &channels.overlaps {
        let outlets: BTreeSet<Outlet> = overlap.outlets.iter().copied().collect();
        let those = buyers.iter().filter(|it| it.outlets == outlets).count() as u64;
        assert_eq!(overlap.customers, those, "{outlets:?}");
        assert_eq!(
            overlap.customers,
            held(shop, &overlap.predicate),
            "{overlap:?}"
        );
    }
    for first in &channels.firsts {
        let is_in = |it: &&Bought| {
            it.first
                .is_some_and(|(_, it)| Outlet::of(it) == first.outlet)
        };
        assert_eq!(first.buyers, buyers.iter().filter(is_in).count() as u64);
        assert_eq!(first.buyers, held(shop, &first.predicate), "{first:?}");
    }
}

#[test]
fn channels_are_what_the_facts_say() {
    let (seed, world) = small_world(32);
    let _guard = seed.guard();
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        let told = told(&shop);
        let bought = told.iter().map(|facts| bought(&shop, facts));
        let buyers: Vec<Bought> = bought.filter(|it| it.orders > 0).collect();
        let ask = |asked: &RangeAsked| -> Arc<ChannelsOf> {
            ready(shop.app().channels_of(asked).expect("an answer"))
        };
        let all = ask(&RangeAsked::default());
        check_groups(&shop, &all.channels, &buyers);
        let several = all.channels.groups.last().expect("buyers");
        assert_eq!(several.kind, GroupKind::Several, "the world has some");

        let month = all.history.expect("orders").to();
        let asked = RangeAsked {
            from: month.to_string(),
            to: month.to_string(),
            compare: String::new(),
        };
        let of = ask(&asked);
        let settings = shop.app().in_force().settings.clone();
        let is_chosen = |it: &Bought| {
            let (at, _) = it.first.expect("a buyer");
            settings.calendar.month_of(settings.zone.day(Millis(at))) == month
        };
        let chosen: Vec<Bought> = buyers.into_iter().filter(is_chosen).collect();
        check_groups(&shop, &of.channels, &chosen);

        let wrong = RangeAsked {
            from: "soon".to_owned(),
            ..RangeAsked::default()
        };
        let of = ask(&wrong);
        assert!(of.chosen.is_err());
        assert_eq!(of.channels, all.channels, "everything is shown");
    });
}
