//! The pages in each language, judged by a machine: nothing overflows, no glyph is missing, no
//! Latin digit stands in Persian prose, and everything lies in its direction.

use serde_json::Value;
use store::Engine;

use crate::driver::Browser;
use crate::house::{House, with_browser};

/// Each language with its direction.
const LANGUAGES: [(&str, &str); 3] = [("en", "ltr"), ("fa", "rtl"), ("zh-Hant-TW", "ltr")];

/// Texts of the page that hold Latin digits, outside of what is code or somebody's own.
const LATIN_DIGITS: &str = "(() => {
  const own = 'bdi, code, pre, :not(html)[dir=ltr], [dir=auto], input, textarea, script';
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (/[0-9]/.test(data) && !parentElement.closest(own)) found.push(data.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder]')) {
    for (const name of ['aria-label', 'placeholder']) {
      const said = (element.getAttribute(name) ?? '').replace(/\\u2068[^\\u2069]*\\u2069/g, '');
      if (/[0-9]/.test(said)) found.push(said);
    }
  }
  return [...new Set(found)];
})()";

/// Signs of the page for which no font has a glyph: they are drawn as signs that do not exist
/// are. Before that, two of those are held against each other, so that the check cannot be blind.
const BOXES: &str = "(() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 48;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.font = `32px ${getComputedStyle(document.body).fontFamily}`;
  pen.textBaseline = 'middle';
  const drawn = (sign) => {
    pen.clearRect(0, 0, 48, 48);
    pen.fillText(sign, 4, 24);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const box = drawn('\\u{0378}');
  if (drawn('\\u{0379}') !== box || drawn('a') === box) return ['no box looks like a box'];
  const signs = new Set(document.body.innerText);
  for (const element of document.querySelectorAll('svg text')) {
    for (const sign of element.textContent) signs.add(sign);
  }
  const isSeen = (sign) => !/[\\s\\p{C}\\p{M}]/u.test(sign);
  return [...signs].filter((sign) => isSeen(sign) && drawn(sign) === box);
})()";

/// Parts that lie in another direction than they should: time runs from the left everywhere, and
/// all else as the page is read.
const MISPLACED: &str = "(() => {
  const page = document.documentElement.dir;
  const found = [];
  const expect = (selector, direction) => {
    for (const element of document.querySelectorAll(selector)) {
      const is = getComputedStyle(element).direction;
      if (is !== direction) found.push(`${selector} is ${is}`);
    }
  };
  expect('html, body, main, h1, table, .legend, .figures, nav, footer', page);
  expect('.chart:not(.mirrored), .chart svg', 'ltr');
  expect('.chart.mirrored', 'rtl');
  for (const chart of document.querySelectorAll('[data-chart=newest]')) {
    const lefts = [...chart.querySelectorAll('.column')].map((column) =>
      column.firstElementChild.getBoundingClientRect().left);
    if (lefts.some((left, place) => place > 0 && left < lefts[place - 1])) {
      found.push('time runs from the right');
    }
  }
  const cells = document.querySelector('thead tr')?.children ?? [];
  if (cells.length > 1) {
    const [first, second] = [...cells].map((cell) => cell.getBoundingClientRect().left);
    if (first !== second && (first > second) !== (page === 'rtl')) found.push('a table');
  }
  return found;
})()";

const OPENED: &str = "document.querySelectorAll('details').forEach(it => it.open = true)";

/// Chooses a language by the form on the page.
async fn choose(browser: &Browser, house: &House, tag: &str) {
    browser
        .go(&format!("{}/customers?sort=orders", house.url))
        .await;
    let now = browser.value("document.documentElement.lang").await;
    if now != tag {
        let button = format!("button[name=lang][value={tag}]");
        browser.click(&button).await;
        browser.gone(&button).await;
        let address = browser.value("location.pathname + location.search").await;
        assert_eq!(address, "/customers?sort=orders", "the same page is shown");
    }
}

