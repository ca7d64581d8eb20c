//! Messages: to another customer of the shop (inbox), and to the outside world (outbox).

use serde::{Deserialize, Serialize};

use crate::customers::Standing;
use crate::ids::{MessageId, StreamId};
use crate::time::Millis;

/// What concerns another customer, decided later under that customer's lock, exactly once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InboxBody {
    /// Somebody whom the receiver referred has joined.
    ReferralJoined {
        /// The customer who joined.
        joined: StreamId,
    },
}

/// A message on its way to another customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// Its name; the same message delivered twice is decided once.
    pub id: MessageId,
    /// The stream that receives it; its customer decides.
    pub to: StreamId,
    /// What it says.
    pub body: InboxBody,
}

/// What the outside world is to be told: claimed, sent and settled by later floors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OutboxBody {
    /// A customer's standing changed.
    StandingChanged {
        /// The standing before.
        from: Standing,
        /// The standing from now on.
        to: Standing,
    },
}

/// A message on its way out, written in the same transaction as its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its name, the idempotency key towards the receiver.
    pub id: MessageId,
    /// Whom it is about.
    pub customer: StreamId,
    /// Not before this moment.
    pub due_at: Millis,
    /// What it says.
    pub body: OutboxBody,
}
