//! Golden files: lists that may change, but never unseen. A new line shows in the diff.

use super::Finding;
use crate::Failure;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// The folder of golden files, and whether they are to be rewritten.
pub(super) struct Golden {
    pub(super) folder: PathBuf,
    pub(super) bless: bool,
}

impl Golden {
    /// Compares what is with what was agreed, or agrees to what is.
    pub(super) fn compare(
        &self,
        name: &str,
        actual: &BTreeSet<String>,
    ) -> Result<Vec<Finding>, Failure> {
        let path = self.folder.join(name);
        if self.bless {
            let text: String = actual.iter().map(|line| format!("{line}\n")).collect();
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            return Ok(Vec::new());
        }
        // A golden file that is absent agrees to nothing, so every line is a finding.
        let agreed = fs::read_to_string(&path).unwrap_or_default();
        Ok(differences(name, &agreed, actual))
    }
}

/// Each line that is on one side only.
pub(super) fn differences(name: &str, agreed: &str, actual: &BTreeSet<String>) -> Vec<Finding> {
    let path = format!("xtask/golden/{name}");
    let agreed: Vec<&str> = agreed.lines().collect();
    let todo = "remove it, or agree with `cargo xtask tidy --bless` and give the reason";
    let news = actual
        .iter()
        .filter(|line| !agreed.contains(&line.as_str()));
    let mut findings: Vec<Finding> = news
        .map(|line| Finding::new(&path, 1, format!("not agreed: {line}"), todo))
        .collect();
    for (index, line) in agreed.iter().enumerate() {
        if !actual.contains(*line) {
            let todo = "run `cargo xtask tidy --bless`";
            findings.push(Finding::new(
                &path,
                index + 1,
                format!("no longer so: {line}"),
                todo,
            ));
        }
    }
    findings
}
