//! Overview: is my base of customers growing or leaking?

use app::insight::{
    AnonymousFigures, MonthFigures, Overview, OverviewMonth, OverviewOf, OverviewPeriod,
    RepeatShare,
};
use axum::response::{IntoResponse, Redirect, Response};
use domain::settings::ShopSettings;
use domain::trust::Permission;
use maud::{Markup, html};

use super::amount;
use super::parts::{cell, door, figure, period};
use super::range::{RangeRow, address, carried};
use crate::asked::RangeFields;
use crate::asking::Asking;
use crate::charts::interval;
use crate::errors::Refusal;
use crate::format::{Tender, decimals_for};
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

mod months;
mod period;

pub(super) use months::legend;

/// With fewer buyers a share says nothing worth a title.
const BUYERS_FOR_A_SHARE: i64 = 30;

/// Who ordered again.
const AGAIN: &str = "orders >= 2";

/// Fractions that people say, with their sentence.
const FRACTIONS: [(f64, &str); 13] = [
    (0.1, "overview-headline-1-10"),
    (0.2, "overview-headline-1-5"),
    (0.25, "overview-headline-1-4"),
    (0.3, "overview-headline-3-10"),
    (1.0 / 3.0, "overview-headline-1-3"),
    (0.4, "overview-headline-2-5"),
    (0.5, "overview-headline-1-2"),
    (0.6, "overview-headline-3-5"),
    (2.0 / 3.0, "overview-headline-2-3"),
    (0.7, "overview-headline-7-10"),
    (0.75, "overview-headline-3-4"),
    (0.8, "overview-headline-4-5"),
    (0.9, "overview-headline-9-10"),
];

/// What the parts of the page have in common.
pub(super) struct Scene<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) currency: Tender,
    pub(super) overview: &'a Overview,
    /// What was chosen of it.
    pub(super) of: &'a OverviewOf,
    /// From the first to the last sign of life, in words.
    pub(super) period: String,
}

pub(super) async fn overview(
    asking: Asking,
    RangeFields(asked): RangeFields,
) -> Result<Response, Refusal> {
    if !asking.may(Permission::SeeFigures) {
        return Ok(Redirect::to("/customers").into_response());
    }
    let speech = asking.speech;
    let of = asking
        .read(Permission::SeeFigures, move |app| app.overview_of(&asked))
        .await?;
    let overview = &of.overview;
    let in_force = asking.shared.app.in_force();
    let settings = &in_force.settings;
    let period = overview
        .period
        .map(|period| speech.period(period, &settings.zone));
    let scene = Scene {
        speech,
        settings,
        currency: settings.into(),
        overview,
        of: &of,
        period: period.unwrap_or_default(),
    };
    let frame = Frame {
        speech,
        shop: asking.shop(settings),
        place: Place::Overview,
        title: &speech.say("overview-title"),
        twin: Some(address("/v1/insight/overview", carried(&of.chosen))),
        notice: None,
    };
    let is_empty = overview.customers == 0 && overview.anonymous.lines == 0;
    Ok(frame.page(if is_empty {
        empty(speech)
    } else {
        scene.content()
    }))
}

