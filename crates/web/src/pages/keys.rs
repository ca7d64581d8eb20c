//! Keys: which programs may come in, and what each may do.

use app::settings::KeyKind;
use app::trust::{KeyView, NewKey, TrustRefusal};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::KeyId;
use domain::time::Millis;
use domain::trust::{Permission, Permissions, Secret};
use maud::{Markup, html};
use serde::Deserialize;

use super::refused::{permission_key, sentence};
use crate::asked::{Asked, Filled, Path};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes, to_proof};
use crate::i18n::Words;
use crate::layout::{Frame, Notice, Place};

/// Hours for which a replaced key stays good beside the new one.
const OVERLAP_HOURS: i64 = 24;
/// After so many days keys can end; none stays for ever by default.
const DAYS: [(u32, &str); 4] = [
    (90, "keys-days-90"),
    (365, "keys-days-365"),
    (730, "keys-days-730"),
    (0, "keys-days-never"),
];

pub(super) fn routes() -> Routes {
    let gate = Gate::Needs(Permission::Keys);
    Routes::default()
        .get("/keys", gate, keys)
        .post("/keys", gate, make)
        .post("/keys/{key}/rotate", gate, rotate)
        .post("/keys/{key}/revoke", gate, revoke)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome {
    done: String,
}

/// What the page shows beside the list.
#[derive(Default)]
struct Shown {
    notice: Option<Notice>,
    refused: Option<TrustRefusal>,
    /// A key that was made: it is shown this once.
    made: Option<Secret<String>>,
}

async fn keys(asking: Asking, Asked(outcome): Asked<Outcome>) -> Result<Response, Refusal> {
    let is_revoked = outcome.done == "revoked";
    let notice = is_revoked.then_some(Notice {
        key: "keys-done-revoked",
        is_refusal: false,
    });
    let shown = Shown {
        notice,
        ..Shown::default()
    };
    show(&asking, shown).await
}

async fn show(asking: &Asking, shown: Shown) -> Result<Response, Refusal> {
    let keys = asking.ask(|acting| acting.keys()).await?;
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let title = speech.say("common-keys");
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Keys,
        title: &title,
        twin: None,
        notice: shown.notice,
    };
    let status = shown.refused.map(|it| Refusal::from(it).verdict().status);
    let good = keys.iter().filter(|key| key.is_good).count();
    let good = Words::new().count("keys", i64::try_from(good).unwrap_or(i64::MAX));
    let content = html! {
        h1 { (speech.say_with("keys-headline", good)) }
        p.lead { (speech.say("keys-lead")) }
        @if let Some(refused) = shown.refused {
            p.notice.refusal role="alert" { (sentence(speech, refused)) }
        }
        @if let Some(made) = &shown.made {
            div.notice role="status" {
                p { (speech.say("keys-made")) }
                p { code.secret dir="ltr" { (made.reveal()) } }
            }
        }
        @if !keys.is_empty() { (table(asking, &keys)) }
        (make_form(asking))
    };
    Ok(frame.page_with(status.unwrap_or(StatusCode::OK), content))
}

const fn kind_key(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Write => "keys-write",
        KeyKind::Secret => "keys-secret",
    }
}

fn table(asking: &Asking, keys: &[KeyView]) -> Markup {
    let speech = asking.speech;
    html! {
        div.wide {
            table {
                caption.heard { (speech.say("common-keys")) }
                thead {
                    tr {
                        th scope="col" { (speech.say("keys-label")) }
                        th scope="col" { (speech.say("people-may")) }
                        th.n.date scope="col" { (speech.say("keys-used")) }
                        th.n.date scope="col" { (speech.say("keys-ends")) }
                        th { span.heard { (speech.say("people-change")) } }
                    }
                }
                tbody { @for key in keys { (row(asking, key)) } }
            }
        }
    }
}

fn row(asking: &Asking, key: &KeyView) -> Markup {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let day = |at: i64| speech.day(at, &in_force.settings.zone);
    let ended = match (key.revoked_at, key.is_good) {
        (Some(at), _) => speech.say_with("keys-revoked", Words::new().text("date", day(at))),
        (None, false) => speech.say("keys-over"),
        (None, true) => key
            .expires_at
            .map_or_else(|| speech.say("keys-days-never"), day),
    };
    let used = key.last_used_at.map(day);
    html! {
        tr {
            td.who {
                bdi { (key.label) }
                small { (speech.say(kind_key(key.kind))) " · " code dir="ltr" { (key.id) } }
            }
            td.word { (permissions(asking, key.scopes)) }
            td.n.date { (used.unwrap_or_else(|| speech.say("people-never"))) }
            td.n.date { (ended) }
            td.n { @if key.is_good { (forms(asking, key)) } }
        }
    }
}

