//! WooCommerce's orders, as its common CSV export and as its REST API tell them.
//!
//! The CSV is the one of the extension *Customer / Order / Coupon Export* in its format "one row
//! per item" (the columns are named in its developer documentation; other exporters write the
//! same names). The JSON is an order of the REST API, version 3 (`GET /wp-json/wc/v3/orders`),
//! one a line.
//!
//! - WooCommerce tells amounts without tax, and so they are taken. Items cost their subtotal,
//!   before coupons, and the discount of the order becomes a line below 0; where there is no
//!   subtotal, they cost their total and the discount is in it. Postage and fees are lines.
//! - A refund names its order. When all refunds together reach the order's total (or its status
//!   says so), every line goes back under the number of the order; otherwise each refund is one
//!   amount that belongs to no product (the CSV has one for each order). Neither form says when
//!   it was: it counts at the time of the order.
//! - Orders that are pending, failed, cancelled, in the trash or drafts are no sales.
//! - Customer 0 is WooCommerce's word for a guest.

use std::borrow::Cow;

use domain::events::CODE_BYTES_MAX;
use rust_decimal::Decimal;

use super::{
    DISCOUNT, FEE, POSTAGE, Reader, Told, channel_of, negated, personal, place_of, positive, text,
};
use crate::history::json;
use crate::history::mapping::Platform;
use crate::history::reject::Reason;
use crate::history::table::Table;
use crate::lines::REFUND;

/// What is read, and under which names: of the CSV, and of the API. The first that a file has
/// counts.
const FIELDS: [(Field, &[&str], &[&str]); 25] = [
    (
        Field::Number,
        &["order_number_formatted", "order_number", "order_id"],
        &["number", "id"],
    ),
    (Field::At, &["date", "order_date"], &["date_created"]),
    (Field::AtUtc, &["date_gmt"], &["date_created_gmt"]),
    (Field::Status, &["status", "order_status"], &["status"]),
    (
        Field::Currency,
        &["order_currency", "currency"],
        &["currency"],
    ),
    (
        Field::Customer,
        &["customer_id", "customer_user"],
        &["customer_id"],
    ),
    (
        Field::Email,
        &["billing_email", "customer_email"],
        &["billing.email"],
    ),
    (Field::Name, &["billing_full_name"], &[]),
    (
        Field::FirstName,
        &["billing_first_name"],
        &["billing.first_name"],
    ),
    (
        Field::LastName,
        &["billing_last_name"],
        &["billing.last_name"],
    ),
    (Field::Phone, &["billing_phone"], &["billing.phone"]),
    (
        Field::City,
        &["shipping_city", "billing_city"],
        &["shipping.city"],
    ),
    (Field::Country, &["shipping_country"], &["shipping.country"]),
    (
        Field::BillingCountry,
        &["billing_country"],
        &["billing.country"],
    ),
    (Field::Channel, &["created_via"], &["created_via"]),
    (Field::Total, &["order_total"], &["total"]),
    (Field::Postage, &["shipping_total"], &["shipping_total"]),
    (Field::Fees, &["fee_total"], &["fee_lines"]),
    (Field::Discount, &["discount_total"], &["discount_total"]),
    (Field::Refunds, &["refunded_total"], &["refunds"]),
    (Field::Sku, &["item_sku"], &["line_items.sku"]),
    (
        Field::Product,
        &["item_product_id", "item_name"],
        &["line_items.product_id"],
    ),
    (Field::Title, &["item_name"], &["line_items.name"]),
    (
        Field::Quantity,
        &["item_quantity"],
        &["line_items.quantity"],
    ),
    (
        Field::Subtotal,
        &["item_subtotal"],
        &["line_items.subtotal"],
    ),
];
/// What an item costs after coupons.
const TOTALS: (&str, &str) = ("item_total", "line_items.total");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    At,
    AtUtc,
    Status,
    Currency,
    Customer,
    Email,
    Name,
    FirstName,
    LastName,
    Phone,
    City,
    Country,
    BillingCountry,
    Channel,
    Total,
    Postage,
    Fees,
    Discount,
    Refunds,
    Sku,
    Product,
    Title,
    Quantity,
    Subtotal,
}

fn names(platform: Platform, field: Field) -> &'static [&'static str] {
    let known = FIELDS.iter().find(|(known, ..)| *known == field);
    known.map_or(&[], |(_, csv, api)| match platform {
        Platform::WoocommerceApi => *api,
        _ => *csv,
    })
}

