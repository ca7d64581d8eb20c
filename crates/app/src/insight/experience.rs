//! Experience: how is it to be a customer, at each touchpoint and on each channel?
//!
//! Of each customer the latest time at each touchpoint on each channel is known, so a customer
//! counts once in each place, and a period ends today: whoever was there within it is there by
//! their latest time.

use std::collections::BTreeMap;

use domain::customers::{Touch, Touchpoint, went_on_after};
use domain::events::Channel;
use domain::time::{Day, Millis};
use science::proportion::wilson;
use serde::Serialize;

use super::answers::iso_date;
use super::{Insight, Population};
use crate::{App, AppError};

/// The periods that can be asked for, in days that end today; 0 is everything.
pub const DAYS_CHOICES: [u32; 4] = [30, 90, 365, 0];
/// With fewer customers a place is not named among the worst.
const WATCHED_MIN: u64 = 20;
/// So many places are named.
const WORST: usize = 3;
/// The part of those who went on that the slow time holds.
const SLOW: f64 = 0.9;
const DAY_S: u32 = 86_400;

/// What it is like at every touchpoint and on every channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Experience {
    /// The period in days that ends today; 0 is everything.
    pub days: u32,
    /// The first day of the period, counted from 1970-01-01; none when nothing was ever told.
    pub first_day: Option<i32>,
    /// The last day that was watched, likewise.
    pub today: i32,
    /// Customers who were anywhere in the period.
    pub customers: u64,
    /// The places at which anybody was, by touchpoint and channel in their order.
    pub cells: Vec<ExperienceCell>,
    /// The places on the way at which most stop, at most one of a touchpoint and at most three: the
    /// highest share first. They are places among `cells`. What follows on a delivery is not on
    /// the way.
    pub worst: Vec<usize>,
}

/// One touchpoint on one channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExperienceCell {
    /// The touchpoint.
    pub touchpoint: Touchpoint,
    /// The channel.
    pub channel: Channel,
    /// Customers whose latest time there lies in the period.
    pub entered: u64,
    /// Those of them who went on from there.
    pub went_on: u64,
    /// Those who have not and may still: it is not long enough ago.
    pub waiting: u64,
    /// Those who stopped; none where nothing that goes on is told of.
    pub stops: Option<Stops>,
    /// Half of those who went on took no more seconds than this; none when nobody did.
    pub median_s: Option<u32>,
    /// Nine in ten took no more.
    pub slow_s: Option<u32>,
    /// The predicate that lists the customers who were last seen at this touchpoint and were on
    /// this channel.
    pub predicate: String,
}

/// How many stopped of those who were there long enough ago.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stops {
    /// Days after which who has not gone on has stopped.
    pub patience_days: u32,
    /// Customers who were there longer ago than that.
    pub watched: u64,
    /// Those of them who have not gone on.
    pub stopped: u64,
    /// Their share.
    pub share: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end of its 95 % interval.
    pub high: f64,
}

/// Days after which who has not gone on is held to have stopped. Who begins to pay does so within
/// a day or not at all; who looks around may come back within a week; a parcel may take a month,
/// and the next order a season.
const fn patience_days(touchpoint: Touchpoint) -> u32 {
    match touchpoint {
        Touchpoint::Checkout => 1,
        Touchpoint::Visited | Touchpoint::Considered | Touchpoint::Basket => 7,
        Touchpoint::Ordered => 30,
        Touchpoint::Received | Touchpoint::Reviewed | Touchpoint::Help | Touchpoint::Return => 90,
    }
}

/// What is counted of one place.
#[derive(Debug, Default)]
struct Counted {
    entered: u64,
    watched: u64,
    stopped: u64,
    waiting: u64,
    /// Seconds of each who went on.
    took: Vec<u32>,
}

/// The period, in seconds since 1970, and the moment it is judged at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    pub(crate) from_s: u32,
    pub(crate) now_s: u32,
}

/// Counts customers one by one.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    customers: u64,
    first_s: Option<u32>,
    places: BTreeMap<(Touchpoint, Channel), Counted>,
}

