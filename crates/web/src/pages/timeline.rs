//! The timeline of one customer, in words.

use std::collections::BTreeMap;

use app::customers::{FactView, TimelineKind};
use domain::events::catalogue::{self, FieldValue};
use domain::events::{Behaviour, Line, LineKind, RefundedLine};
use domain::money::Currency;
use maud::{Markup, html};

use super::customer::{Scene, purpose_key};
use super::{amount, standing_key};
use crate::asked::encoded;
use crate::format::Tender;
use crate::i18n::{Words, marked_up};

/// Products that a row names before it is opened.
const PREVIEW_LINES: usize = 2;

/// What a channel is called.
pub(super) fn channel_key(channel: &str) -> &'static str {
    match channel {
        "app" => "customer-channel-app",
        "store" => "customer-channel-store",
        "social" => "customer-channel-social",
        "messenger" => "customer-channel-messenger",
        "marketplace" => "customer-channel-marketplace",
        "email" => "customer-channel-email",
        "sms" => "customer-channel-sms",
        "call" => "customer-channel-call",
        "device" => "customer-channel-device",
        _ => "customer-channel-web",
    }
}

fn kind_key(kind: LineKind) -> Option<&'static str> {
    match kind {
        LineKind::Product => None,
        LineKind::Postage => Some("customer-kind-postage"),
        LineKind::Fee => Some("customer-kind-fee"),
        LineKind::Sample => Some("customer-kind-sample"),
        LineKind::Voucher => Some("customer-kind-voucher"),
        LineKind::Adjustment => Some("customer-kind-adjustment"),
    }
}

/// What a declared event is called: its name as a key.
fn happened_key(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace(' ', "-");
    format!("happened-{name}")
}

/// The keys of all declared events.
#[cfg(test)]
pub(crate) fn happened_keys() -> Vec<String> {
    let kinds = catalogue::KINDS.iter();
    kinds.map(|kind| happened_key(kind.name)).collect()
}

fn show_key(kind: TimelineKind) -> &'static str {
    match kind {
        TimelineKind::Everything => "customer-show-everything",
        TimelineKind::Buying => "customer-show-buying",
        TimelineKind::Browsing => "customer-show-browsing",
        TimelineKind::Saying => "customer-show-saying",
        TimelineKind::Decided => "customer-show-decided",
    }
}

/// Everything that happened, the latest first.
pub(super) fn timeline(scene: &Scene<'_>) -> Markup {
    let speech = scene.speech;
    let heads = ["customer-when", "customer-what", "customer-where"];
    let how = Words::new().outside("zone", scene.settings.zone.name());
    html! {
        h2 #timeline { (speech.say("customer-timeline")) }
        p.how { (marked_up(&speech.say_with("customer-timeline-how", how))) }
        nav.tabs aria-label=(speech.say("customer-timeline-show")) {
            @for kind in TimelineKind::ALL {
                a href=(scene.timeline_address(kind))
                    aria-current=[(kind == scene.kind).then_some("true")] {
                    (speech.say(show_key(kind)))
                }
            }
        }
        @if scene.timeline.events.is_empty() {
            p.how { (speech.say("customer-timeline-empty")) }
        } @else {
            table.timeline {
                caption.heard { (speech.say("customer-timeline-caption")) }
                thead {
                    tr {
                        @for head in heads { th scope="col" { (speech.say(head)) } }
                        th.n scope="col" { (speech.say("customer-amount")) }
                    }
                }
                tbody { @for fact in &scene.timeline.events { (scene.fact(fact)) } }
            }
        }
        nav.pages aria-label=(speech.say("customer-timeline")) {
            @if !scene.is_newest {
                a.button href=(scene.timeline_address(scene.kind)) {
                    (speech.say("common-first"))
                }
            }
            @if let Some(next) = &scene.timeline.next {
                a.button rel="next" href={
                    "/customers/" (scene.page.customer) "?show=" (scene.kind.word())
                    "&cursor=" (encoded(next)) "#timeline"
                } { (speech.say("common-next")) }
            }
        }
    }
}

