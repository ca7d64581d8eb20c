//! Documents: what they name must exist, or they rot where nobody looks.

use super::Finding;
use super::tree::Tree;
use crate::Arguments;
use clap::CommandFactory;
use std::collections::BTreeSet;

/// Folders at the top that documents may name; a path that starts with one of them must exist.
const TOP_FOLDERS: [&str; 6] = ["crates/", "docs/", "examples/", "xtask/", ".ci/", ".cargo/"];

/// Endings by which a name without a folder is known to be a file.
const FILE_ENDINGS: [&str; 6] = [".md", ".rs", ".toml", ".sql", ".ftl", ".csv"];

/// Files that documents name and that the reader or a program makes.
const FILES_OF_OTHERS: [&str; 2] = ["FILE.csv", "orders.csv"];

/// Words in capitals that belong to the world, not to our source.
const WORDS_OF_OTHERS: [&str; 12] = [
    "Authorization",
    "Bearer",
    "ChromeDriver",
    "Chromium",
    "Content",
    "Debian",
    "Fanous",
    "GitHub",
    "Host",
    "PostgreSQL",
    "Retry",
    "SQLite",
];

/// What the source and the tree know by name.
struct Known<'a> {
    tree: &'a Tree,
    words: BTreeSet<&'a str>,
    fanous_words: BTreeSet<&'a str>,
    commands: BTreeSet<String>,
}

/// Everything that a document names and that is not there.
pub(super) fn findings(tree: &Tree) -> Vec<Finding> {
    let tokens = tree.rust().flat_map(|(_, rust)| &rust.tokens);
    let fanous = tree
        .rust()
        .filter(|(file, _)| file.crate_name() == "fanous");
    let command = Arguments::command();
    let known = Known {
        tree,
        words: tokens
            .filter(|token| !token.is_literal)
            .map(|token| token.text.as_str())
            .collect(),
        fanous_words: fanous
            .flat_map(|(_, rust)| &rust.tokens)
            .map(|token| token.text.as_str())
            .collect(),
        commands: command
            .get_subcommands()
            .map(|one| one.get_name().to_owned())
            .collect(),
    };
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        let mut is_code = false;
        for (index, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                is_code = !is_code;
                continue;
            }
            let mut names = if is_code {
                vec![line.trim()]
            } else {
                backticked(line)
            };
            names.retain(|name| !is_code || is_command(name));
            let wrong = names.into_iter().filter_map(|name| known.judge(name));
            let links = if is_code { Vec::new() } else { links(line) };
            let dead = links
                .into_iter()
                .filter_map(|link| known.judge_link(&file.path, link));
            for what in wrong.chain(dead) {
                let todo = "name what is there, or build it";
                findings.push(Finding::new(&file.path, index + 1, what, todo));
            }
        }
    }
    findings
}

