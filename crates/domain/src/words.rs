//! Words of closed lists.

use std::fmt;

/// A word that is not one of a closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// What the word should have been: "channel", "origin".
    pub what: &'static str,
    /// The word.
    pub given: String,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "“{}” is not a {} that Fanous knows",
            self.given, self.what
        )
    }
}

impl std::error::Error for UnknownWord {}
