//! Sessions: a browser in which somebody is signed in.
//!
//! A session is a random token that the browser keeps and whose hash the store keeps. It ends
//! after a time, after a shorter time without use, when it is ended by hand, and when anything
//! about its holder's rights changes. Its token changes whenever its holder proves who they are;
//! its name stays, so forms in other tabs stay good.

use domain::ids::{SessionId, UserId};
use domain::time::Millis;
use domain::trust::{Action, Actor, Outcome, Role, Secret, Subject, UserState};
use serde::Serialize;
use store::trust::people::StoredUser;
use store::trust::sessions::StoredSession;
use store::{Conn, Queue, StoreError, Tx};

use super::password::{hex, unhex};
use super::people::{address_of, name_of};
use super::{Origin, StreamKey, TrustError, TrustRefusal, digest_whole};
use crate::trust::audit::{append, entry};
use crate::{App, AppError, Inner};

/// One hour without use, or half a day in all; a browser that is one's own, a week and a month.
const IDLE_MS: i64 = 60 * MINUTE_MS;
const LASTS_MS: i64 = 12 * 60 * MINUTE_MS;
const IDLE_KEPT_MS: i64 = 7 * Millis::DAY;
const LASTS_KEPT_MS: i64 = 30 * Millis::DAY;
const MINUTE_MS: i64 = 60_000;
/// Use is noted to within this, so that a page costs no write.
const SEEN_MS: i64 = MINUTE_MS;
/// How long a proof is fresh.
pub(crate) const PROOF_MS: i64 = 10 * MINUTE_MS;
/// One person has at most so many; the one that was used longest ago makes room.
const SESSIONS_MAX: usize = 50;
const TOKEN_BYTES: usize = 32;

/// Somebody who is signed in, as of a moment ago.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// What they are to the shop now.
    pub role: Role,
    /// Their name, for the frame of a page.
    pub name: Secret<String>,
    /// Their address, by which a browser knows whose password it keeps.
    pub email: Secret<String>,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// Whether the browser keeps the session when it is closed.
    pub is_kept: bool,
    /// When they last proved who they are.
    pub proved_at: Millis,
    pub(crate) token: [u8; TOKEN_BYTES],
}

/// A session that has just begun, or has a new token.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// What the browser keeps, in a cookie that scripts cannot read.
    pub token: Secret<String>,
    /// How long the browser may keep it; none means until it closes.
    pub max_age_ms: Option<i64>,
    /// What tells this browser from a stranger's at the next login.
    pub device: Secret<String>,
    /// Who is signed in.
    pub user: UserId,
}

/// A session as its holder sees it.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// Its name.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// When it began, in milliseconds.
    pub created_at: i64,
    /// When it was last used, to within a minute.
    pub seen_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
    /// In which network it began.
    pub origin: String,
    /// What the browser said it is.
    pub agent: String,
}

impl Inner {
    /// A new token and its hash.
    pub(crate) fn new_token(&self) -> (String, [u8; 32]) {
        let token = hex(&self.environment.random::<TOKEN_BYTES>());
        let hash = digest_whole(&token);
        (token, hash)
    }

    /// What a browser shows to say that it was signed in to this account before.
    pub(crate) fn new_device(&self, email: &[u8; 16]) -> String {
        let random: [u8; 16] = self.environment.random();
        let proof = self.vault.people_mac("device", &[email, &random]);
        format!("{}{}", hex(&random), hex(&proof))
    }

    /// The bucket of such a browser, if it says the truth.
    pub(crate) fn device_bucket(&self, email: &[u8; 16], device: &str) -> Option<String> {
        let (random, proof) = device.split_at_checked(32)?;
        let right = self.vault.people_mac("device", &[email, &unhex(random)?]);
        // Both are hashed before they are compared, so that time tells nothing of the proof.
        (digest_whole(&hex(&right)) == digest_whole(proof)).then(|| format!("device {random}"))
    }

    pub(crate) fn user_key(&self, user: &StoredUser) -> Result<StreamKey, AppError> {
        let wrapped = user.wrapped.as_ref().ok_or(AppError::Unreadable)?;
        self.vault.unwrap_key(wrapped)
    }
}

