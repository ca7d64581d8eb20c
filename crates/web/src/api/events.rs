//! `GET /v1/events`: what happened with a customer, the twin of the timeline.

use std::collections::BTreeMap;

use app::customers::{FactView, TimelineKind};
use axum::Json;
use domain::trust::{Action, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::asked::{Asked, EventsAsked, limit};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// A page of events, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventsAnswer {
    events: Vec<EventRow>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

/// One fact of the log.
#[derive(Debug, Serialize, ToSchema)]
struct EventRow {
    id: String,
    /// The sender's own id; null for what Fanous decided.
    message_id: Option<String>,
    #[schema(example = "Order Completed")]
    name: String,
    /// When it happened, RFC 3339.
    at: String,
    /// When it reached the shop, RFC 3339.
    received_at: String,
    #[schema(example = "web")]
    channel: String,
    /// `observed`, `historical` or `decided`.
    origin: String,
    /// The fact that caused a decided one.
    cause: Option<String>,
    /// The stream it came to.
    stream: String,
    /// Its declared fields.
    #[schema(value_type = Object)]
    properties: serde_json::Value,
    /// What is personal about it.
    personal: BTreeMap<String, String>,
}

impl From<FactView> for EventRow {
    fn from(it: FactView) -> Self {
        Self {
            id: it.id,
            message_id: it.message_id,
            name: it.name,
            at: time(it.at),
            received_at: time(it.received_at),
            channel: it.channel,
            origin: it.origin,
            cause: it.cause,
            stream: it.stream,
            properties: it.properties,
            personal: it.personal,
        }
    }
}

/// What happened with a customer, the latest first.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "event_list",
    tag = "events",
    params(EventsAsked),
    responses(
        (status = 200, body = EventsAnswer),
        (status = 400, body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn list(
    asking: Asking,
    Asked(asked): Asked<EventsAsked>,
) -> Result<Json<EventsAnswer>, Refusal> {
    if asked.customer.is_empty() {
        let sentence = "name the customer: customer=cus_… or customer=namespace:value";
        return Err(Refusal::Unreadable(sentence.to_owned()));
    }
    let rows = limit(&asked.limit)?;
    let page = asking
        .ask(move |acting| {
            let root = acting.customer_named(&asked.customer)?;
            let cursor = (!asked.cursor.is_empty()).then_some(asked.cursor.as_str());
            acting.show(Action::CustomerSeen, &Subject::Customer(root), |app| {
                app.timeline(root, TimelineKind::Everything, cursor, rows)
            })
        })
        .await?;
    Ok(Json(EventsAnswer {
        events: page.events.into_iter().map(EventRow::from).collect(),
        next: page.next,
    }))
}
