//! The frame around every page: navigation, search, landmarks, the message after a form.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::settings::ShopSettings;
use domain::trust::{Permission, Permissions};
use maud::{DOCTYPE, Markup, html};

use crate::Neighbour;
use crate::assets::{script_address, sign_address, style_address};
use crate::i18n::{Speech, speeches};

/// Where in the house a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Overview,
    Customers,
    Retention,
    Value,
    Visits,
    Channels,
    Experience,
    People,
    Keys,
    Events,
    Audit,
    Settings,
    Account,
    /// Nowhere that the navigation leads to.
    Aside,
}

/// The shop that a page is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shop<'a> {
    pub(crate) settings: &'a ShopSettings,
    /// Another shop that can be looked at instead.
    pub(crate) neighbour: Option<&'a Neighbour>,
    pub(crate) viewer: Viewer<'a>,
}

/// Who reads a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewer<'a> {
    /// Their name, where somebody is signed in.
    pub(crate) name: Option<&'a str>,
    /// What their forms carry, so that no other site can send one.
    pub(crate) token: &'a str,
    pub(crate) permissions: Permissions,
}

/// The field of every form that carries the token.
pub(crate) const TOKEN_FIELD: &str = "csrf";

/// The rooms to which the navigation leads, with what each needs.
const ROOMS: [(Place, &str, &str, Permission); 12] = [
    (
        Place::Overview,
        "/",
        "common-overview",
        Permission::SeeFigures,
    ),
    (
        Place::Customers,
        "/customers",
        "common-customers",
        Permission::SeeCustomers,
    ),
    (
        Place::Retention,
        "/retention",
        "common-retention",
        Permission::SeeFigures,
    ),
    (
        Place::Value,
        "/value",
        "common-value",
        Permission::SeeFigures,
    ),
    (
        Place::Visits,
        "/visits",
        "common-visits",
        Permission::SeeFigures,
    ),
    (
        Place::Channels,
        "/channels",
        "common-channels",
        Permission::SeeFigures,
    ),
    (
        Place::Experience,
        "/experience",
        "common-experience",
        Permission::SeeFigures,
    ),
    (
        Place::People,
        "/people",
        "common-people",
        Permission::People,
    ),
    (Place::Keys, "/keys", "common-keys", Permission::Keys),
    (Place::Events, "/events", "common-events", Permission::Keys),
    (Place::Audit, "/audit", "common-audit", Permission::SeeAudit),
    (
        Place::Settings,
        "/settings",
        "common-settings",
        Permission::Settings,
    ),
];
/// So many of them are about customers; the rest is about the house.
const ROOMS_OF_CUSTOMERS: usize = 7;

/// What surrounds a page.
pub(crate) struct Frame<'a> {
    pub(crate) speech: &'static Speech,
    /// The shop; none where a stranger may be looking.
    pub(crate) shop: Option<Shop<'a>>,
    pub(crate) place: Place,
    /// The title of the window.
    pub(crate) title: &'a str,
    /// The same data in the API, as `GET /v1/…`.
    pub(crate) twin: Option<String>,
    /// What the last form did.
    pub(crate) notice: Option<Notice>,
}

/// What a form did, or why it did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) key: &'static str,
    pub(crate) is_refusal: bool,
}

