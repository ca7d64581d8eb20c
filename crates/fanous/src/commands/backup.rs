//! `fanous backup`: the whole shop in one file, while it goes on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use app::running::WholeProgress;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Failure;
use crate::terminal::Terminal;

/// Where a backup goes.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub(crate) struct BackupArguments {
    /// The file to write; it must not be there yet
    pub(crate) file: PathBuf,
}

pub(super) fn run(
    arguments: &BackupArguments,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let file = &arguments.file;
    let said =
        |error: &dyn std::fmt::Display| Failure::failed(format!("{}: {error}", file.display()));
    if file.exists() {
        return Err(Failure::wrong_use(format!(
            "{} is there already, and a backup never writes over anything",
            file.display()
        )));
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // It has its name only when it is whole: what lies there under a name is a backup.
    let unseen = tempfile::Builder::new()
        .prefix(".fanous-backup-")
        .tempfile_in(folder)
        .map_err(|error| said(&error))?;
    let written = app.backup(unseen.path(), &mut |at| {
        terminal.progress(&progress(at));
        !stop.load(Ordering::Relaxed)
    })?;
    unseen
        .persist_noclobber(file)
        .map_err(|error| said(&error.error))?;
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| said(&error))?;
    let rows: u64 = written.tables.iter().map(|it| it.rows).sum();
    let sentence = format!(
        "{}: {} tables, {rows} rows, {} bytes, looked through and whole.\n\
         The shop's key and the erasure journal are not in it. Keep a copy of the key folder, \
         apart from this file: without the key nobody's name can be read again.",
        file.display(),
        written.tables.len(),
        written.bytes
    );
    let answer = json!({
        "file": file, "schema": written.schema, "tables": written.tables.len(), "rows": rows,
        "bytes": written.bytes,
    });
    terminal.answer(&sentence, &answer);
    Ok(())
}

/// How far work on a whole store has come, in one short line.
pub(super) fn progress(at: WholeProgress<'_>) -> String {
    match at.total {
        Some(total) => format!("{}: {} of {total}", at.what, at.done),
        None if at.done == 0 => at.what.to_owned(),
        None => format!("{}: {}", at.what, at.done),
    }
}
