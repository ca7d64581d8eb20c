//! A bad line between a tracker and the house: some requests are refused on the way, and of some
//! the answer is lost.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The house never hears of it: it is asked to come again in a second.
    Busy,
    /// The house never hears of it: something broke.
    Broken,
    /// The house takes it, and its answer is lost.
    AnswerLost,
}

/// The line, cut when this is dropped.
pub(crate) struct Unsteady {
    /// Where trackers send to.
    pub(crate) url: String,
    line: Arc<Line>,
    address: SocketAddr,
    door: Option<JoinHandle<()>>,
}

struct Line {
    house: String,
    fates: Mutex<VecDeque<Fate>>,
    is_cut: AtomicBool,
}

impl Unsteady {
    /// A line to this house on which the first requests meet these fates, one after the other.
    pub(crate) fn to(house: &str, fates: &[Fate]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let line = Arc::new(Line {
            house: house.trim_start_matches("http://").to_owned(),
            fates: Mutex::new(fates.iter().copied().collect()),
            is_cut: AtomicBool::new(false),
        });
        let shared = Arc::clone(&line);
        let door = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_cut.load(Ordering::SeqCst) {
                    return;
                }
                let (line, stream) = (Arc::clone(&shared), stream.expect("a caller"));
                // Whoever hangs up in the middle did not mean it.
                std::thread::spawn(move || line.carry(&stream).unwrap_or_default());
            }
        });
        Self {
            url: format!("http://{address}"),
            line,
            address,
            door: Some(door),
        }
    }

    /// How many fates nobody has met yet.
    pub(crate) fn fates_left(&self) -> usize {
        self.line.fates.lock().expect("nobody panicked").len()
    }
}

impl Drop for Unsteady {
    fn drop(&mut self) {
        self.line.is_cut.store(true, Ordering::SeqCst);
        // Wakes the one who waits for a caller.
        drop(TcpStream::connect(self.address));
        if let Some(door) = self.door.take() {
            let ended = door.join();
            assert!(
                ended.is_ok() || std::thread::panicking(),
                "the door panicked"
            );
        }
    }
}

impl Line {
    /// Carries one request and its answer; each connection carries one.
    fn carry(&self, mut caller: &TcpStream) -> std::io::Result<()> {
        let request = read_request(caller)?;
        // Only what is posted meets a fate: a browser asks first whether it may.
        let is_posted = request.starts_with(b"POST ");
        let mut fates = self.fates.lock().expect("nobody panicked");
        let fate = is_posted.then(|| fates.pop_front()).flatten();
        drop(fates);
        match fate {
            Some(Fate::Busy) => return refuse(caller, "429 Too Many Requests\r\nRetry-After: 1"),
            Some(Fate::Broken) => return refuse(caller, "500 Internal Server Error"),
            Some(Fate::AnswerLost) | None => {}
        }
        let mut house = TcpStream::connect(&self.house)?;
        house.write_all(&request)?;
        let mut answer = Vec::new();
        house.read_to_end(&mut answer)?;
        match fate {
            Some(_) => Ok(()),
            None => caller.write_all(&answer),
        }
    }
}

fn refuse(mut caller: &TcpStream, head: &str) -> std::io::Result<()> {
    let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    caller.write_all(answer.as_bytes())
}

/// A request as it came, but that it is the last of its connection.
fn read_request(caller: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(caller);
    let mut request = Vec::new();
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let named = line.trim_end().split_once(':');
        let (name, value) = named.unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "connection" => continue,
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "transfer-encoding" => is_chunked = true,
            _ => {}
        }
        if line.trim_end().is_empty() {
            break;
        }
        request.extend(line.as_bytes());
    }
    request.extend(b"Connection: close\r\n\r\n");
    match is_chunked {
        true => while read_chunk(&mut reader, &mut request)? {},
        false => {
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            request.extend(body);
        }
    }
    Ok(request)
}

/// Copies one chunk with its frame; whether another follows.
fn read_chunk(reader: &mut impl BufRead, request: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let length = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
    let mut chunk = vec![0; length + 2];
    reader.read_exact(&mut chunk)?;
    request.extend(line.as_bytes());
    request.extend(chunk);
    Ok(length > 0)
}
