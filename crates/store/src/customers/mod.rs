//! Customers: identities, streams, the locked row with the state, merge edges, due times.

mod browsers;
mod due;
mod merges;

pub use browsers::{
    MovedIdentity, PastIdentity, identity_move, identity_move_back, identity_unbind,
    past_identities,
};
pub use due::{due_before, due_next, due_put};
pub use merges::{StoredMerge, merge_get, merge_insert, merge_undo, merges_of};

use std::collections::BTreeMap;

use domain::customers::State;
use domain::ids::StreamId;
use domain::time::Millis;
use domain::visits::Visit;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::{Row, Value};
use crate::{rows, sql};

/// The HMAC of an identity under the shop's key.
pub type IdentityHash = [u8; 16];

/// An identity as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIdentity {
    /// The HMAC by which it is found.
    pub hmac: IdentityHash,
    /// The word of its namespace.
    pub namespace: String,
    /// The stream that bears it.
    pub stream: StreamId,
    /// Its value, encrypted with the stream's key.
    pub value: Vec<u8>,
}

/// To which streams and customers these identities lead.
///
/// # Errors
/// When the database fails.
pub fn identity_find(
    conn: &mut Conn,
    hashes: &[IdentityHash],
) -> Result<BTreeMap<IdentityHash, (StreamId, StreamId)>, StoreError> {
    let values: Vec<Value> = hashes.iter().map(Into::into).collect();
    conn.rows_each(
        rows!(
            "SELECT i.hmac AS hmac, i.stream AS stream, s.root AS root
               FROM identities i JOIN streams s ON s.id = i.stream
              WHERE i.hmac IN ({$1}) ORDER BY i.hmac"
        ),
        &values,
    )?
    .iter()
    .map(|row| {
        Ok((
            row.id("hmac")?,
            (row.stream("stream")?, row.stream("root")?),
        ))
    })
    .collect()
}

/// Binds identities to streams, in order of their hashes; the answer holds those that were free.
///
/// # Errors
/// When the database fails.
pub fn identity_bind(
    tx: &mut Tx<'_>,
    identities: &BTreeMap<IdentityHash, StoredIdentity>,
) -> Result<Vec<IdentityHash>, StoreError> {
    let values: Vec<Value> = identities
        .values()
        .flat_map(|identity| {
            [
                identity.hmac.into(),
                identity.namespace.as_str().into(),
                identity.stream.into(),
                identity.value.as_slice().into(),
            ]
        })
        .collect();
    tx.insert_new(
        rows!(
            "INSERT INTO identities (hmac, namespace, stream, value) VALUES {($1, $2, $3, $4)}
             ON CONFLICT (hmac) DO NOTHING RETURNING hmac"
        ),
        &values,
    )?
    .iter()
    .map(TryInto::try_into)
    .collect()
}

/// The identities of these streams.
///
/// # Errors
/// When the database fails.
pub fn identities_of(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<Vec<StoredIdentity>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT hmac, namespace, stream, value FROM identities
              WHERE stream IN ({$1}) ORDER BY stream, hmac"
        ),
        &values,
    )?
    .into_iter()
    .map(|row| {
        Ok(StoredIdentity {
            hmac: row.id("hmac")?,
            namespace: row.text("namespace")?.to_owned(),
            stream: row.stream("stream")?,
            value: row.blob("value")?.to_vec(),
        })
    })
    .collect()
}

/// The root of a stream, if there is such a stream.
///
/// # Errors
/// When the database fails.
pub fn stream_root(conn: &mut Conn, stream: StreamId) -> Result<Option<StreamId>, StoreError> {
    conn.optional(
        sql!("SELECT root FROM streams WHERE id = $1"),
        &[stream.into()],
    )?
    .map(|row| row.stream("root"))
    .transpose()
}

/// The roots of these streams; unknown ones are missing.
///
/// # Errors
/// When the database fails.
pub fn stream_roots(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<BTreeMap<StreamId, StreamId>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!("SELECT id, root FROM streams WHERE id IN ({$1}) ORDER BY id"),
        &values,
    )?
    .iter()
    .map(|row| Ok((row.stream("id")?, row.stream("root")?)))
    .collect()
}

