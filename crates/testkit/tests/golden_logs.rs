//! Old logs fold for ever: each golden log folds to the state that it folded to when it was
//! written.
//!
//! The files in `golden/` are append-only. A new behaviour, or a new field of one, gets a new log;
//! the lines of an old log are never changed, and neither are the figures to which it folds. A
//! new figure may join the states of an old log; then it is right for old facts too. When this
//! test fails after a change to the fold, the change breaks the shops that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use domain::customers::Fold;
use domain::events::{Behaviour, Fact, UnitCost};
use domain::ids::StreamId;
use domain::money::Currency;
use domain::settings::{Catalogue, ShopSettings};
use domain::time::{Calendar, Millis};
use serde_json::Value;

/// A log, with what the shop sold when it was written; beside it lie the states of its customers,
/// in UTC by the Gregorian calendar and in Tehran by the Jalali one.
struct Log {
    name: &'static str,
    products: &'static [Product],
}

/// Code, unit cost in hundredths of the minor unit, category.
type Product = (&'static str, Option<(i64, Currency)>, Option<&'static str>);

const LOGS: [Log; 3] = [
    Log {
        name: "log-0001",
        products: &[],
    },
    Log {
        name: "log-0002",
        products: &[
            ("BEANS", Some((60_550, Currency::EUR)), Some("coffee")),
            ("TIN", Some((33, Currency::EUR)), Some("coffee")),
            ("SHIRT", None, Some("clothes")),
            ("MUG", Some((40_000, Currency::GBP)), None),
            ("燈塔", Some((1_250_050, Currency::TWD)), Some("燈")),
        ],
    },
    Log {
        name: "log-0003",
        products: &[
            ("BEANS", Some((60_550, Currency::EUR)), Some("coffee")),
            ("TIN", Some((33, Currency::EUR)), Some("coffee")),
            ("SHIRT", None, Some("clothes")),
            ("MUG", Some((10_000, Currency::GBP)), None),
        ],
    },
];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn text<'v>(line: &'v Value, field: &str) -> &'v str {
    line[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} in {line}"))
}

fn number(line: &Value, field: &str) -> i64 {
    line[field]
        .as_i64()
        .unwrap_or_else(|| panic!("{field} in {line}"))
}

/// A fact from its line; the body is read as the store reads it.
fn fact(line: &str) -> Fact {
    let line: Value = serde_json::from_str(line).expect("a line is a document");
    let body = line["behaviour"].to_string();
    Fact {
        stream: text(&line, "stream").parse().expect("a stream"),
        seq: number(&line, "seq").try_into().expect("from 1"),
        id: text(&line, "id").parse().expect("an id"),
        stamp: Millis(number(&line, "stamp")),
        at: Millis(number(&line, "at")),
        received_at: Millis(number(&line, "received_at")),
        origin: text(&line, "kind").parse().expect("an origin"),
        channel: text(&line, "channel").parse().expect("a channel"),
        cause: line["cause"].as_str().map(|it| it.parse().expect("an id")),
        behaviour: Behaviour::read(text(&line, "name"), &body).expect("a known body"),
    }
}

fn facts(log: &str) -> Vec<Fact> {
    let file = folder().join(format!("{log}.ndjson"));
    let text = std::fs::read_to_string(file).expect("the log is there");
    text.lines().map(fact).collect()
}

/// The states of the log's customers: each stream alone, and all of them merged.
fn states(facts: &[Fact], fold: &Fold) -> Value {
    let streams: BTreeSet<StreamId> = facts.iter().map(|fact| fact.stream).collect();
    let mut states = BTreeMap::new();
    for stream in streams {
        let own = facts.iter().filter(|fact| fact.stream == stream);
        states.insert(stream.to_string(), fold.facts(own));
    }
    states.insert("merged".to_owned(), fold.facts(facts));
    serde_json::to_value(states).expect("states are documents")
}

fn folds(log: &Log) -> [(&'static str, Fold); 2] {
    let products = log.products.iter().map(|(code, cost, category)| {
        let cost = cost.map(|(hundredths, currency)| UnitCost {
            hundredths,
            currency,
        });
        ((*code).to_owned(), cost, category.map(str::to_owned))
    });
    let catalogue = Arc::new(Catalogue::of(products));
    let tehran = ShopSettings {
        zone: "Asia/Tehran".parse().expect("a zone"),
        calendar: Calendar::Jalali,
        ..ShopSettings::default()
    };
    [
        (
            "gregorian",
            Fold::of(&ShopSettings::default(), Arc::clone(&catalogue)),
        ),
        ("jalali", Fold::of(&tehran, catalogue)),
    ]
}

/// Where something that was agreed is not so. What nobody agreed to may stand beside it.
fn differences(path: &str, agreed: &Value, actual: &Value, found: &mut Vec<String>) {
    if let (Value::Object(agreed), Value::Object(_)) = (agreed, actual) {
        for (name, agreed) in agreed {
            differences(&format!("{path}/{name}"), agreed, &actual[name], found);
        }
    } else if agreed != actual {
        found.push(format!("{path}: {agreed} was agreed, {actual} is so"));
    }
}

#[test]
fn golden_logs_fold_to_what_they_always_folded_to() {
    for log in LOGS {
        let facts = facts(log.name);
        for (calendar, fold) in folds(&log) {
            let states = states(&facts, &fold);
            let name = format!("{}.{calendar}.json", log.name);
            let agreed = std::fs::read_to_string(folder().join(&name)).unwrap_or_default();
            let agreed: Value = serde_json::from_str(&agreed)
                .unwrap_or_else(|error| panic!("{name}: {error}; it should be\n{states:#}"));
            let mut found = Vec::new();
            differences(&name, &agreed, &states, &mut found);
            assert_eq!(found, Vec::<String>::new());
            assert_eq!(
                agreed.as_object().map(serde_json::Map::len),
                Some(3),
                "{name}"
            );
        }
    }
}

#[test]
fn the_golden_logs_hold_every_behaviour() {
    let all: Vec<Fact> = LOGS.iter().flat_map(|log| facts(log.name)).collect();
    let names: BTreeSet<&str> = all.iter().map(|fact| fact.behaviour.name()).collect();
    for name in [
        "Order Completed",
        "Order Refunded",
        "Order Updated",
        "Order Cancelled",
        "Value Claimed",
        "Products Searched",
        "Seat Heated",
        "Page Viewed",
        "Order Delivered",
        "Complaint Made",
        "Product Viewed",
        "Product Added",
        "Checkout Started",
        "Review Written",
        "Consent Changed",
        "Customer Identified",
        "Customer Described",
        "Customer Referred",
        "Taste Quiz Finished",
        "Standing Changed",
        "Status Settled",
        "Referral Credited",
        "Points Adjusted",
    ] {
        assert!(names.contains(name), "no fact is called {name}");
    }
    for origin in ["observed", "historical", "decided"] {
        assert!(
            all.iter().any(|fact| fact.origin.word() == origin),
            "{origin}"
        );
    }
}

#[test]
fn every_golden_log_is_folded() {
    let folder = std::fs::read_dir(folder()).expect("the folder is there");
    let found: BTreeSet<String> = folder
        .map(|entry| entry.expect("it can be read").file_name())
        .filter_map(|name| {
            let name = name.to_string_lossy().into_owned();
            name.strip_suffix(".ndjson").map(str::to_owned)
        })
        .collect();
    assert_eq!(found, LOGS.map(|log| log.name.to_owned()).into());
}
