//! `page_…`: how long the server takes for a page of a shop with a million customers, while events
//! come in at half of what the same shop takes at most, and how much of it goes over the wire.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use app::App;
use testkit::seeds::Seed;
use web::WebOptions;

use crate::figure::{Figure, Target};
use crate::load::{EVENTS_PER_REQUEST, live, send, settle_customers};
use crate::population::figure;
use crate::{Bench, Failure, load};

const CUSTOMERS: u64 = 1_000_000;
/// Events by which the shop's most is measured.
const EVENTS: u64 = 60_000;
const CLIENTS: usize = 32;
/// How often a page is asked for.
const ASKED: usize = 60;
/// As in the live server.
const PAUSE: Duration = Duration::from_millis(250);

/// The pages, each with the address that is asked for.
const PAGES: [(&str, &str); 6] = [
    ("page_overview", "/"),
    ("page_customers", "/customers"),
    (
        "page_question",
        "/customers?where=orders%20%3E%3D%203%20%26%26%20days_since(last_order)%20%3E%2060",
    ),
    ("page_customer", "/customers/user_id:4711"),
    ("page_retention", "/retention"),
    ("page_value", "/value"),
];

pub(crate) const FIGURES: [&str; 7] = [
    PAGES[0].0,
    PAGES[1].0,
    PAGES[2].0,
    PAGES[3].0,
    PAGES[4].0,
    PAGES[5].0,
    "page_bytes",
];

pub(crate) fn run(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("pages")?;
    let customers = bench.scaled(CUSTOMERS);
    let app = load::open_sqlite(&folder)?;
    settle_customers(&app, customers, 3)?;
    app.settle()?;
    let stop = Arc::new(AtomicBool::new(false));
    app.follow_population(&stop)?;
    app.publish_thresholds()?;
    let most = at_most(&app, bench.scaled(EVENTS), customers)?;
    eprintln!("pages: the shop takes {most:.0} events/s at most; half of that comes in");
    let runtime = tokio::runtime::Runtime::new()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("http://{}", listener.local_addr()?);
    let options = WebOptions {
        is_open: true,
        ..WebOptions::default()
    };
    let ended = Arc::clone(&stop);
    let until = async move {
        while !ended.load(Ordering::Relaxed) {
            tokio::time::sleep(PAUSE).await;
        }
    };
    runtime.spawn(web::serve(listener, app.clone(), options, until));
    let (taken, ingesting) = (AtomicU64::new(0), AtomicBool::new(true));
    let figures = std::thread::scope(|scope| {
        let behind = scope.spawn(|| follow(&app, &ingesting));
        let fed = scope.spawn(|| feed(&app, most / 2.0, customers, &taken, &ingesting));
        let start = Instant::now();
        let figures = ask_all(bench, &url, customers);
        let rate = taken.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
        eprintln!("pages: {rate:.0} events/s were taken meanwhile");
        ingesting.store(false, Ordering::Relaxed);
        let ended = [behind.join(), fed.join()];
        for outcome in ended {
            outcome.map_err(|_| "a thread panicked")??;
        }
        figures
    });
    stop.store(true, Ordering::Relaxed);
    figures
}

/// Events a second that the shop takes when nothing else is asked of it.
fn at_most(app: &App, events: u64, customers: u64) -> Result<f64, Failure> {
    let mut draws = Seed::new(8).draws();
    let now = app.now();
    let all: Vec<_> = (0..events)
        .map(|number| live(draws.below(customers), number, now, &mut draws))
        .collect();
    let requests = all.chunks(EVENTS_PER_REQUEST).map(<[_]>::to_vec).collect();
    Ok(send(app, requests, CLIENTS)?.per_second())
}

/// What the live server does behind its pages.
fn follow(app: &App, goes_on: &AtomicBool) -> Result<(), Failure> {
    let never = AtomicBool::new(false);
    while goes_on.load(Ordering::Relaxed) {
        app.settle()?;
        app.follow_population(&never)?;
        app.publish_thresholds()?;
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Sends events at this rate, from several clients.
fn feed(
    app: &App,
    rate: f64,
    customers: u64,
    taken: &AtomicU64,
    goes_on: &AtomicBool,
) -> Result<(), Failure> {
    let start = Instant::now();
    let number = AtomicU64::new(1 << 40);
    let client = |place: u64| -> Result<(), Failure> {
        let mut draws = Seed::new(9).nth(place).draws();
        while goes_on.load(Ordering::Relaxed) {
            let due = start.elapsed().as_secs_f64() * rate;
            if taken.load(Ordering::Relaxed) as f64 > due {
                std::thread::sleep(Duration::from_millis(2));
                continue;
            }
            taken.fetch_add(EVENTS_PER_REQUEST as u64, Ordering::Relaxed);
            let now = app.now();
            let request = (0..EVENTS_PER_REQUEST)
                .map(|_| {
                    let number = number.fetch_add(1, Ordering::Relaxed);
                    live(draws.below(customers), number, now, &mut draws)
                })
                .collect();
            app.record(request)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|place| scope.spawn(move || client(place)))
            .collect();
        for client in clients {
            client.join().map_err(|_| "a client panicked")??;
        }
        Ok(())
    })
}

fn ask_all(bench: &Bench, url: &str, customers: u64) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    let mut largest = 0;
    for (name, path) in PAGES {
        let mut times = Vec::with_capacity(ASKED);
        for _ in 0..ASKED {
            let start = Instant::now();
            let answer = ureq::get(format!("{url}{path}"))
                .header("Accept-Encoding", "gzip")
                .call()?;
            let mut body = Vec::new();
            answer.into_body().into_reader().read_to_end(&mut body)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            largest = largest.max(body.len());
        }
        times.sort_by(f64::total_cmp);
        let (half, most) = (times[ASKED / 2], times[ASKED * 95 / 100]);
        eprintln!("{name}: half within {half:.1} ms, 95 % within {most:.1} ms");
        figures.push(figure(
            bench,
            name,
            (most, "ms"),
            customers,
            Target::AtMost(50.0),
        )?);
    }
    let value = (largest as f64 / 1e3, "KB");
    figures.push(figure(
        bench,
        "page_bytes",
        value,
        customers,
        Target::AtMost(100.0),
    )?);
    Ok(figures)
}
