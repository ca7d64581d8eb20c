//! The frame around every page: navigation, search, landmarks, the message after a form.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::settings::ShopSettings;
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
    /// Nowhere that the navigation leads to.
    Aside,
}

/// The shop that a page is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shop<'a> {
    pub(crate) settings: &'a ShopSettings,
    /// Another shop that can be looked at instead.
    pub(crate) neighbour: Option<&'a Neighbour>,
}

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
                            (self.notice())
                            (content)
                        }
                        (self.foot())
                    }
                }
            }
        };
        (status, Html(page.into_string())).into_response()
    }

    fn side(&self) -> Markup {
        let speech = self.speech;
        let link = |place: Place, address: &str, words: String| {
            html! {
                a href=(address) aria-current=[(self.place == place).then_some("page")] { (words) }
            }
        };
        html! {
            nav.side aria-label=(speech.say("common-navigation")) {
                a.brand href="/" {
                    svg viewBox="0 0 20 20" aria-hidden="true" {
                        circle cx="10" cy="10" r="8" {}
                        circle.flame cx="10" cy="10" r="3.2" {}
                    }
                    (speech.say("common-brand"))
                }
                div.places {
                    (link(Place::Overview, "/", speech.say("common-overview")))
                    (link(Place::Customers, "/customers", speech.say("common-customers")))
                    (link(Place::Retention, "/retention", speech.say("common-retention")))
                    (link(Place::Value, "/value", speech.say("common-value")))
                }
            }
        }
    }

    fn top(&self) -> Markup {
        let find = self.speech.say("common-find");
        html! {
            div.top {
                form role="search" action="/customers" method="get" {
                    input type="search" name="query" aria-label=(find) placeholder=(find)
                        maxlength="200" autocomplete="off" data-find;
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

    fn notice(&self) -> Markup {
        html! {
            @if let Some(notice) = self.notice {
                p.notice.refusal[notice.is_refusal] role="status" { (self.speech.say(notice.key)) }
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
                        " · " a href="/v1/openapi.json" { (self.speech.say("common-api")) }
                    }
                }
            }
        }
    }
}
