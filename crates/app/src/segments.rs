//! Questions about customers, and the segments that keep them under a name.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::Metrics;
use domain::events::Channel;
use domain::segments::{
    Context, Explanation, Place, Predicate, PredicateError, Test, Thresholds, WordColumn, explain,
    explain_for, lower, parse,
};
use domain::time::Millis;
use serde::{Deserialize, Serialize};
use store::{Queue, StoreError};

use crate::insight::Population;
use crate::{App, AppError, InForce};

/// The kind of the documents that hold segments.
const SEGMENT: &str = "segment";
/// The published thresholds.
const THRESHOLDS: (&str, &str) = ("thresholds", "population");
/// The most segments of one shop.
pub const SEGMENTS_MAX: usize = 1_000;
/// The longest name of a segment, in bytes.
pub const SEGMENT_NAME_BYTES_MAX: usize = 100;
/// The most words of one column that a form offers.
const KNOWN_WORDS_MAX: usize = 100;

/// A named question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Its name, by which other questions refer to it.
    pub name: String,
    /// The predicate.
    pub predicate: String,
    /// When it was put down last, in milliseconds since 1970.
    pub at: i64,
}

/// A segment with what it says and how many customers are in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentView {
    /// The segment.
    #[serde(flatten)]
    pub segment: Segment,
    /// What it asks, in words; none when the language has changed and it cannot be read any more.
    pub explanation: Option<Explanation>,
    /// How many customers are in it; none while the customers are still being read, or when the
    /// question cannot be asked any more.
    pub count: Option<i64>,
}

/// A segment in which a customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentHeld {
    /// Its name.
    pub name: String,
    /// What it asks, and what the customer has.
    pub explanation: Option<Explanation>,
}

/// What the customers of the shop have, for the fields of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The most frequent words of the columns that were asked for; none while the customers are
    /// still being read.
    pub words: BTreeMap<WordColumn, Vec<String>>,
    /// The channels on which anybody did anything; all of them while the customers are still
    /// being read.
    pub channels: Vec<Channel>,
    /// The names of the segments, in order.
    pub segments: Vec<String>,
}

/// The body of a segment's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SegmentDocument {
    predicate: String,
    at: i64,
}

/// A question that was read, checked, and can be asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// What was asked, as the language writes it.
    pub predicate: Predicate,
    /// What it comes down to today.
    pub test: Test,
    /// What it says, in words.
    pub explanation: Explanation,
}

/// What questions are relative to, read once.
struct Relative {
    in_force: std::sync::Arc<InForce>,
    today: domain::time::Day,
    thresholds: Option<Thresholds>,
    segments: BTreeMap<String, String>,
}

impl App {
    /// Reads a question and lowers it to a test as of the shop's newest fact. The empty text asks
    /// for everybody.
    ///
    /// # Errors
    /// [`AppError::Predicate`] says what is wrong and where, or the store's.
    pub fn question(&self, text: &str) -> Result<Question, AppError> {
        let predicate = match text.trim() {
            "" => Predicate::Constant(true),
            text => parse(text).map_err(AppError::predicate)?,
        };
        let test = self
            .relative(&predicate)?
            .with(|context| lower(&predicate, context))?;
        Ok(Question {
            explanation: explain(&predicate),
            predicate,
            test,
        })
    }

    /// What a question says of one customer: which parts hold, and what the customer has.
    ///
    /// # Errors
    /// As [`App::question`].
    pub fn question_about(&self, text: &str, metrics: &Metrics) -> Result<Explanation, AppError> {
        let predicate = parse(text).map_err(AppError::predicate)?;
        self.relative(&predicate)?
            .with(|context| explain_for(&predicate, context, metrics))
    }

    fn relative(&self, predicate: &Predicate) -> Result<Relative, AppError> {
        let as_of = self.as_of()?;
        let in_force = self.in_force();
        let segments = if predicate.segments().is_empty() {
            BTreeMap::new()
        } else {
            by_name(&self.segments()?)
        };
        Ok(Relative {
            today: in_force.fold.day(as_of),
            in_force,
            thresholds: self.thresholds()?,
            segments,
        })
    }

