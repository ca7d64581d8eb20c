//! Checking the audit, and the anchors that lie beside the shop's key.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use store::StoreError;
use store::trust::audit::AuditHead;

use super::audit::{Ends, GENESIS, head_seal, row_hash};
use super::password::hex;
use crate::{App, AppError};

/// The name of the anchors' file, beside the shop's key and so outside the store.
const ANCHORS_FILE: &str = "audit-anchors.ndjson";
/// Rows that are read from one snapshot.
const ROWS_PER_PAGE: u32 = 2_000;
/// After so many findings a chain says enough.
const FINDINGS_MAX: usize = 20;

/// What a check of the audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditVerified {
    /// Rows that were read.
    pub rows: u64,
    /// What is wrong; nothing, in an audit that is whole.
    pub findings: Vec<String>,
    /// When the store was put back to an earlier day on purpose, as the anchors tell.
    pub put_back_at: Vec<i64>,
}

/// One line of the file of anchors.
#[derive(Debug, Serialize, Deserialize)]
struct Anchor {
    at: i64,
    ends: Ends,
    /// The store was put back on purpose: what was anchored before holds no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    put_back: bool,
}

/// What the file of anchors says by now.
#[derive(Debug, Default)]
struct Anchored {
    /// The last end of each chain, and when it was noted.
    last: BTreeMap<i64, (i64, i64, String)>,
    put_back_at: Vec<i64>,
}

/// Where chains ended at earlier moments, outside the store.
#[derive(Debug, Clone)]
pub(crate) struct Anchors {
    path: PathBuf,
    // Two anchors at once must not write into one line.
    lock: Arc<Mutex<()>>,
}

impl Anchors {
    pub(crate) fn new(folder: &std::path::Path) -> Self {
        Self {
            path: folder.join(ANCHORS_FILE),
            lock: Arc::new(Mutex::new(())),
        }
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> AppError {
        AppError::Files(format!("the anchors {}: {error}", self.path.display()))
    }

    fn read(&self) -> Result<Anchored, AppError> {
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Anchored::default());
            }
            Err(error) => return Err(self.failed(&error)),
        };
        let mut anchored = Anchored::default();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|error| self.failed(&error))?;
            // A line that a crash cut short anchors nothing; the one before it stands.
            let Ok(anchor) = serde_json::from_str::<Anchor>(&line) else {
                continue;
            };
            if anchor.put_back {
                anchored.last.clear();
                anchored.put_back_at.push(anchor.at);
            }
            for (stripe, (n, hash)) in anchor.ends {
                let known = anchored.last.get(&stripe);
                if known.is_none_or(|(_, known, _)| *known <= n) {
                    anchored.last.insert(stripe, (anchor.at, n, hash));
                }
            }
        }
        Ok(anchored)
    }

    fn append(&self, anchor: &Anchor) -> Result<(), AppError> {
        let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = serde_json::to_string(anchor).expect("texts are a JSON document");
        line.push('\n');
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .map_err(|error| self.failed(&error))?;
        file.write_all(line.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| self.failed(&error))
    }
}

impl App {
    /// Notes beside the shop's key where each chain of the audit ends now. Between two anchors a
    /// whole store can be put back unseen, so it is called every hour, and when a server ends.
    ///
    /// # Errors
    /// [`AppError::Files`], or the store's.
    pub fn audit_anchor(&self) -> Result<(), AppError> {
        let heads = self.inner.store.read(store::trust::audit::heads)?;
        let anchors = self.inner.vault.anchors();
        let known = anchors.read()?.last;
        let ends: Ends = heads
            .into_iter()
            .filter(|(stripe, head)| known.get(stripe).is_none_or(|(_, n, _)| *n < head.n))
            .map(|(stripe, head)| (stripe, (head.n, hex(&head.hash))))
            .collect();
        if ends.is_empty() {
            return Ok(());
        }
        let at = self.now().0;
        anchors.append(&Anchor {
            at,
            ends,
            put_back: false,
        })
    }

