//! The API, called with all that its description allows and with much that it does not: every
//! answer has to be one that the description knows. Schemathesis makes the requests; it reads the
//! description where any program would, and follows what one answer says into the next request.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use app::settings::KeyKind;
use domain::ids::StreamId;
use serde_json::{Value, json};
use store::Engine;
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::Seed;
use testkit::world::{World, WorldOptions};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::{Rounds, is_long};

const PROGRAM: &str = "FANOUS_TEST_SCHEMATHESIS";
/// Where the workshop keeps it.
const USUAL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/tools/schemathesis/bin/schemathesis"
);

/// Requests that are made up for each operation and phase: in a quick round, and in a long one.
const EXAMPLES: [u32; 2] = [2, 30];
/// People of the world. Of the shop's customers the last few are for erasing, and some before them
/// are merged.
const PEOPLE: u32 = 24;
const LEAVING: usize = 4;
const MERGES: usize = 4;
/// It asks all of an answer but these two: that what fits the description is accepted (a predicate
/// that cannot be read and a customer who does not exist are both texts), and that what does not is
/// refused (an empty value of an address asks for nothing, as an empty field of a form does).
const LEFT_OUT: &str = "positive_data_acceptance,negative_data_rejection";

/// Parameters with the dictionary from which most of their values come. What is not here is made
/// up from its type.
const PARAMETERS: [(&str, &str); 16] = [
    ("path.customer", "staying"),
    ("query.customer", "staying"),
    ("body.into", "staying"),
    ("body.from", "staying"),
    ("path.merge", "merges"),
    ("path.name", "names"),
    ("query.where", "questions"),
    ("body.where", "questions"),
    ("query.query", "searches"),
    ("query.sort", "orders"),
    ("body.sort", "orders"),
    ("query.cursor", "cursors"),
    ("body.cursor", "cursors"),
    ("body.unit", "units"),
    ("body.amount", "amounts"),
    ("body.expires_at", "times"),
];

