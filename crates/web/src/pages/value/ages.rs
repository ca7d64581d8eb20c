//! Profit by the age of the relationship, over everybody who is so old and not over survivors.

use app::insight::{AgeRow, ProfitBasis};
use maud::{Markup, html};

use super::Scene;
use crate::charts::{Bar, Bars, Size, bars};
use crate::i18n::{Speech, Words};
use crate::pages::amount;
use crate::pages::parts::{cell, count, ends, number, twin};

impl Scene<'_> {
    pub(super) fn ages(&self) -> Markup {
        let speech = self.speech;
        let rows = &self.value.ages;
        html! {
            section aria-labelledby="ages" {
                @if rows.len() < 2 {
                    h2 #ages { (speech.say("value-ages-none")) }
                    p.how { (speech.say("value-ages-none-how")) }
                } @else {
                    h2 #ages { (self.ages_title()) }
                    p.how { (self.ages_how()) }
                    p.caveat { (speech.say("value-ages-caveat")) }
                    figure { (bars(speech, &self.ages_bars())) }
                    (twin(speech, &self.ages_table()))
                }
                (self.basis())
            }
        }
    }

    /// What profit means here, and what would make it mean more.
    fn basis(&self) -> Markup {
        let speech = self.speech;
        html! {
            @match self.value.basis {
                ProfitBasis::Margin => p.how { (speech.say("value-basis-margin")) },
                ProfitBasis::Net => {
                    p.how { (speech.say("value-basis-net")) }
                    pre dir="ltr" { code { "fanous import products.csv" } }
                },
            }
        }
    }

    /// The first month beside an average one after it.
    fn ages_title(&self) -> String {
        let rows = &self.value.ages;
        // Months that few have reached are months of the earliest customers.
        let many = |row: &&AgeRow| row.customers * 2 >= rows[0].customers;
        let later: Vec<f64> = rows[1..]
            .iter()
            .take_while(many)
            .map(|row| row.mean)
            .collect();
        let mean = later.iter().sum::<f64>() / later.len().max(1) as f64;
        let words = Words::new()
            .text("currency", self.speech.unit(self.currency))
            .text("first", self.rounded(rows[0].mean))
            .text("later", self.rounded(mean))
            .count("months", count(later.len() as u64));
        let key = match later.is_empty() {
            true => "value-ages-title-first",
            false => "value-ages-title",
        };
        self.speech.say_with(key, words)
    }

    fn ages_how(&self) -> String {
        let rows = &self.value.ages;
        let words = Words::new()
            .text("currency", self.speech.unit(self.currency))
            .count("buyers", count(rows.first().map_or(0, |row| row.customers)))
            .text("period", self.period.as_str());
        let key = match self.value.basis {
            ProfitBasis::Margin => "value-ages-how-margin",
            ProfitBasis::Net => "value-ages-how-net",
        };
        self.speech.say_with(key, words)
    }

    /// Minor units of a mean as whole units.
    fn rounded(&self, minor: f64) -> String {
        self.speech.money_rounded(whole(minor), self.currency)
    }

    fn ages_bars(&self) -> Bars {
        let speech = self.speech;
        Bars {
            id: "ages",
            label: self.ages_title(),
            size: Size::Wide,
            value_title: speech.say_with(
                "value-ages-y",
                Words::new().text("currency", self.speech.unit(self.currency)),
            ),
            bars_title: speech.say("value-ages-x"),
            bars: self
                .value
                .ages
                .iter()
                .map(|row| self.age_bar(row))
                .collect(),
            tick: Speech::number_short,
            unit: self.currency.unit(),
        }
    }

    fn age_bar(&self, row: &AgeRow) -> Bar {
        let speech = self.speech;
        let readout = Words::new()
            .count("age", i64::from(row.months))
            .text("currency", self.speech.unit(self.currency))
            .text("mean", self.rounded(row.mean))
            .text("low", self.rounded(row.low))
            .text("high", self.rounded(row.high))
            .count("customers", count(row.customers))
            .count("active", count(row.active))
            .text("active-mean", self.rounded(row.mean_active.unwrap_or(0.0)));
        Bar {
            label: speech.number(i64::from(row.months)),
            sample: number(speech, row.customers),
            value: whole(row.mean),
            interval: Some((whole(row.low), whole(row.high))),
            text: self.rounded(row.mean),
            readout: speech.say_with("value-ages-readout", readout),
            href: None,
            is_unfinished: false,
        }
    }

    fn ages_table(&self) -> Markup {
        let speech = self.speech;
        let caption = Words::new().text("currency", self.speech.unit(self.currency));
        let raw = |minor: f64| self.currency.raw(whole(minor));
        let money = |minor: f64| {
            let shown = amount(&speech.amount(whole(minor), self.currency));
            cell(raw(minor), shown)
        };
        let many = |of: u64| cell(of, html! { (number(speech, of)) });
        let head = |key: &str| html! { th.n scope="col" { (speech.say(key)) } };
        let [low, high] = ends(speech, &speech.say("value-ages-interval"));
        html! {
            div.wide tabindex="0" {
                table data-export="ages" {
                    caption { (speech.say_with("value-ages-caption", caption)) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("value-ages-x")) }
                            (head("value-ages-customers"))
                            (head("value-ages-mean"))
                            th.n scope="col" data-value=(low) data-more=(high) {
                                (speech.say("value-ages-interval"))
                            }
                            (head("value-ages-active"))
                            (head("value-ages-active-mean"))
                        }
                    }
                    tbody {
                        @for row in &self.value.ages {
                            tr {
                                th scope="row" data-value=(row.months) {
                                    (speech.number(i64::from(row.months)))
                                }
                                (many(row.customers))
                                (money(row.mean))
                                td.n data-value=(raw(row.low)) data-more=(raw(row.high)) {
                                    (speech.span(&self.rounded(row.low), &self.rounded(row.high)))
                                }
                                (many(row.active))
                                @match row.mean_active {
                                    Some(mean) => (money(mean)),
                                    None => td.n {},
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A mean as minor units; what is no number is nothing.
fn whole(minor: f64) -> i64 {
    minor.round() as i64
}
