//! Coming in: the first owner, the login, invitations, forgotten passwords.
//!
//! A form that is refused is shown again with the reason and what was typed but the password. None
//! of these pages says whether somebody has an account here.

mod passes;

use app::trust::{Login, LoginOutcome, NewOwner, TrustRefusal};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::trust::{PASSWORD_CHARACTERS_MIN, Secret};
use maud::{Markup, html};
use serde::Deserialize;

pub(super) use passes::letter;
use passes::{ask_letter, choose_again, forgot, invitation, reset, take_invitation};

use super::refused::sentence;
use crate::asked::{Asked, Filled};
use crate::asking::{Asking, Stranger};
use crate::cookies;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes, way_back};
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

pub(super) fn routes() -> Routes {
    let open = Gate::Anybody;
    Routes::default()
        .get("/setup", open, setup)
        .post("/setup", open, claim)
        .get("/login", open, login)
        .post("/login", open, sign_in)
        .get("/login/code", open, code)
        .post("/login/code", open, sign_in_code)
        .get("/login/forgot", open, forgot)
        .post("/login/forgot", open, ask_letter)
        .get("/reset", open, reset)
        .post("/reset", open, choose_again)
        .get("/invitation", open, invitation)
        .post("/invitation", open, take_invitation)
        .post("/logout", Gate::SignedIn, sign_out)
}

/// A page for a stranger: one form, the reason why it was refused, and where else to go.
struct Door<'a> {
    speech: &'static Speech,
    title: String,
    lead: Option<String>,
    refused: Option<TrustRefusal>,
    form: Markup,
    below: Option<(&'a str, String)>,
}

impl Door<'_> {
    fn answer(self) -> Response {
        let frame = Frame {
            speech: self.speech,
            shop: None,
            place: Place::Aside,
            title: &self.title,
            twin: None,
            notice: None,
        };
        let content = html! {
            div.door {
                h1 { (self.title) }
                @if let Some(lead) = &self.lead { p.lead { (lead) } }
                @if let Some(refused) = self.refused {
                    p.notice.refusal role="alert" { (sentence(self.speech, refused)) }
                }
                (self.form)
                @if let Some((address, words)) = &self.below { p { a href=(address) { (words) } } }
            }
        };
        let refusal = self.refused.map(|it| Refusal::from(it).verdict().status);
        frame.page_with(refusal.unwrap_or(StatusCode::OK), content)
    }
}

/// What a use case refused is said on the page; what failed is no business of the form.
fn refusal_of<T>(outcome: Result<T, Refusal>) -> Result<Result<T, TrustRefusal>, Refusal> {
    match outcome {
        Ok(it) => Ok(Ok(it)),
        Err(Refusal::Trust(refusal)) => Ok(Err(refusal)),
        Err(other) => Err(other),
    }
}

/// A field with its name over it.
fn field(name: &str, words: &str, input: &Markup) -> Markup {
    html! { label for=(name) { span { (words) } (input) } }
}

pub(super) fn password_field(speech: &Speech, name: &str, key: &str, is_new: bool) -> Markup {
    let complete = if is_new {
        "new-password"
    } else {
        "current-password"
    };
    let least = is_new.then_some(PASSWORD_CHARACTERS_MIN);
    let words = Words::new().count(
        "least",
        i64::try_from(PASSWORD_CHARACTERS_MIN).unwrap_or(i64::MAX),
    );
    let input = html! {
        input id=(name) name=(name) type="password" required autocomplete=(complete)
            minlength=[least] maxlength="512" dir="ltr";
        @if is_new { small { (speech.say_with("entrance-password-how", words)) } }
    };
    field(name, &speech.say(key), &input)
}

/// Whose password a form is about: nobody types it, and a browser's keeper of passwords reads it.
pub(super) fn whose(address: &str) -> Markup {
    html! {
        input.heard type="text" name="username" value=(address) autocomplete="username"
            tabindex="-1" aria-hidden="true" readonly dir="ltr";
    }
}

