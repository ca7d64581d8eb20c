use std::sync::Arc;

use app::insight::{CohortRow, ContentRow, CurvePoint};
use axum::http::HeaderMap;
use domain::insight::{Chosen, MonthRange};

use super::*;
use crate::i18n::speech_for;

fn by(days: u32, share: f64, half: f64) -> ShareBy {
    ShareBy {
        days,
        share,
        low: share - half,
        high: share + half,
        watched: 100,
    }
}

fn time(people: u64, shares: Vec<ShareBy>) -> TimeTo {
    let curve = shares.iter().map(|by| CurvePoint {
        days: by.days,
        share: by.share,
        low: by.low,
        high: by.high,
        at_risk: by.watched,
    });
    TimeTo {
        first_day: 15_000,
        people,
        returned: people / 2,
        median_days: None,
        median_interval_days: (None, None),
        curve: curve.collect(),
        shares,
    }
}

fn of(second_order: Option<TimeTo>, rarely: Option<Rarely>) -> Retention {
    let people = second_order.as_ref().map_or(0, |it| it.people);
    let door = |customers| Door {
        customers,
        predicate: "order_days == 1 && days_since(last_order) <= 214".to_owned(),
    };
    Retention {
        today: 15_400,
        buyers: people,
        repeat_buyers: people / 2,
        second_order,
        rarely,
        newest: None,
        in_window: rarely.map(|_| door(1_022)),
        about_to_cross: rarely.map(|_| door(1)),
        waiting: Vec::new(),
        second_visit: None,
        cohorts: Vec::new(),
        contents: Vec::new(),
        back_in_all: None,
    }
}

