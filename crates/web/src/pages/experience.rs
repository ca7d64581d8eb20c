//! Experience: how is it to be a customer, at each touchpoint and on each channel?

use app::insight::{DAYS_CHOICES, Experience, ExperienceCell, Insight};
use axum::response::Response;
use domain::customers::Touchpoint;
use domain::events::Channel;
use domain::settings::ShopSettings;
use domain::trust::Permission;
use maud::{Markup, html};

use super::parts::{count, door, period, warming};
use super::timeline::channel_key;
use crate::asked::{Asked, DaysAsked};
use crate::asking::Asking;
use crate::charts::{Cell, HeatMap, HeatRow, Runs, Size, heat_map};
use crate::errors::Refusal;
use crate::format::decimals_for;
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

mod table;

const MINUTE_S: u32 = 60;
const HOUR_S: u32 = 3_600;
const DAY_S: u32 = 86_400;

/// What the parts of the page have in common.
pub(super) struct Scene<'a> {
    speech: &'static Speech,
    experience: &'a Experience,
    /// The days of the period, in words.
    period: String,
    /// The address of this shop, for whoever connects a tracker.
    address: String,
}

pub(super) async fn experience(
    asking: Asking,
    Asked(asked): Asked<DaysAsked>,
) -> Result<Response, Refusal> {
    let speech = asking.speech;
    let days = asked.days()?;
    let insight = asking
        .read(Permission::SeeFigures, move |app| app.experience(days))
        .await?;
    let in_force = asking.shared.app.in_force();
    let settings = &in_force.settings;
    let frame = Frame {
        speech,
        shop: asking.shop(settings),
        place: Place::Experience,
        title: &speech.say("common-experience"),
        twin: Some(format!("/v1/insight/experience?days={days}")),
        notice: None,
    };
    let address = asking.shared.options.address.clone();
    Ok(match insight {
        Insight::Warming(percent) => warming(&frame, percent),
        Insight::Ready(experience) => {
            frame.page(Scene::of(speech, settings, &experience, address).content())
        }
    })
}

impl<'a> Scene<'a> {
    fn of(
        speech: &'static Speech,
        settings: &'a ShopSettings,
        experience: &'a Experience,
        address: String,
    ) -> Self {
        let first_day = experience.first_day.unwrap_or(experience.today);
        Self {
            speech,
            experience,
            period: period(speech, settings, first_day, experience.today),
            address,
        }
    }

    fn content(&self) -> Markup {
        if self.experience.cells.is_empty() && self.experience.days == 0 {
            return html! {
                div.empty {
                    h1 { (self.speech.say("experience-empty-title")) }
                    p.lead { (self.speech.say("experience-empty-lead")) }
                    (self.call())
                }
            };
        }
        html! {
            h1 { (self.headline()) }
            (self.choices())
            @if self.experience.cells.is_empty() {
                p.lead { (self.speech.say("experience-empty-days")) }
            } @else {
                (self.worst())
                (self.map())
                (self.table())
            }
            @if !self.tells(Touchpoint::Visited) { (self.teach()) }
        }
    }

    fn tells(&self, touchpoint: Touchpoint) -> bool {
        let mut cells = self.experience.cells.iter();
        cells.any(|cell| cell.touchpoint == touchpoint)
    }

    /// Says how what comes before an order is told.
    fn teach(&self) -> Markup {
        html! {
            section aria-labelledby="teach" {
                h2 #teach { (self.speech.say("experience-teach-title")) }
                p.how { (self.speech.say("experience-teach")) }
                (self.call())
            }
        }
    }

    fn call(&self) -> Markup {
        let lines = format!(
            "<script>window.fanous = window.fanous || [];</script>\n\
             <script async src=\"{}/fanous.js\" data-key=\"write_…\"></script>",
            self.address
        );
        html! { pre dir="ltr" tabindex="0" { code { (lines) } } }
    }

    /// The periods that can be chosen.
    fn choices(&self) -> Markup {
        let speech = self.speech;
        let name = |days: u32| match days {
            0 => speech.say("range-everything"),
            days => speech.say_with("experience-days", Words::new().count("days", days.into())),
        };
        html! {
            div.range {
                nav aria-label=(speech.say("experience-days-label")) {
                    @for days in DAYS_CHOICES {
                        a href={ "/experience?days=" (days) }
                            aria-current=[(days == self.experience.days).then_some("true")] {
                            (name(days))
                        }
                    }
                }
            }
        }
    }

    fn headline(&self) -> String {
        let speech = self.speech;
        let worst = self.experience.worst.first();
        match worst.map(|place| &self.experience.cells[*place]) {
            Some(cell) => {
                let words = Words::new()
                    .text("touchpoint", speech.say(touchpoint_key(cell.touchpoint)))
                    .text("channel", self.channel(cell.channel));
                speech.say_with("experience-headline", words)
            }
            None => speech.say("experience-headline-none"),
        }
    }

    /// The worst places in words.
    fn worst(&self) -> Markup {
        let cells = &self.experience.cells;
        html! {
            @if !self.experience.worst.is_empty() {
                ol.lead {
                    @for place in &self.experience.worst { li { (self.sentence(&cells[*place])) } }
                }
            }
        }
    }