impl Known<'_> {
    /// What is wrong with a name, if anything.
    fn judge(&self, name: &str) -> Option<String> {
        if name.contains(['*', '<', '…', '{', '$']) {
            // A pattern stands for many names.
            return None;
        }
        let exists = if is_command(name) {
            self.has_command(name)
        } else if is_path(name) {
            self.has_path(name)
        } else if name.contains("::") && is_rust_path(name) {
            segments(name).all(|segment| self.words.contains(segment))
        } else if is_type(name) {
            self.words.contains(name) || WORDS_OF_OTHERS.contains(&name)
        } else if let Some(function) = name.strip_suffix("()").or_else(|| name.strip_suffix('!')) {
            !is_rust_path(function) || self.words.contains(function)
        } else {
            !is_joined(name) || self.is_written(name)
        };
        (!exists).then(|| format!("`{name}` does not exist"))
    }

    fn has_path(&self, name: &str) -> bool {
        let name = name
            .split([':', '#', ' '])
            .next()
            .unwrap_or(name)
            .trim_end_matches('/');
        let is_named_file = !name.contains('/');
        self.tree.paths.contains(name)
            || FILES_OF_OTHERS.contains(&name)
            || is_named_file
                && self
                    .tree
                    .paths
                    .iter()
                    .any(|path| path.ends_with(&format!("/{name}")))
    }

    /// Whether a name of columns, variables or fields stands in any file that is no document.
    fn is_written(&self, name: &str) -> bool {
        let mut files = self
            .tree
            .files
            .iter()
            .filter(|file| !file.path.ends_with(".md"));
        self.words.contains(name) || files.any(|file| file.text.contains(name))
    }

    /// `cargo xtask NAME`, `fanous NAME` and `cargo run … -- NAME` name a command of that program.
    fn has_command(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        if let Some(rest) = line.strip_prefix("cargo xtask ") {
            let name = rest.split_whitespace().next().unwrap_or_default();
            return !is_kebab(name) || self.commands.contains(name);
        }
        let name = match line.split_once(" -- ") {
            Some((_, rest)) => rest.split_whitespace().next().unwrap_or_default(),
            None => words.nth(1).unwrap_or_default(),
        };
        !is_kebab(name) || self.fanous_words.contains(camel(name).as_str())
    }

    fn judge_link(&self, document: &str, link: &str) -> Option<String> {
        let target = link.split('#').next().unwrap_or_default();
        if target.is_empty() || target.contains(':') {
            return None;
        }
        let mut folders: Vec<&str> = document.split('/').collect();
        folders.pop();
        for step in target.trim_end_matches('/').split('/') {
            match step {
                "." => {}
                ".." => drop(folders.pop()),
                name => folders.push(name),
            }
        }
        let exists = self.tree.paths.contains(&folders.join("/"));
        (!exists).then(|| format!("the link to {link} leads nowhere"))
    }
}

/// What stands between backticks in a line.
fn backticked(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The targets of `[text](target)` in a line.
fn links(line: &str) -> Vec<&str> {
    let starts = line
        .match_indices("](")
        .map(|(start, _)| &line[start + 2..]);
    starts
        .filter_map(|rest| rest.split([')', ' ']).next())
        .collect()
}

fn is_command(name: &str) -> bool {
    let is_run = name.starts_with("cargo run") && name.contains(" -- ");
    name.starts_with("cargo xtask ") || name.starts_with("fanous ") || is_run
}

fn is_path(name: &str) -> bool {
    let in_folder = TOP_FOLDERS.iter().any(|folder| name.starts_with(folder));
    let is_file = FILE_ENDINGS.iter().any(|ending| name.ends_with(ending));
    in_folder || (is_file && !name.contains([' ', '/']) && !name.starts_with('.'))
}

fn is_rust_path(name: &str) -> bool {
    let name = name.trim_end_matches("()").trim_end_matches('!');
    name.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && name
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || "_:".contains(sign))
}

fn segments(name: &str) -> impl Iterator<Item = &str> {
    name.trim_end_matches("()")
        .trim_end_matches('!')
        .split("::")
        .filter(|part| !part.is_empty())
}

/// A name in camel case with a small letter in it: `Store`, `CustomerState`, and not `SQL`.
fn is_type(name: &str) -> bool {
    name.starts_with(|sign: char| sign.is_ascii_uppercase())
        && name.chars().all(|sign| sign.is_ascii_alphanumeric())
        && name.contains(|sign: char| sign.is_ascii_lowercase())
}

/// A name of several words joined by underscores, in any case: `order_keys`, `FILE_LINES_MAX`.
fn is_joined(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|sign| sign.is_ascii_alphanumeric());
    name.contains('_') && name.split('_').all(is_word)
}

fn is_kebab(name: &str) -> bool {
    name.starts_with(|sign: char| sign.is_ascii_lowercase())
        && name
            .chars()
            .all(|sign| sign.is_ascii_lowercase() || sign == '-')
}

fn camel(name: &str) -> String {
    let capital = |part: &str| {
        let mut signs = part.chars();
        signs
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + signs.as_str())
    };
    name.split('-').filter_map(capital).collect()
}
