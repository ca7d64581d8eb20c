//! What the forms on a customer's page do. Each answers with a redirection, so that reloading the
//! page does nothing again; an address carries only which of a closed list of sentences to show.

use app::AppError;
use app::customers::{CustomerPage, CustomerRef};
use app::loyalty::AdjustRequest;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::{MergeId, StreamId};
use domain::loyalty::Refusal as Refused;
use domain::time::parse_time;
use domain::trust::{Action, Subject};
use maud::html;
use serde::Deserialize;

use crate::api::{erase_of, export_of};
use crate::asked::{Filled, Path};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::gate::to_proof;
use crate::i18n::{Speech, Words, marked_up};
use crate::layout::{Frame, Notice, Place};
use crate::shared::Shared;

/// What a form did, as the address of the next page says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome {
    pub(super) done: String,
    pub(super) refused: String,
}

/// Every outcome of a form: the word in the address, and the sentence.
const DONE: [(&str, &str); 3] = [
    ("merged", "customer-done-merged"),
    ("unmerged", "customer-done-unmerged"),
    ("adjusted", "customer-done-adjusted"),
];
const REFUSED: [(&str, &str); 9] = [
    ("same", "customer-refused-same"),
    ("nobody", "customer-refused-nobody"),
    ("name", "customer-refused-name"),
    ("undone", "customer-refused-undone"),
    ("enough", "customer-refused-enough"),
    ("zero", "customer-refused-zero"),
    ("large", "customer-refused-large"),
    ("past", "customer-refused-past"),
    ("form", "customer-refused-form"),
];

impl Outcome {
    /// The sentence; none for a word that no form gave.
    pub(super) fn notice(&self) -> Option<Notice> {
        let find = |list: &[(&str, &'static str)], word: &str| {
            list.iter()
                .find(|(known, _)| *known == word)
                .map(|(_, key)| *key)
        };
        let done = find(&DONE, &self.done).map(|key| Notice {
            key,
            is_refusal: false,
        });
        done.or(find(&REFUSED, &self.refused).map(|key| Notice {
            key,
            is_refusal: true,
        }))
    }
}

/// Back to the customer's page with what became of the form. What is nobody's mistake but ours
/// stays an error.
fn back(customer: StreamId, done: &str, outcome: Result<(), Refusal>) -> Result<Response, Refusal> {
    let word = match outcome {
        Ok(()) => return Ok(see(customer, "done", done)),
        Err(Refusal::App(AppError::SameCustomer)) => "same",
        Err(Refusal::App(AppError::NoCustomer)) => "nobody",
        Err(Refusal::App(AppError::Invalid(_))) if done == "merged" => "name",
        Err(Refusal::App(AppError::AlreadyUndone)) => "undone",
        Err(Refusal::App(AppError::Refused(refused))) => match refused {
            Refused::NotEnough { .. } => "enough",
            Refused::AmountIsZero => "zero",
            Refused::AmountTooLarge => "large",
            Refused::ExpiresInThePast => "past",
        },
        Err(Refusal::App(AppError::Invalid(_)) | Refusal::Unreadable(_)) => "form",
        Err(other) => return Err(other),
    };
    Ok(see(customer, "refused", word))
}

fn see(customer: StreamId, kind: &str, word: &str) -> Response {
    Redirect::to(&format!("/customers/{customer}?{kind}={word}")).into_response()
}

/// The customer whom an address names; an address that names nobody is an error page.
async fn root_of(asking: &Asking, named: String) -> Result<StreamId, Refusal> {
    asking
        .ask(move |acting| acting.customer_named(&named))
        .await
}

#[derive(Deserialize)]
pub(super) struct MergeForm {
    other: String,
}

/// The other customer, as people write it: an id, `kind:value`, or the shop's own number alone.
fn other_customer(text: &str) -> Result<CustomerRef, AppError> {
    let text = text.trim();
    if text.starts_with("cus_") || text.contains(':') {
        text.parse()
    } else if text.contains('@') {
        format!("email:{text}").parse()
    } else {
        format!("user_id:{text}").parse()
    }
}

pub(super) async fn merge(
    asking: Asking,
    Path(named): Path<String>,
    Filled(form): Filled<MergeForm>,
) -> Result<Response, Refusal> {
    let customer = root_of(&asking, named).await?;
    let merged = asking.ask(move |acting| {
        acting.change(
            Action::CustomersMerged,
            &Subject::Customer(customer),
            |app| {
                let from = app.customer_find(&other_customer(&form.other)?)?;
                app.merge(customer, from).map(|_| ())
            },
        )
    });
    back(customer, "merged", merged.await)
}

#[derive(Deserialize)]
pub(super) struct UnmergeForm {
    merge: String,
}

pub(super) async fn unmerge(
    asking: Asking,
    Path(named): Path<String>,
    Filled(form): Filled<UnmergeForm>,
) -> Result<Response, Refusal> {
    let merge: MergeId = form
        .merge
        .parse()
        .map_err(|_| Refusal::App(AppError::NoMerge))?;
    let customer = root_of(&asking, named).await?;
    let undone = asking.ask(move |acting| {
        acting.change(
            Action::CustomersSeparated,
            &Subject::Customer(customer),
            |app| app.unmerge(merge),
        )
    });
    back(customer, "unmerged", undone.await)
}

#[derive(Deserialize)]
pub(super) struct AdjustForm {
    request_id: String,
    unit: String,
    amount: String,
    #[serde(default)]
    expires: String,
    memo: String,
}

pub(super) async fn adjust(
    asking: Asking,
    Path(named): Path<String>,
    Filled(form): Filled<AdjustForm>,
) -> Result<Response, Refusal> {
    let customer = root_of(&asking, named).await?;
    let request = match adjust_request(&asking.shared, form) {
        Ok(request) => request,
        Err(refusal) => return back(customer, "adjusted", Err(refusal)),
    };
    let adjusted = asking.ask(move |acting| {
        acting.change(
            Action::PointsAdjusted,
            &Subject::Customer(customer),
            |app| app.adjust(&CustomerRef::Id(customer), request).map(|_| ()),
        )
    });
    back(customer, "adjusted", adjusted.await)
}

fn adjust_request(shared: &Shared, form: AdjustForm) -> Result<AdjustRequest, Refusal> {
    let zone = shared.app.in_force().settings.zone.clone();
    let wrong = |what: &str| Refusal::Unreadable(what.to_owned());
    let expires_at = match form.expires.trim() {
        "" => None,
        text => Some(parse_time(text, &zone).map_err(|_| wrong("expires"))?.0),
    };
    Ok(AdjustRequest {
        request_id: form.request_id,
        unit: form.unit.trim().to_owned(),
        amount: form.amount.trim().parse().map_err(|_| wrong("amount"))?,
        expires_at,
        memo: form.memo.trim().to_owned(),
    })
}

pub(super) async fn export(asking: Asking, Path(named): Path<String>) -> Result<Response, Refusal> {
    export_of(&asking, named).await
}

pub(super) async fn confirm_erase(
    asking: Asking,
    Path(named): Path<String>,
) -> Result<Response, Refusal> {
    // Better asked before the form than after it.
    if !asking.acting.has_proof() {
        return Ok(to_proof(&asking.address));
    }
    let speech = asking.speech;
    let page = asking
        .ask(move |acting| {
            let root = acting.customer_named(&named)?;
            acting.show(Action::CustomerSeen, &Subject::Customer(root), |app| {
                app.customer_page(root)
            })
        })
        .await?;
    let title = Words::new().outside("name", &page.label);
    let title = speech.say_with("customer-erase-title", title);
    let in_force = asking.shared.app.in_force();
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Customers,
        title: &title,
        twin: Some(format!("/v1/customers/{}", page.customer)),
        notice: None,
    };
    let home = format!("/customers/{}", page.customer);
    Ok(frame.page(erase_content(
        speech,
        &title,
        &erased_facts(speech, &page),
        &home,
    )))
}

