//! Profit by age of the relationship.

use domain::customers::MonthSums;
use domain::time::Month;
use science::summary::moments_of_sums;
use serde::Serialize;

use super::time_to::CONFIDENCE;

/// The most months of age that are told.
const AGES_MAX: usize = 36;
/// The fewest customers of an age of whom a mean is told.
const AGE_CUSTOMERS_MIN: u64 = 20;
/// Costs are known well enough when they cover this part of net sales.
const COSTED_MIN: f64 = 0.8;

/// What profit means, as far as the shop told its costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfitBasis {
    /// Products less what they cost the shop, where the cost is known.
    Margin,
    /// Net sales: costs are known of too little.
    Net,
}

/// Customers so many months after the month of their first order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AgeRow {
    /// Months since the first.
    pub months: u32,
    /// Customers who came early enough to be so old by the last month that is over: all of them
    /// count, whether or not they ordered.
    pub customers: u64,
    /// Profit a customer in that month, in minor units.
    pub mean: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end of its 95 % interval.
    pub high: f64,
    /// Those of them who ordered in that month: the survivors.
    pub active: u64,
    /// Profit a survivor in that month; none when there is none.
    pub mean_active: Option<f64>,
}

/// Sums of one age.
#[derive(Debug, Clone, Copy, Default)]
struct AgeSums {
    customers: u64,
    active: u64,
    sum: i128,
    squares: i128,
    active_sum: i128,
}

/// Profit by age, and what profit means; `months` gives each customer's months with what they
/// brought, anew each time it is asked, and `this_month`, which is not over, is left out.
///
/// Everybody who came early enough to be so old counts at an age, with 0 when they did not order:
/// a mean over those who still order would be one over survivors.
pub(crate) fn ages<'a, I: Iterator<Item = (&'a [i32], &'a [MonthSums])>>(
    months: impl Fn() -> I,
    this_month: Month,
) -> (ProfitBasis, Vec<AgeRow>) {
    let (mut net, mut costed) = (0_i128, 0_i128);
    for sums in months().flat_map(|(_, sums)| sums) {
        net += i128::from(sums.gross - sums.refunds);
        costed += i128::from(sums.costed);
    }
    let basis = if net > 0 && costed as f64 >= COSTED_MIN * net as f64 {
        ProfitBasis::Margin
    } else {
        ProfitBasis::Net
    };
    let mut all = [AgeSums::default(); AGES_MAX + 1];
    for (numbers, sums) in months() {
        add_ages(&mut all, (numbers, sums), this_month, basis);
    }
    let rows = all.iter().zip(0_u32..).filter_map(|(age, months)| {
        if age.customers < AGE_CUSTOMERS_MIN {
            return None;
        }
        let moments = moments_of_sums(age.customers, age.sum, age.squares).ok()?;
        let interval = moments.interval_of_mean(CONFIDENCE).ok()?;
        Some(AgeRow {
            months,
            customers: age.customers,
            mean: interval.mean,
            low: interval.low,
            high: interval.high,
            active: age.active,
            mean_active: (age.active > 0).then(|| age.active_sum as f64 / age.active as f64),
        })
    });
    (basis, rows.collect())
}

fn add_ages(
    all: &mut [AgeSums; AGES_MAX + 1],
    (numbers, sums): (&[i32], &[MonthSums]),
    this_month: Month,
    basis: ProfitBasis,
) {
    let first = sums.iter().position(|sums| sums.orders > 0);
    let Some(first) = first.map(|place| numbers[place]) else {
        return;
    };
    let oldest = usize::try_from(this_month.0 - 1 - first);
    let Ok(oldest) = oldest else {
        return;
    };
    for age in &mut all[..=oldest.min(AGES_MAX)] {
        age.customers += 1;
    }
    for (month, sums) in numbers.iter().zip(sums) {
        let age = usize::try_from(month - first).unwrap_or(usize::MAX);
        if age > oldest.min(AGES_MAX) {
            continue;
        }
        let profit = i128::from(match basis {
            ProfitBasis::Margin => sums.costed - sums.cost,
            ProfitBasis::Net => sums.gross - sums.refunds,
        });
        let age = &mut all[age];
        age.sum += profit;
        age.squares += profit * profit;
        if sums.orders > 0 {
            age.active += 1;
            age.active_sum += profit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(orders: i64, gross: i64) -> MonthSums {
        MonthSums {
            orders,
            gross,
            ..MonthSums::default()
        }
    }

    #[test]
    fn who_ordered_nothing_at_an_age_counts_with_nothing() {
        // Twenty who ordered once for 100, and twenty who ordered again a month later for 300.
        let (numbers, brought) = ([10, 11], [sums(1, 100), sums(1, 300)]);
        let months = |place: usize| {
            let count = 1 + place % 2;
            (&numbers[..count], &brought[..count])
        };
        let (basis, rows) = ages(|| (0..40).map(months), Month(13));
        assert_eq!(basis, ProfitBasis::Net);
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.months,
                    row.customers,
                    row.active,
                    row.mean,
                    row.mean_active,
                )
            })
            .collect();
        let expected = [
            (0, 40, 40, 100.0, Some(100.0)),
            (1, 40, 20, 150.0, Some(300.0)),
            (2, 40, 0, 0.0, None),
        ];
        assert_eq!(told, expected);
    }
}
