//! Inbox (to another customer) and outbox (to the outside world).

use domain::ids::{MessageId, StreamId};
use domain::messages::{InboxBody, InboxMessage, OutboxMessage};
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::Value;
use crate::{rows, sql};

/// Leaves messages for other customers; one that lies there already is not left twice.
///
/// # Errors
/// When the database fails.
pub fn inbox_put(tx: &mut Tx<'_>, messages: &[InboxMessage], at: Millis) -> Result<(), StoreError> {
    let mut values = Vec::new();
    for message in messages {
        let body = serde_json::to_string(&message.body).map_err(StoreError::shape)?;
        values.extend([message.to.into(), message.id.into(), at.into(), body.into()]);
    }
    tx.run_each(
        rows!(
            "INSERT INTO inbox (stream, id, at, body) VALUES {($1, $2, $3, $4)}
             ON CONFLICT (stream, id) DO NOTHING"
        ),
        &values,
    )?;
    Ok(())
}

/// Streams for which messages wait, each once.
///
/// # Errors
/// When the database fails.
pub fn inbox_waiting(conn: &mut Conn, limit: u32) -> Result<Vec<StreamId>, StoreError> {
    conn.rows(
        sql!("SELECT DISTINCT stream FROM inbox ORDER BY stream LIMIT $1"),
        &[i64::from(limit).into()],
    )?
    .iter()
    .map(|row| row.stream("stream"))
    .collect()
}

/// Takes the messages of these streams out of the inbox, in order of id; the caller holds the
/// lock of their customer, and a rollback puts them back.
///
/// # Errors
/// When the database fails or a message cannot be read.
pub fn inbox_take(tx: &mut Tx<'_>, streams: &[StreamId]) -> Result<Vec<InboxMessage>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    let mut messages = tx
        .rows_each(
            rows!("DELETE FROM inbox WHERE stream IN ({$1}) RETURNING stream, id, body"),
            &values,
        )?
        .iter()
        .map(|row| {
            let body: InboxBody =
                serde_json::from_str(row.text("body")?).map_err(StoreError::shape)?;
            Ok(InboxMessage {
                id: MessageId::from_bytes(row.id("id")?),
                to: row.stream("stream")?,
                body,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    messages.sort_by_key(|message| (message.to, message.id));
    Ok(messages)
}

/// Writes what the outside world is to be told, in the same transaction as its cause.
///
/// # Errors
/// When the database fails.
pub fn outbox_put(tx: &mut Tx<'_>, messages: &[OutboxMessage]) -> Result<(), StoreError> {
    let mut values = Vec::new();
    for message in messages {
        let body = serde_json::to_string(&message.body).map_err(StoreError::shape)?;
        values.extend([
            message.id.into(),
            message.customer.into(),
            message.due_at.into(),
            body.into(),
        ]);
    }
    tx.run_each(
        rows!("INSERT INTO outbox (id, customer, due_at, body) VALUES {($1, $2, $3, $4)}"),
        &values,
    )?;
    Ok(())
}

/// How many messages wait in the outbox.
///
/// # Errors
/// When the database fails.
pub fn outbox_count(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(sql!("SELECT COUNT(*) AS n FROM outbox"), &[])?
        .int("n")
}
