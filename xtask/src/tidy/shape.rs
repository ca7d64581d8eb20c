//! The shape of the source: lengths, and calls that are never right.

use super::Finding;
use super::tree::{File, Rust, Tree, lines_of};
use std::collections::BTreeSet;
use syn::visit::{self, Visit};

const FUNCTION_LINES_MAX: usize = 70;
/// A test may tell a longer story than a function may hide.
const TEST_FUNCTION_LINES_MAX: usize = 120;
/// An asynchronous function of `web` is a handler: it finds, asks and answers.
const HANDLER_LINES_MAX: usize = 40;
const FILE_LINES_MAX: usize = 500;
const TEST_FILE_LINES_MAX: usize = 800;
const LINE_CHARACTERS_MAX: usize = 100;

/// Where waiting by the clock is right, because what is waited for cannot call back.
const SLEEP_PLACES: [(&str, &str); 5] = [
    (
        "xtask/src/cluster.rs",
        "a starting PostgreSQL can only be asked again",
    ),
    (
        "crates/web/src/door.rs",
        "a system without files for connections says nothing when it has some again",
    ),
    (
        "crates/testkit/benches/figures/collector.rs",
        "events come in at a rate, and a server that starts can only be asked again",
    ),
    (
        "crates/testkit/benches/figures/idle.rs",
        "a server is idle when it was left alone for a while",
    ),
    (
        "crates/testkit/benches/figures/pages.rs",
        "events come in at a rate, and what runs behind a server pauses as it does there",
    ),
];

/// Words that are nowhere right, and what to write instead.
const BANNED_EVERYWHERE: [(&[&str], &str, &str); 4] = [
    (
        &["#", "[", "ignore"],
        "an ignored test",
        "make it pass, or delete it and say why",
    ),
    (
        &["allow", "("],
        "`allow` silences a lint for ever",
        "use `#[expect(…, reason = \"…\")]`",
    ),
    (
        &["todo", "!"],
        "a placeholder",
        "write it, or leave the feature out",
    ),
    (
        &["unimplemented", "!"],
        "a placeholder",
        "write it, or leave the feature out",
    ),
];

const BANNED_OUTSIDE_TESTS: [(&[&str], &str, &str); 1] = [(
    &[".", "unwrap", "(", ")"],
    "`unwrap` says no reason",
    "use `expect(\"why it cannot fail\")`",
)];

/// Everything about the shape of Rust files.
pub(super) fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in tree.rust() {
        findings.extend(lengths(file, rust));
        findings.extend(functions(file, rust));
        findings.extend(banned(file, rust));
        findings.extend(unreachable_file(tree, file));
    }
    findings
}

fn lengths(file: &File, rust: &Rust) -> Vec<Finding> {
    let mut findings = Vec::new();
    let max = if rust.is_test() {
        TEST_FILE_LINES_MAX
    } else {
        FILE_LINES_MAX
    };
    let count = file.text.lines().count();
    if count > max {
        let what = format!("the file has {count} lines, more than {max}");
        findings.push(Finding::new(
            &file.path,
            max + 1,
            what,
            "split it by subject",
        ));
    }
    for (index, line) in file.text.lines().enumerate() {
        let count = line.chars().count();
        if count > LINE_CHARACTERS_MAX {
            let what = format!("the line has {count} characters, more than {LINE_CHARACTERS_MAX}");
            findings.push(Finding::new(&file.path, index + 1, what, "break it"));
        }
    }
    findings
}

struct FunctionFinder<'a> {
    file: &'a File,
    rust: &'a Rust,
    findings: Vec<Finding>,
}

impl FunctionFinder<'_> {
    fn judge(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (first, last) = (lines_of(signature).0, lines_of(block).1);
        let is_test = self.rust.is_test_line(first);
        let is_handler = self.file.crate_name() == "web" && signature.asyncness.is_some();
        let max = match (is_test, is_handler) {
            (true, _) => TEST_FUNCTION_LINES_MAX,
            (false, true) => HANDLER_LINES_MAX,
            (false, false) => FUNCTION_LINES_MAX,
        };
        let count = last - first + 1;
        if count > max {
            let what = format!("`{}` has {count} lines, more than {max}", signature.ident);
            let todo = "move its parts into functions with names";
            self.findings
                .push(Finding::new(&self.file.path, first, what, todo));
        }
    }
}

impl<'ast> Visit<'ast> for FunctionFinder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.judge(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.judge(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.judge(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn functions(file: &File, rust: &Rust) -> Vec<Finding> {
    let mut finder = FunctionFinder {
        file,
        rust,
        findings: Vec::new(),
    };
    if let Some(syntax) = &rust.syntax {
        finder.visit_file(syntax);
    }
    finder.findings
}

fn banned(file: &File, rust: &Rust) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |line: usize, what: &str, todo: &str| {
        findings.push(Finding::new(&file.path, line, what, todo));
    };
    for (words, what, todo) in BANNED_EVERYWHERE {
        for line in rust.lines_with(words) {
            add(line, what, todo);
        }
    }
    for (words, what, todo) in BANNED_OUTSIDE_TESTS {
        for line in rust.lines_with(words) {
            if !rust.is_test_line(line) {
                add(line, what, todo);
            }
        }
    }
    let may_sleep = SLEEP_PLACES.iter().any(|(path, _)| *path == file.path);
    for line in rust.lines_with(&["sleep"]) {
        // A bench is no test: it may wait until something is as quiet as it is to be measured.
        let is_test = rust.is_test_line(line) && !file.path.contains("/benches/");
        if !may_sleep || is_test {
            let todo = "wait for the event itself, or name the place and reason in `SLEEP_PLACES`";
            add(line, "sleeping makes runs slow and uncertain", todo);
        }
    }
    findings
}

/// A file that no `mod` names is compiled by nobody, and rots in silence.
fn unreachable_file(tree: &Tree, file: &File) -> Option<Finding> {
    let (folder, name) = file.path.rsplit_once('/')?;
    let stem = name.strip_suffix(".rs")?;
    // Cargo itself finds `crates/NAME/tests/*.rs` and their like, and what is under `src/bin`.
    let is_beside_src = folder.matches('/').count() == 2
        && ["/tests", "/benches", "/examples"]
            .iter()
            .any(|end| folder.ends_with(end));
    let is_root = is_beside_src || folder.ends_with("/src/bin");
    let is_entry = ["main", "lib", "build"].contains(&stem);
    if is_root || is_entry {
        return None;
    }
    let (parent, module) = if stem == "mod" {
        folder.rsplit_once('/')?
    } else {
        (folder, stem)
    };
    let parents: BTreeSet<String> = [
        format!("{parent}.rs"),
        format!("{parent}/mod.rs"),
        format!("{parent}/lib.rs"),
        format!("{parent}/main.rs"),
    ]
    .into();
    let names = |path: &String| {
        let rust = tree.file(path).and_then(|file| file.rust.as_ref());
        rust.is_some_and(|rust| !rust.lines_with(&["mod", module, ";"]).is_empty())
    };
    if parents.iter().any(names) {
        return None;
    }
    let what = format!("no file says `mod {module};`, so this one is never compiled");
    Some(Finding::new(&file.path, 1, what, "name it, or delete it"))
}
