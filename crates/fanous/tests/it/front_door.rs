//! The front door: whoever is slow, large, many or strange is told so precisely, and all others
//! are served meanwhile. Nothing here is timed: a limit is short and the test waits for what the
//! server does by itself.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use store::Engine;
use testkit::engines::both;
use testkit::rows;
use web::DoorOptions;

use crate::cli::{Server, json, said};
use crate::house::{Answer, House};

/// A server that never closes a connection fails a test instead of stopping the run.
const PATIENCE: Duration = Duration::from_secs(60);
/// Over at once, for whoever does nothing at all.
const SHORT: Duration = Duration::from_millis(30);

/// A connection that a test writes to byte by byte.
struct Line(TcpStream);

impl Line {
    fn open(url: &str) -> Self {
        let address = url.strip_prefix("http://").expect("an address");
        let stream = TcpStream::connect(address).expect("somebody listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        Self(stream)
    }

    fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("it is heard");
    }

    /// Everything that is answered until the server closes.
    fn hear_all(&mut self) -> String {
        let mut heard = Vec::new();
        // Who writes after the server has closed may be told so instead of an end.
        let _ = self.0.read_to_end(&mut heard);
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// The status of one answer to a request that was sent whole.
    fn status(&mut self) -> u16 {
        let mut heard = [0; 12];
        self.0.read_exact(&mut heard).expect("an answer");
        status(&String::from_utf8_lossy(&heard))
    }
}

fn status(answer: &str) -> u16 {
    let word = answer.split(' ').nth(1).unwrap_or_default();
    word.parse()
        .unwrap_or_else(|_| panic!("no answer but {answer:?}"))
}

/// The head of a request with a body of this length.
fn head(house: &House, length: usize) -> String {
    format!(
        "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nX-Write-Key: {}\r\n\
         Content-Length: {length}\r\n\r\n",
        house.write_key
    )
}

fn page(message_id: &str) -> Value {
    json!({
        "type": "page", "messageId": message_id, "userId": "u-1",
        "timestamp": "2026-01-05T10:00:00Z", "properties": {"path": "/coffee"},
    })
}

fn send(house: &House, batch: &Value) -> Answer {
    let headers = [("X-Write-Key", house.secret_key.as_str())];
    let body = json!({ "batch": batch }).to_string();
    house.send("POST", "/v1/batch?verbose=1", &headers, &body)
}

/// Somebody else's events come in as ever.
fn serves(house: &House, message_id: &str) {
    let answer = send(house, &json!([page(message_id)]));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["accepted"], 1);
}

#[test]
fn who_sends_a_head_slowly_is_let_go() {
    let door = DoorOptions {
        head_timeout: SHORT,
        ..DoorOptions::default()
    };
    let house = House::behind(Engine::Sqlite, door);
    for begun in ["", "POST /v1/bat", "POST /v1/batch HTTP/1.1\r\nHost: local"] {
        let mut line = Line::open(&house.url);
        line.say(begun);
        assert_eq!(line.hear_all(), "", "{begun:?}");
        serves(&house, &format!("m-{}", begun.len()));
    }
}

#[test]
fn who_sends_a_body_slowly_is_told_so() {
    let none = Duration::from_secs(600);
    let check = |pause_max, body_timeout| {
        let door = DoorOptions {
            pause_max,
            body_timeout,
            ..DoorOptions::default()
        };
        let house = House::behind(Engine::Sqlite, door);
        let mut line = Line::open(&house.url);
        line.say(&head(&house, 1_000));
        line.say("{\"batch\":[");
        let answer = line.hear_all();
        assert_eq!(status(&answer), 408, "{answer}");
        assert!(answer.contains("slow_body"), "{answer}");
    };
    // A pause, and a body that would have dripped on without one.
    check(SHORT, none);
    check(none, SHORT);
}

#[test]
fn a_head_without_end_is_refused() {
    let house = House::empty(Engine::Sqlite);
    let mut line = Line::open(&house.url);
    line.say("GET / HTTP/1.1\r\nHost: localhost\r\n");
    let long = format!("X-Long: {}\r\n", "x".repeat(4_000));
    // The server stops reading, so the last lines may not be heard.
    let heard = (0..12).take_while(|_| line.0.write_all(long.as_bytes()).is_ok());
    assert!(heard.count() > 6);
    assert_eq!(status(&line.hear_all()), 431);
    serves(&house, "m-1");
}

/// Lets this process have as many connections as a test needs, if the system does.
fn files(wanted: u64) -> bool {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.maximum.is_some_and(|maximum| maximum < wanted) {
        return false;
    }
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(wanted);
        return setrlimit(Resource::Nofile, limit).is_ok();
    }
    true
}

