//! The language is a part of CEL: an interpreter of CEL gives the same answers about customers of
//! whom nothing is unknown (CEL has errors where this language has false).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cel::{Context, Program, Value};
use domain::customers::{Metrics, has_lapsed};
use domain::events::Channel;
use domain::segments::{self, Attribute, Column, Kind, Predicate};
use domain::time::{Zone, parse_time};
use domain::trust::Purpose;
use proptest::prelude::*;
use rust_decimal::Decimal;
use testkit::questions::{CURRENCY, SEGMENTS, TODAY, metrics_known, predicate, with_context};

/// A number as CEL has it: the double that is nearest to the decimal.
fn double(number: Decimal) -> Value {
    let text = number.to_string();
    Value::Float(text.parse().expect("a decimal is a number"))
}

fn words<'w>(words: impl Iterator<Item = &'w str>) -> Value {
    Value::from(words.collect::<Vec<&str>>())
}

/// Where a customer stands, told once more in other words.
fn standing(metrics: &Metrics, asked: &segments::Context<'_>) -> &'static str {
    match metrics.last_order {
        None => "prospect",
        Some(day) if has_lapsed(day, asked.programme, asked.today) => "lapsed",
        Some(_) if metrics.won_back => "won_back",
        Some(_) if metrics.order_days == 1 => "new",
        Some(_) => "returning",
    }
}

/// What CEL is told of an attribute.
fn value(attribute: Attribute, metrics: &Metrics, asked: &segments::Context<'_>) -> Value {
    let number = match attribute {
        Attribute::Standing => return Value::from(standing(metrics, asked)),
        Attribute::Word(column) if attribute.kind() == Kind::Word => {
            return Value::from(column.words(metrics).next().expect("every word is known"));
        }
        Attribute::Word(column) => return words(column.words(metrics)),
        Attribute::Number(Column::Channels) => {
            let set = Channel::ALL
                .into_iter()
                .filter(|it| metrics.channels & it.bit() != 0);
            return words(set.map(Channel::word));
        }
        Attribute::Number(Column::Consents) => {
            let set = Purpose::ALL
                .into_iter()
                .filter(|it| metrics.consents & it.bit() != 0);
            return words(set.map(Purpose::word));
        }
        Attribute::Number(Column::WonBack) => return Value::from(metrics.won_back),
        Attribute::Number(column) => column.value(metrics),
        Attribute::OnChannel(channel, column) => column.of(metrics, channel),
        Attribute::Band(band) => asked.thresholds.and_then(|it| it.band(band, metrics)),
    };
    let number = number.expect("every number is known");
    match attribute.kind() {
        Kind::Money => double(CURRENCY.decimal(number)),
        Kind::Share => double(Decimal::new(number, 4)),
        Kind::Rating => double(Decimal::new(number, 2)),
        _ => Value::from(number),
    }
}

/// The variables and functions of the language, as CEL is told them.
fn context(
    metrics: &Metrics,
    asked: &segments::Context<'_>,
    members: HashMap<String, bool>,
) -> Context<'static, 'static> {
    let mut context = Context::default();
    let mut on_channels: BTreeMap<Channel, HashMap<String, Value>> = BTreeMap::new();
    for attribute in Attribute::all() {
        let value = value(attribute, metrics, asked);
        if let Attribute::OnChannel(channel, column) = attribute {
            let row = on_channels.entry(channel).or_default();
            row.insert(column.name().to_owned(), value);
        } else {
            context.add_variable_from_value(attribute.to_string(), value);
        }
    }
    for (channel, row) in on_channels {
        context.add_variable_from_value(channel.word(), Value::from(row));
    }
    let date = |text: Arc<String>| {
        let at = parse_time(&text, &Zone::utc()).expect("a date");
        at.utc_day()
    };
    let days_since = |day: i64| (i64::from(TODAY.0) - day).max(0);
    let segment = move |name: Arc<String>| members[name.as_str()];
    // `has` of CEL asks for fields only, so that it stands under another name here.
    let known = |value: Value| value != Value::Null;
    let added = [
        context.add_function("date", date),
        context.add_function("days_since", days_since),
        context.add_function("segment", segment),
        context.add_function("known", known),
    ];
    assert!(added.iter().all(Result::is_ok));
    context
}

fn answer(text: &str, context: &Context<'_, '_>) -> bool {
    let program = Program::compile(&text.replace("has(", "known("));
    let program = program.unwrap_or_else(|errors| panic!("{text}: {errors}"));
    match program.execute(context) {
        Ok(Value::Bool(answer)) => answer,
        other => panic!("{text}: {other:?}"),
    }
}

fn answers_agree(predicate: &Predicate, metrics: &Metrics) -> Result<(), TestCaseError> {
    with_context(|asked| {
        let mut members: HashMap<String, bool> = HashMap::new();
        for (name, text) in SEGMENTS {
            let is_member = answer(text, &context(metrics, asked, members.clone()));
            members.insert(name.to_owned(), is_member);
        }
        let context = context(metrics, asked, members);
        let mut left = vec![predicate];
        while let Some(predicate) = left.pop() {
            let text = predicate.to_string();
            let test = segments::lower(predicate, asked).expect("it can be lowered");
            prop_assert_eq!(test.holds(metrics), answer(&text, &context), "{}", text);
            // Each part by itself too: in a whole most of them do not decide.
            match predicate {
                Predicate::All(parts) | Predicate::Any(parts) => left.extend(parts),
                Predicate::Not(part) => left.push(part),
                _ => {}
            }
        }
        Ok(())
    })
}

proptest! {
    #[test]
    fn an_interpreter_of_cel_gives_the_same_answer(
        predicate in predicate(),
        metrics in metrics_known(),
    ) {
        answers_agree(&predicate, &metrics)?;
    }
}
