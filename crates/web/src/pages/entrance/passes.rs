//! Coming in by a link: a forgotten password, an invitation.

use app::trust::{LetterText, TrustRefusal};
use axum::response::{IntoResponse, Redirect, Response};
use domain::trust::Secret;
use maud::html;
use serde::Deserialize;

use super::{Door, TokenAsked, email_field, password_field, refusal_of, whose};
use crate::asked::{Asked, Filled};
use crate::asking::Stranger;
use crate::cookies;
use crate::errors::Refusal;
use crate::i18n::{Speech, Words};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ForgotForm {
    email: String,
}

fn forgot_page(stranger: &Stranger, email: &str, refused: Option<TrustRefusal>) -> Response {
    let speech = stranger.speech;
    let has_mail = stranger.shared.options.has_mail;
    let fields = html! {
        @if has_mail {
            form.stack method="post" action="/login/forgot" {
                (email_field(speech, email))
                button { (speech.say("entrance-forgot-go")) }
            }
        } @else {
            pre dir="ltr" { code { "fanous people reset somebody@example.com" } }
        }
    };
    let lead = match has_mail {
        true => "entrance-forgot-lead",
        false => "entrance-forgot-no-mail",
    };
    Door {
        speech,
        title: speech.say("entrance-forgot-title"),
        lead: Some(speech.say(lead)),
        refused,
        form: fields,
        below: Some(("/login", speech.say("entrance-again"))),
    }
    .answer()
}

pub(super) async fn forgot(stranger: Stranger) -> Response {
    forgot_page(&stranger, "", None)
}

/// A letter with a link, in the language of whoever asks for it.
pub(in crate::pages) fn letter(
    speech: &'static Speech,
    address: &str,
    shop: &str,
    (subject, text): (&str, &str),
) -> impl Fn(&str, &str) -> LetterText + Send + use<> {
    let words = || Words::new().text("shop", shop);
    let subject = speech.say_with(subject, words());
    let text = speech.say_with(text, words());
    let address = address.to_owned();
    move |path: &str, token: &str| LetterText {
        subject: subject.clone(),
        text: format!("{text}\n\n{address}{path}?token={token}\n"),
    }
}

pub(super) async fn ask_letter(
    stranger: Stranger,
    Filled(form): Filled<ForgotForm>,
) -> Result<Response, Refusal> {
    let shared = &stranger.shared;
    let in_force = shared.app.in_force();
    let compose = letter(
        stranger.speech,
        &shared.options.address,
        &in_force.settings.name,
        ("letter-reset-subject", "letter-reset-text"),
    );
    let email = form.email.clone();
    let asked = stranger.ask(move |app, origin| {
        app.reset_ask(&email, origin, move |token| compose("/reset", token))
    });
    match refusal_of(asked.await)? {
        Ok(()) => Ok(Redirect::to("/login?done=asked").into_response()),
        Err(refused) => Ok(forgot_page(&stranger, &form.email, Some(refused))),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PassForm {
    token: String,
    password: Secret<String>,
}

/// The two doors that a pass opens.
#[derive(Clone, Copy)]
enum Opens {
    Reset,
    Invitation,
}

fn pass_page(
    speech: &'static Speech,
    opens: Opens,
    token: &str,
    outcome: Result<Secret<String>, TrustRefusal>,
) -> Response {
    let refused = outcome.as_ref().err().copied();
    let address = outcome.map(|it| it.reveal().clone()).unwrap_or_default();
    let (action, title, lead, go) = match opens {
        Opens::Reset => (
            "/reset",
            "entrance-reset-title",
            "entrance-reset-lead",
            "entrance-reset-go",
        ),
        Opens::Invitation => (
            "/invitation",
            "entrance-invitation-title",
            "entrance-invitation-lead",
            "entrance-invitation-go",
        ),
    };
    let is_over = refused == Some(TrustRefusal::NoPass);
    let fields = html! {
        @if !is_over {
            form.stack method="post" action=(action) {
                input type="hidden" name="token" value=(token);
                (whose(&address))
                (password_field(speech, "password", "entrance-password-new", true))
                button { (speech.say(go)) }
            }
        }
    };
    Door {
        speech,
        title: speech.say(title),
        lead: (!is_over).then(|| speech.say(lead)),
        refused,
        form: fields,
        below: Some(("/login", speech.say("entrance-again"))),
    }
    .answer()
}

pub(super) async fn reset(
    stranger: Stranger,
    Asked(asked): Asked<TokenAsked>,
) -> Result<Response, Refusal> {
    let token = asked.token.clone();
    let good = stranger.ask(move |app, _| app.reset_check(&token));
    let good = refusal_of(good.await)?;
    Ok(pass_page(stranger.speech, Opens::Reset, &asked.token, good))
}

pub(super) async fn choose_again(
    stranger: Stranger,
    Filled(form): Filled<PassForm>,
) -> Result<Response, Refusal> {
    let (token, password) = (form.token.clone(), form.password.clone());
    let chosen = stranger.ask(move |app, origin| app.reset(&token, &password, origin));
    match refusal_of(chosen.await)? {
        Ok(device) => {
            let mut response = Redirect::to("/login?done=reset").into_response();
            cookies::put_device(&stranger.shared, device.reveal(), &mut response);
            Ok(response)
        }
        Err(refused) => Ok(pass_page(
            stranger.speech,
            Opens::Reset,
            &form.token,
            Err(refused),
        )),
    }
}

pub(super) async fn invitation(
    stranger: Stranger,
    Asked(asked): Asked<TokenAsked>,
) -> Result<Response, Refusal> {
    let token = asked.token.clone();
    let good = stranger.ask(move |app, _| app.invitation_check(&token));
    let good = refusal_of(good.await)?;
    let opens = Opens::Invitation;
    Ok(pass_page(stranger.speech, opens, &asked.token, good))
}

pub(super) async fn take_invitation(
    stranger: Stranger,
    Filled(form): Filled<PassForm>,
) -> Result<Response, Refusal> {
    let (token, password) = (form.token.clone(), form.password.clone());
    let taken = stranger.ask(move |app, origin| app.invitation_take(&token, &password, origin));
    match refusal_of(taken.await)? {
        Ok(session) => {
            let mut response = Redirect::to("/").into_response();
            cookies::begin(&stranger.shared, &session, &mut response);
            Ok(response)
        }
        Err(refused) => Ok(pass_page(
            stranger.speech,
            Opens::Invitation,
            &form.token,
            Err(refused),
        )),
    }
}
