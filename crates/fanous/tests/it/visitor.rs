//! Somebody whom nobody knows comes with a campaign, looks around in the small shop, agrees to be
//! known, signs in and buys: what the shop sees of it afterwards.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store::Engine;
use testkit::engines::both;

use crate::driver::Browser;
use crate::house::{House, with_browser};
use crate::recorder::Recorder;

/// A browser that has told nothing for so long tells nothing more.
const PATIENCE: Duration = Duration::from_secs(60);

/// The twin of the page, once it is what was waited for.
fn figures(house: &House, what: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = house.get("/v1/insight/visits");
        if is_there(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what} never came: {answer:#}");
    }
}

/// The row of a name.
fn row<'a>(answer: &'a Value, dimension: &str, name: &str) -> &'a Value {
    let dimensions = answer["dimensions"].as_array().expect("dimensions");
    let mut named = dimensions.iter().filter(|it| it["dimension"] == dimension);
    let rows = named.next().and_then(|it| it["rows"].as_array());
    let mut rows = rows.into_iter().flatten();
    rows.find(|it| it["name"] == name).unwrap_or(&Value::Null)
}

async fn look_around(browser: &Browser, shop: &Recorder, house: &House) {
    let campaign = "?utm_source=letter&utm_medium=email&utm_campaign=autumn";
    browser.go(&format!("{}/{campaign}", shop.shop)).await;
    browser.find("#products a").await;
    // Before they agree they are counted, and nobody is known.
    browser.go(&format!("{}/{campaign}", shop.shop)).await;
    browser.click("#agree").await;
    browser.click("#products a").await;
    browser.click("#add").await;
    browser.see("#added", "in the basket").await;
    browser.write("#member", "member-7").await;
    browser.click("#sign-in button").await;
    browser.click("nav a[href='basket.html']").await;
    browser.find("#total").await;
    browser.go(&format!("{}/empty.html", shop.shop)).await;
    figures(house, "the visit", |it| {
        it["figures"]["new"] == 1 && it["figures"]["visit_views"].as_i64() >= Some(2)
    });
}

#[test]
fn a_visitor_with_a_campaign_becomes_a_buyer_whom_every_page_shows() {
    let house = House::empty(Engine::Sqlite);
    let shop = Recorder::beside(&house.url, &house.write_key);
    with_browser(&house, async |browser| {
        look_around(&browser, &shop, &house).await;
        let order = json!({
            "userId": "member-7", "event": "Order Completed", "messageId": "order-1001",
            "properties": {
                "order_id": "1001", "total": "42.00", "currency": "EUR",
                "products": [{"product_id": "brass", "price": 42, "quantity": 1}],
            },
        });
        let told = house.api("POST", "/v1/track", &order);
        assert_eq!(told.status, 200, "{}", told.text);
        let answer = figures(&house, "the order", |it| it["figures"]["first_orders"] == 1);
        assert_eq!(answer["figures"]["value"], 4_200, "{answer:#}");
        for (dimension, name) in [
            ("class", "mail"),
            ("source", "letter"),
            ("campaign", "autumn · letter/email"),
            ("device", "computer"),
        ] {
            let row = row(&answer, dimension, name);
            assert_eq!(row["first_orders"], 1, "{dimension} {name} in {answer:#}");
        }
        house.fixture.settle();
        let customer = house.customers()[0].customer.clone();
        for (page, said) in [
            ("/visits/campaigns".to_owned(), "autumn · letter/email"),
            ("/visits".to_owned(), "letter"),
            (format!("/customers/{customer}"), "letter/email"),
        ] {
            let shown = house.page(&page);
            assert_eq!(shown.status, 200, "{page}");
            assert!(shown.text.contains(said), "“{said}” is not on {page}");
        }
        let cohorts = house.get("/v1/insight/retention");
        assert_eq!(cohorts["cohorts"][0]["size"], 1, "{cohorts:#}");
    });
}

/// A page that somebody looks at, as a browser tells it.
fn page(id: &str, minute: u32, url: &str, referrer: &str) -> Value {
    json!({
        "messageId": id, "anonymousId": "a-1", "name": "Guide",
        "timestamp": format!("2025-01-01T00:{minute:02}:00.000Z"),
        "sentAt": "2025-01-01T00:59:00.000Z",
        "context": {"page": {"url": url, "referrer": referrer}},
    })
}

#[test]
fn looks_at_pages_are_told_shown_and_handed_out() {
    both(|engine| {
        let house = House::empty(engine);
        let tell = |told: &Value| {
            let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1";
            let headers = [
                ("X-Write-Key", house.write_key.as_str()),
                ("User-Agent", agent),
            ];
            let answer = house.send("POST", "/v1/p?verbose=1", &headers, &told.to_string());
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json()
        };
        let bing = "https://www.bing.com/search?q=brass+lamp";
        tell(&page("p-1", 0, "https://shop.example/lamps", bing));
        tell(&page(
            "p-2",
            3,
            "https://shop.example/lamps/brass",
            "https://shop.example/lamps",
        ));
        let mut refused = page("p-3", 4, "https://shop.example/?utm_source=letter", "");
        refused["context"]["consent"] = json!({"categoryPreferences": {"analytics": false}});
        tell(&refused);
        let answer = house.get("/v1/insight/visits");
        let figures = &answer["figures"];
        assert_eq!(
            (&figures["visits"], &figures["new"], &figures["page_views"]),
            (&json!(2), &json!(1), &json!(3)),
            "{answer:#}"
        );
        assert_eq!(figures["seconds"], 180);
        for (dimension, name) in [
            ("class", "search"),
            ("source", "bing"),
            ("words", "brass lamp"),
            ("landing", "/lamps"),
            ("exit", "/lamps/brass"),
            ("device", "phone"),
            ("source", "letter"),
        ] {
            assert_eq!(
                row(&answer, dimension, name)["visits"],
                1,
                "{dimension} {name}"
            );
        }
        let table = house.page("/visits?export=source.csv");
        assert_eq!(table.status, 200);
        let lines: Vec<&str> = table.text.lines().collect();
        assert!(lines[1].starts_with("bing,1,1,0,0,0,"), "{}", table.text);
        for part in [
            "words",
            "pages",
            "content",
            "places",
            "devices",
            "hours",
            "campaigns",
        ] {
            assert_eq!(house.page(&format!("/visits/{part}")).status, 200, "{part}");
        }
        assert_eq!(house.page("/visits/nothing").status, 404);
        let wrong = house.api("GET", "/v1/insight/visits?from=soon", &Value::Null);
        assert_eq!(wrong.status, 400);
        let bot = [
            ("X-Write-Key", house.write_key.as_str()),
            ("User-Agent", "Googlebot/2.1"),
        ];
        let told = page("p-4", 5, "https://shop.example/", "").to_string();
        let answer = house.send(
            "POST",
            "/v1/batch?verbose=1",
            &bot,
            &format!(
                "{{\"batch\":[{}]}}",
                told.replacen('{', "{\"type\":\"page\",", 1)
            ),
        );
        assert_eq!(
            answer.json()["rejected"][0]["code"],
            "bot",
            "{}",
            answer.text
        );
    });
}
