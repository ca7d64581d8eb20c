//! What predicates come down to, and when they do not.

use domain::money::Currency;
use domain::segments::{COST_MAX, Context, Thresholds, lower, parse};
use domain::settings::Programme;
use domain::time::{Day, Millis};

const TODAY: Day = Day(20_000);

fn thresholds() -> Thresholds {
    Thresholds {
        version: 1,
        at: Millis(0),
        last_order: [Day(100), Day(200), Day(300), Day(400)],
        orders: [2, 3, 3, 9],
        net: [1_000, 2_000, 3_000, 4_000],
    }
}

fn lowered(text: &str, segments: &dyn Fn(&str) -> Option<String>) -> String {
    let programme = Programme::default();
    let thresholds = thresholds();
    let context = Context {
        today: TODAY,
        currency: Currency::EUR,
        programme: &programme,
        thresholds: Some(&thresholds),
        segments,
    };
    let predicate = parse(text).expect("the table holds predicates");
    match lower(&predicate, &context) {
        Ok(test) => {
            assert!(test.comparisons() <= COST_MAX);
            format!("{test:?}")
        }
        Err(error) => error.to_string(),
    }
}

/// Segments by name; every other name is of none.
fn segment(name: &str) -> Option<String> {
    let text = match name {
        "vip" => "segment(\"loyal\") && net >= 500",
        "loyal" => "orders >= 3 || segment(\"vip\")",
        "itself" => "!segment(\"itself\")",
        "buyers" => "orders > 0",
        "good" => "segment(\"buyers\") && segment(\"buyers\")",
        "broken" => "ordrs > 1",
        _ => {
            return name.strip_prefix("deep").and_then(|number| {
                let number: usize = number.parse().ok()?;
                Some(format!("segment(\"deep{}\")", number + 1))
            });
        }
    };
    Some(text.to_owned())
}

fn number(column: &str, comparison: &str, value: i64) -> String {
    format!("Number {{ column: {column}, comparison: {comparison}, value: {value} }}")
}

#[test]
fn values_become_what_columns_hold() {
    let check = |text: &str, expected: &str| assert_eq!(lowered(text, &segment), expected);
    check("net >= 500.05", &number("Net", "GreaterOrEqual", 50_005));
    check("net < -1", &number("Net", "Less", -100));
    check(
        "return_share > 0.125",
        &number("ReturnShare", "Greater", 1_250),
    );
    check("rating >= 4.5", &number("Rating", "GreaterOrEqual", 450));
    check(
        "last_order == date(\"1970-01-02\")",
        &number("LastOrder", "Equal", 1),
    );
    check(
        "days_since(last_order) > 60",
        &number("LastOrder", "Less", 19_940),
    );
    check(
        "days_since(last_order) <= 60",
        &number("LastOrder", "GreaterOrEqual", 19_940),
    );
    check(
        "days_since(last_order) == 0",
        &number("LastOrder", "GreaterOrEqual", 20_000),
    );
    check("days_since(last_order) >= 0", "Known(LastOrder)");
    check("days_since(last_order) < 0", "Constant(false)");
    check(
        "net > 0.005",
        "at column 1: 0.005 is too exact: EUR has 2 decimals",
    );
    check(
        "orders != 2",
        &format!("Not({})", number("Orders", "Equal", 2)),
    );
    check(
        "\"store\" in channels",
        "Bits { column: Channels, bits: 4 }",
    );
    check("has(consents)", "Bits { column: Consents, bits: -1 }");
    check(
        "has(web.margin)",
        "OnChannel { channel: Web, column: Margin, \
        comparison: GreaterOrEqual, value: -9223372036854775808 }",
    );
    check(
        "country in [\"b\", \"a\", \"b\"]",
        "Word { column: Country, words: [\"a\", \"b\"] }",
    );
    check("true && (false || !false)", "Constant(true)");
    check(
        "won_back && !won_back",
        &format!("All([{0}, Not({0})])", number("WonBack", "Equal", 1)),
    );
}

