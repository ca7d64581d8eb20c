//! Which months a page is about, and what they are compared with.

use std::fmt;

use serde::Serialize;

use crate::time::{Month, shortened};

/// Months one after another, both ends included; the last is never before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MonthRange {
    from: Month,
    to: Month,
}

impl MonthRange {
    /// The months from one to another; none when they end before they begin.
    #[must_use]
    pub fn new(from: Month, to: Month) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// One month alone.
    #[must_use]
    pub const fn one(month: Month) -> Self {
        Self {
            from: month,
            to: month,
        }
    }

    /// The first month.
    #[must_use]
    pub const fn from(self) -> Month {
        self.from
    }

    /// The last month.
    #[must_use]
    pub const fn to(self) -> Month {
        self.to
    }

    /// How many months there are; at least one.
    #[must_use]
    pub const fn count(self) -> i32 {
        self.to.0 - self.from.0 + 1
    }

    /// Whether a month is one of them.
    #[must_use]
    pub fn holds(self, month: Month) -> bool {
        (self.from..=self.to).contains(&month)
    }

    /// The months in order.
    pub fn months(self) -> impl DoubleEndedIterator<Item = Month> + ExactSizeIterator {
        (self.from.0..self.to.0 + 1).map(Month)
    }

    /// The months that both have; none when they have none.
    #[must_use]
    pub fn shared_with(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// The same months without the last one; none when there is only one.
    #[must_use]
    pub fn without_last(self) -> Option<Self> {
        Self::new(self.from, Month(self.to.0 - 1))
    }

    /// The newest of these months, at most so many.
    #[must_use]
    pub fn newest(self, count: i32) -> Self {
        let from = Month(self.to.0 - count.max(1) + 1);
        Self {
            from: from.max(self.from),
            to: self.to,
        }
    }

    /// The months that these are compared with; none when they are compared with nothing.
    #[must_use]
    pub fn compared(self, against: Against) -> Option<Self> {
        let back = match against {
            Against::Nothing => return None,
            Against::Before => self.count(),
            Against::YearBefore => 12,
        };
        Some(Self {
            from: Month(self.from.0 - back),
            to: Month(self.to.0 - back),
        })
    }
}

/// What months are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Against {
    /// Nothing.
    #[default]
    Nothing,
    /// As many months just before.
    Before,
    /// The same months a year before.
    YearBefore,
}

impl Against {
    /// Each with its word, as addresses have it.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Before, Self::YearBefore];

    /// The word in an address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Before => "before",
            Self::YearBefore => "year",
        }
    }
}

/// What an address asks for, as it stands there. An empty text asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RangeAsked {
    /// The first month, as `2011-03` in the shop's calendar.
    pub from: String,
    /// The last month.
    pub to: String,
    /// `none`, `before` or `year`.
    pub compare: String,
}

/// What was chosen, after it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chosen {
    /// The months, all of them in the history; none for everything.
    pub range: Option<MonthRange>,
    /// What they are compared with.
    pub against: Against,
    /// Whether months were asked for that are not in the history.
    pub is_cut: bool,
}

/// Why months cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeError {
    /// One end is no month.
    Month(String),
    /// There is no such comparison.
    Against(String),
    /// They end before they begin.
    Backwards(Month, Month),
    /// None of them is in the history, which is this one.
    Outside(MonthRange),
    /// There is no history yet.
    NoHistory,
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(given) => write!(f, "“{given}” is not a month: expected one like 2011-03"),
            Self::Against(given) => {
                write!(
                    f,
                    "“{given}” is not none, before or year: compare takes one of these"
                )
            }
            Self::Backwards(from, to) => {
                write!(f, "the months end ({to}) before they begin ({from})")
            }
            Self::Outside(history) => write!(
                f,
                "nothing is known of these months: the history runs from {} to {}",
                history.from, history.to
            ),
            Self::NoHistory => f.write_str("nobody has ordered yet: there are no months to choose"),
        }
    }
}

impl std::error::Error for RangeError {}

