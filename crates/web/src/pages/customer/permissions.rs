//! What the customer permits: the last word on each purpose, and every word with its proof.

use app::customers::ConsentView;
use domain::trust::{ConsentSource, ConsentStatus};
use maud::{Markup, html};

use super::{Scene, purpose_key};
use crate::i18n::Words;

const fn status_key(status: ConsentStatus) -> &'static str {
    match status {
        ConsentStatus::Granted => "customer-status-granted",
        ConsentStatus::Denied => "customer-status-denied",
        ConsentStatus::Revoked => "customer-status-revoked",
    }
}

const fn source_key(source: ConsentSource) -> &'static str {
    match source {
        ConsentSource::Page => "customer-consent-page",
        ConsentSource::Till => "customer-consent-till",
        ConsentSource::BackEnd => "customer-consent-back-end",
        ConsentSource::Import => "customer-consent-import",
    }
}

impl Scene<'_> {
    /// What the customer said last about each purpose, and all they said.
    pub(super) fn consents(&self) -> Markup {
        let speech = self.speech;
        let consents = &self.page.state.observed.consents;
        html! {
            @if !consents.is_empty() {
                h3 { (speech.say("customer-consents")) }
                dl.pairs {
                    @for (purpose, consent) in consents {
                        @let key = if consent.granted {
                            "customer-consent-granted"
                        } else {
                            "customer-consent-refused"
                        };
                        @let day = speech.day(consent.at.0, &self.settings.zone);
                        div {
                            dt { (speech.say(purpose_key(*purpose))) }
                            dd { (speech.say_with(key, Words::new().text("date", day))) }
                        }
                    }
                }
                (self.words_said())
            }
        }
    }

    fn words_said(&self) -> Markup {
        let speech = self.speech;
        html! {
            details {
                summary { (speech.say("customer-consent-history")) }
                table.narrow data-export="permissions" {
                    caption.heard { (speech.say("customer-consent-history")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("customer-consent-when")) }
                            th scope="col" { (speech.say("customer-consent-purpose")) }
                            th scope="col" { (speech.say("customer-consent-status")) }
                            th scope="col" { (speech.say("customer-consent-proof")) }
                        }
                    }
                    tbody { @for word in &self.page.consents { (self.word_said(word)) } }
                }
            }
        }
    }

    fn word_said(&self, word: &ConsentView) -> Markup {
        let speech = self.speech;
        let source = word.source.map(|source| speech.say(source_key(source)));
        let proof: Vec<String> = [source, word.text.clone(), word.region.clone()]
            .into_iter()
            .flatten()
            .collect();
        html! {
            tr {
                th scope="row" { (speech.day(word.at, &self.settings.zone)) }
                td { (speech.say(purpose_key(word.purpose))) }
                td { (speech.say(status_key(word.status))) }
                td { bdi { (proof.join(" · ")) } }
            }
        }
    }
}
