//! What the shop learns beyond orders: origins, ways to an order, reviews, consents, costs; and
//! the past in each of its forms.

use domain::customers::Stage;
use domain::events::Channel;

use super::*;

/// A world of 2,000 people, large enough for shares to show.
fn large() -> (World, SeedGuard) {
    let seed = Seed::from_env_or(17);
    (World::new(WorldOptions::sized(seed, 2_000)), seed.guard())
}

#[test]
fn each_person_folds_to_what_is_true_of_them() {
    let (world, _guard) = medium();
    let fold = world.fold();
    let products = &world.truth().products;
    for (number, events) in lives(&world) {
        let person = nth(&world, number);
        let state = fold.facts(&facts(&events, stream(number)));
        let metrics = Metrics::of(&state, &fold);
        let told = (
            metrics.source.as_deref(),
            metrics.content.as_deref(),
            metrics.stage,
        );
        assert_eq!(
            told,
            (person.source(), person.content(), person.stage()),
            "person {number}"
        );
        let second = person.visits.get(1).map(|visit| fold.day(visit.at));
        assert_eq!(metrics.second_visit, second, "person {number}");
        let permits: BTreeMap<_, _> = state
            .observed
            .consents
            .iter()
            .map(|(purpose, consent)| (*purpose, consent.granted))
            .collect();
        assert_eq!(permits, person.permits(), "person {number}");
        let interests: BTreeSet<&str> = metrics.interests.iter().map(String::as_str).collect();
        assert_eq!(interests, person.categories(products), "person {number}");
        if metrics.margin.is_some() {
            assert_eq!(metrics.margin, Some(person.totals.margin()));
        }
    }
}

#[test]
fn each_channel_folds_to_what_is_true_of_it() {
    let (world, _guard) = medium();
    let (fold, currency) = (world.fold(), world.options().currency);
    let mut channels: BTreeMap<Channel, [i64; 6]> = BTreeMap::new();
    for (number, events) in lives(&world) {
        let state = fold.facts(&facts(&events, stream(number)));
        for (channel, figures) in &state.observed.channels {
            let Some(sales) = figures.sales.get(&currency) else {
                continue;
            };
            let sums = channels.entry(*channel).or_default();
            let own = [
                sales.orders.into(),
                sales.gross,
                sales.refunds,
                sales.product(),
                sales.discounts,
                sales.costed - sales.cost,
            ];
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
    }
    let truth = world.truth().channels();
    let of_truth = truth.iter().map(|(channel, totals)| {
        let orders = i64::try_from(totals.orders).expect("few orders");
        let sums = [
            orders,
            totals.gross,
            totals.refunds,
            totals.product(),
            totals.discounts,
            totals.margin(),
        ];
        (*channel, sums)
    });
    assert_eq!(channels, of_truth.collect());
    for channel in [Channel::Web, Channel::App, Channel::Store, Channel::Social] {
        assert!(truth[&channel].orders > 20, "{channel}: {truth:?}");
    }
}

#[test]
fn guides_bring_people_back_and_friends_bring_people_who_stay() {
    let seed = Seed::from_env_or(20);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 6_000));
    let share = |part: u64, of: u64| part * 1_000 / of.max(1);
    let contents = world.truth().contents();
    let back = |name: &str| share(contents[name].came_back, contents[name].people);
    assert_eq!(contents.len(), 5);
    assert!(back("guide") > back("offers") + 150, "{contents:?}");
    let sources = world.truth().sources();
    let again = |name: &str| share(sources[name].buyers_again, sources[name].people);
    assert!(again("friend") > again("ads") + 70, "{sources:?}");
    assert!(again("newsletter") > again("social") + 30, "{sources:?}");
    assert!(sources.values().all(|it| it.people > 50), "{sources:?}");
}

#[test]
fn the_process_behind_orders_does_not_know_what_led_to_them() {
    let world = World::new(WorldOptions::sized(Seed::new(18), 2_000));
    let people = &world.truth().people;
    let stopping: u64 = people
        .iter()
        .map(|person| u64::from(person.dropout_per_million))
        .sum();
    // Beta(1, 4) has the mean one fifth.
    let mean = stopping / people.len() as u64;
    assert!(mean.abs_diff(200_000) < 12_000, "{mean}");
}

