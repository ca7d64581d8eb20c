//! Keys of customers, profiles, search words, and what erasure removes.

pub mod audit;
pub mod disclosures;
pub mod keys;
pub mod passes;
pub mod people;
pub mod sessions;

use std::collections::BTreeMap;

use domain::ids::StreamId;
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::Value;
use crate::{rows, sql};

/// Keeps the wrapped keys of new streams.
///
/// # Errors
/// When a stream already has one.
pub fn key_put(tx: &mut Tx<'_>, keys: &BTreeMap<StreamId, Vec<u8>>) -> Result<(), StoreError> {
    let values: Vec<Value> = keys
        .iter()
        .flat_map(|(stream, wrapped)| [(*stream).into(), wrapped.as_slice().into()])
        .collect();
    tx.run_each(
        rows!("INSERT INTO customer_keys (stream, wrapped) VALUES {($1, $2)}"),
        &values,
    )?;
    Ok(())
}

/// The wrapped keys of these streams; erased ones are missing.
///
/// # Errors
/// When the database fails.
pub fn keys_of(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<BTreeMap<StreamId, Vec<u8>>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!("SELECT stream, wrapped FROM customer_keys WHERE stream IN ({$1}) ORDER BY stream"),
        &values,
    )?
    .iter()
    .map(|row| Ok((row.stream("stream")?, row.blob("wrapped")?.to_vec())))
    .collect()
}

/// What a person told about themselves, encrypted, with the stamp of the last telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProfile {
    /// The stream to which it was told.
    pub stream: StreamId,
    /// The stamp of the fact that told it last.
    pub stamp: Millis,
    /// The encrypted traits.
    pub traits: Vec<u8>,
}

/// The profiles of these streams.
///
/// # Errors
/// When the database fails.
pub fn profiles_of(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<Vec<StoredProfile>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!("SELECT stream, stamp, traits FROM profiles WHERE stream IN ({$1}) ORDER BY stream"),
        &values,
    )?
    .iter()
    .map(|row| {
        Ok(StoredProfile {
            stream: row.stream("stream")?,
            stamp: row.millis("stamp")?,
            traits: row.blob("traits")?.to_vec(),
        })
    })
    .collect()
}

/// Writes profiles.
///
/// # Errors
/// When the database fails.
pub fn profile_put(tx: &mut Tx<'_>, profiles: &[StoredProfile]) -> Result<(), StoreError> {
    let values: Vec<Value> = profiles
        .iter()
        .flat_map(|profile| {
            [
                profile.stream.into(),
                profile.stamp.into(),
                profile.traits.as_slice().into(),
            ]
        })
        .collect();
    tx.run_each(
        rows!(
            "INSERT INTO profiles (stream, stamp, traits) VALUES {($1, $2, $3)}
             ON CONFLICT (stream) DO UPDATE SET stamp = excluded.stamp, traits = excluded.traits"
        ),
        &values,
    )?;
    Ok(())
}

/// Adds search words, as HMACs; the words of a stream only grow until it is erased.
///
/// # Errors
/// When the database fails.
pub fn search_put(
    tx: &mut Tx<'_>,
    tokens: &std::collections::BTreeSet<([u8; 16], StreamId)>,
) -> Result<(), StoreError> {
    let values: Vec<Value> = tokens
        .iter()
        .flat_map(|(token, stream)| [token.into(), (*stream).into()])
        .collect();
    tx.run_each(
        rows!(
            "INSERT INTO search_tokens (token, stream) VALUES {($1, $2)}
             ON CONFLICT (token, stream) DO NOTHING"
        ),
        &values,
    )?;
    Ok(())
}

/// The streams that bear a search word, in order, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn search_find(
    conn: &mut Conn,
    token: &[u8; 16],
    limit: u32,
) -> Result<Vec<StreamId>, StoreError> {
    conn.rows(
        sql!("SELECT stream FROM search_tokens WHERE token = $1 ORDER BY token, stream LIMIT $2"),
        &[token.into(), i64::from(limit).into()],
    )?
    .iter()
    .map(|row| row.stream("stream"))
    .collect()
}

/// Which of these identities were erased.
///
/// # Errors
/// When the database fails.
pub fn erased_among(
    conn: &mut Conn,
    hashes: &[[u8; 16]],
) -> Result<std::collections::BTreeSet<[u8; 16]>, StoreError> {
    let values: Vec<Value> = hashes.iter().map(Into::into).collect();
    conn.rows_each(
        rows!("SELECT hmac FROM erasures WHERE hmac IN ({$1}) ORDER BY hmac"),
        &values,
    )?
    .iter()
    .map(|row| row.id("hmac"))
    .collect()
}

/// Notes that identities were erased.
///
/// # Errors
/// When the database fails.
pub fn erasure_put(tx: &mut Tx<'_>, hashes: &[[u8; 16]], at: Millis) -> Result<(), StoreError> {
    let values: Vec<Value> = hashes
        .iter()
        .flat_map(|hmac| [hmac.into(), at.into()])
        .collect();
    tx.run_each(
        rows!("INSERT INTO erasures (hmac, at) VALUES {($1, $2)} ON CONFLICT (hmac) DO NOTHING"),
        &values,
    )?;
    Ok(())
}

/// Removes everything that holds these streams; sums stay, and the ledger stays with an owner
/// that nothing leads to. The caller holds the customer's lock.
///
/// # Errors
/// When the database fails.
pub fn stream_erase(tx: &mut Tx<'_>, streams: &[StreamId]) -> Result<(), StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    for sql in [
        rows!("DELETE FROM customer_keys WHERE stream IN ({$1})"),
        rows!("DELETE FROM facts WHERE stream IN ({$1})"),
        rows!("DELETE FROM identities WHERE stream IN ({$1})"),
        rows!("DELETE FROM disclosures WHERE stream IN ({$1})"),
        rows!("DELETE FROM past_identities WHERE stream IN ({$1})"),
        rows!("DELETE FROM profiles WHERE stream IN ({$1})"),
        rows!("DELETE FROM search_tokens WHERE stream IN ({$1})"),
        rows!("DELETE FROM inbox WHERE stream IN ({$1})"),
        rows!("DELETE FROM requests WHERE stream IN ({$1})"),
        rows!("DELETE FROM ledger_owners WHERE stream IN ({$1})"),
        rows!("DELETE FROM merges WHERE from_root IN ({$1})"),
        rows!("DELETE FROM merges WHERE into_root IN ({$1})"),
        rows!("DELETE FROM streams WHERE id IN ({$1})"),
        rows!("DELETE FROM outbox WHERE customer IN ({$1})"),
        rows!("DELETE FROM changes WHERE customer IN ({$1})"),
        rows!(
            "DELETE FROM order_news
              WHERE order_key IN (SELECT key FROM order_keys WHERE stream IN ({$1}))"
        ),
        rows!("UPDATE order_keys SET stream = NULL WHERE stream IN ({$1})"),
        // Of every stream and not of the root alone: a profile that was merged into this one a
        // moment ago may still have its metrics, and its change has just been removed above.
        rows!("DELETE FROM customer_channels WHERE customer IN ({$1})"),
        rows!("DELETE FROM customer_interests WHERE customer IN ({$1})"),
        rows!("DELETE FROM customer_metrics WHERE customer IN ({$1})"),
        rows!("DELETE FROM due WHERE customer IN ({$1})"),
        rows!("DELETE FROM customers WHERE root IN ({$1})"),
    ] {
        tx.run_each(sql, &values)?;
    }
    Ok(())
}
