//! One transaction of events: take keys, resolve, lock, decide, evolve, write.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{Identity, Resources, State, decide, needs};
use domain::events::{Behaviour, ConsentChange, Origin, Personal};
use domain::ids::{FactId, StreamId};
use domain::time::{Day, Millis};
use domain::trust::{ConsentSource, Purpose, Uncollected, search_words};
use domain::visits::Visit;
use store::customers::CustomerRow;
use store::events::{Digest, MessageKey, OrderKey};
use store::trust::StoredProfile;
use store::{StoreError, Tx};

use super::browsers::Browsers;
use super::gate;
use super::prepare::Prepared;
use super::resolve::{Resolved, ensure_current, keys_of, lock_roots, resolve};
use super::{Piece, Verdict};
use crate::Inner;
use crate::visits;
use crate::writing::{NewFact, Writing};

/// Traits under which a person can be found, and which lists show.
const SEARCHED_TRAITS: [&str; 6] = ["name", "first_name", "last_name", "email", "phone", "city"];

/// An event of a transaction on its way.
struct Going<'e> {
    prepared: &'e Prepared,
    verdict: Option<Verdict>,
    stream: Option<StreamId>,
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
    let mut going: Vec<Going<'_>> = events.iter().map(|it| check(it)).collect();
    drop_repeated_messages(tx, &mut going)?;
    count_unkept(inner, tx, &mut going)?;
    let (mut resolved, browsers) = find_customers(inner, tx, &mut going)?;
    let customers = lock_customers(inner, tx, &going, &resolved)?;
    drop_repeated_orders(tx, &mut going)?;
    load_personal_keys(inner, tx, &going, &mut resolved)?;
    load_names(inner, tx, &going, &customers)?;
    let mut writing = Writing::new(inner, customers);
    let mut told: BTreeMap<StreamId, (Millis, Personal)> = BTreeMap::new();
    for going in &mut going {
        if going.verdict.is_none() {
            take(inner, tx, &mut writing, &resolved, &mut told, going)?;
        }
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
    write_profiles(inner, tx, &resolved, told)?;
    Ok(going
        .into_iter()
        .map(|it| it.verdict.expect("every event was decided"))
        .collect())
}

fn check(prepared: &Prepared) -> Going<'_> {
    let verdict = prepared.refusal.clone().map(Verdict::Refused);
    Going {
        prepared,
        verdict,
        stream: None,
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
        body: begun.is_none().then(|| going.prepared.body.clone()),
        behaviour: begun.unwrap_or_else(|| event.behaviour.clone()),
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
    let state = &writing.customer(root).state;
    let programme = &writing.in_force.programme;
    let mut decision = decide(
        before,
        state,
        &Resources { streams },
        root,
        event,
        programme,
    );
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

/// Lays what people told about themselves over what they told before, and makes it findable.
fn write_profiles(
    inner: &Inner,
    tx: &mut Tx<'_>,
    resolved: &Resolved,
    told: BTreeMap<StreamId, (Millis, Personal)>,
) -> Result<(), StoreError> {
    let mut tokens = BTreeSet::new();
    for bound in &resolved.bound {
        for word in search_words(bound.identity.value()) {
            tokens.insert((inner.vault.search_token(&word), bound.stream));
        }
    }
    let streams: Vec<StreamId> = told.keys().copied().collect();
    let mut earlier: BTreeMap<StreamId, Vec<u8>> = store::trust::profiles_of(tx, &streams)?
        .into_iter()
        .map(|profile| (profile.stream, profile.traits))
        .collect();
    let mut profiles = Vec::new();
    for (stream, (stamp, traits)) in told {
        let key = &resolved.keys[&stream];
        let mut all = match earlier.remove(&stream) {
            Some(sealed) => key.open(&sealed).map_err(StoreError::shape)?,
            None => Personal::new(),
        };
        for name in SEARCHED_TRAITS {
            for word in traits
                .get(name)
                .map(|value| search_words(value))
                .unwrap_or_default()
            {
                tokens.insert((inner.vault.search_token(&word), stream));
            }
        }
        all.extend(traits);
        if let Some(traits) = key.seal(&all, &inner.environment) {
            profiles.push(StoredProfile {
                stream,
                stamp,
                traits,
            });
        }
    }
    store::trust::profile_put(tx, &profiles)?;
    store::trust::search_put(tx, &tokens)
}
