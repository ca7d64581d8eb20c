//! A test over columns: the same answers as [`Test::holds`] gives one customer at a time.

use domain::customers::Stage;
use domain::events::Channel;
use domain::segments::{ChannelColumn, Comparison, Test, WordColumn};

use super::mask::Mask;
use super::piece::{Piece, slot_of, word_slot};
use super::sold::{Sold, sold_slot};

impl Piece {
    /// The rows for which a test holds.
    pub(super) fn select(&self, test: &Test) -> Mask {
        self.holding(test, &Mask::first(self.len()))
    }

    /// The rows among `asked` for which a test holds. Each part of a test is asked only of the
    /// rows that the parts before it left open.
    fn holding(&self, test: &Test, asked: &Mask) -> Mask {
        match test {
            Test::Constant(true) => asked.clone(),
            Test::Constant(false) => Mask::none(),
            Test::All(tests) => {
                let mut left = asked.clone();
                for test in tests {
                    if left.is_empty() {
                        break;
                    }
                    left = self.holding(test, &left);
                }
                left
            }
            Test::Any(tests) => {
                let (mut found, mut left) = (Mask::none(), asked.clone());
                for test in tests {
                    if left.is_empty() {
                        break;
                    }
                    let hit = self.holding(test, &left);
                    found.add(&hit);
                    left = left.without(&hit);
                }
                found
            }
            Test::Not(test) => asked.without(&self.holding(test, asked)),
            Test::Number {
                column,
                comparison,
                value,
            } => self
                .numbers
                .compared(slot_of(*column), *comparison, *value, asked),
            Test::OnChannel {
                channel,
                column,
                comparison,
                value,
            } => self.on_channel(*channel, *column, *comparison, *value, asked),
            Test::Bits { column, bits } => self.numbers.sharing(slot_of(*column), *bits, asked),
            Test::Word { column, words } => self.bearing(*column, words, asked),
            Test::Known(column) => self.numbers.known(slot_of(*column), asked),
            Test::KnownWord(column) => match word_slot(*column) {
                Some(slot) => self.numbers.known(slot, asked),
                None => self.interested(asked, |codes| !codes.is_empty()),
            },
        }
    }

    fn on_channel(
        &self,
        channel: Channel,
        column: ChannelColumn,
        comparison: Comparison,
        value: i64,
        asked: &Mask,
    ) -> Mask {
        let of_nothing = column.nothing();
        let mut found = match of_nothing.is_some_and(|it| comparison.holds(it, value)) {
            true => asked.clone(),
            false => Mask::none(),
        };
        let sold = self.sold.iter().find(|(it, _)| *it == channel);
        if let Some((_, Sold { rows, numbers })) = sold {
            let everything = Mask::first(rows.len());
            let hits = numbers.compared(sold_slot(column), comparison, value, &everything);
            for (place, row) in rows.iter().enumerate() {
                let row = usize::from(*row);
                found.set(row, hits.contains(place) && asked.contains(row));
            }
        }
        found
    }

    /// The rows that bear one of these words.
    fn bearing(&self, column: WordColumn, words: &[String], asked: &Mask) -> Mask {
        let Some(slot) = word_slot(column) else {
            let mut wanted: Vec<u16> = words.iter().filter_map(|it| self.words.find(it)).collect();
            wanted.sort_unstable();
            return self.interested(asked, |codes| {
                codes.iter().any(|code| wanted.binary_search(code).is_ok())
            });
        };
        let mut found = Mask::none();
        for code in words.iter().filter_map(|word| self.code_of(column, word)) {
            found.add(&self.numbers.compared(slot, Comparison::Equal, code, asked));
        }
        found
    }

    /// By what number a column tells a word; none when no row here bears it.
    fn code_of(&self, column: WordColumn, word: &str) -> Option<i64> {
        let place = match column {
            WordColumn::Stage => Stage::ALL.iter().position(|stage| stage.word() == word),
            WordColumn::FirstChannel | WordColumn::LastChannel => {
                Channel::ALL.iter().position(|it| it.word() == word)
            }
            _ => self.words.find(word).map(usize::from),
        };
        place.and_then(|place| i64::try_from(place).ok())
    }

    fn interested(&self, asked: &Mask, wanted: impl Fn(&[u16]) -> bool) -> Mask {
        let mut found = Mask::none();
        for (row, codes) in self.interests.iter().enumerate() {
            if wanted(codes) && asked.contains(row) {
                found.set(row, true);
            }
        }
        found
    }
}
