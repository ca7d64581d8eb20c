//! What Segment's library for browsers asks for before it sends anything: where to send to.
//!
//! It asks the address that a page gives it as `cdnURL`, so that a shop changes that one address
//! and nothing else.

use app::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::posted::holder_of;
use crate::asked::Path;
use crate::errors::Refusal;
use crate::shared::Shared;

/// The address, with the key in it.
pub(super) const PATH: &str = "/v1/projects/{key}/settings";

/// Whether this is such an address.
pub(super) fn is_ours(path: &str) -> bool {
    let rest = path.strip_prefix("/v1/projects/");
    let key = rest.and_then(|rest| rest.strip_suffix("/settings"));
    key.is_some_and(|key| !key.is_empty() && !key.contains('/'))
}

/// The library's settings: this house is where its events go, and it has nothing else to load.
pub(super) async fn settings(
    State(shared): State<Shared>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let app: App = shared.app.clone();
    let asked = key.clone();
    // A mistyped key is heard of when the page loads, not when its events are missed.
    shared.run(move || holder_of(&app, &asked)).await?;
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let host = host.unwrap_or_default();
    let protocol = if shared.options.is_secure {
        "https"
    } else {
        "http"
    };
    Ok(Json(json!({
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": format!("{host}/v1"),
                "protocol": protocol,
                "unbundledIntegrations": [],
                "addBundledMetadata": true,
            },
        },
        "plan": {},
        "edgeFunction": {},
        "middlewareSettings": {},
        "enabledMiddleware": {},
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_has_one_key_in_it() {
        let check = |path: &str, expected: bool| assert_eq!(is_ours(path), expected, "{path}");
        check("/v1/projects/write_1/settings", true);
        check("/v1/projects//settings", false);
        check("/v1/projects/a/b/settings", false);
        check("/v1/projects/a", false);
    }
}
