//! The table holds together, and the page about it says what it says.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use testkit::golden;

use super::*;
use crate::events::Behaviour;

const PAGE: &str = "../../docs/events.md";
/// The line behind which the catalogue writes.
const MARK: &str =
    "<!-- The table from here to the end is written by a test from the catalogue. -->\n";

#[test]
fn every_name_and_alias_leads_to_one_kind() {
    let mut seen = BTreeSet::new();
    for kind in KINDS {
        assert!(!Behaviour::is_own_name(kind.name), "{}", kind.name);
        let plain: String = kind.name.split(' ').collect();
        let plain = plain.to_ascii_lowercase();
        for called in kind.aliases.iter().copied().chain([plain.as_str()]) {
            assert!(seen.insert(called.to_owned()), "{called} is told twice");
            let found = kind_called(called).map(|found| found.name);
            assert_eq!(found, Some(kind.name), "{called}");
        }
    }
}

#[test]
fn every_field_is_bounded_and_found_by_plain_names() {
    for kind in KINDS {
        assert!(kind.fields.len() <= FIELDS_MAX, "{}", kind.name);
        let mut names = BTreeSet::new();
        for field in kind.fields {
            assert!(names.insert(field.name), "{} {}", kind.name, field.name);
            assert!(!field.plain.is_empty() && !field.about.is_empty());
            let own = field.name.replace('_', "");
            assert!(field.plain.contains(&own.as_str()), "{}", field.name);
            for plain in field.plain {
                let is_plain = plain.bytes().all(|byte| byte.is_ascii_lowercase());
                assert!(is_plain, "{plain}");
            }
        }
    }
}

#[test]
fn a_search_says_by_its_results_whether_it_found_something() {
    let check = |name: &str, results: Option<i64>, expected: [Option<Counter>; 2]| {
        let results = results.map(|it| ("results".to_owned(), FieldValue::Number(it)));
        assert_eq!(counters(name, &results.into_iter().collect()), expected);
    };
    let (all, nothing) = (
        Some(Counter::Searches),
        Some(Counter::SearchesWithoutResult),
    );
    check("Products Searched", Some(7), [all, None]);
    check("Products Searched", Some(0), [all, nothing]);
    check("Products Searched", None, [all, None]);
    check("Search Without Result", None, [all, nothing]);
    check("Login Failed", Some(0), [Some(Counter::LoginsFailed), None]);
    check("Quiz Finished", Some(0), [None, None]);
}

fn fields_of(fields: &[Field]) -> String {
    let field = |field: &Field| {
        let personal = if field.is_personal { ", personal" } else { "" };
        format!("`{}` ({}{personal})", field.name, field.holds)
    };
    fields.iter().map(field).collect::<Vec<_>>().join(", ")
}

fn tables() -> String {
    let mut text = "\n| event | means | fields |\n| --- | --- | --- |\n".to_owned();
    let mut all: Vec<&Field> = Vec::new();
    for kind in KINDS {
        let by_shop = if kind.is_by_shop {
            " Told by the shop."
        } else {
            ""
        };
        let value = if kind.is_of_value { " Of value." } else { "" };
        let (name, about, fields) = (kind.name, kind.about, fields_of(kind.fields));
        writeln!(text, "| {name} | {about}{by_shop}{value} | {fields} |").expect("a text");
        all.extend(kind.fields);
    }
    all.sort_by_key(|field| (field.name, field.about));
    all.dedup();
    text.push_str("\n| field | holds | means |\n| --- | --- | --- |\n");
    for field in all {
        writeln!(
            text,
            "| `{}` | {} | {} |",
            field.name, field.holds, field.about
        )
        .expect("a text");
    }
    text
}

#[test]
fn the_tables_of_the_page_are_the_catalogue() {
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (prose, _) = page.split_once(MARK).expect("the page has its mark");
    golden::check(Path::new(PAGE), &format!("{prose}{MARK}{}", tables()));
}
