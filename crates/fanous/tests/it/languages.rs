//! The pages in each language, judged by a machine: nothing overflows, no glyph is missing, no
//! Latin digit stands in Persian prose, everything lies in its direction, and nobody is kept out.

use domain::settings::ShopSettings;
use serde_json::Value;
use store::Engine;

use crate::driver::Browser;
use crate::house::{House, with_browser};

/// Each language with its direction.
const LANGUAGES: [(&str, &str); 3] = [("en", "ltr"), ("fa", "rtl"), ("zh-Hant-TW", "ltr")];

/// A telephone and a desk.
const WIDTHS: [u32; 2] = [390, 1360];
const SCHEMES: [&str; 2] = ["light", "dark"];

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

/// What keeps somebody out, by axe-core: WCAG 2.2 to AA, and what its makers hold to be good
/// practice. Each finding is a rule, the place where it is broken, and how.
const BARRIERS: &str = "axe.run(document, {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) =>
  `${id} at ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`)))";

/// How much a page weighs on the wire with all that it loads, and how far its parts have moved
/// since it was first drawn, as browsers count both.
const WEIGHT: &str = "new Promise((done) => {
  let moved = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) moved += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const loaded = [...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource')];
    done([loaded.reduce((sum, entry) => sum + entry.encodedBodySize, 0), moved]);
  }));
})";
/// A page is no heavier than this, with style and script.
const BYTES_MAX: u64 = 100_000;
/// On a narrow screen charts begin with their newest months: that their axis stays in its place
/// meanwhile counts as a movement, of a few thousandths of the screen where a page has many of them
/// and the machine is busy. Nobody sees it; what people notice begins at a tenth.
const MOVED_MAX: f64 = 0.02;

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
    let weighed = browser.value(WEIGHT).await;
    let bytes = weighed[0].as_u64().expect("bytes");
    assert!(
        (1..=BYTES_MAX).contains(&bytes),
        "{page} in {tag} weighs {bytes} bytes"
    );
    let moved = weighed[1].as_f64().expect("a share of the screen");
    assert!(
        moved <= MOVED_MAX,
        "{page} in {tag} moves by {moved} while it loads"
    );
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

/// Judges every page in every language and width. In which colours changes from width to width and
/// from language to language: so each page is seen in light and dark at each width and in each
/// language, and the slow rules about contrast run twice for a language instead of four times.
async fn judge_all(browser: &Browser, house: &House, pages: &[String]) {
    browser.bring_axe();
    let mut found = Vec::new();
    for (number, language) in LANGUAGES.into_iter().enumerate() {
        choose(browser, house, language.0).await;
        for page in pages {
            for (place, width) in WIDTHS.into_iter().enumerate() {
                let scheme = SCHEMES[(number + place) % 2];
                browser.prefer(scheme);
                browser.be_wide(width);
                browser.go(&format!("{}{page}", house.url)).await;
                judge(browser, page, language).await;
                let here = format!("{page} in {}, {scheme}, on {width}", language.0);
                let wide = browser.value("document.documentElement.scrollWidth").await;
                let wide = wide.as_u64().expect("a width");
                assert!(wide <= u64::from(width), "{here}: it is {wide} wide");
                let barriers = barriers(browser).await.into_iter();
                found.extend(barriers.map(|barrier| format!("{here}: {barrier}")));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What keeps somebody out of the page that stands open.
async fn barriers(browser: &Browser) -> Vec<String> {
    let found = browser.value(BARRIERS).await;
    let found = found.as_array().expect("findings").iter();
    found
        .map(|finding| finding.as_str().expect("a sentence").to_owned())
        .collect()
}

#[test]
fn every_page_reads_right_in_every_language() {
    let house = House::seeded(Engine::Sqlite);
    let best = house.customers()[0].customer.clone();
    let app = house.fixture.app();
    assert!(app.publish_thresholds().expect("limits are published"));
    // So that the page of what came in lately has something to show.
    let seen = serde_json::json!({"userId": "u-1", "event": "Size Guide Opened"});
    house.api_as(&house.write_key, "POST", "/v1/track", &seen);
    house.api_as(&house.write_key, "POST", "/v1/track", &Value::Null);
    let question =
        "/customers?where=orders%20%3E%3D%202%20%26%26%20days_since(last_order)%20%3E%209";
    let pages = [
        "/".to_owned(),
        "/?from=2025-07&to=2025-09&compare=before".to_owned(),
        "/?from=2025-12&compare=year".to_owned(),
        "/?from=soon".to_owned(),
        "/retention".to_owned(),
        "/retention?from=2025-02&to=2025-04".to_owned(),
        "/value".to_owned(),
        "/visits".to_owned(),
        "/visits?from=2025-07&to=2025-09&compare=before".to_owned(),
        "/visits/campaigns".to_owned(),
        "/visits/words".to_owned(),
        "/visits/pages".to_owned(),
        "/visits/hours".to_owned(),
        "/channels".to_owned(),
        "/channels?from=2025-02&to=2025-04".to_owned(),
        "/experience".to_owned(),
        "/experience?days=0".to_owned(),
        "/customers".to_owned(),
        question.to_owned(),
        format!("{question}&as=text"),
        "/customers?where=orders%20%3E".to_owned(),
        "/customers?where=height%20%3E%202".to_owned(),
        format!("/customers/{best}"),
        format!("/customers/{best}?refused=same"),
        format!("/customers/{best}/erase"),
        "/people".to_owned(),
        "/keys".to_owned(),
        "/events".to_owned(),
        "/events/declared".to_owned(),
        "/audit".to_owned(),
        "/settings".to_owned(),
        "/account".to_owned(),
        "/account/second-factor".to_owned(),
        "/prove".to_owned(),
        "/login".to_owned(),
        "/login/code".to_owned(),
        "/login/forgot".to_owned(),
        "/invitation?token=none".to_owned(),
        "/nothing".to_owned(),
        "/api".to_owned(),
        "/design".to_owned(),
    ];
    with_browser(&house, async |browser| {
        judge_all(&browser, &house, &pages).await;
        choose(&browser, &house, "en").await;
        let digits = browser.value(LATIN_DIGITS).await;
        assert_ne!(digits, Value::Array(Vec::new()), "the check sees digits");
        browser
            .value("document.querySelector('h1').append(new Image())")
            .await;
        let found = barriers(&browser).await.join("\n");
        assert!(
            found.starts_with("image-alt at "),
            "the check sees: {found}"
        );
    });
}

#[test]
fn an_empty_shop_teaches_in_every_language() {
    let house = House::empty(Engine::Sqlite);
    // As the demo's second shop, which says on every page that nobody in it exists.
    let settings = ShopSettings {
        is_synthetic: true,
        ..ShopSettings::default()
    };
    let kept = house.fixture.app().settings_put(settings);
    kept.expect("settings are kept");
    let pages = [
        "/",
        "/retention",
        "/value",
        "/visits",
        "/channels",
        "/experience?days=0",
        "/customers",
    ]
    .map(str::to_owned);
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
