//! Random customers and random questions about them, for the properties that hold the language of
//! predicates equal on every floor.
//!
//! Values are drawn from small pools, so that comparisons are often equal and every answer occurs;
//! what a customer has need not fit together, because no evaluation may rely on that.

use domain::customers::{ChannelMetrics, Metrics, Stage, Standing, Touch, Touchpoint};
use domain::events::Channel;
use domain::money::Currency;
use domain::segments::{
    Attribute, Context, Kind, Literal, Operator, Place, Predicate, Subject, Test, Thresholds, lower,
};
use domain::settings::Programme;
use domain::time::{Day, Millis};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// The day on which the questions are asked.
pub const TODAY: Day = Day(40);
/// The currency in which they are asked.
pub const CURRENCY: Currency = Currency::EUR;
/// Words that customers have and questions name.
const WORDS: [&str; 5] = ["France", "tea", "قهوه", "a\"b\\c' $1", ""];
/// How many draws one customer takes at most.
const DRAWS: usize = 256;

/// Draws that are taken one after the other.
#[derive(Debug)]
struct Draws {
    draws: std::vec::IntoIter<u8>,
    /// Whether everything can be said.
    is_known: bool,
}

impl Draws {
    fn next(&mut self) -> i64 {
        self.draws.next().unwrap_or_default().into()
    }

    fn below(&mut self, end: i64) -> i64 {
        self.next() % end
    }

    /// A value, or nothing in one of four draws.
    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let is_there = self.below(4) > 0 || self.is_known;
        is_there.then(|| value(self))
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        let place = usize::from(self.draws.next().unwrap_or_default());
        values[place % values.len()]
    }

    fn count(&mut self) -> i64 {
        self.below(6)
    }

    /// Minor units; some are below zero, and some are more than 32 bits hold.
    fn money(&mut self) -> i64 {
        match self.below(16) {
            15 => 5_000_000_000_000,
            other => (other - 4) * 50,
        }
    }

    fn share(&mut self) -> i64 {
        self.below(5) * 2_500
    }

    /// A day of the month before [`TODAY`], now and then one after it.
    fn day(&mut self) -> Day {
        Day(i32::try_from(self.below(12) * 4).expect("a small number"))
    }

    fn word(&mut self) -> String {
        self.one_of(&WORDS).to_owned()
    }
}

fn drawn(is_known: bool) -> impl Strategy<Value = Draws> {
    vec(any::<u8>(), DRAWS).prop_map(move |draws| Draws {
        draws: draws.into_iter(),
        is_known,
    })
}

/// Any customer's metrics; a quarter of what can be unknown is.
pub fn metrics() -> impl Strategy<Value = Metrics> {
    drawn(false).prop_map(|mut draws| metrics_of(&mut draws))
}

/// A customer's metrics of which nothing is unknown: every channel has sold, every set has a word.
pub fn metrics_known() -> impl Strategy<Value = Metrics> {
    drawn(true).prop_map(|mut draws| metrics_of(&mut draws))
}

fn metrics_of(draws: &mut Draws) -> Metrics {
    let mut metrics = Metrics {
        orders: draws.count(),
        order_days: draws.count(),
        active_months: draws.count(),
        items: draws.count(),
        items_returned: draws.count(),
        refund_count: draws.count(),
        visits: draws.count(),
        active_days: draws.count(),
        deliveries: draws.count(),
        deliveries_late: draws.count(),
        complaints: draws.count(),
        reviews: draws.count(),
        referrals: draws.count(),
        gross: draws.money(),
        refunds: draws.money(),
        net: draws.money(),
        product: draws.money(),
        discounts: draws.money(),
        margin: draws.maybe(Draws::money),
        average_order: draws.maybe(Draws::money),
        discount_share: draws.maybe(Draws::share),
        return_share: draws.maybe(Draws::share),
        late_share: draws.maybe(Draws::share),
        rating: draws.maybe(|draws| 100 + draws.below(9) * 50),
        usual_hour: draws.maybe(|draws| draws.below(24)),
        won_back: draws.below(3) == 0,
        ..Metrics::default()
    };
    set_days(&mut metrics, draws);
    set_words(&mut metrics, draws);
    metrics.touches = (0..draws.below(4))
        .map(|_| Touch {
            touchpoint: draws.one_of(&Touchpoint::ALL),
            channel: draws.one_of(&Channel::ALL),
            at_s: u32::try_from(draws.below(1 << 31)).expect("31 bits"),
        })
        .collect();
    metrics.by_channel = Channel::ALL
        .into_iter()
        .filter_map(|channel| {
            let has_sold = draws.is_known || draws.below(4) == 0;
            has_sold.then(|| on_channel(channel, draws))
        })
        .collect();
    metrics
}

