//! The figures of a real shop's year, computed by the product on both engines, against those that
//! other tools computed from the same file (pandas 2.3.3 and lifelines 0.30.3).

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use app::insight::{Insight, Retention, Value};
use connectors::history::{self, Defaults, Options};
use domain::customers::{Identity, Namespace};
use domain::events::{
    Behaviour, Channel, CustomerHistory, HistoryDocument, HistoryPiece, Line, LineKind, Order,
    Personal,
};
use domain::money::Currency;
use domain::settings::ShopSettings;
use domain::time::{Zone, parse_time};
use testkit::engines;
use testkit::fixture::Fixture;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../examples/online-retail/online_retail.csv.gz"
);

/// The pieces of the file, read once for both engines.
fn pieces() -> Vec<HistoryPiece> {
    let folder = tempfile::tempdir().expect("a folder");
    let defaults = Defaults {
        currency: Currency::GBP,
        channel: Channel::Web,
        zone: "Europe/London".parse().expect("a zone"),
    };
    let options = Options::new(defaults, folder.path().to_owned());
    let sorted = history::read(Path::new(FILE), &options, &mut |_| Ok(()), &mut |_| {
        ControlFlow::Continue(())
    });
    let mut sorted = sorted.expect("the file of the example");
    let pieces = sorted.pieces().map(|piece| piece.expect("a piece"));
    pieces.collect()
}

fn ready<T>(insight: Insight<T>) -> std::sync::Arc<T> {
    match insight {
        Insight::Ready(answer) => answer,
        Insight::Warming(percent) => panic!("still warming, {percent} %"),
    }
}

fn close(got: f64, expected: f64, what: &str) {
    assert!(
        (got - expected).abs() < 5e-7,
        "{what}: {got} is not {expected}"
    );
}

#[test]
fn a_real_years_figures_are_those_of_other_tools() {
    let pieces = pieces();
    engines::both(|engine| {
        let shop = Fixture::new(engine);
        let zone: Zone = "Europe/London".parse().expect("a zone");
        let settings = ShopSettings {
            zone,
            currency: Currency::GBP,
            ..ShopSettings::default()
        };
        shop.app().settings_put(settings).expect("settings");
        shop.import("retail", pieces.clone());
        shop.settle();
        let app = shop.app();
        check_value(&ready(app.value().expect("an answer")));
        check_retention(&ready(app.retention().expect("an answer")));
    });
}

fn check_value(value: &Value) {
    assert_eq!((value.buyers, value.orders), (4_338, 18_532));
    assert_eq!(value.gross, 891_140_790);
    let spread = value.concentration.as_ref().expect("there is money");
    close(spread.gini, 0.715_139_62, "the Gini coefficient of gross");
    close(spread.orders_gini, 0.541_445_66, "that of orders");
    let tops = [0.319_989, 0.503_781, 0.613_751, 0.746_171];
    for (top, expected) in spread.tops.iter().zip(tops) {
        close(
            top.gross_share,
            expected,
            &format!("the share of the top {}", top.part),
        );
    }
    let scores = value.scores.as_ref().expect("there are buyers");
    assert_eq!(
        (scores.best, scores.worst),
        (348, 184),
        "scored 5-5-5 and 1-1-1"
    );
    close(scores.best_gross_share, 0.438_221, "the share of the best");
}

fn check_retention(retention: &Retention) {
    assert_eq!(retention.buyers, 4_338);
    let sizes: Vec<u32> = retention.cohorts.iter().map(|row| row.size).collect();
    let expected = [
        885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41,
    ];
    assert_eq!(sizes, expected);
    let first = [324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235];
    assert_eq!(retention.cohorts[0].later, first);
    let second = [92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49];
    assert_eq!(retention.cohorts[1].later, second);
    let curve = retention.second_order.as_ref().expect("there are buyers");
    assert_eq!(curve.people, 4_338);
}

/// CDNOW may be tested with but not shipped, so it is read from the folder of test data.
fn cdnow() -> Option<Vec<HistoryPiece>> {
    let Some(folder) = std::env::var_os("FANOUS_TEST_DATA") else {
        let note = "NOT TESTED against cdnow/CDNOW_master.txt: FANOUS_TEST_DATA names no folder\n";
        std::io::stderr()
            .write_all(note.as_bytes())
            .expect("standard error is open");
        return None;
    };
    let file = Path::new(&folder).join("cdnow/CDNOW_master.txt");
    let text = std::fs::read_to_string(&file);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut customers: BTreeMap<&str, Vec<HistoryDocument>> = BTreeMap::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let document = purchase(number, cells[1], cells[2], cells[3]);
        customers.entry(cells[0]).or_default().push(document);
    }
    let pieces = customers.into_iter().map(|(customer, documents)| {
        let identity = Identity::new(Namespace::UserId, customer).expect("a number");
        HistoryPiece::Customer(CustomerHistory {
            identities: vec![identity],
            documents,
        })
    });
    Some(pieces.collect())
}

/// A purchase. Eighty of them cost nothing: other tools count these, while here an order of
/// nothing is no order, so they cost a cent.
fn purchase(number: usize, date: &str, quantity: &str, dollars: &str) -> HistoryDocument {
    let (year, rest) = date.split_at(4);
    let (month, day) = rest.split_at(2);
    let at = parse_time(&format!("{year}-{month}-{day}"), &Zone::utc()).expect("a date");
    let cents: i64 = dollars.replace('.', "").parse().expect("dollars and cents");
    HistoryDocument {
        at,
        channel: Channel::Web,
        behaviour: Behaviour::Ordered(Order {
            order_id: number.to_string(),
            currency: "USD".parse().expect("a currency"),
            country: None,
            source: None,
            lines: vec![Line {
                product: "CD".to_owned(),
                quantity: quantity.parse().expect("a number"),
                amount: cents.max(1),
                kind: LineKind::Product,
            }],
        }),
        personal: Personal::new(),
    }
}

#[test]
fn purchases_of_music_give_the_curve_of_other_tools() {
    let Some(pieces) = cdnow() else {
        return;
    };
    engines::both(|engine| {
        let shop = Fixture::new(engine);
        let settings = ShopSettings {
            currency: "USD".parse().expect("a currency"),
            ..ShopSettings::default()
        };
        shop.app().settings_put(settings).expect("settings");
        shop.import("cdnow", pieces.clone());
        shop.settle();
        let value = ready(shop.app().value().expect("an answer"));
        assert_eq!(value.buyers, 23_570);
        let spread = value.concentration.as_ref().expect("there is money");
        assert!((spread.gini - 0.634_571_18).abs() < 1e-5, "{}", spread.gini);
        for (top, expected) in spread.tops[2..].iter().zip([0.509_427, 0.677_774]) {
            assert!((top.gross_share - expected).abs() < 1e-5, "{top:?}");
        }
        let retention = ready(shop.app().retention().expect("an answer"));
        let curve = retention.second_order.as_ref().expect("there are buyers");
        assert_eq!((curve.people, curve.returned), (23_570, 11_516));
        let still_away = [0.825_413_7, 0.707_806_5, 0.625_498_5, 0.541_366_1];
        for (by, expected) in curve.shares.iter().zip(still_away) {
            close(1.0 - by.share, expected, &format!("S({})", by.days));
        }
    });
}