    /// The thresholds that are published; none before the first version.
    ///
    /// # Errors
    /// The store's.
    pub fn thresholds(&self) -> Result<Option<Thresholds>, AppError> {
        let (kind, id) = THRESHOLDS;
        let newest = self
            .inner
            .store
            .read(|conn| store::settings::document_newest(conn, kind, id))?;
        let body = newest.map(|(_, body)| serde_json::from_str(&body));
        Ok(body.transpose().map_err(StoreError::shape)?)
    }

    /// Publishes thresholds as a new version; `of` gets its number.
    pub(crate) fn thresholds_put(
        &self,
        of: impl Fn(u64, Millis) -> Thresholds + Send + 'static,
    ) -> Result<(), AppError> {
        let now = self.now();
        let (kind, id) = THRESHOLDS;
        self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| {
                let newest = store::settings::document_newest(tx, kind, id)?;
                let version = newest.map_or(1, |(version, _)| version + 1);
                let body = serde_json::to_string(&of(version, now)).map_err(StoreError::shape)?;
                store::settings::document_insert(tx, kind, id, version, now, &body)
            })
        })?;
        Ok(())
    }

    /// Every segment, by name.
    ///
    /// # Errors
    /// The store's.
    pub fn segments(&self) -> Result<Vec<Segment>, AppError> {
        let limit = u32::try_from(SEGMENTS_MAX).unwrap_or(u32::MAX);
        let kept = self
            .inner
            .store
            .read(|conn| store::settings::documents_page(conn, SEGMENT, "", limit))?;
        let segments = kept.into_iter().map(|(name, body)| {
            let body: SegmentDocument = serde_json::from_str(&body).map_err(StoreError::shape)?;
            Ok(Segment {
                name,
                predicate: body.predicate,
                at: body.at,
            })
        });
        segments
            .collect::<Result<Vec<_>, StoreError>>()
            .map_err(AppError::from)
    }

    /// The first segments by name, each with what it says and how many are in it; and how many
    /// segments there are.
    ///
    /// # Errors
    /// The store's.
    pub fn segment_views(&self, most: usize) -> Result<(Vec<SegmentView>, usize), AppError> {
        let segments = self.segments()?;
        let all = segments.len();
        let mut relative = self.relative(&Predicate::Constant(true))?;
        relative.segments = by_name(&segments);
        let population = self.population().ready();
        let views = segments.into_iter().take(most).map(|segment| {
            let read = parse(&segment.predicate).ok();
            let test = read
                .as_ref()
                .map(|read| relative.with(|it| lower(read, it)));
            let test = test.and_then(Result::ok);
            SegmentView::of(segment, read.as_ref(), test.zip(population.as_deref()))
        });
        Ok((views.collect(), all))
    }

    /// One segment; none when there is none of this name.
    ///
    /// # Errors
    /// The store's.
    pub fn segment_view(&self, name: &str) -> Result<Option<SegmentView>, AppError> {
        let Some(segment) = self.segments()?.into_iter().find(|it| it.name == name) else {
            return Ok(None);
        };
        let read = parse(&segment.predicate).ok();
        let test = match self.question(&segment.predicate) {
            Ok(question) => Some(question.test),
            Err(AppError::Predicate(_)) => None,
            Err(error) => return Err(error),
        };
        let population = self.population().ready();
        let held = test.zip(population.as_deref());
        Ok(Some(SegmentView::of(segment, read.as_ref(), held)))
    }

    /// The segments in which a customer is now, by name; those that cannot be asked any more hold
    /// nobody.
    ///
    /// # Errors
    /// The store's.
    pub fn segments_holding(&self, metrics: &Metrics) -> Result<Vec<SegmentHeld>, AppError> {
        let segments = self.segments()?;
        let mut relative = self.relative(&Predicate::Constant(true))?;
        relative.segments = by_name(&segments);
        let held = segments.into_iter().filter_map(|segment| {
            let read = parse(&segment.predicate).ok()?;
            let test = relative.with(|context| lower(&read, context)).ok()?;
            test.holds(metrics).then(|| SegmentHeld {
                explanation: relative
                    .with(|context| explain_for(&read, context, metrics))
                    .ok(),
                name: segment.name,
            })
        });
        Ok(held.collect())
    }

    /// What a form about customers can offer.
    ///
    /// # Errors
    /// The store's.
    pub fn known(&self, columns: &BTreeSet<WordColumn>) -> Result<Known, AppError> {
        let segments = self.segments()?.into_iter().map(|it| it.name).collect();
        let Some(population) = self.population().ready() else {
            return Ok(Known {
                words: BTreeMap::new(),
                channels: Channel::ALL.to_vec(),
                segments,
            });
        };
        let words = |column: &WordColumn| population.frequent_words(*column, KNOWN_WORDS_MAX);
        Ok(Known {
            words: columns.iter().map(|it| (*it, words(it))).collect(),
            channels: population.channels(),
            segments,
        })
    }

    /// Keeps a question under a name; one that is there gets the new question.
    ///
    /// # Errors
    /// [`AppError::Predicate`] for a question that cannot be asked, also because it would ask for
    /// itself; [`AppError::Invalid`] for a bad name or one segment too many; or the store's.
    pub fn segment_put(&self, name: &str, text: &str) -> Result<Segment, AppError> {
        let name = name.trim().to_owned();
        let is_word = !name.is_empty()
            && name.len() <= SEGMENT_NAME_BYTES_MAX
            && !name.chars().any(char::is_control);
        if !is_word {
            return Err(AppError::Invalid(format!(
                "the name of a segment has 1 to {SEGMENT_NAME_BYTES_MAX} bytes"
            )));
        }
        let mut relative = self.relative(&Predicate::Constant(true))?;
        relative.segments = by_name(&self.segments()?);
        let is_new = !relative.segments.contains_key(&name);
        if is_new && relative.segments.len() >= SEGMENTS_MAX {
            return Err(AppError::Invalid(format!(
                "a shop has at most {SEGMENTS_MAX} segments: remove one first"
            )));
        }
        let predicate = parse(text).map_err(AppError::predicate)?;
        let canonical = predicate.to_string();
        relative.segments.insert(name.clone(), canonical.clone());
        // Asked for by its name, so that a segment that asks for itself is found.
        let by_name = Predicate::Segment {
            name: name.clone(),
            place: Place { byte: 0, column: 1 },
        };
        relative.with(|context| lower(&by_name, context))?;
        let at = self.now();
        let body = SegmentDocument {
            predicate: canonical.clone(),
            at: at.0,
        };
        let body = serde_json::to_string(&body).map_err(StoreError::shape)?;
        let bodies = vec![(name.clone(), body)];
        let note = self.note();
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                store::settings::documents_put(tx, SEGMENT, at, &bodies)?;
                note.write(tx)
            })
        })?;
        Ok(Segment {
            name,
            predicate: canonical,
            at: at.0,
        })
    }

    /// Removes a segment; false when there was none. Questions that refer to it cannot be asked
    /// any more until there is one of that name again.
    ///
    /// # Errors
    /// The store's.
    pub fn segment_delete(&self, name: &str) -> Result<bool, AppError> {
        // No engine but one takes a text with a NUL, and nothing bears such a name.
        if name.contains('\0') {
            return Ok(false);
        }
        let (name, note) = (name.to_owned(), self.note());
        Ok(self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                let is_removed = store::settings::document_delete(tx, SEGMENT, &name)?;
                note.write(tx)?;
                Ok(is_removed)
            })
        })?)
    }
}

impl SegmentView {
    fn of(segment: Segment, read: Option<&Predicate>, held: Option<(Test, &Population)>) -> Self {
        let count = held.map(|(test, population)| population.count(&test));
        Self {
            segment,
            explanation: read.map(explain),
            count: count.map(|count| i64::try_from(count).unwrap_or(i64::MAX)),
        }
    }
}

/// The texts of segments by their names.
fn by_name(segments: &[Segment]) -> BTreeMap<String, String> {
    let pairs = segments.iter();
    pairs
        .map(|it| (it.name.clone(), it.predicate.clone()))
        .collect()
}

impl Relative {
    fn with<T>(
        &self,
        ask: impl FnOnce(&Context<'_>) -> Result<T, PredicateError>,
    ) -> Result<T, AppError> {
        let segments = |name: &str| self.segments.get(name).cloned();
        ask(&Context {
            today: self.today,
            currency: self.in_force.settings.currency,
            programme: &self.in_force.programme,
            thresholds: self.thresholds.as_ref(),
            segments: &segments,
        })
        .map_err(AppError::predicate)
    }
}