fn set_days(metrics: &mut Metrics, draws: &mut Draws) {
    let moment = |day: Option<Day>| day.map(|day| Millis(i64::from(day.0) * Millis::DAY));
    metrics.first_seen = draws.maybe(Draws::day);
    metrics.last_seen = draws.maybe(Draws::day);
    metrics.first_order = draws.maybe(Draws::day);
    metrics.second_order = draws.maybe(Draws::day);
    metrics.last_order = draws.maybe(Draws::day);
    metrics.first_visit = draws.maybe(Draws::day);
    metrics.second_visit = draws.maybe(Draws::day);
    metrics.first_seen_at = moment(metrics.first_seen);
    metrics.last_seen_at = moment(metrics.last_seen);
    metrics.first_ordered_at = moment(metrics.first_order);
    metrics.last_ordered_at = moment(metrics.last_order);
}

fn set_words(metrics: &mut Metrics, draws: &mut Draws) {
    metrics.standing = match metrics.won_back {
        true => Standing::WonBack,
        false => draws.one_of(&[Standing::Prospect, Standing::New, Standing::Lapsed]),
    };
    metrics.stage = draws.maybe(|draws| draws.one_of(&Stage::ALL));
    metrics.first_channel = draws.maybe(|draws| draws.one_of(&Channel::ALL));
    metrics.last_channel = draws.maybe(|draws| draws.one_of(&Channel::ALL));
    metrics.country = draws.maybe(Draws::word);
    metrics.source = draws.maybe(Draws::word);
    metrics.content = draws.maybe(Draws::word);
    let (first, count) = (draws.below(5), draws.below(4));
    let count = if draws.is_known { count.max(1) } else { count };
    metrics.interests = (first..first + count)
        .map(|place| WORDS[usize::try_from(place % 5).expect("a rest of five")].to_owned())
        .collect();
    let least = i64::from(draws.is_known);
    metrics.channels = (draws.next() + draws.below(4) * 256).max(least);
    metrics.consents = draws.below(16).max(least);
}

fn on_channel(channel: Channel, draws: &mut Draws) -> ChannelMetrics {
    ChannelMetrics {
        channel,
        first_seen: draws.maybe(Draws::day),
        last_seen: draws.maybe(Draws::day),
        first_order: draws.maybe(Draws::day),
        last_order: draws.maybe(Draws::day),
        orders: draws.count(),
        order_days: draws.count(),
        items: draws.count(),
        refund_count: draws.count(),
        gross: draws.money(),
        refunds: draws.money(),
        net: draws.money(),
        product: draws.money(),
        discounts: draws.money(),
        margin: draws.maybe(Draws::money),
    }
}

/// The segments that questions may ask for, and their texts.
pub const SEGMENTS: [(&str, &str); 3] = [
    ("buyers", "orders > 0"),
    (
        "vip",
        "segment(\"buyers\") && net >= 1 || store.orders in [1, 2]",
    ),
    ("قدیمی", "!segment(\"vip\") && days_since(first_seen) > 20"),
];

/// Runs something with the context in which the questions are asked.
pub fn with_context<T>(ask: impl FnOnce(&Context<'_>) -> T) -> T {
    let programme = Programme {
        lapse_after_days: 16,
        ..Programme::default()
    };
    let thresholds = Thresholds {
        version: 1,
        at: Millis(0),
        last_order: [Day(8), Day(16), Day(16), Day(32)],
        orders: [1, 2, 3, 4],
        net: [-50, 0, 50, 100],
    };
    let text = |name: &str| {
        let found = SEGMENTS.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| (*text).to_owned())
    };
    ask(&Context {
        today: TODAY,
        currency: CURRENCY,
        programme: &programme,
        thresholds: Some(&thresholds),
        segments: &text,
    })
}

