//! Understanding one line: from cells to an order's line in minor units.

use domain::customers::{Identity, Namespace};
use domain::events::{AMOUNT_MINOR_MAX, CODE_BYTES_MAX, Channel};
use domain::money::{Currency, MoneyError};
use domain::time::Millis;

use super::cell::Clock;
use super::fields::Kind;
use super::header::Places;
use super::mapping::Mapping;
use super::reject::{Reason, Refusal};
use super::table::Table;
use crate::exact::Exact;
use crate::lines::REFUND;

/// What programs write when they mean that a cell is empty.
const NOTHING: [&str; 9] = [
    "NULL", "null", "NaN", "nan", "None", "N/A", "n/a", "-", "\\N",
];
/// How many cells belong to the order and not to its line.
const HEAD_CELLS: usize = 9;

/// Reads the cells of lines by a mapping.
pub(super) struct LineReader {
    places: Places,
    clock: Clock,
    /// The head's cells of the line before; empty when it was refused.
    head_cells: [Vec<u8>; HEAD_CELLS],
    head_is_valid: bool,
    /// Whether every line takes back, whatever its signs are.
    is_refunds: bool,
    time_field: &'static str,
    pub(super) head: OwnedHead,
}

/// What the lines of an order have in common, owned.
pub(super) struct OwnedHead {
    pub(super) order_id: String,
    pub(super) customer_id: String,
    pub(super) email: String,
    pub(super) currency: Currency,
    pub(super) channel: Channel,
    pub(super) country: String,
    pub(super) source: String,
    pub(super) refund_of: String,
    pub(super) personal: String,
    /// Whether its lines are a refund whatever its number is.
    pub(super) is_refund: bool,
    has_refund_number: bool,
    is_adjustment: bool,
}

/// The numbers of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) at: Millis,
    pub(super) quantity: i64,
    pub(super) amount: i64,
}

impl LineReader {
    pub(super) fn new(mapping: &Mapping, places: Places) -> Self {
        Self {
            places,
            clock: Clock::new(mapping.zone.clone(), mapping.date_order),
            head_cells: Default::default(),
            head_is_valid: false,
            is_refunds: mapping.kind == Kind::Refunds,
            time_field: match mapping.kind {
                Kind::Refunds => "refunded_at",
                _ => "ordered_at",
            },
            head: OwnedHead {
                order_id: String::new(),
                customer_id: String::new(),
                email: String::new(),
                currency: mapping.currency,
                channel: mapping.channel,
                country: String::new(),
                source: String::new(),
                refund_of: String::new(),
                personal: String::new(),
                is_refund: false,
                has_refund_number: false,
                is_adjustment: false,
            },
        }
    }

    /// Whether the line belongs to the same order, with the same head, as the line before.
    pub(super) fn has_same_head(&self, lines: &impl Table) -> bool {
        // An empty slice points nowhere, and comparing it may look there with a masked load, which
        // costs hundreds of cycles each time: half of the whole reading, when it was measured.
        let same = |(known, cell): (&Vec<u8>, &[u8])| {
            known.len() == cell.len() && (cell.is_empty() || known == cell)
        };
        self.head_is_valid
            && self
                .head_cells
                .iter()
                .zip(self.places.head(lines))
                .all(same)
    }

    /// Reads a head that differs from the one before.
    pub(super) fn read_head(
        &mut self,
        lines: &impl Table,
        mapping: &Mapping,
    ) -> Result<(), Refusal> {
        self.head_is_valid = false;
        let cells = self.places.head(lines);
        let [
            order_id,
            customer_id,
            email,
            currency,
            channel,
            country,
            source,
            refund_of,
            personal,
        ] = cells.map(text_of);
        let is_refunds = mapping.kind == Kind::Refunds;
        let (reason, field) = match is_refunds {
            false => (Reason::OrderId, "order_id"),
            true => (Reason::RefundId, "refund_id"),
        };
        check_code(reason, mapping.columns.shown(field), order_id)?;
        self.head.order_id = order_id.to_owned();
        self.head.customer_id = named(Namespace::UserId, Reason::Customer, customer_id)?;
        self.head.email = named(Namespace::Email, Reason::Email, email)?;
        self.head.currency = match something(currency) {
            "" => mapping.currency,
            code => code
                .parse()
                .map_err(|_| refused(Reason::Currency, "currency", code))?,
        };
        self.head.channel = match something(channel) {
            "" => mapping.channel,
            word => word
                .to_ascii_lowercase()
                .parse()
                .map_err(|_| refused(Reason::Channel, "channel", word))?,
        };
        let (country, source) = (something(country), something(source));
        let refund_of = something(refund_of);
        for (reason, column, text) in [
            (Reason::Country, "country", country),
            (Reason::Source, "source", source),
            (Reason::OrderId, "order_id", refund_of),
        ] {
            if text.len() > CODE_BYTES_MAX {
                return Err(refused(reason, column, text));
            }
        }
        self.head.country = country.to_owned();
        self.head.source = source.to_owned();
        self.head.refund_of = refund_of.to_owned();
        self.head.personal = personal.to_owned();
        self.head.is_refund = is_refunds || !refund_of.is_empty();
        self.head.has_refund_number = mapping.is_refund(order_id);
        self.head.is_adjustment = mapping.is_adjustment(order_id);
        for (known, cell) in self.head_cells.iter_mut().zip(cells) {
            known.clear();
            known.extend_from_slice(cell);
        }
        self.head_is_valid = true;
        Ok(())
    }

