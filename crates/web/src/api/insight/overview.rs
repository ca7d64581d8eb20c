//! `GET /v1/insight/overview`: the twin of the overview page.

use app::insight::{
    AnonymousFigures, Compared, ComparedWith, MonthFigures, OverviewMonth, OverviewOf,
    OverviewPeriod, Pair, RepeatShare,
};
use axum::Json;
use domain::insight::MonthRange;
use domain::money::Currency;
use domain::trust::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::date;
use crate::api::time;
use crate::asked::{Asked, ComparedAsked};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// The overview of the shop. Amounts are in minor units of `currency`.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct OverviewAnswer {
    /// The currency of every amount.
    #[schema(example = "GBP")]
    currency: String,
    /// Decimal digits of the currency's minor unit.
    currency_exponent: u32,
    /// The earliest and the latest sign of life of any customer; none when there is nobody.
    period: Option<Period>,
    /// Customers, with orders or without.
    customers: i64,
    /// All money of customers who are known.
    totals: Figures,
    /// The share of buyers who ordered again; none when nobody ordered.
    repeat: Option<Repeat>,
    /// Units that went back and match no order we know.
    unmatched_refund_units: i64,
    /// Orders that lead to nobody.
    anonymous: Anonymous,
    /// Months without an order after which a customer counts as lapsed.
    lapse_months: i32,
    /// The figures of the months that were asked for; none when everything was. All above is of
    /// the whole history.
    chosen: Option<ChosenAnswer>,
    /// Each month from the first order to the newest fact, or of those that were asked for.
    months: Vec<MonthRow>,
}

/// The figures of some months.
#[derive(Debug, Serialize, ToSchema)]
struct ChosenAnswer {
    #[serde(flatten)]
    months: Months,
    /// Whether the last month was still running at the time of the newest fact.
    running: bool,
    #[serde(flatten)]
    figures: Figures,
    /// Customers who ordered, each once.
    ordered: u64,
    /// The predicate that lists them; none when there is no such.
    ordered_predicate: Option<String>,
    /// Customers who ordered for the first time.
    new: u64,
    /// The predicate that lists them.
    new_predicate: String,
    /// Customers who ordered again after they had lapsed.
    won_back: u64,
    /// Customers who reached `lapse_months` without an order.
    lapsed: u64,
    /// Those of the lapsed who have not ordered since.
    still_away: u64,
    /// The predicate that lists those who are still away.
    still_away_predicate: String,
    /// What the figures are compared with; none when nothing was asked for.
    compared: Option<ComparedAnswer>,
}

/// Some months, with the days of them that are counted.
#[derive(Debug, Serialize, ToSchema)]
struct Months {
    /// The first month.
    #[schema(example = "2011-01")]
    from: String,
    /// The last month.
    #[schema(example = "2011-12")]
    to: String,
    /// The first day that is counted.
    #[schema(example = "2011-01-01")]
    from_day: String,
    /// The last day that is counted: in a month that runs, that of the newest fact.
    #[schema(example = "2011-12-09")]
    to_day: String,
}

/// The months that others are compared with. When those are running, the days here end on the same
/// day of the month.
#[derive(Debug, Serialize, ToSchema)]
struct ComparedAnswer {
    #[serde(flatten)]
    months: Months,
    /// None when these months begin before the history does: then nothing is said of them.
    figures: Option<ComparedFigures>,
}

/// What there was before.
#[derive(Debug, Serialize, ToSchema)]
struct ComparedFigures {
    #[serde(flatten)]
    figures: Figures,
    /// Customers who ordered for the first time; none in the first months of the history, where
    /// they are not told from those who had ordered before it.
    new: Option<u64>,
    /// Customers who ordered; none when there is no month but the one that runs.
    ordered: Option<PairAnswer>,
    /// Customers who were won back; none also when nobody can have lapsed so early.
    won_back: Option<PairAnswer>,
    /// Customers who lapsed; none also when nobody can have lapsed so early.
    lapsed: Option<PairAnswer>,
}

/// Customers now and before, both without the month that runs.
#[derive(Debug, Serialize, ToSchema)]
struct PairAnswer {
    now: u64,
    before: u64,
}

/// From a moment to a moment, RFC 3339.
#[derive(Debug, Serialize, ToSchema)]
struct Period {
    from: String,
    to: String,
}

/// Money in minor units; *gross* as ordered, *net* is gross less refunds, *product* is net without
/// postage, fees and vouchers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Figures {
    orders: i64,
    gross: i64,
    refunds: i64,
    net: i64,
    product: i64,
}

/// The share of buyers who ordered more than once, with its 95 % Wilson interval.
#[derive(Debug, Serialize, ToSchema)]
struct Repeat {
    share: f64,
    low: f64,
    high: f64,
    repeat_buyers: i64,
    buyers: i64,
    /// The part of net sales that comes from them.
    net_share: f64,
}

/// Orders that lead to nobody.
#[derive(Debug, Serialize, ToSchema)]
struct Anonymous {
    orders: i64,
    lines: i64,
    gross: i64,
    refunds: i64,
    /// Corrections that are neither; signed.
    adjustments: i64,
    product: i64,
}

