//! The world repeats, it is as its options say, and what is told of it amounts to the truth.
//! With it as a source, the rules of folding and merging are held here for whole lives.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{
    Decided, Fold, Metrics, Observed, Resources, State, decide, evolve, settle_merge,
    settle_unmerge,
};
use domain::events::{Behaviour, Event, Fact, HistoryPiece, LineKind, Origin, Settled};
use domain::ids::{FactId, MergeId, StreamId};
use domain::money::parse_decimal;
use domain::settings::Programme;

use super::*;
use crate::seeds::{Draws, SeedGuard};

mod shop;

fn small(seed: u64) -> World {
    World::new(WorldOptions::small(Seed::new(seed)))
}

/// A world of 400 people, and the guard that says its seed when the test fails.
fn medium() -> (World, SeedGuard) {
    let seed = Seed::from_env_or(11);
    (World::new(WorldOptions::sized(seed, 400)), seed.guard())
}

/// An event as text, from what the log keeps and not from how Rust prints it.
fn written_out(event: &Event) -> String {
    let names: Vec<_> = event.identities.iter().map(Identity::hashed_text).collect();
    let times = [event.at, event.sent_at, event.received_at];
    let said = (event.behaviour.name(), event.behaviour.body());
    format!(
        "{} {names:?} {times:?} {} {said:?} {:?}",
        event.message_id, event.channel, event.personal
    )
}

/// A number that two equal texts share, and two different ones do not by chance.
fn digest(text: &str) -> u64 {
    Seed::new(0).child(text).number()
}

fn stream(number: u32) -> StreamId {
    StreamId::new(1, &Seed::new(u64::from(number)).randomness().array())
}

/// A fact as the log would keep it, in this place of this stream.
fn fact(event: &Event, stream: StreamId, seq: u64, stamp: Millis) -> Fact {
    Fact {
        stream,
        seq,
        id: FactId::new(seq, &[1; 10]),
        stamp,
        at: event.at,
        received_at: event.received_at,
        origin: Origin::Observed,
        channel: event.channel,
        cause: None,
        behaviour: event.behaviour.clone(),
    }
}

/// The deduplicated events of each person, in order of arrival.
fn lives(world: &World) -> BTreeMap<u32, Vec<Event>> {
    let person_of: BTreeMap<String, u32> = world
        .told()
        .map(|(person, event)| (event.message_id, person))
        .collect();
    let mut lives: BTreeMap<u32, Vec<Event>> = BTreeMap::new();
    for event in deduplicated(world.events()) {
        lives
            .entry(person_of[&event.message_id])
            .or_default()
            .push(event);
    }
    lives
}

/// One stream of a person's facts, in order of arrival.
fn facts(events: &[Event], stream: StreamId) -> Vec<Fact> {
    (1..)
        .zip(events)
        .map(|(seq, event)| fact(event, stream, seq, event.received_at))
        .collect()
}

#[test]
fn one_seed_gives_one_world_byte_for_byte() {
    let told = |world: &World| {
        let events: Vec<String> = world.events().map(|event| written_out(&event)).collect();
        digest(&format!("{events:?} {:?}", world.merges()))
            ^ digest(&world.csv(100, CsvReturns::NegativeQuantities))
    };
    assert_eq!(told(&small(5)), told(&small(5)));
    assert_eq!(small(5), small(5));
    assert_ne!(told(&small(5)), told(&small(6)));
    // The bytes themselves are promised: a change here changes every seeded run on record.
    assert_eq!(
        told(&small(5)),
        GOLDEN_WORLD,
        "the world of seed 5 is another one"
    );
}
const GOLDEN_WORLD: u64 = 11_738_402_292_110_381_284;

#[test]
fn every_event_can_be_taken_and_none_is_out_of_its_time() {
    let (world, _guard) = medium();
    check_times(&world);
    let options = WorldOptions {
        one_time_percent: 50,
        ..world.options().clone()
    };
    check_times(&World::new(options));
}

fn check_times(world: &World) {
    let mut last = Millis::EARLIEST;
    for (person, event) in world.told() {
        assert_eq!(event.check(), Ok(()), "{event:?}");
        assert!(event.received_at >= last, "in order of arrival");
        last = event.received_at;
        assert!(
            event.at <= event.received_at,
            "nothing is told before it happened"
        );
        let person = nth(world, person);
        assert!(event.at >= person.arrived_at && event.at < world.end());
        assert!(
            person
                .dropped_out_at
                .is_none_or(|dropped_out_at| event.at <= dropped_out_at)
        );
    }
    assert!(last < world.end().plus(2 * telling::DELAY_MAX_MS));
}

