//! Libraries that shops already have, unchanged but for an address, on a good line and on a bad
//! one.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use store::Engine;
use testkit::engines::both;

use crate::driver::provided;
use crate::house::{House, with_browser};
use crate::recorder::Recorder;
use crate::unsteady::{Fate, Unsteady};

const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/tools/trackers-python/bin/python"
);
/// The browser's file among the libraries for Node and browsers; the folder `node_modules` is
/// above it.
const BROWSER_FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/tools/trackers-node/node_modules/@segment/analytics-next/dist/umd/index.js"
);

/// What a shop's back end says with the older library for Python and with its sibling's: the
/// address, the key, `gzip` or `plain`, and how many messages make a request.
const PYTHON_PROGRAM: &str = r#"
import datetime, sys
import SDK as analytics

analytics.write_key = sys.argv[2]
analytics.gzip = sys.argv[3] == "gzip"
analytics.max_retries = 8
failed = []
analytics.on_error = lambda error, items: failed.append(str(error))
analytics.HOST = sys.argv[1]
analytics.upload_size = int(sys.argv[4])
at = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.timezone.utc)
analytics.page("u-1", "Docs", "Coffee", {"url": "https://shop.example/coffee"}, timestamp=at)
analytics.identify("u-1", {"email": "sam@shop.example", "name": "Sam"}, timestamp=at)
analytics.track("u-1", "Product Viewed", {"product_id": "C1"}, timestamp=at)
analytics.track("u-1", "Order Completed", {
    "order_id": "o-1", "total": 24.5, "currency": "EUR",
    "products": [{"product_id": "C1", "price": 12.25, "quantity": 2}],
}, timestamp=at)
analytics.group("u-1", "club", {"name": "Club"}, timestamp=at)
analytics.flush()
if failed:
    sys.exit("; ".join(failed))
"#;

/// The same in Node. `make` makes the client, `end` waits until everything was sent.
const NODE_PROGRAM: &str = r#"
const [host, key, packing, many] = process.argv.slice(1);
const failed = [];
const flushAt = Number(many), gzip = packing === "gzip";
MAKE
const userId = "u-1", timestamp = new Date("2026-01-05T10:00:00Z");
const url = "https://shop.example/coffee";
client.page({ userId, timestamp, category: "Docs", name: "Coffee", properties: { url } });
client.identify({ userId, timestamp, traits: { email: "sam@shop.example", name: "Sam" } });
client.track({ userId, timestamp, event: "Product Viewed", properties: { product_id: "C1" } });
client.track({ userId, timestamp, event: "Order Completed", properties: {
  order_id: "o-1", total: 24.5, currency: "EUR",
  products: [{ product_id: "C1", price: 12.25, quantity: 2 }],
} });
client.group({ userId, timestamp, groupId: "club", traits: { name: "Club" } });
END
"#;

/// How often is looked for something before a test gives up; a look takes a millisecond.
const LOOKS_MAX: u32 = 5_000;

/// A library of another collector's.
struct Sdk {
    name: &'static str,
    /// The program's language, and what makes it this library's.
    program: fn() -> (Language, String),
    packings: &'static [&'static str],
}

enum Language {
    Python,
    Node,
}

fn python(module: &str, host: &str) -> (Language, String) {
    let program = PYTHON_PROGRAM.replace("SDK", module).replace("HOST", host);
    (Language::Python, program)
}

fn node(make: &str, end: &str) -> (Language, String) {
    let program = NODE_PROGRAM.replace("MAKE", make).replace("END", end);
    (Language::Node, program)
}

