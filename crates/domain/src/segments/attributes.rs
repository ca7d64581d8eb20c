//! The catalogue of attributes: what can be asked about a customer, by name.

use std::fmt;

use serde::{Serialize, Serializer};

use super::catalogue::{CHANNEL_ROWS, ChannelRow, ROWS, Row};
use super::column::{ChannelColumn, Column, WordColumn};
use crate::customers::{Stage, Standing};
use crate::events::Channel;
use crate::trust::Purpose;

/// Something that can be asked about a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// A number of the customer as a whole.
    Number(Column),
    /// A number on one channel; its name is `web.orders` and the like.
    OnChannel(Channel, ChannelColumn),
    /// A word, or several.
    Word(WordColumn),
    /// Where the customer stands today; see [`crate::customers::view`].
    Standing,
    /// Which fifth of all buyers the customer lies in.
    Band(Band),
}

/// A fifth of buyers, by what they are ranked; a customer who never ordered lies in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// By the last order.
    Recency,
    /// By orders.
    Frequency,
    /// By net sales.
    Money,
}

impl Band {
    /// Every one, in order.
    pub const ALL: [Self; 3] = [Self::Recency, Self::Frequency, Self::Money];

    /// The column by which buyers are ranked.
    #[must_use]
    pub const fn column(self) -> Column {
        match self {
            Self::Recency => Column::LastOrder,
            Self::Frequency => Column::Orders,
            Self::Money => Column::Net,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Recency => "recency_band",
            Self::Frequency => "frequency_band",
            Self::Money => "money_band",
        }
    }
}

/// What kind of value an attribute has, and so with what it can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A whole number from 0.
    Count,
    /// An amount in the shop's currency, in major units.
    Money,
    /// A part of a whole, 0 to 1.
    Share,
    /// A day in the shop's zone.
    Day,
    /// An hour of the day, 0 to 23.
    Hour,
    /// A rating, 0 to 5.
    Rating,
    /// One word.
    Word,
    /// A set of words that the shop chooses.
    Words,
    /// A set of words out of a closed list.
    Flags,
    /// A fifth, 1 to 5; 5 is the best.
    Band,
    /// Yes or no.
    YesNo,
}

impl Kind {
    /// The word in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Money => "money",
            Self::Share => "share",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Rating => "rating",
            Self::Word => "word",
            Self::Words => "words",
            Self::Flags => "flags",
            Self::Band => "band",
            Self::YesNo => "yes_no",
        }
    }

    /// The kind in an English sentence.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Count => "a count",
            Self::Money => "an amount of money",
            Self::Share => "a share",
            Self::Day => "a day",
            Self::Hour => "an hour of the day",
            Self::Rating => "a rating",
            Self::Word => "a word",
            Self::Words | Self::Flags => "a set of words",
            Self::Band => "a band",
            Self::YesNo => "yes or no",
        }
    }
}

/// What the value of an attribute depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeRule {
    /// What happened and when; the order in which it was told of does not show.
    EventTime,
    /// What Fanous decided, in the order in which it was told.
    Arrival,
    /// The same, and which day it is.
    Today,
    /// The same, and thresholds that are published now and then.
    Published,
}

impl TimeRule {
    /// The rule in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::EventTime => "by time of event",
            Self::Arrival => "by arrival",
            Self::Today => "changes with the day",
            Self::Published => "by published thresholds",
        }
    }
}

impl Attribute {
    /// Every attribute: those of the customer as a whole, then those of each channel.
    pub fn all() -> impl Iterator<Item = Self> {
        let whole = ROWS.iter().map(|row| row.attribute);
        let on_channels = Channel::ALL.into_iter().flat_map(|channel| {
            CHANNEL_ROWS
                .iter()
                .map(move |row| Self::OnChannel(channel, row.column))
        });
        whole.chain(on_channels)
    }

