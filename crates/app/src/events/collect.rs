//! What the collector does between the reading of a body and the log, and after it.
//!
//! The steps, in order: the gate of consent, claims under a public key, an id for messages that
//! came without one; then the log (`record`); then the past of a browser is joined to whom it now
//! belongs. What is dropped has a reason from a closed list.

use std::net::IpAddr;

use domain::customers::{Identity, Namespace};
use domain::events::{Behaviour, Event, Personal, Told};
use domain::ids::MessageId;
use domain::trust::Purpose;
use store::StoreError;

use super::Verdict;
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
    /// Whether the browser asks not to be followed (`Sec-GPC` or `DNT`).
    pub wants_privacy: bool,
}

/// Why an event that could be read is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// The person agreed to no analytics.
    NoConsent,
}

impl DropReason {
    /// The word in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoConsent => "no_consent",
        }
    }
}

impl std::fmt::Display for DropReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoConsent => "this person agreed to no analytics: the event was not kept",
        })
    }
}

/// What became of the events of a body.
#[derive(Debug)]
pub struct Collected {
    /// A verdict on each, in the order told; or why it is not kept.
    pub verdicts: Vec<Result<Verdict, DropReason>>,
    /// Which browsers are whose, for [`App::collect_after`].
    pub after: After,
}

/// What is left to do after the commit and before the answer.
#[derive(Debug, Default)]
pub struct After {
    joins: Vec<(Identity, Identity)>,
}

impl After {
    /// Whether there is anything to do.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.joins.is_empty()
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
        let mut drops: Vec<Option<DropReason>> = Vec::with_capacity(told.len());
        let mut events = Vec::with_capacity(told.len());
        for told in told {
            match self.let_in(told, caller) {
                Ok(event) => {
                    drops.push(None);
                    events.push(event);
                }
                Err(reason) => drops.push(Some(reason)),
            }
        }
        let joins = events.iter().filter_map(says_who).collect();
        let answer = move |recorded: Vec<Verdict>| {
            let mut recorded = recorded.into_iter();
            let whole = drops.into_iter().filter_map(|dropped| match dropped {
                Some(reason) => Some(Err(reason)),
                None => recorded.next().map(Ok),
            });
            Collected {
                verdicts: whole.collect(),
                after: After { joins },
            }
        };
        if events.is_empty() {
            reply(Ok(answer(Vec::new())));
            return Ok(());
        }
        self.record_then(events, move |outcome| reply(outcome.map(answer)))
    }

    /// Before the answer, and again when the same is sent again: so nobody's past is lost on the
    /// way.
    ///
    /// # Errors
    /// The store's.
    pub fn collect_after(&self, after: &After) -> Result<(), AppError> {
        let mut joins = after.joins.iter();
        joins.try_for_each(|(known, browser)| self.browser_join(known, browser))
    }

    /// One event through the gate; what is told of it under a public key is a claim.
    fn let_in(&self, told: Told, caller: &Caller) -> Result<Event, DropReason> {
        if !is_permitted(&told) {
            return Err(DropReason::NoConsent);
        }
        let mut event = told.event;
        if !caller.is_secret {
            claim(&mut event.personal);
        }
        if event.message_id.is_empty() {
            let id: MessageId = self.inner.environment.id(MessageId::new);
            event.message_id = id.to_string();
        }
        Ok(event)
    }
}

/// Whether the person lets it be kept: what was bought always is, and what they decided about it.
fn is_permitted(told: &Told) -> bool {
    let is_always = matches!(
        told.event.behaviour,
        Behaviour::Ordered(_) | Behaviour::Refunded(_) | Behaviour::ConsentChanged(_)
    );
    is_always || told.context.consent.get(Purpose::Analytics.word()) != Some(&false)
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
