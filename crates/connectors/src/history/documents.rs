//! Documents: what the sorted file is made of, in the order in which it is handed on.
//!
//! Their keys order them: products first, by code; then customers, each with their documents by
//! time and number; then news of orders by the number of the order; then what leads to nobody,
//! by time and number.

use std::io;

use domain::events::{
    AnonymousOrder, Behaviour, Channel, Extent, HistoryDocument, Line, Order, Personal, Refund,
};
use domain::time::Millis;

use super::codec::{Taker, damaged, put_bytes, put_channel, put_currency, put_number, put_signed};
use super::fragment::{Head, LinePart, put_part, take_part};

/// The classes of documents, in their order; the first byte of each key.
pub(super) const PRODUCT: u8 = 0;
pub(super) const CUSTOMER: u8 = 1;
pub(super) const NEWS: u8 = 2;
pub(super) const ANONYMOUS: u8 = 3;

/// What a document is; the tags order documents of one moment and one number.
const ORDER: u8 = 0;
const REFUND: u8 = 1;
pub(super) const TOLD: u8 = 2;

/// Under which names a document's customer is known; empty ones are not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Who<'a> {
    pub(super) customer_id: &'a str,
    pub(super) email: &'a str,
    pub(super) phone: &'a str,
    pub(super) card: &'a str,
}

impl<'a> Who<'a> {
    /// Its names, the most trusted first.
    pub(super) const fn names(&self) -> [&'a str; 4] {
        [self.customer_id, self.email, self.phone, self.card]
    }

    pub(super) fn is_nobody(&self) -> bool {
        self.names().iter().all(|name| name.is_empty())
    }
}

/// The key of a product's title; `number` makes it differ from others of the same product.
pub(super) fn product_key(code: &str, number: u32) -> Vec<u8> {
    let mut key = vec![PRODUCT];
    put_name(&mut key, code);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// The part of a key that its neighbours of the same product, customer or order share.
pub(super) fn shared_key(key: &[u8]) -> &[u8] {
    // The name begins behind the class; that of a customer also behind the kind of the name.
    let name = usize::from(key.first() == Some(&CUSTOMER)) + 1;
    let rest = key.get(name..).unwrap_or_default();
    let end = memchr::memchr(0, rest).unwrap_or(rest.len());
    &key[..key.len().min(name + end)]
}

/// The product's code, or the order's number, of a key.
pub(super) fn key_name(key: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(shared_key(key).get(1..).unwrap_or_default()).map_err(|_| damaged())
}

/// Where a document stands among its customer's or its order's.
pub(super) struct Place<'a> {
    pub(super) at: Millis,
    pub(super) number: &'a str,
    /// Orders before refunds before the rest.
    pub(super) tag: u8,
    /// What tells documents of one moment apart that have no number.
    pub(super) tie: &'a [u8],
}

impl Place<'_> {
    /// The key among the documents of a customer.
    pub(super) fn of_customer(&self, who: &Who<'_>) -> Vec<u8> {
        let named = (0..).zip(who.names()).find(|(_, name)| !name.is_empty());
        let (rank, name) = named.unwrap_or_default();
        let mut key = vec![CUSTOMER, rank];
        put_name(&mut key, name);
        self.put(&mut key);
        key
    }

    /// The key among the news of an order.
    pub(super) fn of_order(&self, order_id: &str) -> Vec<u8> {
        let mut key = vec![NEWS];
        put_name(&mut key, order_id);
        self.put(&mut key);
        key
    }

    fn put(&self, key: &mut Vec<u8>) {
        put_time(key, self.at);
        put_name(key, self.number);
        key.push(self.tag);
        key.extend_from_slice(self.tie);
    }
}

/// The key of an order that leads to nobody.
pub(super) fn anonymous_key(order_id: &str, at: Millis) -> Vec<u8> {
    let mut key = vec![ANONYMOUS];
    put_time(&mut key, at);
    put_name(&mut key, order_id);
    key
}

/// No text has a NUL, so names order as texts do.
fn put_name(key: &mut Vec<u8>, name: &str) {
    key.extend_from_slice(name.as_bytes());
    key.push(0);
}

fn put_time(key: &mut Vec<u8>, at: Millis) {
    // Times are not before 1970, so their bytes order as they do.
    key.extend_from_slice(&at.0.to_be_bytes());
}

/// The front of every document: who, how heavy it is in lines, when, where.
fn put_front(out: &mut Vec<u8>, who: &Who<'_>, lines: usize, at: Millis, channel: Channel) {
    out.clear();
    for name in who.names() {
        put_bytes(out, name.as_bytes());
    }
    put_number(out, lines as u64);
    put_signed(out, at.0);
    put_channel(out, channel);
}

/// One order or refund, before it is written.
pub(super) struct Trade<'a> {
    pub(super) head: &'a Head<'a>,
    pub(super) is_refund: bool,
    /// The order to which a refund belongs, if it is known.
    pub(super) refund_of: &'a str,
    /// Amounts and quantities of refunds are positive.
    pub(super) lines: &'a [LinePart<'a>],
}

