//! Running a shop's Fanous: backups and what comes back from them.

mod backup;

pub use backup::{Restored, Target, restore};
pub use store::{BackupFile, TableCount, Watch, WholeProgress};
