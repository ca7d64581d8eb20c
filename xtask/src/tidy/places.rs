//! Places outside the project: absolute paths of somebody's machine, and hosts on the network.

use super::Finding;
use super::tree::Tree;
use std::collections::BTreeSet;

/// Top folders of a machine; a path into one of them is true on one machine only.
const TOP_FOLDERS: [&str; 7] = ["home", "mnt", "root", "tmp", "work", "Users", "workspace"];

/// Files that others wrote, or that a program writes.
const FOREIGN_FILES: [&str; 3] = ["Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT"];

/// Absolute paths into somebody's machine, in any file.
pub(super) fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        if FOREIGN_FILES.contains(&file.path.as_str()) {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            if let Some(folder) = absolute_path(line) {
                let what = format!("an absolute path into /{folder}");
                let todo = "name it from the top of the workspace, or ask for a temporary folder";
                findings.push(Finding::new(&file.path, index + 1, what, todo));
            }
        }
    }
    findings
}

/// The top folder of the first absolute path in the line that belongs to somebody's machine.
fn absolute_path(line: &str) -> Option<&'static str> {
    TOP_FOLDERS.into_iter().find(|folder| {
        let needle = format!("/{folder}/");
        line.match_indices(&needle).any(|(start, _)| {
            // After a name, a dot, a closing brace or another slash the path is relative or a URL.
            let before = line[..start].chars().next_back();
            before.is_none_or(|sign| !sign.is_alphanumeric() && !"._-})>/~*".contains(sign))
        })
    })
}

/// The hosts of all URLs in the tree, for the golden file; one's own machine and the names that
/// are reserved for examples need no agreement.
pub(super) fn hosts(tree: &Tree) -> BTreeSet<String> {
    let files = tree.files.iter().filter(|file| file.path != "Cargo.lock");
    let lines = files.flat_map(|file| file.text.lines());
    lines
        .flat_map(hosts_in)
        .filter(|host| !is_reserved(host))
        .collect()
}

fn hosts_in(line: &str) -> Vec<String> {
    let starts = line
        .match_indices("://")
        .filter(|(start, _)| line[..*start].ends_with("http") || line[..*start].ends_with("https"));
    let hosts = starts.map(|(start, _)| {
        let rest = &line[start + 3..];
        let end = rest.find(|sign: char| !sign.is_ascii_alphanumeric() && !".-".contains(sign));
        rest[..end.unwrap_or(rest.len())]
            .trim_end_matches('.')
            .to_ascii_lowercase()
    });
    hosts.filter(|host| host.contains('.')).collect()
}

fn is_reserved(host: &str) -> bool {
    let endings = [".example", ".test", ".invalid", ".localhost"];
    let names = ["example.com", "example.org", "example.net"];
    let is_number = host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    endings.iter().any(|ending| host.ends_with(ending))
        || names
            .iter()
            .any(|name| host == *name || host.ends_with(&format!(".{name}")))
        || is_number
}
