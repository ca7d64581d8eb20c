//! Orders and refunds, with their lines.
//!
//! Four sums are named and never mixed: *gross* (as ordered), *refunds*, *net* (gross less
//! refunds) and *product* (net without postage, fees, samples, vouchers and adjustments).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::problem::BehaviourError;
use crate::money::Currency;
use crate::time::Millis;

/// The most lines one order may have.
pub const LINES_MAX: usize = 20_000;
/// The longest order id, product code or country that is kept, in bytes.
pub const CODE_BYTES_MAX: usize = 200;
/// The amounts of one order together may not be larger than this, so that sums over thousands of
/// such orders do not overflow.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000_000;

/// What a line of an order stands for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A thing the shop sells.
    #[default]
    Product,
    /// Postage and carriage.
    Postage,
    /// A charge of a bank, a marketplace or a commission.
    Fee,
    /// A sample.
    Sample,
    /// A gift voucher that was sold.
    Voucher,
    /// A discount, a manual correction or a bad debt.
    Adjustment,
}

impl LineKind {
    fn is_product(&self) -> bool {
        *self == Self::Product
    }
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The shop's code of the product.
    pub product: String,
    /// How many; positive on orders and on refunds.
    pub quantity: i64,
    /// What the line costs in all, in minor units, rounded once.
    pub amount: i64,
    /// What it stands for.
    #[serde(default, skip_serializing_if = "LineKind::is_product")]
    pub kind: LineKind,
}

/// An order that was completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The shop's own number of the order; it counts once for ever.
    pub order_id: String,
    /// The currency of every amount.
    pub currency: Currency,
    /// Where the goods went, as the shop writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// What led the customer here: `newsletter`, `google/cpc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What was ordered.
    pub lines: Vec<Line>,
}

/// Money that went back: a return, a credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The shop's own number of the refund; it counts once for ever.
    pub refund_id: String,
    /// The order it belongs to, when the shop says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// What went back; amounts and quantities are positive. In the log, none where nothing was left
    /// of the order.
    pub lines: Vec<Line>,
    /// How much of the order that is.
    #[serde(default, skip_serializing_if = "Extent::is_told")]
    pub extent: Extent,
}

/// How much of its order a refund takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// The lines that were told.
    #[default]
    Told,
    /// Whatever was left of the order; it was told without lines of its own.
    Whole,
    /// Less than was told, because no more was left of the order.
    Cut,
}

impl Extent {
    fn is_told(&self) -> bool {
        *self == Self::Told
    }
}

/// An order that came to nothing: it counts as if it had never been made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// The shop's own number of the order.
    pub order_id: String,
    /// Why, in the shop's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Sums of lines, in minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// All lines.
    pub amount: i64,
    /// Product lines only.
    pub product: i64,
    /// Units on product lines.
    pub items: i64,
}

impl Sums {
    /// The sums of these lines.
    #[must_use]
    pub fn of(lines: &[Line]) -> Self {
        lines.iter().fold(Self::default(), |sums, line| {
            let product = line.kind.is_product();
            Self {
                amount: sums.amount + line.amount,
                product: sums.product + if product { line.amount } else { 0 },
                items: sums.items + if product { line.quantity } else { 0 },
            }
        })
    }
}

pub(super) fn check_order(order: &Order) -> Result<(), BehaviourError> {
    check_code("order_id", &order.order_id)?;
    if let Some(country) = &order.country {
        check_code("country", country)?;
    }
    if let Some(source) = &order.source {
        check_code("source", source)?;
    }
    check_lines(&order.lines)
}

pub(super) fn check_refund(refund: &Refund) -> Result<(), BehaviourError> {
    check_code("refund_id", &refund.refund_id)?;
    if let Some(order_id) = &refund.order_id {
        check_code("order_id", order_id)?;
    }
    if refund.extent != Extent::Whole {
        return check_lines(&refund.lines);
    }
    if refund.order_id.is_none() {
        let problem = "must say which order goes back as a whole".to_owned();
        return Err(BehaviourError::new("order_id", problem));
    }
    Ok(())
}

