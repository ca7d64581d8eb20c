//! Exports of shop platforms, told anew as order lines.
//!
//! A platform's record becomes one line for its item, and with the first record of an order
//! lines for what stands at the order itself: its postage, its fees, its discount, its refunds.
//! From there on they are order lines like any other. The lines of an order must stand together,
//! as the platforms write them.

mod shopify;
mod woocommerce;

use std::collections::VecDeque;

use domain::events::{Channel, LineKind};
use domain::money::parse_decimal;
use rust_decimal::Decimal;

use super::error::{Error, ReadSoFar};
use super::header::Places;
use super::line::{something, text_of};
use super::mapping::{Columns, Defaults, KindRule, Mapping, Platform};
use super::reject::Reason;
use super::table::{Found, Next, Table};
use crate::lines::{DISCOUNT, POSTAGE, REFUND};

/// What a line for a fee is called where a product would stand.
const FEE: &str = "fee";
/// The longest name, telephone number or city that is kept, in bytes.
const PERSONAL_BYTES_MAX: usize = 200;

/// A line of an order as the platforms' readers tell it, in texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Told {
    order_id: String,
    at: String,
    product: String,
    title: String,
    quantity: String,
    /// What a unit costs, or the whole line, as the platform's places say.
    price: String,
    customer_id: String,
    email: String,
    currency: String,
    country: String,
    channel: String,
    refund_of: String,
    personal: String,
}

/// The places of a told line's cells.
const CELLS: usize = 13;

impl Told {
    fn cell(&self, place: usize) -> &str {
        let cells: [&str; CELLS] = [
            &self.order_id,
            &self.at,
            &self.product,
            &self.title,
            &self.quantity,
            &self.price,
            &self.customer_id,
            &self.email,
            &self.currency,
            &self.country,
            &self.channel,
            &self.refund_of,
            &self.personal,
        ];
        cells.get(place).copied().unwrap_or_default()
    }

    /// A line of the same order for something that is no item.
    fn beside(&self, product: &str, quantity: &str, price: Decimal) -> Self {
        Self {
            product: product.to_owned(),
            title: String::new(),
            quantity: quantity.to_owned(),
            price: price.to_string(),
            ..self.clone()
        }
    }

    /// A line that takes back under the number of a refund.
    fn back(&self, refund_id: &str, at: &str, quantity: &str, price: String) -> Self {
        let has_customer = !self.customer_id.is_empty() || !self.email.is_empty();
        let back = Self {
            at: at.to_owned(),
            title: String::new(),
            quantity: quantity.to_owned(),
            price,
            personal: String::new(),
            ..self.clone()
        };
        if has_customer {
            return Self {
                order_id: refund_id.to_owned(),
                refund_of: self.order_id.clone(),
                ..back
            };
        }
        // Books without a customer know no refunds of orders, so it stays within its order; and
        // there a discount that is taken back is a line above 0.
        match self.product.as_str() {
            DISCOUNT => Self {
                quantity: "1".to_owned(),
                price: back.price.trim_start_matches('-').to_owned(),
                ..back
            },
            _ => back,
        }
    }
}

/// How a platform writes its orders.
trait Reader {
    /// Tells a record as lines.
    fn tell(&mut self, table: &dyn Table) -> Result<Vec<Told>, Reason>;
    /// Whether the price of a line is that of the whole line.
    fn price_is_amount(&self) -> bool;
}

/// The platform whose export has this header.
pub(super) fn recognise(header: &[String]) -> Option<Platform> {
    [
        Platform::Shopify,
        Platform::Woocommerce,
        Platform::WoocommerceApi,
    ]
    .into_iter()
    .find(|platform| match platform {
        Platform::Shopify => shopify::is_header(header),
        other => woocommerce::is_header(*other, header),
    })
}

/// The mapping of a platform's export.
pub(super) fn mapping(platform: Platform, defaults: &Defaults) -> Mapping {
    let rule = |kind, code: &str| KindRule {
        kind,
        codes: vec![code.to_owned()],
    };
    Mapping {
        platform: Some(platform),
        kinds: vec![
            rule(LineKind::Postage, POSTAGE),
            rule(LineKind::Fee, FEE),
            rule(LineKind::Adjustment, DISCOUNT),
            rule(LineKind::Adjustment, REFUND),
        ],
        ..Mapping::plain(Default::default(), Columns::default(), defaults)
    }
}

