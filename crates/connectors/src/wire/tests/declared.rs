//! Events of the catalogue: by every name, with what they declare.

use domain::events::Flag;
use domain::events::catalogue::{Holds, KINDS};

use super::super::{MessageType, Trust};
use super::{read_as, track};

/// A value that a field may hold, as JSON writes it, and as the log keeps it.
const fn sample(holds: Holds) -> (&'static str, &'static str) {
    match holds {
        Holds::Text => (r#"" a word ""#, r#""a word""#),
        Holds::Number => (r#""12""#, "12"),
        Holds::Decimal => ("12.50", r#""12.50""#),
        Holds::Truth => ("true", "true"),
        Holds::Time => (r#""2026-11-20T00:00:00Z""#, "1795132800000"),
        Holds::List => (r#"["a",{"product_id":"b"},7]"#, r#"["a","b","7"]"#),
    }
}

#[test]
fn every_declared_event_is_read_by_every_name_with_every_field() {
    for kind in KINDS {
        let mut told = Vec::new();
        let mut kept = Vec::new();
        for field in kind.fields {
            let (written, held) = sample(field.holds);
            told.push(format!(r#""{}":{written}"#, field.name));
            if !field.is_personal {
                kept.push((field.name, format!(r#""{}":{held}"#, field.name)));
            }
        }
        kept.sort_unstable();
        let kept: Vec<String> = kept.into_iter().map(|(_, text)| text).collect();
        let (told, kept) = (told.join(","), kept.join(","));
        for name in kind.aliases.iter().copied().chain([kind.name]) {
            let got = track(name, &format!("{{{told}}}"));
            assert_eq!(got, format!("{} {{{kept}}} {{}}", kind.name), "{name}");
        }
    }
}

#[test]
fn what_is_personal_undeclared_or_of_another_kind_is_kept_as_personal() {
    let body = r#"{"userId":"u","event":"Order Shipped","messageId":"m","properties":{
        "order_id":"o","city":"Tehran","promised_at":"soon","gift":"yes","carrier":"  "}}"#;
    let batch = read_as(Trust::Secret, Some(MessageType::Track), body.as_bytes()).unwrap();
    let told = &batch.events[0].as_ref().unwrap().told;
    assert_eq!(told.event.behaviour.body(), r#"{"order_id":"o"}"#);
    let personal: Vec<_> = told.event.personal.iter().collect();
    let expected = [
        ("carrier", "  "),
        ("city", "Tehran"),
        ("gift", "yes"),
        ("promised_at", "soon"),
    ];
    let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(
        personal,
        expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>()
    );
    assert!(told.flags.contains(&Flag::FieldUnreadable));
}

#[test]
fn what_changes_an_order_is_known_by_every_name() {
    let check = |names: &[&str], properties: &str, expected: &str| {
        for name in names {
            let got = track(name, properties);
            assert!(got.starts_with(expected), "{name}: {got}");
        }
    };
    check(
        &["Order Cancelled", "order_canceled", "Cancelled Order"],
        r#"{"order_id":"o","reason":"stock"}"#,
        r#"Order Cancelled {"order_id":"o","reason":"stock"} {}"#,
    );
    check(&["Order Cancelled"], "{}", "refused m no_order_id");
    check(
        &["Order Updated", "updated_order"],
        r#"{"order_id":"o","total":"5.00","currency":"EUR"}"#,
        r#"Order Updated {"order_id":"o","currency":"EUR","lines":["#,
    );
    // A change of status says nothing of what the order comes to.
    check(
        &["Order Updated"],
        r#"{"order_id":"o","status":"packed","currency":"EUR"}"#,
        "Order Updated (told) {}",
    );
}
