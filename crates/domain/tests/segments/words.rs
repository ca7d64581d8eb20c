//! Predicates in words, and as the rules of a form.

use domain::customers::Metrics;
use domain::money::Currency;
use domain::segments::{
    Attribute, Context, Join, Rule, RuleOperator, Rules, Subject, explain, explain_for, parse,
};
use domain::settings::Programme;
use domain::time::Day;

#[test]
fn predicates_are_explained_in_english() {
    let check = |text: &str, expected: &str| {
        let predicate = parse(text).expect("the table holds predicates");
        assert_eq!(explain(&predicate).to_string(), expected);
    };
    check("orders >= 3", "orders at least 3");
    check(
        "days_since(last_order) > 60",
        "more than 60 days since the last order",
    );
    check(
        "days_since(last_order) == 1",
        "exactly 1 day since the last order",
    );
    check(
        "last_order < date(\"2011-06-01\")",
        "the last order before 2011-06-01",
    );
    check(
        "country in [\"France\", \"Spain\"]",
        "country one of France, Spain",
    );
    check("country != \"France\"", "country is not France");
    check("\"coffee\" in interests", "interests include coffee");
    check(
        "!(\"coffee\" in interests)",
        "interests do not include coffee",
    );
    check("has(margin)", "margin is known");
    check("won_back", "won back");
    check("!won_back", "not won back");
    check("!has(interests)", "interests empty");
    check(
        "segment(\"vip\") && !segment(\"gone\")",
        "in the segment vip and not in the segment gone",
    );
    check(
        "store.net > 5 && (orders > 1 || !(visits == 2))",
        "net sales on store more than 5 and (orders more than 1 or not (visits exactly 2))",
    );
    check("true", "everybody");
}

#[test]
fn one_customer_is_told_what_they_have() {
    let programme = Programme::default();
    let context = Context {
        today: Day(1_000),
        currency: Currency::EUR,
        programme: &programme,
        thresholds: None,
        segments: &|name| (name == "buyers").then(|| "orders > 0".to_owned()),
    };
    let metrics = Metrics {
        last_order: Some(Day(988)),
        orders: 2,
        order_days: 2,
        net: 31_250,
        return_share: Some(1_250),
        interests: vec!["tea".to_owned(), "coffee".to_owned()],
        channels: 5,
        ..Metrics::default()
    };
    let check = |text: &str, expected: &str, holds: bool| {
        let predicate = parse(text).expect("the table holds predicates");
        let explained = explain_for(&predicate, &context, &metrics).expect("it can be lowered");
        assert_eq!(explained.to_string(), expected);
        assert_eq!(explained.holds, Some(holds), "{text}");
    };
    check(
        "days_since(last_order) > 60",
        "more than 60 days since the last order: has 12",
        false,
    );
    check(
        "net >= 300 && orders >= 3",
        "net sales at least 300 (has 312.50 EUR) and orders at least 3 (has 2)",
        false,
    );
    check(
        "return_share > 0.1",
        "the share of refunds more than 0.1: has 0.125",
        true,
    );
    check("margin > 1", "margin more than 1: unknown", false);
    check("margin != 1", "margin not exactly 1: unknown", true);
    check(
        "\"tea\" in interests",
        "interests include tea: has tea, coffee",
        true,
    );
    check(
        "\"web\" in channels",
        "channels include web: has web, store",
        true,
    );
    check(
        "\"marketing\" in consents",
        "consents include marketing: has none",
        false,
    );
    check(
        "standing == \"returning\"",
        "standing is returning: has returning",
        true,
    );
    check(
        "last_order > date(\"1972-09-14\")",
        "the last order after 1972-09-14: has 1972-09-15",
        true,
    );
    check(
        "!segment(\"buyers\")",
        "not in the segment buyers: yes",
        false,
    );
}

fn rule(attribute: &str, operator: RuleOperator, values: &[&str]) -> Rule {
    Rule {
        attribute: attribute.to_owned(),
        operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

#[test]
fn a_form_and_a_text_say_the_same() {
    let check = |text: &str, join: Join, rules: &[Rule]| {
        let predicate = parse(text).expect("the table holds predicates");
        let expected = Rules {
            join,
            rules: rules.to_vec(),
        };
        assert_eq!(predicate.as_rules().as_ref(), Some(&expected), "{text}");
        assert_eq!(expected.predicate().as_ref(), Ok(&predicate), "{text}");
    };
    check("true", Join::All, &[]);
    check(
        "orders >= 3",
        Join::All,
        &[rule("orders", RuleOperator::GreaterOrEqual, &["3"])],
    );
    check(
        "country in [\"a\", \"b\"] || !(\"tea\" in interests)",
        Join::Any,
        &[
            rule("country", RuleOperator::OneOf, &["a", "b"]),
            rule("interests", RuleOperator::ContainsNot, &["tea"]),
        ],
    );
    check(
        "days_since(last_order) < 9 && !segment(\"vip\") && !won_back && has(margin) && \
         last_order != date(\"2011-06-01\") && !(orders in [1, 2])",
        Join::All,
        &[
            rule("days_since(last_order)", RuleOperator::Less, &["9"]),
            rule("segment", RuleOperator::IsNot, &["vip"]),
            rule("won_back", RuleOperator::IsNot, &[]),
            rule("margin", RuleOperator::Has, &[]),
            rule("last_order", RuleOperator::NotEqual, &["2011-06-01"]),
            rule("orders", RuleOperator::NotOneOf, &["1", "2"]),
        ],
    );
    for text in [
        "orders > 1 && (net > 1 || visits > 1)",
        "!(orders > 1)",
        "!!won_back",
        "false",
    ] {
        assert_eq!(parse(text).expect("a predicate").as_rules(), None, "{text}");
    }
}

#[test]
fn a_form_cannot_say_what_a_text_could_not() {
    let check = |rule: Rule, expected: &str| {
        let rules = Rules {
            join: Join::All,
            rules: vec![rule],
        };
        let found = match rules.predicate() {
            Ok(predicate) => predicate.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    };
    check(rule("orders", RuleOperator::Less, &["۱۲"]), "orders < 12");
    check(
        rule("country", RuleOperator::Equal, &["\" || true"]),
        "country == \"\\\" || true\"",
    );
    check(
        rule("orders", RuleOperator::Less, &["3 || true"]),
        "in rule 1: “3 || true” is not a plain decimal number (digits with at most one point)",
    );
    check(
        rule("country", RuleOperator::Less, &["a"]),
        "in rule 1: “country” cannot be asked with less",
    );
    check(
        rule("orders > 1 || orders", RuleOperator::Less, &["3"]),
        "in rule 1: there is no attribute “orders > 1 || orders”",
    );
    check(
        rule("orders", RuleOperator::Less, &[]),
        "in rule 1: one value was expected",
    );
    check(
        rule("country", RuleOperator::OneOf, &[]),
        "in rule 1: a list has 1 to 200 values",
    );
    check(
        rule("stage", RuleOperator::Equal, &["gone"]),
        "in rule 1: stage is never “gone”",
    );
    check(
        rule("segment", RuleOperator::Less, &["gone"]),
        "in rule 1: “segment” cannot be asked with less",
    );
    check(
        rule("days_since(country)", RuleOperator::Less, &["1"]),
        "in rule 1: there is no attribute “days_since(country)”",
    );
}

#[test]
fn every_attribute_can_be_asked_in_a_form() {
    for attribute in Attribute::all() {
        assert!(
            !RuleOperator::of(Subject::Of(attribute)).is_empty(),
            "{attribute}"
        );
    }
}
