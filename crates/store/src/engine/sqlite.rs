//! SQLite through `rusqlite`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};

use super::prepared_text;
use crate::error::StoreError;
use crate::render::Dialect;
use crate::value::{Row, Value};

/// Each with its reason.
const PRAGMAS: &[(&str, &str)] = &[
    ("journal_mode", "WAL"), // readers never wait for the writer
    ("synchronous", "FULL"), // an acknowledged event survives power loss
    ("foreign_keys", "ON"),
    ("busy_timeout", "10000"), // the checkpointer may hold the lock for a moment
    ("wal_autocheckpoint", "0"), // checkpoints have a thread of their own
    ("journal_size_limit", "67108864"), // a WAL that grew once is cut back to 64 MB
    ("cache_size", "-131072"), // 128 MB a connection at most
    ("mmap_size", "8589934592"), // reads come from the page cache without a copy
    ("temp_store", "MEMORY"),
];

/// What the checkpointer runs; PASSIVE never waits for readers and never blocks the writer.
#[must_use]
pub const fn checkpoint_pragma() -> &'static str {
    "PRAGMA wal_checkpoint(PASSIVE)"
}

/// One connection to a SQLite file.
#[derive(Debug)]
pub struct SqliteConn {
    conn: Connection,
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
        conn.set_prepared_statement_cache_capacity(256);
        Ok(Self {
            conn,
            rendered: HashMap::new(),
            names: HashMap::new(),
        })
    }

    fn text(&mut self, text: &'static str, group: usize) -> Arc<str> {
        let rendered = self
            .rendered
            .entry((text, group))
            .or_insert_with(|| prepared_text(Dialect::Sqlite, text, group).into());
        Arc::clone(rendered)
    }

    pub(super) fn query(
        &mut self,
        text: &'static str,
        group: usize,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let rendered = self.text(text, group);
        let mut statement = self.conn.prepare_cached(&rendered)?;
        let names = self.names.entry((text, group)).or_insert_with(|| {
            statement
                .column_names()
                .into_iter()
                .map(str::to_owned)
                .collect()
        });
        let names = Arc::clone(names);
        bind(&mut statement, params)?;
        let mut answer = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = answer.next()? {
            let values = (0..names.len())
                .map(|column| value_of(row.get_ref(column)?))
                .collect::<Result<Vec<_>, StoreError>>()?;
            rows.push(Row::new(Arc::clone(&names), values));
        }
        Ok(rows)
    }

    pub(super) fn execute(
        &mut self,
        text: &'static str,
        group: usize,
        params: &[Value],
    ) -> Result<u64, StoreError> {
        let rendered = self.text(text, group);
        let mut statement = self.conn.prepare_cached(&rendered)?;
        bind(&mut statement, params)?;
        Ok(statement.raw_execute()? as u64)
    }

    pub(super) fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        Ok(self.conn.execute_batch(text)?)
    }

    pub(super) fn prepares(&mut self, text: &str) -> Result<(), StoreError> {
        self.conn.prepare(text)?;
        Ok(())
    }

    /// Moves what the log holds into the file, without waiting for anybody; how many pages of
    /// the log are left over.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn checkpoint(&mut self) -> Result<i64, StoreError> {
        let (log, done) = self.conn.query_row(checkpoint_pragma(), [], |row| {
            Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })?;
        Ok(log - done)
    }

    /// Like [`SqliteConn::checkpoint`], and waits until the log can start anew from its beginning:
    /// for a log that has grown although checkpoints went on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn checkpoint_restart(&mut self) -> Result<(), StoreError> {
        self.conn
            .query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))?;
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
