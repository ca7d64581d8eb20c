//! `GET /v1/insight/experience`: the twin of the page about the experience.

use app::insight::{Experience, ExperienceCell, Insight, Stops};
use axum::Json;
use domain::trust::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::date;
use crate::asked::{Asked, DaysAsked};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// How is it to be a customer? A customer counts once at each touchpoint on each channel, by the
/// latest time there. Every interval is of 95 %.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ExperienceAnswer {
    /// The period in days until `to`; 0 is everything.
    days: u32,
    /// The first day of the period; none when nothing was ever told.
    from: Option<String>,
    /// The last day that was watched, in the shop's zone.
    #[schema(example = "2011-12-09")]
    to: String,
    /// Customers who were anywhere in the period.
    customers: u64,
    /// The places at which anybody was.
    cells: Vec<ExperienceCellAnswer>,
    /// The places on the way at which most stop, at most one of a touchpoint and at most three, as
    /// numbers of `cells` from 0: the highest share first. `received` and `reviewed` are not on
    /// the way.
    worst: Vec<usize>,
}

/// One touchpoint on one channel.
#[derive(Debug, Serialize, ToSchema)]
struct ExperienceCellAnswer {
    /// A stage of buying, `help` (complained) or `return` (got money back).
    #[schema(example = "checkout")]
    touchpoint: &'static str,
    #[schema(example = "web")]
    channel: &'static str,
    /// Customers whose latest time there lies in the period.
    entered: u64,
    /// Those of them who went on from there.
    went_on: u64,
    /// Those who have not and may still.
    waiting: u64,
    /// Those who stopped; none where nothing that goes on is told of.
    stops: Option<StopsAnswer>,
    /// Half of those who went on took no more seconds.
    median_seconds: Option<u32>,
    /// Nine in ten took no more.
    slow_seconds: Option<u32>,
    /// The predicate that lists the customers who were last seen at this touchpoint and were on
    /// this channel.
    #[schema(example = "stage == \"checkout\" && \"web\" in channels")]
    predicate: String,
}

/// How many stopped.
#[derive(Debug, Serialize, ToSchema)]
struct StopsAnswer {
    /// Days after which who has not gone on has stopped.
    patience_days: u32,
    /// Customers who were there longer ago than that.
    watched: u64,
    /// Those of them who have not gone on.
    stopped: u64,
    share: f64,
    low: f64,
    high: f64,
}

impl ExperienceAnswer {
    fn of(it: &Experience) -> Self {
        Self {
            days: it.days,
            from: it.first_day.map(date),
            to: date(it.today),
            customers: it.customers,
            cells: it.cells.iter().map(ExperienceCellAnswer::of).collect(),
            worst: it.worst.clone(),
        }
    }
}

impl ExperienceCellAnswer {
    fn of(it: &ExperienceCell) -> Self {
        Self {
            touchpoint: it.touchpoint.word(),
            channel: it.channel.word(),
            entered: it.entered,
            went_on: it.went_on,
            waiting: it.waiting,
            stops: it.stops.map(StopsAnswer::from),
            median_seconds: it.median_s,
            slow_seconds: it.slow_s,
            predicate: it.predicate.clone(),
        }
    }
}

impl From<Stops> for StopsAnswer {
    fn from(it: Stops) -> Self {
        let Stops {
            patience_days,
            watched,
            stopped,
            share,
            low,
            high,
        } = it;
        Self {
            patience_days,
            watched,
            stopped,
            share,
            low,
            high,
        }
    }
}

/// Experience: how many are at each touchpoint on each channel, how long it takes them to go on,
/// and how many stop.
#[utoipa::path(
    get,
    path = "/v1/insight/experience",
    tag = "insight",
    params(DaysAsked),
    responses(
        (status = 200, body = ExperienceAnswer),
        (status = 400, body = ErrorAnswer, description = "`unreadable`: no such days"),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 503, body = ErrorAnswer,
            description = "`warming`: the customers are still being read; try again"),
    ),
    security(("secret_key" = []))
)]
pub(in crate::api) async fn experience(
    asking: Asking,
    Asked(asked): Asked<DaysAsked>,
) -> Result<Json<ExperienceAnswer>, Refusal> {
    let days = asked.days()?;
    let read = asking.read(Permission::SeeFigures, move |app| app.experience(days));
    match read.await? {
        Insight::Warming(percent) => Err(Refusal::Warming(percent)),
        Insight::Ready(experience) => Ok(Json(ExperienceAnswer::of(&experience))),
    }
}
