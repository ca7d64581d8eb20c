//! What tests need from the registries of other languages: pinned, and kept under `target/tools`.
//!
//! Each is fetched by that language's own client from wherever it is set up to ask, without
//! running anything that a package brings for its installation. A tool stays until its pins
//! change.

use crate::Failure;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Written last into a tool's folder, with the pins that are in it: a folder without it, or with
/// other pins, was left by a run that was interrupted or by another version of ours.
const STAMP: &str = "pins";

/// A tool, what it is pinned to, and how it is fetched into a folder.
struct Tool {
    name: &'static str,
    pins: &'static str,
    /// What tests are told of, from the tool's folder.
    file: &'static str,
    fetch: fn(&Path, &str) -> Result<(), Failure>,
}

/// The rules of accessibility, as a script that runs inside a page.
const AXE: Tool = Tool {
    name: "axe-core",
    pins: "axe-core@4.14.1",
    file: "node_modules/axe-core/axe.min.js",
    fetch: fetch_from_npm,
};

/// What calls an API with all that its description allows, and with what it does not.
const SCHEMATHESIS: Tool = Tool {
    name: "schemathesis",
    pins: include_str!("../schemathesis.txt"),
    file: "bin/schemathesis",
    fetch: fetch_from_pypi,
};

/// Libraries of other collectors for back ends in Python, as shops have them: they have to work
/// unchanged.
const TRACKERS_PYTHON: Tool = Tool {
    name: "trackers-python",
    pins: include_str!("../trackers-python.txt"),
    file: "bin/python",
    fetch: fetch_from_pypi,
};

/// The same for browsers and for back ends in Node.
const TRACKERS_NODE: Tool = Tool {
    name: "trackers-node",
    pins: include_str!("../trackers-node.txt"),
    file: "node_modules/@segment/analytics-next/dist/umd/index.js",
    fetch: fetch_from_npm,
};

/// The script of axe-core, after fetching it when it is not there.
pub(crate) fn axe(target: &Path) -> Result<PathBuf, Failure> {
    AXE.provide(target)
}

/// The program Schemathesis, after fetching it when it is not there.
pub(crate) fn schemathesis(target: &Path) -> Result<PathBuf, Failure> {
    SCHEMATHESIS.provide(target)
}

/// A Python that has libraries of other collectors, after fetching them when they are not there.
pub(crate) fn trackers_python(target: &Path) -> Result<PathBuf, Failure> {
    TRACKERS_PYTHON.provide(target)
}

/// The browser's file of a folder of such libraries, after fetching them when they are not there.
pub(crate) fn trackers_node(target: &Path) -> Result<PathBuf, Failure> {
    TRACKERS_NODE.provide(target)
}

impl Tool {
    fn provide(&self, target: &Path) -> Result<PathBuf, Failure> {
        let folder = target.join("tools").join(self.name);
        let (stamp, file) = (folder.join(STAMP), folder.join(self.file));
        if fs::read_to_string(&stamp).is_ok_and(|pins| pins == self.pins) && file.is_file() {
            return Ok(file);
        }
        println!("fetching {}", self.name);
        let failed = |error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed)?;
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        (self.fetch)(&folder, self.pins)?;
        if !file.is_file() {
            return Err(format!("{} came without {}", self.name, self.file));
        }
        fs::write(&stamp, self.pins).map_err(failed)?;
        Ok(file)
    }
}

fn fetch_from_npm(folder: &Path, pins: &str) -> Result<(), Failure> {
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.args(["--no-save", "--no-package-lock", "--loglevel=error"]);
    npm.arg("--prefix").arg(folder).args(pins.lines());
    run("npm install", &mut npm)
}

fn fetch_from_pypi(folder: &Path, pins: &str) -> Result<(), Failure> {
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(folder);
    run("python3 -m venv", &mut venv)?;
    let list = folder.join("requirements.txt");
    fs::write(&list, pins).map_err(|error| format!("{}: {error}", list.display()))?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input"]);
    pip.args(["--disable-pip-version-check", "--only-binary=:all:"]);
    pip.arg("--requirement").arg(&list);
    run("pip install", &mut pip)
}

fn run(name: &str, command: &mut Command) -> Result<(), Failure> {
    let status = command.stdin(Stdio::null()).status();
    match status.map_err(|error| format!("{name} could not be run: {error}"))? {
        status if status.success() => Ok(()),
        _ => Err(format!("{name} failed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fetched_is_kept_until_its_pins_change() {
        let target = std::env::temp_dir().join(format!("fanous-tools-{}", std::process::id()));
        let check = |pins: &'static str, fetched: Result<&str, &str>| {
            let tool = Tool {
                name: "a-tool",
                pins,
                file: "program",
                // A tool that is there already must not be fetched again.
                fetch: |folder, pins| match pins {
                    "empty" => Ok(()),
                    "broken" => Err("broken".to_owned()),
                    _ if folder.join("program").exists() => Err("fetched twice".to_owned()),
                    _ => fs::write(folder.join("program"), pins).map_err(|it| it.to_string()),
                },
            };
            let found = tool.provide(&target).map(fs::read_to_string);
            let found = found.map(|text| text.expect("what was fetched can be read"));
            assert_eq!(found.as_deref().map_err(String::as_str), fetched, "{pins}");
        };
        check("one", Ok("one"));
        check("one", Ok("one"));
        check("two", Ok("two"));
        check("broken", Err("broken"));
        check("empty", Err("a-tool came without program"));
        check("two", Ok("two"));
        fs::remove_dir_all(&target).expect("the folder of this test goes");
    }

    #[test]
    fn every_package_is_pinned() {
        for pin in [SCHEMATHESIS, TRACKERS_PYTHON]
            .iter()
            .flat_map(|it| it.pins.lines())
        {
            assert!(pin.contains("=="), "{pin}");
        }
        for pin in [AXE, TRACKERS_NODE].iter().flat_map(|it| it.pins.lines()) {
            assert!(pin.rfind('@').is_some_and(|at| at > 0), "{pin}");
        }
        assert!(SCHEMATHESIS.pins.contains("schemathesis=="));
    }
}
