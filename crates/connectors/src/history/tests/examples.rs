//! The example files of every kind and platform, as they stand in `examples/import`.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use insta::assert_snapshot;

use super::super::{Kind, Platform, Sorted, Use, read};
use super::{options, shown};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/import")
}

/// Reads an example: the file, and what was rejected.
fn example(name: &str) -> (Sorted, Vec<String>) {
    let mut rejected = Vec::new();
    let sorted = read(
        &folder().join(name),
        &options(),
        &mut |line| {
            rejected.push(line.to_string());
            Ok(())
        },
        &mut |_| ControlFlow::Continue(()),
    );
    (sorted.unwrap(), rejected)
}

/// What an example comes to. What is said of it beside its documents is checked by the caller.
fn check(name: &str, kind: Kind, platform: Option<Platform>) -> String {
    let (sorted, rejected) = example(name);
    assert_eq!(
        (sorted.mapping().kind, sorted.mapping().platform),
        (kind, platform)
    );
    let text = shown(sorted);
    match rejected.is_empty() {
        true => text,
        false => format!("{text}rejected {}\n", rejected.join("\nrejected ")),
    }
}

#[test]
fn orders_as_csv_and_as_json_are_the_same() {
    let csv = check("orders.csv", Kind::Orders, None);
    assert_eq!(csv, check("orders.ndjson", Kind::Orders, None));
    assert_snapshot!(csv);
}

#[test]
fn refunds_belong_to_their_customer_or_wait_for_their_order() {
    assert_snapshot!(check("refunds.csv", Kind::Refunds, None));
}

#[test]
fn customers_are_described_and_their_consent_is_told_when_its_time_is_known() {
    assert_snapshot!(check("customers.csv", Kind::Customers, None));
    let (sorted, _) = example("customers.csv");
    let traits: Vec<_> = sorted
        .columns()
        .iter()
        .filter(|(_, is)| *is == Use::Trait)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(traits, ["favourite roast"]);
    assert_eq!(
        (sorted.summary().descriptions, sorted.summary().consents),
        (3, 2)
    );
}

#[test]
fn products_have_costs_in_hundredths_of_the_minor_unit() {
    assert_snapshot!(check("products.csv", Kind::Products, None));
}

#[test]
fn reviews_deliveries_and_consents() {
    assert_snapshot!(check("reviews.csv", Kind::Reviews, None));
    assert_snapshot!(check("deliveries.csv", Kind::Deliveries, None));
    assert_snapshot!(check("consents.csv", Kind::Consents, None));
}

#[test]
fn shopify() {
    assert_snapshot!(check(
        "shopify-orders.csv",
        Kind::Orders,
        Some(Platform::Shopify)
    ));
}

#[test]
fn woocommerce() {
    let csv = Some(Platform::Woocommerce);
    assert_snapshot!(check("woocommerce-orders.csv", Kind::Orders, csv));
    let api = Some(Platform::WoocommerceApi);
    assert_snapshot!(check("woocommerce-orders.ndjson", Kind::Orders, api));
}

#[test]
fn every_example_is_tested_and_names_nobody_real() {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for (place, _) in text.match_indices('@') {
            let host = &text[place + 1..];
            let is_example = ["example.com", "example.org"]
                .iter()
                .any(|it| host.starts_with(it));
            assert!(
                is_example,
                "{name}: {}",
                host.chars().take(20).collect::<String>()
            );
        }
        if name.ends_with("csv") || name.ends_with("ndjson") {
            names.insert(name);
        }
    }
    let source = include_str!("examples.rs");
    for name in &names {
        assert!(
            source.contains(&format!("\"{name}\"")),
            "{name} is not tested"
        );
    }
    assert_eq!(names.len(), 11);
}
