//! What is counted of a group of buyers, customer by customer.

use std::collections::BTreeMap;

use domain::customers::{Stage, Touchpoint};
use domain::segments::Column;
use domain::time::Day;
use science::proportion::{Proportion, wilson};

use super::{ChannelGroup, GroupKind, Liking};
use crate::insight::{Place, Population};

/// Orders a year are told of those who have been customers for so long.
const YEARLY_AFTER_DAYS: i64 = 90;
const YEAR_DAYS: f64 = 365.25;
/// So many categories are told of a group.
const LIKINGS: usize = 3;
/// What is counted of those who bought at the same outlets.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    pub(super) customers: u64,
    orders: i64,
    gross: i64,
    pub(super) net: i64,
    margin: Option<i64>,
    margin_customers: u64,
    repeat: u64,
    yearly_customers: u64,
    yearly_orders: i64,
    yearly_days: i64,
    likings: BTreeMap<String, u64>,
    days_to_order: Vec<u32>,
    passed: [u64; Stage::ALL.len()],
}

impl Counted {
    pub(super) fn add(&mut self, population: &Population, place: Place, today: Day) {
        let number = |column: Column| population.number(column, place);
        let count = |column: Column| number(column).unwrap_or(0);
        self.customers += 1;
        self.orders += count(Column::Orders);
        self.gross += count(Column::Gross);
        self.net += count(Column::Net);
        if let Some(margin) = number(Column::Margin) {
            *self.margin.get_or_insert(0) += margin;
            self.margin_customers += 1;
        }
        self.repeat += u64::from(count(Column::OrderDays) > 1);
        if let Some(first) = number(Column::FirstOrder) {
            let days = i64::from(today.0) - first;
            if days >= YEARLY_AFTER_DAYS {
                self.yearly_customers += 1;
                self.yearly_orders += count(Column::Orders);
                self.yearly_days += days;
            }
            let visited = number(Column::FirstVisit).filter(|visit| *visit <= first);
            let days = visited.and_then(|visit| u32::try_from(first - visit).ok());
            self.days_to_order.extend(days);
        }
        for category in population.interests(place) {
            match self.likings.get_mut(category) {
                Some(customers) => *customers += 1,
                None => {
                    self.likings.insert(category.to_owned(), 1);
                }
            }
        }
        self.pass(population, place);
    }

    /// The stages at which a customer was, each once.
    fn pass(&mut self, population: &Population, place: Place) {
        let mut passed = [false; Stage::ALL.len()];
        for touch in population.touches(place) {
            let mut stages = Stage::ALL.into_iter();
            let stage = stages.position(|stage| Touchpoint::from(stage) == touch.touchpoint);
            if let Some(stage) = stage {
                passed[stage] = true;
            }
        }
        for (all, passed) in self.passed.iter_mut().zip(passed) {
            *all += u64::from(passed);
        }
    }

    pub(super) fn and(mut self, other: &Self) -> Self {
        self.customers += other.customers;
        self.orders += other.orders;
        self.gross += other.gross;
        self.net += other.net;
        self.margin = match (self.margin, other.margin) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.margin_customers += other.margin_customers;
        self.repeat += other.repeat;
        self.yearly_customers += other.yearly_customers;
        self.yearly_orders += other.yearly_orders;
        self.yearly_days += other.yearly_days;
        for (category, customers) in &other.likings {
            *self.likings.entry(category.clone()).or_default() += customers;
        }
        self.days_to_order.extend(&other.days_to_order);
        for (all, passed) in self.passed.iter_mut().zip(other.passed) {
            *all += passed;
        }
        self
    }

    pub(super) fn group(mut self, kind: GroupKind, buyers: u64, predicate: String) -> ChannelGroup {
        let yearly_years = self.yearly_days as f64 / YEAR_DAYS;
        let repeat = share(self.repeat, self.customers);
        self.days_to_order.sort_unstable();
        let middle = self.days_to_order.len().div_ceil(2);
        let mut likings: Vec<Liking> = self
            .likings
            .into_iter()
            .map(|(category, customers)| Liking {
                category,
                customers,
            })
            .collect();
        likings.sort_by_key(|liking| std::cmp::Reverse(liking.customers));
        likings.truncate(LIKINGS);
        ChannelGroup {
            kind,
            customers: self.customers,
            share: self.customers as f64 / buyers.max(1) as f64,
            orders: self.orders,
            orders_a_year: (self.yearly_customers > 0)
                .then(|| self.yearly_orders as f64 / yearly_years),
            yearly_customers: self.yearly_customers,
            net: self.net,
            average_order: self.gross / self.orders.max(1),
            margin: self.margin,
            margin_customers: self.margin_customers,
            repeat: self.repeat,
            repeat_interval: repeat.map_or((0.0, 1.0), |it| (it.low, it.high)),
            likings,
            median_days: middle
                .checked_sub(1)
                .map(|middle| self.days_to_order[middle]),
            median_customers: self.days_to_order.len() as u64,
            passed: self.passed,
            predicate,
        }
    }
}

fn share(part: u64, of: u64) -> Option<Proportion> {
    let count = |of: u64| i64::try_from(of).unwrap_or(i64::MAX);
    wilson(count(part), count(of))
}
