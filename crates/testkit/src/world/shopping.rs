//! The way to an order, and the ways that end before one: products looked at, baskets, the till.

use domain::events::{Channel, LineKind};
use domain::time::Millis;

use super::catalogue::COFFEE_PRODUCTS;
use super::life::Shop;
use super::truth::{Person, Step, StepKind, TrueOrder};
use crate::seeds::Draws;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// Goes every way of a person, in order of time.
pub(super) fn shop_around(person: &mut Person, shop: &Shop<'_>) {
    let seed = shop.seed.child("shopping");
    let mut draws = seed.nth(u64::from(person.number)).draws();
    let mut steps = Vec::new();
    for order in &person.orders {
        steps.extend(way_to(order, person, shop, &mut draws));
    }
    for visit in &person.visits {
        let way = way_to_nothing(person, shop, &mut draws);
        let mut at = visit.at;
        steps.extend(way.into_iter().map(|kind| {
            at = at.plus(draws.between(2 * SECOND, MINUTE));
            Step {
                at,
                channel: visit.channel,
                browser: visit.browser,
                kind,
            }
        }));
    }
    steps.sort_by_key(|step| (step.at, step.kind));
    person.steps = steps;
}

/// The steps to an order on the web or in the app, as far as the shop sees them. Who orders there
/// is known by then, so the steps are the known customer's.
fn way_to(order: &TrueOrder, person: &Person, shop: &Shop<'_>, draws: &mut Draws) -> Vec<Step> {
    let seen = draws.percent(85);
    let before = order.at.plus(-draws.between(2 * MINUTE, 15 * MINUTE));
    let is_here = matches!(order.channel, Channel::Web | Channel::App) && !order.second_account;
    let Some(identified_at) = person.identified_at.filter(|_| seen && is_here) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    let lines = order.order.lines.iter();
    for line in lines.filter(|line| line.kind == LineKind::Product) {
        let code = shop.code(&line.product);
        kinds.push(StepKind::Looked(code));
        if draws.percent(90) {
            kinds.push(StepKind::Added(code, line.quantity));
        }
    }
    kinds.push(StepKind::Checkout);
    let from = before.max(identified_at.plus(5 * SECOND));
    let gap_ms = (order.at.0 - from.0) / (kinds.len() as i64 + 1);
    let at = |place: i64| from.plus(gap_ms * place);
    let step = |(place, kind): (i64, StepKind)| Step {
        at: at(place),
        channel: order.channel,
        browser: 0,
        kind,
    };
    (0..).zip(kinds).map(step).collect()
}

/// What somebody does on a visit without ordering; often nothing. Some baskets are left, a few of
/// them at the till.
fn way_to_nothing(person: &Person, shop: &Shop<'_>, draws: &mut Draws) -> Vec<StepKind> {
    let mut kinds = Vec::new();
    if !draws.percent(35) {
        return kinds;
    }
    let (coffee, clothes) = shop.products.split_at(COFFEE_PRODUCTS);
    for _ in 0..draws.between(1, 2) {
        let usual = draws.percent(80);
        let range = if person.prefers_clothes == usual {
            clothes
        } else {
            coffee
        };
        kinds.push(StepKind::Looked(draws.pick(range).code));
    }
    if let Some(StepKind::Looked(code)) = kinds.last().copied()
        && draws.percent(30)
    {
        kinds.push(StepKind::Added(code, draws.between(1, 2)));
        if draws.percent(25) {
            kinds.push(StepKind::Checkout);
        }
    }
    kinds
}

/// Drops the steps from a moment on.
pub(super) fn end(person: &mut Person, end: Millis) {
    person.steps.retain(|step| step.at < end);
}
