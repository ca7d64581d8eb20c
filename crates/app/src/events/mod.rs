//! Events come in: many requests share a commit, one poisonous request stands alone.

mod aliases;
mod browsers;
mod collect;
mod gate;
mod prepare;
mod record;
mod resolve;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use domain::events::{Event, EventRefusal};
use domain::ids::{FactId, StreamId};
use domain::time::Day;
use domain::trust::Uncollected;
use domain::visits::Look;
use store::customers::IdentityHash;
use store::{Queue, Session, StoreError};

use crate::{App, AppError, Inner};

pub use collect::{After, Caller, Collected, DropReason};
use gate::Passing;
use prepare::Prepared;
pub(crate) use prepare::first_message_day;
pub(crate) use resolve::{ensure_current, lock_roots};

/// A transaction takes at most so many events, and events of at most so many customers, so that a
/// checkout never waits behind a crowd.
const EVENTS_PER_COMMIT_MAX: usize = 512;
const CUSTOMERS_PER_COMMIT_MAX: usize = 256;
/// The most events that wait for a writer; beyond it the sender is asked to come again.
const EVENTS_WAITING_MAX: usize = 50_000;

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the log.
    Accepted {
        /// The fact it became.
        fact: FactId,
        /// The stream it came to.
        stream: StreamId,
    },
    /// It was here before, by its message id or its natural key; nothing was added.
    Duplicate,
    /// It can never be taken.
    Refused(EventRefusal),
    /// The person was erased; a late event does not bring them back.
    Erased,
    /// It may not be kept: it was counted, without anybody.
    Counted(Uncollected),
}

/// An event on its way into the log.
pub(crate) struct Incoming {
    pub(crate) event: Event,
    /// How it came through the gate of consent.
    pub(crate) passing: Passing,
    /// What the rules of visits need to know of it; history says it itself.
    pub(crate) look: Option<Box<Look>>,
}

impl From<Event> for Incoming {
    fn from(event: Event) -> Self {
        Self {
            event,
            passing: Passing::default(),
            look: None,
        }
    }
}

type Reply = Box<dyn FnOnce(Result<Vec<Verdict>, StoreError>) + Send>;

/// One request: its events, how many of them are written, and who waits for the verdicts.
struct Piece {
    events: Vec<Prepared>,
    /// How many are written.
    done: usize,
    /// How many this transaction takes.
    taken: usize,
    verdicts: Vec<Verdict>,
    /// The verdicts of this transaction, until it is committed.
    pending: Vec<Verdict>,
    failed: Option<StoreError>,
    reply: Option<Reply>,
}

impl Drop for Piece {
    /// Nobody waits for ever: what was lost in a panic, or waited when the store closed, is
    /// answered too, and may be sent again.
    fn drop(&mut self) {
        if let Some(reply) = self.reply.take() {
            reply(Err(StoreError::Closed));
        }
    }
}

#[derive(Default)]
struct Waiting {
    pieces: VecDeque<Piece>,
    events: usize,
    /// Drains that were put into a writer's queue and have not begun.
    drains: usize,
}

/// The requests that wait for a writer.
#[derive(Default)]
pub(crate) struct Intake {
    waiting: Mutex<Waiting>,
    /// What was dropped on which day and why, until the next transaction counts it.
    drops: Mutex<BTreeMap<(Day, DropReason), i64>>,
}

impl Intake {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_drop(&self, day: Day, reason: DropReason) {
        let mut drops = self.drops.lock().unwrap_or_else(PoisonError::into_inner);
        *drops.entry((day, reason)).or_default() += 1;
    }

    fn take_drops(&self) -> BTreeMap<(Day, DropReason), i64> {
        let mut drops = self.drops.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut drops)
    }
}

/// How many drains may wait at once: one for each writer keeps all of them busy.
const DRAINS_MAX: usize = 8;

