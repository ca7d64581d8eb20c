//! `collector_…`: what the program takes by HTTP, durable and folded, with its own followers
//! running and the senders on the same processors.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use app::App;
use app::settings::KeyKind;
use domain::ids::FactId;
use domain::time::Millis;
use testkit::seeds::{Draws, Seed};

use crate::figure::{Figure, Target};
use crate::load::settle_customers;
use crate::place::Schema;
use crate::server::{Home, Server};
use crate::{Bench, Failure, load};

/// Events of a batch, and of a figure.
const BATCH: usize = 100;
const EVENTS: u64 = 300_000;
const CUSTOMERS: u64 = 1_000_000;
const CUSTOMERS_POSTGRES: u64 = 200_000;
const WRITERS: usize = 4;
/// Connections that send at once.
const CLIENTS: usize = 16;
const BURST: u64 = 8;
/// Single events, and how many of them a second.
const SINGLES: u64 = 20_000;
const SINGLES_PER_SECOND: f64 = 2_000.0;
/// Orders a second while everything else runs, and events a second beside them.
const CHECKOUTS_PER_SECOND: f64 = 50.0;
const BESIDE_PER_SECOND: f64 = 2_000.0;
/// A file to import meanwhile.
const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../examples/online-retail/online_retail.csv.gz"
);

pub(crate) const FIGURES: [&str; 5] = [
    "collector_bursts",
    "collector_each_another",
    "collector_singles",
    "collector_memory",
    "collector_checkouts",
];
pub(crate) const FIGURES_POSTGRES: [&str; 2] = [
    "collector_postgres_bursts",
    "collector_postgres_each_another",
];

/// A served shop, and how its figures are told.
struct Stand<'b> {
    bench: &'b Bench,
    home: Home,
    server: Server,
    key: String,
    customers: u64,
    customers_fixed: u64,
    engine: &'static str,
    sync: &'static str,
}

pub(crate) fn run_sqlite(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("collector")?;
    let customers = bench.scaled(CUSTOMERS);
    let key = prepare(load::open_sqlite(&folder)?, customers)?;
    let home = Home::in_folder(&folder);
    let stand = Stand {
        bench,
        server: Server::start(&home)?,
        home,
        key,
        customers,
        customers_fixed: CUSTOMERS,
        engine: "sqlite",
        sync: "WAL, synchronous=FULL",
    };
    stand.wait_until_ready()?;
    let mut figures = vec![
        stand.batches(FIGURES[0], BURST, 40_000.0)?,
        stand.batches(FIGURES[1], 1, 12_000.0)?,
    ];
    figures.push(stand.singles()?);
    let held = stand.server.memory_kb("VmHWM")? as f64 * 1_024.0 / 1e6;
    let allowed = 200.0 + 300.0 * customers as f64 / 1e6;
    figures.push(stand.figure(FIGURES[3], (held, "MB"), Target::AtMost(allowed))?);
    figures.push(stand.checkouts()?);
    Ok(figures)
}

pub(crate) fn run_postgres(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("collector-postgres")?;
    let schema = Schema::new("collector")?;
    let customers = bench.scaled(CUSTOMERS_POSTGRES);
    let key = prepare(load::open_postgres(&schema, &folder, WRITERS)?, customers)?;
    let home = Home {
        data: schema.url.clone(),
        schema: Some(schema.name.clone()),
        keys: folder.join("keys"),
    };
    let stand = Stand {
        bench,
        server: Server::start(&home)?,
        home,
        key,
        customers,
        customers_fixed: CUSTOMERS_POSTGRES,
        engine: "postgres",
        sync: "fsync, full_page_writes and synchronous_commit on",
    };
    stand.wait_until_ready()?;
    Ok(vec![
        stand.batches(FIGURES_POSTGRES[0], BURST, 20_000.0)?,
        stand.batches(FIGURES_POSTGRES[1], 1, 8_000.0)?,
    ])
}

/// Customers with a past, everything derived from it, and a key; then the shop is closed.
fn prepare(app: App, customers: u64) -> Result<String, Failure> {
    settle_customers(&app, customers, 3)?;
    app.settle()?;
    Ok(app.key_create(KeyKind::Secret)?)
}

