//! What a shop may do with what it knows, by purpose.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::words::UnknownWord;

/// What data about a person may be used for; each needs a permission of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To see how the shop is used.
    Analytics,
    /// To fit what is shown to the person.
    Personalisation,
    /// To write to them.
    Marketing,
    /// To hand it to somebody else.
    ThirdParty,
}

impl Purpose {
    /// Every purpose, in order.
    pub const ALL: [Self; 4] = [
        Self::Analytics,
        Self::Personalisation,
        Self::Marketing,
        Self::ThirdParty,
    ];

    /// The word in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
            Self::Personalisation => "personalisation",
            Self::Marketing => "marketing",
            Self::ThirdParty => "third_party",
        }
    }

    /// Its place among [`Purpose::ALL`] as a bit.
    #[must_use]
    pub const fn bit(self) -> i64 {
        1 << self as u32
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Purpose {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.word() == word)
            .ok_or_else(|| UnknownWord {
                what: "purpose",
                given: word.to_owned(),
            })
    }
}

closed_list!(
    /// Where somebody said what may be done.
    ConsentSource, "source" {
        /// On a page of the shop.
        Page = "page",
        /// At the till.
        Till = "till",
        /// To the shop, whose back end tells it.
        BackEnd = "back_end",
        /// In a file of the past.
        Import = "import",
    }
);

closed_list!(
    /// What somebody said.
    ConsentStatus, "status" {
        /// Yes.
        Granted = "granted",
        /// No, before there was a yes.
        Denied = "denied",
        /// A yes was taken back.
        Revoked = "revoked",
    }
);
