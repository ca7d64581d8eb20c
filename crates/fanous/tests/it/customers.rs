//! The Customers page: a question as a form, as text and as an address; what it lists; segments.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::Engine;
use testkit::engines::both;

use crate::house::{Answer, House, encoded};

/// The text of a page, as it reads.
fn unescaped(page: &Answer) -> String {
    let plain = page.text.replace("<bdi>", "").replace("</bdi>", "");
    plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace(['\u{2068}', '\u{2069}'], "")
}

/// The address of a question.
fn asking(predicate: &str) -> String {
    format!("/customers?where={}", encoded(predicate))
}

/// The address that the form leads to with these fields.
fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    format!("/customers/ask?{}", pairs.join("&"))
}

/// How many customers a question means.
fn count(house: &House, predicate: &str) -> i64 {
    let page = house.get(&format!("/v1{}", asking(predicate)));
    page["total"].as_i64().expect("a total")
}

#[test]
fn a_form_leads_to_the_address_of_its_question() {
    let house = House::seeded(Engine::Sqlite);
    let check = |fields: &[(&str, &str)], predicate: &str| {
        let answer = house.page(&form(fields));
        assert_eq!(answer.status, 303, "{fields:?}: {}", answer.text);
        let address = answer.header("location").to_owned();
        assert_eq!(address, asking(predicate), "{fields:?}");
        let page = house.page(&address);
        assert_eq!(page.status, 200);
        // The form shows again what was asked, so that sending it leads to the same address.
        for (name, value) in fields.iter().filter(|(name, _)| name.starts_with('v')) {
            let shown = unescaped(&page);
            let is_shown = shown.contains(&format!("value=\"{value}\""));
            assert!(is_shown, "{name} = {value} on {address}");
        }
    };
    check(
        &[("a0", "orders"), ("o0", "greater_or_equal"), ("v0", "2")],
        "orders >= 2",
    );
    check(
        &[
            ("a0", "days_since(last_order)"),
            ("o0", "greater"),
            ("v0", "60"),
            ("a1", "return_share"),
            ("o1", "less"),
            ("v1", "12.5"),
            ("a2", ""),
        ],
        "days_since(last_order) > 60 && return_share < 0.125",
    );
    check(
        &[
            ("join", "any"),
            ("a0", "standing"),
            ("o0", "one_of"),
            ("v0", "lapsed"),
            ("v0", "won_back"),
            ("a1", "country"),
            ("o1", "not_one_of"),
            ("v1", "France, \"Korea, Republic of\""),
        ],
        "standing in [\"lapsed\", \"won_back\"] || \
         !(country in [\"France\", \"Korea, Republic of\"])",
    );
    check(
        &[("a0", "last_order"), ("o0", "less"), ("v0", "2025-03-01")],
        "last_order < date(\"2025-03-01\")",
    );
    check(&[("a0", "won_back"), ("o0", "is_not")], "!won_back");
    let nothing = house.page(&form(&[("a0", ""), ("query", ""), ("do", "apply")]));
    assert_eq!(nothing.header("location"), "/customers");
    let sorted = house.page(&form(&[
        ("a0", "won_back"),
        ("sort", "orders"),
        ("query", "a b"),
    ]));
    assert_eq!(
        sorted.header("location"),
        "/customers?where=won_back&query=a%20b&sort=orders"
    );
}

#[test]
fn what_is_wrong_is_said_at_its_row_and_what_was_typed_is_kept() {
    let house = House::seeded(Engine::Sqlite);
    let page = house.page(&form(&[
        ("a0", "orders"),
        ("o0", "less"),
        ("v0", "many"),
        ("a1", "country"),
        ("o1", "equal"),
        ("v1", ""),
        ("a2", "height"),
        ("a3", "net"),
        ("o3", "greater"),
        ("v3", "1.234"),
    ]));
    assert_eq!(page.status, 400);
    let text = unescaped(&page);
    assert!(
        text.contains("This question cannot be asked yet."),
        "{text}"
    );
    assert!(text.contains("value=\"many\""), "what was typed is kept");
    assert!(
        text.contains("“many” is not a plain decimal number"),
        "{text}"
    );
    assert!(text.contains("A value is missing."));
    assert!(text.contains("There is nothing of this name to ask about."));
    assert_eq!(text.matches("class=\"fault\" id=\"f").count(), 4, "{text}");
    // An unfinished row is no mistake while rows come and go.
    let rows = [
        ("a0", "orders"),
        ("v0", ""),
        ("a1", "won_back"),
        ("o1", "is"),
    ];
    for (step, count) in [("add", 3), ("keep", 2), ("remove-0", 1)] {
        let mut fields = rows.to_vec();
        fields.push(("do", step));
        let page = house.page(&form(&fields));
        assert_eq!(page.status, 200, "{step}");
        assert_eq!(
            page.text.matches("<li class=\"rule").count(),
            count,
            "{step}"
        );
        assert!(!page.text.contains("class=\"fault\" id=\"f"), "{step}");
    }
}

