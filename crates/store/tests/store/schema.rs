//! Both engines hold the same schema, and it is the one that was agreed.

use std::collections::BTreeMap;
use std::path::Path;

use store::{Engine, Store, schema_tables};
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::{golden, rows};

/// One line per column and index of every table.
fn described(store: &Store) -> String {
    let (columns, indexes) = match store.engine() {
        Engine::Sqlite => (SQLITE_COLUMNS, SQLITE_INDEXES),
        Engine::Postgres => (POSTGRES_COLUMNS, POSTGRES_INDEXES),
    };
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for row in rows::query(store, columns, &[]) {
        let text = |name: &str| row.text(name).expect("a text").to_owned();
        let kind = match text("kind").to_uppercase().as_str() {
            "INTEGER" | "BIGINT" => "BIGINT",
            "BLOB" | "BYTEA" => "BYTEA",
            "TEXT" => "TEXT",
            other => panic!("{}: a type that nobody agreed to: {other}", text("t")),
        };
        let null = match row.int("filled").expect("a number") {
            1 => " NOT NULL",
            _ => "",
        };
        let key = match row.int("key").expect("a number") {
            0 => String::new(),
            place => format!(" PRIMARY KEY {place}"),
        };
        let line = format!("    {} {kind}{null}{key}\n", text("c"));
        tables.entry(text("t")).or_default().push_str(&line);
    }
    for row in rows::query(store, indexes, &[]) {
        let text = |name: &str| row.text(name).expect("a text").to_owned();
        let line = format!("    index {} {}\n", text("i"), text("c"));
        tables.entry(text("t")).or_default().push_str(&line);
    }
    tables
        .into_iter()
        .map(|(name, lines)| format!("{name}\n{lines}"))
        .collect()
}

const SQLITE_COLUMNS: &str = "
    SELECT m.name AS t, c.name AS c, c.type AS kind, c.\"notnull\" AS filled, c.pk AS key
      FROM sqlite_master m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid";

const SQLITE_INDEXES: &str = "
    SELECT m.tbl_name AS t, m.name AS i, c.name AS c
      FROM sqlite_master m JOIN pragma_index_info(m.name) c
     WHERE m.type = 'index' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.seqno";

const POSTGRES_COLUMNS: &str = "
    SELECT CAST(c.table_name AS TEXT) AS t, CAST(c.column_name AS TEXT) AS c,
           CAST(c.data_type AS TEXT) AS kind,
           CAST(CASE c.is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS BIGINT) AS filled,
           CAST(COALESCE(k.ordinal_position, 0) AS BIGINT) AS key
      FROM information_schema.columns c
      LEFT JOIN information_schema.key_column_usage k
        ON k.table_schema = c.table_schema AND k.table_name = c.table_name
       AND k.column_name = c.column_name
     WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position";

const POSTGRES_INDEXES: &str = "
    SELECT CAST(t.relname AS TEXT) AS t, CAST(i.relname AS TEXT) AS i, CAST(a.attname AS TEXT) AS c
      FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_namespace s ON s.oid = t.relnamespace
      CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k (attribute, place)
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attribute
     WHERE s.nspname = current_schema() AND NOT x.indisprimary
     ORDER BY CAST(i.relname AS TEXT) COLLATE \"C\", k.place";

#[test]
fn both_schemas_agree_with_the_golden_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/schema.txt");
    both(|engine| golden::check(&file, &described(Fixture::new(engine).store())));
}

#[test]
fn every_table_is_declared_and_keyed_for_spreading() {
    // What a primary key may start with, by how the table is declared.
    let first_columns: [(&str, &[&str]); 3] = [
        ("by stream", &["stream", "id", "root", "customer"]),
        (
            "by own key",
            &[
                "name",
                "kind",
                "hmac",
                "token",
                "key",
                "id",
                "posting",
                "order_id",
                "order_key",
                "part",
            ],
        ),
        ("per writer", &["stripe", "writer"]),
    ];
    let shop = Fixture::new(Engine::Sqlite);
    let declared = schema_tables();
    for (table, first, how) in &declared {
        let columns = first_columns
            .iter()
            .find(|(word, _)| how.starts_with(word))
            .map(|(_, columns)| *columns);
        let columns = columns.unwrap_or_else(|| panic!("{table} is declared “{how}”"));
        assert!(
            columns.contains(&first.as_str()),
            "the key of {table} ({how}) starts with {first}"
        );
    }
    let text = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    for row in rows::query(shop.store(), text, &[]) {
        let name = row.text("name").expect("a text");
        let known = declared.iter().any(|(table, ..)| table == name);
        assert!(known || name == "migrations", "{name} is declared nowhere");
    }
}
