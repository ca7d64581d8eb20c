//! The write path without HTTP, on both engines: each event another customer, and bursts of
//! eight events a customer.

use app::App;
use domain::events::Event;
use store::{Conn, StoreError, sql};
use testkit::seeds::Seed;

use crate::figure::{Figure, Target};
use crate::load::{Done, EVENTS_PER_REQUEST, live, send, settle_customers};
use crate::place::Schema;
use crate::{Bench, Failure, load, raw};

/// Events of one figure.
const EVENTS: u64 = 500_000;
/// Customers of the SQLite shop.
const CUSTOMERS: u64 = 1_000_000;
/// Customers of the PostgreSQL shop.
const CUSTOMERS_POSTGRES: u64 = 200_000;
/// Writer connections on PostgreSQL.
const WRITERS: usize = 4;
/// Clients who send at once.
const CLIENTS: usize = 32;
/// Events of one customer in a burst.
const BURST: u64 = 8;

/// What differs between the engines.
struct Engine {
    name: &'static str,
    sync: &'static str,
    customers: u64,
    figures: [(&'static str, u64, f64); 2],
}

const SQLITE: Engine = Engine {
    name: "sqlite",
    sync: "WAL, synchronous=FULL",
    customers: CUSTOMERS,
    figures: [
        ("write_each_another", 1, 25_000.0),
        ("write_bursts", BURST, 80_000.0),
    ],
};

const POSTGRES: Engine = Engine {
    name: "postgres",
    sync: "fsync, full_page_writes and synchronous_commit on",
    customers: CUSTOMERS_POSTGRES,
    figures: [
        ("postgres_each_another", 1, 12_000.0),
        ("postgres_bursts", BURST, 30_000.0),
    ],
};

pub(crate) fn run_sqlite(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    // The bare engine goes first: its figures stand beside ours.
    let raw = [raw::run(bench, 1)?, raw::run(bench, BURST)?];
    for (name, done) in ["raw_sqlite_append", "raw_sqlite_append_bursts"]
        .into_iter()
        .zip(&raw)
    {
        figures.push(figure(bench, &SQLITE, name, done, Target::None, None)?);
    }
    if SQLITE.figures.iter().all(|(name, ..)| !bench.wants(name)) {
        return Ok(figures);
    }
    let folder = bench.place.folder("write")?;
    let app = load::open_sqlite(&folder)?;
    figures.extend(write(bench, &SQLITE, &app, Some(&raw))?);
    Ok(figures)
}

pub(crate) fn run_postgres(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("postgres")?;
    let schema = Schema::new("write")?;
    let app = load::open_postgres(&schema, &folder, WRITERS)?;
    write(bench, &POSTGRES, &app, None)
}

fn write(
    bench: &Bench,
    engine: &Engine,
    app: &App,
    raw: Option<&[Done; 2]>,
) -> Result<Vec<Figure>, Failure> {
    let customers = bench.scaled(engine.customers);
    let before = settle_customers(app, customers, 3)?;
    let bytes = app.store().read(state_bytes)?;
    eprintln!(
        "{}: {customers} customers with {} facts in {:.1?} ({:.0} facts/s), {bytes} bytes a state",
        engine.name,
        before.events,
        before.took,
        before.per_second()
    );
    let mut figures = Vec::new();
    for (place, (name, burst, target)) in engine.figures.into_iter().enumerate() {
        if !bench.wants(name) {
            continue;
        }
        let events = bench.scaled(EVENTS);
        let seed = Seed::new(4).child(name);
        let done = send(app, requests(app, events, customers, burst, seed), CLIENTS)?;
        let busy = done.writers.as_secs_f64();
        eprintln!(
            "{name}: the writers were on a processor {:.1} us a fact, {:.0} % of the time",
            busy / done.events as f64 * 1e6,
            busy / done.took.as_secs_f64() * 100.0
        );
        let peer = raw.map(|raw| ("raw_sqlite_append", raw[place].per_second()));
        let target = Target::AtLeast(target);
        figures.push(figure(bench, engine, name, &done, target, peer)?);
    }
    Ok(figures)
}

fn figure(
    bench: &Bench,
    engine: &Engine,
    name: &'static str,
    done: &Done,
    target: Target,
    peer: Option<(&'static str, f64)>,
) -> Result<Figure, Failure> {
    Ok(Figure {
        name,
        value: done.per_second(),
        unit: "facts/s",
        n: done.events,
        n_fixed: EVENTS,
        target,
        peer,
        engine: engine.name,
        sync: engine.sync,
        fsync_p50_us: bench.place.fsync_p50_us()?,
    })
}

/// Requests in which customers come in no order; with bursts of one, none comes twice as long as
/// there are enough of them.
fn requests(app: &App, events: u64, customers: u64, burst: u64, seed: Seed) -> Vec<Vec<Event>> {
    let mut draws = seed.draws();
    let mut order: Vec<u64> = (0..customers).collect();
    draws.shuffle(&mut order);
    let now = app.now();
    let first = seed.number() << 32;
    let mut turns = order.iter().cycle();
    let mut made = Vec::with_capacity(EVENTS_PER_REQUEST);
    let mut requests = Vec::new();
    let mut customer = 0;
    for number in 0..events {
        if number % burst == 0 {
            customer = *turns.next().expect("there are customers");
        }
        made.push(live(customer, first.wrapping_add(number), now, &mut draws));
        if made.len() == EVENTS_PER_REQUEST {
            requests.push(std::mem::take(&mut made));
        }
    }
    requests.push(made);
    requests
}

fn state_bytes(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(
        sql!("SELECT CAST(AVG(LENGTH(state)) AS BIGINT) AS bytes FROM customers"),
        &[],
    )?
    .int("bytes")
}
