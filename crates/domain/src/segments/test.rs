//! A test: what every question about a customer comes down to.

use super::column::{ChannelColumn, Column, WordColumn};
use crate::customers::Metrics;
use crate::events::Channel;

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Less.
    Less,
    /// Less or the same.
    LessOrEqual,
    /// More.
    Greater,
    /// More or the same.
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it holds between two numbers.
    #[must_use]
    pub const fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }

    /// The sign in SQL.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// A closed tree of comparisons. There are two answers and no third: what is unknown compares as
/// false, and the negation of that is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Everybody, or nobody.
    Constant(bool),
    /// All of these hold; of none, true.
    All(Vec<Self>),
    /// One of these holds; of none, false.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// A number compares so with a constant.
    Number {
        /// Which number.
        column: Column,
        /// How.
        comparison: Comparison,
        /// With what.
        value: i64,
    },
    /// A number on one channel compares so with a constant.
    OnChannel {
        /// On which channel.
        channel: Channel,
        /// Which number.
        column: ChannelColumn,
        /// How.
        comparison: Comparison,
        /// With what.
        value: i64,
    },
    /// One of these bits is set; what is unknown has none.
    Bits {
        /// Which number.
        column: Column,
        /// Which bits.
        bits: i64,
    },
    /// One of the customer's words is one of these.
    Word {
        /// Which words.
        column: WordColumn,
        /// Which are asked for; sorted, each once.
        words: Vec<String>,
    },
    /// A number can be said.
    Known(Column),
    /// A word can be said.
    KnownWord(WordColumn),
}

impl Test {
    /// All of these, in its simplest form: constants folded, nested ones flattened.
    #[must_use]
    pub fn all(tests: Vec<Self>) -> Self {
        let mut kept = Vec::with_capacity(tests.len());
        for test in tests {
            match test {
                Self::Constant(true) => {}
                Self::Constant(false) => return Self::Constant(false),
                Self::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Constant(true),
            1 => kept.remove(0),
            _ => Self::All(kept),
        }
    }

    /// One of these, in its simplest form.
    #[must_use]
    pub fn any(tests: Vec<Self>) -> Self {
        let mut kept = Vec::with_capacity(tests.len());
        for test in tests {
            match test {
                Self::Constant(false) => {}
                Self::Constant(true) => return Self::Constant(true),
                Self::Any(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Constant(false),
            1 => kept.remove(0),
            _ => Self::Any(kept),
        }
    }

    /// The negation, in its simplest form.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Constant(answer) => Self::Constant(!answer),
            Self::Not(test) => *test,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Whether it holds for a customer.
    #[must_use]
    pub fn holds(&self, metrics: &Metrics) -> bool {
        let compare = |number: Option<i64>, comparison: Comparison, value: i64| {
            number.is_some_and(|number| comparison.holds(number, value))
        };
        match self {
            Self::Constant(answer) => *answer,
            Self::All(tests) => tests.iter().all(|test| test.holds(metrics)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(metrics)),
            Self::Not(test) => !test.holds(metrics),
            Self::Number {
                column,
                comparison,
                value,
            } => compare(column.value(metrics), *comparison, *value),
            Self::OnChannel {
                channel,
                column,
                comparison,
                value,
            } => compare(column.of(metrics, *channel), *comparison, *value),
            Self::Bits { column, bits } => {
                column.value(metrics).is_some_and(|held| held & bits != 0)
            }
            Self::Word { column, words } => column
                .words(metrics)
                .any(|word| words.iter().any(|asked| asked == word)),
            Self::Known(column) => column.value(metrics).is_some(),
            Self::KnownWord(column) => column.words(metrics).next().is_some(),
        }
    }

    /// How many comparisons it has, which is what evaluating it costs.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::All(tests) | Self::Any(tests) => tests.iter().map(Self::comparisons).sum(),
            Self::Not(test) => test.comparisons(),
            Self::Word { words, .. } => words.len().max(1),
            _ => 1,
        }
    }
}
