//! The figures of visits, from the daily sums alone: they cost the same at any number of events.

use std::collections::BTreeMap;

use domain::insight::{Against, Chosen, MonthRange, RangeAsked, RangeError};
use domain::time::{Calendar, Day, Month};
use domain::visits::{Count, Dimension, Measure, OTHER};
use store::visits::{VisitDay, VisitSum};

use crate::{App, AppError};

/// The most rows of a table; the rest is one row.
const ROWS_MAX: usize = 50;
/// So many days are shown one by one; more are shown by month.
const SINGLE_DAYS_MAX: i32 = 62;
/// The newest days that are compared with as many before.
const STRETCHES: [i32; 3] = [1, 7, 30];

/// Visits of some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VisitFigures {
    /// Visits begun.
    pub visits: i64,
    /// Those by people who had never been here.
    pub new: i64,
    /// Those by people who had. The rest is of people of whom nothing is kept.
    pub returning: i64,
    /// First orders to which these visits led.
    pub first_orders: i64,
    /// Further orders to which they led.
    pub repeat_orders: i64,
    /// What those orders came to, in minor units of the shop's currency.
    pub value: i64,
    /// Visits of one page, among those of people who are known by an id.
    pub bounces: i64,
    /// Pages looked at in those visits.
    pub visit_views: i64,
    /// Seconds from the first to the last sign of life of those visits.
    pub seconds: i64,
    /// Pages looked at, in a visit or not.
    pub page_views: i64,
}

impl VisitFigures {
    /// Visits that could be followed from page to page.
    #[must_use]
    pub const fn followed(&self) -> i64 {
        self.new + self.returning
    }

    /// The share of visits of one page, of those that could be followed.
    #[must_use]
    pub fn bounce_share(&self) -> Option<f64> {
        let followed = self.followed();
        (followed > 0).then(|| self.bounces as f64 / followed as f64)
    }

    /// Pages of a visit on average.
    #[must_use]
    pub fn views_each(&self) -> Option<f64> {
        let followed = self.followed();
        (followed > 0).then(|| self.visit_views as f64 / followed as f64)
    }

    /// Seconds of a visit on average.
    #[must_use]
    pub const fn seconds_each(&self) -> Option<i64> {
        match self.followed() {
            ..=0 => None,
            followed => Some(self.seconds / followed),
        }
    }

    fn add(&mut self, measure: Measure, value: i64) {
        match measure {
            Measure::Visits => self.visits += value,
            Measure::NewVisits => self.new += value,
            Measure::ReturningVisits => self.returning += value,
            Measure::FirstOrders => self.first_orders += value,
            Measure::RepeatOrders => self.repeat_orders += value,
            Measure::Value => self.value += value,
            Measure::Bounces => self.bounces += value,
            Measure::VisitViews => self.visit_views += value,
            Measure::Seconds => self.seconds += value,
            Measure::PageViews => self.page_views += value,
            Measure::Positions
            | Measure::Placed
            | Measure::PageSeconds
            | Measure::Followed
            | Measure::Searches => {}
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.visits += other.visits;
        self.new += other.new;
        self.returning += other.returning;
        self.first_orders += other.first_orders;
        self.repeat_orders += other.repeat_orders;
        self.value += other.value;
        self.bounces += other.bounces;
        self.visit_views += other.visit_views;
        self.seconds += other.seconds;
        self.page_views += other.page_views;
        self
    }
}

/// The visits under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// The name; the one of [`OTHER`] for whatever has no row of its own.
    pub name: String,
    /// Its figures. Of words also how often they were searched for.
    pub figures: VisitFigures,
    /// How often it was searched for.
    pub searches: i64,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageRow {
    /// Its path.
    pub name: String,
    /// How often it was looked at.
    pub views: i64,
    /// Visits that began with it.
    pub landings: i64,
    /// Visits that ended with it.
    pub exits: i64,
    /// Seconds that it was looked at on average; none where nothing ever came after it.
    pub seconds: Option<i64>,
    /// Its place in the order of clicks on average, 1 for the first; none where it is not known.
    pub position: Option<f64>,
}

/// The newest days beside as many before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How many days.
    pub days: i32,
    /// The last one, counted from 1970-01-01.
    pub to: i32,
    /// Their figures.
    pub now: VisitFigures,
    /// Those of the days before; none where the history begins later.
    pub before: Option<VisitFigures>,
}

