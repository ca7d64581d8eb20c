//! What concerns another customer is decided later, under that customer's lock, exactly once.

use domain::events::Event;
use store::Engine;
use testkit::engines::both;
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::Seed;
use testkit::told::{START, identified, user, visit};

use crate::{number, state_of};

fn joins(message_id: &str, who: usize, referrer: usize) -> Event {
    let by = format!("user_id:U{referrer}");
    identified(message_id, &[user(who)], START, &[("referred_by", &by)])
}

fn referrals(shop: &Fixture, who: usize) -> u32 {
    state_of(shop, &user(who)).decided.referrals
}

fn waiting(shop: &Fixture) -> i64 {
    number(shop, "SELECT COUNT(*) AS n FROM inbox")
}

#[test]
fn a_referral_is_credited_once() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![visit("one", &user(1), START)]);
        shop.record(vec![joins("two", 2, 1), joins("three", 3, 1)]);
        assert_eq!(waiting(&shop), 2);
        assert_eq!(referrals(&shop, 1), 0);
        shop.settle();
        shop.settle();
        assert_eq!(referrals(&shop, 1), 2);
        // Said again, or said of oneself, or of nobody, it credits nobody.
        shop.record(vec![
            joins("again", 2, 1),
            joins("oneself", 1, 1),
            joins("nobody", 4, 77),
        ]);
        shop.settle();
        assert_eq!(referrals(&shop, 1), 2);
        assert_eq!(state_of(&shop, &user(2)).observed.referred_by.len(), 1);
    });
}

#[test]
fn a_referrer_who_comes_in_the_same_request_is_found() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![visit("one", &user(1), START), joins("two", 2, 1)]);
        shop.settle();
        assert_eq!(referrals(&shop, 1), 1);
    });
}

#[test]
fn a_message_goes_to_the_customer_who_holds_its_stream_by_then() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![
            visit("one", &user(1), START),
            visit("three", &user(3), START),
            joins("two", 2, 1),
        ]);
        let (into, from) = (shop.customer(&user(3)), shop.customer(&user(1)));
        let merge = shop.app().merge(into, from).expect("merged");
        shop.settle();
        assert_eq!(referrals(&shop, 3), 1);
        // It came to the stream of the first one, and goes home with it.
        shop.app().unmerge(merge).expect("undone");
        assert_eq!((referrals(&shop, 1), referrals(&shop, 3)), (1, 0));
    });
}

#[test]
fn a_receiver_who_was_erased_concerns_nobody() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![visit("one", &user(1), START), joins("two", 2, 1)]);
        shop.erase(shop.customer(&user(1)));
        assert_eq!(waiting(&shop), 0);
        shop.record(vec![joins("three", 3, 1)]);
        assert_eq!(waiting(&shop), 0, "nobody bears the name any more");
    });
}

#[test]
fn two_nodes_that_read_the_same_message_decide_it_once() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .hook(faults.hook())
        .open();
    shop.record(vec![visit("one", &user(1), START)]);
    shop.settle();
    shop.record(vec![joins("two", 2, 1)]);
    let other = shop
        .another(shop.clock().clone(), Seed::new(9))
        .expect("another node");
    std::thread::scope(|scope| {
        let held = faults.hold("after_lock");
        scope.spawn(|| shop.settle());
        held.wait();
        let second = scope.spawn(|| other.background_slice().expect("it settles"));
        shop.place().wait_for_blocked(1);
        held.release();
        second.join().expect("no panic");
    });
    shop.settle();
    assert_eq!(referrals(&shop, 1), 1);
}

#[test]
fn a_receiver_who_is_merged_while_it_is_decided_is_found_again() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .hook(faults.hook())
        .open();
    shop.record(vec![
        visit("one", &user(1), START),
        visit("three", &user(3), START),
    ]);
    shop.settle();
    shop.record(vec![joins("two", 2, 1)]);
    let (into, from) = (shop.customer(&user(3)), shop.customer(&user(1)));
    std::thread::scope(|scope| {
        let held = faults.hold("before_lock");
        scope.spawn(|| shop.settle());
        held.wait();
        shop.app().merge(into, from).expect("merged");
        held.release();
    });
    assert_eq!(referrals(&shop, 3), 1);
}
