//! What we know of a customer's behaviour: buying, interest, the process of buying, channels,
//! permissions.

use domain::customers::{Stage, WHOLE};
use domain::events::Channel;
use domain::time::{Day, Millis};
use domain::trust::Purpose;
use maud::{Markup, html};

use super::Scene;
use crate::format::Tender;
use crate::i18n::Words;
use crate::pages::amount;
use crate::pages::parts::cell;
use crate::pages::timeline::channel_key;

/// What a stage of the buying process is called.
pub(in crate::pages) fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Visited => "customer-stage-visited",
        Stage::Considered => "customer-stage-considered",
        Stage::Basket => "customer-stage-basket",
        Stage::Checkout => "customer-stage-checkout",
        Stage::Ordered => "customer-stage-ordered",
        Stage::Received => "customer-stage-received",
        Stage::Reviewed => "customer-stage-reviewed",
    }
}

/// What a purpose is called.
pub(in crate::pages) fn purpose_key(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Analytics => "customer-purpose-analytics",
        Purpose::Personalisation => "customer-purpose-personalisation",
        Purpose::Marketing => "customer-purpose-marketing",
        Purpose::ThirdParty => "customer-purpose-third-party",
    }
}

/// A name with its value, when there is one.
type Pair = (&'static str, Option<String>);

impl Scene<'_> {
    pub(super) fn behaviour(&self) -> Markup {
        let speech = self.speech;
        html! {
            section aria-labelledby="behaviour" {
                h2 #behaviour { (speech.say("customer-what-we-know")) }
                (self.pairs(&self.buying()))
                @let interest = self.interest();
                @if interest.iter().any(|(_, value)| value.is_some()) {
                    h3 { (speech.say("customer-interest")) }
                    (self.pairs(&interest))
                }
                (self.process())
                (self.channels())
                (self.consents())
            }
        }
    }

    fn pairs(&self, pairs: &[Pair]) -> Markup {
        html! {
            dl.pairs.numbers {
                @for (key, value) in pairs {
                    @if let Some(value) = value {
                        div { dt { (self.speech.say(key)) } dd { bdi { (value) } } }
                    }
                }
            }
        }
    }

    fn count(&self, count: i64) -> Option<String> {
        (count > 0).then(|| self.speech.number(count))
    }

    fn share(&self, parts: Option<i64>) -> Option<String> {
        let parts = parts.filter(|parts| *parts > 0)?;
        Some(self.speech.percent(parts as f64 / WHOLE as f64, 0))
    }

    fn date(&self, day: Option<Day>) -> Option<String> {
        let start = self.settings.zone.day_start(day?);
        Some(self.speech.day(start.0, &self.settings.zone))
    }

    fn buying(&self) -> Vec<Pair> {
        let metrics = self.metrics;
        let money = |minor: Option<i64>| minor.map(|minor| self.speech.money(minor, self.settings));
        let day = |at: Option<Millis>| at.map(|at| self.speech.day(at.0, &self.settings.zone));
        vec![
            ("customer-items", self.count(metrics.items)),
            ("customer-average-order", money(metrics.average_order)),
            ("customer-margin", money(metrics.margin)),
            (
                "customer-discount-share",
                self.share(metrics.discount_share),
            ),
            ("customer-return-share", self.share(metrics.return_share)),
            (
                "customer-refunds-received",
                self.count(metrics.refund_count),
            ),
            ("customer-deliveries", self.count(metrics.deliveries)),
            (
                "customer-deliveries-late",
                self.count(metrics.deliveries_late),
            ),
            ("customer-complaints", self.count(metrics.complaints)),
            ("customer-referrals", self.count(metrics.referrals)),
            ("customer-country", metrics.country.clone()),
            ("customer-first-seen", day(metrics.first_seen_at)),
            ("customer-last-seen", day(metrics.last_seen_at)),
        ]
    }

    fn interest(&self) -> Vec<Pair> {
        let metrics = self.metrics;
        let hour = metrics.usual_hour.map(|hour| {
            let words = Words::new()
                .text("from", self.speech.number(hour))
                .text("to", self.speech.number((hour + 1) % 24));
            self.speech.say_with("customer-usual-hour-value", words)
        });
        let rating = metrics.rating.map(|rating| {
            let words = Words::new()
                .text("rating", self.speech.hundredths(rating))
                .count("reviews", metrics.reviews);
            self.speech.say_with("customer-rating-value", words)
        });
        vec![
            ("customer-source", metrics.source.clone()),
            ("customer-content", metrics.content.clone()),
            (
                "customer-interests",
                (!metrics.interests.is_empty()).then(|| metrics.interests.join(", ")),
            ),
            ("customer-visits", self.count(metrics.visits)),
            ("customer-second-visit", self.date(metrics.second_visit)),
            ("customer-active-days", self.count(metrics.active_days)),
            ("customer-usual-hour", hour),
            ("customer-rating", rating),
        ]
    }

    /// The stages in the order in which they were reached first, with the days between them.
    fn process(&self) -> Markup {
        let speech = self.speech;
        let stages = self.page.state.observed.stages.iter();
        let mut stages: Vec<(Millis, Stage)> =
            stages.map(|(stage, (first, _))| (*first, *stage)).collect();
        stages.sort_unstable();
        let now = self.metrics.stage;
        let before = std::iter::once(None).chain(stages.iter().map(|(first, _)| Some(*first)));
        html! {
            @if stages.len() > 1 {
                h3 { (speech.say("customer-process")) }
                ol.plain.process {
                    @for ((first, stage), before) in stages.iter().zip(before) {
                        @let days = before.map(|before| days_between(before, *first));
                        li aria-current=[(now == Some(*stage)).then_some("step")] {
                            (speech.say(stage_key(*stage))) " "
                            small {
                                (speech.day(first.0, &self.settings.zone))
                                @if let Some(days) = days {
                                    " · "
                                    (speech.say_with(
                                        "customer-process-days",
                                        Words::new().count("days", days),
                                    ))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn channels(&self) -> Markup {
        let speech = self.speech;
        let observed = &self.page.state.observed;
        let number = |number: i64| cell(number, html! { (speech.number(number)) });
        let money = |minor: i64| {
            let shown = amount(&speech.amount(minor, self.settings));
            cell(Tender::from(self.settings).raw(minor), shown)
        };
        let orders = |channel: Channel| self.metrics.on(channel);
        html! {
            @if observed.channels.len() > 1 {
                h3 { (speech.say("customer-channels")) }
                table.narrow data-export="channels" {
                    caption.heard { (speech.say("customer-channels")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("customer-where")) }
                            th.n scope="col" { (speech.say("customer-channel-events")) }
                            th.n scope="col" { (speech.say("customer-orders")) }
                            th.n scope="col" { (speech.say("customer-net")) }
                        }
                    }
                    tbody {
                        @for (channel, figures) in &observed.channels {
                            tr {
                                th scope="row" { (speech.say(channel_key(channel.word()))) }
                                (number(i64::from(figures.facts)))
                                (number(orders(*channel).map_or(0, |it| it.orders)))
                                (money(orders(*channel).map_or(0, |it| it.net)))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whole days from one moment to a later one.
fn days_between(from: Millis, to: Millis) -> i64 {
    (to.0 - from.0).div_euclid(Millis::DAY)
}
