//! What happens to a person: visits, orders, deliveries, returns, complaints, and the end of it.
//!
//! Orders follow the process that the BG/NBD model describes: while they buy, people order at a
//! constant rate of their own; after each order but the first they stop with a probability of
//! their own. Rates and probabilities are drawn as the model says, so an estimate can be held
//! against them, where no buyers are made one-time buyers.

use domain::customers::Namespace;
use domain::events::{Channel, Extent, Line, LineKind, Order, Refund};
use domain::time::Millis;

use super::WorldOptions;
use super::catalogue::{self, COFFEE_PRODUCTS, Product};
use super::people::identity;
use super::truth::{
    GuestOrder, Person, SecondAccount, TrueComplaint, TrueDelivery, TrueOrder, TrueRefund, Visit,
};
use super::{origins, shopping, voice};
use crate::seeds::{Draws, Seed};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = Millis::DAY;
/// No life has more visits than this, so that no person outgrows the memory of a test.
const VISITS_MAX: usize = 120;

/// Carriers, with how many of a million parcels come late.
const CARRIERS: &[((&str, u32), u32)] = &[
    (("post", 80_000), 5),
    (("courier", 30_000), 3),
    (("bicycle", 15_000), 1),
    (("freight", 250_000), 1),
];

/// What everybody's life depends on.
pub(super) struct Shop<'a> {
    pub(super) options: &'a WorldOptions,
    pub(super) seed: Seed,
    pub(super) products: &'a [Product],
    pub(super) end: Millis,
}

impl Shop<'_> {
    /// The product with this code.
    pub(super) fn product(&self, code: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.code == code)
    }

    /// The same code for as long as the program runs.
    pub(super) fn code(&self, code: &str) -> &'static str {
        self.product(code).map_or("", |product| product.code)
    }
}

/// Lives a person's life up to the end of the world.
pub(super) fn live(person: &mut Person, shop: &Shop<'_>, draws: &mut Draws) {
    let browses = home(person).is_some();
    let (orders_at, interested_until) = purchases(person, shop, draws);
    let (orders_at, interested_until) = once(person, shop, orders_at, interested_until);
    person.identified_at = identification(person, browses, &orders_at, interested_until, draws)
        .filter(|at| *at < shop.end);
    if person.identified_at.is_some() && draws.percent(10) {
        person.quiz_at = person
            .identified_at
            .map(|at| at.plus(MINUTE + draws.wait_ms(DAY)));
    }
    let second_from = second_account(person, &orders_at, shop, draws);
    for (index, at) in orders_at.iter().enumerate() {
        let order = place_order(person, *at, index >= second_from, shop, draws);
        follow_order(person, &order, shop, draws);
        person.orders.push(order);
    }
    if browses {
        visit(person, &orders_at, interested_until.min(shop.end), draws);
    }
    origins::come_from(person, shop);
    shopping::shop_around(person, shop);
    voice::review(person, shop);
    voice::permit(person, shop);
    end(person, interested_until, shop.end);
}

/// When they order, and until when they look around.
fn purchases(person: &mut Person, shop: &Shop<'_>, draws: &mut Draws) -> (Vec<Millis>, Millis) {
    if draws.percent(shop.options.prospect_percent) {
        let until = person.arrived_at.plus(HOUR + draws.wait_ms(20 * DAY));
        return (Vec::new(), until);
    }
    let mut orders_at = Vec::new();
    let mut at = person.arrived_at.plus(10 * MINUTE + draws.wait_ms(5 * DAY));
    while at < shop.end {
        orders_at.push(at);
        if orders_at.len() > 1 && draws.per_million(person.dropout_per_million) {
            person.stopped_buying_at = Some(at);
            return (orders_at, at);
        }
        at = at.plus(HOUR + draws.wait_ms(person.order_gap_mean_ms));
    }
    (orders_at, shop.end)
}

/// Some are done after their first order, and look around for a while.
fn once(
    person: &mut Person,
    shop: &Shop<'_>,
    mut orders_at: Vec<Millis>,
    interested_until: Millis,
) -> (Vec<Millis>, Millis) {
    let seed = shop.seed.child("once");
    let mut draws = seed.nth(u64::from(person.number)).draws();
    let is_once = draws.percent(shop.options.one_time_percent);
    let Some(first) = orders_at.first().copied().filter(|_| is_once) else {
        return (orders_at, interested_until);
    };
    orders_at.truncate(1);
    person.stopped_buying_at = Some(first);
    (orders_at, first.plus(draws.wait_ms(20 * DAY)))
}

