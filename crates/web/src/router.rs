//! Every address, and what stands before it.

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::compression::CompressionLayer;

use crate::door::bring_in;
use crate::errors::Refusal;
use crate::gate::{Endpoint, Gate, Routes};
use crate::shared::Shared;
use crate::{WebOptions, api, assets, collect, export, guard, pages, watch};

/// Every address that is served, with what it needs.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    routes().endpoints()
}

fn routes() -> Routes {
    Routes::default()
        .get("/healthz", Gate::Anybody, api::health)
        .get("/readyz", Gate::Anybody, watch::ready)
        .and(assets::routes())
        .and(pages::routes())
        .and(api::routes())
        .and(collect::routes())
}

/// The pages, the API and the files of one shop.
pub fn router(app: App, options: WebOptions) -> Router {
    let shared = Shared::new(app, options);
    let body_bytes_max = shared.options.body_bytes_max;
    // The last layer is the outermost: a request meets them from the bottom up.
    routes()
        .into_router(&shared)
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn(export::take))
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(from_fn_with_state(shared.clone(), guard::bound))
        .layer(from_fn_with_state(shared.clone(), bring_in))
        .layer(from_fn_with_state(shared.clone(), guard::names))
        .layer(from_fn(guard::dress))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(shared.clone(), guard::secure))
        .layer(from_fn(collect::cross_origin))
        .layer(from_fn_with_state(shared.clone(), guard::number))
        .with_state(shared)
}
