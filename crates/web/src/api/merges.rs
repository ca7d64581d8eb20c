//! `/v1/merges`: two customers become one, and two again.

use axum::Json;
use domain::ids::MergeId;
use domain::trust::{Action, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::asked::{Path, Told};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// Which two customers become one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeBody {
    /// The customer who stays: `cus_…` or `namespace:value`.
    into: String,
    /// The customer who gives way.
    from: String,
}

/// The merge that was made, or undone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MergeAnswer {
    /// Its id, by which it is undone.
    #[schema(example = "mrg_0198f0a0b1c27d3e8f00112233445566")]
    merge: String,
    /// Whether it is undone.
    undone: bool,
}

/// Makes two customers one. It can be undone.
#[utoipa::path(
    post,
    path = "/v1/merges",
    tag = "customers",
    request_body = MergeBody,
    responses(
        (status = 200, body = MergeAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
        (status = 409, description = "They are the same customer", body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn merge(
    asking: Asking,
    Told(body): Told<MergeBody>,
) -> Result<Json<MergeAnswer>, Refusal> {
    let made = asking
        .ask(move |acting| {
            let into = acting.customer_named(&body.into)?;
            let from = acting.customer_named(&body.from)?;
            acting.change(Action::CustomersMerged, &Subject::Customer(into), |app| {
                app.merge(into, from)
            })
        })
        .await?;
    Ok(Json(MergeAnswer {
        merge: made.to_string(),
        undone: false,
    }))
}

/// Undoes a merge: each side goes home with its own.
#[utoipa::path(
    delete,
    path = "/v1/merges/{merge}",
    tag = "customers",
    params(("merge" = String, Path, description = "`mrg_…`")),
    responses(
        (status = 200, body = MergeAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
        (status = 409, description = "It was undone before", body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn unmerge(
    asking: Asking,
    Path(merge): Path<String>,
) -> Result<Json<MergeAnswer>, Refusal> {
    let id: MergeId = merge
        .parse()
        .map_err(|error: domain::ids::IdError| Refusal::Unreadable(error.to_string()))?;
    let undone = asking.ask(move |acting| {
        let subject = Subject::Document("merge", id.to_string());
        acting.change(Action::CustomersSeparated, &subject, |app| app.unmerge(id))
    });
    undone.await?;
    Ok(Json(MergeAnswer {
        merge: id.to_string(),
        undone: true,
    }))
}
