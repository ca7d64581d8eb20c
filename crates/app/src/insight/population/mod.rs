//! The population: the metrics of all customers in memory, side by side in columns.
//!
//! Questions about a million customers are answered while a merchant types: a [`Test`] is asked
//! of whole columns, and figures of the whole shop are computed from them. Rows stand in order of
//! the customers' ids, so ties in rankings fall the same way after a restart.
//!
//! It is held in pieces of up to 4,096 customers, so that one who comes or goes in the middle
//! moves one piece. A snapshot is an `Arc`: whoever holds one reads it without a lock while the
//! follower goes on, which copies the pieces that somebody still looks at and no others.
//!
//! Nothing here is ever approximate. A number that is too great for its column is kept beside
//! it; words of outside have their codes within a piece, so no shop has too many of them.

mod evaluate;
mod follow;
mod lists;
mod mask;
mod numbers;
mod piece;
mod sold;
mod thresholds;
mod vocabulary;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use domain::customers::{ChannelMetrics, Metrics, MonthSums, Touch};
use domain::events::Channel;
use domain::ids::StreamId;
use domain::segments::{Column, Test, WordColumn};
use domain::time::{Millis, Month};
use store::insight::Sort;

use mask::{Mask, ROWS_MAX};
use piece::{CoreNumbers, Piece};

pub(crate) use follow::PopulationCell;

/// Two neighbours that together fill no more than this share of a piece become one.
const ROWS_JOINED_MAX: usize = ROWS_MAX / 2;

/// The metrics of all customers of a shop at one moment.
#[derive(Debug, Clone, Default)]
pub struct Population {
    /// In order of the ids; none is empty.
    pieces: Vec<Arc<Piece>>,
    rows: usize,
    /// Grows whenever the follower puts something in.
    version: u64,
}

/// Whether the population can be asked.
#[derive(Debug, Clone)]
pub enum PopulationState {
    /// It can: this is how it stands now.
    Ready(Arc<Population>),
    /// It is being read since the program was started.
    Warming {
        /// How much of it has been read, in percent.
        percent: u8,
    },
}

impl PopulationState {
    /// The population, if it can be asked.
    #[must_use]
    pub fn ready(self) -> Option<Arc<Population>> {
        match self {
            Self::Ready(population) => Some(population),
            Self::Warming { .. } => None,
        }
    }
}

/// A customer's place in one snapshot of the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    piece: usize,
    row: usize,
}

/// Some customers of one snapshot of the population. Ask no other snapshot with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    masks: Vec<Mask>,
}

impl Selection {
    /// How many customers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.masks.iter().map(Mask::count).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.masks.iter().all(Mask::is_empty)
    }

    /// Whether this customer is one of them.
    #[must_use]
    pub fn contains(&self, place: Place) -> bool {
        self.masks
            .get(place.piece)
            .is_some_and(|mask| mask.contains(place.row))
    }

    /// The customers, in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = Place> {
        let masks = self.masks.iter().enumerate();
        masks.flat_map(|(piece, mask)| mask.rows().map(move |row| Place { piece, row }))
    }
}

/// Bytes that a population holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct PopulationBytes {
    /// Of ids, numbers and codes: the same for every customer.
    pub core: u64,
    /// Of what customers have several of, and of words.
    pub sparse: u64,
}

/// One row of the table of bytes: what is held of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRow {
    /// What.
    pub what: &'static str,
    /// How many of it a customer has.
    pub count: usize,
    /// Bytes of one.
    pub bytes: usize,
}

impl Population {
    /// The bytes of one customer in the core block, as published in `docs/scaling.md`.
    pub const CORE_TABLE: [ByteRow; 9] = [
        row("id", 1, 16),
        row("days", 7, 4),
        row("counts", 13, 4),
        row("money", 7, 8),
        row("moments of the first and the last order", 2, 8),
        row("shares and rating", 4, 2),
        row("channels as bits", 1, 2),
        row("codes of words", 3, 2),
        row("hour, consents, flags, places in closed lists", 7, 1),
    ];