/// One month of the shop's calendar.
#[derive(Debug, Serialize, ToSchema)]
struct MonthRow {
    #[schema(example = "2011-03")]
    month: String,
    /// Whether the month was still running at the time of the newest fact.
    running: bool,
    /// Customers who ordered for the first time.
    new: u64,
    /// Customers who ordered, and had ordered not long before.
    returning: u64,
    /// Customers who ordered again after they had lapsed.
    won_back: u64,
    /// Customers who in this month had been without an order for `lapse_months`.
    lapsed: u64,
    /// Those of the lapsed who have not ordered since.
    still_away: u64,
    #[serde(flatten)]
    figures: Figures,
}

impl From<MonthFigures> for Figures {
    fn from(it: MonthFigures) -> Self {
        let MonthFigures {
            orders,
            gross,
            refunds,
            net,
            product,
        } = it;
        Self {
            orders,
            gross,
            refunds,
            net,
            product,
        }
    }
}

impl From<RepeatShare> for Repeat {
    fn from(it: RepeatShare) -> Self {
        let RepeatShare {
            share,
            low,
            high,
            repeat_buyers,
            buyers,
            net_share,
        } = it;
        Self {
            share,
            low,
            high,
            repeat_buyers,
            buyers,
            net_share,
        }
    }
}

impl From<AnonymousFigures> for Anonymous {
    fn from(it: AnonymousFigures) -> Self {
        let AnonymousFigures {
            orders,
            lines,
            gross,
            refunds,
            adjustments,
            product,
        } = it;
        Self {
            orders,
            lines,
            gross,
            refunds,
            adjustments,
            product,
        }
    }
}

impl From<&OverviewMonth> for MonthRow {
    fn from(it: &OverviewMonth) -> Self {
        Self {
            month: it.month.clone(),
            running: it.running,
            new: it.flow.new,
            returning: it.flow.returning,
            won_back: it.flow.won_back,
            lapsed: it.flow.lapsed,
            still_away: it.still_away,
            figures: it.figures.into(),
        }
    }
}

impl Months {
    fn of(range: MonthRange, (from, to): (i32, i32)) -> Self {
        Self {
            from: range.from().to_string(),
            to: range.to().to_string(),
            from_day: date(from),
            to_day: date(to),
        }
    }
}

impl ChosenAnswer {
    fn of(it: &OverviewPeriod) -> Self {
        Self {
            months: Months::of(it.range, it.days),
            running: it.is_running,
            figures: it.figures.into(),
            ordered: it.flow.ordered,
            ordered_predicate: it.doors.ordered.clone(),
            new: it.flow.new,
            new_predicate: it.doors.new.clone(),
            won_back: it.flow.won_back,
            lapsed: it.flow.lapsed,
            still_away: it.flow.still_away,
            still_away_predicate: it.doors.still_away.clone(),
            compared: it.compared.as_ref().map(ComparedAnswer::of),
        }
    }
}

impl ComparedAnswer {
    fn of(it: &Compared) -> Self {
        match it {
            Compared::Outside { range, days, .. } => Self {
                months: Months::of(*range, *days),
                figures: None,
            },
            Compared::With(with) => Self {
                months: Months::of(with.range, with.days),
                figures: Some(ComparedFigures::of(with)),
            },
        }
    }
}

impl ComparedFigures {
    fn of(it: &ComparedWith) -> Self {
        let pair = |pair: Pair| match pair {
            Pair::Of { now, before } => Some(PairAnswer { now, before }),
            Pair::Running | Pair::TooEarly => None,
        };
        Self {
            figures: it.figures.into(),
            new: it.new,
            ordered: pair(it.ordered),
            won_back: pair(it.won_back),
            lapsed: pair(it.lapsed),
        }
    }
}

impl OverviewAnswer {
    fn of(of: &OverviewOf) -> Self {
        let overview = &of.overview;
        let months = match &of.period {
            Some(period) => &period.months,
            None => &overview.months,
        };
        let exponent = overview
            .currency
            .parse()
            .map_or(2, |it: Currency| it.exponent());
        Self {
            currency: overview.currency.clone(),
            currency_exponent: exponent,
            period: overview.period.map(|(from, to)| Period {
                from: time(from),
                to: time(to),
            }),
            customers: overview.customers,
            totals: overview.totals.into(),
            repeat: overview.repeat.map(Repeat::from),
            unmatched_refund_units: overview.unmatched_refund_units,
            anonymous: overview.anonymous.into(),
            lapse_months: overview.lapse_months,
            chosen: of.period.as_ref().map(ChosenAnswer::of),
            months: months.iter().map(MonthRow::from).collect(),
        }
    }
}

/// The overview of the shop: flows of customers and money by month. `from` and `to` choose months,
/// `compare` what they are compared with.
#[utoipa::path(
    get,
    path = "/v1/insight/overview",
    tag = "insight",
    params(ComparedAsked),
    responses(
        (status = 200, body = OverviewAnswer),
        (status = 400, body = ErrorAnswer, description = "`unreadable`: no such months"),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(in crate::api) async fn overview(
    asking: Asking,
    Asked(asked): Asked<ComparedAsked>,
) -> Result<Json<OverviewAnswer>, Refusal> {
    let asked = asked.into();
    let of = asking
        .read(Permission::SeeFigures, move |app| app.overview_of(&asked))
        .await?;
    match &of.chosen {
        Ok(_) => Ok(Json(OverviewAnswer::of(&of))),
        Err(error) => Err(Refusal::Unreadable(error.to_string())),
    }
}
