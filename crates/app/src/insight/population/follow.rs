//! How the population is read, and how it keeps up.
//!
//! It is built from the rows of `customer_metrics` in pages with short snapshots, and follows the
//! changes that their follower has taken in: its positions and its rows are read in one snapshot,
//! so a change is either in the rows that were read or comes later, in whatever order the writers
//! commit. What is held is therefore always what the store's lists and analysts see, and neither
//! the settings nor the fold matter here. Every node follows for itself, reads only, and keeps
//! nothing: a restart begins anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::customers::Metrics;
use domain::ids::StreamId;
use store::StoreError;

use super::{Population, PopulationState};
use crate::insight::follow::METRICS_FOLLOWER;
use crate::{App, AppError};

/// Customers that are read from one snapshot.
const CUSTOMERS_PER_PAGE: u32 = 8_192;
/// Pages that are read ahead of those that are put in.
const PAGES_AHEAD: usize = 2;
/// Changes of one writer that are read from one snapshot and put in under one lock.
const CHANGES_PER_SLICE: u32 = 1_024;

/// A customer's metrics as they lie in the store.
type PackedRow = (StreamId, Vec<u8>);

/// The population of a shop, and where its follower stands.
#[derive(Debug, Default)]
pub(crate) struct PopulationCell {
    current: RwLock<Option<Arc<Population>>>,
    percent: AtomicU8,
    /// How far each writer was followed; none before anything was read. Whoever follows holds it.
    positions: Mutex<Option<BTreeMap<i64, i64>>>,
    /// When thresholds may have to be published next, in milliseconds since 1970.
    pub(super) thresholds_due: AtomicI64,
}

/// What one look at the changes brought.
enum Look {
    /// All that there was to see was put in.
    UpToDate,
    /// There may be more.
    More,
    /// Changes were dropped before they were read here.
    Outrun,
}

/// Changes that were read from one snapshot.
struct Slice {
    rows: BTreeMap<StreamId, Option<Metrics>>,
    positions: BTreeMap<i64, i64>,
    is_whole: bool,
}

impl App {
    /// The population as it stands now. It warms up when [`App::follow_population`] was not
    /// called yet or is not through, and is never waited for.
    #[must_use]
    pub fn population(&self) -> PopulationState {
        let cell = &self.inner.population;
        let current = cell.current.read().unwrap_or_else(PoisonError::into_inner);
        match current.as_ref() {
            Some(population) => PopulationState::Ready(Arc::clone(population)),
            None => PopulationState::Warming {
                percent: cell.percent.load(Ordering::Relaxed),
            },
        }
    }

