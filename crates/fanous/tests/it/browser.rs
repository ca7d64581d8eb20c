//! The pages in a real browser: what a merchant does on a day with a difficult customer.

use std::future::Future;

use store::Engine;

use crate::driver::Browser;
use crate::house::House;

/// Runs a test with a served shop and a browser.
fn with_browser<F: Future<Output = ()>>(house: &House, test: impl FnOnce(Browser) -> F) {
    let runtime = house.runtime.as_ref().expect("the house stands");
    runtime.block_on(async { test(Browser::open().await).await });
}

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

#[test]
fn pages_fit_a_phone_and_a_desk() {
    let house = House::seeded(Engine::Sqlite);
    let best = house.customers()[0].customer.clone();
    let pages = [
        "/".to_owned(),
        "/customers".to_owned(),
        "/customers?first_ordered_month=2025-03&orders_min=1".to_owned(),
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
        // A page that is not there is an error on purpose, and the only one.
        let complaints = browser.complaints().await;
        let others = complaints.iter().filter(|line| !line.contains("/nothing"));
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
    let pages = [
        "/".to_owned(),
        "/customers".to_owned(),
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
