//! `kill -9` from outside, at seeded points, under load.

use app::environment::Environment;
use store::Engine;
use testkit::engines::Place;
use testkit::seeds::Seed;

use crate::Rounds;
use crate::cluster::Cluster;
use crate::shop::{Shop, check_once, check_whole, resend};
use crate::victim::{Victim, order};

/// Batches of a round; a victim is killed before it comes to the last.
const BATCHES: u64 = 120;
/// After so many rounds the whole store is checked; the exactly-once check is in every round.
const ROUNDS_BEFORE_WHOLE_CHECK: u64 = 5;

/// Kills a victim somewhere in its batches and returns after the checks.
fn round(shop: &Shop, number: u64, seed: Seed, strike: impl FnOnce()) {
    let mut draws = seed.draws();
    let batches = number * BATCHES..(number + 1) * BATCHES;
    let seed = seed.number();
    let mut victim = Victim::start(&order(shop, seed, batches.start, batches.end));
    let moment = draws.below(BATCHES - 20);
    victim.wait_for(usize::try_from(moment).expect("batches are few"));
    strike();
    victim.kill();
    let app = shop
        .open(Environment::system())
        .expect("the shop opens after a kill");
    check_once(&app, &victim.acknowledged);
    println!("killed after {} batches", victim.acknowledged.len());
    resend(&app, seed, batches.clone(), &victim.acknowledged);
    check_once(&app, &batches.collect());
    if number.is_multiple_of(ROUNDS_BEFORE_WHOLE_CHECK) {
        check_whole(&app);
    }
}

#[test]
fn sqlite_keeps_what_it_acknowledged() {
    let place = Place::new(Engine::Sqlite);
    let shop = Shop::at(&place);
    for (number, seed) in Rounds::new("kills on SQLite", 26, 12) {
        round(&shop, number, seed, || {});
    }
    check_whole(&shop.open(Environment::system()).expect("it opens"));
}

#[test]
fn postgres_keeps_what_it_acknowledged() {
    let place = Place::new(Engine::Postgres);
    let shop = Shop::at(&place);
    for (number, seed) in Rounds::new("kills on PostgreSQL", 20, 10) {
        round(&shop, number, seed, || {});
    }
    check_whole(&shop.open(Environment::system()).expect("it opens"));
}

/// Victim and server die together, as when the power fails on the machine of both.
#[test]
fn postgres_crashes_with_its_client() {
    let cluster = Cluster::start();
    let shop = cluster.shop();
    for (number, seed) in Rounds::new("kills of client and server", 10, 10) {
        round(&shop, number, seed, || cluster.crash());
    }
    check_whole(&shop.open(Environment::system()).expect("it opens"));
}
