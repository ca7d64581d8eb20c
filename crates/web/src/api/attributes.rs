//! `/v1/attributes`: what can be asked about a customer.

use axum::Json;
use domain::segments::{Attribute, Kind, RuleOperator, Subject, TimeRule};
use serde::Serialize;
use utoipa::ToSchema;

use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};
use crate::groups::Group;

/// The catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttributesAnswer {
    /// Every attribute.
    attributes: Vec<AttributeRow>,
    /// The shop's currency: amounts are written in it, in major units.
    currency: String,
}

/// Something that can be asked about a customer.
#[derive(Debug, Serialize, ToSchema)]
struct AttributeRow {
    /// The name in predicates.
    #[schema(example = "last_order")]
    name: String,
    /// `count`, `money`, `share`, `day`, `hour`, `rating`, `word`, `words`, `flags`, `band` or
    /// `yes_no`.
    #[schema(example = "day")]
    kind: &'static str,
    /// `buying`, `time`, `channels`, `visits`, `service`, `permissions` or `relative`.
    group: &'static str,
    /// What it is called inside a sentence, in English.
    label: String,
    /// What it means, in English.
    meaning: &'static str,
    /// What its value depends on: `event_time`, `arrival`, `today` or `published`.
    #[schema(value_type = String)]
    time: TimeRule,
    /// What forms ask about it.
    #[schema(value_type = Vec<String>)]
    operators: &'static [RuleOperator],
    /// The only words that it can have; null when the shop chooses them.
    values: Option<Vec<&'static str>>,
    /// Whether `days_since(…)` takes it.
    days_since: bool,
}

/// What can be asked about a customer: every attribute with its kind and meaning.
#[utoipa::path(
    get,
    path = "/v1/attributes",
    operation_id = "attribute_list",
    tag = "customers",
    responses(
        (status = 200, body = AttributesAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn list(asking: Asking) -> Result<Json<AttributesAnswer>, Refusal> {
    Ok(Json(AttributesAnswer {
        attributes: Attribute::all().map(AttributeRow::of).collect(),
        currency: asking
            .shared
            .app
            .in_force()
            .settings
            .currency
            .code()
            .to_owned(),
    }))
}

impl AttributeRow {
    fn of(attribute: Attribute) -> Self {
        Self {
            name: attribute.to_string(),
            kind: attribute.kind().word(),
            group: Group::of(attribute).word(),
            label: attribute.label(),
            meaning: attribute.meaning(),
            time: attribute.time_rule(),
            operators: RuleOperator::of(Subject::Of(attribute)),
            values: attribute.vocabulary(),
            days_since: attribute.kind() == Kind::Day,
        }
    }
}