impl Stand<'_> {
    /// Waits until the population is read: it is not what is measured.
    fn wait_until_ready(&self) -> Result<(), Failure> {
        let ask = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let mut client = Client::open(&self.server.address)?;
        while client.ask(ask)?.0 != 200 {
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn figure(
        &self,
        name: &'static str,
        (value, unit): (f64, &'static str),
        target: Target,
    ) -> Result<Figure, Failure> {
        Ok(Figure {
            name,
            value,
            unit,
            n: self.customers,
            n_fixed: self.customers_fixed,
            target,
            peer: None,
            engine: self.engine,
            sync: self.sync,
            fsync_p50_us: self.bench.place.fsync_p50_us()?,
        })
    }

    /// A request with this body.
    fn request(&self, path: &str, body: &str) -> Vec<u8> {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            self.key
        )
        .into_bytes()
    }

    fn batch(&self, events: &[String]) -> Vec<u8> {
        let body = format!("{{\"batch\":[{}]}}", events.join(","));
        self.request("/v1/batch?verbose=1", &body)
    }

    /// Events a second, in batches, with so many of a customer after each other.
    fn batches(&self, name: &'static str, burst: u64, least: f64) -> Result<Figure, Failure> {
        let seed = Seed::new(5).child(name);
        let mut draws = seed.draws();
        let now = app_now();
        let first = seed.number() << 32;
        let mut customer = 0;
        let events: Vec<String> = (0..self.bench.scaled(EVENTS))
            .map(|number| {
                if number % burst == 0 {
                    customer = draws.below(self.customers);
                }
                event(customer, first.wrapping_add(number), now, &mut draws)
            })
            .collect();
        let requests = events.chunks(BATCH).map(|some| self.batch(some)).collect();
        let count = events.len();
        drop(events);
        let took = self.send(requests)?;
        let per_second = count as f64 / took.as_secs_f64();
        self.figure(name, (per_second, "events/s"), Target::AtLeast(least))
    }

    /// Sends requests from several connections, each waiting for its answer before the next.
    fn send(&self, requests: Vec<Vec<u8>>) -> Result<Duration, Failure> {
        let next = AtomicUsize::new(0);
        let start = Instant::now();
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| scope.spawn(|| self.send_some(&requests, &next)))
                .collect();
            let ended = clients.into_iter().map(|client| match client.join() {
                Ok(outcome) => outcome,
                Err(_) => Err("a client panicked".into()),
            });
            ended.collect::<Result<Vec<()>, Failure>>()
        })?;
        Ok(start.elapsed())
    }

    fn send_some(&self, requests: &[Vec<u8>], next: &AtomicUsize) -> Result<(), Failure> {
        let mut client = Client::open(&self.server.address)?;
        while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (status, said) = client.ask(request)?;
            // Every event of it is new and was taken.
            if status != 200 || !said.contains("\"duplicates\":0,\"rejected\":[]") {
                return Err(format!("{status} {said}").into());
            }
        }
        Ok(())
    }

    /// How long single events take that come at a rate, whether the ones before are answered or
    /// not: from when one was due.
    fn singles(&self) -> Result<Figure, Failure> {
        let seed = Seed::new(6);
        let mut draws = seed.draws();
        let (now, first) = (app_now(), seed.number() << 32);
        let requests = (0..self.bench.scaled(SINGLES))
            .map(|number| {
                let customer = draws.below(self.customers);
                let number = first.wrapping_add(number * 16);
                self.request("/v1/track", &event(customer, number | 11, now, &mut draws))
            })
            .collect();
        let times = self.at_rate(requests, SINGLES_PER_SECOND)?;
        let fsync_ms = self.bench.place.fsync_p50_us()? as f64 / 1e3;
        let target = Target::AtMost(fsync_ms + 8.0);
        tell(FIGURES[2], &times);
        self.figure(FIGURES[2], (share(&times, 99), "ms"), target)
    }

    fn at_rate(&self, requests: Vec<Vec<u8>>, rate: f64) -> Result<Vec<f64>, Failure> {
        let (next, times) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let start = Instant::now();
        let client = || -> Result<(), Failure> {
            let mut client = Client::open(&self.server.address)?;
            let mut own = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(number) else {
                    break;
                };
                let due = start + Duration::from_secs_f64(number as f64 / rate);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let (status, said) = client.ask(request)?;
                if status != 200 {
                    return Err(format!("{status} {said}").into());
                }
                own.push(due.elapsed().as_secs_f64() * 1e3);
            }
            times
                .lock()
                .map_err(|_| "a client panicked")?
                .append(&mut own);
            Ok(())
        };
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS * 2).map(|_| scope.spawn(client)).collect();
            for client in clients {
                client.join().map_err(|_| "a client panicked")??;
            }
            Ok::<_, Failure>(())
        })?;
        let mut times = times.into_inner().map_err(|_| "a client panicked")?;
        times.sort_by(f64::total_cmp);
        Ok(times)
    }

    /// How long an order takes to be taken while a file is imported, everything is folded anew and
    /// events come in.
    fn checkouts(&self) -> Result<Figure, Failure> {
        let goes_on = AtomicBool::new(true);
        let number = AtomicU64::new(1 << 45);
        let times = std::thread::scope(|scope| {
            let beside = scope.spawn(|| {
                while goes_on.load(Ordering::Relaxed) {
                    self.feed(&number)?;
                }
                Ok::<_, Failure>(())
            });
            let rebuilds = scope.spawn(|| {
                while goes_on.load(Ordering::Relaxed) {
                    self.home.run(&["rebuild"])?;
                }
                Ok::<_, Failure>(())
            });
            let asked = scope.spawn(|| {
                let mut all = Vec::new();
                while goes_on.load(Ordering::Relaxed) {
                    all.extend(self.at_rate(self.orders(&number), CHECKOUTS_PER_SECOND)?);
                }
                Ok::<_, Failure>(all)
            });
            let imported = self.home.run(&["import", FILE]);
            goes_on.store(false, Ordering::Relaxed);
            beside.join().map_err(|_| "a thread panicked")??;
            rebuilds.join().map_err(|_| "a thread panicked")??;
            let times = asked.join().map_err(|_| "a thread panicked")??;
            match imported?.success() {
                true => Ok::<_, Failure>(times),
                false => Err("the file was not imported".into()),
            }
        });
        let mut times = times?;
        times.sort_by(f64::total_cmp);
        tell(FIGURES[4], &times);
        self.figure(FIGURES[4], (share(&times, 99), "ms"), Target::AtMost(25.0))
    }

    /// A second of orders.
    fn orders(&self, number: &AtomicU64) -> Vec<Vec<u8>> {
        let now = app_now();
        let order = |_| {
            let number = number.fetch_add(16, Ordering::Relaxed) & !15;
            let mut draws = Seed::new(number).draws();
            let customer = draws.below(self.customers);
            self.request("/v1/track", &event(customer, number | 3, now, &mut draws))
        };
        (0..CHECKOUTS_PER_SECOND as u64).map(order).collect()
    }

    /// A second of what else comes in.
    fn feed(&self, number: &AtomicU64) -> Result<(), Failure> {
        let now = app_now();
        let batches = BESIDE_PER_SECOND / BATCH as f64;
        let batch = |_| {
            let events: Vec<String> = (0..BATCH)
                .map(|_| {
                    let number = number.fetch_add(16, Ordering::Relaxed) & !15;
                    let mut draws = Seed::new(number).draws();
                    event(draws.below(self.customers), number, now, &mut draws)
                })
                .collect();
            self.batch(&events)
        };
        let requests = (0..batches as u64).map(batch).collect();
        self.at_rate(requests, batches).map(drop)
    }
}