/// One month or one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitMonth {
    /// Its first day, counted from 1970-01-01.
    pub from: i32,
    /// The month in the shop's calendar; none for a single day.
    pub month: Option<Month>,
    /// Whether it is not over yet.
    pub is_running: bool,
    /// Its figures.
    pub figures: VisitFigures,
}

/// Where people come from, what they look at, and what comes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Visits {
    /// The months in which somebody came; none when nobody ever did.
    pub history: Option<MonthRange>,
    /// What was chosen, or why it cannot be shown.
    pub chosen: Result<Chosen, RangeError>,
    /// The first and the last day that is shown, counted from 1970-01-01.
    pub days: (i32, i32),
    /// The figures of those days.
    pub figures: VisitFigures,
    /// The days with which they are compared, and their figures.
    pub compared: Option<((i32, i32), VisitFigures)>,
    /// The newest days beside those before, whatever was chosen.
    pub stretches: Vec<Stretch>,
    /// Each month, or each day of a short time, in order.
    pub months: Vec<VisitMonth>,
    /// The visits under each name, the most first.
    pub tables: BTreeMap<Dimension, Vec<VisitRow>>,
    /// The pages, those looked at most first.
    pub pages: Vec<PageRow>,
    /// Visits by weekday (0 is Monday) and hour.
    pub hours: [[i64; 24]; 7],
    /// Whether some names were too many for their day, and are counted together.
    pub has_others: bool,
}

type Days = BTreeMap<Day, VisitFigures>;

impl App {
    /// The figures of visits of some months; of all there are when none were asked for, or they
    /// cannot be shown.
    ///
    /// # Errors
    /// The store's.
    pub fn visits(&self, asked: &RangeAsked) -> Result<Visits, AppError> {
        let in_force = self.in_force();
        let calendar = in_force.settings.calendar;
        let today = in_force.fold.day(self.now());
        let days = by_day(self.inner.store.read(store::visits::visit_days)?);
        let ends = days.keys().next().zip(days.keys().next_back());
        let Some((first, last)) = ends.map(|(first, last)| (*first, *last)) else {
            return Ok(nothing(asked));
        };
        let history = MonthRange::new(calendar.month_of(first), calendar.month_of(last));
        let chosen = asked.read(history);
        let range = chosen.as_ref().ok().and_then(|it| it.range);
        let (from, to) = match range {
            Some(range) => shown(calendar, range, (first, last)),
            None => (first, last),
        };
        let against = chosen.as_ref().map_or(Against::Nothing, |it| it.against);
        let sums = self
            .inner
            .store
            .read(|conn| store::visits::visit_sums(conn, from, to))?;
        let tables = Tables::of(sums);
        Ok(Visits {
            history,
            days: (from.0, to.0),
            figures: within(&days, from, to),
            compared: range.and_then(|range| {
                let compared = range.compared(against)?;
                let (start, end) = ends_of(calendar, compared);
                // Of a time that runs, as many days.
                let end = end.min(Day(start.0 + (to.0 - from.0)));
                (start >= first).then(|| ((start.0, end.0), within(&days, start, end)))
            }),
            stretches: stretches(&days, (first, last), today),
            months: months(&days, calendar, (from, to), today),
            has_others: tables.has_others,
            pages: tables.pages(),
            hours: tables.hours(),
            tables: tables.rows(),
            chosen,
        })
    }
}

