//! History: twice is once, it goes on where it was stopped, and it adds up to the truth.

use std::sync::atomic::{AtomicBool, Ordering};

use app::AppError;
use app::history::Imported;
use domain::customers::Standing;
use domain::events::{Channel, CustomerHistory, HistoryDocument, HistoryPiece, Personal};
use store::Engine;
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told::{START, ordered, user};
use testkit::world::{World, WorldOptions};

use crate::number;

fn lines_of(pieces: &[HistoryPiece]) -> u64 {
    let document = |it: &HistoryDocument| match &it.behaviour {
        domain::events::Behaviour::Ordered(order) => order.lines.len() as u64,
        domain::events::Behaviour::Refunded(refund) => refund.lines.len() as u64,
        _ => 0,
    };
    let piece = |piece: &HistoryPiece| match piece {
        HistoryPiece::Customer(history) => history.documents.iter().map(document).sum(),
        HistoryPiece::Anonymous(orders) => orders.iter().map(|it| it.lines as u64).sum(),
        HistoryPiece::Orders(_) | HistoryPiece::Products(_) => 0_u64,
    };
    pieces.iter().map(piece).sum()
}

fn check_truth(shop: &Fixture, world: &World) {
    shop.settle();
    // What is yet to come has no month, so the world's time has to have passed.
    shop.clock().set(world.end().max(shop.clock().now()));
    shop.clock().advance(60_000);
    let (truth, guests) = (world.truth().totals, world.truth().guest_totals);
    let overview = shop.app().overview().expect("an overview");
    let totals = overview.totals;
    assert_eq!(totals.orders as u64, truth.orders);
    assert_eq!(
        (totals.gross, totals.refunds, totals.net, totals.product),
        (truth.gross, truth.refunds, truth.net(), truth.product())
    );
    let anonymous = overview.anonymous;
    assert_eq!(anonymous.orders as usize, world.truth().guests.len());
    assert_eq!(
        (anonymous.gross, anonymous.product),
        (guests.gross, guests.product_gross)
    );
    let months: i64 = overview.months.iter().map(|it| it.figures.gross).sum();
    assert_eq!(months, truth.gross);
}

#[test]
fn history_twice_is_history_once_and_adds_up() {
    let seed = Seed::from_env_or(51);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::small(seed));
    let pieces = world.history(100);
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.clock().set(world.end());
        let first = shop.import("a file", pieces.clone());
        let documents = world.truth().totals.orders.max(1) + world.truth().totals.returns;
        assert!(first.accepted >= documents, "{first:?}");
        assert_eq!((first.duplicate, first.refused), (0, 0));
        assert_eq!(first.lines, lines_of(&pieces));
        check_truth(&shop, &world);
        let before = rows::tables(shop.store());
        let again = shop.import("the same file under another name", pieces.clone());
        let expected = Imported {
            accepted: 0,
            anonymous: 0,
            duplicate: first.accepted + first.anonymous,
            duplicate_lines: first.lines,
            products: 0,
            products_known: first.products,
            ..first
        };
        assert_eq!(again, expected);
        let after = rows::tables(shop.store());
        assert_eq!(after["facts"], before["facts"]);
        assert_eq!(after["rollups"], before["rollups"]);
        check_truth(&shop, &world);
        let decided = "SELECT COUNT(*) AS n FROM facts WHERE kind = 'decided'";
        assert_eq!(number(&shop, decided), 0, "history decides nothing");
    });
}

#[test]
fn history_and_the_same_events_live_count_once_in_any_order() {
    let seed = Seed::from_env_or(52);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 20));
    both(|engine| {
        let live_first = FixtureOptions::on(engine).shop_of(&world).open();
        live_first.record_world(&world);
        live_first.import("a file", world.history(60));
        check_truth(&live_first, &world);
        let history_first = FixtureOptions::on(engine).shop_of(&world).open();
        history_first.import("a file", world.history(60));
        history_first.record_world(&world);
        check_truth(&history_first, &world);
    });
}

#[test]
fn an_import_that_was_stopped_goes_on_where_it_was() {
    let seed = Seed::from_env_or(53);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::small(seed));
    let pieces = world.history(100);
    both(|engine| {
        let mut shop = FixtureOptions::on(engine).shop_of(&world).open();
        let stop = AtomicBool::new(false);
        let first_part = pieces.iter().enumerate().map(|(place, piece)| {
            stop.store(place >= 9, Ordering::SeqCst);
            Ok::<_, std::convert::Infallible>(piece.clone())
        });
        let outcome = shop.app().import("a file", first_part, &stop, &mut |_| {});
        assert!(matches!(outcome, Err(AppError::Stopped)));
        shop.restart();
        let whole = shop.import("a file", pieces.clone());
        assert_eq!(whole.lines, lines_of(&pieces));
        assert_eq!(whole.duplicate, 0, "nothing is looked at twice");
        assert_eq!(number(&shop, "SELECT COUNT(*) AS n FROM jobs"), 0);
        check_truth(&shop, &world);
    });
}

#[test]
fn a_source_that_breaks_off_says_so_and_what_came_counts_once() {
    let seed = Seed::from_env_or(54);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 12));
    let pieces = world.history(100);
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        let broken = pieces
            .iter()
            .take(5)
            .cloned()
            .map(Ok)
            .chain([Err("line 77 is torn")]);
        let outcome = shop
            .app()
            .import("a file", broken, &AtomicBool::new(false), &mut |_| {});
        let error = outcome.expect_err("the source broke");
        assert!(error.to_string().contains("line 77"), "{error}");
        shop.import("a file", pieces.clone());
        check_truth(&shop, &world);
    });
}

/// A wholesaler's customers have thousands of orders each: what is on its way at once is bounded
/// by events and not by customers alone, or the writers' queue refuses its own import.
#[test]
fn customers_with_very_many_orders_do_not_overrun_the_queue() {
    let shop = Fixture::new(Engine::Sqlite);
    let piece = |who: usize| {
        let documents = (0..18_000)
            .map(|number| HistoryDocument {
                at: START.plus(number),
                channel: Channel::Store,
                behaviour: ordered(&format!("{who} {number}"), 100),
                personal: Personal::new(),
            })
            .collect();
        HistoryPiece::Customer(CustomerHistory {
            identities: vec![user(who)],
            documents,
        })
    };
    let imported = shop.import("wholesale", (0..3).map(piece).collect());
    assert_eq!(imported.accepted, 54_000);
    let state = crate::state_of(&shop, &user(1));
    assert_eq!(state.decided.standing, Standing::Prospect);
}