const SDKS: [Sdk; 5] = [
    Sdk {
        name: "segment-analytics-python 2.4.0",
        program: || python("segment.analytics", "host"),
        packings: &["plain", "gzip"],
    },
    Sdk {
        name: "rudder-sdk-python 2.1.9",
        program: || python("rudderstack.analytics", "dataPlaneUrl"),
        packings: &["plain", "gzip"],
    },
    Sdk {
        name: "@segment/analytics-node 3.1.0",
        program: || {
            node(
                "const { Analytics } = require('@segment/analytics-node');
                 const client = new Analytics(
                     { writeKey: key, host, path: '/v1/batch', flushAt, maxRetries: 8 });
                 client.on('error', (error) => failed.push(JSON.stringify(error)));",
                "client.closeAndFlush().then(() => failed.length && process.exit(1));
                 process.on('exit', () => failed.length && console.error(failed.join()));",
            )
        },
        packings: &["plain"],
    },
    Sdk {
        name: "analytics-node 6.2.0",
        program: || {
            node(
                "const Analytics = require('analytics-node');
                 const client = new Analytics(
                     key, { host, path: '/v1/batch', flushAt, retryCount: 8 });",
                "client.flush().catch((error) => { console.error(error); process.exit(1); });",
            )
        },
        packings: &["plain"],
    },
    Sdk {
        name: "@rudderstack/rudder-sdk-node 3.0.13",
        program: || {
            node(
                "const RudderAnalytics = require('@rudderstack/rudder-sdk-node');
                 const client = new RudderAnalytics(
                     key, { dataPlaneUrl: host, flushAt, gzip, retryCount: 8 });",
                "client.flush().catch((error) => { console.error(error); process.exit(1); });",
            )
        },
        packings: &["plain", "gzip"],
    },
];

/// What the library did: its exit code, and what it complained of.
fn run(sdk: &Sdk, url: &str, key: &str, packing: &str, many: &str) -> (Option<i32>, String) {
    let (language, program) = (sdk.program)();
    let mut command = match language {
        Language::Python => {
            let mut python = Command::new(provided("FANOUS_TEST_TRACKERS_PYTHON", PYTHON));
            python.args(["-c", &program]);
            python
        }
        Language::Node => {
            let mut node = Command::new("node");
            node.args(["-e", &program, "--"]).current_dir(node_folder());
            node
        }
    };
    let output = command.args([url, key, packing, many]).output();
    let output = output.expect("the library runs");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), complaint)
}

/// The folder in which `node_modules` lies.
fn node_folder() -> std::path::PathBuf {
    let file = provided("FANOUS_TEST_TRACKERS_NODE", BROWSER_FILE);
    let folder = file.ancestors().find(|it| it.ends_with("node_modules"));
    let folder = folder.and_then(Path::parent);
    folder.expect("the folder above node_modules").to_owned()
}

/// How many events of each name the customer has.
fn counted(house: &House) -> Value {
    house.fixture.settle();
    let customer = house.get("/v1/customers/email:sam@shop.example");
    assert_eq!(customer["label"], "Sam");
    let id = customer["customer"].as_str().expect("an id");
    let events = house.get(&format!("/v1/events?customer={id}"));
    let events = events["events"].as_array().expect("events").clone();
    let times = |name: &str| events.iter().filter(|it| it["name"] == name).count();
    json!({
        "orders": customer["metrics"]["orders"],
        "gross": customer["metrics"]["gross"],
        "Page Viewed": times("Page Viewed"),
        "Product Viewed": times("Product Viewed"),
        "Order Completed": times("Order Completed"),
        "Customer Identified": times("Customer Identified"),
    })
}

#[test]
fn every_library_works_unchanged_and_loses_nothing_on_a_bad_line() {
    // Each waits a while between its tries; together they wait no longer than one.
    std::thread::scope(|scope| {
        for sdk in &SDKS {
            scope.spawn(|| on_a_bad_line(sdk));
        }
    });
}

fn on_a_bad_line(sdk: &Sdk) {
    for packing in sdk.packings {
        for many in ["1", "100"] {
            let said = format!("{} {packing}, {many} at once", sdk.name);
            let house = House::empty(Engine::Sqlite);
            let fates = [Fate::Busy, Fate::Broken, Fate::AnswerLost];
            let line = Unsteady::to(&house.url, &fates);
            let (code, complaint) = run(sdk, &line.url, &house.secret_key, packing, many);
            assert_eq!(code, Some(0), "{said}: {complaint}");
            assert_eq!(line.fates_left(), 0, "{said}");
            let expected = json!({
                "orders": 1, "gross": 2_450, "Page Viewed": 1, "Product Viewed": 1,
                "Order Completed": 1, "Customer Identified": 1,
            });
            assert_eq!(counted(&house), expected, "{said}");
        }
    }
}

