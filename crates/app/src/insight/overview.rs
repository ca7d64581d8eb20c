//! The overview: is the base of customers growing or leaking?

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::insight::{Flows, LAPSE_MONTHS, MonthFlow};
use domain::time::{Day, Millis, Month};
use serde::Serialize;
use store::events::AnonymousSums;
use store::insight::Totals;

use crate::{App, AppError};

/// Customers whose months are read from one snapshot.
const CUSTOMERS_PER_PAGE: u32 = 2_000;
/// An overview that is younger than this is shown as it is, even if facts came since.
const FRESH_MS: i64 = 10_000;

/// What one month looked like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverviewMonth {
    /// The month in the shop's calendar, as `2011-03`.
    pub month: String,
    /// Customers who came, stayed, came back and went.
    pub flow: MonthFlow,
    /// Money of identified customers, in minor units of the shop's currency.
    pub figures: MonthFigures,
    /// Whether the month was still running at the time of the newest fact.
    pub running: bool,
}

/// Money of one month, in minor units of the shop's currency; of customers who are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MonthFigures {
    /// Orders of more than nothing.
    pub orders: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Gross less refunds.
    pub net: i64,
    /// Net of products alone.
    pub product: i64,
}

/// The share of buyers who ordered again, with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RepeatShare {
    /// Who ordered more than once, of all who ordered.
    pub share: f64,
    /// The lower end of the 95 % interval (Wilson).
    pub low: f64,
    /// The upper end of the 95 % interval (Wilson).
    pub high: f64,
    /// Customers who ordered more than once.
    pub repeat_buyers: i64,
    /// Customers who ordered at all.
    pub buyers: i64,
    /// The part of net sales that comes from those who ordered more than once.
    pub net_share: f64,
}

/// The overview of a shop.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// The currency of every amount.
    pub currency: String,
    /// The earliest and the latest sign of life of any customer, in milliseconds since 1970.
    pub period: Option<(i64, i64)>,
    /// Customers, with orders or without.
    pub customers: i64,
    /// All money of customers who are known.
    pub totals: MonthFigures,
    /// The share of buyers who ordered again; none when nobody ordered.
    pub repeat: Option<RepeatShare>,
    /// Units that went back and match no order we know.
    pub unmatched_refund_units: i64,
    /// Orders that lead to nobody.
    pub anonymous: AnonymousFigures,
    /// Months without an order after which a customer counts as lapsed.
    pub lapse_months: i32,
    /// Each month from the first order to the newest fact.
    pub months: Vec<OverviewMonth>,
}

/// Orders that lead to nobody, in minor units of the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AnonymousFigures {
    /// How many there are.
    pub orders: i64,
    /// Their lines.
    pub lines: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Corrections that are neither, such as a bad debt; signed.
    pub adjustments: i64,
    /// Products less products that went back.
    pub product: i64,
}

/// The last overview, with what it was computed from.
#[derive(Default)]
pub(crate) struct OverviewCache {
    last: Mutex<Option<Cached>>,
}

struct Cached {
    positions: BTreeMap<i64, i64>,
    at: Millis,
    overview: Arc<Overview>,
}

impl App {
    /// The overview of the shop, as of its newest fact: a shop whose history ended years ago is
    /// shown as it was then.
    ///
    /// # Errors
    /// The store's.
    pub fn overview(&self) -> Result<Arc<Overview>, AppError> {
        let positions = self
            .inner
            .store
            .read(|conn| store::changes::follower_positions(conn, "metrics"))?;
        let now = self.now();
        let mut last = self
            .inner
            .overview
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = last.as_ref() {
            let young = now.0 - cached.at.0 < FRESH_MS && cached.overview.customers > 0;
            if cached.positions == positions || young {
                return Ok(Arc::clone(&cached.overview));
            }
        }
        let overview = Arc::new(self.compute_overview()?);
        *last = Some(Cached {
            positions,
            at: now,
            overview: Arc::clone(&overview),
        });
        Ok(overview)
    }

    /// The moment as of which customers are shown: that of the newest fact, and never later than
    /// now. A shop whose history ended years ago is shown as it was then; in one that is open the
    /// two are the same.
    ///
    /// # Errors
    /// The store's.
    pub fn as_of(&self) -> Result<Millis, AppError> {
        let newest = self.inner.store.read(store::insight::seen_last)?;
        let now = self.now();
        Ok(newest.map_or(now, |newest| newest.min(now)))
    }

