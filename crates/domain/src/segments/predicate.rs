//! A predicate: a question about a customer as a closed, typed tree, with its text form.

use std::fmt::{self, Write};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

use super::attributes::Attribute;
use super::error::{Place, PredicateError, is_invisible};
use super::test::Comparison;
use crate::time::{Calendar, Day};

/// A question about a customer. There are two answers and no third: what is unknown compares as
/// false, and the negation of that is true.
///
/// It is made by [`parse`](super::parse) and by [`Rules`](super::Rules), which check it against
/// the catalogue; [`Display`](fmt::Display) gives the text by which the same tree is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Everybody, or nobody.
    Constant(bool),
    /// All of these hold: two or more, none of them an `All`.
    All(Vec<Self>),
    /// One of these holds: two or more, none of them an `Any`.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// A subject compares so with a value.
    Compare {
        /// What is compared.
        subject: Subject,
        /// How.
        operator: Operator,
        /// With what.
        value: Literal,
        /// Where it stands.
        place: Place,
    },
    /// A subject is one of these values.
    OneOf {
        /// What is compared.
        subject: Subject,
        /// With what; not empty.
        values: Vec<Literal>,
        /// Where it stands.
        place: Place,
    },
    /// A set has a word.
    Contains {
        /// Which set.
        attribute: Attribute,
        /// Which word.
        word: String,
        /// Where it stands.
        place: Place,
    },
    /// Something can be said; of a set, that it is not empty.
    Has {
        /// What.
        attribute: Attribute,
        /// Where it stands.
        place: Place,
    },
    /// A yes or no is yes.
    Is {
        /// Which.
        attribute: Attribute,
        /// Where it stands.
        place: Place,
    },
    /// The customer is in a segment.
    Segment {
        /// Its name.
        name: String,
        /// Where it stands.
        place: Place,
    },
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An attribute itself.
    Of(Attribute),
    /// Whole days since the day that an attribute holds; 0 when that day is yet to come.
    DaysSince(Attribute),
}

impl Subject {
    /// The attribute that is looked at.
    #[must_use]
    pub const fn attribute(self) -> Attribute {
        match self {
            Self::Of(attribute) | Self::DaysSince(attribute) => attribute,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(attribute) => write!(f, "{attribute}"),
            Self::DaysSince(attribute) => write!(f, "days_since({attribute})"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How a subject is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// The same.
    Equal,
    /// Not the same, or unknown: the exact negation.
    NotEqual,
    /// Less.
    Less,
    /// Less or the same.
    LessOrEqual,
    /// More.
    Greater,
    /// More or the same.
    GreaterOrEqual,
}

impl Operator {
    /// Every one, in order.
    pub const ALL: [Self; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// The sign in the text form.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::NotEqual => "!=",
            Self::Equal => "==",
            _ => self.comparison().sign(),
        }
    }

    /// The same with its sides exchanged.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    /// The comparison, of which [`Operator::NotEqual`] is the negation.
    #[must_use]
    pub const fn comparison(self) -> Comparison {
        match self {
            Self::Equal | Self::NotEqual => Comparison::Equal,
            Self::Less => Comparison::Less,
            Self::LessOrEqual => Comparison::LessOrEqual,
            Self::Greater => Comparison::Greater,
            Self::GreaterOrEqual => Comparison::GreaterOrEqual,
        }
    }
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A number, exactly, without zeros at its end.
    Number(Decimal),
    /// A word.
    Word(String),
    /// A day.
    Day(Day),
}

impl Literal {
    /// The kind in an English sentence.
    pub(super) const fn english(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Word(_) => "a text",
            Self::Day(_) => "a day",
        }
    }

    /// The value by itself, without quotes: a number, a word, a date such as `2011-06-01`.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Word(word) => word.clone(),
            Self::Day(day) => iso_date(*day),
        }
    }
}

/// A day as `2011-06-01`, in the Gregorian calendar.
pub(super) fn iso_date(day: Day) -> String {
    let (year, month, of_month) = Calendar::Gregorian.date(day);
    format!("{year:04}-{month:02}-{of_month:02}")
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.plain())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => write_text(f, word),
            Self::Day(day) => write!(f, "date(\"{}\")", iso_date(*day)),
        }
    }
}

