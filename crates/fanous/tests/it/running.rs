//! What an operator does: backups, restoring, moving.

use std::path::Path;

use serde_json::Value;
use store::Engine;
use testkit::engines::Place;

use crate::cli::{Server, file, json, said};

const ORDERS: &str = "\
order_id,customer_id,ordered_at,product_id,title,quantity,unit_price,currency,channel,country
1,anna,2026-01-05T10:00:00Z,C1,Coffee,2,4.50,EUR,web,NL
2,bob,2026-01-06T10:00:00Z,C1,Coffee,1,4.50,EUR,store,NL
";

/// The line of JSON that a command ends with.
fn done(data: &Path, arguments: &[&str]) -> Value {
    let (code, out, err) = said(data, &[arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{arguments:?}: {err}");
    json(out.lines().last().expect("an answer"))
}

fn refused(data: &Path, arguments: &[&str], sentence: &str) {
    let (code, _, err) = said(data, arguments);
    assert_ne!(code, 0, "{arguments:?}");
    assert!(err.contains(sentence), "{arguments:?}: {err}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

#[test]
fn a_backup_beside_a_server_comes_back_without_whom_was_erased_since() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let csv = file(folder.path(), "orders.csv", ORDERS);
    let backup = folder.path().join("shop.backup");
    let with_keys = ["--keys", text(&keys)];
    let run = |arguments: &[&str]| done(&data, &[arguments, &with_keys].concat());
    run(&["import", text(&csv)]);
    let server = Server::start_with(&data, "serve", &with_keys);
    let written = run(&["backup", text(&backup)]);
    assert!(written["rows"].as_u64() > Some(10), "{written}");
    let again = [&["backup", text(&backup)], &with_keys[..]].concat();
    refused(&data, &again, "is there already");
    run(&["erase", "user_id:anna"]);
    drop(server);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .collect();
    assert_eq!(left.len(), 4, "data, keys, file and backup: {left:?}");

    let restored = folder.path().join("restored");
    refused(&restored, &["restore", text(&backup)], "no shop key");
    let back = done(
        &restored,
        &[&["restore", text(&backup)], &with_keys[..]].concat(),
    );
    assert_eq!(back["erased_again"], 1);
    let export = |who: &str| said(&restored, &[&["export", who], &with_keys[..]].concat()).0;
    assert_eq!((export("user_id:anna"), export("user_id:bob")), (1, 0));
    let twice = [&["restore", text(&backup)], &with_keys[..]].concat();
    refused(&restored, &twice, "a shop already");
    let no_backup = [&["restore", text(&csv)], &with_keys[..]].concat();
    refused(
        &folder.path().join("other"),
        &no_backup,
        "no backup of Fanous",
    );
}

#[test]
fn a_shop_moves_to_a_database_and_back_and_its_backup_fits_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let csv = file(folder.path(), "orders.csv", ORDERS);
    let place = Place::new(Engine::Postgres);
    let (url, schema) = (place.data(), place.schema().expect("a schema"));
    let with_keys = ["--keys", text(&keys)];
    let in_schema = ["--keys", text(&keys), "--schema", schema];
    done(&data, &[&["import", text(&csv)], &with_keys[..]].concat());
    let there = ["move", "--to", &url, "--to-schema", schema];
    let server = Server::start_with(&data, "serve", &with_keys);
    refused(&data, &there, "open in another Fanous");
    drop(server);
    let moved = done(&data, &there);
    assert_eq!(moved["tables"]["customers"], 2);
    refused(&data, &there, "a shop already");
    let on_server = |arguments: &[&str]| done(Path::new(&url), &[arguments, &in_schema].concat());
    assert_eq!(on_server(&["rebuild"])["changed"], 0);
    let backup = folder.path().join("shop.backup");
    on_server(&["backup", text(&backup)]);
    let back = folder.path().join("back");
    let rows = on_server(&["move", "--to", text(&back)])["rows"].clone();
    let restored = folder.path().join("restored");
    let restore = [&["restore", text(&backup)], &with_keys[..]].concat();
    assert_eq!(done(&restored, &restore)["rows"], rows);
    for data in [&back, &restored] {
        let rebuilt = done(data, &[&["rebuild"], &with_keys[..]].concat());
        assert_eq!(
            (&rebuilt["customers"], &rebuilt["changed"]),
            (&2.into(), &0.into())
        );
    }
}

#[test]
fn the_doctor_says_what_it_saw_alone_and_beside_a_server_and_fails_when_something_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let csv = file(folder.path(), "orders.csv", ORDERS);
    done(&data, &["import", text(&csv)]);
    let alone = done(&data, &["doctor", "--thorough"]);
    let server = Server::start(&data, "serve");
    let beside = done(&data, &["doctor"]);
    let abouts = |findings: &Value| -> Vec<String> {
        let findings = findings.as_array().expect("a list");
        findings.iter().map(|it| it["about"].to_string()).collect()
    };
    // Only a thorough look reads the whole audit.
    let all = [abouts(&beside), vec!["\"audit\"".to_owned()]].concat();
    assert_eq!(abouts(&alone), all);
    drop(server);
    let key = data.join("keys").join("shop.key");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&key, open).expect("its owner may");
    let (code, out, err) = said(&data, &["doctor"]);
    assert_eq!((code, err.as_str()), (1, "fanous: one thing is wrong"));
    assert!(out.contains("wrong  keys: shop.key"), "{out}");
    assert!(out.contains("→ take the permission away"), "{out}");
}