/// How a session is to be.
pub(crate) struct Opening<'o> {
    pub(crate) keep: bool,
    pub(crate) origin: &'o Origin,
    pub(crate) email: [u8; 16],
    /// The token that the browser had before: it is none afterwards.
    pub(crate) old: Option<String>,
}

/// Begins a session of a locked user who has proved who they are, and notes that they are here.
pub(crate) fn session_open(
    inner: &Inner,
    tx: &mut Tx<'_>,
    user: &mut StoredUser,
    opening: &Opening<'_>,
) -> Result<NewSession, TrustError> {
    let now = inner.environment.now();
    if let Some(old) = &opening.old {
        store::trust::sessions::session_delete(tx, &digest_whole(old))?;
    }
    let mut others = store::trust::sessions::sessions_of(tx, user.id)?;
    others.sort_by_key(|session| session.seen_at);
    let too_many = (others.len() + 1).saturating_sub(SESSIONS_MAX);
    for session in others.iter().take(too_many) {
        store::trust::sessions::session_delete(tx, &session.token)?;
    }
    let (token, hash) = inner.new_token();
    let (lasts_ms, idle_ms) = if opening.keep {
        (LASTS_KEPT_MS, IDLE_KEPT_MS)
    } else {
        (LASTS_MS, IDLE_MS)
    };
    let agent = inner
        .user_key(user)?
        .seal_text(opening.origin.agent(), &inner.environment);
    let session = StoredSession {
        token: hash,
        id: inner.environment.id(SessionId::new),
        user: user.id,
        created_at: now,
        seen_at: now,
        expires_at: now.plus(lasts_ms),
        idle_ms,
        proved_at: now,
        origin: opening.origin.network(),
        agent,
    };
    store::trust::sessions::session_insert(tx, &session)?;
    user.seen_at = Some(now);
    store::trust::people::user_put(tx, user)?;
    Ok(NewSession {
        token: Secret::new(token),
        max_age_ms: opening.keep.then_some(LASTS_KEPT_MS),
        device: Secret::new(inner.new_device(&opening.email)),
        user: user.id,
    })
}

/// The session of this token and whose it is, if it has not ended.
fn session_find(
    conn: &mut Conn,
    token: &[u8; 32],
    now: Millis,
) -> Result<Option<(StoredSession, StoredUser)>, StoreError> {
    let Some(session) = store::trust::sessions::session_get(conn, token)? else {
        return Ok(None);
    };
    let is_idle = now.0.saturating_sub(session.seen_at.0) >= session.idle_ms;
    if now >= session.expires_at || is_idle {
        return Ok(None);
    }
    let user = store::trust::people::user_get(conn, session.user)?;
    let user = user.filter(|user| user.state == UserState::Active.word());
    Ok(user.map(|user| (session, user)))
}

impl App {
    /// Who is signed in with this token; none when nobody is, or not any more.
    ///
    /// # Errors
    /// The store's: only the store may end a session.
    pub fn session_check(&self, token: &str) -> Result<Option<SignedIn>, AppError> {
        if token.len() != 2 * TOKEN_BYTES {
            return Ok(None);
        }
        let (hash, now) = (digest_whole(token), self.now());
        let found = self
            .inner
            .store
            .read(|conn| session_find(conn, &hash, now))?;
        let Some((session, user)) = found else {
            return Ok(None);
        };
        if now.0.saturating_sub(session.seen_at.0) >= SEEN_MS {
            self.note_seen(hash, session.user);
        }
        Ok(Some(SignedIn {
            user: user.id,
            session: session.id,
            role: user.role.parse().map_err(StoreError::shape)?,
            name: Secret::new(name_of(&self.inner, &user)?),
            email: Secret::new(address_of(&self.inner, &user)?.as_str().to_owned()),
            has_second_factor: user.totp.is_some(),
            is_kept: session.idle_ms == IDLE_KEPT_MS,
            proved_at: session.proved_at,
            token: hash,
        }))
    }

    /// Nobody waits for it; a use that is not noted ends a session a minute too early.
    fn note_seen(&self, token: [u8; 32], user: UserId) {
        let now = self.now();
        let noted = self.inner.store.submit(
            Queue::Jobs,
            Box::new(move |session| {
                let noted = session
                    .transaction(|tx| store::trust::sessions::session_seen(tx, &token, user, now));
                if let Err(error) = noted {
                    tracing::debug!(%error, "a session's use was not noted");
                }
            }),
        );
        if let Err(error) = noted {
            tracing::debug!(%error, "a session's use was not noted");
        }
    }

