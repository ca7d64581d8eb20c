//! The collector over HTTP: each form of key, packing, answer and bound, on both engines.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use testkit::engines::both;

use crate::house::{Answer, House};

/// A track call of somebody.
fn track(message_id: &str, event: &str) -> Value {
    json!({
        "type": "track", "messageId": message_id, "event": event, "userId": "u-1",
        "anonymousId": "a-1", "timestamp": "2026-01-05T10:00:00.000Z",
        "properties": {"colour": "blue"},
    })
}

fn order(message_id: &str, order_id: &str) -> Value {
    let mut call = track(message_id, "Order Completed");
    call["properties"] = json!({
        "order_id": order_id, "total": "24.00", "revenue": 20, "shipping": 4, "currency": "EUR",
        "products": [{"product_id": "C1", "name": "Coffee", "price": 10, "quantity": 2}],
    });
    call
}

/// A batch as server libraries send it: the key as the name of `Basic`.
fn send(house: &House, key: &str, path: &str, body: &Value) -> Answer {
    post(
        house,
        path,
        &[("Authorization", &basic(key))],
        &body.to_string(),
    )
}

fn post(house: &House, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    house.send("POST", path, headers, body)
}

fn basic(key: &str) -> String {
    use base64::Engine;
    let encoded = base64::prelude::BASE64_STANDARD.encode(format!("{key}:"));
    format!("Basic {encoded}")
}

