//! The wire format that trackers speak (that of Segment and of what is compatible with it): the
//! bytes of a request's body become events.
//!
//! [`read`] is all there is to call. It does no input or output and asks no clock; who the sender
//! is, when the body came and what the shop takes for granted is told by [`Received`]. What is
//! wrong with one event is said of that event alone ([`MessageError`]); only a body in which no
//! events can be found is refused whole ([`WireError`]).
//!
//! The way of a body: `scan` (where events begin and end) → `object` (one event's members) →
//! `message` (who, when, what; `clock`, `context`, `names`) → `commerce` and `money` (orders) or
//! `personal` (what no behaviour holds) → the domain's own check.

mod clock;
mod commerce;
mod context;
mod message;
mod money;
mod names;
mod object;
mod order;
mod personal;
mod problem;
mod scan;

#[cfg(test)]
mod tests;

pub use clock::Times;
pub use message::{Message, MessageType};
pub use personal::{PERSONAL_MAX, PERSONAL_NAME_BYTES_MAX, PERSONAL_TEXT_BYTES_MAX};
pub use problem::{MessageError, Problem, WireError};

use std::ops::ControlFlow;

use domain::events::{EventSchemas, Sender, ToldBatch, ToldError};
use domain::money::Currency;
use domain::time::{Millis, Zone};

use message::Around;
use object::{Object, Value};
use scan::Found;

/// The longest message id, in characters.
pub const MESSAGE_ID_CHARACTERS_MAX: usize = 100;
/// What of a write key is read, in bytes; no key is longer.
const WRITE_KEY_BYTES_MAX: usize = 256;

/// What the receiver knows beside the body.
#[derive(Debug, Clone, Copy)]
pub struct Received<'r> {
    /// When it came, by our clock.
    pub at: Millis,
    /// The currency of amounts without one.
    pub currency: Currency,
    /// The zone of times without an offset.
    pub zone: &'r Zone,
    /// What the sender's key is worth.
    pub trust: Trust,
    /// What the shop declares of its own events.
    pub schemas: &'r EventSchemas,
}

/// What the word of a sender is worth, by the key it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Anyone can copy a public key from a page: what it says of somebody is a claim.
    Public,
    /// Only the shop has a secret key.
    Secret,
}

/// How much is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest event, in bytes.
    pub event_bytes: usize,
    /// The most events of a batch.
    pub events: usize,
    /// How many lists and objects may lie within each other in one event.
    pub depth: usize,
}

impl Default for Limits {
    /// The limits that senders know from the others.
    fn default() -> Self {
        Self {
            event_bytes: 32 * 1_024,
            events: 2_500,
            depth: 200,
        }
    }
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The key in the body, when there is one. It is for the caller to compare with the header's.
    pub write_key: Option<String>,
    /// Each event in the order sent, or why it cannot be taken.
    pub events: Vec<Result<Message, MessageError>>,
}

/// Reads a body: one event of the type that the address names, or a batch when it names none.
/// The address counts before what the event says of its own type.
///
/// # Errors
/// [`WireError`] when no events can be found in it; then nothing of it counts.
pub fn read(
    body: &[u8],
    kind: Option<MessageType>,
    received: &Received<'_>,
    limits: &Limits,
) -> Result<Batch, WireError> {
    // A byte order mark is no part of JSON, and some senders write one.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let not_json = |scan::Broken(byte)| WireError::NotJson { byte };
    let whole = scan::whole(body).map_err(not_json)?;
    if whole.bytes.first() != Some(&b'{') {
        return Err(WireError::NotAnObject);
    }
    let mut envelope = Envelope::default();
    let heard = scan::members(whole.bytes, &mut |name, found| envelope.hear(name, found));
    let shared = envelope.context(limits);
    let around = Around {
        received,
        shared: &shared,
        sent_at: envelope.sent_at.and_then(readable),
    };
    let events = match kind {
        Some(_) => vec![one(whole, kind, &around, limits)],
        None => {
            heard.map_err(not_json)?;
            let list = envelope.batch.ok_or(WireError::NoBatch)?;
            many(list, &around, limits)?
        }
    };
    Ok(Batch {
        write_key: envelope.write_key(),
        events,
    })
}

