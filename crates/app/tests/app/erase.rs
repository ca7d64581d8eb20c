//! After an erasure nothing holds the person; before it the export holds everything.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use app::AppError;
use app::customers::{CustomerRef, ListQuery, TimelineKind};
use app::events::Verdict;
use app::trust::{Origin, Who};
use domain::customers::Identity;
use domain::events::Behaviour;
use store::{Engine, Store, Value};
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told::{START, event, identified, named, order, user, visit};
use testkit::world::{Person, World, WorldOptions};

use crate::adjust::{adjust, request};

/// Everything that was logged in this process, by every thread and every test.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
        log
    })
}

fn holds(place: &[u8], trace: &[u8]) -> bool {
    place.windows(trace.len()).any(|window| window == trace)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Every place of the store in which one of these texts or bytes stands.
fn places_that_hold(shop: &Fixture, texts: &[String], hashes: &[[u8; 16]]) -> Vec<String> {
    places_in(shop.store(), shop.place().folder(), texts, hashes)
}

/// Every place of this store, and of the files in this folder, in which one of them stands.
pub(crate) fn places_in(
    store: &Store,
    folder: &Path,
    texts: &[String],
    hashes: &[[u8; 16]],
) -> Vec<String> {
    let mut places = Vec::new();
    for (name, table) in rows::tables(store) {
        for value in table.rows.iter().flatten() {
            let bytes = match value {
                Value::Text(text) => text.as_bytes(),
                Value::Blob(bytes) => bytes.as_slice(),
                _ => continue,
            };
            let text = texts.iter().find(|it| holds(bytes, it.as_bytes()));
            places.extend(text.map(|text| format!("table {name}: {text}")));
            if name != "erasures" && hashes.iter().any(|hash| holds(bytes, hash)) {
                places.push(format!("table {name}: a hash"));
            }
        }
    }
    for file in files(folder) {
        let bytes = std::fs::read(&file).expect("a file can be read");
        let text = texts.iter().find(|it| holds(&bytes, it.as_bytes()));
        places.extend(text.map(|text| format!("file {}: {text}", file.display())));
    }
    let log = log().0.lock().unwrap_or_else(PoisonError::into_inner);
    let text = texts.iter().find(|it| holds(&log, it.as_bytes()));
    places.extend(text.map(|text| format!("the log: {text}")));
    places
}

pub(crate) fn names_of(person: &Person) -> Vec<Identity> {
    let known_as = &person.known_as;
    let mut names = vec![
        known_as.user_id.clone(),
        known_as.email.clone(),
        known_as.phone.clone(),
    ];
    names.extend(known_as.card.clone());
    names.extend(known_as.anonymous_ids.clone());
    if !known_as.device_is_shared {
        names.extend(known_as.devices.clone());
    }
    names
}

/// Somebody with as much of a life as there is, and no second account to be merged.
pub(crate) fn somebody(world: &World) -> &Person {
    let rich = |it: &&Person| {
        it.identified_at.is_some() && it.known_as.second.is_none() && !it.complaints.is_empty()
    };
    let people = world.truth().people.iter().filter(rich);
    people
        .max_by_key(|it| it.orders.len())
        .expect("somebody complained")
}

/// Joins what the shop knows of a person by hand: browsers from before they said who they are
/// have profiles of their own.
pub(crate) fn join_profiles(shop: &Fixture, person: &Person) -> domain::ids::StreamId {
    let root = shop.customer(&person.known_as.user_id);
    for name in names_of(person) {
        let other = shop.find(&name).filter(|it| *it != root);
        if let Some(other) = other {
            shop.app().merge(root, other).expect("two are merged");
        }
    }
    root
}

fn wrapped_keys(shop: &Fixture, root: domain::ids::StreamId) -> Vec<Vec<u8>> {
    let text = "SELECT k.wrapped AS wrapped FROM customer_keys k
                  JOIN streams s ON s.id = k.stream WHERE s.root = $1";
    let found = rows::query(shop.store(), text, &[root.into()]);
    let keys = found
        .iter()
        .map(|row| row.blob("wrapped").map(<[u8]>::to_vec));
    keys.collect::<Result<_, _>>().expect("keys are bytes")
}

#[test]
fn after_an_erasure_nothing_holds_the_person() {
    log();
    let seed = Seed::from_env_or(71);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 40));
    let person = somebody(&world);
    let traces = person.traces();
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.import("a file", world.history(50));
        shop.record_world(&world);
        let name = &person.known_as.user_id;
        adjust(&shop, name, request("given", 30)).expect("given");
        adjust(&shop, name, request("refused", -99)).expect_err("refused");
        let root = join_profiles(&shop, person);
        shop.settle();
        other_hands(&shop, name, root);
        let vault = shop.vault();
        let hashes: Vec<[u8; 16]> = names_of(person)
            .iter()
            .map(|it| vault.identity_hash(it))
            .collect();
        let keys = wrapped_keys(&shop, root);
        assert!(!keys.is_empty());
        assert!(
            !places_that_hold(&shop, &[], &hashes).is_empty(),
            "they are there"
        );
        let erased = shop.erase(root);
        assert!(erased.identities >= 3, "{erased:?}");
        assert_eq!(
            places_that_hold(&shop, &traces, &hashes),
            Vec::<String>::new()
        );
        for file in files(shop.place().folder()) {
            let bytes = std::fs::read(&file).expect("a file can be read");
            let kept = keys.iter().any(|key| holds(&bytes, key));
            assert!(!kept, "{}: the key could be unwrapped", file.display());
        }
        let journal = std::fs::read_to_string(shop.journal_file()).expect("a journal");
        assert_eq!(journal.lines().count(), 1);
        gone_for_every_use_case(&shop, root, name);
    });
}

