//! What kinds of things a customer cares for, fading with time.
//!
//! A fold may use no `exp` and no `powf`, since every machine is to fold alike; and what it keeps
//! may not depend on the order of arrival, so it cannot keep a sum that was rounded down on the
//! way. So it keeps whole weights by span of 32 days, and the fading is computed when it is asked
//! for, from a table of halves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Days in a span; within one nothing fades.
const SPAN_DAYS: i32 = 32;
/// Spans after which an interest is half as strong: 96 days.
const HALF_LIFE_SPANS: i32 = 3;
/// Spans that are kept behind the newest one: with 768 days 1/256 is left, and then nothing.
const SPANS_MAX: i32 = 24;
/// 2^16 · 2^(−n/3) for n = 0, 1, 2: what is left of a weight after a part of the half-life.
const FADED: [i64; 3] = [65_536, 52_016, 41_285];

/// The weight of an ordered line.
pub(super) const ORDERED: u32 = 4;
/// The weight of something put into the basket.
pub(super) const ADDED: u32 = 2;
/// The weight of a product that was looked at.
pub(super) const VIEWED: u32 = 1;

/// Weights by category and span of 32 days.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Interests {
    /// At most as many as the catalogue has categories.
    categories: BTreeMap<String, BTreeMap<i32, u32>>,
}

impl Interests {
    /// Adds a weight to a category. Spans too far behind the newest one are dropped, whichever
    /// comes first.
    pub(super) fn add(&mut self, category: &str, day: Day, weight: u32) {
        let span = day.0.div_euclid(SPAN_DAYS);
        let newest = self.newest().map_or(span, |newest| newest.max(span));
        let oldest = newest - SPANS_MAX;
        if span >= oldest {
            let spans = match self.categories.get_mut(category) {
                Some(spans) => spans,
                None => self.categories.entry(category.to_owned()).or_default(),
            };
            let sum = spans.entry(span).or_default();
            *sum = sum.saturating_add(weight);
        }
        if newest == span {
            self.categories.retain(|_, spans| {
                spans.retain(|span, _| *span >= oldest);
                !spans.is_empty()
            });
        }
    }

    fn newest(&self) -> Option<i32> {
        let newest = self
            .categories
            .values()
            .filter_map(|spans| spans.keys().next_back());
        newest.max().copied()
    }

    /// How strong each interest is as of the newest one, the strongest first and those of the
    /// same strength by name; in 65,536ths of a weight.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&str, i64)> {
        let newest = self.newest().unwrap_or(0);
        let mut ranked: Vec<(&str, i64)> = self
            .categories
            .iter()
            .map(|(category, spans)| {
                let strength = spans
                    .iter()
                    .map(|(span, weight)| i64::from(*weight) * faded(newest - span))
                    .sum();
                (category.as_str(), strength)
            })
            .collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        ranked
    }
}

/// What is left of 65,536 after so many spans.
fn faded(spans: i32) -> i64 {
    let part = usize::try_from(spans % HALF_LIFE_SPANS).unwrap_or(0);
    FADED[part] >> (spans / HALF_LIFE_SPANS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_interest_is_half_as_strong_after_96_days() {
        let mut interests = Interests::default();
        interests.add("coffee", Day(0), ORDERED);
        interests.add("clothes", Day(96), ORDERED);
        let expected = [("clothes", 4 * 65_536), ("coffee", 2 * 65_536)];
        assert_eq!(interests.ranked(), expected);
        interests.add("clothes", Day(96 + 10 * 96), VIEWED);
        assert_eq!(
            interests.ranked(),
            [("clothes", 65_536)],
            "the old ones are gone"
        );
    }

    #[test]
    fn the_table_holds_powers_of_one_half() {
        for (part, faded) in FADED.into_iter().enumerate() {
            // The table says what this gives on a machine that rounds well.
            let exact = 65_536.0 * 0.5_f64.powf(part as f64 / 3.0);
            assert!(
                (faded as f64 - exact).abs() <= 1.0,
                "{part}: {faded} {exact}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter(
            told in prop::collection::vec((0_usize..3, 0_i32..2_000, 1_u32..5), 0..30),
        ) {
            let names = ["coffee", "clothes", "books"];
            let fold = |told: &[(usize, i32, u32)]| {
                let mut interests = Interests::default();
                for (name, day, weight) in told {
                    interests.add(names[*name], Day(*day), *weight);
                }
                interests
            };
            let mut turned = told.clone();
            turned.reverse();
            prop_assert_eq!(fold(&told), fold(&turned));
            turned.sort_unstable();
            prop_assert_eq!(fold(&told), fold(&turned));
        }
    }
}
