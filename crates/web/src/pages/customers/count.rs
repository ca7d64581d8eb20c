//! How many customers a question means, while it is being typed.

use app::customers::CustomerCount;
use app::segments::Question;
use app::{App, AppError};
use axum::Json;
use domain::segments::PredicateError;
use domain::trust::Permission;
use serde::Serialize;

use super::draft::{Fault, Unfinished};
use super::form::{fault_words, said_words};
use super::sent::Sent;
use super::share_words;
use crate::asked::Asked;
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::i18n::{Speech, Words};
use crate::pages::explained::explained;

/// What the page shows beside the form. A question that is not finished is no error of the
/// request, so the answer says what is missing.
#[derive(Debug, Default, Serialize)]
pub(in crate::pages) struct Counted {
    /// For how many customers it holds; none when it cannot be asked.
    count: Option<i64>,
    /// How many customers there are.
    of: Option<i64>,
    /// The same in a sentence, or what is wrong.
    said: String,
    /// The question in words.
    explanation: String,
    /// The question as the language writes it.
    predicate: String,
    error: Option<Wrong>,
}

/// Where something is wrong.
#[derive(Debug, Serialize)]
struct Wrong {
    /// Which row, from 0; none in a text.
    row: Option<usize>,
    /// Which character of a text, from 1; none in a row.
    column: Option<usize>,
    message: String,
}

enum Answer {
    Found(Box<Question>, CustomerCount),
    WrongRow(usize, Fault),
    WrongText(Box<PredicateError>),
}

pub(in crate::pages) async fn count(
    asking: Asking,
    Asked(fields): Asked<Vec<(String, String)>>,
) -> Result<Json<Counted>, Refusal> {
    let speech = asking.speech;
    let sent = Sent::of(fields);
    let answer = asking
        .ask(move |acting| {
            acting.may_search(&sent.query)?;
            acting.read(Permission::SeeCustomers, |app| answer(app, sent))
        })
        .await?;
    Ok(Json(match answer {
        Answer::Found(question, count) => Counted {
            count: Some(count.total),
            of: Some(count.of),
            said: share_words(speech, count),
            explanation: explained(
                speech,
                &asking.shared.app.in_force().settings,
                &question.explanation,
            ),
            predicate: question.predicate.to_string(),
            error: None,
        },
        Answer::WrongRow(row, fault) => Counted::wrong_row(speech, row, &fault),
        Answer::WrongText(error) => Counted::wrong_text(speech, &error),
    }))
}

impl Counted {
    fn wrong_row(speech: &Speech, row: usize, fault: &Fault) -> Self {
        let message = fault_words(speech, fault);
        let number = i64::try_from(row + 1).unwrap_or(i64::MAX);
        let words = Words::new()
            .count("number", number)
            .text("fault", message.as_str());
        Self {
            said: speech.say_with("customers-fault-row", words),
            error: Some(Wrong {
                row: Some(row),
                column: None,
                message,
            }),
            ..Self::default()
        }
    }

    fn wrong_text(speech: &Speech, error: &PredicateError) -> Self {
        let message = said_words(speech, error);
        Self {
            said: message.clone(),
            error: Some(Wrong {
                row: None,
                column: Some(error.column),
                message,
            }),
            ..Self::default()
        }
    }
}

fn answer(app: &App, mut sent: Sent) -> Result<Answer, AppError> {
    let text = match sent.text {
        Some(text) => text,
        None => match sent.draft.question(app, Unfinished::IsLeftOut)? {
            Some(text) => text,
            None => {
                let rows = sent.draft.rows.into_iter().enumerate();
                let mut faults = rows.filter_map(|(row, it)| Some((row, it.fault?)));
                let (row, fault) = faults.next().expect("a question that is wrong has a fault");
                return Ok(Answer::WrongRow(row, fault));
            }
        },
    };
    let question = match app.question(&text) {
        Ok(question) => question,
        Err(AppError::Predicate(error)) => return Ok(Answer::WrongText(error)),
        Err(error) => return Err(error),
    };
    let count = app.customer_count(&sent.query, &question.test)?;
    Ok(Answer::Found(Box::new(question), count))
}
