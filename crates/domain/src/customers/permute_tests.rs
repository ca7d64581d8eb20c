//! The declaration "by time of event": whatever the order in which a customer's facts arrive, the
//! same is kept of them, and every figure that is read off it is the same.
//!
//! Times are drawn from a few moments, at both sides of midnights, months and years, so that many
//! facts fall on one: what happened at the same moment has no order either.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Fold, Metrics, State, evolve};
use crate::events::{
    Behaviour, Cancellation, Channel, Claim, Complaint, ConsentChange, Delivery, Description,
    Extent, Fact, Happened, Line, LineKind, Order, Origin, PageView, ProductAdded, ProductView,
    Referred, Refund, Review, UnitCost, catalogue,
};
use crate::ids::{FactId, StreamId};
use crate::money::Currency;
use crate::settings::{Catalogue, ShopSettings};
use crate::time::{Calendar, Millis, parse_time};
use crate::trust::Purpose;

/// The last moment of an Iranian year and its neighbours, a month's end, and days so far apart
/// that interests are dropped.
const MOMENTS: [&str; 7] = [
    "2022-11-05T12:00:00Z",
    "2025-01-31T23:59:59.999Z",
    "2025-02-01T00:00:00Z",
    "2025-03-20T20:29:59.999Z",
    "2025-03-20T20:30:00Z",
    "2025-03-20T21:00:00Z",
    "2025-12-31T23:30:00Z",
];
const PRODUCTS: [&str; 5] = ["BEANS", "TIN", "SHIRT", "MUG", "UNKNOWN"];
const WORDS: [Option<&str>; 4] = [None, Some("guide"), Some("offers"), Some("ads")];
const CURRENCIES: [Currency; 2] = [Currency::EUR, Currency::TWD];
const KINDS: [LineKind; 3] = [LineKind::Product, LineKind::Postage, LineKind::Adjustment];

fn fold(calendar: Calendar) -> Fold {
    let cost = |hundredths| {
        let currency = Currency::EUR;
        Some(UnitCost {
            hundredths,
            currency,
        })
    };
    let told = [
        ("BEANS", cost(60_550), Some("coffee")),
        ("TIN", cost(33), Some("coffee")),
        ("SHIRT", None, Some("clothes")),
        ("MUG", cost(50), None),
    ];
    let told = told.map(|(code, cost, category)| {
        let category = category.map(str::to_owned);
        (code.to_owned(), cost, category)
    });
    let settings = ShopSettings {
        zone: "Asia/Tehran".parse().expect("a zone"),
        calendar,
        ..ShopSettings::default()
    };
    Fold::of(&settings, Arc::new(Catalogue::of(told)))
}

fn word() -> impl Strategy<Value = Option<String>> {
    prop::sample::select(&WORDS[..]).prop_map(|word| word.map(str::to_owned))
}

fn product() -> impl Strategy<Value = String> {
    prop::sample::select(&PRODUCTS[..]).prop_map(str::to_owned)
}

fn moment() -> impl Strategy<Value = Millis> {
    prop::sample::select(&MOMENTS[..]).prop_map(|text| {
        let zone = ShopSettings::default().zone;
        parse_time(text, &zone).expect("a time")
    })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let kind = prop::sample::select(&KINDS[..]);
    let line = (product(), 1_i64..4, -300_i64..2_000, kind);
    let line = line.prop_map(|(product, quantity, amount, kind)| Line {
        product,
        quantity,
        amount,
        kind,
    });
    prop::collection::vec(line, 1..4)
}

fn sold() -> impl Strategy<Value = Behaviour> {
    let currency = prop::sample::select(&CURRENCIES[..]);
    let ordered = (currency.clone(), word(), word(), lines());
    let ordered = ordered.prop_map(|(currency, country, source, lines)| {
        Behaviour::Ordered(Order {
            order_id: "1".to_owned(),
            currency,
            country,
            source,
            lines,
        })
    });
    let refunded = (currency, lines()).prop_map(|(currency, lines)| {
        Behaviour::Refunded(Refund {
            refund_id: "R".to_owned(),
            order_id: None,
            currency,
            lines,
            extent: Extent::Told,
        })
    });
    prop_oneof![3 => ordered, 1 => refunded]
}

