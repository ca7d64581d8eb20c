//! The context of a page's reader over HTTP: events in, what is true of their sender out.

use serde_json::{Value, json};
use store::Engine;
use testkit::engines::both;

use crate::house::{Answer, House};

fn order(message_id: &str, user: &str) -> Value {
    json!({
        "type": "track", "messageId": message_id, "event": "Order Completed", "userId": user,
        "properties": {"order_id": message_id, "total": 24, "currency": "EUR"},
    })
}

fn ask(house: &House, key: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let bearer = format!("Bearer {key}");
    let mut all = vec![("Authorization", bearer.as_str())];
    all.extend(headers);
    house.send("POST", "/v1/context?explain=1", &all, &body.to_string())
}

fn token(house: &House, user: &str) -> String {
    let answer = house.api("POST", "/v1/user-tokens", &json!({"user_id": user}));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["token"].as_str().expect("a token").to_owned()
}

#[test]
fn events_go_in_and_what_is_true_then_comes_out() {
    both(|engine| {
        let house = House::empty(engine);
        house.api(
            "PUT",
            "/v1/segments/Buyers",
            &json!({"where": "orders >= 1"}),
        );
        house.api(
            "PUT",
            "/v1/segments/Regulars",
            &json!({"where": "orders >= 2"}),
        );
        let body = json!({"userId": "u-1", "batch": [order("o-1", "u-1")]});
        let answer = ask(&house, &house.secret_key, &[], &body);
        let said = answer.json();
        assert_eq!(answer.status, 200, "{said}");
        assert_eq!(
            (&said["accepted"], &said["user"]["standing"]),
            (&json!(1), &json!("new"))
        );
        assert!(
            said["user"]["customer"]
                .as_str()
                .is_some_and(|it| it.starts_with("cus_"))
        );
        let segments = said["segments"].as_array().expect("a list");
        assert_eq!(segments.len(), 1);
        assert_eq!(segments[0]["name"], "Buyers");
        assert!(segments[0]["why"].is_string(), "{said}");
        let units = json!({"request_id": "r-1", "unit": "POINT:club", "amount": 30, "memo": "hi"});
        house.api("POST", "/v1/customers/user_id:u-1/adjustments", &units);
        let said = ask(&house, &house.secret_key, &[], &json!({"userId": "u-1"})).json();
        let balance = json!([{"unit": "POINT:club", "balance": 30, "spendable": 30}]);
        assert_eq!(said["balances"], balance);
        // Nothing is fitted to somebody who does not want it.
        let no = json!({"purpose": "personalisation", "granted": false});
        let no = json!({"type": "track", "event": "Consent Changed", "userId": "u-1",
            "messageId": "m-2", "properties": no});
        let said = ask(
            &house,
            &house.secret_key,
            &[],
            &json!({"userId": "u-1", "batch": [no]}),
        );
        let said = said.json();
        assert_eq!(said["segments"], json!([]));
        assert_eq!(said["user"]["consents"]["personalisation"], false);
        assert_eq!(said["balances"], balance);
    });
}

#[test]
fn nobody_reads_about_anybody_but_whom_a_token_proves() {
    both(|engine| {
        let house = House::empty(engine);
        let key = house.write_key.clone();
        let orders = json!({"batch": [order("o-1", "u-1"), order("o-2", "u-2")]});
        ask(&house, &house.secret_key, &[], &orders);
        let known = |answer: &Answer| answer.json()["user"]["standing"].as_str().is_some();
        // A name in the body proves nothing, neither does an event of theirs.
        for body in [
            json!({"userId": "u-1"}),
            json!({"batch": [order("o-3", "u-1")]}),
            json!({"userId": "u-1", "userToken": "user_00"}),
            json!({"userToken": "cus_1"}),
        ] {
            let answer = ask(&house, &key, &[], &body);
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(!known(&answer), "{}", answer.text);
        }
        let token = token(&house, "u-1");
        let answer = ask(&house, &key, &[], &json!({"userToken": token}));
        assert!(known(&answer), "{}", answer.text);
        assert_eq!(answer.json()["user"]["customer"], Value::Null);
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        let pair = cookie.split(';').next().expect("a pair").to_owned();
        let again = ask(&house, &key, &[("Cookie", &pair)], &json!({}));
        assert!(known(&again), "{}", again.text);
        // One letter altered, or an hour later.
        let last = if token.ends_with('0') { "1" } else { "0" };
        let altered = format!("{}{last}", &token[..token.len() - 1]);
        assert!(!known(&ask(
            &house,
            &key,
            &[],
            &json!({"userToken": altered})
        )));
        house.fixture.clock().advance(3_600_000);
        assert!(!known(&ask(&house, &key, &[("Cookie", &pair)], &json!({}))));
    });
}

#[test]
fn a_key_is_needed_and_a_body_that_can_be_read() {
    let house = House::empty(Engine::Sqlite);
    let check = |key: &str, body: &str, status: u16| {
        let bearer = format!("Bearer {key}");
        let headers = [("Authorization", bearer.as_str())];
        let answer = house.send("POST", "/v1/context", &headers, body);
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    };
    check(&house.write_key, "{}", 200);
    check("write_wrong", "{}", 401);
    check(&house.write_key, "[", 400);
    check(&house.write_key, "[]", 400);
    check(&house.write_key, r#"{"batch": 7}"#, 400);
    check(&house.write_key, r#"{"customer": "cus_1"}"#, 400);
    let refused = house.api("POST", "/v1/user-tokens", &json!({"user_id": ""}));
    assert_eq!(refused.status, 400);
    let key = house.write_key.clone();
    let refused = house.api_as(&key, "POST", "/v1/user-tokens", &json!({"user_id": "u-1"}));
    assert!([401, 403].contains(&refused.status), "{}", refused.text);
}
