//! From sorted fragments to documents: whose an order is, when it was, and what it comes to.
//!
//! - An order belongs to the customer of its first line that names one. Lines of another
//!   customer, or in another currency than the first line's, are rejected; lines that name
//!   nobody belong to it as well. Its channel is the first line's, its country the first given.
//! - It happened at the earliest time of its lines.
//! - Its lines are put in the order of product, quantity and amount, so that the same order is
//!   the same however the file was sorted.
//! - Of a customer's order, lines below 0 units are a refund that names the order; lines with
//!   units and an amount below 0 are discounts. An order id with the refund prefix is a refund.
//! - Without a customer, an order is one entry of the books: lines below 0 units are refunds
//!   (a stock correction is one of nothing), amounts below 0 are adjustments, and so is all of
//!   an order id with the adjustment prefix; the rest is gross.

use std::collections::BTreeMap;
use std::io;

use domain::events::{AMOUNT_MINOR_MAX, AnonymousOrder, Behaviour, Channel, LINES_MAX, LineKind};
use domain::money::Currency;
use domain::time::Millis;

use super::codec::{Taker, put_number};
use super::documents::{Place, Trade, anonymous_key, write_anonymous};
use super::error::Error;
use super::fragment::{Fragment, Head, LinePart, put_part, take_part};
use super::mapping::Mapping;
use super::reject::{Reason, Rejects, shortened};
use super::sort::Sorter;

/// Sums of one currency in minor units, as they come out of a file.
///
/// `gross - refunds + anonymous_gross - anonymous_refunds + adjustments` is the sum of all
/// accepted lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Orders of customers, less the discounts on them.
    pub gross: i128,
    /// Refunds of customers, as a positive number.
    pub refunds: i128,
    /// Sales that lead to nobody.
    pub anonymous_gross: i128,
    /// Refunds that lead to nobody, as a positive number.
    pub anonymous_refunds: i128,
    /// Corrections of the books, signed.
    pub adjustments: i128,
}

impl Totals {
    /// The sum of all accepted lines.
    #[must_use]
    pub const fn total(&self) -> i128 {
        self.gross - self.refunds + self.anonymous_gross - self.anonymous_refunds + self.adjustments
    }
}

/// What grouping counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Grouped {
    pub(super) orders: u64,
    pub(super) refunds: u64,
    /// Refunds that name their order and nobody.
    pub(super) news: u64,
    pub(super) anonymous_orders: u64,
    pub(super) descriptions: u64,
    pub(super) reviews: u64,
    pub(super) deliveries: u64,
    pub(super) consents: u64,
    pub(super) lines: u64,
    pub(super) totals: BTreeMap<Currency, Totals>,
    pub(super) earliest: Option<Millis>,
    pub(super) latest: Option<Millis>,
}

impl Grouped {
    /// Counts what is told of a customer or an order and is no order line.
    pub(super) fn count(&mut self, behaviour: &Behaviour, at: Millis) {
        match behaviour {
            Behaviour::Described(_) => self.descriptions += 1,
            Behaviour::Reviewed(_) => self.reviews += 1,
            Behaviour::Delivered(_) => self.deliveries += 1,
            Behaviour::ConsentChanged(_) => self.consents += 1,
            _ => {}
        }
        // A description without a moment stands at the beginning of time.
        if at > Millis::EARLIEST {
            self.happened(at);
        }
    }

    fn happened(&mut self, at: Millis) {
        self.earliest = Some(self.earliest.map_or(at, |earliest| earliest.min(at)));
        self.latest = self.latest.max(Some(at));
    }
}

/// Builds documents out of fragments that come sorted by order id and place in the file.
pub(super) struct Grouper<'a> {
    mapping: &'a Mapping,
    documents: &'a mut Sorter,
    grouped: Grouped,
    open: Option<Open>,
    payload: Vec<u8>,
}

/// The order whose fragments are coming.
struct Open {
    order_id: String,
    customer_id: String,
    email: String,
    currency: Currency,
    channel: Channel,
    country: String,
    source: String,
    is_refund: bool,
    refund_of: String,
    personal: String,
    at: Millis,
    /// Its lines, each its number in the file and then its part.
    lines: Vec<u8>,
    count: usize,
    is_too_long: bool,
}

impl<'a> Grouper<'a> {
    pub(super) fn new(mapping: &'a Mapping, documents: &'a mut Sorter) -> Self {
        Self {
            mapping,
            documents,
            grouped: Grouped::default(),
            open: None,
            payload: Vec::new(),
        }
    }

