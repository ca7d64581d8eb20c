//! Buyers by the month of their first order, and how many of them order in the months after.

use app::insight::{CohortRow, CohortSummary};
use maud::{Markup, html};

use super::Scene;
use crate::charts::{Cell, HeatMap, HeatRow, Runs, Size, heat_map, heat_table};
use crate::format::decimals_of;
use crate::i18n::Words;
use crate::pages::parts::{count, door, twin};

/// The newest cohorts that are shown: two years of months.
const COHORTS_MAX: usize = 24;
/// The deepest tint stands for this share, or for the highest there is.
const DEEP_SHARE: f64 = 0.2;

impl Scene<'_> {
    /// The heat map with its sentence and its table.
    pub(super) fn cohorts(&self) -> Markup {
        let speech = self.speech;
        let all = self.cohorts_chosen();
        let shown = &all[all.len().saturating_sub(COHORTS_MAX)..];
        let chart = self.heat_map(shown);
        html! {
            section aria-labelledby="cohorts" {
                h2 #cohorts { (self.cohorts_title()) }
                p.how {
                    (self.cohorts_how(shown))
                    @if shown.len() < all.len() {
                        (speech.gap()) (speech.say_with("retention-cohorts-cut",
                            Words::new().count("shown", count(shown.len() as u64))))
                    }
                }
                @if shown.is_empty() {
                    p { (speech.say("retention-cohorts-none")) }
                } @else if chart.columns.is_empty() {
                    p { (speech.say("retention-cohorts-first")) }
                } @else {
                    figure { (heat_map(&chart)) }
                    (twin(speech, &heat_table(&chart, &speech.say("retention-cohorts-caption"))))
                }
            }
        }
    }

    /// What the months that are over prove.
    fn cohorts_title(&self) -> String {
        let Some(summary) = CohortSummary::of(self.cohorts_chosen()) else {
            return self.speech.say("retention-cohorts-title-few");
        };
        let Some(standout) = &summary.standout else {
            return self.average_title(&summary);
        };
        let speech = self.speech;
        let month = speech.month(&standout.month, self.settings.calendar, false);
        let words = Words::new()
            .text("month", month)
            .text("share", speech.percent(standout.share, 0))
            .text("others", speech.percent(standout.others_share, 0))
            .count("months", count(standout.months as u64));
        // What comes first in the history did not come first of all.
        let first = self.retention.cohorts.first();
        let is_first = first.is_some_and(|first| first.month == standout.month);
        let key = match (standout.share > standout.others_share, is_first) {
            (true, true) => "retention-cohorts-title-first",
            (true, false) => "retention-cohorts-title-more",
            (false, _) => "retention-cohorts-title-less",
        };
        speech.say_with(key, words)
    }

    fn average_title(&self, summary: &CohortSummary) -> String {
        let share = self.speech.percent(summary.share, 0);
        let words = Words::new().text("share", share);
        self.speech.say_with("retention-cohorts-title", words)
    }

    fn cohorts_how(&self, shown: &[CohortRow]) -> String {
        let buyers: u64 = shown.iter().map(|row| u64::from(row.size)).sum();
        let second_order = match self.chosen() {
            Some(chosen) => chosen.second_order.as_ref(),
            None => self.retention.second_order.as_ref(),
        };
        let first_day = second_order.map(|it| it.first_day);
        let period = first_day.map(|day| self.period_from(day));
        let words = Words::new()
            .count("buyers", count(buyers))
            .text("period", period.unwrap_or_default());
        let how = self.speech.say_with("retention-cohorts-how", words);
        match self.chosen_words() {
            Some(chosen) => format!("{chosen}{}{how}", self.speech.gap()),
            None => how,
        }
    }

    fn heat_map(&self, shown: &[CohortRow]) -> HeatMap {
        let speech = self.speech;
        let months = shown.iter().map(|row| row.later.len()).max().unwrap_or(0);
        let shares = shown.iter().flat_map(|row| {
            let over = row.later.len().saturating_sub(1);
            row.later[..over]
                .iter()
                .map(|active| share_of(*active, row.size))
        });
        let deepest = shares.fold(DEEP_SHARE, f64::max);
        HeatMap {
            id: "cohorts",
            label: speech.say("retention-cohorts-caption"),
            size: Size::Wide,
            runs: Runs::Time,
            rows_title: speech.say("retention-cohorts-rows"),
            columns_title: speech.say("retention-cohorts-columns"),
            size_title: speech.say("retention-cohorts-size"),
            columns: (1..=count(months as u64))
                .map(|month| speech.number(month))
                .collect(),
            rows: shown
                .iter()
                .map(|row| self.cohort_row(row, deepest))
                .collect(),
            unfinished: speech.say("retention-cohorts-open"),
            second: String::new(),
        }
    }

    fn cohort_row(&self, row: &CohortRow, deepest: f64) -> HeatRow {
        let speech = self.speech;
        let last = row.later.len().saturating_sub(1);
        let cells = row.later.iter().enumerate();
        HeatRow {
            label: speech.month(&row.month, self.settings.calendar, true),
            value: Some(row.month.clone()),
            size: speech.number(i64::from(row.size)),
            size_value: u64::from(row.size),
            cells: cells
                .map(|(place, active)| {
                    let share = share_of(*active, row.size);
                    let is_unfinished = place == last;
                    let readout = Words::new()
                        .text(
                            "month",
                            speech.month(&row.month, self.settings.calendar, false),
                        )
                        .count("later", count(place as u64 + 1))
                        .count("active", i64::from(*active))
                        .count("size", i64::from(row.size))
                        .text("share", speech.percent(share, decimals_of(row.size.into())));
                    let key = match is_unfinished {
                        true => "retention-cohorts-readout-open",
                        false => "retention-cohorts-readout",
                    };
                    Some(Cell {
                        tint: share / deepest,
                        value: share.to_string(),
                        text: speech.percent(share, 0),
                        note: String::new(),
                        readout: speech.say_with(key, readout),
                        href: Some(door(&row.predicate)),
                        is_unfinished,
                    })
                })
                .collect(),
        }
    }
}

fn share_of(active: u32, size: u32) -> f64 {
    f64::from(active) / f64::from(size.max(1))
}
