//! Every key that is used exists, none is unused, and every language has the same ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::HeaderValue;

use super::*;

fn keys(locale: &Locale) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for line in locale.files.iter().flat_map(|file| file.lines()) {
        let Some((key, _)) = line.split_once(" =") else {
            continue;
        };
        if key.starts_with(|first: char| first.is_ascii_lowercase()) {
            assert!(keys.insert(key.to_owned()), "{key} is there twice");
        }
    }
    keys
}

/// Every string of the source that looks like a key.
fn strings(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            strings(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            found.extend(text.split('"').map(str::to_owned));
        }
    }
}

#[test]
fn every_key_is_used() {
    let mut strings_found = BTreeSet::new();
    strings(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut strings_found,
    );
    // Keys that are made of closed lists stand nowhere as they are.
    strings_found.extend(crate::pages::explained_keys());
    let keys = keys(&LOCALES[0]);
    let unused: Vec<_> = keys.difference(&strings_found).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn every_key_that_is_said_exists() {
    let mut source = BTreeSet::new();
    strings(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut source,
    );
    let rooms = [
        "customer-",
        "customers-",
        "error-",
        "overview-",
        "common-",
        "standing-",
        "retention-",
        "value-",
        "attribute-",
        "explain-",
    ];
    let keys = keys(&LOCALES[0]);
    let said = source.iter().filter(|text| {
        let plain = |sign: char| sign.is_ascii_lowercase() || sign == '-' || sign.is_ascii_digit();
        rooms
            .iter()
            .any(|room| text.starts_with(room) && text.len() > room.len())
            && text.chars().all(plain)
    });
    let made = crate::pages::explained_keys();
    let said = said.chain(&made);
    let missing: Vec<_> = said.filter(|key| !keys.contains(*key)).collect();
    assert!(missing.is_empty(), "no words under {missing:?}");
}

#[test]
fn every_language_has_the_same_keys() {
    let first = keys(&LOCALES[0]);
    for locale in &LOCALES {
        assert_eq!(keys(locale), first, "{}", locale.tag);
    }
}

#[test]
fn readers_get_the_language_they_like_best_of_those_there_are() {
    let check = |wanted: &'static str, tag: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(wanted));
        assert_eq!(speech_for(&headers).tag, tag, "{wanted}");
    };
    check("en-GB,en;q=0.9", "en");
    check("de", "en");
    check("", "en");
    check("xx;q=nonsense", "en");
}

#[test]
fn sentences_choose_their_form_by_the_count() {
    let speech = &SPEECHES[0];
    let said = |count| speech.say_with("customers-title-all", Words::new().count("total", count));
    assert_eq!(said(1), "1 customer");
    assert_eq!(said(4372), "4,372 customers");
}
