//! A shop's past, as an import hands it over: side by side by customer.

use super::{Behaviour, Channel, Personal};
use crate::customers::Identity;
use crate::money::Currency;
use crate::time::Millis;

/// One thing of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryDocument {
    /// When it happened.
    pub at: Millis,
    /// Where it happened.
    pub channel: Channel,
    /// What happened: an order or a refund with all of its lines, a review, a delivery, a
    /// consent, or what the shop knows of the person ([`Behaviour::Described`]).
    pub behaviour: Behaviour,
    /// What is personal about it, such as the words of a review. Kept encrypted.
    pub personal: Personal,
}

/// What a file tells of one customer. One customer may come in several pieces, so that the
/// memory for a piece is bounded; pieces of one customer follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerHistory {
    /// Who: the identities that the file gives, the most trusted first. Never empty.
    pub identities: Vec<Identity>,
    /// What happened, in order of time, then of their numbers.
    pub documents: Vec<HistoryDocument>,
}

/// News of an order by its number alone: a delivery, a refund. Whose they are is known when the
/// order is; until then they wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderNews {
    /// The shop's own number of the order.
    pub order_id: String,
    /// What is told of it.
    pub document: HistoryDocument,
}

/// An order or a correction without a customer: it counts in the books and leads to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymousOrder {
    /// The shop's own number; it counts once for ever.
    pub order_id: String,
    /// When it happened.
    pub at: Millis,
    /// Where it happened.
    pub channel: Channel,
    /// The currency of the sums.
    pub currency: Currency,
    /// Lines it had.
    pub lines: i64,
    /// Units on product lines.
    pub items: i64,
    /// Sum of the lines that were sold for more than nothing, in minor units.
    pub gross: i64,
    /// Sum that went back, as a positive number.
    pub refunds: i64,
    /// Sum of corrections that are neither a sale nor a refund, such as a bad debt; signed.
    pub adjustments: i64,
    /// The part of `gross` that is products.
    pub product_gross: i64,
    /// The part of `refunds` that is products.
    pub product_refunds: i64,
}

/// What one unit of a product costs the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UnitCost {
    /// In hundredths of the minor unit, since things that cost less than a cent are sold by the
    /// hundred.
    pub hundredths: i64,
    /// The currency.
    pub currency: Currency,
}

/// A product as a file tells of it. What is silent leaves what was told before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductTold {
    /// The shop's code.
    pub product: String,
    /// What it is called.
    pub title: Option<String>,
    /// What one unit costs the shop.
    pub cost: Option<UnitCost>,
    /// What kind of thing it is, in the shop's words.
    pub category: Option<String>,
    /// Told by a file of products, which knows better than a line of an order does.
    pub is_catalogue: bool,
}

/// A piece of history, small enough for one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryPiece {
    /// What the file tells of one customer.
    Customer(CustomerHistory),
    /// What the file tells of orders by their numbers alone.
    Orders(Vec<OrderNews>),
    /// Orders that lead to nobody.
    Anonymous(Vec<AnonymousOrder>),
    /// What products are called, cost, and are.
    Products(Vec<ProductTold>),
}
