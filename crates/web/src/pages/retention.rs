//! Retention: do they come back, and when is it too late?

use app::insight::{
    Change, CohortRow, Door, Insight, Rarely, Retention, RetentionOf, RetentionPeriod, ShareBy,
    TimeTo,
};
use axum::response::Response;
use domain::settings::ShopSettings;
use domain::time::Day;
use domain::trust::Permission;
use maud::{Markup, html};

use super::parts::{count, door, figure, period, warming};
use super::range::{RangeRow, address, carried, months_in_words};
use crate::asked::RangeFields;
use crate::asking::Asking;
use crate::charts::interval;
use crate::errors::Refusal;
use crate::format::{decimals_for, decimals_of};
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

mod cohorts;
mod contents;
mod time_to;
mod waiting;

/// With fewer buyers a share says nothing worth a title.
const BUYERS_FOR_A_SHARE: u64 = 30;
/// The share of the headline is the one by this day, as far as anybody was watched so long.
const HEADLINE_DAYS: u32 = 90;
/// An interval that is wider is told in place of the share.
const WIDE_INTERVAL: f64 = 0.1;
/// After a shorter time a day after which few return would speak of the time, not of the buyers.
const HORIZON_DAYS_MIN: u32 = 180;

/// What the parts of the page have in common.
pub(super) struct Scene<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) retention: &'a Retention,
    /// What was chosen of it.
    pub(super) of: &'a RetentionOf,
}

