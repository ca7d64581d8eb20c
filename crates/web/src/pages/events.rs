//! Events: what came in lately, with which key, and what became of it.

use axum::response::Response;
use domain::trust::Permission;
use maud::{Markup, html};

use crate::asking::Asking;
use crate::collect::Seen;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes};
use crate::i18n::Words;
use crate::layout::{Frame, Place};

pub(super) fn routes() -> Routes {
    Routes::default().get("/events", Gate::Needs(Permission::Keys), events)
}

async fn events(asking: Asking) -> Result<Response, Refusal> {
    let keys = asking.ask(|acting| acting.keys()).await?;
    let newest = asking.shared.debugger.newest();
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let title = speech.say("common-events");
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Events,
        title: &title,
        twin: None,
        notice: None,
    };
    let label = |id: &str| {
        let found = keys.iter().find(|key| key.id == id);
        found.map(|key| key.label.clone()).unwrap_or_default()
    };
    Ok(frame.page(html! {
        h1 { (speech.say("events-title")) }
        p.lead { (speech.say("events-lead")) }
        @if newest.is_empty() { (empty(&asking)) }
        @for (key, seen) in &newest {
            (of_key(&asking, &key.to_string(), &label(&key.to_string()), seen))
        }
    }))
}

/// Teaches how the first event comes in.
fn empty(asking: &Asking) -> Markup {
    let address = &asking.shared.options.address;
    let call = format!(
        "curl -u write_…: {address}/v1/track -d \\\n  \
         '{{\"userId\": \"42\", \"event\": \"Product Viewed\", \
         \"properties\": {{\"product_id\": \"C1\"}}}}'"
    );
    html! {
        p { (asking.speech.say("events-empty")) }
        pre dir="ltr" tabindex="0" { code { (call) } }
    }
}

fn of_key(asking: &Asking, id: &str, label: &str, seen: &[Seen]) -> Markup {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let count = |verdict: &str| {
        let found = seen.iter().filter(|it| it.verdict == verdict).count();
        i64::try_from(found).unwrap_or(i64::MAX)
    };
    let counts = Words::new()
        .count("accepted", count("accepted") + count("waiting"))
        .count("duplicate", count("duplicate"))
        .count("rejected", count("rejected"));
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { bdi { (label) } }
            p.how { (speech.say_with("events-counts", counts)) }
            div.wide tabindex="0" {
                table {
                    caption.heard { (speech.say("events-title")) }
                    thead {
                        tr {
                            th.date scope="col" { (speech.say("audit-when")) }
                            th scope="col" { (speech.say("events-name")) }
                            th scope="col" { (speech.say("events-verdict")) }
                            th scope="col" { (speech.say("events-message")) }
                        }
                    }
                    tbody {
                        @for event in seen {
                            tr {
                                td.date { (speech.moment(event.at.0, &in_force.settings.zone)) }
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
            }
        }
    }
}

fn verdict_key(verdict: &str) -> &'static str {
    match verdict {
        "accepted" => "events-accepted",
        "waiting" => "events-waiting",
        "duplicate" => "events-duplicate",
        _ => "events-rejected",
    }
}
