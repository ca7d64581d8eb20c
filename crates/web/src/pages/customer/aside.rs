//! What stands beside the timeline: names, wallet, merges, and the person's rights.

use app::customers::MergeView;
use maud::{Markup, html};

use super::Scene;
use crate::i18n::{Words, marked_up};

/// The id of a stream, short enough to be told from others at a glance.
fn short_id(id: &str) -> String {
    let end: String = id.chars().rev().take(6).collect();
    let end: String = end.chars().rev().collect();
    format!("…{end}")
}

fn namespace_key(namespace: &str) -> &'static str {
    match namespace {
        "user_id" => "customer-namespace-user-id",
        "email" => "customer-namespace-email",
        "phone" => "customer-namespace-phone",
        "card" => "customer-namespace-card",
        "device" => "customer-namespace-device",
        _ => "customer-namespace-anonymous",
    }
}

impl Scene<'_> {
    /// Under which names the customer is known, what they told, and from which profile it came.
    pub(super) fn identities(&self) -> Markup {
        let speech = self.speech;
        let is_merged = self.page.streams.len() > 1;
        let streams = i64::try_from(self.page.streams.len()).unwrap_or(i64::MAX);
        html! {
            section aria-labelledby="identities" {
                h2 #identities { (speech.say("customer-identities")) }
                dl.pairs {
                    @for identity in &self.page.identities {
                        div {
                            dt { (speech.say(namespace_key(&identity.namespace))) }
                            dd {
                                bdi { (identity.value) }
                                @if let Some(until) = identity.until {
                                    @let day = speech.day(until, &self.settings.zone);
                                    " " small {
                                        (speech.say_with(
                                            "customer-identity-until",
                                            Words::new().text("date", day),
                                        ))
                                    }
                                }
                                @if is_merged {
                                    (self.stream(&identity.stream))
                                }
                            }
                        }
                    }
                }
                @if !self.page.traits.is_empty() {
                    h3 { (speech.say("customer-traits")) }
                    dl.pairs {
                        @for (name, value) in &self.page.traits {
                            div { dt { bdi { (name) } } dd { bdi { (value) } } }
                        }
                    }
                }
                details {
                    summary {
                        (speech.say_with(
                            "customer-streams",
                            Words::new().count("streams", streams),
                        ))
                    }
                    ul.plain {
                        @for (stream, facts) in &self.page.streams {
                            li {
                                code dir="ltr" { (stream) } " "
                                small.inline { (self.stream_facts(*facts)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// From which profile something came.
    fn stream(&self, stream: &str) -> Markup {
        let words = Words::new().outside("stream", &short_id(stream));
        let said = self.speech.say_with("customer-stream", words);
        html! { small { (marked_up(&said)) } }
    }

    fn stream_facts(&self, facts: u64) -> String {
        let facts = i64::try_from(facts).unwrap_or(i64::MAX);
        self.speech
            .say_with("customer-stream-facts", Words::new().count("facts", facts))
    }

    pub(super) fn wallet(&self) -> Markup {
        let speech = self.speech;
        html! {
            section aria-labelledby="wallet" {
                h2 #wallet { (speech.say("customer-wallet")) }
                @if self.page.wallet.is_empty() {
                    p.how { (speech.say("customer-wallet-empty")) }
                } @else {
                    table data-export="wallet" {
                        caption.heard { (speech.say("customer-wallet")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("customer-wallet-unit")) }
                                th.n scope="col" { (speech.say("customer-wallet-spendable")) }
                                th.n scope="col" { (speech.say("customer-wallet-balance")) }
                            }
                        }
                        tbody {
                            @for unit in &self.page.wallet {
                                tr {
                                    th scope="row" { bdi { (unit.unit) } }
                                    td.n data-value=(unit.spendable) {
                                        (speech.number(unit.spendable))
                                    }
                                    td.n data-value=(unit.balance) { (speech.number(unit.balance)) }
                                }
                            }
                        }
                    }
                }
                @if self.may.change { (self.adjustment()) }
            }
        }
    }

    fn adjustment(&self) -> Markup {
        let speech = self.speech;
        html! {
            details {
                summary { (speech.say("customer-adjust")) }
                form.stack #adjust method="post"
                    action={ "/customers/" (self.page.customer) "/adjust" } {
                    input type="hidden" name="request_id" value=(self.form_id);
                    label {
                        span { (speech.say("customer-adjust-amount")) }
                        input name="amount" type="number" step="1" required;
                    }
                    label {
                        span { (speech.say("customer-adjust-unit")) }
                        input name="unit" value="POINT:club" required maxlength="40" dir="ltr"
                            pattern="(POINT|MONEY|GIFT):[A-Za-z0-9_\\-]+";
                    }
                    label {
                        span { (speech.say("customer-adjust-expires")) }
                        input name="expires" type="date";
                    }
                    label {
                        span { (speech.say("customer-adjust-memo")) }
                        input name="memo" required maxlength="200" autocomplete="off";
                    }
                    button { (speech.say("customer-adjust-go")) }
                }
            }
        }
    }

    pub(super) fn merges(&self) -> Markup {
        let speech = self.speech;
        let home = format!("/customers/{}", self.page.customer);
        html! {
            section aria-labelledby="merges" {
                h2 #merges { (speech.say("customer-merge")) }
                @if !self.page.merges.is_empty() {
                    ul.plain.merges {
                        @for merge in &self.page.merges { (self.merge(merge, &home)) }
                    }
                }
                @if self.may.change { (self.merge_form(&home)) }
            }
        }
    }

    fn merge_form(&self, home: &str) -> Markup {
        let speech = self.speech;
        html! {
                p.how { (speech.say("customer-merge-how")) }
                form.stack #merge method="post" action={ (home) "/merge" } {
                    label {
                        span { (speech.say("customer-merge-other")) }
                        input name="other" required maxlength="400" autocomplete="off" dir="auto";
                    }
                    button { (speech.say("customer-merge-go")) }
                }
        }
    }

    fn merge(&self, merge: &MergeView, home: &str) -> Markup {
        let speech = self.speech;
        let day = |at: i64| speech.day(at, &self.settings.zone);
        let words = match merge.undone_at {
            Some(undone) => {
                let words = Words::new()
                    .text("merged", day(merge.at))
                    .text("undone", day(undone));
                speech.say_with("customer-undone", words)
            }
            None => speech.say_with("customer-merged", Words::new().text("date", day(merge.at))),
        };
        html! {
            li {
                span {
                    (words) " "
                    bdi dir="ltr" {
                        code title=(merge.from) { (short_id(&merge.from)) }
                        " → "
                        code title=(merge.into) { (short_id(&merge.into)) }
                    }
                }
                @if self.may.change && merge.undone_at.is_none() {
                    form method="post" action={ (home) "/unmerge" } {
                        input type="hidden" name="merge" value=(merge.merge);
                        button { (speech.say("customer-undo")) }
                    }
                }
            }
        }
    }

    /// What the person may ask for.
    pub(super) fn person(&self) -> Markup {
        let speech = self.speech;
        let home = format!("/customers/{}", self.page.customer);
        html! {
            section aria-labelledby="person" {
                h2 #person { (speech.say("customer-person")) }
                p.how { (speech.say("customer-person-how")) }
                p.actions {
                    a.button href={ (home) "/export" } { (speech.say("customer-export")) }
                    a.button href={ (home) "/erase" } { (speech.say("customer-erase")) }
                }
            }
        }
    }
}
