//! `kill -9` in the middle of imports: whoever goes on where the dead one was comes to the same
//! customers as an import that nothing disturbed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use app::App;
use app::customers::CustomerRef;
use app::environment::Environment;
use domain::customers::Identity;
use domain::events::{Behaviour, CustomerHistory, HistoryPiece, OrderNews};
use store::Engine;
use testkit::engines::Place;
use testkit::seeds::Seed;
use testkit::world::{World, WorldOptions};

use crate::Rounds;
use crate::shop::{Shop, check_whole, parse_orders};
use crate::victim::{Victim, order, say};

/// What the importer is to do; it is in its environment, where no other test looks.
const ORDERS: &str = "FANOUS_LONG_IMPORTER";
/// People of a round's world. More than 512 pieces, so that a position is kept in between.
const PEOPLE: u32 = 300;
/// How often an import is killed before it may come to its end.
const KILLS: u64 = 3;

fn world(seed: u64) -> World {
    World::new(WorldOptions::sized(Seed::new(seed), PEOPLE))
}

/// The past as two files: deliveries by their orders' numbers alone, and then all else.
fn files(world: &World) -> [(&'static str, Vec<HistoryPiece>); 2] {
    let (mut deliveries, mut rest) = (Vec::new(), Vec::new());
    for piece in world.history(100) {
        let HistoryPiece::Customer(history) = piece else {
            rest.push(piece);
            continue;
        };
        let (told, documents): (Vec<_>, Vec<_>) = history
            .documents
            .into_iter()
            .partition(|it| matches!(it.behaviour, Behaviour::Delivered(_)));
        for document in told {
            if let Behaviour::Delivered(delivery) = &document.behaviour {
                let order_id = delivery.order_id.clone();
                deliveries.push(HistoryPiece::Orders(vec![OrderNews { order_id, document }]));
            }
        }
        rest.push(HistoryPiece::Customer(CustomerHistory {
            identities: history.identities,
            documents,
        }));
    }
    [("deliveries", deliveries), ("rest", rest)]
}

fn import(app: &App, world: &World, told: &dyn Fn()) {
    for (name, pieces) in files(world) {
        let pieces = pieces.into_iter().map(|piece| {
            told();
            Ok::<_, Infallible>(piece)
        });
        app.import(name, pieces, &AtomicBool::new(false), &mut |_| {})
            .expect("history is taken");
    }
    app.settle().expect("what waits is done");
}

/// Not a test of its own: it acts only in a process that was started to be killed.
#[test]
fn acts() {
    let Ok(orders) = std::env::var(ORDERS) else {
        return;
    };
    let order = parse_orders(&orders);
    let app = order
        .shop
        .open(Environment::system())
        .expect("the importer opens the shop");
    import(&app, &world(order.seed), &|| say("piece"));
    say("done");
}

/// What was observed of everybody of the world.
fn observed(app: &App, world: &World) -> BTreeMap<String, String> {
    let state = |name: &Identity| {
        let named = CustomerRef::Identity(name.clone());
        let root = app.customer_find(&named).expect("somebody");
        let observed = app.customer_page(root).expect("a customer").state.observed;
        serde_json::to_string(&observed).expect("a state is a document")
    };
    world
        .history(100)
        .iter()
        .filter_map(|piece| match piece {
            HistoryPiece::Customer(history) => history.identities.first(),
            _ => None,
        })
        .map(|name| (name.hashed_text(), state(name)))
        .collect()
}

fn open(place: &Place, world: &World) -> (Shop, App) {
    let shop = Shop::at(place);
    let app = shop.open(Environment::system()).expect("a new shop opens");
    app.settings_put(world.settings())
        .expect("settings are kept");
    (shop, app)
}

fn round(engine: Engine, seed: Seed) {
    let world = world(seed.number());
    let undisturbed = Place::new(Engine::Sqlite);
    let (_, whole) = open(&undisturbed, &world);
    import(&whole, &world, &|| {});
    let place = Place::new(engine);
    let (shop, app) = open(&place, &world);
    drop(app);
    let mut draws = seed.draws();
    let pieces: usize = files(&world).iter().map(|(_, pieces)| pieces.len()).sum();
    for _ in 0..KILLS {
        let orders = order(&shop, seed.number(), 0, 0);
        let mut importer = Victim::start_other("imports::acts", ORDERS, &orders);
        let moment = draws.below(pieces as u64) as usize;
        while importer.said.len() < moment && importer.hear().is_some() {}
        importer.kill();
        println!("killed after {} of {pieces} pieces", importer.said.len());
    }
    let app = shop
        .open(Environment::system())
        .expect("the shop opens after a kill");
    import(&app, &world, &|| {});
    assert_eq!(observed(&app, &world), observed(&whole, &world));
    check_whole(&app);
}

#[test]
fn sqlite_goes_on_with_an_import() {
    for (_, seed) in Rounds::new("imports on SQLite", 5, 5) {
        round(Engine::Sqlite, seed);
    }
}

#[test]
fn postgres_goes_on_with_an_import() {
    for (_, seed) in Rounds::new("imports on PostgreSQL", 5, 5) {
        round(Engine::Postgres, seed);
    }
}
