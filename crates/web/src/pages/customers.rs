//! Customers: who?

use app::customers::{CustomerList, CustomerListItem};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::settings::ShopSettings;
use maud::{Markup, html};
use serde::Deserialize;

use super::{amount, standing_key};
use crate::asked::{Asked, ListAsked, STANDINGS, write_cursor};
use crate::errors::Refusal;
use crate::i18n::{Speech, Words, speech_for};
use crate::layout::{Frame, Notice, Place};
use crate::shared::Shared;

/// What a form on another page did before it led here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

/// Values of `sort` with their words.
const SORTS: [(&str, &str); 4] = [
    ("net", "customers-sort-net"),
    ("orders", "customers-sort-orders"),
    ("last_ordered", "customers-sort-last"),
    ("first_ordered", "customers-sort-first"),
];

struct Scene<'a> {
    speech: &'static Speech,
    settings: &'a ShopSettings,
    asked: &'a ListAsked,
    list: &'a CustomerList,
}

pub(super) async fn customers(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Asked(asked): Asked<ListAsked>,
    Asked(done): Asked<Done>,
) -> Result<Response, Refusal> {
    let speech = speech_for(&headers);
    let query = asked.query(&shared.app)?;
    let list = shared.ask(move |app| app.customer_list(&query)).await?;
    let in_force = shared.app.in_force();
    let scene = Scene {
        speech,
        settings: &in_force.settings,
        asked: &asked,
        list: &list,
    };
    let notice = Notice {
        key: "customers-erased",
        is_refusal: false,
    };
    let frame = Frame {
        speech,
        shop: shared.shop(&in_force.settings),
        place: Place::Customers,
        title: &speech.say("customers-title"),
        twin: Some(format!("/v1{}", asked.address())),
        notice: (done.done == "erased").then_some(notice),
    };
    Ok(frame.page(scene.content()))
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        let speech = self.speech;
        let is_narrow = self.asked.is_narrow();
        let total = Words::new().count("total", self.list.total);
        let title = match is_narrow {
            true => speech.say_with("customers-title-narrow", total),
            false => speech.say_with("customers-title-all", total),
        };
        let how = Words::new().text("currency", self.settings.currency.code());
        if self.list.total == 0 && !is_narrow {
            return self.empty();
        }
        html! {
            h1 { (title) }
            p.how { (speech.say_with("customers-how", how)) }
            (self.filters())
            @if self.list.customers.is_empty() {
                p.lead { (speech.say("customers-none-todo")) }
            } @else {
                (self.table())
                (self.pages())
            }
        }
    }

    fn empty(&self) -> Markup {
        let speech = self.speech;
        html! {
            div.empty {
                h1 { (speech.say("customers-empty-title")) }
                p.lead { (speech.say("customers-empty-lead")) }
                pre dir="ltr" { code { "fanous import orders.csv" } }
            }
        }
    }

    fn filters(&self) -> Markup {
        let speech = self.speech;
        let asked = self.asked;
        html! {
            form.filters action="/customers" method="get" {
                label.grow {
                    span { (speech.say("customers-search")) }
                    input type="search" name="query" value=(asked.query) maxlength="200"
                        autocomplete="off";
                }
                label {
                    span { (speech.say("customers-standing")) }
                    select name="standing" {
                        option value="" { (speech.say("customers-any")) }
                        @for standing in STANDINGS {
                            option value=(standing.word())
                                selected[asked.standing == standing.word()] {
                                (speech.say(standing_key(standing)))
                            }
                        }
                    }
                }
                label {
                    span { (speech.say("customers-country")) }
                    input.short name="country" value=(asked.country) maxlength="200";
                }
                label {
                    span { (speech.say("customers-orders-min")) }
                    input.number name="orders_min" value=(asked.orders_min) type="number"
                        min="0" inputmode="numeric";
                }
                label {
                    span { (speech.say("customers-sort")) }
                    select name="sort" {
                        @for (value, key) in SORTS {
                            option value=(value) selected[asked.sort == value] {
                                (speech.say(key))
                            }
                        }
                    }
                }
                // What came through a door of the overview stays until it is cleared.
                @for (name, value) in self.kept() { input type="hidden" name=(name) value=(value); }
                button { (speech.say("customers-apply")) }
                @if asked.is_narrow() {
                    a.button href="/customers" { (speech.say("customers-clear")) }
                }
            }
            (self.doors())
        }
    }

    fn kept(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let asked = self.asked;
        [
            ("ordered_month", asked.ordered_month.as_str()),
            ("first_ordered_month", asked.first_ordered_month.as_str()),
            ("ordered_from", asked.ordered_from.as_str()),
            ("ordered_before", asked.ordered_before.as_str()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    }

    /// The filters that no field of the form shows.
    fn doors(&self) -> Markup {
        let named = |key: &str, month: &str| {
            let month = self.speech.month(month, self.settings.calendar, false);
            self.speech.say_with(key, Words::new().text("month", month))
        };
        html! {
            @if !self.asked.ordered_month.is_empty() {
                p.chip { (named("customers-filter-ordered-month", &self.asked.ordered_month)) }
            }
            @if !self.asked.first_ordered_month.is_empty() {
                p.chip { (named("customers-filter-first-month", &self.asked.first_ordered_month)) }
            }
        }
    }

    fn table(&self) -> Markup {
        let speech = self.speech;
        let caption = Words::new().text("currency", self.settings.currency.code());
        html! {
            div.wide {
                table.customers {
                    caption.heard { (speech.say_with("customers-caption", caption)) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("customers-customer")) }
                            th scope="col" { (speech.say("customers-standing")) }
                            (self.head("orders", "customers-orders"))
                            th.n.aside scope="col" { (speech.say("customers-gross")) }
                            th.n.aside scope="col" { (speech.say("customers-refunds")) }
                            (self.head("net", "customers-net"))
                            (self.head("first_ordered", "customers-first"))
                            (self.head("last_ordered", "customers-last"))
                        }
                    }
                    tbody { @for row in &self.list.customers { (self.row(row)) } }
                }
            }
        }
    }

    /// The head of a column by which the list can be put in order.
    fn head(&self, sort: &str, key: &str) -> Markup {
        let now = if self.asked.sort.is_empty() {
            "net"
        } else {
            &self.asked.sort
        };
        let asked = ListAsked {
            sort: sort.to_owned(),
            cursor: String::new(),
            ..self.asked.clone()
        };
        let is_date = sort.ends_with("ordered");
        html! {
            th.n.aside[sort == "first_ordered"].date[is_date] scope="col"
                aria-sort=[(now == sort).then_some("descending")] {
                a href=(asked.address()) { (self.speech.say(key)) }
            }
        }
    }

    fn row(&self, row: &CustomerListItem) -> Markup {
        let speech = self.speech;
        let currency = self.settings.currency;
        let day = |at: Option<i64>| at.map(|at| speech.day(at, &self.settings.zone));
        let money = |minor: i64| amount(&speech.amount(minor, currency));
        html! {
            tr {
                td.who {
                    a href={ "/customers/" (row.customer) } { bdi { (row.label) } }
                    @if let Some(country) = &row.country { small { bdi { (country) } } }
                }
                td { span.standing { (speech.say(standing_key(row.standing))) } }
                td.n { (speech.number(row.orders)) }
                td.n.aside { (money(row.gross)) }
                td.n.aside { (money(row.refunds)) }
                td.n { (money(row.net)) }
                td.n.aside.date { (day(row.first_ordered_at).unwrap_or_default()) }
                td.n.date { (day(row.last_ordered_at).unwrap_or_default()) }
            }
        }
    }

    fn pages(&self) -> Markup {
        let at = |cursor: String| {
            ListAsked {
                cursor,
                ..self.asked.clone()
            }
            .address()
        };
        html! {
            nav.pages aria-label=(self.speech.say("customers-title")) {
                @if !self.asked.cursor.is_empty() {
                    a.button href=(at(String::new())) { (self.speech.say("common-first")) }
                }
                @if let Some(next) = self.list.next {
                    a.button rel="next" href=(at(write_cursor(next))) {
                        (self.speech.say("common-next"))
                    }
                }
            }
        }
    }
}
