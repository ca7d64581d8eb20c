//! Refolding: heals, stops, goes on, and never writes over what came meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use app::AppError;
use domain::events::{HistoryPiece, ProductTold, UnitCost};
use domain::money::Currency;
use store::{Engine, Queue};
use testkit::engines::both;
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told::{START, order, user, visit};

use crate::{number, state_of};

fn crowd(shop: &Fixture, customers: usize) {
    let orders = (0..customers).map(|it| order(&format!("{it}"), &user(it), START, 100));
    shop.record(orders.collect());
    shop.settle();
}

fn damage(shop: &Fixture) {
    let text = "UPDATE customers SET state = '{\"observed\":{\"facts\":99}}'";
    rows::execute(shop.store(), text, &[]).expect("damage is done");
}

fn rebuild(shop: &Fixture) -> app::customers::Rebuilt {
    shop.app()
        .rebuild(&AtomicBool::new(false), &|_| {})
        .expect("states are rebuilt")
}

#[test]
fn damaged_states_are_found_and_healed() {
    both(|engine| {
        let shop = Fixture::new(engine);
        crowd(&shop, 70);
        let before = rows::tables(shop.store());
        assert_eq!(rebuild(&shop).changed, 0, "nothing is wrong yet");
        damage(&shop);
        let found = shop.app().fold_verify().expect("states can be folded");
        assert_eq!(found.len(), 70);
        let rebuilt = rebuild(&shop);
        assert_eq!(
            (rebuilt.customers, rebuilt.changed, rebuilt.busy),
            (70, 70, 0)
        );
        shop.settle();
        let after = rows::tables(shop.store());
        assert_eq!(after["customers"], before["customers"]);
        assert_eq!(after["customer_metrics"], before["customer_metrics"]);
    });
}

#[test]
fn a_run_that_was_stopped_goes_on_where_it_was() {
    both(|engine| {
        let mut shop = Fixture::new(engine);
        crowd(&shop, 1_100);
        damage(&shop);
        let stop = AtomicBool::new(false);
        let folded = AtomicU64::new(0);
        let outcome = shop.app().rebuild(&stop, &|progress| {
            assert_eq!(progress.customers_total, 1_100);
            folded.store(progress.customers, Ordering::SeqCst);
            stop.store(true, Ordering::SeqCst);
        });
        assert!(matches!(outcome, Err(AppError::Stopped)));
        let folded = folded.into_inner();
        assert!(
            (1..1_100).contains(&folded),
            "{folded} before it was stopped"
        );
        shop.restart();
        let rest = rebuild(&shop);
        assert_eq!(rest.customers + folded, 1_100);
        assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM jobs"), 0);
        // The next one begins at the beginning.
        assert_eq!(rebuild(&shop).customers, 1_100);
    });
}

#[test]
fn what_is_written_while_a_state_is_folded_stays() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .hook(faults.hook())
        .open();
    crowd(&shop, 3);
    damage(&shop);
    std::thread::scope(|scope| {
        let held = faults.hold("before_commit");
        let writing = scope.spawn(|| shop.record(vec![visit("late", &user(1), START)]));
        held.wait();
        let rebuilding = scope.spawn(|| rebuild(&shop));
        // The folds are done and meet the row that is being written.
        shop.place().wait_for_blocked(1);
        held.release();
        writing.join().expect("no panic");
        let rebuilt = rebuilding.join().expect("no panic");
        assert_eq!((rebuilt.changed, rebuilt.busy), (2, 1));
    });
    // The one that was busy had been damaged before it was written: the next run heals it.
    assert_eq!(rebuild(&shop).changed, 1);
    assert_eq!(state_of(&shop, &user(1)).observed.facts, 2);
}

#[test]
fn rebuilding_beside_a_busy_shop_loses_nothing() {
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(3).open();
        crowd(&shop, 200);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    rebuild(&shop);
                }
            });
            for round in 0..20 {
                let some = (0..10).map(|it| {
                    let id = format!("{round} {it}");
                    visit(&id, &user(round * 10 + it), START)
                });
                shop.record(some.collect());
            }
            done.store(true, Ordering::SeqCst);
        });
    });
}

/// A customer who left by a merge and came back by its undoing is not the one that was read.
#[test]
fn a_state_that_was_folded_before_a_merge_is_not_put_after_its_undoing() {
    both(|engine| {
        let shop = Fixture::new(engine);
        // The one who leaves has been written more often than the one who stays.
        shop.record(vec![visit("one", &user(1), START)]);
        shop.record(vec![visit("two", &user(2), START)]);
        shop.record(vec![visit("three", &user(2), START)]);
        shop.record(vec![visit("four", &user(2), START)]);
        let (into, from) = (shop.customer(&user(1)), shop.customer(&user(2)));
        let read = |root| {
            let rows = shop
                .store()
                .read(|conn| store::customers::customer_read(conn, &[root]));
            rows.expect("a reader works").remove(0)
        };
        let old = read(from);
        let merge = shop.app().merge(into, from).expect("merged");
        shop.app().unmerge(merge).expect("undone");
        assert!(read(from).revision > old.revision);
        let put = shop.store().write(Queue::Jobs, move |session| {
            session.transaction(|tx| store::customers::customer_refold(tx, &old))
        });
        assert!(!put.expect("a writer works"), "an old fold was put");
    });
}

/// Two nodes of one shop: one hears of costs and folds anew, the other does not know yet and
/// writes on. What it wrote is told apart, and healed when it knows.
#[test]
fn a_node_that_knows_no_costs_yet_does_no_lasting_harm() {
    let shop = Fixture::new(Engine::Postgres);
    crowd(&shop, 3);
    let clock = shop.clock().clone();
    let other = shop.another(clock, Seed::new(5)).expect("a second node");
    let product = ProductTold {
        product: "LAMP".to_owned(),
        cost: Some(UnitCost {
            hundredths: 4_000,
            currency: Currency::EUR,
        }),
        is_catalogue: true,
        ..ProductTold::default()
    };
    shop.import("costs", vec![HistoryPiece::Products(vec![product])]);
    let late = vec![order("late", &user(1), START, 100)];
    other.record(late).expect("the other node takes it");
    let found = shop.app().fold_verify().expect("states can be folded");
    assert_eq!(found.len(), 1, "the late order has no cost: {found:?}");
    other.settle().expect("it reads what is in force");
    let stop = AtomicBool::new(false);
    assert_eq!(other.refold_stale(&stop).expect("it heals"), 1);
    other
        .record(vec![order("later", &user(1), START, 100)])
        .expect("it knows by now");
    assert_eq!(
        shop.app().fold_verify().expect("states can be folded"),
        Vec::<String>::new()
    );
    shop.settle();
}
