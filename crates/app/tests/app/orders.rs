//! What is told of an order after it: updated, cancelled, taken back; early, late, twice, of
//! somebody else. The fixture's checks hold the daily sums beside what is asked here.

use app::events::Verdict;
use domain::customers::{Sales, Standing};
use domain::events::{Behaviour, Cancellation, Event, Extent, Order, Refund};
use domain::money::Currency;
use domain::time::Millis;
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::told::{START, event, is_accepted, line, order, ordered, user};

use crate::number;

const HOUR: i64 = 3_600_000;

fn at(hour: i64) -> Millis {
    START.plus(hour * HOUR)
}

fn told(message_id: &str, who: usize, hour: i64, behaviour: Behaviour) -> Event {
    event(message_id, &[user(who)], at(hour), behaviour)
}

fn updated(message_id: &str, hour: i64, amount: i64) -> Event {
    let Behaviour::Ordered(order) = ordered("1", amount) else {
        unreachable!("an order is an order");
    };
    told(message_id, 1, hour, Behaviour::OrderUpdated(order))
}

fn cancelled(message_id: &str, hour: i64) -> Event {
    let cancelled = Cancellation {
        order_id: "1".to_owned(),
        reason: None,
    };
    told(message_id, 1, hour, Behaviour::OrderCancelled(cancelled))
}

/// A refund of so much, or of the whole order.
fn refunded(refund_id: &str, hour: i64, amount: Option<i64>) -> Event {
    let refund = Refund {
        refund_id: refund_id.to_owned(),
        order_id: Some("1".to_owned()),
        currency: Currency::EUR,
        lines: amount.map(|it| line("LAMP", 1, it)).into_iter().collect(),
        extent: match amount {
            Some(_) => Extent::Told,
            None => Extent::Whole,
        },
    };
    told(refund_id, 1, hour, Behaviour::Refunded(refund))
}

fn sales(shop: &Fixture, who: usize) -> Sales {
    let state = crate::state_of(shop, &user(who));
    state.observed.sales(Currency::EUR)
}

/// Orders, gross and refunds of the first customer after these events, each in a request of its
/// own; and the same when all of them come in one.
fn check(events: &[Event], expected: (u32, i64, i64)) {
    both(|engine| {
        for together in [false, true] {
            let shop = Fixture::new(engine);
            let verdicts = match together {
                true => shop.record(events.to_vec()),
                false => {
                    let one = |event: &Event| shop.record(vec![event.clone()]);
                    events.iter().flat_map(one).collect()
                }
            };
            let is_taken = |it: &Verdict| is_accepted(it) || *it == Verdict::Waiting;
            assert!(verdicts.iter().all(is_taken), "{verdicts:?}");
            shop.settle();
            let found = sales(&shop, 1);
            let found = (found.orders, found.gross, found.refunds);
            assert_eq!(found, expected, "together: {together}");
            assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM order_news"), 0);
        }
    });
}

#[test]
fn an_update_replaces_the_order_whenever_we_hear_of_it() {
    let first = order("1", &user(1), START, 500);
    let (less, more) = (updated("u1", 1, 300), updated("u2", 2, 900));
    let [a, b, c] = [&first, &less, &more].map(Clone::clone);
    check(&[a.clone(), b.clone()], (1, 300, 0));
    check(&[a.clone(), b.clone(), c.clone()], (1, 900, 0));
    check(&[a.clone(), c.clone(), b.clone()], (1, 900, 0));
    // Before its order, it waits.
    check(&[b, c, a], (1, 900, 0));
}

#[test]
fn a_cancelled_order_was_never_made() {
    let first = order("1", &user(1), START, 500);
    let other = order("2", &user(1), at(30), 70);
    let cancel = cancelled("c", 40);
    check(&[first.clone(), other.clone(), cancel.clone()], (1, 70, 0));
    check(&[cancel.clone(), other.clone(), first.clone()], (1, 70, 0));
    let back = refunded("r", 41, None);
    check(
        &[first.clone(), other.clone(), cancel.clone(), back],
        (1, 70, 0),
    );
    let before = refunded("r", 39, Some(200));
    check(&[first, other, before, cancel], (1, 70, 0));
}

