//! What else a relationship is made of, declared as data: each event with its fields, what they
//! mean, and which of them are personal.
//!
//! A declared event is known by its name or an alias; of its properties the log keeps in the clear
//! those that are declared, are not personal and hold what they should. Everything else about it
//! is personal, as with events that nobody declared. `docs/events.md` is written from this table.

mod fields;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::order::is_code;
use super::problem::BehaviourError;
use crate::words::UnknownWord;

pub use table::KINDS;

/// The most fields that an event keeps in the clear.
pub const FIELDS_MAX: usize = 32;
/// The most texts in one field.
pub const LIST_MAX: usize = 50;

/// One declared event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name in the log.
    pub name: &'static str,
    /// What else it is called, written plainly: small letters, without blanks, `_` and `-`.
    pub aliases: &'static [&'static str],
    /// What it means.
    pub about: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// What is counted of it for each customer.
    pub counter: Option<Counter>,
    /// Whether the shop did it: then it is no sign that the customer is there.
    pub is_by_shop: bool,
    /// Whether value hangs on it: with a public key it is only a claim.
    pub is_of_value: bool,
}

/// One declared field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the log.
    pub name: &'static str,
    /// The names under which it comes, the best first; written plainly.
    pub plain: &'static [&'static str],
    /// What it holds.
    pub holds: Holds,
    /// Whether it is personal: then it is kept encrypted, as it came.
    pub is_personal: bool,
    /// What it means, with its unit.
    pub about: &'static str,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// A short text.
    Text,
    /// A whole number.
    Number,
    /// An exact decimal, kept as it was written.
    Decimal,
    /// Yes or no.
    Truth,
    /// A moment, kept in milliseconds since 1970.
    Time,
    /// Short texts.
    List,
}

impl Holds {
    /// Everything a field can hold, in order.
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::Number,
        Self::Decimal,
        Self::Truth,
        Self::Time,
        Self::List,
    ];

    /// The word in documents and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Decimal => "decimal",
            Self::Truth => "truth",
            Self::Time => "time",
            Self::List => "list",
        }
    }
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Holds {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|holds| holds.word() == word)
            .ok_or_else(|| UnknownWord {
                what: "type of a field",
                given: word.to_owned(),
            })
    }
}

/// What a field of one event holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// Yes or no.
    Truth(bool),
    /// A whole number, or a moment.
    Number(i64),
    /// A text, or an exact decimal.
    Text(String),
    /// Texts.
    List(Vec<String>),
}

/// What is counted of each customer: how often, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the words of the table")]
pub enum Counter {
    Searches,
    SearchesWithoutResult,
    PaymentsFailed,
    TicketsOpened,
    FormErrors,
    PageErrors,
    Shares,
    Posts,
    LoginsFailed,
    Comparisons,
    OrderStatusViews,
    StoreVisits,
}

/// The field by which a search says how much it found.
const RESULTS: &str = "results";

/// The declared event of this name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The declared event that is called so: by its name or an alias, written plainly.
#[must_use]
pub fn kind_called(plain: &str) -> Option<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.aliases.contains(&plain) || is_written_plainly(kind.name, plain))
}

fn is_written_plainly(name: &str, plain: &str) -> bool {
    let kept = name.bytes().filter(|byte| !b" _-".contains(byte));
    kept.map(|byte| byte.to_ascii_lowercase()).eq(plain.bytes())
}

/// What is counted of an event with these fields.
#[must_use]
pub fn counters(name: &str, fields: &BTreeMap<String, FieldValue>) -> [Option<Counter>; 2] {
    let counter = kind(name).and_then(|kind| kind.counter);
    let found = fields.get(RESULTS);
    match (counter, found) {
        (Some(Counter::Searches), Some(FieldValue::Number(0))) => {
            [counter, Some(Counter::SearchesWithoutResult)]
        }
        (Some(Counter::SearchesWithoutResult), _) => [Some(Counter::Searches), counter],
        _ => [counter, None],
    }
}

/// Refuses fields beyond the bounds.
pub(super) fn check(fields: &BTreeMap<String, FieldValue>) -> Result<(), BehaviourError> {
    let wrong = |problem: &str| Err(BehaviourError::new("fields", problem.to_owned()));
    if fields.len() > FIELDS_MAX {
        return wrong("are more than an event keeps in the clear");
    }
    for (name, value) in fields {
        let is_bounded = match value {
            FieldValue::Text(text) => is_code(text),
            FieldValue::List(list) => {
                list.len() <= LIST_MAX && list.iter().all(|text| is_code(text))
            }
            FieldValue::Truth(_) | FieldValue::Number(_) => true,
        };
        if !is_code(name) || !is_bounded {
            return wrong("must be short texts, numbers, or short lists of texts");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
