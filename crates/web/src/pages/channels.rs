//! Channels: how do those who buy online, in the store and on several differ?

use app::insight::{Channels, ChannelsOf, FirstOutlet, GroupKind, Insight, Outlet, ShareBy};
use axum::response::Response;
use domain::settings::ShopSettings;
use domain::trust::Permission;
use maud::{Markup, html};

use super::parts::{cell, count, door, ends, number, period, warming};
use super::range::{RangeRow, address, carried, months_in_words};
use crate::asked::RangeFields;
use crate::asking::Asking;
use crate::charts::row_bar;
use crate::errors::Refusal;
use crate::format::{Tender, decimals_for, decimals_of};
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

mod groups;

/// With fewer customers a group is no ground for a title.
const CUSTOMERS_FOR_A_TITLE: u64 = 30;

/// What the parts of the page have in common.
pub(super) struct Scene<'a> {
    speech: &'static Speech,
    settings: &'a ShopSettings,
    currency: Tender,
    channels: &'a Channels,
    /// What was chosen of it.
    of: &'a ChannelsOf,
    /// From the first order to the last day that was watched, in words.
    period: String,
}

pub(super) async fn channels(
    asking: Asking,
    RangeFields(asked): RangeFields,
) -> Result<Response, Refusal> {
    let speech = asking.speech;
    let insight = asking
        .read(Permission::SeeFigures, move |app| app.channels_of(&asked))
        .await?;
    let in_force = asking.shared.app.in_force();
    let settings = &in_force.settings;
    let carried = match &insight {
        Insight::Ready(of) => carried(&of.chosen),
        Insight::Warming(_) => None,
    };
    let frame = Frame {
        speech,
        shop: asking.shop(settings),
        place: Place::Channels,
        title: &speech.say("common-channels"),
        twin: Some(address("/v1/insight/channels", carried)),
        notice: None,
    };
    Ok(match insight {
        Insight::Warming(percent) => warming(&frame, percent),
        Insight::Ready(of) => frame.page(Scene::of(speech, settings, &of).content()),
    })
}

impl<'a> Scene<'a> {
    fn of(speech: &'static Speech, settings: &'a ShopSettings, of: &'a ChannelsOf) -> Self {
        let channels = &*of.channels;
        let first_day = channels.first_day.unwrap_or(channels.today);
        Self {
            speech,
            settings,
            currency: settings.into(),
            channels,
            of,
            period: period(speech, settings, first_day, channels.today),
        }
    }

    fn content(&self) -> Markup {
        if self.channels.buyers == 0 {
            return self.empty();
        }
        html! {
            h1 { (self.headline()) }
            (self.range_row())
            (self.groups())
            div.pair {
                (self.firsts())
                (self.overlaps())
            }
        }
    }

    /// Nobody ordered, or nobody in the chosen months.
    fn empty(&self) -> Markup {
        let speech = self.speech;
        html! {
            @if self.of.history.is_some() {
                h1 { (speech.say("channels-empty-months")) }
                (self.range_row())
            } @else {
                div.empty {
                    h1 { (speech.say("channels-empty-title")) }
                    p.lead { (speech.say("channels-empty-lead")) }
                    pre dir="ltr" { code { "fanous import orders.csv" } }
                }
            }
        }
    }

    fn range_row(&self) -> Markup {
        let row = RangeRow {
            speech: self.speech,
            calendar: self.settings.calendar,
            path: "/channels",
            history: self.of.history,
            chosen: &self.of.chosen,
            compares: false,
        };
        let range = carried(&self.of.chosen).map(|(range, _)| range);
        html! {
            (row.markup())
            @if let Some(range) = range {
                @let months = months_in_words(self.speech, self.settings, range);
                @let words = Words::new().text("months", months);
                p.how { (self.speech.say_with("channels-chosen", words)) }
            }
        }
    }

    /// What those bring who buy at several outlets, or where most buy.
    fn headline(&self) -> String {
        let (speech, channels) = (self.speech, self.channels);
        let several = channels.groups.last();
        let several = several.filter(|group| {
            group.kind == GroupKind::Several && group.customers >= CUSTOMERS_FOR_A_TITLE
        });
        let net: i64 = channels.groups.iter().map(|group| group.net).sum();
        if let Some(several) = several.filter(|_| net > 0) {
            let words = Words::new()
                .text("share", speech.percent(several.share, 0))
                .text("net", speech.percent(several.net as f64 / net as f64, 0));
            return speech.say_with("channels-headline-several", words);
        }
        let most = channels.groups.iter().max_by_key(|group| group.customers);
        let (kind, share) = most.map_or((GroupKind::Several, 0.0), |it| (it.kind, it.share));
        let words = Words::new()
            .text("share", speech.percent(share, 0))
            .text("group", speech.say(kind_key(kind)));
        speech.say_with("channels-headline-one", words)
    }

