//! Predicates that are a plain list of conditions: what a form shows and sends.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::attributes::{Attribute, Kind};
use super::error::{Fault, Place, Problem, quoted};
use super::parser::LIST_MAX;
use super::predicate::{Literal, Operator, Predicate, Subject};
use super::typed;
use crate::money::parse_decimal;

/// The word that stands for an attribute in a rule about a segment.
const SEGMENT: &str = "segment";
/// The most rules of one list.
const RULES_MAX: usize = 50;

/// How the rules of a list are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// All of them hold.
    #[default]
    All,
    /// One of them holds.
    Any,
}

macro_rules! operators {
    ($( $(#[$doc:meta])* $variant:ident => $word:literal; )*) => {
        /// What a rule asks about its attribute.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum RuleOperator { $( $(#[$doc])* $variant, )* }

        impl RuleOperator {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in forms and answers, and the key of its translation.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

operators! {
    /// The same.
    Equal => "equal";
    /// Not the same, or unknown.
    NotEqual => "not_equal";
    /// Less; of days, before.
    Less => "less";
    /// Less or the same.
    LessOrEqual => "less_or_equal";
    /// More; of days, after.
    Greater => "greater";
    /// More or the same.
    GreaterOrEqual => "greater_or_equal";
    /// One of several values.
    OneOf => "one_of";
    /// None of several values, or unknown.
    NotOneOf => "not_one_of";
    /// The set has the word.
    Contains => "contains";
    /// The set has not the word.
    ContainsNot => "contains_not";
    /// It can be said; of a set, that it is not empty.
    Has => "has";
    /// It cannot be said; of a set, that it is empty.
    HasNot => "has_not";
    /// Yes; of a segment, that the customer is in it.
    Is => "is";
    /// No; of a segment, that the customer is not in it.
    IsNot => "is_not";
}

impl RuleOperator {
    /// What can be asked about a subject, in the order of forms.
    #[must_use]
    pub fn of(subject: Subject) -> &'static [Self] {
        const NUMBERS: &[RuleOperator] = &[
            RuleOperator::GreaterOrEqual,
            RuleOperator::Greater,
            RuleOperator::LessOrEqual,
            RuleOperator::Less,
            RuleOperator::Equal,
            RuleOperator::NotEqual,
            RuleOperator::OneOf,
            RuleOperator::NotOneOf,
            RuleOperator::Has,
            RuleOperator::HasNot,
        ];
        const WORDS: &[RuleOperator] = &[
            RuleOperator::Equal,
            RuleOperator::NotEqual,
            RuleOperator::OneOf,
            RuleOperator::NotOneOf,
            RuleOperator::Has,
            RuleOperator::HasNot,
        ];
        const SETS: &[RuleOperator] = &[
            RuleOperator::Contains,
            RuleOperator::ContainsNot,
            RuleOperator::Has,
            RuleOperator::HasNot,
        ];
        match (subject, subject.attribute().kind()) {
            (Subject::DaysSince(_), _) => &NUMBERS[..8],
            (_, Kind::Word) => WORDS,
            (_, Kind::Words | Kind::Flags) => SETS,
            (_, Kind::YesNo) => &[Self::Is, Self::IsNot],
            _ => NUMBERS,
        }
    }

    const fn comparison(self) -> Option<Operator> {
        match self {
            Self::Equal => Some(Operator::Equal),
            Self::NotEqual => Some(Operator::NotEqual),
            Self::Less => Some(Operator::Less),
            Self::LessOrEqual => Some(Operator::LessOrEqual),
            Self::Greater => Some(Operator::Greater),
            Self::GreaterOrEqual => Some(Operator::GreaterOrEqual),
            _ => None,
        }
    }

    /// The same without its negation, and whether it had one.
    const fn positive(self) -> (Self, bool) {
        match self {
            Self::NotOneOf => (Self::OneOf, true),
            Self::ContainsNot => (Self::Contains, true),
            Self::HasNot => (Self::Has, true),
            Self::IsNot => (Self::Is, true),
            other => (other, false),
        }
    }

    const fn negative(self) -> Option<Self> {
        match self {
            Self::OneOf => Some(Self::NotOneOf),
            Self::Contains => Some(Self::ContainsNot),
            Self::Has => Some(Self::HasNot),
            Self::Is => Some(Self::IsNot),
            _ => None,
        }
    }
}

impl From<Operator> for RuleOperator {
    fn from(operator: Operator) -> Self {
        match operator {
            Operator::Equal => Self::Equal,
            Operator::NotEqual => Self::NotEqual,
            Operator::Less => Self::Less,
            Operator::LessOrEqual => Self::LessOrEqual,
            Operator::Greater => Self::Greater,
            Operator::GreaterOrEqual => Self::GreaterOrEqual,
        }
    }
}

/// One condition, as a form holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `orders`, `days_since(last_order)`, or `segment`.
    pub attribute: String,
    /// What is asked.
    pub operator: RuleOperator,
    /// With what it is compared, without quotes: one value, several, or none.
    #[serde(default)]
    pub values: Vec<String>,
}

/// A list of conditions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// How they are joined.
    #[serde(default)]
    pub join: Join,
    /// The conditions; of none, everybody is meant.
    pub rules: Vec<Rule>,
}

/// Why a list of rules is no predicate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleError {
    /// Which rule, from 0.
    pub rule: usize,
    /// What kind of problem it is.
    pub problem: Problem,
    /// What is wrong, one English sentence without its full stop.
    pub reason: String,
    /// What would be right, when that can be guessed.
    pub hint: Option<String>,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in rule {}: {}", self.rule + 1, self.reason)
    }
}