    /// Reads the population if that was not done yet, and brings it up to what the metrics'
    /// follower has written. A server calls this again and again on a thread of its own; a command
    /// that ends never does, and so holds no population.
    ///
    /// # Errors
    /// [`AppError::Stopped`], or the store's. What was there before stays.
    pub fn follow_population(&self, stop: &AtomicBool) -> Result<(), AppError> {
        let cell = &self.inner.population;
        let mut positions = cell
            .positions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(AppError::Stopped);
            }
            let Some(at) = positions.as_mut() else {
                *positions = Some(self.load_population(stop)?);
                continue;
            };
            match self.follow_changes(at)? {
                Look::UpToDate => return Ok(()),
                Look::More => {}
                Look::Outrun => *positions = None,
            }
        }
    }

    /// Reads the whole population; the positions from which it is followed.
    fn load_population(&self, stop: &AtomicBool) -> Result<BTreeMap<i64, i64>, AppError> {
        let cell = &self.inner.population;
        let (population, positions) = self.read_population(stop, |percent| {
            cell.percent.store(percent, Ordering::Relaxed);
        })?;
        cell.put(population);
        Ok(positions)
    }

    /// The population as it stands now; while it warms up it is read aside, for those who cannot
    /// answer without.
    pub(crate) fn population_or_read(&self) -> Result<Arc<Population>, AppError> {
        match self.population() {
            PopulationState::Ready(population) => Ok(population),
            PopulationState::Warming { .. } => {
                let (population, _) = self.read_population(&AtomicBool::new(false), |_| {})?;
                Ok(Arc::new(population))
            }
        }
    }

    fn read_population(
        &self,
        stop: &AtomicBool,
        progress: impl Fn(u8),
    ) -> Result<(Population, BTreeMap<i64, i64>), AppError> {
        // The positions come first: what is changed after them will be read again.
        let (positions, total) = self.inner.store.read(|conn| {
            Ok((
                store::changes::follower_positions(conn, METRICS_FOLLOWER)?,
                store::insight::metrics_rows(conn)?,
            ))
        })?;
        let total = u64::try_from(total).unwrap_or(0).max(1);
        let mut population = Population::default();
        let (sender, pages) = mpsc::sync_channel(PAGES_AHEAD);
        std::thread::scope(|scope| -> Result<(), AppError> {
            let reading = scope.spawn(|| self.send_pages(sender, stop));
            for page in pages {
                for (id, packed) in page {
                    population.push(id, &store::insight::metrics_unpack(&packed)?);
                }
                let percent = population.len() as u64 * 100 / total;
                progress(u8::try_from(percent.min(99)).expect("at most 99"));
            }
            reading.join().map_err(|_| StoreError::Closed)?
        })?;
        Ok((population, positions))
    }

    /// Reads page after page, each under a snapshot of its own, until all were read, or nobody
    /// wants them any more.
    fn send_pages(
        &self,
        pages: SyncSender<Vec<PackedRow>>,
        stop: &AtomicBool,
    ) -> Result<(), AppError> {
        let mut after = None;
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(AppError::Stopped);
            }
            let page = self.inner.store.read(|conn| {
                store::insight::metrics_packed_scan(conn, after, CUSTOMERS_PER_PAGE)
            })?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = Some(*last);
            if pages.send(page).is_err() {
                return Ok(());
            }
        }
    }

    fn follow_changes(&self, positions: &mut BTreeMap<i64, i64>) -> Result<Look, AppError> {
        let Some(slice) = self.read_slice(positions)? else {
            return Ok(Look::Outrun);
        };
        self.inner.population.apply(&slice.rows);
        *positions = slice.positions;
        Ok(if slice.is_whole {
            Look::UpToDate
        } else {
            Look::More
        })
    }

    /// What changed after these positions, as far as the metrics' follower has come; none when
    /// some of it was dropped.
    fn read_slice(&self, positions: &BTreeMap<i64, i64>) -> Result<Option<Slice>, AppError> {
        let read = self.inner.store.read(|conn| {
            let written = store::changes::follower_positions(conn, METRICS_FOLLOWER)?;
            if written == *positions {
                return Ok(Some((written, BTreeSet::new(), Vec::new(), true)));
            }
            let pruned = store::changes::changes_pruned(conn)?;
            let (mut reached, mut customers) = (BTreeMap::new(), BTreeSet::new());
            for (writer, until) in &written {
                let after = positions.get(writer).copied().unwrap_or(0);
                if after < pruned.get(writer).copied().unwrap_or(0) {
                    return Ok(None);
                }
                let limit = CHANGES_PER_SLICE;
                let changes = store::changes::changes_after(conn, *writer, after, limit)?;
                let is_page_full = changes.len() >= limit as usize;
                let last = changes.last().filter(|_| is_page_full).map(|(n, _)| *n);
                reached.insert(*writer, last.map_or(*until, |n| n.min(*until)));
                let seen = changes.into_iter().filter(|(n, _)| n <= until);
                customers.extend(seen.map(|(_, customer)| customer));
            }
            let some: Vec<StreamId> = customers.iter().copied().collect();
            let rows = store::insight::metrics_packed_of(conn, &some)?;
            let is_whole = reached == written;
            Ok(Some((reached, customers, rows, is_whole)))
        })?;
        let Some((positions, customers, packed, is_whole)) = read else {
            return Ok(None);
        };
        // Whoever changed and has no row is no more: merged into another customer, or erased.
        let mut rows: BTreeMap<StreamId, Option<Metrics>> =
            customers.into_iter().map(|id| (id, None)).collect();
        for (id, packed) in packed {
            rows.insert(id, Some(store::insight::metrics_unpack(&packed)?));
        }
        Ok(Some(Slice {
            rows,
            positions,
            is_whole,
        }))
    }
}

impl PopulationCell {
    fn put(&self, mut population: Population) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        population.version = current.as_ref().map_or(0, |before| before.version) + 1;
        *current = Some(Arc::new(population));
    }

    /// Puts changes in. Nobody waits longer than the few hundred rows take, and those who hold a
    /// snapshot not at all.
    fn apply(&self, rows: &BTreeMap<StreamId, Option<Metrics>>) {
        if rows.is_empty() {
            return;
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(population) = current.as_mut() {
            let population = Arc::make_mut(population);
            population.version += 1;
            for (id, metrics) in rows {
                population.put(*id, metrics.as_ref());
            }
        }
    }
}
