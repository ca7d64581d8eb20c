//! The behaviour log and the keys that make it exactly-once.

mod news;

pub use news::{NewsKey, NewsRow, news_count, news_put, news_ready, news_take, news_waiting};

use std::collections::{BTreeMap, BTreeSet};

use domain::events::{AnonymousOrder, Behaviour, Fact, Origin};
use domain::ids::{FactId, StreamId};
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::{Row, Value};
use crate::{rows, sql};

/// A fact as the log keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFact {
    /// The fact.
    pub fact: Fact,
    /// The sender's own id of the message, for observed facts.
    pub message_id: Option<String>,
    /// What is personal about it, encrypted with the stream's key.
    pub personal: Option<Vec<u8>>,
}

/// A fact on its way into the log.
#[derive(Debug, Clone, PartialEq)]
pub struct NewStoredFact {
    /// The fact.
    pub fact: Fact,
    /// The body of its behaviour; writing it is not the writer's work.
    pub body: String,
    /// The sender's own id of the message, for observed facts.
    pub message_id: Option<String>,
    /// What is personal about it, encrypted with the stream's key.
    pub personal: Option<Vec<u8>>,
}

/// Appends facts to the log. Their sequence numbers and stamps were given under the lock.
///
/// # Errors
/// When a sequence number is taken: then somebody wrote without the lock.
pub fn fact_append(tx: &mut Tx<'_>, facts: Vec<NewStoredFact>) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(facts.len() * 13);
    for stored in facts {
        let fact = stored.fact;
        let name = fact.behaviour.name().to_owned();
        values.extend([
            fact.stream.into(),
            int(fact.seq)?,
            fact.id.into(),
            fact.stamp.into(),
            fact.at.into(),
            fact.received_at.into(),
            fact.origin.word().into(),
            fact.channel.word().into(),
            name.into(),
            fact.cause.into(),
            stored.message_id.into(),
            stored.body.into(),
            stored.personal.into(),
        ]);
    }
    tx.run_each(
        rows!(
            "INSERT INTO facts (stream, seq, id, stamp, at, received_at, kind, channel, name,
                                cause, message_id, behaviour, personal)
             VALUES {($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)}"
        ),
        &values,
    )?;
    Ok(())
}

fn int(number: u64) -> Result<Value, StoreError> {
    i64::try_from(number)
        .map(Value::Int)
        .map_err(StoreError::shape)
}

/// Facts of a stream after a sequence number, in order, at most `limit`.
///
/// # Errors
/// When the database fails or a fact cannot be read.
pub fn facts_of_stream(
    conn: &mut Conn,
    stream: StreamId,
    after_seq: u64,
    limit: u32,
) -> Result<Vec<StoredFact>, StoreError> {
    conn.rows(
        sql!(
            "SELECT stream, seq, id, stamp, at, received_at, kind, channel, name, cause,
                    message_id, behaviour, personal
               FROM facts WHERE stream = $1 AND seq > $2 ORDER BY stream, seq LIMIT $3"
        ),
        &[stream.into(), int(after_seq)?, i64::from(limit).into()],
    )?
    .into_iter()
    .map(stored_fact)
    .collect()
}

/// All facts of several streams, by stream and sequence number; whole customers for folding.
///
/// # Errors
/// When the database fails or a fact cannot be read.
pub fn facts_of_streams(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<Vec<StoredFact>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT stream, seq, id, stamp, at, received_at, kind, channel, name, cause,
                    message_id, behaviour, personal
               FROM facts WHERE stream IN ({$1}) ORDER BY stream, seq"
        ),
        &values,
    )?
    .into_iter()
    .map(stored_fact)
    .collect()
}

/// The facts of several streams without what folding does not look at, by stream and sequence
/// number.
///
/// # Errors
/// When the database fails or a fact cannot be read.
pub fn facts_to_fold(conn: &mut Conn, streams: &[StreamId]) -> Result<Vec<Fact>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT stream, seq, id, stamp, at, received_at, kind, channel, name, cause, behaviour
               FROM facts WHERE stream IN ({$1}) ORDER BY stream, seq"
        ),
        &values,
    )?
    .iter()
    .map(fact)
    .collect()
}

/// Which facts a timeline shows: of these names, or decided ones; both empty for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactFilter {
    /// Only these names; at most as many as [`FACT_NAMES_MAX`].
    pub names: &'static [&'static str],
    /// Only what was decided.
    pub is_decided: bool,
}

/// The most names of a [`FactFilter`].
pub const FACT_NAMES_MAX: usize = 6;

