use app::insight::{AgeRow, Contrast, Grid, GridCell, GroupFigures, ProfitBasis};

use super::*;
use crate::i18n::speech_for;
use axum::http::HeaderMap;
use domain::money::Currency;

fn spread() -> Spread {
    Spread {
        gini: 0.715_139,
        orders_gini: 0.541_445,
        tops: [(0.01, 0.32), (0.05, 0.504), (0.1, 0.614), (0.2, 0.746_171)]
            .map(|(part, gross_share)| Top {
                part,
                customers: (part * 4_338.0_f64).ceil() as u64,
                gross_share,
                predicate: (part > 0.1).then(|| "gross >= 2058.61".to_owned()),
            })
            .to_vec(),
        lorenz: (0..=100)
            .map(|place| f64::from(place) / 100.0)
            .map(|share| (share, share * share))
            .collect(),
    }
}

fn value(buyers: u64) -> Value {
    Value {
        today: 15_317,
        first_day: Some(14_944),
        buyers,
        orders: 18_532,
        gross: 891_140_790,
        net: 800_000_000,
        concentration: Some(spread()),
        scores: Some(ScoreFigures {
            best: 348,
            best_gross_share: 0.438_221,
            worst: 184,
            worst_gross_share: 0.004,
        }),
        grid: None,
        contrast: None,
        basis: ProfitBasis::Net,
        ages: Vec::new(),
    }
}

fn told<T>(value: &Value, tell: impl FnOnce(&Scene<'_>) -> T) -> T {
    let settings = ShopSettings {
        currency: Currency::GBP,
        ..ShopSettings::default()
    };
    tell(&Scene::of(speech_for(&HeaderMap::new()), &settings, value))
}

fn check(page: &str, texts: &[&str]) {
    for said in texts {
        assert!(page.contains(said), "“{said}” is not in {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf\""), "{page}");
}

#[test]
fn the_headline_speaks_of_enough_buyers_only() {
    let said = told(&value(4_338), |it| it.headline());
    assert_eq!(
        said,
        "The best fifth of customers brings 75\u{a0}% of sales."
    );
    let said = told(&value(29), |it| it.headline());
    assert_eq!(
        said,
        "29 buyers so far: too few to say who makes the money."
    );
    let page = told(&value(0), |it| it.content()).into_string();
    check(
        &page,
        &["Nobody has ordered yet.", "fanous import orders.csv"],
    );
}

#[test]
fn figures_say_what_they_mean() {
    let page = told(&value(4_338), |it| it.content()).into_string();
    let texts = [
        "8,911,407<span class=\"minor\">.90</span>",
        "18,532 orders of 4,338 customers; net 8,000,000",
        "0.72",
        "differ by 1.4 times the average",
        "74.6\u{a0}%",
        "of sales, 868 customers",
        "348 customers (8.0\u{a0}%) are in the best fifth",
        "they bring 43.8\u{a0}% of sales. 184 (4.2\u{a0}%) are in the worst fifth by all three \
         and bring 0.4\u{a0}%.",
        "where=gross%20%3E%3D%202058.61",
        "No limits between fifths are published yet.",
        "The other 80\u{a0}% of customers together bring 25\u{a0}%.",
        "fanous import products.csv",
    ];
    check(&page, &texts);
}

#[test]
fn bands_are_told_in_days_and_orders_and_lead_to_their_customers() {
    let mut value = value(4_338);
    let cells = (1..=5).rev().flat_map(|recency| {
        (1..=5).map(move |frequency| GridCell {
            recency,
            frequency,
            customers: if frequency == 1 { 0 } else { 50 },
            gross: 1_000_000,
            gross_share: 0.04,
            predicate: format!("recency_band == {recency} && frequency_band == {frequency}"),
        })
    });
    let ago = |days: i64| i64::from(value.today) - days;
    value.grid = Some(Grid {
        version: 3,
        at: 1_323_475_200_000,
        recency_limits: [ago(180), ago(70), ago(32), ago(13)],
        frequency_limits: [1, 2, 3, 6],
        cells: cells.collect(),
    });
    let page = told(&value, |it| it.grid()).into_string();
    assert!(
        !page.contains("frequency_band%20%3D%3D%201\""),
        "nobody is there"
    );
    check(
        &page,
        &[
            ">0–13</text>",
            ">14–32</text>",
            ">181\u{a0}+</text>",
            ">1</text>",
            ">3–5</text>",
            ">6\u{a0}+</text>",
            "version 3, published on 10 Dec 2011",
            "where=recency_band%20%3D%3D%205%20%26%26%20frequency_band%20%3D%3D%202",
            "50 customers with 3–5 orders, the last 14–32 days ago: GBP 10,000, \
             4.0\u{a0}% of sales",
        ],
    );
}

#[test]
fn the_ends_stand_side_by_side_with_their_ratio() {
    let group = |orders_each: f64, gross: i64| GroupFigures {
        customers: 867,
        gross,
        orders_each,
        average_order: 1,
        ..GroupFigures::default()
    };
    let mut value = value(4_338);
    value.contrast = Some(Contrast {
        best: group(12.34, 867_000_000),
        worst: group(1.1, 0),
        best_predicate: Some("gross >= 1.00".to_owned()),
        worst_predicate: None,
    });
    let page = told(&value, |it| it.content()).into_string();
    check(
        &page,
        &[
            "orders 11 times as often",
            "<td class=\"n\" data-value=\"10000.00\">10,000</td>",
            "×\u{a0}11",
        ],
    );
    assert!(
        !page.contains("Discounts, of"),
        "nothing to tell of discounts"
    );
}

#[test]
fn ages_count_everybody_and_name_the_survivors() {
    let mut value = value(4_338);
    let age = |months: u32, mean: f64| AgeRow {
        months,
        customers: 4_000,
        mean,
        low: mean - 1_000.0,
        high: mean + 1_000.0,
        active: 900,
        mean_active: Some(mean * 4.0),
    };
    value.ages = vec![age(0, 40_049.0), age(1, 10_000.0), age(2, 12_000.0)];
    let page = told(&value, |it| it.content()).into_string();
    check(
        &page,
        &[
            "A customer brings GBP 400 in the month of the first order, and 110 in an average one \
             of the 2 months after.",
            "1 months on: GBP 100 a customer (90–110), of 4,000; the 900 who ordered bring 400",
            "a mean over those who still order would rise by itself as the others leave.",
            "400<span class=\"minor\">.49</span>",
        ],
    );
}
