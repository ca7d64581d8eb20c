//! A customer's state: what the fold of their facts amounts to.
//!
//! State never depends on *now*; [`view`] does. It holds no balance (that is the ledger's) and
//! nothing personal. Every field has a default, so that documents of older versions are read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::events::Channel;
use crate::ids::StreamId;
use crate::money::Currency;
use crate::settings::Programme;
use crate::time::{Day, Millis, Month};

/// The version of the fold. A state written by another version is refolded from the log.
pub const FOLD_VERSION: u32 = 1;

/// The state of one customer: one document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// What was told from outside, summed up.
    pub observed: Observed,
    /// What Fanous decided and still stands.
    pub decided: Decided,
}

/// What was told from outside. Every field is declared *by time of event*: the order in which
/// the facts arrived does not show in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Observed {
    /// How many observed facts were folded.
    pub facts: u64,
    /// The earliest sign of life.
    pub first_seen_at: Option<Millis>,
    /// The latest sign of life.
    pub last_seen_at: Option<Millis>,
    /// The earliest order.
    pub first_ordered_at: Option<Millis>,
    /// The latest order.
    pub last_ordered_at: Option<Millis>,
    /// Days with an order, in the shop's zone, in order and each once.
    pub order_days: Vec<Day>,
    /// Months with an order, in the shop's calendar, in order and each once.
    pub order_months: Vec<Month>,
    /// Sums by currency.
    pub sales: BTreeMap<Currency, Sales>,
    /// The same customer by channel.
    pub channels: BTreeMap<Channel, ChannelFigures>,
    /// Visits begun.
    pub visits: u32,
    /// Deliveries told of.
    pub deliveries: u32,
    /// Deliveries after the promised time.
    pub deliveries_late: u32,
    /// Complaints made.
    pub complaints: u32,
    /// Refunds received.
    pub refunds: u32,
    /// The customers who brought this one; a set, because streams that were merged may each say.
    pub referred_by: Vec<StreamId>,
    /// Where the latest order went, as the shop writes it, with the time of that order.
    pub country: Option<(Millis, String)>,
}

/// Sums of one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sales {
    /// Orders of more than nothing.
    pub orders: u32,
    /// Units of products ordered.
    pub items: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Products as ordered.
    pub product_gross: i64,
    /// Products that went back.
    pub product_refunds: i64,
}

impl Sales {
    /// Gross less refunds.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.gross - self.refunds
    }

    /// Net without postage, fees, samples, vouchers and adjustments.
    #[must_use]
    pub const fn product(&self) -> i64 {
        self.product_gross - self.product_refunds
    }
}

/// What a customer did on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelFigures {
    /// Facts of any kind.
    pub facts: u32,
    /// Orders of more than nothing.
    pub orders: u32,
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
pub fn view(state: &State, programme: &Programme, now: Millis) -> View {
    let observed = &state.observed;
    let lapsed = lapses_at(state, programme).is_some_and(|at| at <= now);
    let standing = if lapsed {
        Standing::Lapsed
    } else if observed.order_days.is_empty() {
        Standing::Prospect
    } else {
        match state.decided.standing {
            Standing::WonBack => Standing::WonBack,
            _ if observed.order_days.len() == 1 => Standing::New,
            _ => Standing::Returning,
        }
    };
    View {
        standing,
        days_since_last_order: observed
            .last_ordered_at
            .map(|at| (now.0 - at.0).div_euclid(Millis::DAY).max(0)),
        changes_at: if lapsed {
            None
        } else {
            lapses_at(state, programme)
        },
    }
}

/// When this customer has to be woken, if ever: the moment at which they count as lapsed, unless
/// that was decided already.
///
/// A customer of whom only history was imported has no decided standing, and so none that could
/// lapse: an import must not tell the outside world of thousands who left years ago. [`view`]
/// shows them as lapsed all the same.
#[must_use]
pub fn next_due(state: &State, programme: &Programme) -> Option<Millis> {
    match state.decided.standing {
        Standing::Prospect | Standing::Lapsed => None,
        Standing::New | Standing::Returning | Standing::WonBack => lapses_at(state, programme),
    }
}

fn lapses_at(state: &State, programme: &Programme) -> Option<Millis> {
    let days = i64::from(programme.lapse_after_days);
    state
        .observed
        .last_ordered_at
        .map(|at| at.plus(days * Millis::DAY))
}
