//! `GET /v1/insight/retention`: the twin of the retention page.

use app::insight::{
    Change, CohortRow, CohortSummary, ContentRow, CurvePoint, Differs, Door, Insight, Rarely,
    RetentionOf, RetentionPeriod, ShareBy, TimeTo, Waiting,
};
use axum::Json;
use domain::trust::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::date;
use crate::asked::{Asked, MonthsAsked};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// Do they come back, and when is it too late? Every interval is of 95 %.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct RetentionAnswer {
    /// The last day that was watched, in the shop's zone.
    #[schema(example = "2011-12-09")]
    to: String,
    /// Customers with an order.
    buyers: u64,
    /// Customers with orders on more days than one.
    repeat_buyers: u64,
    /// The time from the first to the second day with an order; none without buyers.
    second_order: Option<TimeToAnswer>,
    /// The day after which a one-time buyer rarely returns; none when too few return to say.
    rarely: Option<RarelyAnswer>,
    /// The newest buyers against those of the year before; none when either are too few.
    newest: Option<ChangeAnswer>,
    /// One-time buyers who have not reached that day.
    in_window: Option<DoorAnswer>,
    /// One-time buyers who reach it within two weeks.
    about_to_cross: Option<DoorAnswer>,
    /// All one-time buyers by how long ago they ordered, the newest first.
    waiting: Vec<WaitingAnswer>,
    /// The time from the first to the second visit; none without visits.
    second_visit: Option<TimeToAnswer>,
    /// The months that were asked for, with the buyers whose first order lies in them; none when
    /// all were.
    chosen: Option<ChosenCohorts>,
    /// What the cohorts below say together; none when too few buyers were watched.
    cohort_summary: Option<CohortSummaryAnswer>,
    /// Buyers by the month of their first order: of the months that were asked for.
    cohorts: Vec<CohortAnswer>,
    /// The share of all visitors who visited again within 30 days (Kaplan–Meier).
    back_in_all: Option<ShareAnswer>,
    /// The same by the kind of content that the first visit began with, the most returning first.
    contents: Vec<ContentAnswer>,
}

/// Buyers whose first order lies in some months. Everything outside of this object, but for the
/// cohorts, is of all customers.
#[derive(Debug, Serialize, ToSchema)]
struct ChosenCohorts {
    /// The first month.
    #[schema(example = "2011-01")]
    from: String,
    /// The last month.
    #[schema(example = "2011-03")]
    to: String,
    /// The predicate that lists the buyers.
    predicate: String,
    /// The time from their first to their second day with an order; none without buyers.
    second_order: Option<TimeToAnswer>,
}

/// The time until something happens again, by Kaplan and Meier: who has not come back yet counts
/// for as long as they were watched.
#[derive(Debug, Serialize, ToSchema)]
struct TimeToAnswer {
    /// The day of the earliest first time.
    from: String,
    /// How many were there a first time.
    people: u64,
    /// How many of them came back so far.
    returned: u64,
    /// Days until half of them are back; none when fewer ever are.
    median_days: Option<u32>,
    /// The lower end of its interval; none when the data do not reach it.
    median_low_days: Option<u32>,
    /// The upper end of its interval; none when the data do not reach it.
    median_high_days: Option<u32>,
    /// The share who are back after 30, 90, 180 and 365 days, as far as anybody was watched.
    shares: Vec<ShareAnswer>,
    /// The whole curve.
    curve: Vec<PointAnswer>,
}

/// The share who are back after so many days.
#[derive(Debug, Serialize, ToSchema)]
struct ShareAnswer {
    days: u32,
    share: f64,
    low: f64,
    high: f64,
    /// How many were still waited for and watched for longer.
    watched: u64,
}

/// One point of a curve: the share who are back by that day.
#[derive(Debug, Serialize, ToSchema)]
struct PointAnswer {
    days: u32,
    share: f64,
    low: f64,
    high: f64,
    /// How many were being waited for just before.
    at_risk: u64,
}

/// The day by which nine in ten of those are back who come back within the horizon.
#[derive(Debug, Serialize, ToSchema)]
struct RarelyAnswer {
    days: u32,
    low_days: u32,
    /// None when the data do not bound it.
    high_days: Option<u32>,
    horizon_days: u32,
}

