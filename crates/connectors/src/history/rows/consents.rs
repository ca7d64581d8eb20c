//! A row of a file of consents: what somebody permitted or forbade, and when.

use domain::events::{Behaviour, ConsentChange, Personal};
use domain::trust::Purpose;

use super::{Cells, Document, Row, TEXT_BYTES_MAX};
use crate::history::cell::Clock;
use crate::history::fields::plain;
use crate::history::reject::{Reason, Refusal};

/// What shops call the purposes, in the compared form of names.
const PURPOSES: [(Purpose, &str); 4] = [
    (
        Purpose::Analytics,
        "analytics statistics measurement tracking performance",
    ),
    (
        Purpose::Personalisation,
        "personalisation personalization recommendations preferences functional",
    ),
    (
        Purpose::Marketing,
        "marketing newsletter email emailmarketing marketingemail marketingemails sms \
         smsmarketing advertising ads promotions offers",
    ),
    (
        Purpose::ThirdParty,
        "thirdparty thirdparties partners sharing datasharing",
    ),
];
/// What shops write for yes and for no, in the compared form of names.
const YES: &str = "yes y true t 1 on optin optedin granted given accepted agreed subscribed \
                   confirmed allow allowed بله 是";
const NO: &str = "no n false f 0 off optout optedout denied refused rejected declined withdrawn \
                  revoked unsubscribed notsubscribed deny خیر 否";

pub(super) fn read(cells: &Cells<'_>, clock: &mut Clock) -> Result<Row, Refusal> {
    let who = cells.somebody()?;
    let told = plain(cells.text("purpose"));
    let known = PURPOSES
        .iter()
        .find(|(_, words)| words.split_whitespace().any(|word| word == told));
    let Some((purpose, _)) = known else {
        return Err(cells.refused(Reason::Purpose, "purpose"));
    };
    let change = ConsentChange::new(*purpose, answer(cells, "granted")?);
    let mut personal = Personal::new();
    cells.personal("proof", TEXT_BYTES_MAX, &mut personal)?;
    let document = Document {
        at: cells.needed_time("at", clock)?,
        number: String::new(),
        behaviour: Behaviour::ConsentChanged(change),
        personal,
    };
    Ok(Row {
        who,
        order_id: String::new(),
        documents: vec![document],
    })
}

/// Yes or no.
pub(super) fn answer(cells: &Cells<'_>, field: &str) -> Result<bool, Refusal> {
    let told = plain(cells.text(field));
    let is_one_of = |words: &str| words.split_whitespace().any(|word| word == told);
    match (is_one_of(YES), is_one_of(NO)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(cells.refused(Reason::Granted, field)),
    }
}
