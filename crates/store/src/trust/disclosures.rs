//! Who received what about whom.

use std::collections::BTreeMap;

use domain::ids::StreamId;
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::Value;
use crate::{rows, sql};

/// Something about one person that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDisclosure {
    /// When.
    pub at: Millis,
    /// To whom, as the audit names them.
    pub recipient: String,
    /// What was asked for; none when it was everything about the one person.
    pub question: Option<String>,
    /// About how many people at once.
    pub customers: i64,
}

/// A list of people that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredList {
    /// Its name.
    pub id: [u8; 16],
    /// When, to whom, on which question, about how many.
    pub disclosure: StoredDisclosure,
    /// Who is on it, by parts.
    pub members: BTreeMap<u8, Vec<u8>>,
}

/// Keeps that everything about a person was handed out.
///
/// # Errors
/// When the database fails.
pub fn disclosure_put(
    tx: &mut Tx<'_>,
    id: [u8; 16],
    stream: StreamId,
    at: Millis,
    recipient: &str,
) -> Result<(), StoreError> {
    tx.run(
        sql!("INSERT INTO disclosures (stream, id, at, recipient) VALUES ($1, $2, $3, $4)"),
        &[stream.into(), (&id).into(), at.into(), recipient.into()],
    )?;
    Ok(())
}

/// Keeps that a list was handed out.
///
/// # Errors
/// When the database fails.
pub fn list_put(tx: &mut Tx<'_>, list: &StoredList) -> Result<(), StoreError> {
    let told = &list.disclosure;
    tx.run(
        sql!(
            "INSERT INTO handed_lists (id, at, recipient, question, customers)
             VALUES ($1, $2, $3, $4, $5)"
        ),
        &[
            (&list.id).into(),
            told.at.into(),
            told.recipient.as_str().into(),
            told.question.clone().unwrap_or_default().into(),
            told.customers.into(),
        ],
    )?;
    let values: Vec<Value> = list
        .members
        .iter()
        .flat_map(|(part, members)| {
            [
                i64::from(*part).into(),
                (&list.id).into(),
                members.as_slice().into(),
            ]
        })
        .collect();
    tx.run_each(
        rows!("INSERT INTO handed_members (part, list, members) VALUES {($1, $2, $3)}"),
        &values,
    )?;
    Ok(())
}

/// What of these streams was handed out by name, in order of time, the newest first.
///
/// # Errors
/// When the database fails.
pub fn disclosures_of(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<Vec<StoredDisclosure>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT stream, id, at, recipient FROM disclosures
              WHERE stream IN ({$1}) ORDER BY stream, id"
        ),
        &values,
    )?
    .iter()
    .map(|row| {
        Ok(StoredDisclosure {
            at: row.millis("at")?,
            recipient: row.text("recipient")?.to_owned(),
            question: None,
            customers: 1,
        })
    })
    .collect()
}

/// The newest lists that were handed out, each with one part of its members.
///
/// # Errors
/// When the database fails.
pub fn lists_with(
    conn: &mut Conn,
    part: u8,
    limit: u32,
) -> Result<Vec<(StoredDisclosure, Vec<u8>)>, StoreError> {
    conn.rows(
        sql!(
            "SELECT l.at AS at, l.recipient AS recipient, l.question AS question,
                    l.customers AS customers, m.members AS members
               FROM handed_members m JOIN handed_lists l ON l.id = m.list
              WHERE m.part = $1 ORDER BY m.list DESC LIMIT $2"
        ),
        &[i64::from(part).into(), i64::from(limit).into()],
    )?
    .iter()
    .map(|row| {
        let disclosure = StoredDisclosure {
            at: row.millis("at")?,
            recipient: row.text("recipient")?.to_owned(),
            question: Some(row.text("question")?.to_owned()),
            customers: row.int("customers")?,
        };
        Ok((disclosure, row.blob("members")?.to_vec()))
    })
    .collect()
}
