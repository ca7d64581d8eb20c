//! Asking about customers in one language: which of them are meant.
//!
//! A question is written as text, read into a typed tree ([`Predicate`]) that is checked against
//! the catalogue of attributes, and lowered to a [`Test`]: a closed tree over plain columns, in
//! which everything relative (today, the programme, published thresholds, other segments) has
//! become a number. The same test is evaluated on one customer's
//! [`Metrics`](crate::customers::Metrics) here, on the columns of the population in `app`, and as
//! SQL in `store`; the three give the same answer.

mod attributes;
mod catalogue;
mod column;
mod error;
mod explain;
mod lexer;
mod lower;
mod parser;
mod predicate;
mod rules;
mod test;
mod thresholds;
mod typed;

pub use attributes::{Attribute, Band, Kind, TimeRule};
pub use column::{ChannelColumn, Column, WordColumn};
pub use error::{Place, PredicateError, Problem};
pub use explain::{Explained, Explanation, Held, Part, explain, explain_for};
pub use lexer::WORD_BYTES_MAX;
pub use lower::{COST_MAX, Context, SEGMENTS_DEEP_MAX, lower};
pub use parser::{COMPARISONS_MAX, DEPTH_MAX, LIST_MAX, TEXT_BYTES_MAX, parse};
pub use predicate::{Literal, Operator, Predicate, Subject};
pub use rules::{Join, Rule, RuleError, RuleOperator, Rules};
pub use test::{Comparison, Test};
pub use thresholds::Thresholds;
