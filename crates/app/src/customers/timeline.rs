//! The timeline of one customer, over all of their streams.

use std::collections::BTreeMap;

use domain::events::{Behaviour, Personal};
use domain::ids::StreamId;
use domain::time::Millis;
use serde::Serialize;
use store::StoreError;
use store::events::{FactFilter, StoredFact};

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

/// Which part of a timeline is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimelineKind {
    /// Everything.
    #[default]
    Everything,
    /// Orders, refunds, deliveries.
    Buying,
    /// Visits, products looked at, baskets.
    Browsing,
    /// Complaints, reviews, permissions, what they told of themselves.
    Saying,
    /// What Fanous decided.
    Decided,
}

impl TimelineKind {
    /// Every kind, in order.
    pub const ALL: [Self; 5] = [
        Self::Everything,
        Self::Buying,
        Self::Browsing,
        Self::Saying,
        Self::Decided,
    ];

    /// The word in addresses; empty for everything.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Everything => "",
            Self::Buying => "buying",
            Self::Browsing => "browsing",
            Self::Saying => "saying",
            Self::Decided => "decided",
        }
    }

    const fn filter(self) -> FactFilter {
        let names: &'static [&'static str] = match self {
            Self::Everything | Self::Decided => &[],
            Self::Buying => &[
                "Order Completed",
                "Order Updated",
                "Order Cancelled",
                "Order Refunded",
                "Order Shipped",
                "Order Delivered",
            ],
            Self::Browsing => &[
                "Page Viewed",
                "Product Viewed",
                "Product Added",
                "Checkout Started",
            ],
            Self::Saying => &[
                "Complaint Made",
                "Review Written",
                "Consent Changed",
                "Customer Identified",
            ],
        };
        FactFilter {
            names,
            is_decided: matches!(self, Self::Decided),
        }
    }
}

/// A page of a timeline, the latest fact first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// The facts.
    pub events: Vec<FactView>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

impl App {
    /// A page of a customer's timeline, the latest fact first, over all of their streams: in order
    /// of when things happened, not of when we heard of them.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], [`AppError::Invalid`] for a cursor that is none, or the store's.
    pub fn timeline(
        &self,
        root: StreamId,
        kind: TimelineKind,
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
        let before = match cursor {
            Some(cursor) => read_cursor(cursor)?,
            None => (Millis::LATEST, StreamId::from_bytes([0xff; 16]), 0),
        };
        let filter = kind.filter();
        let mut facts = self.inner.store.read(|conn| {
            let mut facts = Vec::new();
            for stream in row.streams.keys() {
                let of = store::events::facts_latest(conn, *stream, before, filter, limit + 1)?;
                facts.extend(of);
            }
            Ok(facts)
        })?;
        let place = |stored: &StoredFact| (stored.fact.at, stored.fact.stream, stored.fact.seq);
        facts.sort_by_key(|stored| std::cmp::Reverse(place(stored)));
        let more = facts.len() > limit as usize;
        facts.truncate(limit as usize);
        let next = facts.last().filter(|_| more).map(place);
        let streams: Vec<StreamId> = row.streams.keys().copied().collect();
        let keys = self.stream_keys(&streams)?;
        Ok(Timeline {
            events: facts
                .into_iter()
                .map(|it| fact_view(it, &keys))
                .collect::<Result<_, _>>()?,
            next: next.map(write_cursor),
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

/// A cursor names the last row of its page.
fn write_cursor((at, stream, seq): (Millis, StreamId, u64)) -> String {
    format!("{}.{stream}.{seq}", at.0)
}

fn read_cursor(cursor: &str) -> Result<(Millis, StreamId, u64), AppError> {
    let read = || {
        let mut parts = cursor.split('.');
        let at = Millis(parts.next()?.parse().ok()?);
        let stream = parts.next()?.parse().ok()?;
        let seq = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some((at, stream, seq))
    };
    read().ok_or_else(|| AppError::Invalid("this cursor is not one that a page gave".to_owned()))
}
