//! A throwaway PostgreSQL cluster: honest about durability, gone when we are gone.
//!
//! The server is the child of a small shell, the keeper, which holds the reading end of a pipe
//! from us. Whatever ends us (a return, a panic, Ctrl-C, `kill -9`) closes the pipe; the keeper
//! then stops the server and removes the folder. That needs no signal handler and no `unsafe`.

use crate::Failure;
use crate::provision::{is_root, output_of};
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The superuser of the cluster. Nobody but this machine can reach it, so it has no password.
const SUPERUSER: &str = "fanous";

/// Every folder starts so, which is how a later run finds what an earlier one had to leave.
const FOLDER_PREFIX: &str = "fanous-postgres-";

/// The file in the folder that names the process to which the cluster belongs.
const OWNER_FILE: &str = "owner";

/// A cold disk needs some seconds for the first start; a minute is a broken machine.
const START_DURATION_MAX: Duration = Duration::from_secs(60);
const START_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Between choosing a free port and binding it, somebody else may take it.
const START_ATTEMPTS_MAX: u32 = 5;

/// `$1` is the folder, the rest starts the server. The keeper outlives signals to our group; only
/// the pipe ends it. SIGQUIT stops PostgreSQL at once: there is nothing here worth a checkpoint.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$1; shift
exec 3<&0
"$@" </dev/null >"$folder/server.log" 2>&1 3<&- &
server=$!
( read -r _ <&3; : >"$folder/stopping"; kill -QUIT "$server" ) 2>/dev/null &
reader=$!
wait "$server"
kill -KILL "$reader" 2>/dev/null
[ -e "$folder/stopping" ] && rm -rf -- "$folder"
exit 0
"#;

/// A running cluster. Dropping it stops the server and removes its folder.
pub(crate) struct Cluster {
    keeper: Child,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// Creates and starts a cluster with the server programs in `programs`.
    ///
    /// Fails with the end of the server's log when it does not come up within a minute.
    pub(crate) fn start(programs: &Path) -> Result<Self, Failure> {
        sweep(&std::env::temp_dir());
        let mut failure = String::new();
        for attempt in 0..START_ATTEMPTS_MAX {
            match Self::attempt(programs, attempt) {
                Ok(cluster) => return Ok(cluster),
                Err(reason) => failure = reason,
            }
            if !failure.contains("Address already in use") {
                break;
            }
        }
        Err(format!("the throwaway PostgreSQL did not start: {failure}"))
    }

    /// The URL of the database `postgres`, as superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/postgres", self.port)
    }

    fn attempt(programs: &Path, attempt: u32) -> Result<Self, Failure> {
        let account = Account::for_server()?;
        let folder = new_folder(attempt, &account).map_err(|error| format!("folder: {error}"))?;
        if let Err(failure) = initialise(programs, &folder, &account) {
            // The first failure is the one to tell; a folder that stays is swept by the next run.
            let _swept_later = fs::remove_dir_all(&folder);
            return Err(failure);
        }
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(&folder)
            .args(account.command(&programs.join("postgres")))
            .args(server_options(&folder, port))
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("the keeper could not be started: {error}"))?;
        let mut cluster = Self {
            keeper,
            folder,
            port,
        };
        cluster.wait_until_ready(programs)?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<(), Failure> {
        let deadline = Instant::now() + START_DURATION_MAX;
        while Instant::now() < deadline {
            if !matches!(self.keeper.try_wait(), Ok(None)) {
                return Err(self.log_end());
            }
            let port = self.port.to_string();
            let mut ask = Command::new(programs.join("pg_isready"));
            if output_of(ask.args(["-q", "-h", "127.0.0.1", "-p", &port])).is_some() {
                return Ok(());
            }
            thread::sleep(START_POLL_INTERVAL);
        }
        Err(format!(
            "not ready after {} s; {}",
            START_DURATION_MAX.as_secs(),
            self.log_end()
        ))
    }

    fn log_end(&self) -> String {
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(10).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Failing to tidy up must not hide what the tests said; the next run sweeps.
        let _kept = self.keeper.wait();
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// Who runs the server: PostgreSQL refuses root, so root lends it another account.
struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    fn for_server() -> Result<Self, Failure> {
        if !is_root() {
            return Ok(Self { ids: None });
        }
        let ids = ["postgres", "nobody"].into_iter().find_map(|name| {
            let id = |flag| {
                output_of(Command::new("id").args([flag, name]))?
                    .trim()
                    .parse()
                    .ok()
            };
            Some((id("-u")?, id("-g")?))
        });
        match ids {
            Some(ids) => Ok(Self { ids: Some(ids) }),
            None => Err("PostgreSQL refuses root, and there is no account to lend it".to_owned()),
        }
    }

    /// The words that start `program` under this account.
    fn command(&self, program: &Path) -> Vec<String> {
        let program = program.to_string_lossy().into_owned();
        let Some((user, group)) = self.ids else {
            return vec![program];
        };
        let (user, group) = (format!("--reuid={user}"), format!("--regid={group}"));
        vec![
            "setpriv".to_owned(),
            user,
            group,
            "--clear-groups".to_owned(),
            program,
        ]
    }
}