/// So many of a hundred took no longer.
fn share(sorted: &[f64], percent: usize) -> f64 {
    sorted
        .get(sorted.len() * percent / 100)
        .copied()
        .unwrap_or_default()
}

fn tell(name: &str, times: &[f64]) {
    let (half, most) = (share(times, 50), share(times, 99));
    eprintln!(
        "{name}: half within {half:.1} ms, 99 % within {most:.1} ms, of {}",
        times.len()
    );
}

fn app_now() -> Millis {
    use app::environment::{Clock, SystemClock};
    SystemClock.now()
}

/// What a shop tells all day, as libraries write it: the same mix as in `load::live`.
fn event(customer: u64, number: u64, now: Millis, draws: &mut Draws) -> String {
    let mut random = [0; 10];
    draws.fill(&mut random);
    let made_ms = u64::try_from(now.0).unwrap_or(0);
    let id = FactId::new(made_ms, &random).to_string();
    let told = match number % 16 {
        3 => {
            let (product, price) = (10_000 + draws.below(4_000), draws.between(1, 250));
            format!(
                r#""type":"track","event":"Order Completed","properties":{{"order_id":"H{number}",
                "total":"{price}.50","currency":"EUR","products":[{{"product_id":"{product}",
                "name":"Coffee","price":"{price}.50","quantity":1}}]}}"#
            )
        }
        7 => {
            r#""type":"track","event":"Complaint Opened","properties":{"topic":"delivery"}"#.into()
        }
        11 | 15 => {
            let size = draws.below(10_000);
            format!(
                r#""type":"track","event":"Size Guide Opened","properties":{{"page":"{size}"}}"#
            )
        }
        _ => {
            let page = draws.below(4_000);
            format!(
                r#""type":"page","name":"Product","properties":{{"path":"/p/{page}",
                "url":"https://shop.example/p/{page}","title":"Coffee","referrer":""}}"#
            )
        }
    };
    let id = &id[4..];
    format!(r#"{{"messageId":"{id}","userId":"{customer}","timestamp":"{now}",{told}}}"#)
}

/// One connection that is kept, and no more HTTP than that takes: the senders run on the same
/// processors as what is measured.
struct Client {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Client {
    fn open(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            heard: Vec::new(),
        })
    }

    /// The status and the body of the answer.
    fn ask(&mut self, request: &[u8]) -> Result<(u16, String), Failure> {
        self.stream.write_all(request)?;
        self.heard.clear();
        let mut piece = [0; 4_096];
        loop {
            let count = self.stream.read(&mut piece)?;
            if count == 0 {
                return Err("the server closed the connection".into());
            }
            self.heard.extend_from_slice(&piece[..count]);
            let Some(end) = self.heard.windows(4).position(|it| it == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.heard[..end])?.to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|it| it.strip_prefix("content-length:"));
            let length: usize = length
                .ok_or("an answer says how long it is")?
                .trim()
                .parse()?;
            if self.heard.len() >= end + 4 + length {
                let status = head.split(' ').nth(1).ok_or("an answer has a status")?;
                let body = String::from_utf8_lossy(&self.heard[end + 4..]).into_owned();
                return Ok((status.parse()?, body));
            }
        }
    }
}
