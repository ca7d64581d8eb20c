//! The program itself and senders who know it by HTTP alone: killed in the middle, two of it on
//! one database, its database restarted under it. A sender sends again what was not answered, with
//! the same message ids, and afterwards each event is there once.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::App;
use app::environment::{Clock, Environment, SystemClock};
use app::settings::KeyKind;
use app::trust::Vault;
use domain::time::Millis;
use serde_json::{Value, json};
use store::{Engine, Options, Store};
use testkit::engines::Place;
use testkit::seeds::Seed;

use crate::Rounds;
use crate::cluster::Cluster;
use crate::shop::{EVENTS, Shop, check_once, check_whole};

const BATCHES: u64 = 48;
const SENDERS: u64 = 4;
const CUSTOMERS: u64 = 40;
/// A program that is started again, and a server that is restarted, are back by then.
const PATIENCE: Duration = Duration::from_secs(120);
/// An answer that does not come is asked for again.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Opens a shop as the program does, with the key that the program made.
pub(crate) fn open(shop: &Shop) -> App {
    std::fs::create_dir_all(&shop.keys).expect("a folder can be made");
    let options = Options {
        schema: shop.schema.clone(),
        ..Options::default()
    };
    let store = Store::open(&shop.data, &options).expect("the store opens");
    let environment = Environment::system();
    let vault = Vault::open(&shop.keys, &environment).expect("a key");
    App::open(store, environment, vault).expect("the shop opens")
}

/// The program, serving a shop.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
}

impl Program {
    pub(crate) fn start(shop: &Shop) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fanous"));
        command.arg("--data").arg(&shop.data);
        command.arg("--keys").arg(&shop.keys);
        if let Some(schema) = &shop.schema {
            command.arg("--schema").arg(schema);
        }
        command.args(["--json", "serve", "--listen", "127.0.0.1:0"]);
        command.env("FANOUS_LOG", "off").env_remove("FANOUS_CONFIG");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = child.stdout.take().expect("its output is a pipe");
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        let line = lines.next().expect("it says where it is");
        let ready: Value = serde_json::from_str(&line).expect("a line of JSON");
        let url = ready["url"].as_str().expect("an address").to_owned();
        Self { child, url }
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself, which the check afterwards finds out.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The events of a batch: the same for everybody who asks, each with a message id of its own.
pub(crate) fn body(seed: u64, number: u64, at: Millis) -> String {
    let event = |place: u64| {
        let mut draws = Seed::new(seed).nth(number).nth(place).draws();
        let mut event = json!({
            "messageId": format!("m-{number}-{place}"),
            "userId": format!("u-{}", draws.below(CUSTOMERS)),
            "timestamp": at.to_string(),
            "type": "track",
        });
        let (name, properties) = match draws.below(4) {
            0 => {
                let order_id = format!("O{number}-{place}");
                let total = draws.between(1, 900);
                let properties = json!({"order_id": order_id, "total": total, "currency": "EUR"});
                ("Order Completed", properties)
            }
            1 => ("Quiz Answered", json!({"answer": format!("blue {number}")})),
            _ => ("Product Viewed", json!({"product_id": "C1"})),
        };
        event["event"] = json!(name);
        event["properties"] = properties;
        event
    };
    let events: Vec<Value> = (0..EVENTS).map(event).collect();
    json!({ "batch": events }).to_string()
}

/// Sends a body once; none when there was no answer.
pub(crate) fn post(url: &str, key: &str, body: &str) -> Option<u16> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_idle_connections(0)
        .timeout_global(Some(ANSWER_MAX));
    let agent = config.build().new_agent();
    let request = agent
        .post(format!("{url}/v1/batch"))
        .header("X-Write-Key", key)
        .send(body);
    request.ok().map(|answer| answer.status().as_u16())
}

/// Where the program is at the moment.
type Address = Mutex<String>;

/// Sends until it is taken, as libraries of senders do: no answer, and one that asks for patience,
/// are reasons to send again, with the same message ids.
fn send(address: &Address, key: &str, body: &str) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let url = address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match post(&url, key, body) {
            Some(200) => return,
            None | Some(408 | 429 | 500..=599) => std::thread::yield_now(),
            Some(status) => panic!("a batch was answered with {status}, and would be lost"),
        }
    }
    panic!("a batch was not taken");
}

