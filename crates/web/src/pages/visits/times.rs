//! When people come: month by month, the newest days, and the hours of the week.

use app::visits::{Stretch, VisitMonth};
use domain::time::Calendar;
use maud::{Markup, html};

use super::Scene;
use crate::charts::{
    Cell, Column, ColumnChart, HeatMap, HeatRow, Part, Runs, Size, columns, heat_map, heat_table,
};
use crate::i18n::{Speech, Words};
use crate::pages::overview::legend;
use crate::pages::parts::{cell, twin};

/// The weekdays, Monday first.
const WEEKDAYS: [&str; 7] = [
    "visits-monday",
    "visits-tuesday",
    "visits-wednesday",
    "visits-thursday",
    "visits-friday",
    "visits-saturday",
    "visits-sunday",
];

impl Scene<'_> {
    /// New and returning visits by month, or by day.
    pub(super) fn months(&self) -> Markup {
        let speech = self.speech;
        let shown = &self.visits.months;
        let over = shown.iter().rposition(|month| !month.is_running);
        let chart = ColumnChart {
            id: "visits",
            label: speech.say("visits-months-label"),
            columns: shown.iter().map(|month| self.month_column(month)).collect(),
            tick: Speech::number,
            shown: over.unwrap_or(shown.len().saturating_sub(1)),
            unit: 1,
        };
        html! {
            section aria-labelledby="times" {
                h2 #times { (speech.say("visits-months")) }
                p.how { (speech.say("visits-months-how")) }
                figure {
                    (legend(&[
                        ("returning", speech.say("visits-returning")),
                        ("new", speech.say("visits-new")),
                        ("won-back", speech.say("visits-unfollowed")),
                    ]))
                    (columns(speech, &chart))
                }
                (twin(speech, &self.month_table()))
            }
        }
    }

    fn month_name(&self, month: &VisitMonth, is_short: bool) -> String {
        match month.month {
            Some(it) => {
                let calendar = self.settings.calendar;
                self.speech.month(&it.to_string(), calendar, is_short)
            }
            None => self.day(month.from),
        }
    }

    fn day(&self, day: i32) -> String {
        let start = self.settings.zone.day_start(domain::time::Day(day));
        self.speech.day(start.0, &self.settings.zone)
    }

    fn month_column(&self, month: &VisitMonth) -> Column {
        let figures = &month.figures;
        let unfollowed = (figures.visits - figures.followed()).max(0);
        let readout = Words::new()
            .text("month", self.month_name(month, false))
            .count("visits", figures.visits)
            .count("new", figures.new)
            .count("returning", figures.returning)
            .count("orders", figures.first_orders);
        let readout = self.speech.say_with("visits-month-readout", readout);
        let part = |class, value: i64| Part {
            class,
            value: value.max(0),
            title: readout.clone(),
            href: None,
        };
        Column {
            label: self.month_name(month, true),
            readout: readout.clone(),
            is_running: month.is_running,
            above: vec![
                part("returning", figures.returning),
                part("new", figures.new),
                part("won-back", unfollowed),
            ],
            below: Vec::new(),
        }
    }

    fn month_table(&self) -> Markup {
        let speech = self.speech;
        let heads = [
            "visits-visits",
            "visits-new",
            "visits-returning",
            "visits-page-views",
            "visits-first-orders",
            "visits-repeat-orders",
        ];
        html! {
            div.wide tabindex="0" {
                table data-export="visits" {
                    caption { (speech.say("visits-months-label")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("visits-when")) }
                            @for head in heads { th.n scope="col" { (speech.say(head)) } }
                        }
                    }
                    tbody {
                        @for month in &self.visits.months {
                            @let figures = &month.figures;
                            tr {
                                th scope="row" data-value=(self.month_value(month)) {
                                    (self.month_name(month, false))
                                }
                                (self.number(figures.visits))
                                (self.number(figures.new))
                                (self.number(figures.returning))
                                (self.number(figures.page_views))
                                (self.number(figures.first_orders))
                                (self.number(figures.repeat_orders))
                            }
                        }
                    }
                }
            }
        }
    }

    /// A month or a day as programs read it.
    fn month_value(&self, month: &VisitMonth) -> String {
        let start = self.settings.zone.day_start(domain::time::Day(month.from));
        match month.month {
            Some(month) => month.to_string(),
            None => crate::format::iso_day(start.0, &self.settings.zone),
        }
    }

    /// The newest day, week and month beside those before.
    pub(super) fn stretches(&self) -> Markup {
        let speech = self.speech;
        let Some(last) = self.visits.stretches.first().map(|it| it.to) else {
            return html! {};
        };
        let words = Words::new().text("day", self.day(last));
        html! {
            section aria-labelledby="stretches" {
                h2 #stretches { (speech.say("visits-stretches")) }
                p.how { (speech.say_with("visits-stretches-how", words)) }
                div.wide tabindex="0" {
                    table data-export="stretches" {
                        caption.heard { (speech.say("visits-stretches")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("visits-when")) }
                                th.n scope="col" { (speech.say("visits-visits")) }
                                th.n scope="col" { (speech.say("visits-new")) }
                                th.n scope="col" { (speech.say("visits-first-orders")) }
                            }
                        }
                        tbody {
                            @for stretch in &self.visits.stretches { (self.stretch(stretch)) }
                        }
                    }
                }
            }
        }
    }

    fn stretch(&self, stretch: &Stretch) -> Markup {
        let (now, before) = (&stretch.now, stretch.before);
        let pair = |now: i64, before: Option<i64>| {
            let note = before.map(|before| self.change(now, before));
            cell(
                now,
                html! {
                    (self.speech.number(now))
                    @if let Some(note) = note { small { (note) } }
                },
            )
        };
        let words = Words::new().count("days", i64::from(stretch.days));
        html! {
            tr {
                th scope="row" data-value=(stretch.days) {
                    (self.speech.say_with("visits-stretch", words))
                }
                (pair(now.visits, before.map(|it| it.visits)))
                (pair(now.new, before.map(|it| it.new)))
                (pair(now.first_orders, before.map(|it| it.first_orders)))
            }
        }
    }

    /// Visits by hour and weekday.
    pub(super) fn hours(&self) -> Markup {
        let speech = self.speech;
        let chart = self.hours_map();
        html! {
            section aria-labelledby="hours" {
                h2 #hours { (self.hours_title()) }
                p.how {
                    (speech.say_with("visits-hours-how",
                        Words::new().outside("zone", self.settings.zone.name())))
                }
                figure { (heat_map(&chart)) }
                (twin(speech, &heat_table(&chart, &speech.say("visits-hours"))))
            }
        }
    }

    /// The hour of the week in which the most come.
    fn hours_title(&self) -> String {
        let hours = self.visits.hours.iter().enumerate();
        let cells = hours.flat_map(|(day, hours)| {
            let hours = hours.iter().enumerate();
            hours.map(move |(hour, visits)| (*visits, std::cmp::Reverse((day, hour))))
        });
        match cells.max().filter(|(visits, _)| *visits > 0) {
            None => self.speech.say("visits-hours"),
            Some((visits, std::cmp::Reverse((day, hour)))) => {
                let words = Words::new()
                    .text("weekday", self.speech.say(WEEKDAYS[day]))
                    .text("hour", self.hour(hour))
                    .count("visits", visits);
                self.speech.say_with("visits-hours-title", words)
            }
        }
    }

    fn hour(&self, hour: usize) -> String {
        let hour = i64::try_from(hour).unwrap_or(0);
        let words = Words::new().text("hour", self.speech.number(hour));
        self.speech.say_with("visits-hour", words)
    }

    fn hours_map(&self) -> HeatMap {
        let speech = self.speech;
        let hours = &self.visits.hours;
        let deepest = hours.iter().flatten().copied().max().unwrap_or(0).max(1);
        // Where months are counted by the sun of Iran, weeks begin on Saturday.
        let first = match self.settings.calendar {
            Calendar::Gregorian => 0,
            _ => 5,
        };
        let order = (0..7).map(|place| (first + place) % 7);
        let row = |day: usize| HeatRow {
            label: speech.say(WEEKDAYS[day]),
            value: None,
            size: speech.number(hours[day].iter().sum()),
            size_value: u64::try_from(hours[day].iter().sum::<i64>()).unwrap_or(0),
            cells: (0..24)
                .map(|hour| Some(self.hour_cell(day, hour, deepest)))
                .collect(),
        };
        HeatMap {
            id: "hours",
            label: speech.say("visits-hours"),
            size: Size::Wide,
            runs: Runs::Time,
            rows_title: speech.say("visits-weekday"),
            columns_title: speech.say("visits-hours-columns"),
            size_title: speech.say("visits-all"),
            columns: (0..24).map(|hour| speech.number(hour)).collect(),
            rows: order.map(row).collect(),
            unfinished: String::new(),
            second: String::new(),
        }
    }

    fn hour_cell(&self, day: usize, hour: usize, deepest: i64) -> Cell {
        let visits = self.visits.hours[day][hour];
        let readout = Words::new()
            .text("weekday", self.speech.say(WEEKDAYS[day]))
            .text("hour", self.hour(hour))
            .count("visits", visits);
        Cell {
            tint: visits as f64 / deepest as f64,
            value: visits.to_string(),
            text: self.speech.number(visits),
            note: String::new(),
            readout: self.speech.say_with("visits-hours-readout", readout),
            href: None,
            is_unfinished: false,
        }
    }
}