impl RangeAsked {
    /// Reads what is asked for. An end that is not given is that of the history; months that are
    /// not in the history are left out.
    ///
    /// # Errors
    /// When one of the values is wrong, or no month is left.
    pub fn read(&self, history: Option<MonthRange>) -> Result<Chosen, RangeError> {
        let month = |text: &str| match text.trim() {
            "" => Ok(None),
            text => {
                let wrong = |_| RangeError::Month(shortened(text));
                text.parse::<Month>().map(Some).map_err(wrong)
            }
        };
        let against = match self.compare.trim() {
            "" => Against::Nothing,
            word => Against::ALL
                .into_iter()
                .find(|it| it.word() == word)
                .ok_or_else(|| RangeError::Against(shortened(word)))?,
        };
        let (from, to) = (month(&self.from)?, month(&self.to)?);
        if from.is_none() && to.is_none() {
            let everything = Chosen::default();
            return Ok(Chosen {
                against,
                ..everything
            });
        }
        if let Some((from, to)) = from.zip(to).filter(|(from, to)| from > to) {
            return Err(RangeError::Backwards(from, to));
        }
        let history = history.ok_or(RangeError::NoHistory)?;
        let asked = MonthRange::new(from.unwrap_or(history.from), to.unwrap_or(history.to));
        let asked = asked.ok_or(RangeError::Outside(history))?;
        let range = asked.shared_with(history);
        let range = range.ok_or(RangeError::Outside(history))?;
        Ok(Chosen {
            range: Some(range),
            against,
            is_cut: range != asked,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().expect("a month")
    }

    fn range(from: &str, to: &str) -> MonthRange {
        MonthRange::new(month(from), month(to)).expect("months in order")
    }

    #[test]
    fn addresses_are_read_against_the_history() {
        let check = |from: &str, to: &str, compare: &str, expected: &str| {
            let asked = RangeAsked {
                from: from.to_owned(),
                to: to.to_owned(),
                compare: compare.to_owned(),
            };
            let got = match asked.read(Some(range("2010-12", "2011-12"))) {
                Err(error) => error.to_string(),
                Ok(chosen) => {
                    let months = chosen.range.map_or("everything".to_owned(), |it| {
                        format!("{} to {}", it.from, it.to)
                    });
                    let cut = if chosen.is_cut { ", cut" } else { "" };
                    format!("{months}, {}{cut}", chosen.against.word())
                }
            };
            assert_eq!(got, expected, "{from} {to} {compare}");
        };
        let outside = "nothing is known of these months: the history runs from 2010-12 to 2011-12";
        check("", "", "", "everything, none");
        check(" ", "", "year", "everything, year");
        check("2011-01", "2011-03", "", "2011-01 to 2011-03, none");
        check("2011-01", "", "before", "2011-01 to 2011-12, before");
        check("", "2011-03", "none", "2010-12 to 2011-03, none");
        check("2009-01", "2011-03", "", "2010-12 to 2011-03, none, cut");
        check("2011-11", "2015-01", "", "2011-11 to 2011-12, none, cut");
        check("2012-01", "2012-02", "", outside);
        check("2012-01", "", "", outside);
        check("", "2010-11", "", outside);
        check(
            "2011-03",
            "2011-01",
            "",
            "the months end (2011-01) before they begin (2011-03)",
        );
        let wrong = "“soon” is not a month: expected one like 2011-03";
        check("soon", "", "", wrong);
        check("2011-01", "soon", "", wrong);
        check(
            "2011-01",
            "2011-02",
            "after",
            "“after” is not none, before or year: compare takes one of these",
        );
    }

    #[test]
    fn without_a_history_only_everything_can_be_asked() {
        let everything = RangeAsked::default();
        assert_eq!(everything.read(None), Ok(Chosen::default()));
        let asked = RangeAsked {
            from: "2011-01".to_owned(),
            ..everything
        };
        assert_eq!(asked.read(None), Err(RangeError::NoHistory));
    }

    #[test]
    fn months_are_compared_with_as_many() {
        let check = |of: MonthRange, against, expected: Option<MonthRange>| {
            assert_eq!(of.compared(against), expected);
        };
        let quarter = range("2011-01", "2011-03");
        check(quarter, Against::Nothing, None);
        check(quarter, Against::Before, Some(range("2010-10", "2010-12")));
        check(
            quarter,
            Against::YearBefore,
            Some(range("2010-01", "2010-03")),
        );
        assert_eq!(quarter.count(), 3);
        assert_eq!(quarter.newest(2), range("2011-02", "2011-03"));
        assert_eq!(quarter.newest(9), quarter);
        assert_eq!(quarter.without_last(), Some(range("2011-01", "2011-02")));
        assert_eq!(MonthRange::one(month("2011-01")).without_last(), None);
        assert_eq!(quarter.months().count(), 3);
    }
}
