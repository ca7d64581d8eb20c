//! Which column of a shop's file is what, and which rules its numbers follow.

use domain::events::{Channel, LineKind};
use domain::money::Currency;
use domain::time::Zone;
use serde::{Deserialize, Serialize};

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

/// How a shop's order-line file is to be read. It can be kept as a file of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Which column is what.
    pub columns: Columns,
    /// The currency of amounts without one.
    pub currency: Currency,
    /// Where orders without a channel happened.
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

/// The names of columns as the header writes them; capital and small letters are alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The shop's own number of the order.
    pub order_id: String,
    /// When it was ordered.
    pub ordered_at: String,
    /// The shop's code of the product.
    pub product_id: String,
    /// How many units; below 0 when they came back.
    pub quantity: String,
    /// The price of one unit. Not needed when there is `amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<String>,
    /// What the line costs in all; counts before `unit_price`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The shop's own number of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The customer's e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the product is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The currency of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Where the goods go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Where it was ordered: `web`, `store`, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
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
        Self {
            columns,
            currency: Currency::GBP,
            channel: Channel::Web,
            zone: "Europe/London".parse().unwrap_or_else(|_| Zone::utc()),
            date_order: DateOrder::YearFirst,
            refund_prefix: Some("C".to_owned()),
            adjustment_prefix: Some("A".to_owned()),
            kinds: vec![
                rule(LineKind::Postage, &["POST", "DOT", "C2"]),
                rule(LineKind::Fee, &["AMAZONFEE", "BANK CHARGES", "CRUK"]),
                rule(LineKind::Sample, &["S"]),
                rule(LineKind::Voucher, &["gift_0001_*"]),
                rule(LineKind::Adjustment, &["M", "m", "D", "B"]),
            ],
            encoding: None,
        }
    }
}

fn starts(order_id: &str, prefix: Option<&String>) -> bool {
    prefix.is_some_and(|prefix| !prefix.is_empty() && order_id.starts_with(prefix.as_str()))
}
