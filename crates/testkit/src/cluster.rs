//! A PostgreSQL cluster of a test's own, for what must not be done to the one that all share:
//! settings that lose data, and restarts.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use tempfile::TempDir;

/// The variable that names the folder with `initdb` and `postgres`.
const PROGRAMS_VARIABLE: &str = "FANOUS_TEST_POSTGRES_BIN";
/// A broken server keeps a test no longer than this.
const START_MAX: Duration = Duration::from_secs(60);
/// Stops the server when the pipe from the test closes, however the test ends.
const KEEPER: &str = r#""$@" </dev/null >/dev/null 2>&1 & server=$!
read -r _; kill -QUIT "$server"; wait "$server""#;

/// The files of a cluster; it runs while a [`Server`] lives.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes the files.
    ///
    /// # Panics
    /// When the server's programs are not named, or refuse.
    #[must_use]
    pub fn new() -> Self {
        let programs = std::env::var_os(PROGRAMS_VARIABLE).unwrap_or_else(|| {
            panic!(
                "{PROGRAMS_VARIABLE} is not set: `cargo xtask test` names the folder of \
                 PostgreSQL's programs"
            )
        });
        let folder = TempDir::new().expect("a temporary folder can be made");
        let cluster = Self {
            folder,
            programs: PathBuf::from(programs),
            port: TcpListener::bind(("127.0.0.1", 0))
                .and_then(|listener| listener.local_addr())
                .expect("a port is free")
                .port(),
        };
        let permissions = Permissions::from_mode(0o700);
        std::fs::set_permissions(cluster.folder.path(), permissions).expect("it is our folder");
        if let Some((user, group)) = cluster.lent() {
            chown(cluster.folder.path(), Some(user), Some(group)).expect("root may give away");
        }
        let made = cluster
            .command("initdb")
            .arg(format!("--pgdata={}", cluster.data().display()))
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C"])
            .args(["--no-sync", "--username=fanous"])
            .current_dir(cluster.folder.path())
            .output()
            .expect("initdb can be run");
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "initdb: {said}");
        cluster
    }

    /// Starts a server with these settings, such as `fsync=off`, and waits until it answers. It
    /// has the same address each time.
    ///
    /// # Panics
    /// When it does not answer in a minute.
    #[must_use]
    pub fn start(&self, settings: &[&str]) -> Server {
        let port = self.port;
        let server = self.command("postgres");
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(server.get_program())
            .args(server.get_args())
            .arg("-D")
            .arg(self.data())
            .arg("-c")
            .arg(format!("port={port}"))
            .args(["-c", "listen_addresses=127.0.0.1", "-c"])
            .arg(format!(
                "unix_socket_directories={}",
                self.folder.path().display()
            ))
            .current_dir(self.folder.path())
            .stdin(Stdio::piped());
        for setting in settings {
            keeper.args(["-c", setting]);
        }
        let server = Server {
            keeper: keeper.spawn().expect("a shell can be run"),
            url: format!("postgres://fanous@127.0.0.1:{port}/postgres"),
        };
        let deadline = Instant::now() + START_MAX;
        while Client::connect(&server.url, NoTls).is_err() {
            assert!(Instant::now() < deadline, "the server does not answer");
            std::thread::yield_now();
        }
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server, under an account that PostgreSQL accepts: it refuses root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let Some((user, group)) = self.lent() else {
            return Command::new(program);
        };
        let mut command = Command::new("setpriv");
        command
            .arg(format!("--reuid={user}"))
            .arg(format!("--regid={group}"))
            .arg("--clear-groups")
            .arg(program);
        command
    }

    /// The account that root lends to the server: nobody's.
    fn lent(&self) -> Option<(u32, u32)> {
        const NOBODY: (u32, u32) = (65_534, 65_534);
        let own = std::fs::metadata(Path::new("/proc/self")).map(|it| it.uid());
        (own.ok() == Some(0)).then_some(NOBODY)
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self::new()
    }
}

/// A running server; dropping it stops it at once, as a power cut would.
#[derive(Debug)]
pub struct Server {
    keeper: Child,
    url: String,
}

impl Server {
    /// The address of its database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Whatever the shell says, the server was told to stop.
        let _ = self.keeper.wait();
    }
}
