//! What requests ask for, read once: afterwards the types are the proof.

use std::convert::Infallible;

use app::customers::{ListQuery, PAGE_ROWS_MAX, Sort};
use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Json, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::ids::StreamId;
use domain::insight::RangeAsked;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::collect::Wanted;
use crate::errors::Refusal;

/// Rows of a page when nobody says how many.
const ROWS: u32 = 50;

/// The query of an address.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(Refusal::Unreadable(rejection.body_text())),
        }
    }
}

/// The names in an address.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(named)) => Ok(Self(named)),
            Err(rejection) => Err(Refusal::Unreadable(rejection.body_text())),
        }
    }
}

/// A body of JSON: an object with named fields.
pub(crate) struct Told<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Told<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let body = match Bytes::from_request(request, state).await {
            Ok(body) => body,
            Err(rejection) => return Err(unreadable(rejection.status(), rejection.body_text())),
        };
        // Reading would take the values of a list for fields in their order, which nobody promised.
        if body.trim_ascii_start().starts_with(b"[") {
            let sentence = "the body must be an object, not a list";
            return Err(Refusal::Unreadable(sentence.to_owned()));
        }
        let request = Request::from_parts(parts, Body::from(body));
        match Json::from_request(request, state).await {
            Ok(Json(told)) => Ok(Self(told)),
            Err(rejection) => Err(unreadable(rejection.status(), rejection.body_text())),
        }
    }
}

/// The fields of a form.
pub(crate) struct Filled<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Filled<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Form::from_request(request, state).await {
            Ok(Form(filled)) => Ok(Self(filled)),
            Err(rejection) => Err(unreadable(rejection.status(), rejection.body_text())),
        }
    }
}

fn unreadable(status: StatusCode, sentence: String) -> Refusal {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::TooLarge
    } else {
        Refusal::Unreadable(sentence)
    }
}

/// How much is said of a page's reader.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContextAsked {
    /// `1` for why each segment holds; only with a secret key.
    #[param(required = false)]
    pub(crate) explain: String,
}

/// Which customers, in which order. Empty values ask for nothing, as empty fields of a form do.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAsked {
    /// Words of a name, an address or a number.
    #[param(required = false)]
    pub(crate) query: String,
    /// `net` (the highest first), `orders`, `last_ordered` or `first_ordered` (the latest first).
    #[param(required = false)]
    pub(crate) sort: String,
    /// A predicate over attributes, such as `orders >= 3 && days_since(last_order) > 60`.
    #[serde(rename = "where")]
    #[param(required = false)]
    pub(crate) predicate: String,
    /// At most so many rows, 1 to 200.
    #[param(required = false, value_type = u32, minimum = 1, maximum = 200)]
    pub(crate) limit: String,
    /// The `next` of the page before.
    #[param(required = false)]
    pub(crate) cursor: String,
}

/// Which months of first orders, as the API is asked. Empty values ask for nothing.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthsAsked {
    /// The first month in the shop's calendar, such as `2011-01`; else that of the history.
    #[param(required = false, example = "2011-01")]
    pub(crate) from: String,
    /// The last month; else that of the newest fact.
    #[param(required = false, example = "2011-12")]
    pub(crate) to: String,
}

/// Which months, and what they are compared with, as the API is asked.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComparedAsked {
    /// The first month in the shop's calendar, such as `2011-01`; else that of the history.
    #[param(required = false, example = "2011-01")]
    pub(crate) from: String,
    /// The last month; else that of the newest fact.
    #[param(required = false, example = "2011-12")]
    pub(crate) to: String,
    /// `before` (as many months just before), `year` (the same months a year before) or `none`.
    #[param(required = false, example = "year")]
    pub(crate) compare: String,
}

/// How many days until now. An empty value asks for the usual ones.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysAsked {
    /// 90 when nothing is said; 0 is everything.
    #[param(required = false, value_type = u32, minimum = 0, maximum = 3660, example = 90)]
    pub(crate) days: String,
}

/// Days when nobody says how many.
const DAYS: u32 = 90;
/// Ten years and a little.
const DAYS_MAX: u32 = 3_660;

impl DaysAsked {
    /// The days that are asked for.
    pub(crate) fn days(&self) -> Result<u32, Refusal> {
        if self.days.is_empty() {
            return Ok(DAYS);
        }
        let days = self.days.parse().ok();
        let days = days.filter(|days| *days <= DAYS_MAX);
        let sentence = "`days` must be a number from 1 to 3660, or 0 for everything";
        days.ok_or_else(|| Refusal::Unreadable(sentence.to_owned()))
    }
}

impl From<MonthsAsked> for RangeAsked {
    fn from(it: MonthsAsked) -> Self {
        Self {
            from: it.from,
            to: it.to,
            compare: String::new(),
        }
    }
}

impl From<ComparedAsked> for RangeAsked {
    fn from(it: ComparedAsked) -> Self {
        Self {
            from: it.from,
            to: it.to,
            compare: it.compare,
        }
    }
}

/// Which months the address of a page asks for. Whatever stands there, the page is shown: what is
/// wrong with it is said on the page.
pub(crate) struct RangeFields(pub(crate) RangeAsked);

