//! Which words the customers of a shop have: what a form can offer.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::events::Channel;
use domain::segments::{Column, Test, WordColumn};

use super::Population;

impl Population {
    /// The words that most customers have in a column, the most frequent first and of equally
    /// frequent ones in order of their letters; at most so many.
    #[must_use]
    pub fn frequent_words(&self, column: WordColumn, most: usize) -> Vec<String> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for piece in &self.pieces {
            let mut here: BTreeMap<u16, u64> = BTreeMap::new();
            let mut add = |code: u16| *here.entry(code).or_default() += 1;
            match column {
                WordColumn::Interests => {
                    let lists = piece.interests.iter();
                    lists.flatten().copied().for_each(&mut add);
                }
                _ => piece.codes(column).flatten().for_each(&mut add),
            }
            for (code, count) in here {
                *counts.entry(piece.decoded(column, code)).or_default() += count;
            }
        }
        let mut words: Vec<(Reverse<u64>, &str)> = counts
            .into_iter()
            .map(|(word, count)| (Reverse(count), word))
            .collect();
        words.sort_unstable();
        words.truncate(most);
        words.into_iter().map(|(_, word)| word.to_owned()).collect()
    }

    /// The channels on which any customer did anything, in order.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        let is_used = |channel: Channel| {
            let test = Test::Bits {
                column: Column::Channels,
                bits: channel.bit(),
            };
            let mut pieces = self.pieces.iter();
            pieces.any(|piece| !piece.select(&test).is_empty())
        };
        let channels = Channel::ALL.into_iter();
        channels.filter(|channel| is_used(*channel)).collect()
    }
}
