//! Value: who makes the money?

use domain::money::Currency;
use domain::segments::{Band, Thresholds};
use domain::time::Day;
use rayon::prelude::*;
use science::concentration::{Concentration, concentration_of};
use science::rfm::{Scores, rank_scores_of};
use serde::Serialize;

use super::ages::{AgeRow, ProfitBasis};
use super::time_to::UNKNOWN_DAY;

/// Bands of a score.
const BANDS: u8 = 5;
/// Steps of the Lorenz curve.
const LORENZ_STEPS: usize = 100;
/// The shares of customers of which it is told what they bring.
const TOPS: [f64; 4] = [0.01, 0.05, 0.1, 0.2];
/// Part of the best and of the worst that are held against each other.
const CONTRAST: f64 = 0.2;

/// What a merchant asks about worth. Amounts are minor units of the shop's currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Value {
    /// The last day that was watched, in the shop's zone, counted from 1970-01-01.
    pub today: i32,
    /// The day of the earliest order, counted likewise; none without buyers.
    pub first_day: Option<i32>,
    /// Customers with an order.
    pub buyers: u64,
    /// Their orders.
    pub orders: i64,
    /// What they ordered.
    pub gross: i64,
    /// Gross less refunds.
    pub net: i64,
    /// How money is spread over the buyers; none when there is none.
    pub concentration: Option<Spread>,
    /// Scores by rank, from 1 to 5 by each of recency, frequency and money.
    pub scores: Option<ScoreFigures>,
    /// The grid by the published limits; none when none are published yet.
    pub grid: Option<Grid>,
    /// The best fifth against the worst.
    pub contrast: Option<Contrast>,
    /// What is meant by profit.
    pub basis: ProfitBasis,
    /// Profit by age of the relationship.
    pub ages: Vec<AgeRow>,
}

/// How money is spread over the buyers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// Of gross: 0 when all bring the same, towards 1 when one brings all.
    pub gini: f64,
    /// Of orders.
    pub orders_gini: f64,
    /// What the best 1, 5, 10 and 20 % bring.
    pub tops: Vec<Top>,
    /// The Lorenz curve: share of customers from the smallest, share of gross.
    pub lorenz: Vec<(f64, f64)>,
}

/// The best part of the buyers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Top {
    /// Which part.
    pub part: f64,
    /// How many they are: the part of all buyers, rounded up.
    pub customers: u64,
    /// Their share of gross.
    pub gross_share: f64,
    /// The predicate that lists them; none when the last of them brings as much as others who are
    /// not among them.
    pub predicate: Option<String>,
}

/// Scores by rank; ties are ranked in order of the customers' ids.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreFigures {
    /// Customers with 5 of each.
    pub best: u64,
    /// Their share of gross.
    pub best_gross_share: f64,
    /// Customers with 1 of each.
    pub worst: u64,
    /// Their share of gross.
    pub worst_gross_share: f64,
}

/// Recency by frequency, by the limits that are published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grid {
    /// The version of the limits.
    pub version: u64,
    /// When they were published, in milliseconds since 1970.
    pub at: i64,
    /// The first day, counted from 1970-01-01, of the last order of bands 2, 3, 4 and 5.
    pub recency_limits: [i64; 4],
    /// The fewest orders of bands 2, 3, 4 and 5.
    pub frequency_limits: [i64; 4],
    /// The 25 cells: recency from 5 to 1, and in each frequency from 1 to 5.
    pub cells: Vec<GridCell>,
}

/// One cell of the grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridCell {
    /// From 1 (longest ago) to 5.
    pub recency: u8,
    /// From 1 (fewest orders) to 5.
    pub frequency: u8,
    /// How many customers.
    pub customers: u64,
    /// What they ordered.
    pub gross: i64,
    /// Their share of all gross.
    pub gross_share: f64,
    /// The predicate that lists them.
    pub predicate: String,
}

