//! Values cross the border unchanged on both engines, and wrong ones are refused loudly.

use store::{Engine, Store, Value};
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::rows;

const TABLE: &str = "CREATE TABLE probe (id BIGINT NOT NULL, whole BIGINT, part DOUBLE PRECISION, \
                     words TEXT, bytes BYTEA, yes BOOLEAN, PRIMARY KEY (id))";

fn insert(store: &Store, id: i64, column: &str, value: Value) -> Result<u64, store::StoreError> {
    let text = format!("INSERT INTO probe (id, {column}) VALUES ($1, $2)");
    rows::execute(store, &text, &[id.into(), value])
}

#[test]
fn values_come_back_as_they_went() {
    let long = "ب".repeat(100_000);
    let values: Vec<(&str, Value)> = vec![
        ("whole", Value::Int(i64::MIN)),
        ("whole", Value::Int(i64::MAX)),
        ("whole", Value::Int(0)),
        ("whole", Value::Null),
        ("part", Value::Real(f64::MAX)),
        ("part", Value::Real(f64::MIN_POSITIVE)),
        ("part", Value::Real(0.1 + 0.2)),
        ("part", Value::Real(f64::INFINITY)),
        ("part", Value::Null),
        ("words", Value::from("")),
        (
            "words",
            Value::from("O'Hara; \"x\" \\ $1 ?1 {$1} -- \t\r\n"),
        ),
        ("words", Value::from("فانوس‌دریایی 燈塔 🏮 e\u{301}")),
        ("words", Value::from(long)),
        ("words", Value::Null),
        ("bytes", Value::Blob(Vec::new())),
        ("bytes", Value::Blob((0..=255).collect())),
        ("bytes", Value::Blob(vec![0; 1 << 20])),
        ("bytes", Value::Null),
    ];
    both(|engine| {
        let shop = Fixture::new(engine);
        rows::execute(shop.store(), TABLE, &[]).expect("a table can be made");
        for (id, (column, value)) in (0..).zip(&values) {
            insert(shop.store(), id, column, value.clone()).expect("a legal value");
            let text = format!("SELECT {column} AS found FROM probe WHERE id = $1");
            let found = rows::query(shop.store(), &text, &[id.into()]);
            assert_eq!(found[0].values(), std::slice::from_ref(value), "{column}");
        }
        for (id, yes) in [(1_000, true), (1_001, false)] {
            insert(shop.store(), id, "yes", Value::Bool(yes)).expect("a legal value");
            let text = "SELECT yes FROM probe WHERE id = $1";
            let found = rows::query(shop.store(), text, &[id.into()]);
            assert_eq!(found[0].bool("yes").expect("a truth value"), yes);
        }
    });
}

#[test]
fn wrong_values_are_refused() {
    both(|engine| {
        let shop = Fixture::new(engine);
        rows::execute(shop.store(), TABLE, &[]).expect("a table can be made");
        for (column, value) in [
            ("whole", Value::from("many")),
            ("whole", Value::Real(0.5)),
            ("whole", Value::Blob(vec![1])),
            ("part", Value::from("half")),
            ("words", Value::Blob(vec![0xff])),
            ("bytes", Value::from("text")),
            ("bytes", Value::Int(7)),
        ] {
            let outcome = insert(shop.store(), 1, column, value.clone());
            assert!(outcome.is_err(), "{column} took {value:?}");
        }
        let there = rows::query(shop.store(), "SELECT id FROM probe", &[]);
        assert!(there.is_empty(), "a refused value left a row");
        if engine == Engine::Postgres {
            // SQLite keeps such a text; what comes from outside is refused before it gets here.
            let outcome = insert(shop.store(), 1, "words", Value::from("a\0b"));
            assert!(outcome.is_err(), "PostgreSQL has no text with a NUL");
        }
    });
}

#[test]
fn a_getter_names_what_it_did_not_find() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let text = "SELECT CAST(7 AS BIGINT) AS whole, CAST('x' AS TEXT) AS words, \
                    CAST(NULL AS BIGINT) AS absence";
        let row = rows::query(shop.store(), text, &[]).remove(0);
        let check = |outcome: Result<String, store::StoreError>, expected: &str| match outcome {
            Ok(found) => panic!("{found} was found where {expected:?} was expected"),
            Err(error) => assert!(error.to_string().contains(expected), "{error}"),
        };
        check(
            row.text("whole").map(str::to_owned),
            "whole should be text and is int",
        );
        check(
            row.int("words").map(|it| it.to_string()),
            "words should be int and is text",
        );
        check(
            row.int("absence").map(|it| it.to_string()),
            "absence should be int and is null",
        );
        check(
            row.bool("whole").map(|it| it.to_string()),
            "whole should be bool and is int",
        );
        check(
            row.int("absent").map(|it| it.to_string()),
            "no column absent",
        );
        check(
            row.id("words").map(|it| format!("{it:?}")),
            "words should be blob and is text",
        );
        assert_eq!(row.int_or_null("absence").expect("a null"), None);
    });
}

#[test]
fn an_answer_of_another_type_names_the_missing_cast() {
    let shop = Fixture::new(Engine::Postgres);
    let outcome = shop
        .store()
        .read(|conn| conn.rows(store::Sql::new("SELECT CAST(1 AS INTEGER) AS n"), &[]));
    let error = outcome.expect_err("only five types cross the border");
    assert!(error.to_string().contains("a CAST is missing"), "{error}");
}
