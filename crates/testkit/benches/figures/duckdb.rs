//! DuckDB beside us: installed from the Python package index into a folder of the build, given
//! the same columns, asked the same questions. Where it cannot be had, nothing is compared.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;
use crate::population::{duckdb_folder, statements};

/// The version that is compared with.
const VERSION: &str = "2.0.0";

/// The files that it reads.
pub(crate) struct Files {
    pub(crate) customers: PathBuf,
    pub(crate) months: PathBuf,
}

/// What it answered, and half of its times were shorter.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) counted: u64,
    pub(crate) cells: u64,
    pub(crate) count_ms: f64,
    pub(crate) rfm_ms: f64,
    pub(crate) cohorts_ms: f64,
}

/// Reads two files of columns and asks each statement many times.
const SCRIPT: &str = r#"
import statistics, sys, time
import duckdb

customers, months, *statements = sys.argv[1:]
conn = duckdb.connect()
conn.execute(
    "CREATE TABLE customers AS SELECT * FROM read_csv(?, columns = {'id': 'UINTEGER',"
    " 'orders': 'UINTEGER', 'last_order': 'UINTEGER', 'net': 'BIGINT'})", [customers])
conn.execute(
    "CREATE TABLE months AS SELECT * FROM read_csv(?,"
    " columns = {'id': 'UINTEGER', 'month': 'INTEGER'})", [months])
for statement, asked in zip(statements, (101, 11, 11)):
    answer = conn.execute(statement).fetchone()
    times = []
    for _ in range(asked):
        start = time.perf_counter()
        answer = conn.execute(statement).fetchone()
        times.append(time.perf_counter() - start)
    print(answer[0], statistics.median(times) * 1000)
"#;

/// What DuckDB says to the statements; none when it cannot be had here.
pub(crate) fn ask(
    folder: &Path,
    write: impl FnOnce(&Files) -> Result<(), Failure>,
) -> Result<Option<Answers>, Failure> {
    let Some(python) = python_with_duckdb() else {
        return Ok(None);
    };
    let files = Files {
        customers: folder.join("customers.csv"),
        months: folder.join("months.csv"),
    };
    write(&files)?;
    let output = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(&files.customers)
        .arg(&files.months)
        .args(statements())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("DuckDB: {}", output.status).into());
    }
    let told = String::from_utf8(output.stdout)?;
    let lines: Vec<(u64, f64)> = told
        .lines()
        .map(|line| {
            let (answer, ms) = line.split_once(' ').ok_or("DuckDB: a line of two")?;
            Ok((answer.parse()?, ms.parse()?))
        })
        .collect::<Result<_, Failure>>()?;
    let [(counted, count_ms), (_, rfm_ms), (cells, cohorts_ms)] = lines[..] else {
        return Err("DuckDB: three answers were expected".into());
    };
    Ok(Some(Answers {
        counted,
        cells,
        count_ms,
        rfm_ms,
        cohorts_ms,
    }))
}

/// A Python that has it, in an environment of its own.
fn python_with_duckdb() -> Option<PathBuf> {
    let folder = duckdb_folder();
    let python = folder.join("bin").join("python");
    let runs = |command: &mut Command| {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    let check = format!("import duckdb; assert duckdb.__version__ == '{VERSION}'");
    if !runs(Command::new(&python).args(["-c", &check])) {
        let package = format!("duckdb=={VERSION}");
        let is_there = runs(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            && runs(Command::new(&python).args(["-m", "pip", "install", &package]));
        if !is_there {
            return None;
        }
    }
    Some(python)
}
