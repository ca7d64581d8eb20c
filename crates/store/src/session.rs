//! A writer's connection for one task, and its transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use domain::ids::StreamId;
use domain::time::Day;

use crate::changes;
use crate::engine::{Conn, Engine};
use crate::error::StoreError;

/// How often a transaction is run again when the database asks for it.
const TRIES_MAX: u32 = 8;

/// The named points of a write at which tests hold threads or inject faults.
pub const WRITE_POINTS: [&str; 4] = ["before_lock", "after_lock", "before_commit", "after_commit"];

/// What a test does at a named point; an error there fails the transaction.
#[derive(Clone)]
pub struct Hook(Arc<dyn Fn(&'static str) -> Result<(), StoreError> + Send + Sync>);

impl Hook {
    /// Calls `act` at every point of [`WRITE_POINTS`].
    pub fn new(
        act: impl Fn(&'static str) -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(act))
    }

    /// Does nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::new(|_| Ok(()))
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

/// A writer's connection, lent to one task. Each writer numbers its own changes densely.
#[derive(Debug)]
pub struct Session {
    conn: Conn,
    writer: i64,
    changes: i64,
    hook: Hook,
}

impl Session {
    /// A session on a connection that already holds its writer number.
    ///
    /// # Errors
    /// When the last change of this writer cannot be read.
    pub(crate) fn new(mut conn: Conn, writer: i64, hook: Hook) -> Result<Self, StoreError> {
        let changes = changes::change_last(&mut conn, writer)?;
        Ok(Self {
            conn,
            writer,
            changes,
            hook,
        })
    }

    /// Runs a transaction to its commit. When the database asks for it, the whole of `work` is
    /// run again; nothing of the first try was kept.
    ///
    /// # Errors
    /// What `work` or the database says; then nothing was written. An error of the commit itself
    /// leaves unknown whether it was, as always with a server; keys make the repetition safe.
    pub fn transaction<T>(
        &mut self,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.attempt(&mut work) {
                Err(error) if error.is_retryable() && tries < TRIES_MAX => {}
                outcome => return outcome,
            }
        }
    }

    fn attempt<T>(
        &mut self,
        work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let begin = match self.conn.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        self.conn.batch(begin)?;
        let mut tx = Tx {
            conn: &mut self.conn,
            writer: self.writer,
            hook: &self.hook,
            touched: BTreeSet::new(),
            sums: BTreeMap::new(),
        };
        let outcome = work(&mut tx).and_then(|answer| Ok((answer, tx.flush(self.changes)?)));
        match outcome {
            Ok((answer, changes)) => match self.conn.batch("COMMIT") {
                Ok(()) => {
                    self.changes = changes;
                    (self.hook.0)("after_commit")?;
                    Ok(answer)
                }
                Err(error) => {
                    self.roll_back();
                    Err(error)
                }
            },
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// The first error is the one that counts; a connection that cannot even roll back is
    /// noticed by its next use.
    fn roll_back(&mut self) {
        if let Err(error) = self.conn.batch("ROLLBACK") {
            tracing::debug!(%error, "rollback");
        }
    }

    /// Runs several pieces of work in one transaction. When the database refuses it, the pieces
    /// are halved until the poisonous one stands alone; only that one fails.
    ///
    /// `work` gets the pieces of one transaction and runs anew for every attempt.
    pub fn together<P>(
        &mut self,
        pieces: &mut [P],
        work: &mut impl FnMut(&mut Tx<'_>, &mut [P]) -> Result<(), StoreError>,
        settle: &mut impl FnMut(&mut P, Result<(), StoreError>),
    ) {
        match self.transaction(|tx| work(tx, pieces)) {
            Ok(()) => pieces.iter_mut().for_each(|piece| settle(piece, Ok(()))),
            Err(error) if pieces.len() == 1 || error.is_disconnected() => {
                let said = error.to_string();
                let mut first = Some(error);
                for piece in pieces {
                    let error = first.take().unwrap_or_else(|| StoreError::Database {
                        message: said.clone(),
                        retryable: false,
                        disconnected: true,
                    });
                    settle(piece, Err(error));
                }
            }
            Err(_) => {
                let (left, right) = pieces.split_at_mut(pieces.len() / 2);
                self.together(left, work, settle);
                self.together(right, work, settle);
            }
        }
    }

    /// The connection itself, for what is not a transaction.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// The number of this writer.
    #[must_use]
    pub const fn writer(&self) -> i64 {
        self.writer
    }
}

/// A write transaction. What reads needs only [`Conn`], to which it dereferences.
#[derive(Debug)]
pub struct Tx<'s> {
    conn: &'s mut Conn,
    writer: i64,
    hook: &'s Hook,
    touched: BTreeSet<StreamId>,
    sums: BTreeMap<(Day, &'static str, String), i64>,
}

impl Tx<'_> {
    /// The number of the writer: the stripe of everything that is only summed.
    #[must_use]
    pub const fn writer(&self) -> i64 {
        self.writer
    }

    /// Tells the followers, at commit, that this customer changed.
    pub fn touch(&mut self, root: StreamId) {
        self.touched.insert(root);
    }

    /// Adds to a daily sum, at commit and in this writer's stripe.
    pub fn add_to_rollup(&mut self, day: Day, metric: &'static str, dimension: &str, value: i64) {
        if value != 0 {
            *self
                .sums
                .entry((day, metric, dimension.to_owned()))
                .or_default() += value;
        }
    }

    /// Passes a named point of the write, at which a test may hold or fail it.
    ///
    /// # Errors
    /// The fault that a test injects.
    pub fn at(&self, point: &'static str) -> Result<(), StoreError> {
        (self.hook.0)(point)
    }

    fn flush(&mut self, changes: i64) -> Result<i64, StoreError> {
        let touched = std::mem::take(&mut self.touched);
        let sums = std::mem::take(&mut self.sums);
        changes::rollup_add(self.conn, self.writer, &sums)?;
        let last = changes::change_append(self.conn, self.writer, changes, &touched)?;
        self.at("before_commit")?;
        Ok(last)
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}
