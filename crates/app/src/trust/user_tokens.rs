//! Tokens by which a shop's page says who its reader is, because the shop's back end said so.
//!
//! A token holds the hash of a name, an end, and a seal that only the shop's key makes. It names
//! nobody, and after the shop's key or the person is gone it leads nowhere.

use domain::customers::Identity;
use domain::ids::StreamId;
use domain::time::Millis;
use serde::Serialize;
use store::customers::IdentityHash;

use super::password::{hex, unhex};
use crate::{App, AppError};

const BEGINNING: &str = "user_";
/// The longest time that a token is good.
pub const USER_TOKEN_MS_MAX: i64 = Millis::DAY;
const SEAL_BYTES: usize = 16;

/// A token that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserToken {
    /// What a page sends.
    pub token: String,
    /// Until when it is good, in milliseconds since 1970.
    pub expires_at: i64,
}

/// What a good token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserProof {
    name: IdentityHash,
    /// Until when it is good.
    pub expires_at: Millis,
}

impl App {
    /// A token of whoever bears this name now or later.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it would be good for no time, or for more than a day.
    pub fn user_token(&self, name: &Identity, lasts_ms: i64) -> Result<UserToken, AppError> {
        if !(1..=USER_TOKEN_MS_MAX).contains(&lasts_ms) {
            return Err(AppError::Invalid(
                "a token is good for a day at most".to_owned(),
            ));
        }
        let expires_at = self.now().plus(lasts_ms);
        let name = self.inner.vault.identity_hash(name);
        let body = [name.as_slice(), &expires_at.0.to_be_bytes()].concat();
        let seal = self.inner.vault.user_seal(&body);
        Ok(UserToken {
            token: format!("{BEGINNING}{}{}", hex(&body), hex(&seal)),
            expires_at: expires_at.0,
        })
    }

    /// What a token says; none when it is not ours, was altered, or has ended.
    #[must_use]
    pub fn user_token_open(&self, token: &str) -> Option<UserProof> {
        let bytes = unhex(token.strip_prefix(BEGINNING)?)?;
        let (body, seal) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
        let (name, end) = body.split_first_chunk::<16>()?;
        let expires_at = Millis(i64::from_be_bytes(end.try_into().ok()?));
        let right = self.inner.vault.user_seal(body);
        let differ = right.iter().zip(seal).fold(0, |sum, (a, b)| sum | (a ^ b));
        let is_good = differ == 0 && self.now() < expires_at;
        is_good.then_some(UserProof {
            name: *name,
            expires_at,
        })
    }

    /// The customer whom a token means; none before anything is known of them.
    ///
    /// # Errors
    /// The store's.
    pub fn user_proved(&self, proof: UserProof) -> Result<Option<StreamId>, AppError> {
        let found = self
            .inner
            .store
            .read(|conn| store::customers::identity_find(conn, &[proof.name]))?;
        Ok(found.get(&proof.name).map(|(_, root)| *root))
    }
}
