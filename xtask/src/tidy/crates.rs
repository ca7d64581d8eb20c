//! Arrows between crates, and the reasons of dependencies.

use super::Finding;
use super::licences::Licence;
use super::tree::Tree;
use crate::Failure;
use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Which crates of ours each crate may depend on. A new arrow is a decision about the design.
const ARROWS: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("science", &[]),
    ("store", &["domain"]),
    ("app", &["domain", "science", "store"]),
    ("connectors", &["domain"]),
    ("web", &["app", "domain"]),
    (
        "fanous",
        &["app", "connectors", "domain", "science", "store", "web"],
    ),
    (
        "testkit",
        &["app", "connectors", "domain", "science", "store", "web"],
    ),
    ("xtask", &[]),
];

/// The crate that only tests may see, but for the seeded world in it: the program makes its
/// synthetic demo shop from that, and takes the crate without the features that hold the rest.
const TEST_CRATE: &str = "testkit";
const WORLD_CRATE: &str = "fanous";

const REASONS: &str = "docs/dependencies.md";

/// What Cargo knows of the workspace, as far as tidy asks.
pub(super) struct Workspace {
    pub(super) members: Vec<Member>,
    pub(super) licences: Vec<Licence>,
}

/// A crate of ours.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// A direct dependency of a crate of ours.
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) is_dev: bool,
    pub(super) is_ours: bool,
    /// The features that it is taken with, `default` among them unless they are left out.
    pub(super) features: Vec<String>,
}

impl Workspace {
    /// Asks Cargo, for this machine's platform only.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .other_options(["--filter-platform".to_owned(), platform()?])
            .exec()
            .map_err(|error| format!("cargo metadata: {error}"))?;
        let members = metadata
            .workspace_packages()
            .into_iter()
            .map(|package| Member {
                name: package.name.to_string(),
                dependencies: package
                    .dependencies
                    .iter()
                    .map(|dependency| Dependency {
                        name: dependency.name.clone(),
                        is_dev: dependency.kind == DependencyKind::Development,
                        is_ours: dependency.path.is_some(),
                        features: features(dependency),
                    })
                    .collect(),
            });
        // Only what is resolved is built; the list of packages also holds other platforms' ones.
        let resolved = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let resolved: BTreeSet<_> = resolved.map(|node| &node.id).collect();
        let packages = metadata
            .packages
            .iter()
            .filter(|package| resolved.contains(&package.id));
        let licences = packages.map(|package| Licence {
            package: package.name.to_string(),
            expression: package.license.clone(),
        });
        Ok(Self {
            members: members.collect(),
            licences: licences.collect(),
        })
    }
}

fn features(dependency: &cargo_metadata::Dependency) -> Vec<String> {
    let default = dependency.uses_default_features.then_some("default");
    let named = dependency.features.iter().map(String::as_str);
    named.chain(default).map(str::to_owned).collect()
}

fn platform() -> Result<String, Failure> {
    let said = crate::provision::output_of(Command::new("rustc").arg("-vV")).unwrap_or_default();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "rustc does not name its host".to_owned())
}

/// Each arrow between our crates, for the golden file.
pub(super) fn arrows(workspace: &Workspace) -> BTreeSet<String> {
    let mut arrows = BTreeSet::new();
    for member in &workspace.members {
        for dependency in member
            .dependencies
            .iter()
            .filter(|dependency| dependency.is_ours)
        {
            let suffix = if dependency.is_dev { " (tests)" } else { "" };
            arrows.insert(format!("{} -> {}{suffix}", member.name, dependency.name));
        }
    }
    arrows
}

/// Each direct dependency on others with the crates that use it, for the golden file.
pub(super) fn dependencies(workspace: &Workspace) -> BTreeSet<String> {
    let mut users: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for member in &workspace.members {
        for dependency in member
            .dependencies
            .iter()
            .filter(|dependency| !dependency.is_ours)
        {
            let suffix = if dependency.is_dev { " (tests)" } else { "" };
            users
                .entry(&dependency.name)
                .or_default()
                .insert(format!("{}{suffix}", member.name));
        }
    }
    let line = |(name, users): (&str, BTreeSet<String>)| {
        format!(
            "{name}: {}",
            users.into_iter().collect::<Vec<_>>().join(", ")
        )
    };
    users.into_iter().map(line).collect()
}