/// Teaches how customers come in.
pub(super) fn empty(speech: &Speech) -> Markup {
    html! {
        div.empty {
            h1 { (speech.say("overview-empty-title")) }
            p.lead { (speech.say("overview-empty-lead")) }
            pre dir="ltr" { code { "fanous import orders.csv" } }
            p.how { (speech.say("overview-empty-what")) }
            p { (speech.say("overview-empty-look")) }
            pre dir="ltr" { code { "fanous demo" } }
        }
    }
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        html! {
            h1 { (self.headline()) }
            (self.range_row())
            @if let Some(repeat) = &self.overview.repeat { (self.lead(repeat)) }
            @match self.chosen() {
                None => (self.figures()),
                Some(chosen) => {
                    dl.figures { (self.base_figures()) }
                    (self.base_note())
                    (self.chosen_months(chosen))
                }
            }
            @if !self.months().is_empty() {
                (self.flows())
                (self.money())
            }
            (self.apart(&self.overview.anonymous))
        }
    }

    fn range_row(&self) -> Markup {
        let row = RangeRow {
            speech: self.speech,
            calendar: self.settings.calendar,
            path: "/",
            history: self.of.history,
            chosen: &self.of.chosen,
            compares: true,
        };
        row.markup()
    }

    /// The chosen months; none when everything is shown.
    pub(super) fn chosen(&self) -> Option<&OverviewPeriod> {
        self.of.period.as_ref()
    }

    /// The months that are shown.
    pub(super) fn months(&self) -> &[OverviewMonth] {
        match self.chosen() {
            Some(chosen) => &chosen.months,
            None => &self.overview.months,
        }
    }

    /// Money of what is shown.
    pub(super) fn totals(&self) -> &MonthFigures {
        match self.chosen() {
            Some(chosen) => &chosen.figures,
            None => &self.overview.totals,
        }
    }

    /// From the first to the last day of what is shown, in words.
    pub(super) fn period_shown(&self) -> String {
        match self.chosen() {
            Some(chosen) => {
                let (from, to) = chosen.days;
                period(self.speech, self.settings, from, to)
            }
            None => self.period.clone(),
        }
    }

    /// The sentence that the figures prove: a plain fraction when the interval holds one, the
    /// share itself when it holds none.
    fn headline(&self) -> String {
        let Some(repeat) = &self.overview.repeat else {
            return self.speech.say("overview-headline-none");
        };
        if repeat.buyers < BUYERS_FOR_A_SHARE {
            let words = Words::new().count("buyers", repeat.buyers);
            return self.speech.say_with("overview-headline-few", words);
        }
        let distance = |fraction: f64| (fraction - repeat.share).abs();
        let held = FRACTIONS
            .into_iter()
            .filter(|(fraction, _)| (repeat.low..=repeat.high).contains(fraction))
            .min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)));
        match held {
            Some((_, key)) => self.speech.say(key),
            None => {
                let share = self.speech.percent(repeat.share, 0);
                let words = Words::new().text("share", share);
                self.speech.say_with("overview-headline-share", words)
            }
        }
    }

    fn lead(&self, repeat: &RepeatShare) -> Markup {
        let speech = self.speech;
        let decimals = decimals_for(repeat.low, repeat.high);
        let again = Words::new()
            .count("repeat", repeat.repeat_buyers)
            .count("buyers", repeat.buyers);
        let interval = Words::new()
            .text("share", speech.percent(repeat.share, decimals))
            .text("low", speech.percent(repeat.low, decimals))
            .text("high", speech.percent(repeat.high, decimals));
        let net = Words::new().text("share", speech.percent(repeat.net_share, 0));
        html! {
            p.lead {
                a href=(door(AGAIN)) { (speech.say_with("overview-lead-again", again)) }
                (speech.say_with("overview-lead-interval", interval)) (speech.gap())
                @if repeat.net_share > 0.0 { (speech.say_with("overview-lead-net", net)) }
            }
        }
    }

    fn figures(&self) -> Markup {
        let speech = self.speech;
        let totals = &self.overview.totals;
        let code = |key: &str| {
            speech.say_with(
                key,
                Words::new().text("currency", speech.unit(self.currency)),
            )
        };
        let money = |minor: i64| amount(&speech.amount(minor, self.currency));
        let back = totals.refunds as f64 / totals.gross.max(1) as f64;
        let note = |key: &str, words: Words<'_>| speech.say_with(key, words);
        html! {
            dl.figures {
                (self.base_figures())
                (figure(
                    &code("overview-gross"),
                    html! { a href=(door("gross != 0")) { (money(totals.gross)) } },
                    &note("overview-gross-note", Words::new().count("orders", totals.orders)),
                ))
                (figure(
                    &code("overview-refunds"),
                    html! { a href=(door("refunds != 0")) { (money(totals.refunds)) } },
                    &note("overview-refunds-note",
                        Words::new().text("share", speech.percent(back, 1))),
                ))
                (figure(
                    &code("overview-net"),
                    html! { a href=(door("net != 0")) { (money(totals.net)) } },
                    &speech.say("overview-net-note"),
                ))
                (figure(
                    &code("overview-product"),
                    html! { a href=(door("product != 0")) { (money(totals.product)) } },
                    &speech.say("overview-product-note"),
                ))
            }
        }
    }

    /// Those that are of all customers, whatever months are chosen.
    fn base_figures(&self) -> Markup {
        let speech = self.speech;
        let buyers = self.overview.repeat.map_or(0, |repeat| repeat.buyers);
        let buyers = Words::new().count("buyers", buyers);
        html! {
            (figure(
                &speech.say("overview-customers"),
                html! { a href="/customers" { (speech.number(self.overview.customers)) } },
                &speech.say_with("overview-customers-note", buyers),
            ))
            @if let Some(repeat) = &self.overview.repeat { (self.repeat_figure(repeat)) }
        }
    }

    fn repeat_figure(&self, repeat: &RepeatShare) -> Markup {
        let decimals = decimals_for(repeat.low, repeat.high);
        let words = Words::new()
            .text("low", self.speech.percent_number(repeat.low, decimals))
            .text("high", self.speech.percent(repeat.high, decimals))
            .count("buyers", repeat.buyers);
        figure(
            &self.speech.say("overview-repeat"),
            html! {
                a href=(door(AGAIN)) { (self.speech.percent(repeat.share, decimals)) }
                (interval(repeat.share, repeat.low, repeat.high))
            },
            &self.speech.say_with("overview-repeat-note", words),
        )
    }

    /// What is in no figure above, so that everything adds up.
    fn apart(&self, anonymous: &AnonymousFigures) -> Markup {
        let speech = self.speech;
        let money = |key: &str, minor: i64| {
            let shown = amount(&speech.amount(minor, self.currency));
            row(
                &speech.say(key),
                cell(self.currency.raw(minor), shown),
                None,
            )
        };
        let how = Words::new()
            .text("currency", speech.unit(self.currency))
            .text("period", self.period.as_str());
        let title = Words::new().count("orders", anonymous.orders);
        let unmatched = speech.number(self.overview.unmatched_refund_units);
        html! {
            section aria-labelledby="apart" {
                h2 #apart { (speech.say_with("overview-apart-title", title)) }
                p.how { (speech.say_with("overview-apart-how", how)) }
                table.narrow data-export="apart" {
                    caption.heard { (speech.say("overview-apart-caption")) }
                    tbody {
                        (money("overview-anonymous-gross", anonymous.gross))
                        (money("overview-anonymous-refunds", anonymous.refunds))
                        (money("overview-anonymous-adjustments", anonymous.adjustments))
                        (money("overview-anonymous-product", anonymous.product))
                        (row(
                            &speech.say("overview-anonymous-lines"),
                            cell(anonymous.lines, html! { (speech.number(anonymous.lines)) }),
                            None,
                        ))
                        (row(
                            &speech.say("overview-unmatched"),
                            cell(
                                self.overview.unmatched_refund_units,
                                html! { (unmatched) },
                            ),
                            Some(speech.say("overview-unmatched-how")),
                        ))
                    }
                }
            }
        }
    }
}

