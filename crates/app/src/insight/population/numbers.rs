//! Numbers of rows side by side, each kind in as few bytes as its numbers mostly need.
//!
//! No number is ever changed by that: one that does not fit its column is kept beside it, and its
//! cell says so. What is unknown has a cell of its own too, and no comparison reaches either.

use std::collections::BTreeMap;

use domain::segments::Comparison;

use super::mask::{Mask, bits};

/// In which column a number lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// Of four bytes: days and counts.
    U32(usize),
    /// Of eight bytes: money and moments.
    I64(usize),
    /// Of two bytes: shares and codes of words.
    U16(usize),
    /// Of one byte: words of closed lists, flags, hours.
    U8(usize),
}

/// A cell of a column.
trait Cell: Copy + PartialOrd {
    /// The cell of what is unknown.
    const UNKNOWN: Self;
    /// The cell of a number that does not fit.
    const ESCAPED: Self;
    /// The smallest and the greatest number that fit.
    const FITS: (i64, i64);

    /// A number that fits.
    fn of(number: i64) -> Self;
    fn number(self) -> i64;
    /// Which of 64 cells or fewer lie in a range that holds neither of the two special cells.
    fn within(cells: &[Self], low: Self, high: Self) -> u64;
}

macro_rules! unsigned_cell {
    ($type:ty) => {
        impl Cell for $type {
            const UNKNOWN: Self = Self::MAX;
            const ESCAPED: Self = Self::MAX - 1;
            const FITS: (i64, i64) = (0, Self::MAX as i64 - 2);

            fn of(number: i64) -> Self {
                Self::try_from(number).expect("the number was seen to fit")
            }

            fn number(self) -> i64 {
                i64::from(self)
            }

            fn within(cells: &[Self], low: Self, high: Self) -> u64 {
                // One comparison does for two: what is below `low` wraps to above the span.
                let span = high - low;
                bits(cells, |cell| cell.wrapping_sub(low) <= span)
            }
        }
    };
}

unsigned_cell!(u8);
unsigned_cell!(u16);
unsigned_cell!(u32);

impl Cell for i64 {
    const UNKNOWN: Self = Self::MIN;
    const ESCAPED: Self = Self::MIN + 1;
    const FITS: (i64, i64) = (Self::MIN + 2, Self::MAX);

    fn of(number: i64) -> Self {
        number
    }

    fn number(self) -> i64 {
        self
    }

    fn within(cells: &[Self], low: Self, high: Self) -> u64 {
        let span = high.wrapping_sub(low).cast_unsigned();
        bits(cells, |cell| cell.wrapping_sub(low).cast_unsigned() <= span)
    }
}

/// Columns of numbers over the same rows, so many of each width.
#[derive(Debug, Clone)]
pub(super) struct Numbers<const U32: usize, const I64: usize, const U16: usize, const U8: usize> {
    u32s: [Vec<u32>; U32],
    i64s: [Vec<i64>; I64],
    u16s: [Vec<u16>; U16],
    u8s: [Vec<u8>; U8],
    /// Numbers that fit no cell, by slot and row. Next to none are there.
    escaped: BTreeMap<(Slot, usize), i64>,
}

/// Does the same with the column of a slot, whatever its width.
macro_rules! with_column {
    ($numbers:expr, $slot:expr, |$column:ident| $does:expr) => {
        match $slot {
            Slot::U32(place) => {
                let $column = &$numbers.u32s[place];
                $does
            }
            Slot::I64(place) => {
                let $column = &$numbers.i64s[place];
                $does
            }
            Slot::U16(place) => {
                let $column = &$numbers.u16s[place];
                $does
            }
            Slot::U8(place) => {
                let $column = &$numbers.u8s[place];
                $does
            }
        }
    };
}

/// Does the same with all columns.
macro_rules! each_column {
    ($numbers:expr, |$column:ident| $does:expr) => {
        $numbers.u32s.iter_mut().for_each(|$column| $does);
        $numbers.i64s.iter_mut().for_each(|$column| $does);
        $numbers.u16s.iter_mut().for_each(|$column| $does);
        $numbers.u8s.iter_mut().for_each(|$column| $does);
    };
}

impl<const U32: usize, const I64: usize, const U16: usize, const U8: usize> Default
    for Numbers<U32, I64, U16, U8>
{
    fn default() -> Self {
        Self {
            u32s: [const { Vec::new() }; U32],
            i64s: [const { Vec::new() }; I64],
            u16s: [const { Vec::new() }; U16],
            u8s: [const { Vec::new() }; U8],
            escaped: BTreeMap::new(),
        }
    }
}

