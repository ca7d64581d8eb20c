//! The export of one person, and erasure.

use app::trust::Export;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::find;
use crate::asked::Path;
use crate::errors::{ErrorAnswer, Refusal};
use crate::shared::Shared;

/// What an erasure removed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EraseAnswer {
    /// Streams that are no more.
    streams: usize,
    /// Identities that will not be taken again.
    identities: usize,
}

/// An export as a file to keep.
pub(crate) fn attachment(export: &Export) -> Response {
    // The id is letters and digits, so it needs no quoting.
    let name = format!("attachment; filename=\"{}.json\"", export.customer);
    ([(header::CONTENT_DISPOSITION, name)], Json(export)).into_response()
}

/// Everything the shop holds about one person, in one document.
#[utoipa::path(
    get,
    path = "/v1/customers/{customer}/export",
    tag = "trust",
    params(("customer" = String, Path, description = "`cus_…` or `namespace:value`")),
    responses(
        (status = 200, description = "Identities, traits, state, wallet, merges and every fact",
            body = Object),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn export(
    State(shared): State<Shared>,
    Path(named): Path<String>,
) -> Result<Response, Refusal> {
    let export = shared
        .ask(move |app| app.export(find(app, &named)?))
        .await?;
    Ok(attachment(&export))
}

/// Erases one person. It cannot be undone.
#[utoipa::path(
    post,
    path = "/v1/customers/{customer}/erase",
    tag = "trust",
    params(("customer" = String, Path, description = "`cus_…` or `namespace:value`")),
    responses(
        (status = 200, body = EraseAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn erase(
    State(shared): State<Shared>,
    Path(named): Path<String>,
) -> Result<Json<EraseAnswer>, Refusal> {
    let erased = shared.ask(move |app| app.erase(find(app, &named)?)).await?;
    Ok(Json(EraseAnswer {
        streams: erased.streams,
        identities: erased.identities,
    }))
}