fn nth(world: &World, person: u32) -> &Person {
    &world.truth().people[usize::try_from(person).expect("a place in a list")]
}

#[test]
fn the_deduplicated_events_fold_to_the_truth() {
    let (world, _guard) = medium();
    let fold = world.fold();
    let lives = lives(&world);
    let mut sum = Totals::default();
    for person in &world.truth().people {
        let events = &lives[&person.number];
        let state = fold.facts(&facts(events, stream(person.number)));
        let folded = totals(&state.observed, world.options().currency);
        assert_eq!(folded, person.totals, "person {}", person.number);
        sum.add(&folded);
    }
    assert_eq!(sum, world.truth().totals);
    assert_eq!(sum.customers, u64::from(world.options().customers));
    assert!(sum.refunds > 0 && sum.product() < sum.net() && sum.net() < sum.gross);
}

fn totals(observed: &Observed, currency: Currency) -> Totals {
    let sales = observed.sales(currency);
    Totals {
        customers: 1,
        facts: observed.facts,
        orders: sales.orders.into(),
        items: sales.items,
        gross: sales.gross,
        refunds: sales.refunds,
        product_gross: sales.product_gross,
        product_refunds: sales.product_refunds,
        returns: observed.refunds().into(),
        visits: observed.visits.into(),
        deliveries: observed.deliveries.into(),
        deliveries_late: observed.deliveries_late.into(),
        complaints: observed.complaints.into(),
        reviews: observed.reviews.into(),
        ratings: observed.ratings.into(),
        items_returned: sales.items_returned,
        discounts: sales.discounts,
        costed: sales.costed,
        cost: sales.cost,
    }
}

#[test]
fn everything_a_real_shop_suffers_is_there() {
    let world = World::new(WorldOptions::sized(Seed::new(12), 600));
    let people = &world.truth().people;
    let events: Vec<Event> = world.events().collect();
    let distinct = deduplicated(events.iter().cloned());
    let some = |what: &str, count: usize| assert!(count > 3, "{what}: only {count}");
    let copies = |a: &Event| Event {
        received_at: Millis(0),
        ..a.clone()
    };
    let mut by_id: BTreeMap<&str, Event> = BTreeMap::new();
    for event in &events {
        let first = by_id
            .entry(&event.message_id)
            .or_insert_with(|| copies(event));
        assert_eq!(*first, copies(event), "a copy says the same");
    }
    some("duplicates", events.len() - by_id.len());
    some("orders told as two messages", by_id.len() - distinct.len());
    some(
        "late",
        events
            .iter()
            .filter(|it| it.received_at.0 - it.at.0 > 3_600_000)
            .count(),
    );
    some(
        "out of order",
        events
            .windows(2)
            .filter(|pair| pair[0].at > pair[1].at)
            .count(),
    );
    some(
        "wrong clocks",
        events
            .iter()
            .filter(|it| it.sent_at > it.received_at)
            .count(),
    );
    some(
        "anonymous",
        events
            .iter()
            .filter(|it| !it.identities[0].namespace.is_known())
            .count(),
    );
    some(
        "told who brought them",
        people.iter().filter(|it| it.referred_by.is_some()).count(),
    );
    some(
        "shared devices",
        people
            .iter()
            .filter(|it| it.shares_device_with.is_some())
            .count(),
    );
    some(
        "merges to do",
        world
            .merges()
            .iter()
            .filter(|it| it.undone_at.is_none())
            .count(),
    );
    some(
        "mistaken merges",
        world
            .merges()
            .iter()
            .filter(|it| it.undone_at.is_some())
            .count(),
    );
    some(
        "dropouts",
        people
            .iter()
            .filter(|it| it.dropped_out_at.is_some())
            .count(),
    );
    some(
        "late deliveries",
        usize::try_from(world.truth().totals.deliveries_late).unwrap_or(0),
    );
    let channels: BTreeSet<_> = events.iter().map(|event| event.channel).collect();
    some("channels", channels.len());
    let names: BTreeSet<_> = events
        .iter()
        .map(|event| event.behaviour.name().to_owned())
        .collect();
    assert_eq!(names.len(), 12, "{names:?}");
    let kinds: BTreeSet<LineKind> = people
        .iter()
        .flat_map(|person| &person.orders)
        .flat_map(|order| &order.order.lines)
        .map(|line| line.kind)
        .collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    let languages: BTreeSet<_> = people.iter().map(|person| person.language).collect();
    assert_eq!(languages.len(), 3);
    let post = world.truth().carriers()["post"];
    assert!(post.late > 0 && post.late * 4 < post.deliveries, "{post:?}");
}

