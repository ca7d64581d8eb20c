//! Customers: who?
//!
//! What is asked stands in the address as text, so that it can be kept, sent and gone back to.
//! The form writes that text, and shows it as rows when it is plain enough for them.

mod count;
mod draft;
mod file;
mod form;
mod segments;
mod sent;
mod table;

use app::customers::{CustomerCount, CustomerList, ListQuery, Mask};
use app::segments::{Known, Question, SegmentView};
use app::{App, AppError};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::settings::ShopSettings;
use domain::trust::{Action, Permission, Subject};
use maud::{Markup, html};
use serde::Deserialize;

use super::explained::explained;
use crate::asked::{Asked, ListAsked};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::export::asks_for;
use crate::format::Tender;
use crate::i18n::{Speech, Words, marked_up};
use crate::layout::{Frame, Place};
pub(super) use count::count;
use draft::{Draft, Unfinished};
use form::{Editor, Form, SORTS};
use segments::{Done, SEGMENTS_SHOWN_MAX, Segments, save_form};
pub(super) use segments::{remove, save};
use sent::{Sent, Step};
use table::Table;

/// How the question is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    #[serde(rename = "as")]
    kind: String,
}

/// What the store answered.
struct Answered {
    editor: Editor,
    /// Who is meant; nobody can be when the question is wrong.
    found: Option<Found>,
    known: Known,
    segments: (Vec<SegmentView>, usize),
}

struct Found {
    question: Question,
    list: CustomerList,
}

impl Mask for Answered {
    fn masked(self) -> Self {
        let found = self.found.map(|found| Found {
            list: found.list.masked(),
            ..found
        });
        Self { found, ..self }
    }
}

struct Scene<'a> {
    speech: &'static Speech,
    settings: &'a ShopSettings,
    /// With the predicate as the language writes it.
    asked: &'a ListAsked,
    answered: &'a Answered,
    done: &'a Done,
    /// Whether the reader may keep and remove segments.
    may_keep: bool,
    /// Whether the reader may ask for words of names.
    may_search: bool,
}

/// The page of a question in its address.
pub(super) async fn customers(
    asking: Asking,
    Asked(mut asked): Asked<ListAsked>,
    Asked(shown): Asked<Shown>,
    Asked(done): Asked<Done>,
) -> Result<Response, Refusal> {
    if asks_for(&asking.address, "customers") {
        return file::file(&asking, asked).await;
    }
    let query = asked.query()?;
    let predicate = asked.predicate.clone();
    let as_text = shown.kind == "text";
    let answered = asking
        .ask(move |acting| {
            acting.may_search(&query.search)?;
            acting.show(Action::CustomersSeen, &Subject::Shop, |app| {
                Answered::of_text(app, predicate, query, as_text)
            })
        })
        .await?;
    if let Some(found) = answered
        .found
        .as_ref()
        .filter(|_| !asked.predicate.is_empty())
    {
        asked.predicate = found.question.predicate.to_string();
    }
    Ok(page(&asking, &asked, &answered, &done))
}

/// What the form asks: leads to the address of the question, or shows the form again with what
/// is wrong or still to be typed.
pub(super) async fn ask(
    asking: Asking,
    Asked(fields): Asked<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let sent = Sent::of(fields).stepped();
    // The order that nobody asked for needs no word in the address.
    let sort = Some(sent.sort.clone()).filter(|sort| sort != SORTS[0].0);
    let mut asked = ListAsked {
        query: sent.query.clone(),
        sort: sort.unwrap_or_default(),
        ..ListAsked::default()
    };
    let query = asked.query()?;
    let step = sent.step;
    let answered = asking.ask(move |acting| {
        acting.may_search(&query.search)?;
        acting.show(Action::CustomersSeen, &Subject::Shop, |app| {
            Answered::of_sent(app, sent, query)
        })
    });
    let answered = answered.await?;
    if let Some(found) = &answered.found {
        asked.predicate = match found.question.predicate.to_string() {
            everybody if everybody == "true" => String::new(),
            text => text,
        };
        let is_text = matches!(answered.editor, Editor::Text { .. });
        let as_text = match step {
            Step::Text => true,
            Step::Form => false,
            Step::Apply => is_text,
            _ => return Ok(page(&asking, &asked, &answered, &Done::default())),
        };
        return Ok(Redirect::to(&address(&asked, as_text)).into_response());
    }
    Ok(page(&asking, &asked, &answered, &Done::default()))
}

/// The address of a question, shown as text or as rows.
fn address(asked: &ListAsked, as_text: bool) -> String {
    let address = asked.address();
    match (as_text, address.contains('?')) {
        (false, _) => address,
        (true, true) => format!("{address}&as=text"),
        (true, false) => format!("{address}?as=text"),
    }
}

impl Answered {
    fn of_sent(app: &App, sent: Sent, query: ListQuery) -> Result<Self, AppError> {
        match sent.text {
            Some(text) => Self::of_text(app, text, query, true),
            None => Self::of_rows(app, sent.draft, query, sent.step),
        }
    }

    fn of_text(app: &App, text: String, query: ListQuery, as_text: bool) -> Result<Self, AppError> {
        let question = match app.question(&text) {
            Ok(question) => question,
            Err(AppError::Predicate(error)) => {
                let fault = Some(error);
                let editor = Editor::Text {
                    text,
                    fault,
                    is_rich: false,
                };
                return Self::with(app, editor, None);
            }
            Err(error) => return Err(error),
        };
        let tender = Tender::from(&app.in_force().settings);
        let draft = Draft::of(&question.predicate).filter(|_| !as_text);
        let draft = draft.map(|draft| draft.shown_in(tender));
        let editor = match draft {
            Some(draft) => Editor::Form(draft),
            None => Editor::Text {
                text: match text.trim() {
                    "" => String::new(),
                    _ => question.predicate.to_string(),
                },
                fault: None,
                is_rich: Draft::of(&question.predicate).is_none(),
            },
        };
        Self::with(app, editor, Some((question, query)))
    }

