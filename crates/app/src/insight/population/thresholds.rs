//! Limits between fifths of buyers, published so that relative questions compare with numbers
//! that stand still.

use std::sync::atomic::Ordering;

use domain::segments::{Column, Test, Thresholds};
use domain::time::{Day, Millis};

use super::{Population, Selection};
use crate::{App, AppError};

/// Thresholds are published anew when they are older than this.
const PUBLISHED_FOR_MS: i64 = Millis::DAY;
/// How long nothing is looked for while there is no buyer.
const PAUSE_WITHOUT_BUYERS_MS: i64 = 60_000;

impl App {
    /// Publishes thresholds from the population if it is ready, somebody has bought, and the
    /// newest are missing or a day old; whether it did.
    ///
    /// # Errors
    /// The store's.
    pub fn publish_thresholds(&self) -> Result<bool, AppError> {
        let (now, due) = (self.now(), &self.inner.population.thresholds_due);
        if now.0 < due.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let Some(population) = self.population().ready() else {
            return Ok(false);
        };
        if let Some(newest) = self.thresholds()?
            && now.0 - newest.at.0 < PUBLISHED_FOR_MS
        {
            due.store(newest.at.plus(PUBLISHED_FOR_MS).0, Ordering::Relaxed);
            return Ok(false);
        }
        let Some(limits) = Limits::of(&population) else {
            due.store(now.plus(PAUSE_WITHOUT_BUYERS_MS).0, Ordering::Relaxed);
            return Ok(false);
        };
        self.thresholds_put(move |version, at| Thresholds {
            version,
            at,
            last_order: limits.last_order,
            orders: limits.orders,
            net: limits.net,
        })?;
        due.store(now.plus(PUBLISHED_FOR_MS).0, Ordering::Relaxed);
        Ok(true)
    }
}

/// Where bands 2 to 5 begin.
#[derive(Debug, Clone, Copy)]
struct Limits {
    last_order: [Day; 4],
    orders: [i64; 4],
    net: [i64; 4],
}

impl Limits {
    /// The limits among all who ever ordered; none when nobody did.
    fn of(population: &Population) -> Option<Self> {
        let buyers = population.select(&Test::Known(Column::LastOrder));
        if buyers.is_empty() {
            return None;
        }
        let day = |day: i64| Day(i32::try_from(day).unwrap_or(i32::MAX));
        Some(Self {
            last_order: cuts(population, Column::LastOrder, &buyers).map(day),
            orders: cuts(population, Column::Orders, &buyers),
            net: cuts(population, Column::Net, &buyers),
        })
    }
}

/// Ranked from the lowest, n buyers fall into bands of a fifth each: rank r lies in band ⌈5r/n⌉.
/// Band b begins with the value of the first rank in it, ⌊(b − 1)n/5⌋ + 1. Buyers of equal value
/// are in one band, the highest that any of them reaches.
fn cuts(population: &Population, column: Column, buyers: &Selection) -> [i64; 4] {
    let mut values = population.numbers_of(column, 0, buyers);
    values.sort_unstable();
    [1, 2, 3, 4].map(|fifths| values[fifths * values.len() / 5])
}
