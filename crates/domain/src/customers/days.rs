//! A set of days in little room.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Days, each once, in blocks of 32. Who comes every day takes one number a month.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DaySet {
    /// Block numbers, in order, with the days of each as bits.
    blocks: Vec<(i32, u32)>,
}

impl DaySet {
    /// Adds a day; one that is there already changes nothing.
    pub fn insert(&mut self, day: Day) {
        let (block, bit) = (day.0.div_euclid(32), 1 << day.0.rem_euclid(32));
        match self.blocks.last_mut() {
            Some((last, bits)) if *last == block => *bits |= bit,
            _ => match self
                .blocks
                .binary_search_by_key(&block, |(block, _)| *block)
            {
                Ok(place) => self.blocks[place].1 |= bit,
                Err(place) => self.blocks.insert(place, (block, bit)),
            },
        }
    }

    /// How many days there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.blocks.iter().map(|(_, bits)| bits.count_ones()).sum()
    }

    /// The days, in order.
    pub fn iter(&self) -> impl Iterator<Item = Day> + '_ {
        self.blocks.iter().flat_map(|(block, bits)| {
            (0..32)
                .filter(move |bit| bits & (1 << bit) != 0)
                .map(move |bit| Day(block * 32 + bit))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_set(days in prop::collection::vec(-500_i32..500, 0..60)) {
            let mut set = DaySet::default();
            days.iter().for_each(|day| set.insert(Day(*day)));
            let expected: std::collections::BTreeSet<i32> = days.into_iter().collect();
            prop_assert_eq!(set.count() as usize, expected.len());
            prop_assert!(set.iter().map(|day| day.0).eq(expected));
        }
    }
}
