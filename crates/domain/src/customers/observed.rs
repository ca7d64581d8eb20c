//! What was told of a customer from outside, summed up.
//!
//! Every field is declared *by time of event*: the order in which the facts arrived does not show
//! in it, and a test permutes them. What is nothing is not written, since one of these is written
//! with every commit that touches its customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::days::DaySet;
use super::interests::Interests;
use super::touchpoint::{Touch, Touchpoint};
use crate::events::Channel;
use crate::events::catalogue::Counter;
use crate::ids::StreamId;
use crate::money::Currency;
use crate::time::{Day, Millis, Month};
use crate::trust::Purpose;

/// What was told from outside.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Observed {
    /// How many observed facts were folded.
    pub facts: u64,
    /// When the shop says that the person registered; the earliest that it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_at: Option<Millis>,
    /// What happened where. The customer as a whole is the sum over the channels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<Channel, ChannelFigures>,
    /// What each month of the shop's calendar brought, in the shop's currency.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub months: BTreeMap<Month, MonthSums>,
    /// Days on which the customer did something.
    #[serde(skip_serializing_if = "is_nothing")]
    pub active_days: DaySet,
    /// What the customer did by hour of the day in the shop's zone, 0 to 23.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hours: BTreeMap<u8, u32>,
    /// Visits begun.
    #[serde(skip_serializing_if = "is_nothing")]
    pub visits: u32,
    /// The first two visits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_visits: Vec<VisitStart>,
    /// The first and the latest time at each stage of the buying process.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<Stage, (Millis, Millis)>,
    /// What kinds of things the customer cares for.
    #[serde(skip_serializing_if = "is_nothing")]
    pub interests: Interests,
    /// Deliveries told of.
    #[serde(skip_serializing_if = "is_nothing")]
    pub deliveries: u32,
    /// Deliveries after the promised time.
    #[serde(skip_serializing_if = "is_nothing")]
    pub deliveries_late: u32,
    /// Complaints made.
    #[serde(skip_serializing_if = "is_nothing")]
    pub complaints: u32,
    /// Reviews written.
    #[serde(skip_serializing_if = "is_nothing")]
    pub reviews: u32,
    /// The sum of their ratings, 1 to 5 each.
    #[serde(skip_serializing_if = "is_nothing")]
    pub ratings: u32,
    /// How often declared things happened, and when last; what never did is not there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counters: BTreeMap<Counter, (u32, Millis)>,
    /// What the customer permits, by the latest word on each purpose. Of two at the same moment
    /// the refusal counts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub consents: BTreeMap<Purpose, Consent>,
    /// The customers who brought this one; a set, because streams that were merged may each say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub referred_by: Vec<StreamId>,
    /// What led here first, as the shop names it, with the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<(Millis, String)>,
    /// Where the latest order went, as the shop writes it, with the time of that order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<(Millis, String)>,
}

fn is_nothing<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a customer did on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelFigures {
    /// Facts of any kind.
    pub facts: u32,
    /// The earliest sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen_at: Option<Millis>,
    /// The latest sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Millis>,
    /// The earliest order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_ordered_at: Option<Millis>,
    /// The latest order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ordered_at: Option<Millis>,
    /// Days with an order, in the shop's zone, in order and each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order_days: Vec<Day>,
    /// The latest time at each stage of the buying process.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<Stage, Millis>,
    /// The latest complaint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complained_at: Option<Millis>,
    /// Refunds received.
    #[serde(skip_serializing_if = "is_nothing")]
    pub refunds: u32,
    /// The latest of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded_at: Option<Millis>,
    /// Sums by currency.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sales: BTreeMap<Currency, Sales>,
}

