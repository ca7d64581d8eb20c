//! `fanous restore`: a backup comes back, without those who were erased since.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use app::environment::Environment;
use app::running::{Target, restore};
use app::trust::Vault;
use clap::Args;
use serde_json::json;

use super::Failure;
use super::backup::progress;
use crate::open::DataOptions;
use crate::terminal::Terminal;

/// What comes back; where to is told as for every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArguments {
    /// A file that `fanous backup` wrote
    file: PathBuf,
}

pub(crate) fn run(
    arguments: &RestoreArguments,
    data: &DataOptions,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let keys = data.key_folder();
    if !Vault::is_in(&keys) {
        return Err(Failure::wrong_use(format!(
            "there is no shop key in {}: put the key folder of this shop there first (its erasure \
             journal too), or say where it is with --keys. Without that key nobody's name in the \
             backup can be read",
            keys.display()
        )));
    }
    let environment = Environment::system();
    let vault = Vault::open(&keys, &environment)?;
    let staging = tempfile::tempdir().map_err(Failure::failed)?;
    let target = Target {
        data: &data.data,
        options: &data.options(),
        staging: staging.path(),
    };
    let restored = restore(&arguments.file, &target, environment, vault, &mut |at| {
        terminal.progress(&progress(at));
        !stop.load(Ordering::Relaxed)
    })?;
    let rows: u64 = restored.tables.iter().map(|it| it.rows).sum();
    let sentence = format!(
        "Restored into {}: {rows} rows. {} customers whom the erasure journal names were erased \
         again.\n`fanous doctor --thorough` adds everything up.",
        data.shown(),
        restored.erased_again
    );
    let answer = json!({
        "rows": rows, "erased_again": restored.erased_again, "schema": restored.backup.schema,
    });
    terminal.answer(&sentence, &answer);
    Ok(())
}
