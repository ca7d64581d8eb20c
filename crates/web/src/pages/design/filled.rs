//! Forms: every kind of field, as it is, refused and at rest, and what asks before something grave.

use maud::{Markup, html};

use super::Scene;
use crate::pages::forms::danger;

/// Fields of one line, by their type, with what stands in them.
const FIELDS: [(&str, &str); 6] = [
    ("text", "Fanous"),
    ("search", "Ada"),
    ("email", "ada@shop.example"),
    ("password", "nine lanterns"),
    ("number", "12"),
    ("date", "2011-11-30"),
];

impl Scene<'_> {
    pub(super) fn forms(&self) -> Markup {
        html! {
            div.pair {
                (self.stack())
                div { (self.filters()) (self.refused()) }
            }
        }
    }

    fn stack(&self) -> Markup {
        let speech = self.speech;
        let choices = ["standing-new", "standing-returning", "standing-lapsed"];
        html! {
            form.stack method="get" action="/design" {
                @for (kind, value) in FIELDS {
                    label {
                        span { code dir="ltr" { (kind) } }
                        input type=(kind) name=(kind) value=(value) autocomplete="off" dir="ltr";
                    }
                }
                label {
                    span { code dir="ltr" { "select" } }
                    select name="select" {
                        @for key in choices { option { (speech.say(key)) } }
                    }
                }
                label {
                    span { code dir="ltr" { "textarea" } }
                    textarea name="textarea" rows="2" dir="ltr" { "orders >= 2" }
                }
                fieldset {
                    legend { code dir="ltr" { "radio" } }
                    @for (place, key) in choices.iter().enumerate() {
                        label.check {
                            input type="radio" name="radio" value=(place) checked[place == 0];
                            span { (speech.say(key)) }
                        }
                    }
                }
                label.check {
                    input type="checkbox" name="checkbox" value="yes" checked;
                    span { code dir="ltr" { "checkbox" } }
                }
                label {
                    span { code dir="ltr" { "disabled" } }
                    input name="disabled" value="Fanous" disabled dir="ltr";
                }
                (self.buttons())
            }
        }
    }

    fn buttons(&self) -> Markup {
        let speech = self.speech;
        html! {
            p.actions {
                button.main type="button" { (speech.say("customers-apply")) }
                button type="button" { (speech.say("customers-add")) }
                button.quiet type="button" { (speech.say("customers-as-text")) }
                button.small type="button" { (speech.say("customers-remove")) }
                a.button href="/design" { (speech.say("common-next")) }
            }
        }
    }

    /// Fields beside each other, over a list.
    fn filters(&self) -> Markup {
        let speech = self.speech;
        html! {
            form.filters method="get" action="/design" {
                label.grow {
                    span { (speech.say("customers-save-name")) }
                    input name="name" dir="auto" placeholder=(speech.say("common-find"));
                }
                button type="button" { (speech.say("customers-save-go")) }
            }
        }
    }

    /// What was typed stands there with the reason why it cannot be taken.
    fn refused(&self) -> Markup {
        let speech = self.speech;
        html! {
            form.builder method="get" action="/design" {
                ol.plain {
                    li.rule.wrong {
                        select.attribute aria-label=(speech.say("overview-customers")) {
                            option { (speech.say("customers-orders")) }
                        }
                        input.value name="value" value="many" dir="ltr" aria-invalid="true"
                            aria-label=(speech.say("customers-orders"))
                            aria-describedby="fault";
                        p.fault #fault { (speech.say("customers-fault-value")) }
                    }
                }
            }
        }
    }

    /// What asks before something grave is done, and what opens in place.
    pub(super) fn dialogs(&self) -> Markup {
        let speech = self.speech;
        html! {
            (danger(speech, ("get", "/design"), "/design"))
            details {
                summary { (speech.say("overview-table-flow")) }
                p { (speech.say("overview-headline-2-3")) }
            }
        }
    }
}