pub(super) async fn retention(
    asking: Asking,
    RangeFields(asked): RangeFields,
) -> Result<Response, Refusal> {
    let speech = asking.speech;
    let insight = asking
        .read(Permission::SeeFigures, move |app| app.retention_of(&asked))
        .await?;
    let in_force = asking.shared.app.in_force();
    let carried = match &insight {
        Insight::Ready(of) => carried(&of.chosen),
        Insight::Warming(_) => None,
    };
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Retention,
        title: &speech.say("retention-title"),
        twin: Some(address("/v1/insight/retention", carried)),
        notice: None,
    };
    Ok(match insight {
        Insight::Warming(percent) => warming(&frame, percent),
        Insight::Ready(of) => {
            let scene = Scene {
                speech,
                settings: &in_force.settings,
                retention: &of.retention,
                of: &of,
            };
            frame.page(scene.content())
        }
    })
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        let retention = self.retention;
        html! {
            h1 { (self.headline()) }
            (self.range_row())
            @match &retention.second_order {
                Some(time) => { (self.lead()) (self.figures(time)) (self.cohorts()) },
                None => (self.no_orders()),
            }
            @if retention.second_order.is_some() {
                div.pair { (self.second_order()) (self.waiting()) }
            }
            @if retention.second_visit.is_some() {
                div.pair { (self.second_visit()) (self.contents()) }
            } @else {
                (self.no_visits())
            }
        }
    }

    /// The row in which months are chosen, and what of the page they are not for.
    fn range_row(&self) -> Markup {
        let row = RangeRow {
            speech: self.speech,
            calendar: self.settings.calendar,
            path: "/retention",
            history: self.of.history,
            chosen: &self.of.chosen,
            compares: false,
        };
        html! {
            (row.markup())
            @if let Some(chosen) = self.chosen() {
                @let words = Words::new()
                    .text("months", months_in_words(self.speech, self.settings, chosen.range))
                    .text("day", self.day_of(self.retention.today));
                p.how { (self.speech.say_with("retention-chosen", words)) }
            }
        }
    }

    /// The buyers of the chosen months; none when all are shown.
    fn chosen(&self) -> Option<&RetentionPeriod> {
        self.of.period.as_ref()
    }

    /// The cohorts that were chosen.
    fn cohorts_chosen(&self) -> &[CohortRow] {
        match self.chosen() {
            Some(chosen) => &chosen.cohorts,
            None => &self.retention.cohorts,
        }
    }

    /// Teaches how orders come in.
    fn no_orders(&self) -> Markup {
        html! {
            p.lead { (self.speech.say("retention-no-orders")) }
            pre dir="ltr" { code { "fanous import orders.csv" } }
        }
    }

    /// Says what would stand here, and what brings it.
    fn no_visits(&self) -> Markup {
        html! {
            section aria-labelledby="second-visit" {
                h2 #second-visit { (self.speech.say("retention-visits-none")) }
                p.how { (self.speech.say("retention-visits-teach")) }
            }
        }
    }

    /// The share that the headline is about.
    fn share_of_headline(&self) -> Option<ShareBy> {
        let shares = &self.retention.second_order.as_ref()?.shares;
        let by = shares.iter().find(|by| by.days == HEADLINE_DAYS);
        by.or_else(|| shares.first()).copied()
    }

    /// The day after which few return, where the data bound it.
    fn late_day(&self) -> Option<Rarely> {
        let rarely = self.retention.rarely?;
        let is_bound = rarely.high_days.is_some() && rarely.horizon_days >= HORIZON_DAYS_MIN;
        is_bound.then_some(rarely)
    }

    /// The sentence that the figures prove: a share, or the interval itself when it is wide.
    fn headline(&self) -> String {
        let speech = self.speech;
        let Some(time) = &self.retention.second_order else {
            return speech.say("retention-headline-none");
        };
        let buyers = Words::new().count("buyers", count(time.people));
        if time.people < BUYERS_FOR_A_SHARE {
            return speech.say_with("retention-headline-few", buyers);
        }
        let Some(by) = self.share_of_headline() else {
            return speech.say_with("retention-headline-early", buyers);
        };
        let late = self.late_day();
        let words = Words::new()
            .text("share", speech.percent(by.share, 0))
            .text("low", speech.percent_number(by.low, 0))
            .text("high", speech.percent(by.high, 0))
            .count("days", i64::from(by.days))
            .count("late", late.map_or(0, |it| i64::from(it.days)));
        let is_wide = by.high - by.low > WIDE_INTERVAL;
        let key = match (is_wide, late.is_some()) {
            (false, true) => "retention-headline-day",
            (false, false) => "retention-headline-share",
            (true, true) => "retention-headline-range-day",
            (true, false) => "retention-headline-range",
        };
        speech.say_with(key, words)
    }

    /// Who can still be won.
    fn lead(&self) -> Markup {
        let late = self.retention.rarely.map_or(0, |it| i64::from(it.days));
        let sentence = |key: &str, door_to: &Door| {
            let words = Words::new()
                .count("customers", count(door_to.customers))
                .count("late", late);
            html! { a href=(door(&door_to.predicate)) { (self.speech.say_with(key, words)) } }
        };
        html! {
            p.lead {
                @match (&self.retention.in_window, &self.retention.about_to_cross) {
                    (Some(within), Some(about)) => {
                        (sentence("retention-lead-window", within)) (self.speech.gap())
                        (sentence("retention-lead-about", about))
                    },
                    _ => (self.speech.say("retention-lead-unknown")),
                }
            }
        }
    }

    fn figures(&self, time: &TimeTo) -> Markup {
        html! {
            dl.figures {
                (self.again_figure())
                @if let Some(by) = self.share_of_headline() { (self.share_figure(&by, time)) }
                (self.median_figure(time))
                (self.late_figure())
                @if let Some(change) = &self.retention.newest { (self.newest_figure(change)) }
            }
        }
    }

    fn again_figure(&self) -> Markup {
        let (speech, retention) = (self.speech, self.retention);
        let share = retention.repeat_buyers as f64 / retention.buyers.max(1) as f64;
        let words = Words::new()
            .count("repeat", count(retention.repeat_buyers))
            .count("buyers", count(retention.buyers));
        figure(
            &speech.say("retention-again"),
            html! {
                a href=(door("order_days >= 2")) {
                    (speech.percent(share, decimals_of(retention.buyers)))
                }
            },
            &speech.say_with("retention-again-note", words),
        )
    }

    fn share_figure(&self, by: &ShareBy, time: &TimeTo) -> Markup {
        let speech = self.speech;
        let decimals = decimals_for(by.low, by.high);
        let name = Words::new().count("days", i64::from(by.days));
        let note = Words::new()
            .text("low", speech.percent_number(by.low, decimals))
            .text("high", speech.percent(by.high, decimals))
            .count("people", count(time.people));
        figure(
            &speech.say_with("retention-back", name),
            html! {
                (speech.percent(by.share, decimals))
                (interval(by.share, by.low, by.high))
            },
            &speech.say_with("retention-back-note", note),
        )
    }

    fn median_figure(&self, time: &TimeTo) -> Markup {
        let speech = self.speech;
        let name = speech.say("retention-median");
        let Some(days) = time.median_days else {
            let note = speech.say("retention-median-never-note");
            return figure(
                &name,
                html! { (speech.say("retention-median-never")) },
                &note,
            );
        };
        let (low, high) = time.median_interval_days;
        let words = Words::new()
            .count("low", i64::from(low.unwrap_or(0)))
            .count("high", i64::from(high.unwrap_or(0)));
        let key = match high {
            Some(_) => "retention-days-note",
            None => "retention-days-note-open",
        };
        figure(
            &name,
            html! { (speech.number(i64::from(days))) },
            &speech.say_with(key, words),
        )
    }

    fn late_figure(&self) -> Markup {
        let speech = self.speech;
        let name = speech.say("retention-late");
        let Some(rarely) = self.retention.rarely else {
            let note = speech.say("retention-late-unknown-note");
            return figure(
                &name,
                html! { (speech.say("retention-late-unknown")) },
                &note,
            );
        };
        let words = Words::new()
            .count("low", i64::from(rarely.low_days))
            .count("high", i64::from(rarely.high_days.unwrap_or(0)))
            .count("horizon", i64::from(rarely.horizon_days));
        let key = match rarely.high_days {
            Some(_) => "retention-late-note",
            None => "retention-late-note-open",
        };
        let day = html! { (speech.number(i64::from(rarely.days))) };
        let day = match &self.retention.about_to_cross {
            Some(about) => html! { a href=(door(&about.predicate)) { (day) } },
            None => day,
        };
        figure(&name, day, &speech.say_with(key, words))
    }

    /// The newest buyers against those before, with the difference in points.
    fn newest_figure(&self, change: &Change) -> Markup {
        let speech = self.speech;
        let decimals = decimals_for(change.low, change.high);
        let points = |share: f64| speech.percent_number(share, decimals);
        let words = Words::new()
            .text("before", speech.percent(change.before_share, decimals))
            .text("low", points(change.low))
            .text("high", points(change.high))
            .count("newest", change.newest);
        let is_beyond = change.low > 0.0 || change.high < 0.0;
        let key = match is_beyond {
            true => "retention-newest-note-beyond",
            false => "retention-newest-note-within",
        };
        let size = Words::new().text("points", points(change.difference.abs()));
        let shown = match change.difference < 0.0 {
            true => "retention-newest-less",
            false => "retention-newest-more",
        };
        figure(
            &speech.say_with(
                "retention-newest",
                Words::new().count("days", i64::from(change.within_days)),
            ),
            html! { (speech.say_with(shown, size)) },
            &speech.say_with(key, words),
        )
    }

    /// A day in words.
    fn day_of(&self, day: i32) -> String {
        let start = self.settings.zone.day_start(Day(day));
        self.speech.day(start.0, &self.settings.zone)
    }

    /// What a sentence about some buyers begins with, when months are chosen.
    fn chosen_words(&self) -> Option<String> {
        let range = self.chosen()?.range;
        let months = months_in_words(self.speech, self.settings, range);
        let words = Words::new().text("months", months);
        Some(self.speech.say_with("retention-chosen-buyers", words))
    }

    /// From the first day of something to the last that was watched.
    fn period_from(&self, first_day: i32) -> String {
        period(self.speech, self.settings, first_day, self.retention.today)
    }
}

#[cfg(test)]
mod tests;
