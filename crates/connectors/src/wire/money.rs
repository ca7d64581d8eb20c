//! Amounts and numbers of units, from the text in which the sender wrote them.

use domain::events::AMOUNT_MINOR_MAX;
use domain::money::Currency;
use rust_decimal::Decimal;

use super::object::{Object, Value};
use super::problem::Problem;
use crate::exact::Exact;

/// The furthest a number may be moved by its exponent: beyond this it is no money.
const EXPONENT_MAX: u32 = 20;
/// What shops call ten rial. It is no currency of ISO 4217, and books are kept in rial.
const TOMAN: [&str; 4] = ["irt", "tmn", "toman", "تومان"];

/// Reads the amounts of one order, in its currency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Till {
    pub(super) currency: Currency,
    /// Whether the sender named none, so that the shop's own was taken.
    pub(super) is_assumed: bool,
    /// Whether amounts are in toman, and each is ten rial.
    pub(super) is_toman: bool,
}

impl Till {
    /// The till of an event with these properties.
    pub(super) fn of(properties: &Object<'_>, shop: Currency) -> Result<Self, Problem> {
        let wrong = Problem::field("currency", "three letters of ISO 4217, such as EUR");
        let (currency, is_assumed, is_toman) = match properties.any(&["currency"]) {
            None => (shop, true, false),
            Some(value) => match value.string().as_deref().map(str::trim) {
                Some("") => (shop, true, false),
                Some(code) if TOMAN.contains(&code.to_lowercase().as_str()) => {
                    (Currency::IRR, false, true)
                }
                Some(code) => (code.parse().map_err(|_| wrong)?, false, false),
                None => return Err(wrong),
            },
        };
        Ok(Self {
            currency,
            is_assumed,
            is_toman,
        })
    }

    /// An amount in minor units, rounded half-even once.
    pub(super) fn minor(
        &self,
        field: &'static str,
        price: Exact,
        quantity: Exact,
    ) -> Result<i64, Problem> {
        let tens = if self.is_toman { 10 } else { 1 };
        let amount = price
            .product(quantity)
            .and_then(|amount| amount.times(tens, self.currency.exponent()));
        let is_bounded = |amount: &i64| amount.unsigned_abs() <= AMOUNT_MINOR_MAX.unsigned_abs();
        let wrong = Problem::field(field, "no larger than any order's amount");
        amount.filter(is_bounded).ok_or(wrong)
    }

    /// The amount that is the first of these, in minor units.
    pub(super) fn amount(
        &self,
        properties: &Object<'_>,
        field: &'static str,
        plain_names: &[&str],
    ) -> Result<Option<i64>, Problem> {
        let Some(amount) = exact(properties.any(plain_names), field)? else {
            return Ok(None);
        };
        self.minor(field, amount, Exact::ONE).map(Some)
    }
}

/// An exact number: as JSON writes one, or a text that holds a plain decimal. None when there is
/// none, or an empty text.
pub(super) fn exact(
    value: Option<Value<'_>>,
    field: &'static str,
) -> Result<Option<Exact>, Problem> {
    let wrong = Problem::field(
        field,
        "a plain decimal such as 19.90, without separators of thousands",
    );
    let Some(value) = value else {
        return Ok(None);
    };
    let exact = if value.is_number() {
        number(value.written())
    } else {
        let text = value.string().ok_or(wrong.clone())?;
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        Exact::read(text.as_bytes()).ok()
    };
    exact.map(Some).ok_or(wrong)
}

/// A number as JSON writes it.
fn number(written: &str) -> Option<Exact> {
    let Some(place) = written.find(['e', 'E']) else {
        return Exact::read(written.as_bytes()).ok();
    };
    // The reader of decimals would take any exponent, at a price in time or with a guess.
    let exponent: i32 = written[place + 1..].parse().ok()?;
    if exponent.unsigned_abs() > EXPONENT_MAX {
        return None;
    }
    // It writes zeros for a positive exponent, and rounds away what does not fit: a number that
    // long is none that a shop wrote.
    const DIGITS_MAX: usize = 28;
    let digits = written[..place].bytes().filter(u8::is_ascii_digit).count();
    if digits + exponent.unsigned_abs() as usize > DIGITS_MAX {
        return None;
    }
    Decimal::from_scientific(written).ok().map(Exact::of)
}
