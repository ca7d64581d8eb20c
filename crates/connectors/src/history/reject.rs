//! Why a line cannot be taken, in words that say what to do.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use super::error::Error;

/// The most bytes of a rejected line that are handed on.
pub const RAW_BYTES_MAX: usize = 2_000;
/// How many rejected lines are handed on; more are only counted, so that a hostile file cannot
/// fill the disk with complaints.
pub const REPORTED_MAX: u64 = 1_000_000;
/// The longest value that is repeated in a detail, in characters.
const SHOWN_MAX: usize = 60;

/// Why a line was rejected. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A quote that is not closed, or something behind a closing quote.
    Quote,
    /// A cell longer than is kept.
    CellTooLong,
    /// A line longer than is kept.
    LineTooLong,
    /// Not as many cells as the header.
    Columns,
    /// Bytes that are not text in the file's encoding.
    Encoding,
    /// A NUL byte.
    Nul,
    /// No order id, or one too long.
    OrderId,
    /// No time that can be read, or one before 1970 or after 2199.
    Time,
    /// No product code, or one too long.
    Product,
    /// Not a whole number of units.
    Quantity,
    /// Not a plain decimal amount.
    Price,
    /// Larger than any order.
    TooLarge,
    /// Not a currency.
    Currency,
    /// Not a channel.
    Channel,
    /// A customer id too long.
    Customer,
    /// Not an e-mail address.
    Email,
    /// A country too long.
    Country,
    /// A quantity and an amount whose signs contradict each other.
    Signs,
    /// A line of a refund that gives instead of taking back.
    RefundSigns,
    /// The order belongs to another customer.
    OtherCustomer,
    /// The order has another currency.
    OtherCurrency,
    /// The order has more lines than an order may have.
    OrderTooLong,
    /// The order's sum is larger than any order's.
    OrderTooLarge,
    /// Not a JSON object that can be read.
    Json,
    /// No number of the refund, or one too long.
    RefundId,
    /// A source too long.
    Source,
    /// A number or a name that is too long to be one.
    Code,
    /// Nobody is named.
    Nobody,
    /// A telephone number too long.
    Phone,
    /// A card number too long.
    Card,
    /// A text longer than is kept.
    Text,
    /// Not a rating.
    Rating,
    /// Not a purpose of consent.
    Purpose,
    /// Neither yes nor no.
    Granted,
    /// Not a cost.
    Cost,
    /// A category too long.
    Category,
    /// An order that was never paid, or was cancelled before.
    NotASale,
    /// A line that continues an order whose first line is not before it.
    Continued,
}

