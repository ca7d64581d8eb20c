//! Sessions, and tries that are counted.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{SessionId, UserId};
use domain::time::Millis;
use domain::trust::Throttle;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::sql;
use crate::value::Row;

/// A session as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The hash of its token.
    pub token: [u8; 32],
    /// Its name, which stays when the token changes.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When somebody signed in.
    pub created_at: Millis,
    /// When it was last used, to within a minute.
    pub seen_at: Millis,
    /// When it ends, however much it is used.
    pub expires_at: Millis,
    /// After how long without use it ends.
    pub idle_ms: i64,
    /// When its holder last proved who they are.
    pub proved_at: Millis,
    /// The network in which it began.
    pub origin: String,
    /// The browser in which it began, sealed with the key of the user.
    pub agent: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        token: row.blob("token")?.try_into().map_err(StoreError::shape)?,
        id: SessionId::from_bytes(row.id("id")?),
        user: UserId::from_bytes(row.id("user_id")?),
        created_at: row.millis("created_at")?,
        seen_at: row.millis("seen_at")?,
        expires_at: row.millis("expires_at")?,
        idle_ms: row.int("idle_ms")?,
        proved_at: row.millis("proved_at")?,
        origin: row.text("origin")?.to_owned(),
        agent: row.blob("agent")?.to_vec(),
    })
}

/// Keeps a new session.
///
/// # Errors
/// When the database fails.
pub fn session_insert(tx: &mut Tx<'_>, session: &StoredSession) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO sessions (token, id, user_id, created_at, seen_at, expires_at, idle_ms,
                                   proved_at, origin, agent)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        &[
            session.token.into(),
            session.id.into(),
            session.user.into(),
            session.created_at.into(),
            session.seen_at.into(),
            session.expires_at.into(),
            session.idle_ms.into(),
            session.proved_at.into(),
            session.origin.as_str().into(),
            session.agent.as_slice().into(),
        ],
    )?;
    Ok(())
}

/// The session of a token.
///
/// # Errors
/// When the database fails.
pub fn session_get(conn: &mut Conn, token: &[u8; 32]) -> Result<Option<StoredSession>, StoreError> {
    conn.optional(
        sql!(
            "SELECT token, id, user_id, created_at, seen_at, expires_at, idle_ms, proved_at,
                    origin, agent
               FROM sessions WHERE token = $1"
        ),
        &[token.into()],
    )?
    .map(|row| read(&row))
    .transpose()
}

/// The sessions of somebody, in order of having begun.
///
/// # Errors
/// When the database fails.
pub fn sessions_of(conn: &mut Conn, user: UserId) -> Result<Vec<StoredSession>, StoreError> {
    conn.rows(
        sql!(
            "SELECT token, id, user_id, created_at, seen_at, expires_at, idle_ms, proved_at,
                    origin, agent
               FROM sessions WHERE user_id = $1 ORDER BY user_id, id"
        ),
        &[user.into()],
    )?
    .iter()
    .map(read)
    .collect()
}

/// Gives a session another token, and notes that its holder has proved who they are; false when
/// the old token is none any more.
///
/// # Errors
/// When the database fails.
pub fn session_rotate(
    tx: &mut Tx<'_>,
    old: &[u8; 32],
    new: &[u8; 32],
    proved_at: Millis,
) -> Result<bool, StoreError> {
    let rotated = tx.run(
        sql!("UPDATE sessions SET token = $2, proved_at = $3 WHERE token = $1"),
        &[old.into(), new.into(), proved_at.into()],
    )?;
    Ok(rotated == 1)
}

/// Notes that a session and its holder are here.
///
/// # Errors
/// When the database fails.
pub fn session_seen(
    tx: &mut Tx<'_>,
    token: &[u8; 32],
    user: UserId,
    at: Millis,
) -> Result<(), StoreError> {
    tx.run(
        sql!("UPDATE users SET seen_at = $2 WHERE id = $1"),
        &[user.into(), at.into()],
    )?;
    tx.run(
        sql!("UPDATE sessions SET seen_at = $2 WHERE token = $1"),
        &[token.into(), at.into()],
    )?;
    Ok(())
}

