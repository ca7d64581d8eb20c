//! The figures of `docs/benchmarks.md`: how fast the house is, against what was asked of it.
//!
//! `cargo xtask bench [NAME…] --json FILE` runs this beside a throwaway PostgreSQL. Each figure
//! has a fixed size; `--scale PERCENT` makes all of them smaller for a quick look, and then
//! nothing counts as met. What is written is changed bytes, and the time of an fsync on the same
//! disk stands beside every figure.

mod accounts;
mod collector;
mod duckdb;
mod figure;
mod idle;
mod import;
mod load;
mod pages;
mod place;
mod population;
mod raw;
mod refold;
mod server;
mod write;

use std::process::ExitCode;

use figure::{Figure, Report};
use place::Place;

/// A failure as one sentence: a bench that cannot run says why and ends.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the command line asks for.
struct Arguments {
    names: Vec<String>,
    json: Option<std::path::PathBuf>,
    scale_percent: u64,
}

/// Figures that are taken together, because they share a store that takes long to fill.
struct Group {
    figures: &'static [&'static str],
    run: fn(&Bench) -> Result<Vec<Figure>, Failure>,
}

const GROUPS: [Group; 11] = [
    Group {
        figures: &["import_lines"],
        run: import::run,
    },
    Group {
        figures: &["refold_facts"],
        run: refold::run,
    },
    Group {
        figures: &["write_each_another", "write_bursts", "raw_sqlite_append"],
        run: write::run_sqlite,
    },
    Group {
        figures: &["postgres_each_another", "postgres_bursts"],
        run: write::run_postgres,
    },
    Group {
        figures: &["postgres_common_account"],
        run: accounts::run,
    },
    Group {
        figures: &[
            "population_ready",
            "population_core_bytes",
            "population_count",
            "population_rfm",
            "population_cohorts",
        ],
        run: population::run_sqlite,
    },
    Group {
        figures: &["population_ready_postgres"],
        run: population::run_postgres,
    },
    Group {
        figures: &pages::FIGURES,
        run: pages::run,
    },
    Group {
        figures: &collector::FIGURES,
        run: collector::run_sqlite,
    },
    Group {
        figures: &collector::FIGURES_POSTGRES,
        run: collector::run_postgres,
    },
    Group {
        figures: &["idle_memory"],
        run: idle::run,
    },
];

/// What every figure is given.
pub(crate) struct Bench {
    place: Place,
    names: Vec<String>,
    scale_percent: u64,
}

impl Bench {
    /// Whether this figure was asked for.
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|it| it == name)
    }

    /// The size of a run: the fixed one, unless a quick look was asked for.
    fn scaled(&self, size: u64) -> u64 {
        (size * self.scale_percent / 100).max(1)
    }
}

fn main() -> ExitCode {
    match arguments().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("figures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<Arguments, Failure> {
    let mut arguments = Arguments {
        names: Vec::new(),
        json: None,
        scale_percent: 100,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            // Cargo says this to every bench.
            "--bench" => {}
            "--json" => {
                let file = words.next().ok_or("--json needs a file")?;
                arguments.json = Some(file.into());
            }
            "--scale" => {
                let percent = words.next().ok_or("--scale needs a percentage")?;
                arguments.scale_percent = percent.parse()?;
            }
            name if known().any(|it| it == name) => arguments.names.push(name.to_owned()),
            other => {
                let known: Vec<&str> = known().collect();
                return Err(format!("no figure “{other}”; there are: {}", known.join(" ")).into());
            }
        }
    }
    Ok(arguments)
}

fn known() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|group| group.figures).copied()
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let bench = Bench {
        place: Place::new()?,
        names: arguments.names,
        scale_percent: arguments.scale_percent,
    };
    let mut report = Report::new(arguments.json, bench.scale_percent)?;
    for group in &GROUPS {
        if group.figures.iter().any(|name| bench.wants(name)) {
            for figure in (group.run)(&bench)? {
                report.add(figure)?;
            }
        }
    }
    report.close();
    Ok(())
}