#[test]
fn a_question_is_shown_as_text_where_rows_are_too_plain() {
    let house = House::seeded(Engine::Sqlite);
    let rich = "(orders == 1 || net < 50) && !won_back";
    let page = house.page(&asking(rich));
    assert_eq!(page.status, 200);
    let text = unescaped(&page);
    assert!(text.contains("richer than rows can show"), "{text}");
    assert!(text.contains(rich), "{text}");
    let said = "(orders exactly 1 or net sales less than EUR 50) and not won back";
    assert!(text.contains(said), "{text}");
    // Plain ones change from rows to text and back.
    let as_text = house.page(&form(&[("a0", "won_back"), ("do", "text")]));
    assert_eq!(
        as_text.header("location"),
        "/customers?where=won_back&as=text"
    );
    assert!(
        house
            .page(as_text.header("location"))
            .text
            .contains("<textarea")
    );
    let as_form = house.page(&form(&[("text", "won_back"), ("do", "form")]));
    assert_eq!(as_form.header("location"), "/customers?where=won_back");
    assert!(
        !house
            .page(as_form.header("location"))
            .text
            .contains("<textarea")
    );
    let applied = house.page(&form(&[("text", " orders>=2 "), ("do", "apply")]));
    assert_eq!(
        applied.header("location"),
        format!("{}&as=text", asking("orders >= 2"))
    );
}

#[test]
fn the_place_of_a_mistake_is_marked_in_the_text() {
    let house = House::seeded(Engine::Sqlite);
    for address in [
        asking("orders >= 2 && heigth > 3"),
        form(&[("text", "orders >= 2 && heigth > 3")]),
    ] {
        let page = house.page(&address);
        assert_eq!(page.status, 400, "{address}");
        let text = unescaped(&page);
        assert!(
            text.contains("orders >= 2 && <mark>h</mark>eigth > 3"),
            "{text}"
        );
        assert!(text.contains("At sign 16: "), "{text}");
        assert!(
            !text.contains("table class=\"customers\""),
            "nobody is listed"
        );
    }
}

#[test]
fn counting_while_typing_says_what_the_list_says() {
    both(|engine| {
        let house = House::seeded(engine);
        let counted = |fields: &str| house.page(&format!("/customers/count?{fields}")).json();
        let again = counted("a0=orders&o0=greater_or_equal&v0=2");
        assert_eq!(again["count"], count(&house, "orders >= 2"));
        assert_eq!(again["of"], count(&house, ""));
        assert_eq!(again["predicate"], "orders >= 2");
        assert_eq!(again["explanation"], "orders at least 2");
        assert_eq!(again["error"], Value::Null);
        let text = counted(&format!("where={}", encoded("orders >= 2")));
        assert_eq!(text, again);
        // What is not finished is left out.
        let open = counted("a0=orders&o0=greater_or_equal&v0=2&a1=net&v1=");
        assert_eq!(open["count"], again["count"]);
        let wrong = counted("a0=orders&v0=2&a1=net&v1=much");
        assert_eq!(
            (&wrong["count"], &wrong["error"]["row"]),
            (&Value::Null, &json!(1))
        );
        let wrong = counted(&format!("text={}", encoded("orders >= two")));
        assert_eq!(wrong["error"]["column"], 11);
        assert!(wrong["said"].as_str().expect("a sentence").contains("two"));
    });
}

