//! Orders as they stand: what was told, and what it comes to.

use super::{
    Behaviour, Cancellation, Channel, Extent, Fact, Line, LineKind, Order, Origin, Refund, Sums,
    as_they_stand,
};
use crate::ids::{FactId, StreamId};
use crate::money::Currency;
use crate::time::Millis;

fn line(product: &str, quantity: i64, amount: i64) -> Line {
    Line {
        product: product.into(),
        quantity,
        amount,
        kind: match product {
            "postage" => LineKind::Postage,
            "refund" | "discount" => LineKind::Adjustment,
            _ => LineKind::Product,
        },
    }
}

/// `A 2 600, postage 1 50`.
fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in text.split(", ").filter(|part| !part.is_empty()) {
        let [product, quantity, amount] = part.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{part}");
        };
        let number = |text: &str| text.parse().expect("a number");
        lines.push(line(product, number(quantity), number(amount)));
    }
    lines
}

fn order(text: &str) -> Order {
    Order {
        order_id: "1".into(),
        currency: Currency::EUR,
        country: None,
        source: None,
        lines: lines(text),
    }
}

/// `order …`, `update …`, `cancel`, `refund …` or `whole`, each at its time.
fn fact(seq: u64, (at, told): (i64, &str)) -> Fact {
    let (what, text) = told.split_once(' ').unwrap_or((told, ""));
    let behaviour = match what {
        "order" => Behaviour::Ordered(order(text)),
        "update" => Behaviour::OrderUpdated(order(text)),
        "cancel" => Behaviour::OrderCancelled(Cancellation {
            order_id: "1".into(),
            reason: None,
        }),
        _ => Behaviour::Refunded(Refund {
            refund_id: format!("R{seq}"),
            order_id: Some("1".into()),
            currency: Currency::EUR,
            lines: lines(text),
            extent: match what {
                "whole" => Extent::Whole,
                _ => Extent::Told,
            },
        }),
    };
    Fact {
        stream: StreamId::from_bytes([1; 16]),
        seq,
        id: FactId::from_bytes([1; 16]),
        stamp: Millis(1_000),
        at: Millis(at),
        received_at: Millis(at),
        origin: Origin::Observed,
        channel: Channel::Web,
        cause: None,
        behaviour,
    }
}

fn written(lines: &[Line]) -> String {
    let line = |line: &Line| format!("{} {} {}", line.product, line.quantity, line.amount);
    lines.iter().map(line).collect::<Vec<_>>().join(", ")
}

/// What each refund takes and what the order comes to, the facts being told one by one.
fn check(told: &[(i64, &str)], expected: &str) {
    let mut facts: Vec<Fact> = Vec::new();
    for (seq, told) in (1..).zip(told) {
        let mut fact = fact(seq, *told);
        if let Behaviour::Refunded(refund) = &fact.behaviour {
            fact.behaviour = Behaviour::Refunded(refund.beside(&facts));
        }
        facts.push(fact);
    }
    let stands: Vec<String> = as_they_stand(&facts)
        .iter()
        .filter_map(|fact| match &fact.behaviour {
            Behaviour::Ordered(order) => Some(format!("order [{}]", written(&order.lines))),
            Behaviour::Refunded(refund) => Some(format!("back [{}]", written(&refund.lines))),
            _ => None,
        })
        .collect();
    assert_eq!(stands.join(" "), expected, "{told:?}");
}

#[test]
fn an_order_stands_as_its_latest_update_says() {
    let (told, less, more) = ("order A 2 600", "update A 1 300", "update A 3 900");
    check(&[(1, told)], "order [A 2 600]");
    check(&[(1, told), (2, less)], "order [A 1 300]");
    check(&[(1, told), (2, less), (3, more)], "order [A 3 900]");
    // By when they happened, not by when we heard of them.
    check(&[(1, told), (3, more), (2, less)], "order [A 3 900]");
    check(&[(1, told), (2, "cancel")], "order []");
    check(&[(1, told), (3, "cancel"), (2, more)], "order []");
    // An update after a cancellation opens the order again.
    check(&[(1, told), (2, "cancel"), (3, more)], "order [A 3 900]");
}

#[test]
fn no_more_goes_back_than_the_order_comes_to() {
    let told = "order A 2 600, B 1 400, postage 1 50";
    let whole = "order [A 2 600, B 1 400, postage 1 50] ";
    let with = |rest: &str| format!("{whole}{rest}");
    check(
        &[(1, told), (2, "whole")],
        &with("back [A 2 600, B 1 400, postage 1 50]"),
    );
    // What went back before does not go back again.
    check(
        &[(1, told), (2, "refund A 1 300"), (3, "whole")],
        &with("back [A 1 300] back [A 1 300, B 1 400, postage 1 50]"),
    );
    // A sum without products is taken off as one.
    check(
        &[(1, told), (2, "refund refund 1 50"), (3, "whole")],
        &with("back [refund 1 50] back [A 2 600, B 1 400, postage 1 50, refund 0 -50]"),
    );
    check(
        &[(1, told), (2, "whole"), (3, "refund A 1 300"), (4, "whole")],
        &with("back [A 2 600, B 1 400, postage 1 50] back [] back []"),
    );
    check(
        &[(1, told), (2, "refund A 2 600"), (3, "refund B 2 800")],
        &with("back [A 2 600] back [B 2 450]"),
    );
}

#[test]
fn a_changed_order_bounds_its_refunds() {
    let told = "order A 2 600";
    let back = "refund A 2 600";
    // Cancelled, the order is as if it had never been made; and so is what went back.
    check(&[(1, told), (2, back), (3, "cancel")], "order [] back []");
    check(&[(1, told), (3, "cancel"), (4, back)], "order [] back []");
    check(
        &[(1, told), (2, "cancel"), (3, "whole")],
        "order [] back []",
    );
    check(
        &[(1, told), (2, back), (3, "update A 1 300")],
        "order [A 1 300] back [A 2 300]",
    );
    check(
        &[(1, told), (2, "update A 1 300"), (3, "whole")],
        "order [A 1 300] back [A 1 300]",
    );
}

#[test]
fn a_refund_without_its_order_or_in_other_money_is_as_it_was_told() {
    let Behaviour::Refunded(refund) = fact(1, (1, "refund A 2 600")).behaviour else {
        panic!("a refund");
    };
    assert_eq!(refund.beside([]), refund);
    let ordered = fact(1, (1, "order A 1 300"));
    let other = Refund {
        currency: Currency::TWD,
        ..refund.clone()
    };
    assert_eq!(other.beside([&ordered]), other);
    let whole = Refund {
        extent: Extent::Whole,
        lines: Vec::new(),
        ..other
    };
    let whole = whole.beside([&ordered]);
    assert_eq!(
        (whole.currency, Sums::of(&whole.lines).amount),
        (Currency::EUR, 300)
    );
}
