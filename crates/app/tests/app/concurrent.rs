//! Many clients on two nodes with different clocks, replayed serially in the order in which they
//! committed: the answers are the same.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use app::events::Verdict;
use app::loyalty::Adjusted;
use app::{App, AppError};
use domain::customers::Observed;
use domain::events::Event;
use domain::loyalty::Refusal;
use domain::time::Millis;
use store::{Engine, Hook};
use testkit::clock::FakeClock;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::{Draws, Seed};
use testkit::told::{START, event, named, order, refunded, user, visit};

use crate::adjust::request;

const CLIENTS: u64 = 64;
const REQUESTS_PER_CLIENT: u64 = 12;
const PEOPLE: u64 = 25;

thread_local! {
    /// The place of this writer's last commit in the order of all commits.
    static COMMIT: Cell<u64> = const { Cell::new(0) };
}

/// Numbers commits as they begin. At that point a transaction holds all of its locks, so one that
/// waited for it has a higher number.
fn numbering() -> Hook {
    let next = AtomicU64::new(1);
    Hook::new(move |point| {
        if point == "before_commit" {
            COMMIT.set(next.fetch_add(1, Ordering::SeqCst));
        }
        Ok(())
    })
}

fn something(draws: &mut Draws, id: &str) -> Event {
    let person = draws.below(PEOPLE) as usize;
    let who = user(person);
    let mail = named(&format!("email:u{person}@example.com"));
    let at = START.plus(draws.between(0, 90 * Millis::DAY));
    // Messages and orders are told by several clients, under names that race to be bound.
    let shared = draws.below(200);
    match draws.below(6) {
        0 => visit(&format!("shared {shared}"), &who, START.plus(shared as i64)),
        1 => order(&format!("{shared}"), &who, START.plus(shared as i64), 100),
        2 => event(id, &[who, mail], at, domain::events::Behaviour::Identified),
        3 => event(
            id,
            &[mail],
            at,
            domain::events::Behaviour::Viewed(Default::default()),
        ),
        4 => event(id, &[who], at, refunded(id, draws.between(1, 90))),
        _ => order(id, &who, at, draws.between(0, 900)),
    }
}

/// What the shop amounts to in the end, without the names that each run makes for itself.
fn outcome(shop: &Fixture) -> BTreeMap<Vec<String>, (Observed, i64)> {
    testkit::checks::customers(shop.app())
        .into_iter()
        .map(|row| {
            let page = shop.app().customer_page(row.root).expect("a customer");
            let names = page.identities.into_iter().map(|it| it.value).collect();
            let balance = page.wallet.iter().map(|unit| unit.balance).sum();
            (names, (row.state.observed, balance))
        })
        .collect()
}

/// How a verdict reads in any run: facts and streams have other names in another run.
fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted { .. } => "accepted",
        Verdict::Waiting => "waiting",
        Verdict::Duplicate => "duplicate",
        Verdict::Refused(_) => "refused",
        Verdict::Erased => "erased",
        Verdict::Counted(_) => "counted",
    }
}

struct Told {
    /// The commit, and the place within it.
    place: (u64, u64),
    event: Event,
    verdict: &'static str,
}

struct Moved {
    person: usize,
    amount: i64,
    id: String,
    outcome: Result<Adjusted, Refusal>,
}

#[derive(Default)]
struct Record {
    told: Mutex<Vec<Told>>,
    moved: Mutex<Vec<Moved>>,
    answers: Arc<AtomicU64>,
}