/// Sums of one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sales {
    /// Orders of more than nothing.
    #[serde(skip_serializing_if = "is_nothing")]
    pub orders: u32,
    /// Units of products ordered.
    #[serde(skip_serializing_if = "is_nothing")]
    pub items: i64,
    /// Units of products that went back.
    #[serde(skip_serializing_if = "is_nothing")]
    pub items_returned: i64,
    /// As ordered.
    #[serde(skip_serializing_if = "is_nothing")]
    pub gross: i64,
    /// What went back.
    #[serde(skip_serializing_if = "is_nothing")]
    pub refunds: i64,
    /// Products as ordered.
    #[serde(skip_serializing_if = "is_nothing")]
    pub product_gross: i64,
    /// Products that went back.
    #[serde(skip_serializing_if = "is_nothing")]
    pub product_refunds: i64,
    /// What was taken off orders, as a positive number; `gross` is without it.
    #[serde(skip_serializing_if = "is_nothing")]
    pub discounts: i64,
    /// Products whose cost is known, less those that went back.
    #[serde(skip_serializing_if = "is_nothing")]
    pub costed: i64,
    /// What those cost the shop.
    #[serde(skip_serializing_if = "is_nothing")]
    pub cost: i64,
}

impl Sales {
    /// Gross less refunds.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.gross - self.refunds
    }

    /// Net without postage, fees, samples, vouchers and adjustments.
    #[must_use]
    pub const fn product(&self) -> i64 {
        self.product_gross - self.product_refunds
    }

    /// What products brought above their cost; none where no cost is known.
    #[must_use]
    pub fn margin(&self) -> Option<i64> {
        (self.costed != 0 || self.cost != 0).then(|| self.costed - self.cost)
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            orders: self.orders + other.orders,
            items: self.items + other.items,
            items_returned: self.items_returned + other.items_returned,
            gross: self.gross + other.gross,
            refunds: self.refunds + other.refunds,
            product_gross: self.product_gross + other.product_gross,
            product_refunds: self.product_refunds + other.product_refunds,
            discounts: self.discounts + other.discounts,
            costed: self.costed + other.costed,
            cost: self.cost + other.cost,
        }
    }
}

/// What one month brought, in the shop's currency; written as a row of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "[i64; 5]", into = "[i64; 5]")]
pub struct MonthSums {
    /// Orders of more than nothing, in any currency.
    pub orders: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Products whose cost is known, less those that went back.
    pub costed: i64,
    /// What those cost the shop.
    pub cost: i64,
}

impl From<[i64; 5]> for MonthSums {
    fn from([orders, gross, refunds, costed, cost]: [i64; 5]) -> Self {
        Self {
            orders,
            gross,
            refunds,
            costed,
            cost,
        }
    }
}

impl From<MonthSums> for [i64; 5] {
    fn from(it: MonthSums) -> Self {
        [it.orders, it.gross, it.refunds, it.costed, it.cost]
    }
}

/// The beginning of a visit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VisitStart {
    /// When.
    pub at: Millis,
    /// What kind of content it began with, in the shop's words; empty when not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
}

/// What the customer said last about one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// When.
    pub at: Millis,
    /// Whether it was granted.
    pub granted: bool,
}

/// Where a customer is in the process of buying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Looks around.
    Visited,
    /// Looked at a product.
    Considered,
    /// Put something into the basket.
    Basket,
    /// Began the way to the till.
    Checkout,
    /// Ordered.
    Ordered,
    /// Got what was ordered.
    Received,
    /// Said what they think of it.
    Reviewed,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 7] = [
        Self::Visited,
        Self::Considered,
        Self::Basket,
        Self::Checkout,
        Self::Ordered,
        Self::Received,
        Self::Reviewed,
    ];

    /// The word in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Visited => "visited",
            Self::Considered => "considered",
            Self::Basket => "basket",
            Self::Checkout => "checkout",
            Self::Ordered => "ordered",
            Self::Received => "received",
            Self::Reviewed => "reviewed",
        }
    }
}

