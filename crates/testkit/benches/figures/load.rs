//! A shop to measure, its customers, and clients who send without mercy.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use app::App;
use app::environment::Environment;
use app::events::Verdict;
use app::trust::Vault;
use domain::customers::{Identity, Namespace};
use domain::events::{
    Behaviour, Channel, Complaint, Event, Line, LineKind, Order, PageView, Personal,
};
use domain::ids::FactId;
use domain::money::Currency;
use domain::time::Millis;
use store::{Options, Store};
use testkit::seeds::Draws;

use crate::Failure;
use crate::place::Schema;

/// Events in one request of a client.
pub(crate) const EVENTS_PER_REQUEST: usize = 64;
/// Historical orders that each customer has before anything is measured; with them a state has
/// about 600 bytes.
const ORDERS_BEFORE: u64 = 3;
/// The time at which the history begins: 2024-01-01.
const START: Millis = Millis(1_704_067_200_000);

/// Opens a shop in a folder.
pub(crate) fn open_sqlite(folder: &Path) -> Result<App, Failure> {
    let data = folder.join("data");
    let data = data.to_str().ok_or("a folder with a readable name")?;
    open(data, folder, &Options::default())
}

/// Opens a shop in a PostgreSQL schema.
pub(crate) fn open_postgres(
    schema: &Schema,
    folder: &Path,
    writers: usize,
) -> Result<App, Failure> {
    let options = Options {
        writers,
        schema: Some(schema.name.clone()),
        ..Options::default()
    };
    open(&schema.url, folder, &options)
}

fn open(data: &str, folder: &Path, options: &Options) -> Result<App, Failure> {
    let store = Store::open(data, options)?;
    let environment = Environment::system();
    let vault = Vault::open(&folder.join("keys"), &environment)?;
    Ok(App::open(store, environment, vault)?)
}

fn identity(customer: u64) -> Identity {
    Identity::new(Namespace::UserId, &format!("{customer}")).expect("a number is a name")
}

fn order(order_id: String, draws: &mut Draws) -> Behaviour {
    let lines = (0..2 + draws.below(3))
        .map(|_| Line {
            product: format!("{}", 10_000 + draws.below(4_000)),
            quantity: draws.between(1, 24),
            amount: draws.between(95, 25_000),
            kind: LineKind::Product,
        })
        .collect();
    Behaviour::Ordered(Order {
        order_id,
        currency: Currency::EUR,
        country: Some("Portugal".to_owned()),
        source: None,
        lines,
    })
}

/// The past of one customer: orders, marked historical.
fn past(customer: u64, draws: &mut Draws) -> Vec<Event> {
    (0..ORDERS_BEFORE)
        .map(|place| {
            let order_id = format!("P{customer}-{place}");
            let day = draws.between(0, 300);
            let channel = *draws.pick(&[Channel::Web, Channel::App, Channel::Store]);
            let at = START.plus(day * Millis::DAY + draws.between(0, Millis::DAY - 1));
            let behaviour = order(order_id.clone(), draws);
            Event {
                message_id: order_id,
                historical: true,
                channel,
                ..event(customer, at, behaviour)
            }
        })
        .collect()
}

fn event(customer: u64, at: Millis, behaviour: Behaviour) -> Event {
    Event {
        message_id: String::new(),
        identities: vec![identity(customer)],
        at,
        sent_at: at,
        received_at: at,
        channel: Channel::Web,
        behaviour,
        personal: Personal::new(),
        historical: false,
    }
}

