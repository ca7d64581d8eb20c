//! CDNOW as the models take it.

use crate::data::{table, text};
use crate::days::day_number;
use science::lifetime::{Purchases, Spend};
use std::collections::BTreeMap;

/// Days of purchases with the money spent on each, by customer.
type Days = BTreeMap<u32, BTreeMap<i32, f64>>;

/// A customer: calibration of 39 weeks, holdout of 39 weeks.
pub(crate) struct Customer {
    pub(crate) purchases: Purchases,
    pub(crate) spend: Spend,
    pub(crate) holdout_days: f64,
    /// Days from the first purchase to the second, or to the end of all data.
    pub(crate) second_after: (f64, bool),
    pub(crate) revenue: f64,
    /// Days between purchase days over all data.
    pub(crate) gaps: Vec<f64>,
}

fn customers(days: &Days) -> Vec<Customer> {
    let end = day_number(1997, 9, 30);
    let last_of_all = day_number(1998, 6, 30);
    days.values()
        .map(|days| {
            let all: Vec<i32> = days.keys().copied().collect();
            let first = all[0];
            let repeats: Vec<i32> = all[1..].iter().copied().filter(|&day| day <= end).collect();
            let weeks = |day: i32| f64::from(day - first) / 7.0;
            let spent: f64 = repeats.iter().map(|day| days[day]).sum();
            let count = u32::try_from(repeats.len()).expect("few days");
            Customer {
                purchases: Purchases {
                    repeats: count,
                    last: repeats.last().map_or(0.0, |&day| weeks(day)),
                    observed: weeks(end),
                },
                spend: Spend {
                    repeats: count,
                    mean: if count > 0 {
                        spent / f64::from(count)
                    } else {
                        0.0
                    },
                },
                holdout_days: (all.len() - 1 - repeats.len()) as f64,
                second_after: match all.get(1) {
                    Some(second) => (f64::from(second - first), true),
                    None => (f64::from(last_of_all - first), false),
                },
                revenue: days.values().sum(),
                gaps: all
                    .windows(2)
                    .map(|pair| f64::from(pair[1] - pair[0]))
                    .collect(),
            }
        })
        .collect()
}

fn days(lines: &str, skip: usize, columns: [usize; 3]) -> Days {
    let mut days: Days = BTreeMap::new();
    for line in lines.lines().skip(skip) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        let [customer, date, amount] = columns.map(|column| words[column]);
        let date: i32 = date.parse().expect("a date");
        let day = day_number(date / 10_000, date / 100 % 100, date % 100);
        let amount: f64 = amount.parse().expect("an amount");
        let customer = customer.parse().expect("a number");
        *days.entry(customer).or_default().entry(day).or_default() += amount;
    }
    days
}

/// All 23,570 customers.
pub(crate) fn full() -> Option<Vec<Customer>> {
    text("cdnow/CDNOW_master.txt").map(|text| customers(&days(&text, 1, [0, 1, 3])))
}

/// The sample of 2,357.
pub(crate) fn sample() -> Option<Vec<Customer>> {
    text("cdnow/CDNOW_sample.txt").map(|text| customers(&days(&text, 0, [0, 2, 4])))
}

/// The packaged summary of the sample, in weeks of two decimals, with mean values.
pub(crate) fn packaged() -> Option<Vec<(Purchases, Spend)>> {
    let table = table("cdnow/cdnow_customers_summary_with_transactions.csv")?;
    let repeats: Vec<u32> = table.numbers("x");
    let last: Vec<f64> = table.numbers("t_x");
    let observed: Vec<f64> = table.numbers("T");
    let means: Vec<f64> = table.numbers("zbar");
    let rows = (0..repeats.len()).map(|row| {
        let purchases = Purchases {
            repeats: repeats[row],
            last: last[row],
            observed: observed[row],
        };
        let spend = Spend {
            repeats: repeats[row],
            mean: means[row],
        };
        (purchases, spend)
    });
    Some(rows.collect())
}
