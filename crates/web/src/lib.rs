//! Pages and the JSON API: the only floor that knows HTTP and HTML.
//!
//! It may ask `app` and name `domain`; it never sees the store. A handler finds, asks and answers.
//! Start reading at `router`; `errors` says which refusal becomes which status, `i18n` where the
//! words come from, `charts` how figures are drawn.

mod api;
mod asked;
mod assets;
mod charts;
mod errors;
mod format;
mod groups;
mod guard;
mod i18n;
mod layout;
mod pages;
mod router;
mod shared;
mod watch;

use std::future::Future;
use std::io;
use std::time::Duration;

use app::App;
use tokio::net::TcpListener;

pub use router::router;

/// How the pages and the API are served.
#[derive(Debug, Clone)]
pub struct WebOptions {
    /// Use cases that run at once; they block a thread each.
    pub asks_max: usize,
    /// Requests that may be in the house at once; one more is asked to come again.
    pub requests_max: usize,
    /// The largest body of a request, in bytes.
    pub body_bytes_max: usize,
    /// After this a request is answered with an apology.
    pub request_timeout: Duration,
    /// The names under which the pages may be called, without ports. Any other `Host` is refused,
    /// so that a stranger's domain that leads here cannot read what is here.
    pub hosts: Vec<String>,
    /// Another shop, served elsewhere, to which every page has a switch.
    pub neighbour: Option<Neighbour>,
}

/// Another shop, served elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its name.
    pub name: String,
    /// Where it is served: `http://127.0.0.1:7778/`.
    pub address: String,
}

impl Default for WebOptions {
    fn default() -> Self {
        Self {
            asks_max: 16,
            requests_max: 512,
            body_bytes_max: 1 << 20,
            request_timeout: Duration::from_secs(30),
            hosts: ["localhost", "127.0.0.1", "[::1]"]
                .map(str::to_owned)
                .to_vec(),
            neighbour: None,
        }
    }
}

/// Serves pages and API until `shutdown` is done and the requests on their way are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: App,
    options: WebOptions,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(app, options))
        .with_graceful_shutdown(shutdown)
        .await
}

/// Serves the figures by which a node is watched, on a listener of their own, until `shutdown`.
///
/// # Errors
/// When the listener fails.
pub async fn serve_metrics(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, watch::router(app, WebOptions::default()))
        .with_graceful_shutdown(shutdown)
        .await
}