    /// Takes the next fragment.
    pub(super) fn take(
        &mut self,
        mut fragment: Fragment<'_>,
        rejects: &mut Rejects<'_>,
    ) -> Result<(), Error> {
        if self
            .open
            .as_ref()
            .is_some_and(|open| !open.is_of(&fragment.head))
        {
            self.close(rejects)?;
        }
        let open = self.open.get_or_insert_with(|| Open::new(&fragment));
        if let Some(reason) = open.conflict(&fragment.head) {
            let detail = format!("order {}", shortened(open.order_id.as_bytes()));
            while let Some(line) = fragment.next_line().map_err(Error::Temporary)? {
                rejects.add(line.line, reason, &detail, &[])?;
            }
            return Ok(());
        }
        open.join(&fragment);
        while let Some(line) = fragment.next_line().map_err(Error::Temporary)? {
            open.add(&line, rejects)?;
        }
        Ok(())
    }

    /// Takes note that no fragment comes any more.
    pub(super) fn finish(mut self, rejects: &mut Rejects<'_>) -> Result<Grouped, Error> {
        self.close(rejects)?;
        Ok(self.grouped)
    }

    fn close(&mut self, rejects: &mut Rejects<'_>) -> Result<(), Error> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        if open.is_too_long {
            return Ok(());
        }
        let lines = open.lines().map_err(Error::Temporary)?;
        let sum = |number: fn(&LinePart<'_>) -> i64| {
            lines
                .iter()
                .map(|line| i128::from(number(line).unsigned_abs()))
                .sum::<i128>()
        };
        let max = i128::from(AMOUNT_MINOR_MAX);
        if sum(|line| line.amount) > max || sum(|line| line.quantity) > max {
            return open.reject_all(Reason::OrderTooLarge, rejects);
        }
        self.grouped.lines += lines.len() as u64;
        self.grouped.happened(open.at);
        let is_adjustment = self.mapping.is_adjustment(&open.order_id);
        let is_anonymous = open.customer_id.is_empty() && open.email.is_empty();
        let is_news = open.is_refund && !open.refund_of.is_empty();
        let wrote = if is_adjustment || (is_anonymous && !is_news) {
            self.write_anonymous(&open, &lines, is_adjustment)
        } else {
            self.write_documents(&open, lines)
        };
        wrote.map_err(Error::Temporary)
    }

    fn write_documents(&mut self, open: &Open, lines: Vec<LinePart<'_>>) -> io::Result<()> {
        let is_refund = open.is_refund || self.mapping.is_refund(&open.order_id);
        let (mut back, mut sold): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| line.quantity < 0);
        for line in sold.iter_mut().filter(|line| line.amount < 0) {
            if line.kind == LineKind::Product {
                line.kind = LineKind::Adjustment;
            }
        }
        for line in &mut back {
            (line.quantity, line.amount) = (-line.quantity, -line.amount);
        }
        let totals = self.grouped.totals.entry(open.currency).or_default();
        totals.gross += sold
            .iter()
            .map(|line| i128::from(line.amount))
            .sum::<i128>();
        totals.refunds += back
            .iter()
            .map(|line| i128::from(line.amount))
            .sum::<i128>();
        self.grouped.orders += u64::from(!sold.is_empty());
        self.grouped.refunds += u64::from(!back.is_empty());
        let refund_of = match open.is_refund {
            true => open.refund_of.as_str(),
            false if !is_refund && !sold.is_empty() => open.order_id.as_str(),
            false => "",
        };
        for (is_refund, lines) in [(false, sold), (true, back)] {
            if lines.is_empty() {
                continue;
            }
            let head = &open.head();
            let order = Trade {
                head,
                is_refund,
                refund_of,
                lines: &lines,
            };
            order.write(open.at, &mut self.payload);
            let who = order.who();
            self.grouped.news += u64::from(who.is_nobody());
            let place = Place {
                at: open.at,
                number: head.order_id,
                tag: u8::from(is_refund),
                tie: &[],
            };
            let key = match who.is_nobody() {
                true => place.of_order(refund_of),
                false => place.of_customer(&who),
            };
            self.documents.push(&key, &self.payload)?;
        }
        Ok(())
    }

    fn write_anonymous(
        &mut self,
        open: &Open,
        lines: &[LinePart<'_>],
        is_adjustment: bool,
    ) -> io::Result<()> {
        let mut order = AnonymousOrder {
            order_id: open.order_id.clone(),
            at: open.at,
            channel: open.channel,
            currency: open.currency,
            lines: lines.len() as i64,
            items: 0,
            gross: 0,
            refunds: 0,
            adjustments: 0,
            product_gross: 0,
            product_refunds: 0,
        };
        for line in lines {
            let is_product = i64::from(line.kind == LineKind::Product);
            if is_adjustment || (line.quantity > 0 && line.amount < 0) {
                order.adjustments += line.amount;
            } else if line.quantity < 0 {
                order.refunds -= line.amount;
                order.product_refunds -= line.amount * is_product;
            } else {
                order.gross += line.amount;
                order.product_gross += line.amount * is_product;
                order.items += line.quantity * is_product;
            }
        }
        let totals = self.grouped.totals.entry(open.currency).or_default();
        totals.anonymous_gross += i128::from(order.gross);
        totals.anonymous_refunds += i128::from(order.refunds);
        totals.adjustments += i128::from(order.adjustments);
        self.grouped.anonymous_orders += 1;
        write_anonymous(&order, &mut self.payload);
        self.documents
            .push(&anonymous_key(&open.order_id, open.at), &self.payload)
    }
}

