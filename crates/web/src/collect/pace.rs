//! How fast anybody may send: each key, and under a public key each browser.
//!
//! A page with a mistake in it can tell the same a thousand times a second. It is asked to come
//! again later, as trackers understand it, and everybody else is served.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use domain::customers::Identity;
use domain::ids::KeyId;
use domain::time::Millis;

use crate::errors::Refusal;

/// The most senders that are remembered; above it those are forgotten who may send as if they had
/// never come.
const SENDERS_MAX: usize = 65_536;

/// A rate: so much in the long run, and so much at once.
#[derive(Debug, Clone, Copy)]
struct Rate {
    per_second: u32,
    at_once: u32,
}

/// Requests under one key. The figure of others, 1,000 a second, is advice to whole companies;
/// this one only keeps a storm out.
const REQUESTS_OF_KEY: Rate = Rate {
    per_second: 5_000,
    at_once: 10_000,
};
/// Events of one browser: what one that was long without a network sends at once is far below.
const EVENTS_OF_BROWSER: Rate = Rate {
    per_second: 50,
    at_once: 2_500,
};

/// Who has sent how much lately, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    // A sender is remembered by a hash of its name: no name has to be kept, and of two senders
    // who share one neither comes to more harm than being asked to wait.
    paid_until: Mutex<BTreeMap<u64, u64>>,
    hash: RandomState,
}

impl Pace {
    /// Counts a request of a key.
    ///
    /// # Errors
    /// [`Refusal::TooFast`] with the seconds after which it may come again.
    pub(super) fn request(&self, key: KeyId, now: Millis) -> Result<(), Refusal> {
        self.take(self.hash.hash_one(key), REQUESTS_OF_KEY, 1, now)
    }

    /// Counts events of a browser.
    ///
    /// # Errors
    /// As of [`Pace::request`].
    pub(super) fn events(
        &self,
        browser: &Identity,
        number: usize,
        now: Millis,
    ) -> Result<(), Refusal> {
        let name = (browser.namespace, browser.value());
        self.take(self.hash.hash_one(name), EVENTS_OF_BROWSER, number, now)
    }

    /// Each takes some time of the sender's: who has paid for more than may be had at once waits.
    /// What is refused costs nothing.
    fn take(&self, sender: u64, rate: Rate, number: usize, now: Millis) -> Result<(), Refusal> {
        let one_us = 1_000_000 / u64::from(rate.per_second);
        let credit_us = one_us * u64::from(rate.at_once);
        let now_us = u64::try_from(now.0).unwrap_or(0).saturating_mul(1_000);
        let cost_us = one_us.saturating_mul(number as u64);
        let mut paid_until = self
            .paid_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if paid_until.len() >= SENDERS_MAX {
            paid_until.retain(|_, paid_us| *paid_us > now_us);
        }
        if paid_until.len() >= SENDERS_MAX {
            // Everybody remembered is in the middle of sending. Newcomers go uncounted.
            return Ok(());
        }
        let paid_us = paid_until
            .get(&sender)
            .map_or(now_us, |paid| now_us.max(*paid));
        // More than may ever be had at once passes when nothing was sent before.
        let wait_us = (paid_us + cost_us.min(credit_us)).saturating_sub(now_us + credit_us);
        if wait_us > 0 {
            return Err(Refusal::TooFast(wait_us.div_ceil(1_000_000)));
        }
        paid_until.insert(sender, paid_us + cost_us);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::customers::Namespace;

    use super::*;

    fn browser(name: &str) -> Identity {
        Identity::new(Namespace::AnonymousId, name).expect("an identity")
    }

    /// The seconds to wait, after each of these numbers of events at these milliseconds.
    fn check(told: &[(i64, usize)], expected: &[Option<u64>]) {
        let pace = Pace::default();
        let waits: Vec<Option<u64>> = told
            .iter()
            .map(
                |(at, number)| match pace.events(&browser("a"), *number, Millis(*at)) {
                    Err(Refusal::TooFast(seconds)) => Some(seconds),
                    _ => None,
                },
            )
            .collect();
        assert_eq!(waits, expected, "{told:?}");
        // Somebody else is not held up.
        let other = pace.events(&browser("b"), 1, Millis(told[0].0));
        assert!(other.is_ok());
    }

    #[test]
    fn who_sends_much_at_once_pays_for_it_later() {
        check(
            &[(0, 2_500), (0, 1), (19, 1), (20, 1)],
            &[None, Some(1), Some(1), None],
        );
        check(&[(0, 2_000), (0, 501), (0, 500)], &[None, Some(1), None]);
        check(
            &[(0, 2_500), (0, 2_500), (50_000, 2_500)],
            &[None, Some(50), None],
        );
        // A batch that is larger than what may be had at once is not refused for ever.
        check(
            &[(0, 4_000), (10_000, 1), (31_000, 1)],
            &[None, Some(21), None],
        );
        check(&[(7, 1); 50], &[None; 50]);
    }

    #[test]
    fn as_many_as_are_remembered_and_no_more() {
        let pace = Pace::default();
        for number in 0..SENDERS_MAX + 10 {
            let name = number.to_string();
            assert!(pace.events(&browser(&name), 1, Millis(0)).is_ok(), "{name}");
        }
        let remembered = || pace.paid_until.lock().expect("nobody panicked").len();
        assert_eq!(remembered(), SENDERS_MAX);
        assert!(pace.events(&browser("later"), 1, Millis(1_000)).is_ok());
        assert_eq!(remembered(), 1);
    }
}
