//! `GET /v1/insight/visits`: the twin of the visits page.

use app::visits::{PageRow, Stretch, VisitFigures, VisitMonth, VisitRow, Visits};
use axum::Json;
use domain::money::Currency;
use domain::trust::Permission;
use domain::visits::Dimension;
use serde::Serialize;
use utoipa::ToSchema;

use super::date;
use crate::asked::{Asked, ComparedAsked};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// Where people come from, what they look at, and what comes of it. Amounts are in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct VisitsAnswer {
    currency: String,
    currency_exponent: u32,
    /// The first and the last day that is counted; none when nobody ever came.
    from: Option<String>,
    to: Option<String>,
    figures: FiguresAnswer,
    compared: Option<VisitsComparedAnswer>,
    /// The newest days beside as many before, whatever was chosen.
    stretches: Vec<StretchAnswer>,
    /// Each month, or each day of a short time.
    months: Vec<VisitMonthAnswer>,
    /// The visits under each name of each dimension, the most first; `(other)` for what has no
    /// row of its own.
    dimensions: Vec<DimensionAnswer>,
    pages: Vec<PageAnswer>,
    /// Visits by weekday (Monday first) and hour in the shop's zone.
    hours: Vec<Vec<i64>>,
}

/// Visits of some days.
#[derive(Debug, Serialize, ToSchema)]
struct FiguresAnswer {
    visits: i64,
    /// By people who had never been here.
    new: i64,
    /// By people who had; the rest agreed to nothing and is counted without an id.
    returning: i64,
    /// First orders to which these visits led.
    first_orders: i64,
    repeat_orders: i64,
    /// What those orders came to.
    value: i64,
    /// Visits of one page, of the new and the returning ones.
    bounces: i64,
    /// Pages looked at in those visits.
    visit_views: i64,
    /// Seconds from the first to the last sign of life of those visits.
    seconds: i64,
    page_views: i64,
}

/// The days with which they are compared.
#[derive(Debug, Serialize, ToSchema)]
struct VisitsComparedAnswer {
    from: String,
    to: String,
    figures: FiguresAnswer,
}

/// The newest days beside as many before.
#[derive(Debug, Serialize, ToSchema)]
struct StretchAnswer {
    days: i32,
    to: String,
    now: FiguresAnswer,
    /// None where the history begins later.
    before: Option<FiguresAnswer>,
}

/// One month or one day.
#[derive(Debug, Serialize, ToSchema)]
struct VisitMonthAnswer {
    from: String,
    /// The month in the shop's calendar; none for a single day.
    month: Option<String>,
    is_running: bool,
    figures: FiguresAnswer,
}

/// The visits under each name.
#[derive(Debug, Serialize, ToSchema)]
struct DimensionAnswer {
    /// `class`, `source`, `campaign`, `words`, `skill`, `landing`, `exit`, `content`, `place`,
    /// `device`, `browser` or `system`.
    dimension: &'static str,
    rows: Vec<VisitRowAnswer>,
}

/// The visits under one name.
#[derive(Debug, Serialize, ToSchema)]
struct VisitRowAnswer {
    name: String,
    visits: i64,
    new: i64,
    returning: i64,
    first_orders: i64,
    repeat_orders: i64,
    value: i64,
    searches: i64,
}

/// One page of the shop.
#[derive(Debug, Serialize, ToSchema)]
struct PageAnswer {
    path: String,
    views: i64,
    landings: i64,
    exits: i64,
    /// Seconds that it was looked at on average.
    seconds: Option<i64>,
    /// Its place in the order of clicks on average.
    position: Option<f64>,
}

impl VisitsAnswer {
    fn of(it: &Visits, currency: Currency) -> Self {
        let (from, to) = it.days;
        let has_days = it.history.is_some();
        Self {
            currency: currency.code().to_owned(),
            currency_exponent: currency.exponent(),
            from: has_days.then(|| date(from)),
            to: has_days.then(|| date(to)),
            figures: it.figures.into(),
            compared: it
                .compared
                .map(|((from, to), figures)| VisitsComparedAnswer {
                    from: date(from),
                    to: date(to),
                    figures: figures.into(),
                }),
            stretches: it.stretches.iter().map(StretchAnswer::from).collect(),
            months: it.months.iter().map(VisitMonthAnswer::from).collect(),
            dimensions: it.tables.iter().map(of_dimension).collect(),
            pages: it.pages.iter().map(PageAnswer::from).collect(),
            hours: it.hours.iter().map(|hours| hours.to_vec()).collect(),
        }
    }
}

fn of_dimension((dimension, rows): (&Dimension, &Vec<VisitRow>)) -> DimensionAnswer {
    DimensionAnswer {
        dimension: dimension.word(),
        rows: rows.iter().map(VisitRowAnswer::from).collect(),
    }
}

impl From<VisitFigures> for FiguresAnswer {
    fn from(it: VisitFigures) -> Self {
        Self {
            visits: it.visits,
            new: it.new,
            returning: it.returning,
            first_orders: it.first_orders,
            repeat_orders: it.repeat_orders,
            value: it.value,
            bounces: it.bounces,
            visit_views: it.visit_views,
            seconds: it.seconds,
            page_views: it.page_views,
        }
    }
}

impl From<&Stretch> for StretchAnswer {
    fn from(it: &Stretch) -> Self {
        Self {
            days: it.days,
            to: date(it.to),
            now: it.now.into(),
            before: it.before.map(FiguresAnswer::from),
        }
    }
}

impl From<&VisitMonth> for VisitMonthAnswer {
    fn from(it: &VisitMonth) -> Self {
        Self {
            from: date(it.from),
            month: it.month.map(|month| month.to_string()),
            is_running: it.is_running,
            figures: it.figures.into(),
        }
    }
}

impl From<&VisitRow> for VisitRowAnswer {
    fn from(it: &VisitRow) -> Self {
        Self {
            name: it.name.clone(),
            visits: it.figures.visits,
            new: it.figures.new,
            returning: it.figures.returning,
            first_orders: it.figures.first_orders,
            repeat_orders: it.figures.repeat_orders,
            value: it.figures.value,
            searches: it.searches,
        }
    }
}

impl From<&PageRow> for PageAnswer {
    fn from(it: &PageRow) -> Self {
        Self {
            path: it.name.clone(),
            views: it.views,
            landings: it.landings,
            exits: it.exits,
            seconds: it.seconds,
            position: it.position,
        }
    }
}

/// Visits: where people come from, and what comes of it. `from` and `to` choose months, `compare`
/// what they are compared with.
#[utoipa::path(
    get,
    path = "/v1/insight/visits",
    tag = "insight",
    params(ComparedAsked),
    responses(
        (status = 200, body = VisitsAnswer),
        (status = 400, body = ErrorAnswer, description = "`unreadable`: no such months"),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(in crate::api) async fn visits(
    asking: Asking,
    Asked(asked): Asked<ComparedAsked>,
) -> Result<Json<VisitsAnswer>, Refusal> {
    let asked = asked.into();
    let currency = asking.shared.app.in_force().settings.currency;
    let visits = asking
        .read(Permission::SeeFigures, move |app| app.visits(&asked))
        .await?;
    match &visits.chosen {
        Ok(_) => Ok(Json(VisitsAnswer::of(&visits, currency))),
        Err(error) => Err(Refusal::Unreadable(error.to_string())),
    }
}
