//! Why a predicate is refused, and where.

use std::fmt;

use serde::Serialize;

/// Where in its text a part of a predicate stands.
///
/// Two places are always equal, so that predicates are compared by what they say and not by
/// where they say it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    /// Bytes before it.
    pub byte: usize,
    /// Its column: characters before it and one.
    pub column: usize,
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

/// What is wrong with a predicate: a closed list, by which pages translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A character that the language has not.
    Character,
    /// A text that is not closed, or has an unknown escape.
    Text,
    /// A number that cannot be read exactly.
    Number,
    /// A date that is none.
    Date,
    /// Something else was expected here.
    Expected,
    /// No such attribute, function or word.
    Unknown,
    /// Two kinds that cannot be compared.
    Kinds,
    /// A value outside what the attribute can have.
    Range,
    /// Longer, deeper or costlier than a predicate may be.
    Bound,
    /// No such segment.
    Segment,
    /// A segment that asks for itself, directly or through others.
    Cycle,
    /// A band before any threshold was published.
    Thresholds,
}

impl Problem {
    /// Every problem, in order.
    pub const ALL: [Self; 12] = [
        Self::Character,
        Self::Text,
        Self::Number,
        Self::Date,
        Self::Expected,
        Self::Unknown,
        Self::Kinds,
        Self::Range,
        Self::Bound,
        Self::Segment,
        Self::Cycle,
        Self::Thresholds,
    ];

    /// The word in answers, and the key of its translation.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Character => "character",
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Expected => "expected",
            Self::Unknown => "unknown",
            Self::Kinds => "kinds",
            Self::Range => "range",
            Self::Bound => "bound",
            Self::Segment => "segment",
            Self::Cycle => "cycle",
            Self::Thresholds => "thresholds",
        }
    }
}

/// Why a predicate is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PredicateError {
    /// What kind of problem it is.
    pub problem: Problem,
    /// Bytes of the text before the place.
    pub byte: usize,
    /// The column of the place: characters before it and one.
    pub column: usize,
    /// What is wrong, one English sentence without its full stop.
    pub reason: String,
    /// What would be right, when that can be guessed.
    pub hint: Option<String>,
}

impl fmt::Display for PredicateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at column {}: {}", self.column, self.reason)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PredicateError {}

/// What is wrong, before it is said where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) problem: Problem,
    pub(super) reason: String,
    pub(super) hint: Option<String>,
}

impl Fault {
    pub(super) fn new(problem: Problem, reason: impl Into<String>) -> Self {
        Self {
            problem,
            reason: reason.into(),
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn at(self, place: Place) -> PredicateError {
        PredicateError {
            problem: self.problem,
            byte: place.byte,
            column: place.column,
            reason: self.reason,
            hint: self.hint,
        }
    }
}

/// A piece of what was given, quoted for a sentence: short, and with nothing invisible in it.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    let mut shown = String::new();
    for character in text.chars().take(SHOWN_MAX) {
        let is_blank = character.is_whitespace() && character != ' ';
        if is_invisible(character) || is_blank || matches!(character, '\u{200c}' | '\u{200d}') {
            shown.push_str(&format!("U+{:04X}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push('…');
    }
    format!("“{shown}”")
}

/// Whether a character cannot be seen, or turns the writing direction of others.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}