/// When they tell who they are: before their first order; at the till on arrival; some of those
/// who only look around; never for the others.
fn identification(
    person: &Person,
    browses: bool,
    orders_at: &[Millis],
    interested_until: Millis,
    draws: &mut Draws,
) -> Option<Millis> {
    if !browses {
        return Some(person.arrived_at);
    }
    let latest = match orders_at.first() {
        Some(first) => first.plus(-MINUTE),
        None if draws.percent(40) => interested_until,
        None => return None,
    };
    Some(Millis(draws.between(person.arrived_at.0, latest.0)))
}

/// The number of the order from which on they use a second account; past all when they do not.
fn second_account(
    person: &mut Person,
    orders_at: &[Millis],
    shop: &Shop<'_>,
    draws: &mut Draws,
) -> usize {
    if orders_at.len() < 2 || !draws.percent(shop.options.second_account_percent) {
        return usize::MAX;
    }
    let from = 1 + draws.below(orders_at.len() as u64 - 1);
    let from = usize::try_from(from).expect("it is below a length");
    let number = person.number + 1;
    let email = format!("{}.again.{number}@example.org", person.name.latin);
    person.known_as.second = Some(SecondAccount {
        user_id: identity(Namespace::UserId, &format!("U{number:07}B")),
        email: identity(Namespace::Email, &email),
        opened_at: orders_at[from].plus(-MINUTE),
    });
    from
}

fn place_order(
    person: &Person,
    at: Millis,
    second_account: bool,
    shop: &Shop<'_>,
    draws: &mut Draws,
) -> TrueOrder {
    let channel = if second_account {
        Channel::Web
    } else {
        *draws.weighted(person.channels)
    };
    let goods = goods(person.prefers_clothes, shop, draws);
    let number = person.orders.len() + 1;
    let order = Order {
        order_id: format!("O{:07}-{number}", person.number + 1),
        currency: shop.options.currency,
        country: Some(person.country.to_owned()),
        source: None,
        lines: with_extras(goods, channel, shop, draws),
    };
    let delivery = (channel != Channel::Store).then(|| delivery(at, draws));
    TrueOrder {
        at,
        channel,
        second_account,
        order,
        delivery,
    }
}

fn goods(prefers_clothes: bool, shop: &Shop<'_>, draws: &mut Draws) -> Vec<Line> {
    let (coffee, clothes) = shop.products.split_at(COFFEE_PRODUCTS);
    (0..draws.between(1, 4))
        .map(|_| {
            let usual = draws.percent(80);
            let product = draws.pick(if prefers_clothes == usual {
                clothes
            } else {
                coffee
            });
            let quantity = *draws.weighted(&[(1, 6), (2, 3), (3, 1), (12, 1)]);
            Line {
                product: product.code.to_owned(),
                quantity,
                amount: product.price * quantity,
                kind: LineKind::Product,
            }
        })
        .collect()
}

fn with_extras(
    mut lines: Vec<Line>,
    channel: Channel,
    shop: &Shop<'_>,
    draws: &mut Draws,
) -> Vec<Line> {
    let currency = shop.options.currency;
    let price = |euro_cents| catalogue::price(currency, euro_cents);
    let goods: i64 = lines.iter().map(|line| line.amount).sum();
    if channel != Channel::Store {
        lines.push(catalogue::extra(LineKind::Postage, price(390)));
    }
    if draws.percent(5) {
        lines.push(catalogue::extra(LineKind::Fee, price(250)));
    }
    if draws.percent(8) {
        lines.push(catalogue::extra(LineKind::Sample, 0));
    }
    if draws.percent(3) {
        lines.push(catalogue::extra(LineKind::Voucher, price(2_000)));
    }
    let discount = catalogue::discount(currency, goods);
    if draws.percent(shop.options.discount_percent) && discount < 0 {
        lines.push(catalogue::extra(LineKind::Adjustment, discount));
    }
    lines
}

fn delivery(ordered_at: Millis, draws: &mut Draws) -> TrueDelivery {
    let (carrier, late_per_million) = *draws.weighted(CARRIERS);
    let promised_at = ordered_at.plus(draws.between(2, 5) * DAY);
    let late = draws.per_million(late_per_million);
    let arrived_at = if late {
        promised_at.plus(draws.between(HOUR, 5 * DAY))
    } else {
        promised_at.plus(-draws.between(0, 36 * HOUR))
    };
    TrueDelivery {
        carrier,
        promised_at,
        arrived_at,
    }
}