/// Forbidden arrows, and dependencies without a reason or without a use.
pub(super) fn findings(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let mut findings = forbidden_arrows(workspace);
    findings.extend(unexplained(workspace, tree));
    findings.extend(unused(workspace, tree));
    findings
}

fn forbidden_arrows(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &workspace.members {
        let name = member.name.as_str();
        let path = manifest(name);
        let Some((_, permitted)) = ARROWS.iter().find(|(floor, _)| *floor == name) else {
            let todo = "give the reason in docs/decisions, then add it to `ARROWS`";
            findings.push(Finding::new(
                &path,
                1,
                format!("`{name}` is a new crate"),
                todo,
            ));
            continue;
        };
        for dependency in member
            .dependencies
            .iter()
            .filter(|dependency| dependency.is_ours)
        {
            let other = dependency.name.as_str();
            let is_for_tests = other == TEST_CRATE && dependency.is_dev;
            let is_world =
                other == TEST_CRATE && name == WORLD_CRATE && dependency.features.is_empty();
            if !permitted.contains(&other) && !is_for_tests && !is_world {
                let what = format!("`{name}` may not depend on `{other}`");
                let todo = "turn the arrow round, or pass what is needed as an argument";
                findings.push(Finding::new(&path, 1, what, todo));
            }
        }
    }
    findings
}

/// Every direct dependency has a row in the table of reasons, and every row a dependency.
fn unexplained(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let text = tree
        .file(REASONS)
        .map(|file| file.text.as_str())
        .unwrap_or_default();
    let rows: Vec<(usize, &str, &str)> = text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let mut cells = line.strip_prefix("| `")?.splitn(2, "` | ");
            Some((
                index + 1,
                cells.next()?,
                cells.next()?.trim_end_matches('|').trim(),
            ))
        })
        .collect();
    let others = workspace
        .members
        .iter()
        .flat_map(|member| &member.dependencies);
    let names: BTreeSet<&str> = others
        .filter(|dependency| !dependency.is_ours)
        .map(|dependency| dependency.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for name in &names {
        if !rows
            .iter()
            .any(|(_, row, reason)| row == name && !reason.is_empty())
        {
            let todo = "add the row | `crate` | why |, or do without it";
            findings.push(Finding::new(
                REASONS,
                1,
                format!("`{name}` has no reason"),
                todo,
            ));
        }
    }
    for (line, row, _) in rows {
        if !names.contains(row) {
            let what = format!("no crate depends on `{row}`");
            findings.push(Finding::new(REASONS, line, what, "delete the row"));
        }
    }
    findings
}

/// A dependency that no source names, or that is declared at the top and taken by no crate.
fn unused(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &workspace.members {
        let files = tree
            .rust()
            .filter(|(file, _)| file.crate_name() == member.name);
        let tokens = files.flat_map(|(_, rust)| &rust.tokens);
        let words: BTreeSet<&str> = tokens.map(|token| token.text.as_str()).collect();
        for dependency in &member.dependencies {
            if !words.contains(dependency.name.replace('-', "_").as_str()) {
                let what = format!("`{}` names `{}` nowhere", member.name, dependency.name);
                let todo = "remove the dependency";
                findings.push(Finding::new(&manifest(&member.name), 1, what, todo));
            }
        }
    }
    let all = workspace
        .members
        .iter()
        .flat_map(|member| &member.dependencies);
    let taken: BTreeSet<&str> = all.map(|dependency| dependency.name.as_str()).collect();
    let top = tree
        .file("Cargo.toml")
        .map(|file| file.text.as_str())
        .unwrap_or_default();
    for (line, name) in declared(top) {
        if !taken.contains(name) {
            let what = format!("`{name}` is declared and taken by no crate");
            findings.push(Finding::new("Cargo.toml", line, what, "remove the line"));
        }
    }
    findings
}

/// Line and name of what `[workspace.dependencies]` declares.
fn declared(manifest: &str) -> Vec<(usize, &str)> {
    let lines = manifest.lines().enumerate();
    let mut lines = lines.skip_while(|(_, line)| *line != "[workspace.dependencies]");
    lines.next();
    let section = lines.take_while(|(_, line)| !line.starts_with('['));
    section
        .filter_map(|(index, line)| Some((index + 1, line.split_once(" = ")?.0)))
        .collect()
}

fn manifest(name: &str) -> String {
    if name == "xtask" {
        "xtask/Cargo.toml".to_owned()
    } else {
        format!("crates/{name}/Cargo.toml")
    }
}