/// Every finding about a page that stands open.
async fn judge(browser: &Browser, page: &str, (tag, direction): (&str, &str)) {
    browser.value(OPENED).await;
    let html = "[document.documentElement.lang, document.documentElement.dir]";
    let html = browser.value(html).await;
    assert_eq!(html, serde_json::json!([tag, direction]), "{page}");
    let none = Value::Array(Vec::new());
    assert_eq!(browser.value(BOXES).await, none, "{page} in {tag}: boxes");
    assert_eq!(
        browser.value(MISPLACED).await,
        none,
        "{page} in {tag}: misplaced"
    );
    if tag == "fa" {
        let digits = browser.value(LATIN_DIGITS).await;
        assert_eq!(digits, none, "{page} in {tag}: Latin digits");
    }
}

async fn judge_all(browser: &Browser, house: &House, pages: &[String]) {
    for language in LANGUAGES {
        choose(browser, house, language.0).await;
        for page in pages {
            for width in [390, 1360] {
                browser.be_wide(width);
                browser.go(&format!("{}{page}", house.url)).await;
                judge(browser, page, language).await;
                let wide = browser.value("document.documentElement.scrollWidth").await;
                let wide = wide.as_u64().expect("a width");
                let measured = format!("{page} in {} is {wide} wide on {width}", language.0);
                assert!(wide <= u64::from(width), "{measured}");
            }
        }
    }
}

#[test]
fn every_page_reads_right_in_every_language() {
    let house = House::seeded(Engine::Sqlite);
    let best = house.customers()[0].customer.clone();
    let app = house.fixture.app();
    assert!(app.publish_thresholds().expect("limits are published"));
    let question =
        "/customers?where=orders%20%3E%3D%202%20%26%26%20days_since(last_order)%20%3E%209";
    let pages = [
        "/".to_owned(),
        "/retention".to_owned(),
        "/value".to_owned(),
        "/customers".to_owned(),
        question.to_owned(),
        format!("{question}&as=text"),
        "/customers?where=orders%20%3E".to_owned(),
        "/customers?where=height%20%3E%202".to_owned(),
        format!("/customers/{best}"),
        format!("/customers/{best}?refused=same"),
        format!("/customers/{best}/erase"),
        "/nothing".to_owned(),
        "/api".to_owned(),
        "/design".to_owned(),
    ];
    with_browser(&house, async |browser| {
        judge_all(&browser, &house, &pages).await;
        choose(&browser, &house, "en").await;
        let digits = browser.value(LATIN_DIGITS).await;
        assert_ne!(digits, Value::Array(Vec::new()), "the check sees digits");
    });
}

#[test]
fn an_empty_shop_teaches_in_every_language() {
    let house = House::empty(Engine::Sqlite);
    let pages = ["/", "/retention", "/value", "/customers"].map(str::to_owned);
    with_browser(&house, async |browser| {
        judge_all(&browser, &house, &pages).await;
    });
}

#[test]
fn a_choice_is_kept_and_no_other_site_makes_it() {
    let house = House::empty(Engine::Sqlite);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let own = ("sec-fetch-site", "same-origin");
    let page = format!("{}/retention", house.url);
    let chosen = house.send(
        "POST",
        "/language",
        &[form, own, ("referer", &page)],
        "lang=fa",
    );
    assert_eq!(
        (chosen.status, chosen.header("location")),
        (303, "/retention")
    );
    let cookie = chosen.header("set-cookie").to_owned();
    let kept = cookie.split(';').next().expect("a cookie");
    assert!(cookie.contains("SameSite=Lax"), "{cookie}");
    let other = [form, ("sec-fetch-site", "cross-site")];
    let refused = house.send("POST", "/language", &other, "lang=fa");
    assert_eq!((refused.status, refused.header("set-cookie")), (403, ""));
    let unknown = house.send("POST", "/language", &[form, own], "lang=tlh");
    assert_eq!((unknown.status, unknown.header("set-cookie")), (400, ""));

    let persian = [("cookie", kept), ("accept-language", "en")];
    let error = house.send("GET", "/nothing", &persian, "");
    assert!(
        error.text.contains("<html lang=\"fa\" dir=\"rtl\">"),
        "{}",
        error.text
    );
    // Programs are answered in English whatever their reader speaks.
    let answer = house.send("GET", "/v1/nothing", &persian, "");
    assert_eq!(
        answer.json()["error"]["message"],
        "there is nothing at this address"
    );
}
