//! Barriers and faults at the named points of a write, instead of sleeps and luck.
//!
//! [`Faults::hook`] goes into the store's options. A test then holds the next thread that comes
//! to a point until it lets it go, or makes a passing of a point fail.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{Hook, StoreError, WRITE_POINTS};

/// Nothing in a test takes so long; it only bounds how long a broken test hangs.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What is to happen at the points of a store. Clones are the same.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    passed: BTreeMap<&'static str, u64>,
    barriers: BTreeMap<&'static str, VecDeque<Barrier>>,
    faults: Vec<Fault>,
}

struct Barrier {
    reached: SyncSender<()>,
    released: Receiver<()>,
}

struct Fault {
    point: &'static str,
    /// The passing that fails, counted from the first one ever.
    passing: u64,
    make: Box<dyn FnOnce() -> StoreError + Send>,
}

impl Faults {
    /// No barrier and no fault yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the store calls at its points.
    #[must_use]
    pub fn hook(&self) -> Hook {
        let faults = self.clone();
        Hook::new(move |point| faults.pass(point))
    }

    /// The next thread that comes to `point` stays there until the answer is released or
    /// dropped. Held twice, the next two threads stay, the first barrier having the first.
    #[must_use]
    pub fn hold(&self, point: &'static str) -> Held {
        check(point);
        let (reached, is_reached) = mpsc::sync_channel(1);
        let (release, released) = mpsc::sync_channel(1);
        let barrier = Barrier { reached, released };
        self.lock()
            .barriers
            .entry(point)
            .or_default()
            .push_back(barrier);
        Held {
            point,
            reached: is_reached,
            release,
        }
    }

    /// The `nth` passing of `point` from now on, counted from 1, fails as something that was
    /// injected.
    pub fn fail(&self, point: &'static str, nth: u64) {
        self.fail_with(point, nth, move || StoreError::Injected(point.to_owned()));
    }

    /// The `nth` passing of `point` from now on, counted from 1, fails like this.
    pub fn fail_with(
        &self,
        point: &'static str,
        nth: u64,
        make: impl FnOnce() -> StoreError + Send + 'static,
    ) {
        check(point);
        let mut plan = self.lock();
        let passing = plan.passed.get(point).copied().unwrap_or(0) + nth;
        plan.faults.push(Fault {
            point,
            passing,
            make: Box::new(make),
        });
    }

    /// How often `point` was passed.
    #[must_use]
    pub fn passed(&self, point: &'static str) -> u64 {
        check(point);
        self.lock().passed.get(point).copied().unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self, point: &'static str) -> Result<(), StoreError> {
        let (barrier, fault) = {
            let mut plan = self.lock();
            let passing = plan.passed.entry(point).or_default();
            *passing += 1;
            let passing = *passing;
            let fault = plan
                .faults
                .iter()
                .position(|fault| fault.point == point && fault.passing == passing);
            let fault = fault.map(|place| plan.faults.swap_remove(place));
            let barrier = plan.barriers.get_mut(point).and_then(VecDeque::pop_front);
            (barrier, fault)
        };
        if let Some(barrier) = barrier {
            // Either end may be gone: a test that stopped caring holds nobody.
            let _ = barrier.reached.send(());
            let _ = barrier.released.recv_timeout(WAIT_MAX);
        }
        match fault {
            Some(fault) => Err((fault.make)()),
            None => Ok(()),
        }
    }
}

fn check(point: &str) {
    assert!(
        WRITE_POINTS.contains(&point),
        "{point} is not a point of a write: {WRITE_POINTS:?}"
    );
}

/// A thread that stays, or will stay, at a point. Dropping it lets the thread go.
#[derive(Debug)]
pub struct Held {
    point: &'static str,
    reached: Receiver<()>,
    release: SyncSender<()>,
}

impl Held {
    /// Waits until a thread stands at the point.
    ///
    /// # Panics
    /// When none comes in a minute.
    pub fn wait(&self) {
        if self.reached.recv_timeout(WAIT_MAX).is_err() {
            panic!("no thread came to {} in {WAIT_MAX:?}", self.point);
        }
    }

    /// Lets the thread go.
    pub fn release(self) {
        // The thread may have been let go by its own bound; then nobody listens.
        let _ = self.release.send(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_passing_fails_and_no_other() {
        let faults = Faults::new();
        assert!(faults.pass("before_commit").is_ok());
        faults.fail("before_commit", 2);
        let outcomes: Vec<bool> = (0..3)
            .map(|_| faults.pass("before_commit").is_ok())
            .collect();
        assert_eq!(outcomes, [true, false, true]);
        assert!(faults.pass("after_commit").is_ok());
        assert_eq!(faults.passed("before_commit"), 4);
    }

    #[test]
    fn a_held_thread_goes_on_when_it_is_let_go() {
        let faults = Faults::new();
        let held = faults.hold("after_lock");
        let (sender, receiver) = mpsc::sync_channel(2);
        std::thread::scope(|scope| {
            let passing = faults.clone();
            scope.spawn(move || {
                passing.pass("after_lock").expect("no fault is planned");
                sender.send("the held one").expect("the test listens");
            });
            held.wait();
            assert!(receiver.try_recv().is_err(), "it stays");
            assert!(faults.pass("after_lock").is_ok(), "the next one passes");
            held.release();
        });
        assert_eq!(receiver.recv(), Ok("the held one"));
    }

    #[test]
    fn a_point_that_is_none_is_refused() {
        let refused = std::panic::catch_unwind(|| Faults::new().fail("somewhere", 1));
        assert!(refused.is_err());
    }
}
