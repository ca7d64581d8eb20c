//! What an event is to the visits of its customer, decided under their lock and counted with it.

use std::collections::BTreeSet;

use domain::customers::{Fold, Observed};
use domain::events::{Behaviour, ConsentChange, Event, Order, PageView, Sums};
use domain::ids::StreamId;
use domain::time::Day;
use domain::trust::Purpose;
use domain::visits::{Arrival, Count, Counting, Look, Visit};
use store::Tx;

use crate::Inner;
use crate::writing::Writing;

/// The days whose names an event may need.
pub(crate) fn days_of(fold: &Fold, event: &Event, look: Option<&Look>) -> Option<Day> {
    let is_counted = look.is_some() || matches!(event.behaviour, Behaviour::Viewed(_));
    is_counted.then(|| fold.day(event.at))
}

/// Counts what an event is to the visits of its customer. Where it begins one, the fact says so
/// and what led there: then this is what the fact says instead.
pub(crate) fn keep(
    inner: &Inner,
    stripe: i64,
    writing: &mut Writing<'_>,
    root: StreamId,
    event: &Event,
    look: Option<&Look>,
) -> Option<Behaviour> {
    let in_force = std::sync::Arc::clone(&writing.in_force);
    let customer = writing.customers.get_mut(&root)?;
    let mut latest: Option<Visit> = customer.visit.take();
    let names =
        &mut |day, dimension, value: &str| inner.visit_names.name(stripe, day, dimension, value);
    let mut counting = Counting {
        fold: &in_force.fold,
        names,
        counts: &mut writing.counts,
    };
    let said = match (&event.behaviour, look) {
        (Behaviour::Viewed(view), look) => {
            let from_history = look.is_none().then(|| look_of_history(event, view));
            let look = from_history.as_ref().or(look);
            look.and_then(|look| {
                let is_new = is_new(&customer.state.observed, latest.as_ref());
                let led_here = counting.view(&mut latest, look, is_new)?;
                let is_decided = look.told.is_none();
                is_decided.then(|| Behaviour::Viewed(started(view, &led_here)))
            })
        }
        (Behaviour::Ordered(order), look) => {
            let (is_first, value) = worth(&customer.state.observed, order, &in_force.fold);
            if let Some(look) = look {
                counting.act(&mut latest, look);
            }
            if Sums::of(&order.lines).amount > 0 {
                counting.order(latest.as_ref(), event.at, is_first, value);
            }
            None
        }
        (Behaviour::ConsentChanged(change), Some(look)) => {
            if allows_analytics(change) {
                counting.agree(&mut latest, look);
            }
            None
        }
        (_, Some(look)) => {
            counting.act(&mut latest, look);
            None
        }
        (_, None) => None,
    };
    customer.visit = latest;
    said
}

fn allows_analytics(change: &ConsentChange) -> bool {
    change.purpose == Purpose::Analytics && change.granted
}

/// Whether a customer had never been here.
fn is_new(observed: &Observed, latest: Option<&Visit>) -> bool {
    let is_known = latest.is_some_and(Visit::has_begun);
    observed.visits == 0 && !is_known && observed.first_ordered_at().is_none()
}

/// Whether an order is the customer's first, and what it comes to in the shop's currency.
fn worth(observed: &Observed, order: &Order, fold: &Fold) -> (bool, i64) {
    let is_ours = order.currency == fold.currency();
    let value = if is_ours {
        Sums::of(&order.lines).amount
    } else {
        0
    };
    (observed.first_ordered_at().is_none(), value)
}

/// Whoever tells of pages without a look says where visits begin and what led there: history.
fn look_of_history(event: &Event, view: &PageView) -> Look {
    Look {
        at: event.at,
        received_at: event.received_at,
        arrival: Arrival::of_origin(view.source.as_deref().unwrap_or_default()),
        page: String::new(),
        content: view.content.clone(),
        agent: None,
        place: None,
        search: None,
        told: Some(view.starts_visit),
    }
}

/// What the fact of a first page says.
fn started(view: &PageView, led_here: &Arrival) -> PageView {
    PageView {
        starts_visit: true,
        source: view.source.clone().or_else(|| led_here.origin()),
        ..view.clone()
    }
}

/// Counts a look at a page of somebody of whom nothing may be kept.
pub(crate) fn count_without_a_person(
    inner: &Inner,
    tx: &mut Tx<'_>,
    look: &Look,
) -> Result<(), store::StoreError> {
    let in_force = inner.in_force();
    let stripe = tx.writer();
    let days = BTreeSet::from([in_force.fold.day(look.at)]);
    inner.visit_names.load(tx, &days)?;
    let mut counts: Vec<Count> = Vec::new();
    let names =
        &mut |day, dimension, value: &str| inner.visit_names.name(stripe, day, dimension, value);
    let mut counting = Counting {
        fold: &in_force.fold,
        names,
        counts: &mut counts,
    };
    counting.without_a_person(look);
    add(tx, &counts);
    Ok(())
}

/// Adds to the daily sums.
pub(crate) fn add(tx: &mut Tx<'_>, counts: &[Count]) {
    for count in counts {
        tx.add_to_rollup(count.day, count.measure.word(), &count.name(), count.by);
    }
}
