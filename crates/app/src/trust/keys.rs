//! Keys of the API: what programs show in place of a password.

use domain::ids::KeyId;
use domain::time::Millis;
use domain::trust::{Action, Permission, Permissions, Secret, Subject};
use serde::{Deserialize, Serialize};
use store::trust::keys::StoredKey;
use store::{Queue, StoreError, Tx};

use super::password::hex;
use super::{Acting, Note, TrustError, TrustRefusal, digest_whole};
use crate::{App, AppError, Inner};

/// A shop has at most so many keys, revoked ones among them.
const KEYS_MAX: u32 = 1_000;
const KEY_BYTES: usize = 24;
const KEY_TEXT_BYTES_MAX: usize = 100;
const LABEL_BYTES_MAX: usize = 100;
/// Use is noted to within this.
const USED_MS: i64 = 10 * 60_000;
/// A replaced key stays good this long at most.
const OVERLAP_MS_MAX: i64 = 30 * Millis::DAY;

/// What a key of the API may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Public, in pages and apps: it may only send events.
    Write,
    /// The shop's back end: it opens the JSON API.
    Secret,
}

impl KeyKind {
    /// The word in tables, and the beginning of such a key.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Secret => "secret",
        }
    }
}

impl std::str::FromStr for KeyKind {
    type Err = AppError;

    fn from_str(word: &str) -> Result<Self, AppError> {
        match word {
            "write" => Ok(Self::Write),
            "secret" => Ok(Self::Secret),
            other => Err(AppError::Invalid(format!(
                "“{other}” is no kind of key: expected write or secret"
            ))),
        }
    }
}

/// A key that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its kind.
    pub kind: KeyKind,
    /// What the shop calls it.
    pub label: String,
    /// What it may do; a write key always may send events and nothing else.
    pub scopes: Permissions,
    /// From when on it is no key any more; none for a key that stays until it is revoked.
    pub expires_at: Option<Millis>,
}

/// A program that has shown its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyHolder {
    /// Which key.
    pub id: KeyId,
    /// Its kind.
    pub kind: KeyKind,
    /// What it may do.
    pub scopes: Permissions,
}

/// A key as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct KeyView {
    /// Its name.
    pub id: String,
    /// Its kind.
    pub kind: KeyKind,
    /// What the shop calls it.
    pub label: String,
    /// What it may do.
    pub scopes: Permissions,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// From when on it is no key any more.
    pub expires_at: Option<i64>,
    /// When it was used last, to within minutes.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// The key that takes its place.
    pub replaced_by: Option<String>,
    /// Whether it opens anything now.
    pub is_good: bool,
}

fn is_good(key: &StoredKey, now: Millis) -> bool {
    key.revoked_at.is_none() && key.expires_at.is_none_or(|end| now < end)
}

fn view(key: StoredKey, now: Millis) -> Result<KeyView, AppError> {
    Ok(KeyView {
        is_good: is_good(&key, now),
        id: key.id.to_string(),
        kind: key.kind.parse()?,
        label: key.label,
        scopes: key.scopes.parse().map_err(StoreError::shape)?,
        created_at: key.created_at.0,
        expires_at: key.expires_at.map(|at| at.0),
        last_used_at: key.last_used_at.map(|at| at.0),
        revoked_at: key.revoked_at.map(|at| at.0),
        replaced_by: key.replaced_by.map(|id| id.to_string()),
    })
}

/// What a key of this kind can be granted. Nobody stands behind a key who could prove who they
/// are, so none makes keys or people.
fn grantable(kind: KeyKind) -> Permissions {
    match kind {
        KeyKind::Write => Permissions::NONE.with(Permission::SendEvents),
        KeyKind::Secret => Permission::ALL
            .iter()
            .copied()
            .filter(|it| !matches!(it, Permission::Keys | Permission::People))
            .collect(),
    }
}