fn client(app: &App, seed: Seed, number: u64, record: &Record) {
    let mut draws = seed.nth(number).draws();
    for request_number in 0..REQUESTS_PER_CLIENT {
        let id = format!("{number} {request_number}");
        if draws.percent(25) {
            let person = draws.below(PEOPLE) as usize;
            let amount = draws.between(-30, 40);
            let named = app::customers::CustomerRef::Identity(user(person));
            let outcome = match app.adjust(&named, request(&id, amount)) {
                Ok(adjusted) => Ok(adjusted),
                Err(AppError::Refused(refusal)) => Err(refusal),
                Err(other) => panic!("{other}"),
            };
            let moved = Moved {
                person,
                amount,
                id,
                outcome,
            };
            record.moved.lock().expect("no panic").push(moved);
            continue;
        }
        let event = something(&mut draws, &id);
        let (sender, receiver) = mpsc::sync_channel(1);
        let (told, answers) = (event.clone(), Arc::clone(&record.answers));
        app.record_then(vec![event], move |outcome| {
            // Called on the writer, right after its commit, in the order within it.
            let place = (COMMIT.get(), answers.fetch_add(1, Ordering::SeqCst));
            sender.send((place, outcome)).expect("the client waits");
        })
        .expect("there is room");
        let (place, outcome) = receiver.recv().expect("every request is answered");
        let verdicts = outcome.expect("the store holds");
        let told = Told {
            place,
            event: told,
            verdict: word(&verdicts[0]),
        };
        record.told.lock().expect("no panic").push(told);
    }
}

fn begin(shop: &Fixture) {
    let people = (0..PEOPLE as usize).map(|it| visit(&format!("first {it}"), &user(it), START));
    shop.record(people.collect());
}

#[test]
fn a_concurrent_run_replays_serially_with_equal_answers() {
    let seed = Seed::from_env_or(81);
    let _guard = seed.guard();
    let shop = FixtureOptions::on(Engine::Postgres)
        .writers(4)
        .hook(numbering())
        .open();
    begin(&shop);
    let ahead = FakeClock::new(START.plus(2_000));
    let other = shop.another(ahead, seed.child("other")).expect("a node");
    let record = Record::default();
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let app = if number % 2 == 0 { shop.app() } else { &other };
            let record = &record;
            scope.spawn(move || client(app, seed, number, record));
        }
    });
    drop(other);
    shop.settle();
    let mut told = record.told.into_inner().expect("no panic");
    told.sort_by_key(|it| it.place);
    let moved = record.moved.into_inner().expect("no panic");
    let replayed = FixtureOptions::on(Engine::Sqlite).open();
    begin(&replayed);
    for it in &told {
        let verdicts = replayed.record(vec![it.event.clone()]);
        assert_eq!(word(&verdicts[0]), it.verdict, "{:?}", it.event);
    }
    replay_points(&shop, &replayed, moved);
    assert_eq!(outcome(&replayed), outcome(&shop));
}

/// Adjustments of one customer happened in the order of their postings; a refusal belongs to a
/// moment at which there was as little as it says.
fn replay_points(shop: &Fixture, replayed: &Fixture, moved: Vec<Moved>) {
    let stamps: BTreeMap<String, i64> = testkit::rows::query(
        shop.store(),
        "SELECT behaviour, stamp FROM facts WHERE name = 'Points Adjusted'",
        &[],
    )
    .iter()
    .map(|row| {
        let body: serde_json::Value =
            serde_json::from_str(row.text("behaviour").expect("a text")).expect("a document");
        let posting = body["posting"].as_str().expect("a posting").to_owned();
        (posting, row.int("stamp").expect("a stamp"))
    })
    .collect();
    for person in 0..PEOPLE as usize {
        let (mut done, mut refused) = (Vec::new(), Vec::new());
        for it in moved.iter().filter(|it| it.person == person) {
            match &it.outcome {
                Ok(adjusted) => done.push((stamps[&adjusted.posting.to_string()], it, adjusted)),
                Err(refusal) => refused.push((it, refusal)),
            }
        }
        done.sort_by_key(|(stamp, ..)| *stamp);
        let named = app::customers::CustomerRef::Identity(user(person));
        let mut balances = vec![0];
        for (_, it, adjusted) in done {
            let again = replayed.app().adjust(&named, request(&it.id, it.amount));
            let again = again.expect("what was done can be done again");
            assert_eq!(again.spendable, adjusted.spendable);
            balances.push(again.spendable);
        }
        for (it, refusal) in refused {
            match refusal {
                Refusal::NotEnough { spendable, asked } => {
                    assert_eq!(*asked, -it.amount);
                    assert!(spendable < asked && balances.contains(spendable));
                }
                Refusal::AmountIsZero => assert_eq!(it.amount, 0),
                other => panic!("{other}"),
            }
        }
    }
}
