//! A PostgreSQL server that a test may crash and restart, apart from the one that all share.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::shop::Shop;

/// The variable that names the folder of the server's programs.
const PROGRAMS: &str = "FANOUS_TEST_POSTGRES_BIN";

/// A cluster of its own, with fsync on; gone when it is dropped.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    as_user: Option<(String, String)>,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let programs = std::env::var_os(PROGRAMS).unwrap_or_else(|| {
            panic!("{PROGRAMS} is not set: `cargo xtask test` finds the programs of PostgreSQL")
        });
        let cluster = Self {
            folder: TempDir::new().expect("a temporary folder can be made"),
            programs: programs.into(),
            port: free_port(),
            as_user: user_for_server(),
        };
        if let Some((user, _)) = &cluster.as_user {
            run(Command::new("chown").arg(user).arg(cluster.folder.path()));
        }
        let mut initdb = cluster.command("initdb");
        initdb.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username=fanous",
        ]);
        run(initdb.arg(format!("--pgdata={}", cluster.data().display())));
        cluster.control(&["start"]);
        cluster
    }

    pub(crate) fn shop(&self) -> Shop {
        Shop {
            data: format!("postgres://fanous@127.0.0.1:{}/postgres", self.port),
            schema: Some("shop".to_owned()),
            keys: self.folder.path().join("keys"),
        }
    }

    /// Stops at once, without a checkpoint, so that the next start recovers from the log; and
    /// starts again.
    pub(crate) fn crash(&self) {
        self.control(&["stop", "--mode=immediate"]);
        self.control(&["start"]);
    }

    fn control(&self, words: &[&str]) {
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c fsync=on -c full_page_writes=on \
             -c max_connections=120",
            self.port,
            self.folder.path().display()
        );
        let mut command = self.command("pg_ctl");
        command.args(words).arg("--wait").arg("--timeout=120");
        command.arg("-D").arg(self.data()).arg("-o").arg(options);
        run(command.arg("-l").arg(self.folder.path().join("server.log")));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match &self.as_user {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}"));
                command.arg(format!("--regid={group}"));
                command.arg("--clear-groups").arg(program);
                command
            }
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "--mode=immediate", "-D"])
            .arg(self.data());
        // A test that failed may have left it stopped; the folder goes either way.
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn run(command: &mut Command) {
    // The server would keep a pipe open, so there is none.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// PostgreSQL refuses root, so root lends it another account, by name and group.
fn user_for_server() -> Option<(String, String)> {
    if !is_root() {
        return None;
    }
    let group = |user: &str| {
        let output = Command::new("id").args(["-gn", user]).output().ok()?;
        let group = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| group.trim().to_owned())
    };
    let found = ["postgres", "nobody"].into_iter();
    let mut found = found.filter_map(|user| Some((user.to_owned(), group(user)?)));
    Some(found.next().expect("root has an account to lend"))
}

/// Whether this process may mount and install; asked of `id`, since nothing here is unsafe.
pub(crate) fn is_root() -> bool {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .expect("`id` can be run");
    output.stdout.starts_with(b"0")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

/// The folder as a path, for those who look into it.
impl AsRef<Path> for Cluster {
    fn as_ref(&self) -> &Path {
        self.folder.path()
    }
}