#[test]
fn an_order_counts_once_whatever_it_came_in() {
    both(|engine| {
        let house = House::empty(engine);
        for packing in ["plain", "gzip"] {
            // Another run makes other message ids.
            let (code, complaint) = run(&SDKS[0], &house.url, &house.secret_key, packing, "100");
            assert_eq!(code, Some(0), "{packing}: {complaint}");
        }
        let counted = counted(&house);
        assert_eq!(
            (&counted["orders"], &counted["gross"]),
            (&json!(1), &json!(2_450))
        );
        assert_eq!(counted["Page Viewed"], 2);
    });
}

#[test]
fn a_wrong_key_is_heard_of() {
    let house = House::empty(Engine::Sqlite);
    let (code, complaint) = run(&SDKS[0], &house.url, "write_mistyped", "plain", "100");
    assert_ne!(code, Some(0));
    assert!(
        complaint.contains("401") || complaint.contains("key"),
        "{complaint}"
    );
    let settings = house.send("GET", "/v1/projects/write_mistyped/settings", &[], "");
    assert_eq!(settings.status, 401);
}

/// What a page says with Segment's library for browsers.
const PAGE: &str = "
    const done = arguments[arguments.length - 1];
    const { AnalyticsBrowser } = window.AnalyticsNext;
    const strategy = STRATEGY;
    const options = strategy && { integrations: { 'Segment.io': { deliveryStrategy: strategy } } };
    const analytics = AnalyticsBrowser.load({ writeKey: 'KEY', cdnURL: 'HOUSE' }, options);
    (async () => {
        await analytics.page('Docs', 'Coffee');
        await analytics.track('Product Viewed', { product_id: 'C1' });
        await analytics.identify('u-1', { name: 'Sam' });
        await analytics.track('Product Added', { product_id: 'C1', quantity: 2 });
        return 'told';
    })().then(done, (error) => done(String(error)));";

#[test]
fn segments_library_for_browsers_works_unchanged_by_one_address() {
    let house = House::empty(Engine::Sqlite);
    let recorder = Recorder::open(&house.url, &house.write_key);
    let file = provided("FANOUS_TEST_TRACKERS_NODE", BROWSER_FILE);
    let library = std::fs::read_to_string(file).expect("the library");
    let batching = "{ strategy: 'batching', config: { size: 2, timeout: 50 } }";
    for (strategy, user) in [("undefined", "u-1"), (batching, "u-2")] {
        let script = PAGE
            .replace("STRATEGY", strategy)
            .replace("KEY", &house.write_key)
            .replace("HOUSE", &house.url)
            .replace("u-1", user);
        with_browser(&house, async |browser| {
            browser.go(&format!("{}/empty.html", recorder.shop)).await;
            let tag = "const tag = document.createElement('script');
                 tag.textContent = arguments[0];
                 document.head.append(tag);";
            let loaded = browser.tab.execute(tag, vec![json!(library)]).await;
            loaded.expect("the library loads");
            let told = browser.tab.execute_async(&script, Vec::new()).await;
            let told = match told {
                Ok(told) => told.json().clone(),
                Err(error) => panic!("{error:?} {:?}", browser.complaints().await),
            };
            assert_eq!(told, "told", "{strategy}");
            let path = format!("/v1/events?customer=user_id:{user}");
            let events = || house.api("GET", &path, &Value::Null);
            let has_come = |_: &u32| {
                let events = events();
                let told = |it: &&Value| it["origin"] == "observed";
                let all = events.json()["events"].as_array().cloned();
                all.is_some_and(|all| all.iter().filter(told).count() == 4)
            };
            // A batch leaves a moment after what was told last.
            let came = (0..LOOKS_MAX).find(has_come);
            assert!(came.is_some(), "{strategy}: {}", events().text);
        });
    }
}