fn total_name(platform: Platform) -> &'static str {
    match platform {
        Platform::WoocommerceApi => TOTALS.1,
        _ => TOTALS.0,
    }
}

/// The columns that are read.
pub(super) fn columns_read(platform: Platform) -> Vec<&'static str> {
    let fields = FIELDS.iter();
    let mut columns: Vec<_> = fields
        .flat_map(|(field, ..)| names(platform, *field))
        .copied()
        .collect();
    columns.push(total_name(platform));
    columns
}

/// Whether a header has what such an export always has.
pub(super) fn is_header(platform: Platform, header: &[String]) -> bool {
    let has = |field: &Field| find(platform, *field, header).is_some();
    let has_time = has(&Field::At) || has(&Field::AtUtc);
    let has_price = has(&Field::Subtotal) || place_of(header, total_name(platform)).is_some();
    let needed = [Field::Number, Field::Status, Field::Quantity, Field::Total];
    needed.iter().all(has) && has_time && has_price
}

fn find(platform: Platform, field: Field, header: &[String]) -> Option<usize> {
    let mut names = names(platform, field).iter();
    names.find_map(|name| place_of(header, name))
}

/// Reads the orders.
pub(super) struct Woocommerce {
    platform: Platform,
    places: Vec<(Field, usize)>,
    total: Option<usize>,
    open: Option<Open>,
}

/// The order whose rows are coming.
struct Open {
    number: String,
    /// What its lines have in common; none when it is no sale.
    head: Option<Told>,
    is_taken_back: bool,
}

impl Woocommerce {
    pub(super) fn new(platform: Platform, header: &[String]) -> Self {
        let place = |(field, ..): &(Field, _, _)| Some((*field, find(platform, *field, header)?));
        Self {
            platform,
            places: FIELDS.iter().filter_map(place).collect(),
            total: place_of(header, total_name(platform)),
            open: None,
        }
    }

    fn cell<'a>(&self, table: &'a dyn Table, field: Field) -> &'a str {
        let known = self.places.iter().find(|(known, _)| *known == field);
        text(table, known.map(|(_, place)| *place))
    }

    fn has(&self, field: Field) -> bool {
        self.places.iter().any(|(known, _)| *known == field)
    }

    fn at<'a>(&self, table: &'a dyn Table) -> Cow<'a, str> {
        match self.cell(table, Field::AtUtc) {
            "" => self.cell(table, Field::At).into(),
            utc if utc.ends_with('Z') => utc.into(),
            utc => format!("{}Z", utc.replace(' ', "T")).into(),
        }
    }

    fn name(&self, table: &dyn Table) -> String {
        match self.cell(table, Field::Name) {
            "" => {
                let first = self.cell(table, Field::FirstName);
                let last = self.cell(table, Field::LastName);
                format!("{first} {last}").trim().to_owned()
            }
            name => name.to_owned(),
        }
    }

    fn head(&self, table: &dyn Table, number: &str) -> Told {
        Told {
            order_id: number.to_owned(),
            at: self.at(table).into_owned(),
            customer_id: match self.cell(table, Field::Customer) {
                "0" => String::new(),
                customer => customer.to_owned(),
            },
            email: self.cell(table, Field::Email).to_owned(),
            currency: self.cell(table, Field::Currency).to_owned(),
            country: match self.cell(table, Field::Country) {
                "" => self.cell(table, Field::BillingCountry),
                country => country,
            }
            .to_owned(),
            channel: channel_of(self.cell(table, Field::Channel)).to_owned(),
            personal: personal(
                &self.name(table),
                self.cell(table, Field::Phone),
                self.cell(table, Field::City),
            ),
            ..Told::default()
        }
    }

    /// Begins an order; gives the lines for what stands at the order itself.
    fn begin(&mut self, table: &dyn Table, number: &str) -> Vec<Told> {
        let status = self.cell(table, Field::Status).to_ascii_lowercase();
        let status = status.strip_prefix("wc-").unwrap_or(&status);
        let is_sale = !matches!(
            status,
            "pending"
                | "failed"
                | "cancelled"
                | "trash"
                | "checkout-draft"
                | "auto-draft"
                | "draft"
        );
        let head = self.head(table, number);
        let fees = amounts(self.cell(table, Field::Fees));
        let refunds = amounts(self.cell(table, Field::Refunds));
        let refunded: Decimal = refunds.iter().map(|(_, amount)| *amount).sum();
        let total = positive(self.cell(table, Field::Total)).unwrap_or_default();
        let is_taken_back = status == "refunded" || (refunded > Decimal::ZERO && refunded >= total);
        let mut beside = Vec::new();
        if let Some(postage) = positive(self.cell(table, Field::Postage)) {
            beside.push(head.beside(POSTAGE, "1", postage));
        }
        for (_, fee) in fees {
            beside.push(head.beside(FEE, "1", fee));
        }
        let discount = positive(self.cell(table, Field::Discount));
        if let Some(discount) = discount.filter(|_| self.price_is_before_coupons()) {
            beside.push(head.beside(DISCOUNT, "1", -discount));
        }
        if is_taken_back {
            let back: Vec<Told> = beside
                .iter()
                .map(|line| line.back(number, &head.at, "-1", turned(&line.price)))
                .collect();
            beside.extend(back);
        } else {
            for (id, amount) in refunds {
                let line = head.beside(REFUND, "-1", amount);
                let id = id.as_deref().unwrap_or(number);
                beside.push(line.back(id, &head.at, "-1", (-amount).to_string()));
            }
        }
        self.open = Some(Open {
            number: number.to_owned(),
            head: is_sale.then_some(head),
            is_taken_back,
        });
        beside
    }

    fn price_is_before_coupons(&self) -> bool {
        self.has(Field::Subtotal)
    }
}