#[test]
fn segments_are_saved_asked_and_removed_by_forms() {
    let house = House::seeded(Engine::Sqlite);
    let save = |name: &str, predicate: &str, replace: &str| {
        let fields = [("where", predicate), ("name", name), ("replace", replace)];
        let answer = house.form("/customers/segments", &fields);
        assert_eq!(answer.status, 303, "{}", answer.text);
        house.page(answer.header("location"))
    };
    let saved = save("regulars <3", "orders >= 2", "");
    assert!(unescaped(&saved).contains("The segment is saved."));
    let page = house.page("/customers");
    let text = unescaped(&page);
    assert!(text.contains("regulars <3"), "{text}");
    let door = asking("segment(\"regulars <3\")");
    assert!(page.text.contains(&format!("href=\"{door}\"")), "{text}");
    assert_eq!(
        count(&house, "segment(\"regulars <3\")"),
        count(&house, "orders >= 2")
    );
    assert!(unescaped(&house.page(&door)).contains("in the segment “regulars <3”"));
    // Another question under the same name is asked about.
    let taken = save("regulars <3", "orders >= 3", "");
    assert!(unescaped(&taken).contains("A segment of this name asks something else."));
    assert!(taken.text.contains("name=\"replace\""), "{}", taken.text);
    assert_eq!(
        count(&house, "segment(\"regulars <3\")"),
        count(&house, "orders >= 2")
    );
    let replaced = save("regulars <3", "orders >= 3", "yes");
    assert!(unescaped(&replaced).contains("The segment is saved."));
    assert_eq!(
        count(&house, "segment(\"regulars <3\")"),
        count(&house, "orders >= 3")
    );
    let itself = save("regulars <3", "segment(\"regulars <3\")", "yes");
    assert!(unescaped(&itself).contains("it would ask for itself"));
    let nameless = save(" ", "orders >= 3", "");
    assert!(unescaped(&nameless).contains("A segment needs a name"));
    let answer = house.form("/customers/segments/remove", &[("name", "regulars <3")]);
    let page = house.page(answer.header("location"));
    assert!(unescaped(&page).contains("The segment is removed."));
    assert!(!unescaped(&page).contains("regulars <3"));
    let gone = house.page(&door);
    assert_eq!(gone.status, 400);
    // Only our own pages may do so.
    let foreign = [("Origin", "http://evil.example")];
    let answer = house.send("POST", "/customers/segments", &foreign, "where=true&name=a");
    assert_eq!(answer.status, 403);
}

#[test]
fn every_door_of_the_overview_lists_as_many_as_its_figure_says() {
    both(|engine| {
        let house = House::seeded(engine);
        let overview = house.get("/v1/insight/overview");
        let page = house.page("/");
        let doors: BTreeSet<String> = page
            .text
            .split("href=\"")
            .filter_map(|part| part.split('"').next())
            .filter(|address| address.starts_with("/customers?where="))
            .map(|address| address.replace("&amp;", "&"))
            .collect();
        let total = |address: &str| {
            house.get(&format!("/v1{address}"))["total"]
                .as_i64()
                .expect("a total")
        };
        let again = asking("orders >= 2");
        assert!(doors.contains(&again), "{doors:?}");
        assert_eq!(overview["repeat"]["repeat_buyers"], total(&again));
        let months = overview["months"].as_array().expect("months");
        let (mut first, mut away) = (Vec::new(), Vec::new());
        for door in &doors {
            let counts = match door {
                door if door.contains("where=first_order%20") => &mut first,
                door if door.contains("where=last_order%20") => &mut away,
                _ => continue,
            };
            counts.push(total(door));
        }
        let figure = |name: &str| -> Vec<i64> {
            let figures = months.iter().filter_map(|month| month[name].as_i64());
            figures.collect()
        };
        assert_eq!(first, figure("new"), "doors are in order of the months");
        let away_told: Vec<i64> = figure("still_away")
            .into_iter()
            .filter(|it| *it > 0)
            .collect();
        assert_eq!(away, away_told);
        for month in months {
            assert!(
                month["still_away"].as_u64() <= month["lapsed"].as_u64(),
                "{month}"
            );
        }
        // Money: the customers behind the door bring the whole sum.
        for name in ["gross", "refunds", "net"] {
            let door = asking(&format!("{name} != 0"));
            assert!(doors.contains(&door), "{name}");
            let list = house.get(&format!("/v1{door}&limit=200"));
            let rows = list["customers"].as_array().expect("rows");
            let sum: i64 = rows.iter().filter_map(|row| row[name].as_i64()).sum();
            assert_eq!(overview["totals"][name], sum, "{name}");
        }
    });
}

