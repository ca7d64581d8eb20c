//! Passwords: Argon2id over the password and a key that lies outside the store.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use domain::trust::{PASSWORD_BYTES_MAX, Secret};

/// 19 MiB, two passes, one lane: the first of the settings that OWASP's Password Storage Cheat
/// Sheet gives as equally strong (2024); RFC 9106 §4 asks for 64 MiB where memory is no concern,
/// which it is on a shop's own small machine. One hash takes some 25 ms.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// RFC 9106 §3.1: a salt of 16 bytes; §4: a tag of 32.
pub(crate) const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// So many are hashed at once: 38 MiB at most, and a core is left for the shop.
const AT_ONCE: usize = 2;
/// How a kept hash begins; another beginning is another set of parameters.
const SCHEME: &str = "argon2id v19 m19456 t2 p1";

/// Hashes and compares passwords, few at a time. Never to be asked on a writer's thread.
#[derive(Debug)]
pub(crate) struct Passwords {
    pepper: Secret<[u8; 32]>,
    seats: Mutex<usize>,
    free: Condvar,
}

impl Passwords {
    pub(crate) fn new(pepper: [u8; 32]) -> Self {
        Self {
            pepper: Secret::new(pepper),
            seats: Mutex::new(AT_ONCE),
            free: Condvar::new(),
        }
    }

    /// The text that is kept of a password.
    pub(crate) fn hash(&self, password: &str, salt: &[u8; SALT_BYTES]) -> String {
        let hash = self.run(password, salt);
        format!("{SCHEME} {} {}", hex(salt), hex(&hash))
    }

    /// Whether a password is the one of this text. Without a text the same work is done for
    /// nothing, so that time tells nobody who has an account.
    pub(crate) fn fits(&self, password: &str, kept: Option<&str>) -> bool {
        let parts = kept
            .and_then(|text| text.strip_prefix(SCHEME))
            .and_then(|it| {
                let (salt, hash) = it.trim().split_once(' ')?;
                let salt: [u8; SALT_BYTES] = unhex(salt)?.try_into().ok()?;
                Some((salt, unhex(hash)?))
            });
        let (salt, expected) = match &parts {
            Some((salt, expected)) => (*salt, expected.as_slice()),
            None => ([0; SALT_BYTES], [].as_slice()),
        };
        let hash = self.run(password, &salt);
        let differs = hash
            .iter()
            .zip(expected)
            .fold(0, |differs, (one, other)| differs | (one ^ other));
        // Of a longer one only the beginning was hashed.
        password.len() <= PASSWORD_BYTES_MAX && expected.len() == HASH_BYTES && differs == 0
    }

    fn run(&self, password: &str, salt: &[u8; SALT_BYTES]) -> [u8; HASH_BYTES] {
        let _seat = self.sit();
        let bytes = password.as_bytes();
        let bytes = &bytes[..bytes.len().min(PASSWORD_BYTES_MAX)];
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES))
            .expect("the parameters are within the bounds of RFC 9106");
        let argon2 = Argon2::new_with_secret(
            self.pepper.reveal(),
            Algorithm::Argon2id,
            Version::V0x13,
            params,
        )
        .expect("a key of 32 bytes is short enough");
        let mut hash = [0; HASH_BYTES];
        argon2
            .hash_password_into(bytes, salt, &mut hash)
            .expect("lengths are within the bounds of RFC 9106");
        hash
    }

    fn sit(&self) -> Seat<'_> {
        let seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seats = self
            .free
            .wait_while(seats, |seats| *seats == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *seats -= 1;
        Seat(self)
    }
}

/// One of the few places, given back when it is dropped.
struct Seat<'p>(&'p Passwords);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        *self.0.seats.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.free.notify_one();
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a text in hexadecimal; none for any other text.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&text[place..place + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let passwords = Passwords::new([1; 32]);
        let kept = passwords.hash("correct horse battery", &[2; SALT_BYTES]);
        assert!(kept.starts_with(SCHEME) && !kept.contains("horse"));
        assert!(passwords.fits("correct horse battery", Some(&kept)));
        assert!(!passwords.fits("correct horse batterz", Some(&kept)));
        assert!(!passwords.fits("", Some(&kept)));
        assert!(!passwords.fits("correct horse battery", None));
        let broken = [
            "",
            SCHEME,
            "argon2id v19 m19456 t2 p1 00 00",
            &kept[..kept.len() - 2],
        ];
        for broken in broken {
            assert!(
                !passwords.fits("correct horse battery", Some(broken)),
                "{broken}"
            );
        }
        let long = "a".repeat(PASSWORD_BYTES_MAX);
        let kept_long = passwords.hash(&long, &[2; SALT_BYTES]);
        assert!(passwords.fits(&long, Some(&kept_long)));
        assert!(!passwords.fits(&format!("{long}a"), Some(&kept_long)));
        let elsewhere = Passwords::new([3; 32]);
        assert!(
            !elsewhere.fits("correct horse battery", Some(&kept)),
            "another pepper"
        );
    }

    #[test]
    fn bytes_are_read_as_they_are_written() {
        assert_eq!(unhex(&hex(&[0, 255, 16])), Some(vec![0, 255, 16]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("é0"), None);
    }
}
