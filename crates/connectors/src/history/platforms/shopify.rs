//! Shopify's export of orders.
//!
//! The format is the CSV of *Orders → Export* in Shopify's administration, described in its help
//! under "Exporting orders": a row for each item; what belongs to the order stands on its first
//! row only, and the rows of an order are joined by `Name`. Times are `2026-03-05 10:15:32 -0500`.
//!
//! - Items cost `Lineitem price`, before discounts. `Discount Amount` is all discounts together
//!   (so `Lineitem discount` is not read) and becomes a line below 0; `Shipping` a line of postage.
//! - Taxes are not read: prices are taken as they stand, with tax in shops whose prices include
//!   it and without where it is added at the till.
//! - `Refunded Amount` is a refund that names its order. When it reaches `Total`, every line of
//!   the order goes back; otherwise it is one amount that belongs to no product. The export does
//!   not say when it was: it counts at `Cancelled at`, or else at the time of the order.
//! - Orders that are voided or expired, or cancelled before anything was paid, are no sales.
//! - `Accepts Marketing` is not taken for a consent: it says how the box stands today and not
//!   since when. A file of customers or consents says it.

use super::{
    DISCOUNT, POSTAGE, Reader, Told, channel_of, negated, personal, place_of, positive, text,
};
use crate::history::reject::Reason;
use crate::history::table::Table;
use crate::lines::REFUND;
use domain::events::CODE_BYTES_MAX;

/// The columns that are read.
pub(super) const COLUMNS: [&str; 23] = [
    "Name",
    "Email",
    "Financial Status",
    "Cancelled at",
    "Currency",
    "Shipping",
    "Total",
    "Discount Amount",
    "Refunded Amount",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem sku",
    "Billing Name",
    "Billing City",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping City",
    "Shipping Country",
    "Phone",
    "Source",
];
/// Without these it is no such export.
const NEEDED: [&str; 6] = [
    "Name",
    "Financial Status",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
];

pub(super) fn is_header(header: &[String]) -> bool {
    NEEDED.iter().all(|name| place_of(header, name).is_some())
}

/// Reads the export.
pub(super) struct Shopify {
    places: Vec<(&'static str, usize)>,
    open: Option<Open>,
}

/// The order whose rows are coming.
struct Open {
    number: String,
    /// What its lines have in common; none when it is no sale.
    head: Option<Told>,
    is_taken_back: bool,
    taken_back_at: String,
}

impl Shopify {
    pub(super) fn new(header: &[String]) -> Self {
        let place = |name: &'static str| Some((name, place_of(header, name)?));
        Self {
            places: COLUMNS.into_iter().filter_map(place).collect(),
            open: None,
        }
    }

