//! Use cases: read, ask the domain, write facts, state, postings and outbox in one transaction.
//!
//! This floor knows when a transaction begins and ends, who asks, and what has to be locked; it
//! knows no SQL, no HTTP and no rule of the trade. Time and randomness come in through
//! [`environment::Environment`]. Start reading at [`App`] and [`events`].

pub mod customers;
pub mod environment;
pub mod events;
pub mod history;
pub mod insight;
pub mod loyalty;
pub mod running;
pub mod segments;
pub mod settings;
pub mod trust;
pub mod visits;

mod background;
mod error;
mod writing;

pub use error::AppError;
/// What the store says when it fails; part of [`AppError`].
pub use store::StoreError;

use std::sync::{Arc, PoisonError, RwLock};

use domain::customers::Fold;
use domain::settings::{Programme, ShopSettings};
use domain::visits::Vocabulary;
use store::Store;

use environment::Environment;
use trust::Vault;

/// A shop's Fanous: the store, the keys, the settings in force, and every use case as a method.
/// Cheap to clone; every clone is the same shop.
#[derive(Clone)]
pub struct App {
    // Dropped first: it waits for the writers, whose tasks hold the rest of the shop too.
    _open: Arc<Opened>,
    pub(crate) inner: Arc<Inner>,
    // The row of the audit that the next change writes; see `trust::Acting`.
    pub(crate) pending: Option<Arc<trust::Pending>>,
}

/// The shop as long as anybody outside holds it. The last one who lets go closes the store, so
/// that it can be opened again at once.
struct Opened(Arc<Inner>);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.store.close();
    }
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) environment: Environment,
    pub(crate) vault: Vault,
    in_force: RwLock<Arc<InForce>>,
    pub(crate) intake: events::Intake,
    pub(crate) overview: insight::OverviewCache,
    pub(crate) population: insight::PopulationCell,
    pub(crate) answers: insight::Answers,
    pub(crate) passwords: trust::Passwords,
    pub(crate) audit_waiting: trust::Waiting,
    pub(crate) visit_names: visits::NamesOfDays,
}

/// The settings and the programme that hold right now, and what follows from them.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The shop's settings.
    pub settings: ShopSettings,
    /// The programme.
    pub programme: Programme,
    /// How facts are folded.
    pub fold: Fold,
    /// The version of the fold with these settings; a state of another version is refolded.
    pub fold_version: i64,
    /// The words of the catalogue, by which searches are judged.
    pub(crate) vocabulary: Vocabulary,
    /// How often what is in force had been changed when it was read, as the store notes it.
    pub(crate) revision: Option<String>,
}

impl App {
    /// Opens a shop on a store: settles whose keys these are and reads the settings in force.
    ///
    /// # Errors
    /// When the store belongs to other keys, or cannot be read.
    pub fn open(store: Store, environment: Environment, vault: Vault) -> Result<Self, AppError> {
        let fingerprint = vault.fingerprint();
        let kept = store.write(store::Queue::Interactive, move |session| {
            session
                .transaction(|tx| store::settings::info_settle(tx, "key_fingerprint", &fingerprint))
        })?;
        if kept != vault.fingerprint() {
            return Err(AppError::WrongKeys);
        }
        let in_force = settings::read_in_force(&store)?;
        let inner = Inner {
            passwords: trust::Passwords::new(vault.people_mac("password", &[])),
            audit_waiting: trust::Waiting::default(),
            store,
            environment,
            vault,
            in_force: RwLock::new(Arc::new(in_force)),
            intake: events::Intake::default(),
            overview: insight::OverviewCache::default(),
            population: insight::PopulationCell::default(),
            answers: insight::Answers::default(),
            visit_names: visits::NamesOfDays::default(),
        };
        let inner = Arc::new(inner);
        Ok(Self {
            _open: Arc::new(Opened(Arc::clone(&inner))),
            inner,
            pending: None,
        })
    }

    /// The settings and the programme that hold right now.
    #[must_use]
    pub fn in_force(&self) -> Arc<InForce> {
        self.inner.in_force()
    }

    /// What time it is for this shop.
    #[must_use]
    pub fn now(&self) -> domain::time::Millis {
        self.inner.environment.now()
    }

    /// The store itself, for checks and tools that look beneath the use cases.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }
}

impl Inner {
    pub(crate) fn in_force(&self) -> Arc<InForce> {
        Arc::clone(&self.in_force.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn put_in_force(&self, in_force: InForce) {
        *self
            .in_force
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(in_force);
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({:?})", self.inner.store.engine())
    }
}
