//! The same seed, run serially, leaves equal rows on both engines, and again on the same one.

use std::collections::BTreeMap;

use app::customers::ListQuery;
use app::trust::{Invitation, KeyKind, LetterText, NewKey, Origin, Who};
use domain::trust::Role;
use store::Engine;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows::{self, Table};
use testkit::seeds::Seed;
use testkit::told::{identified, named};
use testkit::world::{World, WorldOptions};

use crate::adjust::{adjust, request};
use crate::people;

fn run(engine: Engine, seed: Seed, world: &World) -> BTreeMap<String, Table> {
    let shop = FixtureOptions::on(engine)
        .writers(1)
        .seed(seed)
        .shop_of(world)
        .open();
    // Pieces go one by one: which of them share a commit is the threads' to race for.
    for (number, piece) in world.history(40).into_iter().enumerate() {
        shop.import(&format!("piece {number}"), vec![piece]);
    }
    shop.record_world(world);
    let mut draws = seed.child("points").draws();
    let known = world
        .truth()
        .people
        .iter()
        .filter(|it| it.identified_at.is_some());
    for (number, person) in known.enumerate() {
        let name = &person.known_as.user_id;
        let amount = draws.between(1, 40);
        adjust(&shop, name, request(&format!("given {number}"), amount)).expect("given");
        // Some are refused, and that is remembered too.
        let amount = -draws.between(1, 40);
        let _ = adjust(&shop, name, request(&format!("taken {number}"), amount));
    }
    let gone = &world.truth().people[3].known_as;
    let named = [&gone.user_id, &gone.email]
        .into_iter()
        .chain(&gone.anonymous_ids);
    let root = named.filter_map(|it| shop.find(it)).next();
    shop.erase(root.expect("the shop heard of everybody"));
    something_goes_over(&shop);
    somebody_works_here(&shop);
    shop.clock().advance(60 * 86_400_000);
    shop.settle();
    rows::tables(shop.store())
}

/// A browser goes from one person to another, and what is known of one of them out of the house.
fn something_goes_over(shop: &Fixture) {
    let at = shop.clock().now();
    for (id, who) in [("goes over 1", "u-first"), ("goes over 2", "u-second")] {
        let names = [
            named(&format!("user_id:{who}")),
            named("anonymous_id:b-shared"),
        ];
        shop.record(vec![identified(id, &names, at, &[("name", "Somebody")])]);
    }
    let acting = shop.app().acting(Who::System, Origin::machine());
    let root = shop.customer(&named("user_id:u-first"));
    acting.export_customer(root).expect("handed out");
    let first_ten = ListQuery {
        limit: 10,
        ..ListQuery::default()
    };
    acting.export_list("", first_ten).expect("handed out");
}

/// A row in each table about the people who work for the shop.
fn somebody_works_here(shop: &Fixture) {
    let app = shop.app();
    let owner = people::acting(app, &people::claim(app));
    people::join(app, &owner, "help@example.com", Role::Support);
    let invitation = Invitation {
        email: "later@example.com".to_owned(),
        name: "Later".to_owned(),
        role: Role::Analyst,
    };
    let compose = |token: &str| LetterText {
        subject: "Come in".to_owned(),
        text: token.to_owned(),
    };
    owner.invite(&invitation, Some(&compose)).expect("asked");
    let wrong = people::login(people::OWNER, "not the password");
    people::refused(app.sign_in(wrong, &people::place(3)));
    owner
        .key_make(&NewKey::whole(KeyKind::Write, "Pages"))
        .expect("made");
    app.audit_flush().expect("written");
}

#[test]
fn a_serial_run_of_the_seeded_world_gives_equal_rows_on_both_engines() {
    let seed = Seed::from_env_or(61);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::small(seed));
    let sqlite = run(Engine::Sqlite, seed, &world);
    let postgres = run(Engine::Postgres, seed, &world);
    for (name, table) in &sqlite {
        let other = &postgres[name];
        assert_eq!(table.rows.len(), other.rows.len(), "{name}");
        for (row, other) in table.rows.iter().zip(&other.rows) {
            assert_eq!(row, other, "{name}: {:?}", table.columns);
        }
    }
    // Tables that nothing fills yet; every other one has to say something here.
    let empty = ["holds", "jobs", "inbox", "order_news"];
    for (name, table) in &sqlite {
        let filled = !table.rows.is_empty();
        assert_eq!(filled, !empty.contains(&name.as_str()), "{name}");
    }
    assert_eq!(run(Engine::Sqlite, seed, &world), sqlite, "run again");
}
