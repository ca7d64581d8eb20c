//! The pages in a real browser: what a merchant does on a day with a difficult customer.

use store::Engine;

use crate::driver::Browser;
use crate::house::{House, with_browser};

#[test]
fn a_customer_is_searched_opened_and_cared_for() {
    let house = House::seeded(Engine::Sqlite);
    let customers = house.customers();
    let (first, second) = (customers[0].clone(), customers[1].clone());
    with_browser(&house, async |browser| {
        browser.go(&house.url).await;
        browser.see("h1", ".").await;
        // A slash leads to the search.
        browser
            .find("body")
            .await
            .send_keys("/")
            .await
            .expect("a key");
        let focused = browser
            .value("document.activeElement.hasAttribute('data-find')")
            .await;
        assert_eq!(focused, true);
        browser.write("[data-find]", &first.label).await;
        browser
            .find("[data-find]")
            .await
            .send_keys("\u{e007}")
            .await
            .expect("enter");
        browser.see("table.customers", &first.label).await;
        // Sorted by orders, with those who ordered.
        browser.go(&format!("{}/customers", house.url)).await;
        browser.click("thead a[href*='sort=orders']").await;
        browser.see("thead th[aria-sort]", "Orders").await;
        browser
            .click(&format!("a[href='/customers/{}']", first.customer))
            .await;
        browser.see("h1", &first.label).await;
        // Merged with another, and separated again.
        browser.write("input[name=other]", &second.customer).await;
        browser.click("form[action$='/merge'] button").await;
        browser.see(".notice", "one customer now").await;
        browser.click("form[action$='/unmerge'] button").await;
        browser.see(".notice", "undone").await;
        // Given points by hand.
        browser.click("#wallet ~ details summary").await;
        browser.write("input[name=amount]", "25").await;
        browser.write("input[name=memo]", "for the wait").await;
        browser.click("form[action$='/adjust'] button").await;
        browser.see(".notice", "It is moved").await;
        browser.see("#wallet ~ table", "25").await;
        browser
            .see("table.timeline", "25 POINT:club given by hand")
            .await;
        let export = browser.find("a[href$='/export']").await.attr("href").await;
        let export = export.expect("an attribute").expect("an address");
        assert!(house.page(&export).text.contains(&first.customer));
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn a_person_is_erased_after_a_second_thought() {
    let house = House::seeded(Engine::Sqlite);
    house.fixture.leave_broken();
    let customer = house.customers()[0].customer.clone();
    with_browser(&house, async |browser| {
        browser
            .go(&format!("{}/customers/{customer}", house.url))
            .await;
        browser.click("a[href$='/erase']").await;
        browser.see("h1", "Erase").await;
        browser.click("button.stop").await;
        // The box is required: the browser keeps the form here.
        assert!(
            browser
                .value("location.pathname")
                .await
                .to_string()
                .contains("/erase")
        );
        browser.click("input[name=sure]").await;
        browser.click("button.stop").await;
        browser.see(".notice", "was erased").await;
        assert_eq!(house.page(&format!("/customers/{customer}")).status, 404);
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn charts_are_walked_with_the_keyboard() {
    let house = House::seeded(Engine::Sqlite);
    with_browser(&house, async |browser| {
        browser.be_wide(1360);
        browser.go(&house.url).await;
        let chart = browser.find("[data-chart]").await;
        chart.focus().await.expect("it takes the focus");
        let right = "\u{e014}";
        browser.press(right).await;
        let here = "document.activeElement";
        let first = browser
            .value(&format!("{here}.getAttribute('aria-label')"))
            .await;
        browser.press(right).await;
        let second = browser
            .value(&format!("{here}.getAttribute('aria-label')"))
            .await;
        assert_ne!(first, second);
        let seen = format!("getComputedStyle({here}.querySelector('.readout')).visibility");
        assert_eq!(
            browser.value(&seen).await,
            "visible",
            "values show on focus"
        );
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

/// A number that plain SQL over the store answers.
fn number(house: &House, text: &str) -> i64 {
    let row = testkit::rows::query(house.fixture.app().store(), text, &[]).remove(0);
    row.int("n").expect("a number called n")
}

/// What the figures of a page say, without the signs between thousands.
async fn figures(browser: &Browser) -> String {
    let text = "document.querySelector('.figures').innerText.replaceAll(',', '')";
    let text = browser.value(text).await;
    text.as_str().expect("a text").replace('\u{a0}', " ")
}

/// The share who are back by a day, and the first day by which half are: the product-limit
/// estimate in its plainest form, from the days of first and second orders.
fn back_by(house: &House, today: i64, day: i64) -> (f64, Option<i64>) {
    let text = "SELECT first_order, second_order FROM customer_metrics WHERE orders > 0";
    let rows = testkit::rows::query(house.fixture.app().store(), text, &[]);
    let watched: Vec<(i64, bool)> = rows
        .iter()
        .map(|row| {
            let first = row.int("first_order").expect("a day");
            let second = row.int_or_null("second_order").expect("a day or none");
            (second.unwrap_or(today) - first, second.is_some())
        })
        .collect();
    let (mut away, mut share, mut half) = (1.0, 0.0, None);
    for at in 0..=today {
        let waited = watched.iter().filter(|(until, _)| *until >= at).count();
        let back = watched.iter().filter(|it| **it == (at, true)).count();
        if waited == 0 {
            break;
        }
        away *= 1.0 - back as f64 / waited as f64;
        if at <= day {
            share = 1.0 - away;
        }
        if half.is_none() && away <= 0.5 {
            half = Some(at);
        }
    }
    (share, half)
}

#[test]
fn retention_shows_what_plain_sql_says() {
    let house = House::seeded(Engine::Sqlite);
    let count = |condition: &str| {
        let text = format!("SELECT COUNT(*) AS n FROM customer_metrics WHERE {condition}");
        number(&house, &text)
    };
    let (again, buyers) = (count("order_days >= 2"), count("orders > 0"));
    let today = number(&house, "SELECT MAX(last_seen) AS n FROM customer_metrics");
    let (share, half) = back_by(&house, today, 90);
    let late = house.get("/v1/insight/retention")["rarely"]["days"].clone();
    let late = late.as_i64().expect("enough come back to say");
    let waiting = count(&format!(
        "order_days = 1 AND {today} - last_order <= {late}"
    ));
    with_browser(&house, async |browser| {
        browser.go(&format!("{}/retention", house.url)).await;
        let told = figures(&browser).await;
        for said in [
            format!("{again} of {buyers} so far"),
            format!("{:.0} %", share * 100.0),
            format!(
                "Median days to the second order\n{}",
                half.expect("half are back")
            ),
        ] {
            assert!(told.contains(&said), "“{said}” is not in {told}");
        }
        let lead = match waiting {
            1 => format!("1 one-time buyer is still before day {late}."),
            _ => format!("{waiting} one-time buyers are still before day {late}."),
        };
        browser.see(".lead", &lead).await;
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn value_shows_what_plain_sql_says() {
    let house = House::seeded(Engine::Sqlite);
    let buyers = number(
        &house,
        "SELECT COUNT(*) AS n FROM customer_metrics WHERE orders > 0",
    );
    let gross = number(
        &house,
        "SELECT SUM(gross) AS n FROM customer_metrics WHERE orders > 0",
    );
    let ranked = number(
        &house,
        "SELECT SUM(place * gross) AS n FROM (
            SELECT gross, ROW_NUMBER() OVER (ORDER BY gross, customer) AS place
            FROM customer_metrics WHERE orders > 0
        ) AS ranked",
    );
    let best = (buyers + 4) / 5;
    let best_gross = number(
        &house,
        &format!(
            "SELECT SUM(gross) AS n FROM (
                SELECT gross FROM customer_metrics WHERE orders > 0
                ORDER BY gross DESC LIMIT {best}
            ) AS best"
        ),
    );
    let (n, sum) = (buyers as f64, gross as f64);
    let gini = 2.0 * ranked as f64 / (n * sum) - (n + 1.0) / n;
    with_browser(&house, async |browser| {
        browser.go(&format!("{}/value", house.url)).await;
        let told = figures(&browser).await;
        for said in [
            format!("{}.{:02}", gross / 100, gross % 100),
            format!("Gini of sales\n{gini:.2}"),
            format!(
                "The best 20 % bring\n{:.0} %",
                best_gross as f64 / sum * 100.0
            ),
        ] {
            assert!(told.contains(&said), "“{said}” is not in {told}");
        }
        assert_eq!(browser.complaints().await, Vec::<String>::new());
    });
}

/// A form with mistakes in it.
const WRONG: &str = "/customers/ask?a0=orders&v0=many&a1=net&a2=days_since(last_order)&v2=1";

#[test]
fn pages_fit_a_phone_and_a_desk() {
    let house = House::seeded(Engine::Sqlite);
    let best = house.customers()[0].customer.clone();
    let app = house.fixture.app();
    assert!(app.publish_thresholds().expect("limits are published"));
    let pages = [
        "/".to_owned(),
        "/retention".to_owned(),
        "/value".to_owned(),
        "/channels".to_owned(),
        "/experience".to_owned(),
        "/customers".to_owned(),
        "/customers?where=standing%20in%20%5B%22new%22%5D%20%26%26%20net%20%3E%201".to_owned(),
        "/customers?where=orders%20%3E%3D%202&as=text".to_owned(),
        WRONG.to_owned(),
        format!("/customers/{best}"),
        format!("/customers/{best}/erase"),
        "/nothing".to_owned(),
    ];
    with_browser(&house, async |browser| {
        for width in [390, 1360] {
            browser.be_wide(width);
            for page in &pages {
                browser.go(&format!("{}{page}", house.url)).await;
                open_details(&browser).await;
                for direction in ["ltr", "rtl"] {
                    browser
                        .value(&format!("document.documentElement.dir = '{direction}'"))
                        .await;
                    let wide = browser.value("document.documentElement.scrollWidth").await;
                    let wide = wide.as_u64().expect("a width");
                    let measured = format!("{page} {direction} is {wide} wide on {width}");
                    assert!(wide <= u64::from(width), "{measured}");
                }
            }
        }
        // A page that is not there and a wrong question are errors on purpose, and the only ones.
        let complaints = browser.complaints().await;
        let on_purpose = |line: &str| line.contains("/nothing") || line.contains("/customers/ask");
        let others = complaints.iter().filter(|line| !on_purpose(line));
        assert_eq!(others.count(), 0, "{complaints:?}");
    });
}

async fn open_details(browser: &Browser) {
    let opened = "document.querySelectorAll('details').forEach(it => it.open = true)";
    browser.value(opened).await;
}

/// The least contrast of text on its ground in a page, after the formula of WCAG 2.
const CONTRAST: &str = "(() => {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const parts = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (parts(colour)[3] > 0) return colour;
    }
    return 'white';
  };
  let worst = [99, ''];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const said = texts.currentNode.data.trim();
    if (!said || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const ink = element.closest('svg') ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < worst[0]) worst = [contrast, said];
  }
  return worst;
})()";

#[test]
fn text_can_be_read_in_light_and_dark() {
    let house = House::seeded(Engine::Sqlite);
    let best = house.customers()[0].customer.clone();
    let app = house.fixture.app();
    assert!(app.publish_thresholds().expect("limits are published"));
    let pages = [
        "/".to_owned(),
        "/retention".to_owned(),
        "/value".to_owned(),
        "/customers".to_owned(),
        WRONG.to_owned(),
        format!("/customers/{best}"),
        format!("/customers/{best}/erase"),
        format!("/customers/{best}?refused=same"),
    ];
    with_browser(&house, async |browser| {
        for scheme in ["light", "dark"] {
            browser.prefer(scheme);
            for page in &pages {
                browser.go(&format!("{}{page}", house.url)).await;
                open_details(&browser).await;
                let worst = browser.value(CONTRAST).await;
                let contrast = worst[0].as_f64().expect("a number");
                assert!(contrast >= 4.5, "{page} in {scheme}: {worst}");
            }
        }
    });
}
