//! The order of the workshop: which steps make a test run, and with what around them.

use crate::provision::{self, Provisions};
use crate::{Failure, cluster::Cluster, tidy};
use cargo_metadata::{Metadata, MetadataCommand};
use clap::Args;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

/// Where a test finds the throwaway cluster, its server programs, the browser and its driver, the
/// script that judges pages, and the program that calls the API.
const POSTGRES_VARIABLE: &str = "FANOUS_TEST_POSTGRES";
const POSTGRES_FOLDER_VARIABLE: &str = "FANOUS_TEST_POSTGRES_BIN";
const CHROMIUM_VARIABLE: &str = "FANOUS_TEST_CHROMIUM";
const CHROMEDRIVER_VARIABLE: &str = "FANOUS_TEST_CHROMEDRIVER";
const AXE_VARIABLE: &str = "FANOUS_TEST_AXE";
const TRACKERS_PYTHON_VARIABLE: &str = "FANOUS_TEST_TRACKERS_PYTHON";
const TRACKERS_NODE_VARIABLE: &str = "FANOUS_TEST_TRACKERS_NODE";
const SCHEMATHESIS_VARIABLE: &str = "FANOUS_TEST_SCHEMATHESIS";

/// Asks the long test targets for their long rounds, and gives each its share of the time.
const LONG_VARIABLE: &str = "FANOUS_LONG";
const LONG_SECONDS_VARIABLE: &str = "FANOUS_LONG_SECONDS";

/// Test targets of this name do a tiny seeded round in every run and long rounds when asked.
const LONG_TARGET: &str = "long";

#[derive(Args)]
pub(crate) struct TestOptions {
    /// Run only the long tier: seeded crash, race and simulation rounds.
    #[arg(long)]
    long: bool,
    /// The time box of the long tier in seconds, shared by its suites.
    #[arg(long, default_value_t = 1200, requires = "long")]
    seconds: u64,
}

/// Provides what tests need and runs them; fails when any step does, after running them all.
pub(crate) fn test(root: &Path, options: &TestOptions) -> Result<(), Failure> {
    let provisions = provision::everything(&metadata(root)?.target_directory.into_std_path_buf())?;
    if options.long {
        test_long(root, &provisions, options.seconds)
    } else {
        test_all(root, &provisions)
    }
}

/// Runs the bench program beside a throwaway cluster.
pub(crate) fn bench(root: &Path, names: &[String], json: Option<&Path>) -> Result<(), Failure> {
    let programs = provision::postgres()?;
    let cluster = Cluster::start(&programs)?;
    let mut command = cargo(
        root,
        &["bench", "--package", "testkit", "--bench", "figures", "--"],
    );
    command.args(names);
    if let Some(file) = json {
        // Cargo runs a bench in its package's folder; the caller meant a file from here.
        let file = std::path::absolute(file).map_err(|error| format!("--json: {error}"))?;
        command.arg("--json").arg(file);
    }
    command.env(POSTGRES_VARIABLE, cluster.url());
    command.env(POSTGRES_FOLDER_VARIABLE, programs);
    run_step("bench", &mut command)
}

/// Starts a cluster for a developer and keeps it until this process ends.
pub(crate) fn postgres() -> Result<(), Failure> {
    let programs = provision::postgres()?;
    let cluster = Cluster::start(&programs)?;
    println!("{}", cluster.url());
    println!("export {POSTGRES_VARIABLE}={}", cluster.url());
    println!("export {POSTGRES_FOLDER_VARIABLE}={}", programs.display());
    println!("It lives until Ctrl-C.");
    loop {
        thread::park();
    }
}

/// All steps run even when an early one fails, so that one run says all that is wrong. The tests
/// come last: the last lines on the screen are their runner's own.
fn test_all(root: &Path, provisions: &Provisions) -> Result<(), Failure> {
    let mut failures = Vec::new();
    let mut note = |outcome: Result<(), Failure>| failures.extend(outcome.err());
    note(run_step(
        "format",
        &mut cargo(root, &["fmt", "--all", "--check"]),
    ));
    note(timed("tidy", || tidy::run(root, false)));
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    note(run_step("clippy", &mut cargo(root, &clippy)));
    let cluster = Cluster::start(&provisions.postgres_folder)?;
    let mut tests = cargo(root, &["test", "--workspace", "--no-fail-fast"]);
    note(run_step("tests", equip(&mut tests, provisions, &cluster)));
    drop(cluster);
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("; "))
    }
}

fn test_long(root: &Path, provisions: &Provisions, seconds: u64) -> Result<(), Failure> {
    let packages = packages_with_long_tests(root)?;
    if packages.is_empty() {
        return Err(format!(
            "no package has a test target `{LONG_TARGET}`, so nothing was tested"
        ));
    }
    let share = (seconds / packages.len() as u64).max(1);
    let mut failures = Vec::new();
    for package in packages {
        // Building is not part of the time box: it says nothing about the product.
        let words = ["test", "--package", &package, "--test", LONG_TARGET];
        failures.extend(run_step("build", cargo(root, &words).arg("--no-run")).err());
        let cluster = Cluster::start(&provisions.postgres_folder)?;
        let mut command = cargo(root, &words);
        command.args(["--", "--nocapture"]);
        command
            .env(LONG_VARIABLE, "1")
            .env(LONG_SECONDS_VARIABLE, share.to_string());
        let name = format!("long rounds of {package}, {share} s");
        failures.extend(run_step(&name, equip(&mut command, provisions, &cluster)).err());
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("; "))
    }
}

fn packages_with_long_tests(root: &Path) -> Result<Vec<String>, Failure> {
    let metadata = metadata(root)?;
    let has_long = |package: &&cargo_metadata::Package| {
        package
            .targets
            .iter()
            .any(|target| target.is_test() && target.name == LONG_TARGET)
    };
    let packages = metadata.packages.iter().filter(has_long);
    Ok(packages.map(|package| package.name.to_string()).collect())
}

/// What Cargo knows of the workspace alone.
fn metadata(root: &Path) -> Result<Metadata, Failure> {
    MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))
}

fn equip<'a>(
    command: &'a mut Command,
    provisions: &Provisions,
    cluster: &Cluster,
) -> &'a mut Command {
    command
        .env(POSTGRES_VARIABLE, cluster.url())
        .env(POSTGRES_FOLDER_VARIABLE, &provisions.postgres_folder)
        .env(CHROMIUM_VARIABLE, &provisions.chromium)
        .env(CHROMEDRIVER_VARIABLE, &provisions.chromedriver)
        .env(AXE_VARIABLE, &provisions.axe)
        .env(SCHEMATHESIS_VARIABLE, &provisions.schemathesis)
        .env(TRACKERS_PYTHON_VARIABLE, &provisions.trackers_python)
        .env(TRACKERS_NODE_VARIABLE, &provisions.trackers_node)
}

/// The cargo that started us, in the workspace.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root);
    command
}

fn run_step(name: &str, command: &mut Command) -> Result<(), Failure> {
    timed(name, || match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{name} failed")),
        Err(error) => Err(format!("{name} could not be run: {error}")),
    })
}

/// Says what starts, and on the next step's screen how long it took. Goes to standard error, so
/// that standard output ends with what the step itself printed.
fn timed(name: &str, step: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    eprintln!("── {name}");
    let start = Instant::now();
    let outcome = step();
    let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
    eprintln!(
        "── {name}: {verdict}, {:.1} s",
        start.elapsed().as_secs_f64()
    );
    outcome
}