/// Makes these streams belong to these roots.
///
/// # Errors
/// When the database fails.
pub fn stream_put(tx: &mut Tx<'_>, roots: &BTreeMap<StreamId, StreamId>) -> Result<(), StoreError> {
    let values: Vec<Value> = roots
        .iter()
        .flat_map(|(stream, root)| [(*stream).into(), (*root).into()])
        .collect();
    tx.run_each(
        rows!(
            "INSERT INTO streams (id, root) VALUES {($1, $2)}
             ON CONFLICT (id) DO UPDATE SET root = excluded.root"
        ),
        &values,
    )?;
    Ok(())
}

/// A customer's row: what is locked, and what the next fact needs.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerRow {
    /// The root stream: the customer's name.
    pub root: StreamId,
    /// The last stamp that was given.
    pub stamp: Millis,
    /// Grows with every write; for compare-and-set.
    pub revision: i64,
    /// The version of the fold that wrote the state.
    pub fold_version: i64,
    /// The customer's streams with the last sequence number of each.
    pub streams: BTreeMap<StreamId, u64>,
    /// The state.
    pub state: State,
    /// The latest visit: what the next page needs to know. No part of the fold.
    pub visit: Option<Visit>,
}

impl CustomerRow {
    /// A customer of one stream that has no facts yet.
    #[must_use]
    pub fn new(root: StreamId, fold_version: i64) -> Self {
        Self {
            root,
            stamp: Millis(0),
            revision: 0,
            fold_version,
            streams: BTreeMap::from([(root, 0)]),
            state: State::default(),
            visit: None,
        }
    }
}

/// Sixteen bytes of the stream and eight of its last sequence number, for each stream.
fn pack_streams(streams: &BTreeMap<StreamId, u64>) -> Vec<u8> {
    streams
        .iter()
        .flat_map(|(stream, seq)| stream.bytes().iter().copied().chain(seq.to_be_bytes()))
        .collect()
}

fn unpack_streams(packed: &[u8]) -> Result<BTreeMap<StreamId, u64>, StoreError> {
    let chunks = packed.chunks_exact(24);
    if !chunks.remainder().is_empty() {
        return Err(StoreError::shape("a list of streams is cut short"));
    }
    Ok(chunks
        .map(|chunk| {
            let (stream, seq) = chunk.split_at(16);
            let stream = StreamId::from_bytes(stream.try_into().expect("sixteen bytes"));
            (
                stream,
                u64::from_be_bytes(seq.try_into().expect("eight bytes")),
            )
        })
        .collect())
}

fn customer_row(row: &Row) -> Result<CustomerRow, StoreError> {
    Ok(CustomerRow {
        root: row.stream("root")?,
        stamp: row.millis("stamp")?,
        revision: row.int("revision")?,
        fold_version: row.int("fold_version")?,
        streams: unpack_streams(row.blob("streams")?)?,
        state: serde_json::from_str(row.text("state")?).map_err(StoreError::shape)?,
        visit: row
            .text_or_null("visit")?
            .map(serde_json::from_str)
            .transpose()
            .map_err(StoreError::shape)?,
    })
}

/// Locks customers by their roots, in order of the roots, and reads them. A root that has become
/// part of another customer meanwhile is missing from the answer. This is the only way to lock a
/// customer, and [`crate::Tx`] code takes these locks before any account or resource.
///
/// # Errors
/// When the database fails.
pub fn customer_lock(
    tx: &mut Tx<'_>,
    roots: &std::collections::BTreeSet<StreamId>,
) -> Result<BTreeMap<StreamId, CustomerRow>, StoreError> {
    tx.at("before_lock")?;
    let values: Vec<Value> = roots.iter().map(|root| (*root).into()).collect();
    let rows = tx.rows_each(
        rows!(
            "SELECT root, stamp, revision, fold_version, streams, state, visit FROM customers
              WHERE root IN ({$1}) ORDER BY root FOR UPDATE"
        ),
        &values,
    )?;
    tx.at("after_lock")?;
    rows.iter()
        .map(|row| customer_row(row).map(|customer| (customer.root, customer)))
        .collect()
}

/// Reads customers without a lock.
///
/// # Errors
/// When the database fails.
pub fn customer_read(conn: &mut Conn, roots: &[StreamId]) -> Result<Vec<CustomerRow>, StoreError> {
    let values: Vec<Value> = roots.iter().map(|root| (*root).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT root, stamp, revision, fold_version, streams, state, visit FROM customers
              WHERE root IN ({$1}) ORDER BY root"
        ),
        &values,
    )?
    .iter()
    .map(customer_row)
    .collect()
}

