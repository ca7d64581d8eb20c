//! Figures of the truth: sums, and what carriers, sources and contents brought.

use domain::events::{Line, LineKind, Order, Refund};

use super::catalogue::Product;
use super::truth::Person;

/// How punctual a carrier was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarrierFigures {
    /// Deliveries made.
    pub deliveries: u64,
    /// Deliveries made after the promised time.
    pub late: u64,
}

/// What came of the people whom something brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OriginFigures {
    /// People.
    pub people: u64,
    /// Those who came for a second visit.
    pub came_back: u64,
    /// Those with a paid order.
    pub buyers: u64,
    /// Those with paid orders on more days of UTC than one.
    pub buyers_again: u64,
}

impl OriginFigures {
    pub(super) fn count(&mut self, person: &Person) {
        let paid = person.orders.iter().filter(|order| order.is_paid());
        let mut days: Vec<i64> = paid.map(|order| order.at.utc_day()).collect();
        days.sort_unstable();
        days.dedup();
        self.people += 1;
        self.came_back += u64::from(person.visits.len() > 1);
        self.buyers += u64::from(!days.is_empty());
        self.buyers_again += u64::from(days.len() > 1);
    }
}

/// Sums, of one person or of many; amounts in minor units of the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// People.
    pub customers: u64,
    /// Events that are told of once each, whatever was told twice. A resolved referral is not
    /// among them.
    pub facts: u64,
    /// Orders of more than nothing.
    pub orders: u64,
    /// Units on product lines of orders.
    pub items: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Products as ordered.
    pub product_gross: i64,
    /// Products that went back.
    pub product_refunds: i64,
    /// How many times something went back.
    pub returns: u64,
    /// Visits.
    pub visits: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Deliveries after the promised time.
    pub deliveries_late: u64,
    /// Complaints.
    pub complaints: u64,
    /// Reviews.
    pub reviews: u64,
    /// The sum of their ratings.
    pub ratings: u64,
    /// Units on product lines of returns.
    pub items_returned: i64,
    /// What was taken off orders.
    pub discounts: i64,
    /// Products of known cost as ordered, less those that went back.
    pub costed: i64,
    /// What those cost the shop, rounded half-even to the minor unit, line by line.
    pub cost: i64,
}

impl Totals {
    /// Gross less refunds.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.gross - self.refunds
    }

    /// Net of products alone.
    #[must_use]
    pub const fn product(&self) -> i64 {
        self.product_gross - self.product_refunds
    }

    /// What products of known cost brought above it.
    #[must_use]
    pub const fn margin(&self) -> i64 {
        self.costed - self.cost
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.facts += other.facts;
        self.orders += other.orders;
        self.items += other.items;
        self.gross += other.gross;
        self.refunds += other.refunds;
        self.product_gross += other.product_gross;
        self.product_refunds += other.product_refunds;
        self.returns += other.returns;
        self.visits += other.visits;
        self.deliveries += other.deliveries;
        self.deliveries_late += other.deliveries_late;
        self.complaints += other.complaints;
        self.reviews += other.reviews;
        self.ratings += other.ratings;
        self.items_returned += other.items_returned;
        self.discounts += other.discounts;
        self.costed += other.costed;
        self.cost += other.cost;
    }

    /// Counts an order. It adds up the lines itself: a truth that asked the code under test for
    /// its sums would agree with every mistake in it.
    pub(super) fn count_order(&mut self, order: &Order, products: &[Product]) {
        let mut amount = 0;
        for line in &order.lines {
            amount += line.amount;
            if line.kind == LineKind::Product {
                self.product_gross += line.amount;
                self.items += line.quantity;
                self.count_cost(line, 1, products);
            } else {
                self.discounts += (-line.amount).max(0);
            }
        }
        self.gross += amount;
        self.orders += u64::from(amount > 0);
        self.facts += 1;
    }

    pub(super) fn count_refund(&mut self, refund: &Refund, products: &[Product]) {
        for line in &refund.lines {
            self.refunds += line.amount;
            if line.kind == LineKind::Product {
                self.product_refunds += line.amount;
                self.items_returned += line.quantity;
                self.count_cost(line, -1, products);
            }
        }
        self.returns += 1;
        self.facts += 1;
    }

    fn count_cost(&mut self, line: &Line, sign: i64, products: &[Product]) {
        let product = products.iter().find(|it| it.code == line.product);
        let Some(unit) = product.and_then(|product| product.cost) else {
            return;
        };
        let hundredths = unit.hundredths * line.quantity;
        let (whole, rest) = (hundredths / 100, hundredths % 100);
        let cost = match rest {
            0..50 => whole,
            50 => whole + whole % 2,
            _ => whole + 1,
        };
        self.costed += sign * line.amount;
        self.cost += sign * cost;
    }

    /// The sums of a person, from everything that happened to them.
    pub(super) fn of_person(person: &Person, products: &[Product]) -> Self {
        let mut totals = Self {
            customers: 1,
            ..Self::default()
        };
        for order in &person.orders {
            totals.count_order(&order.order, products);
            if let Some(delivery) = &order.delivery {
                totals.deliveries += 1;
                totals.deliveries_late += u64::from(delivery.is_late());
            }
        }
        for refund in &person.refunds {
            totals.count_refund(&refund.refund, products);
        }
        totals.visits = person.visits.len() as u64;
        totals.complaints = person.complaints.len() as u64;
        let pages: u64 = person
            .visits
            .iter()
            .map(|visit| u64::from(visit.pages))
            .sum();
        totals.reviews = person.reviews.len() as u64;
        let ratings = person.reviews.iter().map(|it| u64::from(it.review.rating));
        totals.ratings = ratings.sum();
        totals.facts += totals.deliveries + totals.complaints + totals.reviews + pages;
        totals.facts += (person.steps.len() + person.consents.len()) as u64;
        totals.facts += u64::from(person.identified_at.is_some());
        totals.facts += u64::from(person.known_as.second.is_some());
        totals.facts += u64::from(person.quiz_at.is_some());
        totals
    }
}
