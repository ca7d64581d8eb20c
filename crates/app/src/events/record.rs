//! One transaction of events: take keys, resolve, lock, decide, evolve, write.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{Identity, Resources, State, needs};
use domain::events::{Behaviour, ConsentChange, Origin, Personal};
use domain::ids::{FactId, StreamId};
use domain::time::{Day, Millis};
use domain::trust::{ConsentSource, Purpose, Uncollected};
use domain::visits::Visit;
use store::customers::CustomerRow;
use store::events::{Digest, MessageKey, NewsRow, OrderKey};
use store::{StoreError, Tx};

use super::browsers::Browsers;
use super::gate;
use super::orders::{decided, remember, waiting};
use super::prepare::Prepared;
use super::profiles::write_profiles;
use super::resolve::{Resolved, ensure_current, keys_of, lock_roots, resolve};
use super::{Piece, Verdict};
use crate::Inner;
use crate::visits;
use crate::writing::{NewFact, Writing};

/// An event of a transaction on its way.
struct Going<'e> {
    prepared: &'e Prepared,
    verdict: Option<Verdict>,
    /// Its place among the events of the transaction.
    place: usize,
    /// The stream it comes to: that of who did it, or of the order that it changes.
    stream: Option<StreamId>,
    /// Whether the order that it changes is told in this very transaction.
    with_order: bool,
}

impl Going<'_> {
    const fn is_open(&self) -> bool {
        self.verdict.is_none()
    }
}

/// Writes the taken events of these pieces; their verdicts wait in the pieces for the commit.
pub(super) fn write_pieces(
    inner: &Inner,
    tx: &mut Tx<'_>,
    pieces: &mut [Piece],
) -> Result<(), StoreError> {
    let taken: Vec<&Prepared> = pieces
        .iter()
        .flat_map(|piece| &piece.events[piece.done..piece.done + piece.taken])
        .collect();
    let mut verdicts = write_events(inner, tx, &taken)?.into_iter();
    for piece in pieces {
        piece.pending = verdicts.by_ref().take(piece.taken).collect();
    }
    Ok(())
}

/// The steps, in the order in which their locks are taken.
fn write_events(
    inner: &Inner,
    tx: &mut Tx<'_>,
    events: &[&Prepared],
) -> Result<Vec<Verdict>, StoreError> {
    let mut going: Vec<Going<'_>> = events.iter().enumerate().map(check).collect();
    drop_repeated_messages(tx, &mut going)?;
    count_unkept(inner, tx, &mut going)?;
    let (mut resolved, browsers) = find_customers(inner, tx, &mut going)?;
    let waiting = find_orders(inner, tx, &mut going, &mut resolved)?;
    let customers = lock_customers(inner, tx, &going, &resolved)?;
    drop_repeated_orders(tx, &mut going)?;
    load_personal_keys(inner, tx, &going, &mut resolved)?;
    load_names(inner, tx, &going, &customers)?;
    let mut writing = Writing::new(inner, customers);
    let changed = |it: &&Going<'_>| it.is_open() && it.prepared.order.is_some();
    let changed = going.iter().filter(changed).filter_map(|it| it.stream);
    let roots: BTreeSet<StreamId> = changed.map(|stream| resolved.root(stream)).collect();
    remember(tx, &mut writing, &roots)?;
    let mut told: BTreeMap<StreamId, (Millis, Personal)> = BTreeMap::new();
    // An order may stand behind what changes it.
    going.sort_by_key(|it| it.prepared.order.is_some());
    for going in going.iter_mut().filter(|it| it.is_open()) {
        take(inner, tx, &mut writing, &resolved, &mut told, going)?;
    }
    forget_unkept(tx, &going, &mut resolved, &browsers)?;
    let roots = resolved
        .new
        .keys()
        .map(|stream| (*stream, *stream))
        .collect();
    store::customers::stream_put(tx, &roots)?;
    store::trust::key_put(tx, &resolved.new)?;
    // A new stream of which every event was refused later still has its customer.
    resolved.new.keys().for_each(|stream| writing.mark(*stream));
    writing.flush(tx)?;
    store::events::news_put(tx, &waiting)?;
    write_profiles(inner, tx, &resolved, told)?;
    going.sort_by_key(|it| it.place);
    Ok(going
        .into_iter()
        .map(|it| it.verdict.expect("every event was decided"))
        .collect())
}

fn check<'e>((place, prepared): (usize, &&'e Prepared)) -> Going<'e> {
    let verdict = prepared.refusal.clone().map(Verdict::Refused);
    Going {
        prepared,
        verdict,
        place,
        stream: None,
        with_order: false,
    }
}

