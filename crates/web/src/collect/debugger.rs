//! What came in lately, by key, and what became of it: held in memory, for whoever connects a
//! tracker and wonders where its events are.
//!
//! Whole requests that were refused stand here too, such as those with a mistyped key: nobody
//! else would see them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use app::events::{DropReason, Verdict};
use domain::events::{Told, ToldError};
use domain::ids::KeyId;
use domain::time::Millis;

use crate::errors::Refusal;
use crate::shared::Shared;

/// So many events of a key are kept, and so many keys.
const EVENTS_MAX: usize = 200;
const KEYS_MAX: usize = 64;
/// So many signs of a key that is none of the shop's are kept: enough to find the mistake, and
/// too few to be a key.
const KEY_SIGNS_MAX: usize = 10;

/// Which key something came with; none when it was none of the shop's.
pub(crate) type Source = Option<KeyId>;

/// One event that came, or one request that was refused whole. Nothing of it names anybody.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) at: Millis,
    /// The name of the event, when it could be read.
    pub(crate) name: String,
    pub(crate) message_id: String,
    /// `accepted`, `waiting`, `duplicate` or `rejected`.
    pub(crate) verdict: &'static str,
    /// The word for why it was rejected, as answers have it; else that of the verdict.
    pub(crate) code: &'static str,
    /// The same as a sentence; empty when it was not rejected.
    pub(crate) reason: String,
    /// The beginning of a key that is none of the shop's.
    pub(crate) said_key: String,
}

impl Seen {
    pub(super) fn of(at: Millis, told: &Result<Told, ToldError>) -> Self {
        let (name, message_id, verdict, code, reason) = match told {
            Ok(Told { event, .. }) => (
                event.behaviour.name().to_owned(),
                event.message_id.clone(),
                "accepted",
                "accepted",
                String::new(),
            ),
            Err(error) => (
                String::new(),
                error.message_id.clone().unwrap_or_default(),
                "rejected",
                error.code,
                error.sentence.clone(),
            ),
        };
        Self {
            at,
            name,
            message_id,
            verdict,
            code,
            reason,
            said_key: String::new(),
        }
    }

    /// A request that was refused whole.
    pub(super) fn refused(at: Millis, said_key: Option<&str>, refusal: &Refusal) -> Self {
        let signs = said_key.unwrap_or_default().chars();
        let signs = signs.filter(|sign| sign.is_ascii_graphic());
        Self {
            at,
            name: String::new(),
            message_id: String::new(),
            verdict: "rejected",
            code: refusal.verdict().code,
            reason: refusal.message(),
            said_key: signs.take(KEY_SIGNS_MAX).collect(),
        }
    }
}

/// With which key a request came, as far as that is known.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(super) source: Source,
    pub(super) said_key: Option<String>,
}

impl Sent {
    /// Notes a request that is refused whole, and hands the refusal on.
    pub(super) fn refused(&self, shared: &Shared, refusal: Refusal) -> Refusal {
        let said = self.said_key.as_deref();
        let said = said.filter(|_| self.source.is_none());
        let seen = Seen::refused(shared.app.now(), said, &refusal);
        shared.debugger.note(self.source, &[seen]);
        refusal
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

/// Which of them somebody wants to see; empty texts ask for nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted<'a> {
    /// A key by its id, or `none` for what came with no key of the shop's.
    pub(crate) key: &'a str,
    pub(crate) verdict: &'a str,
    /// The word for a reason.
    pub(crate) reason: &'a str,
}

impl Wanted<'_> {
    fn has_source(&self, source: Source) -> bool {
        match (self.key, source) {
            ("", _) | ("none", None) => true,
            (wanted, Some(key)) => wanted == key.to_string(),
            (_, None) => false,
        }
    }

    fn has(&self, verdict: &str, code: &str) -> bool {
        (self.verdict.is_empty() || self.verdict == verdict)
            && (self.reason.is_empty() || self.reason == code)
    }
}

/// How often something happened with a key since the server started.
#[derive(Debug, Clone)]
pub(crate) struct Count {
    pub(crate) verdict: &'static str,
    pub(crate) code: &'static str,
    pub(crate) count: u64,
    /// When last.
    pub(crate) at: Millis,
    /// What was said last.
    pub(crate) reason: String,
}

/// What is known of one key.
#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Seen>,
    /// By the word for the reason; those are words of this program, so there are few.
    counts: BTreeMap<&'static str, Count>,
}

/// The newest events of each key.
#[derive(Debug, Default)]
pub(crate) struct Debugger {
    by_key: Mutex<BTreeMap<Source, Kept>>,
}

