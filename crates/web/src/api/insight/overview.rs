//! `GET /v1/insight/overview`: the twin of the overview page.

use app::insight::{AnonymousFigures, MonthFigures, Overview, OverviewMonth, RepeatShare};
use axum::Json;
use domain::money::Currency;
use domain::trust::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::time;
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
    /// Each month from the first order to the newest fact.
    months: Vec<MonthRow>,
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

impl OverviewAnswer {
    fn of(overview: &Overview) -> Self {
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
            months: overview.months.iter().map(MonthRow::from).collect(),
        }
    }
}

/// The overview of the shop: flows of customers and money by month.
#[utoipa::path(
    get,
    path = "/v1/insight/overview",
    tag = "insight",
    responses(
        (status = 200, body = OverviewAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(in crate::api) async fn overview(asking: Asking) -> Result<Json<OverviewAnswer>, Refusal> {
    let overview = asking
        .read(Permission::SeeFigures, |app| app.overview())
        .await?;
    Ok(Json(OverviewAnswer::of(&overview)))
}
