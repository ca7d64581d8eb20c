//! What somebody permitted, word by word, with the proof of each.

use std::cmp::Reverse;

use domain::events::{Behaviour, Origin};
use domain::ids::StreamId;
use domain::time::Millis;
use domain::trust::{ConsentSource, ConsentStatus, Purpose};
use serde::Serialize;
use store::events::FactFilter;

use crate::{App, AppError};

/// The most words that are shown of one customer, the newest first.
const WORDS_MAX: u32 = 100;
const CONSENTS: FactFilter = FactFilter {
    names: &["Consent Changed"],
    is_decided: false,
};

/// One word of a person about one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentView {
    /// When it was said, in milliseconds since 1970.
    pub at: i64,
    /// What about.
    pub purpose: Purpose,
    /// What was said.
    pub status: ConsentStatus,
    /// Where it was said, when that is known.
    pub source: Option<ConsentSource>,
    /// Which version of the text was shown.
    pub text: Option<String>,
    /// In which country the person was.
    pub region: Option<String>,
}

impl App {
    /// What somebody permitted and refused, the newest word first.
    pub(super) fn consents(&self, streams: &[StreamId]) -> Result<Vec<ConsentView>, AppError> {
        let end = (Millis::LATEST, StreamId::from_bytes([u8::MAX; 16]), 0);
        let facts = self.inner.store.read(|conn| {
            let mut facts = Vec::new();
            for stream in streams {
                let of_stream =
                    store::events::facts_latest(conn, *stream, end, CONSENTS, WORDS_MAX)?;
                facts.extend(of_stream.into_iter().map(|stored| stored.fact));
            }
            Ok(facts)
        })?;
        let mut words: Vec<ConsentView> = facts
            .into_iter()
            .filter_map(|fact| {
                let is_imported = fact.origin == Origin::Historical;
                let Behaviour::ConsentChanged(change) = fact.behaviour else {
                    return None;
                };
                Some(ConsentView {
                    at: fact.at.0,
                    purpose: change.purpose,
                    status: change.status(),
                    source: change
                        .source
                        .or(is_imported.then_some(ConsentSource::Import)),
                    text: change.text,
                    region: change.region.map(String::from),
                })
            })
            .collect();
        words.sort_by_key(|word| (Reverse(word.at), word.purpose));
        words.truncate(WORDS_MAX as usize);
        Ok(words)
    }
}