impl Counting {
    pub(crate) fn add(&mut self, touches: &[Touch], watch: Watch) {
        let mut was_there = false;
        for touch in touches {
            let went_on = went_on_after(*touch, touches);
            let counted = self
                .places
                .entry((touch.touchpoint, touch.channel))
                .or_default();
            if touch.at_s < watch.from_s || touch.at_s > watch.now_s {
                continue;
            }
            was_there = true;
            let first = self.first_s.map_or(touch.at_s, |it| it.min(touch.at_s));
            self.first_s = Some(first);
            counted.entered += 1;
            let patience = patience_days(touch.touchpoint) * DAY_S;
            let is_watched = watch.now_s - touch.at_s > patience;
            counted.watched += u64::from(is_watched);
            match went_on {
                Some(seconds) => counted.took.push(seconds),
                None if is_watched => counted.stopped += 1,
                None => counted.waiting += 1,
            }
        }
        self.customers += u64::from(was_there);
    }

    pub(crate) fn into_cells(self, since: Option<Day>) -> Vec<ExperienceCell> {
        // What is bought on a channel on which nothing ever arrives is in hand at once, as in a
        // store: nothing is waited for.
        let received = |(touchpoint, channel): &(Touchpoint, Channel)| {
            (*touchpoint == Touchpoint::Received).then_some(*channel)
        };
        let arrives: Vec<Channel> = self.places.keys().filter_map(received).collect();
        let counted = self.places.into_iter();
        let counted = counted.filter(|(_, counted)| counted.entered > 0);
        counted
            .map(|((touchpoint, channel), counted)| {
                let is_end = touchpoint == Touchpoint::Ordered && !arrives.contains(&channel);
                counted.cell((touchpoint, channel), is_end, since)
            })
            .collect()
    }
}

impl Counted {
    fn cell(
        mut self,
        (touchpoint, channel): (Touchpoint, Channel),
        is_end: bool,
        since: Option<Day>,
    ) -> ExperienceCell {
        if is_end {
            self.took.clear();
        }
        self.took.sort_unstable();
        ExperienceCell {
            touchpoint,
            channel,
            entered: self.entered,
            went_on: self.took.len() as u64,
            waiting: if is_end { 0 } else { self.waiting },
            stops: self.stops(patience_days(touchpoint)).filter(|_| !is_end),
            median_s: within(&self.took, 0.5),
            slow_s: within(&self.took, SLOW),
            predicate: predicate(touchpoint, channel, since),
        }
    }

    fn stops(&self, patience_days: u32) -> Option<Stops> {
        let count = |of: u64| i64::try_from(of).unwrap_or(i64::MAX);
        let share = wilson(count(self.stopped), count(self.watched))?;
        Some(Stops {
            patience_days,
            watched: self.watched,
            stopped: self.stopped,
            share: share.estimate,
            low: share.low,
            high: share.high,
        })
    }
}

