//! The command line is a contract: what it prints, and how it exits.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn fanous(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fanous"));
    command
        .arg("--data")
        .arg(data)
        .env_remove("FANOUS_DATA")
        .env_remove("FANOUS_KEYS");
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    fanous(data)
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// The exit code, standard output and standard error of a command.
pub(crate) fn said(data: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = run(data, arguments);
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    )
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A server of its own process, ended with its test.
pub(crate) struct Server {
    child: Child,
    ready: Value,
}

impl Server {
    pub(crate) fn start(data: &Path, action: &str) -> Self {
        Self::start_with(data, action, &[])
    }

    pub(crate) fn start_with(data: &Path, action: &str, more: &[&str]) -> Self {
        let mut child = fanous(data)
            .args([action, "--json", "--listen", "127.0.0.1:0"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("it was piped");
        // The demo's import says its own line first; the line with the address says it is ready.
        let ready = BufReader::new(stdout)
            .lines()
            .map(|line| json(&line.expect("a line of text")))
            .find(|line| line.get("url").is_some())
            .expect("it says when it is ready");
        Self { child, ready }
    }

    /// What the server said when it was ready.
    pub(crate) fn said(&self, key: &str) -> String {
        self.ready[key].as_str().expect("it says so").to_owned()
    }

    /// Asks it to end, as a service manager does.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.expect("a signal can be sent").success());
    }

    /// The most memory that it ever held, as Linux tells.
    #[cfg(target_os = "linux")]
    pub(crate) fn memory_most_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("Linux tells");
        let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let words = line.and_then(|it| it.split_whitespace().next());
        words.and_then(|it| it.parse().ok()).expect("a number")
    }

