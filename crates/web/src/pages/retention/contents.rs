//! What content is followed by a second visit: an association, and never more than that.

use app::insight::{ContentRow, Differs, ShareBy};
use maud::{Markup, html};

use super::Scene;
use crate::charts::row_bar;
use crate::format::decimals_for;
use crate::i18n::Words;
use crate::pages::parts::{count, door, ends, number};

impl Scene<'_> {
    /// The kinds of content on which first visits began, beside the share over all visitors.
    pub(super) fn contents(&self) -> Markup {
        let speech = self.speech;
        let (rows, all) = (&self.retention.contents, self.retention.back_in_all);
        let visits = self.retention.second_visit.as_ref();
        html! {
            @if let (Some(all), Some(visits)) = (all, visits) {
                section aria-labelledby="contents" {
                    h2 #contents { (self.contents_title(&all)) }
                    @if rows.is_empty() {
                        p.how { (speech.say("retention-contents-none")) }
                    } @else {
                        p.how {
                            (speech.say_with("retention-contents-how", Words::new()
                                .count("days", i64::from(all.days))
                                .count("people", count(visits.people))
                                .text("period", self.period_from(visits.first_day))))
                        }
                        p.caveat { (speech.say("retention-contents-caveat")) }
                        (self.contents_table(rows, &all, visits.people))
                    }
                }
            }
        }
    }

    /// How many kinds differ beyond chance, and which way.
    fn contents_title(&self, all: &ShareBy) -> String {
        let rows = &self.retention.contents;
        let number = |differs: Differs| {
            let found = rows.iter().filter(|row| row.differs(all) == differs);
            count(found.count() as u64)
        };
        let (higher, lower) = (number(Differs::Higher), number(Differs::Lower));
        let words = Words::new()
            .count("higher", higher)
            .count("lower", lower)
            .count("kinds", count(rows.len() as u64));
        let key = match (rows.len(), higher, lower) {
            (0, _, _) => "retention-contents-title-none",
            (_, 0, 0) => "retention-contents-title-alike",
            (_, 0, _) => "retention-contents-title-less",
            (_, _, 0) => "retention-contents-title-more",
            _ => "retention-contents-title-both",
        };
        self.speech.say_with(key, words)
    }

    fn contents_table(&self, rows: &[ContentRow], all: &ShareBy, visitors: u64) -> Markup {
        let speech = self.speech;
        let [low, high] = ends(speech, &speech.say("retention-contents-back"));
        let highest = rows
            .iter()
            .map(|row| row.back.high)
            .fold(all.high, f64::max);
        html! {
            div.wide {
                table.contents data-export="contents" {
                    caption.heard { (speech.say("retention-contents-caption")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("retention-contents-content")) }
                            th.n scope="col" { (speech.say("retention-contents-visitors")) }
                            th.n scope="col" data-more={ (low) "|" (high) } {
                                (speech.say("retention-contents-back"))
                            }
                            th.aside scope="col" {
                                span.heard { (speech.say("retention-contents-drawn")) }
                            }
                            th scope="col" { (speech.say("retention-contents-against")) }
                        }
                    }
                    tbody {
                        @for row in rows {
                            tr {
                                th scope="row" { bdi { (row.content) } }
                                td.n data-value=(row.visitors) {
                                    a href=(door(&row.predicate)) {
                                        (number(speech, row.visitors))
                                    }
                                }
                                (self.share_cells(&row.back, highest))
                                td { (speech.say(differs_key(row.differs(all)))) }
                            }
                        }
                    }
                    tfoot {
                        tr {
                            th scope="row" { (speech.say("retention-contents-all")) }
                            td.n data-value=(visitors) {
                                a href=(door("visits >= 1")) { (number(speech, visitors)) }
                            }
                            (self.share_cells(all, highest))
                            td {}
                        }
                    }
                }
            }
        }
    }

    /// A share with its interval, in figures and drawn.
    fn share_cells(&self, by: &ShareBy, highest: f64) -> Markup {
        let speech = self.speech;
        let decimals = decimals_for(by.low, by.high);
        html! {
            td.n data-value=(by.share) data-more={ (by.low) "|" (by.high) } {
                (speech.percent(by.share, decimals))
                small {
                    (speech.span(
                        &speech.percent_number(by.low, decimals),
                        &speech.percent_number(by.high, decimals),
                    ))
                }
            }
            td.aside { (row_bar(by.share, Some((by.low, by.high)), (0.0, highest))) }
        }
    }
}

fn differs_key(differs: Differs) -> &'static str {
    match differs {
        Differs::Higher => "retention-contents-higher",
        Differs::Lower => "retention-contents-lower",
        Differs::Within => "retention-contents-within",
    }
}
