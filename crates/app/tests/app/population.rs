//! The population follows whatever is written, and misses nothing in any order of commits. That
//! it then holds what the store does is checked when a fixture is dropped, and here in between.

use std::sync::atomic::AtomicBool;

use app::AppError;
use app::insight::PopulationState;
use domain::ids::StreamId;
use domain::segments::{Column, Comparison, Test};
use domain::time::Millis;
use store::{Engine, Queue};
use testkit::clock::FakeClock;
use testkit::engines::both;
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::{Draws, Seed};
use testkit::told::{START, order, user, visit};

fn agree(shop: &Fixture) {
    shop.settle();
    assert_eq!(shop.findings(), Vec::<String>::new());
}

fn held(shop: &Fixture) -> usize {
    let population = shop.app().population().ready();
    population.expect("it was followed").len()
}

/// One random write: news of somebody, a merge, its undoing, an erasure.
fn write(shop: &Fixture, draws: &mut Draws, round: usize, merges: &mut Vec<domain::ids::MergeId>) {
    let person = |draws: &mut Draws| user(draws.below(12) as usize);
    let id = format!("{round}");
    match draws.below(10) {
        0 | 1 => {
            let (into, from) = (shop.find(&person(draws)), shop.find(&person(draws)));
            if let Some((into, from)) = into.zip(from).filter(|(into, from)| into != from) {
                merges.push(shop.app().merge(into, from).expect("two are merged"));
            }
        }
        2 => {
            if let Some(merge) = merges.pop() {
                // One of the two may have been erased meanwhile.
                let _ = shop.app().unmerge(merge);
            }
        }
        3 if draws.percent(40) => {
            if let Some(root) = shop.find(&person(draws)) {
                shop.erase(root);
            }
        }
        4 | 5 => {
            shop.record(vec![visit(&id, &person(draws), START)]);
        }
        _ => {
            let amount = draws.between(1, 900);
            shop.record(vec![order(&id, &person(draws), START, amount)]);
        }
    }
}

#[test]
fn the_population_follows_whatever_is_written() {
    let seed = Seed::from_env_or(31);
    let _guard = seed.guard();
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(3).open();
        shop.follow_population();
        let (mut draws, mut merges) = (seed.draws(), Vec::new());
        for round in 0..120 {
            write(&shop, &mut draws, round, &mut merges);
            match draws.below(6) {
                // The metrics have not followed yet: nothing is to be seen, and nothing is lost.
                0 => shop.follow_population(),
                1 => shop.settle(),
                2 if draws.percent(30) => agree(&shop),
                _ => {}
            }
        }
    });
}

/// Two transactions that were begun first commit last, the later one first.
#[test]
fn transactions_that_commit_in_reverse_order_are_not_missed() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .writers(4)
        .hook(faults.hook())
        .open();
    shop.record(
        (0..4)
            .map(|it| visit(&format!("v{it}"), &user(it), START))
            .collect(),
    );
    agree(&shop);
    let orders = |at_least: i64| {
        let population = shop.app().population().ready().expect("it was followed");
        population.count(&Test::Number {
            column: Column::Orders,
            comparison: Comparison::GreaterOrEqual,
            value: at_least,
        })
    };
    std::thread::scope(|scope| {
        let first = faults.hold("before_commit");
        let one = scope.spawn(|| shop.record(vec![order("a", &user(0), START, 100)]));
        first.wait();
        let second = faults.hold("before_commit");
        let two = scope.spawn(|| shop.record(vec![order("b", &user(1), START, 100)]));
        second.wait();
        shop.record(vec![order("c", &user(2), START, 100)]);
        shop.settle();
        assert_eq!(orders(1), 1, "two are not committed");
        second.release();
        two.join().expect("no panic");
        shop.settle();
        assert_eq!(orders(1), 2);
        first.release();
        one.join().expect("no panic");
    });
    shop.settle();
    assert_eq!(orders(1), 3);
}

#[test]
fn another_node_follows_for_itself() {
    let shop = FixtureOptions::on(Engine::Postgres).open();
    let other = shop
        .another(FakeClock::new(START), Seed::new(9))
        .expect("another node opens");
    let stop = AtomicBool::new(false);
    other.follow_population(&stop).expect("it follows");
    shop.record(
        (0..40)
            .map(|it| order(&format!("{it}"), &user(it), START, 10))
            .collect(),
    );
    shop.settle();
    other.follow_population(&stop).expect("it follows");
    let ids = |state: PopulationState| -> Vec<StreamId> {
        state.ready().expect("it was followed").ids().collect()
    };
    assert_eq!(ids(other.population()), ids(shop.app().population()));
}

