//! Visits, look by look.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::events::{Campaign, Page};
use crate::settings::{Catalogue, ShopSettings};
use crate::visits::page_name;

const MINUTE: i64 = 60_000;
/// 2025-01-01T00:00:00Z, a Wednesday.
const START: i64 = 1_735_689_600_000;

fn look(minutes: i64, url: &str, referrer: &str) -> Look {
    let page = Page {
        url: Some(format!("https://shop.example{url}")),
        referrer: Some(referrer.to_owned()),
        ..Page::default()
    };
    let at = Millis(START + minutes * MINUTE);
    Look {
        at,
        received_at: at,
        arrival: Arrival::of(&page, &Campaign::default()),
        page: page_name(&page),
        content: None,
        agent: None,
        place: None,
        search: None,
        told: None,
    }
}

/// What a customer's looks and orders come to: the sums that are not nothing.
fn sums(tell: impl FnOnce(&mut Counting<'_>, &mut Option<Visit>)) -> BTreeMap<String, i64> {
    let fold = Fold::of(&ShopSettings::default(), Arc::new(Catalogue::default()));
    let mut counts = Vec::new();
    let mut latest = None;
    let names: &mut Names<'_> = &mut |_, _, value: &str| value.to_owned();
    let mut counting = Counting {
        fold: &fold,
        names,
        counts: &mut counts,
    };
    tell(&mut counting, &mut latest);
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for count in counts {
        let name = format!("{} {}", count.measure.word(), count.name());
        *sums.entry(name).or_default() += count.by;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn sum(sums: &BTreeMap<String, i64>, name: &str) -> i64 {
    sums.get(name).copied().unwrap_or(0)
}

#[test]
fn what_is_not_known_at_first_is_corrected_on_the_way() {
    let (google, own) = ("https://www.google.com/", "https://shop.example/a");
    let sums = sums(|counting, latest| {
        counting.view(latest, &look(0, "/a", google), true);
        counting.view(latest, &look(2, "/b", own), false);
        counting.act(latest, &look(5, "/b", own));
        counting.view(latest, &look(6, "/a", own), false);
        // Told out of order: a page of the visit, and not its last one.
        counting.view(latest, &look(4, "/c", own), false);
    });
    for (name, expected) in [
        ("visits all", 1),
        ("visits_new all", 1),
        ("visits_of_one_page all", 0),
        ("visits_views all", 4),
        ("visits_seconds all", 360),
        ("page_views all", 4),
        ("page_views page:/a", 2),
        ("visits landing:/a", 1),
        ("visits exit:/a", 1),
        ("visits exit:/b", 0),
        ("page_seconds page:/a", 120),
        ("page_seconds page:/b", 240),
        ("page_followed page:/b", 1),
        ("page_positions page:/b", 2),
        ("visits hour:2-0", 1),
        ("visits class:search", 1),
    ] {
        assert_eq!(sum(&sums, name), expected, "{name} in {sums:?}");
    }
}

#[test]
fn orders_count_for_the_last_visit_within_thirty_days() {
    let days = |days: i64| Millis(START + days * 24 * 60 * MINUTE);
    let check = |order_at: Millis, expected: &str| {
        let sums = sums(|counting, latest| {
            counting.view(latest, &look(0, "/a?utm_source=one", ""), true);
            counting.view(latest, &look(10 * 24 * 60, "/a?utm_source=two", ""), false);
            counting.order(latest.as_ref(), order_at, true, 500);
        });
        let found = sums
            .keys()
            .filter(|name| name.starts_with("visits_value source"));
        let found: Vec<&str> = found.map(String::as_str).collect();
        assert_eq!(found.join(" "), expected, "{order_at:?}");
    };
    check(days(10), "visits_value source:two");
    check(days(40), "visits_value source:two");
    check(Millis(days(40).0 + 1), "");
    check(days(9), "");
}

#[test]
fn a_search_counts_once_however_often_it_is_told() {
    let search = |minutes: i64, words: &str| Look {
        search: Some((words.to_owned(), Skill::Few)),
        ..look(minutes, "/search", "https://shop.example/")
    };
    let sums = sums(|counting, latest| {
        counting.view(latest, &search(0, "lamp"), true);
        counting.act(latest, &search(0, "lamp"));
        counting.act(latest, &search(1, "brass lamp"));
        counting.order(latest.as_ref(), Millis(START + 2 * MINUTE), true, 500);
    });
    for (name, expected) in [
        ("searches all", 2),
        ("searches words:lamp", 1),
        ("searches words:brass lamp", 1),
        ("searches skill:few", 2),
        ("visits words:lamp", 1),
        ("visits words:brass lamp", 0),
        ("visits_first_orders words:lamp", 1),
    ] {
        assert_eq!(sum(&sums, name), expected, "{name} in {sums:?}");
    }
}

#[test]
fn without_a_person_only_who_comes_from_outside_is_a_visit() {
    let sums = sums(|counting, _| {
        counting.without_a_person(&look(0, "/a", "https://www.google.com/"));
        counting.without_a_person(&look(1, "/b", "https://shop.example/a"));
        counting.without_a_person(&look(2, "/b", ""));
    });
    for (name, expected) in [
        ("visits all", 1),
        ("visits source:google", 1),
        ("visits landing:/a", 1),
        ("page_views all", 3),
        ("visits_new all", 0),
        ("visits exit:/a", 0),
    ] {
        assert_eq!(sum(&sums, name), expected, "{name} in {sums:?}");
    }
}
