//! The overview: is the base of customers growing or leaking?

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::customers::MonthSums;
use domain::insight::{
    Against, Chosen, Flows, LAPSE_MONTHS, MonthFlow, MonthRange, RangeAsked, RangeError,
};
use domain::segments::{Column, Comparison, Test};
use domain::time::{Millis, Month};
use serde::Serialize;
use store::events::AnonymousSums;

use super::follow::METRICS_FOLLOWER;
use super::period::{DayFigures, OverviewPeriod, Past};
use super::population::Population;
use super::time_to::UNKNOWN_DAY;
use crate::{App, AppError};

/// An overview that is younger than this is shown as it is, even if facts came since.
const FRESH_MS: i64 = 10_000;

/// The most months before the last that are told.
pub(super) const MONTHS_MAX: i32 = 120;

/// What one month looked like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverviewMonth {
    /// The month in the shop's calendar, as `2011-03`.
    pub month: String,
    /// Customers who came, stayed, came back and went.
    pub flow: MonthFlow,
    /// Those of the lapsed who have not ordered since.
    pub still_away: u64,
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

impl MonthFigures {
    /// Adds those of another time.
    pub(super) fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.gross += other.gross;
        self.refunds += other.refunds;
        self.net += other.net;
        self.product += other.product;
    }
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

/// The overview, with the figures of the months that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct OverviewOf {
    /// The whole history, and all customers as of its newest fact.
    pub overview: Arc<Overview>,
    /// The months of the history; none when nobody ordered.
    pub history: Option<MonthRange>,
    /// What was chosen, or why it cannot be shown.
    pub chosen: Result<Chosen, RangeError>,
    /// The figures of the chosen months; none when everything was.
    pub period: Option<OverviewPeriod>,
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
    /// The version of the population, and how far the metrics had come.
    of: (u64, BTreeMap<i64, i64>),
    at: Millis,
    overview: Arc<Overview>,
    past: Option<Arc<Past>>,
}

impl App {
    /// The overview of the shop, as of its newest fact: a shop whose history ended years ago is
    /// shown as it was then.
    ///
    /// # Errors
    /// The store's.
    pub fn overview(&self) -> Result<Arc<Overview>, AppError> {
        Ok(self.overview_and_past()?.0)
    }

    /// The overview with the figures of some months. Whatever is wrong with what was asked, the
    /// overview of everything is there.
    ///
    /// # Errors
    /// The store's.
    pub fn overview_of(&self, asked: &RangeAsked) -> Result<OverviewOf, AppError> {
        let (overview, past) = self.overview_and_past()?;
        let history = past.as_ref().map(|past| past.history);
        let chosen = asked.read(history);
        let range = chosen.as_ref().ok().and_then(|it| it.range);
        let against = chosen.as_ref().map_or(Against::Nothing, |it| it.against);
        let period = past
            .zip(range)
            .map(|(past, range)| past.period(range, against));
        Ok(OverviewOf {
            overview,
            history,
            chosen,
            period,
        })
    }

