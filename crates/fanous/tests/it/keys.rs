//! `fanous keys`: made, listed, replaced, revoked.

use tempfile::TempDir;

use crate::cli::{json, said};

#[test]
fn keys_are_made_listed_replaced_and_revoked() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path();
    let ask = |arguments: &[&str]| {
        let all: Vec<&str> = ["--json", "keys"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let (code, out, error) = said(data, &all);
        assert_eq!(code, 0, "{error}");
        json(&out)
    };
    let made = ask(&[
        "create", "--kind", "secret", "--label", "Till", "--scopes", "segments",
    ]);
    assert!(made["key"].as_str().expect("a key").starts_with("secret_"));
    assert_eq!(made["scopes"], "segments");
    let id = made["id"].as_str().expect("an id").to_owned();
    let fresh = ask(&["rotate", &id, "--hours", "1"]);
    assert_ne!(fresh["key"], made["key"]);
    let keys = ask(&["list"]);
    let keys = keys.as_array().expect("a list");
    assert_eq!(keys.len(), 2);
    assert!(
        keys.iter()
            .all(|key| key["is_good"] == true && key["label"] == "Till")
    );
    assert!(
        keys.iter().all(|key| key.get("key").is_none()),
        "no key is shown twice"
    );
    ask(&["revoke", fresh["id"].as_str().expect("an id")]);
    let good = ask(&["list"]);
    let good = good
        .as_array()
        .expect("a list")
        .iter()
        .filter(|key| key["is_good"] == true);
    assert_eq!(good.count(), 1);
    let (code, _, error) = said(
        data,
        &["keys", "create", "--kind", "secret", "--scopes", "all"],
    );
    assert_eq!(code, 2, "{error}");
    let (code, _, error) = said(data, &["keys", "revoke", "nothing"]);
    assert_eq!(code, 2, "{error}");
    let (code, out, _) = said(data, &["keys", "list"]);
    assert!(
        code == 0 && out.contains("good") && out.contains("ended"),
        "{out}"
    );
}