fn nothing(asked: &RangeAsked) -> Visits {
    Visits {
        history: None,
        chosen: asked.read(None),
        days: (0, 0),
        figures: VisitFigures::default(),
        compared: None,
        stretches: Vec::new(),
        months: Vec::new(),
        tables: BTreeMap::new(),
        pages: Vec::new(),
        hours: [[0; 24]; 7],
        has_others: false,
    }
}

fn by_day(sums: Vec<VisitDay>) -> Days {
    let mut days = Days::new();
    for sum in sums {
        if let Some(measure) = Measure::of(&sum.metric) {
            days.entry(sum.day).or_default().add(measure, sum.value);
        }
    }
    days
}

fn within(days: &Days, from: Day, to: Day) -> VisitFigures {
    if from > to {
        return VisitFigures::default();
    }
    let figures = days.range(from..=to).map(|(_, figures)| figures);
    figures.fold(VisitFigures::default(), VisitFigures::plus)
}

/// The first and the last day of some months.
fn ends_of(calendar: Calendar, range: MonthRange) -> (Day, Day) {
    let end = calendar.month_start(Month(range.to().0 + 1));
    (calendar.month_start(range.from()), Day(end.0 - 1))
}

/// The days of some months of which something is known.
fn shown(calendar: Calendar, range: MonthRange, (first, last): (Day, Day)) -> (Day, Day) {
    let (from, to) = ends_of(calendar, range);
    (from.max(first), to.min(last))
}

/// The newest days that are over, each beside as many before.
fn stretches(days: &Days, (first, last): (Day, Day), today: Day) -> Vec<Stretch> {
    let to = if last >= today && first < today {
        Day(today.0 - 1)
    } else {
        last
    };
    let stretch = |count: i32| {
        let begins = |back: i32| Day(to.0 - back * count + 1);
        let (from, before) = (begins(1), begins(2));
        (from >= first).then(|| Stretch {
            days: count,
            to: to.0,
            now: within(days, from, to),
            before: (before >= first).then(|| within(days, before, Day(from.0 - 1))),
        })
    };
    STRETCHES.into_iter().filter_map(stretch).collect()
}

fn months(days: &Days, calendar: Calendar, (from, to): (Day, Day), today: Day) -> Vec<VisitMonth> {
    if to.0 - from.0 < SINGLE_DAYS_MAX {
        let single = (from.0..=to.0).map(|day| VisitMonth {
            from: day,
            month: None,
            is_running: day >= today.0,
            figures: within(days, Day(day), Day(day)),
        });
        return single.collect();
    }
    let range = MonthRange::new(calendar.month_of(from), calendar.month_of(to));
    let months = range.into_iter().flat_map(MonthRange::months);
    let of = |month: Month| {
        let (start, end) = ends_of(calendar, MonthRange::one(month));
        VisitMonth {
            from: start.0,
            month: Some(month),
            is_running: end >= today,
            figures: within(days, start.max(from), end.min(to)),
        }
    };
    months.map(of).collect()
}

/// The sums of some days, by dimension and name.
struct Tables {
    names: BTreeMap<Dimension, BTreeMap<String, BTreeMap<Measure, i64>>>,
    has_others: bool,
}

impl Tables {
    fn of(sums: Vec<VisitSum>) -> Self {
        let mut tables = Self {
            names: BTreeMap::new(),
            has_others: false,
        };
        for sum in sums.iter().filter(|sum| sum.value != 0) {
            let measure = Measure::of(&sum.metric);
            let under = Count::under(&sum.dimension).flatten();
            let Some((measure, (dimension, name))) = measure.zip(under) else {
                continue;
            };
            tables.has_others |= name == OTHER;
            let names = tables.names.entry(dimension).or_default();
            let measures = names.entry(name.to_owned()).or_default();
            *measures.entry(measure).or_default() += sum.value;
        }
        tables
    }

