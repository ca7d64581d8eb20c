//! Visits: where do customers who stay come from?

use app::visits::{VisitFigures, VisitRow, Visits};
use axum::response::Response;
use domain::insight::RangeAsked;
use domain::settings::ShopSettings;
use domain::trust::Permission;
use domain::visits::Dimension;
use maud::{Markup, html};

use super::amount;
use super::parts::{figure, period};
use super::range::{RangeRow, address, carried};
use crate::asked::{Path, RangeFields};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::format::Tender;
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

mod tables;
mod times;

/// With fewer new customers a share of them says nothing worth a title.
const CUSTOMERS_FOR_A_SHARE: i64 = 20;

/// One side from which the page looks at visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Sources,
    Campaigns,
    Words,
    Pages,
    Content,
    Places,
    Devices,
    Hours,
}

/// Each with its address, its word there, and what it is called.
const PARTS: [(Part, &str, &str, &str); 8] = [
    (Part::Sources, "/visits", "", "visits-sources"),
    (
        Part::Campaigns,
        "/visits/campaigns",
        "campaigns",
        "visits-campaigns",
    ),
    (Part::Words, "/visits/words", "words", "visits-words"),
    (Part::Pages, "/visits/pages", "pages", "visits-pages"),
    (
        Part::Content,
        "/visits/content",
        "content",
        "visits-content",
    ),
    (Part::Places, "/visits/places", "places", "visits-places"),
    (
        Part::Devices,
        "/visits/devices",
        "devices",
        "visits-devices",
    ),
    (Part::Hours, "/visits/hours", "hours", "visits-hours"),
];

/// What the parts of the page have in common.
pub(super) struct Scene<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) currency: Tender,
    pub(super) visits: &'a Visits,
    /// Whom the licence of the places wants named.
    pub(super) places_credit: &'a str,
    path: &'static str,
    part: Part,
}

pub(super) async fn visits(
    asking: Asking,
    RangeFields(asked): RangeFields,
) -> Result<Response, Refusal> {
    show(asking, Part::Sources, asked).await
}

pub(super) async fn part(
    asking: Asking,
    Path(word): Path<String>,
    RangeFields(asked): RangeFields,
) -> Result<Response, Refusal> {
    let found = PARTS.iter().skip(1).find(|(_, _, known, _)| *known == word);
    let (part, ..) = found.ok_or(Refusal::NotFound)?;
    show(asking, *part, asked).await
}

async fn show(asking: Asking, part: Part, asked: RangeAsked) -> Result<Response, Refusal> {
    let speech = asking.speech;
    let visits = asking
        .read(Permission::SeeFigures, move |app| app.visits(&asked))
        .await?;
    let in_force = asking.shared.app.in_force();
    let settings = &in_force.settings;
    let found = PARTS.iter().find(|(it, ..)| *it == part);
    let scene = Scene {
        speech,
        settings,
        currency: settings.into(),
        visits: &visits,
        places_credit: &asking.shared.options.places_credit,
        path: found.map_or("/visits", |(_, path, ..)| path),
        part,
    };
    let frame = Frame {
        speech,
        shop: asking.shop(settings),
        place: Place::Visits,
        title: &speech.say("visits-title"),
        twin: Some(address("/v1/insight/visits", carried(&visits.chosen))),
        notice: None,
    };
    Ok(frame.page(match visits.history {
        None => empty(speech, &asking.shared.options.address),
        Some(_) => scene.content(),
    }))
}

