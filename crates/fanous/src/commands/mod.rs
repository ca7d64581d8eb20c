//! The commands that end: each works on an open shop, in this process or inside a server.

mod backup;
mod customer;
mod doctor;
mod import;
mod keys;
pub(crate) mod move_to;
mod people;
mod rebuild;
pub(crate) mod restore;

use std::fmt;
use std::sync::atomic::AtomicBool;

use app::{App, AppError};
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use backup::BackupArguments;
use customer::CustomerArguments;
use doctor::DoctorArguments;
use import::ImportArguments;
pub(crate) use import::import_file;
use keys::KeysAction;
use people::PeopleAction;

use crate::terminal::Terminal;

/// A command that ends.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Bring in a shop's past from files: orders, customers, products, ….
    Import(ImportArguments),
    /// Write everything the shop holds into one file, while it goes on.
    Backup(BackupArguments),
    /// Look at disk, clock, keys, what waits, and whether everything adds up.
    Doctor(DoctorArguments),
    /// Fold every customer's state anew from the log.
    Rebuild,
    /// Write everything the shop holds about one customer as JSON.
    Export(CustomerArguments),
    /// Erase one customer. It cannot be taken back.
    Erase(CustomerArguments),
    /// Keys of the API.
    Keys {
        /// What to do with them.
        #[command(subcommand)]
        action: KeysAction,
    },
    /// The people who work for the shop.
    People {
        /// What to do with them.
        #[command(subcommand)]
        action: PeopleAction,
    },
}

impl Command {
    /// Paths mean the same in another process, wherever that was started.
    pub(crate) fn make_paths_absolute(&mut self) -> Result<(), Failure> {
        let paths = match self {
            Self::Import(arguments) => arguments.paths().collect(),
            Self::Backup(arguments) => vec![&mut arguments.file],
            _ => Vec::new(),
        };
        for path in paths {
            *path = std::path::absolute(&path).map_err(Failure::failed)?;
        }
        Ok(())
    }
}

/// Why a command failed, with its exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// 1 failed, 2 wrong use.
    pub(crate) code: u8,
    /// A sentence: what happened, what was kept, what to do.
    pub(crate) sentence: String,
}

impl Failure {
    /// It was asked for rightly and failed.
    pub(crate) fn failed(sentence: impl fmt::Display) -> Self {
        Self {
            code: 1,
            sentence: sentence.to_string(),
        }
    }

    /// It was asked for wrongly.
    pub(crate) fn wrong_use(sentence: impl fmt::Display) -> Self {
        Self {
            code: 2,
            sentence: sentence.to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Invalid(sentence) => Self::wrong_use(sentence),
            other => Self::failed(other),
        }
    }
}

/// Runs a command to its end.
pub(crate) fn run(
    command: &Command,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    match command {
        Command::Import(arguments) => import::run(arguments, app, terminal, stop),
        Command::Backup(arguments) => backup::run(arguments, app, terminal, stop),
        Command::Doctor(arguments) => doctor::run(arguments, app, terminal),
        Command::Rebuild => rebuild::run(app, terminal, stop),
        Command::Export(arguments) => customer::export(arguments, app, terminal),
        Command::Erase(arguments) => customer::erase(arguments, app, terminal),
        Command::Keys { action } => keys::run(action, app, terminal),
        Command::People { action } => people::run(action, app, terminal),
    }
}