impl Observed {
    /// The earliest sign of life; a registration is one.
    #[must_use]
    pub fn first_seen_at(&self) -> Option<Millis> {
        let seen = self.channels.values().filter_map(|it| it.first_seen_at);
        seen.chain(self.registered_at).min()
    }

    /// The latest sign of life.
    #[must_use]
    pub fn last_seen_at(&self) -> Option<Millis> {
        let seen = self.channels.values().filter_map(|it| it.last_seen_at);
        seen.chain(self.registered_at).max()
    }

    /// The earliest order.
    #[must_use]
    pub fn first_ordered_at(&self) -> Option<Millis> {
        let ordered = self.channels.values().filter_map(|it| it.first_ordered_at);
        ordered.min()
    }

    /// The latest order.
    #[must_use]
    pub fn last_ordered_at(&self) -> Option<Millis> {
        let ordered = self.channels.values().filter_map(|it| it.last_ordered_at);
        ordered.max()
    }

    /// The day of the latest order.
    #[must_use]
    pub fn last_order_day(&self) -> Option<Day> {
        let days = self.channels.values().filter_map(|it| it.order_days.last());
        days.max().copied()
    }

    /// Days with an order on any channel, in order and each once.
    #[must_use]
    pub fn order_days(&self) -> Vec<Day> {
        let mut days: Vec<Day> = self
            .channels
            .values()
            .flat_map(|it| it.order_days.iter().copied())
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// How many days there are with an order on any channel.
    #[must_use]
    pub fn order_day_count(&self) -> usize {
        let mut with_orders = self
            .channels
            .values()
            .filter(|it| !it.order_days.is_empty());
        match (with_orders.next(), with_orders.next()) {
            (None, _) => 0,
            (Some(only), None) => only.order_days.len(),
            _ => self.order_days().len(),
        }
    }

    /// Months of the shop's calendar with an order, in order.
    pub fn order_months(&self) -> impl Iterator<Item = Month> + '_ {
        let with_orders = self.months.iter().filter(|(_, sums)| sums.orders > 0);
        with_orders.map(|(month, _)| *month)
    }

    /// The sums of one currency over all channels.
    #[must_use]
    pub fn sales(&self, currency: Currency) -> Sales {
        let sales = self
            .channels
            .values()
            .filter_map(|it| it.sales.get(&currency));
        sales.fold(Sales::default(), |sum, sales| sum.plus(*sales))
    }

    /// The sums of each currency over all channels.
    #[must_use]
    pub fn sales_by_currency(&self) -> BTreeMap<Currency, Sales> {
        let mut all: BTreeMap<Currency, Sales> = BTreeMap::new();
        for (currency, sales) in self.channels.values().flat_map(|it| &it.sales) {
            let sum = all.entry(*currency).or_default();
            *sum = sum.plus(*sales);
        }
        all
    }

    /// Refunds received on any channel.
    #[must_use]
    pub fn refunds(&self) -> u32 {
        self.channels.values().map(|it| it.refunds).sum()
    }

    /// The latest time at each touchpoint on each channel, in their order.
    #[must_use]
    pub fn touches(&self) -> Vec<Touch> {
        let mut touches = Vec::new();
        for (channel, figures) in &self.channels {
            let stages = figures.stages.iter();
            let stages = stages.map(|(stage, last)| (Touchpoint::from(*stage), Some(*last)));
            let others = [
                (Touchpoint::Help, figures.complained_at),
                (Touchpoint::Return, figures.refunded_at),
            ];
            let all = stages.chain(others);
            touches.extend(
                all.filter_map(|(touchpoint, at)| at.map(|at| Touch::of(touchpoint, *channel, at))),
            );
        }
        touches.sort_unstable();
        touches
    }

    /// Where the customer is in the process of buying: the stage that was reached last; of those
    /// reached at the same moment the furthest.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        let reached = self.stages.iter().map(|(stage, (_, last))| (*last, *stage));
        reached.max().map(|(_, stage)| stage)
    }
}
