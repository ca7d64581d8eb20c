//! What the shop declares of its own events: which of their fields are kept in the clear.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::events::catalogue::Holds;
use domain::events::{ABOUT_BYTES_MAX, EventSchema, FieldSchema, NAME_BYTES_MAX};
use domain::trust::Permission;
use maud::{Markup, html};
use serde::Deserialize;

use super::parts::cell;
use crate::api::{declare, undeclare};
use crate::asked::{Asked, Filled};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes};
use crate::i18n::Speech;
use crate::layout::{Frame, Notice, Place};

const PATH: &str = "/events/declared";
/// The longest list of fields that can be typed, in characters.
const LINES_CHARACTERS_MAX: usize = 4_000;
/// The word behind a field that stays encrypted.
const PERSONAL: &str = "personal";

pub(super) fn routes() -> Routes {
    let gate = Gate::Needs(Permission::Settings);
    Routes::default()
        .get(PATH, gate, show)
        .post(PATH, gate, change)
        .post("/events/declared/remove", gate, remove)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Outcome {
    done: String,
}

/// The fields of the form, as they were typed: one field of the event in a line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Draft {
    name: String,
    about: String,
    fields: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Removal {
    name: String,
}

impl Draft {
    /// The declaration that is meant; none when a line says something else.
    fn read(&self) -> Option<EventSchema> {
        let lines = self.fields.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        let fields: Option<BTreeMap<String, FieldSchema>> = lines.map(field_of).collect();
        Some(EventSchema {
            about: self.about.trim().to_owned(),
            fields: fields?,
        })
    }
}

/// A line: a name, what it holds, and `personal` when it is.
fn field_of(line: &str) -> Option<(String, FieldSchema)> {
    let mut words = line.split_whitespace();
    let (name, holds) = (words.next()?, words.next()?);
    let field = FieldSchema {
        holds: holds.parse().ok()?,
        is_personal: match words.next() {
            None => false,
            Some(word) if word == PERSONAL => true,
            Some(_) => return None,
        },
        about: String::new(),
    };
    words.next().is_none().then(|| (name.to_owned(), field))
}

async fn show(asking: Asking, Asked(outcome): Asked<Outcome>) -> Response {
    let notice = (outcome.done == "kept").then_some("declared-kept");
    page(&asking, &Draft::default(), notice, None)
}

async fn change(asking: Asking, Filled(draft): Filled<Draft>) -> Result<Response, Refusal> {
    let Some(schema) = draft.read() else {
        return Ok(page(&asking, &draft, None, Some("declared-wrong-line")));
    };
    match declare(&asking, draft.name.trim(), schema).await {
        Ok(()) => Ok(Redirect::to("/events/declared?done=kept").into_response()),
        Err(Refusal::Unreadable(_)) => Ok(page(&asking, &draft, None, Some("declared-wrong-name"))),
        Err(refusal) => Err(refusal),
    }
}

async fn remove(asking: Asking, Filled(removal): Filled<Removal>) -> Result<Response, Refusal> {
    undeclare(&asking, &removal.name).await?;
    Ok(Redirect::to("/events/declared?done=kept").into_response())
}

fn page(
    asking: &Asking,
    draft: &Draft,
    notice: Option<&'static str>,
    wrong: Option<&'static str>,
) -> Response {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let title = speech.say("declared-title");
    let is_refusal = wrong.is_some();
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Events,
        title: &title,
        twin: Some("/v1/events/schemas".to_owned()),
        notice: wrong.or(notice).map(|key| Notice { key, is_refusal }),
    };
    let status = match is_refusal {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let schemas = &in_force.settings.events;
    let content = html! {
        h1 { (title) }
        p.lead { (speech.say("declared-lead")) }
        @if schemas.is_empty() {
            p { (speech.say("declared-none")) }
        } @else {
            div.wide tabindex="0" {
                table data-export="declared" {
                    caption.heard { (speech.say("declared-title")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("declared-name")) }
                            th scope="col" { (speech.say("declared-fields")) }
                            th scope="col" { (speech.say("declared-about")) }
                            th scope="col" { span.heard { (speech.say("declared-remove")) } }
                        }
                    }
                    tbody { @for (name, schema) in schemas.iter() { (row(speech, name, schema)) } }
                }
            }
        }
        (form(speech, draft))
    };
    frame.page_with(status, content)
}

fn row(speech: &'static Speech, name: &str, schema: &EventSchema) -> Markup {
    let fields = schema.fields.iter().map(|(name, field)| {
        let personal = if field.is_personal { " personal" } else { "" };
        format!("{name} {}{personal}", field.holds)
    });
    let fields: Vec<String> = fields.collect();
    html! {
        tr {
            th scope="row" { bdi { (name) } }
            (cell(fields.join("; "), html! { code dir="ltr" { (fields.join("; ")) } }))
            td.word { bdi { (schema.about) } }
            td {
                form method="post" action="/events/declared/remove" {
                    input type="hidden" name="name" value=(name);
                    button { (speech.say("declared-remove")) }
                }
            }
        }
    }
}

fn form(speech: &'static Speech, draft: &Draft) -> Markup {
    let words: Vec<&str> = Holds::ALL.iter().map(|holds| holds.word()).collect();
    html! {
        section aria-labelledby="declare" {
            h2 #declare { (speech.say("declared-new")) }
            form.stack method="post" action=(PATH) {
                label {
                    span { (speech.say("declared-name")) }
                    input name="name" required maxlength=(NAME_BYTES_MAX) value=(draft.name)
                        dir="auto" autocomplete="off";
                }
                label {
                    span { (speech.say("declared-about")) }
                    input name="about" maxlength=(ABOUT_BYTES_MAX) value=(draft.about)
                        dir="auto" autocomplete="off";
                }
                label {
                    span { (speech.say("declared-lines")) }
                    textarea name="fields" rows="5" dir="ltr" maxlength=(LINES_CHARACTERS_MAX)
                        placeholder="score number\nnickname text personal" { (draft.fields) }
                }
                p.how {
                    (speech.say("declared-words"))
                    " " code dir="ltr" { (words.join(" ")) }
                }
                button { (speech.say("declared-go")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_what_it_holds() {
        let check = |line: &str, expected: Option<(&str, Holds, bool)>| {
            let field = field_of(line);
            let got = field
                .as_ref()
                .map(|(name, field)| (name.as_str(), field.holds, field.is_personal));
            assert_eq!(got, expected, "{line}");
        };
        check("score number", Some(("score", Holds::Number, false)));
        check(
            "  nickname  text personal",
            Some(("nickname", Holds::Text, true)),
        );
        check("score", None);
        check("score figure", None);
        check("score number secret", None);
        check("score number personal too", None);
    }
}