fn told<T>(retention: &Retention, tell: impl FnOnce(&Scene<'_>) -> T) -> T {
    told_of(retention, None, tell)
}

fn told_of<T>(
    retention: &Retention,
    period: Option<RetentionPeriod>,
    tell: impl FnOnce(&Scene<'_>) -> T,
) -> T {
    let settings = ShopSettings::default();
    let of = RetentionOf {
        retention: Arc::new(retention.clone()),
        history: None,
        chosen: Ok(Chosen::default()),
        period,
    };
    tell(&Scene {
        speech: speech_for(&HeaderMap::new()),
        settings: &settings,
        retention: &of.retention,
        of: &of,
    })
}

fn late(high_days: Option<u32>, horizon_days: u32) -> Option<Rarely> {
    Some(Rarely {
        days: 214,
        low_days: 201,
        high_days,
        horizon_days,
    })
}

#[test]
fn the_headline_says_no_more_than_the_interval_holds() {
    let check = |time_to: Option<TimeTo>, rarely: Option<Rarely>, said: &str| {
        assert_eq!(told(&of(time_to, rarely), |it| it.headline()), said);
    };
    let shares = |half| vec![by(30, 0.2, half), by(90, 0.461, half)];
    check(
        Some(time(4_338, shares(0.015))),
        late(Some(229), 365),
        "46\u{a0}% of first-time buyers order again within 90 days; after day 214 only one second \
         order in ten is still to come.",
    );
    let plain = "46\u{a0}% of first-time buyers order again within 90 days.";
    check(Some(time(4_338, shares(0.015))), None, plain);
    check(Some(time(4_338, shares(0.015))), late(None, 365), plain);
    check(Some(time(4_338, shares(0.015))), late(Some(80), 90), plain);
    check(
        Some(time(80, shares(0.11))),
        None,
        "Between 35 and 57\u{a0}% of first-time buyers order again within 90 days.",
    );
    check(
        Some(time(4_338, vec![by(30, 0.2, 0.01)])),
        None,
        "20\u{a0}% of first-time buyers order again within 30 days.",
    );
    check(
        Some(time(29, shares(0.1))),
        None,
        "29 buyers so far: too few to say who comes back.",
    );
    check(
        Some(time(80, Vec::new())),
        None,
        "80 buyers so far, none of them watched for a month: too early to say who comes back.",
    );
    check(None, None, "Nobody has ordered yet.");
}

#[test]
fn every_figure_is_a_door_and_says_its_interval() {
    let retention = of(
        Some(time(4_338, vec![by(90, 0.461, 0.015), by(365, 0.8, 0.02)])),
        late(Some(229), 365),
    );
    let page = told(&retention, |it| it.content()).into_string();
    for said in [
        "/customers?where=order_days%20%3E%3D%202",
        "1,022 one-time buyers are still before day 214.",
        "1 of them reaches it within two weeks.",
        "44.6–47.6\u{a0}% with 95\u{a0}% certainty, n\u{a0}=\u{a0}4,338",
        "201–229 with 95\u{a0}% certainty",
        "More than half never",
        "day 214 (201–229)",
        "No visits are known yet.",
    ] {
        assert!(page.contains(said), "“{said}” is not in {page}");
    }
}

#[test]
fn an_empty_shop_is_taught() {
    let page = told(&of(None, None), |it| it.content()).into_string();
    assert!(page.contains("fanous import orders.csv"), "{page}");
    assert!(page.contains("Nobody has ordered yet."), "{page}");
    assert!(!page.contains("NaN"), "{page}");
}

#[test]
fn long_histories_show_their_newest_cohorts_and_say_so() {
    let mut retention = of(Some(time(4_338, vec![by(90, 0.461, 0.015)])), None);
    retention.cohorts = (0..30)
        .map(|place| CohortRow {
            month: format!("{}-{:02}", 2009 + place / 12, place % 12 + 1),
            size: 100,
            later: vec![20; 29 - place],
            predicate: "first_order >= date(\"2009-01-01\")".to_owned(),
        })
        .collect();
    let page = told(&retention, |it| it.cohorts()).into_string();
    assert!(page.contains("the newest 24 cohorts"), "{page}");
    assert!(
        !page.contains("June 2009") && page.contains("July 2009"),
        "{page}"
    );
    // Each of them but the last, which has no month after it yet, has one cell that is not over.
    assert_eq!(
        page.matches("class=\"mark cell open\"").count(),
        23,
        "{page}"
    );
    assert!(page.contains("no cohort is unlike the others"), "{page}");
}

#[test]
fn contents_are_associated_and_only_beyond_chance() {
    let mut retention = of(None, None);
    retention.second_visit = Some(time(900, vec![by(30, 0.4, 0.03)]));
    retention.back_in_all = Some(by(30, 0.4, 0.03));
    let row = |content: &str, share: f64, half: f64| ContentRow {
        content: content.to_owned(),
        visitors: 300,
        back: by(30, share, half),
        predicate: format!("content == \"{content}\""),
    };
    retention.contents = vec![
        row("<recipes>", 0.6, 0.05),
        row("guides", 0.45, 0.05),
        row("ads", 0.2, 0.05),
    ];
    let page = told(&retention, |it| it.contents()).into_string();
    for said in [
        "Of 3 kinds of content, visitors of 1 come back more often than visitors in all, and of 1 \
         less often.",
        "An association, not a cause",
        "&lt;recipes&gt;",
        "where=content%20%3D%3D%20%22%3Crecipes%3E%22",
        "within chance",
    ] {
        assert!(page.contains(said), "“{said}” is not in {page}");
    }
}

#[test]
fn chosen_cohorts_are_said_to_be_chosen() {
    let range = |from: &str, to: &str| {
        let month = |text: &str| text.parse().expect("a month");
        MonthRange::new(month(from), month(to)).expect("months in order")
    };
    let retention = of(
        Some(time(4_338, vec![by(90, 0.461, 0.015)])),
        late(Some(229), 365),
    );
    let cohort = CohortRow {
        month: "2011-02".to_owned(),
        size: 380,
        later: vec![71, 71],
        predicate: "first_order >= date(\"2011-02-01\")".to_owned(),
    };
    let period = |second_order, cohorts| RetentionPeriod {
        range: range("2011-02", "2011-03"),
        second_order,
        cohorts,
        predicate: String::new(),
    };
    let chosen = period(Some(time(380, vec![by(90, 0.3, 0.04)])), vec![cohort]);
    let page = told_of(&retention, Some(chosen), |it| it.content()).into_string();
    for said in [
        "of those who first ordered in February 2011 to March 2011;",
        "First orders of February 2011 to March 2011.",
        "n\u{a0}=\u{a0}380 buyers",
        "n\u{a0}=\u{a0}4,338",
    ] {
        assert!(page.contains(said), "“{said}” is not in {page}");
    }
    assert!(!page.contains("day 214 (201–229)"), "that day is of all");
    let nobody = period(None, Vec::new());
    let page = told_of(&retention, Some(nobody), |it| it.content()).into_string();
    let none = "Nobody ordered for the first time in these months.";
    assert_eq!(page.matches(none).count(), 2, "{page}");
}
