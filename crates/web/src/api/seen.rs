//! `GET /v1/events/newest`: the twin of the page of what came in lately. No key may handle keys, so
//! it needs what setting a shop up needs.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::asked::{Asked, SeenAsked};
use crate::asking::Asking;
use crate::collect::{Count, Seen, Source};
use crate::errors::{ErrorAnswer, Refusal};

/// What came in lately, as this server has seen it since it started.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeenAnswer {
    /// How often what happened with the keys that were asked for, whatever verdict or reason was;
    /// the most frequent first.
    counts: Vec<CountAnswer>,
    /// The newest events, at most 200.
    events: Vec<SeenRow>,
}

/// How often something happened.
#[derive(Debug, Serialize, ToSchema)]
struct CountAnswer {
    /// `accepted`, `duplicate` or `rejected`.
    verdict: &'static str,
    /// The word for a reason, as answers to senders have it; else that of the verdict.
    #[schema(example = "no_user_anon_id")]
    reason: &'static str,
    count: u64,
    /// When last, RFC 3339.
    last_at: String,
    /// What was said last; empty when it was not rejected.
    said: String,
}

/// An event that came, or a request that was refused whole.
#[derive(Debug, Serialize, ToSchema)]
struct SeenRow {
    /// RFC 3339.
    at: String,
    /// The key; null when it was none of the shop's.
    key: Option<String>,
    /// The beginning of a key that is none of the shop's.
    said_key: String,
    /// The name of the event, when it could be read.
    name: String,
    message_id: String,
    verdict: &'static str,
    reason: &'static str,
    said: String,
}

impl From<Count> for CountAnswer {
    fn from(it: Count) -> Self {
        Self {
            verdict: it.verdict,
            reason: it.code,
            count: it.count,
            last_at: time(it.at.0),
            said: it.reason,
        }
    }
}

impl SeenRow {
    fn of((source, it): (Source, Seen)) -> Self {
        Self {
            at: time(it.at.0),
            key: source.map(|key| key.to_string()),
            said_key: it.said_key,
            name: it.name,
            message_id: it.message_id,
            verdict: it.verdict,
            reason: it.code,
            said: it.reason,
        }
    }
}

/// What came in lately with each key, and what became of it: accepted, known before, or rejected
/// and why.
#[utoipa::path(
    get,
    path = "/v1/events/newest",
    operation_id = "event_newest",
    tag = "events",
    params(SeenAsked),
    responses(
        (status = 200, body = SeenAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn newest(
    asking: Asking,
    Asked(asked): Asked<SeenAsked>,
) -> Result<Json<SeenAnswer>, Refusal> {
    let (debugger, wanted) = (&asking.shared.debugger, asked.wanted());
    let counts = debugger.counts(&wanted).into_iter();
    let events = debugger.newest(&wanted).into_iter();
    Ok(Json(SeenAnswer {
        counts: counts.map(CountAnswer::from).collect(),
        events: events.map(SeenRow::of).collect(),
    }))
}
