//! Which column of a shop's file is what, and which rules its numbers follow.

use std::collections::BTreeMap;

use domain::events::{Channel, LineKind};
use domain::money::Currency;
use domain::time::Zone;
use serde::{Deserialize, Serialize};

use super::fields::Kind;

/// What is taken for granted where a file is silent.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// The currency of amounts without one.
    pub currency: Currency,
    /// Where orders without a channel happened.
    pub channel: Channel,
    /// The zone of times without an offset.
    pub zone: Zone,
}

/// What the caller knows of a file before it is opened. What is silent is recognised.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// What the file tells of.
    pub kind: Option<Kind>,
    /// Columns by the name of their field.
    pub columns: Columns,
    /// The currency of amounts without one.
    pub currency: Option<Currency>,
    /// Where things without a channel happened.
    pub channel: Option<Channel>,
    /// The zone of times without an offset.
    pub zone: Option<Zone>,
}

/// A program whose export is read by its own rules; its columns are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Shopify's export of orders (CSV).
    Shopify,
    /// The common export of WooCommerce's orders with a row for each item (CSV).
    Woocommerce,
    /// Orders as WooCommerce's REST API (version 3) tells them, one a line (NDJSON).
    WoocommerceApi,
}

impl Platform {
    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Shopify => "Shopify orders",
            Self::Woocommerce => "WooCommerce orders",
            Self::WoocommerceApi => "WooCommerce orders (API)",
        }
    }
}

/// How a shop's file is to be read. It can be kept as a file of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What the file tells of.
    #[serde(default, skip_serializing_if = "is_orders")]
    pub kind: Kind,
    /// The program that wrote it, when that has rules of its own; then `columns` says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Which column is what.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub columns: Columns,
    /// The currency of amounts without one.
    pub currency: Currency,
    /// Where things without a channel happened.
    #[serde(default)]
    pub channel: Channel,
    /// The zone of times without an offset.
    pub zone: Zone,
    /// How dates are written.
    #[serde(default)]
    pub date_order: DateOrder,
    /// Order ids that start with it are refunds (credit notes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_prefix: Option<String>,
    /// Order ids that start with it are corrections of the books, such as a bad debt. They lead
    /// to no customer even when they name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjustment_prefix: Option<String>,
    /// Product codes that are not products. The first rule that fits counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<KindRule>,
    /// The encoding by its web name, such as `windows-1252`. UTF-8 when silent; a byte order
    /// mark at the front of the file counts before both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

fn is_orders(kind: &Kind) -> bool {
    *kind == Kind::Orders
}

/// The columns of a file by the names of their fields ([`Kind::fields`]), as the header writes
/// them; capital and small letters are alike.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Columns(BTreeMap<String, String>);

impl Columns {
    /// The column that holds a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Says which column holds a field.
    pub fn set(&mut self, field: &str, column: &str) {
        self.0.insert(field.to_owned(), column.to_owned());
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with its column.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.0.iter();
        columns.map(|(field, column)| (field.as_str(), column.as_str()))
    }

    /// The column of a field, for sentences: its own name when no column is said.
    pub(super) fn shown<'a>(&'a self, field: &'a str) -> &'a str {
        self.get(field).unwrap_or(field)
    }
}

/// How dates are written. It is never guessed, because 3/4 may be March or April.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `2010-12-01T08:26:00`, `2010-12-01 08:26` or `2010-12-01`, with or without an offset.
    #[default]
    YearFirst,
    /// `1/12/2010 8:26`, also with points or dashes.
    DayFirst,
    /// `12/1/2010 8:26`, also with points or dashes.
    MonthFirst,
}

/// Product codes that stand for something else than a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// What they stand for.
    pub kind: LineKind,
    /// The codes, letter by letter; one that ends in `*` stands for every code that begins so.
    pub codes: Vec<String>,
}

impl Mapping {
    /// A mapping of these columns with the defaults and without rules.
    #[must_use]
    pub fn plain(kind: Kind, columns: Columns, defaults: &Defaults) -> Self {
        // What a refund without a product takes back is no product.
        let refund = KindRule {
            kind: LineKind::Adjustment,
            codes: vec![crate::lines::REFUND.to_owned()],
        };
        Self {
            kind,
            platform: None,
            columns,
            currency: defaults.currency,
            channel: defaults.channel,
            zone: defaults.zone.clone(),
            date_order: DateOrder::YearFirst,
            refund_prefix: None,
            adjustment_prefix: None,
            kinds: match kind {
                Kind::Refunds => vec![refund],
                _ => Vec::new(),
            },
            encoding: None,
        }
    }

    /// Lets what the caller knows count before what was recognised or written down.
    pub fn heed(&mut self, asked: &Asked) {
        self.kind = asked.kind.unwrap_or(self.kind);
        self.currency = asked.currency.unwrap_or(self.currency);
        self.channel = asked.channel.unwrap_or(self.channel);
        if let Some(zone) = &asked.zone {
            self.zone = zone.clone();
        }
        for (field, column) in asked.columns.iter() {
            self.columns.set(field, column);
        }
    }

    /// What lines with this product code stand for.
    #[must_use]
    pub fn kind_of(&self, product: &str) -> LineKind {
        let fits = |code: &String| match code.strip_suffix('*') {
            Some(start) => product.starts_with(start),
            None => product == code,
        };
        let rule = self.kinds.iter().find(|rule| rule.codes.iter().any(fits));
        rule.map_or(LineKind::Product, |rule| rule.kind)
    }

    pub(super) fn is_refund(&self, order_id: &str) -> bool {
        starts(order_id, self.refund_prefix.as_ref())
    }

    pub(super) fn is_adjustment(&self, order_id: &str) -> bool {
        starts(order_id, self.adjustment_prefix.as_ref())
    }

    /// The rules of the data set *Online Retail* for its columns, wherever it was exported:
    /// pounds, London time, `C` before the numbers of credit notes and `A` before bad debts, and
    /// the codes that are postage, fees, samples, vouchers and corrections by hand.
    #[must_use]
    pub fn online_retail(columns: Columns) -> Self {
        let rule = |kind, codes: &[&str]| KindRule {
            kind,
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        };
        let defaults = Defaults {
            currency: Currency::GBP,
            channel: Channel::Web,
            zone: "Europe/London".parse().unwrap_or_else(|_| Zone::utc()),
        };
        Self {
            refund_prefix: Some("C".to_owned()),
            adjustment_prefix: Some("A".to_owned()),
            kinds: vec![
                rule(LineKind::Postage, &["POST", "DOT", "C2"]),
                rule(LineKind::Fee, &["AMAZONFEE", "BANK CHARGES", "CRUK"]),
                rule(LineKind::Sample, &["S"]),
                rule(LineKind::Voucher, &["gift_0001_*"]),
                rule(LineKind::Adjustment, &["M", "m", "D", "B"]),
            ],
            ..Self::plain(Kind::Orders, columns, &defaults)
        }
    }
}

fn starts(order_id: &str, prefix: Option<&String>) -> bool {
    prefix.is_some_and(|prefix| !prefix.is_empty() && order_id.starts_with(prefix.as_str()))
}
