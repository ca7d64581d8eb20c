//! Merge edges, live and undone.

use std::collections::BTreeMap;

use domain::customers::Edge;
use domain::ids::{MergeId, StreamId};
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::{Row, Value};
use crate::{rows, sql};

/// A merge edge as the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredMerge {
    /// The edge.
    pub edge: Edge,
    /// When it was made.
    pub at: Millis,
    /// When it was undone, if it was.
    pub undone_at: Option<Millis>,
}

fn stored_merge(row: &Row) -> Result<StoredMerge, StoreError> {
    Ok(StoredMerge {
        edge: Edge {
            id: MergeId::from_bytes(row.id("id")?),
            from: row.stream("from_root")?,
            into: row.stream("into_root")?,
        },
        at: row.millis("at")?,
        undone_at: row.millis_or_null("undone_at")?,
    })
}

/// Keeps a new edge.
///
/// # Errors
/// When the database fails.
pub fn merge_insert(tx: &mut Tx<'_>, edge: Edge, at: Millis) -> Result<(), StoreError> {
    tx.run(
        sql!("INSERT INTO merges (id, from_root, into_root, at) VALUES ($1, $2, $3, $4)"),
        &[
            edge.id.into(),
            edge.from.into(),
            edge.into.into(),
            at.into(),
        ],
    )?;
    Ok(())
}

/// Marks an edge as undone; false when it was already.
///
/// # Errors
/// When the database fails.
pub fn merge_undo(tx: &mut Tx<'_>, id: MergeId, at: Millis) -> Result<bool, StoreError> {
    let changed = tx.run(
        sql!("UPDATE merges SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL"),
        &[id.into(), at.into()],
    )?;
    Ok(changed == 1)
}

/// One edge by its name.
///
/// # Errors
/// When the database fails.
pub fn merge_get(conn: &mut Conn, id: MergeId) -> Result<Option<StoredMerge>, StoreError> {
    conn.optional(
        sql!("SELECT id, from_root, into_root, at, undone_at FROM merges WHERE id = $1"),
        &[id.into()],
    )?
    .as_ref()
    .map(stored_merge)
    .transpose()
}

/// The edges that touch these streams, live and undone, in order of time.
///
/// # Errors
/// When the database fails.
pub fn merges_of(conn: &mut Conn, streams: &[StreamId]) -> Result<Vec<StoredMerge>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    let mut found = BTreeMap::new();
    for sql in [
        rows!(
            "SELECT id, from_root, into_root, at, undone_at FROM merges
              WHERE from_root IN ({$1}) ORDER BY id"
        ),
        rows!(
            "SELECT id, from_root, into_root, at, undone_at FROM merges
              WHERE into_root IN ({$1}) ORDER BY id"
        ),
    ] {
        for row in conn.rows_each(sql, &values)? {
            let merge = stored_merge(&row)?;
            found.insert((merge.at, merge.edge.id), merge);
        }
    }
    Ok(found.into_values().collect())
}