/// Any predicate over the whole catalogue that keeps every bound of the language.
pub fn predicate() -> impl Strategy<Value = Predicate> {
    // At most 4³ conditions with at most three values each, which is below the bound of a text.
    condition().prop_recursive(3, 24, 4, |inner| {
        let parts = vec(inner.clone(), 2..=4);
        prop_oneof![
            parts.clone().prop_map(Predicate::all),
            parts.prop_map(Predicate::any),
            inner.prop_map(Predicate::negated),
        ]
    })
}

/// Any test that a predicate comes down to.
pub fn test() -> impl Strategy<Value = Test> {
    predicate().prop_map(|predicate| {
        let test = with_context(|context| lower(&predicate, context));
        test.expect("random predicates can be lowered")
    })
}

fn condition() -> impl Strategy<Value = Predicate> {
    let attributes: Vec<Attribute> = Attribute::all().collect();
    // Those of channels are many: half of the questions are about the customer as a whole.
    let whole = |it: &&Attribute| !matches!(it, Attribute::OnChannel(..));
    let general: Vec<Attribute> = attributes.iter().filter(whole).copied().collect();
    let attribute = prop_oneof![
        proptest::sample::select(general),
        proptest::sample::select(attributes),
    ];
    (attribute, vec(any::<u8>(), 8)).prop_map(|(attribute, draws)| {
        condition_of(
            attribute,
            &mut Draws {
                draws: draws.into_iter(),
                is_known: true,
            },
        )
    })
}

fn condition_of(attribute: Attribute, draws: &mut Draws) -> Predicate {
    let place = Place::default();
    match draws.below(32) {
        0 => return Predicate::Constant(draws.below(2) == 0),
        1 | 2 => {
            let (name, _) = draws.one_of(&SEGMENTS);
            let name = name.to_owned();
            return Predicate::Segment { name, place };
        }
        3..=5 => return Predicate::Has { attribute, place },
        _ => {}
    }
    let kind = attribute.kind();
    match kind {
        Kind::YesNo => return Predicate::Is { attribute, place },
        Kind::Words | Kind::Flags => {
            let word = word_for(attribute, draws);
            return Predicate::Contains {
                attribute,
                word,
                place,
            };
        }
        _ => {}
    }
    let is_since = kind == Kind::Day && draws.below(2) == 0;
    let subject = match is_since {
        true => Subject::DaysSince(attribute),
        false => Subject::Of(attribute),
    };
    if draws.below(4) == 0 {
        let values = (0..=draws.below(3)).map(|_| literal(subject, draws));
        let values = values.collect();
        return Predicate::OneOf {
            subject,
            values,
            place,
        };
    }
    let operator = match kind {
        Kind::Word => draws.one_of(&[Operator::Equal, Operator::NotEqual]),
        _ => draws.one_of(&Operator::ALL),
    };
    let value = literal(subject, draws);
    Predicate::Compare {
        subject,
        operator,
        value,
        place,
    }
}

fn word_for(attribute: Attribute, draws: &mut Draws) -> String {
    match attribute.vocabulary() {
        Some(vocabulary) => draws.one_of(&vocabulary).to_owned(),
        None => draws.word(),
    }
}

/// A value with which a subject can be compared, from the same pool as what customers have.
fn literal(subject: Subject, draws: &mut Draws) -> Literal {
    let attribute = subject.attribute();
    let number =
        |minor: i64, decimals: u32| Literal::Number(Decimal::new(minor, decimals).normalize());
    match (subject, attribute.kind()) {
        (Subject::DaysSince(_), _) => number(draws.below(12) * 4, 0),
        (_, Kind::Day) => Literal::Day(draws.day()),
        (_, Kind::Word | Kind::Words | Kind::Flags | Kind::YesNo) => {
            Literal::Word(word_for(attribute, draws))
        }
        (_, Kind::Money) => number(draws.money(), CURRENCY.exponent()),
        (_, Kind::Share) => number(draws.share(), 4),
        (_, Kind::Rating) => number(100 + draws.below(9) * 50, 2),
        (_, Kind::Hour) => number(draws.below(24), 0),
        (_, Kind::Band) => number(1 + draws.below(5), 0),
        (_, Kind::Count) => number(draws.count(), 0),
    }
}
