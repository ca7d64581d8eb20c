//! Answers over all customers, computed from the population and kept for a while.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use domain::insight::{MonthRange, RangeAsked};
use domain::segments::{Column, WordColumn};
use domain::time::{Calendar, Day, Millis, Month};

use super::ages::ages;
use super::channels::Channels;
use super::experience::Experience;
use super::retention::{
    CohortCalendar, Retention, RetentionColumns, RetentionOf, RetentionPeriod, cohorts,
    first_order_between,
};
use super::time_to::{TimeTo, UNKNOWN_DAY, curve_of};
use super::value::{Value, ValueColumns};
use super::{Population, PopulationState};
use crate::{App, AppError, InForce};

/// An answer is shown for so many times as long as it took to compute, even if facts came since:
/// whoever looks again and again costs at most a twentieth of a core.
const FRESH_FOR_COSTS: i64 = 20;

/// An answer, or how far the population has been read.
#[derive(Debug, Clone, PartialEq)]
pub enum Insight<T> {
    /// The answer.
    Ready(Arc<T>),
    /// The population is being read: so many percent of it are there.
    Warming(u8),
}

/// The last answers, with the time at which each was computed.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    retention: Kept<Retention>,
    /// The curve of the months that were asked for last.
    second_orders: Kept<Option<TimeTo>>,
    value: Kept<Value>,
    pub(super) channels: Kept<Channels>,
    /// Of the months that were asked for last.
    pub(super) channels_chosen: Kept<Channels>,
    /// Of the days that were asked for last.
    pub(super) experience: Kept<Experience>,
}

/// The last answer to one question. Whoever asks while it is being computed waits for it.
#[derive(Debug)]
pub(super) struct Kept<T>(Mutex<Option<Last<T>>>);

