//! Two processes on one PostgreSQL, sixty-four clients, clocks two seconds apart. What they did
//! is then done once more, alone and in the order in which it was committed, and every answer
//! has to be the same.

use std::collections::BTreeMap;

use app::App;
use app::customers::CustomerRef;
use app::environment::Environment;
use app::loyalty::AdjustRequest;
use domain::customers::{Identity, State};
use domain::ids::StreamId;
use store::Engine;
use testkit::engines::Place;
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told;

use crate::Rounds;
use crate::shop::{Order, Shop, check_once, check_whole, event_named};
use crate::victim::{Victim, order};

const BATCHES: u64 = 192;
const THREADS: u64 = 32;
const CLOCK_AHEAD_MS: i64 = 2_000;
/// Customers of the batches; one in three points goes to one of them.
const CUSTOMERS: u64 = 40;

fn request(seed: u64, number: u64) -> (Identity, AdjustRequest) {
    let mut draws = Seed::new(seed).child("points").nth(number).draws();
    let customer = usize::try_from(draws.below(CUSTOMERS)).expect("customers are few");
    let request = AdjustRequest {
        request_id: format!("p-{number}"),
        unit: "POINT:club".to_owned(),
        amount: draws.between(-60, 100),
        expires_at: None,
        memo: format!("p-{number}"),
    };
    (told::user(customer), request)
}

/// Moves points of somebody and says what the answer was.
pub(crate) fn adjust(app: &App, seed: u64, number: u64, say: &dyn Fn(&str)) {
    say(&format!("points {number} {}", adjusted(app, seed, number)));
}

fn adjusted(app: &App, seed: u64, number: u64) -> String {
    let (who, request) = request(seed, number);
    match app.adjust(&CustomerRef::Identity(who), request) {
        Ok(adjusted) => adjusted.spendable.to_string(),
        Err(error) => error.to_string(),
    }
}

/// What happened to a customer, in the order of their stamps: messages and adjustments.
fn deeds(app: &App) -> Vec<(StreamId, String)> {
    let text = "SELECT f.stream, f.stamp, f.message_id, p.memo FROM facts f
                  LEFT JOIN postings p ON p.cause = f.id
                 WHERE f.message_id IS NOT NULL OR p.memo IS NOT NULL
                 ORDER BY f.stream, f.stamp";
    rows::query(app.store(), text, &[])
        .iter()
        .map(|row| {
            let message = row.text_or_null("message_id").expect("a text");
            let memo = row.text_or_null("memo").expect("a text");
            let name = message.or(memo).expect("one of both");
            (row.stream("stream").expect("an id"), name.to_owned())
        })
        .collect()
}

/// The state of every customer, by the name that the shop gave them.
fn states(app: &App) -> BTreeMap<String, State> {
    (0..usize::try_from(CUSTOMERS).expect("few"))
        .filter_map(|number| {
            let who = told::user(number);
            let root = app
                .customer_find(&CustomerRef::Identity(who.clone()))
                .ok()?;
            let rows = app
                .store()
                .read(|conn| store::customers::customer_read(conn, &[root]));
            let row = rows
                .expect("a customer is read")
                .pop()
                .expect("it was found");
            Some((who.value().to_owned(), row.state))
        })
        .collect()
}

fn wallets(app: &App) -> BTreeMap<String, String> {
    (0..usize::try_from(CUSTOMERS).expect("few"))
        .filter_map(|number| {
            let who = told::user(number);
            let root = app
                .customer_find(&CustomerRef::Identity(who.clone()))
                .ok()?;
            let wallet = app.wallet(root).expect("a wallet is read");
            Some((who.value().to_owned(), format!("{wallet:?}")))
        })
        .collect()
}

/// Both processes to their end; the answers to what they asked about points.
fn race(shop: &Shop, seed: u64) -> BTreeMap<u64, String> {
    let contender = |half: u64| Order {
        threads: THREADS,
        clock_ahead_ms: i64::try_from(half).expect("a half") * CLOCK_AHEAD_MS,
        adjusts: true,
        ..order(shop, seed, half * BATCHES / 2, (half + 1) * BATCHES / 2)
    };
    let mut victims = [0, 1].map(|half| Victim::start(&contender(half)));
    let mut answers = BTreeMap::new();
    let mut acknowledged = 0;
    for victim in &mut victims {
        victim.wait_to_its_end();
        acknowledged += victim.acknowledged.len() as u64;
        for line in &victim.said {
            assert!(!line.starts_with("failed"), "{line}");
            let points = line
                .strip_prefix("points ")
                .and_then(|it| it.split_once(' '));
            if let Some((number, answer)) = points {
                answers.insert(number.parse().expect("a number"), answer.to_owned());
            }
        }
    }
    assert_eq!(acknowledged, BATCHES, "every batch was taken");
    answers
}

fn round(seed: Seed) {
    let _guard = seed.guard();
    let seed = seed.number();
    let place = Place::new(Engine::Postgres);
    let shop = Shop::at(&place);
    // The tables are there before the race, which is about writing and not about opening.
    let raced = shop.open(Environment::system()).expect("the shop opens");
    let answers = race(&shop, seed);
    check_once(&raced, &(0..BATCHES).collect());
    check_whole(&raced);
    let alone = Place::new(Engine::Sqlite);
    let alone = Shop::at(&alone)
        .open(Environment::system())
        .expect("a fresh shop opens");
    for (_, name) in deeds(&raced) {
        match name.strip_prefix("p-") {
            None => {
                let event = event_named(seed, &name).expect("a message of a batch");
                alone.record(vec![event]).expect("it is taken again");
            }
            Some(number) => {
                let number = number.parse().expect("a number");
                let answer = adjusted(&alone, seed, number);
                assert_eq!(answers.get(&number), Some(&answer), "adjustment {number}");
            }
        }
    }
    check_whole(&alone);
    assert_eq!(states(&raced), states(&alone));
    assert_eq!(wallets(&raced), wallets(&alone));
}

#[test]
fn two_processes_answer_as_one() {
    for (_, seed) in Rounds::new("races of two processes", 3, 15) {
        round(seed);
    }
}
