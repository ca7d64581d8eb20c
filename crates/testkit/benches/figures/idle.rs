//! `idle_memory`: what the whole server holds when nothing happens, as the operating system
//! counts it, with ten thousand customers.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::figure::{Figure, Target};
use crate::{Bench, Failure, load};

const CUSTOMERS: u64 = 10_000;
/// After so long a server has read its population and gone idle.
const IDLE_AFTER: Duration = Duration::from_secs(10);

pub(crate) fn run(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("idle")?;
    let customers = bench.scaled(CUSTOMERS);
    let app = load::open_sqlite(&folder)?;
    load::settle_customers(&app, customers, 7)?;
    app.settle()?;
    drop(app);
    let server = Server::start(&folder)?;
    std::thread::sleep(IDLE_AFTER);
    let held_kb = server.held_kb()?;
    Ok(vec![Figure {
        name: "idle_memory",
        value: held_kb as f64 / 1_024.0,
        unit: "MB",
        n: customers,
        n_fixed: CUSTOMERS,
        target: Target::AtMost(60.0),
        peer: None,
        engine: "sqlite",
        sync: "WAL, synchronous=FULL",
        fsync_p50_us: bench.place.fsync_p50_us()?,
    }])
}

/// The program itself, serving a folder. Dropping it ends it.
struct Server(Child);

impl Server {
    fn start(folder: &Path) -> Result<Self, Failure> {
        let server = Command::new(program()?)
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--keys")
            .arg(folder.join("keys"))
            .args(["--json", "serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut server = Self(server);
        let said = server.0.stdout.take().ok_or("its output was asked for")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        if line.contains("url") {
            Ok(server)
        } else {
            Err(format!("the server did not say where it is: {line}").into())
        }
    }

    /// Resident memory, as Linux tells.
    fn held_kb(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let words = line.and_then(|it| it.split_whitespace().next());
        Ok(words.ok_or("Linux tells what a process holds")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program, built as it is released.
fn program() -> Result<PathBuf, Failure> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "fanous"])
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