impl std::error::Error for RuleError {}

/// A single condition of a predicate, with its negation folded in.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// What is asked about; a segment when there is none.
    pub(super) subject: Option<Subject>,
    pub(super) operator: RuleOperator,
    pub(super) values: Vec<Literal>,
}

impl Leaf {
    /// A predicate as one condition, if it is one.
    pub(super) fn of(predicate: &Predicate) -> Option<Self> {
        let (subject, operator, values) = match predicate {
            Predicate::Compare {
                subject,
                operator,
                value,
                ..
            } => (Some(*subject), (*operator).into(), vec![value.clone()]),
            Predicate::OneOf {
                subject, values, ..
            } => (Some(*subject), RuleOperator::OneOf, values.clone()),
            Predicate::Contains {
                attribute, word, ..
            } => {
                let word = vec![Literal::Word(word.clone())];
                (Some(Subject::Of(*attribute)), RuleOperator::Contains, word)
            }
            Predicate::Has { attribute, .. } => {
                (Some(Subject::Of(*attribute)), RuleOperator::Has, Vec::new())
            }
            Predicate::Is { attribute, .. } => {
                (Some(Subject::Of(*attribute)), RuleOperator::Is, Vec::new())
            }
            Predicate::Segment { name, .. } => {
                (None, RuleOperator::Is, vec![Literal::Word(name.clone())])
            }
            Predicate::Not(part) => {
                let inner = Self::of(part)?;
                let operator = inner.operator.negative()?;
                return Some(Self { operator, ..inner });
            }
            Predicate::Constant(_) | Predicate::All(_) | Predicate::Any(_) => return None,
        };
        Some(Self {
            subject,
            operator,
            values,
        })
    }

    /// The condition as a rule, if forms ask it.
    fn rule(self) -> Option<Rule> {
        let is_offered = self
            .subject
            .is_none_or(|subject| RuleOperator::of(subject).contains(&self.operator));
        is_offered.then(|| Rule {
            attribute: match self.subject {
                Some(subject) => subject.to_string(),
                None => SEGMENT.to_owned(),
            },
            operator: self.operator,
            values: self.values.iter().map(Literal::plain).collect(),
        })
    }
}

impl Predicate {
    /// The predicate as a list of conditions, if it is that simple.
    #[must_use]
    pub fn as_rules(&self) -> Option<Rules> {
        let (join, parts) = match self {
            Self::Constant(true) => (Join::All, [].as_slice()),
            Self::All(parts) => (Join::All, parts.as_slice()),
            Self::Any(parts) => (Join::Any, parts.as_slice()),
            other => (Join::All, std::slice::from_ref(other)),
        };
        if parts.len() > RULES_MAX {
            return None;
        }
        let rules: Option<Vec<Rule>> = parts
            .iter()
            .map(|part| Leaf::of(part).and_then(Leaf::rule))
            .collect();
        rules.map(|rules| Rules { join, rules })
    }
}

