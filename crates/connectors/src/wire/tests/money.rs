//! Money: from the sender's text to the lines of an order.

use domain::money::{Currency, parse_decimal};
use proptest::prelude::*;

use super::track;

#[test]
fn amounts_are_read_from_their_own_text() {
    let check = |currency: &str, price: &str, expected: &str| {
        let properties = format!(
            r#"{{"order_id":"o","currency":"{currency}",
                "products":[{{"sku":"p","price":{price}}}]}}"#
        );
        let got = track("Order Completed", &properties);
        let expected = match expected.parse::<i64>() {
            Ok(minor) => format!(r#""amount":{minor}}}]}} "#),
            Err(_) => expected.to_owned(),
        };
        assert!(got.contains(&expected), "{currency} {price}: {got}");
    };
    check("GBP", "19.99", "1999");
    check("GBP", "29.990000000000002", "2999");
    check("GBP", "0.125", "12");
    check("GBP", "0.135", "14");
    check("JPY", "10.5", "10");
    check("KWD", "1.2345", "1234");
    check("GBP", "\"19.90\"", "1990");
    check("GBP", "\"۱۹٫۹۰\"", "1990");
    check("GBP", "\"٣\"", "300");
    check("gbp", "1e2", "10000");
    check("GBP", "1.5E-1", "15");
    check("GBP", "\"\"", "0");
    check("GBP", "null", "0");
    check("TOMAN", "125000", "125000000");
    check("IRR", "125000", "12500000");
    let refused = "refused m field: price must be a plain decimal";
    for price in [
        "1e400",
        "1e-400",
        "1e21",
        "1e999999999999",
        "0.1000000000000000055511151231257827",
        "\"1,299.00\"",
        "\"1 299\"",
        "\"1e2\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"$5\"",
        "true",
        "{}",
        "[1]",
    ] {
        check("GBP", price, refused);
    }
    check("GBP", "1e14", "refused m field: price must be no larger");
    check(
        "GBP",
        "\"99999999999999999999\"",
        "refused m field: price must be no larger",
    );
    check(
        "POUNDS",
        "1",
        "refused m field: currency must be three letters",
    );
}

