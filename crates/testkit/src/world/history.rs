//! The shop's past as an import hands it over: in pieces, and as a file of order lines.

use std::fmt::Write as _;

use domain::customers::Identity;
use domain::events::{
    AnonymousOrder, Behaviour, Channel, CustomerHistory, HistoryDocument, HistoryPiece, Line,
    LineKind, Personal,
};
use domain::time::Millis;

use super::World;
use super::catalogue;
use super::truth::Person;

/// The first line of a file of order lines.
pub const CSV_HEADER: &str =
    "order_id,customer_id,ordered_at,product_id,title,quantity,unit_price,currency,channel,country";
/// So many guests' orders stand in one piece.
const GUESTS_PER_PIECE: usize = 256;

/// What a file of order lines does with returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvReturns {
    /// It leaves them out: gross, and nothing else, can be compared.
    Omitted,
    /// A return is an order of its own, under the refund's number, with negative quantities.
    NegativeQuantities,
}

/// The documents of one account of a person.
struct Account<'a> {
    identities: [&'a Identity; 2],
    second: bool,
}

fn accounts(person: &Person) -> Vec<Account<'_>> {
    let known_as = &person.known_as;
    let first = Account {
        identities: [&known_as.user_id, &known_as.email],
        second: false,
    };
    let second = known_as.second.as_ref().map(|second| Account {
        identities: [&second.user_id, &second.email],
        second: true,
    });
    [first].into_iter().chain(second).collect()
}

fn documents(person: &Person, second: bool) -> Vec<HistoryDocument> {
    let orders = person
        .orders
        .iter()
        .filter(|order| order.second_account == second)
        .map(|order| {
            let behaviour = Behaviour::Ordered(order.order.clone());
            HistoryDocument {
                at: order.at,
                channel: order.channel,
                behaviour,
            }
        });
    let returned = |refund: &&super::TrueRefund| refund.second_account == second;
    let refunds = person.refunds.iter().filter(returned).map(|refund| {
        let behaviour = Behaviour::Refunded(refund.refund.clone());
        HistoryDocument {
            at: refund.at,
            channel: refund.channel,
            behaviour,
        }
    });
    let mut documents: Vec<HistoryDocument> = orders.chain(refunds).collect();
    documents.sort_by(|a, b| (a.at, number_of(a)).cmp(&(b.at, number_of(b))));
    documents
}

fn number_of(document: &HistoryDocument) -> &str {
    match &document.behaviour {
        Behaviour::Ordered(order) => &order.order_id,
        Behaviour::Refunded(refund) => &refund.refund_id,
        _ => "",
    }
}

pub(super) fn pieces(world: &World, percent: u8) -> Vec<HistoryPiece> {
    let mut pieces = vec![HistoryPiece::Products(catalogue::product_names(
        &world.truth.products,
    ))];
    for person in world
        .truth
        .people
        .iter()
        .filter(|it| world.is_in_history(it.number, percent))
    {
        for account in accounts(person) {
            let documents = documents(person, account.second);
            if documents.is_empty() {
                continue;
            }
            let personal: Personal = [
                ("name", person.name.shown.as_str()),
                ("email", account.identities[1].value()),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
            let identities = account.identities.map(Identity::clone).to_vec();
            pieces.push(HistoryPiece::Customer(CustomerHistory {
                identities,
                personal,
                documents,
            }));
        }
    }
    let guests: Vec<AnonymousOrder> = world.truth.guests.iter().map(anonymous_order).collect();
    pieces.extend(
        guests
            .chunks(GUESTS_PER_PIECE)
            .map(|some| HistoryPiece::Anonymous(some.to_vec())),
    );
    pieces
}

fn anonymous_order(guest: &super::GuestOrder) -> AnonymousOrder {
    let mut anonymous = AnonymousOrder {
        order_id: guest.order.order_id.clone(),
        at: guest.at,
        channel: guest.channel,
        currency: guest.order.currency,
        lines: 0,
        items: 0,
        gross: 0,
        refunds: 0,
        adjustments: 0,
        product_gross: 0,
        product_refunds: 0,
    };
    for line in &guest.order.lines {
        anonymous.lines += 1;
        anonymous.gross += line.amount;
        if line.kind == LineKind::Product {
            anonymous.items += line.quantity;
            anonymous.product_gross += line.amount;
        }
    }
    anonymous
}

/// What every line of one order repeats.
struct Head<'a> {
    order_id: &'a str,
    customer_id: &'a str,
    at: Millis,
    channel: Channel,
    country: &'a str,
    sign: i64,
}

pub(super) fn csv(world: &World, percent: u8, returns: CsvReturns) -> String {
    let mut file = format!("{CSV_HEADER}\n");
    for person in world
        .truth
        .people
        .iter()
        .filter(|it| world.is_in_history(it.number, percent))
    {
        for account in accounts(person) {
            let customer_id = account.identities[0].value();
            for document in documents(person, account.second) {
                write_document(&mut file, world, person, customer_id, &document, returns);
            }
        }
    }
    for guest in &world.truth.guests {
        let head = Head {
            order_id: &guest.order.order_id,
            customer_id: "",
            at: guest.at,
            channel: guest.channel,
            country: "",
            sign: 1,
        };
        write_lines(&mut file, world, &head, &guest.order.lines);
    }
    file
}

fn write_document(
    file: &mut String,
    world: &World,
    person: &Person,
    customer_id: &str,
    document: &HistoryDocument,
    returns: CsvReturns,
) {
    let (lines, sign) = match &document.behaviour {
        Behaviour::Ordered(order) => (&order.lines, 1),
        Behaviour::Refunded(refund) if returns == CsvReturns::NegativeQuantities => {
            (&refund.lines, -1)
        }
        _ => return,
    };
    let head = Head {
        order_id: number_of(document),
        customer_id,
        at: document.at,
        channel: document.channel,
        country: person.country,
        sign,
    };
    write_lines(file, world, &head, lines);
}

fn write_lines(file: &mut String, world: &World, head: &Head<'_>, lines: &[Line]) {
    let currency = world.options.currency;
    for line in lines {
        // Amounts in the world are a price times a quantity, so the division leaves nothing.
        let unit_price = currency.decimal(line.amount / line.quantity);
        let title = quoted(catalogue::title_of(&world.truth.products, &line.product));
        let quantity = head.sign * line.quantity;
        let (order_id, customer_id, at) = (head.order_id, head.customer_id, head.at);
        let (product, channel, country) = (&line.product, head.channel, head.country);
        writeln!(
            file,
            "{order_id},{customer_id},{at},{product},{title},{quantity},{unit_price},{currency},\
             {channel},{country}"
        )
        .expect("writing to a text in memory cannot fail");
    }
}

/// A cell as RFC 4180 wants it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