fn new_folder(attempt: u32, account: &Account) -> io::Result<PathBuf> {
    let owner = std::process::id();
    let folder = std::env::temp_dir().join(format!("{FOLDER_PREFIX}{owner}-{attempt}"));
    fs::create_dir(&folder)?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    fs::write(folder.join(OWNER_FILE), owner.to_string())?;
    if let Some((user, group)) = account.ids {
        chown(&folder, Some(user), Some(group))?;
    }
    Ok(folder)
}

fn initialise(programs: &Path, folder: &Path, account: &Account) -> Result<(), Failure> {
    let words = account.command(&programs.join("initdb"));
    let output = Command::new(&words[0])
        .args(&words[1..])
        .arg(format!("--pgdata={}", folder.join("data").display()))
        .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
        .arg(format!("--username={SUPERUSER}"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("initdb could not be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "initdb: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    ))
}

/// What is acknowledged must survive, so `fsync` and `full_page_writes` stay on, said out loud.
fn server_options(folder: &Path, port: u16) -> Vec<String> {
    let mut options = vec![
        "-D".to_owned(),
        folder.join("data").to_string_lossy().into_owned(),
    ];
    let settings = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", folder.display()),
        "max_connections=200".to_owned(),
        "fsync=on".to_owned(),
        "full_page_writes=on".to_owned(),
        "synchronous_commit=on".to_owned(),
        "timezone=UTC".to_owned(),
    ];
    options.extend(
        settings
            .into_iter()
            .flat_map(|setting| ["-c".to_owned(), setting]),
    );
    options
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Removes what a run left whose keeper was killed too: stops its server, deletes its folder.
fn sweep(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let folder = entry.path();
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with(FOLDER_PREFIX)
        {
            continue;
        }
        let Ok(owner) = fs::read_to_string(folder.join(OWNER_FILE)) else {
            continue;
        };
        if is_running(owner.trim(), "xtask") {
            continue;
        }
        let server = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        let server = server.lines().next().unwrap_or_default().to_owned();
        if is_running(&server, &folder.to_string_lossy()) {
            // Another user's leftovers may refuse; then they are that user's to sweep.
            let _stopped = Command::new("kill").args(["-QUIT", &server]).status();
        }
        let _removed = fs::remove_dir_all(&folder);
    }
}

/// Whether that process lives and its command line names `mark`; process numbers are used again.
fn is_running(process: &str, mark: &str) -> bool {
    let known_number = !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit());
    let listed = || output_of(Command::new("ps").args(["-o", "args=", "-p", process]));
    let words = fs::read_to_string(format!("/proc/{process}/cmdline"))
        .ok()
        .or_else(listed);
    known_number && words.is_some_and(|words| words.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_number_and_name() {
        let own = std::process::id().to_string();
        assert!(is_running(&own, "xtask"));
        assert!(!is_running(&own, "no such program"));
        assert!(!is_running("", "xtask"));
        assert!(!is_running("../self", "xtask"));
    }

    #[test]
    fn the_cluster_is_told_to_be_durable() {
        let options = server_options(Path::new("folder"), 5432).join(" ");
        assert!(options.contains("-c fsync=on"), "{options}");
        assert!(options.contains("-c full_page_writes=on"), "{options}");
    }
}
