//! A customer's state: what the fold of their facts amounts to.
//!
//! State never depends on *now*; [`view`] does. It holds no balance (that is the ledger's) and
//! nothing personal. Every field has a default, so that documents of older versions are read.

use serde::{Deserialize, Serialize};

use super::evolve::Fold;
use super::observed::Observed;
use crate::settings::Programme;
use crate::time::{Day, Millis};

/// The version of the fold. A state written by another version is refolded from the log.
pub const FOLD_VERSION: u32 = 4;

/// The state of one customer: one document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// What was told from outside, summed up.
    pub observed: Observed,
    /// What Fanous decided and still stands.
    pub decided: Decided,
}

/// What Fanous decided and still stands. A merge or its undoing settles it as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Decided {
    /// Where the customer stands.
    pub standing: Standing,
    /// Customers whom this one brought.
    pub referrals: u32,
    /// Adjustments that a person made by hand.
    pub adjustments: u32,
}

/// Where a customer stands in their life with the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Seen, has not ordered.
    #[default]
    Prospect,
    /// Has ordered on one day.
    New,
    /// Has ordered on more days than one.
    Returning,
    /// Has not ordered for the programme's number of days.
    Lapsed,
    /// Ordered again after having lapsed.
    WonBack,
}

impl Standing {
    /// Every standing, in order.
    pub const ALL: [Self; 5] = [
        Self::Prospect,
        Self::New,
        Self::Returning,
        Self::Lapsed,
        Self::WonBack,
    ];

    /// The word in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prospect => "prospect",
            Self::New => "new",
            Self::Returning => "returning",
            Self::Lapsed => "lapsed",
            Self::WonBack => "won_back",
        }
    }
}

/// A customer as of a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Where the customer stands at that moment, whether or not a wake has told so yet.
    pub standing: Standing,
    /// Whole days since the latest order.
    pub days_since_last_order: Option<i64>,
    /// When this view changes by itself, if it does.
    pub changes_at: Option<Millis>,
}

/// The customer as of `now`.
#[must_use]
pub fn view(state: &State, programme: &Programme, fold: &Fold, now: Millis) -> View {
    let observed = &state.observed;
    let last_ordered = observed.last_order_day();
    let today = fold.day(now);
    let lapsed = last_ordered.is_some_and(|day| has_lapsed(day, programme, today));
    let standing = match last_ordered {
        None => Standing::Prospect,
        Some(_) if lapsed => Standing::Lapsed,
        Some(_) if state.decided.standing == Standing::WonBack => Standing::WonBack,
        Some(_) if observed.order_day_count() == 1 => Standing::New,
        Some(_) => Standing::Returning,
    };
    View {
        standing,
        days_since_last_order: last_ordered.map(|day| i64::from((today.0 - day.0).max(0))),
        changes_at: if lapsed {
            None
        } else {
            lapses_at(state, programme, fold)
        },
    }
}

/// Whether somebody who ordered last on a day counts as lapsed on another. Windows are whole
/// days in the shop's zone.
#[must_use]
pub const fn has_lapsed(last_ordered: Day, programme: &Programme, today: Day) -> bool {
    let days = today.0 as i64 - last_ordered.0 as i64;
    days >= programme.lapse_after_days as i64
}

/// When this customer has to be woken, if ever: the moment at which they count as lapsed, unless
/// that was decided already.
///
/// A customer of whom only history was imported has no decided standing, and so none that could
/// lapse: an import must not tell the outside world of thousands who left years ago. [`view`]
/// shows them as lapsed all the same.
#[must_use]
pub fn next_due(state: &State, programme: &Programme, fold: &Fold) -> Option<Millis> {
    match state.decided.standing {
        Standing::Prospect | Standing::Lapsed => None,
        Standing::New | Standing::Returning | Standing::WonBack => {
            lapses_at(state, programme, fold)
        }
    }
}

/// The first moment of the day on which the customer counts as lapsed.
fn lapses_at(state: &State, programme: &Programme, fold: &Fold) -> Option<Millis> {
    let days = i32::try_from(programme.lapse_after_days).unwrap_or(i32::MAX);
    let last = state.observed.last_order_day()?;
    Some(fold.day_start(Day(last.0.saturating_add(days))))
}