    fn overview_and_past(&self) -> Result<(Arc<Overview>, Option<Arc<Past>>), AppError> {
        let positions = self
            .inner
            .store
            .read(|conn| store::changes::follower_positions(conn, METRICS_FOLLOWER))?;
        let ready = self.population().ready();
        let of = (ready.map_or(0, |it| it.version()), positions);
        let now = self.now();
        let mut last = self
            .inner
            .overview
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = last.as_ref() {
            let young = now.0 - cached.at.0 < FRESH_MS && cached.overview.customers > 0;
            if cached.of == of || young {
                return Ok((Arc::clone(&cached.overview), cached.past.clone()));
            }
        }
        let (overview, past) = self.compute_overview()?;
        let (overview, past) = (Arc::new(overview), past.map(Arc::new));
        *last = Some(Cached {
            of,
            at: now,
            overview: Arc::clone(&overview),
            past: past.clone(),
        });
        Ok((overview, past))
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

    fn compute_overview(&self) -> Result<(Overview, Option<Past>), AppError> {
        let in_force = self.in_force();
        let currency = in_force.settings.currency.code();
        let population = self.population_or_read()?;
        let (unmatched_refund_units, anonymous) = self.inner.store.read(|conn| {
            Ok((
                store::insight::metrics_unmatched(conn)?,
                store::events::anonymous_sums(conn, currency)?,
            ))
        })?;
        let span = population.seen_span();
        let past = match span {
            Some(span) => self.compute_past(&population, span)?,
            None => None,
        };
        let sums = Sums::of(&population);
        let overview = Overview {
            currency: currency.to_owned(),
            period: span.map(|(first, last)| (first.0, last.0)),
            customers: count(population.len()),
            repeat: sums.repeat_share(),
            totals: sums.all,
            unmatched_refund_units,
            anonymous: anonymous_figures(&anonymous),
            lapse_months: LAPSE_MONTHS,
            months: past
                .as_ref()
                .map(|past| past.months(past.history.newest(MONTHS_MAX + 1)))
                .unwrap_or_default(),
        };
        Ok((overview, past))
    }

    fn compute_past(
        &self,
        population: &Population,
        (oldest, newest): (Millis, Millis),
    ) -> Result<Option<Past>, AppError> {
        let in_force = self.in_force();
        // A date that is yet to come is a mistake somewhere; it makes no months.
        let newest = newest.min(self.now());
        let last = in_force.fold.month(newest);
        let first = population
            .months()
            .filter_map(|(months, sums)| ordered(months, sums).next());
        let history = first.min().and_then(|first| MonthRange::new(first, last));
        let Some(history) = history else {
            return Ok(None);
        };
        let mut flows = Flows::between(history.from(), last);
        for (months, sums) in population.months() {
            flows.add(ordered(months, sums));
        }
        let mut first_orders: Vec<u64> = Vec::new();
        for day in population.days(Column::FirstOrder, UNKNOWN_DAY) {
            if day == UNKNOWN_DAY {
                continue;
            }
            let place = usize::try_from(day).unwrap_or(usize::MAX);
            if place >= first_orders.len() {
                first_orders.resize(place + 1, 0);
            }
            first_orders[place] += 1;
        }
        let (figures, is_one_currency) = self.day_figures()?;
        Ok(Some(Past {
            history,
            calendar: in_force.settings.calendar,
            begins: in_force.fold.day(oldest),
            newest: in_force.fold.day(newest),
            figures,
            flows,
            first_orders,
            is_one_currency,
        }))
    }

    /// Money by day, and whether every order is in the shop's currency.
    fn day_figures(&self) -> Result<(DayFigures, bool), AppError> {
        let in_force = self.in_force();
        let currency = in_force.settings.currency.code();
        let rollups = self.inner.store.read(store::changes::sales_by_day)?;
        let mut days = DayFigures::new();
        let mut is_one_currency = true;
        for rollup in rollups {
            if rollup.dimension != currency {
                is_one_currency &= rollup.metric != "orders" || rollup.value == 0;
                continue;
            }
            let figures = days.entry(rollup.day).or_default();
            match rollup.metric.as_str() {
                "orders" => figures.orders += rollup.value,
                "gross" => figures.gross += rollup.value,
                "refunds" => figures.refunds += rollup.value,
                "product" => figures.product += rollup.value,
                _ => {}
            }
            figures.net = figures.gross - figures.refunds;
        }
        Ok((days, is_one_currency))
    }
}

/// The months with an order among those of one customer.
fn ordered<'a>(months: &'a [i32], sums: &'a [MonthSums]) -> impl Iterator<Item = Month> + 'a {
    let both = months.iter().zip(sums);
    both.filter(|(_, sums)| sums.orders > 0)
        .map(|(month, _)| Month(*month))
}

fn count(customers: usize) -> i64 {
    i64::try_from(customers).unwrap_or(i64::MAX)
}

/// Sums over all customers.
struct Sums {
    all: MonthFigures,
    buyers: i64,
    repeat_buyers: i64,
    repeat_net: i64,
}

impl Sums {
    fn of(population: &Population) -> Self {
        let everybody = population.everybody();
        let ordered = |times: i64| {
            population.select(&Test::Number {
                column: Column::Orders,
                comparison: Comparison::GreaterOrEqual,
                value: times,
            })
        };
        let sum = |column: Column| population.sum(column, &everybody);
        let repeat_buyers = ordered(2);
        Self {
            all: MonthFigures {
                orders: sum(Column::Orders),
                gross: sum(Column::Gross),
                refunds: sum(Column::Refunds),
                net: sum(Column::Net),
                product: sum(Column::Product),
            },
            buyers: count(ordered(1).len()),
            repeat_buyers: count(repeat_buyers.len()),
            repeat_net: population.sum(Column::Net, &repeat_buyers),
        }
    }

    fn repeat_share(&self) -> Option<RepeatShare> {
        let of = science::proportion::wilson(self.repeat_buyers, self.buyers)?;
        let net_share = if self.all.net > 0 {
            self.repeat_net as f64 / self.all.net as f64
        } else {
            0.0
        };
        Some(RepeatShare {
            share: of.estimate,
            low: of.low,
            high: of.high,
            repeat_buyers: self.repeat_buyers,
            buyers: self.buyers,
            net_share,
        })
    }
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
