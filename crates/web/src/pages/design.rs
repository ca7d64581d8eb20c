//! The design page: everything that pages are made of, on one page, in the reader's language.
//!
//! It is made of the same functions and classes as the real pages, so it shows what they look
//! like and nothing else; what stands on it is fixed and belongs to no shop.

mod drawn;
mod filled;

use axum::response::Response;
use maud::{Markup, html};

use super::parts::{cell, figure, waiting};
use super::{amount, apology, overview};
use crate::asking::Asking;
use crate::assets::variables;
use crate::charts::{interval, row_bar};
use crate::errors::Refusal;
use crate::format::Tender;
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Notice, Place, notice};

/// The colours, each with what it is spent on.
const COLOURS: [(&str, &str); 20] = [
    ("paper", "design-colour-paper"),
    ("sheet", "design-colour-sheet"),
    ("ink", "design-colour-ink"),
    ("soft", "design-colour-soft"),
    ("faint", "design-colour-faint"),
    ("line", "design-colour-line"),
    ("rule", "design-colour-rule"),
    ("wash", "design-colour-wash"),
    ("lamp", "design-colour-lamp"),
    ("lamp-wash", "design-colour-lamp-wash"),
    ("flow-returning", "overview-returning"),
    ("flow-new", "overview-new"),
    ("flow-won-back", "overview-won-back"),
    ("flow-lapsed", "overview-lapsed"),
    ("hatch", "design-colour-hatch"),
    ("hatch-line", "design-colour-hatch"),
    ("data", "design-colour-data"),
    ("data-light", "design-colour-data-light"),
    ("data-2", "design-colour-data-2"),
    ("data-3", "design-colour-data-3"),
];
/// Distances that are used, in pixels at the size of the text.
const STEPS: [i64; 6] = [5, 8, 12, 20, 27, 39];
/// A row of the sample: a month, buyers, sales in minor units, and a share with its interval.
const ROWS: [(&str, i64, i64, [f64; 3]); 3] = [
    ("2011-09", 1_266, 102_968_762, [0.37, 0.34, 0.4]),
    ("2011-10", 1_364, 107_070_470, [0.31, 0.28, 0.34]),
    ("2011-11", 1_664, -1_456_149, [0.22, 0.18, 0.27]),
];

/// What the parts of the page have in common.
pub(super) struct Scene<'a> {
    speech: &'static Speech,
    tender: Tender,
    calendar: domain::time::Calendar,
    shop: &'a str,
}