/// Two ends of the buyers by what they ordered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrast {
    /// The fifth that ordered for most.
    pub best: GroupFigures,
    /// The fifth that ordered for least.
    pub worst: GroupFigures,
    /// The predicate that lists the best; none when others bring as much as the last of them.
    pub best_predicate: Option<String>,
    /// The predicate that lists the worst; none likewise.
    pub worst_predicate: Option<String>,
}

/// What a group of buyers is like.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct GroupFigures {
    /// How many.
    pub customers: u64,
    /// What they ordered.
    pub gross: i64,
    /// Their share of all gross.
    pub gross_share: f64,
    /// Orders a customer.
    pub orders_each: f64,
    /// Gross an order, rounded.
    pub average_order: i64,
    /// Those with orders on more days than one.
    pub repeat_share: f64,
    /// Refunds as a share of gross.
    pub return_share: f64,
    /// Discounts as a share of what orders would have come to without.
    pub discount_share: f64,
    /// Half of them ordered last no more days ago than this.
    pub median_days_since: u32,
    /// Visits a customer.
    pub visits_each: f64,
}

/// What value is computed from, one entry a customer, prospects included.
pub(crate) struct ValueColumns<'a> {
    pub(crate) currency: Currency,
    pub(crate) first_order: &'a [u32],
    pub(crate) last_order: &'a [u32],
    pub(crate) orders: &'a [u32],
    pub(crate) order_days: &'a [u32],
    pub(crate) visits: &'a [u32],
    pub(crate) gross: &'a [i64],
    pub(crate) refunds: &'a [i64],
    pub(crate) discounts: &'a [i64],
}

/// The buyers alone, in the order of the customers.
struct Buyers {
    currency: Currency,
    last_order: Vec<u32>,
    orders: Vec<u32>,
    order_days: Vec<u32>,
    visits: Vec<u32>,
    gross: Vec<i64>,
    refunds: Vec<i64>,
    discounts: Vec<i64>,
}

impl Buyers {
    fn of(columns: &ValueColumns<'_>) -> Self {
        let rows: Vec<usize> = (0..columns.first_order.len())
            .filter(|row| columns.first_order[*row] != UNKNOWN_DAY)
            .collect();
        let small = |column: &[u32]| rows.iter().map(|row| column[*row]).collect();
        let money = |column: &[i64]| rows.iter().map(|row| column[*row]).collect();
        Self {
            currency: columns.currency,
            last_order: small(columns.last_order),
            orders: small(columns.orders),
            order_days: small(columns.order_days),
            visits: small(columns.visits),
            gross: money(columns.gross),
            refunds: money(columns.refunds),
            discounts: money(columns.discounts),
        }
    }

    fn len(&self) -> usize {
        self.gross.len()
    }
}

impl Value {
    /// Computes everything but the ages, which need the months.
    pub(crate) fn of(
        columns: &ValueColumns<'_>,
        thresholds: Option<&Thresholds>,
        today: Day,
    ) -> Self {
        let buyers = Buyers::of(columns);
        let gross: i64 = buyers.gross.iter().sum();
        // Also of those of whom only a refund is known, so that the net is that of the overview.
        let all_gross: i64 = columns.gross.iter().sum();
        let refunds: i64 = columns.refunds.iter().sum();
        let known = |day: &u32| *day != UNKNOWN_DAY;
        let first_day = columns.first_order.iter().copied().filter(known).min();
        Self {
            today: today.0,
            first_day: first_day.and_then(|day| i32::try_from(day).ok()),
            buyers: buyers.len() as u64,
            orders: buyers.orders.iter().map(|it| i64::from(*it)).sum(),
            gross,
            net: all_gross - refunds,
            concentration: spread(&buyers),
            scores: score_figures(&buyers, gross),
            grid: thresholds.map(|thresholds| grid(&buyers, thresholds, gross)),
            contrast: contrast(&buyers, gross, today),
            basis: ProfitBasis::Net,
            ages: Vec::new(),
        }
    }
}

