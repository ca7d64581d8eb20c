//! Every row of every table from one store into another, and both compared.
//!
//! Nothing here names a table: what there is to copy is read from the schema of this program, so
//! a table that is added tomorrow is copied tomorrow. Rows are read in order of the primary key,
//! which both engines agree on (numbers, bytes, and texts that are compared by their bytes).

use std::sync::OnceLock;

use crate::engine::{Conn, SqliteConn};
use crate::error::StoreError;
use crate::migrate::{SCHEMA_VERSION, migrate};
use crate::sql::{RowsSql, Sql};
use crate::value::{Row, Value};

/// Rows that are read at once.
const PAGE: usize = 512;

/// How far work on a whole store has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeProgress<'a> {
    /// What is being done, in a word or two: a table's name, “pages”.
    pub what: &'a str,
    /// How much of it is done.
    pub done: u64,
    /// Of how much, where that is known.
    pub total: Option<u64>,
}

/// Hears how far it has come; answers false to stop it.
pub type Watch<'w> = dyn FnMut(WholeProgress<'_>) -> bool + 'w;

/// How many rows a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCount {
    /// The table's name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// One table of the schema and the statements that read and write all of it.
struct Table {
    name: String,
    /// Which columns are the primary key, in its order.
    key: Vec<usize>,
    first: Sql,
    after: Sql,
    insert: RowsSql,
    count: Sql,
}

/// The tables of this program's schema. The statements are made once, of names that the schema
/// gave, and kept: the one place besides migrations that writes a statement while it runs.
fn tables() -> Result<&'static [Table], StoreError> {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    if let Some(tables) = TABLES.get() {
        return Ok(tables);
    }
    let mut empty = Conn::Sqlite(SqliteConn::open_unseen(std::path::Path::new(":memory:"))?);
    migrate(&mut empty)?;
    let Conn::Sqlite(empty) = empty else {
        return Err(StoreError::shape("a store in memory is not SQLite's"));
    };
    let columns = empty.columns()?;
    let made = columns
        .chunk_by(|left, right| left.table == right.table)
        .map(|columns| {
            let mut key: Vec<usize> = (0..columns.len())
                .filter(|it| columns[*it].place_in_key > 0)
                .collect();
            key.sort_by_key(|it| columns[*it].place_in_key);
            let names: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
            Table::new(&columns[0].table, &names, key)
        });
    let made = made.collect();
    Ok(TABLES.get_or_init(|| made))
}

impl Table {
    fn new(name: &str, columns: &[&str], key: Vec<usize>) -> Self {
        let kept = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let list = |names: &mut dyn Iterator<Item = &str>| {
            let quoted: Vec<String> = names.map(|it| format!("\"{it}\"")).collect();
            quoted.join(", ")
        };
        let numbers = |count: usize| {
            let numbers: Vec<String> = (1..=count).map(|it| format!("${it}")).collect();
            numbers.join(", ")
        };
        let all = list(&mut columns.iter().copied());
        let ordered = list(&mut key.iter().map(|it| columns[*it]));
        let after = numbers(key.len());
        Self {
            name: name.to_owned(),
            first: Sql::new(kept(format!(
                "SELECT {all} FROM {name} ORDER BY {ordered} LIMIT {PAGE}"
            ))),
            after: Sql::new(kept(format!(
                "SELECT {all} FROM {name} WHERE ({ordered}) > ({after})
                  ORDER BY {ordered} LIMIT {PAGE}"
            ))),
            insert: RowsSql::new(kept(format!(
                "INSERT INTO {name} ({all}) VALUES {{({})}}",
                numbers(columns.len())
            ))),
            count: Sql::new(kept(format!(
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {name}"
            ))),
            key,
        }
    }

    fn page(&self, conn: &mut Conn, last: Option<&Row>) -> Result<Vec<Row>, StoreError> {
        let Some(last) = last else {
            return conn.rows(self.first, &[]);
        };
        let key = self.key.iter().map(|it| last.values()[*it].clone());
        conn.rows(self.after, &key.collect::<Vec<Value>>())
    }
}

/// The version of the schema that a store has; 0 when it is none of ours.
pub(crate) fn schema_version(conn: &mut Conn) -> Result<usize, StoreError> {
    let sql = crate::sql!("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS n FROM migrations");
    let version = conn.one(sql, &[])?.int("n")?;
    usize::try_from(version).map_err(StoreError::shape)
}

/// Refuses a store whose tables are not those of this program.
pub(crate) fn check_version(conn: &mut Conn) -> Result<(), StoreError> {
    let version = schema_version(conn).map_err(|error| match error {
        StoreError::Database { .. } => StoreError::Refused("there is no shop to copy".to_owned()),
        other => other,
    })?;
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    Err(StoreError::Refused(format!(
        "this store has schema {version} and this program writes {SCHEMA_VERSION}: start the \
         program that fits it, or this one if it is newer, and try again"
    )))
}

