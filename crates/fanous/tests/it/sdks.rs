//! Libraries that shops already have, unchanged but for an address.

use std::process::Command;

use serde_json::Value;
use testkit::engines::both;

use crate::driver::provided;
use crate::house::House;

const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/tools/segment-python/bin/python"
);

/// What a shop's back end says with the library, plain and packed.
const PROGRAM: &str = r#"
import datetime, sys
import segment.analytics as analytics

analytics.host, analytics.write_key = sys.argv[1], sys.argv[2]
analytics.gzip = sys.argv[3] == "gzip"
analytics.max_retries = 1
failed = []
analytics.on_error = lambda error, items: failed.append(str(error))
at = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.timezone.utc)
analytics.page("u-1", "Docs", "Coffee", {"url": "https://shop.example/coffee"}, timestamp=at)
analytics.identify("u-1", {"email": "sam@shop.example", "name": "Sam"}, timestamp=at)
analytics.track("u-1", "Product Viewed", {"product_id": "C1"}, timestamp=at)
analytics.track("u-1", "Order Completed", {
    "order_id": "o-1", "total": 24.5, "currency": "EUR",
    "products": [{"product_id": "C1", "price": 12.25, "quantity": 2}],
}, timestamp=at)
analytics.group("u-1", "club", {"name": "Club"}, timestamp=at)
analytics.screen("u-1", "App", "Basket", timestamp=at)
analytics.alias("a-1", "u-1", timestamp=at)
analytics.flush()
if failed:
    sys.exit("; ".join(failed))
"#;

/// What the library did: its exit code, and what it complained of.
fn run(house: &House, key: &str, packing: &str) -> (Option<i32>, String) {
    let python = provided("FANOUS_TEST_SEGMENT_PYTHON", PYTHON);
    let output = Command::new(python)
        .args(["-c", PROGRAM, &house.url, key, packing])
        .output()
        .expect("the library runs");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), complaint)
}

#[test]
fn segments_python_library_works_unchanged() {
    both(|engine| {
        let house = House::empty(engine);
        for packing in ["plain", "gzip"] {
            let (code, complaint) = run(&house, &house.secret_key, packing);
            assert_eq!(code, Some(0), "{packing}: {complaint}");
        }
        house.fixture.settle();
        let customer = house.get("/v1/customers/email:sam@shop.example");
        assert_eq!(customer["label"], "Sam");
        // Sent twice under other message ids: an order counts once, whatever it came in.
        assert_eq!(customer["metrics"]["orders"], 1);
        assert_eq!(customer["metrics"]["gross"], 2_450);
        let id = customer["customer"].as_str().expect("an id");
        let events = house.get(&format!("/v1/events?customer={id}"));
        let events = events["events"].as_array().expect("events").clone();
        let named = |name: &str| {
            let found = events.iter().filter(|it| it["name"] == name);
            found.collect::<Vec<&Value>>()
        };
        for (name, times) in [
            ("Page Viewed", 4),
            ("Product Viewed", 2),
            ("Order Completed", 1),
            ("Group Joined", 2),
        ] {
            assert_eq!(named(name).len(), times, "{name}: {events:?}");
        }
    });
}

#[test]
fn a_wrong_key_is_heard_of() {
    let house = House::empty(store::Engine::Sqlite);
    let (code, complaint) = run(&house, "write_mistyped", "plain");
    assert_ne!(code, Some(0));
    assert!(
        complaint.contains("401") || complaint.contains("key"),
        "{complaint}"
    );
}
