//! News of orders that are not known yet, until they are.

use std::collections::BTreeSet;

use domain::events::{Behaviour, Channel, Origin};
use domain::ids::StreamId;
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::{Row, Value};
use crate::{rows, sql};

/// The key of an order, and the id of news of it.
pub type NewsKey = ([u8; 16], [u8; 16]);

/// News of one order.
#[derive(Debug, Clone, PartialEq)]
pub struct NewsRow {
    /// The key of the order.
    pub order_key: [u8; 16],
    /// Tells news of one order apart; the same news has the same.
    pub id: [u8; 16],
    /// When it happened.
    pub at: Millis,
    /// When it reached us.
    pub received_at: Millis,
    /// Told as it happened, or as history.
    pub origin: Origin,
    /// Where it happened.
    pub channel: Channel,
    /// What happened.
    pub behaviour: Behaviour,
    /// The id of the message.
    pub message_id: String,
    /// What is personal about it, with the wrapped key that opens it.
    pub sealed: Option<(Vec<u8>, Vec<u8>)>,
}

/// Keeps news; what is kept already is left alone. How many are new.
///
/// # Errors
/// When the database fails.
pub fn news_put(tx: &mut Tx<'_>, news: &[NewsRow]) -> Result<u64, StoreError> {
    let mut values: Vec<Value> = Vec::with_capacity(news.len() * 11);
    for row in news {
        let (wrapped, personal) = row.sealed.clone().unzip();
        values.extend([
            (&row.order_key).into(),
            (&row.id).into(),
            row.at.into(),
            row.received_at.into(),
            row.origin.word().into(),
            row.channel.word().into(),
            row.behaviour.name().into(),
            row.behaviour.body().into(),
            row.message_id.as_str().into(),
            wrapped.into(),
            personal.into(),
        ]);
    }
    tx.run_each(
        rows!(
            "INSERT INTO order_news (order_key, id, at, received_at, kind, channel, name, behaviour,
                 message_id, wrapped, personal)
             VALUES {($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)}
             ON CONFLICT (order_key, id) DO NOTHING"
        ),
        &values,
    )
}

/// Which news of these orders wait already: the orders' keys and their own ids.
///
/// # Errors
/// When the database fails.
pub fn news_waiting(conn: &mut Conn, orders: &[[u8; 16]]) -> Result<BTreeSet<NewsKey>, StoreError> {
    let values: Vec<Value> = orders.iter().map(Into::into).collect();
    conn.rows_each(
        rows!(
            "SELECT order_key, id FROM order_news WHERE order_key IN ({$1}) ORDER BY order_key, id"
        ),
        &values,
    )?
    .iter()
    .map(|row| Ok((row.id("order_key")?, row.id("id")?)))
    .collect()
}

/// The stream to whom waiting news belongs, for news of orders that are known by now.
///
/// # Errors
/// When the database fails.
pub fn news_ready(conn: &mut Conn, limit: u32) -> Result<Vec<(NewsKey, StreamId)>, StoreError> {
    conn.rows(
        sql!(
            "SELECT n.order_key, n.id, k.stream FROM order_news n
               JOIN order_keys k ON k.key = n.order_key
              WHERE k.stream IS NOT NULL ORDER BY n.order_key, n.id LIMIT $1"
        ),
        &[i64::from(limit).into()],
    )?
    .iter()
    .map(|row| {
        let key = (row.id("order_key")?, row.id("id")?);
        Ok((key, row.stream("stream")?))
    })
    .collect()
}

/// Takes one of the waiting news away; none when somebody else took it.
///
/// # Errors
/// When the database fails.
pub fn news_take(
    tx: &mut Tx<'_>,
    order_key: &[u8; 16],
    id: &[u8; 16],
) -> Result<Option<NewsRow>, StoreError> {
    let row = tx.optional(
        sql!(
            "DELETE FROM order_news WHERE order_key = $1 AND id = $2
             RETURNING order_key, id, at, received_at, kind, channel, name, behaviour, message_id,
                 wrapped, personal"
        ),
        &[order_key.into(), id.into()],
    )?;
    row.as_ref().map(news_row).transpose()
}

/// How much news waits.
///
/// # Errors
/// When the database fails.
pub fn news_count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(sql!("SELECT COUNT(*) AS n FROM order_news"), &[])?
        .int("n")
}

fn news_row(row: &Row) -> Result<NewsRow, StoreError> {
    let behaviour = Behaviour::read(row.text("name")?, row.text("behaviour")?);
    let wrapped = row.blob_or_null("wrapped")?.map(<[u8]>::to_vec);
    let personal = row.blob_or_null("personal")?.map(<[u8]>::to_vec);
    Ok(NewsRow {
        order_key: row.id("order_key")?,
        id: row.id("id")?,
        at: row.millis("at")?,
        received_at: row.millis("received_at")?,
        origin: row.text("kind")?.parse().map_err(StoreError::shape)?,
        channel: row.text("channel")?.parse().map_err(StoreError::shape)?,
        behaviour: behaviour.map_err(StoreError::shape)?,
        message_id: row.text("message_id")?.to_owned(),
        sealed: wrapped.zip(personal),
    })
}