/// [`read`] as the collector asks for it: of the type that the address names, within the limits
/// that senders know.
///
/// # Errors
/// A sentence about a body in which no events can be found.
pub fn told(body: &[u8], kind: Option<&str>, sender: &Sender) -> Result<ToldBatch, String> {
    let received = Received {
        at: sender.at,
        currency: sender.currency,
        zone: &sender.zone,
        schemas: &sender.schemas,
        trust: match sender.is_secret {
            true => Trust::Secret,
            false => Trust::Public,
        },
    };
    let kind = kind.and_then(MessageType::of_address);
    let batch = read(body, kind, &received, &Limits::default());
    let batch = batch.map_err(|error| error.to_string())?;
    let events = batch.events.into_iter().map(|message| match message {
        Ok(message) => Ok(message.told),
        Err(error) => Err(ToldError {
            code: error.problem.code(),
            sentence: error.problem.to_string(),
            message_id: error.message_id,
        }),
    });
    Ok(ToldBatch {
        write_key: batch.write_key,
        events: events.collect(),
    })
}

/// What stands at the body as a whole.
#[derive(Default)]
struct Envelope<'b> {
    batch: Option<Found<'b>>,
    write_key: Option<Found<'b>>,
    sent_at: Option<Found<'b>>,
    context: Option<Found<'b>>,
}

impl<'b> Envelope<'b> {
    fn hear(&mut self, name: &[u8], found: Found<'b>) {
        let place = match name {
            b"\"batch\"" => &mut self.batch,
            b"\"writeKey\"" => &mut self.write_key,
            b"\"sentAt\"" => &mut self.sent_at,
            b"\"context\"" => &mut self.context,
            _ => return,
        };
        *place = Some(found);
    }

    fn write_key(&self) -> Option<String> {
        let text = readable(self.write_key?)?.text()?;
        Some(text[..text.floor_char_boundary(WRITE_KEY_BYTES_MAX)].to_owned())
    }

    /// The context of all events. One that no event could carry is no context.
    fn context(&self, limits: &Limits) -> Object<'b> {
        let fits = |found: &Found<'_>| {
            found.bytes.len() <= limits.event_bytes && found.depth <= limits.depth
        };
        let found = self.context.filter(fits);
        found
            .and_then(readable)
            .and_then(Value::object)
            .unwrap_or_default()
    }
}

/// A small value of the envelope; none when it is `null` or no text at all.
fn readable(found: Found<'_>) -> Option<Value<'_>> {
    let written = std::str::from_utf8(found.bytes).ok()?;
    Value::present(written).filter(|_| !found.has_half_character)
}

fn many(
    list: Found<'_>,
    around: &Around<'_>,
    limits: &Limits,
) -> Result<Vec<Result<Message, MessageError>>, WireError> {
    if list.bytes.first() != Some(&b'[') {
        return Err(WireError::NoBatch);
    }
    let mut found = Vec::new();
    let cut = scan::elements(list.bytes, &mut |event| {
        found.push(event);
        match found.len() > limits.events {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    cut.map_err(|scan::Broken(byte)| WireError::NotJson { byte })?;
    if found.len() > limits.events {
        return Err(WireError::TooManyEvents { max: limits.events });
    }
    let events = found.into_iter();
    Ok(events
        .map(|event| one(event, None, around, limits))
        .collect())
}

/// Reads one event. It is measured before it is opened.
fn one(
    found: Found<'_>,
    kind: Option<MessageType>,
    around: &Around<'_>,
    limits: &Limits,
) -> Result<Message, MessageError> {
    let refused = |problem| MessageError {
        message_id: message_id_in(found.bytes),
        problem,
    };
    if found.bytes.len() > limits.event_bytes {
        let bytes_max = limits.event_bytes;
        return Err(refused(Problem::TooLarge { bytes_max }));
    }
    if found.depth > limits.depth {
        let depth_max = limits.depth;
        return Err(refused(Problem::TooDeep { depth_max }));
    }
    let Ok(text) = std::str::from_utf8(found.bytes) else {
        return Err(refused(Problem::NotText));
    };
    if found.has_half_character {
        return Err(refused(Problem::HalfCharacter));
    }
    if !text.starts_with('{') {
        return Err(refused(Problem::NotAnObject));
    }
    let Some(item) = Object::read(text) else {
        return Err(refused(Problem::NotJson));
    };
    message::read(&item, kind, around).map_err(refused)
}

/// The message id in an event that may be broken.
fn message_id_in(event: &[u8]) -> Option<String> {
    let mut message_id = None;
    let mut hear = |name: &[u8], found| {
        if name == b"\"messageId\"" {
            message_id = Some(found);
        }
    };
    // Where it is broken, what stands before the break was heard.
    if scan::members(event, &mut hear).is_err() && message_id.is_none() {
        return None;
    }
    let text = readable(message_id?)?.text()?;
    let is_kept = text.chars().count() <= MESSAGE_ID_CHARACTERS_MAX;
    is_kept.then(|| text.into_owned())
}
