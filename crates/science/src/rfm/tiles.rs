//! Bands of even size over integers. Only the cuts between the bands are looked for, so a million
//! rows are counted a few times and never sorted.

use super::{Scores, together};
use crate::verdict::{Verdict, same_length};

/// A level of the search counts into at most 2¹⁴ buckets: their counts stay in the cache of one
/// core, and five levels reach through all 64 bits.
const BUCKET_BITS: u32 = 14;

/// Values this few are sorted at once; counting them into buckets would cost more.
const SORTED_AT_ONCE: usize = 2048;

/// No bucket of interest; there are at most 254 of them, for as many cuts between 255 bands.
const NO_SLOT: u8 = u8::MAX;

/// Scores by rank of integers: ceil(bands·rank/n) with rank by (value, row), so ties are ranked in
/// the order of the rows. The smallest value scores 1. The same as [`super::rank_scores`] gives.
///
/// # Errors
/// [`Verdict::Empty`]; [`Verdict::BadOption`] when `bands` is 0.
pub fn tiles(values: &[i64], bands: u8) -> Result<Vec<u8>, Verdict> {
    tiles_of(values, bands)
}

/// [`tiles`] of a column of days or counts.
///
/// # Errors
/// [`Verdict::Empty`]; [`Verdict::BadOption`] when `bands` is 0.
pub fn tiles_u32(values: &[u32], bands: u8) -> Result<Vec<u8>, Verdict> {
    tiles_of(values, bands)
}

/// The scores of [`super::rank_scores`] from columns, one row per buyer: the number of the day of
/// the last purchase, orders, and money in minor units. Ranking by the day of the last purchase is
/// ranking by recency, whatever day it is now. Runs on the rayon pool that it is called in; the
/// answer does not depend on it.
///
/// # Errors
/// [`Verdict::UnequalLengths`], [`Verdict::Empty`], [`Verdict::BadOption`] when `bands` is 0.
pub fn rank_scores_of(
    last_days: &[u32],
    orders: &[u32],
    money: &[i64],
    bands: u8,
) -> Result<Vec<Scores>, Verdict> {
    same_length(last_days.len(), orders.len())?;
    same_length(last_days.len(), money.len())?;
    // Orders take longest, because so many buyers tie: on two cores the others share the second.
    let (frequency, (money, recency)) = rayon::join(
        || tiles_of(orders, bands),
        || rayon::join(|| tiles_of(money, bands), || tiles_of(last_days, bands)),
    );
    Ok(together(&recency?, &frequency?, &money?))
}

/// An integer of a column, told by its distance from a smaller one.
trait Whole: Copy + Ord + Sync {
    /// `self` less `least`, which is not above it.
    fn above(self, least: Self) -> u64;
    /// The integer `distance` above, which is one of the column.
    fn raised(self, distance: u64) -> Self;
}

impl Whole for u32 {
    fn above(self, least: Self) -> u64 {
        u64::from(self - least)
    }

    fn raised(self, distance: u64) -> Self {
        self + Self::try_from(distance).expect("the sum is in the column")
    }
}

impl Whole for i64 {
    fn above(self, least: Self) -> u64 {
        // The true difference fits u64, so that of the bits is the same.
        self.wrapping_sub(least).cast_unsigned()
    }

    fn raised(self, distance: u64) -> Self {
        self.wrapping_add_unsigned(distance)
    }
}

/// The last row of a band: the row that is `ties`-th of those with `value`, from 1.
struct Cut<T> {
    value: T,
    ties: usize,
}

fn tiles_of<T: Whole>(values: &[T], bands: u8) -> Result<Vec<u8>, Verdict> {
    if values.is_empty() {
        return Err(Verdict::Empty);
    }
    if bands == 0 {
        return Err(Verdict::BadOption {
            rule: "there is at least one band",
        });
    }
    // ceil(bands·rank/n) ≤ band exactly when rank ≤ floor(band·n/bands).
    let last_ranks = (1..usize::from(bands)).map(|band| band * values.len() / usize::from(bands));
    // With fewer rows than bands, the lowest bands end before the first row.
    let (empty, held): (Vec<usize>, Vec<usize>) = last_ranks.partition(|&rank| rank == 0);
    let mut cuts = Vec::with_capacity(held.len());
    select(values, &held, &mut cuts);
    // How many rows of the value of a cut were seen, and the cuts they have passed; kept at the
    // first cut of the value.
    let mut ties: Vec<(usize, usize)> = (0..cuts.len()).map(|cut| (0, cut)).collect();
    let score = |&value: &T| {
        let first = cuts.partition_point(|cut| cut.value < value);
        let mut passed = first;
        if cuts.get(first).is_some_and(|cut| cut.value == value) {
            let (seen, reached) = &mut ties[first];
            *seen += 1;
            let behind = |cut: &Cut<T>| cut.value == value && cut.ties < *seen;
            while cuts.get(*reached).is_some_and(behind) {
                *reached += 1;
            }
            passed = *reached;
        }
        u8::try_from(empty.len() + passed + 1).expect("there are fewer cuts than bands")
    };
    Ok(values.iter().map(score).collect())
}