impl NewKey {
    /// A key that may do whatever one of its kind can, without an end.
    #[must_use]
    pub fn whole(kind: KeyKind, label: &str) -> Self {
        Self {
            kind,
            label: label.to_owned(),
            scopes: grantable(kind),
            expires_at: None,
        }
    }

    fn check(&self, now: Millis) -> Result<(), TrustRefusal> {
        let label = self.label.trim();
        if label.is_empty() || label.len() > LABEL_BYTES_MAX || label.chars().any(char::is_control)
        {
            return Err(TrustRefusal::BadKey("a key has a name of 1 to 100 bytes"));
        }
        if self.scopes.is_empty() || !grantable(self.kind).has_all(self.scopes) {
            return Err(TrustRefusal::BadKey(
                "a key has at least one permission, a write key only send_events, and none has \
                 keys or people",
            ));
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(TrustRefusal::BadKey("a key ends in the future"));
        }
        Ok(())
    }
}

impl Inner {
    /// A new key of this kind: what is shown once, and its hash.
    fn new_key(&self, kind: KeyKind) -> (String, [u8; 32]) {
        let random: [u8; KEY_BYTES] = self.environment.random();
        let key = format!("{}_{}", kind.word(), hex(&random));
        let hash = digest_whole(&key);
        (key, hash)
    }

    fn stored_key(&self, new: &NewKey) -> StoredKey {
        StoredKey {
            id: self.environment.id(KeyId::new),
            kind: new.kind.word().to_owned(),
            label: new.label.trim().to_owned(),
            scopes: new.scopes.to_string(),
            created_at: self.environment.now(),
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
            replaced_by: None,
        }
    }
}

impl App {
    /// What a key may do; none for a key that does not exist, has ended or was revoked.
    ///
    /// # Errors
    /// The store's: only the store may reject a key.
    pub fn key_open(&self, key: &str) -> Result<Option<KeyHolder>, AppError> {
        if key.is_empty() || key.len() > KEY_TEXT_BYTES_MAX {
            return Ok(None);
        }
        let (hash, now) = (digest_whole(key), self.now());
        let found = self
            .inner
            .store
            .read(|conn| store::trust::keys::key_by_hash(conn, &hash))?;
        let Some(key) = found.filter(|key| is_good(key, now)) else {
            return Ok(None);
        };
        let is_noted = |at: Millis| now.0.saturating_sub(at.0) < USED_MS;
        if !key.last_used_at.is_some_and(is_noted) {
            self.note_used(key.id, now);
        }
        Ok(Some(KeyHolder {
            id: key.id,
            kind: key.kind.parse()?,
            scopes: key.scopes.parse().map_err(StoreError::shape)?,
        }))
    }

    /// Nobody waits for it, and nothing but a list shows it.
    fn note_used(&self, id: KeyId, now: Millis) {
        let noted = self.inner.store.submit(
            Queue::Jobs,
            Box::new(move |session| {
                let noted = session.transaction(|tx| store::trust::keys::key_used(tx, id, now));
                if let Err(error) = noted {
                    tracing::debug!(%error, "the use of a key was not noted");
                }
            }),
        );
        if let Err(error) = noted {
            tracing::debug!(%error, "the use of a key was not noted");
        }
    }

    /// Makes a key and shows it this once; the store keeps its hash.
    pub(crate) fn key_insert(&self, new: &NewKey) -> Result<(KeyId, String), AppError> {
        let (key, hash) = self.inner.new_key(new.kind);
        let stored = self.inner.stored_key(new);
        let (id, note) = (stored.id, self.note());
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                store::trust::keys::key_insert(tx, &stored, &hash)?;
                note.write(tx)
            })
        })?;
        Ok((id, key))
    }
}

