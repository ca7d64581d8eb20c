//! The best fifth of the buyers beside the worst, measure by measure.

use app::insight::{Contrast, GroupFigures};
use maud::{Markup, html};

use super::Scene;
use crate::i18n::Words;
use crate::pages::parts::{cell, count, door, number};

/// A ratio beyond this is told without decimals.
const LARGE_RATIO: f64 = 10.0;

/// One measure of both ends.
struct Measure {
    name: String,
    /// The cells of both.
    best: Markup,
    worst: Markup,
    /// The best as so many times the worst; none where that says nothing.
    ratio: Option<f64>,
}

impl Scene<'_> {
    pub(super) fn contrast(&self, contrast: &Contrast) -> Markup {
        let speech = self.speech;
        let how = Words::new()
            .count("customers", count(contrast.best.customers))
            .text("currency", speech.unit(self.currency))
            .text("period", self.period.as_str());
        html! {
            section aria-labelledby="contrast" {
                h2 #contrast { (self.contrast_title(contrast)) }
                p.how { (speech.say_with("value-contrast-how", how)) }
                table data-export="contrast" {
                    caption.heard { (speech.say("value-contrast-caption")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("value-contrast-measure")) }
                            th.n scope="col" {
                                a href=[contrast.best_predicate.as_deref().map(door)] {
                                    (speech.say("value-contrast-best"))
                                }
                            }
                            th.n scope="col" {
                                a href=[contrast.worst_predicate.as_deref().map(door)] {
                                    (speech.say("value-contrast-worst"))
                                }
                            }
                            th.n scope="col" { (speech.say("value-contrast-ratio")) }
                        }
                    }
                    tbody {
                        @for measure in self.measures(&contrast.best, &contrast.worst) {
                            tr {
                                th scope="row" { (measure.name) }
                                (measure.best)
                                (measure.worst)
                                td.n data-value=[measure.ratio] { (self.ratio(measure.ratio)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn contrast_title(&self, contrast: &Contrast) -> String {
        let (best, worst) = (&contrast.best, &contrast.worst);
        let times = ratio_of(best.orders_each, worst.orders_each);
        match times.filter(|times| *times >= 1.5) {
            Some(times) => {
                let words = Words::new().text("times", self.times(times));
                self.speech.say_with("value-contrast-title", words)
            }
            None => self.speech.say("value-contrast-title-alike"),
        }
    }

    fn times(&self, ratio: f64) -> String {
        let decimals = usize::from(ratio < LARGE_RATIO);
        self.speech.decimal(ratio, decimals)
    }

    fn ratio(&self, ratio: Option<f64>) -> String {
        match ratio {
            Some(ratio) if ratio >= 1.0 => {
                let words = Words::new().text("times", self.times(ratio));
                self.speech.say_with("value-contrast-times", words)
            }
            Some(ratio) if ratio > 0.0 => {
                let words = Words::new().text("times", self.times(1.0 / ratio));
                self.speech.say_with("value-contrast-part", words)
            }
            _ => String::new(),
        }
    }

    /// What is told of both. Money is rounded to whole units: these are means.
    fn measures(&self, best: &GroupFigures, worst: &GroupFigures) -> Vec<Measure> {
        let speech = self.speech;
        let measure = |key: &str, shown: &dyn Fn(&GroupFigures) -> (Markup, f64)| {
            let ((best, of), (worst, to)) = (shown(best), shown(worst));
            Measure {
                name: speech.say(key),
                best,
                worst,
                ratio: ratio_of(of, to),
            }
        };
        let share = |share: f64| (cell(share, html! { (speech.percent(share, 1)) }), share);
        let money = |minor: i64| {
            let shown = html! { (speech.money_rounded(minor, self.currency)) };
            (cell(self.currency.raw(minor), shown), minor as f64)
        };
        let each = |number: f64| (cell(number, html! { (speech.decimal(number, 1)) }), number);
        let mut measures = vec![
            measure("value-contrast-gross-each", &|it| {
                money(it.gross / count(it.customers.max(1)))
            }),
            measure("value-contrast-share", &|it| share(it.gross_share)),
            measure("value-contrast-orders", &|it| each(it.orders_each)),
            measure("value-contrast-order", &|it| money(it.average_order)),
            measure("value-contrast-repeat", &|it| share(it.repeat_share)),
            measure("value-contrast-days", &|it| {
                let days = u64::from(it.median_days_since);
                (cell(days, html! { (number(speech, days)) }), days as f64)
            }),
            measure("value-contrast-returns", &|it| share(it.return_share)),
        ];
        if best.discount_share + worst.discount_share > 0.0 {
            measures.push(measure("value-contrast-discounts", &|it| {
                share(it.discount_share)
            }));
        }
        if best.visits_each + worst.visits_each > 0.0 {
            measures.push(measure("value-contrast-visits", &|it| each(it.visits_each)));
        }
        measures
    }
}

fn ratio_of(of: f64, to: f64) -> Option<f64> {
    (to > 0.0 && of.is_finite()).then(|| of / to)
}