impl Reader for Woocommerce {
    fn tell(&mut self, table: &dyn Table) -> Result<Vec<Told>, Reason> {
        let number = self.cell(table, Field::Number);
        if number.is_empty() || number.len() > CODE_BYTES_MAX {
            return Err(Reason::OrderId);
        }
        let is_known = self.open.as_ref().is_some_and(|open| open.number == number);
        let mut told = match is_known {
            true => Vec::new(),
            false => self.begin(table, number),
        };
        let Some(open) = &self.open else {
            return Err(Reason::Continued);
        };
        let Some(head) = &open.head else {
            return Err(Reason::NotASale);
        };
        let title = self.cell(table, Field::Title);
        let quantity = self.cell(table, Field::Quantity);
        let price = match self.price_is_before_coupons() {
            true => self.cell(table, Field::Subtotal),
            false => text(table, self.total),
        };
        let item = Told {
            product: match (
                self.cell(table, Field::Sku),
                self.cell(table, Field::Product),
            ) {
                ("", "" | "0") => &title[..title.floor_char_boundary(CODE_BYTES_MAX)],
                ("", product) => product,
                (sku, _) => sku,
            }
            .to_owned(),
            title: title.to_owned(),
            quantity: quantity.to_owned(),
            price: price.to_owned(),
            ..head.clone()
        };
        if open.is_taken_back {
            let back = negated(quantity);
            told.push(item.back(&open.number, &head.at, &back, turned(price)));
        }
        told.insert(0, item);
        Ok(told)
    }

    /// The export tells what the whole line costs.
    fn price_is_amount(&self) -> bool {
        debug_assert!(self.platform != Platform::Shopify);
        true
    }
}

/// The amount with its sign turned; unreadable ones stay as they are, to be refused.
fn turned(amount: &str) -> String {
    match amount.strip_prefix('-') {
        Some(amount) => amount.to_owned(),
        None => format!("-{amount}"),
    }
}

/// Amounts above nothing with their numbers: a plain one, or a list of objects with `id` and
/// `total`, whatever the sign.
fn amounts(cell: &str) -> Vec<(Option<String>, Decimal)> {
    if !cell.starts_with('[') {
        return positive(cell)
            .map(|amount| (None, amount))
            .into_iter()
            .collect();
    }
    let field = |flat: &json::Flat<'_>, wanted: &str| {
        let known = flat.fields.iter().find(|(name, _)| name == wanted);
        known.map(|(_, value)| value.clone())
    };
    json::list(cell)
        .unwrap_or_default()
        .iter()
        .filter_map(|part| {
            let total = field(part, "total")?;
            let id = field(part, "id").filter(|id| !id.is_empty() && id.len() <= CODE_BYTES_MAX);
            Some((id, positive(total.trim_start_matches('-'))?))
        })
        .collect()
}
