//! The metrics of a customer as one flat row: what lists sort by and analysts read.

use super::state::{Standing, State};
use crate::money::Currency;
use crate::time::Millis;

/// One row of `customer_metrics`, in the shop's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// The earliest sign of life.
    pub first_seen_at: Option<Millis>,
    /// The latest sign of life.
    pub last_seen_at: Option<Millis>,
    /// The earliest order.
    pub first_ordered_at: Option<Millis>,
    /// The latest order.
    pub last_ordered_at: Option<Millis>,
    /// Orders of more than nothing, in any currency.
    pub orders: i64,
    /// Days with an order.
    pub order_days: i64,
    /// Units of products ordered, in any currency.
    pub items: i64,
    /// As ordered, minor units of the shop's currency.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Gross less refunds.
    pub net: i64,
    /// Net of products alone.
    pub product: i64,
    /// Visits begun.
    pub visits: i64,
    /// Complaints made.
    pub complaints: i64,
    /// What was decided about the customer's standing.
    pub standing: Standing,
    /// Where the latest order went, as the shop writes it.
    pub country: Option<String>,
}

impl Metrics {
    /// The metrics of a state; other currencies than the shop's count in orders and items only.
    #[must_use]
    pub fn of(state: &State, currency: Currency) -> Self {
        let observed = &state.observed;
        let sales = observed.sales.get(&currency).copied().unwrap_or_default();
        Self {
            first_seen_at: observed.first_seen_at,
            last_seen_at: observed.last_seen_at,
            first_ordered_at: observed.first_ordered_at,
            last_ordered_at: observed.last_ordered_at,
            orders: observed
                .sales
                .values()
                .map(|sales| i64::from(sales.orders))
                .sum(),
            order_days: i64::try_from(observed.order_days.len()).unwrap_or(i64::MAX),
            items: observed.sales.values().map(|sales| sales.items).sum(),
            gross: sales.gross,
            refunds: sales.refunds,
            net: sales.net(),
            product: sales.product(),
            visits: i64::from(observed.visits),
            complaints: i64::from(observed.complaints),
            standing: state.decided.standing,
            country: observed
                .country
                .as_ref()
                .map(|(_, country)| country.clone()),
        }
    }
}
