//! The tables of visits: under each name how many came, and what came of it.

use app::visits::{PageRow, VisitRow};
use domain::visits::{Dimension, OTHER};
use maud::{Markup, html};

use super::Scene;
use crate::i18n::Words;
use crate::pages::amount;
use crate::pages::parts::cell;

/// What the names of a dimension are called, and what they are, in a sentence.
const fn keys(dimension: Dimension) -> (&'static str, &'static str) {
    match dimension {
        Dimension::Class => ("visits-by-class", "visits-by-class-how"),
        Dimension::Source => ("visits-by-source", "visits-by-source-how"),
        Dimension::Campaign => ("visits-by-campaign", "visits-by-campaign-how"),
        Dimension::Words | Dimension::Skill => ("visits-by-words", "visits-by-words-how"),
        Dimension::Content => ("visits-by-content", "visits-by-content-how"),
        Dimension::Place => ("visits-by-place", "visits-by-place-how"),
        Dimension::Device => ("visits-by-device", "visits-by-device-how"),
        Dimension::Browser => ("visits-by-browser", "visits-by-device-how"),
        Dimension::System => ("visits-by-system", "visits-by-device-how"),
        Dimension::Landing | Dimension::Exit | Dimension::Page | Dimension::Hour => {
            ("visits-pages", "visits-pages-how")
        }
    }
}

/// What a name of a closed list is called.
fn closed_key(dimension: Dimension, name: &str) -> Option<&'static str> {
    Some(match (dimension, name) {
        (_, OTHER) => "visits-other",
        (Dimension::Class, "search") => "visits-class-search",
        (Dimension::Class, "social") => "visits-class-social",
        (Dimension::Class, "mail") => "visits-class-mail",
        (Dimension::Class, "paid") => "visits-class-paid",
        (Dimension::Class, "other") => "visits-class-other",
        (Dimension::Class, "own") => "visits-class-own",
        (Dimension::Class, "direct") => "visits-class-direct",
        (Dimension::Skill, "name") => "visits-skill-name",
        (Dimension::Skill, "misspelt") => "visits-skill-misspelt",
        (Dimension::Skill, "many") => "visits-skill-many",
        (Dimension::Skill, "few") => "visits-skill-few",
        (Dimension::Device, "phone") => "visits-device-phone",
        (Dimension::Device, "tablet") => "visits-device-tablet",
        (Dimension::Device, "computer") => "visits-device-computer",
        (Dimension::Device, "television") => "visits-device-television",
        _ => return None,
    })
}

