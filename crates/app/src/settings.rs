//! Settings and the programme in force, keys of the API, the names of products.

use std::collections::BTreeMap;

use domain::customers::{FOLD_VERSION, Fold};
use domain::ids::KeyId;
use domain::settings::{Programme, ShopSettings};
use serde::{Deserialize, Serialize};
use store::{Conn, Queue, Store, StoreError};

use crate::trust::digest;
use crate::trust::digest_whole;
use crate::{App, AppError, InForce};

/// The kind and id of the documents in force.
const SHOP: (&str, &str) = ("settings", "shop");
const PROGRAMME: (&str, &str) = ("programme", "club");

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

pub(crate) fn read_in_force(store: &Store) -> Result<InForce, AppError> {
    let (settings, programme) = store.read(|conn| {
        Ok((
            read::<ShopSettings>(conn, SHOP)?,
            read::<Programme>(conn, PROGRAMME)?,
        ))
    })?;
    let settings = settings.map(|(_, settings)| settings).unwrap_or_default();
    let programme = programme
        .map(|(version, programme)| Programme {
            version,
            ..programme
        })
        .unwrap_or_default();
    Ok(in_force(settings, programme))
}

fn read<T: for<'de> Deserialize<'de>>(
    conn: &mut Conn,
    (kind, id): (&str, &str),
) -> Result<Option<(u64, T)>, StoreError> {
    let Some((version, body)) = store::settings::document_newest(conn, kind, id)? else {
        return Ok(None);
    };
    Ok(Some((
        version,
        serde_json::from_str(&body).map_err(StoreError::shape)?,
    )))
}

fn in_force(settings: ShopSettings, programme: Programme) -> InForce {
    // The fold depends on zone and calendar, so its version does too.
    let shop = format!("{}/{:?}", settings.zone.name(), settings.calendar);
    let shop: [u8; 4] = *digest(&[&shop])
        .first_chunk()
        .expect("eight bytes hold four");
    let fold_version = (i64::from(FOLD_VERSION) << 32) | i64::from(u32::from_be_bytes(shop));
    InForce {
        fold: Fold::of(&settings),
        settings,
        programme,
        fold_version,
    }
}

impl App {
    /// Puts the shop's settings in force as a new version; the same ones change nothing. When
    /// zone or calendar change, states are refolded by [`App::rebuild`].
    ///
    /// # Errors
    /// The store's.
    pub fn settings_put(&self, settings: ShopSettings) -> Result<(), AppError> {
        if self.in_force().settings == settings {
            return Ok(());
        }
        let body = serde_json::to_string(&settings).map_err(StoreError::shape)?;
        self.document_append(SHOP, body)?;
        self.reload()
    }

    /// Puts a programme in force as a new version.
    ///
    /// # Errors
    /// The store's.
    pub fn programme_put(&self, programme: Programme) -> Result<(), AppError> {
        let body = serde_json::to_string(&programme).map_err(StoreError::shape)?;
        self.document_append(PROGRAMME, body)?;
        self.reload()
    }

    fn reload(&self) -> Result<(), AppError> {
        let in_force = read_in_force(&self.inner.store)?;
        self.inner.put_in_force(in_force);
        Ok(())
    }

    fn document_append(
        &self,
        (kind, id): (&'static str, &'static str),
        body: String,
    ) -> Result<(), AppError> {
        let now = self.now();
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                let newest = store::settings::document_newest(tx, kind, id)?;
                let version = newest.map_or(1, |(version, _)| version + 1);
                store::settings::document_insert(tx, kind, id, version, now, &body)
            })
        })?;
        Ok(())
    }

    /// Makes an API key and shows it this once; the store keeps its hash.
    ///
    /// # Errors
    /// The store's.
    pub fn key_create(&self, kind: KeyKind) -> Result<String, AppError> {
        let random: [u8; 24] = self.inner.environment.random();
        let letters: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = format!("{}_{letters}", kind.word());
        let hash = digest_whole(&key);
        let id = self.inner.environment.id(KeyId::new);
        let now = self.now();
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| store::settings::key_insert(tx, id, kind.word(), &hash, now))
        })?;
        Ok(key)
    }

    /// What a key may do; none for a key that does not exist or was revoked.
    ///
    /// # Errors
    /// The store's: only the store may reject a key.
    pub fn key_check(&self, key: &str) -> Result<Option<KeyKind>, AppError> {
        const KEY_BYTES_MAX: usize = 100;
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Ok(None);
        }
        let hash = digest_whole(key);
        let kind = self
            .inner
            .store
            .read(|conn| store::settings::key_kind(conn, &hash))?;
        kind.map(|word| word.parse()).transpose()
    }

    /// What products are called, by their codes; unknown ones are missing.
    ///
    /// # Errors
    /// The store's.
    pub fn product_titles(&self, codes: &[String]) -> Result<BTreeMap<String, String>, AppError> {
        let found = self
            .inner
            .store
            .read(|conn| store::settings::documents_of(conn, "product", codes))?;
        Ok(found
            .into_iter()
            .filter_map(|(code, body)| {
                let title = serde_json::from_str::<ProductDocument>(&body).ok()?.title;
                Some((code, title))
            })
            .collect())
    }
}

/// The body of a product's document.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProductDocument {
    pub(crate) title: String,
}