/// How much would be gone.
fn erased_facts(speech: &Speech, page: &CustomerPage) -> String {
    let facts: u64 = page.streams.iter().map(|(_, facts)| facts).sum();
    let counts = Words::new()
        .count("facts", i64::try_from(facts).unwrap_or(i64::MAX))
        .count(
            "identities",
            i64::try_from(page.identities.len()).unwrap_or(i64::MAX),
        );
    speech.say_with("customer-erase-facts", counts)
}

fn erase_content(speech: &Speech, title: &str, facts: &str, home: &str) -> maud::Markup {
    html! {
        h1 { (marked_up(title)) }
        p.lead { (speech.say("customer-erase-what")) }
        ul.consequences {
            li { (facts) }
            li { (speech.say("customer-erase-key")) }
            li { (speech.say("customer-erase-ledger")) }
            li { (speech.say("customer-erase-sums")) }
            li { (speech.say("customer-erase-late")) }
        }
        p {
            (speech.say("customer-erase-first")) " "
            a href={ (home) "/export" } { (speech.say("customer-export")) }
        }
        (danger(speech, ("post", &format!("{home}/erase")), home))
    }
}

/// What asks before something is done that cannot be undone: a method and an address, and the way
/// back.
pub(super) fn danger(speech: &Speech, (method, action): (&str, &str), back: &str) -> maud::Markup {
    html! {
        form.danger method=(method) action=(action) {
            label.check {
                input type="checkbox" name="sure" value="yes" required;
                span { (speech.say("customer-erase-sure")) }
            }
            p.actions {
                button.stop { (speech.say("customer-erase-go")) }
                a.button href=(back) { (speech.say("customer-erase-back")) }
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct EraseForm {
    #[serde(default)]
    sure: String,
}

pub(super) async fn erase(
    asking: Asking,
    Path(named): Path<String>,
    Filled(form): Filled<EraseForm>,
) -> Result<Response, Refusal> {
    if form.sure != "yes" {
        let sentence = asking.speech.say("customer-erase-unsure");
        return Err(Refusal::Unreadable(sentence));
    }
    erase_of(&asking, named).await?;
    Ok(Redirect::to("/customers?done=erased").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_customer_is_named_as_people_write_it() {
        let check = |text: &str, expected: &str| {
            let read = other_customer(text).map(|found| format!("{found:?}"));
            assert_eq!(
                read.unwrap_or_else(|error| error.to_string()),
                expected,
                "{text}"
            );
        };
        check(" 17850 ", "Identity(user_id:…)");
        check("sara@example.com", "Identity(email:…)");
        check("card:4711", "Identity(card:…)");
        check("", "the identity has no value");
    }

    #[test]
    fn only_known_outcomes_are_said() {
        let outcome = |done: &str, refused: &str| {
            Outcome {
                done: done.to_owned(),
                refused: refused.to_owned(),
            }
            .notice()
        };
        assert_eq!(outcome("", ""), None);
        assert_eq!(outcome("<script>", "anything"), None);
        assert_eq!(
            outcome("merged", "").map(|notice| notice.is_refusal),
            Some(false)
        );
        assert_eq!(
            outcome("", "enough").map(|notice| notice.is_refusal),
            Some(true)
        );
    }
}
