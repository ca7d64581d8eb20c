//! Backups: the whole store as one file, taken while others write, and looked through afterwards.
//!
//! A backup is a SQLite file of the schema, whichever engine it came from, so that either engine
//! can be filled from it. It is taken in one snapshot of its own. While that is held, SQLite's
//! log cannot begin anew and PostgreSQL cannot clear dead rows away: the log grows by what is
//! written during the copying, and shrinks after it. Nobody waits for a backup.

use std::path::Path;

use crate::copy::{self, TableCount, Watch};
use crate::engine::{Conn, SqliteConn};
use crate::error::StoreError;
use crate::migrate::{SCHEMA_VERSION, migrate};
use crate::open::Store;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFile {
    /// The version of its schema.
    pub schema: usize,
    /// How many rows each of its tables has; empty when the schema is another than this program's.
    pub tables: Vec<TableCount>,
    /// Tells under which shop key it was written.
    pub key_fingerprint: Option<String>,
    /// Its size.
    pub bytes: u64,
}

impl Store {
    /// How many rows each table has.
    ///
    /// # Errors
    /// When the database fails.
    pub fn counts(&self) -> Result<Vec<TableCount>, StoreError> {
        self.read(copy::counts)
    }

    /// Writes everything that is committed now into a file that does not exist yet, or is empty,
    /// and looks through it. What it leaves behind when it fails is no backup.
    ///
    /// # Errors
    /// When a database or the file fails, when the copy is not what it should be, or `watch`
    /// stops it.
    pub fn backup(&self, file: &Path, watch: &mut Watch<'_>) -> Result<BackupFile, StoreError> {
        let mut from = self.readers().connect()?;
        from.begin_whole()?;
        let copied = match &mut from {
            Conn::Sqlite(conn) => {
                conn.copy_pages(file, &mut |done, total| {
                    copy::heard(watch, "pages", done, Some(total))
                })?;
                None
            }
            Conn::Postgres(_) => {
                let copied = copy_rows(&mut from, file, watch)?;
                // In the same snapshot: not one row more or less than there are.
                Some((copied, copy::counts(&mut from)?))
            }
        };
        from.batch("COMMIT")?;
        drop(from);
        copy::heard(watch, "checking the copy", 0, None)?;
        let found = backup_read(file)?;
        let agrees = copied.is_none_or(|(copied, there)| copied == there && copied == found.tables);
        if !agrees || found.schema != SCHEMA_VERSION {
            return Err(StoreError::shape(
                "the copy does not hold what it was made of",
            ));
        }
        Ok(found)
    }
}

/// Makes a new SQLite file of everything that a store holds.
pub(crate) fn copy_rows(
    from: &mut Conn,
    file: &Path,
    watch: &mut Watch<'_>,
) -> Result<Vec<TableCount>, StoreError> {
    let mut into = Conn::Sqlite(SqliteConn::open_unseen(file)?);
    migrate(&mut into)?;
    into.batch("BEGIN")?;
    let copied = copy::copy(from, &mut into, watch)?;
    into.batch("COMMIT")?;
    drop(into);
    SqliteConn::seal(file)?;
    Ok(copied)
}

/// Looks through a backup: is the file whole, is it one of ours, what does it hold?
///
/// # Errors
/// When it is damaged, is no backup of Fanous, or is newer than this program.
pub fn backup_read(file: &Path) -> Result<BackupFile, StoreError> {
    let refused = |what: &str| StoreError::Refused(format!("{} {what}", file.display()));
    let bytes =
        std::fs::metadata(file).map_err(|error| refused(&format!("cannot be read: {error}")))?;
    let conn = SqliteConn::open_sealed(file).map_err(|error| refused(&error.to_string()))?;
    if let Some(damage) = conn
        .damage()
        .map_err(|_| refused("is no backup of Fanous"))?
    {
        return Err(refused(&format!(
            "is damaged ({damage}): take another copy"
        )));
    }
    let mut conn = Conn::Sqlite(conn);
    let schema = copy::schema_version(&mut conn).map_err(|_| refused("is no backup of Fanous"))?;
    if schema > SCHEMA_VERSION {
        return Err(refused(&format!(
            "was written by a newer Fanous (schema {schema}, this program knows \
             {SCHEMA_VERSION}): use the newer program"
        )));
    }
    let is_current = schema == SCHEMA_VERSION;
    Ok(BackupFile {
        schema,
        tables: match is_current {
            true => copy::counts(&mut conn)?,
            false => Vec::new(),
        },
        key_fingerprint: crate::settings::info_get(&mut conn, "key_fingerprint")?,
        bytes: bytes.len(),
    })
}