fn spread(buyers: &Buyers) -> Option<Spread> {
    let orders: Vec<i64> = buyers.orders.iter().map(|it| i64::from(*it)).collect();
    let (money, orders): (Option<Concentration>, Option<Concentration>) = rayon::join(
        || concentration_of(&buyers.gross).ok(),
        || concentration_of(&orders).ok(),
    );
    let (money, orders) = money.zip(orders)?;
    Some(Spread {
        gini: money.gini,
        orders_gini: orders.gini,
        tops: tops(buyers, &money),
        lorenz: money
            .lorenz(LORENZ_STEPS)
            .into_iter()
            .map(|point| (point.contributors, point.total))
            .collect(),
    })
}

fn tops(buyers: &Buyers, money: &Concentration) -> Vec<Top> {
    let mut sorted = buyers.gross.clone();
    sorted.par_sort_unstable_by(|left, right| right.cmp(left));
    let of = |part: f64| {
        let customers = (part * sorted.len() as f64).ceil() as usize;
        let limit = sorted[customers.clamp(1, sorted.len()) - 1];
        let reached = sorted.partition_point(|gross| *gross >= limit);
        let predicate = || format!("gross >= {}", buyers.currency.decimal(limit));
        Top {
            part,
            customers: customers as u64,
            gross_share: money.top_share(part),
            predicate: (reached == customers).then(predicate),
        }
    };
    TOPS.into_iter().map(of).collect()
}

fn score_figures(buyers: &Buyers, gross: i64) -> Option<ScoreFigures> {
    let scores = rank_scores_of(&buyers.last_order, &buyers.orders, &buyers.gross, BANDS).ok()?;
    let group = |band: u8| {
        let wanted = Scores {
            recency: band,
            frequency: band,
            money: band,
        };
        let of = scores.iter().zip(&buyers.gross);
        let (count, sum) = of
            .filter(|(scores, _)| **scores == wanted)
            .fold((0, 0), |(count, sum), (_, money)| (count + 1, sum + money));
        (count, share(sum, gross))
    };
    let ((best, best_gross_share), (worst, worst_gross_share)) = (group(BANDS), group(1));
    Some(ScoreFigures {
        best,
        best_gross_share,
        worst,
        worst_gross_share,
    })
}

fn share(part: i64, of: i64) -> f64 {
    if of == 0 {
        0.0
    } else {
        part as f64 / of as f64
    }
}

fn grid(buyers: &Buyers, thresholds: &Thresholds, gross: i64) -> Grid {
    let band = |value: u32, limits: &[i64; 4]| {
        limits
            .iter()
            .filter(|limit| i64::from(value) >= **limit)
            .count()
    };
    let last_order = thresholds.limits(Band::Recency);
    let orders = thresholds.limits(Band::Frequency);
    let mut sums = [[(0_u64, 0_i64); BANDS as usize]; BANDS as usize];
    for row in 0..buyers.len() {
        let recency = band(buyers.last_order[row], &last_order);
        let frequency = band(buyers.orders[row], &orders);
        let (customers, money) = &mut sums[recency][frequency];
        *customers += 1;
        *money += buyers.gross[row];
    }
    let mut cells = Vec::with_capacity(25);
    for recency in (1..=BANDS).rev() {
        for frequency in 1..=BANDS {
            let (customers, money) = sums[usize::from(recency) - 1][usize::from(frequency) - 1];
            cells.push(GridCell {
                recency,
                frequency,
                customers,
                gross: money,
                gross_share: share(money, gross),
                predicate: format!("recency_band == {recency} && frequency_band == {frequency}"),
            });
        }
    }
    Grid {
        version: thresholds.version,
        at: thresholds.at.0,
        recency_limits: last_order,
        frequency_limits: orders,
        cells,
    }
}

