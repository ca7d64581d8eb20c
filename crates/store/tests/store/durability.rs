//! A server that would lose what it acknowledged is refused at the door.

use store::{Hook, Options, Store};
use testkit::cluster::Cluster;

#[test]
fn a_server_that_may_lose_what_it_acknowledged_is_refused_unless_told() {
    let cluster = Cluster::new();
    for setting in ["fsync", "full_page_writes"] {
        let server = cluster.start(&[&format!("{setting}=off")]);
        let refusal = Store::open(server.url(), &Options::default()).expect_err("refused");
        let sentence = refusal.to_string();
        assert!(sentence.contains(&format!("{setting} = off")), "{sentence}");
        assert!(sentence.contains("--unsafe"), "{sentence}");
        let told = Options {
            unsafe_durability: true,
            writers: 1,
            hook: Hook::none(),
            ..Options::default()
        };
        Store::open(server.url(), &told).expect("it was told to");
    }
    let server = cluster.start(&["fsync=on", "full_page_writes=on"]);
    Store::open(server.url(), &Options::default()).expect("a server that keeps its word");
}

/// A setting of the session, which the store can put right by itself.
#[test]
fn a_server_that_answers_before_its_disk_does_is_asked_to_wait() {
    let cluster = Cluster::new();
    let server = cluster.start(&["synchronous_commit=off"]);
    let options = Options {
        writers: 3,
        ..Options::default()
    };
    let store = Store::open(server.url(), &options).expect("it opens");
    for _ in 0..6 {
        let waits = store.write(store::Queue::Jobs, |session| {
            let sql = store::Sql::new("SELECT current_setting('synchronous_commit') AS it");
            Ok(session.conn().one(sql, &[])?.text("it")?.to_owned())
        });
        assert_eq!(waits.expect("a writer answers"), "on");
    }
}

/// Power cuts of the server: what was acknowledged is there, what is asked meanwhile is told so,
/// and the same store goes on when the server is back.
#[test]
fn a_server_that_crashes_and_comes_back_holds_what_was_acknowledged() {
    let cluster = Cluster::new();
    let mut server = cluster.start(&[]);
    let options = Options {
        writers: 2,
        ..Options::default()
    };
    let store = Store::open(server.url(), &options).expect("it opens");
    let note = |name: &str| {
        let name = name.to_owned();
        store.write(store::Queue::Interactive, move |session| {
            session.transaction(|tx| store::settings::info_settle(tx, &name, "here"))
        })
    };
    let read = |name: &str| store.read(|conn| store::settings::info_get(conn, name));
    for round in 0..3 {
        for writer in 0..4 {
            note(&format!("{round} {writer}")).expect("acknowledged");
        }
        drop(server);
        assert!(note("while it was down").is_err());
        assert!(read("anything").is_err());
        server = cluster.start(&[]);
        for earlier in 0..=round {
            let found = read(&format!("{earlier} 3")).expect("a reader works again");
            assert_eq!(found.as_deref(), Some("here"));
        }
    }
    assert_eq!(read("while it was down").expect("it reads"), None);
}