/// Somebody else used a browser of theirs for a while; and what is known of them left the house.
fn other_hands(shop: &Fixture, name: &Identity, root: domain::ids::StreamId) {
    let at = shop.clock().now();
    let browser = named("anonymous_id:browser-of-two");
    for (id, who) in [("a", name), ("b", &user(77_777)), ("c", name)] {
        let names = [who.clone(), browser.clone()];
        let id = format!("goes over {id}");
        shop.record(vec![identified(&id, &names, at, &[("nickname", "N")])]);
    }
    let acting = shop.app().acting(Who::System, Origin::machine());
    acting.export_customer(root).expect("handed out");
    acting
        .export_list("", ListQuery::default())
        .expect("handed out");
    let page = shop.app().customer_page(root).expect("a customer");
    assert_eq!(page.disclosures.len(), 2, "{:?}", page.disclosures);
}

fn gone_for_every_use_case(shop: &Fixture, root: domain::ids::StreamId, name: &Identity) {
    let app = shop.app();
    let named = CustomerRef::Identity(name.clone());
    assert!(matches!(
        app.customer_find(&named),
        Err(AppError::NoCustomer)
    ));
    assert!(matches!(app.export(root), Err(AppError::NoCustomer)));
    assert!(matches!(app.customer_page(root), Err(AppError::NoCustomer)));
    assert!(matches!(
        app.timeline(root, TimelineKind::Everything, None, 5),
        Err(AppError::NoCustomer)
    ));
    assert!(matches!(app.erase(root), Err(AppError::NoCustomer)));
    let stranger = domain::ids::StreamId::from_bytes([7; 16]);
    assert!(matches!(
        app.merge(stranger, root),
        Err(AppError::NoCustomer)
    ));
    assert!(matches!(
        adjust(shop, name, request("given", 30)),
        Err(AppError::NoCustomer)
    ));
}

#[test]
fn who_was_erased_is_not_taken_again() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let email = named("email:sara@example.com");
        let names = [user(1), email.clone()];
        shop.record(vec![identified("one", &names, START, &[("name", "Sara")])]);
        shop.record(vec![order("1", &user(1), START, 100)]);
        shop.erase(shop.customer(&user(1)));
        let late = [
            visit("late", &user(1), START),
            visit("by mail", &email, START),
            event(
                "new browser",
                &[named("anonymous_id:b"), email.clone()],
                START,
                Behaviour::Identified,
            ),
        ];
        assert_eq!(shop.record(late.to_vec()), [const { Verdict::Erased }; 3]);
        assert!(shop.find(&named("anonymous_id:b")).is_none());
        // The same order again leads to nobody and counts for nobody.
        assert_eq!(
            shop.record(vec![order("1", &user(2), START, 100)]),
            [Verdict::Duplicate]
        );
    });
}

