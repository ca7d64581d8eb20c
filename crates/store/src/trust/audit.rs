//! The audit: chains of rows, one a writer, and where each ends.

use std::collections::BTreeMap;

use domain::time::Millis;
use domain::trust::AuditEntry;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::sql;
use crate::value::Row;

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// The number of its last row.
    pub n: i64,
    /// The hash of that row.
    pub hash: [u8; 32],
    /// What proves that Fanous wrote this, and nobody who has only the database.
    pub seal: [u8; 32],
}

/// One row in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The writer whose chain it stands in.
    pub stripe: i64,
    /// Its number there, from 1.
    pub n: i64,
    /// What it says.
    pub entry: AuditEntry,
    /// The hash over the one before and this.
    pub hash: [u8; 32],
}

fn hash_of(row: &Row, column: &str) -> Result<[u8; 32], StoreError> {
    row.blob(column)?.try_into().map_err(StoreError::shape)
}

fn read_head(row: &Row) -> Result<AuditHead, StoreError> {
    Ok(AuditHead {
        n: row.int("n")?,
        hash: hash_of(row, "hash")?,
        seal: hash_of(row, "seal")?,
    })
}

fn read(row: &Row) -> Result<AuditRow, StoreError> {
    let text = |name: &str| Ok::<_, StoreError>(row.text(name)?.to_owned());
    Ok(AuditRow {
        stripe: row.int("stripe")?,
        n: row.int("n")?,
        entry: AuditEntry {
            at: row.millis("at")?,
            actor: text("actor")?,
            action: text("action")?,
            subject: text("subject")?,
            origin: text("origin")?,
            outcome: text("outcome")?,
        },
        hash: hash_of(row, "hash")?,
    })
}

/// Where this writer's chain ends; none before its first row.
///
/// # Errors
/// When the database fails.
pub fn head(conn: &mut Conn, stripe: i64) -> Result<Option<AuditHead>, StoreError> {
    conn.optional(
        sql!("SELECT n, hash, seal FROM audit_heads WHERE stripe = $1"),
        &[stripe.into()],
    )?
    .map(|row| read_head(&row))
    .transpose()
}

/// Where every chain ends.
///
/// # Errors
/// When the database fails.
pub fn heads(conn: &mut Conn) -> Result<BTreeMap<i64, AuditHead>, StoreError> {
    conn.rows(
        sql!("SELECT stripe, n, hash, seal FROM audit_heads ORDER BY stripe"),
        &[],
    )?
    .iter()
    .map(|row| Ok((row.int("stripe")?, read_head(row)?)))
    .collect()
}

/// Appends rows to this writer's chain and moves its end. Only the writer itself does, so nobody
/// waits for anybody.
///
/// # Errors
/// When the database fails, or a number is taken.
pub fn append(tx: &mut Tx<'_>, rows: &[AuditRow], head: &AuditHead) -> Result<(), StoreError> {
    for row in rows {
        let entry = &row.entry;
        tx.run(
            sql!(
                "INSERT INTO audit (stripe, n, at, actor, action, subject, origin, outcome, hash)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            ),
            &[
                row.stripe.into(),
                row.n.into(),
                entry.at.into(),
                entry.actor.as_str().into(),
                entry.action.as_str().into(),
                entry.subject.as_str().into(),
                entry.origin.as_str().into(),
                entry.outcome.as_str().into(),
                row.hash.into(),
            ],
        )?;
    }
    let stripe = tx.writer();
    tx.run(
        sql!(
            "INSERT INTO audit_heads (stripe, n, hash, seal) VALUES ($1, $2, $3, $4)
             ON CONFLICT (stripe) DO UPDATE SET n = excluded.n, hash = excluded.hash,
                 seal = excluded.seal"
        ),
        &[
            stripe.into(),
            head.n.into(),
            head.hash.into(),
            head.seal.into(),
        ],
    )?;
    Ok(())
}

/// Rows of one chain after a number, in order, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn chain(
    conn: &mut Conn,
    stripe: i64,
    after: i64,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    conn.rows(
        sql!(
            "SELECT stripe, n, at, actor, action, subject, origin, outcome, hash FROM audit
              WHERE stripe = $1 AND n > $2 ORDER BY stripe, n LIMIT $3"
        ),
        &[stripe.into(), after.into(), i64::from(limit).into()],
    )?
    .iter()
    .map(read)
    .collect()
}

/// Every chain that has a row.
///
/// # Errors
/// When the database fails.
pub fn stripes(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    conn.rows(
        sql!("SELECT DISTINCT stripe FROM audit ORDER BY stripe"),
        &[],
    )?
    .iter()
    .map(|row| row.int("stripe"))
    .collect()
}

/// The hash of one row.
///
/// # Errors
/// When the database fails.
pub fn hash_at(conn: &mut Conn, stripe: i64, n: i64) -> Result<Option<[u8; 32]>, StoreError> {
    conn.optional(
        sql!("SELECT hash FROM audit WHERE stripe = $1 AND n = $2"),
        &[stripe.into(), n.into()],
    )?
    .map(|row| hash_of(&row, "hash"))
    .transpose()
}

/// The place of a row in the order in which a list shows them: when, which chain, which number.
pub type AuditPlace = (Millis, i64, i64);

/// Rows before a place, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn page(
    conn: &mut Conn,
    (at, stripe, n): AuditPlace,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    conn.rows(
        sql!(
            "SELECT stripe, n, at, actor, action, subject, origin, outcome, hash FROM audit
              WHERE (at, stripe, n) < ($1, $2, $3)
              ORDER BY at DESC, stripe DESC, n DESC LIMIT $4"
        ),
        &[at.into(), stripe.into(), n.into(), i64::from(limit).into()],
    )?
    .iter()
    .map(read)
    .collect()
}

/// As [`page`], of one subject.
///
/// # Errors
/// When the database fails.
pub fn page_of_subject(
    conn: &mut Conn,
    subject: &str,
    (at, stripe, n): AuditPlace,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let limit = i64::from(limit);
    conn.rows(
        sql!(
            "SELECT stripe, n, at, actor, action, subject, origin, outcome, hash FROM audit
              WHERE subject = $5 AND (at, stripe, n) < ($1, $2, $3)
              ORDER BY at DESC, stripe DESC, n DESC LIMIT $4"
        ),
        &[
            at.into(),
            stripe.into(),
            n.into(),
            limit.into(),
            subject.into(),
        ],
    )?
    .iter()
    .map(read)
    .collect()
}

/// As [`page`], of one actor.
///
/// # Errors
/// When the database fails.
pub fn page_of_actor(
    conn: &mut Conn,
    actor: &str,
    (at, stripe, n): AuditPlace,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let limit = i64::from(limit);
    conn.rows(
        sql!(
            "SELECT stripe, n, at, actor, action, subject, origin, outcome, hash FROM audit
              WHERE actor = $5 AND (at, stripe, n) < ($1, $2, $3)
              ORDER BY at DESC, stripe DESC, n DESC LIMIT $4"
        ),
        &[
            at.into(),
            stripe.into(),
            n.into(),
            limit.into(),
            actor.into(),
        ],
    )?
    .iter()
    .map(read)
    .collect()
}