    /// The bytes of one customer in the core block.
    #[must_use]
    pub const fn core_bytes() -> usize {
        size_of::<StreamId>() + CoreNumbers::ROW_BYTES
    }

    /// Grows with every change since the program was started: answers of the same version are the
    /// same. 0 is a population that nobody follows.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// How many customers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// How many customers a test holds for.
    #[must_use]
    pub fn count(&self, test: &Test) -> usize {
        let pieces = self.pieces.iter();
        pieces.map(|piece| piece.select(test).count()).sum()
    }

    /// The customers for whom a test holds.
    #[must_use]
    pub fn select(&self, test: &Test) -> Selection {
        let pieces = self.pieces.iter();
        Selection {
            masks: pieces.map(|piece| piece.select(test)).collect(),
        }
    }

    /// All customers.
    #[must_use]
    pub fn everybody(&self) -> Selection {
        self.select(&Test::Constant(true))
    }

    /// The place of a customer.
    #[must_use]
    pub fn find(&self, id: StreamId) -> Option<Place> {
        let piece = self.piece_for(id)?;
        let row = self.pieces[piece].row_of(id).ok()?;
        Some(Place { piece, row })
    }

    /// The customer at a place.
    #[must_use]
    pub fn id(&self, place: Place) -> StreamId {
        self.pieces[place.piece].ids[place.row]
    }

    /// A number of the customer at a place.
    #[must_use]
    pub fn number(&self, column: Column, place: Place) -> Option<i64> {
        self.pieces[place.piece].number(column, place.row)
    }

    /// The metrics of the customer at a place, whole.
    #[must_use]
    pub fn metrics(&self, place: Place) -> Metrics {
        self.pieces[place.piece].metrics(place.row)
    }

    /// What was sold on each channel to the customer at a place.
    #[must_use]
    pub fn by_channel(&self, place: Place) -> Vec<ChannelMetrics> {
        self.pieces[place.piece].by_channel(place.row)
    }

    /// When the customer at a place was at each touchpoint last.
    pub fn touches(&self, place: Place) -> impl Iterator<Item = Touch> {
        self.pieces[place.piece].touches_of(place.row)
    }

    /// The channel of the first order of the customer at a place.
    #[must_use]
    pub fn first_channel(&self, place: Place) -> Option<Channel> {
        self.pieces[place.piece].first_channel(place.row)
    }

    /// What the customer at a place cares for, the strongest first.
    pub fn interests(&self, place: Place) -> impl Iterator<Item = &str> {
        self.pieces[place.piece].interests_of(place.row)
    }

    /// What each month brought to the customer at a place.
    pub fn months_of(&self, place: Place) -> impl Iterator<Item = (Month, MonthSums)> {
        self.pieces[place.piece].months_of(place.row)
    }

    /// The months of all customers one by one, in order of the ids, with what each month brought:
    /// the numbers of [`Month`], ascending.
    pub fn months(&self) -> impl Iterator<Item = (&[i32], &[MonthSums])> {
        self.pieces.iter().flat_map(|piece| piece.months())
    }

    /// The ids of all customers, ascending.
    pub fn ids(&self) -> impl Iterator<Item = StreamId> {
        self.pieces
            .iter()
            .flat_map(|piece| piece.ids.iter().copied())
    }

    /// A column of days or counts over all customers, in order of their ids. What is unknown
    /// becomes `unknown`, and what four bytes do not hold becomes the nearest that they do.
    #[must_use]
    pub fn days(&self, column: Column, unknown: u32) -> Vec<u32> {
        let mut all = Vec::with_capacity(self.rows);
        for piece in &self.pieces {
            piece
                .numbers
                .copy_u32(piece::slot_of(column), unknown, &mut all);
        }
        all
    }

    /// A column over some customers, in order of their ids, as [`Population::days`].
    #[must_use]
    pub fn days_of(&self, column: Column, unknown: u32, some: &Selection) -> Vec<u32> {
        let nearest = |number: i64| u32::try_from(number.clamp(0, u32::MAX.into()));
        let number = |place: Place| self.number(column, place).map(nearest);
        some.iter()
            .map(|place| number(place).and_then(Result::ok).unwrap_or(unknown))
            .collect()
    }

