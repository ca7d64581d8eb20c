//! Orders as they stand after what was told of them later: updated, cancelled, taken back.
//!
//! Facts keep what was told, and never change. What an update or a cancellation means is worked
//! out here, for folding and for whoever else adds orders up: *an order that was changed counts as
//! if it had been told so at once, and a cancelled one as if it had never been made, with its
//! refunds*. The answer hangs on when things happened and not on when we heard of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::order::{Extent, Line, LineKind, Order, Refund};
use super::{Behaviour, Fact};
use crate::ids::StreamId;
use crate::time::Millis;

/// Whatever changes an order comes to its stream. What history tells of it elsewhere stands for
/// itself, so that merging and unmerging change nothing.
type Key = (StreamId, String);
/// By what the latest of several changes is found: when it happened, then its place in the log.
type Turn = (Millis, (Millis, StreamId, u64));

/// The facts with each order as it stands: its latest update in its place, with no lines where it
/// was cancelled, and its refunds cut to what it comes to. All other facts are as they were, and
/// in their order.
#[must_use]
pub fn as_they_stand<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Vec<Cow<'a, Fact>> {
    let mut facts: Vec<Cow<'a, Fact>> = facts.into_iter().map(Cow::Borrowed).collect();
    let changes = latest_changes(&facts);
    if changes.is_empty() {
        return facts;
    }
    let mut left = BTreeMap::new();
    for fact in &mut facts {
        let Behaviour::Ordered(told) = &fact.behaviour else {
            continue;
        };
        let key = (fact.stream, told.order_id.clone());
        let Some(change) = changes.get(&key) else {
            continue;
        };
        let stands = stands(told, change);
        left.insert(key, Left::of(&stands));
        fact.to_mut().behaviour = Behaviour::Ordered(stands);
    }
    let mut refunds: Vec<&mut Cow<'a, Fact>> = facts
        .iter_mut()
        .filter(|fact| matches!(fact.behaviour, Behaviour::Refunded(_)))
        .collect();
    refunds.sort_by(|a, b| refund_turn(a).cmp(&refund_turn(b)));
    for fact in refunds {
        cut_to(&mut left, fact);
    }
    facts
}

