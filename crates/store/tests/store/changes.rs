//! Followers miss no change, in whatever order transactions commit.

use store::Engine;
use testkit::engines::both;
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::told::{START, order, user};

fn orders_followed(shop: &Fixture) -> i64 {
    let text = "SELECT CAST(COALESCE(SUM(orders), 0) AS BIGINT) AS n FROM customer_metrics";
    let row = rows::query(shop.store(), text, &[]).remove(0);
    row.int("n").expect("a number")
}

#[test]
fn transactions_that_commit_in_reverse_order_are_all_followed() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .writers(5)
        .hook(faults.hook())
        .open();
    let app = shop.app();
    std::thread::scope(|scope| {
        let mut all_held = Vec::new();
        for number in 0..3 {
            let held = faults.hold("before_commit");
            scope.spawn(move || {
                let event = order(&format!("order {number}"), &user(number), START, 100);
                app.record(vec![event]).expect("it is taken");
            });
            held.wait();
            all_held.push(held);
        }
        // The last one to begin commits first, and the follower reads in between.
        for (done, held) in (0..).zip(all_held.into_iter().rev()) {
            shop.settle();
            assert_eq!(orders_followed(&shop), done);
            let commits = faults.passed("after_commit");
            held.release();
            while faults.passed("after_commit") == commits {
                std::thread::yield_now();
            }
        }
    });
    shop.settle();
    assert_eq!(orders_followed(&shop), 3);
}

#[test]
fn a_follower_that_failed_reads_the_same_changes_again() {
    both(|engine| {
        let faults = Faults::new();
        let shop = FixtureOptions::on(engine).hook(faults.hook()).open();
        shop.record(vec![order("order 1", &user(1), START, 100)]);
        faults.fail("before_commit", 1);
        assert!(shop.app().settle().is_err(), "the fault shows");
        assert_eq!(orders_followed(&shop), 0);
        shop.settle();
        assert_eq!(orders_followed(&shop), 1);
        // What is done is done, and a second settling finds nothing.
        let commits = faults.passed("before_commit");
        shop.settle();
        assert_eq!(faults.passed("before_commit"), commits);
    });
}
