//! `/v1/segments`: questions about customers that are kept under a name.

use app::segments::{SEGMENTS_MAX, SegmentView};
use axum::Json;
use domain::trust::{Action, Permission, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::time;
use crate::asked::{Path, Told};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// Every segment, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SegmentsAnswer {
    /// The segments.
    segments: Vec<SegmentRow>,
}

/// A question that is kept under a name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SegmentRow {
    /// Its name; `segment("…")` asks for it.
    #[schema(example = "regulars")]
    name: String,
    /// The question as the language writes it.
    predicate: String,
    /// What it says, in English; null when it cannot be read any more.
    explanation: Option<String>,
    /// How many customers are in it; null while customers are being read, and when it cannot be
    /// asked any more because a segment that it uses was removed.
    count: Option<i64>,
    /// When it was put down last.
    at: String,
}

/// What a segment asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SegmentBody {
    /// The predicate.
    #[serde(rename = "where")]
    #[schema(example = "orders >= 3")]
    predicate: String,
}

/// What was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RemovedAnswer {
    /// The name that is free again.
    removed: String,
}

impl From<SegmentView> for SegmentRow {
    fn from(view: SegmentView) -> Self {
        Self {
            name: view.segment.name,
            predicate: view.segment.predicate,
            explanation: view.explanation.map(|it| it.to_string()),
            count: view.count,
            at: time(view.segment.at),
        }
    }
}

/// Every segment with what it says and how many customers are in it.
#[utoipa::path(
    get,
    path = "/v1/segments",
    operation_id = "segment_list",
    tag = "customers",
    responses(
        (status = 200, body = SegmentsAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn list(asking: Asking) -> Result<Json<SegmentsAnswer>, Refusal> {
    let (segments, _) = asking
        .read(Permission::SeeCustomers, |app| {
            app.segment_views(SEGMENTS_MAX)
        })
        .await?;
    Ok(Json(SegmentsAnswer {
        segments: segments.into_iter().map(SegmentRow::from).collect(),
    }))
}

/// One segment.
#[utoipa::path(
    get,
    path = "/v1/segments/{name}",
    operation_id = "segment_show",
    tag = "customers",
    params(("name" = String, Path, description = "its name")),
    responses(
        (status = 200, body = SegmentRow),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn show(
    asking: Asking,
    Path(name): Path<String>,
) -> Result<Json<SegmentRow>, Refusal> {
    let found = asking
        .read(Permission::SeeCustomers, move |app| app.segment_view(&name))
        .await?;
    Ok(Json(found.ok_or(Refusal::NotFound)?.into()))
}

/// Keeps a question under a name. One that is there gets the new question.
#[utoipa::path(
    put,
    path = "/v1/segments/{name}",
    operation_id = "segment_put",
    tag = "customers",
    params(("name" = String, Path, description = "1 to 100 bytes")),
    request_body = SegmentBody,
    responses(
        (status = 200, body = SegmentRow),
        (status = 400, description = "It cannot be asked; `column` says where", body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn put(
    asking: Asking,
    Path(name): Path<String>,
    Told(body): Told<SegmentBody>,
) -> Result<Json<SegmentRow>, Refusal> {
    let kept = asking
        .ask(move |acting| {
            let subject = Subject::Document("segment", name.clone());
            acting.change(Action::SegmentKept, &subject, |app| {
                let kept = app.segment_put(&name, &body.predicate)?;
                app.segment_view(&kept.name)
            })
        })
        .await?;
    // Somebody else may have removed it meanwhile.
    Ok(Json(kept.ok_or(Refusal::NotFound)?.into()))
}

/// Removes a segment. The customers in it stay as they are.
#[utoipa::path(
    delete,
    path = "/v1/segments/{name}",
    operation_id = "segment_remove",
    tag = "customers",
    params(("name" = String, Path, description = "its name")),
    responses(
        (status = 200, body = RemovedAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn remove(
    asking: Asking,
    Path(name): Path<String>,
) -> Result<Json<RemovedAnswer>, Refusal> {
    let removed = name.clone();
    let is_gone = asking.ask(move |acting| {
        let subject = Subject::Document("segment", name.clone());
        acting.change(Action::SegmentRemoved, &subject, |app| {
            app.segment_delete(&name)
        })
    });
    match is_gone.await? {
        true => Ok(Json(RemovedAnswer { removed })),
        false => Err(Refusal::NotFound),
    }
}
