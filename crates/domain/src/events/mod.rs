//! Events as told from outside, and the facts that the log keeps of them.

mod behaviour;
#[cfg(test)]
mod behaviour_tests;
pub mod catalogue;
mod changes;
#[cfg(test)]
mod changes_tests;
mod claim;
mod decided;
mod history;
mod order;
mod problem;
mod schemas;
mod told;

pub use behaviour::{
    Behaviour, Complaint, ConsentChange, Delivery, Description, Happened, PageView, ProductAdded,
    ProductView, Referred, Review,
};
pub use changes::as_they_stand;
pub use claim::Claim;
pub use decided::{PointsAdjusted, ReferralCredited, Settled, StandingChanged};
pub use history::{
    AnonymousOrder, CustomerHistory, HistoryDocument, HistoryPiece, OrderNews, ProductTold,
    UnitCost,
};
pub use order::{
    AMOUNT_MINOR_MAX, CODE_BYTES_MAX, Cancellation, Extent, LINES_MAX, Line, LineKind, Order,
    Refund, RefundMatch, RefundedLine, Sums,
};
pub use problem::BehaviourError;
pub use schemas::{
    ABOUT_BYTES_MAX, EventSchema, EventSchemas, FieldSchema, SCHEMAS_MAX, SchemaError,
};
pub use told::{Alias, Campaign, Context, Flag, Flags, Page, Sender, Told, ToldBatch, ToldError};

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use crate::words::UnknownWord;

use crate::customers::Identity;
use crate::ids::{FactId, StreamId};
use crate::time::Millis;

/// The longest message id that is kept, in bytes.
pub const MESSAGE_ID_BYTES_MAX: usize = 200;
/// The longest event name that is kept, in bytes.
pub const NAME_BYTES_MAX: usize = 200;
/// The most identities one event may claim.
pub const IDENTITIES_MAX: usize = 16;

/// Where an event came from, or where a message goes to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the words of the design")]
pub enum Channel {
    #[default]
    Web,
    App,
    Store,
    Social,
    Messenger,
    Marketplace,
    Email,
    Sms,
    Call,
    Device,
}

impl Channel {
    /// Every channel, in order.
    pub const ALL: [Self; 10] = [
        Self::Web,
        Self::App,
        Self::Store,
        Self::Social,
        Self::Messenger,
        Self::Marketplace,
        Self::Email,
        Self::Sms,
        Self::Call,
        Self::Device,
    ];

    /// Its place among [`Channel::ALL`] as a bit.
    #[must_use]
    pub const fn bit(self) -> i64 {
        1 << self as u32
    }

    /// The word in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Store => "store",
            Self::Social => "social",
            Self::Messenger => "messenger",
            Self::Marketplace => "marketplace",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Device => "device",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Channel {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.word() == word)
            .ok_or_else(|| UnknownWord {
                what: "channel",
                given: word.to_owned(),
            })
    }
}

/// Personal properties by name: traits, free text, addresses. Kept encrypted, never in the clear.
pub type Personal = BTreeMap<String, String>;

/// A thing that happened, as told from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The sender's own id of this message; sent twice, it counts once.
    pub message_id: String,
    /// Who did it, most trusted first. Never empty after [`Event::check`].
    pub identities: Vec<Identity>,
    /// When it happened, after clock correction.
    pub at: Millis,
    /// The time that the sender wrote, before clock correction. A resent message carries the
    /// same one, so it chooses the day under which the message id is kept.
    pub sent_at: Millis,
    /// When it reached us.
    pub received_at: Millis,
    /// Where it came from.
    pub channel: Channel,
    /// What happened.
    pub behaviour: Behaviour,
    /// What is personal about it.
    pub personal: Personal,
    /// Imported history: it runs `evolve` only and decides nothing.
    pub historical: bool,
}

/// Why an event can never be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventRefusal {
    /// Nobody is named.
    NoIdentity,
    /// More identities than [`IDENTITIES_MAX`].
    TooManyIdentities,
    /// The message id is empty or too long.
    MessageId,
    /// The name is empty or too long.
    Name,
    /// The time is before 1970 or after 2199.
    Time,
    /// The event says something that cannot be (the sentence names it).
    Behaviour(BehaviourError),
    /// Only Fanous itself may say this.
    DecidedOnly,
    /// The name has a meaning of its own, and this event does not say what belongs to it.
    NameTaken,
    /// It is so old that nobody could tell whether it was taken before.
    TooOld,
    /// It would make two known customers one, which its sender may not.
    MergeNotPermitted,
}

impl EventRefusal {
    /// The word that programs may rely on.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooOld => "too_old",
            Self::MergeNotPermitted => "merge_not_permitted",
            _ => "refused",
        }
    }
}

impl fmt::Display for EventRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIdentity => f.write_str("no one is named: give user_id or anonymous_id"),
            Self::TooManyIdentities => {
                write!(f, "more than {IDENTITIES_MAX} identities on one event")
            }
            Self::MessageId => {
                write!(
                    f,
                    "the message id must have 1 to {MESSAGE_ID_BYTES_MAX} bytes"
                )
            }
            Self::Name => write!(f, "the event name must have 1 to {NAME_BYTES_MAX} bytes"),
            Self::Time => f.write_str("the time is not between 1970 and 2199"),
            Self::Behaviour(error) => error.fmt(f),
            Self::DecidedOnly => f.write_str("this name is kept for what Fanous itself decides"),
            Self::TooOld => f.write_str(
                "the message is older than message ids are kept: bring it in as history",
            ),
            Self::MergeNotPermitted => {
                f.write_str("both names are of known customers: to merge them takes a key that may")
            }
            Self::NameTaken => f.write_str(
                "this name has a meaning of its own, and the event lacks what belongs to it",
            ),
        }
    }
}

