//! What each floor may know: SQL only in `store`, HTTP only in `web`, no clock in pure code.

use super::Finding;
use super::tree::{File, Rust, Tree};
use std::collections::BTreeSet;

/// More statements than this written twice, and there are two copies of the SQL again.
const DIVERGENT_STATEMENTS_MAX: usize = 10;

/// Crates that may hold SQL: the store, and what looks at its tables from outside to test it.
const SQL_CRATES: [&str; 3] = ["store", "testkit", "xtask"];
/// What a string with SQL in it begins with, in the capitals in which Fanous writes SQL.
const SQL_OPENINGS: [&str; 5] = [
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "UPDATE ",
];

const HTTP_CRATES: [&str; 2] = ["web", "fanous"];
const HTTP_WORDS: [&str; 2] = ["StatusCode", "axum"];

/// Crates that are given time and chance as arguments.
const PURE_CRATES: [&str; 2] = ["domain", "science"];
const IMPURE_WORDS: [&[&str]; 8] = [
    &["SystemTime"],
    &[":", ":", "now", "("],
    &["now_v7", "("],
    &["new_v4", "("],
    &["rand", ":", ":"],
    &["getrandom"],
    &["std", ":", ":", "fs"],
    &["std", ":", ":", "net"],
];

/// Everything that is on the wrong floor. Tests may look anywhere.
pub(super) fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = tree
        .rust()
        .flat_map(|(file, rust)| floor_findings(file, rust))
        .collect();
    let count = divergent_count(tree);
    if count > DIVERGENT_STATEMENTS_MAX {
        let what = format!("{count} statements are written once for each engine");
        let todo = format!("find one text for both; {DIVERGENT_STATEMENTS_MAX} are the limit");
        findings.push(Finding::new("crates/store", 1, what, todo));
    }
    findings
}

/// How many statements are written once for each engine, as the line of a golden file.
pub(super) fn divergent_statements(tree: &Tree) -> BTreeSet<String> {
    BTreeSet::from([divergent_count(tree).to_string()])
}

fn divergent_count(tree: &Tree) -> usize {
    let escapes = ["sql", "rows"].map(|name| [name, "!", "(", "both", ":"]);
    let in_file = |rust: &Rust| -> usize {
        escapes
            .iter()
            .map(|words| rust.lines_with(words).len())
            .sum()
    };
    tree.rust().map(|(_, rust)| in_file(rust)).sum()
}

fn floor_findings(file: &File, rust: &Rust) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |line: usize, what: String, todo: &str| {
        findings.push(Finding::new(&file.path, line, what, todo));
    };
    let name = file.crate_name();
    if !SQL_CRATES.contains(&name) {
        for line in sql_lines(rust) {
            add(
                line,
                format!("`{name}` holds SQL"),
                "move the statement into `store`",
            );
        }
    }
    if !HTTP_CRATES.contains(&name) && name != "xtask" {
        for word in HTTP_WORDS {
            for line in outside_tests(rust, &[word]) {
                let todo = "give the reason as a type, and let `web` choose the status";
                add(line, format!("`{name}` knows HTTP (`{word}`)"), todo);
            }
        }
    }
    if PURE_CRATES.contains(&name) {
        for words in IMPURE_WORDS {
            for line in outside_tests(rust, words) {
                let todo = "take it as an argument";
                add(
                    line,
                    format!("`{name}` is pure and may not name `{}`", words.concat()),
                    todo,
                );
            }
        }
    }
    findings
}

fn sql_lines(rust: &Rust) -> Vec<usize> {
    let literals = rust
        .tokens
        .iter()
        .filter(|token| token.is_literal && has_sql(&token.text));
    let mut lines: Vec<usize> = literals.map(|token| token.line).collect();
    lines.extend(rust.lines_with(&["sql", "!"]));
    lines.extend(rust.lines_with(&["rows", "!"]));
    lines.retain(|line| !rust.is_test_line(*line));
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn has_sql(literal: &str) -> bool {
    let text = literal.trim_start_matches(['r', 'b', '#', '"', ' ', '\n']);
    SQL_OPENINGS.iter().any(|opening| text.starts_with(opening))
}

fn outside_tests(rust: &Rust, words: &[&str]) -> Vec<usize> {
    let lines = rust.lines_with(words).into_iter();
    lines.filter(|line| !rust.is_test_line(*line)).collect()
}