pub(super) fn check_cancellation(cancelled: &Cancellation) -> Result<(), BehaviourError> {
    check_code("order_id", &cancelled.order_id)?;
    match &cancelled.reason {
        Some(reason) => check_code("reason", reason),
        None => Ok(()),
    }
}

pub(super) fn check_code(field: &'static str, code: &str) -> Result<(), BehaviourError> {
    if !is_code(code) {
        return Err(BehaviourError::new(
            field,
            format!("must be a text of 1 to {CODE_BYTES_MAX} bytes"),
        ));
    }
    Ok(())
}

/// Not empty, not too long, and without a NUL, which not every engine keeps in a text.
pub(super) fn is_code(code: &str) -> bool {
    !code.is_empty() && code.len() <= CODE_BYTES_MAX && !code.contains('\0')
}

fn check_lines(lines: &[Line]) -> Result<(), BehaviourError> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(BehaviourError::new(
            "lines",
            format!("must be 1 to {LINES_MAX}"),
        ));
    }
    let (mut amount, mut quantity) = (0_u64, 0_u64);
    for line in lines {
        check_code("product", &line.product)?;
        amount = amount.saturating_add(line.amount.unsigned_abs());
        quantity = quantity.saturating_add(line.quantity.unsigned_abs());
    }
    // All lines together: no line's sign helps another one over the bound.
    if amount.max(quantity) > AMOUNT_MINOR_MAX.unsigned_abs() {
        return Err(BehaviourError::new(
            "amount",
            "is larger than any order".to_owned(),
        ));
    }
    Ok(())
}

/// One line of a refund and the orders it was matched with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundedLine {
    /// The shop's code of the product.
    pub product: String,
    /// How many went back.
    pub quantity: i64,
    /// What went back, in minor units.
    pub amount: i64,
    /// The orders it came from, latest first, with how many of each.
    pub orders: Vec<(String, i64)>,
    /// How many came from no earlier order that we know.
    pub unmatched: i64,
}

/// A refund with each of its lines matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundMatch {
    /// The refund.
    pub refund_id: String,
    /// Its lines, in their order.
    pub lines: Vec<RefundedLine>,
}

impl RefundMatch {
    /// Units on product lines that came from no known order.
    #[must_use]
    pub fn unmatched(&self) -> i64 {
        self.lines.iter().map(|line| line.unmatched).sum()
    }
}

/// The rule of [`super::match_refunds`].
pub(super) fn match_refunds(
    orders: &[(Millis, &Order)],
    refunds: &[(Millis, &Refund)],
) -> Vec<RefundMatch> {
    let mut left: BTreeMap<&str, Vec<Left<'_>>> = BTreeMap::new();
    for (at, order) in orders {
        for line in order.lines.iter().filter(|line| line.kind.is_product()) {
            let left = left.entry(&line.product).or_default();
            left.push(Left {
                at: *at,
                order_id: &order.order_id,
                quantity: line.quantity,
            });
        }
    }
    for lines in left.values_mut() {
        lines.sort_by(|a, b| (a.at, a.order_id).cmp(&(b.at, b.order_id)));
    }
    let mut refunds: Vec<_> = refunds.to_vec();
    refunds.sort_by(|a, b| (a.0, &a.1.refund_id).cmp(&(b.0, &b.1.refund_id)));
    refunds
        .into_iter()
        .map(|(at, refund)| RefundMatch {
            refund_id: refund.refund_id.clone(),
            lines: refund
                .lines
                .iter()
                .map(|line| match_line(&mut left, at, refund, line))
                .collect(),
        })
        .collect()
}

struct Left<'a> {
    at: Millis,
    order_id: &'a str,
    quantity: i64,
}