/// Refuses a store that holds anything.
pub(crate) fn check_empty(conn: &mut Conn) -> Result<(), StoreError> {
    for table in tables()? {
        if conn.one(table.count, &[])?.int("n")? != 0 {
            return Err(StoreError::Refused(format!(
                "there is a shop already (table {} has rows), and nothing is written over one: \
                 give an empty folder or an empty schema",
                table.name
            )));
        }
    }
    Ok(())
}

/// How many rows each table has.
pub(crate) fn counts(conn: &mut Conn) -> Result<Vec<TableCount>, StoreError> {
    tables()?
        .iter()
        .map(|table| {
            let rows = conn.one(table.count, &[])?.int("n")?;
            Ok(TableCount {
                table: table.name.clone(),
                rows: u64::try_from(rows).map_err(StoreError::shape)?,
            })
        })
        .collect()
}

/// Copies every row of every table into empty tables, in the transactions that are open on both.
///
/// # Errors
/// When a database fails, or `watch` stops it.
pub(crate) fn copy(
    from: &mut Conn,
    into: &mut Conn,
    watch: &mut Watch<'_>,
) -> Result<Vec<TableCount>, StoreError> {
    let mut copied = Vec::new();
    for table in tables()? {
        let (mut rows, mut last) = (0, None);
        loop {
            heard(watch, &table.name, rows, None)?;
            let mut page = table.page(from, last.as_ref())?;
            let values: Vec<Value> = page.iter().flat_map(Row::values).cloned().collect();
            into.run_each(table.insert, &values)?;
            rows += page.len() as u64;
            if page.len() < PAGE {
                break;
            }
            last = page.pop();
        }
        copied.push(TableCount {
            table: table.name.clone(),
            rows,
        });
    }
    Ok(copied)
}

/// Compares every value of every row of every table.
///
/// # Errors
/// When a database fails, when a row differs (its table and place are named, its values are not),
/// or `watch` stops it.
pub(crate) fn compare(
    left: &mut Conn,
    right: &mut Conn,
    watch: &mut Watch<'_>,
) -> Result<(), StoreError> {
    for table in tables()? {
        let (mut rows, mut last) = (0, None);
        loop {
            heard(watch, &table.name, rows, None)?;
            let (mut page, other) = (
                table.page(left, last.as_ref())?,
                table.page(right, last.as_ref())?,
            );
            let differs = |(left, right): (&Row, &Row)| left.values() != right.values();
            let place = page.iter().zip(&other).position(differs);
            let place = place.or((page.len() != other.len()).then(|| page.len().min(other.len())));
            if let Some(place) = place {
                return Err(StoreError::shape(format!(
                    "row {} of table {} is not the same on both sides",
                    rows + place as u64 + 1,
                    table.name
                )));
            }
            rows += page.len() as u64;
            if page.len() < PAGE {
                break;
            }
            last = page.pop();
        }
    }
    Ok(())
}

/// Tells the watcher; an error when it wants to stop.
pub(crate) fn heard(
    watch: &mut Watch<'_>,
    what: &str,
    done: u64,
    total: Option<u64>,
) -> Result<(), StoreError> {
    match watch(WholeProgress { what, done, total }) {
        true => Ok(()),
        false => Err(StoreError::Stopped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    fn store(balance: i64) -> Conn {
        let memory = SqliteConn::open_unseen(std::path::Path::new(":memory:"));
        let mut conn = Conn::Sqlite(memory.expect("there is memory"));
        migrate(&mut conn).expect("an empty store");
        for owner in [1, 2] {
            let id = Value::Blob(vec![owner; 16]);
            conn.run(
                sql!(
                    "INSERT INTO accounts (id, unit, kind, stripe, balance)
                     VALUES ($1, 'points', 'wallet', 0, $2)"
                ),
                &[id, Value::Int(balance * i64::from(owner - 1))],
            )
            .expect("an account");
        }
        conn
    }

    #[test]
    fn one_value_that_differs_is_found_and_its_place_told() {
        let mut go_on = |_: WholeProgress<'_>| true;
        compare(&mut store(5), &mut store(5), &mut go_on).expect("they are the same");
        let said = compare(&mut store(5), &mut store(6), &mut go_on).expect_err("they differ");
        let sentence = said.to_string();
        assert!(sentence.contains("row 2 of table accounts"), "{sentence}");
        let mut fewer = store(5);
        fewer
            .run(sql!("DELETE FROM accounts WHERE balance = 5"), &[])
            .expect("one is gone");
        assert!(compare(&mut store(5), &mut fewer, &mut go_on).is_err());
        assert!(compare(&mut fewer, &mut store(5), &mut go_on).is_err());
    }

    #[test]
    fn every_table_of_the_schema_is_copied() {
        let copied: Vec<&str> = tables()
            .expect("the schema can be read")
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        let mut declared: Vec<String> = crate::schema_tables()
            .into_iter()
            .map(|(name, ..)| name)
            .collect();
        declared.sort();
        assert_eq!(copied, declared);
        assert!(check_empty(&mut store(5)).is_err());
    }
}
