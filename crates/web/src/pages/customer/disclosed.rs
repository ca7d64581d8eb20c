//! Who received what about the customer.

use app::trust::DisclosureView;
use maud::{Markup, html};

use super::Scene;
use crate::i18n::Words;

/// What kind of recipient it is, by the beginning of its id.
fn recipient_key(recipient: &str) -> &'static str {
    match recipient.split('_').next() {
        Some("usr") => "customer-disclosed-user",
        Some("key") => "customer-disclosed-key",
        _ => "customer-disclosed-system",
    }
}

impl Scene<'_> {
    /// What left the house, and what does not count as that.
    pub(super) fn disclosures(&self) -> Markup {
        let speech = self.speech;
        html! {
            section aria-labelledby="disclosed" {
                h2 #disclosed { (speech.say("customer-disclosed")) }
                p.how { (speech.say("customer-disclosed-how")) }
                @if self.page.disclosures.is_empty() {
                    p { (speech.say("customer-disclosed-nothing")) }
                } @else {
                    table.narrow data-export="disclosures" {
                        caption.heard { (speech.say("customer-disclosed")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("customer-disclosed-when")) }
                                th scope="col" { (speech.say("customer-disclosed-whom")) }
                                th scope="col" { (speech.say("customer-disclosed-what")) }
                            }
                        }
                        tbody { @for it in &self.page.disclosures { (self.disclosure(it)) } }
                    }
                }
            }
        }
    }

    fn disclosure(&self, it: &DisclosureView) -> Markup {
        let speech = self.speech;
        let people = Words::new().count("customers", it.customers);
        html! {
            tr {
                th scope="row" { (speech.day(it.at, &self.settings.zone)) }
                td {
                    (speech.say(recipient_key(&it.recipient))) " "
                    small { code dir="ltr" { (it.recipient) } }
                }
                td {
                    @match &it.question {
                        None => (speech.say("customer-disclosed-everything")),
                        Some(question) => {
                            (speech.say_with("customer-disclosed-list", people))
                            " " small { code dir="ltr" { (question) } }
                        }
                    }
                }
            }
        }
    }
}
