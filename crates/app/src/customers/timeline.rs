//! The timeline of one customer, over all of their streams.

use std::collections::BTreeMap;

use domain::events::{Behaviour, Personal};
use domain::ids::StreamId;
use serde::Serialize;
use store::StoreError;
use store::events::StoredFact;

use super::PAGE_ROWS_MAX;
use crate::trust::StreamKey;
use crate::{App, AppError};

/// One fact of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactView {
    /// Its id.
    pub id: String,
    /// The stream it came to.
    pub stream: String,
    /// The sender's own id of the message.
    pub message_id: Option<String>,
    /// What happened.
    pub name: String,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// When it reached the shop, in milliseconds since 1970.
    pub received_at: i64,
    /// Where it came from.
    pub channel: String,
    /// Observed, historical or decided.
    pub origin: String,
    /// The fact that caused a decided one.
    pub cause: Option<String>,
    /// What happened, typed.
    #[serde(skip)]
    pub behaviour: Behaviour,
    /// Its declared fields.
    pub properties: serde_json::Value,
    /// What is personal about it.
    pub personal: Personal,
}

/// A page of a timeline, the newest fact first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// The facts.
    pub events: Vec<FactView>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

impl App {
    /// A page of a customer's timeline, the newest fact first, over all of their streams.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], [`AppError::Invalid`] for a cursor that is none, or the store's.
    pub fn timeline(
        &self,
        root: StreamId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Timeline, AppError> {
        let limit = limit.clamp(1, PAGE_ROWS_MAX);
        let row = self
            .inner
            .store
            .read(|conn| store::customers::customer_read(conn, &[root]))?
            .into_iter()
            .next()
            .ok_or(AppError::NoCustomer)?;
        let mut before: BTreeMap<StreamId, u64> = row
            .streams
            .iter()
            .map(|(stream, seq)| (*stream, seq + 1))
            .collect();
        if let Some(cursor) = cursor {
            read_cursor(cursor, &mut before)?;
        }
        let mut facts = self.inner.store.read(|conn| {
            let mut facts = Vec::new();
            for (stream, seq) in &before {
                facts.extend(store::events::facts_newest(conn, *stream, *seq, limit + 1)?);
            }
            Ok(facts)
        })?;
        facts.sort_by_key(|stored| std::cmp::Reverse(stored.fact.place()));
        let more = facts.len() > limit as usize;
        facts.truncate(limit as usize);
        for stored in &facts {
            before.insert(stored.fact.stream, stored.fact.seq);
        }
        let streams: Vec<StreamId> = row.streams.keys().copied().collect();
        let keys = self.stream_keys(&streams)?;
        Ok(Timeline {
            events: facts
                .into_iter()
                .map(|it| fact_view(it, &keys))
                .collect::<Result<_, _>>()?,
            next: more.then(|| write_cursor(&before)),
        })
    }
}

fn fact_view(
    stored: StoredFact,
    keys: &BTreeMap<StreamId, StreamKey>,
) -> Result<FactView, AppError> {
    let fact = stored.fact;
    let personal = match (&stored.personal, keys.get(&fact.stream)) {
        (Some(sealed), Some(key)) => key.open(sealed)?,
        _ => Personal::new(),
    };
    let properties = serde_json::from_str(&fact.behaviour.body())
        .map_err(|error| AppError::Store(StoreError::shape(error)))?;
    Ok(FactView {
        id: fact.id.to_string(),
        stream: fact.stream.to_string(),
        message_id: stored.message_id,
        name: fact.behaviour.name().to_owned(),
        at: fact.at.0,
        received_at: fact.received_at.0,
        channel: fact.channel.to_string(),
        origin: fact.origin.word().to_owned(),
        cause: fact.cause.map(|cause| cause.to_string()),
        behaviour: fact.behaviour,
        properties,
        personal,
    })
}

/// A cursor names, for each stream, the sequence number before which the next page starts.
fn write_cursor(before: &BTreeMap<StreamId, u64>) -> String {
    let parts: Vec<String> = before
        .iter()
        .map(|(it, seq)| format!("{it}.{seq}"))
        .collect();
    parts.join("~")
}

fn read_cursor(cursor: &str, before: &mut BTreeMap<StreamId, u64>) -> Result<(), AppError> {
    let wrong = || AppError::Invalid("this cursor is not one that a page gave".to_owned());
    for part in cursor.split('~') {
        let (stream, seq) = part.split_once('.').ok_or_else(wrong)?;
        let stream: StreamId = stream.parse().map_err(|_| wrong())?;
        let seq: u64 = seq.parse().map_err(|_| wrong())?;
        // A stream that was merged since the last page is shown from its newest fact; one that
        // left is not shown.
        if let Some(place) = before.get_mut(&stream) {
            *place = seq.min(*place);
        }
    }
    Ok(())
}
