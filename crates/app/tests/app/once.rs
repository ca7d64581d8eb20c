//! Exactly once: by message, by natural key, within a batch, across batches, across threads.

use std::sync::Barrier;

use app::events::Verdict;
use domain::events::{Event, EventRefusal};
use store::Engine;
use testkit::engines::both;
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::Seed;
use testkit::told::{START, event, named, order, ordered, user, visit};

use crate::number;

fn accepted(verdicts: &[Verdict]) -> usize {
    let is_accepted = |it: &&Verdict| matches!(it, Verdict::Accepted { .. });
    verdicts.iter().filter(is_accepted).count()
}

fn facts(shop: &Fixture) -> i64 {
    number(
        shop,
        "SELECT COUNT(*) AS n FROM facts WHERE kind = 'observed'",
    )
}

#[test]
fn a_message_counts_once_within_a_batch_across_batches_and_after_a_restart() {
    both(|engine| {
        let mut shop = Fixture::new(engine);
        let one = visit("one", &user(1), START);
        let two = visit("two", &user(1), START);
        let verdicts = shop.record(vec![one.clone(), two.clone(), one.clone()]);
        assert!(matches!(
            verdicts[..],
            [
                Verdict::Accepted { .. },
                Verdict::Accepted { .. },
                Verdict::Duplicate
            ]
        ));
        assert_eq!(shop.record(vec![two.clone()]), [Verdict::Duplicate]);
        shop.restart();
        shop.clock().advance(86_400_000);
        let again = shop.record(vec![one, two]);
        assert_eq!(again, [Verdict::Duplicate, Verdict::Duplicate]);
        assert_eq!(facts(&shop), 2);
    });
}

#[test]
fn an_order_counts_once_whoever_tells_of_it() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let told = order("1001", &user(1), START, 500);
        let again = event(
            "from the back office",
            &[user(1)],
            START,
            ordered("1001", 500),
        );
        let elsewhere = event(
            "under another name",
            &[user(2)],
            START,
            ordered("1001", 500),
        );
        let history = Event {
            historical: true,
            ..again.clone()
        };
        let verdicts = shop.record(vec![told, again, elsewhere, history]);
        assert_eq!(accepted(&verdicts), 1);
        assert_eq!(verdicts[1..], [const { Verdict::Duplicate }; 3]);
        assert_eq!(facts(&shop), 1);
        assert_eq!(crate::state_of(&shop, &user(1)).observed.facts, 1);
    });
}

#[test]
fn eight_threads_with_the_same_messages_make_each_count_once() {
    let seed = Seed::from_env_or(21);
    let _guard = seed.guard();
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(4).open();
        let events: Vec<Event> = (0..120)
            .map(|number| order(&format!("{number}"), &user(number % 7), START, 100))
            .collect();
        let together = Barrier::new(8);
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let mut mine = events.clone();
                    let mut draws = seed.nth(thread).draws();
                    let (shop, together) = (&shop, &together);
                    scope.spawn(move || {
                        draws.shuffle(&mut mine);
                        together.wait();
                        let mut taken = 0;
                        while !mine.is_empty() {
                            let size = draws.below(9) as usize + 1;
                            let rest = mine.split_off(size.min(mine.len()));
                            taken += accepted(&shop.record(mine));
                            mine = rest;
                        }
                        taken
                    })
                })
                .collect();
            let ended = threads.into_iter().map(|it| it.join().expect("no panic"));
            ended.sum()
        });
        assert_eq!(taken, events.len());
        assert_eq!(facts(&shop), 120);
    });
}

#[test]
fn what_can_never_be_is_refused_on_both_engines_alike() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let good = visit("good", &user(1), START);
        let cases = [
            Event {
                message_id: "a\0b".to_owned(),
                ..good.clone()
            },
            Event {
                behaviour: domain::events::Behaviour::Other("a\0b".to_owned()),
                message_id: "other".to_owned(),
                ..good.clone()
            },
            order("a\0b", &user(1), START, 1),
            Event {
                identities: Vec::new(),
                ..good.clone()
            },
        ];
        for case in cases {
            let verdicts = shop.record(vec![case.clone(), visit("beside", &user(1), START)]);
            assert!(matches!(verdicts[0], Verdict::Refused(_)), "{case:?}");
        }
        // Sums of sums must not overflow, so one order cannot be larger than all others may be.
        let line = testkit::told::line("GOLD", 1, domain::events::AMOUNT_MINOR_MAX);
        let mut huge = order("huge", &user(1), START, 1);
        let domain::events::Behaviour::Ordered(body) = &mut huge.behaviour else {
            panic!("an order");
        };
        body.lines = vec![line; 10_000];
        let verdicts = shop.record(vec![huge]);
        assert!(matches!(
            verdicts[..],
            [Verdict::Refused(EventRefusal::Behaviour(_))]
        ));
        assert_eq!(facts(&shop), 1);
    });
}

/// Another writer binds the first name at the same moment: the second name must follow it, and
/// no customer may be left over who has a name and no life.
#[test]
fn names_that_are_bound_at_the_same_moment_lead_to_one_customer() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .hook(faults.hook())
        .open();
    let first = user(1);
    let vault = shop.vault();
    // Names are bound in order of their hashes; the second one is to be taken before the first.
    let second = (0..)
        .map(|number| named(&format!("email:person{number}@example.com")))
        .find(|it| vault.identity_hash(it) < vault.identity_hash(&first))
        .expect("every second one is");
    let app = shop.app();
    std::thread::scope(|scope| {
        let held = faults.hold("before_commit");
        let one = visit("one", &first, START);
        scope.spawn(move || app.record(vec![one]).expect("it is taken"));
        held.wait();
        let both_names = [first.clone(), second.clone()];
        let two = event(
            "two",
            &both_names,
            START,
            domain::events::Behaviour::Identified,
        );
        scope.spawn(move || app.record(vec![two]).expect("it is taken"));
        shop.place().wait_for_blocked(1);
        held.release();
    });
    assert_eq!(shop.customer(&second), shop.customer(&first));
    assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM customers"), 1);
}
