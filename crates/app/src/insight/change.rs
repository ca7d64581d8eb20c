//! Whether the newest buyers come back more or less than those before them.

use science::proportion::{difference, wilson};
use serde::Serialize;

use super::time_to::UNKNOWN_DAY;

/// Days within which a second order counts.
const WITHIN_DAYS: u32 = 90;
/// The newest are those of so many days, and they stand against those of a year before.
const NEWEST_DAYS: u32 = 90;
const YEAR_DAYS: u32 = 365;
/// The fewest buyers of whom a share is told.
const BUYERS_MIN: i64 = 30;

/// The share of the newest buyers who ordered again soon, against that of those before them. All
/// of them were watched for as long as it takes, so these are plain shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Days within which they ordered again.
    pub within_days: u32,
    /// The newest: their first order lies within so many days before the last day that can be
    /// judged.
    pub newest_days: u32,
    /// How many the newest are.
    pub newest: i64,
    /// Their share.
    pub newest_share: f64,
    /// Buyers whose first order lies in the year before that.
    pub before: i64,
    /// Their share.
    pub before_share: f64,
    /// The first share less the second.
    pub difference: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end of its 95 % interval.
    pub high: f64,
}

/// Compares the newest buyers with those before; `orders` holds the days of the first and of the
/// second order. None when either are too few.
pub(super) fn change_of(orders: &[(u32, u32)], today: u32) -> Option<Change> {
    let (mut newest, mut before) = ((0_i64, 0_i64), (0_i64, 0_i64));
    for (first, second) in orders {
        let ago = today.checked_sub(*first);
        let Some(ago) = ago.and_then(|ago| ago.checked_sub(WITHIN_DAYS)) else {
            // Not known, or not watched for long enough.
            continue;
        };
        let group = match ago {
            0..NEWEST_DAYS => &mut newest,
            _ if ago < NEWEST_DAYS + YEAR_DAYS => &mut before,
            _ => continue,
        };
        group.1 += 1;
        let is_back = *second != UNKNOWN_DAY && second.saturating_sub(*first) <= WITHIN_DAYS;
        group.0 += i64::from(is_back);
    }
    if newest.1.min(before.1) < BUYERS_MIN {
        return None;
    }
    let difference = difference(newest, before)?;
    Some(Change {
        within_days: WITHIN_DAYS,
        newest_days: NEWEST_DAYS,
        newest: newest.1,
        newest_share: wilson(newest.0, newest.1)?.estimate,
        before: before.1,
        before_share: wilson(before.0, before.1)?.estimate,
        difference: difference.estimate,
        low: difference.low,
        high: difference.high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_was_watched_for_long_enough_is_compared() {
        // Forty of whom each second came back after 90 days, thirty of whom nobody did, and some
        // who came too lately, too early, or never.
        let newest = (0..40).map(|at| (900, if at % 2 == 0 { 990 } else { 991 }));
        let before = (0..30).map(|_| (600, UNKNOWN_DAY));
        let others = [(911, 912), (400, 401), (UNKNOWN_DAY, UNKNOWN_DAY)];
        let all: Vec<_> = newest.chain(before).chain(others).collect();
        let change = change_of(&all, 1_000).expect("enough of both");
        assert_eq!((change.newest, change.before), (40, 30));
        assert!((change.newest_share - 0.5).abs() < 1e-12, "{change:?}");
        assert!(change.low > 0.3 && change.high < 0.7, "{change:?}");
        assert_eq!(change_of(&all[..69], 1_000), None, "29 are too few");
    }
}
