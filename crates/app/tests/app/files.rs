//! A past that comes in several files: whatever their order, between live events or not, whole or
//! stopped and gone on with, the customers are the same.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use app::AppError;
use domain::customers::Identity;
use domain::events::{
    Behaviour, CustomerHistory, HistoryDocument, HistoryPiece, OrderNews, ProductTold,
};
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::Seed;
use testkit::world::{World, WorldOptions};

use crate::number;

/// The kinds of files that the past of a world is told in.
const FILES: [&str; 7] = [
    "orders",
    "products",
    "customers",
    "refunds",
    "reviews",
    "deliveries",
    "consents",
];

fn file_of(behaviour: &Behaviour) -> &'static str {
    match behaviour {
        Behaviour::Ordered(_) => "orders",
        Behaviour::Refunded(_) => "refunds",
        Behaviour::Reviewed(_) => "reviews",
        Behaviour::Delivered(_) => "deliveries",
        Behaviour::ConsentChanged(_) => "consents",
        _ => "customers",
    }
}

/// News of an order by its number alone: every delivery, and every refund that names its order.
fn news_of(document: &HistoryDocument) -> Option<OrderNews> {
    let order_id = match &document.behaviour {
        Behaviour::Delivered(delivery) => delivery.order_id.clone(),
        Behaviour::Refunded(refund) => refund.order_id.clone()?,
        _ => return None,
    };
    Some(OrderNews {
        order_id,
        document: document.clone(),
    })
}

/// The past of a world as files of one kind each.
fn files(world: &World) -> BTreeMap<&'static str, Vec<HistoryPiece>> {
    let mut files: BTreeMap<&'static str, Vec<HistoryPiece>> = BTreeMap::new();
    for piece in world.history(100) {
        match piece {
            HistoryPiece::Customer(history) => split(&history, &mut files),
            HistoryPiece::Products(told) => {
                let told = told.into_iter().map(|told| ProductTold {
                    is_catalogue: true,
                    ..told
                });
                let piece = HistoryPiece::Products(told.collect());
                files.entry("products").or_default().push(piece);
            }
            other => files.entry("orders").or_default().push(other),
        }
    }
    files
}

fn split(history: &CustomerHistory, files: &mut BTreeMap<&'static str, Vec<HistoryPiece>>) {
    let mut parts: BTreeMap<&'static str, Vec<HistoryDocument>> = BTreeMap::new();
    for document in &history.documents {
        let file = file_of(&document.behaviour);
        match news_of(document) {
            Some(news) => {
                let piece = HistoryPiece::Orders(vec![news]);
                files.entry(file).or_default().push(piece);
            }
            None => parts.entry(file).or_default().push(document.clone()),
        }
    }
    for (file, documents) in parts {
        let piece = HistoryPiece::Customer(CustomerHistory {
            identities: history.identities.clone(),
            documents,
        });
        files.entry(file).or_default().push(piece);
    }
}

/// What was observed of everybody who is named in the past.
fn observed(shop: &Fixture, world: &World) -> BTreeMap<String, serde_json::Value> {
    let mut names: Vec<Identity> = Vec::new();
    for piece in world.history(100) {
        if let HistoryPiece::Customer(history) = piece {
            names.extend(history.identities.first().cloned());
        }
    }
    let state = |name: &Identity| {
        let observed = crate::state_of(shop, name).observed;
        let mut state = serde_json::to_value(observed).expect("a state is a document");
        // Streams get their names when they come into being.
        if let Some(by) = state.get_mut("referred_by") {
            *by = by.as_array().map_or(0, Vec::len).into();
        }
        state
    };
    names
        .iter()
        .map(|name| (name.hashed_text(), state(name)))
        .collect()
}

fn world(seed: u64, size: u32) -> World {
    World::new(WorldOptions::sized(Seed::from_env_or(seed), size))
}

