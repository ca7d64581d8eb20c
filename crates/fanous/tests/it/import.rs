//! Bringing a shop's past in from the command line: many files, flags, dry runs, mappings. The
//! files are those of `examples/import`, as the documentation names them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::{Server, file, json, said};

/// A copy of an example, so that what is written beside a file does not lie among the examples.
fn example(data: &Path, name: &str) -> String {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/import");
    let folder = data.with_extension("files");
    std::fs::create_dir_all(&folder).expect("a folder");
    let copy = folder.join(name);
    std::fs::copy(examples.join(name), &copy).expect("a copy");
    copy.to_string_lossy().into_owned()
}

/// Everything that the shop holds of a customer, as far as it follows from what was told and not
/// from when.
fn state(data: &Path, who: &str) -> Value {
    let (code, out, err) = said(data, &["export", who]);
    assert_eq!(code, 0, "{err}");
    json(&out)["state"].clone()
}

/// A sum over all channels of a state.
fn sum(state: &Value, currency: &str, what: &str) -> i64 {
    let channels = state["observed"]["channels"].as_object().expect("channels");
    channels
        .values()
        .filter_map(|channel| channel["sales"][currency][what].as_i64())
        .sum()
}

fn import(data: &Path, names: &[&str]) -> Value {
    let files: Vec<String> = names.iter().map(|name| example(data, name)).collect();
    let mut arguments = vec!["import", "--json"];
    arguments.extend(files.iter().map(String::as_str));
    let (code, out, err) = said(data, &arguments);
    assert_eq!(code, 0, "{err}");
    json(&out)
}

const ALL: [&str; 7] = [
    "orders.csv",
    "products.csv",
    "customers.csv",
    "refunds.csv",
    "reviews.csv",
    "deliveries.csv",
    "consents.csv",
];

#[test]
fn files_of_every_kind_come_in_at_once_or_one_by_one_in_any_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let at_once = folder.path().join("at once");
    let report = import(&at_once, &ALL);
    assert_eq!(
        (&report["rejected"], &report["orders"]),
        (&0.into(), &3.into())
    );
    let kinds: Vec<&str> = report["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| file["kind"].as_str().expect("a word"))
        .collect();
    assert_eq!(kinds.len(), ALL.len(), "{kinds:?}");
    let one_by_one = folder.path().join("one by one");
    for name in ALL.iter().rev() {
        import(&one_by_one, &[name]);
    }
    for who in ["user_id:c-1", "user_id:c-2", "user_id:c-3"] {
        assert_eq!(state(&at_once, who), state(&one_by_one, who), "{who}");
    }
    let before = state(&at_once, "user_id:c-1");
    let again = import(&at_once, &ALL);
    assert_eq!(again["accepted"], 0, "{again}");
    assert_eq!(state(&at_once, "user_id:c-1"), before);
    let (gross, refunds) = (sum(&before, "EUR", "gross"), sum(&before, "EUR", "refunds"));
    assert_eq!((gross, refunds), (3010, 320), "{before}");
    assert_eq!(
        sum(&before, "EUR", "cost"),
        683 + 410,
        "costs came with the products"
    );
}