    /// The attribute of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.split_once('.') {
            Some((channel, number)) => {
                let channel = channel.parse().ok()?;
                let row = CHANNEL_ROWS
                    .iter()
                    .find(|row| row.column.name() == number)?;
                Some(Self::OnChannel(channel, row.column))
            }
            None => {
                let mut rows = ROWS.iter().map(|row| row.attribute);
                rows.find(|attribute| attribute.last_name() == name)
            }
        }
    }

    /// The name, without the channel.
    const fn last_name(self) -> &'static str {
        match self {
            Self::Number(column) => column.name(),
            Self::OnChannel(_, column) => column.name(),
            Self::Word(column) => column.name(),
            Self::Standing => "standing",
            Self::Band(band) => band.name(),
        }
    }

    fn row(self) -> &'static Row {
        ROWS.iter()
            .find(|row| row.attribute == self)
            .expect("a test holds that every attribute has a row")
    }

    fn channel_row(column: ChannelColumn) -> &'static ChannelRow {
        CHANNEL_ROWS
            .iter()
            .find(|row| row.column == column)
            .expect("a test holds that every number on a channel has a row")
    }

    /// What kind of value it has.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::OnChannel(_, column) => Self::channel_row(column).kind,
            _ => self.row().kind,
        }
    }

    /// What its value depends on.
    #[must_use]
    pub fn time_rule(self) -> TimeRule {
        match self {
            Self::OnChannel(..) => TimeRule::EventTime,
            _ => self.row().time,
        }
    }

    /// The attribute in an English sentence.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::OnChannel(channel, column) => {
                format!("{} on {channel}", Self::channel_row(column).label)
            }
            _ => self.row().label.to_owned(),
        }
    }

    /// What it means, one English sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::OnChannel(_, column) => Self::channel_row(column).meaning,
            _ => self.row().meaning,
        }
    }

    /// The names of the columns behind it.
    #[must_use]
    pub fn columns(self) -> Vec<&'static str> {
        match self {
            Self::Standing => [Column::LastOrder, Column::OrderDays, Column::WonBack]
                .map(Column::name)
                .to_vec(),
            Self::Band(Band::Recency) => vec![Column::LastOrder.name()],
            Self::Band(band) => vec![Column::LastOrder.name(), band.column().name()],
            _ => vec![self.last_name()],
        }
    }

    /// The only words that it can have, when these are a closed list.
    #[must_use]
    pub fn vocabulary(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Standing => Some(Standing::ALL.map(Standing::word).to_vec()),
            Self::Word(WordColumn::Stage) => Some(Stage::ALL.map(Stage::word).to_vec()),
            Self::Word(WordColumn::FirstChannel | WordColumn::LastChannel)
            | Self::Number(Column::Channels) => Some(Channel::ALL.map(Channel::word).to_vec()),
            Self::Number(Column::Consents) => Some(Purpose::ALL.map(Purpose::word).to_vec()),
            _ => None,
        }
    }

    /// The bit that stands for a word in a column of flags.
    pub(super) fn bit(self, word: &str) -> Option<i64> {
        match self {
            Self::Number(Column::Channels) => word.parse::<Channel>().ok().map(Channel::bit),
            Self::Number(Column::Consents) => word.parse::<Purpose>().ok().map(Purpose::bit),
            _ => None,
        }
    }
}

impl fmt::Display for Attribute {
    /// The name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::OnChannel(channel, _) = self {
            write!(f, "{channel}.")?;
        }
        f.write_str(self.last_name())
    }
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The name that was probably meant, if one is near: at most one mistake in three letters.
pub(super) fn nearest<'n>(
    given: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    const LETTERS_MAX: usize = 40;
    if given.len() > LETTERS_MAX {
        return None;
    }
    let given = given.to_ascii_lowercase();
    let near = names
        .into_iter()
        .map(|name| (distance(given.as_bytes(), name.as_bytes()), name))
        .min_by_key(|(distance, _)| *distance)?;
    (near.0 <= given.len().div_ceil(3)).then_some(near.1)
}

/// How many letters have to be put in, taken out or changed (the distance of Levenshtein).
fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, other) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_column_is_an_attribute_with_a_name_of_its_own() {
        let all: Vec<Attribute> = Attribute::all().collect();
        let names: BTreeSet<String> = all.iter().map(Attribute::to_string).collect();
        assert_eq!(names.len(), all.len());
        let numbers = Column::ALL.iter().copied().map(Attribute::Number);
        let words = WordColumn::ALL.into_iter().map(Attribute::Word);
        let on_channels = ChannelColumn::ALL
            .iter()
            .map(|column| Attribute::OnChannel(Channel::Store, *column));
        let bands = Band::ALL.into_iter().map(Attribute::Band);
        for attribute in numbers.chain(words).chain(on_channels).chain(bands) {
            assert!(all.contains(&attribute), "{attribute}");
        }
        for attribute in all {
            assert_eq!(Attribute::named(&attribute.to_string()), Some(attribute));
            assert!(attribute.meaning().ends_with('.'), "{attribute}");
            assert!(!attribute.label().is_empty() && !attribute.columns().is_empty());
        }
    }

    #[test]
    fn a_name_is_guessed_only_when_it_is_near() {
        let check = |given: &str, expected: Option<&str>| {
            let names: Vec<String> = Attribute::all().map(|it| it.to_string()).collect();
            let found = nearest(given, names.iter().map(String::as_str));
            assert_eq!(found, expected, "{given}");
        };
        check("order", Some("orders"));
        check("Last_Order", Some("last_order"));
        check("store.order", Some("store.orders"));
        check("revenue", None);
        check(&"o".repeat(4_000), None);
    }
}
