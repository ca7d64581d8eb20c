//! How the money is spread: Lorenz's curve against equal shares.

use app::insight::Spread;
use maud::{Markup, html};

use super::{BEST, Scene, best_fifth};
use crate::charts::{Axis, Curve, Line, Note, Point, Sample, Series, Size, curve};
use crate::format::decimals_of;
use crate::i18n::Words;
use crate::pages::parts::{count, twin};

/// Of so many points one is read out: every twentieth of the customers.
const SAMPLE_POINTS: usize = 5;
/// Of so many points one stands in the table.
const ROW_POINTS: usize = 10;

impl Scene<'_> {
    pub(super) fn lorenz(&self, spread: &Spread) -> Markup {
        let speech = self.speech;
        let how = Words::new()
            .text("gini", speech.decimal(spread.gini, 2))
            .count("buyers", count(self.value.buyers))
            .text("period", self.period.as_str());
        html! {
            section aria-labelledby="lorenz" {
                h2 #lorenz { (self.lorenz_title(spread)) }
                p.how { (speech.say_with("value-lorenz-how", how)) }
                figure { (curve(&self.lorenz_curve(spread))) }
                (twin(speech, &self.lorenz_table(spread)))
            }
        }
    }

    fn lorenz_title(&self, spread: &Spread) -> String {
        let rest = 1.0 - best_fifth(spread).unwrap_or(0.0);
        let words = Words::new()
            .text("customers", self.speech.percent(1.0 - BEST, 0))
            .text("share", self.speech.percent(rest, 0));
        self.speech.say_with("value-lorenz-title", words)
    }

    fn lorenz_curve(&self, spread: &Spread) -> Curve {
        let speech = self.speech;
        let ticks = || {
            let ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
            ticks
                .map(|share| (share, speech.percent(share, 0)))
                .to_vec()
        };
        let axis = |key: &str| Axis {
            low: 0.0,
            high: 1.0,
            ticks: ticks(),
            title: speech.say(key),
        };
        let points = spread.lorenz.iter().map(|(x, y)| Point {
            x: *x,
            y: *y,
            band: None,
        });
        let note = best_fifth(spread).map(|best| Note {
            x: 1.0 - BEST,
            y: 1.0 - best,
            label: self.lorenz_words("value-lorenz-pin", 1.0 - BEST, 1.0 - best),
            href: None,
        });
        let samples = spread.lorenz.iter().step_by(SAMPLE_POINTS);
        Curve {
            id: "lorenz",
            label: self.lorenz_title(spread),
            size: Size::Half,
            x: axis("value-lorenz-x"),
            y: axis("value-lorenz-y"),
            series: vec![Series {
                name: String::new(),
                line: Line::Straight,
                points: points.collect(),
            }],
            region: None,
            diagonal: Some(speech.say("value-lorenz-equal")),
            notes: note.into_iter().collect(),
            samples: samples
                .map(|(x, y)| Sample {
                    x: *x,
                    readout: self.lorenz_words("value-lorenz-readout", *x, *y),
                    href: None,
                })
                .collect(),
        }
    }

    fn lorenz_words(&self, key: &str, customers: f64, gross: f64) -> String {
        let decimals = decimals_of(self.value.buyers);
        let words = Words::new()
            .text("customers", self.speech.percent(customers, 0))
            .text("share", self.speech.percent(gross, decimals));
        self.speech.say_with(key, words)
    }

    fn lorenz_table(&self, spread: &Spread) -> Markup {
        let speech = self.speech;
        let decimals = decimals_of(self.value.buyers);
        html! {
            table.narrow data-export="lorenz" {
                caption { (self.lorenz_title(spread)) }
                thead {
                    tr {
                        th scope="col" { (speech.say("value-lorenz-x")) }
                        th.n scope="col" { (speech.say("value-lorenz-y")) }
                    }
                }
                tbody {
                    @for (customers, gross) in spread.lorenz.iter().step_by(ROW_POINTS) {
                        tr {
                            th scope="row" data-value=(customers) {
                                (speech.percent(*customers, 0))
                            }
                            td.n data-value=(gross) { (speech.percent(*gross, decimals)) }
                        }
                    }
                }
            }
        }
    }
}
