//! The pages: each answers one question, shows its evidence, and offers the next step.

mod account;
mod audit;
mod channels;
mod customer;
mod customers;
mod declared;
mod design;
mod entrance;
mod events;
mod experience;
mod explained;
mod forms;
mod keys;
mod language;
mod overview;
mod parts;
mod people;
mod range;
mod reference;
mod refused;
mod retention;
mod settings;
mod timeline;
mod value;
mod visits;

use app::AppError;
use app::StoreError;
use app::trust::TrustRefusal;
use axum::response::Response;
use domain::customers::Standing;
use domain::trust::Permission;
use maud::{Markup, html};

use crate::errors::Refusal;
use crate::format::Amount;
use crate::gate::{Gate, Routes};
use crate::i18n::{Speech, marked_up};
use crate::layout::{Frame, Place};

#[cfg(test)]
pub(crate) use audit::action_keys;
#[cfg(test)]
pub(crate) use explained::keys as explained_keys;
#[cfg(test)]
pub(crate) use timeline::happened_keys;

pub(crate) fn routes() -> Routes {
    let figures = Gate::Needs(Permission::SeeFigures);
    Routes::default()
        // Whoever may not see figures is led to the customers from here.
        .get("/", Gate::SignedIn, overview::overview)
        .get("/retention", figures, retention::retention)
        .get("/value", figures, value::value)
        .get("/visits", figures, visits::visits)
        .get("/visits/{part}", figures, visits::part)
        .get("/channels", figures, channels::channels)
        .get("/experience", figures, experience::experience)
        .get("/api", Gate::Anybody, reference::reference)
        .get("/design", Gate::SignedIn, design::design)
        .post("/language", Gate::Anybody, language::choose)
        .and(of_customers())
        .and(entrance::routes())
        .and(events::routes())
        .and(declared::routes())
        .and(account::routes())
        .and(people::routes())
        .and(keys::routes())
        .and(audit::routes())
        .and(settings::routes())
}

fn of_customers() -> Routes {
    let see = Gate::Needs(Permission::SeeCustomers);
    let segments = Gate::Needs(Permission::Segments);
    let change = Gate::Needs(Permission::ChangeCustomers);
    let rights = Gate::Needs(Permission::PersonRights);
    Routes::default()
        .get("/customers", see, customers::customers)
        .get("/customers/ask", see, customers::ask)
        .get("/customers/count", see, customers::count)
        .post("/customers/segments", segments, customers::save)
        .post("/customers/segments/remove", segments, customers::remove)
        .get("/customers/{customer}", see, customer::customer)
        .get("/customers/{customer}/export", rights, forms::export)
        .post("/customers/{customer}/merge", change, forms::merge)
        .post("/customers/{customer}/unmerge", change, forms::unmerge)
        .post("/customers/{customer}/adjust", change, forms::adjust)
        .get("/customers/{customer}/erase", rights, forms::confirm_erase)
        .post("/customers/{customer}/erase", rights, forms::erase)
}

/// What a standing is called.
fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Prospect => "standing-prospect",
        Standing::New => "standing-new",
        Standing::Returning => "standing-returning",
        Standing::Lapsed => "standing-lapsed",
        Standing::WonBack => "standing-won-back",
    }
}

/// An amount with its minor unit set back.
fn amount(amount: &Amount) -> Markup {
    html! {
        (amount.whole)
        @if !amount.minor.is_empty() { span.minor { (amount.minor) } }
    }
}

/// What happened, what was kept, what to do.
pub(crate) fn error_page(speech: &'static Speech, refusal: &Refusal) -> Response {
    let title = speech.say(error_keys(refusal)[0]);
    let frame = Frame {
        speech,
        shop: None,
        place: Place::Aside,
        title: &title,
        twin: None,
        notice: None,
    };
    frame.page_with(refusal.verdict().status, apology(speech, refusal))
}

/// What an error page says.
fn apology(speech: &'static Speech, refusal: &Refusal) -> Markup {
    let [title, kept, todo] = error_keys(refusal);
    let verdict = refusal.verdict();
    let detail = match refusal {
        Refusal::Unreadable(sentence) => Some(sentence.clone()),
        Refusal::App(AppError::NoCustomer | AppError::NoMerge) => None,
        Refusal::Trust(refusal) => Some(refused::sentence(speech, *refusal)),
        Refusal::App(error) if verdict.status.is_client_error() => Some(error.to_string()),
        _ => None,
    };
    html! {
        div.apology {
            h1 { (speech.say(title)) }
            @if let Some(detail) = detail { p.lead { bdi { (detail) } } }
            p { (speech.say(kept)) }
            p { (marked_up(&speech.say(todo))) }
            p.how { code dir="ltr" { (verdict.status.as_u16()) " · " (verdict.code) } }
        }
    }
}

fn error_keys(refusal: &Refusal) -> [&'static str; 3] {
    match refusal {
        Refusal::NotFound | Refusal::App(AppError::NoMerge) => {
            ["error-nothing-here", "error-kept-all", "error-todo-start"]
        }
        Refusal::App(AppError::NoCustomer) => {
            ["error-no-customer", "error-kept-all", "error-todo-search"]
        }
        Refusal::Host => ["error-host", "error-kept-nothing-shown", "error-todo-host"],
        Refusal::OtherSite => ["error-other-site", "error-kept-all", "error-todo-form"],
        Refusal::Busy
        | Refusal::TooMany
        | Refusal::SlowBody
        | Refusal::StoreAway
        | Refusal::TooSlow
        | Refusal::Warming(_)
        | Refusal::App(AppError::Store(StoreError::Busy | StoreError::Closed)) => {
            ["error-busy", "error-kept-maybe", "error-todo-again"]
        }
        Refusal::Trust(TrustRefusal::NotPermitted(_)) => {
            ["error-not-permitted", "error-kept-all", "error-todo-owner"]
        }
        _ if refusal.verdict().status.is_client_error() => {
            ["error-unreadable", "error-kept-all", "error-todo-back"]
        }
        _ => ["error-failed", "error-kept-maybe", "error-todo-log"],
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode};

    use super::*;
    use crate::errors::in_json;
    use crate::i18n::speech_for;

    #[test]
    fn what_failed_inside_stays_inside() {
        let secret = "relation facts does not exist";
        let failed = || Refusal::App(AppError::Store(StoreError::Shape(secret.to_owned())));
        let page = error_page(speech_for(&HeaderMap::new()), &failed());
        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        for response in [page, in_json(&failed())] {
            let body = axum::body::to_bytes(response.into_body(), 1 << 20);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("one");
            let body = runtime.block_on(body).expect("a body");
            let text = String::from_utf8_lossy(&body).into_owned();
            assert!(text.contains("failed inside"), "{text}");
            assert!(!text.contains(secret), "{text}");
        }
    }
}
