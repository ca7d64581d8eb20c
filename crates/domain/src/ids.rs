//! Typed ids. Sixteen bytes in tables, prefixed text at the edge (`cus_0198…`).
//!
//! An id is a name and never an order: facts are ordered by their stamps. Ids are UUIDv7, made
//! outside this floor from a clock and random bytes, or supplied by a client.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdError {
    /// The text as given.
    pub given: String,
    /// The prefix that was expected, without the underscore.
    pub prefix: &'static str,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "“{}” is not an id of this kind: expected {}_ and 32 hexadecimal digits",
            self.given, self.prefix
        )
    }
}

impl std::error::Error for IdError {}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// The prefix of the text form, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id with exactly these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The sixteen bytes that tables hold.
            #[must_use]
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// A UUIDv7 from a time in milliseconds and ten random bytes.
            #[must_use]
            pub fn new(unix_ms: u64, random: &[u8; 10]) -> Self {
                Self(*uuid::Builder::from_unix_timestamp_millis(unix_ms, random)
                    .into_uuid()
                    .as_bytes())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), Uuid::from_bytes(self.0).simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let wrong = || IdError { given: text.to_owned(), prefix: $prefix };
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or_else(wrong)?;
                if digits.len() != 32 {
                    return Err(wrong());
                }
                let id = Uuid::try_parse(digits).map_err(|_| wrong())?;
                Ok(Self(*id.as_bytes()))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
    };
}

/// The time in a text that is a UUIDv7, in milliseconds since 1970; none for any other text.
#[must_use]
pub fn milliseconds_in(text: &str) -> Option<u64> {
    let id = Uuid::try_parse(text).ok()?;
    let (seconds, nanoseconds) = match id.get_version() {
        Some(uuid::Version::SortRand) => id.get_timestamp()?.to_unix(),
        _ => return None,
    };
    Some(seconds * 1_000 + u64::from(nanoseconds) / 1_000_000)
}

typed_id!(
    /// A stream: the facts that came to one profile. A customer is named by their root stream.
    StreamId, "cus"
);
typed_id!(
    /// A fact in the behaviour log.
    FactId, "evt"
);
typed_id!(
    /// A merge edge between two streams.
    MergeId, "mrg"
);
typed_id!(
    /// An account of the ledger.
    AccountId, "acc"
);
typed_id!(
    /// The random owner of accounts; says nothing about the person, and erasure unlinks it.
    OwnerToken, "own"
);
typed_id!(
    /// A posting of the ledger.
    PostingId, "pst"
);
typed_id!(
    /// A lot: units earned together, which expire together.
    LotId, "lot"
);
typed_id!(
    /// A message in the inbox or the outbox.
    MessageId, "msg"
);
typed_id!(
    /// An API key of the shop.
    KeyId, "key"
);
typed_id!(
    /// A long-running job such as an import.
    JobId, "job"
);

typed_id!(
    /// Somebody who works for the shop.
    UserId, "usr"
);
typed_id!(
    /// A session: one browser in which somebody is signed in.
    SessionId, "ses"
);
typed_id!(
    /// A letter to somebody who works for the shop.
    LetterId, "let"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_are_the_same_id() {
        let id = StreamId::new(1_700_000_000_000, &[7; 10]);
        assert_eq!(id.to_string().parse::<StreamId>(), Ok(id));
        assert!(id.to_string().starts_with("cus_"));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = FactId::new(1_700_000_000_000, &[7; 10]).to_string();
        let refusal = id.parse::<StreamId>().expect_err("another prefix");
        assert!(refusal.to_string().contains("cus_"), "{refusal}");
    }

    #[test]
    fn only_ids_made_in_time_tell_a_time() {
        let made = Uuid::from_bytes(*FactId::new(1_700_000_000_123, &[7; 10]).bytes());
        assert_eq!(milliseconds_in(&made.to_string()), Some(1_700_000_000_123));
        assert_eq!(milliseconds_in(&Uuid::nil().to_string()), None);
        assert_eq!(milliseconds_in("order:536365"), None);
    }

    #[test]
    fn hostile_texts_are_refused() {
        for text in [
            "",
            "cus_",
            "cus_zz",
            "cus_0198",
            "cus_{0198}",
            "cus_0198f0a0-aaaa-7000-8000-0",
        ] {
            assert!(text.parse::<StreamId>().is_err(), "{text}");
        }
    }
}
