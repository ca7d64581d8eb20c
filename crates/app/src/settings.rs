//! Settings and the programme in force, keys of the API, the names of products.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::customers::{FOLD_VERSION, Fold};
use domain::events::{ProductTold, UnitCost};
use domain::settings::{Catalogue, CatalogueRow, Programme, ShopSettings};
use domain::visits::Vocabulary;
use serde::{Deserialize, Serialize};
use store::{Conn, Queue, Store, StoreError};

pub use crate::trust::KeyKind;
use crate::trust::{NewKey, digest};
use crate::{App, AppError, InForce};

/// Products that are read from one snapshot.
const PRODUCTS_PER_PAGE: u32 = 5_000;
/// The note that counts how often what is in force was changed.
const IN_FORCE: &str = "in_force";
/// The kind and id of the documents in force.
const SHOP: (&str, &str) = ("settings", "shop");
const PROGRAMME: (&str, &str) = ("programme", "club");

pub(crate) fn read_in_force(store: &Store) -> Result<InForce, AppError> {
    // The count comes first: what is changed while the rest is read will be read again.
    let revision = store.read(|conn| store::settings::info_get(conn, IN_FORCE))?;
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
    let (catalogue, vocabulary) = read_catalogue(store)?;
    Ok(InForce {
        revision,
        vocabulary,
        ..in_force(settings, programme, Arc::new(catalogue))
    })
}

/// What the shop sells, and in which words, read in short snapshots.
fn read_catalogue(store: &Store) -> Result<(Catalogue, Vocabulary), AppError> {
    let mut rows: Vec<CatalogueRow> = Vec::new();
    let mut vocabulary = Vocabulary::default();
    let mut after = String::new();
    loop {
        let page = store.read(|conn| {
            store::settings::documents_page(conn, "product", &after, PRODUCTS_PER_PAGE)
        })?;
        let Some((last, _)) = page.last() else {
            return Ok((Catalogue::of(rows), vocabulary));
        };
        after.clone_from(last);
        for (code, body) in page {
            let product: ProductDocument =
                serde_json::from_str(&body).map_err(StoreError::shape)?;
            vocabulary.learn(&product.title);
            vocabulary.learn(product.category.as_deref().unwrap_or_default());
            vocabulary.learn(&code);
            rows.push((code, product.cost, product.category));
        }
    }
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

fn in_force(settings: ShopSettings, programme: Programme, catalogue: Arc<Catalogue>) -> InForce {
    // The fold depends on zone, calendar, currency and catalogue, so its version does too.
    let shop = format!(
        "{}/{:?}/{}",
        settings.zone.name(),
        settings.calendar,
        settings.currency
    );
    let products: Vec<String> = catalogue.lines().collect();
    let shop: [u8; 4] = *digest(&[&shop, &products.join("\n")])
        .first_chunk()
        .expect("eight bytes hold four");
    let fold_version = (i64::from(FOLD_VERSION) << 32) | i64::from(u32::from_be_bytes(shop));
    InForce {
        fold: Fold::of(&settings, catalogue),
        settings,
        programme,
        fold_version,
        vocabulary: Vocabulary::default(),
        revision: None,
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

    /// Reads settings, programme and catalogue again when another process has changed them.
    pub(crate) fn reload_if_changed(&self) -> Result<(), AppError> {
        let revision = self
            .inner
            .store
            .read(|conn| store::settings::info_get(conn, IN_FORCE))?;
        if revision != self.in_force().revision {
            self.reload()?;
        }
        Ok(())
    }

    /// Tells the other processes that the catalogue has changed, and reads it.
    pub(crate) fn catalogue_changed(&self) -> Result<(), AppError> {
        self.inner.store.write(Queue::Jobs, |session| {
            session.transaction(|tx| store::settings::info_count_up(tx, IN_FORCE))
        })?;
        self.reload()
    }

    pub(crate) fn reload(&self) -> Result<(), AppError> {
        let in_force = read_in_force(&self.inner.store)?;
        self.inner.put_in_force(in_force);
        Ok(())
    }

    fn document_append(
        &self,
        (kind, id): (&'static str, &'static str),
        body: String,
    ) -> Result<(), AppError> {
        let (now, note) = (self.now(), self.note());
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                let newest = store::settings::document_newest(tx, kind, id)?;
                let version = newest.map_or(1, |(version, _)| version + 1);
                store::settings::document_insert(tx, kind, id, version, now, &body)?;
                store::settings::info_count_up(tx, IN_FORCE)?;
                note.write(tx)
            })
        })?;
        Ok(())
    }

    /// Makes a key that may do whatever one of its kind can, and shows it this once.
    ///
    /// # Errors
    /// The store's.
    pub fn key_create(&self, kind: KeyKind) -> Result<String, AppError> {
        let (_, key) = self.key_insert(&NewKey::whole(kind, kind.word()))?;
        Ok(key)
    }

    /// What kind of key this is; none for a key that does not exist, has ended or was revoked.
    ///
    /// # Errors
    /// The store's: only the store may reject a key.
    pub fn key_check(&self, key: &str) -> Result<Option<KeyKind>, AppError> {
        Ok(self.key_open(key)?.map(|holder| holder.kind))
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ProductDocument {
    pub(crate) title: String,
    /// The title was told by a file of products; a line of an order does not change it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) title_is_catalogue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<UnitCost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
}

impl ProductDocument {
    /// Lays what was told over what is known. A title of an order line counts only while there is
    /// none, so that files may come in any order.
    pub(crate) fn learn(&mut self, told: &ProductTold) {
        if let Some(title) = &told.title
            && (told.is_catalogue || self.title.is_empty())
        {
            self.title.clone_from(title);
            self.title_is_catalogue = told.is_catalogue;
        }
        self.cost = told.cost.or(self.cost);
        if let Some(category) = &told.category {
            self.category = Some(category.clone());
        }
    }
}
