//! Where a customer and the shop touch: the stages of buying, and what may follow on them.

use serde::{Deserialize, Serialize};

use super::observed::Stage;
use crate::events::Channel;
use crate::time::Millis;

/// A place in the life with the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Touchpoint {
    /// See [`Stage::Visited`]; so for each that has the name of a stage.
    Visited,
    /// Looked at a product.
    Considered,
    /// Put something into the basket.
    Basket,
    /// Began the way to the till.
    Checkout,
    /// Ordered.
    Ordered,
    /// Got what was ordered.
    Received,
    /// Said what they think of it.
    Reviewed,
    /// Complained: wanted help.
    Help,
    /// Got money back.
    Return,
}

impl Touchpoint {
    /// Every touchpoint, in order.
    pub const ALL: [Self; 9] = [
        Self::Visited,
        Self::Considered,
        Self::Basket,
        Self::Checkout,
        Self::Ordered,
        Self::Received,
        Self::Reviewed,
        Self::Help,
        Self::Return,
    ];

    /// The word in tables and answers; that of a stage is the stage's.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Visited => Stage::Visited.word(),
            Self::Considered => Stage::Considered.word(),
            Self::Basket => Stage::Basket.word(),
            Self::Checkout => Stage::Checkout.word(),
            Self::Ordered => Stage::Ordered.word(),
            Self::Received => Stage::Received.word(),
            Self::Reviewed => Stage::Reviewed.word(),
            Self::Help => "help",
            Self::Return => "return",
        }
    }

    /// What goes on from here. Before the order it is every stage nearer to it, because not every
    /// shop tells of each; after it what the shop hopes for: that the order arrives, and that the
    /// customer says something about it or orders again.
    #[must_use]
    pub const fn followed_by(self) -> &'static [Self] {
        const TO_ORDER: [Touchpoint; 4] = [
            Touchpoint::Considered,
            Touchpoint::Basket,
            Touchpoint::Checkout,
            Touchpoint::Ordered,
        ];
        match self {
            Self::Visited => &TO_ORDER,
            Self::Considered => TO_ORDER.split_at(1).1,
            Self::Basket => TO_ORDER.split_at(2).1,
            Self::Checkout | Self::Reviewed | Self::Help | Self::Return => TO_ORDER.split_at(3).1,
            Self::Ordered => &[Self::Received],
            Self::Received => &[Self::Reviewed, Self::Ordered],
        }
    }
}

impl From<Stage> for Touchpoint {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Visited => Self::Visited,
            Stage::Considered => Self::Considered,
            Stage::Basket => Self::Basket,
            Stage::Checkout => Self::Checkout,
            Stage::Ordered => Self::Ordered,
            Stage::Received => Self::Received,
            Stage::Reviewed => Self::Reviewed,
        }
    }
}

/// The latest time at which a customer was at a touchpoint on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Touch {
    /// Where.
    pub touchpoint: Touchpoint,
    /// On which channel.
    pub channel: Channel,
    /// When, in whole seconds since 1970: four bytes hold them until 2106.
    pub at_s: u32,
}

impl Touch {
    /// The touch of a moment; one before 1970 or after 2106 becomes the nearest that is held.
    #[must_use]
    pub fn of(touchpoint: Touchpoint, channel: Channel, at: Millis) -> Self {
        let seconds = at.0.div_euclid(1_000).clamp(0, u32::MAX.into());
        Self {
            touchpoint,
            channel,
            at_s: u32::try_from(seconds).unwrap_or(u32::MAX),
        }
    }
}

/// How long after one of a customer's touches it first went on from there, in seconds; none when
/// it has not. Known is the latest touch at each place, so who came by twice counts from the
/// second time.
#[must_use]
pub fn went_on_after(touch: Touch, touches: &[Touch]) -> Option<u32> {
    let followed_by = touch.touchpoint.followed_by();
    touches
        .iter()
        .filter(|later| followed_by.contains(&later.touchpoint))
        .filter_map(|later| later.at_s.checked_sub(touch.at_s))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_nearer_to_the_order_or_hoped_for_after_it() {
        let touch = |touchpoint, at_s| Touch {
            touchpoint,
            channel: Channel::Web,
            at_s,
        };
        let touches = [
            touch(Touchpoint::Visited, 100),
            touch(Touchpoint::Basket, 160),
            touch(Touchpoint::Checkout, 150),
            touch(Touchpoint::Ordered, 400),
            touch(Touchpoint::Received, 90),
            touch(Touchpoint::Help, 500),
        ];
        let check = |place: usize, expected: Option<u32>| {
            let found = went_on_after(touches[place], &touches);
            assert_eq!(found, expected, "{:?}", touches[place]);
        };
        check(0, Some(50));
        check(1, Some(240));
        check(2, Some(250));
        check(3, None);
        check(4, Some(310));
        check(5, None);
    }

    #[test]
    fn moments_that_four_bytes_do_not_hold_become_the_nearest() {
        let check = |at: i64, at_s: u32| {
            let touch = Touch::of(Touchpoint::Help, Channel::Call, Millis(at));
            assert_eq!(touch.at_s, at_s, "{at}");
        };
        check(1_999, 1);
        check(-1, 0);
        check(i64::MAX, u32::MAX);
    }
}
