//! The audit: rows in chains, one a writer, each row hashing the one before it.
//!
//! A change and its row are one transaction. A look is a row too, but a page does not wait for
//! it: looks are gathered and written by the writers' queue of jobs, many in one transaction, and
//! a look that finds no room there is refused. An orderly end writes them all; a power cut can
//! take the looks of the last moment, never a change.
//!
//! SHA-256 ties the rows to each other; a seal under the shop's key, which is not in the store,
//! ties the end of each chain; and anchors in a file beside that key tell of a store that was
//! put back as a whole to an earlier day. What happened since the last anchor, only an older
//! store with its own older seal can hide.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::time::Millis;
use domain::trust::{Action, Actor, AuditEntry, Outcome, Subject};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::trust::audit::{AuditHead, AuditPlace, AuditRow};
use store::{Queue, Session, StoreError, Tx};

use super::{Origin, Vault};
use crate::{App, AppError, Inner};

/// The hash before the first row of a chain.
pub(crate) const GENESIS: [u8; 32] = [0; 32];
/// Looks that wait for their transaction at most.
const WAITING_MAX: usize = 10_000;
/// Rows that one transaction of looks writes at most.
const ROWS_PER_SLICE: usize = 256;

/// The hash of a row at its place after the one before.
pub(crate) fn row_hash(before: &[u8; 32], entry: &AuditEntry, stripe: i64, n: i64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(entry.canonical(stripe, n));
    hash.finalize().into()
}

/// What proves that a chain ended here when Fanous wrote last.
pub(crate) fn head_seal(vault: &Vault, stripe: i64, n: i64, hash: &[u8; 32]) -> [u8; 32] {
    let place = [stripe.to_be_bytes(), n.to_be_bytes()].concat();
    vault.people_mac("audit", &[&place, hash])
}

/// Appends rows to the chain of the writer that runs this transaction.
pub(crate) fn append(
    vault: &Vault,
    tx: &mut Tx<'_>,
    entries: Vec<AuditEntry>,
) -> Result<(), StoreError> {
    let stripe = tx.writer();
    let head = store::trust::audit::head(tx, stripe)?;
    let (mut n, mut hash) = head.map_or((0, GENESIS), |head| (head.n, head.hash));
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        n += 1;
        hash = row_hash(&hash, &entry, stripe, n);
        rows.push(AuditRow {
            stripe,
            n,
            entry,
            hash,
        });
    }
    let seal = head_seal(vault, stripe, n, &hash);
    store::trust::audit::append(tx, &rows, &AuditHead { n, hash, seal })
}

/// A row that says this.
pub(crate) fn entry(
    inner: &Inner,
    actor: Actor,
    action: Action,
    subject: &Subject,
    origin: &Origin,
    outcome: Outcome,
) -> AuditEntry {
    AuditEntry {
        at: inner.environment.now(),
        actor: actor.to_string(),
        action: action.to_string(),
        subject: subject.to_string(),
        origin: origin.network(),
        outcome: outcome.to_string(),
    }
}

/// The row of a change that is under way: the use case writes it in its own transaction.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) entry: AuditEntry,
    written: AtomicBool,
}