#[test]
fn every_way_to_an_order_is_gone_and_some_end_before() {
    let (world, _guard) = medium();
    let stages = world.truth().stages();
    assert_eq!(stages.len(), Stage::ALL.len(), "{stages:?}");
    let mut left = 0;
    for person in &world.truth().people {
        for pair in person.steps.windows(2) {
            assert!(pair[0].at <= pair[1].at, "in order of time");
        }
        for order in &person.orders {
            let on_the_way = person.steps.iter().filter(|step| step.at < order.at);
            assert!(on_the_way.clone().all(|step| step.at >= person.arrived_at));
        }
        let last = person.orders.last().map(|order| order.at);
        let baskets = person.steps.iter().filter(|step| {
            matches!(step.kind, StepKind::Added(..)) && last.is_none_or(|last| step.at > last)
        });
        left += baskets.count();
    }
    assert!(left > 20, "only {left} baskets were left");
}

#[test]
fn late_and_poor_goods_are_rated_worse() {
    let (world, _guard) = large();
    let mut ratings: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for person in &world.truth().people {
        for review in &person.reviews {
            let id = review.review.review_id.as_deref().expect("they have one");
            let order = person
                .orders
                .iter()
                .find(|it| Some(it.order.order_id.as_str()) == id.strip_prefix('V'));
            let order = order.expect("of an order");
            let late = order.delivery.is_some_and(|delivery| delivery.is_late());
            let (sum, count) = ratings
                .entry(if late { "late" } else { "in time" })
                .or_default();
            (*sum, *count) = (*sum + u64::from(review.review.rating), *count + 1);
            assert!(review.at > order.at);
        }
    }
    let mean = |name: &str| ratings[name].0 * 100 / ratings[name].1;
    assert!(ratings["late"].1 > 20, "{ratings:?}");
    assert!(mean("in time") > mean("late") + 100, "{ratings:?}");
}

#[test]
fn margins_differ_and_some_costs_are_unknown() {
    let (world, _guard) = medium();
    let catalogue = world.catalogue();
    let expected = ["accessories", "brewing gear", "clothes", "coffee", "gifts"];
    assert_eq!(catalogue.categories(), expected);
    let products = &world.truth().products;
    let unknown = products.iter().filter(|it| it.cost.is_none()).count();
    let below_cost = products
        .iter()
        .filter(|it| it.cost.is_some_and(|cost| cost.hundredths > it.price * 100));
    assert_eq!((unknown, below_cost.count()), (3, 1));
    let totals = world.truth().totals;
    assert!(totals.margin() > 0 && totals.costed < totals.product());
}

#[test]
fn history_tells_of_the_same_past() {
    let (world, _guard) = medium();
    let products = &world.truth().products;
    let mut told = Totals::default();
    let (mut customers, mut consents) = (BTreeSet::new(), 0);
    for piece in world.history(100) {
        match piece {
            HistoryPiece::Customer(history) => {
                customers.insert(history.identities[0].clone());
                for document in &history.documents {
                    match &document.behaviour {
                        Behaviour::Ordered(order) => told.count_order(order, products),
                        Behaviour::Refunded(refund) => told.count_refund(refund, products),
                        Behaviour::Delivered(delivery) => {
                            told.deliveries += 1;
                            let late = delivery.promised_at < Some(document.at);
                            told.deliveries_late += u64::from(late);
                        }
                        Behaviour::Reviewed(review) => {
                            told.reviews += 1;
                            told.ratings += u64::from(review.rating);
                            assert!(document.personal.contains_key("text"));
                        }
                        Behaviour::ConsentChanged(_) => consents += 1,
                        Behaviour::Described(description) => {
                            assert_eq!(description.registered_at, Some(document.at));
                            assert!(document.personal.contains_key("name"));
                        }
                        other => panic!("history does not tell of {}", other.name()),
                    }
                }
                let mut pairs = history.documents.windows(2);
                assert!(pairs.all(|pair| pair[0].at <= pair[1].at));
            }
            HistoryPiece::Anonymous(orders) => {
                let mut orders = orders.iter();
                assert!(orders.all(|order| order.gross > 0 && order.lines > 0));
            }
            HistoryPiece::Products(told) => {
                assert_eq!(told.len(), products.len());
                assert!(told.iter().filter(|it| it.is_catalogue).count() > 15);
            }
            HistoryPiece::Orders(_) => panic!("everybody of the world is named"),
        }
    }
    let people = &world.truth().people;
    let known = people.iter().filter(|it| it.identified_at.is_some());
    let second = people.iter().filter(|it| it.known_as.second.is_some());
    assert_eq!(customers.len(), known.count() + second.count());
    let said: usize = people.iter().map(|person| person.consents.len()).sum();
    assert_eq!(consents, said);
    let truth = Totals {
        customers: 0,
        facts: told.facts,
        visits: 0,
        complaints: 0,
        ..world.truth().totals
    };
    assert_eq!(told, truth);
    assert!(world.history(30).len() < world.history(100).len() / 2);
}

