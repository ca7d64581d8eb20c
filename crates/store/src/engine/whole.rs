//! What is done to a whole store at once, in each engine's own way: one snapshot of everything,
//! copying its pages, checking them, and keeping everybody else out.

use std::path::Path;

use domain::time::Millis;
use postgres::error::SqlState;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::postgres::{WRITER_LOCK_CLASS, WRITERS_MAX};
use super::{Conn, PostgresConn, SqliteConn};
use crate::error::StoreError;
use crate::health::EngineFacts;

/// Pages that are copied before somebody may stop it: 4 MB.
const PAGES_PER_STEP: i32 = 1_024;

/// Where the numbers of programs begin, above those of the writers.
const PROGRAMS: i32 = 1_000;

/// A column of a table, and its place in the primary key, counted from 1; 0 outside of it.
pub(crate) struct Column {
    pub(crate) table: String,
    pub(crate) name: String,
    pub(crate) place_in_key: u16,
}

impl SqliteConn {
    /// A new file that nobody sees before it is whole, and so needs no journal while it grows.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn open_unseen(file: &Path) -> Result<Self, StoreError> {
        let conn = Connection::open(file)?;
        conn.pragma_update(None, "journal_mode", "OFF")?;
        conn.pragma_update(None, "synchronous", "OFF")?;
        Ok(Self::of(conn))
    }

    /// A file that is only looked at; it may lie on a medium that cannot be written.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn open_sealed(file: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self::of(Connection::open_with_flags(file, flags)?))
    }

    /// Makes a file that nobody has open stand alone: without a log beside it, and on the disk
    /// as it is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn seal(file: &Path) -> Result<(), StoreError> {
        let conn = Connection::open(file)?;
        conn.pragma_update(None, "journal_mode", "DELETE")?;
        drop(conn);
        let sealed = std::fs::File::open(file).and_then(|file| file.sync_all());
        sealed.map_err(StoreError::database)
    }

    /// Every column of every table but the list of migrations, in order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn columns(&self) -> Result<Vec<Column>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT m.name, c.name, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c
              WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'migrations'
              ORDER BY m.name, c.cid",
        )?;
        let columns = statement.query_map([], |row| {
            Ok(Column {
                table: row.get(0)?,
                name: row.get(1)?,
                place_in_key: row.get(2)?,
            })
        })?;
        Ok(columns.collect::<Result<_, _>>()?)
    }

    /// The first thing that SQLite finds wrong with the file, its tables and its indexes.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub(crate) fn damage(&self) -> Result<Option<String>, StoreError> {
        let said = self
            .conn
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
        match said {
            Ok(said) if said == "ok" => Ok(None),
            Ok(said) => Ok(Some(said)),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                Ok(Some(error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn facts(&self) -> Result<EngineFacts, StoreError> {
        let number = |pragma: &str| -> Result<i64, StoreError> {
            Ok(self
                .conn
                .pragma_query_value(None, pragma, |row| row.get(0))?)
        };
        let journal: String = self
            .conn
            .pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let synchronous = number("synchronous")?;
        let bytes = number("page_count")? * number("page_size")?;
        Ok(EngineFacts {
            version: format!("SQLite {}", rusqlite::version()),
            durability: vec![
                // 2 is FULL, 3 is EXTRA.
                (
                    "synchronous".to_owned(),
                    synchronous.to_string(),
                    synchronous >= 2,
                ),
                ("journal_mode".to_owned(), journal.clone(), journal == "wal"),
            ],
            bytes: u64::try_from(bytes).unwrap_or(0),
            now: None,
        })
    }

    /// Copies every page as it stands in the snapshot that this connection holds. `step` hears
    /// how many pages of how many are copied, and may stop it.
    ///
    /// # Errors
    /// When a file cannot be read or written, and what `step` says.
    pub(crate) fn copy_pages(
        &self,
        into: &Path,
        step: &mut dyn FnMut(u64, u64) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut copy = Self::open_unseen(into)?;
        let backup = Backup::new(&self.conn, &mut copy.conn)?;
        step(0, 0)?;
        // The snapshot is held, so nothing that is written meanwhile makes it begin anew.
        while backup.step(PAGES_PER_STEP)? != StepResult::Done {
            let progress = backup.progress();
            let total = u64::try_from(progress.pagecount).unwrap_or(0);
            step(
                total - u64::try_from(progress.remaining).unwrap_or(0).min(total),
                total,
            )?;
        }
        drop(backup);
        drop(copy);
        Self::seal(into)
    }
}

impl PostgresConn {
    /// Says which program this is, as long as the connection lives, and refuses to stand beside
    /// another one: two versions would fold and write each in its own way.
    ///
    /// # Errors
    /// When a process of another version has the store open.
    pub(crate) fn enter_as(&mut self, program: &str) -> Result<(), StoreError> {
        // FNV-1a: the same number for the same program on every node.
        let hash = program.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let number = PROGRAMS + i32::try_from(hash % 1_000_000).expect("it is small");
        let row = self.client.query_one(
            "SELECT pg_advisory_lock_shared(hashtext(current_schema()) # $1, $2),
                    hashtext(current_schema()) # $1",
            &[&WRITER_LOCK_CLASS, &number],
        )?;
        let others = self.client.query_one(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_locks
              WHERE locktype = 'advisory' AND objsubid = 2 AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND CAST(classid AS BIGINT) = CAST($1 AS BIGINT)
                AND CAST(objid AS BIGINT) >= $2 AND CAST(objid AS BIGINT) <> $3",
            &[
                &i64::from(row.get::<_, i32>(1).cast_unsigned()),
                &i64::from(PROGRAMS),
                &i64::from(number),
            ],
        )?;
        if others.get::<_, i64>(0) == 0 {
            return Ok(());
        }
        Err(StoreError::Refused(
            "this database is open in another version of Fanous: stop every node of that one \
             before this one starts"
                .to_owned(),
        ))
    }

    /// Lets go of every writer's number.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) fn give_all_writers(&mut self) -> Result<(), StoreError> {
        Ok(self
            .client
            .batch_execute("SELECT pg_advisory_unlock_all()")?)
    }

    /// Takes every writer's number, so that no other process can write, now or until this
    /// connection ends.
    ///
    /// # Errors
    /// When another process has the store open, or there is no schema.
    pub(crate) fn take_all_writers(&mut self) -> Result<(), StoreError> {
        let schema = self.client.query_one("SELECT current_schema()", &[])?;
        if schema.get::<_, Option<String>>(0).is_none() {
            return Err(StoreError::Missing("schema of this name"));
        }
        // A process that has just ended lets go of its numbers a moment later, so they are waited
        // for; always in the same order, so that two who do this cannot wait for each other.
        self.client.batch_execute("SET lock_timeout = '2s'")?;
        let taken = self.client.execute(
            "SELECT pg_advisory_lock(hashtext(current_schema()) # $1, CAST(n AS INT))
               FROM generate_series(CAST(1 AS BIGINT), $2) AS n ORDER BY n",
            &[&WRITER_LOCK_CLASS, &WRITERS_MAX],
        );
        match taken {
            Ok(_) => {
                self.client.batch_execute("SET lock_timeout = '30s'")?;
                return Ok(());
            }
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {}
            Err(error) => return Err(error.into()),
        }
        Err(StoreError::Refused(
            "this database is open in another Fanous: stop every node of it first".to_owned(),
        ))
    }
}

impl PostgresConn {
    fn facts(&mut self) -> Result<EngineFacts, StoreError> {
        let mut durability = Vec::new();
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            let row = self
                .client
                .query_one("SELECT current_setting($1)", &[&setting])?;
            let value: String = row.get(0);
            let is_good = value != "off";
            durability.push((setting.to_owned(), value, is_good));
        }
        let row = self.client.query_one(
            "SELECT current_setting('server_version'),
                    CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT),
                    CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT)
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = current_schema() AND c.relkind = 'r'",
            &[],
        )?;
        let version: String = row.get(0);
        Ok(EngineFacts {
            version: format!("PostgreSQL {version}"),
            durability,
            bytes: u64::try_from(row.get::<_, i64>(2)).unwrap_or(0),
            now: Some(Millis(row.get(1))),
        })
    }
}

impl Conn {
    /// What the engine says about itself.
    ///
    /// # Errors
    /// When the database fails.
    pub fn engine_facts(&mut self) -> Result<EngineFacts, StoreError> {
        match self {
            Self::Sqlite(conn) => conn.facts(),
            Self::Postgres(conn) => conn.facts(),
        }
    }

    /// Begins one snapshot of everything, however long it takes.
    pub(crate) fn begin_whole(&mut self) -> Result<(), StoreError> {
        match self {
            // The snapshot begins with the first reading.
            Self::Sqlite(conn) => conn.batch("BEGIN; SELECT COUNT(*) FROM sqlite_master"),
            Self::Postgres(conn) => conn.batch(
                "SET statement_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            ),
        }
    }
}