fn drop_repeated_messages(tx: &mut Tx<'_>, going: &mut [Going<'_>]) -> Result<(), StoreError> {
    let mut keys: BTreeMap<MessageKey, Digest> = BTreeMap::new();
    let mut firsts: Vec<(usize, MessageKey)> = Vec::new();
    for (place, going) in going.iter_mut().enumerate() {
        let Some(key) = going.prepared.message.filter(|_| going.verdict.is_none()) else {
            continue;
        };
        if keys.insert(key, going.prepared.digest).is_some() {
            going.verdict = Some(Verdict::Duplicate);
        } else {
            firsts.push((place, key));
        }
    }
    let free = store::events::message_keys_take(tx, &keys)?;
    for (place, key) in firsts {
        if !free.contains(&key) {
            going[place].verdict = Some(Verdict::Duplicate);
        }
    }
    Ok(())
}

/// What may not be kept ends here: nobody is looked up for it.
fn count_unkept(inner: &Inner, tx: &mut Tx<'_>, going: &mut [Going<'_>]) -> Result<(), StoreError> {
    for going in going.iter_mut().filter(|it| it.verdict.is_none()) {
        if let Some(reason) = going.prepared.passing.counted {
            count(inner, tx, going, reason)?;
        }
    }
    Ok(())
}

/// Counts what is not kept, and the look at a page that it may be.
fn count(
    inner: &Inner,
    tx: &mut Tx<'_>,
    going: &mut Going<'_>,
    reason: Uncollected,
) -> Result<(), StoreError> {
    let prepared = going.prepared;
    gate::count(tx, &inner.in_force(), &prepared.event, reason);
    if let (Behaviour::Viewed(_), Some(look)) = (&prepared.event.behaviour, &prepared.look) {
        visits::count_without_a_person(inner, tx, look)?;
    }
    going.verdict = Some(Verdict::Counted(reason));
    Ok(())
}