/// What a shop tells all day. Of sixteen events twelve are page views, two are named by the shop
/// and carry a personal property, one is a complaint and one an order.
pub(crate) fn live(customer: u64, number: u64, now: Millis, draws: &mut Draws) -> Event {
    let behaviour = match number % 16 {
        3 => order(format!("L{number}"), draws),
        7 => Behaviour::Complained(Complaint {
            topic: "delivery".to_owned(),
        }),
        11 | 15 => Behaviour::Other("Size Guide Opened".to_owned()),
        _ => Behaviour::Viewed(PageView {
            starts_visit: draws.percent(20),
            ..PageView::default()
        }),
    };
    let mut event = event(customer, now, behaviour);
    // Named as the house names things: UUIDv7, made in time.
    let made_ms = u64::try_from(now.0).unwrap_or(0) + number % 1_000_000 / 50;
    let mut random = [0; 10];
    draws.fill(&mut random);
    event.message_id = FactId::new(made_ms, &random).to_string()[4..].to_owned();
    if matches!(event.behaviour, Behaviour::Other(_)) {
        let page = format!("/sizes/{}", draws.below(10_000));
        event.personal.insert("page".to_owned(), page);
    }
    event
}

/// What a load did.
pub(crate) struct Done {
    pub(crate) events: u64,
    pub(crate) took: Duration,
    /// How long the writers' threads were on a processor.
    pub(crate) writers: Duration,
}

impl Done {
    /// Events a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.events as f64 / self.took.as_secs_f64()
    }
}

/// Gives a shop so many customers with a past.
pub(crate) fn settle_customers(app: &App, customers: u64, seed: u64) -> Result<Done, Failure> {
    let seed = testkit::seeds::Seed::new(seed);
    let start = Instant::now();
    let mut events = 0;
    let mut first = 0;
    // In slices, so that the past of a million customers need not fit into memory.
    while first < customers {
        let last = (first + 20_000).min(customers);
        let mut draws = seed.nth(first).draws();
        let requests = (first..last)
            .collect::<Vec<_>>()
            .chunks(EVENTS_PER_REQUEST)
            .map(|some| some.iter().flat_map(|it| past(*it, &mut draws)).collect())
            .collect();
        events += send(app, requests, 16)?.events;
        first = last;
    }
    Ok(Done {
        events,
        took: start.elapsed(),
        writers: Duration::ZERO,
    })
}

/// How long this process's writer threads have been on a processor, as Linux tells; nothing on
/// other systems.
fn writers_busy() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let busy = threads.flatten().filter_map(|thread| {
        let name = std::fs::read_to_string(thread.path().join("comm")).ok()?;
        let times = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        let busy: u64 = times.split_whitespace().next()?.parse().ok()?;
        (name.trim() == "writer").then_some(busy)
    });
    Duration::from_nanos(busy.sum())
}

/// Sends requests from so many clients, each waiting for its answer before the next, and checks
/// that every event was taken. The requests are made beforehand: their making is not measured.
pub(crate) fn send(app: &App, requests: Vec<Vec<Event>>, clients: usize) -> Result<Done, Failure> {
    let total: usize = requests.iter().map(Vec::len).sum();
    let slots: Vec<Mutex<Option<Vec<Event>>>> = requests
        .into_iter()
        .map(|request| Mutex::new(Some(request)))
        .collect();
    let next = AtomicUsize::new(0);
    let (failed, failures) = mpsc::channel::<String>();
    let client = |failed: mpsc::Sender<String>| {
        while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
            let request = slot.lock().ok().and_then(|mut it| it.take());
            let outcome = app.record(request.unwrap_or_default());
            let taken = |verdict: &Verdict| matches!(verdict, Verdict::Accepted { .. });
            let said = match outcome {
                Ok(verdicts) if verdicts.iter().all(taken) => continue,
                Ok(_) => "an event was not taken".to_owned(),
                Err(error) => error.to_string(),
            };
            // Nobody listens when another client failed first.
            let _ = failed.send(said);
            return;
        }
    };
    let (start, busy) = (Instant::now(), writers_busy());
    std::thread::scope(|scope| {
        for _ in 0..clients {
            let failed = failed.clone();
            scope.spawn(|| client(failed));
        }
    });
    let took = start.elapsed();
    let writers = writers_busy().saturating_sub(busy);
    drop(failed);
    match failures.recv() {
        Ok(said) => Err(said.into()),
        Err(_) => Ok(Done {
            events: total as u64,
            took,
            writers,
        }),
    }
}
