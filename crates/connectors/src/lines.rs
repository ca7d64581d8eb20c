//! What lines of an order that are no products are called where a product's code would stand.
//! Files and trackers tell of the same orders, so the words are the same.

/// Postage and carriage.
pub(crate) const POSTAGE: &str = "postage";
/// A discount on the whole order.
pub(crate) const DISCOUNT: &str = "discount";
/// What is refunded where a refund names no product.
pub(crate) const REFUND: &str = "refund";
