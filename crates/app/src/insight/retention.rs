//! Retention: do they come back, and when is it too late?

use std::sync::Arc;

use domain::customers::MonthSums;
use domain::insight::{Chosen, MonthRange, RangeError};
use domain::time::{Day, Month};
use science::cohorts::CohortCounter;
use serde::Serialize;

use super::change::{Change, change_of};
use super::time_to::{Rarely, ShareBy, TimeTo, UNKNOWN_DAY, curve_of, rarely, share_by};
use crate::AppError;

/// The fewest visitors of a kind of content of whom a share is told.
const VISITORS_MIN: u64 = 30;
/// The most kinds of content that are told apart.
const CONTENTS_MAX: usize = 20;
/// Days within which a second visit counts as coming back.
const BACK_DAYS: u32 = 30;
/// Days before the day after which buyers rarely return, in which they are about to cross it.
const ABOUT_DAYS: u32 = 14;

/// What a merchant asks about coming back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Retention {
    /// The last day that was watched, in the shop's zone, counted from 1970-01-01.
    pub today: i32,
    /// Customers with an order.
    pub buyers: u64,
    /// Customers with orders on more days than one.
    pub repeat_buyers: u64,
    /// The time from the first to the second day with an order; none without buyers.
    pub second_order: Option<TimeTo>,
    /// The day after which a one-time buyer rarely returns; none when too few return to say.
    pub rarely: Option<Rarely>,
    /// The newest buyers who were watched for long enough against those of the year before; none
    /// when either are too few.
    pub newest: Option<Change>,
    /// One-time buyers who have not reached that day.
    pub in_window: Option<Door>,
    /// One-time buyers who reach it within two weeks.
    pub about_to_cross: Option<Door>,
    /// All one-time buyers by how long ago they ordered, the newest first.
    pub waiting: Vec<Waiting>,
    /// The time from the first to the second visit; none without visits.
    pub second_visit: Option<TimeTo>,
    /// Buyers by the month of their first order.
    pub cohorts: Vec<CohortRow>,
    /// Visitors by the kind of content of their first visit, the most returning first.
    pub contents: Vec<ContentRow>,
    /// The same share over all visitors.
    pub back_in_all: Option<ShareBy>,
}

/// Buyers whose first order lies in some months: their cohorts, and how they came back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetentionPeriod {
    /// The months.
    pub range: MonthRange,
    /// The time from the first to the second day with an order; none without buyers.
    pub second_order: Option<TimeTo>,
    /// The cohorts of these months.
    pub cohorts: Vec<CohortRow>,
    /// Who they are.
    pub predicate: String,
}

/// Retention, with the cohorts of the months that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RetentionOf {
    /// All customers.
    pub retention: Arc<Retention>,
    /// The months of first orders; none when nobody ordered.
    pub history: Option<MonthRange>,
    /// What was chosen, or why it cannot be shown.
    pub chosen: Result<Chosen, RangeError>,
    /// The buyers of the chosen months; none when all were chosen.
    pub period: Option<RetentionPeriod>,
}

/// Customers that a figure is made of: how many, and the question that lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Door {
    /// How many.
    pub customers: u64,
    /// The predicate.
    pub predicate: String,
}

/// One-time buyers whose only day with an order lies so many days back, the ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// At least so many days.
    pub from_days: u32,
    /// At most so many days; none for the last row, which has no end.
    pub until_days: Option<u32>,
    /// Whether they reach the day after which buyers rarely return within two weeks.
    pub about_to_cross: bool,
    /// Who they are.
    pub door: Door,
}

/// Buyers whose first order lies in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CohortRow {
    /// The month in the shop's calendar, as `2011-03`.
    pub month: String,
    /// How many there are.
    pub size: u32,
    /// How many of them ordered 1, 2, 3 … months later. Only the last one, of the month that the
    /// newest fact lies in, may still grow.
    pub later: Vec<u32>,
    /// The predicate that lists the cohort.
    pub predicate: String,
}

/// Visitors whose first visit began with one kind of content.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContentRow {
    /// The content, in the shop's words; empty when not told.
    pub content: String,
    /// How many there are.
    pub visitors: u64,
    /// The share who visited again within 30 days (Kaplan–Meier).
    pub back: ShareBy,
    /// The predicate that lists them.
    pub predicate: String,
}

/// How one share stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// It lies above, and the intervals do not touch.
    Higher,
    /// It lies below, and the intervals do not touch.
    Lower,
    /// The intervals overlap: it may be chance.
    Within,
}