#[test]
fn files_in_any_order_give_the_same_customers() {
    let world = world(61, 24);
    let files = files(&world);
    assert_eq!(files.len(), FILES.len(), "the world tells of every kind");
    both(|engine| {
        let mut expected = None;
        for turn in 0..4 {
            let shop = FixtureOptions::on(engine).shop_of(&world).open();
            shop.clock().set(world.end());
            let mut order = FILES;
            order.rotate_left(turn * 2);
            if turn % 2 == 1 {
                order.reverse();
            }
            for name in order {
                let imported = shop.import(name, files[name].clone());
                assert_eq!((imported.duplicate, imported.refused), (0, 0), "{name}");
                if turn == 3 {
                    shop.settle();
                }
            }
            shop.settle();
            let waiting = number(&shop, "SELECT COUNT(*) AS n FROM order_news");
            assert_eq!(waiting, 0, "every order is known by now");
            let got = observed(&shop, &world);
            assert_eq!(
                expected.get_or_insert_with(|| got.clone()),
                &got,
                "{order:?}"
            );
        }
    });
}

#[test]
fn files_before_between_and_after_live_events_give_the_same_customers() {
    let world = world(62, 16);
    let files = files(&world);
    both(|engine| {
        let mut expected = None;
        for live_after in [0, 3, FILES.len()] {
            let shop = FixtureOptions::on(engine).shop_of(&world).open();
            for (place, name) in FILES.into_iter().enumerate() {
                if place == live_after {
                    shop.record_world(&world);
                }
                shop.import(name, files[name].clone());
            }
            if live_after == FILES.len() {
                shop.record_world(&world);
            }
            shop.settle();
            let got = observed(&shop, &world);
            let expected = expected.get_or_insert_with(|| got.clone());
            assert_eq!(expected, &got, "{live_after}");
        }
    });
}

#[test]
fn each_file_twice_is_each_file_once_and_says_so() {
    let world = world(63, 12);
    let files = files(&world);
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.clock().set(world.end());
        let first: Vec<_> = FILES
            .map(|name| shop.import(name, files[name].clone()))
            .into();
        shop.settle();
        let (before, facts) = (
            observed(&shop, &world),
            rows::tables(shop.store())["facts"].clone(),
        );
        for (name, first) in FILES.into_iter().zip(first) {
            let again = shop.import(&format!("{name} again"), files[name].clone());
            assert_eq!(
                (again.accepted, again.anonymous, again.products),
                (0, 0, 0),
                "{name}"
            );
            assert_eq!(again.duplicate, first.accepted + first.anonymous, "{name}");
            assert_eq!(
                (
                    again.lines,
                    again.refunds,
                    again.deliveries,
                    again.reviews,
                    again.consents
                ),
                (
                    first.lines,
                    first.refunds,
                    first.deliveries,
                    first.reviews,
                    first.consents
                ),
                "{name}"
            );
            assert_eq!(again.duplicate_lines, again.lines, "{name}");
        }
        shop.settle();
        assert_eq!(observed(&shop, &world), before);
        assert_eq!(rows::tables(shop.store())["facts"], facts);
    });
}

#[test]
fn files_that_are_stopped_again_and_again_give_the_same_customers() {
    let seed = Seed::from_env_or(64);
    let _guard = seed.guard();
    let world = world(64, 12);
    let files = files(&world);
    both(|engine| {
        let whole = FixtureOptions::on(engine).shop_of(&world).open();
        whole.clock().set(world.end());
        for name in FILES {
            whole.import(name, files[name].clone());
        }
        whole.settle();
        let mut shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.clock().set(world.end());
        for (number, name) in FILES.into_iter().enumerate() {
            // Stops after 1, 2, 3, … pieces more, so that every place of a file is met somewhere.
            let mut patience = 1 + number;
            loop {
                let stop = AtomicBool::new(false);
                let mut given = 0;
                let pieces = files[name].iter().map(|piece| {
                    given += 1;
                    stop.store(given >= patience, Ordering::SeqCst);
                    Ok::<_, std::convert::Infallible>(piece.clone())
                });
                match shop.app().import(name, pieces, &stop, &mut |_| {}) {
                    Ok(_) => break,
                    Err(AppError::Stopped) => patience += 3,
                    Err(error) => panic!("{name}: {error}"),
                }
                if patience % 2 == 0 {
                    shop.restart();
                }
            }
        }
        shop.settle();
        assert_eq!(observed(&shop, &world), observed(&whole, &world));
        assert_eq!(number_of_facts(&shop), number_of_facts(&whole));
    });
}

fn number_of_facts(shop: &Fixture) -> i64 {
    number(shop, "SELECT COUNT(*) AS n FROM facts")
}