#[test]
fn a_dry_run_reports_and_brings_nothing_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let orders = file(
        folder.path(),
        "past.csv",
        "InvoiceNo,Buyer,When,Item,Pieces,Each,Note\n\
         1,anna,2026-01-05,C1,2,4.50,gift\n2,bob,2026-01-06,C1,x,4.50,\n",
    );
    let orders = orders.to_str().expect("a path");
    let mapping = folder.path().join("mapping.json");
    let mapping = mapping.to_str().expect("a path");
    let flags = [
        "--kind",
        "orders",
        "--map",
        "ordered_at=When",
        "--map",
        "customer_id=Buyer",
        "--map",
        "product_id=Item",
        "--map",
        "quantity=Pieces",
        "--map",
        "unit_price=Each",
        "--currency",
        "SEK",
        "--zone",
        "Europe/Stockholm",
        "--channel",
        "store",
    ];
    let dry = |more: &[&str]| {
        let start = ["import", orders, "--dry-run"];
        let arguments: Vec<&str> = start.iter().chain(&flags).chain(more).copied().collect();
        let (code, out, err) = said(&data, &arguments);
        assert_eq!(code, 0, "{err}");
        out
    };
    let text = dry(&[]);
    for part in [
        "past.csv would be read as orders.",
        "Note                     left out",
        "2 lines: 1 would come in, 1 are rejected; 1 customers, 1 orders, 0 refunds",
        "line 3: Pieces has “x”",
        "SEK: gross 9.00",
        "Nothing was brought in",
    ] {
        let part = part.replace(", 0 refunds", "");
        assert!(text.contains(&part), "{part}: {text}");
    }
    let report = json(&dry(&["--json", "--save-mapping", mapping]));
    assert_eq!(report["dry_run"], true);
    assert_eq!(report["files"][0]["columns"][6]["is"], "left_out");
    assert_eq!(report["files"][0]["totals"]["SEK"]["gross"], 900);
    assert_eq!(report["files"][0]["earliest"], "2026-01-04T23:00:00.000Z");
    assert!(!folder.path().join("past.csv.rejected.csv").exists());
    let (code, ..) = said(&data, &["export", "user_id:anna"]);
    assert_eq!(code, 1, "nothing was brought in");
    let (code, out, err) = said(&data, &["import", orders, "--mapping", mapping, "--json"]);
    assert_eq!((code, &json(&out)["accepted"]), (0, &1.into()), "{err}");
    assert_eq!(sum(&state(&data, "user_id:anna"), "SEK", "gross"), 900);
}

#[test]
fn exports_of_platforms_come_in_without_flags() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, platform: &str| {
        let data = folder.path().join(name);
        let report = import(&data, &[name]);
        let told = &report["files"][0];
        assert_eq!(told["platform"], platform, "{report}");
        assert_eq!(
            (&told["refunds"], &told["rejected"]),
            (&2.into(), &1.into()),
            "{report}"
        );
        let state = state(&data, "email:ann@example.com");
        let (gross, refunds) = (sum(&state, "EUR", "gross"), sum(&state, "EUR", "refunds"));
        assert_eq!(refunds, 1575, "{state}");
        assert!(gross > refunds, "{state}");
    };
    check("shopify-orders.csv", "shopify");
    check("woocommerce-orders.csv", "woocommerce");
    check("woocommerce-orders.ndjson", "woocommerce_api");
}

#[test]
fn wrong_use_is_said_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let good = example(&data, "orders.csv");
    let bad = file(folder.path(), "bad.csv", "a,b\n1,2\n");
    let bad = bad.to_str().expect("a path");
    let check = |arguments: &[&str], sentence: &str| {
        let all: Vec<&str> = ["import", &good].iter().chain(arguments).copied().collect();
        let (code, _, err) = said(&data, &all);
        assert_eq!(code, 2, "{arguments:?}: {err}");
        assert!(err.contains(sentence), "{arguments:?}: {err}");
    };
    check(&[bad], "--map order_id=COLUMN names one");
    check(&["--map", "order_id"], "expected FIELD=COLUMN");
    check(
        &["--map", "colour=x"],
        "has no “colour”; it can have order_id",
    );
    check(&["--kind", "carts"], "expected orders, refunds");
    check(&["--currency", "euros"], "three letters");
    check(&["--zone", "Mars/Base"], "time zone");
    check(&["--channel", "pigeon"], "channel");
    check(&[bad, "--rejects", "x"], "are for one file");
    let (code, ..) = said(&data, &["export", "user_id:c-1"]);
    assert_eq!(code, 1, "a file that cannot be read keeps the others out");
    let (code, out, _) = said(&data, &["import", "--help"]);
    assert_eq!(code, 0);
    for field in [
        "order_id*",
        "accepts_marketing",
        "delivered_at*",
        "purpose*",
    ] {
        assert!(out.contains(field), "{field}: {out}");
    }
}

#[test]
fn several_files_and_a_dry_run_beside_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let _server = Server::start(&data, "serve");
    let report = import(&data, &["orders.csv", "products.csv", "reviews.csv"]);
    assert_eq!(report["files"].as_array().map(Vec::len), Some(3));
    let reviews = example(&data, "reviews.csv");
    let (code, out, err) = said(&data, &["import", &reviews, "--dry-run"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("would be read as reviews"), "{out}");
}