impl std::error::Error for EventRefusal {}

impl Event {
    /// Refuses what can never be taken; after it the event's bounds hold.
    ///
    /// # Errors
    /// [`EventRefusal`] names the first thing that is wrong.
    pub fn check(&self) -> Result<(), EventRefusal> {
        if self.identities.is_empty() {
            return Err(EventRefusal::NoIdentity);
        }
        if self.identities.len() > IDENTITIES_MAX {
            return Err(EventRefusal::TooManyIdentities);
        }
        self.check_told()
    }

    /// The same of everything but who did it.
    ///
    /// # Errors
    /// [`EventRefusal`] names the first thing that is wrong.
    pub fn check_told(&self) -> Result<(), EventRefusal> {
        // Not every engine keeps a NUL in a text, and they are to take the same events.
        let bounded =
            |text: &str, max: usize| !text.is_empty() && text.len() <= max && !text.contains('\0');
        if !bounded(&self.message_id, MESSAGE_ID_BYTES_MAX) {
            return Err(EventRefusal::MessageId);
        }
        if !bounded(self.behaviour.name(), NAME_BYTES_MAX) {
            return Err(EventRefusal::Name);
        }
        if self.behaviour.is_decided() {
            return Err(EventRefusal::DecidedOnly);
        }
        // The log would read it back as something else.
        let is_taken = match &self.behaviour {
            Behaviour::Other(name) => {
                Behaviour::is_own_name(name) || catalogue::kind(name).is_some()
            }
            Behaviour::Happened(happened) => Behaviour::is_own_name(&happened.name),
            _ => false,
        };
        if is_taken {
            return Err(EventRefusal::NameTaken);
        }
        let possible = |at: Millis| at >= Millis::EARLIEST && at < Millis::LATEST;
        if !possible(self.at) || !possible(self.sent_at) || !possible(self.received_at) {
            return Err(EventRefusal::Time);
        }
        self.behaviour.check().map_err(EventRefusal::Behaviour)
    }

    /// The natural key of what may count only once for ever, such as an order; none for others.
    #[must_use]
    pub fn natural_key(&self) -> Option<String> {
        match &self.behaviour {
            Behaviour::Ordered(order) => Some(format!("order:{}", order.order_id)),
            Behaviour::Refunded(refund) => Some(format!("refund:{}", refund.refund_id)),
            Behaviour::OrderUpdated(_) | Behaviour::OrderCancelled(_) if !self.historical => {
                let order_id = self.behaviour.order_id().unwrap_or_default();
                Some(format!("change:{order_id}:{}", self.message_id))
            }
            // What anybody may say takes no key from what the shop says.
            Behaviour::Claimed(Claim {
                of,
                order_id: Some(order_id),
                ..
            }) if of == "Order Completed" => Some(format!("claim:{order_id}")),
            Behaviour::Delivered(delivery) => Some(delivery.natural_key()),
            Behaviour::Reviewed(Review {
                review_id: Some(review_id),
                ..
            }) => Some(format!("review:{review_id}")),
            // A file may be brought in again after its message ids were forgotten.
            _ if self.historical => Some(format!("history:{}", self.message_id)),
            _ => None,
        }
    }
}

/// How a fact came into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Told from outside, as it happened.
    Observed,
    /// Told from outside, as history: decides nothing.
    Historical,
    /// A consequence that Fanous decided; a refold does not decide it again.
    Decided,
}

impl Origin {
    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Historical => "historical",
            Self::Decided => "decided",
        }
    }
}

impl FromStr for Origin {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Observed, Self::Historical, Self::Decided]
            .into_iter()
            .find(|origin| origin.word() == word)
            .ok_or_else(|| UnknownWord {
                what: "origin",
                given: word.to_owned(),
            })
    }
}

/// One entry of the behaviour log, without its personal part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The stream it came to; it never moves.
    pub stream: StreamId,
    /// Dense within the stream, from 1.
    pub seq: u64,
    /// Its name.
    pub id: FactId,
    /// Its place in the customer's history: greater than every stamp the customer had before.
    pub stamp: Millis,
    /// When it happened.
    pub at: Millis,
    /// When it reached us.
    pub received_at: Millis,
    /// Observed, historical or decided.
    pub origin: Origin,
    /// Where it came from.
    pub channel: Channel,
    /// The fact that caused a decided one.
    pub cause: Option<FactId>,
    /// What happened.
    pub behaviour: Behaviour,
}

impl Fact {
    /// The order in which a customer's facts are folded, over all of their streams.
    #[must_use]
    pub fn place(&self) -> (Millis, StreamId, u64) {
        (self.stamp, self.stream, self.seq)
    }
}

/// Matches the refunds among the facts of *one customer* with their orders.
///
/// The rule: a refunded line takes from the customer's latest earlier order (by time, then order
/// id) that has units of the same product left; then from the one before; what finds none is
/// unmatched. When the refund names its order, only that order is asked. Only product lines are
/// matched, since postage and corrections are not goods that come back.
///
/// The answer depends on when things happened and never on when we heard of them.
#[must_use]
pub fn match_refunds<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Vec<RefundMatch> {
    let (mut orders, mut refunds) = (Vec::new(), Vec::new());
    let facts = as_they_stand(facts);
    for fact in &facts {
        match &fact.behaviour {
            Behaviour::Ordered(order) => orders.push((fact.at, order)),
            Behaviour::Refunded(refund) => refunds.push((fact.at, refund)),
            _ => {}
        }
    }
    order::match_refunds(&orders, &refunds)
}
