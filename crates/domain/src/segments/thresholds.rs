//! Thresholds between fifths of buyers: published now and then, so that *relative* attributes
//! compare with numbers that stand still until the next version.

use serde::{Deserialize, Serialize};

use super::attributes::Band;
use super::test::Comparison;
use crate::customers::Metrics;
use crate::time::{Day, Millis};

/// A published version of the limits between bands. A buyer's band is one more than the limits
/// that they reach; of equal limits all are reached at once, and a band between them is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The version, from 1.
    pub version: u64,
    /// When they were computed.
    pub at: Millis,
    /// The days of the last order from which bands 2 to 5 begin.
    pub last_order: [Day; 4],
    /// The orders from which bands 2 to 5 begin.
    pub orders: [i64; 4],
    /// The net sales, in minor units, from which bands 2 to 5 begin.
    pub net: [i64; 4],
}

impl Thresholds {
    /// The limits of a band, from the lowest.
    #[must_use]
    pub fn limits(&self, band: Band) -> [i64; 4] {
        let mut limits = match band {
            Band::Recency => self.last_order.map(|day| i64::from(day.0)),
            Band::Frequency => self.orders,
            Band::Money => self.net,
        };
        limits.sort_unstable();
        limits
    }

    /// The band of a customer, 1 to 5; none for somebody who never ordered.
    #[must_use]
    pub fn band(&self, band: Band, metrics: &Metrics) -> Option<i64> {
        metrics.last_order?;
        let value = band.column().value(metrics)?;
        let limits = self.limits(band);
        let reached = limits
            .into_iter()
            .filter(|limit| Comparison::GreaterOrEqual.holds(value, *limit));
        i64::try_from(1 + reached.count()).ok()
    }
}
