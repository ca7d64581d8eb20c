//! A shop's past, as an import hands it over: orders and refunds side by side by customer.

use super::{Behaviour, Channel, Personal};
use crate::customers::Identity;
use crate::money::Currency;
use crate::time::Millis;

/// One order or refund of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryDocument {
    /// When it happened.
    pub at: Millis,
    /// Where it happened.
    pub channel: Channel,
    /// [`Behaviour::Ordered`] or [`Behaviour::Refunded`], with all of its lines.
    pub behaviour: Behaviour,
}

/// What a file tells of one customer. One customer may come in several pieces, so that the
/// memory for a piece is bounded; pieces of one customer follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerHistory {
    /// Who: the identities that the file gives, the most trusted first. Never empty.
    pub identities: Vec<Identity>,
    /// What the file tells about the person, such as a name. Kept encrypted.
    pub personal: Personal,
    /// Orders and refunds in order of time, then of their numbers.
    pub documents: Vec<HistoryDocument>,
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

/// A product as a file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductName {
    /// The shop's code.
    pub product: String,
    /// What it is called.
    pub title: String,
}

/// A piece of history, small enough for one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryPiece {
    /// What the file tells of one customer.
    Customer(CustomerHistory),
    /// Orders that lead to nobody.
    Anonymous(Vec<AnonymousOrder>),
    /// What products are called.
    Products(Vec<ProductName>),
}