fn latest_changes(facts: &[Cow<'_, Fact>]) -> BTreeMap<Key, (Turn, Option<Order>)> {
    let mut changes: BTreeMap<Key, (Turn, Option<Order>)> = BTreeMap::new();
    for fact in facts {
        let (order_id, order) = match &fact.behaviour {
            Behaviour::OrderUpdated(order) => (&order.order_id, Some(order)),
            Behaviour::OrderCancelled(cancelled) => (&cancelled.order_id, None),
            _ => continue,
        };
        let turn = (fact.at, fact.place());
        let key = (fact.stream, order_id.clone());
        if changes.get(&key).is_none_or(|(known, _)| *known < turn) {
            changes.insert(key, (turn, order.cloned()));
        }
    }
    changes
}

/// What led to an order and where it went is kept where an update is silent about it.
fn stands(told: &Order, (_, change): &(Turn, Option<Order>)) -> Order {
    let Some(updated) = change else {
        return Order {
            lines: Vec::new(),
            ..told.clone()
        };
    };
    let mut stands = updated.clone();
    stands.country = stands.country.or_else(|| told.country.clone());
    stands.source = stands.source.or_else(|| told.source.clone());
    stands
}

fn refund_turn(fact: &Fact) -> (Millis, &str) {
    match &fact.behaviour {
        Behaviour::Refunded(refund) => (fact.at, &refund.refund_id),
        _ => (fact.at, ""),
    }
}

/// What of an order can still go back.
struct Left {
    currency: crate::money::Currency,
    amount: i64,
}

impl Left {
    fn of(order: &Order) -> Self {
        Self {
            currency: order.currency,
            amount: sum(&order.lines).max(0),
        }
    }
}

fn cut_to(left: &mut BTreeMap<Key, Left>, fact: &mut Cow<'_, Fact>) {
    let Behaviour::Refunded(refund) = &fact.behaviour else {
        return;
    };
    let order_id = refund.order_id.clone().unwrap_or_default();
    let known = left.get_mut(&(fact.stream, order_id));
    let Some(left) = known.filter(|left| left.currency == refund.currency) else {
        return;
    };
    let asked = sum(&refund.lines);
    if asked > left.amount {
        let lines = cut(&refund.lines, left.amount);
        let refund = Refund {
            lines,
            extent: Extent::Cut,
            ..refund.clone()
        };
        fact.to_mut().behaviour = Behaviour::Refunded(refund);
    }
    left.amount -= asked.clamp(0, left.amount);
}

/// The first lines that come to so much together, the last of them in part.
fn cut(lines: &[Line], amount: i64) -> Vec<Line> {
    let mut left = amount;
    let mut kept = Vec::new();
    for line in lines {
        if left <= 0 {
            break;
        }
        let amount = line.amount.min(left);
        left -= amount;
        kept.push(Line {
            amount,
            ..line.clone()
        });
    }
    kept
}

fn sum(lines: &[Line]) -> i64 {
    lines.iter().map(|line| line.amount).sum()
}

impl Refund {
    /// The refund as it counts beside what else was told of its order: one of the whole order
    /// takes back all that is left of it, and none takes back more than that. One in another
    /// currency than its order cannot be compared with it, and counts as it was told.
    ///
    /// `facts` are those of the customer whose order it is; without the order among them the
    /// refund is as it was told.
    #[must_use]
    pub fn beside<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let order_id = self.order_id.as_deref();
        let of_order = facts
            .into_iter()
            .filter(|fact| fact.behaviour.order_id() == order_id);
        let facts = as_they_stand(of_order);
        let order = facts.iter().find_map(|fact| match &fact.behaviour {
            Behaviour::Ordered(order) => Some((fact.stream, order)),
            _ => None,
        });
        let Some((stream, order)) = order else {
            return self.clone();
        };
        let refunds: Vec<&Self> = facts
            .iter()
            .filter(|fact| fact.stream == stream)
            .filter_map(|fact| match &fact.behaviour {
                Behaviour::Refunded(refund) if refund.currency == order.currency => Some(refund),
                _ => None,
            })
            .collect();
        let taken: i64 = refunds.iter().map(|it| sum(&it.lines).max(0)).sum();
        let left = (sum(&order.lines) - taken).max(0);
        if self.extent == Extent::Whole {
            return Self {
                currency: order.currency,
                lines: match left {
                    0 => Vec::new(),
                    _ => rest(&order.lines, &refunds),
                },
                ..self.clone()
            };
        }
        if self.currency != order.currency || sum(&self.lines) <= left {
            return self.clone();
        }
        Self {
            lines: cut(&self.lines, left),
            extent: Extent::Cut,
            ..self.clone()
        }
    }
}

/// What is left of these lines, product by product. It comes to what is left of their sum.
fn rest(ordered: &[Line], refunds: &[&Refund]) -> Vec<Line> {
    let mut left: BTreeMap<(LineKind, &str), (i64, i64)> = BTreeMap::new();
    for line in ordered {
        let (quantity, amount) = left.entry((line.kind, &line.product)).or_default();
        *quantity += line.quantity;
        *amount += line.amount;
    }
    for line in refunds.iter().flat_map(|refund| &refund.lines) {
        let (quantity, amount) = left.entry((line.kind, &line.product)).or_default();
        *quantity -= line.quantity;
        *amount -= line.amount;
    }
    left.into_iter()
        .filter(|(_, (quantity, amount))| *quantity > 0 || *amount != 0)
        .map(|((kind, product), (quantity, amount))| Line {
            product: product.to_owned(),
            quantity: quantity.max(0),
            amount,
            kind,
        })
        .collect()
}
