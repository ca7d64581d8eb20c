//! Adjustments by hand: one effect for each request id, whatever happens around it.

use std::sync::Barrier;

use app::AppError;
use app::customers::CustomerRef;
use app::loyalty::{AdjustRequest, Adjusted};
use domain::customers::Identity;
use domain::loyalty::Refusal;
use store::Engine;
use testkit::engines::both;
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::told::{START, user, visit};

use crate::number;

pub(crate) fn request(id: &str, amount: i64) -> AdjustRequest {
    AdjustRequest {
        request_id: id.to_owned(),
        unit: "POINT:club".to_owned(),
        amount,
        expires_at: None,
        memo: "a test".to_owned(),
    }
}

pub(crate) fn adjust(
    shop: &Fixture,
    who: &Identity,
    request: AdjustRequest,
) -> Result<Adjusted, AppError> {
    shop.app()
        .adjust(&CustomerRef::Identity(who.clone()), request)
}

fn shop_of_two(engine: Engine) -> Fixture {
    let shop = Fixture::new(engine);
    shop.record(vec![
        visit("one", &user(1), START),
        visit("two", &user(2), START),
    ]);
    shop
}

fn spendable(shop: &Fixture, who: &Identity) -> i64 {
    let wallet = shop.app().wallet(shop.customer(who)).expect("a wallet");
    wallet.iter().map(|unit| unit.spendable).sum()
}

#[test]
fn the_same_request_has_one_effect_and_one_answer() {
    both(|engine| {
        let mut shop = shop_of_two(engine);
        let first = adjust(&shop, &user(1), request("r1", 100)).expect("given");
        assert!(!first.repeated);
        assert_eq!(first.spendable, 100);
        shop.restart();
        shop.clock().advance(40 * 86_400_000);
        shop.app().prune().expect("old answers go");
        let again = adjust(&shop, &user(1), request("r1", 100)).expect("remembered");
        assert!(again.repeated);
        assert_eq!((again.posting, again.spendable), (first.posting, 100));
        let taken = adjust(&shop, &user(1), request("r2", -30)).expect("taken");
        assert_eq!(taken.spendable, 70);
        assert_eq!(spendable(&shop, &user(1)), 70);
        assert_eq!(crate::state_of(&shop, &user(1)).decided.adjustments, 2);
    });
}

#[test]
fn a_conflict_names_the_field() {
    both(|engine| {
        let shop = shop_of_two(engine);
        adjust(&shop, &user(1), request("r1", 100)).expect("given");
        let conflict = |who: &Identity, request: AdjustRequest| match adjust(&shop, who, request)
            .expect_err("another content")
        {
            AppError::RequestConflict(field) => field,
            other => panic!("{other}"),
        };
        assert_eq!(conflict(&user(1), request("r1", 101)), "amount");
        let unit = AdjustRequest {
            unit: "POINT:other".to_owned(),
            ..request("r1", 100)
        };
        assert_eq!(conflict(&user(1), unit), "unit");
        let memo = AdjustRequest {
            memo: "another".to_owned(),
            ..request("r1", 100)
        };
        assert_eq!(conflict(&user(1), memo), "memo");
        let expires = AdjustRequest {
            expires_at: Some(START.0 * 2),
            ..request("r1", 100)
        };
        assert_eq!(conflict(&user(1), expires), "expires_at");
        assert_eq!(conflict(&user(2), request("r1", 100)), "customer");
        assert_eq!(spendable(&shop, &user(2)), 0);
        // A customer keeps their requests through a merge: it is the same person.
        let into = shop.customer(&user(2));
        let from = shop.customer(&user(1));
        shop.app().merge(into, from).expect("merged");
        let again = adjust(&shop, &user(2), request("r1", 100)).expect("remembered");
        assert!(again.repeated);
    });
}

#[test]
fn a_refusal_is_remembered() {
    both(|engine| {
        let shop = shop_of_two(engine);
        let refused = |id: &str, amount: i64| match adjust(&shop, &user(1), request(id, amount))
            .expect_err("refused")
        {
            AppError::Refused(refusal) => refusal,
            other => panic!("{other}"),
        };
        let not_enough = Refusal::NotEnough {
            spendable: 0,
            asked: 5,
        };
        assert_eq!(refused("r1", -5), not_enough);
        adjust(&shop, &user(1), request("r2", 10)).expect("given");
        // There would be enough now, but a late retry must not succeed with another meaning.
        assert_eq!(refused("r1", -5), not_enough);
        assert_eq!(refused("r3", 0), Refusal::AmountIsZero);
        assert_eq!(refused("r4", i64::MIN), Refusal::AmountTooLarge);
        assert_eq!(spendable(&shop, &user(1)), 10);
        assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM postings"), 1);
    });
}

#[test]
fn an_expired_lot_cannot_be_spent_although_nobody_woke_it() {
    both(|engine| {
        let shop = shop_of_two(engine);
        let expiring = AdjustRequest {
            expires_at: Some(START.0 + 1_000),
            ..request("r1", 50)
        };
        adjust(&shop, &user(1), expiring).expect("given");
        adjust(&shop, &user(1), request("r2", 7)).expect("given");
        assert_eq!(spendable(&shop, &user(1)), 57);
        shop.clock().advance(1_000);
        assert_eq!(spendable(&shop, &user(1)), 7);
        let refused = adjust(&shop, &user(1), request("r3", -8));
        assert!(matches!(refused, Err(AppError::Refused(_))));
        adjust(&shop, &user(1), request("r4", -7)).expect("taken");
    });
}

#[test]
fn the_same_request_from_eight_sides_at_once_has_one_effect() {
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(4).open();
        shop.record(vec![visit("one", &user(1), START)]);
        let together = Barrier::new(8);
        let answers: Vec<Adjusted> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        together.wait();
                        adjust(&shop, &user(1), request("r1", 100)).expect("answered")
                    })
                })
                .collect();
            let ended = threads.into_iter().map(|it| it.join().expect("no panic"));
            ended.collect()
        });
        assert_eq!(answers.iter().filter(|it| !it.repeated).count(), 1);
        assert!(answers.iter().all(|it| it.posting == answers[0].posting));
        assert_eq!(spendable(&shop, &user(1)), 100);
    });
}

#[test]
fn takings_at_once_never_take_more_than_there_is() {
    both(|engine| {
        let shop = FixtureOptions::on(engine).writers(4).open();
        shop.record(vec![visit("one", &user(1), START)]);
        adjust(&shop, &user(1), request("given", 10)).expect("given");
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let shop = &shop;
                    scope.spawn(move || {
                        let id = format!("taken {thread}");
                        usize::from(adjust(shop, &user(1), request(&id, -3)).is_ok())
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|it| it.join().expect("no panic"))
                .sum()
        });
        assert_eq!(taken, 3);
        assert_eq!(spendable(&shop, &user(1)), 1);
    });
}

#[test]
fn a_customer_who_is_merged_at_the_same_moment_is_still_adjusted() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .hook(faults.hook())
        .open();
    shop.record(vec![
        visit("one", &user(1), START),
        visit("two", &user(2), START),
    ]);
    let (into, from) = (shop.customer(&user(2)), shop.customer(&user(1)));
    std::thread::scope(|scope| {
        let held = faults.hold("before_lock");
        let adjusting = scope.spawn(|| adjust(&shop, &user(1), request("r1", 100)));
        held.wait();
        shop.app().merge(into, from).expect("merged");
        held.release();
        let outcome = adjusting.join().expect("no panic");
        assert_eq!(outcome.expect("given").spendable, 100);
    });
    assert_eq!(spendable(&shop, &user(2)), 100);
}
