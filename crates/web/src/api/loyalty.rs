//! `POST /v1/customers/{customer}/adjustments`: units given or taken by hand.

use app::customers::CustomerRef;
use app::loyalty::AdjustRequest;
use axum::Json;
use domain::time::parse_time;
use domain::trust::{Action, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::asked::{Path, Told};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// An adjustment. The same `request_id` with the same content has one effect and one answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdjustBody {
    /// The caller's own id of this request; kept for at least 30 days.
    request_id: String,
    #[schema(example = "POINT:club")]
    unit: String,
    /// How much; negative when units are taken.
    amount: i64,
    /// When given units expire: RFC 3339, or a date in the shop's zone.
    #[serde(default)]
    expires_at: Option<String>,
    /// Why; nothing personal, because the ledger keeps it for years.
    memo: String,
}

/// What became of an adjustment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdjustAnswer {
    /// The posting, or the first of several.
    posting: String,
    /// What can be spent of the unit afterwards.
    spendable: i64,
    /// Whether this answer was given before to the same request.
    repeated: bool,
}

/// Gives or takes units by hand, once for each request id.
#[utoipa::path(
    post,
    path = "/v1/customers/{customer}/adjustments",
    tag = "loyalty",
    params(("customer" = String, Path, description = "`cus_…` or `namespace:value`")),
    request_body = AdjustBody,
    responses(
        (status = 200, body = AdjustAnswer),
        (status = 400, body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
        (status = 409, description = "The id was used for something else", body = ErrorAnswer),
        (status = 422, description = "Refused; nothing was moved", body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn adjust(
    asking: Asking,
    Path(named): Path<String>,
    Told(body): Told<AdjustBody>,
) -> Result<Json<AdjustAnswer>, Refusal> {
    let customer: CustomerRef = named.parse()?;
    let zone = asking.shared.app.in_force().settings.zone.clone();
    let expires_at = body
        .expires_at
        .map(|text| parse_time(&text, &zone))
        .transpose();
    let expires_at = expires_at.map_err(|error| Refusal::Unreadable(error.to_string()))?;
    let request = AdjustRequest {
        request_id: body.request_id,
        unit: body.unit,
        amount: body.amount,
        expires_at: expires_at.map(|at| at.0),
        memo: body.memo,
    };
    let adjusted = asking
        .ask(move |acting| {
            let root = acting.customer_named(&named)?;
            acting.change(Action::PointsAdjusted, &Subject::Customer(root), |app| {
                app.adjust(&customer, request)
            })
        })
        .await?;
    Ok(Json(AdjustAnswer {
        posting: adjusted.posting.to_string(),
        spendable: adjusted.spendable,
        repeated: adjusted.repeated,
    }))
}