#[test]
fn a_batch_is_taken_once_and_says_so() {
    both(|engine| {
        let house = House::empty(engine);
        let batch = json!({"batch": [track("m-1", "Size Guide Opened"), order("m-2", "o-1")]});
        let first = send(&house, &house.secret_key, "/v1/batch", &batch);
        assert_eq!(
            (first.status, first.text.as_str()),
            (200, r#"{"success":true}"#)
        );
        let again = send(&house, &house.secret_key, "/v1/batch/?verbose=1", &batch);
        assert_eq!(
            again.json(),
            json!({"success": true, "accepted": 0, "duplicates": 2, "rejected": []})
        );
        // The same order under another message id is the same order.
        let other = json!({"batch": [order("m-3", "o-1")]});
        let other = send(&house, &house.secret_key, "/v1/batch?verbose=1", &other);
        assert_eq!(other.json()["duplicates"], 1);
        house.fixture.settle();
        let customer = house.get("/v1/customers/user_id:u-1");
        assert_eq!(customer["metrics"]["orders"], 1);
        assert_eq!(customer["metrics"]["gross"], 2_400);
    });
}

#[test]
fn one_bad_event_never_costs_the_others() {
    both(|engine| {
        let house = House::empty(engine);
        let nobody = json!({"type": "track", "messageId": "m-2", "event": "Seen"});
        let huge = json!({
            "type": "track", "messageId": "m-3", "event": "Seen", "userId": "u-1",
            "properties": {"text": "x".repeat(40_000)},
        });
        let batch = json!({"batch": [track("m-1", "One"), nobody, huge, 7, track("m-4", "Two")]});
        let answer = send(&house, &house.write_key, "/v1/batch?verbose=1", &batch);
        assert_eq!(answer.status, 200, "{}", answer.text);
        let said = answer.json();
        assert_eq!(said["accepted"], 2);
        let rejected = said["rejected"].as_array().expect("a list");
        let places: Vec<_> = rejected.iter().map(|it| it["index"].as_u64()).collect();
        assert_eq!(places, [Some(1), Some(2), Some(3)]);
        assert_eq!(rejected[0]["message_id"], "m-2");
        assert!(rejected.iter().all(|it| it["message"].is_string()));
        // Alone in its request, a bad event is a bad request.
        let alone = json!({"messageId": "m-5", "event": "Seen"});
        let alone = send(&house, &house.write_key, "/v1/track", &alone);
        assert_eq!(alone.status, 400);
        assert_eq!(alone.json()["error"]["code"], rejected[0]["code"]);
    });
}

#[test]
fn every_form_of_key_is_known_and_no_two_are_guessed_between() {
    let house = House::empty(store::Engine::Sqlite);
    let body = |key: Option<&str>| {
        let mut body = json!({"batch": [track("m-1", "One")]});
        if let Some(key) = key {
            body["writeKey"] = json!(key);
        }
        body.to_string()
    };
    let (key, other) = (house.write_key.clone(), house.secret_key.clone());
    let bearer = format!("Bearer {key}");
    let (basic_key, basic_wrong) = (basic(&key), basic("write_wrong"));
    let check = |headers: &[(&str, &str)], in_body: Option<&str>, status: u16, code: &str| {
        let answer = post(&house, "/v1/batch", headers, &body(in_body));
        assert_eq!(
            answer.status, status,
            "{headers:?} {in_body:?}: {}",
            answer.text
        );
        if status != 200 {
            assert_eq!(
                answer.json()["error"]["code"],
                code,
                "{headers:?} {in_body:?}"
            );
        }
    };
    check(&[("Authorization", &basic_key)], None, 200, "");
    check(&[("Authorization", &basic_key)], Some(&key), 200, "");
    check(&[("Authorization", &bearer)], None, 200, "");
    check(&[("X-Write-Key", &key)], None, 200, "");
    check(&[], Some(&key), 200, "");
    check(&[], Some(&other), 200, "");
    check(
        &[("Authorization", &basic_key)],
        Some(&other),
        401,
        "two_keys",
    );
    check(&[("Authorization", &basic_wrong)], None, 401, "unknown_key");
    check(&[], Some("write_wrong"), 401, "unknown_key");
    check(&[], None, 401, "no_key");
    check(&[("Authorization", "Digest abc")], None, 401, "no_key");
}

#[test]
fn bodies_come_packed_mislabelled_and_from_other_sites() {
    let house = House::empty(store::Engine::Sqlite);
    let body = json!({"writeKey": house.write_key, "batch": [track("m-1", "One")]}).to_string();
    let origin = ("Origin", "https://shop.example");
    let plain = post(
        &house,
        "/v1/b",
        &[("Content-Type", "text/plain"), origin],
        &body,
    );
    assert_eq!(plain.status, 200, "{}", plain.text);
    assert_eq!(
        plain.header("access-control-allow-origin"),
        "https://shop.example"
    );
    assert_eq!(plain.header("cross-origin-resource-policy"), "cross-origin");
    let asked = house.send("OPTIONS", "/v1/t", &[origin], "");
    assert_eq!(asked.status, 204);
    assert!(
        asked
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    assert_eq!(asked.header("access-control-max-age"), "86400");
    // What is not the collector stays closed to other sites.
    let closed = house.send("OPTIONS", "/v1/customers", &[origin], "");
    assert_eq!(closed.header("access-control-allow-origin"), "");
    let pack = |text: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(text).expect("packed");
        packer.finish().expect("packed")
    };
    let form = "application/x-www-form-urlencoded";
    let labels = [("Content-Type", form), ("Content-Encoding", "gzip")];
    let packed = house.send_bytes("/v1/batch", &labels, pack(body.as_bytes()));
    assert_eq!(packed.status, 200, "{}", packed.text);
    let unsaid = house.send_bytes("/v1/batch", &[], pack(body.as_bytes()));
    assert_eq!(unsaid.status, 200, "{}", unsaid.text);
    // A bomb is met while it is unpacked; half a stone is no stone.
    let bomb = house.send_bytes("/v1/batch", &labels, pack(&vec![b' '; 200_000_000]));
    assert_eq!(bomb.status, 413);
    let cut = pack(body.as_bytes());
    let cut = house.send_bytes("/v1/batch", &labels, cut[..cut.len() / 2].to_vec());
    assert_eq!(cut.status, 400);
    let large = house.send_bytes("/v1/batch", &[], vec![b' '; 600_000]);
    assert_eq!(large.status, 413);
}

#[test]
fn hostile_bodies_are_refused_with_a_reason() {
    let house = House::empty(store::Engine::Sqlite);
    let many: Vec<Value> = (0..2_501).map(|_| json!({})).collect();
    let many = json!({"batch": many}).to_string();
    // What lies too deep is one event that is refused, and costs no stack.
    let deep = format!(
        "{{\"batch\":{}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let key = basic(&house.write_key);
    let answer = post(
        &house,
        "/v1/batch?verbose=1",
        &[("Authorization", &key)],
        &deep,
    );
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["rejected"].as_array().map(Vec::len), Some(1));
    for body in [
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}",
        r#"{"batch":7}"#,
        &many,
        r#"{"batch":[{"a":"\ud800"}"#,
    ] {
        let key = basic(&house.write_key);
        let answer = post(&house, "/v1/batch", &[("Authorization", &key)], body);
        let shown: String = body.chars().take(40).collect();
        assert_eq!(answer.status, 400, "{shown}: {}", answer.text);
        assert!(answer.json()["error"]["message"].is_string(), "{shown}");
    }
    let got = house.send("GET", "/v1/batch", &[], "");
    assert_eq!(got.status, 405);
}

