//! The tracker in a real browser, on the pages of the small shop and on empty ones.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};
use store::Engine;

use crate::driver::Browser;
use crate::house::{House, with_browser};
use crate::recorder::{Heard, Recorder, Reply, name_of};

/// What the tracker may weigh on the wire.
const PACKED_BYTES_MAX: usize = 3 * 1024;

/// Everything that the tracker keeps on the device, by name.
const KEPT: &str = "Object.fromEntries(Object.entries(localStorage)
    .filter(([name]) => name.startsWith('fanous')))";

/// A shop with a collector beside it, visited in a browser.
struct Visit {
    browser: Browser,
    recorder: Recorder,
    /// The address of the tracker.
    script: String,
}

impl Visit {
    /// A page of the shop.
    async fn go(&self, page: &str) {
        self.browser
            .go(&format!("{}/{page}", self.recorder.shop))
            .await;
    }

    /// Runs statements in the page.
    async fn run(&self, script: &str) {
        let ran = self.browser.tab.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}"));
    }

    async fn kept(&self) -> Value {
        self.browser.value(KEPT).await
    }

    /// Puts the tracker into a page, with these attributes beside its host.
    async fn load(&self, attributes: &Value) {
        let (script, host) = (&self.script, &self.recorder.collector);
        let done = "arguments[arguments.length - 1]";
        let script = format!(
            "const tag = document.createElement('script');
             Object.assign(tag.dataset, {{ host: '{host}' }}, {attributes});
             tag.onload = {done};
             tag.src = '{script}';
             document.head.append(tag);"
        );
        let loaded = self.browser.tab.execute_async(script, Vec::new()).await;
        loaded.expect("the tracker loads");
    }

    /// An empty page with the tracker in it, under consent or without.
    async fn begin(&self, consent: &str) {
        self.go("empty.html").await;
        let attributes = json!({"key": "write_1", "consent": consent});
        self.load(&attributes).await;
    }
}

fn visit<F: Future<Output = ()>>(test: impl FnOnce(Visit) -> F) {
    let house = House::empty(Engine::Sqlite);
    let recorder = Recorder::open(&house.url, &house.write_key);
    let script = format!("{}/fanous.js", house.url);
    with_browser(&house, async |browser| {
        let visit = Visit {
            browser,
            recorder,
            script,
        };
        test(visit).await;
    });
}

/// The messages of this name.
fn named<'m>(messages: &'m [Value], name: &str) -> Vec<&'m Value> {
    let named = messages.iter().filter(|message| name_of(message) == name);
    named.collect()
}

/// What all the requests say, in order: names by request.
fn names(heard: &[Heard]) -> Vec<Vec<&str>> {
    let names = |one| Heard::messages(one).iter().map(name_of).collect();
    heard.iter().map(names).collect()
}

fn ids(heard: &Heard) -> Vec<&Value> {
    let messages = heard.messages().iter();
    messages.map(|message| &message["messageId"]).collect()
}

#[test]
fn the_file_is_small_and_may_stand_in_any_page() {
    let house = House::empty(Engine::Sqlite);
    let file = house.send("GET", "/fanous.js", &[], "");
    assert_eq!(file.status, 200);
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=3600, must-revalidate"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(file.header(name), value, "{name}");
    }
    // The level at which the server packs.
    let level = flate2::Compression::default();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), level);
    packer
        .write_all(file.text.as_bytes())
        .expect("it is packed");
    let packed = packer.finish().expect("it is packed").len();
    assert!(packed <= PACKED_BYTES_MAX, "{packed} bytes");
    let known = [("If-None-Match", file.header("etag"))];
    let again = house.send("GET", "/fanous.js", &known, "");
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(again.header("etag"), file.header("etag"));
    // It alone: no other file of ours stands in somebody else's page.
    for path in ["/assets/nothing", "/login", "/v1/openapi.json"] {
        let other = house.send("GET", path, &[], "");
        let policy = other.header("cross-origin-resource-policy");
        assert_eq!(policy, "same-origin", "{path}");
        assert_eq!(other.header("access-control-allow-origin"), "", "{path}");
    }
}

