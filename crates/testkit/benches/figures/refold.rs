//! `refold_facts`: every state anew from a log of a million facts, written back because all of
//! them are of another version and damaged.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use store::{Queue, sql};
use testkit::seeds::Seed;

use crate::figure::{Figure, Target};
use crate::load::{EVENTS_PER_REQUEST, live, send, settle_customers};
use crate::{Bench, Failure, load};

/// Facts that are refolded at least.
const FACTS: u64 = 1_000_000;
const CUSTOMERS: u64 = 50_000;
/// Facts of each customer beside their past.
const FACTS_EACH: u64 = 18;

pub(crate) fn run(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("refold")?;
    let app = load::open_sqlite(&folder)?;
    let customers = bench.scaled(CUSTOMERS);
    settle_customers(&app, customers, 1)?;
    let mut draws = Seed::new(2).draws();
    let now = app.now();
    for round in 0..FACTS_EACH / 6 {
        // Six at a time, so that the facts of a customer lie scattered over the log.
        let events: Vec<_> = (0..customers * 6)
            .map(|place| live(place / 6, round * customers * 6 + place, now, &mut draws))
            .collect();
        let requests = events
            .chunks(EVENTS_PER_REQUEST)
            .map(<[_]>::to_vec)
            .collect();
        send(&app, requests, 16)?;
    }
    app.settle()?;
    app.store().write(Queue::Jobs, |session| {
        session.transaction(|tx| {
            tx.run(
                sql!("UPDATE customers SET fold_version = 0, state = '{}'"),
                &[],
            )
        })
    })?;
    let start = Instant::now();
    let rebuilt = app.rebuild(&AtomicBool::new(false), &|_| {})?;
    let took = start.elapsed();
    if rebuilt.changed != customers || rebuilt.busy != 0 {
        return Err(format!("{customers} states were damaged: {rebuilt:?}").into());
    }
    let again = app.rebuild(&AtomicBool::new(false), &|_| {})?;
    if again.changed != 0 {
        return Err(format!("nothing was damaged any more: {again:?}").into());
    }
    Ok(vec![Figure {
        name: "refold_facts",
        value: rebuilt.facts as f64 / took.as_secs_f64(),
        unit: "facts/s",
        n: rebuilt.facts,
        n_fixed: FACTS,
        target: Target::AtLeast(300_000.0),
        peer: None,
        engine: "sqlite",
        sync: "WAL, synchronous=FULL",
        fsync_p50_us: bench.place.fsync_p50_us()?,
    }])
}
