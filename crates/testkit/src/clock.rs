//! A clock that stands still until a test moves it, so that no test sleeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::environment::Clock;
use domain::time::Millis;

/// A clock in the test's hand. Clones show the same time, on every thread.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// A clock that shows `start` and stands still.
    #[must_use]
    pub fn new(start: Millis) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    /// Moves the clock by so many milliseconds and returns what it shows then. A negative number
    /// turns it back, as the clocks of real machines sometimes are.
    pub fn advance(&self, milliseconds: i64) -> Millis {
        Millis(self.0.fetch_add(milliseconds, Ordering::SeqCst) + milliseconds)
    }

    /// Sets the clock, forwards or back.
    pub fn set(&self, now: Millis) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Millis {
        Self::now(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_time_on_every_thread() {
        let clock = FakeClock::new(Millis(1_000));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let clock = clock.clone();
                std::thread::spawn(move || (0..250).map(|_| clock.advance(2)).max())
            })
            .collect();
        for thread in threads {
            thread.join().expect("advancing a clock does not panic");
        }
        assert_eq!(clock.now(), Millis(3_000));
        clock.set(Millis(5));
        assert_eq!(clock.advance(-2), Millis(3));
    }
}