/// What a key may do, in one line.
fn permissions(asking: &Asking, scopes: Permissions) -> Markup {
    let speech = asking.speech;
    let is_whole = scopes == NewKey::whole(KeyKind::Secret, "").scopes;
    html! {
        @if is_whole {
            (speech.say("keys-whole"))
        } @else {
            ul.words { @for it in scopes.iter() { li { (speech.say(permission_key(it))) } } }
        }
    }
}

fn forms(asking: &Asking, key: &KeyView) -> Markup {
    let speech = asking.speech;
    html! {
        div.actions {
            @if key.replaced_by.is_none() {
                form method="post" action={ "/keys/" (key.id) "/rotate" } {
                    button.small { (speech.say("keys-rotate")) }
                }
            }
            form method="post" action={ "/keys/" (key.id) "/revoke" } {
                button.small { (speech.say("keys-revoke")) }
            }
        }
    }
}

fn make_form(asking: &Asking) -> Markup {
    let speech = asking.speech;
    let whole = NewKey::whole(KeyKind::Secret, "").scopes;
    html! {
        section aria-labelledby="make" {
            h2 #make { (speech.say("keys-make")) }
            p.how { (speech.say("keys-make-how")) }
            form.stack method="post" action="/keys" {
                label {
                    span { (speech.say("keys-label")) }
                    input name="label" required maxlength="100" dir="auto" autocomplete="off";
                }
                label {
                    span { (speech.say("keys-kind")) }
                    select name="kind" {
                        @for kind in [KeyKind::Secret, KeyKind::Write] {
                            option value=(kind.word()) { (speech.say(kind_key(kind))) }
                        }
                    }
                }
                label {
                    span { (speech.say("keys-ends")) }
                    select name="days" {
                        @for (days, key) in DAYS { option value=(days) { (speech.say(key)) } }
                    }
                }
                fieldset {
                    legend { (speech.say("keys-scopes")) }
                    @for permission in whole.iter() {
                        label.check {
                            input type="checkbox" name="scope" value=(permission.word());
                            span { (speech.say(permission_key(permission))) }
                        }
                    }
                }
                button { (speech.say("keys-make-go")) }
            }
        }
    }
}

/// The fields of the form; a permission comes as often as one is chosen.
fn new_key(asking: &Asking, fields: &[(String, String)]) -> Result<NewKey, Refusal> {
    let field = |name: &str| {
        let found = fields.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let kind: KeyKind = field("kind").parse()?;
    let mut new = NewKey::whole(kind, field("label"));
    let chosen = fields.iter().filter(|(name, _)| name == "scope");
    let chosen: Result<Permissions, _> = chosen.map(|(_, word)| word.parse()).collect();
    let chosen = chosen
        .map_err(|error: domain::words::UnknownWord| Refusal::Unreadable(error.to_string()))?;
    // A write key sends events, whatever else was ticked.
    if kind == KeyKind::Secret {
        new.scopes = chosen;
    }
    let days: u32 = field("days").parse().unwrap_or_default();
    let now = asking.shared.app.now();
    new.expires_at = (days > 0).then(|| now.plus(i64::from(days) * Millis::DAY));
    Ok(new)
}

async fn make(
    asking: Asking,
    Filled(fields): Filled<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let new = new_key(&asking, &fields)?;
    let made = asking.ask(move |acting| acting.key_make(&new)).await;
    answer(&asking, made.map(|(_, key)| key)).await
}

async fn answer(
    asking: &Asking,
    made: Result<Secret<String>, Refusal>,
) -> Result<Response, Refusal> {
    let shown = match made {
        Ok(key) => Shown {
            made: Some(key),
            ..Shown::default()
        },
        Err(Refusal::Trust(TrustRefusal::ProofNeeded)) => return Ok(to_proof("/keys")),
        Err(Refusal::Trust(refusal)) => Shown {
            refused: Some(refusal),
            ..Shown::default()
        },
        Err(other) => return Err(other),
    };
    show(asking, shown).await
}

fn named(key: &str) -> Result<KeyId, Refusal> {
    key.parse().map_err(|_| TrustRefusal::NoKey.into())
}

async fn rotate(asking: Asking, Path(key): Path<String>) -> Result<Response, Refusal> {
    let key = named(&key)?;
    let made = asking.ask(move |acting| acting.key_rotate(key, OVERLAP_HOURS * 3_600_000));
    let made = made.await;
    answer(&asking, made.map(|(_, key)| key)).await
}

async fn revoke(asking: Asking, Path(key): Path<String>) -> Result<Response, Refusal> {
    let key = named(&key)?;
    match asking.ask(move |acting| acting.key_revoke(key)).await {
        Ok(()) => Ok(Redirect::to("/keys?done=revoked").into_response()),
        Err(Refusal::Trust(TrustRefusal::ProofNeeded)) => Ok(to_proof("/keys")),
        Err(Refusal::Trust(refusal)) => {
            let shown = Shown {
                refused: Some(refusal),
                ..Shown::default()
            };
            show(&asking, shown).await
        }
        Err(other) => Err(other),
    }
}
