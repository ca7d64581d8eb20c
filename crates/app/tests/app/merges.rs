//! Merging and unmerging: what was observed goes home whole, what was decided is settled, and
//! no unit of value is made or lost.

use domain::customers::{Identity, State};
use domain::events::Event;
use domain::ids::MergeId;
use domain::time::Millis;
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::seeds::{Draws, Seed};
use testkit::told::{START, event, identified, order, refunded, user, visit};

use crate::adjust::{adjust, request};
use crate::{number, state_of};

const PROFILES: usize = 6;

fn anybody(draws: &mut Draws) -> Identity {
    user(draws.below(PROFILES as u64) as usize)
}

/// A referral is told and decided at once, so where nothing may be decided there is none.
fn something(draws: &mut Draws, id: &str, now: Millis, referrals: bool) -> Event {
    let who = anybody(draws);
    let at = now.plus(-draws.between(0, 20 * Millis::DAY));
    match draws.below(4) {
        0 => visit(id, &who, at),
        1 => event(id, &[who], at, refunded(id, draws.between(1, 300))),
        2 if referrals => {
            let by = format!("user_id:U{}", draws.below(PROFILES as u64));
            identified(id, &[who], at, &[("referred_by", &by), ("name", id)])
        }
        _ => order(id, &who, at, draws.between(0, 5_000)),
    }
}

fn profiles(shop: &Fixture) -> Vec<State> {
    (0..PROFILES).map(|it| state_of(shop, &user(it))).collect()
}

fn begin(shop: &Fixture) {
    let all = (0..PROFILES).map(|it| visit(&format!("first of {it}"), &user(it), START));
    shop.record(all.collect());
}

/// Joins two profiles that are apart, or undoes a merge.
fn join_or_part(shop: &Fixture, draws: &mut Draws, live: &mut Vec<MergeId>, parting_percent: u8) {
    if draws.percent(parting_percent) && !live.is_empty() {
        let place = draws.below(live.len() as u64) as usize;
        let merge = live.swap_remove(place);
        shop.app().unmerge(merge).expect("a live merge is undone");
        return;
    }
    let (into, from) = (anybody(draws), anybody(draws));
    let (into, from) = (shop.customer(&into), shop.customer(&from));
    if into != from {
        live.push(shop.app().merge(into, from).expect("two are merged"));
    }
}

/// The units that lie on each profile's own accounts, and what the ledger gave out in all.
fn units(shop: &Fixture) -> Vec<i64> {
    (0..PROFILES)
        .map(|it| {
            let root = shop.customer(&user(it));
            let wallet = shop.app().wallet(root).expect("a wallet");
            wallet.iter().map(|unit| unit.balance).sum()
        })
        .collect()
}

/// Whatever comes between merges and their undoing, the observed part of each profile is in the
/// end that of a shop which never merged, and units are conserved.
fn observed_goes_home(engine: store::Engine, seed: Seed) {
    let mut draws = seed.draws();
    let (shop, never) = (Fixture::new(engine), Fixture::new(engine));
    begin(&shop);
    begin(&never);
    let mut live = Vec::new();
    let mut held = 0;
    for step in 0..60 {
        let now = shop.clock().advance(draws.between(1, 9 * Millis::DAY));
        never.clock().set(now);
        match draws.below(10) {
            0..=4 => {
                let told = something(&mut draws, &format!("step {step}"), now, false);
                shop.record(vec![told.clone()]);
                never.record(vec![told]);
            }
            5 | 6 => {
                let amount = draws.between(-40, 60);
                let who = anybody(&mut draws);
                if adjust(&shop, &who, request(&format!("step {step}"), amount)).is_ok() {
                    held += amount;
                }
            }
            7 => shop.settle(),
            _ => join_or_part(&shop, &mut draws, &mut live, 35),
        }
    }
    shop.settle();
    never.settle();
    while !live.is_empty() {
        join_or_part(&shop, &mut draws, &mut live, 100);
    }
    for (number, (one, other)) in profiles(&shop).iter().zip(profiles(&never)).enumerate() {
        assert_eq!(one.observed, other.observed, "profile {number}");
    }
    assert_eq!(units(&shop).iter().sum::<i64>(), held);
}

#[test]
fn the_observed_part_goes_home_whole_whatever_came_between() {
    let seed = Seed::from_env_or(41);
    let _guard = seed.guard();
    both(|engine| {
        for round in 0..6 {
            observed_goes_home(engine, seed.nth(round));
        }
    });
}

