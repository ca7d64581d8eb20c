//! The only place that knows there are two engines.

mod postgres;
mod sqlite;
mod whole;

pub use self::postgres::PostgresConn;
pub use self::sqlite::{SqliteConn, checkpoint_pragma};

use crate::error::StoreError;
use crate::render::Dialect;
use crate::sql::{GROUPS, RowsSql, SegmentSql, Sql};
use crate::value::{Row, Value};

/// Which engine a store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server, for more than one machine.
    Postgres,
}

/// A connection to either engine. The set is closed and has two members, so: no trait.
#[derive(Debug)]
pub enum Conn {
    /// The embedded engine.
    Sqlite(SqliteConn),
    /// The server engine.
    Postgres(PostgresConn),
}

impl Conn {
    /// Which engine this is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// How the engine wants its statements.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    fn query(&mut self, sql: Sql, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(conn) => conn.query(sql, params),
            Self::Postgres(conn) => conn.query(sql.text(), 0, params),
        }
    }

    /// All rows of an answer.
    ///
    /// # Errors
    /// When the database refuses the statement.
    pub fn rows(&mut self, sql: Sql, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.query(sql, params)
    }

    /// All rows of the answer to a question about customers. It is prepared for this one time,
    /// and no memory of it is kept.
    ///
    /// # Errors
    /// When the database refuses the statement.
    pub(crate) fn rows_of_segment(&mut self, sql: &SegmentSql) -> Result<Vec<Row>, StoreError> {
        let text = crate::render(self.dialect(), sql.text());
        match self {
            Self::Sqlite(conn) => conn.query_once(&text, sql.params()),
            Self::Postgres(conn) => conn.query_once(&text, sql.params()),
        }
    }

    /// The one row of an answer.
    ///
    /// # Errors
    /// When the database refuses the statement, or there is not exactly one row.
    pub fn one(&mut self, sql: Sql, params: &[Value]) -> Result<Row, StoreError> {
        self.optional(sql, params)?
            .ok_or(StoreError::Missing("row where one was expected"))
    }

    /// The row of an answer, if there is one.
    ///
    /// # Errors
    /// When the database refuses the statement, or there are several rows.
    pub fn optional(&mut self, sql: Sql, params: &[Value]) -> Result<Option<Row>, StoreError> {
        let mut rows = self.query(sql, params)?;
        if rows.len() > 1 {
            return Err(StoreError::shape("several rows where one was expected"));
        }
        Ok(rows.pop())
    }

    /// Runs a statement; how many rows it touched.
    ///
    /// # Errors
    /// When the database refuses the statement.
    pub fn run(&mut self, sql: Sql, params: &[Value]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(conn) => conn.execute(sql, params),
            Self::Postgres(conn) => conn.execute(sql.text(), 0, params),
        }
    }

    /// Runs a statement over any number of rows; how many rows it touched. `values` holds the
    /// rows one after the other. PostgreSQL takes them in groups of 512, 64, 8 and 1, because each
    /// group costs a round trip; SQLite takes them one by one, because a group costs it a journal
    /// of its own, by which it could undo half a group.
    ///
    /// # Errors
    /// When the database refuses a statement.
    pub fn run_each(&mut self, sql: RowsSql, values: &[Value]) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(conn) => conn.execute_each(sql, values),
            Self::Postgres(conn) => groups(sql, values)
                .map(|(group, values)| conn.execute(sql.text(), group, values))
                .sum(),
        }
    }

    /// All rows of the answers over any number of rows, in the order of the groups, which are
    /// those of [`Conn::run_each`].
    ///
    /// # Errors
    /// When the database refuses a statement.
    pub fn rows_each(&mut self, sql: RowsSql, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(conn) => conn.query_each(sql, values),
            Self::Postgres(conn) => {
                let mut rows = Vec::new();
                for (group, values) in groups(sql, values) {
                    rows.append(&mut conn.query(sql.text(), group, values)?);
                }
                Ok(rows)
            }
        }
    }

    /// Inserts rows that are known by their first value and answers the first values of those that
    /// were not there before; the statement ends in `ON CONFLICT … DO NOTHING RETURNING` that
    /// column. SQLite is asked how many rows it touched instead, since for each answer of a
    /// `RETURNING` it makes and drops a table of its own.
    ///
    /// # Errors
    /// When the database refuses a statement.
    pub fn insert_new(&mut self, sql: RowsSql, values: &[Value]) -> Result<Vec<Value>, StoreError> {
        match self {
            Self::Sqlite(conn) => conn.insert_new(sql, values),
            Self::Postgres(_) => self
                .rows_each(sql, values)?
                .into_iter()
                .map(Row::into_only)
                .collect(),
        }
    }

    /// Runs statements without parameters, one after the other: transactions and migrations.
    pub(crate) fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => conn.batch(text),
            Self::Postgres(conn) => conn.batch(text),
        }
    }

    /// Whether the connection can still be used.
    pub(crate) fn is_alive(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(conn) => conn.is_alive(),
        }
    }

    /// Asks the server whether it is still there; a file always is.
    pub(crate) fn ping(&mut self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(conn) => conn.batch("").is_ok(),
        }
    }

    /// Whether the engine can prepare a statement: words, tables and columns are right.
    ///
    /// # Errors
    /// What the engine says against it.
    pub fn prepares(&mut self, text: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(conn) => conn.prepares(text),
            Self::Postgres(conn) => conn.prepares(text),
        }
    }
}

/// Cuts the rows into groups, largest first.
fn groups(sql: RowsSql, values: &[Value]) -> impl Iterator<Item = (usize, &[Value])> {
    let width = sql.width().max(1);
    debug_assert_eq!(
        values.len() % width,
        0,
        "rows of another width: {}",
        sql.text()
    );
    let mut rest = values;
    std::iter::from_fn(move || {
        let rows = rest.len() / width;
        let group = GROUPS.into_iter().find(|group| *group <= rows)?;
        let (now, later) = rest.split_at(group * width);
        rest = later;
        Some((group, now))
    })
}

/// The text that is prepared for a group of rows (0: a plain statement).
fn prepared_text(dialect: Dialect, text: &'static str, group: usize) -> String {
    if group == 0 {
        crate::render(dialect, text)
    } else {
        crate::render(dialect, &RowsSql::new(text).expand(group))
    }
}
