//! One's own account: the password, the second factor, the browsers that are signed in, and the
//! proof of who one is before something grave.

use app::trust::{Offer, Proof, RecoveryCodes, SessionView, SignedIn, TrustError, TrustRefusal};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::trust::Secret;
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;

use super::entrance::{password_field, whose};
use super::people::role_key;
use super::refused::sentence;
use crate::asked::{Asked, Filled, Path};
use crate::asking::Asking;
use crate::cookies;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes, to_proof, way_back};
use crate::layout::{Frame, Notice, Place};

pub(super) fn routes() -> Routes {
    let gate = Gate::SignedIn;
    Routes::default()
        .get("/account", gate, account)
        .post("/account/password", gate, change_password)
        .get("/account/second-factor", gate, offer)
        .post("/account/second-factor", gate, take)
        .post("/account/second-factor/off", gate, turn_off)
        .post("/account/recovery-codes", gate, new_codes)
        .post("/account/sessions/{session}/end", gate, end_session)
        .get("/prove", gate, prove_page)
        .post("/prove", gate, prove)
}

/// What a form did, as the address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome {
    done: String,
}

impl Outcome {
    fn notice(&self) -> Option<Notice> {
        let key = match self.done.as_str() {
            "password" => "account-done-password",
            "off" => "account-done-off",
            "ended" => "account-done-ended",
            _ => return None,
        };
        let is_refusal = false;
        Some(Notice { key, is_refusal })
    }
}

/// Who is signed in; an example where nobody has to be has no accounts.
fn somebody(asking: &Asking) -> Result<SignedIn, Refusal> {
    let who = asking.signed_in().cloned();
    who.ok_or(Refusal::NotFound)
}

/// A page about whoever reads it, with why the last form was refused.
fn page(
    asking: &Asking,
    title: &str,
    notice: Option<Notice>,
    refused: Option<TrustRefusal>,
    content: &Markup,
) -> Response {
    let in_force = asking.shared.app.in_force();
    let frame = Frame {
        speech: asking.speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Account,
        title,
        twin: None,
        notice,
    };
    let status = refused.map(|it| Refusal::from(it).verdict().status);
    let content = html! {
        @if let Some(refused) = refused {
            p.notice.refusal role="alert" { (sentence(asking.speech, refused)) }
        }
        (content)
    };
    frame.page_with(status.unwrap_or(StatusCode::OK), content)
}

async fn account(asking: Asking, Asked(outcome): Asked<Outcome>) -> Result<Response, Refusal> {
    show(&asking, outcome.notice(), None).await
}

async fn show(
    asking: &Asking,
    notice: Option<Notice>,
    refused: Option<TrustRefusal>,
) -> Result<Response, Refusal> {
    let who = somebody(asking)?;
    let (app, asked) = (asking.shared.app.clone(), who.clone());
    let sessions = asking.shared.run(move || app.sessions(&asked)).await?;
    let speech = asking.speech;
    let title = speech.say("account-title");
    let content = html! {
        h1 { (title) }
        p.lead { bdi { (who.name.reveal()) } " · " (speech.say(role_key(who.role))) }
        (password(asking, &who))
        (second_factor(asking, &who))
        (sessions_table(asking, &sessions))
    };
    Ok(page(asking, &title, notice, refused, &content))
}

fn password(asking: &Asking, who: &SignedIn) -> Markup {
    let speech = asking.speech;
    html! {
        section aria-labelledby="password-title" {
            h2 #password-title { (speech.say("account-password")) }
            p.how { (speech.say("account-password-how")) }
            form.stack method="post" action="/account/password" {
                (whose(who.email.reveal()))
                (password_field(speech, "old", "account-password-old", false))
                (password_field(speech, "new", "entrance-password-new", true))
                button { (speech.say("account-password-go")) }
            }
        }
    }
}

fn second_factor(asking: &Asking, who: &SignedIn) -> Markup {
    let speech = asking.speech;
    html! {
        section aria-labelledby="second-factor" {
            h2 #second-factor { (speech.say("account-factor")) }
            @if who.has_second_factor {
                p.how { (speech.say("account-factor-on")) }
                div.actions {
                    form method="post" action="/account/recovery-codes" {
                        button { (speech.say("account-codes-new")) }
                    }
                    form method="post" action="/account/second-factor/off" {
                        button { (speech.say("account-factor-turn-off")) }
                    }
                }
            } @else {
                p.how { (speech.say("account-factor-off")) }
                p.actions {
                    a.button href="/account/second-factor" { (speech.say("account-factor-set")) }
                }
            }
        }
    }
}