    /// Who came back, by the outlet of the first order.
    fn firsts(&self) -> Markup {
        let speech = self.speech;
        let firsts = &self.channels.firsts;
        let days: Vec<u32> = firsts
            .iter()
            .max_by_key(|first| first.back.len())
            .map(|first| first.back.iter().map(|by| by.days).collect())
            .unwrap_or_default();
        let how = Words::new()
            .count("buyers", count(self.channels.buyers))
            .text("period", self.period.as_str());
        html! {
            section aria-labelledby="firsts" {
                h2 #firsts { (self.firsts_title()) }
                p.how { (speech.say_with("channels-firsts-how", how)) }
                div.wide tabindex="0" {
                    table data-export="firsts" {
                        caption.heard { (speech.say("channels-firsts-caption")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("channels-first-outlet")) }
                                th.n scope="col" { (speech.say("channels-buyers")) }
                                @for days in &days { (self.back_head(*days)) }
                            }
                        }
                        tbody {
                            @for first in firsts { (self.first_row(first, &days)) }
                        }
                    }
                }
            }
        }
    }

    fn back_head(&self, days: u32) -> Markup {
        let speech = self.speech;
        let head = speech.say_with("channels-back", Words::new().count("days", days.into()));
        let [low, high] = ends(speech, &head);
        html! {
            th.n scope="col" data-more={ (low) "|" (high) } { (head) }
            th.aside scope="col" { span.heard { (speech.say("channels-drawn")) } }
        }
    }

    fn first_row(&self, first: &FirstOutlet, days: &[u32]) -> Markup {
        html! {
            tr {
                th scope="row" { (self.speech.say(outlet_key(first.outlet))) }
                (cell(first.buyers, html! {
                    a href=(door(&first.predicate)) { (number(self.speech, first.buyers)) }
                }))
                @for days in days {
                    (self.back_cells(first.back.iter().find(|by| by.days == *days)))
                }
            }
        }
    }

    /// A share with its interval, in figures and drawn.
    fn back_cells(&self, by: Option<&ShareBy>) -> Markup {
        let speech = self.speech;
        html! {
            @match by {
                Some(by) => {
                    @let decimals = decimals_for(by.low, by.high);
                    td.n data-value=(by.share) data-more={ (by.low) "|" (by.high) } {
                        (speech.percent(by.share, decimals))
                        small {
                            (speech.span(
                                &speech.percent_number(by.low, decimals),
                                &speech.percent_number(by.high, decimals),
                            ))
                        }
                    }
                    td.aside { (row_bar(by.share, Some((by.low, by.high)), (0.0, 1.0))) }
                },
                None => { td.n data-value="" data-more="|" { "–" } td.aside {} },
            }
        }
    }

    /// Whether any outlet's first buyers come back more than those of another beyond chance.
    fn firsts_title(&self) -> String {
        let speech = self.speech;
        let by = |first: &FirstOutlet| first.back.last().copied();
        let told = self.channels.firsts.iter();
        let told: Vec<(Outlet, ShareBy)> = told
            .filter(|first| first.buyers >= CUSTOMERS_FOR_A_TITLE)
            .filter_map(|first| by(first).map(|by| (first.outlet, by)))
            .collect();
        let share = |it: &&(Outlet, ShareBy)| it.1.share;
        let most = told.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        let least = told.iter().min_by(|a, b| share(a).total_cmp(&share(b)));
        match (most, least) {
            (Some(most), Some(least)) if most.1.low > least.1.high => {
                let words = Words::new()
                    .text("most", speech.say(outlet_key(most.0)))
                    .text("least", speech.say(outlet_key(least.0)))
                    .text("share", speech.percent(most.1.share, 0))
                    .text("other", speech.percent(least.1.share, 0))
                    .count("days", most.1.days.into());
                speech.say_with("channels-firsts-title", words)
            }
            _ => speech.say("channels-firsts-title-alike"),
        }
    }

    /// Who bought where together.
    fn overlaps(&self) -> Markup {
        let speech = self.speech;
        let decimals = decimals_of(self.channels.buyers);
        let words = Words::new().text("currency", speech.unit(self.currency));
        html! {
            section aria-labelledby="overlaps" {
                h2 #overlaps { (speech.say("channels-overlaps-title")) }
                p.how { (speech.say("channels-overlaps-how")) }
                div.wide tabindex="0" {
                    table data-export="overlaps" {
                        caption.heard { (speech.say("channels-overlaps-title")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("channels-outlets")) }
                                th.n scope="col" { (speech.say("channels-buyers")) }
                                th.n scope="col" { (speech.say("channels-share")) }
                                th.n scope="col" { (speech.say_with("channels-net-in", words)) }
                            }
                        }
                        tbody {
                            @for overlap in &self.channels.overlaps {
                                tr {
                                    th scope="row" { (self.outlets(&overlap.outlets)) }
                                    (cell(overlap.customers, html! {
                                        a href=(door(&overlap.predicate)) {
                                            (number(speech, overlap.customers))
                                        }
                                    }))
                                    (cell(overlap.share, html! {
                                        (speech.percent(overlap.share, decimals))
                                    }))
                                    (cell(self.currency.raw(overlap.net), html! {
                                        (speech.money_rounded(overlap.net, self.currency))
                                    }))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn outlets(&self, outlets: &[Outlet]) -> String {
        let said = outlets.iter().map(|it| self.speech.say(outlet_key(*it)));
        said.collect::<Vec<String>>().join(" + ")
    }
}

fn outlet_key(outlet: Outlet) -> &'static str {
    match outlet {
        Outlet::Online => "channels-online",
        Outlet::Store => "channels-store",
        Outlet::Social => "channels-social",
        Outlet::Other => "channels-other",
    }
}

fn kind_key(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Only(Outlet::Online) => "channels-only-online",
        GroupKind::Only(Outlet::Store) => "channels-only-store",
        GroupKind::Only(Outlet::Social) => "channels-only-social",
        GroupKind::Only(Outlet::Other) => "channels-only-other",
        GroupKind::Several => "channels-several",
    }
}