impl Pending {
    pub(crate) fn new(entry: AuditEntry) -> Self {
        Self {
            entry,
            written: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_written(&self) -> bool {
        self.written.load(Ordering::SeqCst)
    }
}

/// What a use case holds to write the row of whoever asks; of nobody in particular there is none.
#[derive(Clone)]
pub(crate) struct Note(Option<(Arc<Inner>, Arc<Pending>)>);

impl Note {
    /// Writes the row, if there is one, once everything is decided: last in the lock order.
    pub(crate) fn write(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let Some((inner, pending)) = &self.0 else {
            return Ok(());
        };
        append(&inner.vault, tx, vec![pending.entry.clone()])?;
        pending.written.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// [`Note::write`], when the change was done and not refused.
    pub(crate) fn write_if(&self, tx: &mut Tx<'_>, is_done: bool) -> Result<(), StoreError> {
        if is_done { self.write(tx) } else { Ok(()) }
    }
}

/// Rows that wait for a transaction of their own.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    rows: Mutex<Gathered>,
    // Held while rows are on their way, so that somebody can wait for them.
    writing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Gathered {
    rows: Vec<AuditEntry>,
    is_called_for: bool,
}

impl Waiting {
    fn lock(&self) -> std::sync::MutexGuard<'_, Gathered> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// The same shop, whose next change writes this row with it.
    pub(crate) fn noting(&self, pending: &Arc<Pending>) -> Self {
        Self {
            pending: Some(Arc::clone(pending)),
            ..self.clone()
        }
    }

    /// The row of whoever asks, for a transaction.
    pub(crate) fn note(&self) -> Note {
        let pending = self.pending.clone();
        Note(pending.map(|pending| (Arc::clone(&self.inner), pending)))
    }

    /// Writes a row soon, without waiting for it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when too many wait: then what it tells of must not happen.
    pub(crate) fn audit_soon(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let mut waiting = self.inner.audit_waiting.lock();
        if waiting.rows.len() >= WAITING_MAX {
            return Err(StoreError::Busy);
        }
        if !waiting.is_called_for {
            let inner = Arc::clone(&self.inner);
            let drain = Box::new(move |session: &mut Session| {
                if let Err(error) = drain(&inner, session) {
                    // Whoever looks next calls for them again.
                    tracing::error!(%error, "looks wait for the audit");
                }
            });
            self.inner.store.submit(Queue::Jobs, drain)?;
            waiting.is_called_for = true;
        }
        waiting.rows.push(entry);
        Ok(())
    }

    /// Waits until every look of before is in the audit.
    ///
    /// # Errors
    /// The store's; what waits goes on waiting.
    pub fn audit_flush(&self) -> Result<(), AppError> {
        let inner = Arc::clone(&self.inner);
        let drained = move |session: &mut Session| drain(&inner, session);
        Ok(self.inner.store.write(Queue::Jobs, drained)?)
    }

    /// Writes a row and waits until it is kept.
    pub(crate) fn audit_now(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let inner = Arc::clone(&self.inner);
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| append(&inner.vault, tx, vec![entry.clone()]))
        })
    }

    /// Rows of the audit, newest first, before a place and at most `limit`.
    ///
    /// # Errors
    /// The store's.
    pub fn audit_page(
        &self,
        filter: &AuditFilter,
        before: Option<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditView>, AppError> {
        use store::trust::audit::{page, page_of_actor, page_of_subject};
        let before = before.unwrap_or((Millis(i64::MAX), i64::MAX, i64::MAX));
        let rows = self.inner.store.read(|conn| match filter {
            AuditFilter::All => page(conn, before, limit),
            AuditFilter::Subject(subject) => page_of_subject(conn, subject, before, limit),
            AuditFilter::Actor(actor) => page_of_actor(conn, actor, before, limit),
        })?;
        Ok(rows.into_iter().map(AuditView::of).collect())
    }
}

fn drain(inner: &Inner, session: &mut Session) -> Result<(), StoreError> {
    let waiting = &inner.audit_waiting;
    let _writing = waiting
        .writing
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    loop {
        let rows: Vec<AuditEntry> = {
            let mut gathered = waiting.lock();
            gathered.is_called_for = false;
            let count = gathered.rows.len().min(ROWS_PER_SLICE);
            gathered.rows.drain(..count).collect()
        };
        if rows.is_empty() {
            return Ok(());
        }
        let written = session.transaction(|tx| append(&inner.vault, tx, rows.clone()));
        if let Err(error) = written {
            waiting.lock().rows.splice(0..0, rows);
            return Err(error);
        }
    }
}

/// Which rows of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditFilter {
    /// Every one.
    All,
    /// What was done to or seen of somebody or something, as [`Subject`] writes it.
    Subject(String),
    /// What somebody did or saw, as [`Actor`] writes it.
    Actor(String),
}

/// One row as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditView {
    /// The chain it stands in.
    pub stripe: i64,
    /// Its number there.
    pub n: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// Who: `usr_…`, `key_…`, `system` or `nobody`.
    pub actor: String,
    /// What, a word of [`Action`].
    pub action: String,
    /// On whom or what.
    pub subject: String,
    /// From which network.
    pub origin: String,
    /// How it ended, a word of [`Outcome`].
    pub outcome: String,
}

impl AuditView {
    fn of(row: AuditRow) -> Self {
        Self {
            stripe: row.stripe,
            n: row.n,
            at: row.entry.at.0,
            actor: row.entry.actor,
            action: row.entry.action,
            subject: row.entry.subject,
            origin: row.entry.origin,
            outcome: row.entry.outcome,
        }
    }

    /// Its place, for the page after it.
    #[must_use]
    pub const fn place(&self) -> AuditPlace {
        (Millis(self.at), self.stripe, self.n)
    }
}

/// Where chains ended at one moment: the number and the hash of the last row of each.
pub(crate) type Ends = BTreeMap<i64, (i64, String)>;
