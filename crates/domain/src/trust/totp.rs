//! The second factor: codes that change with time (RFC 6238 over RFC 4226, SHA-1, six digits),
//! and codes on paper for the day on which the phone is gone.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Secret, search_form};
use crate::time::Millis;

/// How long one code is the code of now; what every authenticator app takes.
pub const STEP_SECONDS: i64 = 30;
/// How many codes on paper somebody gets at once.
pub const RECOVERY_CODES: usize = 10;
/// Clocks of phones are wrong by less than this many steps, before and after.
const DRIFT_STEPS: i64 = 1;
const DIGITS: usize = 6;
/// RFC 4226 §4 recommends 160 bits.
const SECRET_BYTES: usize = 20;
/// RFC 4648 §6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Letters and digits that nobody mistakes for one another on paper.
const ON_PAPER: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Ten characters of five bits.
const RECOVERY_CHARACTERS: usize = 10;

/// What somebody's authenticator app shares with the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpSecret(Secret<[u8; SECRET_BYTES]>);

impl TotpSecret {
    /// A secret of these random bytes.
    #[must_use]
    pub const fn new(random: [u8; SECRET_BYTES]) -> Self {
        Self(Secret::new(random))
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub const fn reveal(&self) -> &[u8; SECRET_BYTES] {
        self.0.reveal()
    }

    /// What is typed into an app that cannot scan.
    #[must_use]
    pub fn base32(&self) -> String {
        let mut text = String::new();
        let (mut held, mut bits) = (0_u32, 0);
        for byte in self.reveal() {
            held = held << 8 | u32::from(*byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                text.push(char::from(BASE32[(held >> bits & 31) as usize]));
            }
        }
        // Twenty bytes are thirty-two letters and leave nothing over.
        text
    }

    /// What an app scans: whose code this is, at which shop.
    #[must_use]
    pub fn uri(&self, shop: &str, account: &str) -> String {
        let (shop, account) = (percent_encode(shop), percent_encode(account));
        format!(
            "otpauth://totp/{shop}:{account}?secret={}&issuer={shop}",
            self.base32()
        )
    }

    /// The code of a step.
    #[must_use]
    pub fn code(&self, step: i64) -> String {
        let mut mac =
            <Hmac<Sha1> as KeyInit>::new_from_slice(self.reveal()).expect("HMAC takes any key");
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        // RFC 4226 §5.3: the last four bits say where the four bytes stand.
        let place = usize::from(hash[19] & 15);
        let bytes: [u8; 4] = hash[place..place + 4]
            .try_into()
            .expect("fifteen and four are fewer than twenty");
        let number = (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000;
        format!("{number:0DIGITS$}")
    }

    /// The step whose code this is, now or a little before or after; none for a wrong code and
    /// for one of a step that was used, or of an earlier one. Digits of any script will do.
    #[must_use]
    pub fn accept(&self, code: &str, now: Millis, used: Option<i64>) -> Option<i64> {
        let code: String = search_form(code)
            .chars()
            .filter(|it| !it.is_whitespace())
            .collect();
        let step = now.0.div_euclid(1_000).div_euclid(STEP_SECONDS);
        // Every step is computed and compared whole, whichever fits.
        (step - DRIFT_STEPS..=step + DRIFT_STEPS)
            .filter(|step| used.is_none_or(|used| *step > used))
            .fold(None, |found, step| {
                let fits = equal_whole(&self.code(step), &code);
                if fits { found.or(Some(step)) } else { found }
            })
    }
}

/// Compares without stopping at the first difference.
fn equal_whole(one: &str, other: &str) -> bool {
    let differs = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |differs, (one, other)| differs | (one ^ other));
    one.len() == other.len() && differs == 0
}

/// RFC 3986 §2.3: everything but unreserved characters.
fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// One code on paper from eight random bytes, of which it keeps fifty bits.
#[must_use]
pub fn recovery_code(random: [u8; 8]) -> String {
    let number = u64::from_be_bytes(random);
    let letters: Vec<u8> = (0..RECOVERY_CHARACTERS)
        .map(|place| ON_PAPER[(number >> (5 * place) & 31) as usize])
        .collect();
    let text = String::from_utf8(letters).expect("these are ASCII");
    let (first, second) = text.split_at(RECOVERY_CHARACTERS / 2);
    format!("{first}-{second}")
}

/// A code on paper in the one form in which it is compared; none when it cannot be one.
#[must_use]
pub fn recovery_form(text: &str) -> Option<String> {
    let form: String = search_form(text)
        .chars()
        .filter(|it| it.is_alphanumeric())
        .collect();
    let is_code =
        form.len() == RECOVERY_CHARACTERS && form.bytes().all(|it| ON_PAPER.contains(&it));
    is_code.then_some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1, of eight digits the last six.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(seconds / STEP_SECONDS), code, "{seconds}");
            let now = Millis(seconds * 1_000);
            assert_eq!(secret.accept(code, now, None), Some(seconds / STEP_SECONDS));
        }
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.uri("My Shop", "a@b.example"),
            "otpauth://totp/My%20Shop:a%40b.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=My%20Shop"
        );
    }

    #[test]
    fn a_step_is_used_once_and_clocks_may_drift_by_one() {
        let secret = TotpSecret::new([7; 20]);
        let now = Millis(1_700_000_000_000);
        let step = now.0 / 30_000;
        for (drift, accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = secret.code(step + drift);
            assert_eq!(
                secret.accept(&code, now, None).is_some(),
                accepted,
                "{drift}"
            );
            assert_eq!(secret.accept(&code, now, Some(step + drift)), None);
            assert_eq!(
                secret.accept(&code, now, Some(step + 2)),
                None,
                "an earlier one"
            );
        }
        let persian: String = secret
            .code(step)
            .bytes()
            .map(|digit| char::from_u32('۰' as u32 + u32::from(digit - b'0')).expect("a digit"))
            .collect();
        assert_eq!(
            secret.accept(&format!(" {persian} "), now, None),
            Some(step)
        );
        for wrong in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(secret.accept(wrong, now, None), None);
        }
    }

    #[test]
    fn codes_on_paper_are_read_as_people_write_them() {
        let code = recovery_code([0x0f, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(code.len(), 11);
        let form = recovery_form(&code).expect("a code");
        assert_eq!(recovery_form(&code.to_uppercase()), Some(form.clone()));
        assert_eq!(recovery_form(&form), Some(form));
        assert_eq!(recovery_form("o0l1o0l1o0"), None);
        assert_eq!(recovery_form(""), None);
        assert_ne!(recovery_code([0; 8]), recovery_code([1; 8]));
    }
}
