//! What a tracker tells, as the collector takes it from whoever reads its format.

use super::Event;
use crate::money::Currency;
use crate::time::{Millis, Zone};

/// What the reader of a body is told of its sender and of the shop.
#[derive(Debug, Clone)]
pub struct Sender {
    /// When the body came.
    pub at: Millis,
    /// The currency of amounts without one.
    pub currency: Currency,
    /// The zone of times without one.
    pub zone: Zone,
    /// Whether it came with a secret key: a public one can be copied from a page.
    pub is_secret: bool,
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldBatch {
    /// The key in the body, if there is one.
    pub write_key: Option<String>,
    /// Each event in the order sent. One without a message id of its own has an empty one.
    pub events: Vec<Result<Event, ToldError>>,
}

/// Why one event of a body can never be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldError {
    /// Its message id, when it can be read.
    pub message_id: Option<String>,
    /// A word that programs may rely on.
    pub code: &'static str,
    /// What is wrong.
    pub sentence: String,
}