impl App {
    /// Takes events and calls `reply` after their commit, with a verdict for each in order.
    /// Several requests share a commit; a request that the database refuses fails alone.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once when too much waits already.
    pub fn record_then(
        &self,
        events: Vec<Event>,
        reply: impl FnOnce(Result<Vec<Verdict>, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        self.record_incoming(events.into_iter().map(Incoming::from).collect(), reply)
    }

    /// [`App::record_then`] of events of which more is known.
    fn record_incoming(
        &self,
        events: Vec<Incoming>,
        reply: impl FnOnce(Result<Vec<Verdict>, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let (vault, environment) = (&self.inner.vault, &self.inner.environment);
        let events: Vec<Prepared> = events
            .into_iter()
            .map(|incoming| Prepared::new(vault, environment, incoming))
            .collect();
        {
            let mut waiting = self.inner.intake.lock();
            // A request that is larger than the whole queue is taken when nothing else waits.
            let full = waiting.events + events.len() > EVENTS_WAITING_MAX;
            if waiting.events > 0 && full {
                return Err(StoreError::Busy);
            }
            waiting.events += events.len();
            waiting.pieces.push_back(Piece {
                verdicts: Vec::with_capacity(events.len()),
                events,
                done: 0,
                taken: 0,
                pending: Vec::new(),
                failed: None,
                reply: Some(Box::new(reply)),
            });
        }
        schedule_drain(&self.inner)
    }

    /// Takes events and waits for their verdicts.
    ///
    /// # Errors
    /// When the store fails or is busy; then none of the events is in the log, or (after a lost
    /// connection) the same events can be given again and count once.
    pub fn record(&self, events: Vec<Event>) -> Result<Vec<Verdict>, AppError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.record_then(events, move |outcome| {
            // Nobody may be waiting any more; the events are written all the same.
            let _ = sender.send(outcome);
        })?;
        Ok(receiver.recv().map_err(|_| StoreError::Closed)??)
    }
}

fn schedule_drain(inner: &Arc<Inner>) -> Result<(), StoreError> {
    {
        let mut waiting = inner.intake.lock();
        // Each drain that waits takes one piece at least. Those that run do not count: what comes
        // now must not wait for their commit while another writer is idle.
        if waiting.drains >= DRAINS_MAX.min(waiting.pieces.len()) {
            return Ok(());
        }
        waiting.drains += 1;
    }
    let owned = Arc::clone(inner);
    let submitted = inner.store.submit(
        Queue::Ingest,
        Box::new(move |session| drain(&owned, session)),
    );
    if submitted.is_err() {
        inner.intake.lock().drains -= 1;
    }
    submitted
}

/// Writes one transaction's worth of what waits, answers, and makes room for others before the
/// next.
fn drain(inner: &Arc<Inner>, session: &mut Session) {
    let mut pieces = take_pieces(inner);
    if !pieces.is_empty() {
        // A figure, not a promise: with a transaction that fails they are lost.
        let mut drops = inner.intake.take_drops();
        session.together(
            &mut pieces,
            &mut |tx, pieces| {
                for ((day, reason), count) in std::mem::take(&mut drops) {
                    tx.add_to_rollup(day, "dropped", reason.word(), count);
                }
                record::write_pieces(inner, tx, pieces)
            },
            &mut |piece, outcome| piece.failed = outcome.err(),
        );
        settle(inner, pieces);
    }
    let more = !inner.intake.lock().pieces.is_empty();
    if more && let Err(error) = schedule_drain(inner) {
        tracing::warn!(%error, "events wait and no writer takes them");
    }
}

/// Begins a drain: it waits no longer, and takes a transaction's worth of pieces.
fn take_pieces(inner: &Inner) -> Vec<Piece> {
    let mut waiting = inner.intake.lock();
    waiting.drains -= 1;
    let mut pieces = Vec::new();
    let mut room = Room::default();
    while let Some(mut piece) = waiting.pieces.pop_front() {
        let open = &piece.events[piece.done..];
        piece.taken = open.iter().take_while(|event| room.takes(event)).count();
        let is_full = piece.taken < open.len();
        waiting.events -= piece.taken;
        if piece.taken == 0 && is_full {
            waiting.pieces.push_front(piece);
            break;
        }
        pieces.push(piece);
        if is_full {
            break;
        }
    }
    pieces
}

/// What one transaction still takes, so that a checkout never waits behind a crowd.
#[derive(Default)]
struct Room {
    events: usize,
    /// By their first names; a customer of several counts for each, which only makes the
    /// transaction shorter.
    customers: BTreeSet<IdentityHash>,
}

impl Room {
    fn takes(&mut self, event: &Prepared) -> bool {
        if self.events >= EVENTS_PER_COMMIT_MAX {
            return false;
        }
        if let Some(name) = event.identities.first()
            && !self.customers.contains(name)
        {
            if self.customers.len() >= CUSTOMERS_PER_COMMIT_MAX {
                return false;
            }
            self.customers.insert(*name);
        }
        self.events += 1;
        true
    }
}

/// Answers the requests that are whole and puts the others back at the front, in their order.
fn settle(inner: &Inner, pieces: Vec<Piece>) {
    let mut unfinished = Vec::new();
    for mut piece in pieces {
        let rest = piece.events.len() - piece.done - piece.taken;
        if let Some(error) = piece.failed.take() {
            inner.intake.lock().events -= rest;
            answer(piece, Err(error));
            continue;
        }
        piece.done += piece.taken;
        let mut pending = std::mem::take(&mut piece.pending);
        piece.verdicts.append(&mut pending);
        if rest == 0 {
            let verdicts = std::mem::take(&mut piece.verdicts);
            answer(piece, Ok(verdicts));
        } else {
            unfinished.push(piece);
        }
    }
    let mut waiting = inner.intake.lock();
    for piece in unfinished.into_iter().rev() {
        waiting.pieces.push_front(piece);
    }
}

fn answer(mut piece: Piece, outcome: Result<Vec<Verdict>, StoreError>) {
    if let Some(reply) = piece.reply.take() {
        reply(outcome);
    }
}