#[test]
fn identities_lead_to_one_person_unless_a_device_is_shared() {
    let (world, _guard) = medium();
    let mut owners: BTreeMap<Identity, u32> = BTreeMap::new();
    for (number, event) in world.told() {
        for identity in &event.identities {
            let owner = *owners.entry(identity.clone()).or_insert(number);
            if owner != number {
                let shared = &nth(&world, number).known_as;
                assert!(shared.device_is_shared && shared.devices.contains(identity));
            }
        }
        let first = &event.identities[0];
        assert_eq!(
            owners[first], number,
            "the most trusted name is never shared"
        );
    }
}

/// Folding by hand what an all-knowing resolver would join: people and profiles are as many.
#[test]
fn names_on_one_event_join_all_names_of_a_person() {
    let (world, _guard) = medium();
    let mut group: BTreeMap<Identity, BTreeSet<Identity>> = BTreeMap::new();
    let mut join = |a: &Identity, b: &Identity| {
        let mut all: BTreeSet<Identity> = [a.clone(), b.clone()].into();
        for name in [a, b] {
            all.extend(group.get(name).cloned().unwrap_or_default());
        }
        for name in &all {
            group.insert(name.clone(), all.clone());
        }
    };
    for event in world.events() {
        // A shared device joins nobody.
        for name in event
            .identities
            .iter()
            .filter(|it| it.namespace.word() != "device")
        {
            join(&event.identities[0], name);
        }
    }
    for merge in world
        .merges()
        .iter()
        .filter(|merge| merge.undone_at.is_none())
    {
        join(&merge.from, &merge.into);
    }
    let profiles: BTreeSet<_> = group.values().collect();
    assert_eq!(profiles.len() as u64, world.truth().totals.customers);
}

/// The declaration "by time of event": the order in which facts arrive does not show, neither in
/// what is kept nor in any figure that is read off it.
#[test]
fn facts_in_any_order_give_the_same_observations() {
    let seed = Seed::from_env_or(13);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 60));
    let fold = world.fold();
    let mut draws = seed.child("orders of arrival").draws();
    for (person, events) in lives(&world) {
        let mut facts = facts(&events, stream(person));
        let expected = fold.facts(&facts);
        let metrics = Metrics::of(&expected, &fold);
        for _ in 0..8 {
            draws.shuffle(&mut facts);
            for (place, fact) in (1..).zip(&mut facts) {
                fact.seq = place;
                fact.stamp = Millis(1_000).plus(i64::try_from(place).expect("few facts"));
            }
            let state = fold.facts(&facts);
            assert_eq!(state.observed, expected.observed, "person {person}");
            let same = Metrics::of(&state, &fold);
            assert_eq!(same, metrics, "person {person}");
        }
    }
}

/// A stream that a test writes live: each event is decided and folded under one clock.
struct Live {
    stream: StreamId,
    facts: Vec<Fact>,
    state: State,
}

impl Live {
    fn new(number: u32) -> Self {
        Self {
            stream: stream(number),
            facts: Vec::new(),
            state: State::default(),
        }
    }

    fn append(&mut self, fact: Fact, fold: &Fold) {
        let seq = self.facts.len() as u64 + 1;
        let fact = Fact {
            seq,
            stream: self.stream,
            ..fact
        };
        evolve(&mut self.state, &fact, fold);
        self.facts.push(fact);
    }

    fn hear(&mut self, event: &Event, stamp: &mut Millis, fold: &Fold) {
        let before = self.state.clone();
        *stamp = stamp.plus(1);
        self.append(fact(event, self.stream, 0, *stamp), fold);
        let programme = Programme::default();
        let resources = Resources::default();
        let decision = decide(
            &before,
            &self.state,
            &resources,
            self.stream,
            event,
            &programme,
        );
        for behaviour in decision.decided {
            *stamp = stamp.plus(1);
            self.append(decided(behaviour, *stamp), fold);
        }
    }
}

fn decided(behaviour: Behaviour, stamp: Millis) -> Fact {
    Fact {
        stream: StreamId::from_bytes([0; 16]),
        seq: 0,
        id: FactId::from_bytes([0; 16]),
        stamp,
        at: stamp,
        received_at: stamp,
        origin: Origin::Decided,
        channel: domain::events::Channel::Web,
        cause: None,
        behaviour,
    }
}