/// A device that two people used must not silence the one who stays.
#[test]
fn whoever_shares_a_device_with_an_erased_person_is_still_heard() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let device = named("device:tablet");
        let seen = |id: &str, who: usize| {
            let names = [user(who), device.clone()];
            event(id, &names, START, Behaviour::Viewed(Default::default()))
        };
        shop.record(vec![seen("one", 1), seen("two", 2)]);
        shop.erase(shop.customer(&user(1)));
        let verdicts = shop.record(vec![seen("three", 2)]);
        assert!(
            matches!(verdicts[..], [Verdict::Accepted { .. }]),
            "{verdicts:?}"
        );
        assert!(shop.find(&device).is_none(), "the device stays erased");
        let alone = visit("four", &device, START);
        assert_eq!(shop.record(vec![alone]), [Verdict::Erased]);
    });
}

/// The follower has not heard of the merge yet when the erasure removes what it would have heard.
#[test]
fn nothing_stays_of_a_profile_that_was_merged_a_moment_before() {
    both(|engine| {
        let shop = Fixture::new(engine);
        let seen = |id: &str, who: usize| visit(id, &user(who), START);
        shop.record(vec![seen("one", 1), seen("two", 2)]);
        shop.app().settle().expect("it settles");
        let (into, from) = (shop.customer(&user(1)), shop.customer(&user(2)));
        shop.app().merge(into, from).expect("two customers");
        shop.erase(into);
        shop.app().settle().expect("it settles");
        let overview = shop.app().overview().expect("an overview");
        assert_eq!(overview.customers, 0);
    });
}

#[test]
fn an_export_holds_everything_about_the_person() {
    let seed = Seed::from_env_or(72);
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, 40));
    let person = somebody(&world);
    both(|engine| {
        let shop = FixtureOptions::on(engine).shop_of(&world).open();
        shop.record_world(&world);
        adjust(&shop, &person.known_as.user_id, request("given", 30)).expect("given");
        let root = join_profiles(&shop, person);
        let export = shop.app().export(root).expect("an export");
        let text = serde_json::to_string(&export).expect("a document");
        for trace in person.traces().iter().chain([&person.name.shown]) {
            let quoted = serde_json::to_string(trace).expect("a text");
            let inner = quoted.trim_matches('"');
            // Not every name was ever said to the shop.
            let told = world.told().any(|(number, event)| {
                let named = event.identities.iter().any(|it| it.value() == trace);
                number == person.number && (named || event.personal.values().any(|it| it == trace))
            });
            assert_eq!(text.contains(inner), told, "{trace}");
        }
        for order in &person.orders {
            assert!(text.contains(&order.order.order_id));
        }
        let observed = export.facts.iter().filter(|fact| fact.origin != "decided");
        let observed = observed
            .filter(|fact| fact.name != "Customer Referred")
            .count();
        assert!(observed as u64 >= person.totals.orders + person.totals.complaints);
        assert_eq!(export.wallet[0].spendable, 30);
    });
}

#[test]
fn a_store_restored_from_before_an_erasure_erases_again() {
    let mut shop = Fixture::new(Engine::Sqlite);
    shop.record(vec![
        identified("one", &[user(1)], START, &[("name", "Sara")]),
        visit("two", &user(2), START),
    ]);
    shop.settle();
    let backup = tempfile::TempDir::new().expect("a folder");
    shop.restart();
    let data = shop.place().data_folder();
    let copy = |from: &Path, to: &Path| {
        for file in files(from) {
            let name = file.file_name().expect("a file has a name");
            std::fs::copy(&file, to.join(name)).expect("a file can be copied");
        }
    };
    // A copy of a store that nobody writes to, taken between two commits.
    let app = shop.app().clone();
    app.store()
        .write(store::Queue::Jobs, |session| match session.conn() {
            store::Conn::Sqlite(conn) => conn.checkpoint_truncate(),
            store::Conn::Postgres(_) => Ok(()),
        })
        .expect("the log is emptied");
    copy(&data, backup.path());
    drop(app);
    shop.app().erase(shop.customer(&user(1))).expect("erased");
    shop.close();
    for file in files(&data) {
        std::fs::remove_file(file).expect("a file can be removed");
    }
    copy(backup.path(), &data);
    shop.restart();
    assert!(shop.find(&user(1)).is_some(), "the backup still holds them");
    let root = shop.customer(&user(1));
    let replayed = shop.replay_erasures(&[root]);
    assert_eq!(replayed, 1);
    assert!(shop.find(&user(1)).is_none());
    assert!(shop.find(&user(2)).is_some());
    let again = shop.app().erasures_replay().expect("replayed");
    assert_eq!(again, 0);
}