fn email_field(speech: &Speech, value: &str) -> Markup {
    let input = html! {
        input id="email" name="email" type="email" required maxlength="254" value=(value)
            autocomplete="username" dir="ltr";
    };
    field("email", &speech.say("entrance-email"), &input)
}

fn code_field(speech: &Speech) -> Markup {
    let input = html! {
        input id="code" name="code" required maxlength="40" autocomplete="one-time-code" dir="ltr"
            autofocus;
    };
    field("code", &speech.say("entrance-code"), &input)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TokenAsked {
    token: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ClaimForm {
    token: String,
    email: String,
    name: String,
    password: Secret<String>,
}

fn setup_page(
    speech: &'static Speech,
    form: &ClaimForm,
    refused: Option<TrustRefusal>,
) -> Response {
    let name = html! {
        input id="name" name="name" required maxlength="200" value=(form.name) autocomplete="name"
            dir="auto";
    };
    let token = html! {
        input id="token" name="token" required maxlength="200" value=(form.token)
            autocomplete="off" dir="ltr";
        small { (speech.say("entrance-setup-token-how")) }
    };
    let fields = html! {
        form.stack method="post" action="/setup" {
            (field("token", &speech.say("entrance-setup-token"), &token))
            (field("name", &speech.say("entrance-name"), &name))
            (email_field(speech, &form.email))
            (password_field(speech, "password", "entrance-password-new", true))
            button { (speech.say("entrance-setup-go")) }
        }
    };
    Door {
        speech,
        title: speech.say("entrance-setup-title"),
        lead: Some(speech.say("entrance-setup-lead")),
        refused,
        form: fields,
        below: None,
    }
    .answer()
}

async fn setup(stranger: Stranger, Asked(asked): Asked<TokenAsked>) -> Result<Response, Refusal> {
    if stranger.shared.ask(app::App::is_claimed).await? {
        return Ok(Redirect::to("/login").into_response());
    }
    let form = ClaimForm {
        token: asked.token,
        ..ClaimForm::default()
    };
    Ok(setup_page(stranger.speech, &form, None))
}

async fn claim(stranger: Stranger, Filled(form): Filled<ClaimForm>) -> Result<Response, Refusal> {
    let token = form.token.trim().to_owned();
    let owner = NewOwner {
        email: form.email.clone(),
        name: form.name.clone(),
        password: form.password.clone(),
    };
    let made = stranger.ask(move |app, origin| app.setup(&token, &owner, origin));
    match refusal_of(made.await)? {
        Ok(session) => {
            // The shop's name and zone come next: they are in nobody's files.
            let mut response = Redirect::to("/settings?done=welcome").into_response();
            cookies::begin(&stranger.shared, &session, &mut response);
            Ok(response)
        }
        Err(refused) => Ok(setup_page(stranger.speech, &form, Some(refused))),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LoginAsked {
    next: String,
    done: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LoginForm {
    email: String,
    password: Secret<String>,
    keep: String,
    next: String,
}

fn login_page(
    speech: &'static Speech,
    form: &LoginForm,
    lead: Option<String>,
    refused: Option<TrustRefusal>,
) -> Response {
    let fields = html! {
        form.stack method="post" action="/login" {
            input type="hidden" name="next" value=(way_back(&form.next));
            (email_field(speech, &form.email))
            (password_field(speech, "password", "entrance-password", false))
            label.check {
                input type="checkbox" name="keep" value="yes" checked[form.keep == "yes"];
                span { (speech.say("entrance-keep")) }
            }
            button { (speech.say("entrance-login-go")) }
        }
    };
    Door {
        speech,
        title: speech.say("entrance-login-title"),
        lead,
        refused,
        form: fields,
        below: Some(("/login/forgot", speech.say("entrance-forgot"))),
    }
    .answer()
}

async fn login(stranger: Stranger, Asked(asked): Asked<LoginAsked>) -> Result<Response, Refusal> {
    if !stranger.shared.options.is_open && !stranger.shared.ask(app::App::is_claimed).await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let speech = stranger.speech;
    let lead = match asked.done.as_str() {
        "asked" => Some(speech.say("entrance-letter-sent")),
        "reset" => Some(speech.say("entrance-reset-done")),
        "out" => Some(speech.say("entrance-signed-out")),
        _ => None,
    };
    let form = LoginForm {
        next: asked.next,
        ..LoginForm::default()
    };
    Ok(login_page(speech, &form, lead, None))
}

async fn sign_in(stranger: Stranger, Filled(form): Filled<LoginForm>) -> Result<Response, Refusal> {
    let shared = &stranger.shared;
    let login = Login {
        email: form.email.clone(),
        password: form.password.clone(),
        keep: form.keep == "yes",
        old_token: cookies::session(shared, &stranger.headers),
        device: cookies::device(shared, &stranger.headers),
    };
    let outcome = stranger.ask(move |app, origin| app.sign_in(login, origin));
    match refusal_of(outcome.await)? {
        Ok(LoginOutcome::In(session)) => {
            let mut response = Redirect::to(way_back(&form.next)).into_response();
            cookies::begin(shared, &session, &mut response);
            Ok(response)
        }
        Ok(LoginOutcome::Code(pass)) => {
            let next = crate::asked::encoded(way_back(&form.next));
            let mut response = Redirect::to(&format!("/login/code?next={next}")).into_response();
            cookies::wait_for_code(shared, pass.reveal(), &mut response);
            Ok(response)
        }
        Err(refused) => Ok(login_page(stranger.speech, &form, None, Some(refused))),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    code: Secret<String>,
    next: String,
}

fn code_page(speech: &'static Speech, next: &str, refused: Option<TrustRefusal>) -> Response {
    let fields = html! {
        form.stack method="post" action="/login/code" {
            input type="hidden" name="next" value=(way_back(next));
            (code_field(speech))
            button { (speech.say("entrance-login-go")) }
        }
    };
    Door {
        speech,
        title: speech.say("entrance-code-title"),
        lead: Some(speech.say("entrance-code-lead")),
        refused,
        form: fields,
        below: Some(("/login", speech.say("entrance-again"))),
    }
    .answer()
}

async fn code(stranger: Stranger, Asked(asked): Asked<LoginAsked>) -> Response {
    code_page(stranger.speech, &asked.next, None)
}

async fn sign_in_code(
    stranger: Stranger,
    Filled(form): Filled<CodeForm>,
) -> Result<Response, Refusal> {
    let pass = cookies::code(&stranger.shared, &stranger.headers).unwrap_or_default();
    let code = form.code.clone();
    let entered = stranger.ask(move |app, origin| app.sign_in_code(&pass, &code, origin));
    match refusal_of(entered.await)? {
        Ok(session) => {
            let mut response = Redirect::to(way_back(&form.next)).into_response();
            cookies::begin(&stranger.shared, &session, &mut response);
            Ok(response)
        }
        Err(refused) => Ok(code_page(stranger.speech, &form.next, Some(refused))),
    }
}

async fn sign_out(asking: Asking) -> Result<Response, Refusal> {
    if let Some(who) = asking.signed_in().cloned() {
        let origin = asking.acting.origin().clone();
        let app = asking.shared.app.clone();
        let ended = move || app.sign_out(&who, &origin);
        asking.shared.run(ended).await?;
    }
    let mut response = Redirect::to("/login?done=out").into_response();
    cookies::end(&asking.shared, &mut response);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use app::AppError;

    use super::*;

    #[test]
    fn a_refusal_is_said_on_the_page_and_a_failure_is_not() {
        let refused: Result<(), Refusal> = Err(TrustRefusal::WrongLogin.into());
        assert!(matches!(
            refusal_of(refused),
            Ok(Err(TrustRefusal::WrongLogin))
        ));
        let failed: Result<(), Refusal> = Err(AppError::Stopped.into());
        assert!(refusal_of(failed).is_err());
    }
}