fn sessions_table(asking: &Asking, sessions: &[SessionView]) -> Markup {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let time = |at: i64| speech.moment(at, &in_force.settings.zone);
    html! {
        section aria-labelledby="sessions" {
            h2 #sessions { (speech.say("account-sessions")) }
            p.how { (speech.say("account-sessions-how")) }
            div.wide tabindex="0" {
                table {
                    caption.heard { (speech.say("account-sessions")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("account-browser")) }
                            th scope="col" { (speech.say("account-network")) }
                            th.n.date scope="col" { (speech.say("account-began")) }
                            th.n.date scope="col" { (speech.say("account-used")) }
                            th { span.heard { (speech.say("account-end")) } }
                        }
                    }
                    tbody {
                        @for session in sessions {
                            tr {
                                td.who { bdi { (session.agent) } }
                                td { bdi dir="ltr" { (session.origin) } }
                                td.n.date { (time(session.created_at)) }
                                td.n.date { (time(session.seen_at)) }
                                td.n {
                                    @if session.is_this {
                                        (speech.say("account-this"))
                                    } @else {
                                        (end_form(asking, session))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn end_form(asking: &Asking, session: &SessionView) -> Markup {
    html! {
        form method="post" action={ "/account/sessions/" (session.id) "/end" } {
            button.small { (asking.speech.say("account-end")) }
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PasswordForm {
    old: Secret<String>,
    new: Secret<String>,
}

async fn change_password(
    asking: Asking,
    Filled(form): Filled<PasswordForm>,
) -> Result<Response, Refusal> {
    let who = somebody(&asking)?;
    let kept = who.is_kept;
    let changed = of_self(&asking, move |app, origin| {
        app.password_change(&who, &form.old, &form.new, origin)
    });
    match changed.await {
        Ok(token) => {
            let mut response = Redirect::to("/account?done=password").into_response();
            cookies::rotate(&asking.shared, token.reveal(), kept, &mut response);
            Ok(response)
        }
        Err(refusal) => refused(&asking, refusal).await,
    }
}

/// Asks a use case for whoever is signed in.
async fn of_self<T: Send + 'static>(
    asking: &Asking,
    task: impl FnOnce(&app::App, &app::trust::Origin) -> Result<T, TrustError> + Send + 'static,
) -> Result<T, Refusal> {
    let app = asking.shared.app.clone();
    let origin = asking.acting.origin().clone();
    asking.shared.run(move || task(&app, &origin)).await
}

/// The account with why a form was refused; a missing proof is asked for.
async fn refused(asking: &Asking, refusal: Refusal) -> Result<Response, Refusal> {
    match refusal {
        Refusal::Trust(TrustRefusal::ProofNeeded) => Ok(to_proof("/account")),
        Refusal::Trust(TrustRefusal::NotSignedIn) => Err(TrustRefusal::NotSignedIn.into()),
        Refusal::Trust(refusal) => show(asking, None, Some(refusal)).await,
        other => Err(other),
    }
}

async fn offer(asking: Asking) -> Result<Response, Refusal> {
    let who = somebody(&asking)?;
    let offered = of_self(&asking, move |app, _| app.second_factor_offer(&who));
    match offered.await {
        Ok(offer) => Ok(offer_page(&asking, &offer)),
        Err(Refusal::Trust(TrustRefusal::ProofNeeded)) => Ok(to_proof("/account/second-factor")),
        Err(other) => Err(other),
    }
}

fn offer_page(asking: &Asking, offer: &Offer) -> Response {
    let speech = asking.speech;
    let title = speech.say("account-factor-set");
    let image = QrCode::new(offer.uri.reveal()).map(|code| {
        let mut drawn = code.render::<svg::Color<'_>>();
        let drawn = drawn.min_dimensions(220, 220).build();
        // What stands before the element itself belongs to files, not to pages.
        let start = drawn.find("<svg").unwrap_or(0);
        drawn[start..].to_owned()
    });
    let content = html! {
        h1 { (title) }
        p.lead { (speech.say("account-factor-scan")) }
        @if let Ok(image) = image {
            div.code role="img" aria-label=(speech.say("account-factor-image")) {
                (PreEscaped(image))
            }
        }
        p { (speech.say("account-factor-type")) " " code.secret dir="ltr" {
            (offer.base32.reveal())
        } }
        form.stack method="post" action="/account/second-factor" {
            label for="code" {
                span { (speech.say("entrance-code")) }
                input id="code" name="code" required maxlength="40" inputmode="numeric"
                    autocomplete="one-time-code" dir="ltr";
            }
            button { (speech.say("account-factor-go")) }
        }
    };
    page(asking, &title, None, None, &content)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    code: String,
}

async fn take(asking: Asking, Filled(form): Filled<CodeForm>) -> Result<Response, Refusal> {
    let who = somebody(&asking)?;
    let taken = of_self(&asking, move |app, origin| {
        app.second_factor_take(&who, &form.code, origin)
    });
    match taken.await {
        Ok(codes) => Ok(codes_page(&asking, &codes)),
        Err(refusal) => refused(&asking, refusal).await,
    }
}

/// The codes on paper, shown this once.
fn codes_page(asking: &Asking, codes: &RecoveryCodes) -> Response {
    let speech = asking.speech;
    let title = speech.say("account-codes");
    let content = html! {
        h1 { (title) }
        p.lead { (speech.say("account-codes-how")) }
        ul.secrets dir="ltr" { @for code in codes.0.reveal() { li { code { (code) } } } }
        p.actions { a.button href="/account" { (speech.say("account-codes-kept")) } }
    };
    page(asking, &title, None, None, &content)
}

async fn new_codes(asking: Asking) -> Result<Response, Refusal> {
    let who = somebody(&asking)?;
    let made = of_self(&asking, move |app, origin| {
        app.recovery_codes_new(&who, origin)
    });
    match made.await {
        Ok(codes) => Ok(codes_page(&asking, &codes)),
        Err(refusal) => refused(&asking, refusal).await,
    }
}

async fn turn_off(asking: Asking) -> Result<Response, Refusal> {
    let who = somebody(&asking)?;
    let dropped = of_self(&asking, move |app, origin| {
        app.second_factor_drop(&who, origin)
    });
    match dropped.await {
        Ok(()) => Ok(Redirect::to("/account?done=off").into_response()),
        Err(refusal) => refused(&asking, refusal).await,
    }
}

async fn end_session(asking: Asking, Path(session): Path<String>) -> Result<Response, Refusal> {
    let who = somebody(&asking)?;
    let session = session.parse().map_err(|_| TrustRefusal::NoSession)?;
    let ended = of_self(&asking, move |app, origin| {
        app.session_end(&who, session, origin)
    });
    match ended.await {
        Ok(()) => Ok(Redirect::to("/account?done=ended").into_response()),
        Err(refusal) => refused(&asking, refusal).await,
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ProveForm {
    password: Secret<String>,
    code: Secret<String>,
    next: String,
}

fn proof_page(asking: &Asking, next: &str, refused: Option<TrustRefusal>) -> Response {
    let speech = asking.speech;
    let title = speech.say("prove-title");
    let has_factor = asking.signed_in().is_some_and(|who| who.has_second_factor);
    let content = html! {
        div.door {
            h1 { (title) }
            p.lead { (speech.say("prove-lead")) }
            form.stack method="post" action="/prove" {
                input type="hidden" name="next" value=(way_back(next));
                @if let Some(who) = asking.signed_in() { (whose(who.email.reveal())) }
                (password_field(speech, "password", "entrance-password", false))
                button { (speech.say("prove-go")) }
            }
            @if has_factor {
                p.how { (speech.say("prove-or")) }
                form.stack method="post" action="/prove" {
                    input type="hidden" name="next" value=(way_back(next));
                    label for="code" {
                        span { (speech.say("entrance-code")) }
                        input id="code" name="code" required maxlength="40"
                            autocomplete="one-time-code" dir="ltr";
                    }
                    button { (speech.say("prove-go")) }
                }
            }
        }
    };
    page(asking, &title, None, refused, &content)
}

async fn prove_page(asking: Asking, Asked(form): Asked<ProveForm>) -> Result<Response, Refusal> {
    somebody(&asking)?;
    Ok(proof_page(&asking, &form.next, None))
}

async fn prove(asking: Asking, Filled(form): Filled<ProveForm>) -> Result<Response, Refusal> {
    let who = somebody(&asking)?;
    let (kept, next) = (who.is_kept, form.next.clone());
    let proof = match form.code.reveal().is_empty() {
        true => Proof::Password(form.password),
        false => Proof::Code(form.code),
    };
    let proved = of_self(&asking, move |app, origin| app.prove(&who, &proof, origin));
    match proved.await {
        Ok(token) => {
            let mut response = Redirect::to(way_back(&next)).into_response();
            cookies::rotate(&asking.shared, token.reveal(), kept, &mut response);
            Ok(response)
        }
        Err(Refusal::Trust(refusal)) => Ok(proof_page(&asking, &next, Some(refusal))),
        Err(other) => Err(other),
    }
}