#[test]
fn five_thousand_idle_connections_keep_nobody_out() {
    // Both ends of each are here, and other tests have files open too.
    let count = match files(12_000) {
        true => 5_000,
        false => {
            println!("the system allows fewer files than 5,000 connections need: 400 are tried");
            400
        }
    };
    let house = House::empty(Engine::Sqlite);
    let mut idle = Vec::with_capacity(count);
    for number in 0..count {
        idle.push(Line::open(&house.url));
        // They are let in in their order, so none of those before still waits outside.
        if number % 400 == 399 {
            serves(&house, &format!("m-{number}"));
        }
    }
    for place in [0, count / 2, count - 1] {
        idle[place].say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(idle[place].status(), 200, "{place}");
    }
}

#[test]
fn a_full_door_sends_away_who_has_stood_there_longest() {
    let door = DoorOptions {
        connections_max: 8,
        head_timeout: PATIENCE,
        ..DoorOptions::default()
    };
    let house = House::behind(Engine::Sqlite, door);
    let mut crowd: Vec<Line> = (0..40).map(|_| Line::open(&house.url)).collect();
    // Half a head is as idle as none.
    let last = crowd.last_mut().expect("a crowd");
    last.say("GET /healthz HTTP/1.1\r\n");
    serves(&house, "m-1");
    last.say("Host: localhost\r\n\r\n");
    assert_eq!(last.status(), 200);
    assert_eq!(crowd[0].hear_all(), "");
}

#[test]
fn slow_bodies_make_room_for_quick_ones() {
    let door = DoorOptions {
        arriving_bytes_max: 4_000,
        pause_max: PATIENCE,
        body_timeout: PATIENCE,
        ..DoorOptions::default()
    };
    let house = House::behind(Engine::Sqlite, door);
    let mut slow: Vec<Line> = (0..3).map(|_| Line::open(&house.url)).collect();
    for line in &mut slow {
        line.say(&head(&house, 10_000));
        line.say(&"x".repeat(1_500));
    }
    // Three times 1,500 are more than there is room for: one had to go.
    let (told, hears) = std::sync::mpsc::channel();
    for line in &slow {
        let mut line = Line(line.0.try_clone().expect("the same connection"));
        let told = told.clone();
        // The others hear nothing until the test is over, and then nobody hears them.
        std::thread::spawn(move || told.send(line.hear_all()));
    }
    let first = hears.recv().expect("one is sent away");
    assert_eq!(status(&first), 408, "{first}");
    let long = json!([page("m-1"), {"messageId": "x".repeat(3_000)}]);
    let answer = send(&house, &long);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["accepted"], 1);
    for line in &slow {
        // One of them is closed already.
        let _ = line.0.shutdown(Shutdown::Both);
    }
}

#[test]
fn a_full_house_asks_to_come_again() {
    let door = DoorOptions {
        held_bytes_max: 2_000,
        ..DoorOptions::default()
    };
    let house = House::behind(Engine::Sqlite, door);
    let large = json!({"batch": [{"messageId": "x".repeat(3_000)}]}).to_string();
    let plain = house.send_bytes("/v1/batch", &[], large.clone().into_bytes());
    // A packed one is small until it is opened.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(large.as_bytes()).expect("packed");
    let packed = packer.finish().expect("packed");
    assert!(packed.len() < 1_000);
    let packed = house.send_bytes("/v1/batch", &[], packed);
    for answer in [plain, packed] {
        assert_eq!(answer.status, 429, "{}", answer.text);
        assert_eq!(answer.header("retry-after"), "1");
    }
    serves(&house, "m-1");
}

/// A server of its own with a key, for what is counted by process.
fn program(folder: &Path) -> (Server, String) {
    let data = folder.join("data");
    let (code, out, err) = said(&data, &["keys", "create", "--kind", "secret", "--json"]);
    assert_eq!(code, 0, "{err}");
    let key = json(&out)["key"].as_str().expect("a key").to_owned();
    (Server::start(&data, "serve"), key)
}

#[test]
fn a_body_of_a_gigabyte_is_refused_and_never_held() {
    const PIECE: usize = 1 << 20;
    const PIECES: usize = 1 << 10;
    let folder = tempfile::tempdir().expect("a folder");
    let (server, key) = program(folder.path());
    let piece = [
        format!("{PIECE:x}\r\n"),
        " ".repeat(PIECE),
        "\r\n".to_owned(),
    ]
    .concat();
    let check = |length: &str, piece: &str| {
        let mut line = Line::open(&server.said("url"));
        line.say(&format!(
            "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nX-Write-Key: {key}\r\n{length}\r\n\r\n"
        ));
        let taken = (0..PIECES).take_while(|_| line.0.write_all(piece.as_bytes()).is_ok());
        assert!(taken.count() < 64, "the server stops listening");
        // What cannot be sent any more is no reason not to hear the answer.
        let _ = line.0.shutdown(Shutdown::Write);
        assert_eq!(status(&line.hear_all()), 413, "{length}");
    };
    check("Transfer-Encoding: chunked", &piece);
    let length = format!("Content-Length: {}", PIECE * PIECES);
    check(&length, &" ".repeat(PIECE));
    #[cfg(target_os = "linux")]
    assert!(
        server.memory_most_kb() < 200_000,
        "{} KB",
        server.memory_most_kb()
    );
}

