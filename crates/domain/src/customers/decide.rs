//! `needs` and `decide`: what follows from an event, decided once, live, under the customer's
//! lock. A refold never comes here, so nobody is paid twice.

use std::collections::BTreeMap;

use super::evolve::Fold;
use super::identity::Identity;
use super::state::{Standing, State, has_lapsed};
use crate::events::{Behaviour, Event, ReferralCredited, Referred, StandingChanged};
use crate::ids::StreamId;
use crate::messages::{InboxBody, OutboxBody};
use crate::settings::Programme;
use crate::time::Millis;

/// The trait by which an event names the customer who referred them: `namespace:value`.
const REFERRED_BY: &str = "referred_by";

/// What else must be read before an event can be decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// Customers who are named by an identity.
    pub identities: Vec<Identity>,
}

/// What [`needs`] asked for, as it was found.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// The streams behind the identities; one that nobody bears is missing.
    pub streams: BTreeMap<Identity, StreamId>,
}

/// What follows from an event. Nothing of it is written when any of it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// Further facts that were observed in the event (in the sender's words, now resolved).
    pub observed: Vec<Behaviour>,
    /// Facts that were decided, in order; each evolves the state.
    pub decided: Vec<Behaviour>,
    /// Messages to other customers.
    pub inbox: Vec<Telling<InboxBody>>,
    /// Messages to the outside world.
    pub outbox: Vec<Telling<OutboxBody>>,
}

/// A message that has no name yet: ids are made outside this floor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling<T> {
    /// The stream it goes to (inbox) or is about (outbox).
    pub stream: StreamId,
    /// What it says.
    pub body: T,
}

/// What must be read before this event can be decided.
#[must_use]
pub fn needs(event: &Event) -> Needs {
    if event.historical {
        return Needs::default();
    }
    let referrer = event
        .personal
        .get(REFERRED_BY)
        .and_then(|text| text.parse().ok());
    Needs {
        identities: referrer.into_iter().collect(),
    }
}

/// What follows from an event that has just been folded into `state`.
///
/// `before` is the state without the event. Historical events decide nothing: awarding history
/// is a command of its own.
#[must_use]
pub fn decide(
    before: &State,
    state: &State,
    resources: &Resources,
    customer: StreamId,
    event: &Event,
    programme: &Programme,
) -> Decision {
    let mut decision = Decision::default();
    if event.historical {
        return decision;
    }
    decide_standing(&mut decision, before, state, customer, programme);
    let referrer = needs(event)
        .identities
        .first()
        .and_then(|it| resources.streams.get(it))
        .copied();
    if let Some(by) = referrer
        && by != customer
        && state.observed.referred_by.is_empty()
    {
        decision.observed.push(Behaviour::Referred(Referred { by }));
        let body = InboxBody::ReferralJoined { joined: customer };
        decision.inbox.push(Telling { stream: by, body });
    }
    decision
}

/// The standing after an order; the time that counts is that of the orders, never of arrival.
fn decide_standing(
    decision: &mut Decision,
    before: &State,
    state: &State,
    customer: StreamId,
    programme: &Programme,
) {
    let from = state.decided.standing;
    let days = state.observed.order_day_count();
    if before.observed.last_ordered_at() == state.observed.last_ordered_at()
        && before.observed.order_day_count() == days
    {
        return;
    }
    let after = state.observed.last_order_day();
    let was = before.observed.last_order_day();
    let paused = was
        .zip(after)
        .is_some_and(|(was, after)| has_lapsed(was, programme, after));
    // Orders can be cancelled: then there are fewer, and nobody came back or stayed away by that.
    let is_fewer = days < before.observed.order_day_count() || after < was;
    let to = if days == 0 {
        Standing::Prospect
    } else if is_fewer && matches!(from, Standing::Lapsed | Standing::WonBack) {
        from
    } else if paused {
        Standing::WonBack
    } else if days > 1 {
        Standing::Returning
    } else {
        Standing::New
    };
    change_standing(decision, customer, from, to, programme);
}

fn change_standing(
    decision: &mut Decision,
    customer: StreamId,
    from: Standing,
    to: Standing,
    programme: &Programme,
) {
    if from == to {
        return;
    }
    let programme = programme.version;
    decision
        .decided
        .push(Behaviour::StandingChanged(StandingChanged {
            from,
            to,
            programme,
        }));
    let body = OutboxBody::StandingChanged { from, to };
    decision.outbox.push(Telling {
        stream: customer,
        body,
    });
}

/// What follows when a customer is woken: whatever became due by `now`. Woken twice, or late,
/// or for nothing, it decides the same.
#[must_use]
pub fn wake(
    state: &State,
    customer: StreamId,
    programme: &Programme,
    fold: &Fold,
    now: Millis,
) -> Decision {
    let mut decision = Decision::default();
    if super::next_due(state, programme, fold).is_some_and(|due| due <= now) {
        let from = state.decided.standing;
        change_standing(&mut decision, customer, from, Standing::Lapsed, programme);
    }
    decision
}

/// What follows from a message of another customer.
#[must_use]
pub fn receive(message: &InboxBody) -> Decision {
    match message {
        InboxBody::ReferralJoined { joined } => Decision {
            decided: vec![Behaviour::ReferralCredited(ReferralCredited {
                joined: *joined,
            })],
            ..Decision::default()
        },
    }
}
