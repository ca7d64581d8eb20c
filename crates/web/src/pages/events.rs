//! Events: what came in lately, with which key, what became of it, and what to do about it.

use app::trust::KeyView;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use domain::trust::Permission;
use maud::{Markup, html};

use super::parts::{cell, count, number};
use crate::asked::{Asked, SeenAsked, encoded};
use crate::asking::Asking;
use crate::collect::{Count, Seen, Source};
use crate::errors::Refusal;
use crate::format::iso_day;
use crate::gate::{Gate, Routes};
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

/// Seconds after which a page that is watched asks for itself again.
const AGAIN_SECONDS: &str = "5";
/// What an event can have become.
const VERDICTS: [&str; 4] = ["accepted", "waiting", "duplicate", "rejected"];

pub(super) fn routes() -> Routes {
    Routes::default().get("/events", Gate::Needs(Permission::Keys), events)
}

/// What the parts of the page have in common.
struct Scene<'a> {
    asking: &'a Asking,
    speech: &'static Speech,
    asked: &'a SeenAsked,
    keys: Vec<KeyView>,
}

async fn events(asking: Asking, Asked(asked): Asked<SeenAsked>) -> Result<Response, Refusal> {
    let scene = Scene {
        asking: &asking,
        speech: asking.speech,
        asked: &asked,
        keys: asking.ask(|acting| acting.keys()).await?,
    };
    let in_force = asking.shared.app.in_force();
    let title = scene.speech.say("common-events");
    let frame = Frame {
        speech: scene.speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Events,
        title: &title,
        twin: Some("/v1/events/newest".to_owned()),
        notice: None,
    };
    let mut page = frame.page(scene.content());
    if !asked.live.is_empty() {
        page.headers_mut().insert(
            HeaderName::from_static("refresh"),
            HeaderValue::from_static(AGAIN_SECONDS),
        );
    }
    Ok(page)
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        let (speech, debugger) = (self.speech, &self.asking.shared.debugger);
        let wanted = self.asked.wanted();
        let (counts, newest) = (debugger.counts(&wanted), debugger.newest(&wanted));
        let sources = debugger.sources();
        html! {
            h1 { (speech.say("events-title")) }
            p.lead { (speech.say("events-lead")) }
            p { a href="/events/declared" { (speech.say("events-declared")) } }
            @if sources.is_empty() {
                (self.empty())
            } @else {
                (self.form(&sources))
                @if !counts.is_empty() { (self.counts(&counts)) }
                (self.newest(&newest))
            }
        }
    }

    /// Teaches how the first event comes in.
    fn empty(&self) -> Markup {
        let address = &self.asking.shared.options.address;
        let call = format!(
            "curl -u write_…: {address}/v1/track -d \\\n  \
             '{{\"userId\": \"42\", \"event\": \"Product Viewed\", \
             \"properties\": {{\"product_id\": \"C1\"}}}}'"
        );
        html! {
            p { (self.speech.say("events-empty")) }
            pre dir="ltr" tabindex="0" { code { (call) } }
        }
    }

    fn form(&self, sources: &[Source]) -> Markup {
        let (speech, asked) = (self.speech, self.asked);
        html! {
            form.filters method="get" action="/events" {
                label {
                    span { (speech.say("events-key")) }
                    select name="key" {
                        option value="" { (speech.say("events-all")) }
                        @for source in sources {
                            @let value = value_of(*source);
                            option value=(value) selected[asked.key == value] dir="auto" {
                                (self.label(*source))
                            }
                        }
                    }
                }
                label {
                    span { (speech.say("events-verdict")) }
                    select name="verdict" {
                        option value="" { (speech.say("events-all")) }
                        @for verdict in VERDICTS {
                            option value=(verdict) selected[asked.verdict == verdict] {
                                (speech.say(verdict_key(verdict)))
                            }
                        }
                    }
                }
                label {
                    span { (speech.say("events-reason")) }
                    input name="reason" value=(asked.reason) maxlength="60" dir="ltr";
                }
                button { (speech.say("events-show")) }
                (self.live())
            }
        }
    }

    /// The same page, watched or still.
    fn live(&self) -> Markup {
        let is_live = !self.asked.live.is_empty();
        let key = if is_live {
            "events-stop"
        } else {
            "events-live"
        };
        let live = if is_live { "" } else { "yes" };
        html! { a href=(self.address(&self.asked.reason, live)) { (self.speech.say(key)) } }
    }

    fn address(&self, reason: &str, live: &str) -> String {
        let (key, verdict) = (encoded(&self.asked.key), encoded(&self.asked.verdict));
        let reason = encoded(reason);
        format!("/events?key={key}&verdict={verdict}&reason={reason}&live={live}")
    }

    fn label(&self, source: Source) -> String {
        let Some(id) = source.map(|id| id.to_string()) else {
            return self.speech.say("events-no-key");
        };
        let key = self.keys.iter().find(|key| key.id == id);
        key.map_or(id, |key| key.label.clone())
    }

    /// How often what happened, and what to do about it.
    fn counts(&self, counts: &[Count]) -> Markup {
        let speech = self.speech;
        html! {
            section aria-labelledby="counts" {
                h2 #counts { (self.counts_title(counts)) }
                div.wide tabindex="0" {
                    table data-export="counts" {
                        caption.heard { (speech.say("events-counts-caption")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("events-verdict")) }
                                th.n scope="col" { (speech.say("events-count")) }
                                th.date scope="col" { (speech.say("events-last")) }
                                th scope="col" { (speech.say("events-do")) }
                            }
                        }
                        tbody { @for count in counts { (self.count(count)) } }
                    }
                }
            }
        }
    }

    fn counts_title(&self, counts: &[Count]) -> String {
        let sum = |verdict: &str| {
            let of = counts.iter().filter(|it| it.verdict == verdict);
            count(of.map(|it| it.count).sum())
        };
        let words = Words::new()
            .count("accepted", sum("accepted") + sum("waiting"))
            .count("duplicate", sum("duplicate"))
            .count("rejected", sum("rejected"));
        self.speech.say_with("events-counts", words)
    }

    fn count(&self, count: &Count) -> Markup {
        let speech = self.speech;
        let in_force = self.asking.shared.app.in_force();
        let zone = &in_force.settings.zone;
        html! {
            tr {
                th scope="row" {
                    (speech.say(verdict_key(count.verdict)))
                    @if count.verdict == "rejected" {
                        small {
                            a href=(self.address(count.code, &self.asked.live)) {
                                code dir="ltr" { (count.code) }
                            }
                        }
                    }
                }
                (cell(count.count, html! { (number(speech, count.count)) }))
                td.date data-value=(iso_day(count.at.0, zone)) {
                    (speech.moment(count.at.0, zone))
                }
                td.word {
                    @if count.verdict == "rejected" {
                        (speech.say(advice_key(count.code)))
                        small { bdi dir="ltr" { (count.reason) } }
                    }
                }
            }
        }
    }

    fn newest(&self, newest: &[(Source, Seen)]) -> Markup {
        let speech = self.speech;
        html! {
            section aria-labelledby="newest" {
                h2 #newest { (speech.say("events-newest")) }
                @if newest.is_empty() {
                    p.how { (speech.say("events-none")) }
                } @else {
                    div.wide tabindex="0" {
                        table {
                            caption.heard { (speech.say("events-newest")) }
                            thead {
                                tr {
                                    th.date scope="col" { (speech.say("audit-when")) }
                                    th scope="col" { (speech.say("events-key")) }
                                    th scope="col" { (speech.say("events-name")) }
                                    th scope="col" { (speech.say("events-verdict")) }
                                    th scope="col" { (speech.say("events-message")) }
                                }
                            }
                            tbody {
                                @for (source, event) in newest { (self.row(*source, event)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn row(&self, source: Source, event: &Seen) -> Markup {
        let speech = self.speech;
        let in_force = self.asking.shared.app.in_force();
        html! {
            tr {
                td.date { (speech.moment(event.at.0, &in_force.settings.zone)) }
                td {
                    bdi { (self.label(source)) }
                    @if !event.said_key.is_empty() {
                        small { code dir="ltr" { (event.said_key) "…" } }
                    }
                }
                td { bdi dir="ltr" { (event.name) } }
                td {
                    (speech.say(verdict_key(event.verdict)))
                    @if !event.reason.is_empty() {
                        small.mark { bdi dir="ltr" { (event.reason) } }
                    }
                }
                td { code dir="ltr" { (event.message_id) } }
            }
        }
    }
}

fn value_of(source: Source) -> String {
    source.map_or_else(|| "none".to_owned(), |id| id.to_string())
}

fn verdict_key(verdict: &str) -> &'static str {
    match verdict {
        "accepted" => "events-accepted",
        "waiting" => "events-waiting",
        "duplicate" => "events-duplicate",
        _ => "events-rejected",
    }
}

/// What to do about a reason. The sentence beside it names the field; this says whose turn it is.
fn advice_key(code: &str) -> &'static str {
    match code {
        "unknown_key" | "no_key" | "two_keys" | "write_key" | "not_permitted" => "events-do-key",
        "event_too_large" | "event_too_deep" | "too_large" => "events-do-size",
        "unreadable"
        | "event_not_utf8"
        | "lone_surrogate"
        | "event_not_json"
        | "event_not_an_object" => "events-do-shape",
        "no_user_anon_id"
        | "no_user_id"
        | "no_previous_id"
        | "no_group_id"
        | "too_many_identities" => "events-do-identity",
        "no_consent" | "privacy_wish" => "events-do-consent",
        "erased" => "events-do-erased",
        "time" => "events-do-time",
        "busy" | "too_slow" => "events-do-later",
        _ => "events-do-field",
    }
}
