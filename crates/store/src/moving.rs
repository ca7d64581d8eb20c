//! A whole store from one place to another, between the engines or on one, and the claim on a
//! folder in which a store is made before anybody can open it.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::backup::copy_rows;
use crate::copy::{self, TableCount, Watch};
use crate::engine::{Conn, PostgresConn, SqliteConn};
use crate::error::StoreError;
use crate::migrate::migrate;
use crate::open::{self, Options};

/// The folder, in a data folder, of a store that is not whole yet. What an interrupted attempt
/// left there is thrown away by the next.
const INCOMING: &str = "incoming";

/// A data folder that holds no store yet and is kept from everybody else.
#[derive(Debug)]
pub struct Claimed {
    folder: PathBuf,
    _lock: File,
}

impl Claimed {
    /// Claims a folder, which is made when it is missing.
    ///
    /// # Errors
    /// When it holds a store, is open in another Fanous, or cannot be written.
    pub fn new(folder: &Path) -> Result<Self, StoreError> {
        let files = |error: std::io::Error| refused(folder, &error.to_string());
        open::make_private(folder).map_err(files)?;
        let lock = open::lock_folder(folder)?;
        for file in [open::FILE.to_owned(), format!("{}-wal", open::FILE)] {
            if folder.join(&file).exists() {
                return Err(refused(
                    folder,
                    &format!(
                        "there is a shop already ({file}), and nothing is written over one: give \
                         an empty folder"
                    ),
                ));
            }
        }
        let claimed = Self {
            folder: folder.to_owned(),
            _lock: lock,
        };
        claimed.clear().map_err(files)?;
        open::make_private(&claimed.incoming()).map_err(files)?;
        Ok(claimed)
    }

    /// Where the store is made: a data folder of its own, which [`crate::Store::open`] can open.
    #[must_use]
    pub fn incoming(&self) -> PathBuf {
        self.folder.join(INCOMING)
    }

    /// The file of the store that is made.
    #[must_use]
    pub fn incoming_file(&self) -> PathBuf {
        self.incoming().join(open::FILE)
    }

    /// Puts the store in its place, whole and on the disk, and lets go of the folder.
    ///
    /// # Errors
    /// When the store is still open, or the folder cannot be written.
    pub fn settle(self) -> Result<(), StoreError> {
        SqliteConn::seal(&self.incoming_file())?;
        let files = |error: std::io::Error| refused(&self.folder, &error.to_string());
        std::fs::rename(self.incoming_file(), self.folder.join(open::FILE)).map_err(files)?;
        self.clear().map_err(files)?;
        // The name is on the disk when the folder is.
        let folder = File::open(&self.folder).and_then(|folder| folder.sync_all());
        folder.map_err(files)
    }

    fn clear(&self) -> std::io::Result<()> {
        match std::fs::remove_dir_all(self.incoming()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Claimed {
    /// What was not settled does not stay.
    fn drop(&mut self) {
        if let Err(error) = self.clear() {
            tracing::warn!(%error, "an unfinished store could not be removed");
        }
    }
}

/// A store that nobody else has open, and nobody can open while this one lives.
struct Alone {
    conn: Conn,
    _lock: Option<File>,
}

impl Alone {
    /// A store that is read and not changed.
    fn source(data: &str, options: &Options) -> Result<Self, StoreError> {
        if open::is_address(data) {
            let mut conn = PostgresConn::open(data, options.schema.as_deref(), true)?;
            conn.take_all_writers()?;
            let mut conn = Conn::Postgres(conn);
            copy::check_version(&mut conn)?;
            return Ok(Self { conn, _lock: None });
        }
        let folder = Path::new(data);
        let file = folder.join(open::FILE);
        if !file.exists() {
            return Err(refused(folder, "there is no shop in it"));
        }
        let lock = Some(open::lock_folder(folder)?);
        let mut conn = Conn::Sqlite(SqliteConn::open(&file, true)?);
        copy::check_version(&mut conn)?;
        Ok(Self { conn, _lock: lock })
    }

    /// An empty schema with this program's tables.
    fn target(address: &str, options: &Options) -> Result<Self, StoreError> {
        let mut conn = open::open_durable(address, options)?;
        conn.take_all_writers()?;
        let mut conn = Conn::Postgres(conn);
        migrate(&mut conn)?;
        copy::check_empty(&mut conn)?;
        Ok(Self { conn, _lock: None })
    }
}

/// Copies a whole store into an empty folder or an empty schema, and compares the two row by row
/// before the copy can be seen. The store it came from stays as it is. Nobody may have either of
/// them open.
///
/// # Errors
/// When one of them is open, when the target holds a shop, when the schema is not this
/// program's, when a database fails, when a row differs, or `watch` stops it; then the target is
/// as empty as it was.
pub fn store_move(
    (from, from_options): (&str, &Options),
    (into, into_options): (&str, &Options),
    watch: &mut Watch<'_>,
) -> Result<Vec<TableCount>, StoreError> {
    if !open::is_address(into) {
        let claimed = Claimed::new(Path::new(into))?;
        let mut source = Alone::source(from, from_options)?;
        let copied = fill_folder(&mut source.conn, &claimed, watch)?;
        claimed.settle()?;
        return Ok(copied);
    }
    let mut source = Alone::source(from, from_options)?;
    let mut target = Alone::target(into, into_options)?;
    source.conn.begin_whole()?;
    // Nobody sees a row of it before all of them were compared.
    target.conn.batch("SET statement_timeout = 0; BEGIN")?;
    let copied = copy::copy(&mut source.conn, &mut target.conn, watch)?;
    copy::compare(&mut source.conn, &mut target.conn, watch)?;
    target.conn.batch("COMMIT; ANALYZE")?;
    Ok(copied)
}

fn fill_folder(
    source: &mut Conn,
    claimed: &Claimed,
    watch: &mut Watch<'_>,
) -> Result<Vec<TableCount>, StoreError> {
    source.begin_whole()?;
    let file = claimed.incoming_file();
    let copied = copy_rows(source, &file, watch)?;
    let mut made = Conn::Sqlite(SqliteConn::open_sealed(&file)?);
    copy::compare(source, &mut made, watch)?;
    Ok(copied)
}

fn refused(folder: &Path, what: &str) -> StoreError {
    StoreError::Refused(format!("the folder {}: {what}", folder.display()))
}
