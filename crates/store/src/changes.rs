//! What every writer leaves behind for those who follow: which customers changed, and daily sums.
//!
//! Each writer numbers its own changes densely, so a follower keeps one position for each writer
//! and misses nothing in any order of commits. Sums lie in a stripe for each writer, so that no
//! two writers meet.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::StreamId;
use domain::time::Day;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::{Row, Value};
use crate::{rows, sql};

/// The number of a writer's last change.
///
/// # Errors
/// When the database fails.
pub(crate) fn change_last(conn: &mut Conn, writer: i64) -> Result<i64, StoreError> {
    let row = conn.optional(
        sql!("SELECT n FROM writers WHERE writer = $1"),
        &[writer.into()],
    )?;
    row.map_or(Ok(0), |row| row.int("n"))
}

/// Appends changes after number `last`; the number of the last one.
///
/// # Errors
/// When the database fails.
pub(crate) fn change_append(
    conn: &mut Conn,
    writer: i64,
    last: i64,
    customers: &BTreeSet<StreamId>,
) -> Result<i64, StoreError> {
    if customers.is_empty() {
        return Ok(last);
    }
    let values: Vec<Value> = (last + 1..)
        .zip(customers)
        .flat_map(|(n, customer)| [writer.into(), n.into(), (*customer).into()])
        .collect();
    conn.run_each(
        rows!("INSERT INTO changes (writer, n, customer) VALUES {($1, $2, $3)}"),
        &values,
    )?;
    let last = last + i64::try_from(customers.len()).map_err(StoreError::shape)?;
    conn.run(
        sql!(
            "INSERT INTO writers (writer, n) VALUES ($1, $2)
             ON CONFLICT (writer) DO UPDATE SET n = excluded.n"
        ),
        &[writer.into(), last.into()],
    )?;
    Ok(last)
}

/// Adds to the daily sums of this writer's stripe.
///
/// # Errors
/// When the database fails.
pub(crate) fn rollup_add(
    conn: &mut Conn,
    stripe: i64,
    sums: &BTreeMap<(Day, &'static str, String), i64>,
) -> Result<(), StoreError> {
    let values: Vec<Value> = sums
        .iter()
        .flat_map(|((day, metric, dimension), value)| {
            [
                stripe.into(),
                i64::from(day.0).into(),
                (*metric).into(),
                dimension.as_str().into(),
                (*value).into(),
            ]
        })
        .collect();
    conn.run_each(
        rows!(
            "INSERT INTO rollups (stripe, day, metric, dimension, value)
             VALUES {($1, $2, $3, $4, $5)}
             ON CONFLICT (stripe, day, metric, dimension)
             DO UPDATE SET value = rollups.value + excluded.value"
        ),
        &values,
    )?;
    Ok(())
}

/// One daily sum over all stripes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollup {
    /// The day in the shop's zone.
    pub day: Day,
    /// What was summed: `orders`, `gross`, …
    pub metric: String,
    /// By what: a currency, a channel.
    pub dimension: String,
    /// The sum.
    pub value: i64,
}

/// What was sold by day, in each currency.
///
/// # Errors
/// When the database fails.
pub fn sales_by_day(conn: &mut Conn) -> Result<Vec<Rollup>, StoreError> {
    let sql = sql!(
        "SELECT day, metric, dimension, CAST(SUM(value) AS BIGINT) AS value FROM rollups
          WHERE metric IN ('orders', 'gross', 'refunds', 'product')
          GROUP BY day, metric, dimension ORDER BY day, metric, dimension"
    );
    conn.rows(sql, &[])?.into_iter().map(rollup).collect()
}

/// The daily sums of some days, both included.
///
/// # Errors
/// When the database fails.
pub fn rollups_between(conn: &mut Conn, from: Day, to: Day) -> Result<Vec<Rollup>, StoreError> {
    conn.rows(
        sql!(
            "SELECT day, metric, dimension, CAST(SUM(value) AS BIGINT) AS value FROM rollups
              WHERE day >= $1 AND day <= $2
              GROUP BY day, metric, dimension ORDER BY day, metric, dimension"
        ),
        &[i64::from(from.0).into(), i64::from(to.0).into()],
    )?
    .into_iter()
    .map(rollup)
    .collect()
}

fn rollup(mut row: Row) -> Result<Rollup, StoreError> {
    Ok(Rollup {
        day: Day(i32::try_from(row.int("day")?).map_err(StoreError::shape)?),
        metric: row.take_text("metric")?,
        dimension: row.take_text("dimension")?,
        value: row.int("value")?,
    })
}

/// How far each writer has come.
///
/// # Errors
/// When the database fails.
pub fn writer_positions(conn: &mut Conn) -> Result<BTreeMap<i64, i64>, StoreError> {
    conn.rows(sql!("SELECT writer, n FROM writers ORDER BY writer"), &[])?
        .iter()
        .map(|row| Ok((row.int("writer")?, row.int("n")?)))
        .collect()
}

/// How far a follower has read each writer.
///
/// # Errors
/// When the database fails.
pub fn follower_positions(
    conn: &mut Conn,
    follower: &str,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    conn.rows(
        sql!("SELECT writer, n FROM followers WHERE name = $1 ORDER BY writer"),
        &[follower.into()],
    )?
    .iter()
    .map(|row| Ok((row.int("writer")?, row.int("n")?)))
    .collect()
}

/// Keeps how far a follower has read.
///
/// # Errors
/// When the database fails.
pub fn follower_put(
    conn: &mut Conn,
    follower: &str,
    positions: &BTreeMap<i64, i64>,
) -> Result<(), StoreError> {
    let values: Vec<Value> = positions
        .iter()
        .flat_map(|(writer, n)| [follower.into(), (*writer).into(), (*n).into()])
        .collect();
    conn.run_each(
        rows!(
            "INSERT INTO followers (name, writer, n) VALUES {($1, $2, $3)}
             ON CONFLICT (name, writer) DO UPDATE SET n = excluded.n"
        ),
        &values,
    )?;
    Ok(())
}

/// The changes of one writer after a number, in order.
///
/// # Errors
/// When the database fails.
pub fn changes_after(
    conn: &mut Conn,
    writer: i64,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, StreamId)>, StoreError> {
    conn.rows(
        sql!(
            "SELECT n, customer FROM changes WHERE writer = $1 AND n > $2
              ORDER BY writer, n LIMIT $3"
        ),
        &[writer.into(), after.into(), i64::from(limit).into()],
    )?
    .iter()
    .map(|row| Ok((row.int("n")?, row.stream("customer")?)))
    .collect()
}

/// Drops the changes of a writer up to a number, and notes that they are gone: whoever has not
/// read so far has to begin anew.
///
/// # Errors
/// When the database fails.
pub fn changes_prune(tx: &mut Tx<'_>, writer: i64, up_to: i64) -> Result<u64, StoreError> {
    let dropped = tx.run(
        sql!("DELETE FROM changes WHERE writer = $1 AND n <= $2"),
        &[writer.into(), up_to.into()],
    )?;
    if dropped > 0 {
        follower_put(tx, PRUNED, &BTreeMap::from([(writer, up_to)]))?;
    }
    Ok(dropped)
}

/// The name under which the followers' table keeps how far changes were dropped.
const PRUNED: &str = "pruned";

/// Up to which number the changes of each writer were dropped; nothing for those of whom all are
/// there.
///
/// # Errors
/// When the database fails.
pub fn changes_pruned(conn: &mut Conn) -> Result<BTreeMap<i64, i64>, StoreError> {
    follower_positions(conn, PRUNED)
}
