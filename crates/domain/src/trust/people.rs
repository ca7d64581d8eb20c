//! The people who work for the shop: what names them, and what a password has to be.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// The fewest characters of a password. NIST SP 800-63B-4 §3.1.1.2 asks for length and refuses
/// rules about kinds of characters; between its 15 (password alone) and 8 (with a second factor)
/// stands this, because guesses are throttled and a second factor is offered but not forced.
pub const PASSWORD_CHARACTERS_MIN: usize = 12;
/// The most bytes of a password, so that hashing a hostile one costs nothing more.
pub const PASSWORD_BYTES_MAX: usize = 512;
/// Fewer different characters than this are one key held down.
const PASSWORD_DIFFERENT_MIN: usize = 5;
/// RFC 5321 §4.5.3.1.3: a path has at most 256 bytes, two of them angle brackets.
const EMAIL_BYTES_MAX: usize = 254;
const NAME_BYTES_MAX: usize = 200;

closed_list!(
    /// Where somebody stands between being asked and being gone.
    UserState, "state of a user" {
        /// Asked to come; has no password yet.
        Invited = "invited",
        /// May sign in.
        Active = "active",
        /// May not sign in; can be let in again.
        Disabled = "disabled",
        /// Gone: their name and address are no more, what they did stays.
        Erased = "erased",
    }
);

/// An e-mail address of somebody who works here, in the one form in which it is compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address: composed letters, lower case, no spaces around. Whether mail arrives
    /// there only a letter can tell, so no more is asked of it than that one could be written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let address: String = text.trim().nfc().flat_map(char::to_lowercase).collect();
        let (local, domain) = address.rsplit_once('@')?;
        let is_fit = |sign: char| !sign.is_whitespace() && !sign.is_control();
        let is_domain = domain.split('.').count() >= 2
            && domain.split('.').all(|label| {
                !label.is_empty() && label.chars().all(|it| it.is_alphanumeric() || it == '-')
            });
        let is_local = !local.is_empty()
            && local
                .chars()
                .all(|it| is_fit(it) && !"<>()[],;:\\\"@".contains(it));
        (is_local && is_domain && address.len() <= EMAIL_BYTES_MAX).then_some(Self(address))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// A name as it is kept: composed, on one line, without signs that turn the writing direction;
/// none for an empty or a too long one.
#[must_use]
pub fn person_name(text: &str) -> Option<String> {
    let turns = |sign: char| matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = text
        .nfc()
        .filter(|it| !it.is_control() && !turns(*it))
        .collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty() && name.len() <= NAME_BYTES_MAX).then_some(name)
}

/// Why a password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer than [`PASSWORD_CHARACTERS_MIN`] characters.
    TooShort,
    /// More than [`PASSWORD_BYTES_MAX`] bytes.
    TooLong,
    /// The same few characters again and again.
    TooPlain,
    /// It has the person's own address in it.
    HasAddress,
}

/// Whether a password will do for the person of this address.
///
/// # Errors
/// Why it will not.
pub fn password_check(password: &str, address: &EmailAddress) -> Result<(), PasswordFault> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordFault::TooLong);
    }
    if password.chars().count() < PASSWORD_CHARACTERS_MIN {
        return Err(PasswordFault::TooShort);
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    let in_row = password
        .chars()
        .zip(password.chars().skip(1))
        .all(|(one, next)| (one as u32).abs_diff(next as u32) <= 1);
    if different.len() < PASSWORD_DIFFERENT_MIN || in_row {
        return Err(PasswordFault::TooPlain);
    }
    let (local, _) = address
        .as_str()
        .rsplit_once('@')
        .expect("an address has one");
    let lower = password.to_lowercase();
    if lower.contains(address.as_str()) || (local.len() >= 5 && lower.contains(local)) {
        return Err(PasswordFault::HasAddress);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        let check = |text: &str, expected: Option<&str>| {
            let read = EmailAddress::parse(text);
            assert_eq!(read.as_ref().map(EmailAddress::as_str), expected, "{text}");
        };
        check("  Sara@Example.COM ", Some("sara@example.com"));
        check("o'neil+shop@mail.example", Some("o'neil+shop@mail.example"));
        check("مریم@نمونه.example", Some("مریم@نمونه.example"));
        for text in [
            "",
            "@",
            "a@",
            "@b.example",
            "a@b",
            "a b@c.example",
            "a@b@c.example",
            "a@b..example",
            "a@b.example\r\nBcc: c@d.example",
            "<a@b.example>",
            "a@-_.example",
        ] {
            check(text, None);
        }
        check(&format!("{}@b.example", "a".repeat(250)), None);
    }

    #[test]
    fn names_stay_on_their_line() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(person_name(text).as_deref(), expected, "{text:?}");
        };
        check("  Sara \n Ahmadi ", Some("Sara Ahmadi"));
        check("ada\u{202e}nimda", Some("adanimda"));
        check("کریمی\u{200c}نژاد", Some("کریمی\u{200c}نژاد"));
        check("<script>", Some("<script>"));
        check(" \u{202e} ", None);
        check(&"a".repeat(201), None);
    }

    #[test]
    fn passwords_are_long_and_their_own() {
        let address = EmailAddress::parse("sarah.k@example.com").expect("an address");
        let check = |password: &str, expected: Result<(), PasswordFault>| {
            assert_eq!(password_check(password, &address), expected, "{password}");
        };
        check("correct horse battery", Ok(()));
        check("رمز عبور بلند من است", Ok(()));
        check("elevensigns", Err(PasswordFault::TooShort));
        check("aaaaaaaaaaaaaaaa", Err(PasswordFault::TooPlain));
        check("abababababababab", Err(PasswordFault::TooPlain));
        check("abcdefghijklmno", Err(PasswordFault::TooPlain));
        check("Sarah.K is the owner", Err(PasswordFault::HasAddress));
        check(&"a1 b2-c3".repeat(65), Err(PasswordFault::TooLong));
    }
}
