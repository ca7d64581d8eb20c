//! Every place with all that is counted of it.

use app::insight::{ExperienceCell, Stops};
use maud::{Markup, html};

use super::{Scene, touchpoint_key};
use crate::format::decimals_for;
use crate::i18n::Words;
use crate::pages::parts::{cell, count, door, ends, number, twin};

impl Scene<'_> {
    pub(super) fn table(&self) -> Markup {
        let speech = self.speech;
        let share = speech.say("experience-share");
        let [low, high] = ends(speech, &share);
        let heads = [
            "experience-entered",
            "experience-went-on",
            "experience-waiting",
        ];
        let table = html! {
            div.wide tabindex="0" {
                table data-export="places" {
                    caption.heard { (speech.say("experience-map-title")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("experience-touchpoint")) }
                            th scope="col" { (speech.say("experience-channel")) }
                            @for head in heads { th.n scope="col" { (speech.say(head)) } }
                            th.n scope="col" { (speech.say("experience-stopped")) }
                            th.n scope="col" data-more={ (low) "|" (high) } { (share) }
                            th.n scope="col" { (speech.say("experience-median")) }
                            th.n scope="col" { (speech.say("experience-slow")) }
                        }
                    }
                    tbody {
                        @for place in &self.experience.cells { (self.row(place)) }
                    }
                }
            }
        };
        html! {
            (twin(speech, &table))
            p.caveat { (speech.say("experience-caveat")) }
        }
    }

    fn row(&self, place: &ExperienceCell) -> Markup {
        let speech = self.speech;
        let plain = |of: u64| cell(of, html! { (number(speech, of)) });
        html! {
            tr {
                th scope="row" { (speech.say(touchpoint_key(place.touchpoint))) }
                td.word {
                    a href=(door(&place.predicate)) { (self.channel(place.channel)) }
                }
                (plain(place.entered))
                (plain(place.went_on))
                (plain(place.waiting))
                (self.stops(place.stops))
                (self.time(place.median_s))
                (self.time(place.slow_s))
            }
        }
    }

    fn stops(&self, stops: Option<Stops>) -> Markup {
        let speech = self.speech;
        html! {
            @match stops {
                Some(stops) => {
                    @let decimals = decimals_for(stops.low, stops.high);
                    @let words = Words::new()
                        .count("watched", count(stops.watched))
                        .count("days", stops.patience_days.into());
                    td.n data-value=(stops.stopped) {
                        (number(speech, stops.stopped))
                        small { (speech.say_with("experience-watched", words)) }
                    }
                    td.n data-value=(stops.share) data-more={ (stops.low) "|" (stops.high) } {
                        (speech.percent(stops.share, decimals))
                        small {
                            (speech.span(
                                &speech.percent_number(stops.low, decimals),
                                &speech.percent_number(stops.high, decimals),
                            ))
                        }
                    }
                },
                None => {
                    td.n data-value="" { "–" }
                    td.n data-value="" data-more="|" { "–" }
                },
            }
        }
    }

    fn time(&self, seconds: Option<u32>) -> Markup {
        match seconds {
            Some(seconds) => cell(seconds, html! { (self.span(seconds)) }),
            None => html! { td.n data-value="" { "–" } },
        }
    }
}