impl Scene<'_> {
    /// Where a part of the timeline begins.
    fn timeline_address(&self, kind: TimelineKind) -> String {
        let show = match kind.word() {
            "" => String::new(),
            word => format!("?show={word}"),
        };
        format!("/customers/{}{show}#timeline", self.page.customer)
    }

    fn fact(&self, fact: &FactView) -> Markup {
        let speech = self.speech;
        let is_decided = fact.origin == "decided";
        html! {
            tr id=(fact.id) {
                td.when { time datetime=(domain::time::Millis(fact.at)) {
                    (speech.moment(fact.at, &self.settings.zone))
                } }
                td.what {
                    span.event { (self.title(fact)) }
                    @if is_decided { " " span.origin { (speech.say("customer-origin-decided")) } }
                    @if let Some(cause) = &fact.cause {
                        " " a.cause href={ "#" (cause) } { (speech.say("customer-cause")) " ↓" }
                    }
                    (self.detail(fact))
                    (self.personal(fact))
                }
                td.where {
                    @if !is_decided { (speech.say(channel_key(&fact.channel))) }
                    @if fact.origin == "historical" {
                        small { (speech.say("customer-origin-historical")) }
                    }
                }
                td.n { (self.sum(fact)) }
            }
        }
    }

    fn title(&self, fact: &FactView) -> Markup {
        let speech = self.speech;
        let with_id = |key: &str, id: &str| speech.say_with(key, Words::new().outside("id", id));
        let said = match &fact.behaviour {
            Behaviour::Ordered(order) => with_id("customer-event-ordered", &order.order_id),
            Behaviour::Refunded(refund) => with_id("customer-event-refunded", &refund.refund_id),
            Behaviour::Viewed(view) if view.starts_visit => speech.say("customer-event-visited"),
            Behaviour::Viewed(_) => speech.say("customer-event-viewed"),
            Behaviour::Delivered(delivery) => {
                let is_late = delivery
                    .promised_at
                    .is_some_and(|promised| fact.at > promised.0);
                let key = match is_late {
                    true => "customer-event-delivered-late",
                    false => "customer-event-delivered",
                };
                with_id(key, &delivery.order_id)
            }
            Behaviour::Complained(complaint) if complaint.topic.is_empty() => {
                speech.say("customer-event-complained")
            }
            Behaviour::Complained(complaint) => {
                let topic = Words::new().outside("topic", &complaint.topic);
                speech.say_with("customer-event-complained-about", topic)
            }
            Behaviour::Identified => speech.say("customer-event-identified"),
            Behaviour::Described(_) => speech.say("customer-event-described"),
            Behaviour::CheckoutStarted => speech.say("customer-event-checkout"),
            Behaviour::ProductViewed(view) => {
                self.of_product("customer-event-looked", &view.product)
            }
            Behaviour::ProductAdded(added) => {
                self.of_product("customer-event-added", &added.product)
            }
            Behaviour::Reviewed(review) => {
                let rating = Words::new().count("rating", i64::from(review.rating));
                speech.say_with("customer-event-reviewed", rating)
            }
            Behaviour::ConsentChanged(change) => {
                let purpose = speech.say(purpose_key(change.purpose));
                let key = match change.granted {
                    true => "customer-event-granted",
                    false => "customer-event-withdrawn",
                };
                speech.say_with(key, Words::new().text("purpose", purpose))
            }
            Behaviour::Referred(_) => speech.say("customer-event-referred"),
            Behaviour::OrderUpdated(order) => with_id("customer-event-updated", &order.order_id),
            Behaviour::OrderCancelled(cancelled) => {
                with_id("customer-event-cancelled", &cancelled.order_id)
            }
            Behaviour::Claimed(claim) => {
                let what = Words::new().outside("what", &claim.of);
                speech.say_with("customer-event-claimed", what)
            }
            Behaviour::Happened(happened) if catalogue::kind(&happened.name).is_some() => {
                return html! {
                    (speech.say(&happened_key(&happened.name)))
                    (self.fields(&happened.fields))
                };
            }
            Behaviour::Happened(happened) => {
                return html! { bdi { (happened.name) } (self.fields(&happened.fields)) };
            }
            Behaviour::Other(name) => return html! { bdi { (name) } },
            decided => self.decided_title(decided),
        };
        marked_up(&said)
    }

    /// The declared fields of an event, as they were told.
    fn fields(&self, fields: &BTreeMap<String, FieldValue>) -> Markup {
        let told = |(name, value): (&String, &FieldValue)| {
            let value = match value {
                FieldValue::Truth(truth) => truth.to_string(),
                FieldValue::Number(number) => number.to_string(),
                FieldValue::Text(text) => text.clone(),
                FieldValue::List(list) => list.join(", "),
            };
            format!("{name}: {value}")
        };
        html! {
            @for field in fields.iter().map(told) { " " small { bdi { (field) } } }
        }
    }

    fn of_product(&self, key: &str, product: &str) -> String {
        let title = self.titles.get(product).map_or(product, String::as_str);
        self.speech
            .say_with(key, Words::new().outside("product", title))
    }

    fn decided_title(&self, behaviour: &Behaviour) -> String {
        let speech = self.speech;
        match behaviour {
            Behaviour::StandingChanged(change) => {
                let words = Words::new()
                    .text("from", speech.say(standing_key(change.from)))
                    .text("to", speech.say(standing_key(change.to)));
                speech.say_with("customer-event-standing", words)
            }
            Behaviour::Settled(settled) if settled.undone => speech.say("customer-event-unsettled"),
            Behaviour::Settled(_) => speech.say("customer-event-settled"),
            Behaviour::ReferralCredited(_) => speech.say("customer-event-credited"),
            Behaviour::PointsAdjusted(adjusted) => {
                let words = Words::new()
                    .text("amount", speech.number(adjusted.amount.saturating_abs()))
                    .outside("unit", adjusted.unit.as_str());
                let key = match adjusted.amount < 0 {
                    true => "customer-event-taken",
                    false => "customer-event-given",
                };
                speech.say_with(key, words)
            }
            other => other.name().to_owned(),
        }
    }

    /// What an order or a refund comes to; a refund is written as what went away.
    fn sum(&self, fact: &FactView) -> Markup {
        let (lines, currency, sign) = match &fact.behaviour {
            Behaviour::Ordered(order) => (&order.lines, order.currency, 1),
            Behaviour::Refunded(refund) => (&refund.lines, refund.currency, -1),
            Behaviour::OrderUpdated(order) => (&order.lines, order.currency, 1),
            _ => return html! {},
        };
        let sum: i64 = lines.iter().map(|line| line.amount).sum();
        let tender = Tender::of(currency, self.settings);
        html! {
            (amount(&self.speech.amount(sign * sum, tender)))
            @if currency != self.settings.currency { " " (self.speech.unit(tender)) }
        }
    }

    fn detail(&self, fact: &FactView) -> Markup {
        match &fact.behaviour {
            Behaviour::Ordered(order) | Behaviour::OrderUpdated(order) => {
                self.lines(&order.lines, order.currency, &[])
            }
            Behaviour::Refunded(refund) => {
                let mut found = self.page.refunds.iter();
                let matched = found.find(|matched| matched.refund_id == refund.refund_id);
                let matched = matched.map(|matched| matched.lines.as_slice());
                self.lines(&refund.lines, refund.currency, matched.unwrap_or_default())
            }
            _ => html! {},
        }
    }

    fn lines(&self, lines: &[Line], currency: Currency, matched: &[RefundedLine]) -> Markup {
        let speech = self.speech;
        let tender = Tender::of(currency, self.settings);
        let units: i64 = lines
            .iter()
            .filter(|line| line.kind == LineKind::Product)
            .map(|line| line.quantity)
            .sum();
        let counts = Words::new()
            .count("lines", i64::try_from(lines.len()).unwrap_or(i64::MAX))
            .count("units", units);
        html! {
            (self.preview(lines))
            details.lines {
                summary { (speech.say_with("customer-lines", counts)) }
                table {
                    caption.heard { (speech.say("customer-lines-caption")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("customer-line-product")) }
                            th.n scope="col" { (speech.say("customer-line-quantity")) }
                            th.n scope="col" {
                                (speech.say("customer-line-amount")) " " (speech.unit(tender))
                            }
                        }
                    }
                    tbody {
                        @for (place, line) in lines.iter().enumerate() {
                            tr {
                                td {
                                    (self.product(line))
                                    @if let Some(matched) = matched.get(place) {
                                        (self.matched(matched))
                                    }
                                }
                                td.n { (speech.number(line.quantity)) }
                                td.n { (amount(&speech.amount(line.amount, tender))) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The products that made most of the amount, so that a row can be read without opening it.
    fn preview(&self, lines: &[Line]) -> Markup {
        let mut products: Vec<&Line> = lines
            .iter()
            .filter(|line| line.kind == LineKind::Product)
            .collect();
        products.sort_by_key(|line| std::cmp::Reverse(line.amount));
        let titles = products.into_iter().take(PREVIEW_LINES);
        let titles: Vec<&String> = titles
            .filter_map(|line| self.titles.get(&line.product))
            .collect();
        html! {
            @if !titles.is_empty() {
                div.preview {
                    @for (place, title) in titles.into_iter().enumerate() {
                        @if place > 0 { " · " }
                        bdi { (title) }
                    }
                }
            }
        }
    }

    fn product(&self, line: &Line) -> Markup {
        html! {
            @if let Some(title) = self.titles.get(&line.product) {
                bdi { (title) } " " code.code { (line.product) }
            } @else {
                bdi { (line.product) }
            }
            @if let Some(kind) = kind_key(line.kind) { " " span.origin { (self.speech.say(kind)) } }
        }
    }

    /// From which orders the units of a refunded line came.
    fn matched(&self, line: &RefundedLine) -> Markup {
        html! {
            @for (order, units) in &line.orders {
                small { (marked_up(&self.speech.say_with("customer-line-of-order", Words::new()
                    .count("units", *units).outside("order", order)))) }
            }
            @if line.unmatched > 0 {
                small.mark { (self.speech.say_with("customer-line-unmatched",
                    Words::new().count("units", line.unmatched))) }
            }
        }
    }

    fn personal(&self, fact: &FactView) -> Markup {
        html! {
            @if !fact.personal.is_empty() {
                details.lines {
                    summary { (self.speech.say("customer-personal")) }
                    dl.pairs {
                        @for (name, value) in &fact.personal {
                            div { dt { bdi { (name) } } dd { bdi { (value) } } }
                        }
                    }
                }
            }
        }
    }
}
