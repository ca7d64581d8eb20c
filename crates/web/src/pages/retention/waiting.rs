//! Who ordered once, by how long ago: whom there is still time to win, and whom it is late for.

use app::insight::Waiting;
use maud::{Markup, html};

use super::Scene;
use crate::charts::row_bar;
use crate::i18n::Words;
use crate::pages::parts::{count, door, ends, number};

impl Scene<'_> {
    /// The rows, with the door to those about to cross the day.
    pub(super) fn waiting(&self) -> Markup {
        let speech = self.speech;
        let rows = &self.retention.waiting;
        let once: u64 = rows.iter().map(|row| row.door.customers).sum();
        let most = rows.iter().map(|row| row.door.customers).max().unwrap_or(0);
        let how = Words::new()
            .count("once", count(once))
            .text("day", self.day_of(self.retention.today));
        let about = self.retention.about_to_cross.as_ref();
        let [from, until] = ends(speech, &speech.say("retention-waiting-days"));
        html! {
            section aria-labelledby="waiting" {
                h2 #waiting { (self.waiting_title(once)) }
                p.how { (speech.say_with("retention-waiting-how", how)) }
                table.waiting data-export="waiting" {
                    caption.heard { (speech.say("retention-waiting-caption")) }
                    thead {
                        tr {
                            th scope="col" data-value=(from) data-more=(until) {
                                (speech.say("retention-waiting-days"))
                            }
                            th.n scope="col" { (speech.say("retention-waiting-customers")) }
                            th scope="col" {
                                span.heard { (speech.say("retention-contents-drawn")) }
                            }
                        }
                    }
                    tbody { @for row in rows { (self.waiting_row(row, most)) } }
                }
                @if let Some(about) = about.filter(|about| about.customers > 0) {
                    p.actions {
                        a.button href=(door(&about.predicate)) {
                            (speech.say_with("retention-waiting-show",
                                Words::new().count("customers", count(about.customers))))
                        }
                    }
                }
            }
        }
    }

    fn waiting_title(&self, once: u64) -> String {
        let (speech, retention) = (self.speech, self.retention);
        match (&retention.about_to_cross, &retention.rarely) {
            (Some(about), Some(rarely)) => {
                let words = Words::new()
                    .count("customers", count(about.customers))
                    .count("late", i64::from(rarely.days));
                speech.say_with("retention-waiting-title", words)
            }
            _ => {
                let words = Words::new().count("once", count(once));
                speech.say_with("retention-waiting-title-plain", words)
            }
        }
    }

    fn waiting_row(&self, row: &Waiting, most: u64) -> Markup {
        let speech = self.speech;
        let words = Words::new()
            .count("from", i64::from(row.from_days))
            .count("until", i64::from(row.until_days.unwrap_or(0)));
        let key = match row.until_days {
            Some(_) => "retention-waiting-range",
            None => "retention-waiting-open",
        };
        let customers = row.door.customers;
        let until = row.until_days.map(|days| days.to_string());
        let until = until.unwrap_or_default();
        html! {
            tr.about[row.about_to_cross] {
                th scope="row" data-value=(row.from_days) data-more=(until) {
                    (speech.say_with(key, words))
                    @if row.about_to_cross {
                        small { (speech.say("retention-waiting-about")) }
                    }
                }
                td.n data-value=(customers) {
                    a href=(door(&row.door.predicate)) { (number(speech, customers)) }
                }
                td { (row_bar(customers as f64, None, (0.0, most as f64))) }
            }
        }
    }
}
