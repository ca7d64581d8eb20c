//! Bodies of real senders, changed by chance, through all that a body goes through: the reader,
//! the collector's steps, the log and the fold. Nothing panics, every event gets a verdict, and at
//! the end the whole store is checked.
//!
//! The bodies to begin with are in `corpus/`; what a round found goes there too, so that every run
//! replays it.

use std::path::Path;
use std::sync::mpsc;

use app::events::{Caller, Collected};
use connectors::wire;
use domain::events::Sender;
use domain::money::Currency;
use domain::time::Zone;
use store::{Engine, StoreError};
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::{Draws, Seed};

use crate::{Rounds, is_long};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/long/corpus");
/// Changed bodies of a round: in a quick one, and in a long one.
const CHANGED: [u64; 2] = [60, 1_500];
/// The types that an address can name, and none.
const KINDS: [Option<&str>; 4] = [None, None, Some("track"), Some("identify")];

/// What bodies are patched with: signs of JSON, names that mean something, values at the edge.
const PATCHES: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "null",
    "true",
    "\\ud800",
    "\\u0000",
    "1e999",
    "-0",
    "9223372036854775807",
    "-1",
    "0.005",
    "\"\"",
    "{}",
    "[]",
    "\"userId\":\"u-1\"",
    "\"userId\":\"u-2\"",
    "\"anonymousId\":\"a-1\"",
    "\"anonymousId\":\"a-2\"",
    "\"previousId\":\"a-1\"",
    "\"type\":\"alias\"",
    "\"type\":\"identify\"",
    "\"type\":\"track\"",
    "\"event\":\"Order Completed\"",
    "\"event\":\"Order Refunded\"",
    "\"event\":\"Order Cancelled\"",
    "\"event\":\"Order Updated\"",
    "\"order_id\":\"o-1\"",
    "\"order_id\":\"o-2\"",
    "\"total\":\"12.345\"",
    "\"currency\":\"JPY\"",
    "\"messageId\":\"m-1\"",
    "\"timestamp\":\"0001-01-01T00:00:00Z\"",
    "\"timestamp\":\"9999-12-31T23:59:59Z\"",
    "\"sentAt\":\"1996-01-01T00:00:00Z\"",
];

/// The bodies to begin with, in the order of their names.
fn corpus() -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(Path::new(CORPUS)).expect("the corpus is there");
    let mut paths: Vec<_> = files.map(|it| it.expect("a file").path()).collect();
    paths.sort();
    let bodies = paths.iter().map(std::fs::read);
    bodies.map(|body| body.expect("a body")).collect()
}

fn place(draws: &mut Draws, length: usize) -> usize {
    usize::try_from(draws.below(length as u64 + 1)).expect("a place in a body")
}

/// Changes a body in a few places; a part of another body may come into it.
fn change(body: &mut Vec<u8>, others: &[Vec<u8>], draws: &mut Draws) {
    for _ in 0..=draws.below(5) {
        let (one, other) = (place(draws, body.len()), place(draws, body.len()));
        let (from, to) = (one.min(other), one.max(other));
        match draws.below(5) {
            0 => drop(body.drain(from..to.min(from + 16))),
            1 => {
                let copy = body[from..to.min(from + 200)].to_vec();
                body.splice(from..from, copy);
            }
            2 => {
                let donor = draws.pick(others);
                let start = place(draws, donor.len());
                let part = &donor[start..donor.len().min(start + 120)];
                body.splice(from..from, part.iter().copied());
            }
            // Where a member ends another may begin, so that much of it can still be read.
            3 => {
                let comma = body[from..].iter().position(|byte| *byte == b',');
                let at = comma.map_or(from, |place| from + place + 1);
                let patch = format!("{},", draws.pick(&PATCHES));
                body.splice(at..at, patch.bytes());
            }
            _ => {
                let patch = draws.pick(&PATCHES).bytes();
                body.splice(from..from, patch);
            }
        }
    }
}

/// All that happens to a body, as the collector does it.
fn take(fixture: &Fixture, body: &[u8], kind: Option<&str>, is_secret: bool) {
    let app = fixture.app();
    let sender = Sender {
        at: app.now(),
        currency: Currency::EUR,
        zone: Zone::utc(),
        is_secret,
        schemas: domain::events::EventSchemas::default(),
    };
    let Ok(batch) = wire::told(body, kind, &sender) else {
        return;
    };
    let told: Vec<_> = batch.events.into_iter().flatten().collect();
    let count = told.len();
    let caller = Caller {
        is_secret,
        ..Caller::default()
    };
    let (sender, receiver) = mpsc::channel();
    let taken = app.collect_then(
        told,
        &caller,
        move |outcome: Result<Collected, StoreError>| {
            // The test below waits for it.
            let _ = sender.send(outcome);
        },
    );
    taken.expect("there is room");
    let collected = receiver.recv().expect("an answer").expect("it is written");
    assert_eq!(collected.verdicts.len(), count, "a verdict on each");
    app.collect_after(&collected.after)
        .expect("browsers are joined");
}

fn fuzz(engine: Engine, seed: Seed) {
    let corpus = corpus();
    let fixture = FixtureOptions::on(engine).seed(seed).open();
    for body in &corpus {
        take(&fixture, body, None, true);
    }
    let mut draws = seed.child("changes").draws();
    for number in 0..CHANGED[usize::from(is_long())] {
        let mut body = draws.pick(&corpus).clone();
        change(&mut body, &corpus, &mut draws);
        let (kind, is_secret) = (*draws.pick(&KINDS), draws.percent(60));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            take(&fixture, &body, kind, is_secret);
        }));
        if let Err(panic) = outcome {
            println!(
                "change {number}, {kind:?}: {}",
                String::from_utf8_lossy(&body)
            );
            std::panic::resume_unwind(panic);
        }
    }
    // The fixture's end folds every customer anew and checks the whole store.
}

#[test]
fn changed_bodies_leave_the_shop_whole() {
    for (_, seed) in Rounds::new("changed bodies", 4, 8) {
        let _guard = seed.guard();
        both(|engine| fuzz(engine, seed));
    }
}
