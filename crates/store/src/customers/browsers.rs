//! Names that go from one customer to another: browsers that several people use.

use domain::ids::StreamId;
use domain::time::Millis;

use super::IdentityHash;
use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::Value;
use crate::{rows, sql};

/// A name that leads to another stream from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedIdentity {
    /// The HMAC by which it is found.
    pub hmac: IdentityHash,
    /// The word of its namespace.
    pub namespace: String,
    /// Who bore it.
    pub from: StreamId,
    /// Who bears it.
    pub to: StreamId,
    /// Its value, encrypted with the key of the one who bears it.
    pub value: Vec<u8>,
    /// Its value, encrypted with the key of the one who bore it.
    pub past: Vec<u8>,
    /// Until when.
    pub until: Millis,
}

/// A name that a stream bore once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastIdentity {
    /// The word of its namespace.
    pub namespace: String,
    /// The stream that bore it.
    pub stream: StreamId,
    /// Its value, encrypted with the stream's key.
    pub value: Vec<u8>,
    /// Until when.
    pub until: Millis,
}

/// Leads a name to another stream and keeps that it led elsewhere.
///
/// # Errors
/// [`StoreError::Stale`] when somebody else has moved it meanwhile, or when the database fails.
pub fn identity_move(tx: &mut Tx<'_>, moved: &MovedIdentity) -> Result<(), StoreError> {
    let changed = tx.run(
        sql!("UPDATE identities SET stream = $3, value = $4 WHERE hmac = $1 AND stream = $2"),
        &[
            (&moved.hmac).into(),
            moved.from.into(),
            moved.to.into(),
            moved.value.as_slice().into(),
        ],
    )?;
    if changed != 1 {
        return Err(StoreError::Stale);
    }
    tx.run(
        sql!(
            "INSERT INTO past_identities (stream, value, namespace, until)
             VALUES ($1, $2, $3, $4)"
        ),
        &[
            moved.from.into(),
            moved.past.as_slice().into(),
            moved.namespace.as_str().into(),
            moved.until.into(),
        ],
    )?;
    Ok(())
}

/// Leads a name back to the one who bore it, as if it had never been moved.
///
/// # Errors
/// When the database fails.
pub fn identity_move_back(tx: &mut Tx<'_>, moved: &MovedIdentity) -> Result<(), StoreError> {
    tx.run(
        sql!("UPDATE identities SET stream = $2, value = $3 WHERE hmac = $1"),
        &[
            (&moved.hmac).into(),
            moved.from.into(),
            moved.past.as_slice().into(),
        ],
    )?;
    tx.run(
        sql!("DELETE FROM past_identities WHERE stream = $1 AND value = $2"),
        &[moved.from.into(), moved.past.as_slice().into()],
    )?;
    Ok(())
}

/// Names that lead to nobody any more.
///
/// # Errors
/// When the database fails.
pub fn identity_unbind(tx: &mut Tx<'_>, names: &[IdentityHash]) -> Result<(), StoreError> {
    let values: Vec<Value> = names.iter().map(Into::into).collect();
    tx.run_each(
        rows!("DELETE FROM identities WHERE hmac IN ({$1})"),
        &values,
    )?;
    Ok(())
}

/// The names that these streams bore once.
///
/// # Errors
/// When the database fails.
pub fn past_identities(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<Vec<PastIdentity>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT stream, namespace, value, until FROM past_identities
              WHERE stream IN ({$1}) ORDER BY stream, until, value"
        ),
        &values,
    )?
    .iter()
    .map(|row| {
        Ok(PastIdentity {
            namespace: row.text("namespace")?.to_owned(),
            stream: row.stream("stream")?,
            value: row.blob("value")?.to_vec(),
            until: row.millis("until")?,
        })
    })
    .collect()
}
