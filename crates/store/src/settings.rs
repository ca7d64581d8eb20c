//! Documents, jobs, answers, and what the store knows about itself.

use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::Value;
use crate::{rows, sql};

/// A note of the store about itself.
///
/// # Errors
/// When the database fails.
pub fn info_get(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    conn.optional(
        sql!("SELECT value FROM store_info WHERE name = $1"),
        &[name.into()],
    )?
    .map(|mut row| row.take_text("value"))
    .transpose()
}

/// Notes something for the first time; what stands afterwards, ours or an earlier one.
///
/// # Errors
/// When the database fails.
pub fn info_settle(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<String, StoreError> {
    tx.run(
        sql!("INSERT INTO store_info (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"),
        &[name.into(), value.into()],
    )?;
    info_get(tx, name)?.ok_or(StoreError::Missing("note of the store"))
}

/// Counts one up under a name; whoever keeps the count they saw knows by it that something changed.
///
/// # Errors
/// When the database fails.
pub fn info_count_up(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO store_info (name, value) VALUES ($1, '1')
             ON CONFLICT (name) DO UPDATE SET
                 value = CAST(CAST(store_info.value AS BIGINT) + 1 AS TEXT)"
        ),
        &[name.into()],
    )?;
    Ok(())
}

/// The newest version of a document with its number.
///
/// # Errors
/// When the database fails.
pub fn document_newest(
    conn: &mut Conn,
    kind: &str,
    id: &str,
) -> Result<Option<(u64, String)>, StoreError> {
    conn.optional(
        sql!(
            "SELECT version, body FROM documents WHERE kind = $1 AND id = $2
              ORDER BY kind, id, version DESC LIMIT 1"
        ),
        &[kind.into(), id.into()],
    )?
    .map(|mut row| Ok((row.count("version")?, row.take_text("body")?)))
    .transpose()
}

/// Keeps a new version of a document; the earlier ones stay.
///
/// # Errors
/// When the version is taken.
pub fn document_insert(
    tx: &mut Tx<'_>,
    kind: &str,
    id: &str,
    version: u64,
    at: Millis,
    body: &str,
) -> Result<(), StoreError> {
    let version = i64::try_from(version).map_err(StoreError::shape)?;
    tx.run(
        sql!("INSERT INTO documents (kind, id, version, at, body) VALUES ($1, $2, $3, $4, $5)"),
        &[
            kind.into(),
            id.into(),
            version.into(),
            at.into(),
            body.into(),
        ],
    )?;
    Ok(())
}

/// Keeps many documents of a kind of which only the newest counts, such as products: each has one
/// version, which is written over.
///
/// # Errors
/// When the database fails.
pub fn documents_put(
    tx: &mut Tx<'_>,
    kind: &str,
    at: Millis,
    bodies: &[(String, String)],
) -> Result<(), StoreError> {
    let values: Vec<Value> = bodies
        .iter()
        .flat_map(|(id, body)| {
            [
                kind.into(),
                id.as_str().into(),
                at.into(),
                body.as_str().into(),
            ]
        })
        .collect();
    tx.run_each(
        rows!(
            "INSERT INTO documents (kind, id, version, at, body) VALUES {($1, $2, 1, $3, $4)}
             ON CONFLICT (kind, id, version) DO UPDATE SET at = excluded.at, body = excluded.body"
        ),
        &values,
    )?;
    Ok(())
}

/// Some documents of a kind of which only the newest counts.
///
/// # Errors
/// When the database fails.
pub fn documents_of(
    conn: &mut Conn,
    kind: &str,
    ids: &[String],
) -> Result<Vec<(String, String)>, StoreError> {
    let values: Vec<Value> = ids
        .iter()
        .flat_map(|id| [kind.into(), id.as_str().into()])
        .collect();
    conn.rows_each(
        rows!(
            "SELECT id, body FROM documents
              WHERE version = 1 AND (kind, id) IN (VALUES {(CAST($1 AS TEXT), CAST($2 AS TEXT))})
              ORDER BY kind, id"
        ),
        &values,
    )?
    .into_iter()
    .map(|mut row| Ok((row.take_text("id")?, row.take_text("body")?)))
    .collect()
}

