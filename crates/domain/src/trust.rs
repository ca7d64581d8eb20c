//! What is personal, how it is shown, and how it is found without being kept in the clear.

#[macro_use]
mod closed;

mod audit;
mod consent;
mod masking;
mod members;
mod people;
mod policy;
mod region;
mod roles;
mod throttle;
mod totp;

pub use audit::{Action, Actor, AuditEntry, Outcome, Subject};
pub use consent::{ConsentSource, ConsentStatus, Purpose};
pub use masking::{mask_email, mask_name, mask_phone};
pub use members::{has_member, member_place, pack_members};
pub use people::{EmailAddress, PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN, PasswordFault};
pub use people::{UserState, password_check, person_name};
pub use policy::{
    Basis, COUNTRIES_MAX, Collecting, ConsentPolicy, Kept, PolicyError, SignalRule, Uncollected,
};
pub use region::{Country, Place};
pub use roles::{Permission, Permissions, Role};
pub use throttle::{Bucket, Throttle};
pub use totp::{RECOVERY_CODES, STEP_SECONDS, TotpSecret, recovery_code, recovery_form};

use std::fmt;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A value that does not print: keys, passwords, addresses.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; the name of this method is what a reviewer looks for.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The fewest and the most characters of a word's beginning that can be searched for.
const PREFIX_CHARACTERS: std::ops::RangeInclusive<usize> = 2..=12;
/// The most search words one text gives.
const WORDS_MAX: usize = 64;

/// Writes a text as search compares it: compatibility forms folded, lower case, without accents
/// and joiners, Arabic letters as Persian ones, Persian and Arabic digits as Latin ones.
#[must_use]
pub fn search_form(text: &str) -> String {
    text.nfkd()
        .filter(|character| !is_combining_mark(*character))
        .filter(|character| !matches!(character, '\u{200c}' | '\u{200d}' | 'ـ'))
        .flat_map(char::to_lowercase)
        .map(|character| match character {
            'ي' | 'ى' => 'ی',
            'ك' => 'ک',
            'ة' | 'ۀ' => 'ه',
            '۰'..='۹' => latin_digit(character, '۰'),
            '٠'..='٩' => latin_digit(character, '٠'),
            other => other,
        })
        .collect()
}

fn latin_digit(character: char, zero: char) -> char {
    char::from_digit(character as u32 - zero as u32, 10).expect("the range holds ten digits")
}

fn words(text: &str) -> Vec<String> {
    search_form(text)
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .take(WORDS_MAX)
        .collect()
}

fn is_han(character: char) -> bool {
    let han = [
        '\u{3400}'..='\u{9fff}',
        '\u{f900}'..='\u{faff}',
        '\u{20000}'..='\u{3ffff}',
    ];
    han.iter().any(|range| range.contains(&character))
}

/// The words under which a text can be found: each word whole and by its beginnings; for Chinese
/// each character and each pair, since nobody writes spaces there.
#[must_use]
pub fn search_words(text: &str) -> Vec<String> {
    let mut found = std::collections::BTreeSet::new();
    for word in words(text) {
        let characters: Vec<char> = word.chars().collect();
        if characters.iter().copied().any(is_han) {
            found.extend(characters.iter().map(char::to_string));
            found.extend(
                characters
                    .windows(2)
                    .map(|pair| pair.iter().collect::<String>()),
            );
        }
        for length in PREFIX_CHARACTERS {
            if length <= characters.len() {
                found.insert(characters[..length].iter().collect::<String>());
            }
        }
        found.insert(word);
    }
    found.into_iter().collect()
}

/// The words of a query: a text matches when it has all of them among its [`search_words`].
/// Words longer than the longest indexed beginning are asked for whole.
#[must_use]
pub fn query_words(query: &str) -> Vec<String> {
    let mut asked = Vec::new();
    for word in words(query) {
        let characters: Vec<char> = word.chars().collect();
        if characters.len() > 2 && characters.iter().all(|character| is_han(*character)) {
            asked.extend(
                characters
                    .windows(2)
                    .map(|pair| pair.iter().collect::<String>()),
            );
        } else {
            asked.push(word);
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(
            format!("{:?}", Secret::new("sara@example.com")),
            "Secret(…)"
        );
    }

    #[test]
    fn names_are_found_in_three_scripts() {
        let check = |text: &str, query: &str, found: bool| {
            let words = search_words(text);
            let all = query_words(query).iter().all(|word| words.contains(word));
            assert_eq!(all, found, "{query} in {text}: {words:?}");
        };
        check("José García", "jose gar", true);
        check("مریم کریمی‌نژاد", "مريم", true);
        check("مریم کریمی‌نژاد", "کریمینژاد", true);
        check("王小明", "小明", true);
        check("王小明", "明小", false);
        check("sara@example.com", "sara", true);
        check("sara@example.com", "lara", false);
        check("کد ۱۲۳", "123", true);
    }
}
