//! A test over customers is the same as SQL as it is in Rust, on both engines.

use domain::customers::Metrics;
use domain::ids::StreamId;
use domain::segments::{
    COST_MAX, Column, Comparison, Context, DEPTH_MAX, SEGMENTS_DEEP_MAX, Test, WordColumn, lower,
    parse,
};
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use store::insight::{MetricsRow, Sort, metrics_delete, metrics_put};
use store::segments::{count_where, customers_where};
use store::{Queue, Store, StoreError};
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::questions;

/// How many customers each question is asked about.
const CUSTOMERS: usize = 120;

fn customer(number: usize) -> StreamId {
    let mut bytes = [0; 16];
    bytes[14..].copy_from_slice(&u16::try_from(number).expect("few").to_be_bytes());
    StreamId::from_bytes(bytes)
}

/// A runner that asks the same questions every time.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, seed)
}

/// On both engines, with random customers of whom there are metrics and nothing else; they are
/// gone before the store is checked.
fn with_customers(ask: impl Fn(&Store, &[(StreamId, Metrics)])) {
    both(|engine| {
        let shop = Fixture::new(engine);
        let customers = customers(shop.store());
        ask(shop.store(), &customers);
        let ids: Vec<StreamId> = customers.iter().map(|(customer, _)| *customer).collect();
        let gone = shop.store().write(Queue::Jobs, move |session| {
            session.transaction(|tx| metrics_delete(tx, &ids))
        });
        gone.expect("metrics can be removed");
    });
}

/// Random customers, put into the store.
fn customers(store: &Store) -> Vec<(StreamId, Metrics)> {
    let drawn = vec(questions::metrics(), CUSTOMERS).new_tree(&mut runner(1));
    let metrics = drawn.expect("customers can be drawn").current();
    let customers: Vec<(StreamId, Metrics)> = metrics
        .into_iter()
        .enumerate()
        .map(|(number, metrics)| (customer(number), metrics))
        .collect();
    let rows: Vec<MetricsRow> = customers
        .iter()
        .map(|(customer, metrics)| MetricsRow {
            customer: *customer,
            metrics: metrics.clone(),
            unmatched_refund_units: 0,
        })
        .collect();
    let put = store.write(Queue::Jobs, move |session| {
        session.transaction(|tx| metrics_put(tx, &rows))
    });
    put.expect("metrics can be written");
    customers
}

fn found(store: &Store, test: &Test) -> Result<Vec<StreamId>, StoreError> {
    let rows = store.read(|conn| customers_where(conn, test, Sort::Net, None, 1_000))?;
    let mut found: Vec<StreamId> = rows.iter().map(|(_, row)| row.customer).collect();
    found.sort_unstable();
    Ok(found)
}

/// Asks a question in SQL and in Rust.
fn check(store: &Store, customers: &[(StreamId, Metrics)], test: &Test) {
    let expected: Vec<StreamId> = customers
        .iter()
        .filter(|(_, metrics)| test.holds(metrics))
        .map(|(customer, _)| *customer)
        .collect();
    let answer = found(store, test).unwrap_or_else(|error| panic!("{test:?}: {error}"));
    assert_eq!(answer, expected, "{test:?}");
    let count = store.read(|conn| count_where(conn, test));
    let count = count.unwrap_or_else(|error| panic!("{test:?}: {error}"));
    assert_eq!(
        count,
        i64::try_from(expected.len()).expect("few"),
        "{test:?}"
    );
}

#[test]
fn random_questions_have_the_same_answer_in_sql() {
    with_customers(|store, customers| {
        let outcome = runner(400).run(&questions::test(), |test| {
            check(store, customers, &test);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    });
}

#[test]
fn every_kind_of_test_has_the_same_answer_in_sql() {
    let number = |comparison, value| Test::Number {
        column: Column::Margin,
        comparison,
        value,
    };
    let country = |words: &[&str]| Test::Word {
        column: WordColumn::Country,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    };
    let mut tests = vec![
        Test::Constant(true),
        Test::Constant(false),
        Test::All(Vec::new()),
        Test::Any(Vec::new()),
        country(&[]),
        country(&["", "a\"b\\c' $1", "قهوه"]),
        number(Comparison::GreaterOrEqual, i64::MIN),
        number(Comparison::Less, i64::MAX),
        Test::Bits {
            column: Column::Margin,
            bits: -1,
        },
    ];
    tests.extend(Column::ALL.iter().copied().map(Test::Known));
    tests.extend(WordColumn::ALL.map(Test::KnownWord));
    let negated: Vec<Test> = tests
        .iter()
        .map(|test| Test::Not(Box::new(test.clone())))
        .collect();
    tests.extend(negated);
    with_customers(|store, customers| {
        for test in &tests {
            check(store, customers, test);
        }
    });
}

#[test]
fn the_largest_questions_can_be_asked_and_larger_ones_are_refused() {
    let one = || Test::Number {
        column: Column::Orders,
        comparison: Comparison::Greater,
        value: 1,
    };
    // Each level is a negation and a conjunction.
    let nested = |levels: usize| {
        (0..levels).fold(one(), |test, _| {
            let orders = Test::Known(Column::Margin);
            Test::Not(Box::new(Test::All(vec![test, orders])))
        })
    };
    with_customers(|store, customers| {
        check(store, customers, &Test::Any(vec![one(); COST_MAX]));
        check(store, customers, &nested(440));
        let words = Test::Word {
            column: WordColumn::Country,
            words: (0..COST_MAX).map(|it| it.to_string()).collect(),
        };
        check(store, customers, &words);
        check(store, customers, &deepest());
        for refused in [Test::Any(vec![one(); COST_MAX + 1]), nested(1_000)] {
            let outcome = found(store, &refused);
            assert!(matches!(outcome, Err(StoreError::Refused(_))));
        }
    });
}

/// The deepest test that the language makes: segments in segments, each of a text as deep as
/// texts may be.
fn deepest() -> Test {
    let text = |inner: &str| {
        (0..DEPTH_MAX).fold(inner.to_owned(), |text, level| match level % 2 {
            0 => format!("(net > 1 && {text})"),
            _ => format!("(orders > 2 || {text})"),
        })
    };
    let segments = |name: &str| {
        let number: usize = name.parse().ok()?;
        Some(match number {
            SEGMENTS_DEEP_MAX => text("has(margin)"),
            _ => text(&format!("segment(\"{}\")", number + 1)),
        })
    };
    questions::with_context(|context| {
        let context = Context {
            segments: &segments,
            ..*context
        };
        let predicate = parse("segment(\"1\")").expect("a predicate");
        lower(&predicate, &context).expect("it keeps every bound")
    })
}

#[test]
fn pages_of_an_answer_follow_one_another() {
    with_customers(|store, customers| {
        for sort in [
            Sort::Net,
            Sort::Orders,
            Sort::LastOrdered,
            Sort::FirstOrdered,
        ] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page =
                    store.read(|conn| customers_where(conn, &Test::Constant(true), sort, after, 7));
                let page = page.expect("a page can be read");
                let Some((key, row)) = page.last() else { break };
                after = Some((*key, row.customer));
                seen.extend(page.iter().map(|(key, row)| (*key, row.customer)));
            }
            assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "{sort:?}");
            assert_eq!(seen.len(), customers.len());
        }
    });
}
