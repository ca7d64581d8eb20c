//! Writer threads and their three queues.
//!
//! SQLite has one writer, PostgreSQL as many as are asked for; all of them serve the same
//! queues. Interactive work goes first, jobs are never starved and never starve the others.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::error::StoreError;
use crate::session::Session;

/// Which queue a task waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Somebody waits for the answer.
    Interactive,
    /// Events from outside.
    Ingest,
    /// Imports, refolds, followers: cut into slices of at most 20 ms.
    Jobs,
}

/// One use of a writer's connection; long work comes as many tasks.
pub type Task = Box<dyn FnOnce(&mut Session) + Send>;

/// Opens a writer's session, anew after its connection was lost.
pub(crate) type Connect = Box<dyn FnMut() -> Result<Session, StoreError> + Send>;

/// The most tasks that wait in one queue.
const WAITING_MAX: usize = 10_000;
/// After so many other tasks a waiting job has its turn.
const TURNS_BEFORE_JOB: u32 = 4;

#[derive(Default)]
struct Waiting {
    queues: [VecDeque<Task>; 3],
    turns_since_job: u32,
    closed: bool,
}

impl Waiting {
    fn next(&mut self) -> Option<Task> {
        let [interactive, ingest, jobs] = &mut self.queues;
        let others_wait = !interactive.is_empty() || !ingest.is_empty();
        if !jobs.is_empty() && (!others_wait || self.turns_since_job >= TURNS_BEFORE_JOB) {
            self.turns_since_job = 0;
            return jobs.pop_front();
        }
        self.turns_since_job = self.turns_since_job.saturating_add(1);
        interactive.pop_front().or_else(|| ingest.pop_front())
    }
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

impl Shared {
    /// A panicking task leaves the queues as they were, so a poisoned lock is still good.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where tasks are put for the writers.
#[derive(Clone)]
pub(crate) struct Queues(Arc<Shared>);

impl std::fmt::Debug for Queues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queues")
    }
}

impl Queues {
    pub(crate) fn submit(&self, queue: Queue, task: Task) -> Result<(), StoreError> {
        let mut waiting = self.0.lock();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        let tasks = &mut waiting.queues[queue as usize];
        if tasks.len() >= WAITING_MAX {
            return Err(StoreError::Busy);
        }
        tasks.push_back(task);
        drop(waiting);
        self.0.wake.notify_one();
        Ok(())
    }
}

/// The writers of a store. Dropping them finishes what waits.
pub(crate) struct Writers {
    queues: Queues,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Writers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writers")
    }
}

impl Writers {
    /// Starts a thread for each connection.
    pub(crate) fn start(connects: Vec<Connect>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let mut threads = Vec::new();
        for mut connect in connects {
            let session = connect()?;
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new()
                .name("writer".to_owned())
                .spawn(move || serve(&shared, session, connect))
                .map_err(StoreError::database)?;
            threads.push(thread);
        }
        Ok(Self {
            queues: Queues(shared),
            threads: Mutex::new(threads),
        })
    }

    /// Where tasks are put for them.
    pub(crate) const fn queues(&self) -> &Queues {
        &self.queues
    }
}

impl Writers {
    /// Finishes what waits, takes nothing more, and ends the threads.
    pub(crate) fn close(&self) {
        self.queues.0.lock().closed = true;
        self.queues.0.wake.notify_all();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            // A task may be the last to let go of the store; its thread ends by itself then.
            let is_own = thread.thread().id() == std::thread::current().id();
            if !is_own && thread.join().is_err() {
                tracing::error!("a writer thread panicked");
            }
        }
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        self.close();
    }
}

fn serve(shared: &Shared, mut session: Session, mut connect: Connect) {
    while let Some((task, idle)) = take(shared) {
        // A server that was restarted while nobody wrote costs the next task nothing.
        if idle && !session.conn().ping() {
            replace(&mut session, &mut connect);
        }
        // A panic inside a task must not take the writer down with it: the transaction it left
        // open is rolled back with its connection, which is opened anew.
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| task(&mut session)));
        if outcome.is_err() || !session.conn().is_alive() {
            replace(&mut session, &mut connect);
        }
    }
}

/// The next task, and whether the writer had to wait for it; none when the store closes.
fn take(shared: &Shared) -> Option<(Task, bool)> {
    let mut idle = false;
    let mut waiting = shared.lock();
    loop {
        if let Some(task) = waiting.next() {
            return Some((task, idle));
        }
        if waiting.closed {
            return None;
        }
        idle = true;
        waiting = shared
            .wake
            .wait(waiting)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

fn replace(session: &mut Session, connect: &mut Connect) {
    match connect() {
        Ok(fresh) => *session = fresh,
        Err(error) => tracing::warn!(%error, "the writer could not connect again"),
    }
}
