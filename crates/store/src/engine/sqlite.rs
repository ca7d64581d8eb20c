//! SQLite through `rusqlite`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};

use super::prepared_text;
use crate::error::StoreError;
use crate::render::Dialect;
use crate::sql::{RowsSql, Sql};
use crate::value::{Row, Value};

/// Each with its reason.
const PRAGMAS: &[(&str, &str)] = &[
    ("journal_mode", "WAL"), // readers never wait for the writer
    ("synchronous", "FULL"), // an acknowledged event survives power loss
    ("foreign_keys", "ON"),
    ("busy_timeout", "10000"), // the checkpointer may hold the lock for a moment
    ("wal_autocheckpoint", "0"), // checkpoints have a thread of their own
    // A WAL that a forgotten reader let grow is cut back to 256 MB. One that is written over in
    // place costs a sync less than one that is cut and grows again, so it is not cut shorter.
    ("journal_size_limit", "268435456"),
    // 32 MB a connection at most. SQLite looks at all of them at a commit, as long as the file is
    // smaller than 1 GB, and clean pages are read from the map anyway.
    ("cache_size", "-32768"),
    ("mmap_size", "8589934592"), // reads come from the page cache without a copy
    ("temp_store", "MEMORY"),
    ("secure_delete", "FAST"), // what leaves a page that is written anyway is overwritten
];

/// The word before what a statement answers.
const RETURNING: &str = " RETURNING ";

/// What the checkpointer runs; PASSIVE never waits for readers and never blocks the writer.
#[must_use]
pub const fn checkpoint_pragma() -> &'static str {
    "PRAGMA wal_checkpoint(PASSIVE)"
}

/// One connection to a SQLite file.
#[derive(Debug)]
pub struct SqliteConn {
    pub(super) conn: Connection,
    rendered: HashMap<(&'static str, usize), Arc<str>>,
    names: HashMap<(&'static str, usize), Arc<[String]>>,
}

impl SqliteConn {
    /// Opens the file; a reader can never write.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path, reader: bool) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        for (name, value) in PRAGMAS {
            conn.pragma_update(None, name, value)?;
        }
        if reader {
            conn.pragma_update(None, "query_only", "ON")?;
        }
        Ok(Self::of(conn))
    }

    /// A connection as it is.
    pub(super) fn of(conn: Connection) -> Self {
        conn.set_prepared_statement_cache_capacity(256);
        Self {
            conn,
            rendered: HashMap::new(),
            names: HashMap::new(),
        }
    }

    /// The statement as SQLite is told it; a row group is told for one row.
    fn text(&mut self, text: &'static str, group: usize) -> Arc<str> {
        let rendered = self
            .rendered
            .entry((text, group))
            .or_insert_with(|| prepared_text(Dialect::Sqlite, text, group).into());
        Arc::clone(rendered)
    }

    pub(super) fn query(&mut self, sql: Sql, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.query_rows(sql.text(), 0, std::iter::once(params))
    }

    /// A statement for every row, prepared once.
    pub(super) fn query_each(
        &mut self,
        sql: RowsSql,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        self.query_rows(sql.text(), 1, rows_of(sql, values))
    }