/// The share of the newest buyers who ordered again soon, against that of those before.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeAnswer {
    /// Days within which they ordered again.
    within_days: u32,
    /// The newest: their first order lies within so many days before the last day that can be
    /// judged.
    newest_days: u32,
    newest: i64,
    newest_share: f64,
    /// Buyers whose first order lies in the year before that.
    before: i64,
    before_share: f64,
    /// The first share less the second, with its interval (Newcombe).
    difference: f64,
    low: f64,
    high: f64,
}

/// Customers that a figure is made of.
#[derive(Debug, Serialize, ToSchema)]
struct DoorAnswer {
    customers: u64,
    /// The predicate that lists them.
    #[schema(example = "order_days == 1 && days_since(last_order) <= 214")]
    predicate: String,
}

/// One-time buyers whose only day with an order lies so many days back, the ends included.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingAnswer {
    from_days: u32,
    /// None for the last row, which has no end.
    until_days: Option<u32>,
    /// Whether they reach the day after which buyers rarely return within two weeks.
    about_to_cross: bool,
    customers: u64,
    predicate: String,
}

/// How much of a cohort orders in an average month after its first, over months that are over.
#[derive(Debug, Serialize, ToSchema)]
struct CohortSummaryAnswer {
    /// Buyers who were watched for a whole month after their first.
    buyers: u64,
    share: f64,
    /// The cohort that is unlike the others beyond chance; none when there is no such.
    standout: Option<StandoutAnswer>,
}

/// A cohort that is unlike the others, compared at the same ages.
#[derive(Debug, Serialize, ToSchema)]
struct StandoutAnswer {
    #[schema(example = "2010-12")]
    month: String,
    share: f64,
    others_share: f64,
    /// Months that were compared.
    months: usize,
}

/// Buyers whose first order lies in one month of the shop's calendar.
#[derive(Debug, Serialize, ToSchema)]
struct CohortAnswer {
    #[schema(example = "2011-03")]
    month: String,
    size: u32,
    /// How many of them ordered 1, 2, 3 … months later. Only the last one may still grow.
    later: Vec<u32>,
    predicate: String,
}

/// Visitors whose first visit began with one kind of content.
#[derive(Debug, Serialize, ToSchema)]
struct ContentAnswer {
    /// The content, in the shop's words.
    content: String,
    visitors: u64,
    back: ShareAnswer,
    /// How the share stands to that of all visitors: `higher` or `lower` when the intervals do
    /// not touch, else `within`. It says nothing of causes.
    #[schema(example = "within")]
    differs: &'static str,
    predicate: String,
}

impl RetentionAnswer {
    fn of(of: &RetentionOf) -> Self {
        let it = &of.retention;
        let cohorts = match &of.period {
            Some(period) => &period.cohorts,
            None => &it.cohorts,
        };
        Self {
            to: date(it.today),
            buyers: it.buyers,
            repeat_buyers: it.repeat_buyers,
            second_order: it.second_order.as_ref().map(TimeToAnswer::of),
            rarely: it.rarely.map(RarelyAnswer::from),
            newest: it.newest.map(ChangeAnswer::from),
            in_window: it.in_window.as_ref().map(DoorAnswer::of),
            about_to_cross: it.about_to_cross.as_ref().map(DoorAnswer::of),
            waiting: it.waiting.iter().map(WaitingAnswer::of).collect(),
            second_visit: it.second_visit.as_ref().map(TimeToAnswer::of),
            chosen: of.period.as_ref().map(ChosenCohorts::of),
            cohort_summary: CohortSummary::of(cohorts).map(CohortSummaryAnswer::from),
            cohorts: cohorts.iter().map(CohortAnswer::of).collect(),
            back_in_all: it.back_in_all.map(ShareAnswer::from),
            contents: it
                .contents
                .iter()
                .map(|row| ContentAnswer::of(row, it.back_in_all.as_ref()))
                .collect(),
        }
    }
}

impl ChosenCohorts {
    fn of(it: &RetentionPeriod) -> Self {
        Self {
            from: it.range.from().to_string(),
            to: it.range.to().to_string(),
            predicate: it.predicate.clone(),
            second_order: it.second_order.as_ref().map(TimeToAnswer::of),
        }
    }
}

