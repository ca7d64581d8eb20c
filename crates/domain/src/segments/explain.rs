//! A predicate in words: as a structure that pages translate, and in English for the API. For one
//! customer it also says which parts hold, and what the customer has.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;

use super::attributes::{Attribute, Kind};
use super::column::Column;
use super::error::PredicateError;
use super::lower::{Context, Lowering};
use super::predicate::{Literal, Predicate, Subject, iso_date};
use super::rules::{Leaf, RuleOperator};
use crate::customers::{Metrics, Standing};
use crate::events::Channel;
use crate::money::Currency;
use crate::time::Day;
use crate::trust::Purpose;

/// A predicate, or a part of one, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What is asked.
    pub what: Explained,
    /// Whether it holds for the customer who was looked at, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
}

/// What a part of a predicate asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Explained {
    /// Everybody, or nobody.
    Constant(bool),
    /// All of these.
    All(Vec<Explanation>),
    /// One of these.
    Any(Vec<Explanation>),
    /// Not this.
    Not(Box<Explanation>),
    /// One condition.
    Part(Part),
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What is asked about; none when that is a segment, whose name is the value.
    pub subject: Option<Subject>,
    /// What kind of value the attribute has.
    pub kind: Option<Kind>,
    /// What is asked.
    pub operator: RuleOperator,
    /// With what it is compared.
    pub values: Vec<Literal>,
    /// What the customer has, if one was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// What a customer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// It cannot be said.
    Unknown,
    /// A number: a count, days, a share, an hour, a rating, a band.
    Number(Decimal),
    /// An amount, in major units.
    Money(Decimal, Currency),
    /// A day.
    Day(Day),
    /// Words; one, or those of a set.
    Words(Vec<String>),
    /// Yes or no.
    YesNo(bool),
}

/// A predicate in words.
#[must_use]
pub fn explain(predicate: &Predicate) -> Explanation {
    let mut walk = Walk { customer: None };
    walk.explain(predicate)
        .expect("only looking at a customer can fail")
}

/// A predicate in words for one customer: which parts hold, and what the customer has. What it
/// says of the whole is what the lowered test says.
///
/// # Errors
/// As [`super::lower`].
pub fn explain_for(
    predicate: &Predicate,
    context: &Context<'_>,
    metrics: &Metrics,
) -> Result<Explanation, PredicateError> {
    let mut walk = Walk {
        customer: Some((Lowering::new(context), context, metrics)),
    };
    walk.explain(predicate)
}

struct Walk<'c> {
    customer: Option<(Lowering<'c>, &'c Context<'c>, &'c Metrics)>,
}

impl Walk<'_> {
    fn explain(&mut self, predicate: &Predicate) -> Result<Explanation, PredicateError> {
        if let Some(leaf) = Leaf::of(predicate) {
            return self.part(predicate, leaf);
        }
        let (what, holds) = match predicate {
            Predicate::All(parts) => {
                let parts = self.each(parts)?;
                let holds = parts.iter().all(|part| part.holds == Some(true));
                (Explained::All(parts), holds)
            }
            Predicate::Any(parts) => {
                let parts = self.each(parts)?;
                let holds = parts.iter().any(|part| part.holds == Some(true));
                (Explained::Any(parts), holds)
            }
            Predicate::Not(part) => {
                let part = self.explain(part)?;
                let holds = part.holds == Some(false);
                (Explained::Not(Box::new(part)), holds)
            }
            // Every other predicate is one condition, and was answered above.
            other => {
                let answer = *other == Predicate::Constant(true);
                (Explained::Constant(answer), answer)
            }
        };
        let holds = self.customer.is_some().then_some(holds);
        Ok(Explanation { what, holds })
    }

    fn each(&mut self, parts: &[Predicate]) -> Result<Vec<Explanation>, PredicateError> {
        parts.iter().map(|part| self.explain(part)).collect()
    }

    fn part(&mut self, predicate: &Predicate, leaf: Leaf) -> Result<Explanation, PredicateError> {
        let mut part = Part {
            subject: leaf.subject,
            kind: leaf.subject.map(|subject| subject.attribute().kind()),
            operator: leaf.operator,
            values: leaf.values,
            held: None,
        };
        let mut holds = None;
        if let Some((lowering, context, metrics)) = &mut self.customer {
            let answer = lowering.lower(predicate)?.holds(metrics);
            holds = Some(answer);
            part.held = Some(match leaf.subject {
                Some(subject) => held(subject, context, metrics).unwrap_or(Held::Unknown),
                None => Held::YesNo(answer == (leaf.operator == RuleOperator::Is)),
            });
        }
        Ok(Explanation {
            what: Explained::Part(part),
            holds,
        })
    }
}