    /// Notes beside the shop's key that the store was put back to an earlier day on purpose: from
    /// now on its chains are held to where they end now. A check still says when that was.
    ///
    /// # Errors
    /// [`AppError::Files`], or the store's.
    pub fn audit_put_back(&self) -> Result<(), AppError> {
        let heads = self.inner.store.read(store::trust::audit::heads)?;
        let ends = heads
            .into_iter()
            .map(|(stripe, head)| (stripe, (head.n, hex(&head.hash))))
            .collect();
        self.inner.vault.anchors().append(&Anchor {
            at: self.now().0,
            ends,
            put_back: true,
        })
    }

    /// Reads every chain of the audit and names what does not fit: a row that was altered, added,
    /// moved or removed, an end that Fanous did not write, and a chain that is shorter than an
    /// anchor says.
    ///
    /// # Errors
    /// [`AppError::Files`], or the store's.
    pub fn audit_verify(&self) -> Result<AuditVerified, AppError> {
        let mut verified = AuditVerified {
            rows: 0,
            findings: Vec::new(),
            put_back_at: Vec::new(),
        };
        let (heads, stripes) = self.inner.store.read(|conn| {
            let heads = store::trust::audit::heads(conn)?;
            Ok((heads, store::trust::audit::stripes(conn)?))
        })?;
        for stripe in stripes.iter().filter(|stripe| !heads.contains_key(stripe)) {
            verified
                .findings
                .push(format!("chain {stripe}: it has rows and no end"));
        }
        for stripe in heads.keys() {
            self.verify_chain(*stripe, &mut verified)?;
        }
        let anchored = self.inner.vault.anchors().read()?;
        verified.put_back_at = anchored.put_back_at;
        for (stripe, (at, n, hash)) in anchored.last {
            let found = self
                .inner
                .store
                .read(|conn| store::trust::audit::hash_at(conn, stripe, n))?;
            if found.is_none_or(|found| hex(&found) != hash) {
                verified.findings.push(format!(
                    "chain {stripe}: its row {n} was anchored at {at} and is missing or another: \
                     rows were cut off, or the store was put back to an earlier day"
                ));
            }
        }
        Ok(verified)
    }

    fn verify_chain(&self, stripe: i64, verified: &mut AuditVerified) -> Result<(), AppError> {
        let mut findings = Vec::new();
        let (head, beyond) = self.inner.store.read(|conn| {
            let head = store::trust::audit::head(conn, stripe)?
                .ok_or(StoreError::Missing("end of a chain"))?;
            let beyond = store::trust::audit::chain(conn, stripe, head.n, 1)?;
            Ok((head, !beyond.is_empty()))
        })?;
        if beyond {
            findings.push(format!("it has rows after its end {}", head.n));
        }
        let AuditHead { n: end, hash, seal } = head;
        if head_seal(&self.inner.vault, stripe, end, &hash) != seal {
            findings.push("its end does not bear the shop's seal".to_owned());
        }
        let (mut last, mut before) = (0, GENESIS);
        while last < end && findings.len() < FINDINGS_MAX {
            let rows = self
                .inner
                .store
                .read(|conn| store::trust::audit::chain(conn, stripe, last, ROWS_PER_PAGE))?;
            let rows: Vec<_> = rows.into_iter().take_while(|row| row.n <= end).collect();
            if rows.is_empty() {
                break;
            }
            for row in rows {
                verified.rows += 1;
                if row.n != last + 1 {
                    findings.push(format!("rows {} to {} are missing", last + 1, row.n - 1));
                }
                if row_hash(&before, &row.entry, stripe, row.n) != row.hash {
                    findings.push(format!("row {} is not what was written there", row.n));
                }
                (last, before) = (row.n, row.hash);
            }
        }
        if findings.len() < FINDINGS_MAX && (last != end || before != hash) {
            findings.push(format!("it ends with row {last}, not with row {end}"));
        }
        let named = findings
            .into_iter()
            .map(|finding| format!("chain {stripe}: {finding}"));
        verified.findings.extend(named);
        Ok(())
    }
}