#[test]
fn programs_ask_as_people_do() {
    both(|engine| {
        let house = House::seeded(engine);
        let ask = |body: &Value| {
            let answer = house.api("POST", "/v1/customers/query", body);
            assert_eq!(answer.status, 200, "{body}: {}", answer.text);
            answer.json()
        };
        let body = json!({"where": " orders>=2 ", "limit": 3, "sample": 4, "sort": "orders"});
        let first = ask(&body);
        assert_eq!(first["predicate"], "orders >= 2");
        assert_eq!(first["explanation"], "orders at least 2");
        assert_eq!(first["count"], count(&house, "orders >= 2"));
        assert_eq!(first["of"], count(&house, ""));
        assert_eq!(first["sample"].as_array().expect("a sample").len(), 4);
        assert_eq!(
            first["sample"],
            ask(&body)["sample"],
            "the same question, the same ones"
        );
        let (mut seen, mut cursor) = (BTreeSet::new(), Value::Null);
        loop {
            let page = ask(&json!({"where": "orders >= 2", "limit": 3, "cursor": cursor}));
            for row in page["customers"].as_array().expect("rows") {
                assert!(
                    seen.insert(row["customer"].to_string()),
                    "nobody comes twice"
                );
            }
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(first["count"], seen.len());
        for row in first["sample"].as_array().expect("a sample") {
            assert!(seen.contains(&row["customer"].to_string()), "{row}");
        }
        let everybody = ask(&json!({}));
        assert_eq!(
            (&everybody["count"], &everybody["sample"]),
            (&everybody["of"], &Value::Null)
        );
        let unknown = house.api("POST", "/v1/customers/query", &json!({"filter": "x"}));
        assert_eq!(unknown.status, 400);
    });
}

#[test]
fn the_catalogue_says_what_can_be_asked() {
    let house = House::seeded(Engine::Sqlite);
    let catalogue = house.get("/v1/attributes");
    let attributes = catalogue["attributes"].as_array().expect("rows");
    assert!(attributes.len() > 150);
    for row in attributes {
        let name = row["name"].as_str().expect("a name");
        assert!(
            row["operators"].as_array().is_some_and(|it| !it.is_empty()),
            "{name}"
        );
        let question = match row["kind"].as_str().expect("a kind") {
            "yes_no" => name.to_owned(),
            _ => format!("has({name}) || !has({name})"),
        };
        // Bands wait for their thresholds, and standing is always known.
        if row["kind"] != "band" && name != "standing" {
            count(&house, &question);
        }
    }
    let last = attributes
        .iter()
        .find(|row| row["name"] == "last_order")
        .expect("it is there");
    assert_eq!(
        (&last["kind"], &last["days_since"]),
        (&json!("day"), &json!(true))
    );
    assert_eq!(
        (&last["group"], &last["time"]),
        (&json!("time"), &json!("event_time"))
    );
    let standing = attributes
        .iter()
        .find(|row| row["name"] == "standing")
        .expect("it is there");
    assert_eq!(standing["values"][0], "prospect");
}

#[test]
fn segments_are_kept_by_the_api() {
    both(|engine| {
        let house = House::seeded(engine);
        let put = |name: &str, predicate: &str| {
            let body = json!({"where": predicate});
            house.api("PUT", &format!("/v1/segments/{}", encoded(name)), &body)
        };
        let kept = put("a/b ü", "orders>=2");
        assert_eq!(kept.status, 200, "{}", kept.text);
        assert_eq!(kept.json()["predicate"], "orders >= 2");
        assert_eq!(kept.json()["count"], count(&house, "orders >= 2"));
        assert_eq!(put("both", "segment(\"a/b ü\") && won_back").status, 200);
        let list = house.get("/v1/segments");
        let names: Vec<&str> = list["segments"]
            .as_array()
            .expect("rows")
            .iter()
            .filter_map(|row| row["name"].as_str())
            .collect();
        assert_eq!(names, ["a/b ü", "both"]);
        let cycle = put("a/b ü", "segment(\"both\")");
        assert_eq!(
            (cycle.status, &cycle.json()["error"]["code"]),
            (400, &json!("predicate"))
        );
        let path = format!("/v1/segments/{}", encoded("a/b ü"));
        assert_eq!(house.get(&path)["explanation"], "orders at least 2");
        assert_eq!(
            house.api("DELETE", &path, &Value::Null).json()["removed"],
            "a/b ü"
        );
        assert_eq!(house.api("DELETE", &path, &Value::Null).status, 404);
        assert_eq!(house.api("GET", &path, &Value::Null).status, 404);
        let broken = house.get("/v1/segments/both");
        assert_eq!(broken["count"], Value::Null, "it uses one that is gone");
        assert_eq!(put(&"n".repeat(101), "won_back").status, 400);
    });
}

/// The longest address with which a request still passes the door, beside its headers.
const ADDRESS_BYTES_MAX: usize = 32_000;

/// Questions that nobody should be able to hurt a shop with.
fn hostile() -> Vec<String> {
    let deep = format!("{}orders > 1{}", "(".repeat(3_000), ")".repeat(3_000));
    let negated = format!("{}won_back", "!".repeat(4_000));
    let long = vec!["orders > 1"; 1_000].join(" || ");
    let list = format!("orders in [{}]", vec!["1"; 2_000].join(", "));
    let word = format!("country == \"{}\"", "x".repeat(20_000));
    vec![
        deep,
        negated,
        long,
        list,
        word,
        "orders > 1e308".to_owned(),
        "orders > 99999999999999999999999999999999999999".to_owned(),
        "net > 0.0000000000000000000000000001".to_owned(),
        "orders == \"two\"".to_owned(),
        "country > 3".to_owned(),
        "last_order > 3".to_owned(),
        "orders > 1\u{0}".to_owned(),
        "country == \"\u{0}\"".to_owned(),
        "orders > 1; DROP TABLE facts".to_owned(),
        "recency_band == 5".to_owned(),
        "segment(\"a\")".to_owned(),
        "has(has(orders))".to_owned(),
        "date(\"2011-13-45\") < last_order".to_owned(),
        "\u{202e}orders > 1".to_owned(),
    ]
}

#[test]
fn hostile_questions_are_refused_with_their_place() {
    both(|engine| {
        let house = House::seeded(engine);
        // A circle of segments cannot be made; what would close it is refused.
        for (name, asks) in [("a", "orders > 1"), ("b", "segment(\"a\")")] {
            let answer = house.api(
                "PUT",
                &format!("/v1/segments/{name}"),
                &json!({"where": asks}),
            );
            assert_eq!(answer.status, 200);
        }
        let answer = house.api("PUT", "/v1/segments/a", &json!({"where": "segment(\"b\")"}));
        assert_eq!(answer.status, 400);
        house.api("DELETE", "/v1/segments/a", &Value::Null);
        for question in hostile() {
            let shown: String = question.chars().take(40).collect();
            let answer = house.api("POST", "/v1/customers/query", &json!({"where": question}));
            assert_eq!(answer.status, 400, "{shown}: {}", answer.text);
            let error = &answer.json()["error"];
            assert_eq!(error["code"], "predicate", "{shown}");
            assert!(error["column"].as_u64().expect("a place") >= 1, "{shown}");
            assert!(answer.text.len() < 2_000, "{shown}: {}", answer.text);
            let path = format!("/customers/count?text={}", encoded(&question));
            if path.len() > ADDRESS_BYTES_MAX {
                assert_eq!(house.page(&path).status, 431, "{shown}");
                continue;
            }
            let counted = house.page(&path);
            assert_eq!(counted.status, 200, "{shown}");
            assert_eq!(counted.json()["count"], Value::Null, "{shown}");
            assert_eq!(house.page(&asking(&question)).status, 400, "{shown}");
        }
    });
}

#[test]
fn a_form_of_nonsense_is_bounded() {
    let house = House::seeded(Engine::Sqlite);
    let many: Vec<String> = (0..1_300)
        .map(|row| format!("a{row}=orders&v{row}=1"))
        .collect();
    let page = house.page(&format!("/customers/count?{}", many.join("&")));
    assert_eq!(
        page.status, 200,
        "fifty rows are read and the rest is left out"
    );
    assert_eq!(page.json()["error"], Value::Null);
    let values = vec!["v0=lapsed"; 2_500].join("&");
    let page = house.page(&format!("/customers/ask?a0=standing&o0=one_of&{values}"));
    assert_eq!(page.status, 400, "a list has its most values");
}