    /// Of a hundred who are there, so many stop; and how long the others take.
    fn sentence(&self, cell: &ExperienceCell) -> Markup {
        let speech = self.speech;
        let Some(stops) = cell.stops else {
            return html! {};
        };
        let words = Words::new()
            .text("who", speech.say(who_key(cell.touchpoint)))
            .text("channel", self.channel(cell.channel))
            .text("stopped", speech.percent_number(stops.share, 0))
            .text("low", speech.percent_number(stops.low, 0))
            .text("high", speech.percent_number(stops.high, 0))
            .count("watched", count(stops.watched))
            .text("hundred", speech.number(100));
        html! {
            a href=(door(&cell.predicate)) { (speech.say_with("experience-worst", words)) }
            @if let Some(median) = cell.median_s {
                (speech.gap())
                (speech.say_with(
                    "experience-worst-time",
                    Words::new().text("time", self.span(median)),
                ))
            }
        }
    }

    fn channel(&self, channel: Channel) -> String {
        self.speech.say(channel_key(channel.word()))
    }

    /// A time in the largest unit of which it has more than one.
    fn span(&self, seconds: u32) -> String {
        let rounded = |unit: u32| i64::from((seconds + unit / 2) / unit);
        let (key, count) = match seconds {
            0..90 => ("experience-seconds", i64::from(seconds)),
            90..5_400 => ("experience-minutes", rounded(MINUTE_S)),
            5_400..129_600 => ("experience-hours", rounded(HOUR_S)),
            _ => ("experience-in-days", rounded(DAY_S)),
        };
        self.speech
            .say_with(key, Words::new().count("count", count))
    }

    /// The channels on which anybody was, in order.
    fn channels(&self) -> Vec<Channel> {
        let has = |channel: &Channel| {
            let mut cells = self.experience.cells.iter();
            cells.any(|cell| cell.channel == *channel)
        };
        Channel::ALL.into_iter().filter(has).collect()
    }

    fn map(&self) -> Markup {
        let speech = self.speech;
        let words = Words::new()
            .count("customers", count(self.experience.customers))
            .text("period", self.period.as_str());
        html! {
            section aria-labelledby="map" {
                h2 #map { (speech.say("experience-map-title")) }
                p.how { (speech.say_with("experience-map-how", words)) }
                figure { (heat_map(&self.heat_map())) }
            }
        }
    }

    fn heat_map(&self) -> HeatMap {
        let speech = self.speech;
        let channels = self.channels();
        let touchpoints = Touchpoint::ALL.into_iter().filter(|it| self.tells(*it));
        let row = |touchpoint: Touchpoint| HeatRow {
            label: speech.say(touchpoint_key(touchpoint)),
            value: None,
            size: String::new(),
            size_value: 0,
            cells: channels
                .iter()
                .map(|channel| self.find(touchpoint, *channel).map(|it| self.heat_cell(it)))
                .collect(),
        };
        HeatMap {
            id: "places",
            label: speech.say("experience-map-title"),
            size: Size::Wide,
            runs: Runs::Reading {
                is_rtl: speech.direction == "rtl",
            },
            rows_title: speech.say("experience-touchpoint"),
            columns_title: speech.say("experience-channel"),
            size_title: String::new(),
            columns: channels.iter().map(|it| self.channel(*it)).collect(),
            rows: touchpoints.map(row).collect(),
            unfinished: String::new(),
            second: String::new(),
        }
    }

    fn find(&self, touchpoint: Touchpoint, channel: Channel) -> Option<&ExperienceCell> {
        let mut cells = self.experience.cells.iter();
        cells.find(|cell| (cell.touchpoint, cell.channel) == (touchpoint, channel))
    }

    fn heat_cell(&self, cell: &ExperienceCell) -> Cell {
        let speech = self.speech;
        let entered = speech.number(count(cell.entered));
        let words = Words::new()
            .text("touchpoint", speech.say(touchpoint_key(cell.touchpoint)))
            .text("channel", self.channel(cell.channel))
            .count("entered", count(cell.entered));
        let (text, readout) = match cell.stops {
            Some(stops) => {
                let decimals = decimals_for(stops.low, stops.high);
                let words = words
                    .text("share", speech.percent(stops.share, decimals))
                    .count("stopped", count(stops.stopped))
                    .count("watched", count(stops.watched));
                let readout = speech.say_with("experience-readout", words);
                (speech.percent(stops.share, 0), readout)
            }
            None => (
                "–".to_owned(),
                speech.say_with("experience-readout-none", words),
            ),
        };
        Cell {
            tint: cell.stops.map_or(f64::NAN, |stops| stops.share),
            value: cell
                .stops
                .map_or_else(String::new, |it| it.share.to_string()),
            text,
            note: entered,
            readout,
            href: Some(door(&cell.predicate)),
            is_unfinished: false,
        }
    }
}

fn touchpoint_key(touchpoint: Touchpoint) -> &'static str {
    match touchpoint {
        Touchpoint::Visited => "experience-visited",
        Touchpoint::Considered => "experience-considered",
        Touchpoint::Basket => "experience-basket",
        Touchpoint::Checkout => "experience-checkout",
        Touchpoint::Ordered => "experience-ordered",
        Touchpoint::Received => "experience-received",
        Touchpoint::Reviewed => "experience-reviewed",
        Touchpoint::Help => "experience-help",
        Touchpoint::Return => "experience-return",
    }
}

/// What those do who are there, after "who".
fn who_key(touchpoint: Touchpoint) -> &'static str {
    match touchpoint {
        Touchpoint::Visited => "experience-who-visited",
        Touchpoint::Considered => "experience-who-considered",
        Touchpoint::Basket => "experience-who-basket",
        Touchpoint::Checkout => "experience-who-checkout",
        Touchpoint::Ordered => "experience-who-ordered",
        Touchpoint::Received => "experience-who-received",
        Touchpoint::Reviewed => "experience-who-reviewed",
        Touchpoint::Help => "experience-who-help",
        Touchpoint::Return => "experience-who-return",
    }
}