impl<S: Send + Sync> FromRequestParts<S> for RangeFields {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let mut asked = RangeAsked::default();
        for (name, value) in pairs.map(|Query(pairs)| pairs).unwrap_or_default() {
            let field = match name.as_str() {
                "from" => &mut asked.from,
                "to" => &mut asked.to,
                "compare" => &mut asked.compare,
                _ => continue,
            };
            if field.is_empty() {
                *field = value;
            }
        }
        Ok(Self(asked))
    }
}

/// Which of the events that came in lately. Empty values ask for nothing.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SeenAsked {
    /// A key by its id, or `none` for what came with no key of the shop's.
    #[param(required = false)]
    pub(crate) key: String,
    /// `accepted`, `duplicate` or `rejected`.
    #[param(required = false)]
    pub(crate) verdict: String,
    /// The word for a reason, such as `no_user_anon_id`.
    #[param(required = false)]
    pub(crate) reason: String,
    /// Any word: the page asks for itself again and again. The API answers once.
    #[serde(default)]
    #[param(required = false)]
    pub(crate) live: String,
}

impl SeenAsked {
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            key: &self.key,
            verdict: &self.verdict,
            reason: &self.reason,
        }
    }
}

/// Whose events, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsAsked {
    /// The customer: `cus_…` or `namespace:value`.
    pub(crate) customer: String,
    /// At most so many rows, 1 to 200.
    #[param(required = false, value_type = u32, minimum = 1, maximum = 200)]
    pub(crate) limit: String,
    /// The `next` of the page before.
    #[param(required = false)]
    pub(crate) cursor: String,
}

impl ListAsked {
    /// The query of the use case, without its predicate: that is read where the store is.
    pub(crate) fn query(&self) -> Result<ListQuery, Refusal> {
        Ok(ListQuery {
            search: self.query.clone(),
            sort: sort(&self.sort)?,
            after: cursor(&self.cursor)?,
            limit: limit(&self.limit)?,
            ..ListQuery::default()
        })
    }

    /// Whether any customer is left out.
    pub(crate) fn is_narrow(&self) -> bool {
        [&self.query, &self.predicate]
            .into_iter()
            .any(|text| !text.trim().is_empty())
    }

    /// The address of a page with this query, without the empty fields.
    pub(crate) fn address(&self) -> String {
        let fields = [
            ("where", &self.predicate),
            ("query", &self.query),
            ("sort", &self.sort),
            ("limit", &self.limit),
            ("cursor", &self.cursor),
        ];
        let pairs: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        if pairs.is_empty() {
            "/customers".to_owned()
        } else {
            format!("/customers?{}", pairs.join("&"))
        }
    }
}

/// A value as it stands in an address.
pub(crate) fn encoded(value: &str) -> String {
    let mut shown = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            shown.push(char::from(byte));
        } else {
            shown.push_str(&format!("%{byte:02X}"));
        }
    }
    shown
}

fn number<T: std::str::FromStr>(field: &str, text: &str) -> Result<Option<T>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| Refusal::Unreadable(format!("{field} must be a whole number"));
    text.parse().map(Some).map_err(wrong)
}

pub(crate) fn limit(text: &str) -> Result<u32, Refusal> {
    match number("limit", text)? {
        None => Ok(ROWS),
        Some(rows @ 1..=PAGE_ROWS_MAX) => Ok(rows),
        Some(_) => {
            let sentence = format!("limit must be from 1 to {PAGE_ROWS_MAX}");
            Err(Refusal::Unreadable(sentence))
        }
    }
}

pub(crate) fn sort(word: &str) -> Result<Sort, Refusal> {
    Ok(match word {
        "" | "net" => Sort::Net,
        "orders" => Sort::Orders,
        "last_ordered" => Sort::LastOrdered,
        "first_ordered" => Sort::FirstOrdered,
        _ => {
            let sentence = "sort must be net, orders, last_ordered or first_ordered";
            return Err(Refusal::Unreadable(sentence.to_owned()));
        }
    })
}

/// Writes where the next page of a list starts.
pub(crate) fn write_cursor((key, customer): (i64, StreamId)) -> String {
    format!("{key}~{customer}")
}

pub(crate) fn cursor(text: &str) -> Result<Option<(i64, StreamId)>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Refusal::Unreadable("this cursor is not one that a page gave".to_owned());
    let (key, customer) = text.split_once('~').ok_or_else(wrong)?;
    let key = key.parse().map_err(|_| wrong())?;
    Ok(Some((key, customer.parse().map_err(|_| wrong())?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back() {
        let customer = StreamId::from_bytes([7; 16]);
        for key in [-1, 0, i64::MAX, i64::MIN] {
            let read = cursor(&write_cursor((key, customer))).expect("own cursor");
            assert_eq!(read, Some((key, customer)));
        }
        for hostile in ["~", "1~", "x~cus_1", "1", "1~cus_zz"] {
            assert!(cursor(hostile).is_err(), "{hostile}");
        }
    }

    #[test]
    fn addresses_carry_only_what_was_asked() {
        let asked = ListAsked {
            query: "José & co".to_owned(),
            predicate: "orders >= 2".to_owned(),
            ..ListAsked::default()
        };
        assert_eq!(
            asked.address(),
            "/customers?where=orders%20%3E%3D%202&query=Jos%C3%A9%20%26%20co"
        );
        assert_eq!(ListAsked::default().address(), "/customers");
    }
}
