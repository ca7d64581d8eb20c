//! Refolding: every state anew from the log, beside the running shop.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};

use domain::customers::{State, next_due};
use domain::events::Fact;
use domain::ids::StreamId;
use store::customers::CustomerRow;
use store::{Queue, Session, StoreError, Task};

use crate::{App, AppError, InForce};

/// Customers that are folded from one snapshot: short enough for a reader, long enough to group.
const CUSTOMERS_PER_PAGE: u32 = 64;
/// Pages that are put in place together: 256 customers, so that nobody waits long behind them.
const PAGES_PER_COMMIT: u32 = 4;
/// How often customers who keep changing are tried again before they are left to the next time.
const STALE_RUNS_MAX: u32 = 5;
/// The name under which the progress is kept.
const JOB: &str = "rebuild";

/// How far a refold has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RebuildProgress {
    /// Customers folded.
    pub customers: u64,
    /// Customers there are, as counted at the start.
    pub customers_total: u64,
    /// Facts folded.
    pub facts: u64,
}

/// What a refold did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Rebuilt {
    /// Customers folded.
    pub customers: u64,
    /// Facts folded.
    pub facts: u64,
    /// States that were not what the log says, and are now.
    pub changed: u64,
    /// Customers who changed so often meanwhile that they were left to the next run.
    pub busy: u64,
}

/// Customers with their streams, as they were when the page was turned.
type Page = Vec<(StreamId, Vec<StreamId>)>;

/// A customer's fold against what the store holds.
struct Folded {
    row: CustomerRow,
    differs: bool,
    facts: u64,
}

impl App {
    /// Folds every customer anew, on readers, and puts the state in place if the customer has
    /// not changed meanwhile. Stops when `stop` is set, and goes on from there the next time.
    ///
    /// # Errors
    /// [`AppError::Stopped`], or the store's.
    pub fn rebuild(
        &self,
        stop: &AtomicBool,
        progress: &(dyn Fn(RebuildProgress) + Sync),
    ) -> Result<Rebuilt, AppError> {
        let total = self.inner.store.read(store::customers::customer_count)?;
        let total = u64::try_from(total).unwrap_or(0);
        let kept = self
            .inner
            .store
            .read(|conn| store::settings::job_get(conn, JOB))?;
        let mut after: Option<StreamId> = kept.and_then(|(_, root)| root.parse().ok());
        let in_force = self.in_force();
        let mut done = Rebuilt::default();
        let mut putting = Putting::default();
        loop {
            if stop.load(Ordering::Relaxed) {
                putting.land(&mut done)?;
                return Err(AppError::Stopped);
            }
            let pages = self.pages(after, PAGES_PER_COMMIT)?;
            let Some(last) = pages
                .last()
                .and_then(|page| page.last())
                .map(|(root, _)| *root)
            else {
                break;
            };
            let folded = self.fold_pages(&pages, &in_force)?;
            // The writer puts these in place while the next are folded.
            putting.land(&mut done)?;
            putting = self.put_folded(folded, last, &mut done, &in_force)?;
            after = Some(last);
            progress(RebuildProgress {
                customers: done.customers,
                customers_total: total,
                facts: done.facts,
            });
        }
        putting.land(&mut done)?;
        self.inner.store.write(Queue::Jobs, |session| {
            session.transaction(|tx| store::settings::job_delete(tx, JOB))
        })?;
        Ok(done)
    }

    /// Folds anew whoever was folded by another fold than the one in force: another version of the
    /// program, another zone, another catalogue. Customers who changed meanwhile are tried again.
    ///
    /// # Errors
    /// As [`App::rebuild`].
    pub fn refold_stale(&self, stop: &AtomicBool) -> Result<u64, AppError> {
        let mut refolded = 0;
        for _ in 0..STALE_RUNS_MAX {
            let version = self.in_force().fold_version;
            let is_stale = self
                .inner
                .store
                .read(|conn| store::customers::has_other_fold(conn, version))?;
            if !is_stale {
                break;
            }
            refolded += self.rebuild(stop, &|_| {})?.changed;
        }
        Ok(refolded)
    }

    /// Which customers' states are not the fold of their facts: always none, and checked at the
    /// end of every test.
    ///
    /// # Errors
    /// The store's.
    pub fn fold_verify(&self) -> Result<Vec<String>, AppError> {
        let in_force = self.in_force();
        let mut findings = Vec::new();
        let mut after = None;
        loop {
            let pages = self.pages(after, 1)?;
            let Some(last) = pages.last().and_then(|page| page.last()) else {
                break;
            };
            after = Some(last.0);
            for page in &pages {
                for folded in self.fold_page(page, &in_force)? {
                    if folded.differs {
                        findings.push(format!("{}: the state is not the fold", folded.row.root));
                    }
                }
            }
        }
        Ok(findings)
    }

    /// As [`App::fold_verify`], of so many pages of 64 customers, each from somewhere by chance;
    /// how many customers were looked at, and which are not the fold of their facts.
    ///
    /// # Errors
    /// The store's.
    pub fn fold_verify_some(&self, pages: u32) -> Result<(usize, Vec<String>), AppError> {
        let in_force = self.in_force();
        let (mut looked_at, mut findings) = (0, Vec::new());
        let ends = self.inner.store.read(store::health::customer_ends)?;
        let Some((first, last)) = ends else {
            return Ok((0, findings));
        };
        let [first, last] = [first, last].map(|id| u128::from_be_bytes(*id.bytes()));
        for _ in 0..pages {
            // Ids begin with a time; a number between the first and the last is among them.
            let chance = u128::from(u16::from_be_bytes(self.inner.environment.random()));
            let after = first.saturating_sub(1) + (last - first) / (1 << 16) * chance;
            let after = StreamId::from_bytes(after.to_be_bytes());
            for page in self.pages(Some(after), 1)? {
                for folded in self.fold_page(&page, &in_force)? {
                    looked_at += 1;
                    if folded.differs {
                        findings.push(format!("{}: the state is not the fold", folded.row.root));
                    }
                }
            }
        }
        Ok((looked_at, findings))
    }