    /// A column over some customers, in order of their ids. What is unknown becomes `unknown`.
    #[must_use]
    pub fn numbers_of(&self, column: Column, unknown: i64, some: &Selection) -> Vec<i64> {
        let number = |place: Place| self.number(column, place).unwrap_or(unknown);
        some.iter().map(number).collect()
    }

    /// The words of all customers in a column of which a customer has one, in order of the ids,
    /// as places among the words that follow; `u32::MAX` where no word was told. Words are in
    /// order of their letters. Interests, of which a customer has several, are given as none.
    #[must_use]
    pub fn words(&self, column: WordColumn) -> (Vec<u32>, Vec<String>) {
        let mut places: BTreeMap<&str, u32> = BTreeMap::new();
        for piece in &self.pieces {
            for code in piece.codes_in_use(column) {
                places.entry(piece.decoded(column, code)).or_default();
            }
        }
        for (place, entry) in (0..).zip(places.values_mut()) {
            *entry = place;
        }
        let mut codes = Vec::with_capacity(self.rows);
        for piece in &self.pieces {
            let here: BTreeMap<u16, u32> = piece
                .codes_in_use(column)
                .map(|code| (code, places[piece.decoded(column, code)]))
                .collect();
            let told = piece.codes(column);
            codes.extend(told.map(|code| code.map_or(u32::MAX, |code| here[&code])));
        }
        (codes, places.into_keys().map(str::to_owned).collect())
    }

    /// The first customers among some by a sort key, the greatest first and of equal ones the
    /// greatest id: the order of the list in the store. `after` is the row before the first one.
    #[must_use]
    pub fn top(
        &self,
        some: &Selection,
        sort: Sort,
        after: Option<(i64, StreamId)>,
        limit: usize,
    ) -> Vec<(i64, Place)> {
        let mut best: BinaryHeap<Reverse<(i64, StreamId, Place)>> = BinaryHeap::new();
        for place in some.iter() {
            let key = self.sort_key(sort, place);
            let is_full = best.len() >= limit;
            if is_full && best.peek().is_none_or(|Reverse(least)| key < least.0) {
                continue;
            }
            let id = self.id(place);
            if after.is_none_or(|after| (key, id) < after) {
                best.push(Reverse((key, id, place)));
                if is_full {
                    best.pop();
                }
            }
        }
        let sorted = best.into_sorted_vec().into_iter();
        sorted
            .map(|Reverse((key, _, place))| (key, place))
            .collect()
    }

    fn sort_key(&self, sort: Sort, place: Place) -> i64 {
        let (piece, row) = (&self.pieces[place.piece], place.row);
        match sort {
            Sort::Net => piece.number(Column::Net, row).unwrap_or(0),
            Sort::Orders => piece.number(Column::Orders, row).unwrap_or(0),
            Sort::LastOrdered => piece.last_ordered_at(row).unwrap_or(-1),
            Sort::FirstOrdered => piece.first_ordered_at(row).unwrap_or(-1),
        }
    }

    /// The sum of a column over some customers.
    #[must_use]
    pub fn sum(&self, column: Column, some: &Selection) -> i64 {
        let number = |place: Place| self.number(column, place).unwrap_or(0);
        some.iter().map(number).fold(0, i64::saturating_add)
    }

    /// The earliest and the latest sign of life of any customer, if there is one.
    #[must_use]
    pub fn seen_span(&self) -> Option<(Millis, Millis)> {
        let rows = || {
            let pieces = self.pieces.iter();
            pieces.flat_map(|piece| (0..piece.len()).map(move |row| (piece, row)))
        };
        let first = rows()
            .filter_map(|(piece, row)| piece.first_seen_at(row))
            .min()?;
        let last = rows()
            .filter_map(|(piece, row)| piece.last_seen_at(row))
            .max()?;
        Some((Millis(first), Millis(last)))
    }

