//! The description of the API, generated from the handlers and served beside them.

use axum::Json;
use serde_json::Value;
use utoipa::openapi::OpenApi as Description;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{attributes, customers, events, insight, loyalty, segments, trust};

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
        attributes::list,
        segments::list,
        segments::show,
        segments::put,
        segments::remove,
        customers::list,
        customers::query,
        customers::show,
        customers::merge,
        customers::unmerge,
        events::list,
        loyalty::adjust,
        trust::export,
        trust::erase,
    ),
    modifiers(&SecretKey),
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
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("methods") {
                let secured = operation["security"][0]["secret_key"].is_array();
                assert!(secured, "{method} {path} does not say that it needs a key");
            }
        }
    }
}