/// What is told of a few orders after them: each has one fact that orders it.
fn changed() -> impl Strategy<Value = Behaviour> {
    let order_id = (0_usize..3).prop_map(|number| number.to_string());
    let currency = prop::sample::select(&CURRENCIES[..]);
    let updated = (order_id.clone(), currency.clone(), word(), lines());
    let updated = updated.prop_map(|(order_id, currency, source, lines)| {
        Behaviour::OrderUpdated(Order {
            order_id,
            currency,
            country: None,
            source,
            lines,
        })
    });
    let cancelled = order_id.clone().prop_map(|order_id| {
        let reason = None;
        Behaviour::OrderCancelled(Cancellation { order_id, reason })
    });
    let refunded = (order_id, currency, lines(), 0_u32..1_000);
    let refunded = refunded.prop_map(|(order_id, currency, lines, number)| {
        Behaviour::Refunded(Refund {
            refund_id: number.to_string(),
            order_id: Some(order_id),
            currency,
            lines,
            extent: Extent::Told,
        })
    });
    prop_oneof![2 => updated, 1 => cancelled, 2 => refunded]
}

/// Orders, each once, with what was told of them and beside them.
fn orders_and_changes() -> impl Strategy<Value = Vec<Fact>> {
    let currency = prop::sample::select(&CURRENCIES[..]);
    let ordered = prop::collection::vec((moment(), currency, lines()), 3);
    let told = (
        moment(),
        prop_oneof![3 => changed(), 1 => looked(), 1 => said()],
    );
    (ordered, prop::collection::vec(told, 0..12)).prop_map(|(ordered, told)| {
        let ordered = ordered.into_iter().enumerate();
        let ordered = ordered.map(|(number, (at, currency, lines))| {
            let order = Order {
                order_id: number.to_string(),
                currency,
                country: None,
                source: None,
                lines,
            };
            (at, Behaviour::Ordered(order))
        });
        let fact = |(seq, (at, behaviour))| fact(seq, at, Channel::Web, behaviour);
        (1..).zip(ordered.chain(told)).map(fact).collect()
    })
}

fn looked() -> impl Strategy<Value = Behaviour> {
    let page = (any::<bool>(), word(), word()).prop_map(|(starts_visit, content, source)| {
        Behaviour::Viewed(PageView {
            starts_visit,
            content,
            source,
        })
    });
    let viewed = product().prop_map(|product| Behaviour::ProductViewed(ProductView { product }));
    let added = (product(), 1_i64..3).prop_map(|(product, quantity)| {
        Behaviour::ProductAdded(ProductAdded { product, quantity })
    });
    prop_oneof![3 => page, 1 => viewed, 1 => added, 1 => Just(Behaviour::CheckoutStarted)]
}

fn said() -> impl Strategy<Value = Behaviour> {
    let delivered = prop::option::of(moment()).prop_map(|promised_at| {
        Behaviour::Delivered(Delivery {
            order_id: "1".to_owned(),
            promised_at,
            carrier: None,
            parcel: None,
        })
    });
    let reviewed = (1_u8..=5).prop_map(|rating| {
        Behaviour::Reviewed(Review {
            review_id: None,
            product: None,
            rating,
        })
    });
    let purpose = prop::sample::select(&Purpose::ALL[..2]);
    let consent = (purpose, any::<bool>()).prop_map(|(purpose, granted)| {
        Behaviour::ConsentChanged(ConsentChange::new(purpose, granted))
    });
    let described = prop::option::of(moment())
        .prop_map(|registered_at| Behaviour::Described(Description { registered_at }));
    let referred = (1_u8..4).prop_map(|number| {
        let by = StreamId::from_bytes([number; 16]);
        Behaviour::Referred(Referred { by })
    });
    let declared = (0..catalogue::KINDS.len(), 0_i64..3).prop_map(|(place, results)| {
        let results = catalogue::FieldValue::Number(results);
        Behaviour::Happened(Happened {
            name: catalogue::KINDS[place].name.to_owned(),
            fields: [("results".to_owned(), results)].into(),
        })
    });
    let claimed = word().prop_map(|source| {
        Behaviour::Claimed(Claim {
            of: "Order Completed".to_owned(),
            order_id: None,
            amount: Some((100, Currency::EUR)),
            source,
        })
    });
    let plain = prop::sample::select(vec![
        Behaviour::Complained(Complaint::default()),
        Behaviour::Identified,
        Behaviour::Other("Taste Quiz Finished".to_owned()),
    ]);
    prop_oneof![
        delivered, reviewed, consent, described, referred, declared, claimed, plain
    ]
}

