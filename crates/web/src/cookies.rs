//! The cookies of somebody who signs in. Scripts read none of them, and no other site's form
//! brings them along.

use app::trust::NewSession;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::shared::Shared;

const SESSION: &str = "fanous_session";
/// What tells a browser that was here before from a stranger's; it opens nothing.
const DEVICE: &str = "fanous_device";
/// What brings the code of the second factor to the password that was right.
const CODE: &str = "fanous_code";
/// A cookie of this name is taken by browsers over TLS only, for this host and no other.
const HOST_ONLY: &str = "__Host-";
/// Who reads a shop's page, as the shop's back end said.
const USER: &str = "fanous_user";
const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;
const MONTH_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The token of the session that a browser sends.
pub(crate) fn session(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    get(shared, headers, SESSION)
}

/// What a browser keeps of an earlier login.
pub(crate) fn device(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    get(shared, headers, DEVICE)
}

/// What waits for the code of the second factor.
pub(crate) fn code(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    get(shared, headers, CODE)
}

/// The token of whoever reads a shop's page.
pub(crate) fn user(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    get(shared, headers, USER)
}

/// Keeps the token of whoever reads a shop's page until it ends.
pub(crate) fn put_user(shared: &Shared, token: &str, lasts_ms: i64, response: &mut Response) {
    put(shared, USER, token, Some(lasts_ms / 1_000), response);
}

/// Keeps a session that has begun.
pub(crate) fn begin(shared: &Shared, session: &NewSession, response: &mut Response) {
    let lasts = session.max_age_ms.map(|lasts_ms| lasts_ms / 1_000);
    put(shared, SESSION, session.token.reveal(), lasts, response);
    put_device(shared, session.device.reveal(), response);
    drop_one(shared, CODE, response);
}

/// Keeps what tells this browser from a stranger's.
pub(crate) fn put_device(shared: &Shared, device: &str, response: &mut Response) {
    put(shared, DEVICE, device, Some(YEAR_SECONDS), response);
}

/// Keeps the new token of a session.
pub(crate) fn rotate(shared: &Shared, token: &str, is_kept: bool, response: &mut Response) {
    let lasts = is_kept.then_some(MONTH_SECONDS);
    put(shared, SESSION, token, lasts, response);
}

/// Keeps what waits for the code.
pub(crate) fn wait_for_code(shared: &Shared, pass: &str, response: &mut Response) {
    put(shared, CODE, pass, None, response);
}

/// Forgets the session.
pub(crate) fn end(shared: &Shared, response: &mut Response) {
    drop_one(shared, SESSION, response);
}

fn name(shared: &Shared, name: &str) -> String {
    let before = if shared.options.is_secure {
        HOST_ONLY
    } else {
        ""
    };
    format!("{before}{name}")
}

fn get(shared: &Shared, headers: &HeaderMap, wanted: &str) -> Option<String> {
    let wanted = name(shared, wanted);
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|cookie| cookie.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookie| cookie.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == wanted)?;
    Some(value.to_owned())
}

fn put(
    shared: &Shared,
    cookie: &str,
    value: &str,
    lasts_seconds: Option<i64>,
    response: &mut Response,
) {
    let secure = if shared.options.is_secure {
        "; Secure"
    } else {
        ""
    };
    let lasts = lasts_seconds.map(|seconds| format!("; Max-Age={seconds}"));
    let lasts = lasts.unwrap_or_default();
    let name = name(shared, cookie);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{lasts}{secure}");
    // Tokens are hexadecimal, so nothing of them can break a header.
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn drop_one(shared: &Shared, cookie: &str, response: &mut Response) {
    put(shared, cookie, "", Some(0), response);
}
