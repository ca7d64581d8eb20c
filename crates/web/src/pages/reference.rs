//! The description of the API as a page to read, drawn from the document that programs read.
//!
//! It holds nothing of the shop, so anybody may read it. What the document says stays in English,
//! as the API is; what is around it is said in the reader's language.

mod example;

use std::sync::LazyLock;

use axum::response::Response;
use domain::trust::Permission;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::refused::permission_key;
use crate::api;
use crate::asking::Stranger;
use crate::gate::Gate;
use crate::i18n::Speech;
use crate::layout::{Frame, Place};

static DOCUMENT: LazyLock<Value> = LazyLock::new(api::description);

/// One operation of the document.
struct Operation<'a> {
    method: String,
    path: &'a str,
    told: &'a Value,
}

struct Scene {
    speech: &'static Speech,
    document: &'static Value,
}

pub(super) async fn reference(stranger: Stranger) -> Response {
    let speech = stranger.speech;
    let scene = Scene {
        speech,
        document: &DOCUMENT,
    };
    let frame = Frame {
        speech,
        shop: None,
        place: Place::Aside,
        title: &speech.say("api-title"),
        twin: None,
        notice: None,
    };
    frame.page(scene.content())
}

impl Operation<'_> {
    /// Its place on the page: `get-v1-customers-customer`.
    fn anchor(&self) -> String {
        let named = format!("{}{}", self.method.to_lowercase(), self.path);
        let plain = named.replace(['{', '}'], "").replace('/', "-");
        plain.trim_end_matches('-').to_owned()
    }

    fn tag(&self) -> &str {
        text(&self.told["tags"][0])
    }

    /// What a key needs for it; the routes themselves say it.
    fn needs(&self) -> Option<Permission> {
        let endpoints = api::routes().endpoints();
        let mut found = endpoints.iter();
        let found = found.find(|it| it.method == self.method && it.path == self.path)?;
        match found.gate {
            Gate::Needs(permission) => Some(permission),
            Gate::Sends => Some(Permission::SendEvents),
            Gate::Anybody | Gate::SignedIn => None,
        }
    }
}

