//! Both engines as they run in a shop: SQLite as a file, PostgreSQL as a schema of its own.
//!
//! A test that ran on one engine says nothing about the other, so there is no way to leave one
//! out: without a PostgreSQL a test fails and says how to get one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use store::{Engine, Hook, Options};
use tempfile::TempDir;

use crate::seeds::Seed;

/// The variable that names the database of a PostgreSQL cluster for tests.
pub const POSTGRES_VARIABLE: &str = "FANOUS_TEST_POSTGRES";

/// Every engine, the embedded one first.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// Runs a test on both engines, one after the other; a failure names the engine.
pub fn both(body: impl Fn(Engine)) {
    for engine in ENGINES {
        let _named = Named(engine);
        body(engine);
    }
}

struct Named(Engine);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this failed on {:?}", self.0);
        }
    }
}

/// The address of the database for tests.
///
/// # Panics
/// When [`POSTGRES_VARIABLE`] is not set: a test that is left out in silence is no test.
#[must_use]
pub fn postgres_url() -> String {
    std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES_VARIABLE} is not set: `cargo xtask test` provides a PostgreSQL for tests, \
             and `cargo xtask postgres` starts one and prints the line to export"
        )
    })
}

/// Where the store of one test lives: a temporary folder, and on PostgreSQL a schema that nobody
/// else uses. Dropping it removes both.
#[derive(Debug)]
pub struct Place {
    engine: Engine,
    folder: TempDir,
    postgres: Option<(String, String)>,
}

impl Place {
    /// A fresh place.
    ///
    /// # Panics
    /// When there is no room for it, or no PostgreSQL.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let postgres = (engine == Engine::Postgres).then(|| (postgres_url(), new_schema(&folder)));
        Self {
            engine,
            folder,
            postgres,
        }
    }

    /// The engine.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// What [`store::Store::open`] is given.
    #[must_use]
    pub fn data(&self) -> String {
        match &self.postgres {
            Some((url, _)) => url.clone(),
            None => self.data_folder().to_string_lossy().into_owned(),
        }
    }

    /// The folder of the SQLite file; on PostgreSQL it stays empty.
    #[must_use]
    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of the shop's key and the erasure journal.
    #[must_use]
    pub fn key_folder(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// Everything that belongs to this test on disk.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The schema, on PostgreSQL.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.postgres.as_ref().map(|(_, schema)| schema.as_str())
    }

    /// Options with these writers and this hook.
    #[must_use]
    pub fn options(&self, writers: usize, hook: Hook) -> Options {
        Options {
            writers,
            schema: self.schema().map(str::to_owned),
            hook,
            ..Options::default()
        }
    }

    /// A connection of its own to the schema, past everything of ours; for what only an
    /// administrator does.
    ///
    /// # Panics
    /// When this place is not on PostgreSQL, or the server cannot be reached.
    #[must_use]
    pub fn administrator(&self) -> Client {
        let (url, schema) = self.postgres.as_ref().expect("only PostgreSQL has one");
        let mut client = Client::connect(url, NoTls).expect("the PostgreSQL for tests is there");
        client
            .batch_execute(&format!("SET search_path = {schema}"))
            .expect("a search path can be set");
        client
    }
}

impl Place {
    /// Waits until so many transactions on this schema wait for a lock that another one holds.
    ///
    /// # Panics
    /// When they do not come to it in a minute, or this place is not on PostgreSQL.
    pub fn wait_for_blocked(&self, count: i64) {
        let mut administrator = self.administrator();
        let deadline = Instant::now() + BLOCKED_WAIT_MAX;
        while Instant::now() < deadline {
            let row = administrator
                .query_one(BLOCKED, &[&self.schema()])
                .expect("an administrator may look");
            if row.get::<_, i64>(0) >= count {
                return;
            }
            std::thread::yield_now();
        }
        panic!("nobody was blocked in {BLOCKED_WAIT_MAX:?}");
    }
}

impl Place {
    /// Waits until no process holds an advisory lock on this schema any more.
    ///
    /// # Panics
    /// When they do not go in a minute, or this place is not on PostgreSQL.
    pub fn wait_until_left(&self) {
        let mut administrator = self.administrator();
        let deadline = Instant::now() + BLOCKED_WAIT_MAX;
        while Instant::now() < deadline {
            let row = administrator
                .query_one(HELD, &[&self.schema()])
                .expect("an administrator may look");
            if row.get::<_, i64>(0) == 0 {
                return;
            }
            std::thread::yield_now();
        }
        panic!("somebody stayed for {BLOCKED_WAIT_MAX:?}");
    }
}

/// Advisory locks of processes that have looked at this schema, by what their class is made of.
const HELD: &str = "
    SELECT COUNT(*) FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 2
       AND CAST(classid AS BIGINT) = CAST(hashtext($1) # 6709614 AS BIGINT) & 4294967295";

/// A broken test hangs no longer than this.
const BLOCKED_WAIT_MAX: Duration = Duration::from_secs(60);

/// Server processes that use tables of a schema and wait for a lock.
const BLOCKED: &str = "
    SELECT COUNT(DISTINCT w.pid) FROM pg_locks w WHERE NOT w.granted AND w.pid IN (
        SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
          JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = $1)";

impl Drop for Place {
    fn drop(&mut self) {
        let Some((url, schema)) = &self.postgres else {
            return;
        };
        // The cluster is thrown away as a whole, so what cannot be dropped only costs space. A
        // connection that a failed test left open would block the drop for ever.
        let dropped = Client::connect(url, NoTls).and_then(|mut client| {
            client.batch_execute(&format!(
                "SET client_min_messages = warning; SET lock_timeout = '5s'; \
                 DROP SCHEMA IF EXISTS {schema} CASCADE"
            ))
        });
        if let Err(error) = dropped {
            eprintln!("the schema {schema} stays: {error}");
        }
    }
}

/// A name that no other test has: the temporary folder's name is unique on this machine, and the
/// process tells runs in different containers on one cluster apart.
fn new_schema(folder: &TempDir) -> String {
    let name = folder.path().to_string_lossy();
    let seed = Seed::new(u64::from(std::process::id())).child(&name);
    format!("test_{:016x}{:016x}", seed.number(), seed.nth(1).number())
}