/// Facts in the order of their arrival; which stream they came to does not matter here.
fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let channel = prop::sample::select(&Channel::ALL[..3]);
    let told = (moment(), channel, prop_oneof![sold(), looked(), said()]);
    prop::collection::vec(told, 0..24).prop_map(|told| {
        let fact = |(seq, (at, channel, behaviour))| fact(seq, at, channel, behaviour);
        (1..).zip(told).map(fact).collect()
    })
}

fn fact(seq: u64, at: Millis, channel: Channel, behaviour: Behaviour) -> Fact {
    Fact {
        stream: StreamId::from_bytes([1; 16]),
        seq,
        id: FactId::from_bytes([1; 16]),
        stamp: Millis(1_000),
        at,
        received_at: at,
        origin: Origin::Observed,
        channel,
        cause: None,
        behaviour,
    }
}

fn folded(facts: &[Fact], fold: &Fold) -> State {
    let mut state = State::default();
    for fact in facts {
        evolve(&mut state, fact, fold);
    }
    state
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_show(
        (told, shuffled) in facts().prop_flat_map(|told| {
            (Just(told.clone()), Just(told).prop_shuffle())
        }),
    ) {
        for calendar in [Calendar::Gregorian, Calendar::Jalali] {
            let fold = fold(calendar);
            let (one, other) = (folded(&told, &fold), folded(&shuffled, &fold));
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(Metrics::of(&one, &fold), Metrics::of(&other, &fold));
        }
    }

    /// A state is written and read between any two facts; nothing of it gets lost on the way.
    #[test]
    fn a_state_that_was_written_goes_on_as_it_was(told in facts()) {
        let fold = fold(Calendar::Jalali);
        let mut read = State::default();
        for fact in &told {
            evolve(&mut read, fact, &fold);
            let written = serde_json::to_string(&read).expect("a document");
            read = serde_json::from_str(&written).expect("what was written");
        }
        prop_assert_eq!(read, folded(&told, &fold));
    }

    /// What was told of an order is worked out from all of it, so its order does not show either,
    /// and nothing goes back that was never paid.
    #[test]
    fn the_order_in_which_orders_are_changed_does_not_show(
        (told, shuffled) in orders_and_changes().prop_flat_map(|told| {
            (Just(told.clone()), Just(told).prop_shuffle())
        }),
    ) {
        let fold = fold(Calendar::Jalali);
        let (one, other) = (fold.facts(&told), fold.facts(&shuffled));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(Metrics::of(&one, &fold), Metrics::of(&other, &fold));
    }

    /// However late we hear of what, incremental folding and folding anew agree, as they do in a
    /// transaction: a change folds anew, anything else goes on from there.
    #[test]
    fn going_on_from_a_changed_order_is_folding_anew(told in orders_and_changes()) {
        let fold = fold(Calendar::Gregorian);
        let mut state = State::default();
        let mut known: Vec<Fact> = Vec::new();
        for mut fact in told {
            if let Behaviour::Refunded(refund) = &fact.behaviour {
                fact.behaviour = Behaviour::Refunded(refund.beside(&known));
            }
            known.push(fact.clone());
            match fact.behaviour.changes_order() {
                true => state = fold.facts(&known),
                false => evolve(&mut state, &fact, &fold),
            }
            prop_assert_eq!(&state, &fold.facts(&known));
        }
    }
}
