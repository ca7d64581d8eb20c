//! A backup at any moment, and what comes back from it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use app::environment::Environment;
use app::running::{Restored, Target, WholeProgress, restore};
use app::{App, AppError};
use domain::events::Event;
use store::{Engine, Hook, Options, Store};
use testkit::checks::{self, DailySums};
use testkit::engines::{Place, both};
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::{Draws, Seed};
use testkit::told::{START, order, user, visit};
use testkit::world::{World, WorldOptions};

use crate::adjust::{adjust, request};
use crate::erase::{join_profiles, names_of, places_in, somebody};

const PEOPLE: u64 = 20;
const BACKUPS: u64 = 4;

fn go_on(_: WholeProgress<'_>) -> bool {
    true
}

/// Brings a backup back into an empty place, with the keys of the shop it came from.
fn brought_back(shop: &Fixture, file: &Path, place: &Place) -> Result<Restored, AppError> {
    let staging = tempfile::tempdir().expect("a folder");
    let target = Target {
        data: &place.data(),
        options: &place.options(1, Hook::none()),
        staging: staging.path(),
    };
    let environment = Environment::system();
    restore(file, &target, environment, shop.vault(), &mut go_on)
}

fn open(shop: &Fixture, place: &Place) -> App {
    let store = Store::open(&place.data(), &place.options(1, Hook::none())).expect("it opens");
    App::open(store, Environment::system(), shop.vault()).expect("its own key")
}

fn check_whole(app: &App, erased: &DailySums) {
    let findings = checks::findings(app, erased, !erased.is_empty());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn something(draws: &mut Draws, number: u64) -> Event {
    let who = user(draws.below(PEOPLE) as usize);
    let at = START.plus(draws.between(0, 300 * 86_400_000));
    match draws.below(3) {
        0 => order(&format!("o{number}"), &who, at, draws.between(100, 9_000)),
        _ => visit(&format!("m{number}"), &who, at),
    }
}

/// Sends events and moves points until it is told to stop; says which events were acknowledged.
fn write(shop: &Fixture, seed: Seed, stop: &AtomicBool, said: &mpsc::Sender<String>) {
    let mut draws = seed.draws();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let event = something(&mut draws, number);
        let id = event.message_id.clone();
        shop.record(vec![event]);
        if draws.percent(20) {
            // Somebody without an account yet, or without enough: what counts is the commit.
            let who = user(draws.below(PEOPLE) as usize);
            let amount = draws.between(-5, 30);
            drop(adjust(shop, &who, request(&format!("r{number}"), amount)));
        }
        if said.send(id).is_err() {
            return;
        }
    }
}

fn messages(app: &App) -> BTreeSet<String> {
    let text = "SELECT message_id FROM facts WHERE message_id IS NOT NULL";
    let rows = rows::query(app.store(), text, &[]);
    let id = |row: &store::Row| row.text("message_id").expect("a text").to_owned();
    rows.iter().map(id).collect()
}

#[test]
fn a_backup_taken_at_any_moment_is_a_whole_shop_with_all_that_was_acknowledged() {
    let seed = Seed::from_env_or(101);
    let _guard = seed.guard();
    both(|engine| {
        let shop = FixtureOptions::on(engine).seed(seed).open();
        let copies = tempfile::tempdir().expect("a folder");
        let stop = AtomicBool::new(false);
        let mut taken = Vec::new();
        std::thread::scope(|scope| {
            let (said, acknowledged) = mpsc::channel();
            let (shop, stop) = (&shop, &stop);
            scope.spawn(move || write(shop, seed.child("writer"), stop, &said));
            let mut draws = seed.child("moments").draws();
            let mut known = BTreeSet::new();
            for copy in 0..BACKUPS {
                let more = draws.between(20, 120) as usize;
                known.extend(acknowledged.iter().take(more));
                known.extend(acknowledged.try_iter());
                let file = copies.path().join(format!("{copy}"));
                shop.app().backup(&file, &mut go_on).expect("a backup");
                taken.push((file, known.clone()));
            }
            stop.store(true, Ordering::Relaxed);
        });
        let places = [Engine::Sqlite, Engine::Postgres];
        for ((file, known), into) in taken.iter().zip(places.into_iter().cycle()) {
            let place = Place::new(into);
            brought_back(&shop, file, &place).expect("it comes back");
            let app = open(&shop, &place);
            let found = messages(&app);
            let lost: Vec<&String> = known.difference(&found).collect();
            assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
            check_whole(&app, &DailySums::new());
        }
    });
}