pub(super) async fn design(asking: Asking) -> Response {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let settings = &in_force.settings;
    let scene = Scene {
        speech,
        tender: settings.into(),
        calendar: settings.calendar,
        shop: &settings.name,
    };
    let frame = Frame {
        speech,
        shop: asking.shop(settings),
        place: Place::Aside,
        title: &speech.say("design-title"),
        twin: Some("/v1/openapi.json".to_owned()),
        notice: None,
    };
    frame.page(scene.content())
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        let speech = self.speech;
        html! {
            h1 { (speech.say("design-title")) }
            p.lead { (speech.say("design-lead")) }
            (self.part("colours", "design-colours", &self.colours()))
            (self.part("type", "design-type", &self.words()))
            (self.part("spacing", "design-spacing", &self.spacing()))
            (self.part("figures", "design-figures", &self.figures()))
            (self.part("tables", "design-tables", &self.table()))
            (self.part("forms", "design-forms", &self.forms()))
            (self.part("dialogs", "design-dialogs", &self.dialogs()))
            (self.part("notices", "design-notices", &self.notices()))
            (self.charts())
            (self.part("states", "design-states", &self.states()))
        }
    }

    fn part(&self, id: &str, key: &str, content: &Markup) -> Markup {
        html! {
            section.design aria-labelledby={ "design-" (id) } {
                h2 id={ "design-" (id) } { (self.speech.say(key)) }
                (content)
            }
        }
    }

    /// Each colour in both schemes, whichever the reader's is.
    fn colours(&self) -> Markup {
        let (light, dark) = (variables(false), variables(true));
        let value = |of: &std::collections::BTreeMap<String, String>, name: &str| {
            of.get(&format!("--{name}")).cloned().unwrap_or_default()
        };
        let swatch = |colour: &str| {
            html! {
                svg.swatch viewBox="0 0 36 18" aria-hidden="true" {
                    rect x="0.5" y="0.5" width="35" height="17" rx="3" fill=(colour) {}
                }
                " " code dir="ltr" { (colour) }
            }
        };
        html! {
            div.wide {
                table {
                    caption.heard { (self.speech.say("design-colours")) }
                    thead {
                        tr {
                            th scope="col" { (self.speech.say("design-colour")) }
                            th scope="col" { (self.speech.say("design-light")) }
                            th scope="col" { (self.speech.say("design-dark")) }
                            th scope="col" { (self.speech.say("design-use")) }
                        }
                    }
                    tbody {
                        @for (name, key) in COLOURS {
                            tr {
                                th scope="row" { code dir="ltr" { (name) } }
                                td { (swatch(&value(&light, name))) }
                                td { (swatch(&value(&dark, name))) }
                                td { (self.speech.say(key)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn words(&self) -> Markup {
        let said = self.speech.say("overview-headline-2-3");
        html! {
            p.title { (said) }
            h2 { (said) }
            h3 { (said) }
            p.lead { (said) }
            p { (said) " " a href="/design" { (self.speech.say("design-link")) } }
            p.how { (said) }
            p.caveat { (said) }
            p { small { (said) } }
            p { code dir="ltr" { "orders >= 2" } }
            pre dir="ltr" { code { "fanous import orders.csv" } }
        }
    }

    fn spacing(&self) -> Markup {
        html! {
            ul.plain {
                @for step in STEPS {
                    li {
                        svg.step viewBox="0 0 48 12" aria-hidden="true" {
                            rect.part.bar x="0" y="0" width=(step) height="12" {}
                        }
                        " " (self.speech.number(step))
                    }
                }
            }
        }
    }

    fn figures(&self) -> Markup {
        let speech = self.speech;
        let [(_, buyers, net, [share, low, high]), ..] = ROWS;
        let note = speech.span(&speech.percent_number(low, 0), &speech.percent(high, 0));
        html! {
            dl.figures {
                (figure(
                    &speech.say("overview-customers"),
                    html! { a href="/customers" { (speech.number(buyers)) } },
                    self.shop,
                ))
                (figure(
                    &speech.say("overview-column-net"),
                    amount(&speech.amount(net, self.tender)),
                    &speech.unit(self.tender),
                ))
                (figure(
                    &speech.say("overview-repeat"),
                    html! { (speech.percent(share, 0)) (interval(share, low, high)) },
                    &note,
                ))
            }
        }
    }

    fn table(&self) -> Markup {
        let speech = self.speech;
        let money = |minor: i64| {
            let shown = amount(&speech.amount(minor, self.tender));
            cell(self.tender.raw(minor), shown)
        };
        let sum: i64 = ROWS.iter().map(|row| row.2).sum();
        html! {
            div.wide {
                table data-export="table" {
                    caption { (speech.say("design-tables")) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("overview-month")) }
                            th.n scope="col" aria-sort="descending" {
                                a href="/design" { (speech.say("overview-customers")) }
                            }
                            th.n scope="col" { (speech.say("overview-column-net")) }
                            th.aside scope="col" {
                                span.heard { (speech.say("retention-contents-drawn")) }
                            }
                        }
                    }
                    tbody {
                        @for (month, buyers, net, [share, low, high]) in ROWS {
                            tr {
                                th scope="row" data-value=(month) {
                                    (speech.month(month, self.calendar, false))
                                }
                                (cell(buyers, html! { (speech.number(buyers)) }))
                                (money(net))
                                td.aside { (row_bar(share, Some((low, high)), (0.0, 0.5))) }
                            }
                        }
                    }
                    tfoot {
                        tr {
                            th scope="row" { (speech.say("overview-total")) }
                            td.n {}
                            (money(sum))
                            td.aside {}
                        }
                    }
                }
            }
        }
    }

    fn notices(&self) -> Markup {
        let said = [("customers-saved", false), ("customers-refused-name", true)];
        html! {
            @for (key, is_refusal) in said { (notice(self.speech, Notice { key, is_refusal })) }
            p.synthetic { (self.speech.say("common-synthetic")) }
        }
    }

    /// Nothing yet, something went wrong, and not ready.
    fn states(&self) -> Markup {
        html! {
            (self.named("design-empty", &overview::empty(self.speech)))
            (self.named("design-error", &apology(self.speech, &Refusal::NotFound)))
            (self.named("design-waiting", &waiting(self.speech, 40)))
        }
    }

    /// A sample with its name over it. Titles of whole pages stand one step lower here: a page has
    /// one of them.
    fn named(&self, key: &str, content: &Markup) -> Markup {
        let lower = content.0.replace("<h1>", "<p class=\"title\">");
        let lower = maud::PreEscaped(lower.replace("</h1>", "</p>"));
        html! {
            h3 { (self.speech.say(key)) }
            div.sample { (lower) }
        }
    }

    /// A reading of a sample chart.
    fn reading(&self, name: &str, value: &str) -> String {
        let words = Words::new().text("name", name).text("value", value);
        self.speech.say_with("design-reading", words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_of_the_sheet_is_shown() {
        for is_dark in [false, true] {
            let held = variables(is_dark);
            let colours = held.iter().filter(|(_, value)| value.starts_with('#'));
            let colours: Vec<&str> = colours
                .map(|(name, _)| name.trim_start_matches('-'))
                .collect();
            let mut shown = COLOURS.map(|(name, _)| name);
            shown.sort_unstable();
            assert_eq!(colours, shown, "dark: {is_dark}");
        }
    }
}