/// The names under which the visits of these customers are counted.
fn load_names(
    inner: &Inner,
    tx: &mut Tx<'_>,
    going: &[Going<'_>],
    customers: &BTreeMap<StreamId, CustomerRow>,
) -> Result<(), StoreError> {
    let fold = &inner.in_force().fold;
    let open = going.iter().filter(|it| it.verdict.is_none());
    let days = open.filter_map(|it| {
        let prepared = it.prepared;
        visits::days_of(fold, &prepared.event, prepared.look.as_deref())
    });
    let mut days: BTreeSet<Day> = days.collect();
    if days.is_empty() {
        return Ok(());
    }
    let latest = customers.values().filter_map(|it| it.visit.as_ref());
    days.extend(latest.map(Visit::day));
    inner.visit_names.load(tx, &days)
}

fn find_customers(
    inner: &Inner,
    tx: &mut Tx<'_>,
    going: &mut [Going<'_>],
) -> Result<(Resolved, Browsers), StoreError> {
    let open: Vec<&Prepared> = going
        .iter()
        .filter(|it| it.verdict.is_none())
        .map(|it| it.prepared)
        .collect();
    let named: Vec<Identity> = open
        .iter()
        .flat_map(|it| needs(&it.event).identities)
        .collect();
    let mut resolved = resolve(inner, tx, &open, &named)?;
    let mut browsers = Browsers::default();
    // In their order: who said last that a browser is theirs has what it does from then on.
    for going in going.iter_mut().filter(|it| it.verdict.is_none()) {
        going.stream = resolved.stream_of(going.prepared);
        match going.stream {
            Some(stream) => browsers.meet(tx, &mut resolved, going.prepared, stream)?,
            None => going.verdict = Some(Verdict::Erased),
        }
    }
    browsers.hand_over(inner, tx, &mut resolved)?;
    Ok((resolved, browsers))
}

/// Takes back what was bound to people who may not be followed any more by events that were not
/// kept, and by no other.
fn forget_unkept(
    tx: &mut Tx<'_>,
    going: &[Going<'_>],
    resolved: &mut Resolved,
    browsers: &Browsers,
) -> Result<(), StoreError> {
    let is_unkept =
        |it: &&Going<'_>| it.stream.is_some() && matches!(it.verdict, Some(Verdict::Counted(_)));
    let of = |it: &Going<'_>| it.prepared.identities.clone();
    let mut names: BTreeSet<_> = going.iter().filter(is_unkept).flat_map(of).collect();
    if names.is_empty() {
        return Ok(());
    }
    let kept = |it: &&Going<'_>| matches!(it.verdict, Some(Verdict::Accepted { .. }));
    for name in going.iter().filter(kept).flat_map(of) {
        names.remove(&name);
    }
    let mut bound = resolved.unbind(&names);
    bound.retain(|name| !browsers.has_moved(name));
    store::customers::identity_unbind(tx, &bound)?;
    browsers.give_back(tx, &names)
}

/// Finds whose the orders are that events change: such an event comes to the stream of the order,
/// whoever is named in it. Those of unknown orders wait; the answer is what is to be kept of them.
fn find_orders(
    inner: &Inner,
    tx: &mut Tx<'_>,
    going: &mut [Going<'_>],
    resolved: &mut Resolved,
) -> Result<Vec<NewsRow>, StoreError> {
    let open = || going.iter().filter(|it| it.is_open());
    let keys: BTreeSet<[u8; 16]> = open().filter_map(|it| it.prepared.order).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<[u8; 16]> = keys.into_iter().collect();
    let known = store::events::order_key_streams(tx, &keys)?;
    let told: BTreeMap<[u8; 16], StreamId> = open()
        .filter(|it| matches!(it.prepared.event.behaviour, Behaviour::Ordered(_)))
        .filter_map(|it| it.prepared.natural.zip(it.stream))
        .collect();
    let mut rows = Vec::new();
    for going in going.iter_mut().filter(|it| it.is_open()) {
        let Some(order) = going.prepared.order else {
            continue;
        };
        match (known.get(&order), told.get(&order)) {
            (Some(Some(stream)), _) => going.stream = Some(*stream),
            (Some(None), _) => going.verdict = Some(Verdict::Erased),
            (None, Some(stream)) => {
                going.stream = Some(*stream);
                going.with_order = true;
            }
            (None, None) => {
                let natural = going.prepared.natural.unwrap_or_default();
                rows.push(waiting(inner, order, natural, &going.prepared.event));
                going.verdict = Some(Verdict::Waiting);
            }
        }
    }
    let streams: Vec<StreamId> = known.values().copied().flatten().collect();
    resolved
        .roots
        .extend(store::customers::stream_roots(tx, &streams)?);
    forget_known(tx, going, rows)
}

/// What was here before does not wait again.
fn forget_known(
    tx: &mut Tx<'_>,
    going: &mut [Going<'_>],
    mut rows: Vec<NewsRow>,
) -> Result<Vec<NewsRow>, StoreError> {
    let ids: Vec<[u8; 16]> = rows.iter().map(|row| row.id).collect();
    let known = store::events::order_keys_known(tx, &ids)?;
    let waits = |it: &&mut Going<'_>| it.verdict == Some(Verdict::Waiting);
    for going in going.iter_mut().filter(waits) {
        if going.prepared.natural.is_some_and(|id| known.contains(&id)) {
            going.verdict = Some(Verdict::Duplicate);
        }
    }
    rows.retain(|row| !known.contains(&row.id));
    Ok(rows)
}

fn lock_customers(
    inner: &Inner,
    tx: &mut Tx<'_>,
    going: &[Going<'_>],
    resolved: &Resolved,
) -> Result<BTreeMap<StreamId, CustomerRow>, StoreError> {
    let streams: BTreeSet<StreamId> = going.iter().filter_map(|it| it.stream).collect();
    let old: BTreeSet<StreamId> = streams
        .iter()
        .filter(|stream| !resolved.new.contains_key(stream))
        .map(|stream| resolved.root(*stream))
        .collect();
    let mut customers = lock_roots(tx, &old)?;
    for stream in streams
        .iter()
        .filter(|stream| !resolved.new.contains_key(stream))
    {
        ensure_current(&customers, resolved.root(*stream), *stream)?;
    }
    let fold_version = inner.in_force().fold_version;
    for stream in resolved.new.keys() {
        customers.insert(*stream, CustomerRow::new(*stream, fold_version));
    }
    Ok(customers)
}

fn drop_repeated_orders(tx: &mut Tx<'_>, going: &mut [Going<'_>]) -> Result<(), StoreError> {
    let mut keys: BTreeMap<[u8; 16], OrderKey> = BTreeMap::new();
    for going in going.iter_mut().filter(|it| it.verdict.is_none()) {
        let Some(key) = going.prepared.natural else {
            continue;
        };
        let stream = going.stream.expect("an open event has a stream");
        let digest = going.prepared.digest;
        let row = OrderKey {
            key,
            stream,
            digest,
        };
        if keys.insert(key, row).is_some() {
            going.verdict = Some(Verdict::Duplicate);
        }
    }
    let keys: Vec<OrderKey> = keys.into_values().collect();
    let free = store::events::order_keys_take(tx, &keys)?;
    for going in going.iter_mut().filter(|it| it.verdict.is_none()) {
        let natural = going.prepared.natural;
        // Somebody else was first with the order: the next run finds whose it is.
        if going.with_order && going.prepared.order.is_some_and(|key| !free.contains(&key)) {
            return Err(StoreError::Stale);
        }
        if natural.is_some_and(|key| !free.contains(&key)) {
            going.verdict = Some(Verdict::Duplicate);
        }
    }
    Ok(())
}

fn load_personal_keys(
    inner: &Inner,
    tx: &mut Tx<'_>,
    going: &[Going<'_>],
    resolved: &mut Resolved,
) -> Result<(), StoreError> {
    let missing: BTreeSet<StreamId> = going
        .iter()
        .filter(|it| it.verdict.is_none() && !it.prepared.event.personal.is_empty())
        .filter_map(|it| it.stream)
        .filter(|stream| !resolved.keys.contains_key(stream))
        .collect();
    let missing: Vec<StreamId> = missing.into_iter().collect();
    keys_of(inner, tx, &missing, &mut resolved.keys)
}

/// Appends the event's fact, decides, and follows the decision.
fn take(
    inner: &Inner,
    tx: &mut Tx<'_>,
    writing: &mut Writing<'_>,
    resolved: &Resolved,
    told: &mut BTreeMap<StreamId, (Millis, Personal)>,
    going: &mut Going<'_>,
) -> Result<(), StoreError> {
    let event = &going.prepared.event;
    let stream = going.stream.expect("an open event has a stream");
    let root = resolved.root(stream);
    let state = &writing.customer(root).state;
    if going.prepared.passing.asks_person && gate::has_refused(state, Purpose::Analytics) {
        return count(inner, tx, going, Uncollected::Withdrawn);
    }
    let personal = resolved
        .keys
        .get(&stream)
        .and_then(|key| key.seal(&event.personal, &inner.environment));
    let before = (!event.historical).then(|| writing.customer(root).state.clone());
    let look = going.prepared.look.as_deref();
    let begun = visits::keep(inner, tx.writer(), writing, root, event, look);
    let behaviour = match &event.behaviour {
        Behaviour::Refunded(refund) if going.prepared.order.is_some() => {
            Behaviour::Refunded(refund.beside(writing.known(root)))
        }
        other => begun.unwrap_or_else(|| other.clone()),
    };
    let fact = NewFact {
        stream,
        at: event.at,
        received_at: event.received_at,
        origin: if event.historical {
            Origin::Historical
        } else {
            Origin::Observed
        },
        channel: event.channel,
        cause: None,
        body: (behaviour == event.behaviour).then(|| going.prepared.body.clone()),
        behaviour,
        message_id: Some(event.message_id.clone()),
        personal,
    };
    let id = writing.append(root, fact);
    if let Some(before) = before {
        answer(inner, writing, resolved, &before, id, going);
    }
    refuse_third_parties(writing, root, id, going);
    let tells = matches!(
        event.behaviour,
        Behaviour::Identified | Behaviour::Described(_)
    );
    if tells && !event.personal.is_empty() {
        let stamp = writing.customer(root).stamp;
        let (kept, traits) = told.entry(stream).or_default();
        *kept = stamp;
        traits.extend(event.personal.clone());
    }
    going.verdict = Some(Verdict::Accepted { fact: id, stream });
    Ok(())
}

/// A browser that asks for Global Privacy Control says no for its owner, once.
fn refuse_third_parties(
    writing: &mut Writing<'_>,
    root: StreamId,
    cause: FactId,
    going: &Going<'_>,
) {
    let event = &going.prepared.event;
    let purpose = Purpose::ThirdParty;
    let is_said = gate::has_refused(&writing.customer(root).state, purpose);
    if !going.prepared.passing.refuses_third_parties || is_said {
        return;
    }
    let change = ConsentChange {
        source: Some(ConsentSource::Page),
        text: Some("Sec-GPC".to_owned()),
        ..ConsentChange::new(purpose, false)
    };
    let stream = going.stream.expect("an open event has a stream");
    let fact = NewFact {
        at: event.at,
        received_at: event.received_at,
        origin: Origin::Observed,
        channel: event.channel,
        ..NewFact::decided(
            stream,
            writing.now,
            Some(cause),
            Behaviour::ConsentChanged(change),
        )
    };
    writing.append(root, fact);
}

/// Decides what follows from a fact just appended, `before` being the customer without it.
fn answer(
    inner: &Inner,
    writing: &mut Writing<'_>,
    resolved: &Resolved,
    before: &State,
    cause: FactId,
    going: &Going<'_>,
) {
    let event = &going.prepared.event;
    let stream = going.stream.expect("an open event has a stream");
    let root = resolved.root(stream);
    let streams = needs(event)
        .identities
        .into_iter()
        .filter_map(|identity| {
            let stream = resolved.stream(inner, &identity)?;
            Some((identity, resolved.root(stream)))
        })
        .collect();
    let resources = Resources { streams };
    decided(writing, &resources, before, (root, stream, cause), event);
}