#[test]
fn nothing_lies_on_a_device_and_nobody_is_named_before_consent() {
    visit(async |visit| {
        let (browser, recorder) = (&visit.browser, &visit.recorder);
        visit.go("?utm_source=letter&utm_campaign=autumn").await;
        browser.write("#member", "member-7").await;
        browser.click("#sign-in button").await;
        let messages = recorder.messages(&["page", "Product List Viewed"]);
        for message in &messages {
            for name in ["anonymousId", "userId"] {
                assert_eq!(message.get(name), None, "{message}");
            }
            let context = message["context"].as_object().expect("a context");
            let about: Vec<&str> = context.keys().map(String::as_str).collect();
            assert_eq!(about, ["page", "library", "consent", "campaign"]);
            assert_eq!(context["consent"], json!({"categoryPreferences": {}}));
        }
        assert_eq!(named(&messages, "identify"), Vec::<&Value>::new());
        assert_eq!(visit.kept().await, json!({}));
        assert_eq!(browser.value("document.cookie").await, "");
        // Agreed: from now on with ids, and who they said they are is told now.
        browser.click("#agree").await;
        let messages = recorder.messages(&["identify"]);
        let changes = named(&messages, "Consent Changed");
        let told: Vec<&Value> = changes.iter().map(|it| &it["properties"]).collect();
        let told_of = |purpose, granted| json!({"purpose": purpose, "granted": granted});
        assert_eq!(
            told,
            [
                &told_of("analytics", true),
                &told_of("personalisation", true),
                &told_of("marketing", false),
                &told_of("third_party", false),
            ]
        );
        let person: Value = kept_as_json(&visit.kept().await, "fanous");
        for change in changes {
            assert_eq!(change["anonymousId"], person["anonymousId"]);
            // Where they came from is not lost, though the first message had no id.
            assert_eq!(change["context"]["campaign"]["source"], "letter");
        }
        let identified = named(&messages, "identify")[0];
        assert_eq!(identified["userId"], "member-7");
        assert_eq!(identified["anonymousId"], person["anonymousId"]);
        assert_eq!(identified["traits"], json!({"plan": "member"}));
        // Taken back: that is told of them, and then nothing is left.
        recorder.forget();
        browser.click("#choose-again").await;
        browser.click("#refuse").await;
        assert_eq!(visit.kept().await, json!({}));
        let messages = recorder.messages(&["Consent Changed"]);
        let told = named(&messages, "Consent Changed")[0];
        assert_eq!(told["anonymousId"], person["anonymousId"]);
        assert_eq!(told["properties"], told_of("analytics", false));
        visit.run("fanous.track('Later')").await;
        let messages = recorder.messages(&["Later"]);
        assert_eq!(named(&messages, "Later")[0].get("anonymousId"), None);
        assert_eq!(visit.kept().await, json!({}));
        assert_eq!(browser.value("document.cookie").await, "");
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

/// A text in the device's storage, as JSON.
fn kept_as_json(kept: &Value, name: &str) -> Value {
    let text = kept[name].as_str().unwrap_or("null");
    serde_json::from_str(text).expect("it is JSON")
}

/// The form of each message, after the contract; whatever lacks it is named.
fn has_the_form(message: &Value, page: &str) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = text(&message["messageId"]);
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{message}");
    assert_eq!(&id[14..15], "7", "{message}");
    assert!(text(&message["timestamp"]).ends_with('Z'), "{message}");
    assert_eq!(text(&message["anonymousId"]).len(), 36, "{message}");
    let context = &message["context"];
    assert!(text(&context["page"]["url"]).starts_with(page), "{message}");
    assert!(text(&context["page"]["path"]).starts_with('/'), "{message}");
    for name in ["title", "referrer", "search"] {
        assert!(context["page"][name].is_string(), "{name}: {message}");
    }
    assert_eq!(context["library"]["name"], "fanous.js");
    assert_eq!(context["library"]["version"], env!("CARGO_PKG_VERSION"));
    for name in ["locale", "timezone"] {
        assert!(context[name].is_string(), "{name}: {message}");
    }
    assert!(context["screen"]["width"].is_number(), "{message}");
    let agreed = &context["consent"]["categoryPreferences"]["analytics"];
    assert_eq!(agreed, true, "{message}");
    match message["type"].as_str() {
        Some("page") => assert!(message["name"].is_string(), "{message}"),
        Some("track") => assert!(message["event"].is_string(), "{message}"),
        Some("identify") => assert!(message["userId"].is_string(), "{message}"),
        _ => panic!("{message}"),
    }
}

#[test]
fn a_visitor_becomes_a_buyer_in_the_words_of_the_contract() {
    visit(async |visit| {
        let (browser, recorder) = (&visit.browser, &visit.recorder);
        visit
            .go("?utm_source=letter&utm_medium=email&utm_campaign=autumn#top")
            .await;
        browser.click("#agree").await;
        recorder.messages(&["Consent Changed"]);
        recorder.forget();
        browser.click("#products a").await;
        browser.click("#add").await;
        browser.see("#added", "in the basket").await;
        browser.click("nav a[href='basket.html']").await;
        browser.see("#total", "42.00").await;
        browser.write("#member", "member-7").await;
        browser.click("#sign-in button").await;
        browser.click("#order button").await;
        browser.see("#thanks", "42.00").await;
        let way = ["Product Viewed", "Product Added", "Cart Viewed", "identify"];
        let end = ["Checkout Started", "Order Completed"];
        let messages = recorder.messages(&[&way[..], &end].concat());
        let mut once = BTreeMap::new();
        for message in &messages {
            has_the_form(message, &recorder.shop);
            let id = message["messageId"].as_str().expect("a text");
            let known = once.entry(id.to_owned()).or_insert(message);
            assert_eq!(*known, message, "one id has one content");
        }
        let people: BTreeSet<String> = once
            .values()
            .map(|it| it["anonymousId"].to_string())
            .collect();
        assert_eq!(people.len(), 1, "{people:?}");
        // Ids are in the order of time; within a millisecond chance decides.
        let times: Vec<&Value> = once.values().map(|it| &it["timestamp"]).collect();
        assert!(times.is_sorted_by_key(|it| it.as_str()), "{times:?}");
        let order = named(&messages, "Order Completed")[0];
        let bought = &order["properties"];
        assert_eq!(order["userId"], "member-7");
        assert_eq!(
            (&bought["total"], &bought["currency"]),
            (&json!(42), &json!("EUR"))
        );
        assert_eq!(bought["products"][0]["product_id"], "brass");
        for heard in recorder.heard("requests", |heard| !heard.is_empty()) {
            assert_eq!(
                (heard.method.as_str(), heard.path.as_str()),
                ("POST", "/v1/batch")
            );
            assert!(heard.header("content-type").starts_with("text/plain"));
            assert_eq!(
                (heard.header("cookie"), heard.header("authorization")),
                ("", "")
            );
            let key = heard.body["writeKey"].as_str().expect("a key");
            assert!(key.starts_with("write_"), "{key}");
            assert!(
                heard.body["sentAt"]
                    .as_str()
                    .expect("a time")
                    .ends_with('Z')
            );
        }
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn a_page_says_where_it_is_and_what_led_there() {
    visit(async |visit| {
        visit.begin("analytics").await;
        let query = "?utm_source=letter&utm_medium=email&utm_campaign=autumn&utm_term=a&x=1";
        let address = format!("history.replaceState(null, '', '/empty.html{query}#secret')");
        visit.run(&address).await;
        visit.run("fanous.page('Home', { kind: 'guide' })").await;
        visit.run("fanous.page({ kind: 'nameless' })").await;
        visit.recorder.heard("two pages", |heard| {
            let messages = heard.iter().flat_map(Heard::messages);
            messages.filter(|it| it["type"] == "page").count() == 2
        });
        let messages = visit.recorder.messages(&["page"]);
        let pages = named(&messages, "page");
        let page = json!({
            "path": "/empty.html",
            "url": format!("{}/empty.html{query}", visit.recorder.shop),
            "title": "Empty",
            "referrer": "",
            "search": query,
        });
        assert_eq!(pages[0]["context"]["page"], page);
        let campaign =
            json!({"source": "letter", "medium": "email", "name": "autumn", "term": "a"});
        assert_eq!(pages[0]["context"]["campaign"], campaign);
        assert_eq!(pages[0]["name"], "Home");
        assert_eq!(pages[0]["properties"]["kind"], "guide");
        assert_eq!(pages[0]["properties"]["path"], "/empty.html");
        assert_eq!(pages[1].get("name"), None);
        assert_eq!(pages[1]["properties"]["kind"], "nameless");
    });
}

#[test]
fn people_on_one_device_are_told_apart() {
    visit(async |visit| {
        visit.begin("analytics").await;
        visit
            .run(
                "fanous.track('One');
                 fanous.identify('a', { name: 'A' });
                 fanous.track('Two');
                 fanous.identify('a');
                 fanous.identify('b');
                 fanous.track('Three');
                 fanous.reset();
                 fanous.track('Four');
                 fanous.identify(undefined);
                 fanous.identify(17850);",
            )
            .await;
        let messages = visit.recorder.messages(&["Four"]);
        let of = |name| named(&messages, name)[0];
        let device = |message: &Value| message["anonymousId"].clone();
        assert_eq!(of("One").get("userId"), None);
        assert_eq!(
            device(of("One")),
            device(of("Two")),
            "what was before is theirs"
        );
        assert_eq!(of("Two")["userId"], "a");
        assert_eq!(of("Three")["userId"], "b");
        assert_ne!(device(of("Two")), device(of("Three")), "nothing leads back");
        assert_eq!(of("Four").get("userId"), None);
        assert_ne!(device(of("Three")), device(of("Four")));
        let told = named(&messages, "identify");
        let users: Vec<&Value> = told.iter().map(|it| &it["userId"]).collect();
        assert_eq!(users, ["a", "a", "b", "17850"]);
        assert_eq!(
            device(told[0]),
            device(told[1]),
            "told again, they are the same"
        );
    });
}

#[test]
fn many_calls_share_a_request() {
    visit(async |visit| {
        visit.begin("analytics").await;
        visit.recorder.messages(&["Consent Changed"]);
        visit.recorder.forget();
        visit
            .run("for (let n = 0; n < 25; n++) fanous.track('n' + n)")
            .await;
        let heard = visit.recorder.heard("25 events", |heard| {
            heard.iter().flat_map(Heard::messages).count() >= 25
        });
        let expected: Vec<String> = (0..25).map(|n| format!("n{n}")).collect();
        let (first, rest) = expected.split_at(10);
        assert_eq!(names(&heard), [first.to_vec(), rest.to_vec()]);
        // A crowd goes in pieces that a browser takes from a page that is left.
        visit.recorder.forget();
        let many = "for (let n = 0; n < 9; n++) fanous.track('Long', { text: 'ب'.repeat(8e3) })";
        visit.run(many).await;
        let heard = visit.recorder.heard("9 long ones", |heard| {
            heard.iter().flat_map(Heard::messages).count() >= 9
        });
        let sizes = heard.iter().map(|it| it.header("content-length").parse());
        let sizes: Vec<usize> = sizes.map(|it| it.expect("a number")).collect();
        assert!(sizes.iter().all(|size| *size <= 60 * 1024), "{sizes:?}");
    });
}

/// So many calls that they are sent at once.
fn ten(event: &str) -> String {
    format!("for (let n = 0; n < 10; n++) fanous.track('{event}')")
}

#[test]
fn what_may_succeed_later_is_sent_again_and_nothing_else() {
    let again = [
        Reply::Status(429, 2),
        Reply::Status(408, 0),
        Reply::Status(410, 0),
        Reply::Status(460, 0),
        Reply::Status(500, 0),
        Reply::Status(503, 0),
        Reply::Nothing,
    ];
    let never = [400, 401, 403, 404, 413, 422, 501, 505];
    visit(async |visit| {
        let recorder = &visit.recorder;
        visit.begin("analytics").await;
        recorder.messages(&["Consent Changed"]);
        for reply in again {
            recorder.forget();
            recorder.reply(&[reply]);
            visit.run(&ten("Kept")).await;
            let heard = recorder.heard(&format!("after {reply:?}"), |heard| heard.len() >= 2);
            assert_eq!(names(&heard), [["Kept"; 10], ["Kept"; 10]], "{reply:?}");
            assert_eq!(ids(&heard[0]), ids(&heard[1]), "{reply:?}");
            if let Reply::Status(_, seconds @ 1..) = reply {
                let waited = heard[1].at - heard[0].at;
                assert!(waited >= Duration::from_secs(u64::from(seconds)));
            }
        }
        for status in never {
            recorder.forget();
            recorder.reply(&[Reply::Status(status, 0)]);
            visit.run(&ten("Refused")).await;
            recorder.messages(&["Refused"]);
            visit.run(&ten("Next")).await;
            recorder.messages(&["Next"]);
            let heard = recorder.heard("both", |heard| heard.len() >= 2);
            assert_eq!(names(&heard), [["Refused"; 10], ["Next"; 10]], "{status}");
        }
    });
}

#[test]
fn what_happens_without_a_network_is_told_when_there_is_one() {
    visit(async |visit| {
        let (browser, recorder) = (&visit.browser, &visit.recorder);
        let network = |is_offline: bool| {
            let conditions = json!({
                "offline": is_offline, "latency": 0,
                "downloadThroughput": -1, "uploadThroughput": -1,
            });
            browser.chrome("Network.emulateNetworkConditions", &conditions);
        };
        visit.begin("analytics").await;
        recorder.messages(&["Consent Changed"]);
        recorder.forget();
        browser.chrome("Network.enable", &json!({}));
        network(true);
        let is_online = browser.value("navigator.onLine").await;
        assert_eq!(is_online, false);
        let many = "for (let n = 0; n < 300; n++) fanous.track('n' + n)";
        visit.run(many).await;
        let queue = kept_as_json(&visit.kept().await, "fanous.queue");
        let queue: Vec<Value> = serde_json::from_value(queue).expect("a list");
        assert!((100..=200).contains(&queue.len()), "{}", queue.len());
        let last = queue[queue.len() - 1].as_str().expect("a text");
        assert!(last.contains("\"n299\""), "the newest stay");
        network(false);
        let messages = recorder.messages(&["n200", "n299"]);
        assert_eq!(named(&messages, "n99"), Vec::<&Value>::new());
        // What one page could not tell is told by the next, under the same ids.
        recorder.forget();
        recorder.reply(&[Reply::Nothing, Reply::Nothing, Reply::Nothing]);
        visit.run("fanous.track('Before')").await;
        let heard = recorder.heard("a try", |heard| !heard.is_empty());
        let first = heard[0].messages()[0]["messageId"].clone();
        visit.go("empty.html").await;
        visit.load(&json!({"key": "write_1"})).await;
        let heard = recorder.heard("another page's try", |heard| heard.len() >= 4);
        for one in &heard {
            assert_eq!(ids(one), [&first]);
        }
        // Much text is bounded, too.
        network(true);
        visit
            .run("for (let n = 0; n < 30; n++) fanous.track('Long', { text: 'x'.repeat(9e3) })")
            .await;
        let kept = visit.kept().await;
        let length = kept["fanous.queue"].as_str().unwrap_or_default().len();
        assert!((80_000..120_000).contains(&length), "{length}");
    });
}

#[test]
fn a_page_that_is_left_tells_its_last_words() {
    visit(async |visit| {
        let recorder = &visit.recorder;
        // With consent and without; and in browsers whose requests end with their page.
        for consent in ["analytics", ""] {
            for is_old in [false, true] {
                visit.begin(consent).await;
                if !consent.is_empty() {
                    recorder.messages(&["Consent Changed"]);
                }
                recorder.forget();
                if is_old {
                    visit.run("delete Request.prototype.keepalive").await;
                }
                visit.run("fanous.track('Last')").await;
                // A page without a tracker: nobody there tells it for this one.
                visit.go("empty.html").await;
                let heard = recorder.heard("the last words", |heard| !heard.is_empty());
                assert_eq!(names(&heard), [["Last"]], "{consent} {is_old}");
                let mode = if is_old { "no-cors" } else { "cors" };
                assert_eq!(heard[0].header("sec-fetch-mode"), mode, "{consent}");
                visit.run("localStorage.clear()").await;
                recorder.forget();
            }
        }
    });
}

#[test]
fn calls_made_before_the_tracker_came_are_kept_in_order() {
    visit(async |visit| {
        let (recorder, script) = (&visit.recorder, &visit.script);
        let host = &recorder.collector;
        // By the attributes of the tag.
        visit.go("empty.html").await;
        visit
            .run(
                "window.fanous = window.fanous || [];
                 fanous.push(['consent', { analytics: true }], ['page', 'First']);
                 fanous.push(['track', 'Second', { n: 2 }]);",
            )
            .await;
        visit.load(&json!({"key": "write_1"})).await;
        visit.run("fanous.push(['track', 'Third'])").await;
        visit.run("fanous.track('Fourth')").await;
        let messages = recorder.messages(&["Fourth"]);
        let told: Vec<&str> = messages.iter().map(name_of).collect();
        assert_eq!(
            told,
            ["Consent Changed", "page", "Second", "Third", "Fourth"]
        );
        // By a call that stands behind others; a second tag and a second load change nothing.
        recorder.forget();
        visit.go("empty.html").await;
        let load = format!("['load', 'write_2', {{ host: '{host}/' }}]");
        visit
            .run(&format!("window.fanous = [['track', 'Early'], {load}]"))
            .await;
        visit.load(&json!({})).await;
        visit.load(&json!({"key": "write_3"})).await;
        visit.run("fanous.load('write_4', { host: 'x' })").await;
        visit.run("fanous.track('Late')").await;
        recorder.messages(&["Early", "Late"]);
        let heard = recorder.heard("requests", |heard| !heard.is_empty());
        assert!(heard.iter().all(|it| it.body["writeKey"] == "write_2"));
        assert!(heard.iter().all(|it| it.path == "/v1/batch"), "{script}");
    });
}

#[test]
fn general_signals_of_privacy_are_heeded_as_the_shop_says() {
    let signals = [
        "globalPrivacyControl', { get: () => true",
        "doNotTrack', { get: () => '1'",
    ];
    for signal in signals {
        visit(async |visit| {
            let (browser, recorder) = (&visit.browser, &visit.recorder);
            visit.begin("analytics").await;
            recorder.messages(&["Consent Changed"]);
            let source = format!("Object.defineProperty(Navigator.prototype, '{signal} }})");
            let parameters = json!({"source": source});
            browser.chrome("Page.addScriptToEvaluateOnNewDocument", &parameters);
            // Ignored: what was agreed to stays.
            recorder.forget();
            visit.go("empty.html").await;
            let attributes = json!({"key": "write_1", "gpc": "ignore"});
            visit.load(&attributes).await;
            visit.run("fanous.track('Seen')").await;
            let messages = recorder.messages(&["Seen"]);
            assert!(messages[0]["anonymousId"].is_string(), "{signal}");
            // Counted, also where the shop says nothing: no id, and what lay there is gone.
            for (word, consent) in [("count", "analytics"), ("", "analytics,third_party")] {
                recorder.forget();
                visit.go("empty.html").await;
                let attributes = json!({"key": "write_1", "gpc": word, "consent": consent});
                visit.load(&attributes).await;
                visit.run("fanous.identify('a')").await;
                visit.run("fanous.track('Counted')").await;
                let messages = recorder.messages(&["Counted"]);
                assert_eq!(names_of(&messages), ["Counted"], "{signal}");
                assert_eq!(messages[0].get("anonymousId"), None, "{signal}");
                let said = &messages[0]["context"]["consent"]["categoryPreferences"];
                assert_eq!(said["analytics"], false, "{signal}");
                assert_eq!(said["third_party"], false, "{signal}");
                assert_eq!(visit.kept().await, json!({}), "{signal}");
            }
            // Dropped: nothing is sent, not even on leaving; the next page's words come alone.
            recorder.forget();
            visit.go("empty.html").await;
            let attributes = json!({"key": "write_1", "gpc": "drop", "consent": "analytics"});
            visit.load(&attributes).await;
            visit.run("fanous.track('Unheard')").await;
            visit.go("empty.html").await;
            visit.load(&json!({"key": "write_1"})).await;
            visit.run("fanous.track('Heard')").await;
            let messages = recorder.messages(&["Heard"]);
            assert_eq!(names_of(&messages), ["Heard"], "{signal}");
        });
    }
}

fn names_of(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(name_of).collect()
}

#[test]
fn nothing_is_thrown_into_the_shops_page() {
    visit(async |visit| {
        let (browser, recorder) = (&visit.browser, &visit.recorder);
        visit.go("empty.html").await;
        visit
            .run(
                "window.faults = 0;
                 addEventListener('error', () => faults++);
                 addEventListener('unhandledrejection', () => faults++);
                 const refuse = () => { throw new Error('no storage'); };
                 Object.assign(Storage.prototype, { getItem: refuse, setItem: refuse });
                 window.fanous = [['no such call'], null, 7, 'page', {}, ['constructor']];",
            )
            .await;
        visit
            .load(&json!({"key": "write_1", "consent": "analytics"}))
            .await;
        visit
            .run(
                "const around = {}; around.around = around;
                 fanous.track('Around', around);
                 fanous.track('Huge', { text: 'x'.repeat(4e4) });
                 fanous.track();
                 fanous.page(null);
                 fanous.consent();
                 fanous.consent('analytics');
                 fanous.identify();
                 fanous.push(null, [], [null]);
                 fanous.track('Fine', { toJSON: 1 });",
            )
            .await;
        let messages = recorder.messages(&["Fine"]);
        // Without storage ids live as long as the page.
        let fine = named(&messages, "Fine")[0];
        assert!(fine["anonymousId"].is_string());
        assert_eq!(fine["anonymousId"], messages[0]["anonymousId"]);
        assert_eq!(named(&messages, "Huge"), Vec::<&Value>::new());
        assert_eq!(browser.value("faults").await, 0);
        // Broken storage of somebody else under our names, and no fetch at all.
        visit.go("empty.html").await;
        visit
            .run(
                "localStorage.setItem('fanous', '7');
                 localStorage.setItem('fanous.queue', '{not json');
                 window.faults = 0;
                 addEventListener('error', () => faults++);",
            )
            .await;
        visit
            .load(&json!({"key": "write_1", "consent": "analytics"}))
            .await;
        visit.run("fanous.track('Mended')").await;
        recorder.messages(&["Mended"]);
        assert_eq!(browser.value("faults").await, 0);
    });
}
