//! A piece of the population: up to 4,096 customers in order of their ids, in columns.

use std::collections::BTreeSet;

use domain::customers::{
    ChannelMetrics, INTERESTS_MAX, Metrics, MonthSums, Stage, Standing, Touch, Touchpoint,
};
use domain::events::Channel;
use domain::ids::StreamId;
use domain::segments::{Column, WordColumn};
use domain::time::{Millis, Month};

use super::lists::{Lists, Words};
use super::mask::ROWS_MAX;
use super::numbers::{Numbers, Slot};
use super::sold::{Sold, to_day};

/// Twenty of four bytes, nine of eight, eight of two, seven of one.
pub(super) type CoreNumbers = Numbers<20, 9, 8, 7>;
/// Moments that no list is sorted by.
type Moments = Numbers<0, 2, 0, 0>;
/// Words that one customer brings along at most: of three columns, and interests.
const WORDS_EACH_MAX: usize = 3 + INTERESTS_MAX;

const FIRST_ORDERED_AT: Slot = Slot::I64(7);
const LAST_ORDERED_AT: Slot = Slot::I64(8);
const FIRST_SEEN_AT: Slot = Slot::I64(0);
const LAST_SEEN_AT: Slot = Slot::I64(1);
const STANDING: Slot = Slot::U8(3);
pub(super) const STAGE: Slot = Slot::U8(4);
pub(super) const FIRST_CHANNEL: Slot = Slot::U8(5);
pub(super) const LAST_CHANNEL: Slot = Slot::U8(6);

/// Four bytes of seconds, and one for the touchpoint and the channel together.
type PackedTouch = [u8; 5];

fn packed(touch: &Touch) -> PackedTouch {
    let [a, b, c, d] = touch.at_s.to_le_bytes();
    let place = touch.touchpoint as usize * Channel::ALL.len() + touch.channel as usize;
    [
        a,
        b,
        c,
        d,
        u8::try_from(place).expect("nine times ten places"),
    ]
}

fn unpacked([a, b, c, d, place]: &PackedTouch) -> Touch {
    let place = usize::from(*place);
    Touch {
        touchpoint: Touchpoint::ALL[place / Channel::ALL.len()],
        channel: Channel::ALL[place % Channel::ALL.len()],
        at_s: u32::from_le_bytes([*a, *b, *c, *d]),
    }
}

/// Customers in order of their ids, in columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) ids: Vec<StreamId>,
    pub(super) numbers: CoreNumbers,
    seen: Moments,
    pub(super) words: Words,
    pub(super) interests: Lists<u16>,
    touches: Lists<PackedTouch>,
    pub(super) months: Lists<i32>,
    month_sums: Lists<MonthSums>,
    /// What was sold by channel, for channels on which something was.
    pub(super) sold: Vec<(Channel, Sold)>,
}

/// Where a number of a customer lies.
pub(super) const fn slot_of(column: Column) -> Slot {
    match column {
        Column::FirstSeen => Slot::U32(0),
        Column::LastSeen => Slot::U32(1),
        Column::FirstOrder => Slot::U32(2),
        Column::SecondOrder => Slot::U32(3),
        Column::LastOrder => Slot::U32(4),
        Column::FirstVisit => Slot::U32(5),
        Column::SecondVisit => Slot::U32(6),
        Column::Orders => Slot::U32(7),
        Column::OrderDays => Slot::U32(8),
        Column::ActiveMonths => Slot::U32(9),
        Column::Items => Slot::U32(10),
        Column::ItemsReturned => Slot::U32(11),
        Column::RefundCount => Slot::U32(12),
        Column::Visits => Slot::U32(13),
        Column::ActiveDays => Slot::U32(14),
        Column::Deliveries => Slot::U32(15),
        Column::DeliveriesLate => Slot::U32(16),
        Column::Complaints => Slot::U32(17),
        Column::Reviews => Slot::U32(18),
        Column::Referrals => Slot::U32(19),
        Column::Gross => Slot::I64(0),
        Column::Refunds => Slot::I64(1),
        Column::Net => Slot::I64(2),
        Column::Product => Slot::I64(3),
        Column::Discounts => Slot::I64(4),
        Column::Margin => Slot::I64(5),
        Column::AverageOrder => Slot::I64(6),
        Column::DiscountShare => Slot::U16(0),
        Column::ReturnShare => Slot::U16(1),
        Column::LateShare => Slot::U16(2),
        Column::Rating => Slot::U16(3),
        Column::Channels => Slot::U16(4),
        Column::UsualHour => Slot::U8(0),
        Column::Consents => Slot::U8(1),
        Column::WonBack => Slot::U8(2),
    }
}