    fn pages(&self, after: Option<StreamId>, count: u32) -> Result<Vec<Page>, AppError> {
        let limit = CUSTOMERS_PER_PAGE * count;
        let rows = self
            .inner
            .store
            .read(|conn| store::customers::customer_streams_page(conn, after, limit))?;
        Ok(rows
            .chunks(CUSTOMERS_PER_PAGE as usize)
            .map(<[_]>::to_vec)
            .collect())
    }

    /// Folds pages on several readers at once, each under a short snapshot of its own.
    fn fold_pages(&self, pages: &[Page], in_force: &InForce) -> Result<Vec<Folded>, AppError> {
        let next = AtomicU64::new(0);
        let folded = Mutex::new(BTreeMap::new());
        let work = || -> Result<(), AppError> {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(page) = usize::try_from(place).ok().and_then(|it| pages.get(it)) else {
                    return Ok(());
                };
                let done = self.fold_page(page, in_force)?;
                folded
                    .lock()
                    .expect("no fold panics with the lock")
                    .insert(place, done);
            }
        };
        let threads = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(8);
        std::thread::scope(|scope| -> Result<(), AppError> {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            for handle in handles {
                handle.join().map_err(|_| StoreError::Closed)??;
            }
            Ok(())
        })?;
        let folded = folded.into_inner().expect("no fold panics with the lock");
        Ok(folded.into_values().flatten().collect())
    }

    fn fold_page(
        &self,
        page: &[(StreamId, Vec<StreamId>)],
        in_force: &InForce,
    ) -> Result<Vec<Folded>, AppError> {
        let streams: Vec<StreamId> = page
            .iter()
            .flat_map(|(_, streams)| streams.iter().copied())
            .collect();
        // Rows and facts must come from one snapshot, or a write in between looks like a fault.
        let roots: Vec<StreamId> = page.iter().map(|(root, _)| *root).collect();
        let (rows, facts) = self.inner.store.read(|conn| {
            let rows = store::customers::customer_read(conn, &roots)?;
            Ok((rows, store::events::facts_to_fold(conn, &streams)?))
        })?;
        let mut by_stream: BTreeMap<StreamId, Vec<Fact>> = BTreeMap::new();
        for fact in facts {
            by_stream.entry(fact.stream).or_default().push(fact);
        }
        let known = |row: &CustomerRow| row.streams.keys().all(|it| streams.contains(it));
        Ok(rows
            .into_iter()
            .filter(known)
            .map(|row| {
                let own: Vec<&Fact> = row
                    .streams
                    .keys()
                    .filter_map(|it| by_stream.get(it))
                    .flatten()
                    .collect();
                fold_one(row, own, in_force)
            })
            .collect())
    }

    fn put_folded(
        &self,
        folded: Vec<Folded>,
        last: StreamId,
        done: &mut Rebuilt,
        in_force: &InForce,
    ) -> Result<Putting, AppError> {
        done.customers += folded.len() as u64;
        done.facts += folded.iter().map(|it| it.facts).sum::<u64>();
        let version = in_force.fold_version;
        let changed: Vec<CustomerRow> = folded
            .into_iter()
            .filter(|it| it.differs || it.row.fold_version != version)
            .map(|it| CustomerRow {
                fold_version: version,
                ..it.row
            })
            .collect();
        let (now, programme) = (self.now(), in_force.programme.clone());
        let fold = in_force.fold.clone();
        let total = changed.len() as u64;
        let position = done.customers;
        let put = move |session: &mut Session| {
            session.transaction(|tx| {
                let mut due = BTreeMap::new();
                for row in &changed {
                    if store::customers::customer_refold(tx, row)? {
                        due.insert(row.root, next_due(&row.state, &programme, &fold));
                    }
                }
                let put = due.len() as u64;
                store::customers::due_put(tx, &due)?;
                store::settings::job_put(tx, JOB, JOB, position, &last.to_string(), now)?;
                Ok(put)
            })
        };
        let (sender, answer) = mpsc::sync_channel(1);
        let task: Task = Box::new(move |session| {
            // A refold that failed meanwhile does not count any more.
            let _ = sender.send(put(session));
        });
        self.inner.store.submit(Queue::Jobs, task)?;
        let answer = Some(answer);
        Ok(Putting { answer, total })
    }
}

/// States that are on their way to the store.
#[derive(Default)]
struct Putting {
    answer: Option<Receiver<Result<u64, StoreError>>>,
    total: u64,
}

impl Putting {
    /// Waits until they are in place and counts them.
    fn land(&mut self, done: &mut Rebuilt) -> Result<(), AppError> {
        let Some(answer) = self.answer.take() else {
            return Ok(());
        };
        let put = answer.recv().map_err(|_| StoreError::Closed)??;
        done.changed += put;
        done.busy += self.total - put;
        Ok(())
    }
}

fn fold_one(mut row: CustomerRow, facts: Vec<&Fact>, in_force: &InForce) -> Folded {
    let count = facts.len() as u64;
    let state: State = in_force.fold.facts(facts);
    let differs = state != row.state;
    row.state = state;
    Folded {
        row,
        differs,
        facts: count,
    }
}
