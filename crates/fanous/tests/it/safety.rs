//! What strangers try: forms of other sites, hostile words, paths, names and proxies.

use domain::trust::Role;
use store::Engine;

use crate::house::{Guest, House, OWNER, PASSWORD, encoded};

#[test]
fn no_other_site_sends_a_form_of_somebody_who_is_signed_in() {
    let house = House::seeded(Engine::Sqlite);
    let customer = house.customers()[0].customer.clone();
    let path = format!("/customers/{customer}/adjust");
    let fields = [
        ("request_id", "one"),
        ("unit", "POINT:club"),
        ("amount", "7"),
        ("memo", "none"),
    ];
    let (owner, other) = (house.visitor.clone(), house.somebody(Role::Support));
    let send = |csrf: &str, headers: &[(&str, &str)]| {
        let visitor = crate::house::Visitor {
            csrf: csrf.to_owned(),
            ..owner.clone()
        };
        let cookie = owner.cookie();
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        let all = [&[form, ("Cookie", cookie.as_str())], headers].concat();
        house
            .send("POST", &path, &all, &visitor.body(&fields))
            .status
    };
    let own = ("Origin", house.url.as_str());
    let fetched = ("Sec-Fetch-Site", "cross-site");
    // The right token does not help another site, nor the right site a wrong token.
    for (csrf, headers, what) in [
        (
            owner.csrf.as_str(),
            &[("Origin", "https://evil.example")][..],
            "another site",
        ),
        (owner.csrf.as_str(), &[own, fetched][..], "a site beside"),
        (owner.csrf.as_str(), &[][..], "from nowhere"),
        ("", &[own][..], "without a token"),
        (
            other.csrf.as_str(),
            &[own][..],
            "with somebody else's token",
        ),
        ("0", &[own][..], "with a wrong token"),
    ] {
        assert_eq!(send(csrf, headers), 403, "{what}");
    }
    let wallet = |house: &House| house.get(&format!("/v1/customers/{customer}"))["wallet"].clone();
    assert_eq!(wallet(&house), serde_json::json!([]), "nothing was moved");
    assert_eq!(send(&owner.csrf, &[own]), 303);
    assert_eq!(wallet(&house)[0]["spendable"], 7);
}

#[test]
fn hostile_words_stay_words() {
    let house = House::empty(Engine::Sqlite);
    let script = "\"><script>alert(1)</script>'<img src=x onerror=alert(1)>\u{202e}";
    let person = [
        ("email", "sam@shop.example"),
        ("name", script),
        ("role", "support"),
    ];
    assert_eq!(house.form("/people", &person).status, 200);
    let key = [
        ("label", "<script>alert(1)</script>"),
        ("kind", "write"),
        ("days", "0"),
    ];
    assert_eq!(house.form("/keys", &key).status, 200);
    let shop = [
        ("name", "<script>alert(1)</script>"),
        ("zone", "UTC"),
        ("currency", "EUR"),
    ];
    assert_eq!(house.form("/settings", &shop).status, 303);
    let segment = [("where", "orders >= 1"), ("name", script)];
    house.form("/customers/segments", &segment);
    let asked = encoded(script);
    for path in [
        "/".to_owned(),
        "/people".to_owned(),
        "/keys".to_owned(),
        "/settings".to_owned(),
        "/customers".to_owned(),
        "/account".to_owned(),
        format!("/audit?actor={asked}"),
        format!("/audit?subject={asked}"),
        format!("/customers?query={asked}"),
        format!("/customers?where={asked}"),
        format!("/login?next={asked}"),
        format!("/setup?token={asked}"),
        format!("/reset?token={asked}"),
        format!("/invitation?token={asked}"),
        format!("/prove?next={asked}"),
    ] {
        let page = house.page(&path);
        assert!(page.status < 500, "{path}");
        assert!(!page.text.contains("<script>alert"), "{path}");
        assert!(!page.text.contains("<img src=x"), "{path}");
        let outside_of_fields = page.text.split("value=\"").next().unwrap_or_default();
        assert!(
            !outside_of_fields.contains('\u{202e}'),
            "{path} is turned around"
        );
    }
}

