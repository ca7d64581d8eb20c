//! The workshop: everything that is done *to* Fanous rather than by it.
//!
//! `cargo xtask test` is the one command that says whether a change is good. It knows nothing of
//! how the product works; it knows how the tree must look (`tidy`), what tests need (`provision`,
//! `tools`, `cluster`) and in which order to run them (`run`). Start reading at [`Command`].

mod cluster;
mod provision;
mod run;
mod tidy;
mod tools;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What went wrong, as one sentence for the person at the terminal.
type Failure = String;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The workshop of Fanous")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check format, lints, tidy and every test on both engines and in a real browser.
    Test(run::TestOptions),
    /// The same as `test`: what runs on a developer's machine is what runs in CI.
    Ci(run::TestOptions),
    /// Check the rules that a compiler cannot: arrows, shapes, documents, licences.
    Tidy {
        /// Rewrite the golden files; what changed then shows in the diff.
        #[arg(long)]
        bless: bool,
    },
    /// Run the benches and print one object per figure.
    Bench {
        /// The figures to take; all of them when none is named.
        names: Vec<String>,
        /// Also write the objects to this file.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Start a throwaway PostgreSQL cluster, print its URL, and keep it until Ctrl-C.
    Postgres,
}

fn main() -> ExitCode {
    let root = root();
    let outcome = match Arguments::parse().command {
        Command::Test(options) | Command::Ci(options) => run::test(&root, &options),
        Command::Tidy { bless } => tidy::run(&root, bless),
        Command::Bench { names, json } => run::bench(&root, &names, json.as_deref()),
        Command::Postgres => run::postgres(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace. Cargo names ours at run time; a binary that is started by hand
/// falls back on the place where it was built.
fn root() -> PathBuf {
    let own = std::env::var("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&own)
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
