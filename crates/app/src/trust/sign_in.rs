//! Signing in, and proving again who one is.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::UserId;
use domain::time::Millis;
use domain::trust::{Action, Actor, Bucket, EmailAddress, Outcome, Secret, Subject, UserState};
use serde::{Deserialize, Serialize};
use store::trust::passes::StoredPass;
use store::trust::people::StoredUser;

use super::entrance::PassKind;
use super::people::email_hash;
use super::second_factor::use_code;
use super::sessions::{NewSession, Opening, session_open};
use super::{Origin, SignedIn, TrustError, TrustRefusal, digest_whole};
use crate::trust::audit::{append, entry};
use crate::{App, AppError, Inner};

/// A password that was right waits so long for its code.
const CODE_WAIT_MS: i64 = 5 * 60_000;

/// What somebody gives to sign in.
#[derive(Debug, Clone)]
pub struct Login {
    /// The address, as they wrote it.
    pub email: String,
    /// The password.
    pub password: Secret<String>,
    /// Whether this browser is theirs alone.
    pub keep: bool,
    /// The token that the browser sent, whoever gave it to it: it is none afterwards.
    pub old_token: Option<String>,
    /// What the browser keeps of an earlier login.
    pub device: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum LoginOutcome {
    /// They are in.
    In(NewSession),
    /// The password was right; this brings the code of the second factor to [`App::sign_in_code`].
    Code(Secret<String>),
}

/// What proves again who somebody is.
#[derive(Debug, Clone)]
pub enum Proof {
    /// Their password.
    Password(Secret<String>),
    /// A code of their second factor, of the app or on paper.
    Code(Secret<String>),
}

/// What waits for the code.
#[derive(Debug, Serialize, Deserialize)]
struct CodeWait {
    keep: bool,
    old: Option<String>,
    /// The keys of the buckets that a right code empties.
    buckets: Vec<(String, [u8; 16])>,
}

/// What a try is counted for, by the keys under which the store counts.
pub(crate) type Buckets = BTreeMap<[u8; 16], Bucket>;

impl App {
    /// Signs somebody in. Hashes a password: never to be called on a writer's thread.
    ///
    /// # Errors
    /// [`TrustRefusal::WrongLogin`], after the same work whoever it is;
    /// [`TrustRefusal::Shut`]; or the store's.
    pub fn sign_in(&self, login: Login, origin: &Origin) -> Result<LoginOutcome, TrustError> {
        let address = EmailAddress::parse(&login.email);
        let email = match &address {
            Some(address) => email_hash(&self.inner, address),
            // What is no address is counted as one that nobody has.
            None => self.inner.vault.people_key("no address", &login.email),
        };
        let buckets = self.login_buckets(&email, login.device.as_deref(), origin);
        self.count_try(&buckets)?;
        let found = self.inner.store.read(|conn| {
            let user = store::trust::people::email_find(conn, &email)?;
            let user = user.map(|id| store::trust::people::user_get(conn, id));
            Ok(user.transpose()?.flatten())
        })?;
        let active = found
            .as_ref()
            .filter(|user| user.state == UserState::Active.word());
        let kept = active.and_then(|user| user.password.as_deref());
        let fits = self.inner.passwords.fits(login.password.reveal(), kept);
        let Some(user) = active.filter(|_| fits) else {
            let whom = found.as_ref().map(|user| user.id);
            self.note_refused(Action::SignedIn, whom, origin)?;
            return Err(TrustRefusal::WrongLogin.into());
        };
        if user.totp.is_some() {
            return self
                .ask_code(user.id, login, &buckets)
                .map(LoginOutcome::Code);
        }
        let (id, origin, password) = (user.id, origin.clone(), user.password.clone());
        let (keep, old) = (login.keep, login.old_token);
        self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, id)?;
            // Changed while it was hashed: what was right a moment ago may be so no more.
            if user.password != password || user.totp.is_some() {
                return Err(TrustRefusal::WrongLogin.into());
            }
            let opening = Opening {
                keep,
                origin: &origin,
                email,
                old: old.clone(),
            };
            enter(inner, tx, &mut user, &opening, &buckets, Vec::new())
        })
        .map(LoginOutcome::In)
    }

    /// Signs somebody in whose password was right, by a code of their second factor: of the app,
    /// or on paper, which is used up then.
    ///
    /// # Errors
    /// [`TrustRefusal::NoPass`] when they took too long; [`TrustRefusal::WrongLogin`],
    /// [`TrustRefusal::Shut`]; or the store's.
    pub fn sign_in_code(
        &self,
        pass: &str,
        code: &Secret<String>,
        origin: &Origin,
    ) -> Result<NewSession, TrustError> {
        let (hash, now) = (digest_whole(pass), self.now());
        let waiting = self
            .inner
            .store
            .read(|conn| store::trust::passes::pass_get(conn, &hash))?;
        let waiting = waiting.filter(|pass| PassKind::Code.fits(pass, now));
        let waiting = waiting.ok_or(TrustRefusal::NoPass)?;
        let id = waiting.user.ok_or(TrustRefusal::NoPass)?;
        let wait: CodeWait =
            serde_json::from_str(&waiting.body).map_err(store::StoreError::shape)?;
        let buckets: Buckets = wait
            .buckets
            .iter()
            .map(|(word, key)| (*key, bucket_of(word)))
            .collect();
        self.count_try(&buckets)?;
        let (code, kept_origin) = (code.clone(), origin.clone());
        let entered = self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, id)?;
            let Some(action) = use_code(inner, &mut user, code.reveal())? else {
                return Err(TrustRefusal::WrongLogin.into());
            };
            if store::trust::passes::pass_take(tx, &hash)?.is_none() {
                return Err(TrustRefusal::NoPass.into());
            }
            let address = super::people::address_of(inner, &user)?;
            let opening = Opening {
                keep: wait.keep,
                origin: &kept_origin,
                email: email_hash(inner, &address),
                old: wait.old.clone(),
            };
            enter(inner, tx, &mut user, &opening, &buckets, action)
        });
        if matches!(entered, Err(TrustError::Refused(TrustRefusal::WrongLogin))) {
            self.note_refused(Action::SignedIn, Some(id), origin)?;
        }
        entered
    }

    fn ask_code(
        &self,
        user: UserId,
        login: Login,
        buckets: &Buckets,
    ) -> Result<Secret<String>, TrustError> {
        let (token, hash) = self.inner.new_token();
        let wait = CodeWait {
            keep: login.keep,
            old: login.old_token,
            buckets: buckets
                .iter()
                .map(|(key, bucket)| (word_of(*bucket).to_owned(), *key))
                .collect(),
        };
        let pass = StoredPass {
            token: hash,
            kind: PassKind::Code.word().to_owned(),
            user: Some(user),
            expires_at: self.now().plus(CODE_WAIT_MS),
            body: serde_json::to_string(&wait).map_err(store::StoreError::shape)?,
        };
        self.trust_write(move |_, tx| {
            // One at a time: whoever begins anew ends what they began before.
            store::trust::passes::passes_drop(tx, user, PassKind::Code.word())?;
            Ok(store::trust::passes::pass_insert(tx, &pass)?)
        })?;
        Ok(Secret::new(token))
    }

    /// Proves again who somebody is. Their session gets a new token, and for some minutes may do
    /// what needs a proof.
    ///
    /// # Errors
    /// [`TrustRefusal::WrongProof`], [`TrustRefusal::Shut`], [`TrustRefusal::NotSignedIn`] when
    /// the session ended meanwhile, or the store's.
    pub fn prove(
        &self,
        who: &SignedIn,
        proof: &Proof,
        origin: &Origin,
    ) -> Result<Secret<String>, TrustError> {
        let bucket = self.proof_bucket(who);
        self.count_try(&bucket)?;
        if let Proof::Password(password) = proof
            && !self.password_fits(who.user, password)?
        {
            self.note_refused(Action::Proved, Some(who.user), origin)?;
            return Err(TrustRefusal::WrongProof.into());
        }
        let (asked, proof, kept_origin) = (who.clone(), proof.clone(), origin.clone());
        let proved = self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, asked.user)?;
            let mut actions = vec![Action::Proved];
            if let Proof::Code(code) = &proof {
                let used = use_code(inner, &mut user, code.reveal())?;
                actions.extend(used.ok_or(TrustRefusal::WrongProof)?);
            }
            let token = rotate(inner, tx, &asked)?;
            store::trust::people::user_put(tx, &user)?;
            right(tx, &bucket, inner.environment.now())?;
            note_all(inner, tx, &asked, &actions, &kept_origin)?;
            Ok(token)
        });
        if matches!(proved, Err(TrustError::Refused(TrustRefusal::WrongProof))) {
            self.note_refused(Action::Proved, Some(who.user), origin)?;
        }
        proved
    }

    /// Whether this is the password of somebody who may sign in.
    pub(crate) fn password_fits(
        &self,
        user: UserId,
        password: &Secret<String>,
    ) -> Result<bool, AppError> {
        let user = self
            .inner
            .store
            .read(|conn| store::trust::people::user_get(conn, user))?;
        let kept = user.and_then(|user| user.password);
        Ok(self
            .inner
            .passwords
            .fits(password.reveal(), kept.as_deref()))
    }

    /// The buckets of a login: the browser's own if it was here before, else the account's; and
    /// the address's.
    fn login_buckets(&self, email: &[u8; 16], device: Option<&str>, origin: &Origin) -> Buckets {
        let vault = &self.inner.vault;
        let device = device.and_then(|device| self.inner.device_bucket(email, device));
        let account = match device {
            Some(device) => (vault.people_key("tries", &device), Bucket::Device),
            None => {
                let account = format!("account {}", super::password::hex(email));
                (vault.people_key("tries", &account), Bucket::Account)
            }
        };
        let address = format!("address {}", origin.counted());
        let address = (vault.people_key("tries", &address), Bucket::Address);
        Buckets::from([account, address])
    }

    pub(crate) fn proof_bucket(&self, who: &SignedIn) -> Buckets {
        let name = format!("session {}", who.session);
        let key = self.inner.vault.people_key("tries", &name);
        Buckets::from([(key, Bucket::Device)])
    }

    /// Counts a try before it is judged, in a transaction of its own: of many at once each counts.
    ///
    /// # Errors
    /// [`TrustRefusal::Shut`], or the store's.
    pub(crate) fn count_try(&self, buckets: &Buckets) -> Result<(), TrustError> {
        let (buckets, now) = (buckets.clone(), self.now());
        self.trust_write(move |_, tx| {
            let keys: BTreeSet<[u8; 16]> = buckets.keys().copied().collect();
            let known = store::trust::sessions::throttles_lock(tx, &keys)?;
            let mut counted = Vec::new();
            for (key, throttle) in known {
                let next = throttle.count(buckets[&key], now);
                counted.push((key, next.map_err(TrustRefusal::Shut)?));
            }
            for (key, throttle) in counted {
                store::trust::sessions::throttle_put(tx, &key, throttle)?;
            }
            Ok(())
        })
    }

    /// Somebody was wrong: who it should have been stands in the audit, who it was nobody knows.
    pub(crate) fn note_refused(
        &self,
        action: Action,
        whom: Option<UserId>,
        origin: &Origin,
    ) -> Result<(), TrustError> {
        let subject = whom.map_or(Subject::Shop, Subject::User);
        let row = entry(
            &self.inner,
            Actor::Nobody,
            action,
            &subject,
            origin,
            Outcome::Refused,
        );
        Ok(self.audit_soon(row)?)
    }
}

