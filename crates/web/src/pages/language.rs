//! The choice of a language: a form on every page, without a script.

use axum::http::header::{HOST, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::asked::Filled;
use crate::errors::Refusal;
use crate::i18n::{choice_cookie, speech_named};

#[derive(Deserialize)]
pub(super) struct LanguageForm {
    lang: String,
}

/// Keeps the choice and shows the page again from which it was made.
pub(super) async fn choose(
    headers: HeaderMap,
    Filled(form): Filled<LanguageForm>,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::Unreadable("lang must be one of the languages there are".to_owned());
    let speech = speech_named(&form.lang).ok_or_else(unknown)?;
    let cookie = HeaderValue::from_str(&choice_cookie(speech)).expect("tags are plain text");
    let mut response = Redirect::to(page_before(&headers)).into_response();
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// The page of ours on which the form stood. Another site's address leads to the first page, as
/// one would that starts with two slashes.
fn page_before(headers: &HeaderMap) -> &str {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let path = || {
        let (_, rest) = text(REFERER)?.split_once("://")?;
        let path = rest.strip_prefix(text(HOST)?)?;
        let is_ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
        is_ours.then_some(path)
    };
    path().unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_our_own_are_shown_again() {
        let check = |referer: &'static str, page: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
            headers.insert(REFERER, HeaderValue::from_static(referer));
            assert_eq!(page_before(&headers), page, "{referer}");
        };
        check(
            "http://127.0.0.1:8080/customers?query=a",
            "/customers?query=a",
        );
        check("http://127.0.0.1:8080/", "/");
        check("http://127.0.0.1:80801/x", "/");
        check("http://127.0.0.1:8080//evil.example/", "/");
        check("http://127.0.0.1:8080/\\evil.example", "/");
        check("http://evil.example/", "/");
        check("", "/");
        assert_eq!(page_before(&HeaderMap::new()), "/");
    }
}
