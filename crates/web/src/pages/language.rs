//! The choice of a language: a form on every page, without a script.

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::asked::Filled;
use crate::errors::Refusal;
use crate::gate::page_before;
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
