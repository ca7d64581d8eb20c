//! The real data set, to the penny. The figures are those of its description in `examples`.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use domain::events::{AnonymousOrder, Behaviour, HistoryPiece, LineKind, ProductTold, Sums};
use domain::money::Currency;
use domain::time::Zone;

use super::super::{Defaults, Mapping, Options, Sorted, Totals, read};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/online-retail")
        .join(name)
}

fn read_example(budget_bytes: usize) -> Sorted {
    let defaults = Defaults {
        currency: Currency::EUR,
        channel: Default::default(),
        zone: Zone::utc(),
    };
    let folder = std::env::temp_dir();
    let options = Options {
        budget_bytes,
        ..Options::new(defaults, folder)
    };
    let mut refused = Vec::new();
    let mut last = None;
    let sorted = read(
        &example("online_retail.csv.gz"),
        &options,
        &mut |rejected| {
            refused.push(rejected.to_string());
            Ok(())
        },
        &mut |progress| {
            last = Some(progress);
            ControlFlow::Continue(())
        },
    );
    assert_eq!(refused, Vec::<String>::new());
    let last = last.expect("progress is reported");
    assert_eq!((last.bytes, last.lines), (last.bytes_total, 541_909));
    sorted.expect("the example can be read")
}

/// What the pieces come to, counted anew.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    customers: BTreeSet<String>,
    customers_with_clean_orders: BTreeSet<String>,
    orders_above_zero: u64,
    orders: u64,
    refunds: u64,
    customer_lines: u64,
    gross: i64,
    product_gross: i64,
    refunded: i64,
    anonymous: Vec<AnonymousOrder>,
    products: Vec<ProductTold>,
    kinds: BTreeSet<LineKind>,
}

fn counted(sorted: &mut Sorted) -> Counted {
    let mut counted = Counted::default();
    for piece in sorted.pieces() {
        match piece.unwrap() {
            HistoryPiece::Products(products) => counted.products.extend(products),
            HistoryPiece::Orders(news) => panic!("{news:?}"),
            HistoryPiece::Anonymous(orders) => counted.anonymous.extend(orders),
            HistoryPiece::Customer(history) => {
                let [identity] = &history.identities[..] else {
                    panic!("one name each")
                };
                let name = identity.hashed_text();
                for document in history.documents {
                    match document.behaviour {
                        Behaviour::Ordered(order) => {
                            let sums = Sums::of(&order.lines);
                            counted.customer_lines += order.lines.len() as u64;
                            counted
                                .kinds
                                .extend(order.lines.iter().map(|line| line.kind));
                            counted.orders += 1;
                            counted.gross += sums.amount;
                            counted.product_gross += sums.product;
                            if sums.amount > 0 {
                                counted.orders_above_zero += 1;
                                counted.customers_with_clean_orders.insert(name.clone());
                            }
                        }
                        Behaviour::Refunded(refund) => {
                            counted.customer_lines += refund.lines.len() as u64;
                            counted.refunds += 1;
                            counted.refunded += Sums::of(&refund.lines).amount;
                        }
                        other => panic!("{other:?}"),
                    }
                }
                counted.customers.insert(name);
            }
        }
    }
    counted
}

#[test]
fn its_figures_come_out_to_the_penny() {
    let mut sorted = read_example(Options::BUDGET_BYTES);
    let got = counted(&mut sorted);
    check_names(&got);
    assert_eq!(
        sorted.mapping(),
        &Mapping::online_retail(sorted.mapping().columns.clone())
    );
    let summary = sorted.summary();
    assert_eq!(summary.lines_read, 541_909);
    assert_eq!(summary.lines_accepted, 541_909);
    assert_eq!((summary.customers, got.customers.len()), (4_372, 4_372));
    assert_eq!(got.customers_with_clean_orders.len(), 4_338);
    assert_eq!(got.orders_above_zero, 18_532);
    assert_eq!(got.gross, 891_140_790);
    let anonymous_lines: i64 = got.anonymous.iter().map(|order| order.lines).sum();
    assert_eq!(anonymous_lines, 135_080);
    assert_eq!(got.customer_lines + 135_080, 541_909);
    let sum = |part: fn(&AnonymousOrder) -> i64| got.anonymous.iter().map(part).sum::<i64>();
    let anonymous = sum(|order| order.gross - order.refunds + order.adjustments);
    assert_eq!(got.gross - got.refunded + anonymous, 974_774_793);
    // One bad debt was entered once too often and taken back twice.
    assert_eq!(sum(|order| order.adjustments), 1_106_206 - 2 * 1_106_206);
    let totals = Totals {
        gross: got.gross.into(),
        refunds: got.refunded.into(),
        anonymous_gross: sum(|order| order.gross).into(),
        anonymous_refunds: sum(|order| order.refunds).into(),
        adjustments: sum(|order| order.adjustments).into(),
    };
    assert_eq!(summary.totals, [(Currency::GBP, totals)].into());
    assert_eq!(totals.total(), 974_774_793);
    assert_eq!(summary.orders, got.orders);
    assert_eq!(summary.refunds, got.refunds);
    assert_eq!(summary.anonymous_orders, got.anonymous.len() as u64);
    assert_eq!(
        got.orders + got.refunds + got.anonymous.len() as u64,
        25_900
    );
    assert_eq!(summary.products, got.products.len() as u64);
    assert_eq!(got.kinds.len(), 4, "{:?}", got.kinds);
    let time = |at: Option<domain::time::Millis>| at.map(|at| at.to_string());
    assert_eq!(
        time(summary.earliest).as_deref(),
        Some("2010-12-01T08:26:00.000Z")
    );
    assert_eq!(
        time(summary.latest).as_deref(),
        Some("2011-12-09T12:50:00.000Z")
    );
}

#[test]
fn a_small_budget_gives_the_same_pieces() {
    let mut roomy = read_example(Options::BUDGET_BYTES);
    let mut tight = read_example(400_000);
    assert_eq!(roomy.summary(), tight.summary());
    assert!(
        roomy
            .pieces()
            .map(Result::unwrap)
            .eq(tight.pieces().map(Result::unwrap))
    );
}

#[test]
fn its_mapping_stands_beside_it_as_a_file() {
    let text = std::fs::read_to_string(example("mapping.json")).unwrap();
    let written: Mapping = serde_json::from_str(&text).unwrap();
    let columns = &written.columns;
    assert_eq!(columns.get("order_id"), Some("InvoiceNo"));
    assert_eq!(written, Mapping::online_retail(columns.clone()));
    let again = serde_json::to_string_pretty(&written).unwrap();
    assert_eq!(text.trim_end(), again);
}

/// Products bear the name under which they were sold last.
fn check_names(got: &Counted) {
    let title = |code: &str| {
        let found = got.products.iter().find(|name| name.product == code);
        found.and_then(|name| name.title.as_deref())
    };
    assert_eq!(title("22423"), Some("REGENCY CAKESTAND 3 TIER"));
    assert_eq!(title("85123A"), Some("CREAM HANGING HEART T-LIGHT HOLDER"));
    assert!(got.products.is_sorted_by(|a, b| a.product < b.product));
}