fn row(name: &str, cell: Markup, note: Option<String>) -> Markup {
    html! {
        tr {
            th scope="row" data-value=(name) {
                (name) @if let Some(note) = note { small { (note) } }
            }
            (cell)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::insight::Chosen;
    use domain::money::Currency;

    use axum::http::HeaderMap;

    use super::*;
    use crate::i18n::speech_for;

    fn headline(repeat_buyers: i64, buyers: i64, low: f64, high: f64) -> String {
        let of = overview_of(repeat_buyers, buyers, (low, high));
        scene(&ShopSettings::default(), &of).headline()
    }

    /// An overview of everything.
    pub(super) fn overview_of(
        repeat_buyers: i64,
        buyers: i64,
        (low, high): (f64, f64),
    ) -> OverviewOf {
        let repeat = (buyers > 0).then(|| RepeatShare {
            share: repeat_buyers as f64 / buyers as f64,
            low,
            high,
            repeat_buyers,
            buyers,
            net_share: 0.5,
        });
        let overview = Overview {
            currency: "GBP".to_owned(),
            period: None,
            customers: buyers,
            totals: Default::default(),
            repeat,
            unmatched_refund_units: 0,
            anonymous: AnonymousFigures::default(),
            lapse_months: 6,
            months: Vec::new(),
        };
        OverviewOf {
            overview: Arc::new(overview),
            history: None,
            chosen: Ok(Chosen::default()),
            period: None,
        }
    }

    pub(super) fn scene<'a>(settings: &'a ShopSettings, of: &'a OverviewOf) -> Scene<'a> {
        Scene {
            speech: speech_for(&HeaderMap::new()),
            settings,
            currency: Currency::GBP.into(),
            overview: &of.overview,
            of,
            period: String::new(),
        }
    }

    #[test]
    fn the_headline_says_no_more_than_the_interval_holds() {
        let check = |repeat, buyers, low, high, said: &str| {
            assert_eq!(headline(repeat, buyers, low, high), said);
        };
        check(
            2_845,
            4_338,
            0.641,
            0.670,
            "Two of three buyers order again.",
        );
        check(
            2_800,
            4_338,
            0.631,
            0.660,
            "65\u{a0}% of the buyers order again.",
        );
        check(30, 60, 0.377, 0.623, "Half of the buyers order again.");
        check(
            12,
            22,
            0.347,
            0.731,
            "22 buyers so far: too few to say how many order again.",
        );
        check(
            0,
            1,
            0.0,
            0.8,
            "One buyer so far: too few to say how many order again.",
        );
        check(0, 0, 0.0, 0.0, "Nobody has ordered yet.");
    }
}