/// With no decision between, the whole state is that of a shop which never merged.
fn everything_goes_home(engine: store::Engine, seed: Seed) {
    let mut draws = seed.draws();
    let shop = Fixture::new(engine);
    begin(&shop);
    for step in 0..40 {
        let now = shop.clock().advance(draws.between(1, 30 * Millis::DAY));
        if draws.percent(20) {
            let amount = draws.between(1, 60);
            let who = anybody(&mut draws);
            adjust(&shop, &who, request(&format!("step {step}"), amount)).expect("given");
        } else {
            shop.record(vec![something(
                &mut draws,
                &format!("step {step}"),
                now,
                true,
            )]);
        }
    }
    shop.settle();
    let (before, units_before) = (profiles(&shop), units(&shop));
    let mut live = Vec::new();
    for _ in 0..25 {
        shop.clock().advance(1_000);
        join_or_part(&shop, &mut draws, &mut live, 40);
    }
    while !live.is_empty() {
        join_or_part(&shop, &mut draws, &mut live, 100);
    }
    assert_eq!(profiles(&shop), before);
    assert_eq!(units(&shop), units_before);
}

#[test]
fn the_whole_state_goes_home_when_nothing_was_decided_between() {
    let seed = Seed::from_env_or(42);
    let _guard = seed.guard();
    both(|engine| {
        for round in 0..8 {
            everything_goes_home(engine, seed.nth(round));
        }
    });
}

/// A ← B, then C ← A, then the first of them is undone: what stays is as if only the second had
/// ever been.
#[test]
fn undoing_the_middle_edge_leaves_what_the_others_alone_would_have_made() {
    both(|engine| {
        let make = |with_middle: bool| {
            let shop = Fixture::new(engine);
            begin(&shop);
            shop.record(vec![order("1", &user(1), START, 100)]);
            let by = [("referred_by", "user_id:U1")];
            shop.record(vec![identified("joins", &[user(3)], START, &by)]);
            shop.settle();
            // The second one lapses and comes back, which wins over everything in a merge.
            let later = shop.clock().advance(200 * Millis::DAY);
            shop.settle();
            shop.record(vec![order("2", &user(1), later, 100)]);
            shop.record(vec![order("3", &user(2), later, 100)]);
            adjust(&shop, &user(1), request("r1", 5)).expect("given");
            let [a, b, c] = [0, 1, 2].map(|it| shop.customer(&user(it)));
            let middle = with_middle.then(|| shop.app().merge(a, b).expect("merged"));
            shop.clock().advance(1_000);
            let outer = shop.app().merge(c, a).expect("merged");
            shop.clock().advance(1_000);
            if let Some(middle) = middle {
                shop.app().unmerge(middle).expect("undone");
            }
            let after: Vec<State> = [0, 1, 2].map(|it| state_of(&shop, &user(it))).into();
            shop.app().unmerge(outer).expect("undone");
            let apart: Vec<State> = [0, 1, 2].map(|it| state_of(&shop, &user(it))).into();
            (after, apart, shop)
        };
        let (after, apart, _shop) = make(true);
        let (expected_after, expected_apart, _never) = make(false);
        let decided = |states: &[State]| -> Vec<_> {
            states.iter().map(|state| state.decided.clone()).collect()
        };
        assert_eq!(decided(&after), decided(&expected_after));
        assert_eq!(decided(&apart), decided(&expected_apart));
    });
}

#[test]
fn what_cannot_be_merged_is_refused_and_writes_nothing() {
    both(|engine| {
        let shop = Fixture::new(engine);
        begin(&shop);
        let [a, b] = [0, 1].map(|it| shop.customer(&user(it)));
        let stranger = domain::ids::StreamId::from_bytes([9; 16]);
        let facts = number(&shop, "SELECT COUNT(*) AS n FROM facts");
        let refused = |outcome: Result<MergeId, app::AppError>, expected: &str| {
            let error = outcome.expect_err("refused");
            assert!(error.to_string().contains(expected), "{error}");
        };
        refused(shop.app().merge(a, a), "same customer");
        refused(shop.app().merge(a, stranger), "no such customer");
        assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM facts"), facts);
        let merge = shop.app().merge(a, b).expect("merged");
        refused(shop.app().merge(b, a), "same customer");
        shop.app().unmerge(merge).expect("undone");
        let again = shop.app().unmerge(merge).expect_err("undone before");
        assert!(again.to_string().contains("undone before"), "{again}");
        let unknown = MergeId::from_bytes([9; 16]);
        let unknown = shop.app().unmerge(unknown).expect_err("no such merge");
        assert!(unknown.to_string().contains("no such merge"), "{unknown}");
    });
}