    /// Its exit code, when it has ended by itself.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("a child is waited for").code()
    }

    fn get(&self, path: &str) -> Value {
        let url = self.ready["url"].as_str().expect("an address");
        let key = self.ready["secret_key"].as_str().expect("a key");
        let mut response = ureq::get(format!("{url}{path}"))
            .header("Authorization", &format!("Bearer {key}"))
            .call()
            .expect("an answer");
        json(&response.body_mut().read_to_string().expect("a text"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

const ORDERS: &str = "\
order_id,customer_id,ordered_at,product_id,title,quantity,unit_price,currency,channel,country
1,anna,2026-01-05T10:00:00Z,C1,Coffee,2,4.50,EUR,web,NL
2,bob,2026-01-06T10:00:00Z,C1,Coffee,1,4.50,EUR,store,NL
1,anna,2026-01-05T10:00:00Z,F9,Filter,1,3.00,EUR,web,NL
3,anna,2026-02-05T10:00:00Z,C1,Coffee,NaN,4.50,EUR,web,NL
4,,2026-02-07T10:00:00Z,C1,Coffee,1,4.50,EUR,web,NL
";

#[test]
fn an_import_counts_lines_and_twice_is_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let csv = file(folder.path(), "orders.csv", ORDERS);
    let csv = csv.to_str().expect("a path");
    let (code, out, _) = said(&data, &["import", csv, "--json"]);
    assert_eq!(code, 0);
    let expected = |accepted, duplicate| {
        serde_json::json!({
            "read": 5, "accepted": accepted, "duplicate": duplicate, "rejected": 1,
            "customers": 2, "orders": 2,
        })
    };
    let counts = |out: &str| {
        let mut counts = json(out);
        let files = counts.as_object_mut().expect("an object").remove("files");
        let file = &files.expect("a list of files")[0];
        assert_eq!(
            (&file["file"], &file["kind"]),
            (&"orders.csv".into(), &"orders".into())
        );
        assert_eq!(file["reasons"][0]["reason"], "quantity");
        counts
    };
    assert_eq!(counts(&out), expected(4, 0));
    let (code, out, _) = said(&data, &["--json", "import", csv]);
    assert_eq!((code, counts(&out)), (0, expected(0, 4)));
    let rejected = std::fs::read_to_string(format!("{csv}.rejected.csv")).expect("a file");
    assert!(
        rejected.contains("\n5,"),
        "the number of the line: {rejected}"
    );
    assert!(rejected.contains("NaN"), "what it held: {rejected}");

    let (code, out, _) = said(&data, &["export", "user_id:anna"]);
    let export = json(&out);
    assert_eq!(code, 0);
    assert_eq!(
        export["state"]["observed"]["channels"]["web"]["sales"]["EUR"]["gross"],
        1200
    );
    let (code, ..) = said(&data, &["erase", "user_id:anna"]);
    assert_eq!(code, 0);
    let (code, _, err) = said(&data, &["export", "user_id:anna"]);
    assert_eq!(
        (code, err.as_str()),
        (1, "fanous: there is no such customer")
    );
    let (code, out, _) = said(&data, &["import", csv, "--json"]);
    assert_eq!(code, 0);
    assert_eq!(
        json(&out)["accepted"],
        0,
        "an erased customer is not brought back"
    );
    let (code, out, _) = said(&data, &["rebuild", "--json"]);
    assert_eq!((code, &json(&out)["changed"]), (0, &Value::from(0)));
}

#[test]
fn wrong_use_and_failure_have_their_own_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let text = file(folder.path(), "notes.csv", "who,what\nme,this\n");
    let empty = file(folder.path(), "empty.csv", "");
    let check = |arguments: &[&str], code: i32, sentence: &str| {
        let (got, _, err) = said(&data, arguments);
        assert_eq!(got, code, "{arguments:?}: {err}");
        assert!(err.contains(sentence), "{arguments:?}: {err}");
    };
    check(&["fly"], 2, "unrecognized subcommand");
    check(
        &["keys", "create", "--kind", "master"],
        2,
        "expected write or secret",
    );
    check(&["export", "17850"], 2, "expected namespace:value");
    check(&["export", "user_id:nobody"], 1, "no such customer");
    check(&["import", "nowhere.csv"], 1, "nowhere.csv");
    check(&["import", text.to_str().expect("a path")], 2, "order_id");
    check(&["import", empty.to_str().expect("a path")], 2, "empty.csv");
    check(&["serve", "--listen", "0.0.0.0:0"], 2, "--public-url");
    let (code, _, err) = said(Path::new("postgres://127.0.0.1:1/none"), &["rebuild"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.starts_with("fanous: "), "{err}");
}

#[test]
fn keys_are_shown_once_and_commands_run_beside_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let csv = file(folder.path(), "orders.csv", ORDERS);
    let mut server = Server::start(&data, "serve");
    assert!(
        server.ready.get("secret_key").is_none(),
        "keys are not made by serving"
    );
    let (code, out, _) = said(&data, &["keys", "create", "--kind", "secret", "--json"]);
    assert_eq!(code, 0);
    server.ready["secret_key"] = json(&out)["key"].clone();
    let (code, out, _) = said(&data, &["import", csv.to_str().expect("a path"), "--json"]);
    assert_eq!((code, &json(&out)["accepted"]), (0, &Value::from(4)));
    let list = server.get("/v1/customers?query=anna");
    assert_eq!(list["customers"][0]["label"], "anna", "{list}");
    let (code, _, err) = said(&data, &["export", "user_id:nobody"]);
    assert_eq!(
        (code, err.as_str()),
        (1, "fanous: there is no such customer")
    );
    let (code, _, err) = said(&data, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 1);
    assert!(err.contains("open in another Fanous"), "{err}");
    let (code, out, _) = said(&data, &["rebuild"]);
    assert_eq!(code, 0);
    assert!(out.contains("2 customers folded"), "{out}");
}

/// A page as it is served.
fn text(address: &str) -> String {
    let mut response = ureq::get(address).call().expect("a page");
    response.body_mut().read_to_string().expect("text")
}

/// The figures of the data set's own README and of its clean rules.
#[test]
fn the_demo_shows_the_online_retail_to_the_penny() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let demo = Server::start(&data, "demo");
    let overview = demo.get("/v1/insight/overview");
    assert_eq!(overview["currency"], "GBP");
    assert_eq!(overview["customers"], 4_372);
    assert_eq!(overview["repeat"]["buyers"], 4_338);
    assert_eq!(overview["repeat"]["repeat_buyers"], 2_845);
    assert_eq!(overview["totals"]["orders"], 18_532);
    assert_eq!(overview["totals"]["gross"], 891_140_790);
    let minor = |value: &Value| value.as_i64().expect("minor units");
    let (totals, anonymous) = (&overview["totals"], &overview["anonymous"]);
    let books = minor(&totals["net"]) + minor(&anonymous["gross"]) - minor(&anonymous["refunds"])
        + minor(&anonymous["adjustments"]);
    assert_eq!(books, 974_774_793, "all lines together");
    assert_eq!(anonymous["lines"], 135_080);
    let customer = demo.get("/v1/customers/user_id:17850");
    assert_eq!(customer["label"], "17850");
    let events = demo.get("/v1/events?customer=user_id:17850&limit=5");
    let rows = events["events"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    for field in ["message_id", "name", "at"] {
        assert!(rows[0].get(field).is_some(), "{field}: {}", rows[0]);
    }
    let next = events["next"].as_str().expect("more than five");
    let more = demo.get(&format!(
        "/v1/events?customer=user_id:17850&limit=5&cursor={next}"
    ));
    assert_ne!(more["events"][0]["id"], rows[0]["id"]);
    let synthetic = demo.ready["synthetic_url"].as_str().expect("a second shop");
    let label = "None of these people exists";
    for page in ["", "customers", "retention", "value"] {
        let made_up = text(&format!("{synthetic}/{page}"));
        assert!(
            made_up.contains(label),
            "{page}: every page says what it shows"
        );
        let real = demo.ready["url"].as_str().expect("an address");
        assert!(
            made_up.contains(real),
            "{page}: the switch leads to the real shop"
        );
        let real = text(&format!("{real}/{page}"));
        assert!(!real.contains(label), "{page}: and only that shop does");
        assert!(real.contains(synthetic), "{page}: the switch leads back");
    }
    let keys = demo.ready.clone();
    drop(demo);
    let again = Server::start(&data, "demo");
    assert_eq!(
        again.ready["secret_key"], keys["secret_key"],
        "the second start shows the same"
    );
    assert_eq!(again.get("/v1/insight/overview")["customers"], 4_372);
}
