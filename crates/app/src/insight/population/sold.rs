//! What was sold by channel, for the customers to whom something was.

use domain::customers::ChannelMetrics;
use domain::events::Channel;
use domain::segments::ChannelColumn;
use domain::time::Day;

use super::numbers::{Numbers, Slot};

/// The figures of one channel.
pub(super) type SoldNumbers = Numbers<8, 6, 0, 0>;

/// What was sold on one channel, for the rows for which something was.
#[derive(Debug, Clone, Default)]
pub(super) struct Sold {
    /// The rows, ascending.
    pub(super) rows: Vec<u16>,
    pub(super) numbers: SoldNumbers,
}

/// Where a number of a channel lies.
pub(super) const fn sold_slot(column: ChannelColumn) -> Slot {
    match column {
        ChannelColumn::FirstOrder => Slot::U32(2),
        ChannelColumn::LastOrder => Slot::U32(3),
        ChannelColumn::Orders => Slot::U32(4),
        ChannelColumn::OrderDays => Slot::U32(5),
        ChannelColumn::Items => Slot::U32(6),
        ChannelColumn::RefundCount => Slot::U32(7),
        ChannelColumn::Gross => Slot::I64(0),
        ChannelColumn::Refunds => Slot::I64(1),
        ChannelColumn::Net => Slot::I64(2),
        ChannelColumn::Product => Slot::I64(3),
        ChannelColumn::Discounts => Slot::I64(4),
        ChannelColumn::Margin => Slot::I64(5),
    }
}

const SOLD_FIRST_SEEN: Slot = Slot::U32(0);
const SOLD_LAST_SEEN: Slot = Slot::U32(1);

impl Sold {
    fn place(&self, row: usize) -> Result<usize, usize> {
        self.rows.binary_search_by_key(&row, |at| usize::from(*at))
    }

    pub(super) fn set(&mut self, row: usize, figures: &ChannelMetrics) {
        let place = match self.place(row) {
            Ok(place) => place,
            Err(place) => {
                self.rows
                    .insert(place, u16::try_from(row).expect("at most 4,096 rows"));
                self.numbers.insert_row(place);
                place
            }
        };
        for column in ChannelColumn::ALL {
            self.numbers
                .set(sold_slot(*column), place, column.value(figures));
        }
        let day = |day: Option<Day>| day.map(|day| i64::from(day.0));
        self.numbers
            .set(SOLD_FIRST_SEEN, place, day(figures.first_seen));
        self.numbers
            .set(SOLD_LAST_SEEN, place, day(figures.last_seen));
    }

    pub(super) fn clear(&mut self, row: usize) {
        if let Ok(place) = self.place(row) {
            self.rows.remove(place);
            self.numbers.remove_row(place);
        }
    }

    pub(super) fn split_off(&mut self, row: usize) -> Self {
        let place = self.rows.partition_point(|at| usize::from(*at) < row);
        let rows = self.rows.split_off(place);
        let moved = u16::try_from(row).expect("at most 4,096 rows");
        Self {
            rows: rows.into_iter().map(|at| at - moved).collect(),
            numbers: self.numbers.split_off(place),
        }
    }

    pub(super) fn figures(&self, channel: Channel, row: usize) -> Option<ChannelMetrics> {
        let place = self.place(row).ok()?;
        let number = |slot: Slot| self.numbers.get(slot, place);
        let value = |column: ChannelColumn| number(sold_slot(column));
        let sum = |column: ChannelColumn| value(column).unwrap_or(0);
        Some(ChannelMetrics {
            channel,
            first_seen: number(SOLD_FIRST_SEEN).map(to_day),
            last_seen: number(SOLD_LAST_SEEN).map(to_day),
            first_order: value(ChannelColumn::FirstOrder).map(to_day),
            last_order: value(ChannelColumn::LastOrder).map(to_day),
            orders: sum(ChannelColumn::Orders),
            order_days: sum(ChannelColumn::OrderDays),
            items: sum(ChannelColumn::Items),
            refund_count: sum(ChannelColumn::RefundCount),
            gross: sum(ChannelColumn::Gross),
            refunds: sum(ChannelColumn::Refunds),
            net: sum(ChannelColumn::Net),
            product: sum(ChannelColumn::Product),
            discounts: sum(ChannelColumn::Discounts),
            margin: value(ChannelColumn::Margin),
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.rows.capacity() * 2 + self.numbers.heap_bytes()
    }
}

/// The day that a number was put in as.
pub(super) fn to_day(number: i64) -> Day {
    Day(i32::try_from(number).expect("it was put in as a day"))
}
