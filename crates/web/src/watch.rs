//! What watches over a node asks: does it live, is it ready, and its figures in Prometheus' text.

use std::fmt::Write;

use app::App;
use app::running::{Gauges, Waiting};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::errors::Refusal;
use crate::shared::Shared;
use crate::{WebOptions, guard};

/// Text of this kind and version is what Prometheus reads.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether requests may be sent here. A population that is still being read is no reason against
/// it: the pages say so and answer.
pub(crate) async fn ready(State(shared): State<Shared>) -> Response {
    match shared.ask(App::readiness).await {
        Ok(readiness) if readiness.is_ready() => match readiness.warming_percent {
            Some(percent) => format!("ready, {percent}% of the population is read\n"),
            None => "ready\n".to_owned(),
        }
        .into_response(),
        Ok(readiness) => {
            let behind = readiness.behind;
            let text = format!("not ready: the lists are {behind} changes behind\n");
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
        Err(refusal) => {
            tracing::warn!(?refusal, "not ready");
            let text = "not ready: the store does not answer\n";
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
    }
}

/// The figures of one shop, for a listener of their own: they say how much a shop sells.
pub(crate) fn router(app: App, options: WebOptions) -> Router {
    let shared = Shared::new(app, options);
    Router::new()
        .route("/metrics", get(metrics))
        .fallback(async || Refusal::NotFound)
        // A stranger's domain that leads here may not read them either.
        .layer(from_fn_with_state(shared.clone(), guard::names))
        .layer(from_fn_with_state(shared.clone(), guard::bound))
        .layer(from_fn(guard::dress))
        .layer(from_fn_with_state(shared.clone(), guard::secure))
        .with_state(shared)
}

async fn metrics(State(shared): State<Shared>) -> Result<Response, Refusal> {
    let gauges = shared.ask(App::gauges).await?;
    Ok(([(header::CONTENT_TYPE, PROMETHEUS)], text(&gauges)).into_response())
}

/// The text that Prometheus reads: for each figure what it is, its kind, and its value.
fn text(gauges: &Gauges) -> String {
    let mut text = String::new();
    let mut put = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "# HELP fanous_{name} {help}\n# TYPE fanous_{name} {kind}\nfanous_{name} {value}\n"
        );
    };
    let readiness = gauges.readiness;
    put(
        "ready",
        "gauge",
        "1 when requests may be sent here.",
        u64::from(readiness.is_ready()),
    );
    put(
        "lists_behind",
        "gauge",
        "Changes that the lists have not followed.",
        readiness.behind,
    );
    put(
        "changes_total",
        "counter",
        "Changes of customers ever committed.",
        gauges.changes,
    );
    put(
        "store_bytes",
        "gauge",
        "Bytes of tables and indexes.",
        gauges.store_bytes,
    );
    if let Some(bytes) = gauges.log_bytes {
        put("log_bytes", "gauge", "Bytes of SQLite's log.", bytes);
    }
    if let Some(customers) = gauges.customers {
        put(
            "population_customers",
            "gauge",
            "Customers in the population.",
            customers,
        );
    }
    let waiting = gauges.waiting;
    for (name, queue) in [
        ("inbox", waiting.inbox),
        ("outbox", waiting.outbox),
        ("due", waiting.due),
        ("order_news", waiting.order_news),
    ] {
        put(
            &format!("{name}_waiting"),
            "gauge",
            "How many wait.",
            queue.count,
        );
        let help = "How long the oldest has waited.";
        put(
            &format!("{name}_oldest_seconds"),
            "gauge",
            help,
            seconds(queue, gauges.now_ms),
        );
    }
    text
}

fn seconds(waiting: Waiting, now_ms: i64) -> u64 {
    let since = waiting.oldest.map_or(0, |oldest| now_ms - oldest.0);
    u64::try_from(since / 1_000).unwrap_or(0)
}