#[test]
fn hostile_queries_ask_nothing_of_the_store() {
    let house = House::seeded(Engine::Sqlite);
    let before = house.customers().len();
    for word in [
        "'; DROP TABLE customers; --",
        "' OR '1'='1",
        "\" OR 1=1 --",
        "1); DELETE FROM facts; --",
        "\\'; SELECT pg_sleep(9); --",
        "%' UNION SELECT token FROM sessions --",
        "\u{0}",
    ] {
        let word = encoded(word);
        for path in [
            format!("/customers?query={word}"),
            format!("/customers?where={word}"),
            format!("/customers?sort={word}"),
            format!("/customers?cursor={word}"),
            format!("/customers/{word}"),
            format!("/customers/user_id:{word}"),
            format!("/audit?actor={word}"),
            format!("/audit?subject={word}"),
            format!("/audit?cursor={word}"),
        ] {
            let page = house.page(&path);
            assert!(page.status < 500, "{path}: {}", page.status);
        }
        let login = Guest::new(&house).sign_in(&word, &word);
        assert!(
            [403, 429].contains(&login.status),
            "{word}: {}",
            login.status
        );
        house.fixture.clock().advance(60 * 60_000);
    }
    assert_eq!(house.customers().len(), before);
}

#[test]
fn no_path_leads_out_of_the_house() {
    let house = House::empty(Engine::Sqlite);
    for path in [
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%5c..%5cwindows",
        "/assets//etc/passwd",
        "/..%2f",
        "/%2e%2e%2f%2e%2e%2fetc/passwd",
        "/customers/..%2f..%2fetc%2fpasswd",
    ] {
        let page = house.page(path);
        assert!([400, 404].contains(&page.status), "{path}: {}", page.status);
        assert!(!page.text.contains("root:"), "{path}");
    }
}

#[test]
fn a_strangers_domain_that_leads_here_reads_nothing() {
    let house = House::seeded(Engine::Sqlite);
    let cookie = house.visitor.cookie();
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
    ] {
        for path in ["/", "/login", "/customers", "/v1/customers", "/healthz"] {
            let page = house.send("GET", path, &[("Host", host), ("Cookie", &cookie)], "");
            assert_eq!(page.status, 421, "{host} {path}");
            assert!(!page.text.contains("cus_"), "{host} {path}");
        }
    }
}

#[test]
fn names_are_hidden_from_whom_they_are_no_business_of() {
    let house = House::seeded(Engine::Sqlite);
    let people = house.customers();
    let analyst = house.somebody(Role::Analyst);
    let list = house.page_as(&analyst, "/customers");
    assert_eq!(list.status, 200);
    for person in people.iter().filter(|it| it.label != it.customer) {
        assert!(
            !list.text.contains(&person.label),
            "{} is named",
            person.label
        );
    }
    let home = format!("/customers/{}", people[0].customer);
    let page = house.page_as(&analyst, &home);
    let whole = house.page(&home);
    let export = house.get(&format!("/v1/customers/{}", people[0].customer));
    for identity in export["identities"].as_array().expect("identities") {
        let value = identity["value"].as_str().expect("a value");
        assert!(
            whole.text.contains(value) && !page.text.contains(value),
            "{value}"
        );
        let named = format!(
            "/customers/{}:{value}",
            identity["namespace"].as_str().expect("one")
        );
        assert_eq!(
            house.page_as(&analyst, &named).status,
            403,
            "no one is asked for by name"
        );
    }
    for form in ["/adjust", "/merge", "/erase", "/export"] {
        assert!(
            !page.text.contains(&format!("{home}{form}")),
            "{form} is offered"
        );
    }
    let search = house.page_as(&analyst, "/customers?query=a");
    assert_eq!(search.status, 403, "a search for words would tell them");
    assert!(!list.text.contains("name=\"query\""));
}

#[test]
fn every_look_and_every_change_stands_in_the_audit() {
    let house = House::seeded(Engine::Sqlite);
    let customer = house.customers()[0].customer.clone();
    let support = house.somebody(Role::Support);
    house.page_as(&support, &format!("/customers/{customer}"));
    house.page_as(&support, &format!("/customers/{customer}/export"));
    house.page_as(&support, "/people");
    house.fixture.app().audit_flush().expect("written");
    let page = house.page(&format!("/audit?subject={customer}")).text;
    for said in ["Customer seen", "exported"] {
        assert!(page.contains(said), "{said}");
    }
    let verified = house.form("/audit/verify", &[]);
    assert!(
        verified.text.contains("the list is whole"),
        "{}",
        verified.text
    );
    let owner = Guest::new(&house).sign_in(OWNER, PASSWORD);
    assert_eq!(owner.status, 303);
    assert!(house.page("/audit").text.contains("Signed in"));
}
