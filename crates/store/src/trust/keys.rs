//! Keys of the API, as hashes.

use domain::ids::KeyId;
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::sql;
use crate::value::Row;

/// A key as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Its name.
    pub id: KeyId,
    /// What kind of key it is.
    pub kind: String,
    /// What the shop calls it.
    pub label: String,
    /// What it may do, as words.
    pub scopes: String,
    /// When it was made.
    pub created_at: Millis,
    /// From when on it is no key any more.
    pub expires_at: Option<Millis>,
    /// When it was used last, to within minutes.
    pub last_used_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
    /// The key that takes its place.
    pub replaced_by: Option<KeyId>,
}

fn read(mut row: Row) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        id: KeyId::from_bytes(row.id("id")?),
        kind: row.take_text("kind")?,
        label: row.take_text("label")?,
        scopes: row.take_text("scopes")?,
        created_at: row.millis("created_at")?,
        expires_at: row.millis_or_null("expires_at")?,
        last_used_at: row.millis_or_null("last_used_at")?,
        revoked_at: row.millis_or_null("revoked_at")?,
        replaced_by: row.id_or_null("replaced_by")?.map(KeyId::from_bytes),
    })
}

/// Keeps a new key by its hash.
///
/// # Errors
/// When the database fails.
pub fn key_insert(tx: &mut Tx<'_>, key: &StoredKey, hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO keys (id, kind, hash, label, scopes, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        &[
            key.id.into(),
            key.kind.as_str().into(),
            hash.into(),
            key.label.as_str().into(),
            key.scopes.as_str().into(),
            key.created_at.into(),
            key.expires_at.into(),
        ],
    )?;
    Ok(())
}

/// The key with this hash, whatever became of it.
///
/// # Errors
/// When the database fails.
pub fn key_by_hash(conn: &mut Conn, hash: &[u8; 32]) -> Result<Option<StoredKey>, StoreError> {
    conn.optional(
        sql!(
            "SELECT id, kind, label, scopes, created_at, expires_at, last_used_at, revoked_at,
                    replaced_by
               FROM keys WHERE hash = $1 ORDER BY id LIMIT 1"
        ),
        &[hash.into()],
    )?
    .map(read)
    .transpose()
}

/// A key, locked until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub fn key_lock(tx: &mut Tx<'_>, id: KeyId) -> Result<Option<StoredKey>, StoreError> {
    tx.optional(
        sql!(
            "SELECT id, kind, label, scopes, created_at, expires_at, last_used_at, revoked_at,
                    replaced_by
               FROM keys WHERE id = $1 FOR UPDATE"
        ),
        &[id.into()],
    )?
    .map(read)
    .transpose()
}

/// Every key, in order of being made, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn keys(conn: &mut Conn, limit: u32) -> Result<Vec<StoredKey>, StoreError> {
    conn.rows(
        sql!(
            "SELECT id, kind, label, scopes, created_at, expires_at, last_used_at, revoked_at,
                    replaced_by
               FROM keys ORDER BY created_at, id LIMIT $1"
        ),
        &[i64::from(limit).into()],
    )?
    .into_iter()
    .map(read)
    .collect()
}

/// Writes when a locked key ends, when it was revoked and what replaces it.
///
/// # Errors
/// When the database fails.
pub fn key_end(tx: &mut Tx<'_>, key: &StoredKey) -> Result<(), StoreError> {
    tx.run(
        sql!("UPDATE keys SET expires_at = $2, revoked_at = $3, replaced_by = $4 WHERE id = $1"),
        &[
            key.id.into(),
            key.expires_at.into(),
            key.revoked_at.into(),
            key.replaced_by.into(),
        ],
    )?;
    Ok(())
}

/// Notes that a key was used.
///
/// # Errors
/// When the database fails.
pub fn key_used(tx: &mut Tx<'_>, id: KeyId, at: Millis) -> Result<(), StoreError> {
    tx.run(
        sql!("UPDATE keys SET last_used_at = $2 WHERE id = $1"),
        &[id.into(), at.into()],
    )?;
    Ok(())
}