/// Customers in order of their roots, after one of them.
///
/// # Errors
/// When the database fails.
pub fn customer_page(
    conn: &mut Conn,
    after: Option<StreamId>,
    limit: u32,
) -> Result<Vec<CustomerRow>, StoreError> {
    let after = after.unwrap_or(StreamId::from_bytes([0; 16]));
    conn.rows(
        sql!(
            "SELECT root, stamp, revision, fold_version, streams, state, visit FROM customers
              WHERE root > $1 ORDER BY root LIMIT $2"
        ),
        &[after.into(), i64::from(limit).into()],
    )?
    .iter()
    .map(customer_row)
    .collect()
}

/// The streams of customers in order of their roots, after one of them.
///
/// # Errors
/// When the database fails.
pub fn customer_streams_page(
    conn: &mut Conn,
    after: Option<StreamId>,
    limit: u32,
) -> Result<Vec<(StreamId, Vec<StreamId>)>, StoreError> {
    let after = after.unwrap_or(StreamId::from_bytes([0; 16]));
    conn.rows(
        sql!("SELECT root, streams FROM customers WHERE root > $1 ORDER BY root LIMIT $2"),
        &[after.into(), i64::from(limit).into()],
    )?
    .iter()
    .map(|row| {
        let streams = unpack_streams(row.blob("streams")?)?;
        Ok((row.stream("root")?, streams.into_keys().collect()))
    })
    .collect()
}

/// Whether there is a customer whose state was folded by another fold than this one.
///
/// # Errors
/// When the database fails.
pub fn has_other_fold(conn: &mut Conn, fold_version: i64) -> Result<bool, StoreError> {
    let other = conn.optional(
        sql!("SELECT root FROM customers WHERE fold_version <> $1 LIMIT 1"),
        &[fold_version.into()],
    )?;
    Ok(other.is_some())
}

/// How many customers there are.
///
/// # Errors
/// When the database fails.
pub fn customer_count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(sql!("SELECT COUNT(*) AS n FROM customers"), &[])?
        .int("n")
}

/// Writes locked customers back.
///
/// # Errors
/// When the database fails.
pub fn customer_put<'a>(
    tx: &mut Tx<'_>,
    customers: impl IntoIterator<Item = &'a CustomerRow>,
) -> Result<(), StoreError> {
    let mut values = Vec::new();
    for customer in customers {
        let state = serde_json::to_string(&customer.state).map_err(StoreError::shape)?;
        let visit = customer.visit.as_ref().map(serde_json::to_string);
        let visit = visit.transpose().map_err(StoreError::shape)?;
        values.extend([
            customer.root.into(),
            customer.stamp.into(),
            customer.revision.into(),
            customer.fold_version.into(),
            pack_streams(&customer.streams).into(),
            state.into(),
            visit.into(),
        ]);
        tx.touch(customer.root);
    }
    tx.run_each(
        rows!(
            "INSERT INTO customers (root, stamp, revision, fold_version, streams, state, visit)
             VALUES {($1, $2, $3, $4, $5, $6, $7)}
             ON CONFLICT (root) DO UPDATE SET stamp = excluded.stamp,
                 revision = excluded.revision, fold_version = excluded.fold_version,
                 streams = excluded.streams, state = excluded.state, visit = excluded.visit"
        ),
        &values,
    )?;
    Ok(())
}

/// Puts a refolded state in place if the customer has not changed since it was read.
///
/// # Errors
/// When the database fails.
pub fn customer_refold(tx: &mut Tx<'_>, customer: &CustomerRow) -> Result<bool, StoreError> {
    let state = serde_json::to_string(&customer.state).map_err(StoreError::shape)?;
    let changed = tx.run(
        sql!(
            "UPDATE customers SET state = $3, fold_version = $4
              WHERE root = $1 AND revision = $2"
        ),
        &[
            customer.root.into(),
            customer.revision.into(),
            state.into(),
            customer.fold_version.into(),
        ],
    )?;
    if changed == 1 {
        tx.touch(customer.root);
    }
    Ok(changed == 1)
}

/// Removes a customer's row: it became part of another, or was erased.
///
/// # Errors
/// When the database fails.
pub fn customer_delete(tx: &mut Tx<'_>, root: StreamId) -> Result<(), StoreError> {
    tx.run(
        sql!("DELETE FROM customers WHERE root = $1"),
        &[root.into()],
    )?;
    tx.run(sql!("DELETE FROM due WHERE customer = $1"), &[root.into()])?;
    tx.touch(root);
    Ok(())
}
