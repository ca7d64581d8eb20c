//! Rows as the tables hold them, for checks that look beneath every use case.

use std::collections::BTreeMap;

use store::{Row, Sql, Store, StoreError, Value, schema_tables};

/// A statement that a test put together. The product has only literals; a test that looks at
/// *every* table has to name them itself.
fn statement(text: String) -> Sql {
    Sql::new(Box::leak(text.into_boxed_str()))
}

/// The rows of a query in the text of record, `$1` and all.
///
/// # Panics
/// When the database refuses it.
#[must_use]
pub fn query(store: &Store, text: &str, params: &[Value]) -> Vec<Row> {
    let sql = statement(text.to_owned());
    match store.read(|conn| conn.rows(sql, params)) {
        Ok(rows) => rows,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Runs a statement past every use case, on a writer; how many rows it touched. For damage that
/// a test wants done, and for triggers.
///
/// # Errors
/// What the database says.
pub fn execute(store: &Store, text: &str, params: &[Value]) -> Result<u64, StoreError> {
    let sql = statement(text.to_owned());
    let params = params.to_vec();
    store.write(store::Queue::Interactive, move |session| {
        session.conn().run(sql, &params)
    })
}

/// One table: its columns, and its rows in an order that both engines agree on.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The names of the columns; empty when there are no rows.
    pub columns: Vec<String>,
    /// The rows, by their values from left to right.
    pub rows: Vec<Vec<Value>>,
}

/// Every row of every table, by the table's name.
#[must_use]
pub fn tables(store: &Store) -> BTreeMap<String, Table> {
    let names = schema_tables().into_iter().map(|(name, _, _)| name);
    names
        .map(|name| {
            let found = query(store, &format!("SELECT * FROM {name}"), &[]);
            let columns = found.first().map(|row| row.names().to_vec());
            let mut rows: Vec<Vec<Value>> =
                found.into_iter().map(|row| row.values().to_vec()).collect();
            rows.sort_by_cached_key(|row| format!("{row:?}"));
            let columns = columns.unwrap_or_default();
            (name, Table { columns, rows })
        })
        .collect()
}