fn contrast(buyers: &Buyers, gross: i64, today: Day) -> Option<Contrast> {
    // As many as the best fifth of the spread: a part of a customer is a whole one.
    let count = (buyers.len() as f64 * CONTRAST - 1e-9).ceil() as usize;
    if buyers.len() < 5 {
        return None;
    }
    let mut rows: Vec<usize> = (0..buyers.len()).collect();
    rows.par_sort_unstable_by_key(|row| (buyers.gross[*row], *row));
    let (worst, rest) = rows.split_at(count);
    let best = &rest[rest.len() - count..];
    let gross_of = |row: usize| buyers.gross[row];
    let (most, least) = (gross_of(worst[count - 1]), gross_of(best[0]));
    let others = rows[count..rows.len() - count]
        .iter()
        .map(|row| gross_of(*row));
    let is_apart = |limit: i64| others.clone().all(|gross| gross != limit);
    let amount = |minor: i64| buyers.currency.decimal(minor);
    let is_two = most != least;
    Some(Contrast {
        best_predicate: (is_two && is_apart(least)).then(|| format!("gross >= {}", amount(least))),
        worst_predicate: (is_two && is_apart(most))
            .then(|| format!("orders >= 1 && gross <= {}", amount(most))),
        best: group(buyers, best, gross, today),
        worst: group(buyers, worst, gross, today),
    })
}

fn group(buyers: &Buyers, rows: &[usize], all_gross: i64, today: Day) -> GroupFigures {
    let sum = |column: &[u32]| rows.iter().map(|row| i64::from(column[*row])).sum::<i64>();
    let money = |column: &[i64]| rows.iter().map(|row| column[*row]).sum::<i64>();
    let (gross, orders) = (money(&buyers.gross), sum(&buyers.orders));
    let (customers, discounts) = (rows.len() as u64, money(&buyers.discounts));
    let today = u32::try_from(today.0).unwrap_or(0);
    let mut since: Vec<u32> = rows
        .iter()
        .map(|row| today.saturating_sub(buyers.last_order[*row]))
        .collect();
    let middle = since.len() / 2;
    let (_, median, _) = since.select_nth_unstable(middle);
    let repeat = rows
        .iter()
        .filter(|row| buyers.order_days[**row] > 1)
        .count();
    GroupFigures {
        customers,
        gross,
        gross_share: share(gross, all_gross),
        orders_each: orders as f64 / customers as f64,
        average_order: if orders == 0 { 0 } else { gross / orders },
        repeat_share: repeat as f64 / customers as f64,
        return_share: share(money(&buyers.refunds), gross),
        discount_share: share(discounts, gross + discounts),
        median_days_since: *median,
        visits_each: sum(&buyers.visits) as f64 / customers as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_stand_against_the_worst() {
        let gross: Vec<i64> = (1..=10).map(|it| it * 100).collect();
        let ones = vec![1_u32; 10];
        let zeros = vec![0_i64; 10];
        let value = Value::of(
            &ValueColumns {
                currency: Currency::GBP,
                first_order: &ones,
                last_order: &ones,
                orders: &ones,
                order_days: &ones,
                visits: &ones,
                gross: &gross,
                refunds: &zeros,
                discounts: &zeros,
            },
            None,
            Day(11),
        );
        let contrast = value.contrast.expect("ten buyers");
        assert_eq!((contrast.best.gross, contrast.worst.gross), (1_900, 300));
        assert_eq!(contrast.best.median_days_since, 10);
        assert_eq!(contrast.best_predicate.as_deref(), Some("gross >= 9.00"));
        let worst = "orders >= 1 && gross <= 2.00";
        assert_eq!(contrast.worst_predicate.as_deref(), Some(worst));
        let tops = value.concentration.expect("money").tops;
        assert_eq!(tops[3].predicate.as_deref(), Some("gross >= 9.00"));
        assert_eq!(tops[3].customers, 2);
        assert!(value.grid.is_none());
        assert_eq!(value.buyers, 10);
    }
}