impl<const U32: usize, const I64: usize, const U16: usize, const U8: usize>
    Numbers<U32, I64, U16, U8>
{
    /// Bytes of a row.
    pub(super) const ROW_BYTES: usize = U32 * 4 + I64 * 8 + U16 * 2 + U8;

    pub(super) fn get(&self, slot: Slot, row: usize) -> Option<i64> {
        with_column!(self, slot, |column| self.read(slot, row, column[row]))
    }

    fn read<C: Cell>(&self, slot: Slot, row: usize, cell: C) -> Option<i64> {
        if cell == C::UNKNOWN {
            None
        } else if cell == C::ESCAPED {
            self.escaped.get(&(slot, row)).copied()
        } else {
            Some(cell.number())
        }
    }

    pub(super) fn set(&mut self, slot: Slot, row: usize, number: Option<i64>) {
        match slot {
            Slot::U32(place) => self.u32s[place][row] = self.cell(slot, row, number),
            Slot::I64(place) => self.i64s[place][row] = self.cell(slot, row, number),
            Slot::U16(place) => self.u16s[place][row] = self.cell(slot, row, number),
            Slot::U8(place) => self.u8s[place][row] = self.cell(slot, row, number),
        }
    }

    fn cell<C: Cell>(&mut self, slot: Slot, row: usize, number: Option<i64>) -> C {
        if !self.escaped.is_empty() {
            self.escaped.remove(&(slot, row));
        }
        let (least, most) = C::FITS;
        match number {
            None => C::UNKNOWN,
            Some(number) if (least..=most).contains(&number) => C::of(number),
            Some(number) => {
                self.escaped.insert((slot, row), number);
                C::ESCAPED
            }
        }
    }

    /// Puts a row of unknown numbers before this one.
    pub(super) fn insert_row(&mut self, row: usize) {
        each_column!(self, |column| column.insert(row, Cell::UNKNOWN));
        self.move_escaped(|at| Some(if at < row { at } else { at + 1 }));
    }

    pub(super) fn remove_row(&mut self, row: usize) {
        each_column!(self, |column| {
            column.remove(row);
        });
        self.move_escaped(|at| match at.cmp(&row) {
            std::cmp::Ordering::Less => Some(at),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(at - 1),
        });
    }

    /// Takes the rows from this one on away, as columns of their own.
    pub(super) fn split_off(&mut self, row: usize) -> Self {
        let mut rest = self.clone();
        each_column!(self, |column| column.truncate(row));
        each_column!(rest, |column| {
            column.drain(..row);
            column.shrink_to_fit();
        });
        self.move_escaped(|at| (at < row).then_some(at));
        rest.move_escaped(|at| at.checked_sub(row));
        rest
    }

    fn move_escaped(&mut self, place: impl Fn(usize) -> Option<usize>) {
        if !self.escaped.is_empty() {
            let escaped = std::mem::take(&mut self.escaped).into_iter();
            self.escaped = escaped
                .filter_map(|((slot, row), number)| Some(((slot, place(row)?), number)))
                .collect();
        }
    }

    /// The rows among `asked` whose number compares so with a value.
    pub(super) fn compared(
        &self,
        slot: Slot,
        comparison: Comparison,
        value: i64,
        asked: &Mask,
    ) -> Mask {
        let mut found = with_column!(self, slot, |column| in_range(
            column, comparison, value, asked
        ));
        self.correct(slot, asked, &mut found, |number| {
            comparison.holds(number, value)
        });
        found
    }

    /// The rows among `asked` whose number shares a bit with these.
    pub(super) fn sharing(&self, slot: Slot, wanted: i64, asked: &Mask) -> Mask {
        let mut found = with_column!(self, slot, |column| share(column, wanted, asked));
        self.correct(slot, asked, &mut found, |number| number & wanted != 0);
        found
    }

    /// The rows among `asked` whose number can be said.
    pub(super) fn known(&self, slot: Slot, asked: &Mask) -> Mask {
        with_column!(self, slot, |column| told(column, asked))
    }

    /// Looks at the numbers that lie beside their column.
    fn correct(&self, slot: Slot, asked: &Mask, found: &mut Mask, holds: impl Fn(i64) -> bool) {
        if self.escaped.is_empty() {
            return;
        }
        for ((_, row), number) in self.escaped.range((slot, 0)..=(slot, usize::MAX)) {
            if asked.contains(*row) {
                found.set(*row, holds(*number));
            }
        }
    }

    /// Appends a whole column to another: unknown becomes `unknown`, and what does not fit four
    /// bytes becomes the nearest that does.
    pub(super) fn copy_u32(&self, slot: Slot, unknown: u32, into: &mut Vec<u32>) {
        if let Slot::U32(place) = slot
            && self.escaped.is_empty()
        {
            let column = self.u32s[place].iter().copied();
            if unknown == u32::UNKNOWN {
                into.extend_from_slice(&self.u32s[place]);
            } else {
                into.extend(column.map(|it| if it == u32::UNKNOWN { unknown } else { it }));
            }
            return;
        }
        let rows = with_column!(self, slot, |column| column.len());
        let nearest = |number: i64| u32::try_from(number.clamp(0, u32::MAX.into()));
        into.extend((0..rows).map(|row| match self.get(slot, row) {
            None => unknown,
            Some(number) => nearest(number).expect("the number was clamped to four bytes"),
        }));
    }

    /// Bytes that are held beyond the struct itself.
    pub(super) fn heap_bytes(&self) -> usize {
        let columns = self.u32s.iter().map(|it| it.capacity() * 4).sum::<usize>()
            + self.i64s.iter().map(|it| it.capacity() * 8).sum::<usize>()
            + self.u16s.iter().map(|it| it.capacity() * 2).sum::<usize>()
            + self.u8s.iter().map(Vec::capacity).sum::<usize>();
        columns + self.escaped.len() * size_of::<((Slot, usize), i64)>()
    }
}

