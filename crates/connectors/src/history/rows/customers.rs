//! A row of a file of customers: who somebody is.

use domain::events::{Behaviour, ConsentChange, Description, Personal};
use domain::time::Millis;
use domain::trust::Purpose;

use super::consents::answer;
use super::{Cells, Document, Row, TEXT_BYTES_MAX};
use crate::history::cell::Clock;
use crate::history::line::{something, text_of};
use crate::history::reject::{Reason, Refusal};

/// What is personal, under the name of its field.
const PERSONAL: [&str; 7] = [
    "name",
    "first_name",
    "last_name",
    "city",
    "country",
    "language",
    "birthday",
];

/// A description at the moment of its last change, or else of the registration, or else at the
/// beginning of time (1970): a moment that follows from the row, so that the row counts once.
/// And the answer to marketing, when it is known since when.
pub(super) fn read(
    cells: &Cells<'_>,
    clock: &mut Clock,
    traits: &[(usize, String)],
) -> Result<Row, Refusal> {
    let who = cells.somebody()?;
    let registered_at = cells.time("registered_at", clock)?;
    let updated_at = cells.time("updated_at", clock)?;
    let consent_at = cells.time("consent_at", clock)?.or(registered_at);
    let mut personal = Personal::new();
    for field in PERSONAL {
        cells.personal(field, TEXT_BYTES_MAX, &mut personal)?;
    }
    for (place, name) in traits {
        let text = something(text_of(cells.table.cell(*place)));
        if text.len() > TEXT_BYTES_MAX {
            return Err(Refusal::of_cell(Reason::Text, name, text.as_bytes()));
        }
        if !text.is_empty() {
            personal
                .entry(name.clone())
                .or_insert_with(|| text.to_owned());
        }
    }
    let mut documents = Vec::new();
    if !cells.text("accepts_marketing").is_empty() {
        let granted = answer(cells, "accepts_marketing")?;
        match consent_at {
            Some(at) => documents.push(consent(at, granted)),
            None => cells.personal("accepts_marketing", TEXT_BYTES_MAX, &mut personal)?,
        }
    }
    documents.push(Document {
        at: updated_at.or(registered_at).unwrap_or(Millis::EARLIEST),
        number: String::new(),
        behaviour: Behaviour::Described(Description { registered_at }),
        personal,
    });
    Ok(Row {
        who,
        order_id: String::new(),
        documents,
    })
}

fn consent(at: Millis, granted: bool) -> Document {
    let purpose = Purpose::Marketing;
    Document {
        at,
        number: String::new(),
        behaviour: Behaviour::ConsentChanged(ConsentChange::new(purpose, granted)),
        personal: Personal::new(),
    }
}
