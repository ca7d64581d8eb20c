//! Whole stores: backups, and moving between the engines.

use std::path::Path;

use store::{Claimed, Engine, Hook, Options, Store, WholeProgress, backup_read, store_move};
use testkit::engines::{Place, both};
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told::{START, order, user};
use testkit::world::{World, WorldOptions};

fn go_on(_: WholeProgress<'_>) -> bool {
    true
}

/// A shop with a year in it, some rows of every kind that a world makes.
fn shop(engine: Engine) -> Fixture {
    let world = World::new(WorldOptions::sized(Seed::new(91), 40));
    let shop = FixtureOptions::on(engine).shop_of(&world).open();
    shop.record_world(&world);
    shop
}

fn options(place: &Place) -> Options {
    place.options(1, Hook::none())
}

/// The rows of a store that nobody has open.
fn tables_at(place: &Place) -> impl PartialEq + std::fmt::Debug + use<> {
    let store = Store::open(&place.data(), &options(place)).expect("it opens");
    rows::tables(&store)
}

#[test]
fn a_backup_of_either_engine_holds_every_row() {
    both(|engine| {
        let shop = shop(engine);
        let copies = tempfile::TempDir::new().expect("a folder");
        let data = copies.path().join("data");
        let claimed = Claimed::new(&data).expect("an empty folder");
        let file = claimed.incoming_file();
        let written = shop.store().backup(&file, &mut go_on).expect("a backup");
        assert_eq!(written, backup_read(&file).expect("it can be read again"));
        let filled = written.tables.iter().filter(|it| it.rows > 0).count();
        assert!(filled > 12, "only {filled} tables have rows");
        assert_eq!(names(&claimed.incoming()), ["fanous.db"], "it stands alone");
        claimed.settle().expect("it is put in its place");
        let copy = Store::open(&data.to_string_lossy(), &Options::default()).expect("it opens");
        assert_eq!(rows::tables(&copy), rows::tables(shop.store()));
    });
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |it: std::io::Result<std::fs::DirEntry>| it.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|it| name(it).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_store_moves_between_the_engines_and_back_without_a_change() {
    let mut shop = shop(Engine::Sqlite);
    shop.close();
    let (server, back) = (Place::new(Engine::Postgres), Place::new(Engine::Sqlite));
    let before = tables_at(shop.place());
    let move_it = |from: &Place, into: &Place| {
        let (a, b) = (options(from), options(into));
        store_move((&from.data(), &a), (&into.data(), &b), &mut go_on)
    };
    let there = move_it(shop.place(), &server).expect("to the server");
    assert_eq!(move_it(&server, &back).expect("and back"), there);
    assert!(there.iter().any(|it| it.table == "facts" && it.rows > 100));
    assert_eq!(tables_at(&server), before);
    assert_eq!(tables_at(&back), before);
    assert_eq!(tables_at(shop.place()), before, "the source is as it was");
    for target in [&server, &back] {
        let refusal = move_it(shop.place(), target).expect_err("it holds a shop");
        assert!(refusal.to_string().contains("a shop already"), "{refusal}");
    }
    let (empty, nothing) = (Place::new(Engine::Sqlite), Place::new(Engine::Postgres));
    for source in [&empty, &nothing] {
        let unused = Place::new(Engine::Sqlite);
        let refusal = move_it(source, &unused).expect_err("there is nothing to move");
        assert!(refusal.to_string().contains("no "), "{refusal}");
    }
}

#[test]
fn a_store_that_is_open_is_not_moved() {
    both(|engine| {
        let shop = Fixture::new(engine);
        shop.record(vec![order("order 1", &user(1), START, 100)]);
        let target = Place::new(Engine::Sqlite);
        let (a, b) = (options(shop.place()), options(&target));
        let from = (shop.place().data(), &a);
        let refusal = store_move((&from.0, from.1), (&target.data(), &b), &mut go_on);
        let sentence = refusal.expect_err("somebody writes there").to_string();
        assert!(sentence.contains("open in another Fanous"), "{sentence}");
        assert_eq!(
            names(&target.data_folder()),
            ["fanous.lock"],
            "nothing is left"
        );
    });
}

#[test]
fn what_is_stopped_leaves_nothing_behind() {
    let mut shop = shop(Engine::Sqlite);
    let copies = tempfile::TempDir::new().expect("a folder");
    let stopped = shop
        .store()
        .backup(&copies.path().join("one"), &mut |at| at.what != "pages")
        .expect_err("it was stopped");
    assert!(matches!(stopped, store::StoreError::Stopped), "{stopped}");
    shop.close();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let target = Place::new(engine);
        let (a, b) = (options(shop.place()), options(&target));
        let mut seen = 0;
        let mut stop_late = |at: WholeProgress<'_>| {
            seen += u64::from(at.what == "facts");
            seen < 2
        };
        let (from, into) = (shop.place().data(), target.data());
        let stopped = store_move((&from, &a), (&into, &b), &mut stop_late);
        assert!(matches!(stopped, Err(store::StoreError::Stopped)));
        store_move((&from, &a), (&into, &b), &mut go_on).expect("the target is still empty");
    }
}

#[test]
fn what_is_no_backup_or_a_damaged_one_is_told_so() {
    let shop = shop(Engine::Sqlite);
    let copies = tempfile::TempDir::new().expect("a folder");
    let file = copies.path().join("shop.backup");
    shop.store().backup(&file, &mut go_on).expect("a backup");
    let says = |bytes: &[u8], sentence: &str| {
        let other = copies.path().join("other");
        std::fs::write(&other, bytes).expect("a file");
        let refusal = backup_read(&other).expect_err("it is none").to_string();
        assert!(refusal.contains(sentence), "{refusal}");
    };
    says(b"", "no backup of Fanous");
    says(b"order_id,customer_id\n1,anna\n", "no backup of Fanous");
    let whole = std::fs::read(&file).expect("a file");
    let mut damaged = whole.clone();
    // Somewhere in the middle, where tables and not only the header lie.
    let middle = damaged.len() / 2 / 4_096 * 4_096;
    damaged[middle..middle + 4_096].fill(0xa5);
    says(&damaged, "is damaged");
    says(&whole[..whole.len() / 2], "is damaged");
}