impl TimeToAnswer {
    fn of(it: &TimeTo) -> Self {
        let (median_low_days, median_high_days) = it.median_interval_days;
        Self {
            from: date(it.first_day),
            people: it.people,
            returned: it.returned,
            median_days: it.median_days,
            median_low_days,
            median_high_days,
            shares: it.shares.iter().copied().map(ShareAnswer::from).collect(),
            curve: it.curve.iter().copied().map(PointAnswer::from).collect(),
        }
    }
}

impl From<ShareBy> for ShareAnswer {
    fn from(it: ShareBy) -> Self {
        let ShareBy {
            days,
            share,
            low,
            high,
            watched,
        } = it;
        Self {
            days,
            share,
            low,
            high,
            watched,
        }
    }
}

impl From<CurvePoint> for PointAnswer {
    fn from(it: CurvePoint) -> Self {
        let CurvePoint {
            days,
            share,
            low,
            high,
            at_risk,
        } = it;
        Self {
            days,
            share,
            low,
            high,
            at_risk,
        }
    }
}

impl From<Rarely> for RarelyAnswer {
    fn from(it: Rarely) -> Self {
        let Rarely {
            days,
            low_days,
            high_days,
            horizon_days,
        } = it;
        Self {
            days,
            low_days,
            high_days,
            horizon_days,
        }
    }
}

impl From<Change> for ChangeAnswer {
    fn from(it: Change) -> Self {
        let Change {
            within_days,
            newest_days,
            newest,
            newest_share,
            before,
            before_share,
            difference,
            low,
            high,
        } = it;
        Self {
            within_days,
            newest_days,
            newest,
            newest_share,
            before,
            before_share,
            difference,
            low,
            high,
        }
    }
}

impl DoorAnswer {
    fn of(it: &Door) -> Self {
        Self {
            customers: it.customers,
            predicate: it.predicate.clone(),
        }
    }
}

impl WaitingAnswer {
    fn of(it: &Waiting) -> Self {
        Self {
            from_days: it.from_days,
            until_days: it.until_days,
            about_to_cross: it.about_to_cross,
            customers: it.door.customers,
            predicate: it.door.predicate.clone(),
        }
    }
}

impl From<CohortSummary> for CohortSummaryAnswer {
    fn from(it: CohortSummary) -> Self {
        Self {
            buyers: it.buyers,
            share: it.share,
            standout: it.standout.map(|it| StandoutAnswer {
                month: it.month,
                share: it.share,
                others_share: it.others_share,
                months: it.months,
            }),
        }
    }
}

impl CohortAnswer {
    fn of(it: &CohortRow) -> Self {
        Self {
            month: it.month.clone(),
            size: it.size,
            later: it.later.clone(),
            predicate: it.predicate.clone(),
        }
    }
}

impl ContentAnswer {
    fn of(it: &ContentRow, all: Option<&ShareBy>) -> Self {
        let differs = match all.map_or(Differs::Within, |all| it.differs(all)) {
            Differs::Higher => "higher",
            Differs::Lower => "lower",
            Differs::Within => "within",
        };
        Self {
            content: it.content.clone(),
            visitors: it.visitors,
            back: it.back.into(),
            differs,
            predicate: it.predicate.clone(),
        }
    }
}

/// Retention: who comes back, how fast, and when it is too late. `from` and `to` choose the
/// cohorts.
#[utoipa::path(
    get,
    path = "/v1/insight/retention",
    tag = "insight",
    params(MonthsAsked),
    responses(
        (status = 200, body = RetentionAnswer),
        (status = 400, body = ErrorAnswer, description = "`unreadable`: no such months"),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 503, body = ErrorAnswer,
            description = "`warming`: the customers are still being read; try again"),
    ),
    security(("secret_key" = []))
)]
pub(in crate::api) async fn retention(
    asking: Asking,
    Asked(asked): Asked<MonthsAsked>,
) -> Result<Json<RetentionAnswer>, Refusal> {
    let asked = asked.into();
    let of = asking.read(Permission::SeeFigures, move |app| app.retention_of(&asked));
    match of.await? {
        Insight::Warming(percent) => Err(Refusal::Warming(percent)),
        Insight::Ready(of) => match &of.chosen {
            Ok(_) => Ok(Json(RetentionAnswer::of(&of))),
            Err(error) => Err(Refusal::Unreadable(error.to_string())),
        },
    }
}
