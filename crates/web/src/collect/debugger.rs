//! What came in lately, by key, and what became of it: held in memory, for whoever connects a
//! tracker and wonders where its events are.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use app::events::{DropReason, Verdict};
use domain::events::{Told, ToldError};
use domain::ids::KeyId;
use domain::time::Millis;

/// So many events of a key are kept, and so many keys.
const EVENTS_MAX: usize = 200;
const KEYS_MAX: usize = 64;

/// One event that came. Nothing of it names anybody.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) at: Millis,
    /// The name of the event, when it could be read.
    pub(crate) name: String,
    pub(crate) message_id: String,
    /// `accepted`, `waiting`, `duplicate` or `rejected`.
    pub(crate) verdict: &'static str,
    /// Why it was rejected.
    pub(crate) reason: String,
}

impl Seen {
    pub(super) fn of(at: Millis, told: &Result<Told, ToldError>) -> Self {
        match told {
            Ok(Told { event, .. }) => Self {
                at,
                name: event.behaviour.name().to_owned(),
                message_id: event.message_id.clone(),
                verdict: "accepted",
                reason: String::new(),
            },
            Err(error) => Self {
                at,
                name: String::new(),
                message_id: error.message_id.clone().unwrap_or_default(),
                verdict: "rejected",
                reason: error.sentence.clone(),
            },
        }
    }
}

pub(super) const fn word_of(verdict: Result<&Verdict, &DropReason>) -> &'static str {
    match verdict {
        Ok(Verdict::Accepted { .. }) => "accepted",
        Ok(Verdict::Waiting) => "waiting",
        Ok(Verdict::Duplicate) => "duplicate",
        Ok(Verdict::Refused(_) | Verdict::Erased | Verdict::Counted(_)) | Err(_) => "rejected",
    }
}

/// The newest events of each key.
#[derive(Debug, Default)]
pub(crate) struct Debugger {
    by_key: Mutex<BTreeMap<KeyId, VecDeque<Seen>>>,
}

impl Debugger {
    /// Notes what came with a key.
    pub(super) fn note(&self, key: KeyId, seen: &[Seen]) {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if !by_key.contains_key(&key) && by_key.len() >= KEYS_MAX {
            return;
        }
        let events = by_key.entry(key).or_default();
        events.extend(seen.iter().rev().take(EVENTS_MAX).rev().cloned());
        let too_many = events.len().saturating_sub(EVENTS_MAX);
        events.drain(..too_many);
    }

    /// What came with each key, the newest first.
    pub(crate) fn newest(&self) -> Vec<(KeyId, Vec<Seen>)> {
        let by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = |events: &VecDeque<Seen>| events.iter().rev().cloned().collect();
        by_key
            .iter()
            .map(|(key, events)| (*key, newest(events)))
            .collect()
    }
}