#[test]
fn bands_become_ranges_between_published_limits() {
    let check = |text: &str, ranges: &[String]| {
        let ranges = match ranges {
            [] => String::new(),
            [one] => format!(", {one}"),
            more => format!(", Any([{}])", more.join(", ")),
        };
        let expected = match ranges.as_str() {
            "" => "Known(LastOrder)".to_owned(),
            _ => format!("All([Known(LastOrder){ranges}])"),
        };
        assert_eq!(lowered(text, &segment), expected, "{text}");
    };
    let net = |comparison: &str, value: i64| number("Net", comparison, value);
    check("money_band >= 1", &[]);
    check("money_band >= 4", &[net("GreaterOrEqual", 3_000)]);
    check("money_band < 3", &[net("Less", 2_000)]);
    let third = format!("{}, {}", net("GreaterOrEqual", 2_000), net("Less", 3_000));
    check("money_band == 3", std::slice::from_ref(&third));
    let ends = [
        net("Less", 1_000),
        format!("All([{third}])"),
        net("GreaterOrEqual", 4_000),
    ];
    check("money_band in [5, 1, 3]", &ends);
    assert_eq!(lowered("money_band > 5", &segment), "Constant(false)");
}

#[test]
fn segments_may_use_segments_but_not_themselves() {
    let check = |text: &str, expected: &str| assert_eq!(lowered(text, &segment), expected);
    let buyers = number("Orders", "Greater", 0);
    check("segment(\"buyers\")", &buyers);
    check(
        "visits > 1 && segment(\"good\")",
        &format!(
            "All([{}, {buyers}, {buyers}])",
            number("Visits", "Greater", 1)
        ),
    );
    check(
        "true && segment(\"vip\")",
        "at column 9: a segment asks for itself: vip → loyal → vip",
    );
    check(
        "segment(\"itself\")",
        "at column 1: a segment asks for itself: itself → itself",
    );
    check(
        "segment(\"none\")",
        "at column 1: there is no segment “none”",
    );
    check(
        "!segment(\"broken\")",
        "at column 2: in the segment “broken”: there is no attribute \
        “ordrs” (did you mean orders?)",
    );
    check(
        "segment(\"deep1\")",
        "at column 1: in the segment “deep1”: in the segment “deep2”: \
        in the segment “deep3”: in the segment “deep4”: in the segment “deep5”: in the segment \
        “deep6”: in the segment “deep7”: in the segment “deep8”: segments may ask for one \
        another 8 times in a row",
    );
}

#[test]
fn what_segments_cost_together_is_bounded_before_it_runs() {
    // Each asks for two of the next: written out that would be 2^30 comparisons, and with a name
    // of its own for every place 200^8 segments.
    let doubling = |name: &str| {
        let number: usize = name.strip_prefix('s')?.parse().ok()?;
        let next = format!("segment(\"s{}\")", number + 1);
        Some(match number {
            0..8 => vec![next; 60].join(" && "),
            _ => "orders > 0".to_owned(),
        })
    };
    let too_costly = "comes to more than 1000 comparisons";
    assert!(lowered("segment(\"s1\")", &doubling).contains(too_costly));
    let spreading = |name: &str| {
        let parts: Vec<String> = (0..50)
            .map(|it| format!("segment(\"{name}.{it}\")"))
            .collect();
        Some(parts.join(" || "))
    };
    assert!(lowered("segment(\"s\")", &spreading).contains("in a row"));
    let standings = vec!["standing!='new'"; 170].join("||");
    assert!(lowered(&standings, &segment).starts_with("Any("));
    let twice = |_: &str| Some(vec!["standing!='new'"; 170].join("||"));
    let all = "segment(\"a\") || segment(\"b\")";
    assert!(lowered(all, &twice).contains(too_costly));
}

#[test]
fn a_band_without_thresholds_is_refused() {
    let programme = Programme::default();
    let context = Context {
        today: TODAY,
        currency: Currency::EUR,
        programme: &programme,
        thresholds: None,
        segments: &segment,
    };
    let predicate = parse("orders > 1 && recency_band == 5").expect("a predicate");
    let error = lower(&predicate, &context).expect_err("nothing is published");
    assert_eq!(
        error.to_string(),
        "at column 15: no thresholds are published yet, so recency_band cannot be said \
         (they are published when enough customers have ordered)"
    );
}
