//! A small shop and a collector that keeps what it hears, each under an origin of its own.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The shop's pages as they stand in the project.
const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/small-shop");

/// A page in which a test loads the tracker as it likes.
const EMPTY: &str = "<!doctype html><html lang=en><title>Empty</title>\
    <link rel=icon href='data:,'><p>Nothing.</p>";

/// A browser that says nothing for so long says nothing more.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the collector answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// With this status, and a `Retry-After` of so many seconds unless it is 0.
    Status(u16, u32),
    /// Not at all: it takes the request and hangs up.
    Nothing,
}

/// A request that the collector took.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
    pub(crate) at: Instant,
}

impl Heard {
    /// A header's text; empty when it was not sent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The messages of the batch.
    pub(crate) fn messages(&self) -> &[Value] {
        self.body["batch"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// What both servers know.
#[derive(Default)]
struct Kept {
    heard: Vec<Heard>,
    replies: VecDeque<Reply>,
}

#[derive(Default)]
struct Desk {
    kept: Mutex<Kept>,
    changed: Condvar,
    is_closed: AtomicBool,
}

/// The two servers, ended when this is dropped.
pub(crate) struct Recorder {
    /// Where the shop's pages are.
    pub(crate) shop: String,
    /// Where the collector listens.
    pub(crate) collector: String,
    desk: Arc<Desk>,
    doors: Vec<(SocketAddr, JoinHandle<()>)>,
}

impl Recorder {
    /// A shop whose pages load the tracker from `house` with this key.
    pub(crate) fn open(house: &str, key: &str) -> Self {
        Self::with(house, |collector| {
            format!("data-key=\"{key}\" data-host=\"http://{collector}\"")
        })
    }

    /// A shop whose pages tell `house` itself, with this key.
    pub(crate) fn beside(house: &str, key: &str) -> Self {
        Self::with(house, |_| format!("data-key=\"{key}\""))
    }

    fn with(house: &str, attributes: impl FnOnce(SocketAddr) -> String) -> Self {
        let desk = Arc::new(Desk::default());
        let heard = Arc::clone(&desk);
        let (collector, collecting) = serve(Arc::clone(&desk), move |stream| {
            collect(&heard, stream);
        });
        let tag = [
            ("http://127.0.0.1:7777", house.to_owned()),
            ("data-key=\"write_YOUR_KEY\"", attributes(collector)),
        ];
        let (shop, selling) = serve(Arc::clone(&desk), move |stream| show(&tag, stream));
        Self {
            shop: format!("http://{shop}"),
            collector: format!("http://{collector}"),
            desk,
            doors: vec![(collector, collecting), (shop, selling)],
        }
    }

    /// How the next requests are answered, one after the other; all others with 200.
    pub(crate) fn reply(&self, replies: &[Reply]) {
        let mut kept = self.desk.kept.lock().expect("nobody panicked");
        kept.replies.extend(replies);
    }

    /// Everything heard, once it is what was waited for.
    pub(crate) fn heard(&self, what: &str, is_all: impl Fn(&[Heard]) -> bool) -> Vec<Heard> {
        let kept = self.desk.kept.lock().expect("nobody panicked");
        let waited = self
            .desk
            .changed
            .wait_timeout_while(kept, PATIENCE, |kept| !is_all(&kept.heard));
        let (kept, waited) = waited.expect("nobody panicked");
        assert!(!waited.timed_out(), "{what} never came: {:#?}", kept.heard);
        kept.heard.clone()
    }

    /// Every message that was heard, once these events (or types of message) are among them.
    pub(crate) fn messages(&self, names: &[&str]) -> Vec<Value> {
        let all = |heard: &[Heard]| -> Vec<Value> {
            let messages = heard.iter().flat_map(Heard::messages);
            messages.cloned().collect()
        };
        let has = |messages: &[Value], name: &str| messages.iter().any(|it| name_of(it) == name);
        let heard = self.heard(&format!("{names:?}"), |heard| {
            let messages = all(heard);
            names.iter().all(|name| has(&messages, name))
        });
        all(&heard)
    }

    /// Forgets what was heard.
    pub(crate) fn forget(&self) {
        let mut kept = self.desk.kept.lock().expect("nobody panicked");
        kept.heard.clear();
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.desk.is_closed.store(true, Ordering::SeqCst);
        for (address, door) in self.doors.drain(..) {
            // Wakes the one who waits for a caller; when that fails it waits no more.
            drop(TcpStream::connect(address));
            let ended = door.join();
            assert!(ended.is_ok() || std::thread::panicking(), "a door panicked");
        }
    }
}

/// An event's name, or the type of a message that is none.
pub(crate) fn name_of(message: &Value) -> &str {
    let name = message["event"].as_str().or(message["type"].as_str());
    name.unwrap_or_default()
}

/// Listens on a free port, each caller in a thread of its own.
fn serve(
    desk: Arc<Desk>,
    answer: impl Fn(TcpStream) + Clone + Send + 'static,
) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let door = std::thread::spawn(move || {
        for stream in listener.incoming() {
            if desk.is_closed.load(Ordering::SeqCst) {
                return;
            }
            let (answer, stream) = (answer.clone(), stream.expect("a caller"));
            std::thread::spawn(move || answer(stream));
        }
    });
    (address, door)
}

/// A request with its body as text; none when the caller went away.
fn request(stream: &TcpStream) -> Option<(Heard, String)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map(|it| it.parse::<usize>());
    let mut body = vec![0; length.transpose().ok()?.unwrap_or_default()];
    reader.read_exact(&mut body).ok()?;
    let heard = Heard {
        method,
        path,
        headers,
        body: Value::Null,
        at: Instant::now(),
    };
    Some((heard, String::from_utf8(body).expect("a body is text")))
}

fn write(mut stream: &TcpStream, head: &str, body: &str) {
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    // Whoever left their page does not hear it.
    let _ = stream.write_all(answer.as_bytes());
}

/// The collector: keeps what it hears and answers as it was told.
fn collect(desk: &Desk, stream: TcpStream) {
    let Some((mut heard, body)) = request(&stream) else {
        return;
    };
    heard.body = serde_json::from_str(&body).unwrap_or_default();
    let reply = {
        let mut kept = desk.kept.lock().expect("nobody panicked");
        kept.heard.push(heard);
        kept.replies.pop_front().unwrap_or(Reply::Status(200, 0))
    };
    desk.changed.notify_all();
    let Reply::Status(status, retry_after) = reply else {
        return;
    };
    let retry = match retry_after {
        0 => String::new(),
        seconds => format!("\r\nRetry-After: {seconds}"),
    };
    let head = format!(
        "{status} Said\r\nAccess-Control-Allow-Origin: *\r\n\
         Access-Control-Expose-Headers: Retry-After{retry}"
    );
    write(&stream, &head, "{}");
}

/// The shop: its pages, with the house's address and key in their tags.
fn show(tag: &[(&str, String)], stream: TcpStream) {
    let Some((heard, _)) = request(&stream) else {
        return;
    };
    let path = heard.path.split('?').next().unwrap_or_default();
    let name = match path.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    };
    let text = match name {
        "empty.html" => Some(EMPTY.to_owned()),
        name => std::fs::read_to_string(Path::new(SHOP).join(name)).ok(),
    };
    let Some(mut text) = text else {
        return write(&stream, "404 Not Found", "");
    };
    let media = match name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css",
        _ => "text/javascript",
    };
    if name.ends_with(".html") && name != "empty.html" {
        for (written, meant) in tag {
            assert!(text.contains(written), "{name}: {written}");
            text = text.replace(written, meant);
        }
    }
    write(&stream, &format!("200 OK\r\nContent-Type: {media}"), &text);
}