/// The program with this configuration file and these variables, and nothing of the test's own.
fn configured(
    file: &Path,
    variables: &[(&str, &str)],
    arguments: &[&str],
) -> (i32, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fanous"));
    for name in [
        "DATA",
        "KEYS",
        "SCHEMA",
        "WRITERS",
        "UNSAFE",
        "LISTEN",
        "LOG",
        "LOG_FORMAT",
    ] {
        command.env_remove(format!("FANOUS_{name}"));
    }
    let output = command
        .env("FANOUS_CONFIG", file)
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap_or(-1);
    (code, text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_line_is_stronger_than_the_environment_and_that_than_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "data = \"postgres://shop:s3cret@db/fanous\"\nlisten = \"127.0.0.1:8000\"\n\
                writers = 8\nunsafe = true\nlog = \"error\"\n";
    let config = file(folder.path(), "fanous.toml", text);
    let variables = [("FANOUS_WRITERS", "9"), ("FANOUS_LISTEN", "127.0.0.1:9000")];
    let asked = ["config", "check", "--log", "info", "--json"];
    let (code, out, err) = configured(&config, &variables, &asked);
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains("s3cret"), "{out}");
    let explained = json(&out);
    let check = |key: &str, value: Value, from: &str| {
        let settings = explained["settings"].as_array().expect("a list");
        let setting = settings.iter().find(|it| it["key"] == key);
        let setting = setting.unwrap_or_else(|| panic!("{key} is not explained"));
        assert_eq!(
            (&setting["value"], &setting["from"]),
            (&value, &from.into()),
            "{key}"
        );
        assert!(
            setting["does"].as_str().is_some_and(|it| it.len() > 10),
            "{setting}"
        );
    };
    check("data", "postgres://shop:…@db/fanous".into(), "file");
    check("log", "info".into(), "command line");
    check("writers", "9".into(), "environment");
    check("unsafe", "true".into(), "file");
    check("listen", "127.0.0.1:9000".into(), "environment");
    check("log_format", "text".into(), "default");
    check("keys", Value::Null, "default");
    let (_, out, _) = configured(&config, &variables, &["config", "check"]);
    assert!(out.contains("writers = 9   (environment)"), "{out}");
    for help in [&["--help"][..], &["serve", "--help"]] {
        let (code, out, _) = configured(&config, &[], help);
        assert_eq!(code, 0);
        assert!(!out.contains("s3cret"), "{out}");
    }
}