/// The columns that a platform's reader looks at.
pub(super) fn columns_read(platform: Platform) -> Vec<&'static str> {
    match platform {
        Platform::Shopify => shopify::COLUMNS.to_vec(),
        other => woocommerce::columns_read(other),
    }
}

/// A platform's records as order lines.
pub(super) struct Orders<'a> {
    inner: &'a mut dyn Table,
    reader: Box<dyn Reader>,
    waiting: VecDeque<Told>,
    current: Told,
    found: Option<Found>,
}

impl<'a> Orders<'a> {
    pub(super) fn new(platform: Platform, header: &[String], inner: &'a mut dyn Table) -> Self {
        let reader: Box<dyn Reader> = match platform {
            Platform::Shopify => Box::new(shopify::Shopify::new(header)),
            other => Box::new(woocommerce::Woocommerce::new(other, header)),
        };
        Self {
            inner,
            reader,
            waiting: VecDeque::new(),
            current: Told::default(),
            found: None,
        }
    }

    /// Where the cells of a told line stand.
    pub(super) fn places(&self) -> Places {
        Places {
            order_id: 0,
            ordered_at: 1,
            product_id: 2,
            title: Some(3),
            quantity: 4,
            price: 5,
            price_is_amount: self.reader.price_is_amount(),
            customer_id: Some(6),
            email: Some(7),
            currency: Some(8),
            country: Some(9),
            channel: Some(10),
            source: None,
            refund_of: Some(11),
            personal: Some(12),
        }
    }
}

impl Table for Orders<'_> {
    fn next(&mut self) -> Result<Next, Error> {
        loop {
            if let (Some(told), Some(found)) = (self.waiting.pop_front(), &self.found) {
                self.current = told;
                return Ok(Next::Line(found.clone()));
            }
            let found = match self.inner.next()? {
                Next::Line(found) => found,
                other => return Ok(other),
            };
            match self.reader.tell(self.inner) {
                Ok(told) => self.waiting.extend(told),
                Err(reason) => return Ok(Next::Refused(found, reason)),
            }
            self.found = Some(found);
        }
    }

    fn cell(&self, place: usize) -> &[u8] {
        self.current.cell(place).as_bytes()
    }

    fn raw(&self, found: &Found) -> &[u8] {
        self.inner.raw(found)
    }

    fn detail(&self, found: &Found, reason: Reason) -> String {
        self.inner.detail(found, reason)
    }

    fn so_far(&self) -> ReadSoFar {
        self.inner.so_far()
    }
}

/// The place of a column by its name, capital and small letters alike.
fn place_of(header: &[String], name: &str) -> Option<usize> {
    header
        .iter()
        .position(|other| other.trim().eq_ignore_ascii_case(name))
}

fn text(table: &dyn Table, place: Option<usize>) -> &str {
    place.map_or("", |place| something(text_of(table.cell(place))))
}

/// An amount above nothing; none for what is empty, nothing or unreadable. What an order's own
/// cells say wrongly is not held against its lines.
fn positive(text: &str) -> Option<Decimal> {
    let amount = parse_decimal(text).ok()?;
    (amount > Decimal::ZERO).then_some(amount)
}

/// A negative whole number as text, whatever its sign was.
fn negated(quantity: &str) -> String {
    format!("-{}", quantity.trim_start_matches(['-', '+']))
}

/// What is personal about an order, as a JSON document.
fn personal(name: &str, phone: &str, city: &str) -> String {
    let cut = |text: &str| text[..text.floor_char_boundary(PERSONAL_BYTES_MAX)].to_owned();
    let told: domain::events::Personal = [("name", name), ("phone", phone), ("city", city)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| (field.to_owned(), cut(value)))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => serde_json::to_string(&told).expect("texts by name are a JSON document"),
    }
}

/// The channel of a word that a platform uses; empty when it says nothing of it.
fn channel_of(word: &str) -> &'static str {
    let channel = match word.to_ascii_lowercase().as_str() {
        "web" | "checkout" | "store-api" => Channel::Web,
        "iphone" | "android" | "mobile_app" => Channel::App,
        "pos" | "pos-rest-api" => Channel::Store,
        "facebook" | "instagram" | "tiktok" | "pinterest" => Channel::Social,
        "amazon" | "ebay" | "etsy" | "walmart" => Channel::Marketplace,
        _ => return "",
    };
    channel.word()
}
