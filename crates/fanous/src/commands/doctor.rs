//! `fanous doctor`: a look at everything that can go wrong behind a shop's back.

use app::App;
use app::running::Verdict;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::Failure;
use crate::terminal::Terminal;

/// How closely to look.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub(crate) struct DoctorArguments {
    /// Fold every customer's log, add up every posting and follow the whole audit; this reads the
    /// whole store
    #[arg(long)]
    thorough: bool,
}

pub(super) fn run(
    arguments: &DoctorArguments,
    app: &App,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let findings = app.examine(arguments.thorough)?;
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let todo = finding.todo.iter().map(|todo| format!("\n       → {todo}"));
            format!(
                "{:<6} {}: {}{}",
                finding.verdict.word(),
                finding.about,
                finding.says,
                todo.collect::<String>()
            )
        })
        .collect();
    let json = serde_json::to_value(&findings).map_err(Failure::failed)?;
    terminal.answer(&lines.join("\n"), &json);
    let wrong = findings.iter().filter(|it| it.verdict == Verdict::Wrong);
    match wrong.count() {
        0 => Ok(()),
        1 => Err(Failure::failed("one thing is wrong")),
        count => Err(Failure::failed(format!("{count} things are wrong"))),
    }
}
