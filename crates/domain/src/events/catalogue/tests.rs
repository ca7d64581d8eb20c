//! The table holds together.

use std::collections::BTreeSet;

use super::*;
use crate::events::Behaviour;

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