impl Scene<'_> {
    /// What a name is called on the page.
    pub(super) fn name_of(&self, dimension: Dimension, name: &str) -> String {
        match closed_key(dimension, name) {
            Some(key) => self.speech.say(key),
            None => name.to_owned(),
        }
    }

    fn shown_name(&self, dimension: Dimension, name: &str) -> Markup {
        match closed_key(dimension, name) {
            Some(key) => html! { (self.speech.say(key)) },
            None => html! { bdi { (name) } },
        }
    }

    /// The section of a dimension.
    pub(super) fn of(&self, dimension: Dimension) -> Markup {
        let (title, how) = keys(dimension);
        html! {
            section aria-labelledby=(dimension.word()) {
                h2 id=(dimension.word()) { (self.speech.say(title)) }
                p.how { (self.speech.say(how)) }
                @if self.rows(dimension).is_empty() {
                    p { (self.speech.say("visits-none")) }
                } @else {
                    (self.table(dimension))
                }
            }
        }
    }

    pub(super) fn classes(&self) -> Markup {
        self.of(Dimension::Class)
    }

    pub(super) fn devices(&self) -> Markup {
        self.of(Dimension::Device)
    }

    pub(super) fn places(&self) -> Markup {
        html! {
            (self.of(Dimension::Place))
            @if !self.places_credit.is_empty() {
                p.how { bdi { (self.places_credit) } }
            }
        }
    }

    fn table(&self, dimension: Dimension) -> Markup {
        let speech = self.speech;
        let (title, _) = keys(dimension);
        let heads = [
            "visits-visits",
            "visits-new",
            "visits-returning",
            "visits-first-orders",
            "visits-repeat-orders",
        ];
        let money = Words::new().text("currency", speech.unit(self.currency));
        html! {
            div.wide tabindex="0" {
                table data-export=(dimension.word()) {
                    caption.heard { (speech.say(title)) }
                    thead {
                        tr {
                            th scope="col" { (speech.say("visits-name")) }
                            @for head in heads { th.n scope="col" { (speech.say(head)) } }
                            th.n scope="col" { (speech.say_with("visits-value", money)) }
                        }
                    }
                    tbody {
                        @for row in self.rows(dimension) { (self.row(dimension, row)) }
                    }
                }
            }
        }
    }

    fn row(&self, dimension: Dimension, row: &VisitRow) -> Markup {
        let figures = &row.figures;
        html! {
            tr {
                th scope="row" data-value=(row.name) { (self.shown_name(dimension, &row.name)) }
                (self.number(figures.visits))
                (self.number(figures.new))
                (self.number(figures.returning))
                (self.number(figures.first_orders))
                (self.number(figures.repeat_orders))
                (cell(
                    self.currency.raw(figures.value),
                    html! { (amount(&self.speech.amount(figures.value, self.currency))) },
                ))
            }
        }
    }

    pub(super) fn number(&self, number: i64) -> Markup {
        cell(number, html! { (self.speech.number(number)) })
    }

    /// What people searched for, with how often.
    pub(super) fn words(&self) -> Markup {
        let speech = self.speech;
        let rows = self.rows(Dimension::Words);
        html! {
            section aria-labelledby="words" {
                h2 #words { (speech.say("visits-by-words")) }
                p.how { (speech.say("visits-by-words-how")) }
                @if rows.is_empty() {
                    p { (speech.say("visits-none")) }
                } @else {
                    div.wide tabindex="0" {
                        table data-export="words" {
                            caption.heard { (speech.say("visits-by-words")) }
                            thead {
                                tr {
                                    th scope="col" { (speech.say("visits-name")) }
                                    th.n scope="col" { (speech.say("visits-searches")) }
                                    th.n scope="col" { (speech.say("visits-visits")) }
                                    th.n scope="col" { (speech.say("visits-first-orders")) }
                                    th.n scope="col" { (speech.say("visits-repeat-orders")) }
                                }
                            }
                            tbody {
                                @for row in rows {
                                    tr {
                                        th scope="row" data-value=(row.name) {
                                            (self.shown_name(Dimension::Words, &row.name))
                                        }
                                        (self.number(row.searches))
                                        (self.number(row.figures.visits))
                                        (self.number(row.figures.first_orders))
                                        (self.number(row.figures.repeat_orders))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What the words say of who searched.
    pub(super) fn skills(&self) -> Markup {
        let speech = self.speech;
        let rows = self.rows(Dimension::Skill);
        let all: i64 = rows.iter().map(|row| row.searches).sum();
        html! {
            @if all > 0 {
                section aria-labelledby="skill" {
                    h2 #skill { (speech.say("visits-skill")) }
                    p.how { (speech.say("visits-skill-how")) }
                    table.narrow data-export="skill" {
                        caption.heard { (speech.say("visits-skill")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("visits-name")) }
                                th.n scope="col" { (speech.say("visits-searches")) }
                                th.n scope="col" { (speech.say("visits-share")) }
                            }
                        }
                        tbody {
                            @for row in rows {
                                @let share = row.searches as f64 / all as f64;
                                tr {
                                    th scope="row" data-value=(row.name) {
                                        (self.shown_name(Dimension::Skill, &row.name))
                                    }
                                    (self.number(row.searches))
                                    (cell(share, html! { (speech.percent(share, 0)) }))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The pages: how often they are looked at, where visits begin and end, how long they hold.
    pub(super) fn pages(&self) -> Markup {
        let speech = self.speech;
        let rows = &self.visits.pages;
        let heads = [
            "visits-page-views",
            "visits-landings",
            "visits-exits",
            "visits-dwell",
            "visits-position",
        ];
        html! {
            section aria-labelledby="pages" {
                h2 #pages { (speech.say("visits-pages")) }
                p.how { (speech.say("visits-pages-how")) }
                @if rows.is_empty() {
                    p { (speech.say("visits-none")) }
                } @else {
                    div.wide tabindex="0" {
                        table data-export="pages" {
                            caption.heard { (speech.say("visits-pages")) }
                            thead {
                                tr {
                                    th scope="col" { (speech.say("visits-page")) }
                                    @for head in heads { th.n scope="col" { (speech.say(head)) } }
                                }
                            }
                            tbody { @for row in rows { (self.page_row(row)) } }
                        }
                    }
                }
            }
            @if !self.rows(Dimension::Landing).is_empty() {
                section aria-labelledby="landing" {
                    h2 #landing { (speech.say("visits-by-landing")) }
                    p.how { (speech.say("visits-by-landing-how")) }
                    (self.table(Dimension::Landing))
                }
            }
        }
    }

    fn page_row(&self, row: &PageRow) -> Markup {
        html! {
            tr {
                th scope="row" data-value=(row.name) {
                    (self.shown_name(Dimension::Page, &row.name))
                }
                (self.number(row.views))
                (self.number(row.landings))
                (self.number(row.exits))
                @match row.seconds {
                    Some(seconds) => (cell(seconds, html! { (self.duration(seconds)) })),
                    None => td.n {},
                }
                @match row.position {
                    Some(position) => (cell(
                        position,
                        html! { (self.speech.decimal(position, 1)) },
                    )),
                    None => td.n {},
                }
            }
        }
    }
}
