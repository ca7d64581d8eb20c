//! What opens one door once, and letters to the people who work here.

use domain::ids::{LetterId, UserId};
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::sql;
use crate::value::Row;

/// What opens one door once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPass {
    /// The hash of its token.
    pub token: [u8; 32],
    /// Which door.
    pub kind: String,
    /// For whom.
    pub user: Option<UserId>,
    /// Until when.
    pub expires_at: Millis,
    /// What else the door has to know.
    pub body: String,
}

fn read(token: &[u8; 32], mut row: Row) -> Result<StoredPass, StoreError> {
    Ok(StoredPass {
        token: *token,
        kind: row.take_text("kind")?,
        user: row.id_or_null("user_id")?.map(UserId::from_bytes),
        expires_at: row.millis("expires_at")?,
        body: row.take_text("body")?,
    })
}

/// Keeps a pass.
///
/// # Errors
/// When the database fails.
pub fn pass_insert(tx: &mut Tx<'_>, pass: &StoredPass) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO passes (token, kind, user_id, expires_at, body)
             VALUES ($1, $2, $3, $4, $5)"
        ),
        &[
            pass.token.into(),
            pass.kind.as_str().into(),
            pass.user.into(),
            pass.expires_at.into(),
            pass.body.as_str().into(),
        ],
    )?;
    Ok(())
}

/// A pass, left where it is.
///
/// # Errors
/// When the database fails.
pub fn pass_get(conn: &mut Conn, token: &[u8; 32]) -> Result<Option<StoredPass>, StoreError> {
    conn.optional(
        sql!("SELECT kind, user_id, expires_at, body FROM passes WHERE token = $1"),
        &[token.into()],
    )?
    .map(|row| read(token, row))
    .transpose()
}

/// Takes a pass away and returns it: of two who come with it at once, one gets it.
///
/// # Errors
/// When the database fails.
pub fn pass_take(tx: &mut Tx<'_>, token: &[u8; 32]) -> Result<Option<StoredPass>, StoreError> {
    tx.optional(
        sql!("DELETE FROM passes WHERE token = $1 RETURNING kind, user_id, expires_at, body"),
        &[token.into()],
    )?
    .map(|row| read(token, row))
    .transpose()
}

/// Removes the passes of a kind that somebody has.
///
/// # Errors
/// When the database fails.
pub fn passes_drop(tx: &mut Tx<'_>, id: UserId, kind: &str) -> Result<(), StoreError> {
    tx.run(
        sql!("DELETE FROM passes WHERE user_id = $1 AND kind = $2"),
        &[id.into(), kind.into()],
    )?;
    Ok(())
}

/// Removes the passes of a kind that belong to nobody.
///
/// # Errors
/// When the database fails.
pub fn passes_drop_unowned(tx: &mut Tx<'_>, kind: &str) -> Result<(), StoreError> {
    tx.run(
        sql!("DELETE FROM passes WHERE user_id IS NULL AND kind = $1"),
        &[kind.into()],
    )?;
    Ok(())
}

/// A letter that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLetter {
    /// Its name.
    pub id: LetterId,
    /// To whom.
    pub user: UserId,
    /// When it is to be sent, or tried again.
    pub due_at: Millis,
    /// When it is of no use any more.
    pub expires_at: Millis,
    /// How often it was tried.
    pub tries: i64,
    /// Address and text, sealed.
    pub body: Vec<u8>,
}

/// Keeps a letter, in the same transaction as its cause.
///
/// # Errors
/// When the database fails.
pub fn letter_insert(tx: &mut Tx<'_>, letter: &StoredLetter) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO letters (id, user_id, due_at, expires_at, tries, body)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        &[
            letter.id.into(),
            letter.user.into(),
            letter.due_at.into(),
            letter.expires_at.into(),
            letter.tries.into(),
            letter.body.as_slice().into(),
        ],
    )?;
    Ok(())
}

/// Claims letters that are due: nobody else gets them before `again_at`.
///
/// # Errors
/// When the database fails.
pub fn letters_claim(
    tx: &mut Tx<'_>,
    now: Millis,
    again_at: Millis,
    limit: u32,
) -> Result<Vec<StoredLetter>, StoreError> {
    let rows = tx.rows(
        sql!(
            "UPDATE letters SET due_at = $2, tries = tries + 1
              WHERE id IN (SELECT id FROM letters WHERE due_at <= $1
                            ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
             RETURNING id, user_id, due_at, expires_at, tries, body"
        ),
        &[now.into(), again_at.into(), i64::from(limit).into()],
    )?;
    let mut letters = rows
        .iter()
        .map(|row| {
            Ok(StoredLetter {
                id: LetterId::from_bytes(row.id("id")?),
                user: UserId::from_bytes(row.id("user_id")?),
                due_at: row.millis("due_at")?,
                expires_at: row.millis("expires_at")?,
                tries: row.int("tries")?,
                body: row.blob("body")?.to_vec(),
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    letters.sort_by_key(|letter| letter.id);
    Ok(letters)
}

/// Puts a letter off that was claimed until `claimed_until`; false when somebody else has
/// claimed it since.
///
/// # Errors
/// When the database fails.
pub fn letter_later(
    tx: &mut Tx<'_>,
    id: LetterId,
    claimed_until: Millis,
    due_at: Millis,
) -> Result<bool, StoreError> {
    let put_off = tx.run(
        sql!("UPDATE letters SET due_at = $3 WHERE id = $1 AND due_at = $2"),
        &[id.into(), claimed_until.into(), due_at.into()],
    )?;
    Ok(put_off == 1)
}

/// Forgets a letter.
///
/// # Errors
/// When the database fails.
pub fn letter_delete(tx: &mut Tx<'_>, id: LetterId) -> Result<(), StoreError> {
    tx.run(sql!("DELETE FROM letters WHERE id = $1"), &[id.into()])?;
    Ok(())
}

/// How many letters wait.
///
/// # Errors
/// When the database fails.
pub fn letters_count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(
        sql!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM letters"),
        &[],
    )?
    .int("n")
}
