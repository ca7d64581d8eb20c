//! Every page over HTTP, as a browser without scripts meets it.

use std::collections::{BTreeSet, VecDeque};

use domain::customers::{Identity, Namespace};
use domain::events::{Behaviour, Channel, Event, Personal};
use domain::insight::RangeAsked;
use store::Engine;

use crate::house::{Answer, House, encoded};

/// The values of an attribute that lead into this site, unescaped.
fn leads(page: &Answer) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for attribute in [" href=\"", " src=\""] {
        for part in page.text.split(attribute).skip(1) {
            let value = part
                .split('"')
                .next()
                .unwrap_or_default()
                .replace("&amp;", "&");
            let address = value.split('#').next().unwrap_or_default();
            if !address.is_empty() {
                assert!(address.starts_with('/'), "{address} leads elsewhere");
                found.insert(address.to_owned());
            }
        }
    }
    found
}

/// The value of a hidden field.
fn field(page: &Answer, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = page
        .text
        .split(&start)
        .nth(1)
        .unwrap_or_else(|| panic!("no field {name}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn check_page(page: &Answer, path: &str) {
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{path}"
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(
        !page.text.contains(" style=\""),
        "{path} has a style of its own"
    );
    assert!(
        !page.text.contains("<script>"),
        "{path} has a script of its own"
    );
    assert!(
        page.text.contains("<html lang=\"en\" dir=\"ltr\">"),
        "{path}"
    );
    assert!(page.text.contains("<main id=\"main\""), "{path}");
    assert_eq!(page.text.matches("<h1").count(), 1, "{path} has one title");
    for table in page.text.split("<table").skip(1) {
        let head: String = table.chars().take(200).collect();
        assert!(
            head.contains("<caption"),
            "a table on {path} says nothing of itself: {head}"
        );
    }
}

#[test]
fn every_link_leads_somewhere() {
    let house = House::seeded(Engine::Sqlite);
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop_front() {
        // The pages of all customers are alike; some are enough.
        if seen.len() >= 400 || !seen.insert(path.clone()) {
            continue;
        }
        let page = house.page(&path);
        assert_eq!(page.status, 200, "{path}");
        if page.header("content-type").starts_with("text/html") {
            check_page(&page, &path);
            waiting.extend(leads(&page).into_iter().filter(|next| !seen.contains(next)));
        }
    }
    let assets = seen.iter().filter(|path| path.starts_with("/assets/"));
    assert_eq!(assets.count(), 3, "style, script and sign");
    assert!(seen.iter().any(|path| path.ends_with("/erase")));
    assert!(
        seen.iter()
            .any(|path| path.contains("where=first_order%20")),
        "{seen:?}"
    );
}

#[test]
fn assets_may_be_kept_and_text_is_compressed() {
    let house = House::empty(Engine::Sqlite);
    let page = house.page("/");
    let style = leads(&page)
        .into_iter()
        .find(|path| path.ends_with(".css"))
        .expect("a style");
    let kept = house.send("GET", &style, &[("Accept-Encoding", "identity")], "");
    assert!(kept.header("cache-control").contains("immutable"));
    assert!(kept.text.contains("prefers-color-scheme"));
    let physical = ["left", "right"].map(|side| format!("-{side}:"));
    let side = physical
        .iter()
        .find(|side| kept.text.contains(side.as_str()));
    assert_eq!(side, None, "the sheet serves both directions");
    assert_eq!(house.page("/assets/fanous-0.css").status, 404);
    assert_eq!(page.header("vary"), "accept-encoding");
}

#[test]
fn an_empty_shop_teaches() {
    let house = House::empty(Engine::Sqlite);
    for path in ["/", "/customers"] {
        let page = house.page(path);
        check_page(&page, path);
        assert!(page.text.contains("fanous import orders.csv"), "{path}");
    }
}

#[test]
fn pages_about_all_customers_wait_until_those_are_read_and_teach_an_empty_shop() {
    let house = House::empty(Engine::Sqlite);
    for path in ["/retention", "/value", "/channels", "/experience"] {
        let page = house.page(path);
        check_page(&page, path);
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains("Reading every customer"), "{path}");
        assert_eq!(page.header("refresh"), "1", "it asks again by itself");
    }
    house.fixture.settle();
    for path in ["/retention", "/value", "/channels"] {
        let page = house.page(path);
        check_page(&page, path);
        assert!(page.text.contains("fanous import orders.csv"), "{path}");
        assert!(page.text.contains("Nobody has ordered yet."), "{path}");
        assert_eq!(page.header("refresh"), "", "{path}");
    }
    let page = house.page("/experience?days=0");
    check_page(&page, "/experience");
    for said in ["Nothing is known yet", "/fanous.js"] {
        assert!(page.text.contains(said), "{said}");
    }
}

#[test]
fn channels_and_experience_say_what_they_rest_on() {
    let house = House::seeded(Engine::Sqlite);
    for (path, texts) in [
        (
            "/channels",
            [
                " of customers: ",
                "online is web, app and marketplaces",
                "Kaplan–Meier, 95\u{a0}% intervals",
                "GET /v1/insight/channels",
                "store.orders%20%3D%3D%200",
            ],
        ),
        (
            "/experience?days=0",
            [
                "Customers are lost most often here",
                "who look around",
                "7 days before it, 30 days of waiting",
                "GET /v1/insight/experience?days=0",
                "stage%20%3D%3D%20%22visited%22",
            ],
        ),
    ] {
        let page = house.page(path);
        check_page(&page, path);
        for text in texts {
            let text = text.replace("GET ", "");
            assert!(page.text.contains(&text), "“{text}” is not on {path}");
        }
    }
    let wrong = house.page("/experience?days=soon");
    assert_eq!(wrong.status, 400);
    let chosen = house.page("/channels?from=2025-06&to=2025-08");
    check_page(&chosen, "/channels of a summer");
    let said = "first order lies in June 2025 to August 2025";
    assert!(chosen.text.contains(said), "{}", chosen.text);
    let wrong = house.page("/channels?from=soon");
    assert!(
        wrong.text.contains("Shown is everything."),
        "{}",
        wrong.text
    );
}

#[test]
fn retention_and_value_say_what_they_rest_on() {
    let house = House::seeded(Engine::Sqlite);
    let app = house.fixture.app();
    assert!(app.publish_thresholds().expect("limits are published"));
    for (path, texts) in [
        (
            "/retention",
            [
                "Kaplan–Meier with its 95\u{a0}% interval",
                "Hatched: the month is not over",
                "A kind of content is told apart from 30 visitors on",
                "GET /v1/insight/retention",
                "days_since%28last_order%29",
            ],
        ),
        (
            "/value",
            [
                "Limits of the fifths: version 1, published on",
                "a mean over those who still order",
                "Lorenz’s curve",
                "GET /v1/insight/value",
                "recency_band%20%3D%3D%205%20%26%26%20frequency_band%20%3D%3D%205",
            ],
        ),
    ] {
        let page = house.page(path);
        check_page(&page, path);
        for text in texts {
            assert!(page.text.contains(text), "“{text}” is not on {path}");
        }
        assert!(
            page.text.matches("n\u{a0}=\u{a0}").count() >= 3,
            "{path} tells its n"
        );
        assert!(
            page.text.matches("<details>").count() >= 3,
            "charts have their tables"
        );
    }
}

#[test]
fn the_overview_proves_its_sentences() {
    let house = House::seeded(Engine::Sqlite);
    let overview = house.fixture.app().overview().expect("an overview");
    let repeat = overview.repeat.expect("buyers");
    let page = house.page("/");
    for text in [
        format!(
            "{} of {} ordered more than once",
            repeat.repeat_buyers, repeat.buyers
        ),
        format!("n = {}", repeat.buyers),
        "Hatched: the month was not over.".to_owned(),
        "GET /v1/insight/overview".to_owned(),
    ] {
        let text = text.replace("n = ", "n\u{a0}=\u{a0}");
        assert!(page.text.contains(&text), "“{text}” is not on the page");
    }
    let rows = page.text.matches("<th scope=\"row\"").count();
    assert!(
        rows >= 2 * overview.months.len(),
        "both charts have their table"
    );
    assert_eq!(
        page.text.matches("class=\"mark column").count(),
        2 * overview.months.len()
    );
}

#[test]
fn months_are_chosen_in_the_address() {
    let house = House::seeded(Engine::Sqlite);
    let asked = RangeAsked {
        from: "2025-06".to_owned(),
        to: "2025-08".to_owned(),
        compare: "before".to_owned(),
    };
    let of = house.fixture.app().overview_of(&asked);
    let chosen = of.expect("an overview").period.expect("months");
    let page = house.page("/?from=2025-06&to=2025-08&compare=before");
    check_page(&page, "/ of a summer");
    for text in [
        format!(
            "June 2025 to August 2025: {} customers ordered.",
            chosen.flow.ordered
        ),
        "Whatever months are chosen: all customers, as of".to_owned(),
        "Compared with 1 Mar 2025 to 31 May 2025.".to_owned(),
        "<option value=\"2025-06\" selected>June 2025</option>".to_owned(),
        "<option value=\"before\" selected>".to_owned(),
        "GET /v1/insight/overview?from=2025-06&amp;to=2025-08&amp;compare=before".to_owned(),
        format!("where={}", encoded(&chosen.doors.new)),
        "The chosen months".to_owned(),
    ] {
        let text = text.replace("GET ", "");
        assert!(page.text.contains(&text), "“{text}” is not on the page");
    }
    assert_eq!(page.text.matches("class=\"mark column").count(), 2 * 3);
    let page = house.page("/?from=2025-06&to=2025-08&compare=year");
    let said = "Not compared: June 2024 to August 2024 begins before the history does";
    assert!(page.text.contains(said), "{}", page.text);
    let page = house.page("/retention?from=2025-06&to=2025-08");
    check_page(&page, "/retention of a summer");
    let said = "of those who first ordered in June 2025 to August 2025;";
    assert!(page.text.contains(said), "{}", page.text);
}

#[test]
fn wrong_months_in_the_address_are_said_and_everything_is_shown() {
    let house = House::seeded(Engine::Sqlite);
    let overview = house.fixture.app().overview().expect("an overview");
    let columns = 2 * overview.months.len();
    let check = |query: &str, said: &str| {
        for path in ["/", "/retention"] {
            if path == "/retention" && query.contains("compare") {
                continue;
            }
            let address = format!("{path}?{query}");
            let page = house.page(&address);
            assert_eq!(page.status, 200, "{address}");
            check_page(&page, &address);
            assert!(page.text.contains(said), "“{said}” is not on {address}");
            assert!(page.text.contains("Shown is everything."), "{address}");
            let shown = page.text.matches("class=\"mark column").count();
            assert!(path != "/" || shown == columns, "{address}");
        }
    };
    check("from=soon", "“<bdi>soon</bdi>” is no month");
    check("to=2025-13", "“<bdi>2025-13</bdi>” is no month");
    check("from=2025", "“<bdi>2025</bdi>” is no month");
    check("from=-1&to=99999999999999999999-01", "is no month");
    check(
        "from=%3Cscript%3E",
        "“<bdi>&lt;script&gt;</bdi>” is no month",
    );
    check("from=%FF%00%E2%80%AE", "is no month");
    check("from=soon&from=2025-03", "“<bdi>soon</bdi>” is no month");
    check(
        "from=2025-08&to=2025-03",
        "The months end (March 2025) before",
    );
    check(
        "from=1990-01&to=1990-12",
        "Nothing is known of these months",
    );
    check("from=9999-12", "Nothing is known of these months");
    check(
        "from=2025-03&compare=after",
        "“<bdi>after</bdi>” is nothing",
    );
    check("compare=%F0%9F%99%82", "is nothing to compare with");
    // What is right, or empty, or somebody else's, is no mistake.
    for query in [
        "from=&to=&compare=",
        "utm_source=mail",
        "compare=none",
        "&&=&",
    ] {
        let page = house.page(&format!("/?{query}"));
        assert_eq!(page.status, 200, "{query}");
        assert!(!page.text.contains("class=\"notice"), "{query}");
    }
    let cut = house.page("/?from=1990-01&to=2025-03");
    assert!(cut.text.contains("other months are left out."));
    let everything = house.page("/?compare=year");
    assert!(
        everything
            .text
            .contains("There is nothing before everything")
    );
}

#[test]
fn errors_say_what_happened_and_what_was_kept() {
    let house = House::seeded(Engine::Sqlite);
    let check = |page: Answer, status: u16, said: &str| {
        assert_eq!(page.status, status, "{said}");
        check_page(&page, said);
        assert!(page.text.contains(said), "“{said}” in {}", page.text);
    };
    check(
        house.page("/nothing"),
        404,
        "There is nothing at this address.",
    );
    check(
        house.page("/customers/user_id:nobody"),
        404,
        "There is no such customer.",
    );
    check(
        house.page("/customers?sort=height"),
        400,
        "This request cannot be read.",
    );
    check(
        house.send("DELETE", "/", &[("Origin", &house.url)], ""),
        405,
        "cannot be read",
    );
    let foreign = house.send("GET", "/", &[("Host", "shop.example")], "");
    assert!(
        !foreign.text.contains("Online"),
        "a stranger learns no name"
    );
    check(foreign, 421, "does not answer to that name");
}

#[test]
fn forms_of_other_sites_do_nothing() {
    let house = House::seeded(Engine::Sqlite);
    let customers = house.customers();
    let path = format!("/customers/{}/merge", customers[0].customer);
    let body = format!("other={}", customers[1].customer);
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    for headers in [
        vec![kind],
        vec![kind, ("Origin", "http://evil.example")],
        vec![kind, ("Origin", "null")],
        vec![
            kind,
            ("Sec-Fetch-Site", "cross-site"),
            ("Origin", &house.url),
        ],
    ] {
        let page = house.send("POST", &path, &headers, &body);
        assert_eq!(page.status, 403, "{headers:?}");
    }
    assert_eq!(
        house.customers().len(),
        customers.len(),
        "nobody was merged"
    );
}

#[test]
fn two_are_merged_and_separated_by_forms() {
    let house = House::seeded(Engine::Sqlite);
    let customers = house.customers();
    let home = format!("/customers/{}", customers[0].customer);
    let other = customers[1].customer.as_str();
    let answer = house.form(&format!("{home}/merge"), &[("other", other)]);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, &*format!("{home}?done=merged"))
    );
    let page = house.page(answer.header("location"));
    assert!(page.text.contains("The two are one customer now."));
    let merge = field(&page, "merge");
    let answer = house.form(&format!("{home}/unmerge"), &[("merge", &merge)]);
    assert!(
        house
            .page(answer.header("location"))
            .text
            .contains("The merge is undone")
    );
    for (other, said) in [
        (customers[0].customer.as_str(), "the same customer already"),
        ("nobody-at-all", "no customer under that name"),
        ("shoe:42", "no id and no name"),
    ] {
        let answer = house.form(&format!("{home}/merge"), &[("other", other)]);
        let page = house.page(answer.header("location"));
        assert!(page.text.contains(said), "{other}");
    }
}

