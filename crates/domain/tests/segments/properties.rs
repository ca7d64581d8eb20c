//! What holds of every predicate and every customer.

use std::sync::Arc;

use domain::customers::{Fold, Metrics, Observed, Standing, State, view};
use domain::events::Channel;
use domain::segments::{Attribute, Band, Predicate, Test, explain, explain_for, lower, parse};
use domain::settings::{Catalogue, ShopSettings};
use domain::time::{Day, Millis};
use proptest::collection::vec;
use proptest::prelude::*;
use testkit::questions::{TODAY, metrics, predicate, with_context};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_text_form_is_read_as_the_same_tree(predicate in predicate()) {
        let text = predicate.to_string();
        prop_assert_eq!(parse(&text), Ok(predicate), "{}", text);
    }

    #[test]
    fn a_form_gives_back_what_it_shows(predicate in predicate()) {
        if let Some(rules) = predicate.as_rules() {
            prop_assert_eq!(rules.predicate(), Ok(predicate));
        }
    }

    #[test]
    fn an_explanation_says_what_the_test_answers(
        predicate in predicate(),
        customers in vec(metrics(), 4),
    ) {
        with_context(|context| {
            let test = lower(&predicate, context).expect("random predicates can be lowered");
            for customer in &customers {
                let explained = explain_for(&predicate, context, customer);
                let explained = explained.expect("what can be lowered can be explained");
                prop_assert_eq!(explained.holds, Some(test.holds(customer)), "{}", explained);
            }
            prop_assert!(!explain(&predicate).to_string().is_empty());
            Ok(())
        })?;
    }

    #[test]
    fn a_negation_answers_the_opposite(predicate in predicate(), customer in metrics()) {
        let answer = |predicate: &Predicate| with_context(|context| {
            lower(predicate, context).expect("it can be lowered").holds(&customer)
        });
        prop_assert_eq!(answer(&predicate), !answer(&predicate.clone().negated()));
    }

    #[test]
    fn a_band_is_the_one_that_the_thresholds_say(customer in metrics()) {
        with_context(|context| {
            let thresholds = context.thresholds.expect("they are published");
            for band in Band::ALL {
                let name = Attribute::Band(band).to_string();
                let asked = |band: i64| {
                    let predicate = parse(&format!("{name} == {band}")).expect("a predicate");
                    lower(&predicate, context).expect("it can be lowered").holds(&customer)
                };
                let found: Vec<i64> = (1..=5).filter(|band| asked(*band)).collect();
                let expected: Vec<i64> = thresholds.band(band, &customer).into_iter().collect();
                prop_assert_eq!(found, expected);
            }
            Ok(())
        })?;
    }

    #[test]
    fn hostile_texts_are_refused_and_nothing_worse(pieces in vec(piece(), 0..40)) {
        let text = pieces.concat();
        match parse(&text) {
            Ok(predicate) => {
                prop_assert_eq!(parse(&predicate.to_string()), Ok(predicate), "{}", text);
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.byte), "{error}");
                prop_assert_eq!(text[..error.byte].chars().count() + 1, error.column);
            }
        }
    }
}

/// A piece of a text: often a word of the language, so that some of it is read.
fn piece() -> impl Strategy<Value = String> {
    const WORDS: [&str; 44] = [
        "orders",
        "net",
        "country",
        "last_order",
        "interests",
        "channels",
        "won_back",
        "standing",
        "store.orders",
        "money_band",
        "days_since(",
        "date(\"2011-06-01\")",
        "has(",
        "segment(",
        "\"vip\"",
        "'France'",
        "\"",
        "'",
        "\\",
        "(",
        ")",
        "[",
        "]",
        ",",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        ">=",
        " ",
        "in ",
        "true",
        "3",
        "0.25",
        "-",
        "1e308",
        "\0",
        "\u{202e}",
        "ایران",
        "🏮",
        "\u{301}",
        ".",
    ];
    prop_oneof![
        8 => proptest::sample::select(WORDS.as_slice()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => ".{0,8}",
    ]
}

/// A state with orders on these days of the shop.
fn state(days: &[i32], standing: Standing) -> State {
    let mut observed = Observed::default();
    let mut days: Vec<Day> = days.iter().map(|day| Day(*day)).collect();
    days.sort_unstable();
    days.dedup();
    for (place, day) in days.into_iter().enumerate() {
        let channel = Channel::ALL[place % 2];
        let figures = observed.channels.entry(channel).or_default();
        figures.order_days.push(day);
    }
    let mut state = State {
        observed,
        ..State::default()
    };
    state.decided.standing = standing;
    state
}

proptest! {
    #[test]
    fn standing_is_what_a_view_says(
        days in vec(0..44_i32, 0..4),
        standing in proptest::sample::select(Standing::ALL.as_slice()),
    ) {
        let fold = Fold::of(&ShopSettings::default(), Arc::new(Catalogue::default()));
        let state = state(&days, standing);
        let metrics = Metrics::of(&state, &fold);
        with_context(|context| {
            let now = Millis(i64::from(TODAY.0) * Millis::DAY);
            let seen = view(&state, context.programme, &fold, now);
            prop_assert_eq!(context.standing_of(&metrics), seen.standing);
            for asked in Standing::ALL {
                let text = format!("standing == \"{}\"", asked.word());
                let predicate = parse(&text).expect("a predicate");
                let test: Test = lower(&predicate, context).expect("it can be lowered");
                prop_assert_eq!(test.holds(&metrics), asked == seen.standing, "{}", text);
            }
            if let Some(days) = seen.days_since_last_order {
                let text = format!("days_since(last_order) == {days}");
                let predicate = parse(&text).expect("a predicate");
                let test = lower(&predicate, context).expect("it can be lowered");
                prop_assert!(test.holds(&metrics), "{}", text);
            }
            Ok(())
        })?;
    }
}