    /// Reads the time, the quantity and the amount, under the head that was read.
    pub(super) fn read_numbers(
        &mut self,
        lines: &impl Table,
        mapping: &Mapping,
    ) -> Result<Numbers, Refusal> {
        let cell = lines.cell(self.places.ordered_at).trim_ascii();
        let at = self.clock.read(cell).map_err(|_| {
            let column = mapping.columns.shown(self.time_field);
            Refusal::of_cell(Reason::Time, column, cell)
        })?;
        let quantity = self.read_quantity(lines, mapping)?;
        let amount = self.read_amount(lines, mapping, quantity)?;
        let (quantity, amount) = match self.is_refunds {
            false => (quantity, amount),
            // Shops write what went back with either sign.
            true => (-quantity.abs(), -amount.abs()),
        };
        self.check_signs(quantity, amount)?;
        Ok(Numbers {
            at,
            quantity,
            amount,
        })
    }

    fn read_quantity(&self, lines: &impl Table, mapping: &Mapping) -> Result<i64, Refusal> {
        let cell = lines.cell(self.places.quantity).trim_ascii();
        if self.is_refunds && cell.is_empty() {
            return Ok(1);
        }
        let whole = Exact::read(cell)
            .ok()
            .and_then(Exact::whole)
            .filter(|whole| *whole != 0);
        let refused = |reason| {
            let column = mapping.columns.shown("quantity");
            Refusal::of_cell(reason, column, cell)
        };
        let quantity = whole.ok_or_else(|| refused(Reason::Quantity))?;
        if quantity.unsigned_abs() > AMOUNT_MINOR_MAX.unsigned_abs() {
            return Err(refused(Reason::TooLarge));
        }
        Ok(quantity)
    }

    fn read_amount(
        &self,
        lines: &impl Table,
        mapping: &Mapping,
        quantity: i64,
    ) -> Result<i64, Refusal> {
        let cell = lines.cell(self.places.price).trim_ascii();
        let column = match self.places.price_is_amount {
            true => "amount",
            false => "unit_price",
        };
        let column = mapping.columns.shown(column);
        let refused = |reason| Refusal::of_cell(reason, column, cell);
        let price = Exact::read(cell).map_err(|error| match error {
            MoneyError::TooLarge => refused(Reason::TooLarge),
            _ => refused(Reason::Price),
        })?;
        let times = if self.places.price_is_amount {
            1
        } else {
            quantity
        };
        let exponent = self.head.currency.exponent();
        let amount = price.times(times, exponent);
        let is_bounded = |amount: &i64| amount.unsigned_abs() <= AMOUNT_MINOR_MAX.unsigned_abs();
        amount
            .filter(is_bounded)
            .ok_or_else(|| refused(Reason::TooLarge))
    }

    fn check_signs(&self, quantity: i64, amount: i64) -> Result<(), Refusal> {
        let takes_back = quantity < 0 && amount <= 0;
        let reason = if self.head.is_adjustment {
            return Ok(());
        } else if self.head.is_refund {
            // A refund of a whole order takes its discount back as well.
            return Ok(());
        } else if self.head.has_refund_number && !takes_back {
            Reason::RefundSigns
        } else if quantity < 0 && amount > 0 {
            Reason::Signs
        } else {
            return Ok(());
        };
        let detail = format!("quantity {quantity}, amount {amount} in minor units");
        Err(Refusal { reason, detail })
    }

    /// Reads the product code.
    pub(super) fn product<'a>(
        &self,
        lines: &'a impl Table,
        mapping: &Mapping,
    ) -> Result<&'a str, Refusal> {
        let product = text_of(lines.cell(self.places.product_id));
        if product.is_empty() && self.is_refunds {
            return Ok(REFUND);
        }
        check_code(
            Reason::Product,
            mapping.columns.shown("product_id"),
            product,
        )?;
        Ok(product)
    }

    /// What the line calls the product; empty when it does not.
    pub(super) fn title<'a>(&self, lines: &'a impl Table) -> &'a str {
        self.places
            .title
            .map_or("", |place| something(text_of(lines.cell(place))))
    }
}

impl Places {
    /// The cells of a line that belong to its order.
    fn head<'a>(&self, lines: &'a impl Table) -> [&'a [u8]; HEAD_CELLS] {
        let optional = |place: Option<usize>| place.map_or(&[][..], |place| lines.cell(place));
        [
            lines.cell(self.order_id),
            optional(self.customer_id),
            optional(self.email),
            optional(self.currency),
            optional(self.channel),
            optional(self.country),
            optional(self.source),
            optional(self.refund_of),
            optional(self.personal),
        ]
    }
}

/// The text of a cell without blanks around it. Lines that are not UTF-8 were refused before.
pub(super) fn text_of(cell: &[u8]) -> &str {
    std::str::from_utf8(cell).unwrap_or_default().trim()
}

/// A text, or nothing when it is a word for nothing.
pub(super) fn something(text: &str) -> &str {
    if NOTHING.contains(&text) { "" } else { text }
}

fn refused(reason: Reason, column: &str, text: &str) -> Refusal {
    Refusal::of_cell(reason, column, text.as_bytes())
}

pub(super) fn check_code(reason: Reason, column: &str, code: &str) -> Result<(), Refusal> {
    if code.is_empty() || code.len() > CODE_BYTES_MAX {
        return Err(refused(reason, column, code));
    }
    Ok(())
}

/// An identity in its compared form, or nothing. A wrong e-mail address is not overlooked: all
/// who share a word such as "guest" would become one customer.
pub(super) fn named(namespace: Namespace, reason: Reason, text: &str) -> Result<String, Refusal> {
    let text = something(text);
    if text.is_empty() {
        return Ok(String::new());
    }
    let is_address = || {
        text.split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    };
    if namespace == Namespace::Email && !is_address() {
        return Err(refused(reason, namespace.word(), text));
    }
    let identity = Identity::new(namespace, text);
    let identity = identity.map_err(|_| refused(reason, namespace.word(), text))?;
    Ok(identity.value().to_owned())
}