/// The facts of one stream that happened before a moment, and of the same moment those before a
/// place; the latest first.
///
/// # Errors
/// When the database fails or a fact cannot be read.
pub fn facts_latest(
    conn: &mut Conn,
    stream: StreamId,
    before: (Millis, StreamId, u64),
    filter: FactFilter,
    limit: u32,
) -> Result<Vec<StoredFact>, StoreError> {
    let (at, of_stream, seq) = before;
    let mut params: Vec<Value> = vec![
        stream.into(),
        at.into(),
        of_stream.into(),
        int(seq)?,
        i64::from(limit).into(),
        filter.is_decided.into(),
    ];
    let names = filter.names.iter().map(|name| Some(*name));
    let names = names.chain(std::iter::repeat(None)).take(FACT_NAMES_MAX);
    params.extend(names.map(Value::from));
    conn.rows(
        sql!(
            "SELECT stream, seq, id, stamp, at, received_at, kind, channel, name, cause,
                    message_id, behaviour, personal
               FROM facts
              WHERE stream = $1 AND (at, stream, seq) < ($2, $3, $4)
                AND (NOT CAST($6 AS BOOLEAN) OR kind = 'decided')
                AND (CAST($7 AS TEXT) IS NULL OR name IN ($7, CAST($8 AS TEXT),
                     CAST($9 AS TEXT), CAST($10 AS TEXT), CAST($11 AS TEXT), CAST($12 AS TEXT)))
              ORDER BY at DESC, stream DESC, seq DESC LIMIT $5"
        ),
        &params,
    )?
    .into_iter()
    .map(stored_fact)
    .collect()
}

fn fact(row: &Row) -> Result<Fact, StoreError> {
    let behaviour =
        Behaviour::read(row.text("name")?, row.text("behaviour")?).map_err(StoreError::shape)?;
    let origin: Origin = row.text("kind")?.parse().map_err(StoreError::shape)?;
    Ok(Fact {
        stream: row.stream("stream")?,
        seq: row.count("seq")?,
        id: FactId::from_bytes(row.id("id")?),
        stamp: row.millis("stamp")?,
        at: row.millis("at")?,
        received_at: row.millis("received_at")?,
        origin,
        channel: row.text("channel")?.parse().map_err(StoreError::shape)?,
        cause: row.id_or_null("cause")?.map(FactId::from_bytes),
        behaviour,
    })
}

fn stored_fact(row: Row) -> Result<StoredFact, StoreError> {
    Ok(StoredFact {
        fact: fact(&row)?,
        message_id: row.text_or_null("message_id")?.map(str::to_owned),
        personal: row.blob_or_null("personal")?.map(<[u8]>::to_vec),
    })
}

/// A message id as the store keeps it: two bytes of the day, fourteen of the hash.
pub type MessageKey = [u8; 16];
/// The first bytes of the hash of a content, by which a repetition is told from a conflict.
pub type Digest = [u8; 8];

/// Takes message keys; the answer holds those that were free. Keys are taken in order, so that
/// two writers never wait for each other in a circle.
///
/// # Errors
/// When the database fails.
pub fn message_keys_take(
    tx: &mut Tx<'_>,
    keys: &BTreeMap<MessageKey, Digest>,
) -> Result<BTreeSet<MessageKey>, StoreError> {
    let values: Vec<Value> = keys
        .iter()
        .flat_map(|(key, digest)| [key.into(), digest.into()])
        .collect();
    tx.insert_new(
        rows!(
            "INSERT INTO message_keys (key, digest) VALUES {($1, $2)}
             ON CONFLICT (key) DO NOTHING RETURNING key"
        ),
        &values,
    )?
    .iter()
    .map(TryInto::try_into)
    .collect()
}

/// Drops the message keys of days before `day` (days since 1970 in UTC).
///
/// # Errors
/// When the database fails.
pub fn message_keys_prune(tx: &mut Tx<'_>, day: u16) -> Result<u64, StoreError> {
    let mut bound = [0; 16];
    bound[..2].copy_from_slice(&day.to_be_bytes());
    tx.run(
        sql!("DELETE FROM message_keys WHERE key < $1"),
        &[bound.into()],
    )
}

/// What is kept of a natural key such as an order's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderKey {
    /// The HMAC of the natural key.
    pub key: [u8; 16],
    /// The stream it came to.
    pub stream: StreamId,
    /// The digest of its content.
    pub digest: Digest,
}

/// Takes natural keys for ever; the answer holds those that were free.
///
/// # Errors
/// When the database fails.
pub fn order_keys_take(
    tx: &mut Tx<'_>,
    keys: &[OrderKey],
) -> Result<BTreeSet<[u8; 16]>, StoreError> {
    let mut keys: Vec<&OrderKey> = keys.iter().collect();
    keys.sort_by_key(|key| key.key);
    let values: Vec<Value> = keys
        .into_iter()
        .flat_map(|key| [key.key.into(), key.stream.into(), key.digest.into()])
        .collect();
    tx.insert_new(
        rows!(
            "INSERT INTO order_keys (key, stream, digest) VALUES {($1, $2, $3)}
             ON CONFLICT (key) DO NOTHING RETURNING key"
        ),
        &values,
    )?
    .iter()
    .map(TryInto::try_into)
    .collect()
}