fn match_line(
    left: &mut BTreeMap<&str, Vec<Left<'_>>>,
    at: Millis,
    refund: &Refund,
    line: &Line,
) -> RefundedLine {
    let mut wanted = if line.kind.is_product() {
        line.quantity
    } else {
        0
    };
    let mut orders: Vec<(String, i64)> = Vec::new();
    let candidates = left
        .get_mut(line.product.as_str())
        .map(Vec::as_mut_slice)
        .unwrap_or_default();
    for candidate in candidates.iter_mut().rev() {
        let named = refund
            .order_id
            .as_deref()
            .is_none_or(|order| order == candidate.order_id);
        if wanted == 0 {
            break;
        }
        if candidate.at > at || candidate.quantity <= 0 || !named {
            continue;
        }
        let taken = wanted.min(candidate.quantity);
        candidate.quantity -= taken;
        wanted -= taken;
        match orders.last_mut() {
            Some((order_id, quantity)) if order_id == candidate.order_id => *quantity += taken,
            _ => orders.push((candidate.order_id.to_owned(), taken)),
        }
    }
    RefundedLine {
        product: line.product.clone(),
        quantity: line.quantity,
        amount: line.amount,
        orders,
        unmatched: wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(product: &str, quantity: i64) -> Line {
        Line {
            product: product.into(),
            quantity,
            amount: quantity * 100,
            kind: LineKind::Product,
        }
    }

    fn order(id: &str, lines: Vec<Line>) -> Order {
        Order {
            order_id: id.into(),
            currency: Currency::GBP,
            country: None,
            source: None,
            lines,
        }
    }

    fn refund(id: &str, order_id: Option<&str>, lines: Vec<Line>) -> Refund {
        let order_id = order_id.map(str::to_owned);
        Refund {
            refund_id: id.into(),
            order_id,
            currency: Currency::GBP,
            lines,
            extent: Extent::Told,
        }
    }

    /// One row per refunded line: what it was matched with.
    fn check(orders: &[(i64, Order)], refunds: &[(i64, Refund)], expected: &str) {
        let mut orders: Vec<_> = orders
            .iter()
            .map(|(at, order)| (Millis(*at), order))
            .collect();
        let refunds: Vec<_> = refunds
            .iter()
            .map(|(at, refund)| (Millis(*at), refund))
            .collect();
        let show = |matches: Vec<RefundMatch>| {
            let mut rows = Vec::new();
            for found in matches {
                for line in found.lines {
                    rows.push(format!(
                        "{} {} {:?} unmatched {}",
                        found.refund_id, line.product, line.orders, line.unmatched
                    ));
                }
            }
            rows.join("\n")
        };
        assert_eq!(show(match_refunds(&orders, &refunds)), expected);
        orders.reverse();
        assert_eq!(
            show(match_refunds(&orders, &refunds)),
            expected,
            "another order of arrival"
        );
    }

    #[test]
    fn the_latest_earlier_order_with_units_left_is_taken_first() {
        check(
            &[
                (1, order("1", vec![line("A", 5)])),
                (2, order("2", vec![line("A", 3)])),
            ],
            &[
                (3, refund("C1", None, vec![line("A", 4)])),
                (4, refund("C2", None, vec![line("A", 9)])),
            ],
            "C1 A [(\"2\", 3), (\"1\", 1)] unmatched 0\nC2 A [(\"1\", 4)] unmatched 5",
        );
    }

    #[test]
    fn a_later_order_another_product_and_postage_are_not_matched() {
        let postage = Line {
            kind: LineKind::Postage,
            ..line("POST", 1)
        };
        check(
            &[
                (5, order("1", vec![line("A", 5)])),
                (1, order("2", vec![line("B", 5), postage.clone()])),
            ],
            &[(3, refund("C1", None, vec![line("A", 1), postage]))],
            "C1 A [] unmatched 1\nC1 POST [] unmatched 0",
        );
    }

    #[test]
    fn a_refund_that_names_its_order_asks_only_that_one() {
        check(
            &[
                (1, order("1", vec![line("A", 2)])),
                (2, order("2", vec![line("A", 3)])),
            ],
            &[(3, refund("C1", Some("1"), vec![line("A", 3)]))],
            "C1 A [(\"1\", 2)] unmatched 1",
        );
    }
}
