//! What stands before every handler: names, sizes, time, headers, and how a refusal is dressed.

use app::trust::TrustRefusal;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::errors::{Refusal, Refused, in_json};
use crate::gate::{page_before, to_login, to_proof};
use crate::i18n::speech_for;
use crate::pages::error_page;
use crate::shared::Shared;

/// Nothing is loaded, run, framed or sent anywhere but here; styles and scripts are files.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// Headers of every answer that does not say otherwise. What is shown is about people: it is kept
/// nowhere and stands in no other site's pages. Only files of ours say otherwise.
const HEADERS_UNLESS_SAID: [(HeaderName, &str); 2] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Sets the headers that keep a browser from doing what no page of ours asks for.
pub(crate) async fn secure(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if shared.options.is_secure {
        // Two years, as lists of sites that are never asked for in the clear want it.
        let always = HeaderValue::from_static("max-age=63072000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, always);
    }
    for (name, value) in HEADERS_UNLESS_SAID {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Gives each request a number of its own, by which its lines in the log belong together, and
/// tells the answer's receiver. What somebody sends as their own number is not taken: it could be
/// anything.
pub(crate) async fn number(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let id = shared.request_id();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// Gives a refusal its form: JSON under `/v1`, a page elsewhere. Logs each request without its
/// address, which may name a person.
pub(crate) async fn dress(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/v1/");
    let method = request.method().clone();
    let speech = speech_for(request.headers());
    let before = page_before(request.headers()).to_owned();
    let response = next.run(request).await;
    tracing::debug!(%method, is_api, status = response.status().as_u16(), "answered");
    let Some(Refused(refusal)) = response.extensions().get::<Refused>().cloned() else {
        return response;
    };
    let mut dressed = match *refusal {
        _ if is_api => in_json(&refusal),
        // Proved, they come back to the page on which they asked.
        Refusal::Trust(TrustRefusal::ProofNeeded) => to_proof(&before),
        Refusal::Trust(TrustRefusal::NotSignedIn) => to_login(&before),
        _ => error_page(speech, &refusal),
    };
    // Which methods an address takes is known to the router alone.
    if let Some(methods) = response.headers().get(header::ALLOW) {
        dressed.headers_mut().insert(header::ALLOW, methods.clone());
    }
    dressed
}

/// Bounds how many requests are in the house and how long each may stay.
pub(crate) async fn bound(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let Ok(_seat) = shared.seats.try_acquire() else {
        return Refusal::Busy.into_response();
    };
    match tokio::time::timeout(shared.options.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::TooSlow.into_response(),
    }
}

/// Refuses names that are not this server's, and forms that other sites send.
pub(crate) async fn names(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = text(headers, header::HOST).unwrap_or_default();
    if !shared
        .options
        .hosts
        .iter()
        .any(|known| known == name_of(&host.to_ascii_lowercase()))
    {
        return Refusal::Host.into_response();
    }
    let is_safe = [Method::GET, Method::HEAD].contains(request.method());
    let is_form = !is_safe && !request.uri().path().starts_with("/v1/");
    if is_form && !is_same_origin(headers, host) {
        return Refusal::OtherSite.into_response();
    }
    next.run(request).await
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The name in a `Host`, without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a browser says that a form came from our own page. Who says nothing is no browser of
/// this century and can use the API.
fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    let fetched = text(headers, "sec-fetch-site");
    let origin = text(headers, header::ORIGIN);
    let from_here = |origin: &str| {
        origin
            .split_once("://")
            .is_some_and(|(_, name)| name.eq_ignore_ascii_case(host))
    };
    fetched.is_none_or(|site| site == "same-origin")
        && origin.is_none_or(from_here)
        && (fetched.is_some() || origin.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_loses_its_port_and_nothing_else() {
        let check = |host: &str, name: &str| assert_eq!(name_of(host), name);
        check("localhost:8080", "localhost");
        check("localhost", "localhost");
        check("[::1]:8080", "[::1]");
        check("[::1]", "[::1]");
        check("localhost:80.evil.example", "localhost:80.evil.example");
    }

    #[test]
    fn forms_come_from_our_own_pages() {
        let check = |fetched: &str, origin: &str, same: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in [("sec-fetch-site", fetched), ("origin", origin)] {
                if !value.is_empty() {
                    let value = HeaderValue::from_str(value).expect("a header");
                    headers.insert(HeaderName::from_static(name), value);
                }
            }
            let got = is_same_origin(&headers, "127.0.0.1:8080");
            assert_eq!(got, same, "{fetched} {origin}");
        };
        check("same-origin", "http://127.0.0.1:8080", true);
        check("same-origin", "", true);
        check("", "http://127.0.0.1:8080", true);
        check("", "", false);
        check("cross-site", "http://127.0.0.1:8080", false);
        check("same-site", "", false);
        check("", "http://127.0.0.1:9090", false);
        check("", "null", false);
        check("none", "", false);
    }
}
