//! A shop that several processes open one after the other, and the batches that they send.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use app::environment::Environment;
use app::events::Verdict;
use app::trust::Vault;
use app::{App, AppError};
use domain::events::{Behaviour, Event};
use store::{Options, Store};
use testkit::checks;
use testkit::checks::DailySums;
use testkit::engines::Place;
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told;

/// Events of a batch.
pub(crate) const EVENTS: u64 = 16;
/// Customers of the shop; few, so that writers meet.
const CUSTOMERS: u64 = 40;
const KEY: [u8; 32] = [0x5a; 32];

/// Where a shop is.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) data: String,
    pub(crate) schema: Option<String>,
    pub(crate) keys: PathBuf,
}

impl Shop {
    pub(crate) fn at(place: &Place) -> Self {
        Self {
            data: place.data(),
            schema: place.schema().map(str::to_owned),
            keys: place.key_folder(),
        }
    }

    pub(crate) fn open(&self, environment: Environment) -> Result<App, AppError> {
        std::fs::create_dir_all(&self.keys).expect("a folder can be made");
        let options = Options {
            schema: self.schema.clone(),
            ..Options::default()
        };
        let store = Store::open(&self.data, &options)?;
        App::open(store, environment, Vault::from_key(&KEY, self.keys.clone()))
    }
}

/// What a victim is to do.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) shop: Shop,
    pub(crate) seed: u64,
    /// The first batch.
    pub(crate) first: u64,
    /// The batch before which it ends.
    pub(crate) last: u64,
    pub(crate) threads: u64,
    pub(crate) clock_ahead_ms: i64,
    /// Whether it moves points after each batch.
    pub(crate) adjusts: bool,
}

impl Order {
    pub(crate) fn text(&self) -> String {
        let Shop { data, schema, keys } = &self.shop;
        [
            data.clone(),
            schema.clone().unwrap_or_default(),
            keys.to_string_lossy().into_owned(),
            self.seed.to_string(),
            self.first.to_string(),
            self.last.to_string(),
            self.threads.to_string(),
            self.clock_ahead_ms.to_string(),
            self.adjusts.to_string(),
        ]
        .join("\n")
    }
}

pub(crate) fn parse_orders(text: &str) -> Order {
    let words: Vec<&str> = text.split('\n').collect();
    let number = |place: usize| words[place].parse::<u64>().expect("a number");
    Order {
        shop: Shop {
            data: words[0].to_owned(),
            schema: Some(words[1].to_owned()).filter(|it| !it.is_empty()),
            keys: words[2].into(),
        },
        seed: number(3),
        first: number(4),
        last: number(5),
        threads: number(6),
        clock_ahead_ms: words[7].parse().expect("a number"),
        adjusts: words[8] == "true",
    }
}

/// The events of a batch: the same for everybody who asks, each with a message id of its own.
pub(crate) fn batch(seed: u64, number: u64) -> Vec<Event> {
    (0..EVENTS)
        .map(|place| event(seed, number, place))
        .collect()
}

fn event(seed: u64, number: u64, place: u64) -> Event {
    let mut draws = Seed::new(seed).nth(number).nth(place).draws();
    let customer = usize::try_from(draws.below(CUSTOMERS)).expect("customers are few");
    let who = told::user(customer);
    let id = format!("m-{number}-{place}");
    let at = told::START.plus(draws.between(0, 300 * 86_400_000));
    match draws.below(8) {
        0 | 1 => {
            let order = told::ordered(&format!("O{number}-{place}"), draws.between(100, 90_000));
            told::event(&id, &[who], at, order)
        }
        2 => {
            let mut event = told::event(&id, &[who], at, Behaviour::Other("Quiz".to_owned()));
            event
                .personal
                .insert("answer".to_owned(), format!("blue {number}"));
            event
        }
        _ => told::visit(&id, &who, at),
    }
}

/// The event that a message id names.
pub(crate) fn event_named(seed: u64, message_id: &str) -> Option<Event> {
    let (number, place) = message_id.strip_prefix("m-")?.split_once('-')?;
    Some(event(seed, number.parse().ok()?, place.parse().ok()?))
}

/// How often each message is in the log.
pub(crate) fn messages(app: &App) -> BTreeMap<String, u64> {
    let text = "SELECT message_id FROM facts WHERE message_id IS NOT NULL";
    let mut counts = BTreeMap::new();
    for row in rows::query(app.store(), text, &[]) {
        let id = row.text("message_id").expect("a message id is text");
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    counts
}

/// Every acknowledged batch is in the log once, and nothing is there twice. A batch that was not
/// acknowledged may be there in part, since a large commit is cut anywhere.
pub(crate) fn check_once(app: &App, acknowledged: &BTreeSet<u64>) {
    let found = messages(app);
    if let Some((id, count)) = found.iter().find(|(_, count)| **count != 1) {
        panic!("{id} is in the log {count} times");
    }
    for number in acknowledged {
        for place in 0..EVENTS {
            let id = format!("m-{number}-{place}");
            assert!(found.contains_key(&id), "{id} was acknowledged and is lost");
        }
    }
}

/// Sends what nobody acknowledged and some of what was; afterwards all of it is there once.
pub(crate) fn resend(app: &App, seed: u64, all: std::ops::Range<u64>, known: &BTreeSet<u64>) {
    for number in all {
        let was_acknowledged = known.contains(&number);
        if was_acknowledged && number % 3 != 0 {
            continue;
        }
        let verdicts = app
            .record(batch(seed, number))
            .expect("a healthy shop takes it");
        let repeated = verdicts.iter().all(|it| *it == Verdict::Duplicate);
        assert!(
            !was_acknowledged || repeated,
            "batch {number} counted twice: {verdicts:?}"
        );
    }
}

/// Nothing is wrong in the whole store.
pub(crate) fn check_whole(app: &App) {
    let findings = checks::findings(app, &DailySums::new(), false);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
