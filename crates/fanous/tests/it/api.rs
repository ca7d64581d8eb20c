//! The JSON API, each endpoint with every kind of key, on both engines.

use std::collections::BTreeSet;

use domain::insight::RangeAsked;
use serde_json::{Value, json};
use testkit::engines::both;

use crate::described::Description;
use crate::house::{House, encoded};

/// Each endpoint with a body that it takes; `{customer}` and `{other}` are filled in. What erases
/// comes last.
const ENDPOINTS: [(&str, &str, &str); 27] = [
    ("GET", "/v1/insight/overview", ""),
    ("GET", "/v1/insight/retention", ""),
    ("GET", "/v1/insight/value", ""),
    ("GET", "/v1/insight/visits", ""),
    ("GET", "/v1/insight/channels", ""),
    ("GET", "/v1/insight/experience", ""),
    ("GET", "/v1/customers", ""),
    (
        "POST",
        "/v1/customers/query",
        r#"{"where":"orders >= 2","sample":3}"#,
    ),
    ("GET", "/v1/attributes", ""),
    ("PUT", "/v1/segments/again", r#"{"where":"orders >= 2"}"#),
    ("GET", "/v1/segments", ""),
    ("GET", "/v1/segments/again", ""),
    ("DELETE", "/v1/segments/again", ""),
    ("GET", "/v1/customers/{customer}", ""),
    ("GET", "/v1/events?customer={customer}", ""),
    ("GET", "/v1/events/newest", ""),
    ("GET", "/v1/events/schemas", ""),
    (
        "PUT",
        "/v1/events/schemas/Quiz",
        r#"{"fields":{"score":{"holds":"number"}}}"#,
    ),
    ("DELETE", "/v1/events/schemas/Quiz", ""),
    ("GET", "/v1/consent-policy", ""),
    (
        "PUT",
        "/v1/consent-policy",
        r#"{"countries":{"DE":"opt_in"},"elsewhere":"opt_out","gpc":"count","dnt":"count"}"#,
    ),
    ("POST", "/v1/user-tokens", r#"{"user_id":"u-1"}"#),
    ("GET", "/v1/customers/{customer}/export", ""),
    (
        "POST",
        "/v1/customers/{customer}/adjustments",
        r#"{"request_id":"one","unit":"POINT:club","amount":5,"memo":"a test"}"#,
    ),
    (
        "POST",
        "/v1/merges",
        r#"{"into":"{customer}","from":"{other}"}"#,
    ),
    ("DELETE", "/v1/merges/{merge}", ""),
    ("POST", "/v1/customers/{other}/erase", ""),
];

#[test]
fn every_endpoint_asks_for_a_secret_key() {
    both(|engine| {
        let house = House::seeded(engine);
        // Somebody is erased outside the fixture, so its sums cannot be told apart at the end.
        house.fixture.leave_broken();
        let described = Description::of(&house);
        let customers = house.customers();
        let mut merge = String::new();
        for (method, path, body) in ENDPOINTS {
            let fill = |text: &str| {
                text.replace("{customer}", &customers[0].customer)
                    .replace("{other}", &customers[1].customer)
                    .replace("{merge}", &merge)
            };
            let (path, body) = (fill(path), fill(body));
            let body = serde_json::from_str(&body).unwrap_or(Value::Null);
            let refused = |key: &str, status: u16, code: &str| {
                let answer = house.api_as(key, method, &path, &body);
                assert_eq!(
                    answer.status, status,
                    "{method} {path} with “{key}”: {}",
                    answer.text
                );
                assert_eq!(answer.json()["error"]["code"], code, "{method} {path}");
                described.check(method, &path, &answer);
            };
            refused("", 401, "no_key");
            refused(
                "secret_000000000000000000000000000000000000000000000000",
                401,
                "unknown_key",
            );
            refused(&house.write_key, 403, "write_key");
            let answer = house.api(method, &path, &body);
            assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
            described.check(method, &path, &answer);
            if path == "/v1/merges" {
                merge = answer.json()["merge"].as_str().expect("an id").to_owned();
            }
        }
    });
}

#[test]
fn the_list_of_endpoints_is_whole() {
    let house = House::empty(store::Engine::Sqlite);
    let answer = house.send("GET", "/v1/openapi.json", &[], "");
    assert_eq!(answer.status, 200, "the description needs no key");
    let document = answer.json();
    let described: usize = document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .map(|item| item.as_object().expect("methods").len())
        .sum();
    // One takes write keys too: `context` tries it.
    assert_eq!(described, ENDPOINTS.len() + 1);
}

#[test]
fn the_overview_says_what_the_use_case_says() {
    both(|engine| {
        let house = House::seeded(engine);
        let overview = house.get("/v1/insight/overview");
        let expected = house.fixture.app().overview().expect("an overview");
        assert_eq!(overview["customers"], expected.customers);
        assert_eq!(overview["totals"]["gross"], expected.totals.gross);
        assert_eq!(
            overview["totals"]["net"],
            expected.totals.gross - expected.totals.refunds
        );
        let months = overview["months"].as_array().expect("months");
        assert_eq!(months.len(), expected.months.len());
        let sum = |field: &str| {
            months
                .iter()
                .filter_map(|month| month[field].as_i64())
                .sum::<i64>()
        };
        assert_eq!(sum("gross"), expected.totals.gross);
        assert_eq!(sum("refunds"), expected.totals.refunds);
        assert_eq!(
            sum("new"),
            overview["repeat"]["buyers"].as_i64().expect("buyers")
        );
        assert!(
            overview["period"]["from"]
                .as_str()
                .expect("a time")
                .ends_with('Z')
        );
        let running = months
            .iter()
            .filter(|month| month["running"] == true)
            .count();
        assert_eq!(running, 1, "the newest month is still running");
    });
}

#[test]
fn some_months_are_asked_for_by_parameters() {
    both(|engine| {
        let house = House::seeded(engine);
        let asked = RangeAsked {
            from: "2025-06".to_owned(),
            to: "2025-08".to_owned(),
            compare: "before".to_owned(),
        };
        let of = house.fixture.app().overview_of(&asked);
        let expected = of.expect("an overview").period.expect("months");
        let overview = house.get("/v1/insight/overview?from=2025-06&to=2025-08&compare=before");
        let chosen = &overview["chosen"];
        assert_eq!(chosen["from_day"], "2025-06-01");
        assert_eq!(chosen["to_day"], "2025-08-31");
        assert_eq!(chosen["running"], false);
        assert_eq!(chosen["gross"], expected.figures.gross);
        assert_eq!(chosen["ordered"], expected.flow.ordered);
        assert_eq!(chosen["new"], held(&house, &chosen["new_predicate"]));
        let away = held(&house, &chosen["still_away_predicate"]);
        assert_eq!(chosen["still_away"], away);
        assert_eq!(chosen["compared"]["from"], "2025-03");
        assert!(chosen["compared"]["figures"]["gross"].is_i64());
        assert_eq!(overview["months"].as_array().map(Vec::len), Some(3));
        let before = house.get("/v1/insight/overview?from=2025-06&to=2025-08&compare=year");
        assert_eq!(before["chosen"]["compared"]["figures"], Value::Null);
        let retention = house.get("/v1/insight/retention?from=2025-03&to=2025-05");
        let chosen = &retention["chosen"];
        let people = held(&house, &chosen["predicate"]);
        assert_eq!(chosen["second_order"]["people"], people);
        let rows = retention["cohorts"].as_array().expect("rows");
        let sizes = rows.iter().filter_map(|row| row["size"].as_u64());
        assert_eq!(sizes.sum::<u64>(), people);
        for path in [
            "/v1/insight/overview?from=soon",
            "/v1/insight/overview?from=2025-03&compare=after",
            "/v1/insight/overview?from=2025-08&to=2025-03",
            "/v1/insight/overview?from=2025-03&from=2025-04",
            "/v1/insight/retention?to=1990-01",
        ] {
            let answer = house.api("GET", path, &Value::Null);
            assert_eq!(answer.status, 400, "{path}: {}", answer.text);
            assert_eq!(answer.json()["error"]["code"], "unreadable", "{path}");
        }
    });
}

/// How many customers there are for whom a predicate holds.
fn held(house: &House, predicate: &Value) -> u64 {
    let predicate = predicate.as_str().expect("a predicate");
    let app = house.fixture.app();
    let question = app.question(predicate).expect("it can be asked");
    let population = app.population().ready().expect("it was followed");
    population.count(&question.test) as u64
}

#[test]
fn every_figure_of_retention_and_value_is_a_door() {
    both(|engine| {
        let house = House::seeded(engine);
        let app = house.fixture.app();
        assert!(app.publish_thresholds().expect("limits are published"));
        let check = |row: &Value, size: &str| {
            assert_eq!(row[size], held(&house, &row["predicate"]), "{row}");
        };
        let retention = house.get("/v1/insight/retention");
        check(&retention["in_window"], "customers");
        check(&retention["about_to_cross"], "customers");
        let mut once = 0;
        for row in retention["waiting"].as_array().expect("rows") {
            check(row, "customers");
            once += row["customers"].as_u64().expect("a count");
        }
        assert_eq!(once, held(&house, &json!("order_days == 1")));
        let mut buyers = 0;
        for row in retention["cohorts"].as_array().expect("rows") {
            check(row, "size");
            buyers += row["size"].as_u64().expect("a count");
        }
        assert_eq!(retention["buyers"], buyers);
        for row in retention["contents"].as_array().expect("rows") {
            check(row, "visitors");
        }
        let value = house.get("/v1/insight/value");
        for cell in value["grid"]["cells"].as_array().expect("cells") {
            check(cell, "customers");
        }
        for top in value["concentration"]["tops"].as_array().expect("tops") {
            if top["predicate"].is_string() {
                check(top, "customers");
            }
        }
        let channels = house.get("/v1/insight/channels");
        assert_eq!(channels["buyers"], buyers);
        for (rows, size) in [
            ("groups", "customers"),
            ("overlaps", "customers"),
            ("first_orders", "buyers"),
        ] {
            for row in channels[rows].as_array().expect("rows") {
                check(row, size);
            }
        }
        assert_eq!(value["contrast"]["best"]["customers"], buyers.div_ceil(5));
        assert_eq!(value["currency_exponent"], 2);
    });
}

#[test]
fn while_customers_are_being_read_the_api_says_so() {
    let house = House::empty(store::Engine::Sqlite);
    for path in [
        "/v1/insight/retention",
        "/v1/insight/value",
        "/v1/insight/channels",
        "/v1/insight/experience",
    ] {
        let answer = house.api("GET", path, &Value::Null);
        assert_eq!(answer.status, 503, "{path}: {}", answer.text);
        assert_eq!(answer.json()["error"]["code"], "warming");
        assert_eq!(answer.header("retry-after"), "1");
    }
    house.fixture.settle();
    let retention = house.get("/v1/insight/retention");
    assert_eq!(
        (&retention["buyers"], &retention["second_order"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(house.get("/v1/insight/value")["grid"], Value::Null);
}

#[test]
fn lists_are_paged_searched_and_filtered() {
    both(|engine| {
        let house = House::seeded(engine);
        let (mut seen, mut path, mut pages) = (Vec::new(), "/v1/customers?limit=7".to_owned(), 0);
        let total = loop {
            let page = house.get(&path);
            for row in page["customers"].as_array().expect("rows") {
                seen.push((
                    row["net"].as_i64(),
                    row["customer"].as_str().map(str::to_owned),
                ));
            }
            pages += 1;
            match page["next"].as_str() {
                Some(next) => path = format!("/v1/customers?limit=7&cursor={}", encoded(next)),
                None => break page["total"].as_i64().expect("a total"),
            }
            assert!(pages < 100, "paging comes to an end");
        };
        assert_eq!(i64::try_from(seen.len()).expect("few"), total);
        let distinct: BTreeSet<_> = seen.iter().map(|(_, customer)| customer.clone()).collect();
        assert_eq!(distinct.len(), seen.len(), "nobody comes twice");
        assert!(
            seen.is_sorted_by(|a, b| a.0 >= b.0),
            "the highest net stands first"
        );
        let repeat = house.get("/v1/customers?where=orders%20%3E%3D%202&sort=orders");
        let overview = house.get("/v1/insight/overview");
        assert_eq!(
            repeat["total"], overview["repeat"]["repeat_buyers"],
            "the figure is a door"
        );
        let none = house.get("/v1/customers?query=nobody-is-called-that");
        assert_eq!((&none["total"], &none["next"]), (&json!(0), &Value::Null));
    });
}

#[test]
fn a_customer_is_found_by_id_and_by_each_name() {
    both(|engine| {
        let house = House::seeded(engine);
        for row in house.customers().iter().take(5) {
            let customer = house.get(&format!("/v1/customers/{}", row.customer));
            assert_eq!(customer["customer"], row.customer.as_str());
            assert_eq!(customer["metrics"]["net"], row.net);
            for identity in customer["identities"].as_array().expect("names") {
                let namespace = identity["namespace"].as_str().expect("a word");
                let value = encoded(identity["value"].as_str().expect("a value"));
                let same = house.get(&format!("/v1/customers/{namespace}:{value}"));
                assert_eq!(same["customer"], customer["customer"], "{namespace}");
            }
        }
        for (path, status, code) in [
            ("/v1/customers/user_id:nobody", 404, "no_customer"),
            (
                "/v1/customers/cus_00000000000000000000000000000000",
                404,
                "no_customer",
            ),
            ("/v1/customers/cus_zz", 400, "invalid"),
            ("/v1/customers/shoe:42", 400, "invalid"),
            ("/v1/customers?sort=height", 400, "unreadable"),
            ("/v1/customers?limit=many", 400, "unreadable"),
            ("/v1/customers?cursor=1~2", 400, "unreadable"),
            ("/v1/customers?where=orders%20%3E", 400, "predicate"),
            ("/v1/events", 400, "unreadable"),
            ("/v1/nothing", 404, "not_found"),
            ("/v1/merges", 405, "wrong_method"),
        ] {
            let answer = house.api("GET", path, &Value::Null);
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            assert_eq!(answer.json()["error"]["code"], code, "{path}");
        }
    });
}

#[test]
fn events_are_paged_to_their_end() {
    both(|engine| {
        let house = House::seeded(engine);
        let best = &house.customers()[0].customer;
        let customer = house.get(&format!("/v1/customers/{best}"));
        let facts: u64 = customer["streams"]
            .as_array()
            .expect("streams")
            .iter()
            .filter_map(|stream| stream["facts"].as_u64())
            .sum();
        let (mut ids, mut messages, mut cursor) = (BTreeSet::new(), 0, String::new());
        loop {
            let path = format!(
                "/v1/events?customer={best}&limit=3&cursor={}",
                encoded(&cursor)
            );
            let page = house.get(&path);
            for event in page["events"].as_array().expect("events") {
                assert!(
                    event["at"].as_str().expect("a time").ends_with('Z'),
                    "{event}"
                );
                assert!(event["name"].is_string(), "{event}");
                messages += u64::from(event["message_id"].is_string());
                assert!(ids.insert(event["id"].as_str().expect("an id").to_owned()));
            }
            match page["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(ids.len() as u64, facts);
        assert!(
            messages > 0,
            "events carry the id under which they were sent"
        );
        let wrong = format!("/v1/events?customer={best}&cursor=wrong");
        assert_eq!(house.api("GET", &wrong, &Value::Null).status, 400);
    });
}

#[test]
fn an_adjustment_has_one_effect() {
    both(|engine| {
        let house = House::seeded(engine);
        let customer = house.customers()[0].customer.clone();
        let path = format!("/v1/customers/{customer}/adjustments");
        let give = |request_id: &str, amount: i64| {
            let body = json!({
                "request_id": request_id, "unit": "POINT:club", "amount": amount, "memo": "sorry",
            });
            house.api("POST", &path, &body)
        };
        let first = give("a", 100).json();
        assert_eq!(
            (&first["spendable"], &first["repeated"]),
            (&json!(100), &json!(false))
        );
        let again = give("a", 100).json();
        assert_eq!(
            (&again["posting"], &again["repeated"]),
            (&first["posting"], &json!(true))
        );
        let conflict = give("a", 200);
        assert_eq!(
            (conflict.status, &conflict.json()["error"]["field"]),
            (409, &json!("amount"))
        );
        for (request_id, amount) in [("b", -1_000), ("c", 0)] {
            let refused = give(request_id, amount);
            assert_eq!(refused.status, 422, "{}", refused.text);
            assert_eq!(refused.json()["error"]["code"], "refused");
        }
        let expired = json!({
            "request_id": "d", "unit": "POINT:club", "amount": 1, "memo": "late",
            "expires_at": "1999-01-01",
        });
        assert_eq!(house.api("POST", &path, &expired).status, 422);
        let unknown = json!({"request_id": "e", "unit": "POINT:club", "amount": 1, "reason": "x"});
        assert_eq!(
            house.api("POST", &path, &unknown).status,
            400,
            "unknown fields are told"
        );
        let wallet = house.get(&format!("/v1/customers/{customer}"))["wallet"].clone();
        assert_eq!(
            wallet[0],
            json!({"unit": "POINT:club", "balance": 100, "spendable": 100})
        );
    });
}

#[test]
fn a_merge_is_undone_once() {
    both(|engine| {
        let house = House::seeded(engine);
        let customers = house.customers();
        let (into, from) = (&customers[0].customer, &customers[1].customer);
        let before = house.get(&format!("/v1/customers/{into}"));
        let made = house
            .api("POST", "/v1/merges", &json!({"into": into, "from": from}))
            .json();
        let merged = house.get(&format!("/v1/customers/{from}"));
        assert_eq!(
            merged["customer"],
            into.as_str(),
            "the other id leads to the one who stays"
        );
        assert_eq!(
            merged["metrics"]["net"],
            customers[0].net + customers[1].net
        );
        let same = house.api("POST", "/v1/merges", &json!({"into": into, "from": from}));
        assert_eq!(
            (same.status, &same.json()["error"]["code"]),
            (409, &json!("same_customer"))
        );
        let path = format!("/v1/merges/{}", made["merge"].as_str().expect("an id"));
        assert_eq!(
            house.api("DELETE", &path, &Value::Null).json()["undone"],
            true
        );
        let after = house.get(&format!("/v1/customers/{into}"));
        assert_eq!(after["metrics"], before["metrics"]);
        let again = house.api("DELETE", &path, &Value::Null);
        assert_eq!(
            (again.status, &again.json()["error"]["code"]),
            (409, &json!("already_undone"))
        );
    });
}

#[test]
fn a_person_is_exported_and_erased() {
    both(|engine| {
        let house = House::seeded(engine);
        house.fixture.leave_broken();
        let customer = house.customers()[0].customer.clone();
        let path = format!("/v1/customers/{customer}");
        let export = house.api("GET", &format!("{path}/export"), &Value::Null);
        assert!(
            export
                .header("content-disposition")
                .starts_with("attachment")
        );
        assert_eq!(export.json()["customer"], customer.as_str());
        assert!(!export.json()["facts"].as_array().expect("facts").is_empty());
        let erased = house.api("POST", &format!("{path}/erase"), &Value::Null);
        assert_eq!(erased.status, 200, "{}", erased.text);
        assert!(erased.json()["identities"].as_u64().expect("a count") > 0);
        assert_eq!(house.api("GET", &path, &Value::Null).status, 404);
        assert_eq!(
            house
                .api("POST", &format!("{path}/erase"), &Value::Null)
                .status,
            404
        );
    });
}

#[test]
fn hostile_requests_are_refused_with_a_reason() {
    let house = House::empty(store::Engine::Sqlite);
    let bearer = format!("Bearer {}", house.secret_key);
    let key = ("Authorization", bearer.as_str());
    let host = house.send("GET", "/v1/customers", &[("Host", "shop.example"), key], "");
    assert_eq!(
        (host.status, &host.json()["error"]["code"]),
        (421, &json!("wrong_host"))
    );
    let json = ("Content-Type", "application/json");
    let huge = format!("{{\"into\":\"{}\"}}", "a".repeat(2 << 20));
    let answer = house.send("POST", "/v1/merges", &[key, json], &huge);
    assert_eq!(answer.status, 413);
    for body in ["", "{", "[]", "{\"into\":1,\"from\":2}", "{\"into\":\"x\"}"] {
        let answer = house.send("POST", "/v1/merges", &[key, json], body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert_eq!(answer.json()["error"]["code"], "unreadable", "{body}");
    }
    for scheme in [
        "Basic abc",
        "Bearer",
        "Bearer  ",
        &format!("Bearer {}", "x".repeat(5_000)),
    ] {
        let answer = house.send("GET", "/v1/customers", &[("Authorization", scheme)], "");
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(house.send("GET", "/healthz", &[], "").text, "ok\n");
}
