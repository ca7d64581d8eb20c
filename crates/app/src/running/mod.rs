//! Running a shop's Fanous: backups and what comes back from them, and a look at its health.

mod backup;
mod doctor;
mod ready;

pub use backup::{Restored, Target, restore};
pub use doctor::{Finding, Verdict};
pub use ready::{Gauges, Readiness};
pub use store::health::{Waiting, WaitingAll};
pub use store::{BackupFile, TableCount, Watch, WholeProgress};