/// Ends a session by its token; false when there was none.
///
/// # Errors
/// When the database fails.
pub fn session_delete(tx: &mut Tx<'_>, token: &[u8; 32]) -> Result<bool, StoreError> {
    let ended = tx.run(
        sql!("DELETE FROM sessions WHERE token = $1"),
        &[token.into()],
    )?;
    Ok(ended == 1)
}

/// Ends a session of somebody by its name; false when there was none.
///
/// # Errors
/// When the database fails.
pub fn session_end(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let ended = tx.run(
        sql!("DELETE FROM sessions WHERE user_id = $1 AND id = $2"),
        &[user.into(), id.into()],
    )?;
    Ok(ended == 1)
}

/// Ends every session of somebody but the one of this token.
///
/// # Errors
/// When the database fails.
pub fn sessions_end_others(
    tx: &mut Tx<'_>,
    user: UserId,
    keep: Option<&[u8; 32]>,
) -> Result<u64, StoreError> {
    let keep: &[u8] = keep.map_or(&[], |token| token.as_slice());
    tx.run(
        sql!("DELETE FROM sessions WHERE user_id = $1 AND token <> $2"),
        &[user.into(), keep.into()],
    )
}

/// What is known of these buckets, locked until the end of the transaction. They are made if
/// they are missing, so that there is something to lock. The keys come in order: the lock order.
///
/// # Errors
/// When the database fails.
pub fn throttles_lock(
    tx: &mut Tx<'_>,
    keys: &BTreeSet<[u8; 16]>,
) -> Result<BTreeMap<[u8; 16], Throttle>, StoreError> {
    let mut found = BTreeMap::new();
    for key in keys {
        tx.run(
            sql!(
                "INSERT INTO throttles (key, tries, at, shut_until) VALUES ($1, 0, 0, 0)
                 ON CONFLICT (key) DO NOTHING"
            ),
            &[key.into()],
        )?;
        // Somebody who was right may have emptied the bucket in between.
        let row = tx
            .optional(
                sql!("SELECT tries, at, shut_until FROM throttles WHERE key = $1 FOR UPDATE"),
                &[key.into()],
            )?
            .ok_or(StoreError::Stale)?;
        let throttle = Throttle {
            tries: u32::try_from(row.count("tries")?).unwrap_or(u32::MAX),
            at: row.millis("at")?,
            shut_until: row.millis("shut_until")?,
        };
        found.insert(*key, throttle);
    }
    Ok(found)
}

/// Writes what is known of a locked bucket.
///
/// # Errors
/// When the database fails.
pub fn throttle_put(tx: &mut Tx<'_>, key: &[u8; 16], throttle: Throttle) -> Result<(), StoreError> {
    tx.run(
        sql!("UPDATE throttles SET tries = $2, at = $3, shut_until = $4 WHERE key = $1"),
        &[
            key.into(),
            i64::from(throttle.tries).into(),
            throttle.at.into(),
            throttle.shut_until.into(),
        ],
    )?;
    Ok(())
}

/// Empties a bucket after a right try.
///
/// # Errors
/// When the database fails.
pub fn throttle_delete(tx: &mut Tx<'_>, key: &[u8; 16]) -> Result<(), StoreError> {
    tx.run(sql!("DELETE FROM throttles WHERE key = $1"), &[key.into()])?;
    Ok(())
}

/// Takes back the last try of a bucket, which was right.
///
/// # Errors
/// When the database fails.
pub fn throttle_uncount(tx: &mut Tx<'_>, key: &[u8; 16], now: Millis) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "UPDATE throttles SET tries = tries - 1, shut_until = $2 WHERE key = $1 AND tries > 0"
        ),
        &[key.into(), now.into()],
    )?;
    Ok(())
}

/// Drops what has ended: sessions, passes, and buckets that nobody touched since `untouched`.
///
/// # Errors
/// When the database fails.
pub fn ended_prune(tx: &mut Tx<'_>, now: Millis, untouched: Millis) -> Result<u64, StoreError> {
    let mut dropped = tx.run(
        sql!("DELETE FROM sessions WHERE expires_at < $1"),
        &[now.into()],
    )?;
    dropped += tx.run(
        sql!("DELETE FROM passes WHERE expires_at < $1"),
        &[now.into()],
    )?;
    dropped += tx.run(
        sql!("DELETE FROM throttles WHERE at < $1 AND shut_until < $1"),
        &[untouched.into()],
    )?;
    Ok(dropped)
}
