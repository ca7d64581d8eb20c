//! The gate of consent: what is kept of what somebody does, and what is only counted.
//!
//! Two things are asked. Before the log the shop's policy, of what the event itself says; under
//! the lock of the customer what the person said last, so that a withdrawal acts at once.

use domain::customers::State;
use domain::events::{Context, Event, Told};
use domain::trust::{Basis, ConsentPolicy, ConsentSource, Kept, Place, Purpose, Uncollected};
use store::Tx;

use super::Caller;
use crate::InForce;

/// Under this name an event keeps why it was kept with its person.
const KEPT_BECAUSE: &str = "kept_because";

/// How an event came through the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Passing {
    /// Whether it is kept only as long as the person has not refused.
    pub(crate) asks_person: bool,
    /// Whether the browser says that nothing may go to third parties.
    pub(crate) refuses_third_parties: bool,
    /// Why it is only counted.
    pub(crate) counted: Option<Uncollected>,
}

/// An event through the gate: without what may not be kept.
pub(super) fn pass(
    policy: &ConsentPolicy,
    told: &mut Told,
    place: &Place,
    caller: &Caller,
) -> Passing {
    let says = |purpose: Purpose| told.context.consent.get(purpose.word()).copied();
    let no_third_parties =
        policy.refuses_third_parties(caller.gpc) && says(Purpose::ThirdParty) != Some(true);
    let said = says(Purpose::Analytics);
    if !asks(&told.event, caller) {
        prove(&mut told.event, place, caller);
        return Passing {
            refuses_third_parties: no_third_parties,
            ..Passing::default()
        };
    }
    let asked = Kept {
        place: place.clone(),
        said,
        gpc: caller.gpc,
        dnt: caller.dnt,
        is_told_by_shop: caller.is_secret,
    };
    // Nobody is named where nobody agreed to be.
    let decided = match told.event.identities.is_empty() {
        true => Err(policy
            .decide(&asked)
            .err()
            .unwrap_or(Uncollected::NoConsent)),
        false => policy.decide(&asked),
    };
    match decided {
        Err(reason) => {
            told.event.identities.clear();
            told.event.personal.clear();
            Passing {
                counted: Some(reason),
                ..Passing::default()
            }
        }
        Ok(basis) => {
            if basis == Basis::WithoutProfile {
                bare(told);
            }
            let word = basis.word().to_owned();
            told.event.personal.insert(KEPT_BECAUSE.to_owned(), word);
            Passing {
                asks_person: true,
                refuses_third_parties: no_third_parties,
                counted: None,
            }
        }
    }
}

/// Whether an event is kept only with permission. What the shop itself tells is its own business
/// with the person, but for how they use the shop.
fn asks(event: &Event, caller: &Caller) -> bool {
    match caller.is_secret {
        true => event.behaviour.shows_use(),
        false => !event.behaviour.is_always_kept(),
    }
}

/// Leaves nothing from which a profile grows.
fn bare(told: &mut Told) {
    told.context = Context::default();
    told.products.clear();
    told.name = None;
    told.event.personal.clear();
    told.event.behaviour = told.event.behaviour.clone().bare();
}

/// Adds to a permission what is known of how it was given.
fn prove(event: &mut Event, place: &Place, caller: &Caller) {
    let domain::events::Behaviour::ConsentChanged(change) = &mut event.behaviour else {
        return;
    };
    change.source = change.source.or(Some(match caller.is_secret {
        true => ConsentSource::BackEnd,
        false => ConsentSource::Page,
    }));
    change.region = change
        .region
        .or_else(|| place.candidates().first().copied());
}

/// Whether the person said no the last time they were asked.
pub(super) fn has_refused(state: &State, purpose: Purpose) -> bool {
    let consents = &state.observed.consents;
    consents.get(&purpose).is_some_and(|it| !it.granted)
}

/// Counts what is not kept: by day, channel and reason, and nothing that leads to anybody.
pub(super) fn count(tx: &mut Tx<'_>, in_force: &InForce, event: &Event, reason: Uncollected) {
    let day = in_force.fold.day(event.at);
    tx.add_to_rollup(day, "uncollected", reason.word(), 1);
    if let domain::events::Behaviour::Viewed(_) = event.behaviour {
        tx.add_to_rollup(day, "uncollected_views", event.channel.word(), 1);
    }
}
