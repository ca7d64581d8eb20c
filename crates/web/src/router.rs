//! Every address, and what stands before it.

use app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::compression::CompressionLayer;

use crate::errors::Refusal;
use crate::shared::Shared;
use crate::{WebOptions, api, assets, guard, pages, watch};

/// The pages, the API and the files of one shop.
pub fn router(app: App, options: WebOptions) -> Router {
    let shared = Shared::new(app, options);
    let body_bytes_max = shared.options.body_bytes_max;
    // The last layer is the outermost: a request meets them from the bottom up.
    Router::new()
        .route("/healthz", get(api::health))
        .route("/readyz", get(watch::ready))
        .merge(pages::routes())
        .merge(api::routes().into_router(&shared))
        .merge(assets::routes())
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(from_fn_with_state(shared.clone(), guard::names))
        .layer(from_fn_with_state(shared.clone(), guard::bound))
        .layer(from_fn(guard::dress))
        .layer(CompressionLayer::new())
        .layer(from_fn(guard::secure))
        .layer(from_fn_with_state(shared.clone(), guard::number))
        .with_state(shared)
}