/// Documents of a kind of which only the newest counts, in order, after one of them.
///
/// # Errors
/// When the database fails.
pub fn documents_page(
    conn: &mut Conn,
    kind: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<(String, String)>, StoreError> {
    conn.rows(
        sql!(
            "SELECT id, body FROM documents WHERE kind = $1 AND id > $2 AND version = 1
              ORDER BY kind, id LIMIT $3"
        ),
        &[kind.into(), after.into(), i64::from(limit).into()],
    )?
    .into_iter()
    .map(|mut row| Ok((row.take_text("id")?, row.take_text("body")?)))
    .collect()
}

/// Removes a document with all of its versions; false when there was none.
///
/// # Errors
/// When the database fails.
pub fn document_delete(tx: &mut Tx<'_>, kind: &str, id: &str) -> Result<bool, StoreError> {
    let removed = tx.run(
        sql!("DELETE FROM documents WHERE kind = $1 AND id = $2"),
        &[kind.into(), id.into()],
    )?;
    Ok(removed > 0)
}

/// How far a long work has come, with its own notes.
///
/// # Errors
/// When the database fails.
pub fn job_get(conn: &mut Conn, id: &str) -> Result<Option<(u64, String)>, StoreError> {
    conn.optional(
        sql!("SELECT position, body FROM jobs WHERE id = $1"),
        &[id.into()],
    )?
    .map(|mut row| Ok((row.count("position")?, row.take_text("body")?)))
    .transpose()
}

/// Keeps how far a long work has come, in the same transaction as the work.
///
/// # Errors
/// When the database fails.
pub fn job_put(
    tx: &mut Tx<'_>,
    id: &str,
    kind: &str,
    position: u64,
    body: &str,
    at: Millis,
) -> Result<(), StoreError> {
    let position = i64::try_from(position).map_err(StoreError::shape)?;
    tx.run(
        sql!(
            "INSERT INTO jobs (id, kind, position, body, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET position = excluded.position,
                 body = excluded.body, at = excluded.at"
        ),
        &[
            id.into(),
            kind.into(),
            position.into(),
            body.into(),
            at.into(),
        ],
    )?;
    Ok(())
}

/// Forgets a long work that has come to its end.
///
/// # Errors
/// When the database fails.
pub fn job_delete(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    tx.run(sql!("DELETE FROM jobs WHERE id = $1"), &[id.into()])?;
    Ok(())
}

/// The answer of an idempotent request that was made before, with the digest of its content.
///
/// # Errors
/// When the database fails.
pub fn request_get(
    conn: &mut Conn,
    key: &[u8; 16],
) -> Result<Option<([u8; 8], String)>, StoreError> {
    conn.optional(
        sql!("SELECT digest, answer FROM requests WHERE key = $1"),
        &[key.into()],
    )?
    .map(|mut row| {
        let digest = row.blob("digest")?.try_into().map_err(StoreError::shape)?;
        Ok((digest, row.take_text("answer")?))
    })
    .transpose()
}

/// An idempotent request and its answer.
#[derive(Debug, Clone)]
pub struct StoredRequest {
    /// The HMAC of the client's id.
    pub key: [u8; 16],
    /// The digest of the content.
    pub digest: [u8; 8],
    /// Whom it was about.
    pub stream: domain::ids::StreamId,
    /// What was answered.
    pub answer: String,
}

/// Takes the key of an idempotent request; false when another writer was first.
///
/// # Errors
/// When the database fails.
pub fn request_take(
    tx: &mut Tx<'_>,
    request: &StoredRequest,
    at: Millis,
) -> Result<bool, StoreError> {
    let taken = tx.run(
        sql!(
            "INSERT INTO requests (key, digest, at, stream, answer) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (key) DO NOTHING"
        ),
        &[
            request.key.into(),
            request.digest.into(),
            at.into(),
            request.stream.into(),
            request.answer.as_str().into(),
        ],
    )?;
    Ok(taken == 1)
}

/// Keeps the answer of a request whose key this transaction took.
///
/// # Errors
/// When the database fails.
pub fn request_answer(tx: &mut Tx<'_>, key: &[u8; 16], answer: &str) -> Result<(), StoreError> {
    tx.run(
        sql!("UPDATE requests SET answer = $2 WHERE key = $1"),
        &[key.into(), answer.into()],
    )?;
    Ok(())
}

/// Drops answers that are older than they have to be kept.
///
/// # Errors
/// When the database fails.
pub fn requests_prune(tx: &mut Tx<'_>, before: Millis) -> Result<u64, StoreError> {
    tx.run(sql!("DELETE FROM requests WHERE at < $1"), &[before.into()])
}
