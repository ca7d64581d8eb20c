//! The figures of some months, and those they are compared with.
//!
//! One pass over the customers and the daily sums ([`Past`]) answers for any months afterwards.

use std::collections::BTreeMap;

use domain::insight::{Against, Flows, LAPSE_MONTHS, MonthRange, RangeFlow};
use domain::time::{Calendar, Day, Month};
use serde::Serialize;

use super::answers::iso_date;
use super::overview::{MONTHS_MAX, MonthFigures, OverviewMonth};
use super::retention::first_order_between;

/// The figures of some months.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverviewPeriod {
    /// The months.
    pub range: MonthRange,
    /// The first and the last day that is counted, in the shop's zone, counted from 1970-01-01.
    /// In a month that runs, the last one is that of the newest fact.
    pub days: (i32, i32),
    /// Whether the last month was still running at the time of the newest fact.
    pub is_running: bool,
    /// Money of customers who are known.
    pub figures: MonthFigures,
    /// Customers, each counted once.
    pub flow: RangeFlow,
    /// Who the figures are made of, as far as a predicate says exactly that.
    pub doors: PeriodDoors,
    /// What the figures are compared with; none when they are compared with nothing.
    pub compared: Option<Compared>,
    /// Each month; of many, the newest.
    pub months: Vec<OverviewMonth>,
}

/// Predicates that list exactly who was counted. None where there is no such predicate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeriodDoors {
    /// Who ordered. Nobody else may have ordered both before and after these months.
    pub ordered: Option<String>,
    /// Who ordered, where all orders are in the shop's currency, so that gross is theirs.
    pub gross: Option<String>,
    /// Who ordered for the first time.
    pub new: String,
    /// Who lapsed, where none of them has come back.
    pub lapsed: Option<String>,
    /// Who lapsed and has not ordered since.
    pub still_away: String,
}

/// What a period is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Compared {
    /// These months begin before the history does, so nothing is said of them.
    Outside {
        /// The months.
        range: MonthRange,
        /// Their first and their last day.
        days: (i32, i32),
        /// The first day of the history.
        begins: i32,
    },
    /// With these months.
    With(ComparedWith),
}

/// The figures of the months that a period is compared with. When the period is running, they are
/// those of the same days: up to the same day of the last month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedWith {
    /// The months.
    pub range: MonthRange,
    /// The first and the last day that is counted.
    pub days: (i32, i32),
    /// Money of customers who are known.
    pub figures: MonthFigures,
    /// Customers who ordered for the first time; none so early in the history that those who had
    /// ordered before it are taken for new ones.
    pub new: Option<u64>,
    /// Customers who ordered.
    pub ordered: Pair,
    /// Customers who ordered again after they had lapsed.
    pub won_back: Pair,
    /// Customers who lapsed.
    pub lapsed: Pair,
}

/// Customers now and before. On which days of a month somebody ordered is not held of every
/// customer, so both are counted without the month that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Pair {
    /// As many now, and as many before.
    Of {
        /// In the period, without the month that runs.
        now: u64,
        /// In the months that it is compared with, without the last one if a month runs.
        before: u64,
    },
    /// There is no month but the one that runs.
    Running,
    /// So early in the history nobody can have lapsed.
    TooEarly,
}

/// Money of one day, by day.
pub(crate) type DayFigures = BTreeMap<Day, MonthFigures>;

/// What periods are computed from.
pub(crate) struct Past {
    /// The months from the first order to the newest fact.
    pub(crate) history: MonthRange,
    pub(crate) calendar: Calendar,
    /// The first day of the history.
    pub(crate) begins: Day,
    /// The day of the newest fact.
    pub(crate) newest: Day,
    pub(crate) figures: DayFigures,
    pub(crate) flows: Flows,
    /// Customers by the day of their first order, counted from 1970-01-01.
    pub(crate) first_orders: Vec<u64>,
    /// Whether every order is in the shop's currency.
    pub(crate) is_one_currency: bool,
}

impl Past {
    /// The figures of some months of the history.
    pub(crate) fn period(&self, range: MonthRange, against: Against) -> OverviewPeriod {
        let is_running = range.holds(self.history.to());
        let (first_day, last_day) = self.days(range);
        let last_day = if is_running {
            self.newest.min(last_day)
        } else {
            last_day
        };
        let flow = self.flows.of(range);
        let compared = range.compared(against);
        OverviewPeriod {
            range,
            days: (first_day.0, last_day.0),
            is_running,
            figures: self.sum(self.days(range)),
            flow,
            doors: self.doors(range, &flow),
            compared: compared.map(|with| self.compare(range, with, is_running)),
            months: self.months(range.newest(MONTHS_MAX + 1)),
        }
    }