impl Acting {
    /// Every key, without the keys themselves.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`], or the store's.
    pub fn keys(&self) -> Result<Vec<KeyView>, TrustError> {
        self.read(Permission::Keys, |app| {
            let now = app.now();
            let keys = app
                .inner
                .store
                .read(|conn| store::trust::keys::keys(conn, KEYS_MAX))?;
            keys.into_iter().map(|key| view(key, now)).collect()
        })
    }

    /// Makes a key and shows it this once.
    ///
    /// # Errors
    /// [`TrustRefusal::BadKey`], [`TrustRefusal::TooMany`], what [`Acting::change`] says, or the
    /// store's.
    pub fn key_make(&self, new: &NewKey) -> Result<(KeyId, Secret<String>), TrustError> {
        new.check(self.app().now())?;
        if self.keys()?.len() >= KEYS_MAX as usize {
            return Err(TrustRefusal::TooMany.into());
        }
        let subject = Subject::Document("key", new.label.clone());
        let (id, key) = self.change(Action::KeyMade, &subject, |app| app.key_insert(new))?;
        Ok((id, Secret::new(key)))
    }

    /// Makes a key that takes the place of another, with the same kind, name and permissions.
    /// The other stays good for `overlap_ms`, so that programs can change over.
    ///
    /// # Errors
    /// [`TrustRefusal::NoKey`] for one that has ended or was replaced before, what
    /// [`Acting::change`] says, or the store's.
    pub fn key_rotate(
        &self,
        id: KeyId,
        overlap_ms: i64,
    ) -> Result<(KeyId, Secret<String>), TrustError> {
        let overlap_ms = overlap_ms.clamp(0, OVERLAP_MS_MAX);
        self.end_key(Action::KeyRotated, id, move |inner, tx, mut old, note| {
            let now = inner.environment.now();
            if !is_good(&old, now) || old.replaced_by.is_some() {
                return Ok(Err(TrustRefusal::NoKey));
            }
            let kind: KeyKind = old.kind.parse().map_err(StoreError::shape)?;
            let (key, hash) = inner.new_key(kind);
            let fresh = StoredKey {
                id: inner.environment.id(KeyId::new),
                created_at: now,
                last_used_at: None,
                ..old.clone()
            };
            let end = now.plus(overlap_ms);
            old.expires_at = Some(old.expires_at.map_or(end, |earlier| earlier.min(end)));
            old.replaced_by = Some(fresh.id);
            store::trust::keys::key_insert(tx, &fresh, &hash)?;
            store::trust::keys::key_end(tx, &old)?;
            note.write(tx)?;
            Ok(Ok((fresh.id, Secret::new(key))))
        })
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// [`TrustRefusal::NoKey`] for one that was revoked before, what [`Acting::change`] says, or
    /// the store's.
    pub fn key_revoke(&self, id: KeyId) -> Result<(), TrustError> {
        self.end_key(Action::KeyRevoked, id, |inner, tx, mut key, note| {
            if key.revoked_at.is_some() {
                return Ok(Err(TrustRefusal::NoKey));
            }
            key.revoked_at = Some(inner.environment.now());
            store::trust::keys::key_end(tx, &key)?;
            note.write(tx)?;
            Ok(Ok(()))
        })
    }

    fn end_key<T: Send + 'static>(
        &self,
        action: Action,
        id: KeyId,
        work: impl Fn(&Inner, &mut Tx<'_>, StoredKey, &Note) -> KeyOutcome<T> + Send + 'static,
    ) -> Result<T, TrustError> {
        self.attempt(action, &Subject::Key(id), |app| {
            let (inner, note) = (app.inner.clone(), app.note());
            let ended = app.inner.store.write(Queue::Interactive, move |session| {
                session.transaction(|tx| match store::trust::keys::key_lock(tx, id)? {
                    None => Ok(Err(TrustRefusal::NoKey)),
                    Some(key) => work(&inner, tx, key, &note),
                })
            })?;
            Ok(ended?)
        })
    }
}

type KeyOutcome<T> = Result<Result<T, TrustRefusal>, StoreError>;