impl<'a> Trade<'a> {
    pub(super) const fn who(&self) -> Who<'a> {
        Who {
            customer_id: self.head.customer_id,
            email: self.head.email,
            phone: "",
            card: "",
        }
    }

    /// Writes it for the sorter.
    pub(super) fn write(&self, at: Millis, out: &mut Vec<u8>) {
        let head = self.head;
        put_front(out, &self.who(), self.lines.len(), at, head.channel);
        out.push(if self.is_refund { REFUND } else { ORDER });
        put_bytes(out, head.personal.as_bytes());
        put_bytes(out, head.order_id.as_bytes());
        put_currency(out, head.currency);
        let texts = match self.is_refund {
            true => [self.refund_of, ""],
            false => [head.country, head.source],
        };
        for text in texts {
            put_bytes(out, text.as_bytes());
        }
        for line in self.lines {
            put_part(out, line);
        }
    }
}

/// Anything else that is told of a customer or an order, before it is written.
pub(super) struct Told<'a> {
    pub(super) who: Who<'a>,
    pub(super) channel: Channel,
    pub(super) behaviour: &'a Behaviour,
    pub(super) personal: &'a Personal,
}

impl Told<'_> {
    /// Writes it for the sorter.
    pub(super) fn write(&self, at: Millis, out: &mut Vec<u8>) -> io::Result<()> {
        put_front(out, &self.who, 1, at, self.channel);
        out.push(TOLD);
        let personal = match self.personal.is_empty() {
            true => String::new(),
            false => serde_json::to_string(self.personal)?,
        };
        put_bytes(out, personal.as_bytes());
        put_bytes(out, self.behaviour.name().as_bytes());
        put_bytes(out, self.behaviour.body().as_bytes());
        Ok(())
    }
}

/// What of a document must be known before it is decided to which piece it goes.
pub(super) struct Front<'a> {
    pub(super) who: Who<'a>,
    pub(super) line_count: usize,
    rest: Taker<'a>,
}

impl<'a> Front<'a> {
    /// Reads the front of what [`Trade::write`] or [`Told::write`] wrote.
    pub(super) fn read(payload: &'a [u8]) -> io::Result<Self> {
        let mut taker = Taker(payload);
        Ok(Self {
            who: Who {
                customer_id: taker.text()?,
                email: taker.text()?,
                phone: taker.text()?,
                card: taker.text()?,
            },
            line_count: usize::try_from(taker.number()?).map_err(|_| damaged())?,
            rest: taker,
        })
    }

    /// Reads the rest.
    pub(super) fn into_document(self) -> io::Result<HistoryDocument> {
        let mut taker = self.rest;
        let at = Millis(taker.signed()?);
        let channel = taker.channel()?;
        let tag = taker.byte()?;
        let personal = match taker.text()? {
            "" => Personal::new(),
            text => serde_json::from_str(text)?,
        };
        let behaviour = match tag {
            TOLD => {
                let name = taker.text()?;
                Behaviour::read(name, taker.text()?)?
            }
            ORDER | REFUND => take_trade(&mut taker, tag == REFUND, self.line_count)?,
            _ => return Err(damaged()),
        };
        Ok(HistoryDocument {
            at,
            channel,
            behaviour,
            personal,
        })
    }
}

fn take_trade(taker: &mut Taker<'_>, is_refund: bool, line_count: usize) -> io::Result<Behaviour> {
    let number = taker.text()?.to_owned();
    let currency = taker.currency()?;
    let mut optional = || {
        let text = taker.text()?;
        Ok::<_, io::Error>((!text.is_empty()).then(|| text.to_owned()))
    };
    let (first, second) = (optional()?, optional()?);
    let mut lines = Vec::with_capacity(line_count.min(taker.0.len()));
    for _ in 0..line_count {
        let part = take_part(taker, 0)?;
        lines.push(Line {
            product: part.product.to_owned(),
            quantity: part.quantity,
            amount: part.amount,
            kind: part.kind,
        });
    }
    Ok(match is_refund {
        true => Behaviour::Refunded(Refund {
            refund_id: number,
            order_id: first,
            currency,
            lines,
            extent: Extent::Told,
        }),
        false => Behaviour::Ordered(Order {
            order_id: number,
            currency,
            country: first,
            source: second,
            lines,
        }),
    })
}

/// Writes an order that leads to nobody for the sorter.
pub(super) fn write_anonymous(order: &AnonymousOrder, out: &mut Vec<u8>) {
    out.clear();
    put_bytes(out, order.order_id.as_bytes());
    put_channel(out, order.channel);
    put_currency(out, order.currency);
    for number in [
        order.at.0,
        order.lines,
        order.items,
        order.gross,
        order.refunds,
        order.adjustments,
        order.product_gross,
        order.product_refunds,
    ] {
        put_signed(out, number);
    }
}

/// What [`write_anonymous`] wrote.
pub(super) fn read_anonymous(payload: &[u8]) -> io::Result<AnonymousOrder> {
    let mut taker = Taker(payload);
    Ok(AnonymousOrder {
        order_id: taker.text()?.to_owned(),
        channel: taker.channel()?,
        currency: taker.currency()?,
        at: Millis(taker.signed()?),
        lines: taker.signed()?,
        items: taker.signed()?,
        gross: taker.signed()?,
        refunds: taker.signed()?,
        adjustments: taker.signed()?,
        product_gross: taker.signed()?,
        product_refunds: taker.signed()?,
    })
}