#[test]
fn a_missing_currency_is_the_shops() {
    let got = track("Order Completed", r#"{"order_id":"o","total":5}"#);
    assert!(got.contains(r#""currency":"EUR""#), "{got}");
    assert!(got.ends_with("{CurrencyAssumed}"), "{got}");
}

/// The lines of an order, and what was noted.
fn order(name: &str, properties: &str) -> String {
    let text = format!(r#"{{"order_id":"o","currency":"EUR",{properties}}}"#);
    let got = track(name, &text);
    let Some((_, body)) = got.split_once("\"lines\":") else {
        return got;
    };
    let (lines, flags) = body.rsplit_once(" {").unwrap();
    let lines = lines.split(",\"extent\"").next().unwrap();
    let lines = lines.trim_end_matches('}');
    let lines: Vec<serde_json::Value> = serde_json::from_str(lines).unwrap();
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let kind = line
                .get("kind")
                .map_or("product", |kind| kind.as_str().unwrap());
            let product = line["product"].as_str().unwrap();
            format!("{}x{product}={}:{kind}", line["quantity"], line["amount"])
        })
        .collect();
    format!("{} [{}", lines.join(" "), flags.replace('}', "]"))
}

#[test]
fn the_lines_of_an_order_come_to_what_was_paid() {
    let check = |properties: &str, expected: &str| {
        assert_eq!(
            order("Order Completed", properties),
            expected,
            "{properties}"
        );
    };
    let two = r#""products":[{"product_id":"a","price":10,"quantity":2},{"sku":"b","price":"5"}]"#;
    check(two, "2xa=2000:product 1xb=500:product []");
    // Tax in the prices, beside them, and a discount before and after.
    check(
        &format!(r#"{two},"total":30,"shipping":5,"tax":4"#),
        "2xa=2000:product 1xb=500:product 1xpostage=500:postage []",
    );
    check(
        &format!(r#"{two},"total":34,"shipping":5,"tax":4"#),
        "2xa=2000:product 1xb=500:product 1xpostage=500:postage 1xtax=400:fee []",
    );
    check(
        &format!(r#"{two},"total":23,"discount":2"#),
        "2xa=2000:product 1xb=500:product 1xdiscount=-200:adjustment []",
    );
    check(
        &format!(r#"{two},"total":25,"discount":2"#),
        "2xa=2000:product 1xb=500:product []",
    );
    check(
        &format!(r#"{two},"revenue":25,"shipping":5,"tax":4"#),
        "2xa=2000:product 1xb=500:product 1xpostage=500:postage 1xtax=400:fee []",
    );
    check(
        &format!(r#"{two},"total":26"#),
        "2xa=2000:product 1xb=500:product 1xdifference=100:adjustment [TotalDiffers]",
    );
    check(
        r#""total":12.5,"shipping":2"#,
        "1xpostage=200:postage 1xorder=1050:adjustment []",
    );
    check(r#""revenue":10,"tax":1"#, "1xorder=1100:adjustment []");
    check(r#""products":[]"#, "1xorder=0:adjustment [NoAmount]");
    check(
        r#""products":[{"name":"Rice","price":2,"quantity":1.5}]"#,
        "1xRice=300:product [PartQuantity]",
    );
    check(r#""products":[{"price":2}]"#, "1xproduct=200:product []");
    check(
        r#""products":[{"sku":"a","price":-2}]"#,
        "1xa=-200:adjustment []",
    );
    for wrong in [
        r#""products":[{"sku":"a","quantity":0}]"#,
        r#""products":[{"sku":"a","quantity":-1}]"#,
        r#""products":[{"sku":"a","quantity":"two"}]"#,
        r#""products":[7]"#,
        r#""products":{}"#,
        r#""total":"a lot""#,
    ] {
        let got = order("Order Completed", wrong);
        assert!(got.starts_with("refused m field"), "{wrong}: {got}");
    }
    let vast = vec![r#"{"price":"9999999999999.99"}"#; 200].join(",");
    let got = order(
        "Order Completed",
        &format!(r#""products":[{vast}],"total":1"#),
    );
    assert!(
        got.starts_with("refused m field: amount is larger"),
        "{got}"
    );
}

#[test]
fn refunds_are_positive_and_whole_without_products_and_amounts() {
    let check = |properties: &str, expected: &str| {
        assert_eq!(
            order("Order Refunded", properties),
            expected,
            "{properties}"
        );
    };
    check(r#""total":-30"#, "1xrefund=3000:adjustment []");
    check("\"affiliation\":\"x\"", " [WholeOrder]");
    let one = r#""products":[{"sku":"a","price":-10,"quantity":-2}]"#;
    check(&format!(r#"{one},"total":99"#), "2xa=2000:product []");
    check(
        r#""products":[{"sku":"a"}],"total":4"#,
        "1xa=0:product 1xrefund=400:adjustment []",
    );
    let id = |properties: &str| {
        let text = format!(r#"{{"order_id":"o"{properties}}}"#);
        let got = track("Refunded Order", &text);
        let (_, rest) = got.split_once("\"refund_id\":\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    assert_eq!(id(r#","refund_id":"R1""#), "R1");
    assert_eq!(id(""), "order:o");
    assert_eq!(id(r#","products":[{"sku":"a","price":1}]"#), "o:m");
}

proptest! {
    #[test]
    fn amounts_are_those_of_the_decimal(
        text in "[0-9]{1,8}(\\.[0-9]{1,6})?",
        is_text in any::<bool>(),
        quantity in 1..1_000_i64,
        code in prop::sample::select(vec!["GBP", "JPY", "KWD"]),
    ) {
        let plain = text.trim_start_matches('0');
        let plain = match plain.starts_with('.') || plain.is_empty() {
            true => format!("0{plain}"),
            false => plain.to_owned(),
        };
        let price = if is_text { format!("\"{text}\"") } else { plain };
        let properties = format!(
            r#"{{"order_id":"o","currency":"{code}",
                "products":[{{"sku":"p","price":{price},"quantity":{quantity}}}]}}"#
        );
        let currency: Currency = code.parse().unwrap();
        let exact = parse_decimal(&text).unwrap() * rust_decimal::Decimal::from(quantity);
        let expected = format!(r#""amount":{}}}]"#, currency.minor_units(exact).unwrap());
        let got = track("Order Completed", &properties);
        prop_assert!(got.contains(&expected), "{} {}", got, expected);
    }
}