    fn of_rows(
        app: &App,
        mut draft: Draft,
        query: ListQuery,
        step: Step,
    ) -> Result<Self, AppError> {
        let unfinished = match step {
            Step::Apply | Step::Text | Step::Form => Unfinished::IsWrong,
            Step::Keep | Step::Add | Step::Remove(_) => Unfinished::IsLeftOut,
        };
        let asked = match draft.question(app, unfinished)? {
            Some(text) => Some((app.question(&text)?, query)),
            None => None,
        };
        Self::with(app, Editor::Form(draft), asked)
    }

    fn with(
        app: &App,
        editor: Editor,
        asked: Option<(Question, ListQuery)>,
    ) -> Result<Self, AppError> {
        let columns = match &editor {
            Editor::Form(draft) => draft.word_columns(),
            Editor::Text { .. } => Default::default(),
        };
        let found = match asked {
            Some((question, query)) => {
                let test = question.test.clone();
                let list = app.customer_list(&ListQuery { test, ..query })?;
                Some(Found { question, list })
            }
            None => None,
        };
        Ok(Self {
            editor,
            found,
            known: app.known(&columns)?,
            segments: app.segment_views(SEGMENTS_SHOWN_MAX)?,
        })
    }
}

fn page(asking: &Asking, asked: &ListAsked, answered: &Answered, done: &Done) -> Response {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let scene = Scene {
        speech,
        settings: &in_force.settings,
        asked,
        answered,
        done,
        may_keep: asking.may(Permission::Segments),
        may_search: asking.may(Permission::SeePersonal),
    };
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Customers,
        title: &speech.say("customers-title"),
        twin: answered
            .found
            .as_ref()
            .map(|_| format!("/v1{}", asked.address())),
        notice: done.notice(),
    };
    let status = match answered.found {
        Some(_) => StatusCode::OK,
        None => StatusCode::BAD_REQUEST,
    };
    frame.page_with(status, scene.content())
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        let Some(found) = &self.answered.found else {
            return html! {
                h1 { (self.speech.say("customers-title-wrong")) }
                p.lead { (self.speech.say("customers-lead-wrong")) }
                (self.form())
            };
        };
        if found.list.count.of == 0 && !self.asked.is_narrow() {
            return self.empty();
        }
        html! {
            h1 { (self.title(found.list.count)) }
            (self.lead(found))
            (self.form())
            @if self.may_keep && self.asked.query.is_empty() && !self.asked.predicate.is_empty() {
                (save_form(self.speech, &self.asked.predicate, self.done))
            }
            (self.segments())
            @if found.list.customers.is_empty() {
                p.lead { (self.speech.say("customers-none-todo")) }
            } @else {
                (self.table(found))
            }
        }
    }

    fn title(&self, count: CustomerCount) -> String {
        let total = Words::new().count("total", count.total);
        match self.asked.is_narrow() {
            true => self.speech.say_with("customers-title-narrow", total),
            false => self.speech.say_with("customers-title-all", total),
        }
    }

    /// What is asked, in words, and how many that are of all.
    fn lead(&self, found: &Found) -> Markup {
        let speech = self.speech;
        let count = found.list.count;
        let is_asked = !self.asked.predicate.is_empty();
        let how = Words::new().text("currency", speech.unit(self.settings));
        html! {
            @if self.asked.is_narrow() {
                p.lead {
                    @if is_asked {
                        span.asked {
                            (marked_up(&explained(
                                speech,
                                self.settings,
                                &found.question.explanation,
                            )))
                        }
                        " · "
                    }
                    (speech.say_with("customers-share-of", share(speech, count)))
                }
            }
            p.how { (speech.say_with("customers-how", how)) }
            @if let Some(percent) = count.warming {
                p.notice role="status" {
                    (speech.say_with("customers-warming", Words::new()
                        .text("share", speech.percent(f64::from(percent) / 100.0, 0))))
                }
            }
        }
    }

    fn form(&self) -> Markup {
        Form {
            speech: self.speech,
            settings: self.settings,
            editor: &self.answered.editor,
            known: &self.answered.known,
            query: &self.asked.query,
            may_search: self.may_search,
            sort: &self.asked.sort,
            is_narrow: self.asked.is_narrow() || self.answered.found.is_none(),
        }
        .markup()
    }

    fn segments(&self) -> Markup {
        let (views, all) = &self.answered.segments;
        Segments {
            speech: self.speech,
            settings: self.settings,
            views,
            may_remove: self.may_keep,
            all: *all,
            is_open: !self.asked.is_narrow() && self.asked.cursor.is_empty(),
        }
        .markup()
    }

    fn table(&self, found: &Found) -> Markup {
        Table {
            speech: self.speech,
            settings: self.settings,
            asked: self.asked,
            list: &found.list,
        }
        .markup()
    }

    fn empty(&self) -> Markup {
        let speech = self.speech;
        html! {
            div.empty {
                h1 { (speech.say("customers-empty-title")) }
                p.lead { (speech.say("customers-empty-lead")) }
                pre dir="ltr" { code { "fanous import orders.csv" } }
            }
        }
    }
}

/// How many customers are meant, and which part of all.
fn share_words(speech: &Speech, count: CustomerCount) -> String {
    let words = share(speech, count).count("total", count.total);
    speech.say_with("customers-share", words)
}

fn share(speech: &Speech, count: CustomerCount) -> Words<'static> {
    let share = count.total as f64 / count.of.max(1) as f64;
    Words::new()
        .count("of", count.of)
        .text("share", speech.percent(share, 1))
}
