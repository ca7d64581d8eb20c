//! Erasure: after it nothing holds the person.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::StreamId;
use serde::{Deserialize, Serialize};
use store::{Conn, Queue, Session, StoreError, Tx};

use crate::events::lock_roots;
use crate::{App, AppError, Inner};

/// The name of the journal, beside the shop's key and so outside the store.
const JOURNAL_FILE: &str = "erasures.ndjson";

/// What an erasure removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Streams that are no more.
    pub streams: usize,
    /// Identities that will not be taken again.
    pub identities: usize,
}

/// One line of the journal: hashes under the shop's key, which tell nobody who it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    at: i64,
    identities: Vec<String>,
}

/// The journal of erasures. It outlives the store, so that a store restored from an older backup
/// erases again before it serves.
#[derive(Debug, Clone)]
pub struct ErasureJournal {
    path: PathBuf,
    // Two erasures at once must not write into one line.
    lock: Arc<Mutex<()>>,
}

impl ErasureJournal {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            path: folder.join(JOURNAL_FILE),
            lock: Arc::new(Mutex::new(())),
        }
    }

    /// The folder of the journal and of the shop's key.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Appends an erasure and waits until the disk has it.
    fn append(&self, at: i64, identities: &[[u8; 16]]) -> Result<(), AppError> {
        let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let files = |error: std::io::Error| {
            AppError::Files(format!(
                "the erasure journal {}: {error}",
                self.path.display()
            ))
        };
        let entry = Entry {
            at,
            identities: identities.iter().map(|hash| to_hex(hash)).collect(),
        };
        let mut line = serde_json::to_string(&entry).expect("texts are a JSON document");
        line.push('\n');
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .map_err(files)?;
        file.write_all(line.as_bytes()).map_err(files)?;
        file.sync_all().map_err(files)
    }

    /// The hashes of all identities that were ever erased.
    fn read(&self) -> Result<Vec<[u8; 16]>, AppError> {
        let files = |error: &dyn std::fmt::Display| {
            AppError::Files(format!(
                "the erasure journal {}: {error}",
                self.path.display()
            ))
        };
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(files(&error)),
        };
        let mut hashes = Vec::new();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|error| files(&error))?;
            // A line that a crash cut short names an erasure that was not committed either.
            let Ok(entry) = serde_json::from_str::<Entry>(&line) else {
                continue;
            };
            hashes.extend(entry.identities.iter().filter_map(|hex| from_hex(hex)));
        }
        Ok(hashes)
    }
}

impl App {
    /// Erases a customer: destroys the keys, removes facts, identities, state, words, messages
    /// and stored answers of all their streams, and unlinks the ledger's owners. The sums of the
    /// shop stay. A late event of the same person is not taken.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], [`AppError::Files`] when the journal cannot be written (then
    /// nothing is erased), or the store's.
    pub fn erase(&self, root: StreamId) -> Result<Erased, AppError> {
        let (inner, note) = (self.inner.clone(), self.note());
        let erased = self
            .inner
            .store
            .write(Queue::Interactive, move |session| {
                overwrite_deleted(session, true)?;
                let outcome = session.transaction(|tx| {
                    let erased = erase_in_tx(&inner, tx, root)?;
                    note.write_if(tx, erased.is_ok())?;
                    Ok(erased)
                });
                overwrite_deleted(session, false)?;
                outcome
            })??;
        self.empty_log()?;
        Ok(erased)
    }

    /// Erases again whoever the journal names and the store still holds: after a restore.
    ///
    /// # Errors
    /// As [`App::erase`].
    pub fn erasures_replay(&self) -> Result<usize, AppError> {
        let hashes = self.inner.vault.journal().read()?;
        let roots: BTreeSet<StreamId> = self
            .inner
            .store
            .read(|conn| store::customers::identity_find(conn, &hashes))?
            .into_values()
            .map(|(_, root)| root)
            .collect();
        for root in &roots {
            self.erase(*root)?;
        }
        Ok(roots.len())
    }

    /// SQLite's log still holds what was deleted until it is emptied into the file.
    fn empty_log(&self) -> Result<(), AppError> {
        Ok(self
            .inner
            .store
            .write(Queue::Jobs, |session| match session.conn() {
                Conn::Sqlite(conn) => conn.checkpoint_truncate(),
                Conn::Postgres(_) => Ok(()),
            })?)
    }
}

fn overwrite_deleted(session: &mut Session, on: bool) -> Result<(), StoreError> {
    match session.conn() {
        Conn::Sqlite(conn) => conn.secure_delete(on),
        Conn::Postgres(_) => Ok(()),
    }
}

fn erase_in_tx(
    inner: &Inner,
    tx: &mut Tx<'_>,
    root: StreamId,
) -> Result<Result<Erased, AppError>, StoreError> {
    let Some(root) = store::customers::stream_root(tx, root)? else {
        return Ok(Err(AppError::NoCustomer));
    };
    let customers = lock_roots(tx, &BTreeSet::from([root]))?;
    let customer = &customers[&root];
    let streams: Vec<StreamId> = customer.streams.keys().copied().collect();
    let hashes: Vec<[u8; 16]> = store::customers::identities_of(tx, &streams)?
        .into_iter()
        .map(|identity| identity.hmac)
        .collect();
    let now = inner.environment.now();
    // Before the commit: a crash in between erases once more at the next replay, never less.
    if let Err(error) = inner.vault.journal().append(now.0, &hashes) {
        return Ok(Err(error));
    }
    store::trust::erasure_put(tx, &hashes, now)?;
    store::trust::stream_erase(tx, &streams)?;
    // The followers drop what they keep of the customer; the names alone lead to nobody.
    streams.iter().for_each(|stream| tx.touch(*stream));
    Ok(Ok(Erased {
        streams: streams.len(),
        identities: hashes.len(),
    }))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(hex: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if hex.len() != 32 || !hex.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}
