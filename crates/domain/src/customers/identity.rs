//! Identities: the names under which a customer is known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest value of an identity, in bytes.
const VALUE_BYTES_MAX: usize = 320;

/// What kind of name an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Namespace {
    /// The shop's own number of the customer.
    UserId,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A loyalty or payment card's token.
    Card,
    /// A device.
    Device,
    /// A browser before its user is known.
    AnonymousId,
}

impl Namespace {
    /// Every namespace, the most trusted first.
    pub const ALL: [Self; 6] = [
        Self::UserId,
        Self::Email,
        Self::Phone,
        Self::Card,
        Self::Device,
        Self::AnonymousId,
    ];

    /// The word in tables and addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UserId => "user_id",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Device => "device",
            Self::AnonymousId => "anonymous_id",
        }
    }

    /// Whether a profile with such a name counts as known.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !matches!(self, Self::Device | Self::AnonymousId)
    }
}

impl FromStr for Namespace {
    type Err = IdentityError;

    fn from_str(word: &str) -> Result<Self, IdentityError> {
        Self::ALL
            .into_iter()
            .find(|namespace| namespace.word() == word)
            .ok_or_else(|| IdentityError::Namespace(word.chars().take(40).collect()))
    }
}

/// One name of a customer: a namespace and a value. The value is personal: it is kept as an HMAC
/// and, to be shown, encrypted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// What kind of name it is.
    pub namespace: Namespace,
    value: String,
}

impl Identity {
    /// A name in its compared form: trimmed, e-mail addresses in lower case, telephone numbers
    /// without spaces and dashes.
    ///
    /// # Errors
    /// When nothing is left, or it is longer than 320 bytes.
    pub fn new(namespace: Namespace, value: &str) -> Result<Self, IdentityError> {
        let trimmed = value.trim();
        let value = match namespace {
            Namespace::Email => trimmed.to_lowercase(),
            Namespace::Phone => trimmed
                .chars()
                .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
                .collect(),
            _ => trimmed.to_owned(),
        };
        if value.is_empty() {
            return Err(IdentityError::Empty);
        }
        if value.len() > VALUE_BYTES_MAX {
            return Err(IdentityError::TooLong);
        }
        Ok(Self { namespace, value })
    }

    /// The value in its compared form.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The text that is hashed: no value of one namespace equals one of another.
    #[must_use]
    pub fn hashed_text(&self) -> String {
        format!("{}:{}", self.namespace.word(), self.value)
    }
}

impl fmt::Debug for Identity {
    /// Personal values do not reach logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.namespace.word())
    }
}

impl FromStr for Identity {
    type Err = IdentityError;

    /// Reads `namespace:value`, the form used in addresses.
    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let (namespace, value) = text.split_once(':').ok_or(IdentityError::NoNamespace)?;
        Self::new(namespace.parse()?, value)
    }
}

/// Why a text is not an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityError {
    /// No colon.
    NoNamespace,
    /// Not a namespace.
    Namespace(String),
    /// No value.
    Empty,
    /// More than 320 bytes.
    TooLong,
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNamespace => {
                f.write_str("expected namespace:value, such as email:name@example.com")
            }
            Self::Namespace(given) => write!(
                f,
                "“{given}” is no kind of identity: expected user_id, email, phone, card, \
                 device or anonymous_id"
            ),
            Self::Empty => f.write_str("the identity has no value"),
            Self::TooLong => write!(f, "the identity is longer than {VALUE_BYTES_MAX} bytes"),
        }
    }
}

impl std::error::Error for IdentityError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_compared_in_one_form() {
        let check = |text: &str, expected: Result<&str, IdentityError>| {
            let got = text
                .parse::<Identity>()
                .map(|identity| identity.hashed_text());
            assert_eq!(got, expected.map(str::to_owned), "{text}");
        };
        check("email: Sara@Example.COM ", Ok("email:sara@example.com"));
        check("phone:+98 (912) 345-67", Ok("phone:+9891234567"));
        check("user_id:a:b", Ok("user_id:a:b"));
        check("user_id: ", Err(IdentityError::Empty));
        check("17850", Err(IdentityError::NoNamespace));
        check("name:x", Err(IdentityError::Namespace("name".into())));
        check(
            &format!("card:{}", "1".repeat(321)),
            Err(IdentityError::TooLong),
        );
    }

    #[test]
    fn an_identity_does_not_print_its_value() {
        let identity: Identity = "email:sara@example.com".parse().expect("an identity");
        assert_eq!(format!("{identity:?}"), "email:…");
    }
}
