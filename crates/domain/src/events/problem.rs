//! What can be wrong with the body of an event.

use std::fmt;

/// What is wrong with the body of an event, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourError {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl BehaviourError {
    pub(super) const fn new(field: &'static str, problem: String) -> Self {
        Self { field, problem }
    }
}

impl fmt::Display for BehaviourError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.problem)
    }
}

impl std::error::Error for BehaviourError {}
