//! Events in few words, for tests that need one of a kind and not a world.

use app::events::Verdict;
use domain::customers::Identity;
use domain::events::{Behaviour, Channel, Event, Extent, Line, LineKind, Order, PageView, Refund};
use domain::money::Currency;
use domain::time::Millis;

/// Whether an event is in the log now and was not before.
#[must_use]
pub fn is_accepted(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Accepted { .. })
}

/// The first moment of a fixture's clock: 2025-01-01T00:00:00Z.
pub const START: Millis = Millis(1_735_689_600_000);

/// The customer of this number, as the shop names them.
#[must_use]
pub fn user(number: usize) -> Identity {
    named(&format!("user_id:U{number}"))
}

/// A name in the form `namespace:value`.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn named(text: &str) -> Identity {
    text.parse().expect("a test names people rightly")
}

/// A message about somebody that happened, was sent and came in at one moment.
#[must_use]
pub fn event(message_id: &str, who: &[Identity], at: Millis, behaviour: Behaviour) -> Event {
    Event {
        message_id: message_id.to_owned(),
        identities: who.to_vec(),
        at,
        sent_at: at,
        received_at: at,
        channel: Channel::Web,
        behaviour,
        personal: domain::events::Personal::new(),
        historical: false,
    }
}

/// A page view that begins a visit.
#[must_use]
pub fn visit(message_id: &str, who: &Identity, at: Millis) -> Event {
    let viewed = Behaviour::Viewed(PageView {
        starts_visit: true,
        ..PageView::default()
    });
    event(message_id, std::slice::from_ref(who), at, viewed)
}

/// An order of one line; its message is named after it.
#[must_use]
pub fn order(order_id: &str, who: &Identity, at: Millis, amount: i64) -> Event {
    event(
        &format!("message of {order_id}"),
        std::slice::from_ref(who),
        at,
        ordered(order_id, amount),
    )
}

/// What an order of one line says.
#[must_use]
pub fn ordered(order_id: &str, amount: i64) -> Behaviour {
    Behaviour::Ordered(Order {
        order_id: order_id.to_owned(),
        currency: Currency::EUR,
        country: Some("France".to_owned()),
        source: None,
        lines: vec![line("LAMP", 1, amount)],
    })
}

/// What a refund of one line says.
#[must_use]
pub fn refunded(refund_id: &str, amount: i64) -> Behaviour {
    Behaviour::Refunded(Refund {
        refund_id: refund_id.to_owned(),
        order_id: None,
        currency: Currency::EUR,
        lines: vec![line("LAMP", 1, amount)],
        extent: Extent::Told,
    })
}

/// A line of products.
#[must_use]
pub fn line(product: &str, quantity: i64, amount: i64) -> Line {
    Line {
        product: product.to_owned(),
        quantity,
        amount,
        kind: LineKind::Product,
    }
}

/// The customer says who they are, with these traits.
#[must_use]
pub fn identified(
    message_id: &str,
    who: &[Identity],
    at: Millis,
    traits: &[(&str, &str)],
) -> Event {
    let personal = traits
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Event {
        personal,
        ..event(message_id, who, at, Behaviour::Identified)
    }
}
