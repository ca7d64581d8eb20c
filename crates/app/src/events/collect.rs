//! What the collector does between the reading of a body and the log, and after it.
//!
//! The steps, in order: names that an alias says are one; messages that are too old to be told
//! from a repetition; the gate of consent; claims under a public key; an id for messages that came
//! without one; then the log (`record`), which asks the person's own word again under their lock;
//! then the past of a browser is joined to whom it now belongs. What is dropped has a reason from
//! a closed list.

use std::net::IpAddr;
use std::sync::Arc;

use domain::customers::{Identity, Namespace};
use domain::events::{Behaviour, Event, EventRefusal, Personal, Told};
use domain::ids::MessageId;
use domain::trust::{Place, Uncollected};
use domain::visits::Places;
use store::StoreError;

use super::aliases::KnownAlias;
use super::gate;
use super::prepare::is_too_old;
use super::{Incoming, Verdict};
use crate::trust::KeyHolder;
use crate::visits::{country_of, is_by_bot, look_of, look_of_nobody};
use crate::{App, AppError};

/// Who sends events, beside what stands in them.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Whether they came with a secret key: only the shop has one, a public one can be copied.
    pub is_secret: bool,
    /// The address of the network that sends, where it is known.
    pub ip: Option<IpAddr>,
    /// The program that sends.
    pub user_agent: Option<String>,
    /// Which key they came with, where it is known.
    pub key: Option<KeyHolder>,
    /// Whether the browser sends `Sec-GPC: 1`: it asks not to be followed or sold.
    pub gpc: bool,
    /// Whether the browser sends `DNT: 1`: it asks not to be followed.
    pub dnt: bool,
    /// What finds out where an address is; none where the shop has no such file.
    pub places: Option<Arc<dyn Places>>,
}

/// Why an event that could be read is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// It may not be kept with anybody; it was counted.
    Uncollected(Uncollected),
    /// A program that reads pages by itself.
    Bot,
}

impl DropReason {
    /// The word in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Uncollected(reason) => reason.word(),
            Self::Bot => "bot",
        }
    }
}

impl std::fmt::Display for DropReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Uncollected(reason) => reason.sentence(),
            Self::Bot => "a program that reads pages by itself is no visitor",
        })
    }
}

/// What is said of an event before the log.
type Early = Result<Verdict, DropReason>;

/// What became of the events of a body.
#[derive(Debug)]
pub struct Collected {
    /// A verdict on each, in the order told; or why it is not kept.
    pub verdicts: Vec<Result<Verdict, DropReason>>,
    /// Which browsers are whose, for [`App::collect_after`].
    pub after: After,
}

/// What is left to do after the commit and before the answer.
#[derive(Default)]
pub struct After {
    joins: Vec<(Identity, Identity)>,
    aliases: Vec<KnownAlias>,
    caller: Caller,
}

impl std::fmt::Debug for After {
    /// Names do not reach logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("After(…)")
    }
}

impl After {
    /// Whether there is anything to do.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.joins.is_empty() && self.aliases.is_empty()
    }
}

impl App {
    /// Takes what trackers tell and calls `reply` after its commit, with a verdict on each in
    /// order.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once when too much waits already.
    pub fn collect_then(
        &self,
        told: Vec<Told>,
        caller: &Caller,
        reply: impl FnOnce(Result<Collected, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let mut early: Vec<Option<Early>> = Vec::with_capacity(told.len());
        let mut events = Vec::with_capacity(told.len());
        let mut after = After {
            caller: caller.clone(),
            ..After::default()
        };
        for told in told {
            match self.let_in(told, caller, &mut after).map_err(store_error)? {
                Ok(incoming) => {
                    early.push(None);
                    events.push(incoming);
                }
                Err(verdict) => early.push(Some(verdict)),
            }
        }
        let kept = events.iter().filter(|it| it.passing.counted.is_none());
        after.joins = kept.filter_map(|it| says_who(&it.event)).collect();
        let answer = move |recorded: Vec<Verdict>| {
            let mut recorded = recorded.into_iter();
            let mut next = || recorded.next().map(Ok);
            let whole = early
                .into_iter()
                .filter_map(|early| early.or_else(&mut next));
            let verdicts = whole.map(|verdict| match verdict {
                Ok(Verdict::Counted(reason)) => Err(DropReason::Uncollected(reason)),
                other => other,
            });
            Collected {
                verdicts: verdicts.collect(),
                after,
            }
        };
        if events.is_empty() {
            reply(Ok(answer(Vec::new())));
            return Ok(());
        }
        self.record_incoming(events, move |outcome| reply(outcome.map(answer)))
    }

    /// Before the answer, and again when the same is sent again: so nobody's past is lost on the
    /// way.
    ///
    /// # Errors
    /// The store's.
    pub fn collect_after(&self, after: &After) -> Result<(), AppError> {
        for alias in &after.aliases {
            self.alias_merge(alias, &after.caller)?;
        }
        let mut joins = after.joins.iter();
        joins.try_for_each(|(known, browser)| self.browser_join(known, browser))
    }

    /// One event through the gate; what is told of it under a public key is a claim.
    fn let_in(
        &self,
        mut told: Told,
        caller: &Caller,
        after: &mut After,
    ) -> Result<Result<Incoming, Early>, AppError> {
        let in_force = self.in_force();
        if is_by_bot(&told, caller) {
            let today = in_force.fold.day(self.now());
            self.inner.intake.note_drop(today, DropReason::Bot);
            return Ok(Err(Err(DropReason::Bot)));
        }
        match self.alias_meant(&mut told, caller)? {
            Ok(alias) => after.aliases.extend(alias),
            Err(refusal) => return Ok(Err(Ok(Verdict::Refused(refusal)))),
        }
        if is_too_old(&told.event, self.now()) {
            return Ok(Err(Ok(Verdict::Refused(EventRefusal::TooOld))));
        }
        let place = Place {
            network: country_of(&told, caller),
            ..Place::told(
                told.context.timezone.as_deref(),
                told.context.locale.as_deref(),
            )
        };
        let passing = gate::pass(&in_force.settings.consent, &mut told, &place, caller);
        let look = match passing.counted {
            Some(_) => look_of_nobody(&told),
            None => look_of(&told, caller, &in_force),
        };
        let mut event = told.event;
        if !caller.is_secret {
            claim(&mut event.personal);
        }
        if event.message_id.is_empty() {
            let id: MessageId = self.inner.environment.id(MessageId::new);
            event.message_id = id.to_string();
        }
        Ok(Ok(Incoming {
            event,
            passing,
            look,
        }))
    }
}

/// What looking a name up may fail with.
fn store_error(error: AppError) -> StoreError {
    match error {
        AppError::Store(error) => error,
        other => StoreError::shape(other),
    }
}

/// Addresses that anybody could have written are kept as claims: what the shop itself told of a
/// person stays.
fn claim(personal: &mut Personal) {
    for name in ["email", "phone"] {
        if let Some(value) = personal.remove(name) {
            personal.insert(format!("claimed_{name}"), value);
        }
    }
}

/// Who was unknown in which browser until now.
fn says_who(event: &Event) -> Option<(Identity, Identity)> {
    let first = event
        .identities
        .first()
        .filter(|_| event.behaviour == Behaviour::Identified)?;
    let mut others = event.identities.iter();
    let browser = others.find(|it| it.namespace == Namespace::AnonymousId)?;
    first
        .namespace
        .is_known()
        .then(|| (first.clone(), browser.clone()))
}