    fn cell<'a>(&self, table: &'a dyn Table, column: &str) -> &'a str {
        let known = self.places.iter().find(|(name, _)| *name == column);
        text(table, known.map(|(_, place)| *place))
    }

    /// The first of these that says something.
    fn first<'a>(&self, table: &'a dyn Table, columns: &[&str]) -> &'a str {
        let mut cells = columns.iter().map(|column| self.cell(table, column));
        cells.find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    /// Begins an order; gives the lines for what stands at the order itself.
    fn begin(&mut self, table: &dyn Table, number: &str) -> Vec<Told> {
        let status = self.cell(table, "Financial Status").to_ascii_lowercase();
        let cancelled_at = moment(self.cell(table, "Cancelled at"));
        let is_unpaid = matches!(status.as_str(), "pending" | "authorized" | "");
        let is_void = matches!(status.as_str(), "voided" | "expired");
        let at = moment(self.cell(table, "Created at"));
        let head = Told {
            order_id: number.to_owned(),
            at: at.clone(),
            email: self.cell(table, "Email").to_owned(),
            currency: self.cell(table, "Currency").to_owned(),
            country: self
                .first(table, &["Shipping Country", "Billing Country"])
                .to_owned(),
            channel: channel_of(self.cell(table, "Source")).to_owned(),
            personal: personal(
                self.first(table, &["Billing Name", "Shipping Name"]),
                self.first(table, &["Phone", "Billing Phone"]),
                self.first(table, &["Shipping City", "Billing City"]),
            ),
            ..Told::default()
        };
        let refunded = positive(self.cell(table, "Refunded Amount"));
        let total = positive(self.cell(table, "Total")).unwrap_or_default();
        let is_taken_back = refunded.is_some_and(|refunded| refunded >= total);
        let taken_back_at = match cancelled_at.as_str() {
            "" => at,
            _ => cancelled_at.clone(),
        };
        let mut beside = Vec::new();
        if let Some(postage) = positive(self.cell(table, "Shipping")) {
            beside.push(head.beside(POSTAGE, "1", postage));
        }
        if let Some(discount) = positive(self.cell(table, "Discount Amount")) {
            beside.push(head.beside(DISCOUNT, "1", -discount));
        }
        if is_taken_back {
            let back: Vec<Told> = beside
                .iter()
                .map(|line| line.back(number, &taken_back_at, "-1", line.price.clone()))
                .collect();
            beside.extend(back);
        } else if let Some(refunded) = refunded {
            let line = head.beside(REFUND, "-1", refunded);
            beside.push(line.back(number, &taken_back_at, "-1", refunded.to_string()));
        }
        let is_dropped = is_void || (is_unpaid && !cancelled_at.is_empty());
        self.open = Some(Open {
            number: number.to_owned(),
            head: (!is_dropped).then_some(head),
            is_taken_back,
            taken_back_at,
        });
        beside
    }
}

impl Reader for Shopify {
    fn tell(&mut self, table: &dyn Table) -> Result<Vec<Told>, Reason> {
        let number = self.cell(table, "Name");
        if number.is_empty() || number.len() > CODE_BYTES_MAX {
            return Err(Reason::OrderId);
        }
        let is_known = self.open.as_ref().is_some_and(|open| open.number == number);
        let mut told = Vec::new();
        if !is_known {
            // A row that tells nothing of its order continues one.
            if self
                .first(table, &["Financial Status", "Currency", "Total"])
                .is_empty()
            {
                return Err(Reason::Continued);
            }
            told = self.begin(table, number);
        }
        let Some(open) = &self.open else {
            return Err(Reason::Continued);
        };
        let Some(head) = &open.head else {
            return Err(Reason::NotASale);
        };
        let title = self.cell(table, "Lineitem name");
        let named = &title[..title.floor_char_boundary(CODE_BYTES_MAX)];
        let quantity = self.cell(table, "Lineitem quantity");
        let price = self.cell(table, "Lineitem price");
        let item = Told {
            product: match self.cell(table, "Lineitem sku") {
                "" => named,
                sku => sku,
            }
            .to_owned(),
            title: title.to_owned(),
            quantity: quantity.to_owned(),
            price: price.to_owned(),
            ..head.clone()
        };
        if open.is_taken_back {
            let back = negated(quantity);
            told.push(item.back(&open.number, &open.taken_back_at, &back, price.to_owned()));
        }
        told.insert(0, item);
        Ok(told)
    }

    fn price_is_amount(&self) -> bool {
        false
    }
}

/// `2026-03-05 10:15:32 -0500` as `2026-03-05T10:15:32-05:00`; other forms as they stand.
fn moment(text: &str) -> String {
    let mut parts = text.split(' ');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else {
        return text.to_owned();
    };
    match (parts.next(), parts.next()) {
        (Some("UTC"), None) => format!("{date}T{time}Z"),
        (Some(offset), None) if offset.len() == 5 && offset.is_ascii() => {
            format!("{date}T{time}{}:{}", &offset[..3], &offset[3..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_an_offset_are_written_as_others_are() {
        let check = |text: &str, expected: &str| assert_eq!(moment(text), expected);
        check("2026-03-05 10:15:32 -0500", "2026-03-05T10:15:32-05:00");
        check("2026-03-05 10:15:32 UTC", "2026-03-05T10:15:32Z");
        check("2026-03-05 10:15:32", "2026-03-05 10:15:32");
        check("", "");
        check("a b ääb", "a b ääb");
    }
}