impl Debugger {
    /// Notes what came with a key, or with none of the shop's.
    pub(super) fn note(&self, source: Source, seen: &[Seen]) {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if !by_key.contains_key(&source) && source.is_some() && by_key.len() >= KEYS_MAX {
            return;
        }
        let kept = by_key.entry(source).or_default();
        for seen in seen {
            let count = kept.counts.entry(seen.code).or_insert_with(|| Count {
                verdict: seen.verdict,
                code: seen.code,
                count: 0,
                at: seen.at,
                reason: String::new(),
            });
            count.count += 1;
            count.at = seen.at;
            count.reason.clone_from(&seen.reason);
        }
        let newest = seen.iter().rev().take(EVENTS_MAX).rev();
        kept.events.extend(newest.cloned());
        let too_many = kept.events.len().saturating_sub(EVENTS_MAX);
        kept.events.drain(..too_many);
    }

    /// What came, the newest first, of all keys together at most as many as are kept of one.
    pub(crate) fn newest(&self, wanted: &Wanted<'_>) -> Vec<(Source, Seen)> {
        let by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest: Vec<(Source, Seen)> = Vec::new();
        for (source, kept) in by_key.iter().filter(|(it, _)| wanted.has_source(**it)) {
            let seen = kept.events.iter().rev();
            let seen = seen.filter(|seen| wanted.has(seen.verdict, seen.code));
            newest.extend(seen.map(|seen| (*source, seen.clone())));
        }
        newest.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.at));
        newest.truncate(EVENTS_MAX);
        newest
    }

    /// How often what happened with the keys that are wanted, the most frequent first; whatever
    /// verdict or reason is wanted.
    pub(crate) fn counts(&self, wanted: &Wanted<'_>) -> Vec<Count> {
        let by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
        let kept = by_key.iter().filter(|(it, _)| wanted.has_source(**it));
        for count in kept.flat_map(|(_, kept)| kept.counts.values()) {
            match counts.get_mut(count.code) {
                None => {
                    counts.insert(count.code, count.clone());
                }
                Some(sum) => {
                    sum.count += count.count;
                    if sum.at < count.at {
                        sum.at = count.at;
                        sum.reason.clone_from(&count.reason);
                    }
                }
            }
        }
        let mut counts: Vec<Count> = counts.into_values().collect();
        counts.sort_by_key(|it| std::cmp::Reverse(it.count));
        counts
    }

    /// The keys with which anything came.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        by_key.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(at: i64, code: &'static str) -> Seen {
        Seen {
            at: Millis(at),
            name: String::new(),
            message_id: at.to_string(),
            verdict: "rejected",
            code,
            reason: format!("{code} at {at}"),
            said_key: String::new(),
        }
    }

    #[test]
    fn counts_outlive_the_events_that_are_kept() {
        let debugger = Debugger::default();
        let key = Some(KeyId::from_bytes([7; 16]));
        for at in 0..300 {
            debugger.note(key, &[rejected(at, "no_type")]);
        }
        debugger.note(None, &[rejected(150, "unknown_key")]);
        let check = |wanted: Wanted<'_>, events: usize, counts: &[(&str, u64)]| {
            assert_eq!(debugger.newest(&wanted).len(), events, "{wanted:?}");
            let found = debugger.counts(&wanted);
            let found: Vec<_> = found.iter().map(|it| (it.code, it.count)).collect();
            assert_eq!(found, counts, "{wanted:?}");
        };
        let all = [("no_type", 300), ("unknown_key", 1)];
        check(Wanted::default(), EVENTS_MAX, &all);
        let none = Wanted {
            key: "none",
            ..Wanted::default()
        };
        check(none, 1, &all[1..]);
        let reason = Wanted {
            reason: "unknown_key",
            ..Wanted::default()
        };
        check(reason, 1, &all);
        let taken = Wanted {
            verdict: "accepted",
            ..Wanted::default()
        };
        check(taken, 0, &all);
        let newest = debugger.newest(&Wanted::default());
        assert_eq!(newest[0].1.at, Millis(299));
        assert_eq!(
            debugger.counts(&Wanted::default())[0].reason,
            "no_type at 299"
        );
    }

    #[test]
    fn of_a_wrong_key_so_much_is_kept_as_finds_the_mistake() {
        let seen = Seen::refused(Millis(1), Some("write_0123456789"), &Refusal::UnknownKey);
        assert_eq!(
            (seen.code, seen.said_key.as_str()),
            ("unknown_key", "write_0123")
        );
    }
}