/// The cells of a file's rows; the world's own cells hold no line breaks.
fn rows(file: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for line in file.lines() {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for character in line.chars() {
            let cell = cells.last_mut().expect("there is one");
            match character {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                other => cell.push(other),
            }
        }
        rows.push(cells);
    }
    let width = rows.first().map_or(0, Vec::len);
    assert!(rows.iter().all(|row| row.len() == width), "{file}");
    rows.split_off(1)
}

#[test]
fn the_files_tell_of_the_same_past() {
    for currency in [Currency::EUR, Currency::TWD, Currency::IRR] {
        let options = WorldOptions {
            currency,
            ..WorldOptions::sized(Seed::new(19), 200)
        };
        let world = World::new(options);
        let (files, totals) = (world.files(100), world.truth().totals);
        let people = &world.truth().people;
        assert_eq!(files.orders, world.csv(100, CsvReturns::Omitted));
        let minor = |text: &str| {
            let amount = parse_decimal(text).expect("a plain decimal");
            currency.minor_units(amount).expect("it fits")
        };
        let refunds: i64 = rows(&files.refunds).iter().map(|row| minor(&row[6])).sum();
        assert_eq!(refunds, totals.refunds, "{currency}");
        let reviews = rows(&files.reviews);
        let ratings = reviews
            .iter()
            .map(|row| row[3].parse::<u64>().expect("1 to 5"));
        assert_eq!(ratings.sum::<u64>(), totals.ratings);
        assert_eq!(reviews.len() as u64, totals.reviews);
        assert_eq!(rows(&files.deliveries).len() as u64, totals.deliveries);
        let said: usize = people.iter().map(|person| person.consents.len()).sum();
        assert_eq!(rows(&files.consents).len(), said);
        let customers = rows(&files.customers);
        let distinct: BTreeSet<&String> = customers.iter().map(|row| &row[0]).collect();
        assert_eq!(distinct.len(), customers.len());
        let catalogue = world.catalogue();
        for row in rows(&files.products) {
            let cost = catalogue.cost(&row[0]);
            let hundredths = (!row[3].is_empty()).then(|| minor(&row[3]));
            // Rounded to the minor unit, both are the same.
            let rounded = cost.map(|cost| (cost.hundredths + 50) / 100);
            assert!(
                rounded.is_some() == hundredths.is_some()
                    && rounded.unwrap_or(0).abs_diff(hundredths.unwrap_or(0)) <= 1,
                "{row:?} {cost:?}"
            );
            assert_eq!(catalogue.category(&row[0]).unwrap_or_default(), row[2]);
        }
    }
}

#[test]
fn the_past_is_everything_once_in_order_of_time() {
    let (world, _guard) = medium();
    let past: Vec<Event> = world.past().collect();
    let mut seen = BTreeSet::new();
    for event in &past {
        assert_eq!(event.check(), Ok(()));
        assert!(event.historical);
        let key = event.natural_key().expect("history has one");
        assert!(seen.insert(key), "{event:?} is told twice");
    }
    assert!(past.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let once = |events: Vec<Event>| -> BTreeSet<String> {
        let ids = events.into_iter().map(|event| event.message_id);
        ids.collect()
    };
    assert_eq!(past.len() as u64, world.truth().totals.facts);
    assert_eq!(once(past), once(deduplicated(world.events())));
}

/// What the demo promises its pages: enough of everything, in thirds, up to its last day.
#[test]
fn the_demo_has_something_to_say_on_every_page() {
    let world = World::new(WorldOptions::demo());
    let truth = world.truth();
    assert_eq!(world.end().to_string(), "2026-11-01T00:00:00.000Z");
    assert!(world.settings().name.contains("synthetic"));
    for language in [Language::English, Language::Persian, Language::Chinese] {
        let readers = truth.people.iter().filter(|it| it.language == language);
        let readers = readers.count();
        assert!(readers.abs_diff(2_500 / 3) < 90, "{language:?}: {readers}");
    }
    let (sources, contents) = (truth.sources(), truth.contents());
    assert!(
        sources.values().all(|it| it.buyers_again > 20),
        "{sources:?}"
    );
    assert!(
        contents.values().all(|it| it.came_back > 100),
        "{contents:?}"
    );
    let again = |it: &OriginFigures| (it.buyers, it.buyers_again);
    let (buyers, buyers_again) = sources
        .values()
        .map(again)
        .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    assert!(buyers_again * 2 > buyers && buyers_again * 4 < buyers * 3);
    assert_eq!(truth.stages().len(), Stage::ALL.len());
    let totals = truth.totals;
    assert!(totals.reviews > 500 && totals.returns > 200 && totals.deliveries_late > 200);
}