    fn sum(&self, dimension: Dimension, name: &str, measure: Measure) -> i64 {
        let names = self.names.get(&dimension);
        let measures = names.and_then(|names| names.get(name));
        measures
            .and_then(|it| it.get(&measure))
            .copied()
            .unwrap_or(0)
    }

    fn rows(&self) -> BTreeMap<Dimension, Vec<VisitRow>> {
        let tables = self.names.iter();
        let tables =
            tables.filter(|(dimension, _)| !matches!(dimension, Dimension::Page | Dimension::Hour));
        tables
            .map(|(dimension, names)| {
                let rows = names.iter().map(|(name, measures)| row(name, measures));
                let rows = rows.filter(|row| {
                    let figures = &row.figures;
                    figures.visits > 0 || figures.page_views > 0 || row.searches > 0
                });
                (*dimension, most_first(rows.collect()))
            })
            .collect()
    }

    fn pages(&self) -> Vec<PageRow> {
        let names = self.names.get(&Dimension::Page).into_iter().flatten();
        let mut rows: Vec<PageRow> = names
            .map(|(name, _)| {
                let of = |measure| self.sum(Dimension::Page, name, measure);
                let each = |sum: Measure, count: Measure| {
                    (of(count) > 0).then(|| of(sum) as f64 / of(count) as f64)
                };
                let seconds = each(Measure::PageSeconds, Measure::Followed);
                PageRow {
                    name: name.clone(),
                    views: of(Measure::PageViews),
                    landings: self.sum(Dimension::Landing, name, Measure::Visits),
                    exits: self.sum(Dimension::Exit, name, Measure::Visits),
                    seconds: seconds.map(|seconds| seconds.round() as i64),
                    position: each(Measure::Positions, Measure::Placed),
                }
            })
            .collect();
        rows.sort_by(|one, other| (other.views, &one.name).cmp(&(one.views, &other.name)));
        rows.truncate(ROWS_MAX);
        rows
    }

    fn hours(&self) -> [[i64; 24]; 7] {
        let mut hours = [[0; 24]; 7];
        let names = self.names.get(&Dimension::Hour).into_iter().flatten();
        for (name, measures) in names {
            let place = name.split_once('-');
            let place = place.and_then(|(day, hour)| {
                Some((day.parse::<usize>().ok()?, hour.parse::<usize>().ok()?))
            });
            let cell = place.and_then(|(day, hour)| hours.get_mut(day)?.get_mut(hour));
            if let Some(cell) = cell {
                *cell = measures.get(&Measure::Visits).copied().unwrap_or(0);
            }
        }
        hours
    }
}

fn row(name: &str, measures: &BTreeMap<Measure, i64>) -> VisitRow {
    let mut figures = VisitFigures::default();
    for (measure, value) in measures {
        figures.add(*measure, *value);
    }
    VisitRow {
        name: name.to_owned(),
        figures,
        searches: measures.get(&Measure::Searches).copied().unwrap_or(0),
    }
}

/// The rows with the most first; what has no row of its own is one row at the end.
fn most_first(mut rows: Vec<VisitRow>) -> Vec<VisitRow> {
    let rank = |row: &VisitRow| {
        let figures = &row.figures;
        (
            row.name != OTHER,
            figures.visits,
            row.searches,
            figures.page_views,
        )
    };
    rows.sort_by(|one, other| {
        let by_rank = rank(other).cmp(&rank(one));
        by_rank.then_with(|| one.name.cmp(&other.name))
    });
    let rest = rows.split_off(rows.len().min(ROWS_MAX));
    let Some(first) = rest.first().cloned() else {
        return rows;
    };
    let mut other = VisitRow {
        name: OTHER.to_owned(),
        ..first
    };
    for row in &rest[1..] {
        other.figures = other.figures.plus(&row.figures);
        other.searches += row.searches;
    }
    rows.push(other);
    rows
}
