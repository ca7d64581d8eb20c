//! `GET /v1/insight/value`: the twin of the value page.

use app::insight::{
    AgeRow, Contrast, Grid, GridCell, GroupFigures, Insight, ProfitBasis, ScoreFigures, Spread,
    Top, Value,
};
use axum::Json;
use domain::money::Currency;
use domain::trust::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::date;
use crate::api::time;
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// Who makes the money? Amounts are in minor units of `currency`.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ValueAnswer {
    /// The currency of every amount.
    #[schema(example = "GBP")]
    currency: String,
    /// Decimal digits of the currency's minor unit.
    currency_exponent: u32,
    /// The day of the earliest order; none without buyers.
    from: Option<String>,
    /// The last day that was watched, in the shop's zone.
    #[schema(example = "2011-12-09")]
    to: String,
    /// Customers with an order.
    buyers: u64,
    /// Their orders.
    orders: i64,
    /// What they ordered.
    gross: i64,
    /// Gross less refunds.
    net: i64,
    /// How money is spread over the buyers; none when there is none.
    concentration: Option<SpreadAnswer>,
    /// Scores by rank, from 1 to 5 by each of recency, frequency and money; none without buyers.
    scores: Option<ScoresAnswer>,
    /// Recency by frequency, by the published limits; none when none are published yet.
    grid: Option<GridAnswer>,
    /// The best fifth by gross against the worst; none when there are too few buyers.
    contrast: Option<ContrastAnswer>,
    /// What profit means: `margin` (products less their cost, where it is known) or `net` (net
    /// sales: too few costs are known).
    #[schema(example = "net")]
    basis: &'static str,
    /// Profit a customer by age of the relationship.
    ages: Vec<AgeAnswer>,
}

/// How money is spread over the buyers.
#[derive(Debug, Serialize, ToSchema)]
struct SpreadAnswer {
    /// Of gross: 0 when all bring the same, towards 1 when one brings all.
    gini: f64,
    /// Of orders.
    orders_gini: f64,
    /// What the best 1, 5, 10 and 20 % bring.
    tops: Vec<TopAnswer>,
    /// The Lorenz curve, from the smallest customer on.
    lorenz: Vec<SharesAnswer>,
}

/// A share of the customers, and the share of gross that they bring.
#[derive(Debug, Serialize, ToSchema)]
struct SharesAnswer {
    customers: f64,
    gross: f64,
}

/// The best part of the customers.
#[derive(Debug, Serialize, ToSchema)]
struct TopAnswer {
    /// Which part.
    #[schema(example = 0.2)]
    part: f64,
    /// How many they are: the part of all, rounded up.
    customers: u64,
    gross_share: f64,
    /// The predicate that lists them; none when the last of them brings as much as others who are
    /// not among them.
    #[schema(example = "gross >= 2058.61")]
    predicate: Option<String>,
}

/// Customers with the highest and with the lowest score in everything.
#[derive(Debug, Serialize, ToSchema)]
struct ScoresAnswer {
    best: u64,
    best_gross_share: f64,
    worst: u64,
    worst_gross_share: f64,
}

/// Recency by frequency.
#[derive(Debug, Serialize, ToSchema)]
struct GridAnswer {
    /// The version of the limits.
    version: u64,
    /// When they were published, RFC 3339.
    published_at: String,
    /// The first day of the last order of bands 2, 3, 4 and 5.
    recency_limits: Vec<String>,
    /// The fewest orders of bands 2, 3, 4 and 5.
    frequency_limits: Vec<i64>,
    /// The 25 cells.
    cells: Vec<CellAnswer>,
}

/// One cell of the grid.
#[derive(Debug, Serialize, ToSchema)]
struct CellAnswer {
    /// From 1 (longest ago) to 5.
    recency: u8,
    /// From 1 (fewest orders) to 5.
    frequency: u8,
    customers: u64,
    gross: i64,
    gross_share: f64,
    /// The predicate that lists them.
    #[schema(example = "recency_band == 5 && frequency_band == 5")]
    predicate: String,
}

/// Two ends of the buyers by what they ordered.
#[derive(Debug, Serialize, ToSchema)]
struct ContrastAnswer {
    best: GroupAnswer,
    worst: GroupAnswer,
    /// The predicate that lists the best; none when others bring as much as the last of them.
    best_predicate: Option<String>,
    /// The predicate that lists the worst; none likewise.
    worst_predicate: Option<String>,
}

/// What a group of buyers is like.
#[derive(Debug, Serialize, ToSchema)]
struct GroupAnswer {
    customers: u64,
    gross: i64,
    gross_share: f64,
    /// Orders a customer.
    orders_each: f64,
    /// Gross an order, rounded.
    average_order: i64,
    /// Those with orders on more days than one.
    repeat_share: f64,
    /// Refunds as a share of gross.
    return_share: f64,
    /// Discounts as a share of what orders would have come to without.
    discount_share: f64,
    /// Half of them ordered last no more days ago than this.
    median_days_since: u32,
    /// Visits a customer.
    visits_each: f64,
}

