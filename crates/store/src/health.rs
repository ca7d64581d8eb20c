//! What an operator asks of a store: which engine it is and what that promises, how large it is,
//! what waits and since when, what was left unfinished.

use domain::ids::StreamId;
use domain::time::{Day, Millis};

use crate::engine::Conn;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::{changes, sql};

/// What the engine says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFacts {
    /// Its name and version.
    pub version: String,
    /// Settings on which it depends that what was acknowledged is kept: name, value, and whether
    /// the value is good.
    pub durability: Vec<(String, String, bool)>,
    /// Bytes of all tables and indexes.
    pub bytes: u64,
    /// The server's clock; none where the engine has no clock of its own.
    pub now: Option<Millis>,
}

/// What waits to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Millis>,
}

/// Everything that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingAll {
    /// Messages of customers to other customers.
    pub inbox: Waiting,
    /// What the outside world is to be told and is due.
    pub outbox: Waiting,
    /// Customers whose view has changed by itself.
    pub due: Waiting,
    /// News of orders that are not known yet.
    pub order_news: Waiting,
}

/// Long work that was begun and has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: String,
    /// What kind of work: `import`, `rebuild`.
    pub kind: String,
    /// How far it came.
    pub position: u64,
    /// When it last came further.
    pub at: Millis,
}

/// What waits at this moment.
///
/// # Errors
/// When the database fails.
pub fn waiting(conn: &mut Conn, now: Millis) -> Result<WaitingAll, StoreError> {
    let mut asked = |sql: Sql| -> Result<Waiting, StoreError> {
        let row = conn.one(sql, &[now.into()])?;
        Ok(Waiting {
            count: row.count("n")?,
            oldest: row.int_or_null("oldest")?.map(Millis),
        })
    };
    Ok(WaitingAll {
        inbox: asked(sql!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n, MIN(at) AS oldest FROM inbox WHERE at <= $1"
        ))?,
        outbox: asked(sql!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n, MIN(due_at) AS oldest FROM outbox
              WHERE due_at <= $1"
        ))?,
        due: asked(sql!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n, MIN(at) AS oldest FROM due WHERE at <= $1"
        ))?,
        order_news: asked(sql!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n, MIN(received_at) AS oldest FROM order_news
              WHERE received_at <= $1"
        ))?,
    })
}

/// Long work that has not come to its end, in order of its name.
///
/// # Errors
/// When the database fails.
pub fn jobs(conn: &mut Conn) -> Result<Vec<Job>, StoreError> {
    let sql = sql!("SELECT id, kind, position, at FROM jobs ORDER BY id LIMIT 100");
    let mut rows = conn.rows(sql, &[])?;
    rows.iter_mut()
        .map(|row| {
            Ok(Job {
                id: row.take_text("id")?,
                kind: row.take_text("kind")?,
                position: row.count("position")?,
                at: Millis(row.int("at")?),
            })
        })
        .collect()
}

/// How many changes a follower has not read yet.
///
/// # Errors
/// When the database fails.
pub fn follower_behind(conn: &mut Conn, follower: &str) -> Result<u64, StoreError> {
    let read_to = changes::follower_positions(conn, follower)?;
    let behind = changes::writer_positions(conn)?
        .into_iter()
        .map(|(writer, n)| n - read_to.get(&writer).copied().unwrap_or(0))
        .map(|behind| u64::try_from(behind).unwrap_or(0));
    Ok(behind.sum())
}

/// The stamp of the newest fact of each writer's last customer: about the newest there is, found
/// without looking through the log.
///
/// # Errors
/// When the database fails.
pub fn newest_stamp(conn: &mut Conn) -> Result<Option<Millis>, StoreError> {
    let sql = sql!(
        "SELECT MAX(c.stamp) AS stamp FROM writers w
           JOIN changes h ON h.writer = w.writer AND h.n = w.n
           JOIN customers c ON c.root = h.customer"
    );
    Ok(conn.one(sql, &[])?.int_or_null("stamp")?.map(Millis))
}

/// How many facts happened on this day or later, as the daily sums have it.
///
/// # Errors
/// When the database fails.
pub fn facts_since(conn: &mut Conn, day: Day) -> Result<u64, StoreError> {
    let sql = sql!(
        "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) AS n FROM rollups
          WHERE metric = 'facts' AND day >= $1"
    );
    conn.one(sql, &[i64::from(day.0).into()])?.count("n")
}

/// The first and the last customer, in order of their ids; none when there is nobody.
///
/// # Errors
/// When the database fails.
pub fn customer_ends(conn: &mut Conn) -> Result<Option<(StreamId, StreamId)>, StoreError> {
    let first = sql!("SELECT root FROM customers ORDER BY root LIMIT 1");
    let last = sql!("SELECT root FROM customers ORDER BY root DESC LIMIT 1");
    let mut asked = |sql: Sql| -> Result<Option<StreamId>, StoreError> {
        let row = conn.optional(sql, &[])?;
        row.map(|row| row.stream("root")).transpose()
    };
    Ok(asked(first)?.zip(asked(last)?))
}