impl Frame<'_> {
    /// The whole page.
    pub(crate) fn page(&self, content: Markup) -> Response {
        self.page_with(StatusCode::OK, content)
    }

    /// The whole page under a status.
    pub(crate) fn page_with(&self, status: StatusCode, content: Markup) -> Response {
        let speech = self.speech;
        let page = html! {
            (DOCTYPE)
            html lang=(speech.tag) dir=(speech.direction) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · " (speech.say("common-brand")) }
                    link rel="icon" href=(sign_address());
                    link rel="stylesheet" href=(style_address());
                    script type="module" src=(script_address()) {}
                }
                body {
                    a.skip href="#main" { (speech.say("common-skip")) }
                    (self.side())
                    div.stage {
                        header {
                            (self.label())
                            (self.top())
                        }
                        main #main tabindex="-1" {
                            @if let Some(told) = self.notice { (notice(speech, told)) }
                            (content)
                        }
                        (self.foot())
                    }
                }
            }
        };
        let page = page.into_string();
        let token = self.shop.map(|shop| shop.viewer.token);
        let page = match token.filter(|token| !token.is_empty()) {
            Some(token) => with_token(&page, token),
            None => page,
        };
        (status, Html(page)).into_response()
    }

    fn side(&self) -> Markup {
        let speech = self.speech;
        let may = |permission: Permission| {
            self.shop
                .is_some_and(|shop| shop.viewer.permissions.has(permission))
        };
        let link = |(place, address, key, needs): &(Place, &str, &str, Permission)| {
            let here = (self.place == *place).then_some("page");
            html! {
                @if may(*needs) { a href=(address) aria-current=[here] { (speech.say(key)) } }
            }
        };
        let (customers, house) = ROOMS.split_at(ROOMS_OF_CUSTOMERS);
        html! {
            nav.side aria-label=(speech.say("common-navigation")) {
                a.brand href="/" {
                    svg viewBox="0 0 20 20" aria-hidden="true" {
                        circle cx="10" cy="10" r="8" {}
                        circle.flame cx="10" cy="10" r="3.2" {}
                    }
                    (speech.say("common-brand"))
                }
                @if self.shop.is_some() {
                    div.places {
                        div { @for room in customers { (link(room)) } }
                        div.house { @for room in house { (link(room)) } }
                    }
                }
            }
        }
    }

    fn top(&self) -> Markup {
        let find = self.speech.say("common-find");
        let viewer = self.shop.map(|shop| shop.viewer);
        let may_search = viewer.is_some_and(|it| it.permissions.has(Permission::SeePersonal));
        html! {
            div.top {
                @if may_search {
                    form role="search" action="/customers" method="get" {
                        input type="search" name="query" aria-label=(find) placeholder=(find)
                            maxlength="200" autocomplete="off" data-find;
                    }
                }
                @if let Some(shop) = self.shop {
                    span.shop {
                        bdi { (shop.settings.name) }
                        @if let Some(other) = shop.neighbour {
                            " " a.switch href=(other.address) {
                                (self.speech.say("common-other-shop")) " " bdi { (other.name) }
                            }
                        }
                    }
                }
                (self.languages())
                @if let Some(name) = viewer.and_then(|it| it.name) { (self.account(name)) }
            }
        }
    }

    fn account(&self, name: &str) -> Markup {
        let here = (self.place == Place::Account).then_some("page");
        html! {
            div.account {
                a href="/account" aria-current=[here] { bdi { (name) } }
                form method="post" action="/logout" {
                    button.quiet { (self.speech.say("common-sign-out")) }
                }
            }
        }
    }

    /// The other languages, each in its own words; one press keeps the choice.
    fn languages(&self) -> Markup {
        let others = speeches().iter().filter(|it| it.tag != self.speech.tag);
        html! {
            form.languages method="post" action="/language"
                aria-label=(self.speech.say("common-language")) {
                @for other in others {
                    button.quiet name="lang" value=(other.tag) lang=(other.tag)
                        dir=(other.direction) { (other.name) }
                }
            }
        }
    }

    /// Nobody may take people who do not exist for people.
    fn label(&self) -> Markup {
        let is_synthetic = self.shop.is_some_and(|shop| shop.settings.is_synthetic);
        html! {
            @if is_synthetic {
                p.synthetic role="note" { (self.speech.say("common-synthetic")) }
            }
        }
    }

    fn foot(&self) -> Markup {
        html! {
            footer {
                @if let Some(twin) = &self.twin {
                    p {
                        (self.speech.say("common-twin")) " "
                        code dir="ltr" { "GET " (twin) }
                        " · " a href="/api" { (self.speech.say("common-api")) }
                    }
                }
            }
        }
    }
}

/// What a form did, as a page says it.
pub(crate) fn notice(speech: &Speech, notice: Notice) -> Markup {
    html! {
        p.notice.refusal[notice.is_refusal] role="status" { (speech.say(notice.key)) }
    }
}

/// Sets the token into every form that changes something. The frame does it, so that no page can
/// forget it; signs that end a tag are escaped within attributes.
fn with_token(page: &str, token: &str) -> String {
    let field = format!("<input type=\"hidden\" name=\"{TOKEN_FIELD}\" value=\"{token}\">");
    let mut out = String::with_capacity(page.len() + field.len());
    let mut rest = page;
    while let Some(start) = rest.find("<form ") {
        let end = rest[start..]
            .find('>')
            .map_or(rest.len(), |end| start + end + 1);
        let (form, after) = rest.split_at(end);
        out.push_str(form);
        if form[start..].contains(" method=\"post\"") {
            out.push_str(&field);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_changes_something_carries_the_token() {
        let check = |page: &str, expected: &str| assert_eq!(with_token(page, "t0"), expected);
        let field = "<input type=\"hidden\" name=\"csrf\" value=\"t0\">";
        check("<p>", "<p>");
        check("<form method=\"get\"><p>", "<form method=\"get\"><p>");
        check(
            "a<form class=\"b\" method=\"post\">c<form action=\"/?a&gt;b\" method=\"post\">d",
            &format!(
                "a<form class=\"b\" method=\"post\">{field}c\
                 <form action=\"/?a&gt;b\" method=\"post\">{field}d"
            ),
        );
        check("<form ", "<form ");
    }
}
