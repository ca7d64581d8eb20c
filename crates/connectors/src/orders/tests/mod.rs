//! Tests of reading files of orders as a whole.

mod forms;
mod hostile;
mod online_retail;
mod properties;

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;

use domain::events::{Behaviour, Channel, HistoryPiece};
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

/// What a file came to, a line for each document, in words that a test can show.
fn shown(mut sorted: Sorted) -> String {
    let mut shown = String::new();
    for piece in sorted.pieces() {
        match piece.unwrap() {
            HistoryPiece::Products(products) => {
                for name in products {
                    writeln!(shown, "product {} = {}", name.product, name.title).unwrap();
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
                    let (what, lines) = match document.behaviour {
                        Behaviour::Ordered(order) => {
                            let country = order.country.unwrap_or_default();
                            (format!("order {} {country}", order.order_id), order.lines)
                        }
                        Behaviour::Refunded(refund) => {
                            let order = refund.order_id.unwrap_or_default();
                            (
                                format!("refund {} of “{order}”", refund.refund_id),
                                refund.lines,
                            )
                        }
                        other => panic!("{other:?}"),
                    };
                    write!(shown, "  {what} {} {}:", document.at, document.channel).unwrap();
                    for line in lines {
                        let (quantity, amount) = (line.quantity, line.amount);
                        let kind = match line.kind {
                            domain::events::LineKind::Product => String::new(),
                            kind => format!(" ({kind:?})"),
                        };
                        write!(shown, " {quantity}×{}={amount}{kind}", line.product).unwrap();
                    }
                    shown.push('\n');
                }
            }
        }
    }
    shown
}