    fn query_rows<'v>(
        &mut self,
        text: &'static str,
        group: usize,
        params: impl Iterator<Item = &'v [Value]>,
    ) -> Result<Vec<Row>, StoreError> {
        let rendered = self.text(text, group);
        let mut statement = self.conn.prepare_cached(&rendered)?;
        let names = self
            .names
            .entry((text, group))
            .or_insert_with(|| statement.column_names().map(str::to_owned).collect());
        let names = Arc::clone(names);
        let mut rows = Vec::new();
        for params in params {
            push_rows(&mut rows, &mut statement, &names, params)?;
        }
        Ok(rows)
    }

    /// A statement that is prepared for this one time.
    pub(super) fn query_once(
        &mut self,
        text: &str,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.conn.prepare(text)?;
        let names: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
        let mut rows = Vec::new();
        push_rows(&mut rows, &mut statement, &names, params)?;
        Ok(rows)
    }

    pub(super) fn execute(&mut self, sql: Sql, params: &[Value]) -> Result<u64, StoreError> {
        self.execute_rows(sql.text(), 0, std::iter::once(params))
    }

    /// A statement for every row, prepared once.
    pub(super) fn execute_each(
        &mut self,
        sql: RowsSql,
        values: &[Value],
    ) -> Result<u64, StoreError> {
        self.execute_rows(sql.text(), 1, rows_of(sql, values))
    }

    fn execute_rows<'v>(
        &mut self,
        text: &'static str,
        group: usize,
        params: impl Iterator<Item = &'v [Value]>,
    ) -> Result<u64, StoreError> {
        let rendered = self.text(text, group);
        let mut statement = self.conn.prepare_cached(&rendered)?;
        let mut touched = 0;
        for params in params {
            bind(&mut statement, params)?;
            touched += statement.raw_execute()? as u64;
        }
        Ok(touched)
    }

    /// See [`super::Conn::insert_new`].
    pub(super) fn insert_new(
        &mut self,
        sql: RowsSql,
        values: &[Value],
    ) -> Result<Vec<Value>, StoreError> {
        let rendered = self.text(sql.text(), 1);
        let (insert, _) = rendered
            .rsplit_once(RETURNING)
            .ok_or_else(|| StoreError::shape("the statement does not say RETURNING"))?;
        let mut statement = self.conn.prepare_cached(insert)?;
        let mut new = Vec::new();
        for row in rows_of(sql, values) {
            bind(&mut statement, row)?;
            if statement.raw_execute()? == 1 {
                new.extend(row.first().cloned());
            }
        }
        Ok(new)
    }

    pub(super) fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        Ok(self.conn.execute_batch(text)?)
    }

    pub(super) fn prepares(&mut self, text: &str) -> Result<(), StoreError> {
        self.conn.prepare(text)?;
        Ok(())
    }

    /// How many pages the write-ahead log holds, moved into the file or not.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn log_pages(&mut self) -> Result<i64, StoreError> {
        let pages = self
            .conn
            .query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1))?;
        Ok(pages)
    }

    /// Moves what the log holds into the file, without waiting for anybody. When all of it could
    /// be moved, and no reader looks at it, the next write begins the log anew.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.conn.query_row(checkpoint_pragma(), [], |_| Ok(()))?;
        Ok(())
    }

    /// Empties the log into the file and overwrites what was deleted: after an erasure.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn checkpoint_truncate(&mut self) -> Result<(), StoreError> {
        self.conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Whether deleted content is overwritten with zeros from now on.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn secure_delete(&mut self, on: bool) -> Result<(), StoreError> {
        let word = if on { "ON" } else { "FAST" };
        self.conn
            .query_row(&format!("PRAGMA secure_delete = {word}"), [], |_| Ok(()))?;
        Ok(())
    }
}

/// The rows that lie one after the other in these values.
fn rows_of(sql: RowsSql, values: &[Value]) -> impl Iterator<Item = &[Value]> {
    let width = sql.width().max(1);
    debug_assert_eq!(
        values.len() % width,
        0,
        "rows of another width: {}",
        sql.text()
    );
    values.chunks_exact(width)
}

/// Adds the rows of one answer.
fn push_rows(
    rows: &mut Vec<Row>,
    statement: &mut rusqlite::Statement<'_>,
    names: &Arc<[String]>,
    params: &[Value],
) -> Result<(), StoreError> {
    bind(statement, params)?;
    let mut answer = statement.raw_query();
    while let Some(row) = answer.next()? {
        let values = (0..names.len())
            .map(|column| value_of(row.get_ref(column)?))
            .collect::<Result<Vec<_>, StoreError>>()?;
        rows.push(Row::new(Arc::clone(names), values));
    }
    Ok(())
}

fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Value]) -> Result<(), StoreError> {
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, param)?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Bool(bool) => ValueRef::Integer(i64::from(*bool)),
            Self::Real(real) => ValueRef::Real(*real),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

fn value_of(value: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text)
                .map_err(StoreError::shape)?
                .to_owned(),
        ),
        ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
    })
}
