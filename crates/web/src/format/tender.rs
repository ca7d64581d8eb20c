//! In what amounts of money are shown: the currency of the books, or tomans in place of rials.

use domain::money::{Currency, parse_decimal};
use domain::settings::ShopSettings;

/// Rials are ten to a toman.
const RIALS_IN_A_TOMAN: i64 = 10;

/// In what amounts are shown, and typed into forms. Books, API and the text of questions stay in
/// the currency itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tender {
    currency: Currency,
    is_toman: bool,
}

impl From<Currency> for Tender {
    fn from(currency: Currency) -> Self {
        Self {
            currency,
            is_toman: false,
        }
    }
}

impl From<&ShopSettings> for Tender {
    fn from(settings: &ShopSettings) -> Self {
        Self::of(settings.currency, settings)
    }
}

impl Tender {
    /// How a shop shows amounts of this currency, which need not be the one of its books.
    pub(crate) fn of(currency: Currency, settings: &ShopSettings) -> Self {
        Self {
            currency,
            is_toman: settings.toman && is_rial(currency),
        }
    }

    pub(crate) const fn currency(self) -> Currency {
        self.currency
    }

    pub(crate) const fn is_toman(self) -> bool {
        self.is_toman
    }

    /// How many minor units of the books one of what is shown has.
    pub(crate) fn unit(self) -> i64 {
        let unit = 10_i64.pow(self.currency.exponent());
        if self.is_toman {
            unit * RIALS_IN_A_TOMAN
        } else {
            unit
        }
    }

    /// An amount of minor units for programs, in what is shown: plain digits and a point.
    pub(crate) fn raw(self, minor: i64) -> String {
        let (number, decimals) = self.shown(minor);
        let sign = if number < 0 { "-" } else { "" };
        let unit = 10_u64.pow(decimals);
        let (whole, rest) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
        match decimals as usize {
            0 => format!("{sign}{whole}"),
            width => format!("{sign}{whole}.{rest:0width$}"),
        }
    }

    /// A plain decimal amount of the books as it is shown, exactly; what is no number stays.
    pub(crate) fn plain(self, amount: &str) -> String {
        self.converted(amount, "0.1")
    }

    /// A plain decimal amount as it is shown or typed, in the books' currency; what is no number
    /// stays.
    pub(crate) fn in_books(self, amount: &str) -> String {
        self.converted(amount, "10")
    }

    fn converted(self, amount: &str, factor: &str) -> String {
        let factor = parse_decimal(factor).expect("a number");
        let number = parse_decimal(amount).ok().filter(|_| self.is_toman);
        match number.and_then(|number| number.checked_mul(factor)) {
            Some(number) => number.normalize().to_string(),
            None => amount.to_owned(),
        }
    }

    /// A number and how many of its digits are decimals. Nothing is rounded. Rials are not divided
    /// in daily life, so decimals of theirs are shown only where there are any.
    pub(super) fn shown(self, minor: i64) -> (i64, u32) {
        let (mut number, mut decimals) = (minor, self.unit().ilog10());
        while is_rial(self.currency) && decimals > 0 && number % 10 == 0 {
            (number, decimals) = (number / 10, decimals - 1);
        }
        (number, decimals)
    }
}

fn is_rial(currency: Currency) -> bool {
    currency.code() == "IRR"
}
