//! What can be wrong with a body or an event, in words that say what to do.

use std::fmt;

use domain::events::EventRefusal;

/// Why a body cannot be taken at all; nothing in it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireError {
    /// No JSON from this byte on, or it ends too early.
    NotJson {
        /// Where the reader stopped, counted from 0.
        byte: usize,
    },
    /// JSON, and no object.
    NotAnObject,
    /// A batch without its list of events.
    NoBatch,
    /// More events than a batch may have.
    TooManyEvents {
        /// How many it may have.
        max: usize,
    },
}

impl WireError {
    /// The word in answers and counts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::NoBatch => "no_batch",
            Self::TooManyEvents { .. } => "too_many_events",
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { byte } => write!(
                f,
                "the body is not JSON from byte {byte} on: send one JSON object in UTF-8"
            ),
            Self::NotAnObject => f.write_str("the body is not a JSON object: send one"),
            Self::NoBatch => f.write_str("the batch has no events: put them into the list “batch”"),
            Self::TooManyEvents { max } => {
                write!(
                    f,
                    "the batch has more than {max} events: send fewer at once"
                )
            }
        }
    }
}

impl std::error::Error for WireError {}

/// Why one event cannot be taken; the others of its batch are not touched by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageError {
    /// The sender's own id of the message, when it could be read.
    pub message_id: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for MessageError {}

/// What is wrong with an event. The list is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Larger than an event may be.
    TooLarge {
        /// What it may have.
        bytes_max: usize,
    },
    /// Lists and objects lie deeper within each other than they may.
    TooDeep {
        /// How deep they may lie.
        depth_max: usize,
    },
    /// Not UTF-8.
    NotText,
    /// Half of a character: a surrogate without its other half.
    HalfCharacter,
    /// Not JSON.
    NotJson,
    /// JSON, and no object.
    NotAnObject,
    /// An event of a batch without a type, or with an unknown one.
    Type,
    /// Neither `userId` nor `anonymousId`.
    NoIdentity,
    /// A field that this type of event must have is not there.
    Missing(&'static str),
    /// A field holds something that it cannot.
    Field {
        /// The field, as its sender would write it.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The event says something that can never be taken.
    Refused(EventRefusal),
}

impl Problem {
    pub(super) const fn field(field: &'static str, expected: &'static str) -> Self {
        Self::Field { field, expected }
    }

    /// The word in answers and counts. Where Segment has a name for the same, it is that.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "event_too_large",
            Self::TooDeep { .. } => "event_too_deep",
            Self::NotText => "event_not_utf8",
            Self::HalfCharacter => "lone_surrogate",
            Self::NotJson => "event_not_json",
            Self::NotAnObject => "event_not_an_object",
            Self::Type => "no_type",
            Self::NoIdentity => "no_user_anon_id",
            Self::Missing(field) => match *field {
                "event" => "no_event",
                "groupId" => "no_group_id",
                "previousId" => "no_previous_id",
                "userId" => "no_user_id",
                "order_id" => "no_order_id",
                _ => "no_field",
            },
            Self::Field { .. } => "field",
            Self::Refused(refusal) => match refusal {
                EventRefusal::NoIdentity => "no_user_anon_id",
                EventRefusal::TooManyIdentities => "too_many_identities",
                EventRefusal::MessageId => "message_id",
                EventRefusal::Name => "event_name",
                EventRefusal::Time => "time",
                EventRefusal::Behaviour(_) => "field",
                EventRefusal::DecidedOnly | EventRefusal::NameTaken => "reserved_name",
                EventRefusal::TooOld | EventRefusal::MergeNotPermitted => refusal.code(),
            },
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes_max } => write!(
                f,
                "the event has more than {bytes_max} bytes: leave out what is not needed"
            ),
            Self::TooDeep { depth_max } => write!(
                f,
                "lists and objects lie more than {depth_max} deep within each other: flatten them"
            ),
            Self::NotText => f.write_str("the event is not UTF-8: encode it so"),
            Self::HalfCharacter => f.write_str(
                "a text has half of a character (a lone surrogate): do not cut texts inside one",
            ),
            Self::NotJson => f.write_str("the event is not JSON"),
            Self::NotAnObject => f.write_str("the event is not a JSON object"),
            Self::Type => {
                f.write_str("the type is none: write identify, track, page, screen, group or alias")
            }
            Self::NoIdentity => f.write_str("nobody is named: give userId or anonymousId"),
            Self::Missing(field) => write!(f, "{field} is missing: give it"),
            Self::Field { field, expected } => write!(f, "{field} must be {expected}"),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}