/// What comes of an order: complaints, more of them when it came late; replacements; returns.
fn follow_order(person: &mut Person, order: &TrueOrder, shop: &Shop<'_>, draws: &mut Draws) {
    let received_at = order
        .delivery
        .map_or(order.at, |delivery| delivery.arrived_at);
    let late = order.delivery.is_some_and(|delivery| delivery.is_late());
    if draws.percent(if late { 25 } else { 3 }) {
        let topic = if late { "delivery" } else { "quality" };
        let at = received_at.plus(draws.between(HOUR, 3 * DAY));
        complain(person, order, at, topic);
        if !late && draws.percent(50) {
            replace(person, order, at.plus(draws.between(HOUR, DAY)));
        }
    }
    if draws.percent(9) {
        let at = received_at.plus(draws.between(HOUR, 14 * DAY));
        give_back(person, order, at, shop, draws);
    }
}

fn complain(person: &mut Person, order: &TrueOrder, at: Millis, topic: &'static str) {
    let order_id = &order.order.order_id;
    let text = match (person.language, topic) {
        (super::Language::Persian, "delivery") => format!("سفارش {order_id} دیر رسید."),
        (super::Language::Persian, _) => format!("کیفیت سفارش {order_id} خوب نبود."),
        (super::Language::Chinese, "delivery") => format!("訂單{order_id}太晚送達。"),
        (super::Language::Chinese, _) => format!("訂單{order_id}品質不好。"),
        (super::Language::English, "delivery") => format!("My order {order_id} came too late."),
        (super::Language::English, _) => format!("Order {order_id} was not what I expected."),
    };
    person.complaints.push(TrueComplaint {
        at,
        channel: Channel::Call,
        order_id: order_id.clone(),
        topic,
        text,
    });
}

/// What was not good is sent again for nothing: an order that counts as no order.
fn replace(person: &mut Person, order: &TrueOrder, at: Millis) {
    let first = &order.order.lines[0];
    let replacement = Order {
        order_id: format!("{}-R", order.order.order_id),
        lines: vec![Line {
            amount: 0,
            quantity: 1,
            ..first.clone()
        }],
        ..order.order.clone()
    };
    person.orders.push(TrueOrder {
        at,
        channel: Channel::Call,
        second_account: order.second_account,
        order: replacement,
        delivery: None,
    });
}

/// Some units of one line go back, now and then with the postage.
fn give_back(
    person: &mut Person,
    order: &TrueOrder,
    at: Millis,
    shop: &Shop<'_>,
    draws: &mut Draws,
) {
    let is_product = |line: &&Line| line.kind == LineKind::Product;
    let goods: Vec<&Line> = order.order.lines.iter().filter(is_product).collect();
    let line = *draws.pick(&goods);
    let quantity = draws.between(1, line.quantity);
    let amount = line.amount / line.quantity * quantity;
    let mut lines = vec![Line {
        quantity,
        amount,
        ..line.clone()
    }];
    let postage = order
        .order
        .lines
        .iter()
        .find(|line| line.kind == LineKind::Postage);
    lines.extend(postage.filter(|_| draws.percent(20)).cloned());
    // What was taken off the order does not come back with its goods.
    let mut left: i64 = order.order.lines.iter().map(|line| line.amount).sum();
    for line in &mut lines {
        line.amount = line.amount.min(left);
        left -= line.amount;
    }
    lines.retain(|line| line.amount > 0);
    let refund = Refund {
        refund_id: format!("R{}", order.order.order_id),
        order_id: draws.percent(70).then(|| order.order.order_id.clone()),
        currency: shop.options.currency,
        lines,
        extent: Extent::Told,
    };
    let channel = if order.channel == Channel::Store {
        Channel::Store
    } else {
        Channel::Web
    };
    let second_account = order.second_account;
    person.refunds.push(TrueRefund {
        at,
        channel,
        second_account,
        refund,
    });
}

/// The channel on which they look around; none for those who only call or come to the store.
pub(super) fn home(person: &Person) -> Option<Channel> {
    [Channel::Web, Channel::App]
        .into_iter()
        .filter_map(|home| person.channels.iter().find(|(channel, _)| *channel == home))
        .max_by_key(|(_, weight)| *weight)
        .map(|(channel, _)| *channel)
}