impl ContentRow {
    /// How the share of these visitors stands to that of all. The group is a part of all, which
    /// makes this the more careful.
    #[must_use]
    pub fn differs(&self, all: &ShareBy) -> Differs {
        if self.back.low > all.high {
            Differs::Higher
        } else if self.back.high < all.low {
            Differs::Lower
        } else {
            Differs::Within
        }
    }
}

/// What retention is computed from, one entry a customer.
pub(crate) struct RetentionColumns<'a> {
    pub(crate) first_order: &'a [u32],
    pub(crate) second_order: &'a [u32],
    pub(crate) first_visit: &'a [u32],
    pub(crate) second_visit: &'a [u32],
    /// A code of the content of the first visit.
    pub(crate) content: &'a [u32],
}

/// The shop's calendar, as far as cohorts need it.
pub(crate) struct CohortCalendar<'a> {
    /// The month in which the newest fact lies.
    pub(crate) this_month: Month,
    /// The first day of a month, as predicates write it.
    pub(crate) month_start: &'a dyn Fn(Month) -> String,
}

impl Retention {
    /// Computes everything but the cohorts and the names of contents.
    pub(crate) fn of(columns: &RetentionColumns<'_>, today: Day, content_names: &[String]) -> Self {
        let now = u32::try_from(today.0).unwrap_or(0);
        let pairs = |first: &'_ [u32], second: &'_ [u32]| {
            first
                .iter()
                .copied()
                .zip(second.iter().copied())
                .collect::<Vec<(u32, u32)>>()
        };
        let orders = pairs(columns.first_order, columns.second_order);
        let ordered = curve_of(orders.iter().copied(), now).ok();
        let visits = pairs(columns.first_visit, columns.second_visit);
        let visited = curve_of(visits.iter().copied(), now).ok();
        let rarely = ordered.as_ref().and_then(rarely);
        let second_order = ordered
            .as_ref()
            .map(|it| TimeTo::of(it, columns.first_order));
        let count = |from: u32, until: u32| window(&orders, now, from, Some(until));
        Self {
            today: today.0,
            buyers: second_order.as_ref().map_or(0, |it| it.people),
            repeat_buyers: second_order.as_ref().map_or(0, |it| it.returned),
            in_window: rarely.map(|it| count(0, it.days)),
            about_to_cross: rarely.map(|it| count(it.days.saturating_sub(ABOUT_DAYS), it.days)),
            waiting: waiting(&orders, now, rarely),
            rarely,
            second_order,
            contents: contents(&visits, columns.content, content_names, now),
            back_in_all: visited.as_ref().and_then(|it| share_by(it, BACK_DAYS)),
            second_visit: visited
                .as_ref()
                .map(|it| TimeTo::of(it, columns.first_visit)),
            newest: change_of(&orders, now),
            cohorts: Vec::new(),
        }
    }
}

/// Ends of the rows of [`Waiting`] before the day after which buyers rarely return.
const WAITING_DAYS: [u32; 4] = [30, 90, 180, 365];

fn waiting(orders: &[(u32, u32)], today: u32, rarely: Option<Rarely>) -> Vec<Waiting> {
    let late = rarely.map(|it| (it.days.saturating_sub(ABOUT_DAYS), it.days));
    let before = late.map_or(u32::MAX, |(about, _)| about);
    let mut ends: Vec<u32> = WAITING_DAYS
        .into_iter()
        .filter(|end| end.saturating_add(1) < before)
        .collect();
    if let Some((about, day)) = late {
        ends.extend(about.checked_sub(1));
        ends.push(day);
    }
    let mut from = 0;
    let mut rows = Vec::with_capacity(ends.len() + 1);
    for end in ends.into_iter().map(Some).chain([None]) {
        rows.push(Waiting {
            from_days: from,
            until_days: end,
            about_to_cross: end.is_some() && end == late.map(|(_, day)| day),
            door: window(orders, today, from, end),
        });
        from = end.map_or(from, |end| end + 1);
    }
    rows
}

/// One-time buyers whose only day with an order lies so many days back, the ends included.
fn window(orders: &[(u32, u32)], today: u32, from_days: u32, until_days: Option<u32>) -> Door {
    let within = |first: u32| {
        let days = today.saturating_sub(first);
        (from_days..=until_days.unwrap_or(u32::MAX)).contains(&days)
    };
    let customers = orders
        .iter()
        .filter(|(first, second)| *first != UNKNOWN_DAY && *second == UNKNOWN_DAY && within(*first))
        .count() as u64;
    let mut predicate = "order_days == 1".to_owned();
    if from_days > 0 {
        predicate += &format!(" && days_since(last_order) >= {from_days}");
    }
    if let Some(until_days) = until_days {
        predicate += &format!(" && days_since(last_order) <= {until_days}");
    }
    Door {
        customers,
        predicate,
    }
}

