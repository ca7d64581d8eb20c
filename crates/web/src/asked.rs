//! What requests ask for, read once: afterwards the types are the proof.

use app::customers::{ListFilter, ListQuery, Sort};
use app::{App, InForce};
use axum::extract::{Form, FromRequest, FromRequestParts, Json, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::customers::Standing;
use domain::ids::StreamId;
use domain::time::{Day, Millis, Month, parse_time};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::errors::Refusal;

/// Rows of a page when nobody says how many.
const ROWS: u32 = 50;
/// Every standing, in the order of a customer's life.
pub(crate) const STANDINGS: [Standing; 5] = [
    Standing::Prospect,
    Standing::New,
    Standing::Returning,
    Standing::WonBack,
    Standing::Lapsed,
];

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

/// A body of JSON.
pub(crate) struct Told<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Told<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
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
    /// `prospect`, `new`, `returning`, `won_back` or `lapsed`.
    #[param(required = false)]
    pub(crate) standing: String,
    /// The country of the latest order, as the shop writes it.
    #[param(required = false)]
    pub(crate) country: String,
    /// At least so many orders.
    #[param(required = false, value_type = i64)]
    pub(crate) orders_min: String,
    /// Last ordered at or after this time: RFC 3339, or a date in the shop's zone.
    #[param(required = false)]
    pub(crate) ordered_from: String,
    /// Last ordered before this time.
    #[param(required = false)]
    pub(crate) ordered_before: String,
    /// Last ordered in this month of the shop's calendar, such as `2011-03`.
    #[param(required = false)]
    pub(crate) ordered_month: String,
    /// First ordered in this month of the shop's calendar, such as `2011-03`.
    #[param(required = false)]
    pub(crate) first_ordered_month: String,
    /// At most so many rows, 1 to 200.
    #[param(required = false, value_type = u32)]
    pub(crate) limit: String,
    /// The `next` of the page before.
    #[param(required = false)]
    pub(crate) cursor: String,
}

/// Whose events, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsAsked {
    /// The customer: `cus_…` or `namespace:value`.
    pub(crate) customer: String,
    /// At most so many rows, 1 to 200.
    #[param(required = false, value_type = u32)]
    pub(crate) limit: String,
    /// The `next` of the page before.
    #[param(required = false)]
    pub(crate) cursor: String,
}

impl ListAsked {
    /// The query of the use case.
    pub(crate) fn query(&self, app: &App) -> Result<ListQuery, Refusal> {
        let in_force = app.in_force();
        let time = |text: &str| match text {
            "" => Ok(None),
            text => parse_time(text, &in_force.settings.zone)
                .map(Some)
                .map_err(|error| Refusal::Unreadable(error.to_string())),
        };
        let (ordered_from, ordered_before) = month_bounds(&self.ordered_month, &in_force)?;
        let (first_from, first_before) = month_bounds(&self.first_ordered_month, &in_force)?;
        Ok(ListQuery {
            search: self.query.clone(),
            filter: ListFilter {
                country: (!self.country.is_empty()).then(|| self.country.clone()),
                orders_min: number("orders_min", &self.orders_min)?.unwrap_or(0),
                ordered_from: time(&self.ordered_from)?.or(ordered_from),
                ordered_before: time(&self.ordered_before)?.or(ordered_before),
                first_ordered_from: first_from,
                first_ordered_before: first_before,
                ..ListFilter::default()
            },
            standing: standing(&self.standing)?,
            sort: sort(&self.sort)?,
            after: cursor(&self.cursor)?,
            limit: number("limit", &self.limit)?.unwrap_or(ROWS),
        })
    }

    /// Whether any customer is left out.
    pub(crate) fn is_narrow(&self) -> bool {
        let narrowing = [
            &self.query,
            &self.standing,
            &self.country,
            &self.orders_min,
            &self.ordered_from,
            &self.ordered_before,
            &self.ordered_month,
            &self.first_ordered_month,
        ];
        narrowing.into_iter().any(|text| !text.is_empty())
    }

    /// The address of a page with this query, without the empty fields.
    pub(crate) fn address(&self) -> String {
        let fields = [
            ("query", &self.query),
            ("sort", &self.sort),
            ("standing", &self.standing),
            ("country", &self.country),
            ("orders_min", &self.orders_min),
            ("ordered_from", &self.ordered_from),
            ("ordered_before", &self.ordered_before),
            ("ordered_month", &self.ordered_month),
            ("first_ordered_month", &self.first_ordered_month),
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
    Ok(number("limit", text)?.unwrap_or(ROWS))
}

fn standing(word: &str) -> Result<Option<Standing>, Refusal> {
    if word.is_empty() {
        return Ok(None);
    }
    let found = STANDINGS
        .into_iter()
        .find(|standing| standing.word() == word);
    found.map(Some).ok_or_else(|| {
        let words = STANDINGS.map(Standing::word).join(", ");
        Refusal::Unreadable(format!("standing must be one of {words}"))
    })
}

fn sort(word: &str) -> Result<Sort, Refusal> {
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

fn cursor(text: &str) -> Result<Option<(i64, StreamId)>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Refusal::Unreadable("this cursor is not one that a page gave".to_owned());
    let (key, customer) = text.split_once('~').ok_or_else(wrong)?;
    let key = key.parse().map_err(|_| wrong())?;
    Ok(Some((key, customer.parse().map_err(|_| wrong())?)))
}

type Bounds = (Option<Millis>, Option<Millis>);

fn month_bounds(text: &str, in_force: &InForce) -> Result<Bounds, Refusal> {
    if text.is_empty() {
        return Ok((None, None));
    }
    let wrong = || Refusal::Unreadable(format!("“{text}” is not a month such as 2011-03"));
    let (year, month) = text.split_once('-').ok_or_else(wrong)?;
    let year: i32 = year.parse().map_err(|_| wrong())?;
    let month: i32 = month.parse().map_err(|_| wrong())?;
    if !(1..=2_500).contains(&year) || !(1..=12).contains(&month) {
        return Err(wrong());
    }
    let month = Month(year * 12 + month - 1);
    let start = |month| in_force.settings.zone.day_start(first_day(month, in_force));
    Ok((Some(start(month)), Some(start(Month(month.0 + 1)))))
}

/// The first day of a month of the shop's calendar, found by halving: the calendar itself need
/// only say in which month a day lies.
fn first_day(month: Month, in_force: &InForce) -> Day {
    // From the year 1 to the year 3200 or so, in days since 1970.
    let (mut before, mut reached) = (-720_000, 450_000);
    while reached - before > 1 {
        let middle = before + (reached - before) / 2;
        if in_force.fold.month_of_day(Day(middle)) < month {
            before = middle;
        } else {
            reached = middle;
        }
    }
    Day(reached)
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
            orders_min: "2".to_owned(),
            ..ListAsked::default()
        };
        assert_eq!(
            asked.address(),
            "/customers?query=Jos%C3%A9%20%26%20co&orders_min=2"
        );
        assert_eq!(ListAsked::default().address(), "/customers");
    }
}