#[test]
fn what_the_file_says_is_what_happens_and_what_it_cannot_say_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("elsewhere");
    let config = file(folder.path(), "fanous.toml", &format!("data = {data:?}\n"));
    let (code, _, err) = configured(&config, &[], &["rebuild"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(data.join("fanous.db").is_file(), "the file said where");
    let check = |text: &str, sentence: &str| {
        let config = file(folder.path(), "wrong.toml", text);
        let (code, _, err) = configured(&config, &[], &["rebuild"]);
        assert_eq!(code, 2, "{text}: {err}");
        assert!(err.contains(sentence), "{text}: {err}");
        assert!(!err.contains("s3cret"), "{err}");
    };
    check(
        "writer = 3\n",
        "no setting “writer”; did you mean “writers”?",
    );
    check("writers = 300\n", "300 is not in 1..=64");
    check("writers = \"many\"\n", "invalid value 'many'");
    check("unsafe = \"yes\"\n", "unsafe: it is true or false");
    check("listen = \"everywhere\"\n", "listen: invalid value");
    check("data = [1]\n", "data: it cannot be a array");
    check("x = 1\ndata = \"s3cret\nwriters = 3\n", "line 2");
    let missing = folder.path().join("missing.toml");
    let (code, _, err) = configured(&missing, &[], &["rebuild"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("missing.toml"), "{err}");
}

#[test]
fn the_configuration_that_is_handed_out_is_one_that_is_taken() {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/fanous.toml");
    let (code, out, err) = configured(&deploy, &[], &["config", "check"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("metrics_listen = 127.0.0.1:9777   (file)"),
        "{out}"
    );
}

#[test]
fn the_log_is_one_document_a_line_when_it_is_asked_for_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, none) = (folder.path().join("data"), Path::new(""));
    let arguments = [
        "--data",
        text(&data),
        "--log",
        "debug",
        "--log-format",
        "json",
        "rebuild",
    ];
    let (code, _, err) = configured(none, &[], &arguments);
    assert_eq!(code, 0, "{err}");
    for line in err.lines() {
        let line = json(line);
        assert!(
            line["level"].is_string() && line["timestamp"].is_string(),
            "{line}"
        );
    }
    let (code, _, err) = configured(none, &[], &["--log", "a=b=c", "rebuild"]);
    assert_eq!(code, 2, "{err}");
}

fn fetched(url: &str) -> (u16, String, String) {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    let mut answer = agent.get(url).call().expect("an answer");
    let id = answer
        .headers()
        .get("x-request-id")
        .map(|it| it.to_str().expect("a text").to_owned());
    let text = answer.body_mut().read_to_string().expect("a text");
    (answer.status().as_u16(), text, id.unwrap_or_default())
}

#[test]
fn a_node_says_whether_it_is_ready_and_shows_its_figures_to_this_machine_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let csv = file(folder.path(), "orders.csv", ORDERS);
    done(&data, &["import", text(&csv)]);
    let server = Server::start_with(&data, "serve", &["--metrics-listen", "127.0.0.1:0"]);
    let url = server.said("url");
    let (status, said, first) = fetched(&format!("{url}/readyz"));
    assert_eq!(status, 200);
    assert!(said.starts_with("ready"), "{said}");
    let (.., second) = fetched(&format!("{url}/readyz"));
    assert!(!first.is_empty() && first != second, "{first} {second}");
    let (status, ..) = fetched(&format!("{url}/metrics"));
    assert_eq!(status, 404, "the figures are not among the pages");
    let (status, figures, _) = fetched(&server.said("metrics_url"));
    assert_eq!(status, 200);
    for line in [
        "fanous_ready 1",
        "fanous_lists_behind 0",
        "fanous_inbox_waiting 0",
    ] {
        assert!(figures.lines().any(|it| it == line), "{line} in {figures}");
    }
    for line in figures.lines().filter(|it| !it.starts_with('#')) {
        let (name, value) = line.split_once(' ').expect("a name and a value");
        assert!(
            name.starts_with("fanous_") && value.parse::<u64>().is_ok(),
            "{line}"
        );
    }
    let arguments = ["serve", "--metrics-listen", "0.0.0.0:0"];
    refused(
        &folder.path().join("other"),
        &arguments,
        "from other machines",
    );
}

#[test]
fn a_request_on_its_way_is_answered_before_the_server_ends() {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut server = Server::start(&data, "serve");
    let key = done(&data, &["keys", "create", "--kind", "secret"])["key"].clone();
    let key = key.as_str().expect("a key");
    let url = server.said("url");
    let address = url.trim_start_matches("http://");
    let mut asking = TcpStream::connect(address).expect("it listens");
    let body = "{\"into\": \"user_id:anna\", \"from\": \"user_id:bob\"}";
    let (now, later) = body.split_at(10);
    let length = body.len();
    // The server answers "100 Continue" when the handler reads the body: the request is inside.
    write!(
        asking,
        "POST /v1/merges HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\
         Expect: 100-continue\r\n\r\n"
    )
    .expect("it reads");
    let mut begun = [0; 25];
    asking.read_exact(&mut begun).expect("it asks for the rest");
    assert!(begun.starts_with(b"HTTP/1.1 100 Continue"), "{begun:?}");
    asking.write_all(now.as_bytes()).expect("it reads");
    server.terminate();
    // When nobody new is let in any more, it has begun to end.
    let refuses = |_: u32| TcpStream::connect(address).is_err();
    assert!((0..1_000_000).any(refuses), "it still lets people in");
    asking.write_all(later.as_bytes()).expect("it still reads");
    let mut answer = String::new();
    asking.read_to_string(&mut answer).expect("it answers");
    assert!(answer.contains("no such customer"), "{answer}");
    assert_eq!(server.wait(), Some(0));
}