impl Open {
    fn new(fragment: &Fragment<'_>) -> Self {
        let head = &fragment.head;
        Self {
            order_id: head.order_id.to_owned(),
            customer_id: String::new(),
            email: String::new(),
            currency: head.currency,
            channel: head.channel,
            country: String::new(),
            source: String::new(),
            is_refund: head.is_refund,
            refund_of: String::new(),
            personal: String::new(),
            at: fragment.at,
            lines: Vec::new(),
            count: 0,
            is_too_long: false,
        }
    }

    fn head(&self) -> Head<'_> {
        Head {
            order_id: &self.order_id,
            customer_id: &self.customer_id,
            email: &self.email,
            currency: self.currency,
            channel: self.channel,
            country: &self.country,
            source: &self.source,
            is_refund: self.is_refund,
            refund_of: &self.refund_of,
            personal: &self.personal,
        }
    }

    fn is_of(&self, head: &Head<'_>) -> bool {
        self.order_id == head.order_id && self.is_refund == head.is_refund
    }

    /// Why lines with this head cannot belong to the order.
    fn conflict(&self, head: &Head<'_>) -> Option<Reason> {
        let differ =
            |ours: &str, theirs: &str| !ours.is_empty() && !theirs.is_empty() && ours != theirs;
        let have_ids = !self.customer_id.is_empty() && !head.customer_id.is_empty();
        if differ(&self.customer_id, head.customer_id)
            || (!have_ids && differ(&self.email, head.email))
        {
            return Some(Reason::OtherCustomer);
        }
        (self.currency != head.currency).then_some(Reason::OtherCurrency)
    }

    /// Takes over what the order does not know yet.
    fn join(&mut self, fragment: &Fragment<'_>) {
        let head = &fragment.head;
        for (ours, theirs) in [
            (&mut self.customer_id, head.customer_id),
            (&mut self.email, head.email),
            (&mut self.country, head.country),
            (&mut self.source, head.source),
            (&mut self.refund_of, head.refund_of),
            (&mut self.personal, head.personal),
        ] {
            if ours.is_empty() {
                ours.push_str(theirs);
            }
        }
        self.at = self.at.min(fragment.at);
    }

    fn add(&mut self, line: &LinePart<'_>, rejects: &mut Rejects<'_>) -> Result<(), Error> {
        self.count += 1;
        put_number(&mut self.lines, line.line);
        put_part(&mut self.lines, line);
        if self.count > LINES_MAX || self.is_too_long {
            self.is_too_long = true;
            self.reject_all(Reason::OrderTooLong, rejects)?;
            self.lines.clear();
            self.count = 0;
        }
        Ok(())
    }

    fn reject_all(&self, reason: Reason, rejects: &mut Rejects<'_>) -> Result<(), Error> {
        let detail = format!("order {}", shortened(self.order_id.as_bytes()));
        let mut lines = self.lines().map_err(Error::Temporary)?;
        lines.sort_unstable_by_key(|line| line.line);
        lines
            .iter()
            .try_for_each(|line| rejects.add(line.line, reason, &detail, &[]))
    }

    /// Its lines by product, quantity and amount.
    fn lines(&self) -> io::Result<Vec<LinePart<'_>>> {
        let mut taker = Taker(&self.lines);
        let mut lines = Vec::with_capacity(self.count);
        for _ in 0..self.count {
            let line = taker.number()?;
            lines.push(take_part(&mut taker, line)?);
        }
        lines.sort_unstable();
        Ok(lines)
    }
}