    /// What a form of this session carries, so that no other site can send it.
    #[must_use]
    pub fn csrf(&self, who: &SignedIn) -> String {
        hex(&self.inner.vault.people_mac("csrf", &[who.session.bytes()]))
    }

    /// Whether a form was made for this session.
    #[must_use]
    pub fn csrf_check(&self, who: &SignedIn, given: &str) -> bool {
        digest_whole(&self.csrf(who)) == digest_whole(given)
    }

    /// Ends the session that asks.
    ///
    /// # Errors
    /// The store's.
    pub fn sign_out(&self, who: &SignedIn, origin: &Origin) -> Result<(), TrustError> {
        let (who, origin) = (who.clone(), origin.clone());
        self.trust_write(move |inner, tx| {
            if store::trust::sessions::session_delete(tx, &who.token)? {
                let subject = Subject::Session(who.session);
                let actor = Actor::User(who.user);
                let row = entry(
                    inner,
                    actor,
                    Action::SignedOut,
                    &subject,
                    &origin,
                    Outcome::Done,
                );
                append(&inner.vault, tx, vec![row])?;
            }
            Ok(())
        })
    }

    /// The sessions of whoever asks.
    ///
    /// # Errors
    /// The store's.
    pub fn sessions(&self, who: &SignedIn) -> Result<Vec<SessionView>, AppError> {
        let now = self.now();
        let (sessions, user) = self.inner.store.read(|conn| {
            let sessions = store::trust::sessions::sessions_of(conn, who.user)?;
            Ok((sessions, store::trust::people::user_get(conn, who.user)?))
        })?;
        let Some(user) = user else {
            return Ok(Vec::new());
        };
        let key = self.inner.user_key(&user)?;
        let live = sessions.into_iter().filter(|session| {
            now < session.expires_at && now.0 - session.seen_at.0 < session.idle_ms
        });
        live.map(|session| {
            Ok(SessionView {
                id: session.id.to_string(),
                is_this: session.id == who.session,
                created_at: session.created_at.0,
                seen_at: session.seen_at.0,
                expires_at: session.expires_at.0,
                origin: session.origin,
                agent: key.open_text(&session.agent)?,
            })
        })
        .collect()
    }

    /// Ends one session of whoever asks.
    ///
    /// # Errors
    /// [`TrustRefusal::NoSession`], or the store's.
    pub fn session_end(
        &self,
        who: &SignedIn,
        session: SessionId,
        origin: &Origin,
    ) -> Result<(), TrustError> {
        let (who, origin) = (who.clone(), origin.clone());
        self.trust_write(move |inner, tx| {
            if !store::trust::sessions::session_end(tx, who.user, session)? {
                return Err(TrustRefusal::NoSession.into());
            }
            let (actor, subject) = (Actor::User(who.user), Subject::Session(session));
            let action = Action::SessionEnded;
            let row = entry(inner, actor, action, &subject, &origin, Outcome::Done);
            append(&inner.vault, tx, vec![row])?;
            Ok(())
        })
    }

    /// One transaction of this room. A refusal commits what was done until then: a pass that was
    /// taken stays taken. So everything is refused before it is written.
    pub(crate) fn trust_write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Inner, &mut Tx<'_>) -> Result<T, TrustError> + Send + 'static,
    ) -> Result<T, TrustError> {
        let inner = std::sync::Arc::clone(&self.inner);
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| match work(&inner, tx) {
                Err(TrustError::App(AppError::Store(error))) => Err(error),
                answer => Ok(answer),
            })
        })?
    }

    /// Forgets sessions, passes and counted tries that have ended.
    ///
    /// # Errors
    /// The store's.
    pub fn people_prune(&self) -> Result<u64, AppError> {
        let now = self.now();
        Ok(self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| {
                let untouched = now.plus(-2 * Millis::DAY);
                store::trust::sessions::ended_prune(tx, now, untouched)
            })
        })?)
    }
}
