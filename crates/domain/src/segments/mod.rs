//! Asking about customers in one language: which of them are meant.
//!
//! A question is written as text, read into a typed tree, checked against the catalogue of
//! attributes, and lowered to a [`Test`]: a closed tree over plain columns, in which everything
//! relative (today, the programme, published thresholds, other segments) has become a number. The
//! same test is evaluated on one customer's [`Metrics`](crate::customers::Metrics) here, on the
//! columns of the population in `app`, and as SQL in `store`; the three give the same answer.

mod column;
mod test;

pub use column::{ChannelColumn, Column, WordColumn};
pub use test::{Comparison, Test};
