//! What an event needs that no transaction has to wait for, done by the thread that brings it:
//! its bounds checked, its body written, its names and keys hashed.

use domain::events::{Event, EventRefusal};
use domain::ids::{StreamId, milliseconds_in};
use store::customers::IdentityHash;
use store::events::{Digest, MessageKey};

use crate::environment::Environment;
use crate::trust::{Vault, digest};

/// Milliseconds of a UTC day.
const MILLIS_PER_DAY: u64 = 86_400_000;

/// An event, ready for a transaction.
pub(crate) struct Prepared {
    pub(crate) event: Event,
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
    /// The hashes of its identities, in their order.
    pub(crate) identities: Vec<IdentityHash>,
    /// The stream it makes if nobody bears its first identity. It is named here and not by the
    /// writer, so that new customers are named in the order in which they were told.
    pub(crate) newcomer: StreamId,
}

impl Prepared {
    pub(crate) fn new(vault: &Vault, environment: &Environment, event: Event) -> Self {
        let refusal = event.check().err();
        let body = event.behaviour.body();
        let natural = event.natural_key().map(|key| vault.natural_hash(&key));
        // What has a natural key and is history counts by that key alone.
        let by_nature = event.historical && natural.is_some();
        Self {
            refusal,
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
        }
    }
}

/// The day of the sender's own time and the hash of the message id: a resent message carries the
/// same time, so it meets the same key.
///
/// Ids that were made in time, as UUIDv7 are, lie in that order within their day. Such keys are
/// taken side by side, where those of other ids touch a page of the table each.
fn message_key(vault: &Vault, event: &Event) -> MessageKey {
    let mut key = vault.natural_hash(&format!("message:{}", event.message_id));
    let day = u16::try_from(event.sent_at.utc_day()).unwrap_or(u16::MAX);
    key[..2].copy_from_slice(&day.to_be_bytes());
    if let Some(made_ms) = milliseconds_in(&event.message_id) {
        let of_day = u32::try_from(made_ms % MILLIS_PER_DAY).expect("a day has fewer");
        key[2..6].copy_from_slice(&of_day.to_be_bytes());
    }
    key
}
