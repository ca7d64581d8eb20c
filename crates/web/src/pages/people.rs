//! People: who works for the shop, and what each may do.

use app::trust::{Invitation, TrustRefusal, UserView};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::UserId;
use domain::trust::{Permission, Role, UserState};
use maud::{Markup, html};
use serde::Deserialize;

use super::entrance::letter;
use super::refused::{permission_key, sentence};
use crate::asked::{Asked, Filled, Path};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes, to_proof};
use crate::i18n::{Words, marked_up};
use crate::layout::{Frame, Notice, Place};

pub(super) fn routes() -> Routes {
    let gate = Gate::Needs(Permission::People);
    Routes::default()
        .get("/people", gate, people)
        .post("/people", gate, invite)
        .post("/people/{user}/role", gate, change_role)
        .post("/people/{user}/disable", gate, disable)
        .post("/people/{user}/enable", gate, enable)
        .get("/people/{user}/erase", gate, confirm_erase)
        .post("/people/{user}/erase", gate, erase)
}

/// What a role is called.
pub(super) const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Owner => "role-owner",
        Role::Marketer => "role-marketer",
        Role::Analyst => "role-analyst",
        Role::Support => "role-support",
    }
}

const fn state_key(state: UserState) -> &'static str {
    match state {
        UserState::Invited => "people-invited",
        UserState::Active => "people-active",
        UserState::Disabled => "people-disabled",
        UserState::Erased => "people-erased",
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome {
    done: String,
}

impl Outcome {
    fn notice(&self) -> Option<Notice> {
        let key = match self.done.as_str() {
            "invited" => "people-done-invited",
            "changed" => "people-done-changed",
            "erased" => "people-done-erased",
            _ => return None,
        };
        let is_refusal = false;
        Some(Notice { key, is_refusal })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct InviteForm {
    email: String,
    name: String,
    role: String,
}

/// What the page shows beside the list.
#[derive(Default)]
struct Shown {
    notice: Option<Notice>,
    refused: Option<TrustRefusal>,
    form: InviteForm,
    /// The link of an invitation for which no letter could be sent.
    link: Option<String>,
}

async fn people(asking: Asking, Asked(outcome): Asked<Outcome>) -> Result<Response, Refusal> {
    let shown = Shown {
        notice: outcome.notice(),
        ..Shown::default()
    };
    show(&asking, shown).await
}

async fn show(asking: &Asking, shown: Shown) -> Result<Response, Refusal> {
    let users = asking.ask(|acting| acting.users()).await?;
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let title = speech.say("common-people");
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::People,
        title: &title,
        twin: None,
        notice: shown.notice,
    };
    let status = shown.refused.map(|it| Refusal::from(it).verdict().status);
    let here = users.iter().filter(|user| user.state == UserState::Active);
    let count = i64::try_from(here.count()).unwrap_or(i64::MAX);
    let content = html! {
        h1 { (speech.say_with("people-headline", Words::new().count("people", count))) }
        p.lead { (speech.say("people-lead")) }
        @if let Some(refused) = shown.refused {
            p.notice.refusal role="alert" { (sentence(speech, refused)) }
        }
        @if let Some(link) = &shown.link {
            div.notice role="status" {
                p { (speech.say("people-link")) }
                p { code.secret dir="ltr" { (link) } }
            }
        }
        @if !users.is_empty() { (table(asking, &users)) }
        (invite_form(asking, &shown.form))
        (roles(asking))
    };
    Ok(frame.page_with(status.unwrap_or(StatusCode::OK), content))
}

fn table(asking: &Asking, users: &[UserView]) -> Markup {
    let speech = asking.speech;
    html! {
        div.wide {
            table {
                caption.heard { (speech.say("common-people")) }
                thead {
                    tr {
                        th scope="col" { (speech.say("entrance-name")) }
                        th scope="col" { (speech.say("people-role")) }
                        th scope="col" { (speech.say("people-state")) }
                        th scope="col" { (speech.say("people-factor")) }
                        th.n.date scope="col" { (speech.say("people-seen")) }
                        th { span.heard { (speech.say("people-change")) } }
                    }
                }
                tbody {
                    @for user in users.iter().filter(|it| it.state != UserState::Erased) {
                        (row(asking, user))
                    }
                }
            }
        }
    }
}

fn row(asking: &Asking, user: &UserView) -> Markup {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let seen = user
        .seen_at
        .map(|at| speech.day(at, &in_force.settings.zone));
    let factor = match user.has_second_factor {
        true => "people-yes",
        false => "people-no",
    };
    html! {
        tr {
            td.who { bdi { (user.name) } small { bdi dir="ltr" { (user.email) } } }
            td { (role_form(asking, user)) }
            td.word { (speech.say(state_key(user.state))) }
            td { (speech.say(factor)) }
            td.n.date { (seen.unwrap_or_else(|| speech.say("people-never"))) }
            td.n { (state_forms(asking, user)) }
        }
    }
}

fn role_form(asking: &Asking, user: &UserView) -> Markup {
    let speech = asking.speech;
    let words = Words::new().outside("name", &user.name);
    let label = speech.say_with("people-role-of", words);
    html! {
        form.inline method="post" action={ "/people/" (user.id) "/role" } {
            select name="role" aria-label=(label) {
                @for role in Role::ALL {
                    option value=(role.word()) selected[*role == user.role] {
                        (speech.say(role_key(*role)))
                    }
                }
            }
            button.small { (speech.say("people-role-go")) }
        }
    }
}

fn state_forms(asking: &Asking, user: &UserView) -> Markup {
    let speech = asking.speech;
    let home = format!("/people/{}", user.id);
    html! {
        div.actions {
            @match user.state {
                UserState::Active => {
                    form method="post" action={ (home) "/disable" } {
                        button.small { (speech.say("people-disable")) }
                    }
                },
                UserState::Disabled => {
                    form method="post" action={ (home) "/enable" } {
                        button.small { (speech.say("people-enable")) }
                    }
                },
                UserState::Invited | UserState::Erased => {},
            }
            a.button.small href={ (home) "/erase" } { (speech.say("people-erase")) }
        }
    }
}

fn invite_form(asking: &Asking, form: &InviteForm) -> Markup {
    let speech = asking.speech;
    html! {
        section aria-labelledby="invite" {
            h2 #invite { (speech.say("people-invite")) }
            p.how { (speech.say("people-invite-how")) }
            form.filters method="post" action="/people" {
                label {
                    span { (speech.say("entrance-name")) }
                    input name="name" required maxlength="200" value=(form.name) dir="auto"
                        autocomplete="off";
                }
                label {
                    span { (speech.say("entrance-email")) }
                    input name="email" type="email" required maxlength="254" value=(form.email)
                        dir="ltr" autocomplete="off";
                }
                label {
                    span { (speech.say("people-role")) }
                    select name="role" {
                        @for role in Role::ALL {
                            @let chosen = form.role == role.word()
                                || form.role.is_empty() && *role == Role::Support;
                            option value=(role.word()) selected[chosen] {
                                (speech.say(role_key(*role)))
                            }
                        }
                    }
                }
                button { (speech.say("people-invite-go")) }
            }
        }
    }
}

/// Which role may do what: the table that the program itself asks.
fn roles(asking: &Asking) -> Markup {
    let speech = asking.speech;
    let granted = Permission::ALL
        .iter()
        .filter(|it| Role::ALL.iter().any(|role| role.permissions().has(**it)));
    html! {
        section aria-labelledby="roles" {
            h2 #roles { (speech.say("people-roles")) }
            div.wide tabindex="0" {
                table.narrow {
                    caption.heard { (speech.say("people-roles")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("people-may")) }
                            @for role in Role::ALL {
                                th scope="col" { (speech.say(role_key(*role))) }
                            }
                        }
                    }
                    tbody {
                        @for permission in granted {
                            tr {
                                th scope="row" { (speech.say(permission_key(*permission))) }
                                @for role in Role::ALL {
                                    @let may = role.permissions().has(*permission);
                                    td { @if may { (speech.say("people-yes")) } @else { "–" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn role_of(word: &str) -> Result<Role, Refusal> {
    word.parse()
        .map_err(|error: domain::words::UnknownWord| Refusal::Unreadable(error.to_string()))
}

fn user_of(id: &str) -> Result<UserId, Refusal> {
    id.parse().map_err(|_| TrustRefusal::NoUser.into())
}

async fn invite(asking: Asking, Filled(form): Filled<InviteForm>) -> Result<Response, Refusal> {
    let invitation = Invitation {
        email: form.email.clone(),
        name: form.name.clone(),
        role: role_of(&form.role)?,
    };
    let options = &asking.shared.options;
    let in_force = asking.shared.app.in_force();
    let compose = letter(
        asking.speech,
        &options.address,
        &in_force.settings.name,
        ("letter-invitation-subject", "letter-invitation-text"),
    );
    let has_mail = options.has_mail;
    let invited = asking.ask(move |acting| {
        let compose = |token: &str| compose("/invitation", token);
        acting.invite(&invitation, has_mail.then_some(&compose))
    });
    match invited.await {
        Ok(_) if has_mail => Ok(Redirect::to("/people?done=invited").into_response()),
        Ok(invited) => {
            let address = &options.address;
            let link = format!("{address}/invitation?token={}", invited.token.reveal());
            let shown = Shown {
                link: Some(link),
                ..Shown::default()
            };
            show(&asking, shown).await
        }
        Err(refusal) => refused(&asking, refusal, form).await,
    }
}

/// The page with why a form was refused; a missing proof is asked for.
async fn refused(asking: &Asking, refusal: Refusal, form: InviteForm) -> Result<Response, Refusal> {
    match refusal {
        Refusal::Trust(TrustRefusal::ProofNeeded) => Ok(to_proof("/people")),
        Refusal::Trust(refusal) => {
            let shown = Shown {
                refused: Some(refusal),
                form,
                ..Shown::default()
            };
            show(asking, shown).await
        }
        other => Err(other),
    }
}

async fn answer(asking: &Asking, outcome: Result<(), Refusal>) -> Result<Response, Refusal> {
    match outcome {
        Ok(()) => Ok(Redirect::to("/people?done=changed").into_response()),
        Err(refusal) => refused(asking, refusal, InviteForm::default()).await,
    }
}

#[derive(Deserialize)]
pub(super) struct RoleForm {
    role: String,
}

async fn change_role(
    asking: Asking,
    Path(user): Path<String>,
    Filled(form): Filled<RoleForm>,
) -> Result<Response, Refusal> {
    let (user, role) = (user_of(&user)?, role_of(&form.role)?);
    let changed = asking.ask(move |acting| acting.role_change(user, role));
    let changed = changed.await;
    answer(&asking, changed).await
}

async fn disable(asking: Asking, Path(user): Path<String>) -> Result<Response, Refusal> {
    let user = user_of(&user)?;
    let changed = asking.ask(move |acting| acting.user_disable(user)).await;
    answer(&asking, changed).await
}

async fn enable(asking: Asking, Path(user): Path<String>) -> Result<Response, Refusal> {
    let user = user_of(&user)?;
    let changed = asking.ask(move |acting| acting.user_enable(user)).await;
    answer(&asking, changed).await
}

async fn confirm_erase(asking: Asking, Path(user): Path<String>) -> Result<Response, Refusal> {
    if !asking.acting.has_proof() {
        return Ok(to_proof(&asking.address));
    }
    let users = asking.ask(|acting| acting.users()).await?;
    let found = users.into_iter().find(|it| it.id == user);
    let found = found.filter(|it| it.state != UserState::Erased);
    let user = found.ok_or(TrustRefusal::NoUser)?;
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let title = speech.say_with(
        "people-erase-title",
        Words::new().outside("name", &user.name),
    );
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::People,
        title: &title,
        twin: None,
        notice: None,
    };
    Ok(frame.page(html! {
        h1 { (marked_up(&title)) }
        p.lead { (speech.say("people-erase-lead")) }
        form.danger method="post" action={ "/people/" (user.id) "/erase" } {
            p.actions {
                button.stop { (speech.say("people-erase-go")) }
                a.button href="/people" { (speech.say("people-erase-back")) }
            }
        }
    }))
}

async fn erase(asking: Asking, Path(user): Path<String>) -> Result<Response, Refusal> {
    let user = user_of(&user)?;
    match asking.ask(move |acting| acting.user_erase(user)).await {
        Ok(()) => Ok(Redirect::to("/people?done=erased").into_response()),
        Err(refusal) => refused(&asking, refusal, InviteForm::default()).await,
    }
}