fn in_range<C: Cell>(cells: &[C], comparison: Comparison, value: i64, asked: &Mask) -> Mask {
    let range = match comparison {
        Comparison::Equal => Some((value, value)),
        Comparison::Less => value.checked_sub(1).map(|most| (i64::MIN, most)),
        Comparison::LessOrEqual => Some((i64::MIN, value)),
        Comparison::Greater => value.checked_add(1).map(|least| (least, i64::MAX)),
        Comparison::GreaterOrEqual => Some((value, i64::MAX)),
    };
    let fits = range.map(|(low, high)| (low.max(C::FITS.0), high.min(C::FITS.1)));
    match fits {
        Some((low, high)) if low <= high => {
            let (low, high) = (C::of(low), C::of(high));
            asked.filtered(cells, |block| C::within(block, low, high))
        }
        _ => Mask::none(),
    }
}

fn share<C: Cell>(cells: &[C], wanted: i64, asked: &Mask) -> Mask {
    let plain = |cell: C| cell != C::UNKNOWN && cell != C::ESCAPED;
    asked.filtered(cells, |block| {
        bits(block, |cell| plain(cell) & (cell.number() & wanted != 0))
    })
}

fn told<C: Cell>(cells: &[C], asked: &Mask) -> Mask {
    asked.filtered(cells, |block| bits(block, |cell| cell != C::UNKNOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [Option<i64>; 14] = [
        None,
        Some(0),
        Some(1),
        Some(-1),
        Some(253),
        Some(254),
        Some(255),
        Some(65_533),
        Some(65_534),
        Some(4_294_967_293),
        Some(4_294_967_295),
        Some(i64::MAX),
        Some(i64::MIN),
        Some(i64::MIN + 1),
    ];
    const SLOTS: [Slot; 4] = [Slot::U32(0), Slot::I64(0), Slot::U16(0), Slot::U8(0)];

    fn filled() -> Numbers<1, 1, 1, 1> {
        let mut numbers = Numbers::default();
        for (row, value) in VALUES.into_iter().enumerate() {
            numbers.insert_row(row);
            SLOTS.iter().for_each(|slot| numbers.set(*slot, row, value));
        }
        numbers
    }

    #[test]
    fn every_number_comes_back_from_every_width() {
        let mut numbers = filled();
        numbers.insert_row(3);
        numbers.remove_row(3);
        numbers.remove_row(5);
        numbers.insert_row(5);
        let mut rest = numbers.split_off(4);
        rest.set(Slot::U8(0), 1, VALUES[5]);
        for slot in SLOTS {
            for (row, value) in VALUES.into_iter().enumerate().filter(|(row, _)| *row != 5) {
                let part = if row < 4 {
                    (&numbers, row)
                } else {
                    (&rest, row - 4)
                };
                assert_eq!(part.0.get(slot, part.1), value, "{slot:?} {row}");
            }
        }
        assert_eq!(rest.get(Slot::U8(0), 1), VALUES[5]);
        assert_eq!(rest.get(Slot::U32(0), 1), None);
    }

    #[test]
    fn comparisons_hold_as_between_plain_numbers() {
        let numbers = filled();
        let asked = Mask::first(VALUES.len());
        let comparisons = [
            Comparison::Equal,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ];
        for slot in SLOTS {
            for value in VALUES.into_iter().flatten() {
                for comparison in comparisons {
                    let found = numbers.compared(slot, comparison, value, &asked);
                    for (row, number) in VALUES.into_iter().enumerate() {
                        let expected = number.is_some_and(|it| comparison.holds(it, value));
                        let told = format!("{slot:?} {number:?} {comparison:?} {value}");
                        assert_eq!(found.contains(row), expected, "{told}");
                    }
                }
                let found = numbers.sharing(slot, value, &asked);
                for (row, number) in VALUES.into_iter().enumerate() {
                    let expected = number.is_some_and(|it| it & value != 0);
                    assert_eq!(
                        found.contains(row),
                        expected,
                        "{slot:?} {number:?} & {value}"
                    );
                }
            }
            assert_eq!(numbers.known(slot, &asked).count(), VALUES.len() - 1);
        }
    }
}
