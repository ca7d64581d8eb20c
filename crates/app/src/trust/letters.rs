//! Letters to the people who work here: written with their cause, claimed, sent by whoever can,
//! settled. Nothing here waits for the network, and no transaction spans it.

use domain::ids::LetterId;
use domain::time::Millis;
use domain::trust::Secret;
use serde::{Deserialize, Serialize};
use store::trust::passes::StoredLetter;
use store::trust::people::StoredUser;
use store::{Queue, Tx};

use super::people::address_of;
use crate::{App, AppError, Inner};

/// A letter that was claimed and not settled is tried again after this: longer than any sending
/// takes, since what is claimed twice may be sent twice.
const CLAIM_MS: i64 = 5 * 60_000;
/// The first pause after a failure, and the longest.
const PAUSE_MS: i64 = 30_000;
const PAUSE_MS_MAX: i64 = 60 * 60_000;
const TRIES_MAX: i64 = 12;

/// What a letter says, in the language of whoever will read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterText {
    /// Its subject.
    pub subject: String,
    /// Its text, with the link.
    pub text: String,
}

/// A letter holds a link that opens a door, and does not print.
impl std::fmt::Debug for LetterText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LetterText(…)")
    }
}

/// A letter that is claimed, and to be sent by nobody else meanwhile.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its name.
    pub id: LetterId,
    /// To which address.
    pub to: Secret<String>,
    /// What it says.
    pub text: LetterText,
    tries: i64,
    claimed_until: Millis,
}

/// What came of sending a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterOutcome {
    /// The other side has it.
    Sent,
    /// Not now; it is tried again.
    Later,
    /// The other side will never take it.
    Refused,
}

/// Writes a letter to somebody.
pub(crate) fn letter_put(
    inner: &Inner,
    tx: &mut Tx<'_>,
    user: &StoredUser,
    text: &LetterText,
    expires_at: Millis,
) -> Result<(), AppError> {
    let body = serde_json::to_string(text).expect("texts are a JSON document");
    let letter = StoredLetter {
        id: inner.environment.id(LetterId::new),
        user: user.id,
        due_at: inner.environment.now(),
        expires_at,
        tries: 0,
        body: inner.user_key(user)?.seal_text(&body, &inner.environment),
    };
    Ok(store::trust::passes::letter_insert(tx, &letter)?)
}

impl App {
    /// Claims letters that are due, at most `limit`. Each has to come back to
    /// [`App::letter_settle`]; one that does not is claimed again later.
    ///
    /// # Errors
    /// The store's.
    pub fn letters_claim(&self, limit: u32) -> Result<Vec<Letter>, AppError> {
        let inner = self.inner.clone();
        self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| claim(&inner, tx, limit))
        })?
    }

    /// Settles a claimed letter.
    ///
    /// # Errors
    /// The store's; then it will be sent again.
    pub fn letter_settle(&self, letter: &Letter, outcome: LetterOutcome) -> Result<(), AppError> {
        let (id, claimed_until) = (letter.id, letter.claimed_until);
        let gives_up = letter.tries >= TRIES_MAX;
        let doublings = u32::try_from(letter.tries.clamp(1, 16) - 1).unwrap_or(0);
        let pause_ms = (PAUSE_MS << doublings).min(PAUSE_MS_MAX);
        let again_at = self.now().plus(pause_ms);
        let is_over = outcome != LetterOutcome::Later || gives_up;
        if is_over && outcome != LetterOutcome::Sent {
            tracing::warn!(letter = %id, "a letter could not be sent and is given up");
        }
        Ok(self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| {
                if is_over {
                    return store::trust::passes::letter_delete(tx, id);
                }
                store::trust::passes::letter_later(tx, id, claimed_until, again_at).map(|_| ())
            })
        })?)
    }

    /// How many letters wait.
    ///
    /// # Errors
    /// The store's.
    pub fn letters_waiting(&self) -> Result<u64, AppError> {
        let count = self.inner.store.read(store::trust::passes::letters_count)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

fn claim(
    inner: &Inner,
    tx: &mut Tx<'_>,
    limit: u32,
) -> Result<Result<Vec<Letter>, AppError>, store::StoreError> {
    let now = inner.environment.now();
    let claimed_until = now.plus(CLAIM_MS);
    let mut letters = Vec::new();
    for stored in store::trust::passes::letters_claim(tx, now, claimed_until, limit)? {
        let user = store::trust::people::user_get(tx, stored.user)?;
        let user = user.filter(|_| now < stored.expires_at);
        let opened = user.and_then(|user| open(inner, &user, &stored, claimed_until).ok());
        match opened {
            Some(letter) => letters.push(letter),
            // Too old, or nobody is there to read it any more.
            None => store::trust::passes::letter_delete(tx, stored.id)?,
        }
    }
    Ok(Ok(letters))
}

fn open(
    inner: &Inner,
    user: &StoredUser,
    stored: &StoredLetter,
    claimed_until: Millis,
) -> Result<Letter, AppError> {
    let body = inner.user_key(user)?.open_text(&stored.body)?;
    Ok(Letter {
        id: stored.id,
        to: Secret::new(address_of(inner, user)?.as_str().to_owned()),
        text: serde_json::from_str(&body).map_err(|_| AppError::Unreadable)?,
        tries: stored.tries,
        claimed_until,
    })
}