#[test]
fn strange_events_are_answered_one_by_one() {
    both(|engine| {
        let house = House::empty(engine);
        let half = r#"{"type":"page","messageId":"half","userId":"\ud800","properties":{}}"#;
        let other =
            r#"{"type":"page","messageId":"ok","userId":"u-1","properties":{"a":"\ud83d\ude00"}}"#;
        let deep = format!(
            r#"{{"type":"page","messageId":"deep","userId":"u-1","properties":{}1{}}}"#,
            r#"{"a":"#.repeat(5_000),
            "}".repeat(5_000)
        );
        let headers = [("X-Write-Key", house.secret_key.as_str())];
        let body = format!(r#"{{"batch":[{half},{other},{deep}]}}"#);
        let answer = house.send("POST", "/v1/batch?verbose=1", &headers, &body);
        let said = answer.json();
        assert_eq!(
            (answer.status, &said["accepted"]),
            (200, &json!(1)),
            "{said}"
        );
        let rejected = said["rejected"].as_array().expect("a list").iter();
        let rejected: Vec<_> = rejected.map(|it| it["message_id"].as_str()).collect();
        assert_eq!(rejected, [Some("half"), Some("deep")]);
    });
}

#[test]
fn clocks_that_are_thirty_years_wrong_are_set_right() {
    both(|engine| {
        let house = House::empty(engine);
        let now = house.fixture.clock().now();
        let check = |message_id: &str, year: u32| {
            let mut call = page(message_id);
            // An hour passed between the event and the sending, by a clock that is wrong.
            call["timestamp"] = json!(format!("{year}-06-01T10:00:00Z"));
            call["sentAt"] = json!(format!("{year}-06-01T11:00:00Z"));
            let answer = send(&house, &json!([call]));
            assert_eq!(answer.json()["accepted"], 1, "{}", answer.text);
            let text = "SELECT at FROM facts WHERE message_id = $1";
            let value = store::Value::from(message_id);
            let rows = rows::query(house.fixture.store(), text, &[value]);
            let at = rows[0].int("at").expect("a time");
            assert_eq!(at, now.0 - 3_600_000, "{year}");
        };
        check("m-1", 1_996);
        check("m-2", 2_056);
    });
}

/// The first that came counts; what else claims to be the same message is taken for it.
#[test]
fn one_message_id_with_two_contents_is_the_first_of_them() {
    both(|engine| {
        let house = House::empty(engine);
        let mut other = page("m-1");
        other["properties"] = json!({"path": "/tea"});
        other["type"] = json!("screen");
        let both_at_once = send(&house, &json!([page("m-1"), other])).json();
        assert_eq!(both_at_once["accepted"], 1, "{both_at_once}");
        assert_eq!(both_at_once["duplicates"], 1, "{both_at_once}");
        let later = send(&house, &json!([other])).json();
        assert_eq!(later["duplicates"], 1, "{later}");
        let text = "SELECT name FROM facts WHERE message_id = 'm-1'";
        let kept = rows::query(house.fixture.store(), text, &[]);
        assert_eq!(kept.len(), 1);
    });
}

/// Events that come at the same moment share a commit. One that the database refuses costs only
/// the request it came in, and that one may be sent again.
#[test]
fn a_poisonous_event_harms_nobody_else() {
    both(|engine| {
        let house = House::empty(engine);
        let text = match engine {
            Engine::Sqlite => {
                "CREATE TRIGGER refuse_poison BEFORE INSERT ON facts WHEN NEW.message_id = 'poison'
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
            }
            Engine::Postgres => "ALTER TABLE facts ADD CHECK (message_id <> 'poison')",
        };
        rows::execute(house.fixture.store(), text, &[]).expect("a table can be poisoned");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let house = &house;
            let senders: Vec<_> = (0..24)
                .map(|number| {
                    scope.spawn(move || {
                        let id = match number {
                            11 => "poison".to_owned(),
                            other => format!("m-{other}"),
                        };
                        send(house, &json!([page(&id)])).status
                    })
                })
                .collect();
            let answers = senders.into_iter().map(|it| it.join().expect("an answer"));
            answers.collect()
        });
        for (number, status) in statuses.iter().enumerate() {
            assert_eq!(*status, if number == 11 { 503 } else { 200 }, "{number}");
        }
        let text = "SELECT message_id FROM facts WHERE message_id LIKE 'm-%'";
        assert_eq!(rows::query(house.fixture.store(), text, &[]).len(), 23);
    });
}
