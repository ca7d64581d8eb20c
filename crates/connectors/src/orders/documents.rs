//! Documents: what the sorted file is made of, in the order in which it is handed on.
//!
//! Their keys order them: products first, by code; then customers, each with their documents by
//! time and number; then what leads to nobody, by time and number.

use std::io;

use domain::events::{AnonymousOrder, Behaviour, HistoryDocument, Line, Order, Refund};
use domain::time::Millis;

use super::codec::{Taker, damaged, put_bytes, put_channel, put_currency, put_number, put_signed};
use super::fragment::{Head, LinePart, put_part, take_part};

/// The classes of documents, in their order; the first byte of each key.
pub(super) const PRODUCT: u8 = 0;
pub(super) const CUSTOMER: u8 = 1;
pub(super) const ANONYMOUS: u8 = 2;

/// The key of a product's title; `number` makes it differ from others of the same product.
pub(super) fn product_key(code: &str, number: u32) -> Vec<u8> {
    let mut key = vec![PRODUCT];
    put_name(&mut key, code);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// The part of a key that its neighbours of the same product or customer share.
pub(super) fn shared_key(key: &[u8]) -> &[u8] {
    // The name begins behind the class; that of a customer also behind the kind of the name.
    let name = usize::from(key.first() == Some(&CUSTOMER)) + 1;
    let rest = key.get(name..).unwrap_or_default();
    let end = memchr::memchr(0, rest).unwrap_or(rest.len());
    &key[..key.len().min(name + end)]
}

/// The code of a product's key.
pub(super) fn product_code(key: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(shared_key(key).get(1..).unwrap_or_default()).map_err(|_| damaged())
}

/// The key of a customer's document: who, when, its number, and orders before refunds.
pub(super) fn customer_key(head: &Head<'_>, at: Millis, is_refund: bool) -> Vec<u8> {
    let mut key = vec![CUSTOMER];
    if head.customer_id.is_empty() {
        key.push(1);
        put_name(&mut key, head.email);
    } else {
        key.push(0);
        put_name(&mut key, head.customer_id);
    }
    put_time(&mut key, at);
    put_name(&mut key, head.order_id);
    key.push(u8::from(is_refund));
    key
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

/// One order or refund of a customer, before it is written.
pub(super) struct Document<'a> {
    pub(super) head: &'a Head<'a>,
    pub(super) at: Millis,
    pub(super) is_refund: bool,
    /// Whether a refund belongs to the order of the same number.
    pub(super) names_its_order: bool,
    /// Amounts and quantities of refunds are positive.
    pub(super) lines: &'a [LinePart<'a>],
}

impl Document<'_> {
    /// Writes it for the sorter.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        put_bytes(out, self.head.customer_id.as_bytes());
        put_bytes(out, self.head.email.as_bytes());
        put_number(out, self.lines.len() as u64);
        put_signed(out, self.at.0);
        out.push(u8::from(self.is_refund));
        out.push(u8::from(self.names_its_order));
        put_bytes(out, self.head.order_id.as_bytes());
        put_currency(out, self.head.currency);
        put_channel(out, self.head.channel);
        put_bytes(out, self.head.country.as_bytes());
        for line in self.lines {
            put_part(out, line);
        }
    }
}

/// What of a document must be known before it is decided to which piece it goes.
pub(super) struct Front<'a> {
    pub(super) customer_id: &'a str,
    pub(super) email: &'a str,
    pub(super) line_count: usize,
    rest: Taker<'a>,
}

impl<'a> Front<'a> {
    /// Reads the front of what [`Document::write`] wrote.
    pub(super) fn read(payload: &'a [u8]) -> io::Result<Self> {
        let mut taker = Taker(payload);
        Ok(Self {
            customer_id: taker.text()?,
            email: taker.text()?,
            line_count: usize::try_from(taker.number()?).map_err(|_| damaged())?,
            rest: taker,
        })
    }

    /// Reads the rest.
    pub(super) fn into_document(self) -> io::Result<HistoryDocument> {
        let mut taker = self.rest;
        let at = Millis(taker.signed()?);
        let is_refund = taker.byte()? == 1;
        let names_its_order = taker.byte()? == 1;
        let number = taker.text()?.to_owned();
        let currency = taker.currency()?;
        let channel = taker.channel()?;
        let country = taker.text()?;
        let mut lines = Vec::with_capacity(self.line_count.min(taker.0.len()));
        for _ in 0..self.line_count {
            let LinePart {
                product,
                quantity,
                amount,
                kind,
                ..
            } = take_part(&mut taker, 0)?;
            lines.push(Line {
                product: product.to_owned(),
                quantity,
                amount,
                kind,
            });
        }
        let behaviour = if is_refund {
            let order_id = names_its_order.then(|| number.clone());
            Behaviour::Refunded(Refund {
                refund_id: number,
                order_id,
                currency,
                lines,
            })
        } else {
            let country = (!country.is_empty()).then(|| country.to_owned());
            Behaviour::Ordered(Order {
                order_id: number,
                currency,
                country,
                lines,
            })
        };
        Ok(HistoryDocument {
            at,
            channel,
            behaviour,
        })
    }
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