/// Appends the cuts at `ranks` (ascending, from 1) among the values.
fn select<T: Whole>(values: &[T], ranks: &[usize], cuts: &mut Vec<Cut<T>>) {
    if values.len() <= SORTED_AT_ONCE {
        return select_sorted(values.to_vec(), ranks, cuts);
    }
    let (mut least, mut most) = (values[0], values[0]);
    for &value in values {
        least = least.min(value);
        most = most.max(value);
    }
    let width = u64::BITS - most.above(least).leading_zeros();
    let shift = width.saturating_sub(BUCKET_BITS);
    // Below 2¹⁴, so no cast loses anything.
    let bucket = |value: T| (value.above(least) >> shift) as usize;
    let mut counts = vec![0_usize; bucket(most) + 1];
    for &value in values {
        counts[bucket(value)] += 1;
    }
    let groups = grouped(&counts, ranks);
    if shift == 0 {
        for group in groups {
            let value = least.raised(group.bucket as u64);
            cuts.extend(group.ranks.into_iter().map(|ties| Cut { value, ties }));
        }
        return;
    }
    let mut slots = vec![NO_SLOT; counts.len()];
    let mut held: Vec<Vec<T>> = Vec::with_capacity(groups.len());
    for group in &groups {
        slots[group.bucket] = u8::try_from(held.len()).expect("at most 254 cuts");
        held.push(Vec::with_capacity(counts[group.bucket]));
    }
    for &value in values {
        let slot = slots[bucket(value)];
        if slot != NO_SLOT {
            held[usize::from(slot)].push(value);
        }
    }
    for (group, held) in groups.iter().zip(held) {
        select(&held, &group.ranks, cuts);
    }
}

fn select_sorted<T: Whole>(mut values: Vec<T>, ranks: &[usize], cuts: &mut Vec<Cut<T>>) {
    values.sort_unstable();
    cuts.extend(ranks.iter().map(|&rank| {
        let value = values[rank - 1];
        let below = values.partition_point(|&other| other < value);
        Cut {
            value,
            ties: rank - below,
        }
    }));
}

/// A bucket in which ranks lie, with the ranks counted within it.
struct Group {
    bucket: usize,
    ranks: Vec<usize>,
}

fn grouped(counts: &[usize], ranks: &[usize]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut rest = ranks;
    let mut before = 0;
    for (bucket, &count) in counts.iter().enumerate() {
        let (here, later) = rest.split_at(rest.partition_point(|&rank| rank <= before + count));
        if !here.is_empty() {
            let ranks = here.iter().map(|rank| rank - before).collect();
            groups.push(Group { bucket, ranks });
        }
        rest = later;
        before += count;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfm::{Buyer, rank_scores};
    use proptest::prelude::*;

    /// The definition, by a stable sort.
    fn sorted_tiles(values: &[i64], bands: u8) -> Vec<u8> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|&row| values[row]);
        let mut scores = vec![0; values.len()];
        for (before, row) in order.into_iter().enumerate() {
            let score = ((before + 1) * usize::from(bands)).div_ceil(values.len());
            scores[row] = u8::try_from(score).expect("a band");
        }
        scores
    }

    /// Integers of every size without a generator of chance: the steps of splitmix64.
    fn scattered(count: usize, shape: impl Fn(u64) -> i64) -> Vec<i64> {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            shape(mixed ^ (mixed >> 31))
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn long_columns_of_every_shape_are_cut_as_by_sorting() {
        type Shape = fn(u64) -> i64;
        let shapes: [(&str, Shape); 6] = [
            ("all bits", |bits| bits.cast_signed()),
            ("few values", |bits| (bits % 3).cast_signed() - 1),
            ("one value", |_| i64::MIN),
            ("the two ends", |bits| {
                if bits % 2 == 0 { i64::MIN } else { i64::MAX }
            }),
            ("skewed", |bits| {
                (bits >> 32 >> (bits % 32)).cast_signed() * 100
            }),
            ("one giant", |bits| {
                if bits % 9_000 == 0 {
                    i64::MAX
                } else {
                    (bits % 50_000).cast_signed()
                }
            }),
        ];
        for (name, shape) in shapes {
            let values = scattered(20_000, shape);
            for bands in [1, 2, 5, 10, 255] {
                let got = tiles(&values, bands).expect("rows");
                assert!(
                    got == sorted_tiles(&values, bands),
                    "{name}, {bands} bands differ"
                );
            }
        }
    }

    #[test]
    fn columns_without_scores_get_a_verdict() {
        assert_eq!(tiles(&[], 5), Err(Verdict::Empty));
        assert!(matches!(tiles(&[1, 2], 0), Err(Verdict::BadOption { .. })));
        assert_eq!(tiles(&[7], 5), Ok(vec![5]));
        assert_eq!(tiles_u32(&[3, 3], 255), Ok(vec![128, 255]));
        assert!(rank_scores_of(&[1, 2], &[1], &[1, 2], 5).is_err());
        assert!(rank_scores_of(&[1, 2], &[1, 2], &[1], 5).is_err());
        assert_eq!(rank_scores_of(&[], &[], &[], 5), Err(Verdict::Empty));
    }

    proptest! {
        #[test]
        fn columns_score_as_buyers_do(
            rows in prop::collection::vec((0_u32..40, 1_u32..6, -500_i64..5_000), 1..300),
            bands in 1_u8..=12,
            today in 40_u32..90,
        ) {
            let buyers: Vec<Buyer> = rows
                .iter()
                .map(|&(day, orders, money)| Buyer {
                    recency_days: f64::from(today - day),
                    orders: f64::from(orders),
                    revenue: money as f64,
                })
                .collect();
            let days: Vec<u32> = rows.iter().map(|row| row.0).collect();
            let orders: Vec<u32> = rows.iter().map(|row| row.1).collect();
            let money: Vec<i64> = rows.iter().map(|row| row.2).collect();
            prop_assert_eq!(
                rank_scores_of(&days, &orders, &money, bands),
                rank_scores(&buyers, bands)
            );
        }

        #[test]
        fn any_integers_are_cut_as_by_sorting(
            values in prop::collection::vec(any::<i64>(), 1..60),
            bands in 1_u8..,
        ) {
            prop_assert_eq!(tiles(&values, bands), Ok(sorted_tiles(&values, bands)));
        }
    }
}
