//! The shop's keys: what is personal is sealed with a key of its stream, which is wrapped with
//! the shop's key; names and search words are found by HMAC. The shop's key lives outside the
//! store, so a stolen database alone tells nothing about anybody.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use domain::customers::Identity;
use domain::events::Personal;
use domain::trust::Secret;

use super::ErasureJournal;
use super::audit_verify::Anchors;
use crate::AppError;
use crate::environment::Environment;

const NONCE_BYTES: usize = 12;
/// The name of the key file in its folder.
const KEY_FILE: &str = "shop.key";

/// The key that seals what is personal in one stream.
#[derive(Clone)]
pub struct StreamKey(Aes256Gcm);

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamKey(…)")
    }
}

/// The shop's keys, derived from the one in the key file.
#[derive(Clone)]
pub struct Vault {
    identity: Secret<[u8; 32]>,
    search: Secret<[u8; 32]>,
    natural: Secret<[u8; 32]>,
    people: Secret<[u8; 32]>,
    users: Secret<[u8; 32]>,
    wrap: StreamKey,
    fingerprint: String,
    journal: ErasureJournal,
    anchors: Anchors,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.fingerprint)
    }
}

impl Vault {
    /// Whether the folder holds a shop's key already.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(KEY_FILE).is_file()
    }

    /// Opens the key folder; a new shop's key is made there, readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is no key.
    pub fn open(folder: &Path, environment: &Environment) -> Result<Self, AppError> {
        let files = |what: &Path, error: &dyn fmt::Display| {
            AppError::Files(format!("the key file {}: {error}", what.display()))
        };
        fs::create_dir_all(folder).map_err(|error| files(folder, &error))?;
        let path = folder.join(KEY_FILE);
        let key: [u8; 32] = match fs::read(&path) {
            Ok(bytes) => bytes
                .try_into()
                .map_err(|_| files(&path, &"it does not hold a key of 32 bytes"))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = environment.random();
                write_private(&path, &key).map_err(|error| files(&path, &error))?;
                key
            }
            Err(error) => return Err(files(&path, &error)),
        };
        Ok(Self::from_key(&key, folder.to_owned()))
    }

    /// The keys derived from one; `folder` holds the erasure journal.
    #[must_use]
    pub fn from_key(key: &[u8; 32], folder: PathBuf) -> Self {
        let derive = |label: &str| mac(key, label.as_bytes());
        let fingerprint = derive("fingerprint")[..8]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        Self {
            identity: Secret::new(derive("identity")),
            search: Secret::new(derive("search")),
            natural: Secret::new(derive("natural key")),
            people: Secret::new(derive("people")),
            users: Secret::new(derive("user tokens")),
            wrap: cipher(&derive("wrap")),
            fingerprint,
            anchors: Anchors::new(&folder),
            journal: ErasureJournal::new(folder),
        }
    }

    /// Tells stores written under other keys apart; says nothing about the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// The journal of erasures beside the key.
    #[must_use]
    pub const fn journal(&self) -> &ErasureJournal {
        &self.journal
    }

    /// The HMAC by which an identity is found.
    #[must_use]
    pub fn identity_hash(&self, identity: &Identity) -> [u8; 16] {
        short(&mac(
            self.identity.reveal(),
            identity.hashed_text().as_bytes(),
        ))
    }

    /// The HMAC by which a search word is found.
    #[must_use]
    pub fn search_token(&self, word: &str) -> [u8; 16] {
        short(&mac(self.search.reveal(), word.as_bytes()))
    }

    /// The HMAC of what counts once: an order's number, a request's id.
    #[must_use]
    pub fn natural_hash(&self, key: &str) -> [u8; 16] {
        short(&mac(self.natural.reveal(), key.as_bytes()))
    }

    /// The HMAC of something about the people who work here, for one purpose.
    pub(crate) fn people_mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = mac(self.people.reveal(), purpose.as_bytes());
        mac(&key, &parts.concat())
    }

    /// The first half of [`Vault::people_mac`], where a table finds something by it.
    pub(crate) fn people_key(&self, purpose: &str, text: &str) -> [u8; 16] {
        short(&self.people_mac(purpose, &[text.as_bytes()]))
    }

    /// The seal of a token of a customer's.
    pub(crate) fn user_seal(&self, body: &[u8]) -> [u8; 16] {
        short(&mac(self.users.reveal(), body))
    }

    /// The anchors of the audit, beside the key.
    pub(crate) const fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// A new key for a stream, with its wrapped form for the store.
    #[must_use]
    pub fn new_stream_key(&self, environment: &Environment) -> (StreamKey, Vec<u8>) {
        let key: [u8; 32] = environment.random();
        (cipher(&key), seal_bytes(&self.wrap, &key, environment))
    }

    /// The key of a stream from its wrapped form.
    ///
    /// # Errors
    /// [`AppError::Unreadable`] when it was wrapped under another key.
    pub fn unwrap_key(&self, wrapped: &[u8]) -> Result<StreamKey, AppError> {
        let key: [u8; 32] = open_bytes(&self.wrap, wrapped)?
            .try_into()
            .map_err(|_| AppError::Unreadable)?;
        Ok(cipher(&key))
    }
}