#[test]
fn a_form_that_is_sent_twice_moves_once() {
    let house = House::seeded(Engine::Sqlite);
    let home = format!("/customers/{}", house.customers()[0].customer);
    let request_id = field(&house.page(&home), "request_id");
    let adjust = |request_id: &str, amount: &str| {
        let fields = [
            ("request_id", request_id),
            ("unit", "POINT:club"),
            ("amount", amount),
            ("expires", ""),
            ("memo", "a present"),
        ];
        let answer = house.form(&format!("{home}/adjust"), &fields);
        assert_eq!(answer.status, 303, "{}", answer.text);
        house.page(answer.header("location"))
    };
    for _ in 0..2 {
        assert!(adjust(&request_id, "40").text.contains("It is moved"));
    }
    let page = adjust("another", "-50");
    assert!(page.text.contains("There is not as much to take."));
    assert!(
        page.text
            .contains("<td class=\"n\" data-value=\"40\">40</td>"),
        "given once"
    );
    assert_ne!(
        field(&page, "request_id"),
        request_id,
        "the next form is another request"
    );
    assert!(
        adjust("third", "forty")
            .text
            .contains("The form cannot be read")
    );
}

#[test]
fn a_person_is_erased_only_when_that_is_meant() {
    let house = House::seeded(Engine::Sqlite);
    house.fixture.leave_broken();
    let home = format!("/customers/{}", house.customers()[0].customer);
    let export = house.page(&format!("{home}/export"));
    assert!(
        export
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert!(
        house
            .page(&format!("{home}/erase"))
            .text
            .contains("at once and for good")
    );
    assert_eq!(house.form(&format!("{home}/erase"), &[]).status, 400);
    assert_eq!(house.page(&home).status, 200, "still there");
    let answer = house.form(&format!("{home}/erase"), &[("sure", "yes")]);
    assert_eq!(answer.status, 303);
    assert!(
        house
            .page(answer.header("location"))
            .text
            .contains("The person was erased.")
    );
    assert_eq!(house.page(&home).status, 404);
}

#[test]
fn what_people_told_cannot_break_a_page() {
    let house = House::empty(Engine::Sqlite);
    let hostile = "\"><script>alert(1)</script>\u{202e}";
    let at = house.fixture.app().now();
    let identity = Identity::new(Namespace::UserId, hostile).expect("a name");
    let told = Personal::from([("name".to_owned(), hostile.to_owned())]);
    let event = |message: &str, behaviour| Event {
        message_id: message.to_owned(),
        identities: vec![identity.clone()],
        at,
        sent_at: at,
        received_at: at,
        channel: Channel::Web,
        behaviour,
        personal: told.clone(),
        historical: false,
    };
    let events = vec![
        event("1", Behaviour::Identified),
        event("2", Behaviour::Other(hostile.to_owned())),
    ];
    house.fixture.record(events);
    house.fixture.settle();
    let customer = house.fixture.customer(&identity);
    for path in [
        "/customers".to_owned(),
        format!("/customers/{customer}"),
        format!("/customers/{customer}/erase"),
        format!("/customers?query={}", "%3Cscript%3E"),
    ] {
        let page = house.page(&path);
        check_page(&page, &path);
        assert!(!page.text.contains("<script>alert"), "{path}");
    }
}
