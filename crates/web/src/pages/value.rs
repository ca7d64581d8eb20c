//! Value: who makes the money?

use app::insight::{Insight, ScoreFigures, Spread, Top, Value};
use axum::response::Response;
use domain::settings::ShopSettings;
use domain::trust::Permission;
use maud::{Markup, html};

use super::amount;
use super::parts::{count, door, figure, period, warming};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::format::{Tender, decimals_of};
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

mod ages;
mod contrast;
mod grid;
mod lorenz;

/// With fewer buyers a share of them says nothing worth a title.
const BUYERS_FOR_A_SHARE: u64 = 30;
/// The share of the customers that the headline is about.
const BEST: f64 = 0.2;
/// The fewest customers of a share of which is told what it brings.
const TOP_CUSTOMERS_MIN: u64 = 5;

/// What the parts of the page have in common.
pub(super) struct Scene<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) currency: Tender,
    pub(super) value: &'a Value,
    /// From the first order to the last day that was watched, in words.
    pub(super) period: String,
}

pub(super) async fn value(asking: Asking) -> Result<Response, Refusal> {
    let speech = asking.speech;
    let insight = asking
        .read(Permission::SeeFigures, |app| app.value())
        .await?;
    let in_force = asking.shared.app.in_force();
    let settings = &in_force.settings;
    let frame = Frame {
        speech,
        shop: asking.shop(settings),
        place: Place::Value,
        title: &speech.say("value-title"),
        twin: Some("/v1/insight/value".to_owned()),
        notice: None,
    };
    Ok(match insight {
        Insight::Warming(percent) => warming(&frame, percent),
        Insight::Ready(value) => frame.page(Scene::of(speech, settings, &value).content()),
    })
}

impl<'a> Scene<'a> {
    fn of(speech: &'static Speech, settings: &'a ShopSettings, value: &'a Value) -> Self {
        let first_day = value.first_day.unwrap_or(value.today);
        Self {
            speech,
            settings,
            currency: settings.into(),
            value,
            period: period(speech, settings, first_day, value.today),
        }
    }

    fn content(&self) -> Markup {
        let speech = self.speech;
        if self.value.buyers == 0 {
            return html! {
                div.empty {
                    h1 { (speech.say("value-empty-title")) }
                    p.lead { (speech.say("value-empty-lead")) }
                    pre dir="ltr" { code { "fanous import orders.csv" } }
                }
            };
        }
        html! {
            h1 { (self.headline()) }
            @if let Some(scores) = &self.value.scores { (self.lead(scores)) }
            (self.figures())
            (self.grid())
            div.pair {
                @if let Some(spread) = &self.value.concentration { (self.lorenz(spread)) }
                @if let Some(contrast) = &self.value.contrast { (self.contrast(contrast)) }
            }
            (self.ages())
        }
    }

    /// What the best fifth brings: a count of all buyers, so there is nothing to be unsure of.
    fn headline(&self) -> String {
        let speech = self.speech;
        let best = self.value.concentration.as_ref().and_then(best_fifth);
        match best {
            Some(share) if self.value.buyers >= BUYERS_FOR_A_SHARE => {
                let words = Words::new().text("share", speech.percent(share, 0));
                speech.say_with("value-headline", words)
            }
            _ => {
                let words = Words::new().count("buyers", count(self.value.buyers));
                speech.say_with("value-headline-few", words)
            }
        }
    }

    /// Who is best, and who is worst, in everything.
    fn lead(&self, scores: &ScoreFigures) -> Markup {
        let (speech, buyers) = (self.speech, self.value.buyers);
        let decimals = decimals_of(buyers);
        let part = |customers: u64| {
            let part = customers as f64 / buyers.max(1) as f64;
            speech.percent(part, decimals)
        };
        let words = Words::new()
            .count("best", count(scores.best))
            .text("part", part(scores.best))
            .text("share", speech.percent(scores.best_gross_share, decimals))
            .count("worst", count(scores.worst))
            .text("worst-part", part(scores.worst))
            .text(
                "worst-share",
                speech.percent(scores.worst_gross_share, decimals),
            );
        html! { p.lead { (speech.say_with("value-lead", words)) } }
    }

    fn figures(&self) -> Markup {
        html! {
            dl.figures {
                (self.gross_figure())
                @if let Some(spread) = &self.value.concentration {
                    (self.gini_figure(spread))
                    @for top in spread.tops.iter().rev() { (self.top_figure(top)) }
                }
            }
        }
    }

    fn gross_figure(&self) -> Markup {
        let (speech, value) = (self.speech, self.value);
        let note = Words::new()
            .count("orders", value.orders)
            .count("buyers", count(value.buyers))
            .text("net", speech.money_rounded(value.net, self.currency));
        figure(
            &speech.say_with(
                "value-gross",
                Words::new().text("currency", speech.unit(self.currency)),
            ),
            html! {
                a href=(door("orders >= 1")) {
                    (amount(&speech.amount(value.gross, self.currency)))
                }
            },
            &speech.say_with("value-gross-note", note),
        )
    }

    /// Gini with what it means: two buyers taken at random differ by twice that of the mean.
    fn gini_figure(&self, spread: &Spread) -> Markup {
        let speech = self.speech;
        let note = Words::new()
            .text("differ", speech.decimal(2.0 * spread.gini, 1))
            .text("orders", speech.decimal(spread.orders_gini, 2));
        figure(
            &speech.say("value-gini"),
            html! { (speech.decimal(spread.gini, 2)) },
            &speech.say_with("value-gini-note", note),
        )
    }

    fn top_figure(&self, top: &Top) -> Markup {
        let speech = self.speech;
        let name = Words::new().text("share", speech.percent(top.part, 0));
        let note = Words::new().count("customers", count(top.customers));
        let decimals = decimals_of(self.value.buyers);
        html! {
            @if top.customers >= TOP_CUSTOMERS_MIN {
                (figure(
                    &speech.say_with("value-top", name),
                    html! {
                        a href=[top.predicate.as_deref().map(door)] {
                            (speech.percent(top.gross_share, decimals))
                        }
                    },
                    &speech.say_with("value-top-note", note),
                ))
            }
        }
    }
}

/// What the best fifth brings.
fn best_fifth(spread: &Spread) -> Option<f64> {
    let found = spread
        .tops
        .iter()
        .find(|top| (top.part - BEST).abs() < 1e-9);
    found.map(|top| top.gross_share)
}

#[cfg(test)]
mod tests;