/// A text between quotes, with the escapes of CEL.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            hidden if is_invisible(hidden) => write!(f, "\\u{:04X}", u32::from(hidden))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

impl Predicate {
    /// All of these; what is itself an `All` gives its parts.
    #[must_use]
    pub fn all(parts: Vec<Self>) -> Self {
        let parts = parts.into_iter().flat_map(|part| match part {
            Self::All(inner) => inner,
            other => vec![other],
        });
        let mut parts: Vec<Self> = parts.collect();
        match parts.len() {
            0 => Self::Constant(true),
            1 => parts.remove(0),
            _ => Self::All(parts),
        }
    }

    /// One of these; what is itself an `Any` gives its parts.
    #[must_use]
    pub fn any(parts: Vec<Self>) -> Self {
        let parts = parts.into_iter().flat_map(|part| match part {
            Self::Any(inner) => inner,
            other => vec![other],
        });
        let mut parts: Vec<Self> = parts.collect();
        match parts.len() {
            0 => Self::Constant(false),
            1 => parts.remove(0),
            _ => Self::Any(parts),
        }
    }

    /// The negation, written as such.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// How many comparisons its text has; lowering may need more.
    #[must_use]
    pub fn comparisons(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::comparisons).sum(),
            Self::Not(part) => part.comparisons(),
            Self::OneOf { values, .. } => values.len(),
            _ => 1,
        }
    }

    /// The names of the segments that it asks for, each once.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        let mut names: Vec<&str> = match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::segments).collect(),
            Self::Not(part) => part.segments(),
            Self::Segment { name, .. } => vec![name],
            _ => Vec::new(),
        };
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The attributes that it looks at itself, each once; those of its segments are not among
    /// them.
    #[must_use]
    pub fn attributes(&self) -> Vec<Attribute> {
        let mut attributes: Vec<Attribute> = match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::attributes).collect()
            }
            Self::Not(part) => part.attributes(),
            Self::Compare { subject, .. } | Self::OneOf { subject, .. } => {
                vec![subject.attribute()]
            }
            Self::Contains { attribute, .. }
            | Self::Has { attribute, .. }
            | Self::Is { attribute, .. } => vec![*attribute],
            Self::Constant(_) | Self::Segment { .. } => Vec::new(),
        };
        attributes.sort_unstable();
        attributes.dedup();
        attributes
    }

    fn write_joined(
        f: &mut fmt::Formatter<'_>,
        parts: &[Self],
        sign: &str,
        needs_parentheses: fn(&Self) -> bool,
    ) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(sign)?;
            }
            if needs_parentheses(part) {
                write!(f, "({part})")?;
            } else {
                write!(f, "{part}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Predicate {
    /// The text form: a subset of CEL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(answer) => write!(f, "{answer}"),
            Self::All(parts) => Self::write_joined(f, parts, " && ", |part| {
                matches!(part, Self::All(_) | Self::Any(_))
            }),
            Self::Any(parts) => {
                Self::write_joined(f, parts, " || ", |part| matches!(part, Self::Any(_)))
            }
            Self::Not(part) => match part.as_ref() {
                Self::Constant(_)
                | Self::Not(_)
                | Self::Has { .. }
                | Self::Is { .. }
                | Self::Segment { .. } => write!(f, "!{part}"),
                _ => write!(f, "!({part})"),
            },
            Self::Compare {
                subject,
                operator,
                value,
                ..
            } => write!(f, "{subject} {} {value}", operator.sign()),
            Self::OneOf {
                subject, values, ..
            } => {
                write!(f, "{subject} in [")?;
                for (index, value) in values.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{value}")?;
                }
                f.write_char(']')
            }
            Self::Contains {
                attribute, word, ..
            } => {
                write_text(f, word)?;
                write!(f, " in {attribute}")
            }
            Self::Has { attribute, .. } => write!(f, "has({attribute})"),
            Self::Is { attribute, .. } => write!(f, "{attribute}"),
            Self::Segment { name, .. } => {
                f.write_str("segment(")?;
                write_text(f, name)?;
                f.write_char(')')
            }
        }
    }
}

impl FromStr for Predicate {
    type Err = PredicateError;

    fn from_str(text: &str) -> Result<Self, PredicateError> {
        super::parse(text)
    }
}

impl Serialize for Predicate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Predicate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse(&text).map_err(serde::de::Error::custom)
    }
}
