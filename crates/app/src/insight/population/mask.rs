//! A set of rows of one piece: one bit a row.

/// Rows of a piece at most: 64 words of 64 bits, and few enough that putting a row into the
/// middle moves less than a megabyte.
pub(super) const ROWS_MAX: usize = 4_096;
/// Rows that one word stands for.
const BITS: usize = 64;

/// A set of rows of one piece. It lies on the heap, because tests may be nested hundreds of levels
/// deep and each level holds some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mask(Box<[u64; ROWS_MAX / BITS]>);

impl Mask {
    /// No row.
    pub(super) fn none() -> Self {
        Self(Box::new([0; ROWS_MAX / BITS]))
    }

    /// The first `rows` rows.
    pub(super) fn first(rows: usize) -> Self {
        let mut mask = Self::none();
        for (word, begin) in mask.0.iter_mut().zip((0..).step_by(BITS)) {
            *word = match rows.saturating_sub(begin) {
                0 => 0,
                held @ 1..BITS => (1 << held) - 1,
                _ => u64::MAX,
            };
        }
        mask
    }

    /// Rows of which `of` says yes, block by block; blocks without a row in `self` are not asked.
    pub(super) fn filtered<C>(&self, cells: &[C], mut of: impl FnMut(&[C]) -> u64) -> Self {
        let mut found = Self::none();
        let blocks = cells.chunks(BITS);
        for ((found, asked), block) in found.0.iter_mut().zip(*self.0).zip(blocks) {
            if asked != 0 {
                *found = asked & of(block);
            }
        }
        found
    }

    pub(super) fn contains(&self, row: usize) -> bool {
        self.0[row / BITS] >> (row % BITS) & 1 == 1
    }

    /// Puts a row in or takes it out.
    pub(super) fn set(&mut self, row: usize, is_in: bool) {
        let bit = 1 << (row % BITS);
        if is_in {
            self.0[row / BITS] |= bit;
        } else {
            self.0[row / BITS] &= !bit;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0
            .iter_mut()
            .zip(*other.0)
            .for_each(|(own, other)| *own |= other);
    }

    /// The rows that are not in the other.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut left = self.clone();
        left.0
            .iter_mut()
            .zip(*other.0)
            .for_each(|(own, other)| *own &= !other);
        left
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The rows, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let row = place * BITS + left.trailing_zeros() as usize;
                left &= left - 1;
                Some(row)
            })
        })
    }
}

/// What holds of 64 cells or fewer, as bits.
#[inline]
pub(super) fn bits<C: Copy>(cells: &[C], holds: impl Fn(C) -> bool) -> u64 {
    let mut flags = [0_u8; BITS];
    // A block of known length is compared several cells at once.
    if let Ok(block) = <&[C; BITS]>::try_from(cells) {
        for (flag, cell) in flags.iter_mut().zip(block) {
            *flag = u8::from(holds(*cell));
        }
    } else {
        for (flag, cell) in flags.iter_mut().zip(cells) {
            *flag = u8::from(holds(*cell));
        }
    }
    let mut word = 0;
    for (place, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Eight bytes of 0 or 1: this factor brings byte i to bit 56 + i, and nothing carries.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= gathered << (place * 8);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_where_their_cells_do() {
        let cells: Vec<u32> = (0..64).map(|it| it * 7 % 11).collect();
        for length in [0, 1, 8, 63, 64] {
            let word = bits(&cells[..length], |cell| cell % 3 == 0);
            for (place, cell) in cells.iter().enumerate() {
                let expected = place < length && cell % 3 == 0;
                assert_eq!(word >> place & 1 == 1, expected, "{place} of {length}");
            }
        }
    }

    #[test]
    fn masks_hold_what_was_put_in() {
        for rows in [0, 1, 63, 64, 65, 4_095, 4_096] {
            let mask = Mask::first(rows);
            assert_eq!(mask.count(), rows);
            assert!(mask.rows().eq(0..rows));
            assert_eq!(mask.is_empty(), rows == 0);
        }
        let mut mask = Mask::none();
        mask.set(130, true);
        mask.set(131, true);
        mask.set(130, false);
        assert!(mask.rows().eq([131]) && mask.contains(131) && !mask.contains(130));
        let mut both = Mask::first(2);
        both.add(&mask);
        assert!(both.rows().eq([0, 1, 131]));
        assert!(both.without(&Mask::first(1)).rows().eq([1, 131]));
    }
}
