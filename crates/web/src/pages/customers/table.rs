//! The list of customers itself.

use app::customers::{CustomerList, CustomerListItem};
use domain::settings::ShopSettings;
use maud::{Markup, html};

use crate::asked::{ListAsked, write_cursor};
use crate::export::{BOM, all_rows, written};
use crate::format::{Tender, iso_day};
use crate::i18n::{Speech, Words};
use crate::pages::{amount, standing_key};

/// A page of the list.
pub(super) struct Table<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) asked: &'a ListAsked,
    pub(super) list: &'a CustomerList,
}

impl Table<'_> {
    pub(super) fn markup(&self) -> Markup {
        html! { (self.table()) (self.pages()) }
    }

    fn table(&self) -> Markup {
        html! {
            div.wide {
                table.customers data-export="customers" {
                    caption.heard { (self.caption()) }
                    thead { (self.heads()) }
                    tbody { @for row in &self.list.customers { (self.row(row)) } }
                }
            }
        }
    }

    fn heads(&self) -> Markup {
        let speech = self.speech;
        let more = [speech.say("customers-id"), speech.say("attribute-country")];
        html! {
            tr {
                th scope="col" data-more=(more.join("|")) {
                    (speech.say("customers-customer"))
                }
                th scope="col" { (speech.say("customers-standing")) }
                (self.head("orders", "customers-orders"))
                th.n.aside scope="col" { (speech.say("customers-gross")) }
                th.n.aside scope="col" { (speech.say("customers-refunds")) }
                (self.head("net", "customers-net"))
                (self.head("first_ordered", "customers-first"))
                (self.head("last_ordered", "customers-last"))
            }
        }
    }

    /// The whole list as a file: its rows are read out of the table one after the other, so that
    /// no page has to hold them all.
    pub(super) fn file(&self) -> String {
        let mut text = BOM.to_owned() + &written(&all_rows(&self.heads().into_string()));
        for row in &self.list.customers {
            text.push_str(&written(&all_rows(&self.row(row).into_string())));
        }
        text
    }

    /// What the table is called.
    pub(super) fn caption(&self) -> String {
        let currency = Words::new().text("currency", self.speech.unit(self.settings));
        self.speech.say_with("customers-caption", currency)
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
        let day = |at: Option<i64>| at.map(|at| speech.day(at, &self.settings.zone));
        let iso = |at: Option<i64>| at.map(|at| iso_day(at, &self.settings.zone));
        let country = row.country.as_deref().unwrap_or_default().replace('|', "/");
        let raw = |minor: i64| Tender::from(self.settings).raw(minor);
        let money = |minor: i64| amount(&speech.amount(minor, self.settings));
        html! {
            tr {
                td.who data-value=(row.label) data-more={ (row.customer) "|" (country) } {
                    a href={ "/customers/" (row.customer) } { bdi { (row.label) } }
                    @if let Some(country) = &row.country { small { bdi { (country) } } }
                }
                td { span.standing { (speech.say(standing_key(row.standing))) } }
                td.n data-value=(row.orders) { (speech.number(row.orders)) }
                td.n.aside data-value=(raw(row.gross)) { (money(row.gross)) }
                td.n.aside data-value=(raw(row.refunds)) { (money(row.refunds)) }
                td.n data-value=(raw(row.net)) { (money(row.net)) }
                td.n.aside.date data-value=[iso(row.first_ordered_at)] {
                    (day(row.first_ordered_at).unwrap_or_default())
                }
                td.n.date data-value=[iso(row.last_ordered_at)] {
                    (day(row.last_ordered_at).unwrap_or_default())
                }
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
            nav.pages aria-label=(self.speech.say("customers-pages")) {
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