fn visit(person: &mut Person, orders_at: &[Millis], until: Millis, draws: &mut Draws) {
    let gap_ms = (person.order_gap_mean_ms / 2).clamp(DAY, 30 * DAY);
    let mut visits_at = Vec::new();
    let mut at = person.arrived_at;
    while at < until && visits_at.len() < VISITS_MAX {
        visits_at.push(at);
        at = at.plus(HOUR + draws.wait_ms(gap_ms));
    }
    for order_at in orders_at {
        let before = order_at.plus(-draws.between(2 * MINUTE, 20 * MINUTE));
        if before > person.arrived_at && draws.percent(60) {
            visits_at.push(before);
        }
    }
    visits_at.sort_unstable();
    let home = home(person).unwrap_or_default();
    for at in visits_at {
        let channel = if draws.percent(80) {
            home
        } else {
            Channel::Web
        };
        let browsers = match (channel, person.identified_at) {
            // Who never tells who they are has one browser: nothing could tie two together.
            (_, None) => 1,
            (Channel::App, _) => person.known_as.devices.len(),
            _ => person.known_as.anonymous_ids.len(),
        };
        let browser = draws.below(browsers as u64);
        person.visits.push(Visit {
            at,
            channel,
            pages: u8::try_from(draws.between(1, 3)).expect("one to three"),
            page_gap_ms: draws.between(5_000, 90_000),
            browser: u8::try_from(browser).expect("people have a few browsers"),
            content: "",
            source: "",
        });
    }
}

/// Drops what would happen after the end of the world, sorts the rest, and dates the dropout.
fn end(person: &mut Person, interested_until: Millis, end: Millis) {
    let stopped = person.stopped_buying_at.is_some() || person.orders.is_empty();
    if stopped && interested_until < end {
        person.dropped_out_at = latest(person).filter(|at| *at < end);
    }
    person.orders.retain(|order| order.at < end);
    person.orders.sort_by_key(|order| order.at);
    for order in &mut person.orders {
        order.delivery = order.delivery.filter(|delivery| delivery.arrived_at < end);
    }
    person.refunds.retain(|refund| refund.at < end);
    person.refunds.sort_by_key(|refund| refund.at);
    person.complaints.retain(|complaint| complaint.at < end);
    person.complaints.sort_by_key(|complaint| complaint.at);
    person.quiz_at = person.quiz_at.filter(|at| *at < end);
    shopping::end(person, end);
    voice::end(person, end);
    for visit in &mut person.visits {
        while visit.pages > 1 && visit.page_at(visit.pages - 1) >= end {
            visit.pages -= 1;
        }
    }
}

/// The last thing that happens in this life.
pub(super) fn latest(person: &Person) -> Option<Millis> {
    let orders = person.orders.iter().flat_map(|order| {
        [
            Some(order.at),
            order.delivery.map(|delivery| delivery.arrived_at),
        ]
        .into_iter()
        .flatten()
    });
    let visits = person
        .visits
        .iter()
        .map(|visit| visit.page_at(visit.pages - 1));
    orders
        .chain(visits)
        .chain(person.refunds.iter().map(|refund| refund.at))
        .chain(person.complaints.iter().map(|complaint| complaint.at))
        .chain(person.steps.iter().map(|step| step.at))
        .chain(person.reviews.iter().map(|review| review.at))
        .chain(person.consents.iter().map(|consent| consent.at))
        .chain(person.identified_at)
        .chain(person.quiz_at)
        .max()
}

/// Orders of people whom nobody knows, one for twenty people: goods over the counter, without
/// discounts and samples.
pub(super) fn guests(shop: &Shop<'_>) -> Vec<GuestOrder> {
    let mut draws = shop.seed.child("guests").draws();
    let span = shop.end.0 - shop.options.start.0;
    let mut guests: Vec<GuestOrder> = (1..=shop.options.customers / 20)
        .map(|number| GuestOrder {
            at: shop.options.start.plus(draws.between(0, span - 1)),
            channel: *draws.weighted(&[(Channel::Store, 4), (Channel::Web, 1)]),
            order: Order {
                order_id: format!("G{number:07}"),
                currency: shop.options.currency,
                country: None,
                source: None,
                lines: {
                    let prefers_clothes = draws.percent(40);
                    goods(prefers_clothes, shop, &mut draws)
                },
            },
        })
        .collect();
    guests.sort_by_key(|guest| guest.at);
    guests
}
