//! Exact decimals on their way to minor units: a quick way for the common forms, the domain's for
//! the rest. The quick way gives what `domain::money::parse_decimal` gives; tests hold that.

use domain::money::{MoneyError, parse_decimal};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Digits that surely fit 64 bits.
const QUICK_DIGITS_MAX: usize = 18;

/// An exact decimal: `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exact {
    mantissa: i128,
    scale: u32,
}

impl Exact {
    /// Nothing.
    pub(crate) const ZERO: Self = Self {
        mantissa: 0,
        scale: 0,
    };
    /// One.
    pub(crate) const ONE: Self = Self {
        mantissa: 1,
        scale: 0,
    };

    /// Reads a plain decimal.
    pub(crate) fn read(cell: &[u8]) -> Result<Self, MoneyError> {
        if let Some(exact) = Self::read_quickly(cell) {
            return Ok(exact);
        }
        parse_decimal(&String::from_utf8_lossy(cell)).map(Self::of)
    }

    fn read_quickly(cell: &[u8]) -> Option<Self> {
        let (negative, digits) = match cell {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        if digits.is_empty() || digits.len() > QUICK_DIGITS_MAX {
            return None;
        }
        let mut mantissa = 0_i64;
        let mut point = None;
        for (index, byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(byte - b'0'),
                b'.' if point.is_none() && digits.len() > 1 => point = Some(index),
                _ => return None,
            }
        }
        let scale = point.map_or(0, |point| digits.len() - point - 1) as u32;
        let mantissa = i128::from(if negative { -mantissa } else { mantissa });
        Some(Self { mantissa, scale })
    }

    /// The same number as the domain's decimal.
    pub(crate) fn of(decimal: Decimal) -> Self {
        Self {
            mantissa: decimal.mantissa(),
            scale: decimal.scale(),
        }
    }

    /// Whether it is below 0.
    pub(crate) const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Whether it is 0.
    pub(crate) const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Without its sign.
    pub(crate) const fn abs(self) -> Self {
        Self {
            mantissa: self.mantissa.abs(),
            scale: self.scale,
        }
    }

    /// So much of it, not rounded; nothing when that does not fit.
    pub(crate) fn product(self, other: Self) -> Option<Self> {
        Some(Self {
            mantissa: self.mantissa.checked_mul(other.mantissa)?,
            scale: self.scale + other.scale,
        })
    }

    /// The whole number it is, if it is one.
    pub(crate) fn whole(self) -> Option<i64> {
        let unit = 10_i128.checked_pow(self.scale)?;
        if self.mantissa % unit != 0 {
            return None;
        }
        (self.mantissa / unit).to_i64()
    }

    /// So many of it in minor units of a currency with `exponent` digits, rounded half-even
    /// once; nothing when that does not fit.
    pub(crate) fn times(self, quantity: i64, exponent: u32) -> Option<i64> {
        let product = self.mantissa.checked_mul(i128::from(quantity))?;
        if self.scale <= exponent {
            return product
                .checked_mul(10_i128.pow(exponent - self.scale))?
                .to_i64();
        }
        let unit = 10_i128.checked_pow(self.scale - exponent)?;
        let (whole, rest) = (product / unit, product % unit);
        let twice = rest.abs() * 2;
        let away = twice > unit || (twice == unit && whole % 2 != 0);
        (whole + if away { product.signum() } else { 0 }).to_i64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::Currency;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn amounts_are_those_of_the_domain(
            text in "-?[0-9]{1,8}(\\.[0-9]{1,6})?",
            quantity in -100_000_i64..100_000,
            code in prop::sample::select(vec!["GBP", "JPY", "KWD"]),
        ) {
            let currency: Currency = code.parse().unwrap();
            let decimal = parse_decimal(&text).unwrap();
            let expected = currency.minor_units(decimal * Decimal::from(quantity));
            let exact = Exact::read(text.as_bytes()).unwrap();
            prop_assert_eq!(exact.times(quantity, currency.exponent()), expected.ok());
        }

        #[test]
        fn any_text_is_a_number_exactly_when_the_domain_says_so(text in "[-+0-9.eN ]{0,24}") {
            let expected = parse_decimal(&text).ok().map(|d| d.normalize());
            let got = Exact::read(text.as_bytes()).ok();
            let got = got.map(|e| Decimal::from_i128_with_scale(e.mantissa, e.scale));
            prop_assert_eq!(got.map(|d| d.normalize()), expected);
        }
    }

    #[test]
    fn whole_numbers_may_be_written_with_zeros_behind_the_point() {
        let check = |text: &str, expected: Option<i64>| {
            let got = Exact::read(text.as_bytes()).ok().and_then(Exact::whole);
            assert_eq!(got, expected, "{text}");
        };
        check("6", Some(6));
        check("-80995", Some(-80_995));
        check("6.00", Some(6));
        check("۶", Some(6));
        check("1.5", None);
        check("NaN", None);
        check("99999999999999999999", None);
    }
}