/// Which of these keys are taken.
///
/// # Errors
/// When the database fails.
pub fn order_keys_known(
    conn: &mut Conn,
    keys: &[[u8; 16]],
) -> Result<BTreeSet<[u8; 16]>, StoreError> {
    let values: Vec<Value> = keys.iter().map(Into::into).collect();
    conn.rows_each(
        rows!("SELECT key FROM order_keys WHERE key IN ({$1}) ORDER BY key"),
        &values,
    )?
    .iter()
    .map(|row| row.id("key"))
    .collect()
}

/// To which stream each of these keys came; none where that person was erased. Keys that nobody
/// took are missing.
///
/// # Errors
/// When the database fails.
pub fn order_key_streams(
    conn: &mut Conn,
    keys: &[[u8; 16]],
) -> Result<BTreeMap<[u8; 16], Option<StreamId>>, StoreError> {
    let values: Vec<Value> = keys.iter().map(Into::into).collect();
    conn.rows_each(
        rows!("SELECT key, stream FROM order_keys WHERE key IN ({$1}) ORDER BY key"),
        &values,
    )?
    .iter()
    .map(|row| {
        let stream = row.id_or_null("stream")?.map(StreamId::from_bytes);
        Ok((row.id("key")?, stream))
    })
    .collect()
}

/// Which of these keys belong to people who were erased.
///
/// # Errors
/// When the database fails.
pub fn order_keys_erased(
    conn: &mut Conn,
    keys: &[[u8; 16]],
) -> Result<BTreeSet<[u8; 16]>, StoreError> {
    let values: Vec<Value> = keys.iter().map(Into::into).collect();
    conn.rows_each(
        rows!("SELECT key FROM order_keys WHERE stream IS NULL AND key IN ({$1}) ORDER BY key"),
        &values,
    )?
    .iter()
    .map(|row| row.id("key"))
    .collect()
}

/// Keeps orders that lead to nobody; the answer holds the numbers that were new.
///
/// # Errors
/// When the database fails.
pub fn anonymous_order_insert(
    tx: &mut Tx<'_>,
    orders: &[AnonymousOrder],
) -> Result<BTreeSet<String>, StoreError> {
    let mut orders: Vec<&AnonymousOrder> = orders.iter().collect();
    orders.sort_by(|a, b| a.order_id.cmp(&b.order_id));
    let values: Vec<Value> = orders.into_iter().flat_map(anonymous_values).collect();
    let mut inserted = BTreeSet::new();
    let keys = tx.insert_new(
        rows!(
            "INSERT INTO anonymous_orders (order_id, at, channel, currency, lines, items, gross,
                                           refunds, adjustments, product_gross, product_refunds)
             VALUES {($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)}
             ON CONFLICT (order_id) DO NOTHING RETURNING order_id"
        ),
        &values,
    )?;
    for key in keys {
        match key {
            Value::Text(order_id) => inserted.insert(order_id),
            _ => return Err(StoreError::shape("an order's number is no text")),
        };
    }
    Ok(inserted)
}

fn anonymous_values(order: &AnonymousOrder) -> [Value; 11] {
    [
        order.order_id.as_str().into(),
        order.at.into(),
        order.channel.word().into(),
        order.currency.code().into(),
        order.lines.into(),
        order.items.into(),
        order.gross.into(),
        order.refunds.into(),
        order.adjustments.into(),
        order.product_gross.into(),
        order.product_refunds.into(),
    ]
}

/// The sums of all orders of a currency that lead to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnonymousSums {
    /// How many there are.
    pub orders: i64,
    /// Their lines.
    pub lines: i64,
    /// As ordered, minor units.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Corrections, signed.
    pub adjustments: i64,
    /// Products less products that went back.
    pub product: i64,
}

/// The sums of all orders of a currency that lead to nobody.
///
/// # Errors
/// When the database fails.
pub fn anonymous_sums(conn: &mut Conn, currency: &str) -> Result<AnonymousSums, StoreError> {
    let row = conn.one(
        sql!(
            "SELECT COUNT(*) AS orders,
                    CAST(COALESCE(SUM(lines), 0) AS BIGINT) AS lines,
                    CAST(COALESCE(SUM(gross), 0) AS BIGINT) AS gross,
                    CAST(COALESCE(SUM(refunds), 0) AS BIGINT) AS refunds,
                    CAST(COALESCE(SUM(adjustments), 0) AS BIGINT) AS adjustments,
                    CAST(COALESCE(SUM(product_gross - product_refunds), 0) AS BIGINT) AS product
               FROM anonymous_orders WHERE currency = $1"
        ),
        &[currency.into()],
    )?;
    Ok(AnonymousSums {
        orders: row.int("orders")?,
        lines: row.int("lines")?,
        gross: row.int("gross")?,
        refunds: row.int("refunds")?,
        adjustments: row.int("adjustments")?,
        product: row.int("product")?,
    })
}