impl Scene {
    fn operations(&self) -> Vec<Operation<'static>> {
        let paths = members(&self.document["paths"]);
        let operations = paths.flat_map(|(path, item)| {
            members(item).map(move |(method, told)| Operation {
                method: method.to_uppercase(),
                path,
                told,
            })
        });
        operations.collect()
    }

    fn content(&self) -> Markup {
        let speech = self.speech;
        let operations = self.operations();
        let tags = list(&self.document["tags"]);
        html! {
            h1 { (speech.say("api-headline")) }
            p.lead { (speech.say("api-lead")) }
            pre dir="ltr" { code { "Authorization: Bearer secret_…" } }
            p.how {
                (speech.say("api-document")) " "
                a href="/v1/openapi.json" { code dir="ltr" { "GET /v1/openapi.json" } }
            }
            (self.contents(&operations))
            @for tag in tags {
                @let name = text(&tag["name"]);
                section.api aria-labelledby={ "group-" (name) } {
                    h2 id={ "group-" (name) } lang="en" dir="ltr" { (text(&tag["description"])) }
                    @for operation in operations.iter().filter(|it| it.tag() == name) {
                        (self.operation(operation))
                    }
                }
            }
            (self.schemas())
        }
    }

    fn contents(&self, operations: &[Operation<'_>]) -> Markup {
        html! {
            nav.api aria-label=(self.speech.say("api-contents")) {
                ul.plain {
                    @for operation in operations {
                        li lang="en" dir="ltr" {
                            a href={ "#" (operation.anchor()) } {
                                code { (operation.method) " " (operation.path) }
                            }
                            " " small.inline { (first_line(&operation.told["summary"])) }
                        }
                    }
                }
            }
        }
    }

    fn operation(&self, operation: &Operation<'_>) -> Markup {
        let (speech, told) = (self.speech, operation.told);
        let anchor = operation.anchor();
        let body = &told["requestBody"]["content"]["application/json"]["schema"];
        html! {
            article aria-labelledby=(anchor) {
                h3 id=(anchor) lang="en" dir="ltr" {
                    code { (operation.method) " " (operation.path) }
                }
                p lang="en" dir="ltr" {
                    (said(&told["summary"])) " " (said(&told["description"]))
                }
                @if let Some(needs) = operation.needs() {
                    p.how {
                        (speech.say("api-needs")) " " (speech.say(permission_key(needs)))
                        " " code dir="ltr" { (needs) }
                    }
                }
                @if !list(&told["parameters"]).is_empty() {
                    h4 { (speech.say("api-parameters")) }
                    dl.pairs dir="ltr" lang="en" {
                        @for parameter in list(&told["parameters"]) { (self.parameter(parameter)) }
                    }
                }
                @if !body.is_null() {
                    h4 { (speech.say("api-body")) }
                    p dir="ltr" { (kind(body)) }
                }
                h4 { (speech.say("api-answers")) }
                dl.pairs dir="ltr" lang="en" {
                    @for (status, answer) in members(&told["responses"]) {
                        (answer_row(status, answer))
                    }
                }
                details {
                    summary { (speech.say("api-example")) }
                    pre dir="ltr" tabindex="0" {
                        code { (example::call(self.document, operation)) }
                    }
                }
            }
        }
    }

    fn parameter(&self, parameter: &Value) -> Markup {
        let is_required = parameter["required"] == Value::Bool(true);
        html! {
            div {
                dt { code { (text(&parameter["name"])) } small { (text(&parameter["in"])) } }
                dd {
                    (kind(&parameter["schema"]))
                    (self.need(is_required))
                    small { (said(&parameter["description"])) }
                }
            }
        }
    }

    /// Whether something has to be there.
    fn need(&self, is_required: bool) -> Markup {
        let key = if is_required {
            "api-required"
        } else {
            "api-optional"
        };
        html! { " " bdi lang=(self.speech.tag) { small.inline { (self.speech.say(key)) } } }
    }

    /// What bodies and answers are made of, each once: one leads to the other, so none is deep.
    fn schemas(&self) -> Markup {
        let schemas = members(&self.document["components"]["schemas"]);
        html! {
            section.api aria-labelledby="schemas" {
                h2 #schemas { (self.speech.say("api-schemas")) }
                @for (name, schema) in schemas {
                    h3 id={ "schema-" (name) } dir="ltr" lang="en" { code { (name) } }
                    @if !schema["description"].is_null() {
                        p lang="en" dir="ltr" { (said(&schema["description"])) }
                    }
                    @match schema["properties"].as_object() {
                        Some(fields) => (self.fields(schema, fields)),
                        None => p dir="ltr" lang="en" { (kind(schema)) },
                    }
                }
            }
        }
    }

    fn fields(&self, schema: &Value, fields: &Map<String, Value>) -> Markup {
        let required = list(&schema["required"]);
        html! {
            dl.pairs dir="ltr" lang="en" {
                @for (name, field) in fields {
                    div {
                        dt { code { (name) } }
                        dd {
                            (kind(field))
                            @if !required.iter().any(|it| text(it) == name) { (self.need(false)) }
                            @if !field["description"].is_null() {
                                small { (said(&field["description"])) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn answer_row(status: &str, answer: &Value) -> Markup {
    let mut contents = members(&answer["content"]);
    let schema = contents.next().map(|(_, content)| &content["schema"]);
    html! {
        div {
            dt { code { (status) } }
            dd {
                @if let Some(schema) = schema { (kind(schema)) }
                @if !answer["description"].is_null() {
                    small { (said(&answer["description"])) }
                }
            }
        }
    }
}

/// What a schema is in a few words; what has a name of its own leads to where it is told.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = text(&schema["$ref"])
        .rsplit('/')
        .next()
        .filter(|it| !it.is_empty())
    {
        return html! { a href={ "#schema-" (name) } { code { (name) } } };
    }
    let choices = ["oneOf", "anyOf", "allOf"].map(|word| list(&schema[word]));
    let choices = choices.concat();
    let values: Vec<String> = list(&schema["enum"]).iter().map(Value::to_string).collect();
    let named = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        named => text(named).to_owned(),
    };
    let format = text(&schema["format"]);
    html! {
        @if !choices.is_empty() {
            @for (place, choice) in choices.iter().enumerate() {
                @if place > 0 { " or " } (kind(choice))
            }
        } @else if !values.is_empty() {
            code { (values.join(" | ")) }
        } @else if !schema["items"].is_null() {
            (named) " of " (kind(&schema["items"]))
        } @else {
            (if named.is_empty() { "anything" } else { named.as_str() })
            @if !format.is_empty() { " (" (format) ")" }
        }
        @if schema["additionalProperties"].is_object() {
            " of " (kind(&schema["additionalProperties"]))
        }
    }
}

/// What the document says, with code as code.
fn said(value: &Value) -> Markup {
    html! {
        @for (place, part) in text(value).split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn first_line(value: &Value) -> &str {
    text(value).lines().next().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::i18n::speech_for;

    /// What a browser has to load before anything is seen.
    const PAGE_BYTES_MAX: usize = 180_000;

    fn scene() -> Scene {
        Scene {
            speech: speech_for(&HeaderMap::new()),
            document: &DOCUMENT,
        }
    }

    #[test]
    fn every_operation_stands_on_the_page_with_what_it_needs() {
        let scene = scene();
        let page = scene.content().into_string();
        let operations = scene.operations();
        assert!(operations.len() >= 17, "{}", operations.len());
        for operation in operations {
            let anchor = operation.anchor();
            assert_eq!(
                page.matches(&format!("<h3 id=\"{anchor}\"")).count(),
                1,
                "{anchor}"
            );
            assert!(page.contains(&format!("href=\"#{anchor}\"")), "{anchor}");
            assert!(operation.needs().is_some(), "{anchor}");
        }
        assert!(page.len() < PAGE_BYTES_MAX, "{} bytes", page.len());
    }

    #[test]
    fn every_schema_that_is_named_is_told() {
        let page = scene().content().into_string();
        for part in page.split("href=\"#").skip(1) {
            let anchor = part.split('"').next().unwrap_or_default();
            assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        }
    }
}
