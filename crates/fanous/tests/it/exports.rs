//! Every table of figures and every chart as a file.

use std::collections::BTreeSet;

use domain::customers::{Identity, Namespace};
use domain::events::{Behaviour, Channel, Event, Personal};
use domain::trust::Role;
use serde_json::Value;
use store::Engine;

use crate::house::{Answer, House, encoded, with_browser};

/// Where there is something to take.
const PAGES: [&str; 6] = [
    "/",
    "/retention",
    "/value",
    "/channels",
    "/experience?days=365",
    "/customers",
];

/// The addresses of files on a page.
fn files(page: &Answer) -> BTreeSet<String> {
    let parts = page.text.split("href=\"").skip(1);
    let addresses = parts.filter_map(|part| part.split('"').next());
    let files = addresses.filter(|it| it.contains("export="));
    files.map(|it| it.replace("&amp;", "&")).collect()
}

/// The rows of a file, read as others read it.
fn rows(file: &Answer) -> Vec<Vec<String>> {
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let text = file.text.strip_prefix('\u{feff}').expect("it says UTF-8");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(false)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

fn number(cell: &str) -> f64 {
    cell.parse()
        .unwrap_or_else(|_| panic!("{cell} is no number"))
}

/// A tag is closed by its own end, and nothing is open at last.
fn check_xml(text: &str, path: &str) {
    let body = text.split("?>").nth(1).expect("a declaration");
    let (before, rest) = body.split_once("<![CDATA[").expect("a style");
    let after = rest.split_once("]]>").expect("its end").1;
    let mut open = Vec::new();
    let whole = format!("{before}{after}");
    for part in whole.split('<').skip(1) {
        let (tag, words) = part.split_once('>').expect("an end");
        assert!(
            !words.contains('&') || words.contains(';'),
            "{path}: {words}"
        );
        let name = tag.split([' ', '/']).find(|it| !it.is_empty());
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{path}"),
            None if tag.ends_with('/') => {}
            None => open.push(name.expect("a name")),
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{path}: {tag}");
    }
    assert!(open.is_empty(), "{path}: {open:?}");
}

fn published() -> House {
    let house = House::seeded(Engine::Sqlite);
    let app = house.fixture.app();
    assert!(app.publish_thresholds().expect("limits are published"));
    house
}

#[test]
fn every_table_and_chart_has_its_link_and_each_gives_a_file() {
    let house = published();
    let best = house.customers()[0].customer.clone();
    let pages = PAGES.map(str::to_owned).into_iter();
    let pages = pages.chain([format!("/customers/{best}")]);
    let mut kinds = [0, 0];
    for path in pages {
        let page = house.page(&path);
        let files = files(&page);
        for chart in page.text.split("<div class=\"chart ").skip(1) {
            let head = chart.split('>').next().expect("a tag");
            let name = head.split("data-export=\"").nth(1).expect("a name");
            let name = name.split('"').next().expect("a name");
            for kind in ["svg", "csv"] {
                let joint = if path.contains('?') { '&' } else { '?' };
                let address = format!("{path}{joint}export={name}.{kind}");
                assert!(files.contains(&address), "{address} in {files:?}");
            }
        }
        // What has figures can be taken; a table without a name has none.
        for table in page.text.split("<table").skip(1) {
            let table = table.split("</table>").next().expect("an end");
            let has_figures = table.contains("<td class=\"n");
            let is_inner = table.contains("class=\"code\"") || path.starts_with("/customers/cus");
            let is_named = table.starts_with(" data-export") || table.contains("data-export=");
            assert!(is_named || !has_figures || is_inner, "{path}: {table}");
            for cell in table.split("<td class=\"n").skip(1).filter(|_| is_named) {
                let (head, rest) = cell.split_once('>').expect("a cell");
                let is_bare = rest.starts_with("</td>") || rest.starts_with("<form");
                assert!(
                    head.contains("data-value=") || is_bare,
                    "{path}: {head} {rest:.40}"
                );
            }
        }
        for file in files {
            let answer = house.page(&file);
            let disposition = answer.header("content-disposition");
            assert!(
                disposition.starts_with("attachment; filename=\""),
                "{disposition}"
            );
            assert!(disposition.contains("filename*=UTF-8''"), "{disposition}");
            if file.ends_with(".svg") {
                kinds[1] += 1;
                assert_eq!(answer.header("content-type"), "image/svg+xml", "{file}");
                check_xml(&answer.text, &file);
                for of_pages in ["<a ", "href=", "var(", "<script", "tabindex", "aria-"] {
                    assert!(!answer.text.contains(of_pages), "{of_pages} in {file}");
                }
            } else {
                kinds[0] += 1;
                assert!(rows(&answer).len() > 1, "{file}");
            }
        }
    }
    assert!(kinds[0] >= 11 && kinds[1] >= 6, "{kinds:?}");
    assert_eq!(house.page("/?export=nothing.csv").status, 404);
    assert_eq!(house.page("/?export=flows.exe").status, 404);
}

#[test]
fn files_say_what_the_api_says() {
    let house = published();
    let overview = house.get("/v1/insight/overview");
    let months = overview["months"].as_array().expect("months");
    let flows = rows(&house.page("/?export=flows.csv"));
    assert_eq!(flows.len(), months.len() + 1);
    for (row, month) in flows[1..].iter().zip(months) {
        assert_eq!(row[0], month["month"].as_str().expect("a month"));
        assert_eq!(number(&row[3]), month["new"].as_f64().expect("a count"));
        assert_eq!(number(&row[5]), month["lapsed"].as_f64().expect("a count"));
    }
    let money = rows(&house.page("/?export=money.csv"));
    let net = money.last().expect("a sum")[4].clone();
    let minor = overview["totals"]["net"].as_f64().expect("a sum");
    assert!((number(&net) * 100.0 - minor).abs() < 0.5, "{net} {minor}");
    let spread = house.get("/v1/insight/value");
    let lorenz = rows(&house.page("/value?export=lorenz.csv"));
    let points = &spread["concentration"]["lorenz"];
    assert!(points.is_array(), "{spread}");
    let last = lorenz.last().expect("a point");
    assert_eq!([number(&last[0]), number(&last[1])], [1.0, 1.0]);
    let cohorts = rows(&house.page("/retention?export=cohorts.csv"));
    let told = house.get("/v1/insight/retention");
    let told = told["cohorts"].as_array().expect("cohorts");
    for (row, cohort) in cohorts[1..]
        .iter()
        .zip(&told[told.len() + 1 - cohorts.len()..])
    {
        assert_eq!(row[0], cohort["month"].as_str().expect("a month"));
        assert_eq!(number(&row[1]), cohort["size"].as_f64().expect("a size"));
    }
}

#[test]
fn heads_are_in_the_language_of_the_reader_and_figures_in_none() {
    let house = House::seeded(Engine::Sqlite);
    let cookie = house.visitor.cookie();
    let page = |language: &str| {
        let headers = [("Cookie", cookie.as_str()), ("Accept-Language", language)];
        rows(&house.send("GET", "/?export=flows.csv", &headers, ""))
    };
    let (english, persian, chinese) = (page("en"), page("fa"), page("zh-TW"));
    assert_eq!(persian[1..], english[1..]);
    assert_eq!(chinese[1..], english[1..]);
    let arabic = |text: &str| text.chars().all(|it| !it.is_ascii_alphanumeric());
    assert!(
        persian[0].iter().all(|head| arabic(head)),
        "{:?}",
        persian[0]
    );
    assert!(
        chinese[0].iter().all(|head| arabic(head)),
        "{:?}",
        chinese[0]
    );
    assert_ne!(persian[0], chinese[0]);
}

#[test]
fn the_list_of_customers_is_whole_filtered_and_in_the_audit() {
    let house = House::seeded(Engine::Sqlite);
    let all = house.customers();
    let file = rows(&house.page("/customers?limit=5&export=customers.csv"));
    assert_eq!(
        file.len(),
        all.len() + 1,
        "not only the rows that are shown"
    );
    for (row, item) in file[1..].iter().zip(&all) {
        assert_eq!(row[1], item.customer);
        assert_eq!(number(&row[4]), item.orders as f64);
        assert!((number(&row[7]) * 100.0 - item.net as f64).abs() < 0.5);
    }
    let predicate = "orders >= 3";
    let address = format!("/customers?where={}", encoded(predicate));
    let file = rows(&house.page(&format!("{address}&export=customers.csv")));
    let kept = all.iter().filter(|it| it.orders >= 3).count();
    assert_eq!(file.len(), kept + 1);
    assert!(files(&house.page(&address)).contains(&format!("{address}&export=customers.csv")));
    let wrong = house.page("/customers?where=orders%20%3E&export=customers.csv");
    assert_eq!(wrong.status, 400);
    let audit = house.page("/audit");
    assert_eq!(audit.text.matches("List of customers exported").count(), 2);
}

#[test]
fn names_leave_the_house_by_hands_that_may_and_never_as_formulas() {
    let house = House::empty(Engine::Sqlite);
    let names = ["=HYPERLINK(1)", "Ada Example, the first"];
    let at = house.fixture.app().now();
    let event = |(place, name): (usize, &&str)| Event {
        message_id: format!("m{place}"),
        identities: vec![Identity::new(Namespace::UserId, &format!("u{place}")).expect("a name")],
        at,
        sent_at: at,
        received_at: at,
        channel: Channel::Web,
        behaviour: Behaviour::Identified,
        personal: Personal::from([("name".to_owned(), (*name).to_owned())]),
        historical: false,
    };
    house
        .fixture
        .record(names.iter().enumerate().map(event).collect());
    house.fixture.settle();
    let handed_out = |house: &House| -> BTreeSet<String> {
        let file = rows(&house.page("/customers?export=customers.csv"));
        assert_eq!(file.len(), 3);
        file[1..].iter().map(|row| row[0].clone()).collect()
    };
    let told = handed_out(&house);
    assert_eq!(
        told,
        BTreeSet::from(["'=HYPERLINK(1)", names[1]].map(str::to_owned))
    );
    // Who may not see names gets none, and no row says that names were handed out.
    let visitor = house.visitor.clone();
    let mut house = house;
    house.visitor = house.somebody(Role::Analyst);
    let masked = handed_out(&house);
    assert!(
        masked
            .iter()
            .all(|it| !it.contains("Ada Example") && !it.contains("HYPER"))
    );
    house.visitor = visitor;
    let audit = house.page("/audit");
    assert_eq!(audit.text.matches("List of customers exported").count(), 1);
}

#[test]
fn browsers_read_the_drawings() {
    let house = published();
    with_browser(&house, async |browser| {
        for path in ["/", "/retention", "/value"] {
            browser.go(&format!("{}{path}", house.url)).await;
            let found = browser
                .value(
                    "(async () => {
                      const found = [];
                      const links = [...document.querySelectorAll('.exports a')];
                      for (const link of links.filter((it) => it.href.endsWith('.svg'))) {
                        const text = await (await fetch(link.href)).text();
                        const drawn = new DOMParser().parseFromString(text, 'image/svg+xml');
                        const { width } = drawn.documentElement.viewBox.baseVal;
                        const isWhole = drawn.querySelector('parsererror') === null
                          && drawn.querySelector('title').textContent.length > 5
                          && drawn.querySelectorAll('text').length > 5 && width > 400;
                        if (!isWhole) found.push(link.href);
                      }
                      return [links.length > 1, found];
                    })()",
                )
                .await;
            assert_eq!(
                found,
                Value::from(vec![Value::Bool(true), Value::Array(Vec::new())])
            );
        }
    });
}
