//! Reader connections: many, short, and never in the writer's way.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::{Conn, Engine};
use crate::error::StoreError;

/// A snapshot that is held keeps SQLite's log from being emptied and PostgreSQL's rows from being
/// vacuumed; longer reading is cut into pieces, and what is not shows in the log of the program.
const SNAPSHOT_MAX: Duration = Duration::from_secs(1);

/// Opens a reader's connection.
type Connect = Box<dyn Fn() -> Result<Conn, StoreError> + Send + Sync>;

struct Pool {
    idle: Vec<Conn>,
    lent: usize,
}

/// A bounded pool of reader connections, opened when they are needed.
pub struct Readers {
    pool: Mutex<Pool>,
    freed: Condvar,
    connect: Connect,
    readers_max: usize,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Readers({})", self.readers_max)
    }
}

impl Readers {
    pub(crate) fn new(connect: Connect, readers_max: usize) -> Self {
        let pool = Mutex::new(Pool {
            idle: Vec::new(),
            lent: 0,
        });
        Self {
            pool,
            freed: Condvar::new(),
            connect,
            readers_max,
        }
    }

    /// A connection of its own, for reading that is as long as the whole store.
    pub(crate) fn connect(&self) -> Result<Conn, StoreError> {
        (self.connect)()
    }

    /// Reads under one snapshot. Keep it under a second: a snapshot that is held keeps the log
    /// from being emptied. Long reading comes as many short ones, each from where the last ended.
    ///
    /// # Errors
    /// What `work` or the database says.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lent = self.begin()?;
        let conn = lent.conn.as_mut().expect("it was just lent");
        let began = Instant::now();
        let outcome = work(conn);
        lent.healthy = conn.batch("COMMIT").is_ok();
        let held = began.elapsed();
        if held > SNAPSHOT_MAX {
            tracing::warn!(
                held_ms = held.as_millis(),
                "a reader held its snapshot too long"
            );
        }
        outcome
    }

    /// Lends a connection on which a snapshot has begun. One that was lost while it lay idle is
    /// noticed here, where nothing has been read yet, and gives way to the next or a new one.
    fn begin(&self) -> Result<Lent<'_>, StoreError> {
        for _ in 0..self.readers_max {
            let mut lent = self.lent()?;
            match lent.begin() {
                Err(error) if error.is_disconnected() => {}
                outcome => return outcome.map(|()| lent),
            }
        }
        let mut lent = self.lent()?;
        lent.begin()?;
        Ok(lent)
    }

    fn lent(&self) -> Result<Lent<'_>, StoreError> {
        Ok(Lent {
            readers: self,
            conn: Some(self.lend()?),
            healthy: false,
        })
    }

    fn lend(&self) -> Result<Conn, StoreError> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(conn) = pool.idle.pop() {
                pool.lent += 1;
                return Ok(conn);
            }
            if pool.lent < self.readers_max {
                pool.lent += 1;
                drop(pool);
                return (self.connect)().inspect_err(|_| self.give_back(None));
            }
            pool = self
                .freed
                .wait(pool)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, conn: Option<Conn>) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.lent -= 1;
        pool.idle.extend(conn);
        drop(pool);
        self.freed.notify_one();
    }
}

/// Gives a connection back when the reading ends, however it ends; a connection whose
/// transaction did not end well is dropped.
struct Lent<'r> {
    readers: &'r Readers,
    conn: Option<Conn>,
    healthy: bool,
}

impl Lent<'_> {
    fn begin(&mut self) -> Result<(), StoreError> {
        let conn = self.conn.as_mut().expect("it was just lent");
        conn.batch(match conn.engine() {
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let conn = self.conn.take().filter(|_| self.healthy);
        self.readers.give_back(conn);
    }
}
