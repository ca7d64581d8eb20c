//! A mail server for tests: a real one on a real socket, that keeps what it is given, and that
//! can be told to behave as badly as those outside (RFC 5321, as much of it as clients speak).

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A line that is longer is no line of a mail client.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// No letter takes so long; one that never comes fails a test instead of stopping the run.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// It takes every letter.
    Takes,
    /// It says "not now" to every recipient (451).
    NotNow,
    /// It will never take a letter to this recipient (550).
    Never,
    /// It knows nobody of this name and password (535).
    NoLogin,
    /// It hangs up where the text of the letter begins.
    HangsUp,
    /// It takes the text and hangs up before it says so.
    HangsUpAfter,
    /// It answers with what is no line of SMTP.
    Babbles,
    /// It never says a word.
    Silent,
}

/// A letter that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// From whom, by the envelope.
    pub from: String,
    /// To whom, by the envelope.
    pub to: Vec<String>,
    /// Headers and text, as they came.
    pub text: String,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Mutex<Vec<Mail>>,
    came: Condvar,
    // What clients said, line by line.
    heard: Mutex<Vec<String>>,
    stopped: AtomicBool,
}

/// A mail server on this machine. Dropping it ends it.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    kept: Arc<Kept>,
    thread: Option<JoinHandle<()>>,
}

impl MailServer {
    /// Starts one with these manners, on a port of its own. It offers `AUTH PLAIN`, and never
    /// `STARTTLS`.
    ///
    /// # Panics
    /// When there is no free port.
    #[must_use]
    pub fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let kept = Arc::new(Kept::default());
        let shared = Arc::clone(&kept);
        let thread = std::thread::spawn(move || {
            // Whoever is silent keeps the line open, so that the client has to give up.
            let mut open = Vec::new();
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                if manners == Manners::Silent {
                    open.push(stream);
                } else if let Err(error) = speak(stream, manners, &shared) {
                    eprintln!("a mail client went away: {error}");
                }
            }
        });
        Self {
            address,
            kept,
            thread: Some(thread),
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The letters that came.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        locked(&self.kept.mails).clone()
    }

    /// The letters that came, once there are so many.
    ///
    /// # Panics
    /// When they do not come.
    #[must_use]
    pub fn wait_for(&self, count: usize) -> Vec<Mail> {
        let mails = locked(&self.kept.mails);
        let waited = self
            .kept
            .came
            .wait_timeout_while(mails, PATIENCE, |mails| mails.len() < count);
        let (mails, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "{} of {count} letters", mails.len());
        mails.clone()
    }

    /// Everything that clients said.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        locked(&self.kept.heard).clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.kept.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread, which waits for a client.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the mail server did not panic");
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection, until either side ends it.
fn speak(stream: TcpStream, manners: Manners, kept: &Kept) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
    if manners == Manners::Babbles {
        return say("hello, what can I do for you?");
    }
    say("220 test.example ready")?;
    let mut mail = Mail {
        from: String::new(),
        to: Vec::new(),
        text: String::new(),
    };
    while let Some(line) = read_line(&mut lines)? {
        locked(&kept.heard).push(line.clone());
        let (verb, rest) = line.split_once(' ').unwrap_or((line.as_str(), ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                say("250-test.example")?;
                say("250-8BITMIME")?;
                say("250 AUTH PLAIN")?;
            }
            "AUTH" if manners == Manners::NoLogin => say("535 5.7.8 no such login")?,
            "AUTH" => say("235 2.7.0 welcome")?,
            "MAIL" => {
                mail.from = path_in(rest);
                say("250 2.1.0 go on")?;
            }
            "RCPT" if manners == Manners::NotNow => say("451 4.7.1 not now")?,
            "RCPT" if manners == Manners::Never => say("550 5.1.1 nobody of that name")?,
            "RCPT" => {
                mail.to.push(path_in(rest));
                say("250 2.1.5 go on")?;
            }
            "DATA" if manners == Manners::HangsUp => return Ok(()),
            "DATA" => {
                say("354 go on")?;
                mail.text = read_text(&mut lines)?;
                locked(&kept.mails).push(mail.clone());
                kept.came.notify_all();
                if manners == Manners::HangsUpAfter {
                    return Ok(());
                }
                say("250 2.0.0 taken")?;
            }
            "RSET" | "NOOP" => say("250 2.0.0 done")?,
            "QUIT" => return say("221 2.0.0 bye"),
            _ => say("502 5.5.1 no such command")?,
        }
    }
    Ok(())
}

/// The address between angle brackets.
fn path_in(text: &str) -> String {
    let after = text.split_once('<').map_or("", |(_, after)| after);
    after.split('>').next().unwrap_or_default().to_owned()
}

fn read_line(lines: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    std::io::Read::take(&mut *lines, LINE_BYTES_MAX as u64).read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The text up to the line with one dot; doubled dots at the beginning of lines are one.
fn read_text(lines: &mut impl BufRead) -> std::io::Result<String> {
    let mut text = String::new();
    while let Some(line) = read_line(lines)? {
        if line == "." {
            break;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push('\n');
    }
    Ok(text)
}