/// What a customer has of a subject; none when it cannot be said.
fn held(subject: Subject, context: &Context<'_>, metrics: &Metrics) -> Option<Held> {
    let attribute = subject.attribute();
    let number = match attribute {
        Attribute::Number(column) => column.value(metrics)?,
        Attribute::OnChannel(channel, column) => column.of(metrics, channel)?,
        Attribute::Word(column) => {
            let words: Vec<String> = column.words(metrics).map(str::to_owned).collect();
            return (!words.is_empty()).then_some(Held::Words(words));
        }
        Attribute::Standing => {
            let standing = context.standing_of(metrics);
            return Some(Held::Words(vec![standing.word().to_owned()]));
        }
        Attribute::Band(band) => context.thresholds?.band(band, metrics)?,
    };
    if let Subject::DaysSince(_) = subject {
        let days = i64::from(context.today.0) - number;
        return Some(Held::Number(days.max(0).into()));
    }
    Some(match attribute.kind() {
        Kind::Money => Held::Money(context.currency.decimal(number), context.currency),
        Kind::Share => Held::Number(Decimal::new(number, 4).normalize()),
        Kind::Rating => Held::Number(Decimal::new(number, 2).normalize()),
        Kind::Day => Held::Day(Day(i32::try_from(number).ok()?)),
        Kind::YesNo => Held::YesNo(number != 0),
        Kind::Flags => Held::Words(words_of_bits(attribute, number)),
        _ => Held::Number(number.into()),
    })
}

fn words_of_bits(attribute: Attribute, bits: i64) -> Vec<String> {
    let words: Vec<(i64, &str)> = match attribute {
        Attribute::Number(Column::Consents) => {
            Purpose::ALL.map(|it| (it.bit(), it.word())).to_vec()
        }
        _ => Channel::ALL.map(|it| (it.bit(), it.word())).to_vec(),
    };
    let set = words.into_iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, word)| word.to_owned()).collect()
}

impl Context<'_> {
    /// Where a customer stands today.
    #[must_use]
    pub fn standing_of(&self, metrics: &Metrics) -> Standing {
        let found = Standing::ALL
            .into_iter()
            .find(|standing| self.standing(*standing).holds(metrics));
        found.expect("one of the five standings always holds")
    }
}

impl Part {
    /// The condition in English.
    #[must_use]
    pub fn english(&self) -> String {
        let values: Vec<String> = self.values.iter().map(Literal::plain).collect();
        let value = match self.operator {
            RuleOperator::OneOf | RuleOperator::NotOneOf => values.join(", "),
            _ => values.first().cloned().unwrap_or_default(),
        };
        match self.subject {
            None if self.operator == RuleOperator::Is => format!("in the segment {value}"),
            None => format!("not in the segment {value}"),
            Some(Subject::DaysSince(attribute)) => {
                let (phrase, label) = (number_phrase(self.operator), attribute.label());
                let days = if value == "1" { "day" } else { "days" };
                format!("{phrase} {value} {days} since {label}")
            }
            Some(Subject::Of(attribute)) if attribute.kind() == Kind::YesNo => {
                let is_negated = self.operator == RuleOperator::IsNot;
                let not = if is_negated { "not " } else { "" };
                format!("{not}{}", attribute.label())
            }
            Some(Subject::Of(attribute)) => {
                let (phrase, label) = (phrase(self.operator, attribute.kind()), attribute.label());
                format!("{label} {phrase} {value}").trim_end().to_owned()
            }
        }
    }