#[derive(Debug)]
struct Last<T> {
    answer: Arc<T>,
    /// The snapshot that it was computed from; it is not kept alive for its sake.
    population: Weak<Population>,
    /// The version of whatever else it rests on.
    version: u64,
    fresh_until: Millis,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Kept<T> {
    pub(super) fn get(
        &self,
        app: &App,
        version: u64,
        compute: impl FnOnce(&Population, &Moment) -> Result<T, AppError>,
    ) -> Result<Insight<T>, AppError> {
        let population = match app.population() {
            PopulationState::Ready(population) => population,
            PopulationState::Warming { percent } => return Ok(Insight::Warming(percent)),
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let began = app.now();
        if let Some(last) = kept.as_ref() {
            let is_same = std::ptr::eq(last.population.as_ptr(), Arc::as_ptr(&population));
            if last.version == version && (is_same || began < last.fresh_until) {
                return Ok(Insight::Ready(Arc::clone(&last.answer)));
            }
        }
        let answer = Arc::new(compute(&population, &Moment::of(app, &population))?);
        let ended = app.now();
        *kept = Some(Last {
            answer: Arc::clone(&answer),
            population: Arc::downgrade(&population),
            version,
            fresh_until: ended.plus((ended.0 - began.0).max(0) * FRESH_FOR_COSTS),
        });
        Ok(Insight::Ready(answer))
    }
}

/// The moment as of which answers hold: that of the newest fact.
pub(super) struct Moment {
    pub(super) in_force: Arc<InForce>,
    /// The newest sign of life.
    pub(super) newest: Millis,
    pub(super) today: Day,
    this_month: Month,
}

impl Moment {
    fn of(app: &App, population: &Population) -> Self {
        let now = app.now();
        let newest = population
            .seen_span()
            .map_or(now, |(_, last)| last.min(now));
        let in_force = app.in_force();
        Self {
            today: in_force.fold.day(newest),
            this_month: in_force.fold.month(newest),
            newest,
            in_force,
        }
    }
}

impl App {
    /// Do they come back, and when is it too late?
    ///
    /// # Errors
    /// The store's.
    pub fn retention(&self) -> Result<Insight<Retention>, AppError> {
        self.inner
            .answers
            .retention
            .get(self, 0, |population, moment| {
                let days = |column: Column| population.days(column, UNKNOWN_DAY);
                let (content, names) = population.words(WordColumn::Content);
                let columns = RetentionColumns {
                    first_order: &days(Column::FirstOrder),
                    second_order: &days(Column::SecondOrder),
                    first_visit: &days(Column::FirstVisit),
                    second_visit: &days(Column::SecondVisit),
                    content: &content,
                };
                let mut retention = Retention::of(&columns, moment.today, &names);
                let first = columns.first_order.iter().min().copied();
                if let Some(first) = first.filter(|day| *day != UNKNOWN_DAY) {
                    let calendar = moment.in_force.settings.calendar;
                    let first = Day(i32::try_from(first).unwrap_or(i32::MAX));
                    let cohort_calendar = CohortCalendar {
                        this_month: moment.this_month,
                        month_start: &|month| iso_date(calendar.month_start(month)),
                    };
                    let first = calendar.month_of(first);
                    retention.cohorts = cohorts(population.months(), first, &cohort_calendar)?;
                }
                Ok(retention)
            })
    }

    /// Retention with the cohorts of some months. Whatever is wrong with what was asked, retention
    /// of all customers is there.
    ///
    /// # Errors
    /// The store's.
    pub fn retention_of(&self, asked: &RangeAsked) -> Result<Insight<RetentionOf>, AppError> {
        let retention = match self.retention()? {
            Insight::Ready(retention) => retention,
            Insight::Warming(percent) => return Ok(Insight::Warming(percent)),
        };
        let calendar = self.in_force().settings.calendar;
        let first = retention.cohorts.first().map(|row| row.month.parse());
        let last = calendar.month_of(Day(retention.today));
        let first = first.and_then(Result::ok);
        let history = first.and_then(|first| MonthRange::new(first, last));
        let chosen = asked.read(history);
        let range = chosen.as_ref().ok().and_then(|chosen| chosen.range);
        let period = match range {
            Some(range) => Some(self.retention_period(&retention, range)?),
            None => None,
        };
        Ok(Insight::Ready(Arc::new(RetentionOf {
            retention,
            history,
            chosen,
            period,
        })))
    }

    fn retention_period(
        &self,
        retention: &Retention,
        range: MonthRange,
    ) -> Result<RetentionPeriod, AppError> {
        let calendar = self.in_force().settings.calendar;
        let from = calendar.month_start(range.from());
        let until = calendar.month_start(Month(range.to().0 + 1));
        let version = (u64::from(range.from().0.cast_unsigned()) << 32)
            | u64::from(range.to().0.cast_unsigned());
        let second_orders = &self.inner.answers.second_orders;
        let second_order = second_orders.get(self, version, |population, moment| {
            let mut firsts = population.days(Column::FirstOrder, UNKNOWN_DAY);
            for day in &mut firsts {
                let is_within = i32::try_from(*day).is_ok_and(|it| (from.0..until.0).contains(&it));
                if !is_within {
                    *day = UNKNOWN_DAY;
                }
            }
            let seconds = population.days(Column::SecondOrder, UNKNOWN_DAY);
            let today = u32::try_from(moment.today.0).unwrap_or(0);
            let curve = curve_of(firsts.iter().copied().zip(seconds), today).ok();
            Ok(curve.map(|curve| TimeTo::of(&curve, &firsts)))
        })?;
        let is_chosen = |month: &str| month.parse().is_ok_and(|month| range.holds(month));
        Ok(RetentionPeriod {
            range,
            second_order: match second_order {
                Insight::Ready(it) => it.as_ref().clone(),
                Insight::Warming(_) => None,
            },
            cohorts: retention
                .cohorts
                .iter()
                .filter(|row| is_chosen(&row.month))
                .cloned()
                .collect(),
            predicate: first_order_between(&iso_date(from), &iso_date(until)),
        })
    }

    /// Who makes the money?
    ///
    /// # Errors
    /// The store's.
    pub fn value(&self) -> Result<Insight<Value>, AppError> {
        let thresholds = self.thresholds()?;
        let version = thresholds.as_ref().map_or(0, |it| it.version);
        let answers = &self.inner.answers;
        answers.value.get(self, version, |population, moment| {
            let everybody = population.everybody();
            let small = |column: Column| population.days(column, UNKNOWN_DAY);
            let money = |column: Column| population.numbers_of(column, 0, &everybody);
            let columns = ValueColumns {
                currency: moment.in_force.settings.currency,
                first_order: &small(Column::FirstOrder),
                last_order: &small(Column::LastOrder),
                orders: &small(Column::Orders),
                order_days: &small(Column::OrderDays),
                visits: &small(Column::Visits),
                gross: &money(Column::Gross),
                refunds: &money(Column::Refunds),
                discounts: &money(Column::Discounts),
            };
            let mut value = Value::of(&columns, thresholds.as_ref(), moment.today);
            (value.basis, value.ages) = ages(|| population.months(), moment.this_month);
            Ok(value)
        })
    }
}

/// A day as predicates write it.
pub(super) fn iso_date(day: Day) -> String {
    let (year, month, day) = Calendar::Gregorian.date(day);
    format!("{year:04}-{month:02}-{day:02}")
}