#[test]
fn whoever_was_erased_after_the_backup_does_not_come_back() {
    let seed = Seed::from_env_or(102);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 40));
    let person = somebody(&world);
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        let root = join_profiles(&shop, person);
        shop.settle();
        let copies = tempfile::tempdir().expect("a folder");
        let file = copies.path().join("before");
        shop.app().backup(&file, &mut go_on).expect("a backup");
        let sums = checks::sums_of_customer(shop.app(), root);
        shop.erase(root);
        for into in [Engine::Sqlite, Engine::Postgres] {
            let place = Place::new(into);
            let restored = brought_back(&shop, &file, &place).expect("it comes back");
            assert_eq!(restored.erased_again, 1);
            let app = open(&shop, &place);
            let audit = app.audit_verify().expect("the audit can be read");
            assert_eq!(audit.findings, Vec::<String>::new());
            assert!(
                !audit.put_back_at.is_empty(),
                "a check says that it was put back"
            );
            let hashes = names_of(person);
            let hashes: Vec<[u8; 16]> = hashes
                .iter()
                .map(|name| shop.vault().identity_hash(name))
                .collect();
            let texts = person.traces();
            let found = places_in(app.store(), place.folder(), &texts, &hashes);
            assert_eq!(found, Vec::<String>::new());
            check_whole(&app, &sums);
        }
    });
}

#[test]
fn a_restore_refuses_what_it_cannot_do_and_leaves_the_place_empty() {
    let shop = Fixture::new(Engine::Sqlite);
    shop.record(vec![order("order 1", &user(1), START, 100)]);
    let copies = tempfile::tempdir().expect("a folder");
    let file = copies.path().join("backup");
    shop.app().backup(&file, &mut go_on).expect("a backup");
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        let staging = tempfile::tempdir().expect("a folder");
        let target = Target {
            data: &place.data(),
            options: &place.options(1, Hook::none()),
            staging: staging.path(),
        };
        let stranger = app::trust::Vault::from_key(&[8; 32], place.key_folder());
        let environment = Environment::system();
        let refusal = restore(&file, &target, environment, stranger, &mut go_on);
        assert!(matches!(refusal, Err(AppError::WrongKeys)), "{refusal:?}");
        brought_back(&shop, &file, &place).expect("the place is still empty");
        let again = brought_back(&shop, &file, &place).expect_err("it holds a shop now");
        assert!(again.to_string().contains("a shop already"), "{again}");
    }
    let newer = copies.path().join("newer");
    std::fs::copy(&file, &newer).expect("a file can be copied");
    mark_as_newer(&newer);
    let refusal = brought_back(&shop, &newer, &Place::new(Engine::Sqlite));
    let sentence = refusal.expect_err("it is newer").to_string();
    assert!(sentence.contains("newer Fanous"), "{sentence}");
}

/// Makes a backup one of a program that does not exist yet.
fn mark_as_newer(file: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(file, folder.path().join("fanous.db")).expect("a file can be copied");
    let data = folder.path().to_string_lossy().into_owned();
    let store = Store::open(&data, &Options::default()).expect("it opens");
    let text = "INSERT INTO migrations (version) VALUES (999)";
    rows::execute(&store, text, &[]).expect("a note can be made");
    store
        .backup(file, &mut go_on)
        .expect_err("it is not what it should be");
}