/// The least number that so large a part of the sorted ones does not exceed.
fn within(sorted: &[u32], part: f64) -> Option<u32> {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

fn predicate(touchpoint: Touchpoint, channel: Channel, since: Option<Day>) -> String {
    let there = match touchpoint {
        Touchpoint::Help => format!("complaints >= 1 && \"{channel}\" in channels"),
        Touchpoint::Return => format!("{channel}.refund_count >= 1"),
        stage => format!("stage == \"{}\" && \"{channel}\" in channels", stage.word()),
    };
    match since {
        Some(day) => format!("{there} && last_seen >= date(\"{}\")", iso_date(day)),
        None => there,
    }
}

/// Whether who stops here is lost on the way. After an order that arrived nobody has to go on;
/// whether they come back is what retention tells.
const fn is_on_the_way(touchpoint: Touchpoint) -> bool {
    !matches!(touchpoint, Touchpoint::Received | Touchpoint::Reviewed)
}

/// The worst place of each touchpoint, and of these the worst.
fn worst(cells: &[ExperienceCell]) -> Vec<usize> {
    let mut of_each: BTreeMap<Touchpoint, (f64, usize)> = BTreeMap::new();
    let cells = cells.iter().enumerate();
    for (place, cell) in cells.filter(|(_, cell)| is_on_the_way(cell.touchpoint)) {
        let Some(stops) = cell
            .stops
            .filter(|it| it.watched >= WATCHED_MIN && it.stopped > 0)
        else {
            continue;
        };
        let known = of_each
            .entry(cell.touchpoint)
            .or_insert((stops.share, place));
        if stops.share > known.0 {
            *known = (stops.share, place);
        }
    }
    let mut worst: Vec<(f64, usize)> = of_each.into_values().collect();
    worst.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    worst
        .into_iter()
        .take(WORST)
        .map(|(_, place)| place)
        .collect()
}

fn counted(population: &Population, watch: Watch) -> Counting {
    let mut counting = Counting::default();
    let mut touches = Vec::new();
    for place in population.everybody().iter() {
        touches.clear();
        touches.extend(population.touches(place));
        counting.add(&touches, watch);
    }
    counting
}

fn seconds(at: Millis) -> u32 {
    let seconds = at.0.div_euclid(1_000).clamp(0, u32::MAX.into());
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

impl App {
    /// How is it to be a customer, at each touchpoint and on each channel, in the days until now?
    /// 0 days are everything.
    ///
    /// # Errors
    /// The store's.
    pub fn experience(&self, days: u32) -> Result<Insight<Experience>, AppError> {
        let answers = &self.inner.answers;
        answers
            .experience
            .get(self, days.into(), |population, moment| {
                let fold = &moment.in_force.fold;
                let first = i64::from(moment.today.0) - i64::from(days) + 1;
                let since = (days > 0).then(|| Day(i32::try_from(first).unwrap_or(0)));
                let watch = Watch {
                    from_s: since.map_or(0, |day| seconds(fold.day_start(day))),
                    now_s: seconds(moment.newest),
                };
                let counting = counted(population, watch);
                let told = counting.first_s;
                let told = told.map(|at| fold.day(Millis(i64::from(at) * 1_000)));
                let customers = counting.customers;
                let cells = counting.into_cells(since);
                Ok(Experience {
                    days,
                    first_day: since.or(told).map(|day| day.0),
                    today: moment.today.0,
                    customers,
                    worst: worst(&cells),
                    cells,
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_still_go_on_has_not_stopped() {
        let touch = |touchpoint, at_s| Touch {
            touchpoint,
            channel: Channel::Web,
            at_s,
        };
        let watch = Watch {
            from_s: DAY_S,
            now_s: 10 * DAY_S,
        };
        let mut counting = Counting::default();
        let pays = |at_s| touch(Touchpoint::Checkout, at_s);
        counting.add(
            &[pays(2 * DAY_S), touch(Touchpoint::Ordered, 2 * DAY_S + 40)],
            watch,
        );
        counting.add(&[pays(3 * DAY_S)], watch);
        counting.add(&[pays(10 * DAY_S - 5)], watch);
        counting.add(&[pays(5)], watch);
        assert_eq!(counting.customers, 3);
        let cells = counting.into_cells(None);
        let checkout = &cells[0];
        assert_eq!(
            (checkout.entered, checkout.went_on, checkout.waiting),
            (3, 1, 1)
        );
        let stops = checkout.stops.expect("two were watched");
        assert_eq!((stops.watched, stops.stopped), (2, 1));
        assert_eq!(checkout.median_s, Some(40));
        assert_eq!(cells[1].touchpoint, Touchpoint::Ordered);
        assert_eq!(cells[1].stops, None, "nothing was ever delivered");
    }

    #[test]
    fn quantiles_are_times_that_somebody_took() {
        let check = |took: &[u32], part: f64, expected: Option<u32>| {
            assert_eq!(within(took, part), expected, "{took:?} {part}");
        };
        check(&[], 0.5, None);
        check(&[7], 0.9, Some(7));
        check(&[1, 2, 3, 4], 0.5, Some(2));
        check(&[1, 2, 3, 4, 5], 0.5, Some(3));
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9, Some(9));
    }
}
