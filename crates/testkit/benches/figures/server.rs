//! The program itself, built as it is released, serving a shop in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::Failure;

/// Where a shop's data and keys are.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) data: String,
    pub(crate) schema: Option<String>,
    pub(crate) keys: PathBuf,
}

impl Home {
    /// A shop in a folder, as `load::open_sqlite` opens it.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self {
            data: folder.join("data").to_string_lossy().into_owned(),
            schema: None,
            keys: folder.join("keys"),
        }
    }

    fn command(&self) -> Result<Command, Failure> {
        let mut command = Command::new(program()?);
        command.arg("--data").arg(&self.data);
        command.arg("--keys").arg(&self.keys);
        if let Some(schema) = &self.schema {
            command.arg("--schema").arg(schema);
        }
        command.arg("--json");
        Ok(command)
    }

    /// Runs a command beside the server, to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Result<ExitStatus, Failure> {
        let mut command = self.command()?;
        Ok(command.args(words).stdout(Stdio::null()).status()?)
    }
}

/// The program, serving. Dropping it ends it.
pub(crate) struct Server {
    child: Child,
    /// Where it is: `127.0.0.1:7777`.
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(home: &Home) -> Result<Self, Failure> {
        let mut child = home
            .command()?
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let said = child.stdout.take().ok_or("its output was asked for")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line)?;
        let url = said["url"].as_str().and_then(|it| it.split_once("://"));
        let address = url
            .ok_or("the server did not say where it is")?
            .1
            .to_owned();
        Ok(Self { child, address })
    }

    /// Resident memory, as Linux tells: what is held now (`VmRSS`), or was at most (`VmHWM`).
    pub(crate) fn memory_kb(&self, what: &str) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|it| it.strip_prefix(what));
        let words = line.and_then(|it| it.trim_start_matches(':').split_whitespace().next());
        Ok(words.ok_or("Linux tells what a process holds")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, built as it is released.
fn program() -> Result<PathBuf, Failure> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--package", "fanous"])
        .status()?;
    if !built.success() {
        return Err("the program cannot be built".into());
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    Ok(target
        .ok_or("a folder of the build")?
        .join("release")
        .join("fanous"))
}
