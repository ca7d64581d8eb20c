//! The server goes away under a running shop: restarted in the middle, connections cut. The
//! sender sends again what was not answered, and all of it is there once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use app::App;
use app::environment::Environment;
use store::Engine;
use testkit::engines::Place;
use testkit::seeds::Seed;

use crate::Rounds;
use crate::cluster::Cluster;
use crate::shop::{Shop, batch, check_once, check_whole};

const BATCHES: u64 = 160;
const SENDERS: u64 = 4;
/// A server that is restarted is back by then.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sends until it is taken; a connection that is gone is no reason to give up.
fn send(app: &App, seed: u64, number: u64) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match app.record(batch(seed, number)) {
            Ok(_) => return,
            Err(error) if Instant::now() > deadline => panic!("batch {number}: {error}"),
            Err(_) => std::thread::yield_now(),
        }
    }
}

/// Sends all batches of a round from several threads and interrupts twice in between.
fn round(shop: &Shop, number: u64, seed: Seed, interrupt: impl Fn()) {
    let app = shop.open(Environment::system()).expect("the shop opens");
    let mut draws = seed.draws();
    let moments = [
        draws.below(BATCHES / 2),
        BATCHES / 2 + draws.below(BATCHES / 2 - 8),
    ];
    let batches = number * BATCHES..(number + 1) * BATCHES;
    let sent = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            let (app, sent, batches) = (&app, &sent, batches.clone());
            scope.spawn(move || {
                for number in batches.filter(|it| it % SENDERS == sender) {
                    send(app, seed.number(), number);
                    sent.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for moment in moments {
            while sent.load(Ordering::SeqCst) < moment {
                std::thread::yield_now();
            }
            interrupt();
        }
    });
    check_once(&app, &batches.collect());
    check_whole(&app);
}

#[test]
fn postgres_is_restarted_in_the_middle() {
    let cluster = Cluster::start();
    let shop = cluster.shop();
    for (number, seed) in Rounds::new("restarts of PostgreSQL", 3, 5) {
        round(&shop, number, seed, || cluster.crash());
    }
}

#[test]
fn connections_are_cut() {
    let place = Place::new(Engine::Postgres);
    let shop = Shop::at(&place);
    let cut = || {
        // Those of this schema alone: others test on the same server. A connection that holds
        // nothing right now is not found; there is always one that does.
        let text = "SELECT COUNT(pg_terminate_backend(l.pid)) FROM (
                SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                  JOIN pg_namespace s ON s.oid = c.relnamespace
                 WHERE s.nspname = $1 AND l.pid <> pg_backend_pid()) l";
        let deadline = Instant::now() + PATIENCE;
        let mut administrator = place.administrator();
        while Instant::now() < deadline {
            let row = administrator.query_one(text, &[&place.schema()]);
            if row.expect("an administrator may").get::<_, i64>(0) > 0 {
                return;
            }
        }
        panic!("no connection held anything");
    };
    for (number, seed) in Rounds::new("cut connections", 3, 5) {
        round(&shop, number, seed, cut);
    }
}
