//! How long a door stays shut after wrong tries.
//!
//! Every try counts before it is judged, so that many at once cannot slip through together; a
//! right one empties the bucket. The wait doubles to a cap and is never for ever, and a try that
//! comes while the door is shut neither counts nor makes the wait longer. What a stranger can do
//! to an owner is to keep the bucket of strangers full: browsers in which the owner signed in
//! before have a bucket of their own, and a letter to the owner's address opens the door too.

use crate::time::Millis;

/// What tries are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bucket {
    /// One account, from browsers that were never signed in to it.
    Account,
    /// One account, from one browser that was.
    Device,
    /// One address of the network, for all accounts: many people may share it.
    Address,
    /// Letters that somebody asks for to one account.
    Letters,
}

/// The first wait, and the longest.
const WAIT_MS: i64 = 1_000;
const WAIT_MS_MAX: i64 = 15 * 60 * 1_000;
/// After so long without a try nothing of it is left.
const FORGOTTEN_AFTER_MS: i64 = Millis::DAY;

impl Bucket {
    /// Tries that cost no wait: a person mistypes, an office has many persons.
    const fn free_tries(self) -> u32 {
        match self {
            Self::Account | Self::Device => 4,
            Self::Address => 20,
            Self::Letters => 2,
        }
    }
}

/// What is known of one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Throttle {
    /// Tries since the last right one.
    pub tries: u32,
    /// When the last of them was.
    pub at: Millis,
    /// Until when no other is taken.
    pub shut_until: Millis,
}

impl Throttle {
    /// Counts a try.
    ///
    /// # Errors
    /// Until when the door is shut; the try does not count then.
    pub fn count(self, bucket: Bucket, now: Millis) -> Result<Self, Millis> {
        if now < self.shut_until {
            return Err(self.shut_until);
        }
        let is_forgotten = now.0.saturating_sub(self.at.0) > FORGOTTEN_AFTER_MS;
        let tries = if is_forgotten { 0 } else { self.tries }.saturating_add(1);
        let beyond = tries.saturating_sub(bucket.free_tries());
        let wait_ms = match beyond {
            0 => 0,
            // A shift beyond this one is beyond the cap too.
            beyond => (WAIT_MS << (beyond - 1).min(20)).min(WAIT_MS_MAX),
        };
        Ok(Self {
            tries,
            at: now,
            shut_until: now.plus(wait_ms),
        })
    }

    /// Whether nothing of it matters any more.
    #[must_use]
    pub const fn is_forgotten(self, now: Millis) -> bool {
        now.0.saturating_sub(self.at.0) > FORGOTTEN_AFTER_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_a_cap_and_ends() {
        let mut throttle = Throttle::default();
        let mut now = Millis(1_000_000);
        let mut waits = Vec::new();
        for _ in 0..20 {
            throttle = throttle
                .count(Bucket::Account, now)
                .expect("the door is open");
            let wait = throttle.shut_until.0 - now.0;
            waits.push(wait / 1_000);
            if wait > 0 {
                let shut = throttle.count(Bucket::Account, now.plus(wait - 1));
                assert_eq!(shut, Err(throttle.shut_until), "a try while it is shut");
            }
            now = throttle.shut_until;
        }
        assert_eq!(waits[..8], [0, 0, 0, 0, 1, 2, 4, 8]);
        assert!(waits[14..].iter().all(|wait| *wait == 900), "{waits:?}");
        let later = now.plus(FORGOTTEN_AFTER_MS + 1);
        let fresh = throttle.count(Bucket::Account, later).expect("open");
        assert_eq!(fresh.tries, 1);
    }

    #[test]
    fn an_office_behind_one_address_has_more_tries() {
        let mut throttle = Throttle::default();
        for _ in 0..20 {
            throttle = throttle.count(Bucket::Address, Millis(5)).expect("open");
        }
        assert_eq!(throttle.shut_until, Millis(5));
        let next = throttle.count(Bucket::Address, Millis(5)).expect("open");
        assert!(next.shut_until > Millis(5));
    }
}
