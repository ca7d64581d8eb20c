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

/// Keys that are made of closed lists.
fn made_keys() -> BTreeSet<String> {
    let explained = crate::pages::explained_keys().into_iter();
    let explained = explained.chain(crate::pages::action_keys());
    explained.chain(crate::pages::happened_keys()).collect()
}

#[test]
fn every_key_is_used() {
    let mut strings_found = BTreeSet::new();
    strings(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut strings_found,
    );
    // Keys that are made of closed lists stand nowhere as they are.
    strings_found.extend(made_keys());
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
        "visits-",
        "channels-",
        "declared-",
        "experience-",
        "attribute-",
        "explain-",
        "entrance-",
        "account-",
        "people-",
        "keys-",
        "events-",
        "audit-",
        "action-",
        "settings-",
        "refused-",
        "permission-",
        "prove-",
        "letter-",
        "api-",
        "design-",
        "role-",
    ];
    let keys = keys(&LOCALES[0]);
    let said = source.iter().filter(|text| {
        let plain = |sign: char| sign.is_ascii_lowercase() || sign == '-' || sign.is_ascii_digit();
        rooms
            .iter()
            .any(|room| text.starts_with(room) && text.len() > room.len())
            && text.chars().all(plain)
    });
    let made = made_keys();
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
    check("fa-IR,fa;q=0.9,en;q=0.8", "fa");
    check("en;q=0.5,fa;q=0.9", "fa");
    check("de;q=0.9,zh;q=0.2", "zh-Hant-TW");
    check("zh-TW", "zh-Hant-TW");
    check("de", "en");
    check("", "en");
    check("xx;q=nonsense", "en");
}

#[test]
fn what_was_chosen_goes_before_what_the_browser_likes() {
    let check = |cookie: &'static str, tag: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        assert_eq!(speech_for(&headers).tag, tag, "{cookie}");
    };
    check("lang=fa", "fa");
    check("session=1; lang=zh-Hant-TW; other=2", "zh-Hant-TW");
    check("lang=xx", "en");
    check("slang=fa", "en");
    check("lang", "en");
    let cookie = choice_cookie(speech_named("fa").expect("a language"));
    assert!(cookie.starts_with("lang=fa; Path=/"), "{cookie}");
    assert!(cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(speech_named("FA; Domain=x").is_none());
}

#[test]
fn words_of_outside_turn_nothing_around_them() {
    let check = |word: &str, shown: &str| {
        let speech = speech_named("fa").expect("a language");
        let words = Words::new().outside("name", word);
        let said = speech.say_with("customer-erase-title", words);
        assert_eq!(marked_up(&said).into_string(), shown);
    };
    check("Sara", "اطلاعات <bdi>Sara</bdi> حذف شود؟");
    check(
        "\u{202e}<b>\u{2069}\n\u{2066}\u{200f}x",
        "اطلاعات <bdi>&lt;b&gt;x</bdi> حذف شود؟",
    );
    assert_eq!(marked_up("a\u{2069}b").into_string(), "a\u{2069}b");
    assert_eq!(marked_up("\u{2068}a").into_string(), "a");
}

#[test]
fn every_message_can_be_said_in_every_language() {
    for speech in speeches() {
        for key in keys(&LOCALES[0]) {
            let pattern = speech.bundle.get_message(&key).expect("the same keys");
            assert!(pattern.value().is_some(), "{} {key}", speech.tag);
        }
    }
}

#[test]
fn sentences_choose_their_form_by_the_count() {
    let speech = &SPEECHES[0];
    let said = |count| speech.say_with("customers-title-all", Words::new().count("total", count));
    assert_eq!(said(1), "1 customer");
    assert_eq!(said(4372), "4,372 customers");
}
