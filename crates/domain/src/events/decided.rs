//! What Fanous itself decides and says.

use serde::{Deserialize, Serialize};

use crate::customers::{Decided, Standing};
use crate::ids::{MergeId, PostingId, StreamId};

/// The customer's standing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingChanged {
    /// The standing before.
    pub from: Standing,
    /// The standing from now on.
    pub to: Standing,
    /// The version of the programme that decided it.
    pub programme: u64,
}

/// What stands decided after a merge or its undoing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The edge that caused it.
    pub merge: MergeId,
    /// Whether the edge was undone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
    /// The whole of what is decided from now on.
    pub decided: Decided,
}

/// Somebody whom this customer referred has joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralCredited {
    /// The customer who joined.
    pub joined: StreamId,
}

/// A person moved points by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsAdjusted {
    /// The posting that moved them.
    pub posting: PostingId,
    /// The unit, such as `POINT:club`.
    pub unit: String,
    /// How many; negative when taken.
    pub amount: i64,
}