#[test]
fn browsing_becomes_the_customers_own_when_they_say_who_they_are() {
    both(|engine| {
        let house = House::empty(engine);
        let anonymous = json!({
            "type": "page", "messageId": "m-1", "anonymousId": "a-9",
            "timestamp": "2026-01-05T10:00:00Z", "properties": {"path": "/coffee"},
        });
        let identify = json!({
            "type": "identify", "messageId": "m-2", "anonymousId": "a-9", "userId": "u-9",
            "timestamp": "2026-01-05T10:05:00Z", "traits": {"email": "sam@shop.example"},
        });
        for call in [anonymous, identify] {
            let batch = json!({"batch": [call]});
            let answer = send(&house, &house.secret_key, "/v1/batch", &batch);
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        house.fixture.settle();
        let customer = house.get("/v1/customers/user_id:u-9");
        for name in ["anonymous_id:a-9", "email:sam@shop.example"] {
            let same = house.get(&format!("/v1/customers/{name}"));
            assert_eq!(same["customer"], customer["customer"], "{name}");
        }
        let id = customer["customer"].as_str().expect("an id");
        let events = house.get(&format!("/v1/events?customer={id}"));
        let events = events["events"].as_array().expect("events").iter();
        let told = events.filter(|it| it["message_id"].is_string()).count();
        assert_eq!(told, 2, "the page seen before is theirs");
    });
}

#[test]
fn what_came_in_lately_is_seen_by_key() {
    let house = House::empty(store::Engine::Sqlite);
    let nobody = json!({"type": "track", "messageId": "m-2", "event": "Seen"});
    let batch = json!({"batch": [track("m-1", "Size Guide Opened"), nobody]});
    send(&house, &house.write_key, "/v1/batch", &batch);
    let page = house.page("/events");
    assert_eq!(page.status, 200);
    for said in ["Size Guide Opened", "m-1", "m-2", "userId"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert_eq!(page.header("refresh"), "");
    assert_eq!(house.page("/events?live=yes").header("refresh"), "5");
}

#[test]
fn a_mistyped_key_and_every_reason_are_seen() {
    let house = House::empty(store::Engine::Sqlite);
    let seen = track("m-1", "Size Guide Opened");
    let batch = json!({"batch": [seen, seen, {"type": "track", "event": "Seen"}]});
    send(&house, &house.write_key, "/v1/batch", &batch);
    let wrong = send(&house, "write_mistyped_key", "/v1/batch", &batch);
    assert_eq!(wrong.status, 401);
    let in_body = json!({"writeKey": "body_mistyped_key", "batch": []});
    let wrong = house.send("POST", "/v1/batch", &[], &in_body.to_string());
    assert_eq!(wrong.status, 401);
    let broken = send(&house, &house.write_key, "/v1/track", &json!("no object"));
    assert_eq!(broken.status, 400);
    let told = house.page("/events");
    for said in [
        "write_mist…",
        "body_misty…",
        "no key of this shop",
        "Copy it anew",
    ] {
        assert!(told.text.contains(said), "{said}: {}", told.text);
    }
    assert!(!told.text.contains("mistyped"), "no key is shown whole");
    let check = |query: &str, events: usize| {
        let newest = house.get(&format!("/v1/events/newest?{query}"));
        let found = newest["events"].as_array().expect("events").len();
        assert_eq!(found, events, "{query}: {newest}");
    };
    check("", 6);
    check("key=none", 2);
    check("verdict=accepted", 1);
    check("verdict=duplicate", 1);
    check("reason=unknown_key", 2);
    check("reason=no_user_anon_id&key=none", 0);
    let newest = house.get("/v1/events/newest?key=none");
    assert_eq!(newest["counts"][0]["reason"], "unknown_key");
    assert_eq!(newest["counts"][0]["count"], 2);
}

#[test]
fn a_shared_browser_keeps_its_people_apart() {
    both(|engine| {
        let house = House::empty(engine);
        let call = |kind: &str, message_id: &str, user: Option<&str>| {
            let mut call = json!({
                "type": kind, "messageId": message_id, "anonymousId": "a-7",
                "timestamp": "2026-01-05T10:00:00Z",
            });
            if let Some(user) = user {
                call["userId"] = json!(user);
            }
            let batch = json!({"batch": [call]});
            let answer = send(&house, &house.write_key, "/v1/batch", &batch);
            assert_eq!(answer.status, 200, "{}", answer.text);
        };
        call("page", "m-1", None);
        call("identify", "m-2", Some("anna"));
        // Sent again because the answer was lost: nothing changes.
        call("identify", "m-2", Some("anna"));
        call("identify", "m-3", Some("bob"));
        call("page", "m-4", Some("bob"));
        call("identify", "m-5", Some("anna"));
        house.fixture.settle();
        let anna = house.get("/v1/customers/user_id:anna");
        let bob = house.get("/v1/customers/user_id:bob");
        assert_ne!(
            anna["customer"], bob["customer"],
            "nobody becomes somebody else"
        );
        let events = |customer: &Value| {
            let id = customer["customer"].as_str().expect("an id");
            let events = house.get(&format!("/v1/events?customer={id}"));
            let events = events["events"].as_array().expect("events").iter();
            let ids = events.filter_map(|it| it["message_id"].as_str().map(str::to_owned));
            ids.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(
            events(&anna),
            ["m-1", "m-2", "m-5"].map(str::to_owned).into()
        );
        assert_eq!(events(&bob), ["m-3", "m-4"].map(str::to_owned).into());
        assert_eq!(
            anna["merges"].as_array().map(Vec::len),
            Some(1),
            "it can be taken back"
        );
    });
}

#[test]
fn who_agreed_to_nothing_is_not_kept_and_what_they_buy_is() {
    let house = House::empty(store::Engine::Sqlite);
    let consent = json!({"consent": {"categoryPreferences": {"analytics": false}}});
    let mut seen = track("m-1", "Size Guide Opened");
    seen["context"] = consent.clone();
    let mut bought = order("m-2", "o-1");
    bought["context"] = consent.clone();
    let mut withdrawn = track("m-3", "Consent Changed");
    withdrawn["context"] = consent;
    withdrawn["properties"] = json!({"purpose": "analytics", "granted": false});
    let nobody = json!({"type": "page", "messageId": "m-4", "properties": {"path": "/"}});
    let batch = json!({"batch": [seen, bought, withdrawn, nobody]});
    let answer = send(&house, &house.secret_key, "/v1/batch?verbose=1", &batch);
    let said = answer.json();
    assert_eq!(
        (answer.status, &said["accepted"]),
        (200, &json!(2)),
        "{said}"
    );
    let codes: Vec<_> = said["rejected"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(codes[0]["code"], "no_consent");
    assert_eq!(codes[1]["code"], "no_user_anon_id");
}

#[test]
fn a_browser_that_tells_too_much_is_asked_to_wait_and_nobody_else_is() {
    let house = House::empty(store::Engine::Sqlite);
    let events = |browser: &str, many: usize| {
        let event = json!({"type": "track", "event": "Loop", "anonymousId": browser});
        json!({ "batch": vec![event; many] })
    };
    let told = |key: &str, body: &Value| {
        let key = format!("Bearer {key}");
        house.send(
            "POST",
            "/v1/batch",
            &[("Authorization", &key)],
            &body.to_string(),
        )
    };
    let check = |key: &str, browser: &str, many: usize, status: u16| {
        let answer = told(key, &events(browser, many));
        assert_eq!(answer.status, status, "{browser}: {}", answer.text);
        answer
    };
    check(&house.write_key, "a-1", 2_450, 200);
    let waits = check(&house.write_key, "a-1", 100, 429);
    assert_eq!(
        (
            waits.header("retry-after"),
            waits.header("x-ratelimit-reset")
        ),
        ("1", "1")
    );
    assert_eq!(waits.json()["error"]["code"], "too_fast");
    check(&house.write_key, "a-2", 100, 200);
    // The shop's own server speaks for everybody.
    check(&house.secret_key, "a-1", 100, 200);
    // Nothing of what was refused is there.
    house.fixture.settle();
    let customer = house.get("/v1/customers/anonymous_id:a-1");
    assert_eq!(customer["streams"][0]["facts"], 2_550);
}

#[test]
fn what_the_shop_declares_of_its_events_is_kept_in_the_clear_from_then_on() {
    both(|engine| {
        let house = House::empty(engine);
        let told = |message_id: &str| {
            let mut call = track(message_id, "Taste Quiz Finished");
            call["properties"] = json!({"score": 7, "nickname": "Sam"});
            let body = json!({ "batch": [call] }).to_string();
            let key = format!("Bearer {}", house.secret_key);
            let answer = house.send("POST", "/v1/batch", &[("Authorization", &key)], &body);
            assert_eq!(answer.status, 200, "{}", answer.text);
        };
        told("m-1");
        let path = "/v1/events/schemas/Taste%20Quiz%20Finished";
        let schema = json!({"about": "A quiz", "fields": {
            "score": {"holds": "number", "about": "points, 0 to 10"},
            "nickname": {"holds": "text", "is_personal": true},
        }});
        let declared = house.api("PUT", path, &schema);
        assert_eq!(declared.status, 200, "{}", declared.text);
        told("m-2");
        assert_eq!(house.api("DELETE", path, &Value::Null).status, 200);
        assert_eq!(house.api("DELETE", path, &Value::Null).status, 404);
        told("m-3");
        let events = house.get("/v1/events?customer=user_id:u-1");
        let events = events["events"].as_array().expect("events").clone();
        let check = |message_id: &str, properties: Value, personal: Value| {
            let event = events.iter().find(|it| it["message_id"] == message_id);
            let event = event.expect("it was taken");
            assert_eq!(event["properties"], properties, "{message_id}");
            let mut kept = event["personal"].clone();
            kept.as_object_mut().expect("texts").remove("kept_because");
            assert_eq!(kept, personal, "{message_id}");
        };
        let all = json!({"score": "7", "nickname": "Sam"});
        check("m-1", json!({}), all.clone());
        check("m-2", json!({"score": 7}), json!({"nickname": "Sam"}));
        check("m-3", json!({}), all);
        // What has a meaning of its own cannot be declared again.
        let taken = house.api("PUT", "/v1/events/schemas/Order%20Completed", &schema);
        assert_eq!(taken.status, 400, "{}", taken.text);
        let wrong = json!({"fields": {"score": {"holds": "figure"}}});
        assert_eq!(house.api("PUT", path, &wrong).status, 400);
    });
}
