//! The JSON API: the same data as the pages, for the shop's own programs.

mod attributes;
mod customers;
mod describe;
mod events;
mod insight;
mod loyalty;
mod metrics;
mod segments;
mod trust;

use app::settings::KeyKind;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use domain::time::Millis;

use crate::errors::Refusal;
use crate::shared::Shared;

pub(crate) use customers::find;
pub(crate) use trust::attachment;

/// The routes of the API, with a list of them for the test that holds the description true.
pub(crate) struct Routes {
    router: Router<Shared>,
    listed: Vec<(&'static str, &'static str)>,
}

impl Routes {
    fn with(
        mut self,
        method: &'static str,
        path: &'static str,
        handler: MethodRouter<Shared>,
    ) -> Self {
        self.router = self.router.route(path, handler);
        self.listed.push((method, path));
        self
    }

    /// Every route behind a key, and the description, which anybody may read.
    pub(crate) fn into_router(self, shared: &Shared) -> Router<Shared> {
        self.router
            .route_layer(from_fn_with_state(shared.clone(), with_key))
            .route("/v1/openapi.json", get(describe::openapi))
    }
}

/// Every route that needs a secret key.
pub(crate) fn routes() -> Routes {
    let routes = Routes {
        router: Router::new(),
        listed: Vec::new(),
    };
    routes
        .with(
            "get",
            "/v1/insight/overview",
            get(insight::overview::overview),
        )
        .with(
            "get",
            "/v1/insight/retention",
            get(insight::retention::retention),
        )
        .with("get", "/v1/insight/value", get(insight::value::value))
        .with("get", "/v1/attributes", get(attributes::list))
        .with("get", "/v1/segments", get(segments::list))
        .with("get", "/v1/segments/{name}", get(segments::show))
        .with("put", "/v1/segments/{name}", put(segments::put))
        .with("delete", "/v1/segments/{name}", delete(segments::remove))
        .with("get", "/v1/customers", get(customers::list))
        .with("post", "/v1/customers/query", post(customers::query))
        .with("get", "/v1/customers/{customer}", get(customers::show))
        .with("get", "/v1/customers/{customer}/export", get(trust::export))
        .with(
            "post",
            "/v1/customers/{customer}/adjustments",
            post(loyalty::adjust),
        )
        .with("post", "/v1/customers/{customer}/erase", post(trust::erase))
        .with("get", "/v1/events", get(events::list))
        .with("post", "/v1/merges", post(customers::merge))
        .with("delete", "/v1/merges/{merge}", delete(customers::unmerge))
}

/// Says that the server answers and its store can be read.
pub(crate) async fn health(State(shared): State<Shared>) -> Result<&'static str, Refusal> {
    shared
        .ask(|app| app.key_check("health").map(|_| ()))
        .await?;
    Ok("ok\n")
}

/// Lets in who bears a secret key of this shop. The store is asked each time, so that a revoked
/// key is refused at once.
async fn with_key(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match check_key(&shared, request.headers()).await {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn check_key(shared: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(header::AUTHORIZATION);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (scheme, key) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || key.trim().is_empty() {
        return Err(Refusal::NoKey);
    }
    let key = key.trim().to_owned();
    match shared.ask(move |app| app.key_check(&key)).await? {
        Some(KeyKind::Secret) => Ok(()),
        Some(KeyKind::Write) => Err(Refusal::WriteKey),
        None => Err(Refusal::UnknownKey),
    }
}

/// A time as the API writes it: RFC 3339 in UTC.
fn time(at: i64) -> String {
    Millis(at).to_string()
}