#[test]
fn no_more_goes_back_than_was_paid() {
    let first = order("1", &user(1), START, 500);
    let part = |id: &str, hour, amount| refunded(id, hour, Some(amount));
    check(&[first.clone(), refunded("r", 1, None)], (1, 500, 500));
    check(&[refunded("r", 1, None), first.clone()], (1, 500, 500));
    check(
        &[first.clone(), part("a", 1, 200), part("b", 2, 400)],
        (1, 500, 500),
    );
    check(
        &[first.clone(), part("a", 1, 200), refunded("r", 2, None)],
        (1, 500, 500),
    );
    check(
        &[first.clone(), updated("u", 1, 300), part("a", 2, 400)],
        (1, 300, 300),
    );
    check(
        &[first, part("a", 1, 400), updated("u", 2, 300)],
        (1, 300, 300),
    );
}

#[test]
fn the_same_is_told_once() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let early = refunded("r", 2, Some(200));
        assert_eq!(shop.record(vec![early.clone()]), [Verdict::Waiting]);
        // Under another message id it is the same refund all the same.
        let again = Event {
            message_id: "again".to_owned(),
            ..early.clone()
        };
        shop.record(vec![again.clone(), order("1", &user(1), START, 500)]);
        shop.settle();
        for event in [early, again] {
            assert_eq!(shop.record(vec![event]), [Verdict::Duplicate]);
        }
        let update = updated("u", 3, 400);
        assert!(is_accepted(&shop.record(vec![update.clone()])[0]));
        assert_eq!(shop.record(vec![update]), [Verdict::Duplicate]);
        let found = sales(&shop, 1);
        assert_eq!((found.gross, found.refunds), (400, 200));
    });
}

#[test]
fn what_is_told_of_an_order_goes_where_the_order_is_and_stays_there() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![order("1", &user(1), START, 500)]);
        shop.record(vec![order("2", &user(2), at(1), 70)]);
        let elsewhere = Event {
            identities: vec![user(2)],
            ..refunded("r", 2, Some(200))
        };
        shop.record(vec![elsewhere]);
        assert_eq!(sales(&shop, 1).refunds, 200);
        assert_eq!(sales(&shop, 2).refunds, 0);
        let (one, two) = (shop.customer(&user(1)), shop.customer(&user(2)));
        let merge = shop.app().merge(one, two).expect("two customers");
        shop.record(vec![updated("u", 3, 100), cancelled("c", 4)]);
        assert_eq!(sales(&shop, 1).gross, 70);
        shop.app().unmerge(merge).expect("a merge");
        let found = sales(&shop, 1);
        assert_eq!((found.orders, found.gross, found.refunds), (0, 0, 0));
        assert_eq!(sales(&shop, 2).gross, 70);
    });
}

#[test]
fn who_cancels_everything_is_a_prospect_again() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let standing = || crate::state_of(&shop, &user(1)).decided.standing;
        shop.record(vec![order("1", &user(1), START, 500)]);
        assert_eq!(standing(), Standing::New);
        shop.record(vec![cancelled("c", 1)]);
        assert_eq!(standing(), Standing::Prospect);
        shop.record(vec![updated("u", 2, 500)]);
        assert_eq!(standing(), Standing::New);
    });
}

#[test]
fn nothing_comes_back_of_an_erased_order() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![order("1", &user(1), START, 500)]);
        let root = shop.customer(&user(1));
        shop.erase(root);
        let late = Event {
            identities: vec![user(2)],
            ..cancelled("c", 1)
        };
        assert_eq!(shop.record(vec![late]), [Verdict::Erased]);
    });
}

#[test]
fn a_claim_counts_for_nothing_and_takes_no_key_from_the_shop() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let claim =
            |message_id: &str, behaviour: Behaviour| told(message_id, 1, 0, behaviour.unproven());
        let claimed = shop.record(vec![
            claim("a", ordered("1", 900)),
            claim("b", refunded("r", 1, None).behaviour),
            claim("c", cancelled("c", 1).behaviour),
        ]);
        assert!(claimed.iter().all(is_accepted), "{claimed:?}");
        assert_eq!(sales(&shop, 1), Sales::default());
        let again = shop.record(vec![claim("d", ordered("1", 900))]);
        assert_eq!(again, [Verdict::Duplicate]);
        // The shop's own word counts once, whatever was claimed.
        let confirmed = shop.record(vec![told("e", 1, 0, ordered("1", 500))]);
        assert!(is_accepted(&confirmed[0]));
        let found = sales(&shop, 1);
        assert_eq!((found.orders, found.gross, found.refunds), (1, 500, 0));
        let order: Order = match ordered("1", 1) {
            Behaviour::Ordered(order) => order,
            _ => unreachable!("an order is an order"),
        };
        shop.record(vec![claim("f", Behaviour::OrderUpdated(order))]);
        assert_eq!(sales(&shop, 1).gross, 500);
    });
}
