//! Figures of every kind, as each language writes them.

use axum::http::HeaderMap;

use domain::money::Currency;
use domain::settings::ShopSettings;

use super::*;
use crate::i18n::speech_for;

#[test]
fn numbers_are_grouped_and_signed() {
    let speech = speech_for(&HeaderMap::new());
    let check = |number: i64, shown: &str| assert_eq!(speech.number(number), shown);
    check(0, "0");
    check(999, "999");
    check(1_000, "1,000");
    check(-541_909, "−541,909");
    check(i64::MIN, "−9,223,372,036,854,775,808");
}

#[test]
fn money_has_the_decimals_of_its_currency() {
    let speech = speech_for(&HeaderMap::new());
    let check = |minor: i64, currency: &str, shown: &str| {
        let currency: Currency = currency.parse().expect("a currency");
        assert_eq!(speech.money(minor, currency), shown);
    };
    check(888_720_889, "GBP", "8,887,208.89");
    check(-5, "GBP", "−0.05");
    check(1_500, "JPY", "1,500");
    check(1_234_567, "KWD", "1,234.567");
    assert_eq!(speech.money_rounded(-150, Currency::GBP), "−2");
    assert_eq!(speech.money_rounded(149, Currency::GBP), "1");
}

#[test]
fn shares_show_what_their_interval_supports() {
    let speech = speech_for(&HeaderMap::new());
    assert_eq!(
        speech.percent(0.655_8, decimals_for(0.641, 0.67)),
        "65.6\u{a0}%"
    );
    assert_eq!(speech.percent(0.655_8, decimals_for(0.5, 0.8)), "66\u{a0}%");
    assert_eq!(speech.percent(-0.031, 1), "−3.1\u{a0}%");
}

#[test]
fn decimals_are_grouped_and_signed() {
    let speech = speech_for(&HeaderMap::new());
    let check = |number: f64, decimals: usize, shown: &str| {
        assert_eq!(speech.decimal(number, decimals), shown);
    };
    check(0.715_139, 3, "0.715");
    check(-12_345.67, 1, "−12,345.7");
    check(-0.04, 1, "0.0");
    check(12.5, 0, "12");
    check(f64::INFINITY, 0, "1,000,000,000,000,000");
}

#[test]
fn dates_are_those_of_the_shops_zone() {
    let speech = speech_for(&HeaderMap::new());
    let tehran: Zone = "Asia/Tehran".parse().expect("a zone");
    let at = domain::time::parse_time("2011-12-09T21:50:00Z", &Zone::utc())
        .expect("a time")
        .0;
    assert_eq!(speech.moment(at, &Zone::utc()), "9 Dec 2011, 21:50");
    assert_eq!(speech.moment(at, &tehran), "10 Dec 2011, 01:20");
    assert_eq!(
        speech.month("2011-03", Calendar::Gregorian, false),
        "March 2011"
    );
    assert_eq!(speech.month("1390-09", Calendar::Jalali, true), "Azar 1390");
}

fn speech_of(tag: &str) -> &'static Speech {
    let mut headers = HeaderMap::new();
    let tag = tag.parse().expect("a tag");
    headers.insert(axum::http::header::ACCEPT_LANGUAGE, tag);
    speech_for(&headers)
}

#[test]
fn rials_are_shown_as_tomans_where_the_shop_says_so() {
    let settings = |toman| ShopSettings {
        currency: "IRR".parse().expect("a currency"),
        toman,
        ..ShopSettings::default()
    };
    let (rial, toman) = (settings(false), settings(true));
    let speech = speech_for(&HeaderMap::new());
    // Minor units of the books are hundredths of a rial.
    let check = |minor: i64, as_rial: &str, as_toman: &str| {
        assert_eq!(speech.money(minor, &rial), as_rial);
        assert_eq!(speech.money(minor, &toman), as_toman);
    };
    check(0, "0", "0");
    check(185_000_000, "1,850,000", "185,000");
    check(-185_000_500, "−1,850,005", "−185,000.5");
    check(100, "1", "0.1");
    check(1, "0.01", "0.001");
    check(
        i64::MIN,
        "−92,233,720,368,547,758.08",
        "−9,223,372,036,854,775.808",
    );
    assert_eq!(speech.money_rounded(185_000_500, &toman), "185,001");
    assert_eq!(Tender::from(&toman).unit(), 1_000);
    assert_eq!(
        (speech.unit(&rial), speech.unit(&toman)),
        ("IRR".to_owned(), "toman".to_owned())
    );
    let tender = Tender::from(&toman);
    assert_eq!(tender.plain("1500.5"), "150.05");
    assert_eq!(tender.in_books("150.05"), "1500.5");
    assert_eq!(tender.in_books("۲۰۰"), "2000");
    assert_eq!(tender.in_books("much"), "much");
    assert_eq!(Tender::from(&rial).plain("1500.50"), "1500.50");
    // Only rials have tomans.
    let euros = ShopSettings {
        toman: true,
        ..ShopSettings::default()
    };
    assert_eq!(speech.money(185_000, &euros), "1,850.00");
    assert_eq!(speech.unit(&euros), "EUR");
}

#[test]
fn persian_figures_are_written_as_persians_write_them() {
    let speech = speech_of("fa");
    let minus = "\u{200e}−";
    assert_eq!(speech.number(1_234_567), "۱٬۲۳۴٬۵۶۷");
    assert_eq!(speech.number(-42), format!("{minus}۴۲"));
    assert_eq!(speech.decimal(0.719, 2), "۰٫۷۲");
    assert_eq!(speech.percent(0.328, 1), "\u{61c}۳۲٫۸٪");
    assert_eq!(speech.percent(-0.031, 1), format!("\u{61c}{minus}۳٫۱٪"));
    assert_eq!(speech.money(888_720_889, Currency::GBP), "۸٬۸۸۷٬۲۰۸٫۸۹");
    assert_eq!(speech.unit(Currency::GBP), "پوند");
    assert_eq!(speech.number_short(12_500), "۱۲٫۵ هزار");
    assert_eq!(speech.span("۱۰", "۲۰"), "۱۰ تا ۲۰");
}

#[test]
fn persian_readers_get_dates_of_their_calendar_and_months_of_the_shops() {
    let speech = speech_of("fa-IR");
    let tehran: Zone = "Asia/Tehran".parse().expect("a zone");
    let at = domain::time::parse_time("2011-12-09T12:50:00Z", &Zone::utc())
        .expect("a time")
        .0;
    assert_eq!(speech.day(at, &tehran), "۱۸ آذر ۱۳۹۰");
    assert_eq!(speech.moment(at, &tehran), "۱۸ آذر ۱۳۹۰، ۱۶:۲۰");
    assert_eq!(
        speech.month("2011-03", Calendar::Gregorian, true),
        "مارس ۲۰۱۱"
    );
    assert_eq!(speech.month("1390-09", Calendar::Jalali, true), "آذر ۱۳۹۰");
}
