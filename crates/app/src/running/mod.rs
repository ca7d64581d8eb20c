//! Running a shop's Fanous: backups and what comes back from them, and a look at its health.

mod backup;
mod doctor;

pub use backup::{Restored, Target, restore};
pub use doctor::{Finding, Verdict};
pub use store::{BackupFile, TableCount, Watch, WholeProgress};