/// What a round is about.
struct Round<'r> {
    shop: &'r Shop,
    seed: Seed,
    batches: std::ops::Range<u64>,
}

impl Round<'_> {
    /// Sends all batches to each address from several threads, and interrupts twice in between.
    fn run(&self, addresses: &[Address], key: &str, mut interrupt: impl FnMut()) {
        let at = SystemClock.now();
        let sent = AtomicU64::new(0);
        let mut draws = self.seed.draws();
        let whole = BATCHES * addresses.len() as u64;
        let moments = [
            draws.below(whole / 2),
            whole / 2 + draws.below(whole / 2 - 8),
        ];
        std::thread::scope(|scope| {
            for address in addresses {
                for sender in 0..SENDERS {
                    let sent = &sent;
                    scope.spawn(move || {
                        let numbers = self.batches.clone();
                        for number in numbers.filter(|it| it % SENDERS == sender) {
                            send(address, key, &body(self.seed.number(), number, at));
                            sent.fetch_add(1, Ordering::SeqCst);
                        }
                    });
                }
            }
            for moment in moments {
                while sent.load(Ordering::SeqCst) < moment {
                    std::thread::yield_now();
                }
                interrupt();
            }
        });
    }

    fn check(&self) {
        let app = open(self.shop);
        check_once(&app, &self.batches.clone().collect());
        check_whole(&app);
    }
}

fn round_of<'r>(shop: &'r Shop, number: u64, seed: Seed) -> Round<'r> {
    let batches = number * BATCHES..(number + 1) * BATCHES;
    Round {
        shop,
        seed,
        batches,
    }
}

fn key_of(shop: &Shop) -> String {
    open(shop).key_create(KeyKind::Secret).expect("a key")
}

/// The program is killed twice in a round and started again.
fn kills(engine: Engine, name: &'static str) {
    let place = Place::new(engine);
    let shop = Shop::at(&place);
    let key = key_of(&shop);
    for (number, seed) in Rounds::new(name, 6, 8) {
        let _guard = seed.guard();
        let round = round_of(&shop, number, seed);
        let mut program = Program::start(&shop);
        let address = [Address::new(program.url.clone())];
        round.run(&address, &key, || {
            program.kill();
            program = Program::start(&shop);
            let mut url = address[0].lock().unwrap_or_else(PoisonError::into_inner);
            url.clone_from(&program.url);
        });
        program.kill();
        round.check();
    }
}

#[test]
fn what_sqlite_acknowledged_over_http_is_there_once() {
    kills(Engine::Sqlite, "kills over HTTP on SQLite");
}

#[test]
fn what_postgres_acknowledged_over_http_is_there_once() {
    kills(Engine::Postgres, "kills over HTTP on PostgreSQL");
}

/// Two of the program on one database, and every batch comes to both at once.
#[test]
fn two_programs_take_the_same_batches_once() {
    let place = Place::new(Engine::Postgres);
    let shop = Shop::at(&place);
    let key = key_of(&shop);
    for (number, seed) in Rounds::new("two programs over HTTP", 4, 5) {
        let _guard = seed.guard();
        let round = round_of(&shop, number, seed);
        let mut programs = [Program::start(&shop), Program::start(&shop)];
        let addresses = programs.each_ref().map(|it| Address::new(it.url.clone()));
        round.run(&addresses, &key, || {});
        programs.iter_mut().for_each(Program::kill);
        round.check();
    }
}

#[test]
fn a_database_that_is_restarted_costs_the_senders_nothing() {
    let cluster = Cluster::start();
    let shop = cluster.shop();
    let key = key_of(&shop);
    for (number, seed) in Rounds::new("restarts under HTTP", 3, 5) {
        let _guard = seed.guard();
        let round = round_of(&shop, number, seed);
        let mut program = Program::start(&shop);
        let address = [Address::new(program.url.clone())];
        round.run(&address, &key, || cluster.crash());
        program.kill();
        round.check();
    }
}
