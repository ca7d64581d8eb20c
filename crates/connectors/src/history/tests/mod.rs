//! Tests of reading files of orders as a whole.

mod examples;
mod forms;
mod hostile;
mod kinds;
mod online_retail;
mod properties;

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;

use domain::events::{Behaviour, Channel, HistoryDocument, HistoryPiece, ProductTold};
use domain::money::Currency;
use domain::time::Zone;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Defaults, Error, Options, Sorted, read};

/// A header with every column.
const HEADER: &str = "order_id,customer_id,ordered_at,product_id,quantity,unit_price\n";

fn options() -> Options {
    let defaults = Defaults {
        currency: Currency::EUR,
        channel: Channel::Web,
        zone: Zone::utc(),
    };
    Options::new(defaults, std::env::temp_dir())
}

/// Reads a file with this content; gives what was rejected as sentences.
fn read_bytes(content: &[u8], options: &Options) -> (Result<Sorted, Error>, Vec<String>) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let mut rejected = Vec::new();
    let sorted = read(
        file.path(),
        options,
        &mut |line| {
            assert!(line.raw.len() <= super::RAW_BYTES_MAX);
            rejected.push(line.to_string());
            Ok(())
        },
        &mut |_| ControlFlow::Continue(()),
    );
    (sorted, rejected)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// What was read and what was rejected, without what depends on the order of the lines.
fn in_any_order(content: &[u8], options: &Options) -> (String, Vec<String>) {
    let (sorted, rejected) = read_bytes(content, options);
    let sorted = sorted.unwrap();
    let summary = format!("{:?}\n", sorted.summary());
    let mut rejected: Vec<_> = rejected
        .iter()
        .map(|one| one.split_once(": ").unwrap().1.to_owned())
        .collect();
    rejected.sort();
    (summary + &shown(sorted), rejected)
}

/// What a file came to, a line for each document, in words that a test can show.
fn shown(mut sorted: Sorted) -> String {
    let mut shown = String::new();
    for piece in sorted.pieces() {
        match piece.unwrap() {
            HistoryPiece::Products(products) => {
                for told in products {
                    show_product(&told, &mut shown);
                }
            }
            HistoryPiece::Anonymous(orders) => {
                for order in orders {
                    writeln!(
                        shown,
                        "nobody {} {} {} lines {} items {}: {} - {} + {}, products {} - {}",
                        order.order_id,
                        order.at,
                        order.currency,
                        order.lines,
                        order.items,
                        order.gross,
                        order.refunds,
                        order.adjustments,
                        order.product_gross,
                        order.product_refunds,
                    )
                    .unwrap();
                }
            }
            HistoryPiece::Customer(history) => {
                let names: Vec<_> = history.identities.iter().map(|i| i.hashed_text()).collect();
                writeln!(shown, "customer {}", names.join(" ")).unwrap();
                for document in history.documents {
                    shown.push_str("  ");
                    show_document(&document, &mut shown);
                }
            }
            HistoryPiece::Orders(news) => {
                for one in news {
                    write!(shown, "news of {}: ", one.order_id).unwrap();
                    show_document(&one.document, &mut shown);
                }
            }
        }
    }
    shown
}

fn show_product(told: &ProductTold, shown: &mut String) {
    write!(shown, "product {} =", told.product).unwrap();
    if let Some(title) = &told.title {
        write!(shown, " {title}").unwrap();
    }
    if let Some(cost) = told.cost {
        write!(shown, ", costs {} {}", cost.hundredths, cost.currency).unwrap();
    }
    if let Some(category) = &told.category {
        write!(shown, ", is {category}").unwrap();
    }
    shown.push_str(if told.is_catalogue {
        " (catalogue)\n"
    } else {
        "\n"
    });
}

fn show_document(document: &HistoryDocument, shown: &mut String) {
    let (what, lines) = match &document.behaviour {
        Behaviour::Ordered(order) => {
            let country = order.country.as_deref().unwrap_or_default();
            let source = order
                .source
                .as_ref()
                .map_or(String::new(), |it| format!(" by {it}"));
            let what = format!("order {} {country}{source}", order.order_id);
            (what, &order.lines[..])
        }
        Behaviour::Refunded(refund) => {
            let order = refund.order_id.as_deref().unwrap_or_default();
            let what = format!("refund {} of “{order}”", refund.refund_id);
            (what, &refund.lines[..])
        }
        other => (format!("{} {}", other.name(), other.body()), &[][..]),
    };
    write!(shown, "{what} {} {}:", document.at, document.channel).unwrap();
    for line in lines {
        let (quantity, amount) = (line.quantity, line.amount);
        let kind = match line.kind {
            domain::events::LineKind::Product => String::new(),
            kind => format!(" ({kind:?})"),
        };
        write!(shown, " {quantity}×{}={amount}{kind}", line.product).unwrap();
    }
    if !document.personal.is_empty() {
        write!(shown, " {:?}", document.personal).unwrap();
    }
    shown.push('\n');
}
