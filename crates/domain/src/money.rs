//! Money in integer minor units. No float touches a balance.
//!
//! Amounts round half-even to the minor unit, line by line, once. Exponents are those of ISO 4217.

use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency code, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");
    /// Iranian rial. Toman is no currency of its own: ten rial.
    pub const IRR: Self = Self(*b"IRR");
    /// New Taiwan dollar.
    pub const TWD: Self = Self(*b"TWD");

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters were checked by parse")
    }

    /// How many decimal digits the minor unit has: 0, 2 or 3 (ISO 4217, amended to 2026).
    #[must_use]
    pub fn exponent(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// An exact decimal amount in minor units, rounded half-even once.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] when the amount does not fit 64 bits.
    pub fn minor_units(&self, amount: Decimal) -> Result<i64, MoneyError> {
        let scaled = amount
            .checked_mul(Decimal::from(10_i64.pow(self.exponent())))
            .ok_or(MoneyError::TooLarge)?;
        scaled
            .round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven)
            .to_i64()
            .ok_or(MoneyError::TooLarge)
    }

    /// Minor units as an exact decimal amount.
    #[must_use]
    pub fn decimal(&self, minor: i64) -> Decimal {
        Decimal::new(minor, self.exponent())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let bytes: [u8; 3] = text
            .as_bytes()
            .try_into()
            .map_err(|_| MoneyError::Currency(text.to_owned()))?;
        let upper = bytes.map(|byte| byte.to_ascii_uppercase());
        if upper.iter().all(u8::is_ascii_uppercase) {
            Ok(Self(upper))
        } else {
            Err(MoneyError::Currency(text.to_owned()))
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

/// Why a text is not an amount or a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyError {
    /// Not a plain decimal number.
    NotANumber(String),
    /// Does not fit 64 bits of minor units.
    TooLarge,
    /// Not three letters.
    Currency(String),
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber(given) => write!(
                f,
                "“{given}” is not a plain decimal number (digits with at most one point)"
            ),
            Self::TooLarge => f.write_str("the amount is too large"),
            Self::Currency(given) => {
                write!(
                    f,
                    "“{given}” is not a currency: expected three letters such as EUR"
                )
            }
        }
    }
}

impl std::error::Error for MoneyError {}

/// Reads a plain decimal from its original text: an optional sign, digits, at most one point.
/// Persian and Arabic digits are read as digits. NaN, infinities, exponents and thousands
/// separators are refused, because guessing at money is worse than asking.
///
/// # Errors
/// [`MoneyError::NotANumber`], or [`MoneyError::TooLarge`] beyond 28 digits.
pub fn parse_decimal(text: &str) -> Result<Decimal, MoneyError> {
    const DIGITS_MAX: usize = 28;
    let mut plain = String::with_capacity(text.len());
    let mut points = 0;
    let mut digits = 0;
    for (index, character) in text.trim().chars().enumerate() {
        match character {
            '0'..='9' => plain.push(character),
            '۰'..='۹' => plain.push(ascii_digit(character, '۰')),
            '٠'..='٩' => plain.push(ascii_digit(character, '٠')),
            '.' | '٫' => {
                points += 1;
                plain.push('.');
                continue;
            }
            '-' if index == 0 => {
                plain.push('-');
                continue;
            }
            '+' if index == 0 => continue,
            _ => return Err(MoneyError::NotANumber(shortened(text))),
        }
        digits += 1;
    }
    if digits == 0 || points > 1 {
        return Err(MoneyError::NotANumber(shortened(text)));
    }
    if digits > DIGITS_MAX {
        return Err(MoneyError::TooLarge);
    }
    Decimal::from_str_exact(&plain).map_err(|_| MoneyError::TooLarge)
}

fn ascii_digit(character: char, zero: char) -> char {
    char::from_digit(character as u32 - zero as u32, 10).expect("the range holds ten digits")
}

/// The first characters of a text, so that an error never repeats a ten-megabyte cell.
fn shortened(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    text.chars().take(SHOWN_MAX).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_from_their_text() {
        let check = |text: &str, expected: Result<&str, ()>| {
            let got = parse_decimal(text).map(|d| d.to_string()).map_err(|_| ());
            assert_eq!(got, expected.map(str::to_owned), "{text}");
        };
        check("2.55", Ok("2.55"));
        check(" -11062.06 ", Ok("-11062.06"));
        check("+3", Ok("3"));
        check("۱۲٫۵", Ok("12.5"));
        check("٣", Ok("3"));
        check("1,000.00", Err(()));
        check("NaN", Err(()));
        check("inf", Err(()));
        check("1e9", Err(()));
        check("", Err(()));
        check(".", Err(()));
        check("1.2.3", Err(()));
        check("--1", Err(()));
        check("99999999999999999999999999999", Err(()));
    }

    #[test]
    fn amounts_round_half_even_once() {
        let check = |currency: &str, amount: &str, minor: i64| {
            let currency: Currency = currency.parse().expect("a currency");
            let amount = parse_decimal(amount).expect("a decimal");
            assert_eq!(currency.minor_units(amount), Ok(minor));
        };
        check("GBP", "0.125", 12);
        check("GBP", "0.135", 14);
        check("GBP", "-0.125", -12);
        check("JPY", "10.5", 10);
        check("KWD", "1.2345", 1234);
    }

    #[test]
    fn amounts_beyond_64_bits_are_refused() {
        let amount = parse_decimal("9999999999999999999999").expect("a decimal");
        assert_eq!(Currency::EUR.minor_units(amount), Err(MoneyError::TooLarge));
    }
}