/// What is worth sending: what is made up beside it is rarely right. An adjustment is right only
/// when four words are, so none of those is wrong here.
fn dictionaries(fixture: &Fixture) -> [(&'static str, Value); 11] {
    let customers = testkit::checks::customers(fixture.app());
    let mut ids: Vec<_> = customers.iter().map(|customer| customer.root).collect();
    let leaving = ids.split_off(ids.len() - LEAVING);
    let pairs = ids.split_off(ids.len() - MERGES * 2);
    let pairs = pairs.chunks(2);
    let merge = |pair: &[StreamId]| fixture.app().merge(pair[0], pair[1]).expect("a merge");
    let merges: Vec<String> = pairs.map(|pair| merge(pair).to_string()).collect();
    let named = |ids: &[StreamId]| json!(ids.iter().map(ToString::to_string).collect::<Vec<_>>());
    let questions = [
        "orders >= 2",
        "net > 100.5 || country == \"NL\"",
        "days_since(last_order) > 60",
        "segment(\"again\")",
        "orders >",
        "",
    ];
    [
        ("cursors", json!(["", format!("0~{}", ids[0]), "0"])),
        ("staying", named(&ids)),
        ("leaving", named(&leaving)),
        ("merges", json!(merges)),
        ("names", json!(["again", "regulars", "a b/c", "€"])),
        ("questions", json!(questions)),
        ("searches", json!(["a", "example", "\u{0}", "%", "مشتری"])),
        (
            "orders",
            json!(["net", "orders", "last_ordered", "first_ordered", "height"]),
        ),
        ("units", json!(["POINT:club", "POINT:stars"])),
        ("amounts", json!([1, 50, 700])),
        ("times", json!(["2031-01-01", "2031-01-01T00:00:00Z"])),
    ]
}

/// The settings of a run.
fn settings(fixture: &Fixture) -> String {
    let bound = |(parameter, dictionary): &(&str, &str)| {
        format!("\"{parameter}\" = {{ dictionary = \"{dictionary}\", probability = 0.9 }}")
    };
    let mut lines = vec!["[parameters]".to_owned()];
    lines.extend(PARAMETERS.iter().map(bound));
    for (name, values) in dictionaries(fixture) {
        // Such a list is written in TOML as it is in JSON.
        lines.push(format!("[dictionaries.{name}]\nvalues = {values}"));
    }
    // Whoever was erased is of no use to anybody else.
    lines.push("[[operations]]\ninclude-path = \"/v1/customers/{customer}/erase\"".to_owned());
    lines.push("[operations.parameters]".to_owned());
    lines.push(bound(&("path.customer", "leaving")));
    lines.join("\n")
}

fn program() -> PathBuf {
    let named = std::env::var_os(PROGRAM).map(PathBuf::from);
    let path = named.unwrap_or_else(|| PathBuf::from(USUAL));
    assert!(
        path.is_file(),
        "{} is not there: `cargo xtask test` brings Schemathesis, or name yours in {PROGRAM}",
        path.display()
    );
    path
}

/// Runs it against a served shop. Panics with all that it says when it finds something.
fn call(address: &str, key: &str, settings: &str, folder: &Path, seed: Seed) {
    let file = folder.join("schemathesis.toml");
    std::fs::write(&file, settings).expect("a file can be written");
    let mut command = Command::new(program());
    command.arg("--config-file").arg(&file);
    command.args(["run", &format!("{address}/v1/openapi.json")]);
    command.args(["--header", &format!("Authorization: Bearer {key}")]);
    command.args(["--checks", "all", "--exclude-checks", LEFT_OUT]);
    let examples = EXAMPLES[usize::from(is_long())];
    command.args(["--max-examples", &examples.to_string()]);
    command.args(["--seed", &(seed.number() >> 32).to_string()]);
    command.args(["--continue-on-failure", "--suppress-health-check", "all"]);
    command.args(["--generation-database", "none", "--no-color"]);
    let calls = folder.join("calls.ndjson");
    command.arg("--report-ndjson-path").arg(&calls);
    // What it keeps between its runs belongs to this one alone.
    command.current_dir(folder);
    let output = command.output().expect("Schemathesis can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{seed:?} found\n{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{}", said.trim_end().lines().last().unwrap_or_default());
    if is_long() {
        let calls = std::fs::read_to_string(calls).expect("a report");
        assert_eq!(never_successful(&calls), Vec::<String>::new(), "{seed:?}");
    }
}

/// The operations of which no call succeeded: what it found nothing wrong with may be what it
/// never came to.
fn never_successful(calls: &str) -> Vec<String> {
    let mut succeeded = BTreeMap::new();
    for line in calls.lines() {
        let event: Value = serde_json::from_str(line).expect("a line of JSON");
        let recorder = &event["ScenarioFinished"]["recorder"];
        let answers = recorder["interactions"].as_object().into_iter().flatten();
        for (id, answer) in answers {
            let status = answer["response"]["status_code"].as_u64().unwrap_or(0);
            // A browser asks first whether it may send; there is nothing to say to that.
            let is_success = [200, 204].contains(&status);
            // It also tries methods that an address does not take.
            if status != 405 {
                let call = &recorder["cases"][id]["value"];
                let name = format!("{} {}", call["method"], call["path"]);
                *succeeded.entry(name).or_insert(false) |= is_success;
            }
        }
    }
    assert!(!succeeded.is_empty(), "the report is not as it was");
    let never = succeeded.into_iter().filter(|(_, succeeded)| !succeeded);
    never.map(|(name, _)| name).collect()
}

fn fuzz(engine: Engine, seed: Seed) {
    let world = World::new(WorldOptions::sized(seed, PEOPLE));
    let fixture = FixtureOptions::on(engine).seed(seed).shop_of(&world).open();
    fixture.record_world(&world);
    // Somebody is erased outside the fixture, so its sums cannot be told apart at the end.
    fixture.leave_broken();
    let app = fixture.app().clone();
    let key = app.key_create(KeyKind::Secret).expect("a key");
    app.segment_put("again", "orders >= 2").expect("a segment");
    let runtime = Runtime::new().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let served = web::serve(
        listener,
        app,
        web::WebOptions {
            read_messages: Some(connectors::wire::told),
            ..web::WebOptions::default()
        },
        std::future::pending(),
    );
    // Dropping the runtime ends it.
    runtime.spawn(served);
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("http://{address}");
    call(&address, &key, &settings(&fixture), folder.path(), seed);
}

#[test]
fn every_answer_of_the_api_is_one_that_is_described() {
    for (_, seed) in Rounds::new("calls of the API", 2, 10) {
        let _guard = seed.guard();
        both(|engine| fuzz(engine, seed));
    }
}