impl Rules {
    /// The predicate that these rules amount to; its text form is what a form stores.
    ///
    /// # Errors
    /// With the first rule that cannot be one.
    pub fn predicate(&self) -> Result<Predicate, RuleError> {
        let refuse = |rule: usize, fault: Fault| RuleError {
            rule,
            problem: fault.problem,
            reason: fault.reason,
            hint: fault.hint,
        };
        if self.rules.is_empty() {
            return Ok(Predicate::Constant(true));
        }
        if self.rules.len() > RULES_MAX {
            let reason = format!("a form has at most {RULES_MAX} rules");
            return Err(refuse(RULES_MAX, Fault::new(Problem::Bound, reason)));
        }
        let parts: Result<Vec<Predicate>, RuleError> = self
            .rules
            .iter()
            .enumerate()
            .map(|(place, rule)| rule.predicate().map_err(|fault| refuse(place, fault)))
            .collect();
        let predicate = match self.join {
            Join::All => Predicate::all(parts?),
            Join::Any => Predicate::any(parts?),
        };
        // The text form has bounds of its own.
        super::parse(&predicate.to_string()).map_err(|error| RuleError {
            rule: self.rules.len() - 1,
            problem: error.problem,
            reason: error.reason,
            hint: error.hint,
        })
    }
}

impl Rule {
    fn predicate(&self) -> Result<Predicate, Fault> {
        let place = Place::default();
        let (operator, is_negated) = self.operator.positive();
        let predicate = if self.attribute == SEGMENT {
            if operator != RuleOperator::Is {
                return Err(self.wrong_operator());
            }
            let name = typed::word(self.only()?)?;
            Predicate::Segment { name, place }
        } else {
            let subject = self.subject()?;
            if !RuleOperator::of(subject).contains(&self.operator) {
                return Err(self.wrong_operator());
            }
            self.about(subject, operator, place)?
        };
        Ok(if is_negated {
            predicate.negated()
        } else {
            predicate
        })
    }

    fn about(
        &self,
        subject: Subject,
        operator: RuleOperator,
        place: Place,
    ) -> Result<Predicate, Fault> {
        let attribute = subject.attribute();
        if let Some(comparison) = operator.comparison() {
            let value = literal(subject, self.only()?)?;
            return typed::compare(subject, comparison, value, place);
        }
        match operator {
            RuleOperator::OneOf => {
                if self.values.is_empty() || self.values.len() > LIST_MAX {
                    let reason = format!("a list has 1 to {LIST_MAX} values");
                    return Err(Fault::new(Problem::Bound, reason));
                }
                let values = self
                    .values
                    .iter()
                    .map(|value| typed::agreed(subject, literal(subject, value)?));
                Ok(Predicate::OneOf {
                    subject,
                    values: values.collect::<Result<_, _>>()?,
                    place,
                })
            }
            RuleOperator::Contains => typed::contains(attribute, typed::word(self.only()?)?, place),
            RuleOperator::Has => Ok(Predicate::Has { attribute, place }),
            _ => Ok(Predicate::Is { attribute, place }),
        }
    }

    fn subject(&self) -> Result<Subject, Fault> {
        let name = self.attribute.as_str();
        let day = name
            .strip_prefix("days_since(")
            .and_then(|rest| rest.strip_suffix(')'));
        match Attribute::named(day.unwrap_or(name)) {
            Some(attribute) if day.is_none() => Ok(Subject::Of(attribute)),
            Some(attribute) if attribute.kind() == Kind::Day => Ok(Subject::DaysSince(attribute)),
            _ => {
                let reason = format!("there is no attribute {}", quoted(name));
                Err(Fault::new(Problem::Unknown, reason))
            }
        }
    }

    fn wrong_operator(&self) -> Fault {
        let (attribute, operator) = (quoted(&self.attribute), self.operator.word());
        let reason = format!("{attribute} cannot be asked with {operator}");
        Fault::new(Problem::Kinds, reason)
    }

    /// The one value of a rule that has one.
    fn only(&self) -> Result<&str, Fault> {
        match self.values.as_slice() {
            [value] => Ok(value),
            _ => Err(Fault::new(Problem::Expected, "one value was expected")),
        }
    }
}

/// A value as somebody typed it, by the kind of what it is compared with.
fn literal(subject: Subject, text: &str) -> Result<Literal, Fault> {
    match (subject, subject.attribute().kind()) {
        (Subject::Of(_), Kind::Word) => typed::word(text).map(Literal::Word),
        (Subject::Of(_), Kind::Day) => typed::date(text.trim()).map(Literal::Day),
        _ => match parse_decimal(text) {
            Ok(number) if number.is_zero() => Ok(Literal::Number(number.abs().normalize())),
            Ok(number) => Ok(Literal::Number(number.normalize())),
            Err(error) => Err(Fault::new(Problem::Number, error.to_string())),
        },
    }
}
