//! Fragments: neighbouring lines of one order, as they wait to be sorted.
//!
//! An order's lines may lie anywhere in the file, but most lie together, so what they have in
//! common is written once. Fragments are sorted by order id and then by place in the file.

use std::io;

use domain::events::{Channel, LineKind};
use domain::money::Currency;
use domain::time::Millis;

use super::codec::{
    Taker, damaged, put_bytes, put_channel, put_currency, put_kind, put_number, put_signed,
};
use super::sort::Sorter;

/// A fragment is given to the sorter before it grows longer than this.
const LINES_BYTES_MAX: usize = 64 * 1024;

/// What the lines of an order have in common. Without a customer id and an e-mail address the
/// order leads to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) order_id: &'a str,
    pub(super) customer_id: &'a str,
    pub(super) email: &'a str,
    pub(super) currency: Currency,
    pub(super) channel: Channel,
    pub(super) country: &'a str,
    /// What led the customer here.
    pub(super) source: &'a str,
    /// Whether it is a refund that was told as one; its number is then the refund's.
    pub(super) is_refund: bool,
    /// The order to which a refund belongs.
    pub(super) refund_of: &'a str,
    /// What is personal about it: a JSON document, or nothing.
    pub(super) personal: &'a str,
}

/// One understood line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinePart<'a> {
    pub(super) product: &'a str,
    pub(super) quantity: i64,
    /// In minor units, with the sign of the file.
    pub(super) amount: i64,
    pub(super) kind: LineKind,
    /// Its number in the file.
    pub(super) line: u64,
}

/// Gathers the lines of one fragment.
#[derive(Default)]
pub(super) struct FragmentWriter {
    key: Vec<u8>,
    head: Vec<u8>,
    order_bytes: usize,
    lines: Vec<u8>,
    count: u64,
    first_line: u64,
    last_line: u64,
    at: Millis,
    payload: Vec<u8>,
}

impl FragmentWriter {
    /// Begins fragments with this head. The one before must have been flushed.
    pub(super) fn begin(&mut self, head: &Head<'_>) {
        self.key.clear();
        self.key.extend_from_slice(head.order_id.as_bytes());
        // No text has a NUL, so the ids order as texts do: a short one before its longer kin.
        self.key.push(0);
        // An order and a refund may bear one number.
        self.key.push(u8::from(head.is_refund));
        self.order_bytes = self.key.len();
        self.head.clear();
        put_bytes(&mut self.head, head.customer_id.as_bytes());
        put_bytes(&mut self.head, head.email.as_bytes());
        put_currency(&mut self.head, head.currency);
        put_channel(&mut self.head, head.channel);
        for text in [head.country, head.source, head.refund_of, head.personal] {
            put_bytes(&mut self.head, text.as_bytes());
        }
    }

    /// Adds a line that happened at `at`.
    pub(super) fn add(
        &mut self,
        sorter: &mut Sorter,
        at: Millis,
        part: &LinePart<'_>,
    ) -> io::Result<()> {
        if self.lines.len() > LINES_BYTES_MAX {
            self.flush(sorter)?;
        }
        if self.count == 0 {
            (self.first_line, self.last_line, self.at) = (part.line, part.line, at);
        }
        self.at = self.at.min(at);
        put_number(&mut self.lines, part.line - self.last_line);
        self.last_line = part.line;
        self.count += 1;
        put_part(&mut self.lines, part);
        Ok(())
    }

    /// Gives what was gathered to the sorter.
    pub(super) fn flush(&mut self, sorter: &mut Sorter) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        self.key.truncate(self.order_bytes);
        self.key.extend_from_slice(&self.first_line.to_be_bytes());
        self.payload.clear();
        self.payload.extend_from_slice(&self.head);
        put_signed(&mut self.payload, self.at.0);
        put_number(&mut self.payload, self.count);
        self.payload.extend_from_slice(&self.lines);
        self.lines.clear();
        self.count = 0;
        sorter.push(&self.key, &self.payload)
    }
}

/// Everything of a line but its number.
pub(super) fn put_part(out: &mut Vec<u8>, part: &LinePart<'_>) {
    put_bytes(out, part.product.as_bytes());
    put_kind(out, part.kind);
    put_signed(out, part.quantity);
    put_signed(out, part.amount);
}

/// What [`put_part`] wrote.
pub(super) fn take_part<'a>(taker: &mut Taker<'a>, line: u64) -> io::Result<LinePart<'a>> {
    let product = taker.text()?;
    let kind = taker.kind()?;
    Ok(LinePart {
        product,
        kind,
        quantity: taker.signed()?,
        amount: taker.signed()?,
        line,
    })
}

/// A fragment that was read back.
pub(super) struct Fragment<'a> {
    pub(super) head: Head<'a>,
    /// The earliest time of its lines.
    pub(super) at: Millis,
    lines: Taker<'a>,
    left: u64,
    last_line: u64,
}

impl<'a> Fragment<'a> {
    /// Reads a record of the sorter.
    pub(super) fn read(key: &'a [u8], payload: &'a [u8]) -> io::Result<Self> {
        let (order_id, number) = key.split_last_chunk::<8>().ok_or_else(damaged)?;
        let (order_id, is_refund) = match order_id {
            [order_id @ .., 0, is_refund] => (order_id, *is_refund == 1),
            _ => return Err(damaged()),
        };
        let mut taker = Taker(payload);
        let head = Head {
            order_id: std::str::from_utf8(order_id).map_err(|_| damaged())?,
            customer_id: taker.text()?,
            email: taker.text()?,
            currency: taker.currency()?,
            channel: taker.channel()?,
            country: taker.text()?,
            source: taker.text()?,
            is_refund,
            refund_of: taker.text()?,
            personal: taker.text()?,
        };
        let at = Millis(taker.signed()?);
        let left = taker.number()?;
        let last_line = u64::from_be_bytes(*number);
        Ok(Self {
            head,
            at,
            lines: taker,
            left,
            last_line,
        })
    }

    /// Its next line.
    pub(super) fn next_line(&mut self) -> io::Result<Option<LinePart<'a>>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.last_line = self.last_line.saturating_add(self.lines.number()?);
        take_part(&mut self.lines, self.last_line).map(Some)
    }
}