/// Teaches how visits come in.
fn empty(speech: &Speech, house: &str) -> Markup {
    let tag = format!("<script async src=\"{house}/fanous.js\" data-key=\"write_…\"></script>");
    html! {
        div.empty {
            h1 { (speech.say("visits-empty-title")) }
            p.lead { (speech.say("visits-empty-lead")) }
            pre dir="ltr" tabindex="0" { code { (tag) } }
            p { a href="/keys" { (speech.say("visits-empty-key")) } }
            p.how { (speech.say("visits-empty-how")) }
        }
    }
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        html! {
            h1 { (self.headline()) }
            (self.range_row())
            (self.how())
            (self.figures())
            (self.months())
            (self.parts())
            @match self.part {
                Part::Sources => {
                    (self.classes())
                    (self.of(Dimension::Source))
                    (self.stretches())
                }
                Part::Campaigns => (self.of(Dimension::Campaign)),
                Part::Words => { (self.words()) (self.skills()) }
                Part::Pages => (self.pages()),
                Part::Content => (self.of(Dimension::Content)),
                Part::Places => (self.places()),
                Part::Devices => {
                    (self.devices())
                    (self.of(Dimension::Browser))
                    (self.of(Dimension::System))
                }
                Part::Hours => (self.hours()),
            }
            @if self.visits.has_others { p.how { (self.speech.say("visits-others-how")) } }
        }
    }

    fn range_row(&self) -> Markup {
        let row = RangeRow {
            speech: self.speech,
            calendar: self.settings.calendar,
            path: self.path,
            history: self.visits.history,
            chosen: &self.visits.chosen,
            compares: true,
        };
        row.markup()
    }

    /// The sides from which visits can be looked at.
    fn parts(&self) -> Markup {
        let chosen = carried(&self.visits.chosen);
        html! {
            div.range {
                nav aria-label=(self.speech.say("visits-parts")) {
                    @for (part, path, _, key) in PARTS {
                        a href=(address(path, chosen))
                            aria-current=[(part == self.part).then_some("true")] {
                            (self.speech.say(key))
                        }
                    }
                }
            }
        }
    }

    /// Where the most new customers come from, if there are enough to say so.
    fn headline(&self) -> String {
        let speech = self.speech;
        let figures = &self.visits.figures;
        let rows = self.visits.tables.get(&Dimension::Source);
        let best = rows
            .into_iter()
            .flatten()
            .max_by_key(|row| row.figures.first_orders);
        let best = best.filter(|row| row.figures.first_orders > 0);
        match best {
            Some(best) if figures.first_orders >= CUSTOMERS_FOR_A_SHARE => {
                let share = best.figures.first_orders as f64 / figures.first_orders as f64;
                let words = Words::new()
                    .outside("source", &self.name_of(Dimension::Source, &best.name))
                    .text("share", speech.percent(share, 0));
                speech.say_with("visits-headline", words)
            }
            _ => {
                let words = Words::new()
                    .count("visits", figures.visits)
                    .count("orders", figures.first_orders);
                speech.say_with("visits-headline-few", words)
            }
        }
    }

    /// From when to when, and how orders are counted.
    fn how(&self) -> Markup {
        let speech = self.speech;
        let in_words = |(from, to): (i32, i32)| period(speech, self.settings, from, to);
        let words = Words::new().text("period", in_words(self.visits.days));
        html! {
            p.how {
                (speech.say_with("visits-how", words))
                @if let Some((days, _)) = &self.visits.compared {
                    (speech.gap())
                    (speech.say_with("visits-compared",
                        Words::new().text("period", in_words(*days))))
                }
            }
        }
    }

    fn figures(&self) -> Markup {
        let speech = self.speech;
        let now = &self.visits.figures;
        let number = |of: i64| html! { (speech.number(of)) };
        let share = |part: i64| part as f64 / now.followed().max(1) as f64;
        let new = Words::new().text("share", speech.percent(share(now.new), 0));
        let unfollowed = now.visits - now.followed();
        html! {
            dl.figures {
                (figure(&speech.say("visits-visits"), number(now.visits),
                    &self.note(|it| it.visits,
                        speech.say_with("visits-visits-note",
                            Words::new().count("unfollowed", unfollowed.max(0))))))
                (figure(&speech.say("visits-new"), number(now.new),
                    &self.note(|it| it.new, speech.say_with("visits-new-note", new))))
                (figure(&speech.say("visits-first-orders"), number(now.first_orders),
                    &self.note(|it| it.first_orders, self.of_visits(now.first_orders))))
                (figure(&speech.say("visits-repeat-orders"), number(now.repeat_orders),
                    &self.note(|it| it.repeat_orders, self.of_visits(now.repeat_orders))))
                (figure(
                    &speech.say_with("visits-value",
                        Words::new().text("currency", speech.unit(self.currency))),
                    html! { (amount(&speech.amount(now.value, self.currency))) },
                    &self.note(|it| it.value / 100, String::new()),
                ))
                (self.looks())
            }
        }
    }

    /// How long people stay, and how deep they go.
    fn looks(&self) -> Markup {
        let speech = self.speech;
        let now = &self.visits.figures;
        html! {
            (figure(&speech.say("visits-page-views"),
                html! { (speech.number(now.page_views)) },
                &match now.views_each() {
                    Some(each) => speech.say_with("visits-page-views-note",
                        Words::new().text("each", speech.decimal(each, 1))),
                    None => String::new(),
                }))
            @if let Some(share) = now.bounce_share() {
                (figure(&speech.say("visits-bounces"),
                    html! { (speech.percent(share, 0)) },
                    &speech.say("visits-bounces-note")))
            }
            @if let Some(seconds) = now.seconds_each() {
                (figure(&speech.say("visits-duration"),
                    html! { (self.duration(seconds)) },
                    &speech.say("visits-duration-note")))
            }
        }
    }

    /// Minutes and seconds, or seconds alone.
    pub(super) fn duration(&self, seconds: i64) -> String {
        let words = Words::new()
            .count("minutes", seconds / 60)
            .count("seconds", seconds % 60);
        let key = match seconds < 60 {
            true => "visits-seconds",
            false => "visits-minutes",
        };
        self.speech.say_with(key, words)
    }

    fn of_visits(&self, orders: i64) -> String {
        let visits = self.visits.figures.visits.max(1);
        let share = self.speech.percent(orders as f64 / visits as f64, 1);
        let words = Words::new().text("share", share);
        self.speech.say_with("visits-orders-note", words)
    }

    /// What a figure was before, where it is compared; else something else.
    fn note(&self, of: fn(&VisitFigures) -> i64, otherwise: String) -> String {
        match &self.visits.compared {
            Some((_, before)) => self.change(of(&self.visits.figures), of(before)),
            None => otherwise,
        }
    }

    /// The change from one number to another, and what it was.
    pub(super) fn change(&self, now: i64, before: i64) -> String {
        let speech = self.speech;
        let words = Words::new().text("before", speech.number(before));
        if before <= 0 {
            return speech.say_with("visits-change-from", words);
        }
        let change = (now - before) as f64 / before as f64;
        let words = words.text("change", speech.percent(change.abs(), 0));
        let key = match now.cmp(&before) {
            std::cmp::Ordering::Less => "visits-change-less",
            std::cmp::Ordering::Equal => "visits-change-same",
            std::cmp::Ordering::Greater => "visits-change-more",
        };
        speech.say_with(key, words)
    }

    pub(super) fn rows(&self, dimension: Dimension) -> &[VisitRow] {
        let rows = self.visits.tables.get(&dimension);
        rows.map_or(&[], Vec::as_slice)
    }
}