/// Customers so many months after the month of their first order; all of them count, whether or
/// not they ordered. Profit is in minor units.
#[derive(Debug, Serialize, ToSchema)]
struct AgeAnswer {
    months: u32,
    customers: u64,
    /// Profit a customer in that month, with its 95 % interval.
    mean: f64,
    low: f64,
    high: f64,
    /// Those of them who ordered in that month.
    active: u64,
    /// Profit of one who ordered in that month; none when nobody did.
    mean_active: Option<f64>,
}

impl ValueAnswer {
    fn of(it: &Value, currency: Currency) -> Self {
        Self {
            currency: currency.code().to_owned(),
            currency_exponent: currency.exponent(),
            from: it.first_day.map(date),
            to: date(it.today),
            buyers: it.buyers,
            orders: it.orders,
            gross: it.gross,
            net: it.net,
            concentration: it.concentration.as_ref().map(SpreadAnswer::of),
            scores: it.scores.as_ref().map(ScoresAnswer::of),
            grid: it.grid.as_ref().map(GridAnswer::of),
            contrast: it.contrast.as_ref().map(ContrastAnswer::of),
            basis: match it.basis {
                ProfitBasis::Margin => "margin",
                ProfitBasis::Net => "net",
            },
            ages: it.ages.iter().copied().map(AgeAnswer::from).collect(),
        }
    }
}

impl SpreadAnswer {
    fn of(it: &Spread) -> Self {
        let top = |it: &Top| TopAnswer {
            part: it.part,
            customers: it.customers,
            gross_share: it.gross_share,
            predicate: it.predicate.clone(),
        };
        let shares = |(customers, gross): &(f64, f64)| SharesAnswer {
            customers: *customers,
            gross: *gross,
        };
        Self {
            gini: it.gini,
            orders_gini: it.orders_gini,
            tops: it.tops.iter().map(top).collect(),
            lorenz: it.lorenz.iter().map(shares).collect(),
        }
    }
}

impl ScoresAnswer {
    fn of(it: &ScoreFigures) -> Self {
        Self {
            best: it.best,
            best_gross_share: it.best_gross_share,
            worst: it.worst,
            worst_gross_share: it.worst_gross_share,
        }
    }
}

impl GridAnswer {
    fn of(it: &Grid) -> Self {
        let day = |day: i64| date(i32::try_from(day).unwrap_or(i32::MAX));
        Self {
            version: it.version,
            published_at: time(it.at),
            recency_limits: it.recency_limits.map(day).to_vec(),
            frequency_limits: it.frequency_limits.to_vec(),
            cells: it.cells.iter().map(CellAnswer::of).collect(),
        }
    }
}

impl CellAnswer {
    fn of(it: &GridCell) -> Self {
        Self {
            recency: it.recency,
            frequency: it.frequency,
            customers: it.customers,
            gross: it.gross,
            gross_share: it.gross_share,
            predicate: it.predicate.clone(),
        }
    }
}

impl ContrastAnswer {
    fn of(it: &Contrast) -> Self {
        Self {
            best: it.best.into(),
            worst: it.worst.into(),
            best_predicate: it.best_predicate.clone(),
            worst_predicate: it.worst_predicate.clone(),
        }
    }
}

impl From<GroupFigures> for GroupAnswer {
    fn from(it: GroupFigures) -> Self {
        let GroupFigures {
            customers,
            gross,
            gross_share,
            orders_each,
            average_order,
            repeat_share,
            return_share,
            discount_share,
            median_days_since,
            visits_each,
        } = it;
        Self {
            customers,
            gross,
            gross_share,
            orders_each,
            average_order,
            repeat_share,
            return_share,
            discount_share,
            median_days_since,
            visits_each,
        }
    }
}

impl From<AgeRow> for AgeAnswer {
    fn from(it: AgeRow) -> Self {
        let AgeRow {
            months,
            customers,
            mean,
            low,
            high,
            active,
            mean_active,
        } = it;
        Self {
            months,
            customers,
            mean,
            low,
            high,
            active,
            mean_active,
        }
    }
}

/// Value: how the money is spread over the customers, and what sets the best apart.
#[utoipa::path(
    get,
    path = "/v1/insight/value",
    tag = "insight",
    responses(
        (status = 200, body = ValueAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 503, body = ErrorAnswer,
            description = "`warming`: the customers are still being read; try again"),
    ),
    security(("secret_key" = []))
)]
pub(in crate::api) async fn value(asking: Asking) -> Result<Json<ValueAnswer>, Refusal> {
    let currency = asking.shared.app.in_force().settings.currency;
    match asking
        .read(Permission::SeeFigures, |app| app.value())
        .await?
    {
        Insight::Ready(value) => Ok(Json(ValueAnswer::of(&value, currency))),
        Insight::Warming(percent) => Err(Refusal::Warming(percent)),
    }
}
