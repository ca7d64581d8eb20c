//! Orders over HTTP: what is told of them later, by whom, and what the customer's page says.

use serde_json::{Value, json};
use testkit::engines::both;

use crate::house::{Answer, House};

/// What happened, with a message id of its own name.
fn track(message_id: &str, hour: u8, event: &str, properties: Value) -> Value {
    json!({
        "type": "track", "messageId": message_id, "event": event, "userId": "u-1",
        "timestamp": format!("2026-01-05T{hour:02}:00:00.000Z"), "properties": properties,
    })
}

fn order(message_id: &str, hour: u8, event: &str, total: &str) -> Value {
    let product = json!({"product_id": "C1", "price": total, "quantity": 1});
    let properties = json!({
        "order_id": "o-1", "total": total, "currency": "EUR", "products": [product],
    });
    track(message_id, hour, event, properties)
}

fn send(house: &House, key: &str, batch: &[Value]) -> Answer {
    let body = json!({"writeKey": key, "batch": batch}).to_string();
    let answer = house.send("POST", "/v1/batch?verbose=1", &[], &body);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

fn accepted(answer: &Answer) -> (u64, u64) {
    let said = answer.json();
    assert_eq!(said["rejected"], json!([]), "{said}");
    let count = |name: &str| said[name].as_u64().expect("a count");
    (count("accepted"), count("duplicates"))
}

/// Orders and net of the customer.
fn figures(house: &House) -> (u64, i64) {
    house.fixture.settle();
    let metrics = house.get("/v1/customers/user_id:u-1")["metrics"].clone();
    let orders = metrics["orders"].as_u64().unwrap_or_default();
    let gross = metrics["gross"].as_i64().unwrap_or_default();
    (
        orders,
        gross - metrics["refunds"].as_i64().unwrap_or_default(),
    )
}

#[test]
fn an_order_is_updated_cancelled_and_taken_back_once() {
    both(|engine| {
        let house = House::empty(engine);
        let key = house.secret_key.clone();
        // The update comes first, and waits.
        let update = order("m-2", 11, "Order Updated", "40.00");
        assert_eq!(
            accepted(&send(&house, &key, std::slice::from_ref(&update))),
            (1, 0)
        );
        let first = order("m-1", 10, "Order Completed", "24.00");
        assert_eq!(accepted(&send(&house, &key, &[first])), (1, 0));
        assert_eq!(figures(&house), (1, 4_000));
        assert_eq!(accepted(&send(&house, &key, &[update])), (0, 1));
        let products = json!([{"product_id": "C1", "price": 15, "quantity": 1}]);
        let part = json!({
            "order_id": "o-1", "refund_id": "r-1", "currency": "EUR", "products": products,
        });
        let part = track("m-3", 12, "Order Refunded", part);
        assert_eq!(accepted(&send(&house, &key, &[part])), (1, 0));
        assert_eq!(figures(&house), (1, 2_500));
        let whole =
            |message_id| track(message_id, 13, "Order Refunded", json!({"order_id": "o-1"}));
        let twice = send(&house, &key, &[whole("m-4"), whole("m-5")]);
        assert_eq!(accepted(&twice), (1, 1));
        assert_eq!(figures(&house), (1, 0));
        let cancel = track("m-6", 14, "order_canceled", json!({"order_id": "o-1"}));
        assert_eq!(accepted(&send(&house, &key, &[cancel])), (1, 0));
        assert_eq!(figures(&house), (0, 0));
    });
}

#[test]
fn what_a_public_key_says_of_value_is_a_claim() {
    both(|engine| {
        let house = House::empty(engine);
        let claim = order("m-1", 10, "Order Completed", "999.00");
        let back = track("m-2", 11, "Order Refunded", json!({"order_id": "o-1"}));
        let coupon = track("m-3", 9, "Coupon Applied", json!({"coupon_id": "TEN"}));
        let public = send(&house, &house.write_key, &[claim, back, coupon]);
        assert_eq!(accepted(&public), (3, 0));
        assert_eq!(figures(&house), (0, 0));
        let events = house.get("/v1/events?customer=user_id:u-1");
        let events = events["events"].as_array().expect("a list").clone();
        let is_claim = |event: &Value| event["name"] == "Value Claimed";
        assert!(
            events.len() == 3 && events.iter().all(is_claim),
            "{events:?}"
        );
        let confirmed = order("m-4", 10, "Order Completed", "24.00");
        let confirmed = send(&house, &house.secret_key, &[confirmed]);
        assert_eq!(accepted(&confirmed), (1, 0));
        assert_eq!(figures(&house), (1, 2_400));
    });
}

#[test]
fn declared_events_keep_what_they_declare_in_the_clear() {
    let house = House::empty(store::Engine::Sqlite);
    let search = json!({"query": "lamp", "results": 0, "colour": "blue"});
    let shipped = json!({"order_id": "o-1", "carrier": "post", "city": "Tehran"});
    let batch = [
        track("m-1", 10, "Searched Products", search),
        track("m-2", 11, "order_shipped", shipped),
    ];
    assert_eq!(accepted(&send(&house, &house.secret_key, &batch)), (2, 0));
    let events = house.get("/v1/events?customer=user_id:u-1");
    let [shipped, search] = [&events["events"][0], &events["events"][1]];
    assert_eq!(search["properties"], json!({"query": "lamp", "results": 0}));
    assert_eq!(search["personal"]["colour"], "blue");
    assert_eq!(search["personal"].get("query"), None);
    assert_eq!(
        shipped["properties"],
        json!({"order_id": "o-1", "carrier": "post"})
    );
    assert_eq!(shipped["personal"]["city"], "Tehran");
}