impl StreamKey {
    /// Seals a text.
    #[must_use]
    pub fn seal_text(&self, text: &str, environment: &Environment) -> Vec<u8> {
        seal_bytes(self, text.as_bytes(), environment)
    }

    /// Opens a text.
    ///
    /// # Errors
    /// [`AppError::Unreadable`] when it was sealed with another key or altered.
    pub fn open_text(&self, sealed: &[u8]) -> Result<String, AppError> {
        String::from_utf8(open_bytes(self, sealed)?).map_err(|_| AppError::Unreadable)
    }

    /// Seals personal properties; none for none.
    #[must_use]
    pub fn seal(&self, personal: &Personal, environment: &Environment) -> Option<Vec<u8>> {
        if personal.is_empty() {
            return None;
        }
        let text = serde_json::to_string(personal).expect("texts by name are a JSON document");
        Some(self.seal_text(&text, environment))
    }

    /// Opens personal properties.
    ///
    /// # Errors
    /// [`AppError::Unreadable`] when they were sealed with another key or altered.
    pub fn open(&self, sealed: &[u8]) -> Result<Personal, AppError> {
        let opened: BTreeMap<String, String> =
            serde_json::from_slice(&open_bytes(self, sealed)?).map_err(|_| AppError::Unreadable)?;
        Ok(opened)
    }
}

fn cipher(key: &[u8; 32]) -> StreamKey {
    StreamKey(Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key)))
}

/// A random nonce, then the sealed bytes with their tag.
fn seal_bytes(key: &StreamKey, plain: &[u8], environment: &Environment) -> Vec<u8> {
    let nonce: [u8; NONCE_BYTES] = environment.random();
    let sealed = key
        .0
        .encrypt(&Nonce::from(nonce), plain)
        .expect("short texts are always sealed");
    [nonce.as_slice(), &sealed].concat()
}

fn open_bytes(key: &StreamKey, sealed: &[u8]) -> Result<Vec<u8>, AppError> {
    let (nonce, sealed) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(AppError::Unreadable)?;
    key.0
        .decrypt(&Nonce::from(*nonce), sealed)
        .map_err(|_| AppError::Unreadable)
}

fn mac(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes any key");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn short(hash: &[u8; 32]) -> [u8; 16] {
    *hash.first_chunk().expect("thirty-two bytes hold sixteen")
}

/// The first eight bytes of the SHA-256 of these texts, one after the other.
pub(crate) fn digest(texts: &[&str]) -> [u8; 8] {
    let mut hash = Sha256::new();
    texts.iter().for_each(|text| hash.update(text.as_bytes()));
    let hash: [u8; 32] = hash.finalize().into();
    *hash.first_chunk().expect("thirty-two bytes hold eight")
}

/// The SHA-256 of a text.
pub(crate) fn digest_whole(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_alone() {
        let environment = Environment::system();
        let vault = Vault::from_key(&[7; 32], PathBuf::new());
        let (key, wrapped) = vault.new_stream_key(&environment);
        let personal = Personal::from([("name".into(), "مریم".into())]);
        let sealed = key.seal(&personal, &environment).expect("not empty");
        let again = vault.unwrap_key(&wrapped).expect("own key");
        assert_eq!(again.open(&sealed).expect("own key"), personal);
        let (other, _) = vault.new_stream_key(&environment);
        assert!(matches!(other.open(&sealed), Err(AppError::Unreadable)));
        let stranger = Vault::from_key(&[8; 32], PathBuf::new());
        assert!(matches!(
            stranger.unwrap_key(&wrapped),
            Err(AppError::Unreadable)
        ));
        assert_ne!(stranger.fingerprint(), vault.fingerprint());
    }
}
