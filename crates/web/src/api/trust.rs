//! The export of one person, and erasure.

use app::trust::{Erased, Export};
use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::trust::{Action, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use crate::asked::Path;
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// What an erasure removed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EraseAnswer {
    /// Streams that are no more.
    streams: usize,
    /// Identities that will not be taken again.
    identities: usize,
}

/// An export as a file to keep.
fn attachment(export: &Export) -> Response {
    // The id is letters and digits, so it needs no quoting.
    let name = format!("attachment; filename=\"{}.json\"", export.customer);
    ([(header::CONTENT_DISPOSITION, name)], Json(export)).into_response()
}

/// The export of a customer, in the audit before it is given.
pub(crate) async fn export_of(asking: &Asking, named: String) -> Result<Response, Refusal> {
    let export = asking.ask(move |acting| {
        let root = acting.customer_named(&named)?;
        acting.export_customer(root)
    });
    Ok(attachment(&export.await?))
}

/// Erases a customer.
pub(crate) async fn erase_of(asking: &Asking, named: String) -> Result<Erased, Refusal> {
    let erased = asking.ask(move |acting| {
        let root = acting.customer_named(&named)?;
        acting.change(Action::CustomerErased, &Subject::Customer(root), |app| {
            app.erase(root)
        })
    });
    erased.await
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
pub(super) async fn export(asking: Asking, Path(named): Path<String>) -> Result<Response, Refusal> {
    export_of(&asking, named).await
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
    asking: Asking,
    Path(named): Path<String>,
) -> Result<Json<EraseAnswer>, Refusal> {
    let erased = erase_of(&asking, named).await?;
    Ok(Json(EraseAnswer {
        streams: erased.streams,
        identities: erased.identities,
    }))
}
