//! The description of the API, generated from the handlers and served beside them.

use axum::Json;
use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Description, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::collect;

use super::{
    attributes, consent, customers, events, insight, loyalty, merges, schemas, seen, segments,
    trust,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fanous",
        description = "A shop's customers: who they are, what they did, what they are worth.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        insight::overview::overview,
        insight::retention::retention,
        insight::value::value,
        insight::visits::visits,
        insight::channels::channels,
        insight::experience::experience,
        attributes::list,
        segments::list,
        segments::show,
        segments::put,
        segments::remove,
        customers::list,
        customers::query,
        customers::show,
        merges::merge,
        merges::unmerge,
        events::list,
        seen::newest,
        schemas::list,
        schemas::put,
        schemas::remove,
        loyalty::adjust,
        trust::export,
        trust::erase,
        consent::show,
        consent::put,
        consent::user_token,
        collect::context::context,
    ),
    modifiers(&SecretKey, &Refusals),
    tags(
        (name = "insight", description = "Figures of the whole shop"),
        (name = "customers", description = "Who they are"),
        (name = "events", description = "What happened"),
        (name = "loyalty", description = "Points and money by hand"),
        (name = "trust", description = "What the shop holds about a person"),
    )
)]
struct Api;

struct SecretKey;

impl Modify for SecretKey {
    fn modify(&self, openapi: &mut Description) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A secret key of the shop: secret_…"))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("secret_key", SecurityScheme::Http(scheme));
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A write key, which may stand in the shop's pages: write_…",
            ))
            .build();
        components.add_security_scheme("write_key", SecurityScheme::Http(scheme));
    }
}

/// What any operation may answer instead, whoever asks and whatever they ask for: what stands
/// before the handlers refuses in the same way everywhere. What an operation says itself stays.
struct Refusals;

/// Whether an operation may answer something.
type Applies = fn(&Operation) -> bool;

/// Status, which operations may answer it, and why.
const REFUSALS: [(&str, Applies, &str); 5] = [
    ("400", reads, "The request cannot be read"),
    ("413", has_body, "The body is larger than this server takes"),
    (
        "421",
        always,
        "The `Host` is not one of this server's names",
    ),
    (
        "500",
        always,
        "Something failed inside; the server's log says what",
    ),
    (
        "503",
        always,
        "Busy, stopping or too slow; `message` says which",
    ),
];

const fn always(_: &Operation) -> bool {
    true
}

const fn has_body(operation: &Operation) -> bool {
    operation.request_body.is_some()
}

const fn reads(operation: &Operation) -> bool {
    has_body(operation) || operation.parameters.is_some()
}

impl Modify for Refusals {
    fn modify(&self, openapi: &mut Description) {
        let items = openapi.paths.paths.values_mut();
        let operations = items.flat_map(|item| {
            let methods = [
                &mut item.get,
                &mut item.put,
                &mut item.post,
                &mut item.delete,
            ];
            methods.into_iter().flatten()
        });
        for operation in operations {
            for (status, applies, why) in REFUSALS {
                if !applies(operation) || operation.responses.responses.contains_key(status) {
                    continue;
                }
                let error = Ref::from_schema_name("ErrorAnswer");
                let content = ContentBuilder::new().schema(Some(error)).build();
                let response = ResponseBuilder::new().description(why);
                let response = response.content("application/json", content).build();
                let all = &mut operation.responses.responses;
                all.insert(status.to_owned(), response.into());
            }
        }
    }
}

/// The description as data, for the page that shows it.
pub(crate) fn description() -> Value {
    // A description that cannot be written is shown as an empty one.
    serde_json::to_value(Api::openapi()).unwrap_or_default()
}

/// The description itself; it holds nothing of the shop.
pub(super) async fn openapi() -> Json<Description> {
    Json(Api::openapi())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::gate::Gate;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document = serde_json::to_value(Api::openapi()).expect("a description");
        let paths = document["paths"].as_object().expect("paths");
        let described: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().expect("methods");
                methods.keys().map(|method| (method.clone(), path.clone()))
            })
            .collect();
        let routed: BTreeSet<(String, String)> = super::super::routes()
            .endpoints()
            .iter()
            .filter(|endpoint| endpoint.gate != Gate::Anybody)
            .map(|it| (it.method.to_ascii_lowercase(), it.path.to_owned()))
            .collect();
        assert_eq!(described, routed);
        let mut ids = BTreeSet::new();
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("methods") {
                let secured = operation["security"][0]["secret_key"].is_array();
                assert!(secured, "{method} {path} does not say that it needs a key");
                let id = operation["operationId"].as_str().expect("an id");
                assert!(ids.insert(id), "{method} {path} is not the only {id}");
            }
        }
    }
}
