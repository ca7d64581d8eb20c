//! One request that the database refuses fails alone.

use std::sync::mpsc;

use store::Engine;
use testkit::engines::both;
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::told::{START, is_accepted, order, user, visit};

const REQUESTS: usize = 2_000;
const POISON: usize = 1_234;

/// Makes the database refuse one message, as a fault keyed by content.
fn poison(shop: &Fixture) {
    let text = match shop.place().engine() {
        Engine::Sqlite => {
            "CREATE TRIGGER refuse_poison BEFORE INSERT ON facts
               WHEN NEW.message_id = 'message of poison'
               BEGIN SELECT RAISE(ABORT, 'poison'); END"
        }
        Engine::Postgres => "ALTER TABLE facts ADD CHECK (message_id <> 'message of poison')",
    };
    rows::execute(shop.store(), text, &[]).expect("a table can be poisoned");
}

#[test]
fn one_poison_request_among_two_thousand_fails_alone() {
    both(|engine| {
        let faults = Faults::new();
        let shop = FixtureOptions::on(engine).hook(faults.hook()).open();
        poison(&shop);
        let (sender, receiver) = mpsc::channel();
        // The first request is held, so that the others wait and share their commits with it.
        let held = faults.hold("before_commit");
        for number in 0..REQUESTS {
            let id = match number {
                POISON => "poison".to_owned(),
                other => format!("order {other}"),
            };
            // Every tenth customer orders again, so that commits share customers too.
            let event = order(&id, &user(number % 1_800), START, 100);
            let sender = sender.clone();
            shop.app()
                .record_then(vec![event], move |outcome| {
                    sender.send((number, outcome)).expect("the test listens");
                })
                .expect("there is room");
        }
        held.wait();
        held.release();
        let mut accepted = 0;
        for _ in 0..REQUESTS {
            let (number, outcome) = receiver.recv().expect("every request is answered");
            match outcome {
                Ok(verdicts) => {
                    assert!(verdicts.iter().all(is_accepted), "{number}");
                    assert_ne!(number, POISON);
                    accepted += 1;
                }
                Err(error) => assert_eq!(number, POISON, "{error}"),
            }
        }
        assert_eq!(accepted, REQUESTS - 1);
        let text = "SELECT COUNT(*) AS n, COUNT(DISTINCT message_id) AS messages FROM facts
                     WHERE name = 'Order Completed'";
        let row = rows::query(shop.store(), text, &[]).remove(0);
        let there = i64::try_from(REQUESTS - 1).expect("few");
        assert_eq!(row.int("n").expect("a number"), there);
        assert_eq!(row.int("messages").expect("a number"), there);
        assert!(
            faults.passed("before_commit") < 400,
            "requests share their commits"
        );
    });
}

#[test]
fn a_fault_of_one_commit_is_tried_in_halves_and_nobody_is_lost() {
    both(|engine| {
        let faults = Faults::new();
        let shop = FixtureOptions::on(engine).hook(faults.hook()).open();
        for point in ["before_lock", "after_lock", "before_commit", "after_commit"] {
            faults.fail(point, 1);
            let (sender, receiver) = mpsc::channel();
            let held = faults.hold("before_lock");
            for number in 0..20 {
                let event = visit(&format!("{point} {number}"), &user(number), START);
                let sender = sender.clone();
                shop.app()
                    .record_then(vec![event], move |outcome| {
                        sender.send(outcome.is_ok()).expect("the test listens");
                    })
                    .expect("there is room");
            }
            held.wait();
            held.release();
            let answers: Vec<bool> = (0..20)
                .map(|_| receiver.recv().expect("every request is answered"))
                .collect();
            let failed = answers.iter().filter(|ok| !**ok).count();
            assert!(failed <= 1, "{point}: {failed} of 20 failed");
            // Sent again, each counts once.
            for number in 0..20 {
                shop.record(vec![visit(
                    &format!("{point} {number}"),
                    &user(number),
                    START,
                )]);
            }
        }
        let row = rows::query(shop.store(), "SELECT COUNT(*) AS n FROM facts", &[]).remove(0);
        assert_eq!(row.int("n").expect("a number"), 80);
    });
}
