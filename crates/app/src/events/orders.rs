//! What is told of an order after it: it is decided beside all that is known of the order, or waits
//! until the order is there.

use std::collections::BTreeSet;

use domain::customers::{Resources, State, decide};
use domain::events::{Event, Origin};
use domain::ids::{FactId, StreamId};
use store::events::NewsRow;
use store::{StoreError, Tx};

use crate::Inner;
use crate::writing::{NewFact, Writing};

/// Reads what is known of these locked customers, whose orders are to be changed.
pub(crate) fn remember(
    tx: &mut Tx<'_>,
    writing: &mut Writing<'_>,
    roots: &BTreeSet<StreamId>,
) -> Result<(), StoreError> {
    for root in roots {
        let streams = writing.customer(*root).streams.keys();
        let streams: Vec<StreamId> = streams.copied().collect();
        let facts = store::events::facts_to_fold(tx, &streams)?;
        writing.remember(*root, facts);
    }
    Ok(())
}

/// An event as it waits for its order, under its own natural key. What is personal about it is
/// sealed with a key of its own: whose it is, is not known yet.
pub(crate) fn waiting(inner: &Inner, order: [u8; 16], natural: [u8; 16], event: &Event) -> NewsRow {
    let (vault, environment) = (&inner.vault, &inner.environment);
    let sealed = (!event.personal.is_empty()).then(|| {
        let (key, wrapped) = vault.new_stream_key(environment);
        let sealed = key.seal(&event.personal, environment);
        (wrapped, sealed.unwrap_or_default())
    });
    NewsRow {
        order_key: order,
        id: natural,
        at: event.at,
        received_at: event.received_at,
        origin: match event.historical {
            true => Origin::Historical,
            false => Origin::Observed,
        },
        channel: event.channel,
        behaviour: event.behaviour.clone(),
        message_id: event.message_id.clone(),
        sealed,
    }
}

/// Decides what follows from the fact of an event just appended, `before` being the customer
/// without it, and follows the decision.
pub(crate) fn decided(
    writing: &mut Writing<'_>,
    resources: &Resources,
    before: &State,
    (root, stream, cause): (StreamId, StreamId, FactId),
    event: &Event,
) {
    let state = &writing.customer(root).state;
    let programme = &writing.in_force.programme;
    let mut decision = decide(before, state, resources, root, event, programme);
    // What else was observed in the event happened when and where the event did, however late we
    // heard of it.
    for behaviour in std::mem::take(&mut decision.observed) {
        let fact = NewFact {
            at: event.at,
            received_at: event.received_at,
            origin: Origin::Observed,
            channel: event.channel,
            ..NewFact::decided(stream, writing.now, Some(cause), behaviour)
        };
        writing.append(root, fact);
    }
    writing.follow(root, stream, Some(cause), decision);
}