    fn compute_overview(&self) -> Result<Overview, AppError> {
        let in_force = self.in_force();
        let currency = in_force.settings.currency.code();
        let (totals, anonymous, span) = self.inner.store.read(|conn| {
            Ok((
                store::insight::metrics_totals(conn)?,
                store::events::anonymous_sums(conn, currency)?,
                store::insight::seen_span(conn)?,
            ))
        })?;
        let months = match span {
            Some((_, newest)) => self.compute_months(newest)?,
            None => Vec::new(),
        };
        Ok(Overview {
            currency: currency.to_owned(),
            period: span.map(|(first, last)| (first.0, last.0)),
            customers: totals.customers,
            totals: MonthFigures {
                orders: totals.orders,
                gross: totals.gross,
                refunds: totals.refunds,
                net: totals.gross - totals.refunds,
                product: totals.product,
            },
            repeat: repeat_share(&totals),
            unmatched_refund_units: totals.unmatched_refund_units,
            anonymous: anonymous_figures(&anonymous),
            lapse_months: LAPSE_MONTHS,
            months,
        })
    }

    fn compute_months(&self, newest: Millis) -> Result<Vec<OverviewMonth>, AppError> {
        let in_force = self.in_force();
        let last = in_force.fold.month(newest);
        let all = self.order_months()?;
        let Some(first) = all
            .iter()
            .filter_map(|months| months.first().copied())
            .min()
        else {
            return Ok(Vec::new());
        };
        let mut flows = Flows::between(first, last);
        all.iter()
            .for_each(|months| flows.add(months.iter().copied()));
        let figures = self.month_figures()?;
        Ok(flows
            .iter()
            .map(|(month, flow)| OverviewMonth {
                month: month.to_string(),
                flow,
                figures: figures.get(&month).copied().unwrap_or_default(),
                running: month == last,
            })
            .collect())
    }

    /// The months in which each customer ordered, read in short snapshots.
    fn order_months(&self) -> Result<Vec<Vec<Month>>, AppError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = self
                .inner
                .store
                .read(|conn| store::customers::customer_page(conn, after, CUSTOMERS_PER_PAGE))?;
            let Some(last) = page.last() else {
                return Ok(all);
            };
            after = Some(last.root);
            all.extend(
                page.iter()
                    .map(|row| row.state.observed.order_months().collect()),
            );
        }
    }

    fn month_figures(&self) -> Result<BTreeMap<Month, MonthFigures>, AppError> {
        let in_force = self.in_force();
        let currency = in_force.settings.currency.code();
        let rollups = self
            .inner
            .store
            .read(|conn| store::changes::rollups_between(conn, Day(i32::MIN), Day(i32::MAX)))?;
        let mut months: BTreeMap<Month, MonthFigures> = BTreeMap::new();
        for rollup in rollups
            .into_iter()
            .filter(|rollup| rollup.dimension == currency)
        {
            let figures = months
                .entry(in_force.fold.month_of_day(rollup.day))
                .or_default();
            match rollup.metric.as_str() {
                "orders" => figures.orders += rollup.value,
                "gross" => figures.gross += rollup.value,
                "refunds" => figures.refunds += rollup.value,
                "product" => figures.product += rollup.value,
                _ => {}
            }
            figures.net = figures.gross - figures.refunds;
        }
        Ok(months)
    }
}

fn repeat_share(totals: &Totals) -> Option<RepeatShare> {
    let of = science::proportion::wilson(totals.repeat_buyers, totals.buyers)?;
    let net = totals.gross - totals.refunds;
    let net_share = if net > 0 {
        totals.repeat_net as f64 / net as f64
    } else {
        0.0
    };
    Some(RepeatShare {
        share: of.estimate,
        low: of.low,
        high: of.high,
        repeat_buyers: totals.repeat_buyers,
        buyers: totals.buyers,
        net_share,
    })
}

fn anonymous_figures(sums: &AnonymousSums) -> AnonymousFigures {
    AnonymousFigures {
        orders: sums.orders,
        lines: sums.lines,
        gross: sums.gross,
        refunds: sums.refunds,
        adjustments: sums.adjustments,
        product: sums.product,
    }
}
