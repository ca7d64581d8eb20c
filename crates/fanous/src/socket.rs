//! Commands beside a running server: they run inside it, through a socket in the data folder.
//!
//! One line of JSON asks; lines of JSON answer. The socket is as private as the data folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use app::App;
use serde::{Deserialize, Serialize};

use crate::commands::{self, Command, Failure};
use crate::open::DataOptions;
use crate::terminal::{Listener, Terminal};

/// The name of the socket in the data folder.
const FILE: &str = "fanous.sock";
/// The longest question.
const ASKED_BYTES_MAX: u64 = 1 << 16;
/// How often a waiting end looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    command: Command,
    json: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Line(String),
    Progress(String),
    Done,
    Failed { code: u8, sentence: String },
}

/// Runs the command inside the server of this data folder; none when no server listens there.
pub(crate) fn run_beside(
    data: &DataOptions,
    command: &Command,
    json: bool,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Option<Result<(), Failure>> {
    let stream = UnixStream::connect(data.folder()?.join(FILE)).ok()?;
    Some(ask(stream, command.clone(), json, terminal, stop))
}

fn ask(
    mut stream: UnixStream,
    mut command: Command,
    json: bool,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    command.make_paths_absolute()?;
    let asked = serde_json::to_string(&Asked { command, json }).map_err(Failure::failed)?;
    writeln!(stream, "{asked}").map_err(Failure::failed)?;
    stream
        .set_read_timeout(Some(LOOK))
        .map_err(Failure::failed)?;
    let mut reader = BufReader::new(stream.try_clone().map_err(Failure::failed)?);
    let mut line = String::new();
    loop {
        match reader.read_line(&mut line) {
            Ok(0) => {
                let sentence = "the server ended before the command did; what was done is kept";
                return Err(Failure::failed(sentence));
            }
            Ok(_) => {}
            Err(error) if is_timeout(&error) => {
                if stop.swap(false, Ordering::Relaxed) {
                    // Closing our side is the request to stop; the answer still comes.
                    stream
                        .shutdown(std::net::Shutdown::Write)
                        .map_err(Failure::failed)?;
                }
                continue;
            }
            Err(error) => return Err(Failure::failed(error)),
        }
        match serde_json::from_str(&line).map_err(Failure::failed)? {
            Said::Line(text) => terminal.text(&text),
            Said::Progress(text) => terminal.progress(&text),
            Said::Done => return Ok(()),
            Said::Failed { code, sentence } => return Err(Failure { code, sentence }),
        }
        line.clear();
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}

/// A socket that takes commands; it goes away when it is dropped.
pub(crate) struct Listening {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // The acceptor waits in accept: knocking wakes it, and then it sees the flag.
        let _ = UnixStream::connect(&self.path);
        let _ = std::fs::remove_file(&self.path);
        // The thread holds the shop open; the store is closed when nobody does.
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the socket's thread panicked");
        }
    }
}

/// Takes commands for this shop from now on. The store's own lock has made sure that no other
/// server is there, so a socket that lies there is one that a crash left.
pub(crate) fn listen(folder: &Path, app: App) -> Result<Listening, Failure> {
    let path = folder.join(FILE);
    let said = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(said(error)),
        _ => {}
    }
    let listener = UnixListener::bind(&path).map_err(said)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(said)?;
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stop);
    let thread = std::thread::Builder::new()
        .name("socket".to_owned())
        .spawn(move || {
            for stream in listener.incoming() {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (app, stopping) = (app.clone(), Arc::clone(&stopping));
                let spawned = std::thread::Builder::new()
                    .name("command".to_owned())
                    .spawn(move || answer(stream, &app, &stopping));
                if let Err(error) = spawned {
                    tracing::warn!(%error, "a command could not be started");
                }
            }
        })
        .map_err(Failure::failed)?;
    Ok(Listening {
        path,
        stop,
        thread: Some(thread),
    })
}

fn answer(stream: UnixStream, app: &App, stopping: &AtomicBool) {
    let writer = Arc::new(Mutex::new(stream));
    if let Err(failure) = answer_one(&writer, app, stopping) {
        tracing::debug!(%failure, "a command over the socket");
        let Failure { code, sentence } = failure;
        say(&writer, &Said::Failed { code, sentence });
    }
}

fn answer_one(
    writer: &Arc<Mutex<UnixStream>>,
    app: &App,
    stopping: &AtomicBool,
) -> Result<(), Failure> {
    let mut stream = {
        let stream = writer.lock().unwrap_or_else(PoisonError::into_inner);
        stream.try_clone().map_err(Failure::failed)?
    };
    let mut line = String::new();
    BufReader::new(
        stream
            .try_clone()
            .map_err(Failure::failed)?
            .take(ASKED_BYTES_MAX),
    )
    .read_line(&mut line)
    .map_err(Failure::failed)?;
    let asked: Asked = serde_json::from_str(&line).map_err(Failure::failed)?;
    let mut terminal = Terminal::new(Box::new(OtherEnd(Arc::clone(writer))), asked.json);
    let stop = AtomicBool::new(false);
    let ended = AtomicBool::new(false);
    stream
        .set_read_timeout(Some(LOOK))
        .map_err(Failure::failed)?;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The other end says nothing more; when it closes its side, the command is to stop.
            let mut byte = [0];
            while !ended.load(Ordering::Relaxed) && !stopping.load(Ordering::Relaxed) {
                match stream.read(&mut byte) {
                    Err(error) if is_timeout(&error) => {}
                    _ => break,
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
        let outcome = commands::run(&asked.command, app, &mut terminal, &stop);
        ended.store(true, Ordering::Relaxed);
        outcome
    })?;
    say(writer, &Said::Done);
    Ok(())
}

fn say(writer: &Mutex<UnixStream>, said: &Said) {
    let text = serde_json::to_string(said).expect("texts are a JSON document");
    let mut stream = writer.lock().unwrap_or_else(PoisonError::into_inner);
    // Whoever asked may be gone; the command goes on to where it can stop.
    let _ = writeln!(stream, "{text}");
}

struct OtherEnd(Arc<Mutex<UnixStream>>);

impl Listener for OtherEnd {
    fn line(&mut self, text: &str) {
        say(&self.0, &Said::Line(text.to_owned()));
    }

    fn progress(&mut self, text: &str) {
        say(&self.0, &Said::Progress(text.to_owned()));
    }
}