/// A person's events split over two streams by chance, both living under one clock.
fn split(number: u32, events: &[Event], draws: &mut Draws, fold: &Fold) -> (Live, Live, Millis) {
    let (mut one, mut two) = (Live::new(2 * number), Live::new(2 * number + 1));
    let mut stamp = Millis(1_000);
    for event in events {
        let side = if draws.percent(50) {
            &mut one
        } else {
            &mut two
        };
        side.hear(event, &mut stamp, fold);
    }
    (one, two, stamp)
}

#[test]
fn two_streams_folded_as_one_observe_what_one_stream_had() {
    let seed = Seed::from_env_or(14);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 60));
    let fold = world.fold();
    let mut draws = seed.child("sides").draws();
    for (person, events) in lives(&world) {
        let whole = fold.facts(&facts(&events, stream(person))).observed;
        let (one, two, _) = split(person, &events, &mut draws, &fold);
        let merged = fold.facts(one.facts.iter().chain(&two.facts)).observed;
        assert_eq!(merged, whole, "person {person}: merged");
        for side in [&one, &two] {
            assert_eq!(
                fold.facts(&side.facts),
                side.state,
                "person {person}: by itself"
            );
        }
    }
}

#[test]
fn merging_and_unmerging_leaves_what_never_merging_left() {
    let seed = Seed::from_env_or(15);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 60));
    let fold = world.fold();
    let mut draws = seed.child("sides").draws();
    let merge = MergeId::from_bytes([7; 16]);
    let settle = |decided: Decided, undone| {
        Behaviour::Settled(Settled {
            merge,
            undone,
            decided,
        })
    };
    for (person, events) in lives(&world) {
        let (mut one, mut two, stamp) = split(person, &events, &mut draws, &fold);
        let never_merged = [one.state.clone(), two.state.clone()];

        let both = one.facts.iter().chain(&two.facts);
        let merged = fold.facts(both);
        let settled = settle_merge(&one.state, &two.state, &merged);
        one.append(
            decided(settle(settled.clone(), false), stamp.plus(1)),
            &fold,
        );
        let state = fold.facts(one.facts.iter().chain(&two.facts));
        assert_eq!(
            state.decided, settled,
            "person {person}: what was settled stands"
        );

        for (side, before) in [&mut one, &mut two].into_iter().zip(never_merged) {
            let stands = settle_unmerge(&side.facts, &[], &fold);
            side.append(decided(settle(stands, true), stamp.plus(2)), &fold);
            assert_eq!(fold.facts(&side.facts), before, "person {person}: unmerged");
        }
    }
}

#[test]
fn the_file_of_order_lines_adds_up_to_the_truth() {
    for currency in [Currency::EUR, Currency::TWD, Currency::IRR] {
        let options = WorldOptions {
            currency,
            ..WorldOptions::sized(Seed::new(16), 200)
        };
        let world = World::new(options);
        let file = world.csv(100, CsvReturns::NegativeQuantities);
        let mut lines = file.lines();
        assert_eq!(lines.next(), Some(CSV_HEADER));
        let (mut net, mut guests) = (0, 0);
        for line in lines {
            // Only titles are quoted, and they stand between the first four cells and the rest.
            let cells: Vec<&str> = line.split(',').collect();
            let [quantity, unit_price, ..] = cells[cells.len() - 5..] else {
                panic!("five cells after the title: {line}");
            };
            let quantity: i64 = quantity.parse().expect("a number of units");
            let unit_price = parse_decimal(unit_price).expect("a price");
            let amount = quantity * currency.minor_units(unit_price).expect("fits");
            *if cells[1].is_empty() {
                &mut guests
            } else {
                &mut net
            } += amount;
        }
        assert_eq!(net, world.truth().totals.net(), "{currency}");
        assert_eq!(guests, world.truth().guest_totals.gross, "{currency}");
        assert!(!world.csv(100, CsvReturns::Omitted).contains("RO"));
    }
}

#[test]
fn traces_lead_to_one_person_only() {
    let (world, _guard) = medium();
    let people = &world.truth().people;
    let mut seen = BTreeSet::new();
    for person in people {
        for trace in person.traces() {
            assert!(seen.insert(trace.clone()), "“{trace}” leads to two people");
        }
        assert_eq!(
            world.truth().person(person.known_as.user_id.value()),
            Some(person)
        );
    }
}
