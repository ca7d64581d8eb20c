//! The shop's past as an import hands it over: in pieces, and as a file of order lines.

use std::fmt::Write as _;

use domain::customers::Identity;
use domain::events::{
    AnonymousOrder, Behaviour, Channel, CustomerHistory, Description, HistoryDocument,
    HistoryPiece, Line, LineKind, Personal,
};
use domain::time::Millis;

use super::World;
use super::catalogue;
use super::event::{CONSENT_PROOF, consent_change, delivered};
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

/// One account of a person.
pub(super) struct Account<'a> {
    pub(super) user_id: &'a Identity,
    pub(super) email: &'a Identity,
    pub(super) second: bool,
    pub(super) registered_at: Millis,
}

/// The accounts of a person; none of somebody who never told who they are.
pub(super) fn accounts(person: &Person) -> Vec<Account<'_>> {
    let known_as = &person.known_as;
    let first = person.identified_at.map(|registered_at| Account {
        user_id: &known_as.user_id,
        email: &known_as.email,
        second: false,
        registered_at,
    });
    let second = known_as.second.as_ref().map(|second| Account {
        user_id: &second.user_id,
        email: &second.email,
        second: true,
        registered_at: second.opened_at,
    });
    first.into_iter().chain(second).collect()
}

/// The people of a share.
pub(super) fn people(world: &World, percent: u8) -> impl Iterator<Item = &Person> {
    let people = world.truth.people.iter();
    people.filter(move |person| world.is_in_history(person.number, percent))
}

fn document(at: Millis, channel: Channel, behaviour: Behaviour) -> HistoryDocument {
    HistoryDocument {
        at,
        channel,
        behaviour,
        personal: Personal::new(),
    }
}

fn documents(person: &Person, account: &Account<'_>) -> Vec<HistoryDocument> {
    let second = account.second;
    let mut documents = vec![described(person, account)];
    for order in person
        .orders
        .iter()
        .filter(|it| it.second_account == second)
    {
        let told = Behaviour::Ordered(order.order.clone());
        documents.push(document(order.at, order.channel, told));
        if let Some(delivery) = &order.delivery {
            let told = Behaviour::Delivered(delivered(&order.order.order_id, delivery));
            documents.push(document(delivery.arrived_at, order.channel, told));
        }
    }
    for refund in person
        .refunds
        .iter()
        .filter(|it| it.second_account == second)
    {
        let told = Behaviour::Refunded(refund.refund.clone());
        documents.push(document(refund.at, refund.channel, told));
    }
    for review in person
        .reviews
        .iter()
        .filter(|it| it.second_account == second)
    {
        let told = Behaviour::Reviewed(review.review.clone());
        documents.push(HistoryDocument {
            personal: told_as("text", &review.text),
            ..document(review.at, review.channel, told)
        });
    }
    for consent in person.consents.iter().filter(|_| !second) {
        let told = Behaviour::ConsentChanged(consent_change(consent));
        documents.push(HistoryDocument {
            personal: told_as("proof", CONSENT_PROOF),
            ..document(consent.at, consent.channel, told)
        });
    }
    documents.sort_by(|a, b| place_of(a).cmp(&place_of(b)));
    documents
}

fn told_as(name: &str, value: &str) -> Personal {
    [(name.to_owned(), value.to_owned())].into()
}

/// What the shop's list of customers says of an account.
fn described(person: &Person, account: &Account<'_>) -> HistoryDocument {
    let told = Behaviour::Described(Description {
        registered_at: Some(account.registered_at),
    });
    let mut personal: Personal = told_as("name", &person.name.shown);
    personal.extend(told_as("email", account.email.value()));
    personal.extend(told_as("language", person.language.tag()));
    if !account.second {
        personal.extend(told_as("phone", person.known_as.phone.value()));
    }
    HistoryDocument {
        personal,
        ..document(account.registered_at, Channel::Web, told)
    }
}

/// The order of documents: by time, then by their numbers.
fn place_of(document: &HistoryDocument) -> (Millis, &str, &str) {
    let number = match &document.behaviour {
        Behaviour::ConsentChanged(change) => change.purpose.word(),
        _ => number_of(document),
    };
    (document.at, number, document.behaviour.name())
}

fn number_of(document: &HistoryDocument) -> &str {
    match &document.behaviour {
        Behaviour::Ordered(order) => &order.order_id,
        Behaviour::Refunded(refund) => &refund.refund_id,
        Behaviour::Delivered(delivery) => &delivery.order_id,
        Behaviour::Reviewed(review) => review.review_id.as_deref().unwrap_or_default(),
        _ => "",
    }
}

pub(super) fn pieces(world: &World, percent: u8) -> Vec<HistoryPiece> {
    let told = catalogue::products_told(&world.truth.products);
    let mut pieces = vec![HistoryPiece::Products(told)];
    for person in people(world, percent) {
        for account in accounts(person) {
            pieces.push(HistoryPiece::Customer(CustomerHistory {
                identities: vec![account.user_id.clone(), account.email.clone()],
                documents: documents(person, &account),
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
    for person in people(world, percent) {
        for account in accounts(person) {
            let customer_id = account.user_id.value();
            for document in documents(person, &account) {
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
pub(super) fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
