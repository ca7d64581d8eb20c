//! Tidy: the rules of the house that the compiler cannot hold.
//!
//! Each rule is a function from what it looks at to [`Finding`]s; none reads a file or runs a
//! program, so each is tested with text alone. What is outside is read once, at the start.

mod crates;
mod documents;
mod floors;
mod golden;
mod languages;
mod licences;
mod places;
mod rooms;
mod shape;
#[cfg(test)]
mod tests;
mod tree;

use crate::Failure;
use golden::Golden;
use std::fmt;
use std::path::Path;
use tree::Tree;

/// One place where a rule of the house is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, from the top of the workspace.
    path: String,
    /// The line, from one.
    line: usize,
    /// What is wrong.
    what: String,
    /// What to do about it.
    todo: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
            todo: todo.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{}: {}; {}",
            self.path, self.line, self.what, self.todo
        )
    }
}

/// Rules that need nothing but the files.
const RULES: [fn(&Tree) -> Vec<Finding>; 6] = [
    shape::findings,
    floors::findings,
    places::findings,
    documents::findings,
    languages::findings,
    tree::unparsed,
];

/// Prints what breaks the rules of the house; fails when anything does.
///
/// With `bless` the golden files are rewritten to what is, and only the other rules are judged.
pub(crate) fn run(root: &Path, bless: bool) -> Result<(), Failure> {
    let findings = findings(root, bless)?;
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        count => Err(format!("tidy has {count} findings")),
    }
}

/// All findings in the workspace, in the order of files and lines.
fn findings(root: &Path, bless: bool) -> Result<Vec<Finding>, Failure> {
    let tree = Tree::read(root)?;
    let workspace = crates::Workspace::read(root)?;
    let golden = Golden {
        folder: root.join("xtask/golden"),
        bless,
    };
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.extend(crates::findings(&workspace, &tree));
    findings.extend(licences::findings(&workspace.licences));
    for (name, lines) in [
        ("crate-arrows.txt", crates::arrows(&workspace)),
        ("dependencies.txt", crates::dependencies(&workspace)),
        ("room-arrows.txt", rooms::arrows(&tree)),
        (
            "divergent-statements.txt",
            floors::divergent_statements(&tree),
        ),
        ("hosts.txt", places::hosts(&tree)),
    ] {
        findings.extend(golden.compare(name, &lines)?);
    }
    findings.sort();
    findings.dedup();
    Ok(findings)
}
