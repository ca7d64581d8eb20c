//! Due times: when a customer's view changes by itself.

use std::collections::BTreeMap;

use domain::ids::StreamId;
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::{rows, sql};

/// Sets when customers are to be woken; none takes the wake away.
///
/// # Errors
/// When the database fails.
pub fn due_put(
    tx: &mut Tx<'_>,
    due: &BTreeMap<StreamId, Option<Millis>>,
) -> Result<(), StoreError> {
    let mut set = Vec::new();
    let mut unset = Vec::new();
    for (customer, at) in due {
        match at {
            Some(at) => set.extend([(*customer).into(), (*at).into()]),
            None => unset.push((*customer).into()),
        }
    }
    tx.run_each(
        rows!(
            "INSERT INTO due (customer, at) VALUES {($1, $2)}
             ON CONFLICT (customer) DO UPDATE SET at = excluded.at WHERE due.at <> excluded.at"
        ),
        &set,
    )?;
    tx.run_each(rows!("DELETE FROM due WHERE customer IN ({$1})"), &unset)?;
    Ok(())
}

/// Customers to be woken by `now`, the longest due first.
///
/// # Errors
/// When the database fails.
pub fn due_before(conn: &mut Conn, now: Millis, limit: u32) -> Result<Vec<StreamId>, StoreError> {
    conn.rows(
        sql!("SELECT customer FROM due WHERE at <= $1 ORDER BY at, customer LIMIT $2"),
        &[now.into(), i64::from(limit).into()],
    )?
    .iter()
    .map(|row| row.stream("customer"))
    .collect()
}

/// The earliest time at which anybody is to be woken.
///
/// # Errors
/// When the database fails.
pub fn due_next(conn: &mut Conn) -> Result<Option<Millis>, StoreError> {
    conn.one(sql!("SELECT MIN(at) AS at FROM due"), &[])?
        .millis_or_null("at")
}