    /// Each of some months.
    pub(crate) fn months(&self, range: MonthRange) -> Vec<OverviewMonth> {
        let months = range.months().map(|month| {
            let alone = MonthRange::one(month);
            let flow = self.flows.of(alone);
            OverviewMonth {
                month: month.to_string(),
                flow: flow.into(),
                still_away: flow.still_away,
                figures: self.sum(self.days(alone)),
                running: month == self.history.to(),
            }
        });
        months.collect()
    }

    fn compare(&self, range: MonthRange, with: MonthRange, is_running: bool) -> Compared {
        let (first_day, month_end) = self.days(with);
        if first_day < self.begins {
            return Compared::Outside {
                range: with,
                days: (first_day.0, month_end.0),
                begins: self.begins.0,
            };
        }
        let last_day = if is_running {
            let of_month = self.newest.0 - self.calendar.month_start(range.to()).0;
            Day(self.calendar.month_start(with.to()).0 + of_month).min(month_end)
        } else {
            month_end
        };
        let days = (first_day, last_day);
        let over = |range: MonthRange| match is_running {
            true => range.without_last(),
            false => Some(range),
        };
        let both = over(range).zip(over(with));
        let both = both.map(|(now, before)| (self.flows.of(now), self.flows.of(before)));
        let pair = |of: fn(&RangeFlow) -> u64| match &both {
            None => Pair::Running,
            Some((now, before)) => Pair::Of {
                now: of(now),
                before: of(before),
            },
        };
        // Lapsing takes its time: before that, nobody can have lapsed or been won back, and who
        // had ordered before the history begins is not told from who is new.
        let is_early = with.from().0 - self.history.from().0 < LAPSE_MONTHS;
        let later = |of: fn(&RangeFlow) -> u64| match is_early {
            true => Pair::TooEarly,
            false => pair(of),
        };
        Compared::With(ComparedWith {
            range: with,
            days: (days.0.0, days.1.0),
            figures: self.sum(days),
            new: (!is_early).then(|| self.newcomers(days)),
            ordered: pair(|it| it.ordered),
            won_back: later(|it| it.won_back),
            lapsed: later(|it| it.lapsed),
        })
    }

    /// The first and the last day of some months.
    fn days(&self, range: MonthRange) -> (Day, Day) {
        let after = self.calendar.month_start(Month(range.to().0 + 1));
        (self.calendar.month_start(range.from()), Day(after.0 - 1))
    }

    fn sum(&self, (first, last): (Day, Day)) -> MonthFigures {
        let mut sums = MonthFigures::default();
        for (_, figures) in self.figures.range(first..=last) {
            sums.add(figures);
        }
        sums
    }

    /// Customers whose first order lies on one of some days.
    fn newcomers(&self, (first, last): (Day, Day)) -> u64 {
        let place = |day: i32| usize::try_from(day).unwrap_or(0);
        let days = place(first.0)..place(last.0 + 1).min(self.first_orders.len());
        let days = self.first_orders.get(days).unwrap_or_default();
        days.iter().sum()
    }

    fn doors(&self, range: MonthRange, flow: &RangeFlow) -> PeriodDoors {
        let start = |month: Month| iso_date(self.calendar.month_start(month));
        let (from, until) = (start(range.from()), start(Month(range.to().0 + 1)));
        let ordered = format!("first_order < date(\"{until}\") && last_order >= date(\"{from}\")");
        let ordered = (flow.ordered == flow.around).then_some(ordered);
        let back = |month: Month| start(Month(month.0 - LAPSE_MONTHS));
        let still_away = format!(
            "last_order >= date(\"{}\") && last_order < date(\"{}\")",
            back(range.from()),
            back(Month(range.to().0 + 1)),
        );
        PeriodDoors {
            gross: ordered.clone().filter(|_| self.is_one_currency),
            ordered,
            new: first_order_between(&from, &until),
            lapsed: (flow.lapsed == flow.still_away).then(|| still_away.clone()),
            still_away,
        }
    }
}
