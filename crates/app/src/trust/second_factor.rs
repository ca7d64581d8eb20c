//! The second factor of somebody who works here: an app that makes codes, and codes on paper.

use domain::trust::{Action, RECOVERY_CODES, Secret, TotpSecret, recovery_code, recovery_form};
use store::trust::people::StoredUser;

use super::password::{hex, unhex};
use super::people::address_of;
use super::sessions::PROOF_MS;
use super::sign_in::{lock_active, note_all};
use super::{Origin, SignedIn, TrustError, TrustRefusal};
use crate::{App, AppError, Inner};

/// What an authenticator app is to learn; it counts only once a code of it was shown.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What is scanned.
    pub uri: Secret<String>,
    /// What is typed into an app that cannot scan.
    pub base32: Secret<String>,
}

/// Codes on paper, shown this once.
#[derive(Debug, Clone)]
pub struct RecoveryCodes(pub Secret<Vec<String>>);

fn secret_of(
    inner: &Inner,
    user: &StoredUser,
    sealed: Option<&Vec<u8>>,
) -> Result<TotpSecret, TrustError> {
    let sealed = sealed.ok_or(TrustRefusal::NoSecondFactor)?;
    let text = inner.user_key(user)?.open_text(sealed)?;
    let bytes = unhex(&text).and_then(|bytes| bytes.try_into().ok());
    Ok(TotpSecret::new(bytes.ok_or(AppError::Unreadable)?))
}

/// The codes are few bits: hashed under a key outside the store, so that a stolen store alone
/// does not give them away.
fn paper_hash(inner: &Inner, user: &StoredUser, form: &str) -> String {
    let parts: [&[u8]; 2] = [user.id.bytes(), form.as_bytes()];
    hex(&inner.vault.people_mac("recovery", &parts)[..16])
}

/// Uses a code of a locked user, of the app or on paper, so that it is good no more. What beyond
/// it has to stand in the audit; none when the code is wrong.
pub(crate) fn use_code(
    inner: &Inner,
    user: &mut StoredUser,
    code: &str,
) -> Result<Option<Vec<Action>>, TrustError> {
    let secret = secret_of(inner, user, user.totp.as_ref())?;
    if let Some(step) = secret.accept(code, inner.environment.now(), user.totp_step) {
        user.totp_step = Some(step);
        return Ok(Some(Vec::new()));
    }
    let Some(form) = recovery_form(code) else {
        return Ok(None);
    };
    let used = paper_hash(inner, user, &form);
    let left: Vec<&str> = user.recovery.split(' ').filter(|it| *it != used).collect();
    let left = left.join(" ");
    if left.len() == user.recovery.len() {
        return Ok(None);
    }
    user.recovery = left;
    Ok(Some(vec![Action::RecoveryCodeUsed]))
}

/// New codes on paper in place of those that are left.
fn new_codes(inner: &Inner, user: &mut StoredUser) -> RecoveryCodes {
    let codes: Vec<String> = (0..RECOVERY_CODES)
        .map(|_| recovery_code(inner.environment.random()))
        .collect();
    let hashes: Vec<String> = codes
        .iter()
        .filter_map(|code| recovery_form(code))
        .map(|form| paper_hash(inner, user, &form))
        .collect();
    user.recovery = hashes.join(" ");
    RecoveryCodes(Secret::new(codes))
}

impl App {
    /// Offers a second factor: a new secret for an app. Nothing changes until a code of it comes
    /// back to [`App::second_factor_take`].
    ///
    /// # Errors
    /// [`TrustRefusal::ProofNeeded`], or the store's.
    pub fn second_factor_offer(&self, who: &SignedIn) -> Result<Offer, TrustError> {
        self.fresh(who)?;
        let secret = TotpSecret::new(self.inner.environment.random());
        let shop = self.in_force().settings.name.clone();
        let (asked, kept) = (who.clone(), secret.clone());
        let address = self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, asked.user)?;
            let key = inner.user_key(&user)?;
            let sealed = key.seal_text(&hex(kept.reveal()), &inner.environment);
            user.totp_offered = Some(sealed);
            store::trust::people::user_put(tx, &user)?;
            Ok(address_of(inner, &user)?)
        })?;
        Ok(Offer {
            uri: Secret::new(secret.uri(&shop, address.as_str())),
            base32: Secret::new(secret.base32()),
        })
    }

    /// Takes the offered second factor by a code of it, and gives codes on paper. The other
    /// sessions of the person end: they began without it.
    ///
    /// # Errors
    /// [`TrustRefusal::WrongProof`], [`TrustRefusal::NoSecondFactor`] when none was offered,
    /// [`TrustRefusal::ProofNeeded`], [`TrustRefusal::Shut`], or the store's.
    pub fn second_factor_take(
        &self,
        who: &SignedIn,
        code: &str,
        origin: &Origin,
    ) -> Result<RecoveryCodes, TrustError> {
        self.fresh(who)?;
        self.count_try(&self.proof_bucket(who))?;
        let (who, origin, code) = (who.clone(), origin.clone(), code.to_owned());
        self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, who.user)?;
            let secret = secret_of(inner, &user, user.totp_offered.as_ref())?;
            let step = secret.accept(&code, inner.environment.now(), None);
            user.totp_step = Some(step.ok_or(TrustRefusal::WrongProof)?);
            user.totp = user.totp_offered.take();
            let codes = new_codes(inner, &mut user);
            store::trust::people::user_put(tx, &user)?;
            store::trust::sessions::sessions_end_others(tx, user.id, Some(&who.token))?;
            note_all(inner, tx, &who, &[Action::SecondFactorOn], &origin)?;
            Ok(codes)
        })
    }

    /// Takes the second factor of whoever asks away.
    ///
    /// # Errors
    /// [`TrustRefusal::ProofNeeded`], [`TrustRefusal::NoSecondFactor`], or the store's.
    pub fn second_factor_drop(&self, who: &SignedIn, origin: &Origin) -> Result<(), TrustError> {
        self.fresh(who)?;
        let (who, origin) = (who.clone(), origin.clone());
        self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, who.user)?;
            if user.totp.is_none() {
                return Err(TrustRefusal::NoSecondFactor.into());
            }
            (user.totp, user.totp_offered, user.totp_step) = (None, None, None);
            user.recovery = String::new();
            store::trust::people::user_put(tx, &user)?;
            note_all(inner, tx, &who, &[Action::SecondFactorOff], &origin)
        })
    }

    /// Makes new codes on paper; the ones before are good no more.
    ///
    /// # Errors
    /// As [`App::second_factor_drop`].
    pub fn recovery_codes_new(
        &self,
        who: &SignedIn,
        origin: &Origin,
    ) -> Result<RecoveryCodes, TrustError> {
        self.fresh(who)?;
        let (who, origin) = (who.clone(), origin.clone());
        self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, who.user)?;
            if user.totp.is_none() {
                return Err(TrustRefusal::NoSecondFactor.into());
            }
            let codes = new_codes(inner, &mut user);
            store::trust::people::user_put(tx, &user)?;
            note_all(inner, tx, &who, &[Action::RecoveryCodesMade], &origin)?;
            Ok(codes)
        })
    }

    fn fresh(&self, who: &SignedIn) -> Result<(), TrustError> {
        if who.is_proved(self.now()) {
            Ok(())
        } else {
            Err(TrustRefusal::ProofNeeded.into())
        }
    }
}

impl SignedIn {
    /// Whether they proved a moment ago who they are.
    #[must_use]
    pub const fn is_proved(&self, now: domain::time::Millis) -> bool {
        now.0.saturating_sub(self.proved_at.0) < PROOF_MS
    }
}
