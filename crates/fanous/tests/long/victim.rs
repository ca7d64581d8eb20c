//! The process that is killed: this test binary, started anew, which opens a shop and takes
//! seeded batches from several threads, printing the number of each batch after its answer.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use app::environment::{Clock, Environment, SystemClock, SystemRandomness};
use domain::time::Millis;

use crate::shop::{Order, Shop, batch, parse_orders};

/// What the victim is to do; it is in its environment, where no other test looks.
const ORDERS: &str = "FANOUS_LONG_VICTIM";
/// How long a victim that says nothing is waited for.
const SILENCE_MAX: Duration = Duration::from_secs(120);

/// The system's clock, wrong by so many milliseconds.
struct WrongClock(i64);

impl Clock for WrongClock {
    fn now(&self) -> Millis {
        SystemClock.now().plus(self.0)
    }
}

/// Not a test of its own: it acts only in a process that was started to be a victim.
#[test]
fn acts() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let order = parse_orders(&orders);
    let clock = Arc::new(WrongClock(order.clock_ahead_ms));
    let environment = Environment::new(clock, Arc::new(SystemRandomness));
    let app = order
        .shop
        .open(environment)
        .expect("the victim opens the shop");
    say("open");
    std::thread::scope(|scope| {
        for thread in 0..order.threads {
            let (app, order) = (&app, &order);
            scope.spawn(move || {
                for number in (order.first + thread..order.last).step_by(step(order.threads)) {
                    match app.record(batch(order.seed, number)) {
                        Ok(_) => say(&format!("ack {number}")),
                        Err(error) => say(&format!("failed {number} {error}")),
                    }
                    if order.adjusts {
                        crate::race::adjust(app, order.seed, number, &say);
                    }
                }
            });
        }
    });
    say("done");
}

fn step(threads: u64) -> usize {
    usize::try_from(threads).expect("threads are few")
}

/// One line, whole, past the test runner's capture; a reader that is gone ends the process.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nvictim {line}")
        .and_then(|()| out.flush())
        .expect("somebody listens");
}

/// A running victim.
pub(crate) struct Victim {
    child: Child,
    lines: Receiver<String>,
    pub(crate) acknowledged: BTreeSet<u64>,
    /// What else it said.
    pub(crate) said: Vec<String>,
}

impl Victim {
    pub(crate) fn start(order: &Order) -> Self {
        let executable = std::env::current_exe().expect("a test knows itself");
        Self::start_as(Command::new(executable), "victim::acts", ORDERS, order)
    }

    /// Starts another such test, whose order is in another variable.
    pub(crate) fn start_other(test: &str, variable: &str, order: &Order) -> Self {
        let executable = std::env::current_exe().expect("a test knows itself");
        Self::start_as(Command::new(executable), test, variable, order)
    }

    /// Starts it under another program, whose last argument is the program to run.
    pub(crate) fn start_under(mut other: Command, order: &Order) -> Self {
        other.arg(std::env::current_exe().expect("a test knows itself"));
        Self::start_as(other, "victim::acts", ORDERS, order)
    }

    fn start_as(mut command: Command, test: &str, variable: &str, order: &Order) -> Self {
        let mut child = command
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(variable, order.text())
            .env_remove("FANOUS_LONG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a victim starts");
        let out = child.stdout.take().expect("its output is a pipe");
        Self {
            child,
            lines: listen(out),
            acknowledged: BTreeSet::new(),
            said: Vec::new(),
        }
    }

    /// Waits for the next thing it says; none when it is gone.
    pub(crate) fn hear(&mut self) -> Option<String> {
        match self.lines.recv_timeout(SILENCE_MAX) {
            Ok(line) => {
                let number = line.strip_prefix("ack ").and_then(|it| it.parse().ok());
                match number {
                    Some(number) => drop(self.acknowledged.insert(number)),
                    None => self.said.push(line.clone()),
                }
                Some(line)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the victim says nothing"),
        }
    }

    /// Waits until it has acknowledged so many batches, or is done.
    pub(crate) fn wait_for(&mut self, acknowledged: usize) {
        while self.acknowledged.len() < acknowledged {
            match self.hear().as_deref() {
                Some("done") | None => return,
                Some(_) => {}
            }
        }
    }

    /// Ends it with SIGKILL and hears what it still said before.
    pub(crate) fn kill(&mut self) {
        // It may have come to its end already.
        let _ = self.child.kill();
        self.wait_to_its_end();
    }

    pub(crate) fn wait_to_its_end(&mut self) {
        while self.hear().is_some() {}
        self.child.wait().expect("a child is waited for");
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // When a test fails, nothing of it stays; usually it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(out: ChildStdout) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if let Some(said) = line.strip_prefix("victim ") {
                // The test may have heard enough.
                if sender.send(said.to_owned()).is_err() {
                    return;
                }
            }
        }
    });
    lines
}

/// A shop and an order for it.
pub(crate) fn order(shop: &Shop, seed: u64, first: u64, last: u64) -> Order {
    Order {
        shop: shop.clone(),
        seed,
        first,
        last,
        threads: 4,
        clock_ahead_ms: 0,
        adjusts: false,
    }
}