/// Somebody who may sign in, locked.
pub(crate) fn lock_active(tx: &mut store::Tx<'_>, id: UserId) -> Result<StoredUser, TrustError> {
    store::trust::people::user_lock(tx, id)?
        .filter(|user| user.state == UserState::Active.word())
        .ok_or(TrustError::Refused(TrustRefusal::NotSignedIn))
}

/// A right try empties the buckets of the account. Of the address it takes back only itself:
/// somebody with an account of their own could else try everybody else's for ever.
pub(crate) fn right(
    tx: &mut store::Tx<'_>,
    buckets: &Buckets,
    now: Millis,
) -> Result<(), store::StoreError> {
    for (key, bucket) in buckets {
        match bucket {
            Bucket::Address => store::trust::sessions::throttle_uncount(tx, key, now)?,
            _ => store::trust::sessions::throttle_delete(tx, key)?,
        }
    }
    Ok(())
}

/// Opens the session, empties the buckets, writes the rows.
fn enter(
    inner: &Inner,
    tx: &mut store::Tx<'_>,
    user: &mut StoredUser,
    opening: &Opening<'_>,
    buckets: &Buckets,
    more: Vec<Action>,
) -> Result<NewSession, TrustError> {
    let session = session_open(inner, tx, user, opening)?;
    right(tx, buckets, inner.environment.now())?;
    let (actor, subject) = (Actor::User(user.id), Subject::User(user.id));
    let rows = [Action::SignedIn].into_iter().chain(more).map(|action| {
        entry(
            inner,
            actor,
            action,
            &subject,
            opening.origin,
            Outcome::Done,
        )
    });
    append(&inner.vault, tx, rows.collect())?;
    Ok(session)
}