#[test]
fn a_population_that_was_outrun_is_read_anew() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(
            (0..3)
                .map(|it| order(&format!("{it}"), &user(it), START, 10))
                .collect(),
        );
        shop.settle();
        shop.record(
            (3..9)
                .map(|it| order(&format!("{it}"), &user(it), START, 10))
                .collect(),
        );
        shop.app().settle().expect("the metrics follow");
        assert_eq!(held(&shop), 3, "the population was not asked to follow");
        let prune = |session: &mut store::Session| {
            session.transaction(|tx| {
                for (writer, n) in store::changes::writer_positions(tx)? {
                    store::changes::changes_prune(tx, writer, n)?;
                }
                Ok(())
            })
        };
        let pruned = shop.store().write(Queue::Jobs, prune);
        pruned.expect("changes are dropped");
        shop.follow_population();
        assert_eq!(held(&shop), 9);
    });
}

#[test]
fn it_warms_up_until_it_was_read_and_a_restart_begins_anew() {
    both(|engine| {
        let mut shop = Fixture::new(engine);
        shop.record(
            (0..5)
                .map(|it| order(&format!("{it}"), &user(it), START, 10))
                .collect(),
        );
        shop.app().settle().expect("the metrics follow");
        let warming = |shop: &Fixture| {
            let state = shop.app().population();
            matches!(state, PopulationState::Warming { percent: 0 })
        };
        assert!(warming(&shop));
        let stopped = shop.app().follow_population(&AtomicBool::new(true));
        assert!(matches!(stopped, Err(AppError::Stopped)));
        assert!(warming(&shop));
        shop.follow_population();
        let ids = |shop: &Fixture| -> Vec<StreamId> {
            let population = shop.app().population().ready();
            population.expect("it was followed").ids().collect()
        };
        let before = ids(&shop);
        shop.restart();
        assert!(warming(&shop));
        shop.follow_population();
        assert_eq!(ids(&shop), before);
    });
}

#[test]
fn a_snapshot_stays_as_it_was() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(
            (0..5)
                .map(|it| order(&format!("{it}"), &user(it), START, 10))
                .collect(),
        );
        shop.settle();
        let snapshot = shop.app().population().ready().expect("it was followed");
        let rows = |population: &app::insight::Population| -> Vec<_> {
            let everybody = population.everybody();
            let places = everybody.iter();
            places
                .map(|it| (population.id(it), population.metrics(it)))
                .collect()
        };
        let before = rows(&snapshot);
        shop.erase(shop.customer(&user(2)));
        shop.record(vec![
            order("more", &user(3), START, 10),
            visit("new", &user(7), START),
        ]);
        shop.settle();
        assert_eq!(rows(&snapshot), before);
        let now = shop.app().population().ready().expect("it was followed");
        assert_ne!(rows(&now), before);
    });
}

#[test]
fn thresholds_are_published_once_a_day() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let publish = || shop.app().publish_thresholds().expect("they are published");
        let newest = || shop.app().thresholds().expect("they are read");
        assert!(!publish(), "the population is not there yet");
        shop.record(vec![visit("v", &user(90), START)]);
        shop.settle();
        assert!(!publish(), "nobody has bought");
        // Ten buyers; the third has as many orders as the fourth.
        let orders = (0..10_usize).flat_map(|buyer| {
            let times = if buyer == 2 { 4 } else { buyer + 1 };
            (0..times).map(move |time| (buyer, time))
        });
        let told = orders.map(|(buyer, time)| {
            let at = START.plus((buyer as i64) * Millis::DAY);
            order(&format!("{buyer} {time}"), &user(buyer), at, 100)
        });
        shop.record(told.collect());
        shop.settle();
        shop.clock().set(shop.clock().now().plus(60_000));
        assert!(publish());
        assert!(!publish(), "they are young");
        let published = newest().expect("they are there");
        assert_eq!(published.version, 1);
        assert_eq!(published.orders, [4, 5, 7, 9]);
        assert_eq!(published.net, [400, 500, 700, 900]);
        let first = shop.app().in_force().fold.day(START).0;
        let days: Vec<i32> = published
            .last_order
            .iter()
            .map(|day| day.0 - first)
            .collect();
        assert_eq!(days, [2, 4, 6, 8]);
        shop.clock().set(shop.clock().now().plus(Millis::DAY));
        assert!(publish());
        assert_eq!(newest().map(|it| it.version), Some(2));
    });
}
