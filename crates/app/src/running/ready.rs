//! Whether a node can take its share, and the figures by which it is watched.

use store::health::WaitingAll;

use crate::insight::PopulationState;
use crate::{App, AppError};

/// Changes that the lists may be behind before a node is called not ready: what it shows is of
/// some seconds ago.
const BEHIND_MAX: u64 = 100_000;

/// Whether a node can take its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// Changes that the lists have not followed yet.
    pub behind: u64,
    /// How much of the population has been read, in percent, while it is being read. Pages say
    /// so and answer all the same.
    pub warming_percent: Option<u8>,
}

impl Readiness {
    /// Whether requests may be sent here.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.behind <= BEHIND_MAX
    }
}

/// Figures by which a node is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gauges {
    /// Whether it can take its share.
    pub readiness: Readiness,
    /// Customers in the population; none while it is being read.
    pub customers: Option<u64>,
    /// Changes of customers that were ever committed: grows with everything that is written.
    pub changes: u64,
    /// What waits.
    pub waiting: WaitingAll,
    /// Bytes of tables and indexes.
    pub store_bytes: u64,
    /// Bytes of SQLite's log.
    pub log_bytes: Option<u64>,
    /// The moment at which they were read, in milliseconds since 1970.
    pub now_ms: i64,
}

impl App {
    /// Whether this node can take its share: its store answers, and the lists are near.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn readiness(&self) -> Result<Readiness, AppError> {
        let behind = self
            .inner
            .store
            .read(|conn| store::health::follower_behind(conn, "metrics"))?;
        let warming_percent = match self.population() {
            PopulationState::Ready(_) => None,
            PopulationState::Warming { percent } => Some(percent),
        };
        Ok(Readiness {
            behind,
            warming_percent,
        })
    }

    /// The figures by which this node is watched.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn gauges(&self) -> Result<Gauges, AppError> {
        let now = self.now();
        let (positions, waiting, engine) = self.inner.store.read(|conn| {
            Ok((
                store::changes::writer_positions(conn)?,
                store::health::waiting(conn, now)?,
                conn.engine_facts()?,
            ))
        })?;
        let log = self.inner.store.sqlite_file();
        let log = log.map(|file| std::fs::metadata(file.with_extension("db-wal")));
        Ok(Gauges {
            readiness: self.readiness()?,
            customers: self.population().ready().map(|it| it.len() as u64),
            changes: positions
                .values()
                .map(|n| u64::try_from(*n).unwrap_or(0))
                .sum(),
            waiting,
            store_bytes: engine.bytes,
            log_bytes: log.map(|log| log.map_or(0, |log| log.len())),
            now_ms: now.0,
        })
    }
}