    /// What the customer has, in English: “has 12”.
    #[must_use]
    pub fn held_english(&self) -> Option<String> {
        Some(match self.held.as_ref()? {
            Held::Unknown => "unknown".to_owned(),
            Held::Number(number) => format!("has {number}"),
            Held::Money(amount, currency) => format!("has {amount} {currency}"),
            Held::Day(day) => format!("has {}", iso_date(*day)),
            Held::Words(words) if words.is_empty() => "has none".to_owned(),
            Held::Words(words) => format!("has {}", words.join(", ")),
            Held::YesNo(true) => "yes".to_owned(),
            Held::YesNo(false) => "no".to_owned(),
        })
    }
}

const fn number_phrase(operator: RuleOperator) -> &'static str {
    match operator {
        RuleOperator::Equal => "exactly",
        RuleOperator::NotEqual => "not exactly",
        RuleOperator::Less => "less than",
        RuleOperator::LessOrEqual => "at most",
        RuleOperator::Greater => "more than",
        RuleOperator::GreaterOrEqual => "at least",
        RuleOperator::NotOneOf => "none of",
        _ => "one of",
    }
}

const fn phrase(operator: RuleOperator, kind: Kind) -> &'static str {
    let is_day = matches!(kind, Kind::Day);
    let is_word = matches!(kind, Kind::Word);
    let is_set = matches!(kind, Kind::Words | Kind::Flags);
    match operator {
        RuleOperator::Equal if is_word => "is",
        RuleOperator::NotEqual if is_word => "is not",
        RuleOperator::Equal if is_day => "on",
        RuleOperator::NotEqual if is_day => "not on",
        RuleOperator::Less if is_day => "before",
        RuleOperator::LessOrEqual if is_day => "on or before",
        RuleOperator::Greater if is_day => "after",
        RuleOperator::GreaterOrEqual if is_day => "on or after",
        RuleOperator::Contains => "include",
        RuleOperator::ContainsNot => "do not include",
        RuleOperator::Has if is_set => "not empty",
        RuleOperator::HasNot if is_set => "empty",
        RuleOperator::Has => "is known",
        RuleOperator::HasNot => "is not known",
        other => number_phrase(other),
    }
}

impl Explanation {
    fn write_part(&self, f: &mut fmt::Formatter<'_>, is_alone: bool) -> fmt::Result {
        match &self.what {
            Explained::Constant(true) => f.write_str("everybody"),
            Explained::Constant(false) => f.write_str("nobody"),
            Explained::All(parts) => Self::write_joined(f, parts, " and ", is_alone),
            Explained::Any(parts) => Self::write_joined(f, parts, " or ", is_alone),
            Explained::Not(part) => {
                f.write_str("not (")?;
                part.write_part(f, true)?;
                f.write_str(")")
            }
            Explained::Part(part) => {
                f.write_str(&part.english())?;
                match part.held_english() {
                    Some(held) if is_alone => write!(f, ": {held}"),
                    Some(held) => write!(f, " ({held})"),
                    None => Ok(()),
                }
            }
        }
    }

    fn write_joined(
        f: &mut fmt::Formatter<'_>,
        parts: &[Self],
        word: &str,
        is_alone: bool,
    ) -> fmt::Result {
        if !is_alone {
            f.write_str("(")?;
        }
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(word)?;
            }
            part.write_part(f, false)?;
        }
        if is_alone { Ok(()) } else { f.write_str(")") }
    }
}

impl fmt::Display for Explanation {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_part(f, true)
    }
}
