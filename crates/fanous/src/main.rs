//! Fanous, the program: configuration, command line, wiring.
//!
//! It knows no rule and no SQL; it opens the store, hands it to the use cases, and shows what they
//! answer. Exit codes: 0 done, 1 failed, 2 wrong use.

mod background;
mod commands;
mod config;
mod letters;
mod log;
mod open;
mod serve;
mod socket;
mod terminal;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use commands::move_to::MoveArguments;
use commands::restore::RestoreArguments;
use commands::{Command, Failure};
use config::{Config, ConfigAction, ConfigOptions};
use log::LogOptions;
use open::DataOptions;
use serve::ServeOptions;
use terminal::Terminal;

/// Keeps an online shop's customers.
#[derive(Debug, Parser)]
#[command(name = "fanous", version, about, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    config: ConfigOptions,
    #[command(flatten)]
    log: LogOptions,
    /// One line of JSON at the end instead of sentences.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve the pages and the API.
    Serve(ServeOptions),
    /// Bring in a real shop's year, and beside it a synthetic shop, if there are none yet; then
    /// serve both.
    Demo(ServeOptions),
    /// Bring a backup back into an empty folder or database.
    Restore(RestoreArguments),
    /// Copy the shop to another place, between SQLite and PostgreSQL too, and compare every row.
    Move(MoveArguments),
    /// The configuration.
    Config {
        /// What to do with it.
        #[command(subcommand)]
        action: ConfigAction,
    },
    #[command(flatten)]
    Command(Command),
}

fn main() -> ExitCode {
    let (command, config) = match config::apply(Arguments::command()) {
        Ok(configured) => configured,
        Err(failure) => return fail(&failure),
    };
    let matches = command.get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    match run(arguments, &matches, &config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn run(arguments: Arguments, matches: &clap::ArgMatches, config: &Config) -> Result<(), Failure> {
    arguments.log.start()?;
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return Err(Failure::failed(error)),
    };
    let stop = Arc::new(AtomicBool::new(false));
    match arguments.action {
        Action::Serve(options) => runtime.block_on(serve::serve(
            arguments.data,
            options,
            arguments.json,
            serve::First::Nothing,
        )),
        Action::Demo(options) => runtime.block_on(serve::serve(
            arguments.data,
            options,
            arguments.json,
            serve::First::Demo,
        )),
        Action::Restore(restore) => {
            runtime.spawn(stop_on_signal(Arc::clone(&stop)));
            let mut terminal = Terminal::standard(arguments.json);
            commands::restore::run(&restore, &arguments.data, &mut terminal, &stop)
        }
        Action::Move(target) => {
            runtime.spawn(stop_on_signal(Arc::clone(&stop)));
            let mut terminal = Terminal::standard(arguments.json);
            commands::move_to::run(&target, &arguments.data, &mut terminal, &stop)
        }
        Action::Config {
            action: ConfigAction::Check,
        } => {
            let mut terminal = Terminal::standard(arguments.json);
            config::check(&Arguments::command(), matches, config, &mut terminal);
            Ok(())
        }
        Action::Command(command) => {
            runtime.spawn(stop_on_signal(Arc::clone(&stop)));
            run_command(&arguments.data, &command, arguments.json, &stop)
        }
    }
}

/// The first signal asks the command to stop where it can go on later; the second ends it.
async fn stop_on_signal(stop: Arc<AtomicBool>) {
    while serve::signal().await.is_ok() {
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    }
}

/// Beside a running server a command runs inside it; otherwise it opens the store itself.
fn run_command(
    data: &DataOptions,
    command: &Command,
    json: bool,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let mut terminal = Terminal::standard(json);
    if let Some(outcome) = socket::run_beside(data, command, json, &mut terminal, stop) {
        return outcome;
    }
    let app = open::open(data)?;
    commands::run(command, &app, &mut terminal, stop)
}

fn fail(failure: &Failure) -> ExitCode {
    eprintln!("fanous: {failure}");
    ExitCode::from(failure.code)
}
