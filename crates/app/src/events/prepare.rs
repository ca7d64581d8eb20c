//! What an event needs that no transaction has to wait for, done by the thread that brings it:
//! its bounds checked, its body written, its names and keys hashed.

use domain::events::{Behaviour, Event, EventRefusal};
use domain::ids::{StreamId, milliseconds_in};
use domain::time::Millis;
use domain::visits::Look;
use store::customers::IdentityHash;
use store::events::{Digest, MessageKey};

use super::Incoming;
use super::gate::Passing;
use crate::environment::Environment;
use crate::trust::{Vault, digest};

/// Message ids are taken for so many days after the time they carry, and kept for one day more:
/// what comes later could not be told from what came before.
const MESSAGE_DAYS: i64 = 14;
/// Milliseconds of a UTC day.
const MILLIS_PER_DAY: u64 = 86_400_000;

/// An event, ready for a transaction.
pub(crate) struct Prepared {
    pub(crate) event: Event,
    /// How it came through the gate of consent.
    pub(crate) passing: Passing,
    /// What the rules of visits need to know of it.
    pub(crate) look: Option<Box<Look>>,
    /// Why it can never be taken, if it cannot.
    pub(crate) refusal: Option<EventRefusal>,
    /// The body as the log keeps it.
    pub(crate) body: String,
    /// The digest of what it says.
    pub(crate) digest: Digest,
    /// The key of its message id; none where the natural key alone counts.
    pub(crate) message: Option<MessageKey>,
    /// The key of what counts only once for ever.
    pub(crate) natural: Option<[u8; 16]>,
    /// The key of the order that it changes, where that has to be known before it can count.
    pub(crate) order: Option<[u8; 16]>,
    /// The hashes of its identities, in their order.
    pub(crate) identities: Vec<IdentityHash>,
    /// The stream it makes if nobody bears its first identity. It is named here and not by the
    /// writer, so that new customers are named in the order in which they were told.
    pub(crate) newcomer: StreamId,
}

impl Prepared {
    pub(crate) fn new(vault: &Vault, environment: &Environment, incoming: Incoming) -> Self {
        let Incoming {
            event,
            passing,
            look,
        } = incoming;
        let checked = match passing.counted {
            Some(_) => event.check_told(),
            None => event.check(),
        };
        let refusal = checked.err();
        let body = event.behaviour.body();
        let natural = event.natural_key().map(|key| vault.natural_hash(&key));
        // What has a natural key and is history counts by that key alone.
        let by_nature = event.historical && natural.is_some();
        let order = changed_order(&event).map(|id| vault.natural_hash(&format!("order:{id}")));
        Self {
            refusal,
            order,
            digest: digest(&[event.behaviour.name(), &body]),
            body,
            message: (!by_nature).then(|| message_key(vault, &event)),
            natural,
            identities: event
                .identities
                .iter()
                .map(|identity| vault.identity_hash(identity))
                .collect(),
            newcomer: environment.id(StreamId::new),
            event,
            passing,
            look,
        }
    }
}

/// The order that an event changes. History says what went back and not of what was left: it
/// counts as it was told.
fn changed_order(event: &Event) -> Option<&str> {
    match &event.behaviour {
        Behaviour::OrderUpdated(_) | Behaviour::OrderCancelled(_) => event.behaviour.order_id(),
        Behaviour::Refunded(refund) if !event.historical => refund.order_id.as_deref(),
        _ => None,
    }
}

/// The day under which a message id is kept: that of the sender's own time, because a resent
/// message carries the same one; of a sender whose clock is far behind, that of the event as
/// corrected, which a repetition comes to as well.
fn message_day(event: &Event) -> i64 {
    match event.sent_at.utc_day() < event.received_at.utc_day() - MESSAGE_DAYS {
        true => event.at.utc_day(),
        false => event.sent_at.utc_day(),
    }
}

/// Whether nothing could tell any more that this was taken before: its id would be forgotten, and
/// it has no key of its own that is kept for ever.
pub(super) fn is_too_old(event: &Event, now: Millis) -> bool {
    event.natural_key().is_none() && message_day(event) < now.utc_day() - MESSAGE_DAYS
}

/// Before which day message ids are forgotten.
pub(crate) fn first_message_day(now: Millis) -> u16 {
    u16::try_from(now.utc_day() - MESSAGE_DAYS - 1).unwrap_or(0)
}

/// The day of the message and the hash of its id.
///
/// Ids that were made in time, as UUIDv7 are, lie in that order within their day. Such keys are
/// taken side by side, where those of other ids touch a page of the table each.
fn message_key(vault: &Vault, event: &Event) -> MessageKey {
    let mut key = vault.natural_hash(&format!("message:{}", event.message_id));
    let day = u16::try_from(message_day(event)).unwrap_or(u16::MAX);
    key[..2].copy_from_slice(&day.to_be_bytes());
    if let Some(made_ms) = milliseconds_in(&event.message_id) {
        let of_day = u32::try_from(made_ms % MILLIS_PER_DAY).expect("a day has fewer");
        key[2..6].copy_from_slice(&of_day.to_be_bytes());
    }
    key
}
