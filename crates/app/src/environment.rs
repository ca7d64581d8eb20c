//! Where time and randomness come from. The system's in a server, seeded ones in tests.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Millis;

/// A source of time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Millis;
}

/// A source of randomness, fit for keys in a server.
pub trait Randomness: Send + Sync {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// Time and randomness, handed to every use case.
#[derive(Clone)]
pub struct Environment {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    /// The millisecond of the last id, and how many were made in it before.
    last: Arc<Mutex<(u64, u32)>>,
}

/// Bits of an id that count within its millisecond.
const COUNT_BITS: u32 = 26;

impl Environment {
    /// These sources.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        let last = Arc::default();
        Self {
            clock,
            randomness,
            last,
        }
    }

    /// The machine's own.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemRandomness))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// So many random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes);
        bytes
    }

    /// A new id of any kind, at the present moment. Each is greater than those that this process
    /// made before, also within a millisecond (RFC 9562, 6.2, method 1: a counter in front of the
    /// random bits): rows of one request lie side by side, and rankings in which customers tie
    /// fall the same way whichever writer was quicker.
    #[must_use]
    pub fn id<T>(&self, make: impl FnOnce(u64, &[u8; 10]) -> T) -> T {
        let now = u64::try_from(self.now().0).unwrap_or(0);
        let (millisecond, count) = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = match *last {
                (before, _) if before < now => (now, 0),
                (before, count) if count + 1 < 1 << COUNT_BITS => (before, count + 1),
                (before, _) => (before + 1, 0),
            };
            *last
        };
        let mut random: [u8; 10] = self.random();
        // Four bits beside the version, eight, six beside the variant, eight.
        let [high, upper, lower, low] = [count >> 22, count >> 14, count >> 8, count];
        random[..4].copy_from_slice(&[high, upper, lower, low].map(|bits| (bits & 0xff) as u8));
        random[0] &= 0x0f;
        random[2] &= 0x3f;
        make(millisecond, &random)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::StreamId;

    use super::*;

    #[derive(Debug)]
    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Millis {
            Millis(1_000)
        }
    }

    #[test]
    fn ids_ascend_within_a_millisecond() {
        let environment = Environment::new(Arc::new(Stopped), Arc::new(SystemRandomness));
        let ids: Vec<StreamId> = (0..70_000).map(|_| environment.id(StreamId::new)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