impl Reason {
    /// The word in reports and answers; it never changes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::CellTooLong => "cell_too_long",
            Self::LineTooLong => "line_too_long",
            Self::Columns => "columns",
            Self::Encoding => "encoding",
            Self::Nul => "nul",
            Self::OrderId => "order_id",
            Self::Time => "time",
            Self::Product => "product",
            Self::Quantity => "quantity",
            Self::Price => "price",
            Self::TooLarge => "too_large",
            Self::Currency => "currency",
            Self::Channel => "channel",
            Self::Customer => "customer",
            Self::Email => "email",
            Self::Country => "country",
            Self::Signs => "signs",
            Self::RefundSigns => "refund_signs",
            Self::OtherCustomer => "other_customer",
            Self::OtherCurrency => "other_currency",
            Self::OrderTooLong => "order_too_long",
            Self::OrderTooLarge => "order_too_large",
            Self::Json => "json",
            Self::RefundId => "refund_id",
            Self::Source => "source",
            Self::Code => "code",
            Self::Nobody => "nobody",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Text => "text",
            Self::Rating => "rating",
            Self::Purpose => "purpose",
            Self::Granted => "granted",
            Self::Cost => "cost",
            Self::Category => "category",
            Self::NotASale => "not_a_sale",
            Self::Continued => "continued",
        }
    }

    /// What is wrong and what to do, as one sentence without its full stop.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Quote => {
                "a quote is not closed within 65,536 bytes, or something stands behind the closing \
                 one: close it before the next comma, and write a quote inside quotes twice"
            }
            Self::CellTooLong => "a cell is longer than 65,536 bytes: shorten it",
            Self::LineTooLong => "the line is longer than 1,048,576 bytes: shorten it",
            Self::Columns => "the line has not as many cells as the header: add or remove commas",
            Self::Encoding => {
                "the line is not text in the file's encoding: save the file as UTF-8, or name \
                 its encoding in the mapping"
            }
            Self::Nul => "the line has a NUL byte: remove it",
            Self::OrderId => "the order id is empty or longer than 200 bytes: give one",
            Self::Time => {
                "the time cannot be read or is not between 1970 and 2199: write it like \
                 2011-12-09T12:50:00, or name the order of day and month in the mapping"
            }
            Self::Product => "the product code is empty or longer than 200 bytes: give one",
            Self::Quantity => "the quantity is not a whole number other than 0: write one like 6",
            Self::Price => "the price or amount is not a plain decimal: write one like 2.55",
            Self::TooLarge => "the quantity or amount is larger than any order: correct it",
            Self::Currency => "the currency is not one: write three letters such as EUR",
            Self::Channel => {
                "the channel is none that Fanous knows: write web, app, store, social, messenger, \
                 marketplace, email, sms, call or device"
            }
            Self::Customer => "the customer id is longer than 320 bytes: shorten it",
            Self::Email => "the e-mail address is none: write one like name@example.com, or none",
            Self::Country => "the country is longer than 200 bytes: shorten it",
            Self::Signs => {
                "the quantity takes back and the amount does not: give both the same sign"
            }
            Self::RefundSigns => {
                "a refund must have a quantity below 0 and no amount above 0: turn the signs"
            }
            Self::OtherCustomer
            | Self::OtherCurrency
            | Self::OrderTooLong
            | Self::OrderTooLarge
            | Self::Json
            | Self::RefundId
            | Self::Source
            | Self::Code
            | Self::Nobody
            | Self::Phone
            | Self::Card
            | Self::Text
            | Self::Rating
            | Self::Purpose
            | Self::Granted
            | Self::Cost
            | Self::Category
            | Self::NotASale
            | Self::Continued => self.sentence_of_meaning(),
        }
    }

    /// The same, of lines that can be read and cannot be meant.
    const fn sentence_of_meaning(self) -> &'static str {
        match self {
            Self::OtherCustomer => {
                "the order belongs to another customer, who is named on an earlier line of it: \
                 give one of them another order id"
            }
            Self::OtherCurrency => {
                "the order has another currency on its first line: give one of them another \
                 order id"
            }
            Self::OrderTooLong => "the order has more than 20,000 lines: split it",
            Self::OrderTooLarge => "the order's sum is larger than any order's: correct its lines",
            Self::Json => {
                "the line is not one JSON object with at most 2,000 fields: write one object a line"
            }
            Self::RefundId => "the refund id is empty or longer than 200 bytes: give one",
            Self::Source => "the source is longer than 200 bytes: shorten it",
            Self::Code => "a number or a name is longer than 200 bytes: shorten it",
            Self::Nobody => {
                "nobody is named: give a customer id, an e-mail address, a telephone number or a \
                 card"
            }
            Self::Phone => "the telephone number is longer than 320 bytes: shorten it",
            Self::Card => "the card number is longer than 320 bytes: shorten it",
            Self::Text => {
                "a text is longer than is kept (10,000 bytes for the words of a review, 2,000 \
                 otherwise): shorten it"
            }
            Self::Rating => {
                "the rating is not a whole number from 1 to 5: write one (0 means that none was \
                 given)"
            }
            Self::Purpose => {
                "the purpose is none that Fanous knows: write analytics, personalisation, \
                 marketing or third_party"
            }
            Self::Granted => "the answer is neither yes nor no: write yes or no",
            Self::Cost => "the cost is not a plain decimal of 0 or more: write one like 3.2050",
            Self::Category => "the category is longer than 100 bytes: shorten it",
            Self::NotASale => {
                "the order was cancelled, voided or never paid: it is no sale and is left out"
            }
            Self::Continued => {
                "the line continues an order whose first line does not stand before it: keep an \
                 order's lines together"
            }
            // The others are lines that cannot be read.
            _ => "the line cannot be taken",
        }
    }
}

/// One rejected line, as it is handed to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejected<'a> {
    /// Where the line starts in the file, counted from 1; the header is line 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// Which column and what it held, or which order; may be empty.
    pub detail: &'a str,
    /// The line as it stands in the file, at most [`RAW_BYTES_MAX`] bytes, any bytes. Empty when
    /// it was only found out after sorting, where `line` and `detail` say which one it is.
    pub raw: &'a [u8],
}

impl fmt::Display for Rejected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason.sentence())?;
        if self.detail.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", self.detail)
    }
}

/// A reason with its detail, on its way to the line it is about.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) detail: String,
}

impl Refusal {
    /// A refusal over what a column holds.
    pub(super) fn of_cell(reason: Reason, column: &str, cell: &[u8]) -> Self {
        Self {
            reason,
            detail: format!("{column} has “{}”", shortened(cell)),
        }
    }
}

/// The first characters of a cell, so that no report repeats a whole one.
pub(super) fn shortened(cell: &[u8]) -> String {
    let front = &cell[..cell.len().min(SHOWN_MAX * 4)];
    let text = String::from_utf8_lossy(front);
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if text.chars().count() > SHOWN_MAX || front.len() < cell.len() {
        shown.push('…');
    }
    shown
}

/// Where rejected lines go.
pub(super) struct Rejects<'a> {
    sink: &'a mut dyn FnMut(Rejected<'_>) -> io::Result<()>,
    counts: BTreeMap<Reason, u64>,
    total: u64,
}

impl<'a> Rejects<'a> {
    pub(super) fn new(sink: &'a mut dyn FnMut(Rejected<'_>) -> io::Result<()>) -> Self {
        Self {
            sink,
            counts: BTreeMap::new(),
            total: 0,
        }
    }

    pub(super) fn add(
        &mut self,
        line: u64,
        reason: Reason,
        detail: &str,
        raw: &[u8],
    ) -> Result<(), Error> {
        *self.counts.entry(reason).or_default() += 1;
        self.total += 1;
        if self.total > REPORTED_MAX {
            return Ok(());
        }
        let raw = &raw[..raw.len().min(RAW_BYTES_MAX)];
        (self.sink)(Rejected {
            line,
            reason,
            detail,
            raw,
        })
        .map_err(Error::Rejects)
    }

    /// How many by reason.
    pub(super) fn take_counts(&mut self) -> BTreeMap<Reason, u64> {
        std::mem::take(&mut self.counts)
    }
}