fn contents(visits: &[(u32, u32)], codes: &[u32], names: &[String], today: u32) -> Vec<ContentRow> {
    let mut by_content: Vec<Vec<(u32, u32)>> = vec![Vec::new(); names.len()];
    for (visit, code) in visits.iter().zip(codes) {
        let place = usize::try_from(*code).ok();
        if let Some(rows) = place.and_then(|place| by_content.get_mut(place)) {
            rows.push(*visit);
        }
    }
    let mut rows: Vec<ContentRow> = names
        .iter()
        .zip(by_content)
        .filter_map(|(content, visits)| {
            let curve = curve_of(visits, today).ok()?;
            let back = share_by(&curve, BACK_DAYS)?;
            let visitors = curve.rows as u64;
            (visitors >= VISITORS_MIN).then(|| ContentRow {
                content: content.clone(),
                visitors,
                back,
                predicate: format!("content == {}", quoted(content)),
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        b.back
            .share
            .total_cmp(&a.back.share)
            .then(a.content.cmp(&b.content))
    });
    rows.truncate(CONTENTS_MAX);
    rows
}

/// A text as predicates write it.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// The predicate of those whose first order lies from one day up to another, which is left out.
pub(super) fn first_order_between(from: &str, until: &str) -> String {
    format!("first_order >= date(\"{from}\") && first_order < date(\"{until}\")")
}

/// Counts cohorts; `months` gives each customer's months, ascending, with what they brought.
pub(crate) fn cohorts<'a>(
    months: impl Iterator<Item = (&'a [i32], &'a [MonthSums])>,
    first: Month,
    calendar: &CohortCalendar<'_>,
) -> Result<Vec<CohortRow>, AppError> {
    let failed = |verdict: science::verdict::Verdict| AppError::Invalid(verdict.to_string());
    let last = calendar.this_month.0;
    let mut counter = CohortCounter::new(first.0, last).map_err(failed)?;
    for (numbers, sums) in months {
        let ordered = numbers
            .iter()
            .zip(sums)
            .filter(|(month, sums)| sums.orders > 0 && **month <= last);
        counter
            .add(ordered.map(|(month, _)| *month))
            .map_err(failed)?;
    }
    let rows = counter.finish().into_iter().map(|cohort| {
        let month = Month(cohort.period);
        let (from, until) = (
            (calendar.month_start)(month),
            (calendar.month_start)(Month(month.0 + 1)),
        );
        // A running month without an order yet is a cell all the same.
        let cells = usize::try_from(last - cohort.period + 1).unwrap_or(0);
        let mut later = cohort.active;
        later.resize(cells, 0);
        let size = later.first().copied().unwrap_or(0);
        later.remove(0);
        CohortRow {
            month: month.to_string(),
            size,
            later,
            predicate: first_order_between(&from, &until),
        }
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_time_buyers_lie_side_by_side_and_hold_them_all() {
        let orders: Vec<(u32, u32)> = (0..400)
            .map(|ago| (1_000 - ago, UNKNOWN_DAY))
            .chain([(700, 800), (UNKNOWN_DAY, UNKNOWN_DAY)])
            .collect();
        let rarely = Rarely {
            days: 214,
            low_days: 201,
            high_days: None,
            horizon_days: 365,
        };
        let ends = |rarely| {
            let rows = waiting(&orders, 1_000, rarely);
            let all: u64 = rows.iter().map(|row| row.door.customers).sum();
            assert_eq!(all, 400);
            rows.iter()
                .map(|row| (row.from_days, row.until_days, row.about_to_cross))
                .collect::<Vec<_>>()
        };
        let expected = [
            (0, Some(30), false),
            (31, Some(90), false),
            (91, Some(180), false),
            (181, Some(199), false),
            (200, Some(214), true),
            (215, None, false),
        ];
        assert_eq!(ends(Some(rarely)), expected);
        assert_eq!(ends(None).last(), Some(&(366, None, false)));
        let early = Rarely { days: 9, ..rarely };
        let expected = [(0, Some(9), true), (10, None, false)];
        assert_eq!(ends(Some(early)), expected);
        let about = &waiting(&orders, 1_000, Some(rarely))[4].door;
        assert_eq!(
            about.predicate,
            "order_days == 1 && days_since(last_order) >= 200 && days_since(last_order) <= 214"
        );
    }
}