    /// Bytes that are held.
    #[must_use]
    pub fn bytes(&self) -> PopulationBytes {
        let mut bytes = PopulationBytes::default();
        for piece in &self.pieces {
            let (core, sparse) = piece.heap_bytes();
            bytes.core += (core + size_of::<Piece>() + size_of::<Arc<Piece>>()) as u64;
            bytes.sparse += sparse as u64;
        }
        bytes
    }
}

const fn row(what: &'static str, count: usize, bytes: usize) -> ByteRow {
    ByteRow { what, count, bytes }
}

/// How it changes; for the follower alone.
impl Population {
    /// Builds a population of customers that come in order of their ids.
    ///
    /// # Panics
    /// When an id does not come after the one before it.
    pub fn push(&mut self, id: StreamId, metrics: &Metrics) {
        let last = self.pieces.last().and_then(|piece| piece.ids.last());
        assert!(
            last.is_none_or(|last| *last < id),
            "customers come in order of their ids"
        );
        if self.pieces.last().is_none_or(|piece| piece.is_full()) {
            self.trim_last();
            self.pieces.push(Arc::default());
        }
        let piece = self.pieces.last_mut().expect("there is a last piece");
        let piece = Arc::make_mut(piece);
        piece.insert(piece.len(), id, metrics);
        self.rows += 1;
    }

    fn trim_last(&mut self) {
        if let Some(piece) = self.pieces.last_mut() {
            Arc::make_mut(piece).trim();
        }
    }

    /// Puts a customer's metrics in place of those that are held, or removes the customer.
    pub fn put(&mut self, id: StreamId, metrics: Option<&Metrics>) {
        let Some(place) = self.piece_for(id) else {
            if let Some(metrics) = metrics {
                self.insert(self.pieces.len().saturating_sub(1), id, metrics);
            }
            return;
        };
        match (self.pieces[place].row_of(id), metrics) {
            (Ok(row), Some(metrics)) => Arc::make_mut(&mut self.pieces[place]).set(row, metrics),
            (Ok(row), None) => self.remove(place, row),
            (Err(_), Some(metrics)) => self.insert(place, id, metrics),
            (Err(_), None) => {}
        }
    }

    /// The piece in which a customer would lie; none when behind all of them.
    fn piece_for(&self, id: StreamId) -> Option<usize> {
        let ends_before = |piece: &Arc<Piece>| piece.ids.last().is_some_and(|last| *last < id);
        let place = self.pieces.partition_point(ends_before);
        (place < self.pieces.len()).then_some(place)
    }

    fn insert(&mut self, mut place: usize, id: StreamId, metrics: &Metrics) {
        let is_last = self
            .pieces
            .last()
            .is_none_or(|piece| piece.ids.last().is_none_or(|last| *last < id));
        if is_last {
            // New customers mostly come here: their ids are made in time.
            self.push(id, metrics);
            return;
        }
        if self.pieces[place].is_full() {
            let rest = Arc::make_mut(&mut self.pieces[place]).split_off(ROWS_MAX / 2);
            let begins = rest.ids[0];
            self.pieces.insert(place + 1, Arc::new(rest));
            place += usize::from(id > begins);
        }
        let piece = Arc::make_mut(&mut self.pieces[place]);
        let row = piece.row_of(id).unwrap_or_else(|row| row);
        piece.insert(row, id, metrics);
        self.rows += 1;
    }

    fn remove(&mut self, place: usize, row: usize) {
        Arc::make_mut(&mut self.pieces[place]).remove(row);
        self.rows -= 1;
        if self.pieces[place].len() == 0 {
            self.pieces.remove(place);
            return;
        }
        let before = place.saturating_sub(1);
        self.join(place);
        self.join(before);
    }

    /// Joins a piece with its neighbour when both together are small.
    fn join(&mut self, place: usize) {
        let Some(next) = self.pieces.get(place + 1) else {
            return;
        };
        if self.pieces[place].len() + next.len() > ROWS_JOINED_MAX {
            return;
        }
        let next = self.pieces.remove(place + 1);
        let piece = Arc::make_mut(&mut self.pieces[place]);
        for row in 0..next.len() {
            piece.insert(piece.len(), next.ids[row], &next.metrics(row));
        }
    }
}
