//! Backups and restoring them.

use std::path::Path;

use store::{BackupFile, Claimed, Options, Store, TableCount, Watch, WholeProgress};

use crate::environment::Environment;
use crate::trust::Vault;
use crate::{App, AppError};

/// Where a shop is put.
#[derive(Debug)]
pub struct Target<'t> {
    /// An empty data folder, or the address of a database.
    pub data: &'t str,
    /// With this schema.
    pub options: &'t Options,
    /// A folder with room for the whole store, for the time of the work; it is used when the
    /// target is a database.
    pub staging: &'t Path,
}

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup held.
    pub backup: BackupFile,
    /// How many rows each table had when the erased were gone.
    pub tables: Vec<TableCount>,
    /// Customers who were erased after the backup was taken, and were erased again.
    pub erased_again: usize,
}

impl App {
    /// Writes a backup: everything that is committed now, in one file, while others go on
    /// writing. The shop's key is not in it, so that the file alone tells nothing personal.
    ///
    /// # Errors
    /// The store's; then the file is no backup.
    pub fn backup(&self, file: &Path, watch: &mut Watch<'_>) -> Result<BackupFile, AppError> {
        let written = self.inner.store.backup(file, watch)?;
        if written.key_fingerprint != Some(self.inner.vault.fingerprint()) {
            return Err(AppError::WrongKeys);
        }
        Ok(written)
    }
}

/// Brings a backup back into an empty place. Whoever the journal beside the key names is erased
/// from it before anybody can open it.
///
/// # Errors
/// When the backup is damaged, newer than the program or of another shop key, when there is a
/// shop already, when the store fails, or `watch` stops it; then the place is as empty as it was.
pub fn restore(
    backup: &Path,
    target: &Target<'_>,
    environment: Environment,
    vault: Vault,
    watch: &mut Watch<'_>,
) -> Result<Restored, AppError> {
    tell(watch, "checking the backup")?;
    let found = store::backup_read(backup)?;
    if found.key_fingerprint.as_ref() != Some(&vault.fingerprint()) {
        return Err(AppError::WrongKeys);
    }
    let is_database = store::is_address(target.data);
    let folder = match is_database {
        true => target.staging,
        false => Path::new(target.data),
    };
    let claimed = Claimed::new(folder)?;
    tell(watch, "copying")?;
    let file = claimed.incoming_file();
    std::fs::copy(backup, &file)
        .map_err(|error| AppError::Files(format!("{}: {error}", file.display())))?;
    let (tables, erased_again) = prepare(&claimed, environment, vault, watch)?;
    claimed.settle()?;
    if is_database {
        let staged = folder.to_string_lossy();
        let source = Options::default();
        store::store_move((&staged, &source), (target.data, target.options), watch)?;
    }
    Ok(Restored {
        backup: found,
        tables,
        erased_again,
    })
}

/// Opens the copy as a store of this program, migrating it where that is needed, and erases.
fn prepare(
    claimed: &Claimed,
    environment: Environment,
    vault: Vault,
    watch: &mut Watch<'_>,
) -> Result<(Vec<TableCount>, usize), AppError> {
    tell(watch, "erasing again whom the journal names")?;
    let data = claimed.incoming();
    let store = Store::open(&data.to_string_lossy(), &Options::default())?;
    let app = App::open(store, environment, vault)?;
    let erased_again = app.erasures_replay()?;
    // Or a check of the audit would say, rightly, that somebody put an older store in its place.
    app.audit_flush()?;
    app.audit_put_back()?;
    let tables = app.inner.store.counts()?;
    Ok((tables, erased_again))
}

fn tell(watch: &mut Watch<'_>, what: &str) -> Result<(), AppError> {
    let progress = WholeProgress {
        what,
        done: 0,
        total: None,
    };
    match watch(progress) {
        true => Ok(()),
        false => Err(store::StoreError::Stopped.into()),
    }
}
