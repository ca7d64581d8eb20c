//! Opening a store, losing its connection, and what is refused at the door.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use postgres::Client;
use store::{Engine, Hook, Queue, Store};
use testkit::engines::{Place, both};
use testkit::faults::Faults;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::rows;
use testkit::seeds::Seed;
use testkit::told::{START, order, user};

#[test]
fn a_second_server_on_one_folder_is_refused_with_a_sentence() {
    let shop = Fixture::new(Engine::Sqlite);
    let refusal = shop
        .another(shop.clock().clone(), Seed::new(2))
        .expect_err("the store is locked");
    let sentence = refusal.to_string();
    assert!(sentence.contains("is open in another Fanous"), "{sentence}");
    assert!(sentence.contains("stop that one"), "{sentence}");
}

#[test]
fn a_store_that_was_closed_opens_again_with_everything_in_it() {
    both(|engine| {
        let mut shop = Fixture::new(engine);
        shop.record(vec![order("order 1", &user(1), START, 100)]);
        let before = rows::tables(shop.store());
        shop.restart();
        assert_eq!(rows::tables(shop.store()), before);
    });
}

#[test]
fn a_store_of_a_newer_program_is_refused() {
    both(|engine| {
        let mut shop = Fixture::new(engine);
        let text = "INSERT INTO migrations (version) VALUES (999)";
        rows::execute(shop.store(), text, &[]).expect("a note can be made");
        shop.leave_broken();
        let refusal = shop.try_restart().expect_err("it is newer");
        let sentence = refusal.to_string();
        assert!(sentence.contains("start the newer program"), "{sentence}");
    });
}

#[test]
fn nodes_that_start_at_once_on_an_empty_database_all_start() {
    let place = Place::new(Engine::Postgres);
    let (nodes, together) = (6, Barrier::new(6));
    let opened = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..nodes {
            scope.spawn(|| {
                together.wait();
                match Store::open(&place.data(), &place.options(1, Hook::none())) {
                    Ok(_) => opened.fetch_add(1, Ordering::Relaxed),
                    Err(error) => panic!("a node did not start: {error}"),
                };
            });
        }
    });
    assert_eq!(opened.into_inner(), nodes);
}

#[test]
fn two_versions_of_the_program_do_not_open_one_store_at_once() {
    let place = Place::new(Engine::Postgres);
    let this = place.options(2, Hook::none());
    let other = store::Options {
        program: "another version".to_owned(),
        ..this.clone()
    };
    let open = |options: &store::Options| Store::open(&place.data(), options);
    let running = open(&this).expect("an empty schema");
    let node = open(&this).expect("as many nodes of one version as one likes");
    let sentence = open(&other).expect_err("another version").to_string();
    assert!(sentence.contains("another version of Fanous"), "{sentence}");
    let elsewhere = Place::new(Engine::Postgres);
    let there = store::Options {
        program: other.program.clone(),
        ..elsewhere.options(1, Hook::none())
    };
    Store::open(&elsewhere.data(), &there).expect("another shop on the same server");
    drop((running, node));
    // The server hears of the end of a connection a moment after it.
    place.wait_until_left();
    open(&other).expect("the first version has gone");
}

/// The server process of a writer.
fn backend(shop: &Fixture) -> i64 {
    let asked = shop.store().write(Queue::Interactive, |session| {
        let sql = store::Sql::new("SELECT CAST(pg_backend_pid() AS BIGINT) AS pid");
        session.conn().one(sql, &[])?.int("pid")
    });
    asked.expect("a writer answers")
}

/// Cuts a connection and waits until the server process is gone.
fn cut(administrator: &mut Client, pid: i64) {
    let pid = i32::try_from(pid).expect("a process");
    let cut = administrator
        .query_one("SELECT pg_terminate_backend($1, 30000)", &[&pid])
        .expect("an administrator may");
    assert!(cut.get::<_, bool>(0), "the process ends");
}

fn facts(shop: &Fixture) -> i64 {
    let row = rows::query(
        shop.store(),
        "SELECT COUNT(*) AS n FROM facts WHERE kind = 'observed'",
        &[],
    );
    row[0].int("n").expect("a number")
}

#[test]
fn a_connection_that_is_cut_before_the_commit_leaves_nothing_and_is_opened_anew() {
    let faults = Faults::new();
    let shop = FixtureOptions::on(Engine::Postgres)
        .writers(1)
        .hook(faults.hook())
        .open();
    let mut administrator = shop.place().administrator();
    let pid = backend(&shop);
    let event = order("order 1", &user(1), START, 100);
    let held = faults.hold("before_commit");
    let app = shop.app().clone();
    let sent = event.clone();
    let answer = std::thread::spawn(move || app.record(vec![sent]));
    held.wait();
    cut(&mut administrator, pid);
    held.release();
    let outcome = answer.join().expect("no panic");
    assert!(
        outcome.is_err(),
        "what was not committed is not acknowledged"
    );
    assert_eq!(facts(&shop), 0);
    shop.record(vec![event.clone()]);
    shop.record(vec![event]);
    assert_eq!(facts(&shop), 1);
}

#[test]
fn connections_that_are_cut_while_nobody_writes_or_reads_are_opened_anew() {
    let shop = FixtureOptions::on(Engine::Postgres).writers(1).open();
    let mut administrator = shop.place().administrator();
    let event = order("order 1", &user(1), START, 100);
    assert_eq!(facts(&shop), 0);
    let reader = rows::query(
        shop.store(),
        "SELECT CAST(pg_backend_pid() AS BIGINT) AS pid",
        &[],
    );
    cut(&mut administrator, reader[0].int("pid").expect("a number"));
    assert_eq!(facts(&shop), 0, "a reader that was cut is replaced");
    let pid = backend(&shop);
    cut(&mut administrator, pid);
    shop.record(vec![event]);
    assert_eq!(facts(&shop), 1);
}

#[test]
fn a_task_that_panics_takes_no_writer_down() {
    both(|engine| {
        let panics = Arc::new(AtomicUsize::new(1));
        let left = Arc::clone(&panics);
        let shop = FixtureOptions::on(engine)
            .writers(1)
            .hook(Hook::new(move |point| {
                let due = point == "before_commit" && left.load(Ordering::SeqCst) == 2;
                if due && left.swap(0, Ordering::SeqCst) == 2 {
                    panic!("a fault that nobody foresaw");
                }
                Ok(())
            }))
            .open();
        panics.store(2, Ordering::SeqCst);
        let event = order("order 1", &user(1), START, 100);
        let outcome = shop.app().record(vec![event.clone()]);
        assert!(outcome.is_err(), "nobody acknowledges what panicked");
        assert_eq!(facts(&shop), 0);
        shop.record(vec![event]);
        assert_eq!(facts(&shop), 1);
    });
}