/// Where the code of a word lies, for words of which a customer has one.
pub(super) const fn word_slot(column: WordColumn) -> Option<Slot> {
    match column {
        WordColumn::Country => Some(Slot::U16(5)),
        WordColumn::Source => Some(Slot::U16(6)),
        WordColumn::Content => Some(Slot::U16(7)),
        WordColumn::Stage => Some(STAGE),
        WordColumn::FirstChannel => Some(FIRST_CHANNEL),
        WordColumn::LastChannel => Some(LAST_CHANNEL),
        WordColumn::Interests => None,
    }
}

impl Piece {
    pub(super) const fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) const fn is_full(&self) -> bool {
        self.ids.len() >= ROWS_MAX
    }

    /// Puts a customer before this row.
    pub(super) fn insert(&mut self, row: usize, id: StreamId, metrics: &Metrics) {
        self.ids.insert(row, id);
        self.numbers.insert_row(row);
        self.seen.insert_row(row);
        self.interests.insert_row(row);
        self.touches.insert_row(row);
        self.months.insert_row(row);
        self.month_sums.insert_row(row);
        for (_, sold) in &mut self.sold {
            let from = sold.rows.partition_point(|at| usize::from(*at) < row);
            sold.rows[from..].iter_mut().for_each(|at| *at += 1);
        }
        self.set(row, metrics);
    }

    pub(super) fn remove(&mut self, row: usize) {
        self.ids.remove(row);
        self.numbers.remove_row(row);
        self.seen.remove_row(row);
        self.interests.remove_row(row);
        self.touches.remove_row(row);
        self.months.remove_row(row);
        self.month_sums.remove_row(row);
        for (_, sold) in &mut self.sold {
            sold.clear(row);
            let from = sold.rows.partition_point(|at| usize::from(*at) < row);
            sold.rows[from..].iter_mut().for_each(|at| *at -= 1);
        }
    }

    /// Takes the customers from this row on away.
    pub(super) fn split_off(&mut self, row: usize) -> Self {
        let mut rest = Self {
            ids: self.ids.split_off(row),
            numbers: self.numbers.split_off(row),
            seen: self.seen.split_off(row),
            words: self.words.clone(),
            interests: self.interests.split_off(row),
            touches: self.touches.split_off(row),
            months: self.months.split_off(row),
            month_sums: self.month_sums.split_off(row),
            sold: Vec::new(),
        };
        for (channel, sold) in &mut self.sold {
            rest.sold.push((*channel, sold.split_off(row)));
        }
        self.recode();
        rest.recode();
        rest
    }

    /// Gives back what is held and not needed.
    pub(super) fn trim(&mut self) {
        self.interests.trim();
        self.touches.trim();
        self.months.trim();
        self.month_sums.trim();
    }

    /// Writes a customer's metrics over a row.
    pub(super) fn set(&mut self, row: usize, metrics: &Metrics) {
        for column in Column::ALL {
            self.numbers
                .set(slot_of(*column), row, column.value(metrics));
        }
        let place = |place: usize| i64::try_from(place).ok();
        let channel = |channel: Option<Channel>| channel.and_then(|it| place(it as usize));
        let at = |at: Option<Millis>| at.map(|at| at.0);
        let others = [
            (FIRST_ORDERED_AT, at(metrics.first_ordered_at)),
            (LAST_ORDERED_AT, at(metrics.last_ordered_at)),
            (STANDING, place(metrics.standing as usize)),
            (STAGE, metrics.stage.and_then(|stage| place(stage as usize))),
            (FIRST_CHANNEL, channel(metrics.first_channel)),
            (LAST_CHANNEL, channel(metrics.last_channel)),
        ];
        for (slot, number) in others {
            self.numbers.set(slot, row, number);
        }
        self.seen.set(FIRST_SEEN_AT, row, at(metrics.first_seen_at));
        self.seen.set(LAST_SEEN_AT, row, at(metrics.last_seen_at));
        self.set_words(row, metrics);
        self.touches.set(row, metrics.touches.iter().map(packed));
        let months = metrics.months.iter();
        self.months
            .set(row, months.clone().map(|(month, _)| month.0));
        self.month_sums.set(row, months.map(|(_, sums)| *sums));
        self.set_sold(row, metrics);
    }

    fn set_words(&mut self, row: usize, metrics: &Metrics) {
        if self.words.len() > Words::CODES_MAX - WORDS_EACH_MAX {
            self.recode();
        }
        for (column, word) in [
            (WordColumn::Country, &metrics.country),
            (WordColumn::Source, &metrics.source),
            (WordColumn::Content, &metrics.content),
        ] {
            let code = word.as_ref().map(|word| self.words.code(word).into());
            let slot = word_slot(column).expect("a customer has one of these");
            self.numbers.set(slot, row, code);
        }
        let interests = metrics.interests.iter().take(INTERESTS_MAX);
        let codes: Vec<u16> = interests.map(|word| self.words.code(word)).collect();
        self.interests.set(row, codes.into_iter());
    }

    fn set_sold(&mut self, row: usize, metrics: &Metrics) {
        for (channel, sold) in &mut self.sold {
            if metrics.on(*channel).is_none() {
                sold.clear(row);
            }
        }
        for figures in &metrics.by_channel {
            let place = match self
                .sold
                .binary_search_by_key(&figures.channel, |(channel, _)| *channel)
            {
                Ok(place) => place,
                Err(place) => {
                    self.sold.insert(place, (figures.channel, Sold::default()));
                    place
                }
            };
            self.sold[place].1.set(row, figures);
        }
    }

    /// Gives codes anew to the words that rows bear. There are fewer of them than codes: a row
    /// has at most eleven, and 4,096 times eleven is 45,056.
    fn recode(&mut self) {
        let old = std::mem::take(&mut self.words);
        let slots = [WordColumn::Country, WordColumn::Source, WordColumn::Content];
        for slot in slots.into_iter().filter_map(word_slot) {
            for row in 0..self.ids.len() {
                let code = self
                    .numbers
                    .get(slot, row)
                    .and_then(|it| u16::try_from(it).ok());
                let code = code.map(|code| self.words.code(old.word(code)).into());
                self.numbers.set(slot, row, code);
            }
        }
        for code in self.interests.all_mut() {
            *code = self.words.code(old.word(*code));
        }
    }

    /// The row of a customer.
    pub(super) fn row_of(&self, id: StreamId) -> Result<usize, usize> {
        self.ids.binary_search(&id)
    }

    /// A number of a customer.
    pub(super) fn number(&self, column: Column, row: usize) -> Option<i64> {
        self.numbers.get(slot_of(column), row)
    }

    pub(super) fn first_ordered_at(&self, row: usize) -> Option<i64> {
        self.numbers.get(FIRST_ORDERED_AT, row)
    }

    pub(super) fn last_ordered_at(&self, row: usize) -> Option<i64> {
        self.numbers.get(LAST_ORDERED_AT, row)
    }

    pub(super) fn first_seen_at(&self, row: usize) -> Option<i64> {
        self.seen.get(FIRST_SEEN_AT, row)
    }

    pub(super) fn last_seen_at(&self, row: usize) -> Option<i64> {
        self.seen.get(LAST_SEEN_AT, row)
    }

    /// The codes of the rows' words in a column of which there is one.
    pub(super) fn codes(&self, column: WordColumn) -> impl Iterator<Item = Option<u16>> {
        let code = move |row: usize| self.numbers.get(word_slot(column)?, row);
        (0..self.len()).map(move |row| code(row).and_then(|code| u16::try_from(code).ok()))
    }

    /// The same, each once and ascending.
    pub(super) fn codes_in_use(&self, column: WordColumn) -> impl Iterator<Item = u16> {
        let codes: BTreeSet<u16> = self.codes(column).flatten().collect();
        codes.into_iter()
    }

    /// The word that a code of [`Piece::codes`] stands for.
    pub(super) fn decoded(&self, column: WordColumn, code: u16) -> &str {
        let place = usize::from(code);
        match column {
            WordColumn::Stage => Stage::ALL[place].word(),
            WordColumn::FirstChannel | WordColumn::LastChannel => Channel::ALL[place].word(),
            _ => self.words.word(code),
        }
    }

    /// What each month brought to a customer, as [`Metrics::months`].
    pub(super) fn months_of(&self, row: usize) -> impl Iterator<Item = (Month, MonthSums)> {
        let sums = self.month_sums.of(row).iter().copied();
        self.months
            .of(row)
            .iter()
            .map(|month| Month(*month))
            .zip(sums)
    }

    /// Months and what they brought, row by row.
    pub(super) fn months(&self) -> impl Iterator<Item = (&[i32], &[MonthSums])> {
        self.months.iter().zip(self.month_sums.iter())
    }

    /// The metrics that were put into a row.
    pub(super) fn metrics(&self, row: usize) -> Metrics {
        let number = |column: Column| self.number(column, row);
        let count = |column: Column| number(column).unwrap_or(0);
        let day = |column: Column| number(column).map(to_day);
        let at = |at: Option<i64>| at.map(Millis);
        let word = |column: WordColumn| {
            let code = self.numbers.get(word_slot(column)?, row)?;
            let code = u16::try_from(code).expect("it is a code of two bytes");
            Some(self.words.word(code).to_owned())
        };
        let place = |slot: Slot| {
            let place = self.numbers.get(slot, row);
            place.and_then(|place| usize::try_from(place).ok())
        };
        let channel = |slot: Slot| place(slot).map(|place| Channel::ALL[place]);
        Metrics {
            first_seen_at: at(self.first_seen_at(row)),
            last_seen_at: at(self.last_seen_at(row)),
            first_ordered_at: at(self.first_ordered_at(row)),
            last_ordered_at: at(self.last_ordered_at(row)),
            first_seen: day(Column::FirstSeen),
            last_seen: day(Column::LastSeen),
            first_order: day(Column::FirstOrder),
            second_order: day(Column::SecondOrder),
            last_order: day(Column::LastOrder),
            first_visit: day(Column::FirstVisit),
            second_visit: day(Column::SecondVisit),
            orders: count(Column::Orders),
            order_days: count(Column::OrderDays),
            active_months: count(Column::ActiveMonths),
            items: count(Column::Items),
            items_returned: count(Column::ItemsReturned),
            refund_count: count(Column::RefundCount),
            visits: count(Column::Visits),
            active_days: count(Column::ActiveDays),
            deliveries: count(Column::Deliveries),
            deliveries_late: count(Column::DeliveriesLate),
            complaints: count(Column::Complaints),
            reviews: count(Column::Reviews),
            referrals: count(Column::Referrals),
            gross: count(Column::Gross),
            refunds: count(Column::Refunds),
            net: count(Column::Net),
            product: count(Column::Product),
            discounts: count(Column::Discounts),
            margin: number(Column::Margin),
            average_order: number(Column::AverageOrder),
            discount_share: number(Column::DiscountShare),
            return_share: number(Column::ReturnShare),
            late_share: number(Column::LateShare),
            rating: number(Column::Rating),
            usual_hour: number(Column::UsualHour),
            channels: count(Column::Channels),
            consents: count(Column::Consents),
            won_back: number(Column::WonBack) == Some(1),
            standing: place(STANDING).map_or_else(Standing::default, |it| Standing::ALL[it]),
            stage: place(STAGE).map(|place| Stage::ALL[place]),
            first_channel: channel(FIRST_CHANNEL),
            last_channel: channel(LAST_CHANNEL),
            country: word(WordColumn::Country),
            source: word(WordColumn::Source),
            content: word(WordColumn::Content),
            interests: self.interests_of(row).map(str::to_owned).collect(),
            by_channel: self.by_channel(row),
            touches: self.touches_of(row).collect(),
            months: self.months_of(row).collect(),
        }
    }

    /// When a customer was where last, as [`Metrics::touches`].
    pub(super) fn touches_of(&self, row: usize) -> impl Iterator<Item = Touch> {
        self.touches.of(row).iter().map(unpacked)
    }

    /// What a customer cares for, as [`Metrics::interests`].
    pub(super) fn interests_of(&self, row: usize) -> impl Iterator<Item = &str> {
        let codes = self.interests.of(row).iter();
        codes.map(|code| self.words.word(*code))
    }

    /// The channel of a customer's first order.
    pub(super) fn first_channel(&self, row: usize) -> Option<Channel> {
        let place = self.numbers.get(FIRST_CHANNEL, row)?;
        usize::try_from(place).ok().map(|place| Channel::ALL[place])
    }

    /// What was sold to a customer by channel, as [`Metrics::by_channel`].
    pub(super) fn by_channel(&self, row: usize) -> Vec<ChannelMetrics> {
        let on = self.sold.iter();
        on.filter_map(|(channel, sold)| sold.figures(*channel, row))
            .collect()
    }

    /// Bytes that are held beyond the struct itself: of the core block, and of the sparse one.
    pub(super) fn heap_bytes(&self) -> (usize, usize) {
        let core = self.ids.capacity() * size_of::<StreamId>() + self.numbers.heap_bytes();
        let sold: usize = self.sold.iter().map(|(_, sold)| sold.heap_bytes()).sum();
        let sparse = self.seen.heap_bytes()
            + self.interests.heap_bytes()
            + self.touches.heap_bytes()
            + self.months.heap_bytes()
            + self.month_sums.heap_bytes()
            + self.words.heap_bytes()
            + sold
            + self.sold.capacity() * size_of::<(Channel, Sold)>();
        (core, sparse)
    }
}