/// Gives the session that asks a new token.
pub(crate) fn rotate(
    inner: &Inner,
    tx: &mut store::Tx<'_>,
    who: &SignedIn,
) -> Result<Secret<String>, TrustError> {
    let (token, hash) = inner.new_token();
    let now: Millis = inner.environment.now();
    if !store::trust::sessions::session_rotate(tx, &who.token, &hash, now)? {
        return Err(TrustRefusal::NotSignedIn.into());
    }
    Ok(Secret::new(token))
}

/// What somebody did about themselves.
pub(crate) fn note_all(
    inner: &Inner,
    tx: &mut store::Tx<'_>,
    who: &SignedIn,
    actions: &[Action],
    origin: &Origin,
) -> Result<(), TrustError> {
    let (actor, subject) = (Actor::User(who.user), Subject::User(who.user));
    let rows = actions
        .iter()
        .map(|action| entry(inner, actor, *action, &subject, origin, Outcome::Done));
    Ok(append(&inner.vault, tx, rows.collect())?)
}

const fn word_of(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Account => "account",
        Bucket::Device => "device",
        Bucket::Address => "address",
        Bucket::Letters => "letters",
    }
}

fn bucket_of(word: &str) -> Bucket {
    match word {
        "device" => Bucket::Device,
        "address" => Bucket::Address,
        _ => Bucket::Account,
    }
}
