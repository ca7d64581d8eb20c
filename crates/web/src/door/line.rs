//! A line of those who hold something and do nothing with it, in the order in which they began.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Who stands, and who of them goes first when room is needed.
#[derive(Default)]
pub(super) struct Line {
    standing: Mutex<Standing>,
}

#[derive(Default)]
struct Standing {
    next: u64,
    by_turn: BTreeMap<u64, Arc<Notify>>,
    /// How many were to go when nobody stood.
    awaited: usize,
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands at the end of the line until the turn is dropped. `leave` is told when it is time to
    /// go.
    pub(super) fn stand(self: &Arc<Self>, leave: &Arc<Notify>) -> Turn {
        let mut standing = self.lock();
        let number = standing.next;
        standing.next += 1;
        standing.by_turn.insert(number, Arc::clone(leave));
        Turn {
            line: Arc::clone(self),
            number,
        }
    }

    /// Tells whoever has stood longest to go; whether there was anybody.
    pub(super) fn send_away_longest(&self) -> bool {
        let longest = self.lock().by_turn.pop_first();
        longest.map(|(_, leave)| leave.notify_one()).is_some()
    }

    /// The same; and if nobody stands, the next one who wants to stand again is to go.
    pub(super) fn send_away_one(&self) {
        if !self.send_away_longest() {
            self.lock().awaited += 1;
        }
    }

    /// Whether somebody who wants to stand again is to go instead.
    pub(super) fn is_awaited(&self) -> bool {
        let mut standing = self.lock();
        let is_awaited = standing.awaited > 0;
        standing.awaited -= usize::from(is_awaited);
        is_awaited
    }
}

/// A place in the line.
pub(super) struct Turn {
    line: Arc<Line>,
    number: u64,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.line.lock().by_turn.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_stood_longest_goes_first_and_whoever_left_is_not_asked() {
        let line = Arc::new(Line::default());
        let leaves: Vec<_> = (0..4).map(|_| Arc::new(Notify::new())).collect();
        let mut turns: Vec<_> = leaves.iter().map(|leave| line.stand(leave)).collect();
        drop(turns.remove(1));
        let left = || line.lock().by_turn.keys().copied().collect::<Vec<_>>();
        assert!(line.send_away_longest());
        assert_eq!(left(), [2, 3]);
        // Who stands again stands behind all others.
        turns.push(line.stand(&leaves[0]));
        assert_eq!(left(), [2, 3, 4]);
        drop(turns);
        assert!(!line.send_away_longest());
        assert!(!line.is_awaited());
        line.send_away_one();
        assert!(line.is_awaited() && !line.is_awaited());
    }
}
