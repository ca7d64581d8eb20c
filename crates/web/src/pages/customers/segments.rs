//! Questions that are kept under a name: saving, listing and removing them.

use app::AppError;
use app::segments::{SEGMENT_NAME_BYTES_MAX, SegmentView};
use app::trust::{Acting, TrustError};
use axum::response::{IntoResponse, Redirect, Response};
use domain::segments::{Place, Predicate};
use domain::settings::ShopSettings;
use domain::trust::{Action, Permission, Subject};
use maud::{Markup, html};
use serde::Deserialize;

use crate::asked::{Filled, ListAsked, encoded};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::i18n::{Speech, Words, marked_up};
use crate::layout::Notice;
use crate::pages::explained::explained;
use crate::pages::parts::door;

/// The most segments that the page lists.
pub(super) const SEGMENTS_SHOWN_MAX: usize = 50;

/// What a form did before it led here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Done {
    done: String,
    /// The name that a segment was to get.
    name: String,
}

/// Every outcome: the word in the address, its sentence, and whether it is a refusal.
const OUTCOMES: [(&str, &str, bool); 6] = [
    ("erased", "customers-erased", false),
    ("saved", "customers-saved", false),
    ("removed", "customers-removed", false),
    ("exists", "customers-refused-exists", true),
    ("name", "customers-refused-name", true),
    ("question", "customers-refused-question", true),
];

impl Done {
    /// The sentence; none for a word that no form gave.
    pub(super) fn notice(&self) -> Option<Notice> {
        let found = OUTCOMES.iter().find(|(word, ..)| *word == self.done)?;
        Some(Notice {
            key: found.1,
            is_refusal: found.2,
        })
    }
}

/// What the page shows of segments.
pub(super) struct Segments<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) views: &'a [SegmentView],
    /// Whether the reader may remove one.
    pub(super) may_remove: bool,
    /// How many there are.
    pub(super) all: usize,
    /// Whether the list is shown at once.
    pub(super) is_open: bool,
}

impl Segments<'_> {
    pub(super) fn markup(&self) -> Markup {
        let speech = self.speech;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let all = Words::new().count("all", count(self.all));
        let shown = Words::new().count("shown", count(self.views.len()));
        html! {
            @if !self.views.is_empty() {
                details.segments open[self.is_open] {
                    summary { (speech.say_with("customers-segments", all)) }
                    div.wide {
                        table data-export="segments" {
                            caption.heard { (speech.say("customers-segments-caption")) }
                            thead {
                                tr {
                                    th scope="col" { (speech.say("customers-segment")) }
                                    th.aside scope="col" { (speech.say("customers-segment-says")) }
                                    th.n scope="col" { (speech.say("customers-title")) }
                                    th { span.heard { (speech.say("customers-remove")) } }
                                }
                            }
                            tbody { @for view in self.views { (self.row(view)) } }
                        }
                    }
                    @if self.all > self.views.len() {
                        p.how { (speech.say_with("customers-segments-more", shown)) }
                    }
                }
            }
        }
    }

    fn row(&self, view: &SegmentView) -> Markup {
        let speech = self.speech;
        let name = view.segment.name.as_str();
        let says = view.explanation.as_ref();
        let says = says.map(|it| explained(speech, self.settings, it));
        let what = Words::new().outside("name", name);
        html! {
            tr {
                td.who { a href=(door(&predicate_of(name))) { bdi { (name) } } }
                td.aside { (marked_up(&says.unwrap_or_else(|| view.segment.predicate.clone()))) }
                td.n data-value=[view.count] {
                    @if let Some(count) = view.count { (speech.number(count)) }
                }
                td.n {
                    @if self.may_remove {
                        form method="post" action="/customers/segments/remove" {
                            input type="hidden" name="name" value=(name);
                            button.small
                                aria-label=(speech.say_with("customers-remove-segment", what)) {
                                (speech.say("customers-remove"))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The question that asks for a segment.
fn predicate_of(name: &str) -> String {
    let segment = Predicate::Segment {
        name: name.to_owned(),
        place: Place::default(),
    };
    segment.to_string()
}

/// Keeps what is asked under a name.
pub(super) fn save_form(speech: &Speech, predicate: &str, done: &Done) -> Markup {
    let is_taken = done.done == "exists";
    html! {
        details.save open[is_taken || done.done == "name"] {
            summary { (speech.say("customers-save")) }
            form.filters method="post" action="/customers/segments" {
                input type="hidden" name="where" value=(predicate);
                label.grow {
                    span { (speech.say("customers-save-name")) }
                    input name="name" required maxlength=(SEGMENT_NAME_BYTES_MAX)
                        value=(done.name) autocomplete="off" dir="auto";
                }
                @if is_taken {
                    label.check {
                        input type="checkbox" name="replace" value="yes";
                        span { (speech.say("customers-save-replace")) }
                    }
                }
                button { (speech.say("customers-save-go")) }
            }
        }
    }
}

#[derive(Deserialize)]
pub(in crate::pages) struct SaveForm {
    #[serde(rename = "where")]
    predicate: String,
    name: String,
    #[serde(default)]
    replace: String,
}

/// What became of saving.
enum Saved {
    Done,
    Refused(&'static str),
}

/// Keeps a question, unless another one has the name and nobody said to replace it.
fn keep(
    acting: &Acting,
    name: &str,
    predicate: &str,
    may_replace: bool,
) -> Result<Saved, TrustError> {
    let taken = acting.read(Permission::SeeCustomers, |app| app.segment_view(name))?;
    if taken.is_some_and(|it| it.segment.predicate != predicate) && !may_replace {
        return Ok(Saved::Refused("exists"));
    }
    let subject = Subject::Document("segment", name.to_owned());
    let kept = acting.change(Action::SegmentKept, &subject, |app| {
        app.segment_put(name, predicate)
    });
    match kept {
        Ok(_) => Ok(Saved::Done),
        Err(TrustError::App(AppError::Invalid(_))) => Ok(Saved::Refused("name")),
        Err(TrustError::App(AppError::Predicate(_))) => Ok(Saved::Refused("question")),
        Err(error) => Err(error),
    }
}

pub(in crate::pages) async fn save(
    asking: Asking,
    Filled(form): Filled<SaveForm>,
) -> Result<Response, Refusal> {
    let (predicate, name) = (form.predicate.clone(), form.name.trim().to_owned());
    let may_replace = form.replace == "yes";
    let saved = asking.ask(move |acting| keep(acting, &name, &predicate, may_replace));
    let saved = saved.await?;
    let asked = ListAsked {
        predicate: form.predicate,
        ..ListAsked::default()
    };
    let (word, name) = match saved {
        Saved::Done => ("saved", String::new()),
        Saved::Refused(word) => (word, format!("&name={}", encoded(&shortened(&form.name)))),
    };
    let address = asked.address();
    let sign = if address.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{address}{sign}done={word}{name}")).into_response())
}

/// So much of a name that an address holds it.
fn shortened(name: &str) -> String {
    name.chars().take(SEGMENT_NAME_BYTES_MAX).collect()
}

#[derive(Deserialize)]
pub(in crate::pages) struct RemoveForm {
    name: String,
}

pub(in crate::pages) async fn remove(
    asking: Asking,
    Filled(form): Filled<RemoveForm>,
) -> Result<Response, Refusal> {
    let removed = asking.ask(move |acting| {
        let subject = Subject::Document("segment", form.name.clone());
        acting.change(Action::SegmentRemoved, &subject, |app| {
            app.segment_delete(&form.name)
        })
    });
    removed.await?;
    Ok(Redirect::to("/customers?done=removed").into_response())
}
