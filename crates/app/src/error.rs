//! What a use case can answer instead of its result.

use std::fmt;

use domain::loyalty::Refusal;
use domain::segments::PredicateError;
use store::StoreError;

/// What a use case can answer instead of its result.
#[derive(Debug)]
pub enum AppError {
    /// The store failed.
    Store(StoreError),
    /// There is no such customer.
    NoCustomer,
    /// There is no such merge.
    NoMerge,
    /// The merge was undone before.
    AlreadyUndone,
    /// Both sides of a merge are the same customer already.
    SameCustomer,
    /// The same request id was used for something else; the field that differs.
    RequestConflict(&'static str),
    /// The domain refused.
    Refused(Refusal),
    /// What was given is not what this use case takes; the sentence says why.
    Invalid(String),
    /// A question about customers cannot be asked; it says what is wrong and where.
    Predicate(Box<PredicateError>),
    /// The store was written under other keys.
    WrongKeys,
    /// Something personal could not be opened: its key is gone or it was altered.
    Unreadable,
    /// The key file or the journal could not be used.
    Files(String),
    /// Somebody stopped it; what was done is kept, and it can be taken up again.
    Stopped,
}

impl AppError {
    pub(crate) fn predicate(error: PredicateError) -> Self {
        Self::Predicate(Box::new(error))
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::NoCustomer => f.write_str("there is no such customer"),
            Self::NoMerge => f.write_str("there is no such merge"),
            Self::AlreadyUndone => f.write_str("this merge was undone before"),
            Self::SameCustomer => f.write_str("these are the same customer already"),
            Self::RequestConflict(field) => write!(
                f,
                "this request id was used before with another {field}: a new request needs a new id"
            ),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Invalid(sentence) | Self::Files(sentence) => f.write_str(sentence),
            Self::Predicate(error) => error.fmt(f),
            Self::WrongKeys => f.write_str(
                "this store was written under another shop key: give the key file it was made with",
            ),
            Self::Unreadable => f.write_str("what is personal here cannot be opened with its key"),
            Self::Stopped => {
                f.write_str("stopped; what was done is kept, give the command again to go on")
            }
        }
    }
}

impl std::error::Error for AppError {}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
