//! `evolve`: what the state is after a fact. Pure, and the only way a state comes about.

use std::sync::Arc;

use super::interests;
use super::observed::{ChannelFigures, Consent, Observed, Sales, Stage, VisitStart};
use super::state::State;
use crate::events::{
    Behaviour, ConsentChange, Delivery, Fact, Happened, Line, LineKind, Order, Origin, PageView,
    Refund, Sums, as_they_stand, catalogue,
};
use crate::money::Currency;
use crate::settings::{Catalogue, ShopSettings};
use crate::time::{Calendar, Day, Millis, Month, Zone};

/// Visits whose beginning is kept.
const FIRST_VISITS: usize = 2;

/// What folding needs to know about the shop: where its days turn, how it counts months, in which
/// currency it keeps its books, and what it sells.
#[derive(Debug, Clone)]
pub struct Fold {
    zone: Zone,
    calendar: Calendar,
    currency: Currency,
    catalogue: Arc<Catalogue>,
}

impl Fold {
    /// The fold of a shop.
    #[must_use]
    pub fn of(settings: &ShopSettings, catalogue: Arc<Catalogue>) -> Self {
        Self {
            zone: settings.zone.clone(),
            calendar: settings.calendar,
            currency: settings.currency,
            catalogue,
        }
    }

    /// The day of a moment, as the shop counts days.
    #[must_use]
    pub fn day(&self, at: Millis) -> Day {
        self.zone.day(at)
    }

    /// The day and the hour of a moment, as the shop counts them.
    #[must_use]
    pub fn day_and_hour(&self, at: Millis) -> (Day, u8) {
        self.zone.day_and_hour(at)
    }

    /// The first moment of a day.
    #[must_use]
    pub fn day_start(&self, day: Day) -> Millis {
        self.zone.day_start(day)
    }

    /// The month of a moment, as the shop counts months.
    #[must_use]
    pub fn month(&self, at: Millis) -> Month {
        self.zone.month(at, self.calendar)
    }

    /// The month in which a day lies, as the shop counts months.
    #[must_use]
    pub fn month_of_day(&self, day: Day) -> Month {
        self.calendar.month_of(day)
    }

    /// The currency in which the shop keeps its books.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What the shop sells.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The state that these facts amount to, in the order of their places.
    #[must_use]
    pub fn facts<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> State {
        let mut facts: Vec<&Fact> = facts.into_iter().collect();
        facts.sort_by_key(|fact| fact.place());
        let mut state = State::default();
        for fact in as_they_stand(facts) {
            evolve(&mut state, &fact, self);
        }
        state
    }

    /// What these lines cost the shop, with what they were sold for: only products of known cost
    /// in this currency.
    fn cost(&self, lines: &[Line], currency: Currency) -> Cost {
        let mut sum = Cost::default();
        if self.catalogue.is_empty() {
            return sum;
        }
        for line in lines.iter().filter(|line| line.kind == LineKind::Product) {
            let known = self.catalogue.cost(&line.product);
            if let Some(unit) = known.filter(|unit| unit.currency == currency) {
                sum.sold += line.amount;
                let hundredths = i128::from(unit.hundredths) * i128::from(line.quantity);
                sum.cost = sum.cost.saturating_add(half_even(hundredths));
            }
        }
        sum
    }
}

/// What lines cost, and what those lines were sold for.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    sold: i64,
    cost: i64,
}

/// Hundredths as whole units, halves to the even one.
fn half_even(hundredths: i128) -> i64 {
    let (whole, rest) = (hundredths.div_euclid(100), hundredths.rem_euclid(100));
    let up = rest > 50 || (rest == 50 && whole % 2 != 0);
    let rounded = whole + i128::from(up);
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

/// What the state is after this fact.
///
/// What changes an order ([`Behaviour::changes_order`]) needs the order itself, which a state does
/// not hold: after such a fact the customer is folded anew ([`Fold::facts`]).
pub fn evolve(state: &mut State, fact: &Fact, fold: &Fold) {
    match (&fact.behaviour, fact.origin) {
        (Behaviour::StandingChanged(change), Origin::Decided) => {
            state.decided.standing = change.to;
        }
        (Behaviour::Settled(settled), Origin::Decided) => {
            state.decided = settled.decided.clone();
        }
        (Behaviour::ReferralCredited(_), Origin::Decided) => state.decided.referrals += 1,
        (Behaviour::PointsAdjusted(_), Origin::Decided) => state.decided.adjustments += 1,
        (_, Origin::Decided) => {}
        _ => observe(&mut state.observed, fact, fold),
    }
}

fn observe(observed: &mut Observed, fact: &Fact, fold: &Fold) {
    observed.facts += 1;
    // What the shop knows of a person is no sign of life: a file of customers says when it was
    // written, not when they were there.
    if let Behaviour::Described(description) = &fact.behaviour {
        if let Some(at) = description.registered_at {
            earliest(&mut observed.registered_at, at);
        }
        return;
    }
    let channel: &mut ChannelFigures = observed.channels.entry(fact.channel).or_default();
    channel.facts += 1;
    earliest(&mut channel.first_seen_at, fact.at);
    latest(&mut channel.last_seen_at, fact.at);
    let (day, hour) = fold.zone.day_and_hour(fact.at);
    if fact.behaviour.is_by_customer() {
        observed.active_days.insert(day);
        *observed.hours.entry(hour).or_default() += 1;
    }
    match &fact.behaviour {
        Behaviour::Ordered(order) => observe_order(observed, (fact, day), order, fold),
        Behaviour::Refunded(refund) => observe_refund(observed, (fact, day), refund, fold),
        Behaviour::Viewed(page) => observe_page(observed, fact, page),
        Behaviour::ProductViewed(view) => {
            reach(observed, Stage::Considered, fact);
            care(observed, day, &view.product, interests::VIEWED, fold);
        }
        Behaviour::ProductAdded(added) => {
            reach(observed, Stage::Basket, fact);
            care(observed, day, &added.product, interests::ADDED, fold);
        }
        Behaviour::CheckoutStarted => reach(observed, Stage::Checkout, fact),
        Behaviour::Delivered(delivery) => observe_delivery(observed, fact, delivery),
        Behaviour::Reviewed(review) => {
            observed.reviews += 1;
            observed.ratings += u32::from(review.rating);
            reach(observed, Stage::Reviewed, fact);
        }
        Behaviour::ConsentChanged(change) => observe_consent(observed, fact.at, change),
        Behaviour::Complained(_) => {
            latest(&mut channel.complained_at, fact.at);
            observed.complaints += 1;
        }
        Behaviour::Referred(referred) => insert_sorted(&mut observed.referred_by, referred.by),
        // A claim is as good as a look at a page: it says what led here, and nothing of value.
        Behaviour::Claimed(claim) => come_from(observed, fact.at, claim.source.as_deref()),
        Behaviour::Happened(happened) => observe_happened(observed, fact.at, happened),
        _ => {}
    }
}

fn observe_happened(observed: &mut Observed, at: Millis, happened: &Happened) {
    let counters = catalogue::counters(&happened.name, &happened.fields);
    for counter in counters.into_iter().flatten() {
        let (count, last) = observed.counters.entry(counter).or_insert((0, at));
        *count += 1;
        *last = (*last).max(at);
    }
}

/// An order of nothing (free samples, a replacement) is kept, and counts as no order; one without
/// lines was cancelled, and counts for nothing.
fn observe_order(observed: &mut Observed, (fact, day): (&Fact, Day), order: &Order, fold: &Fold) {
    if order.lines.is_empty() {
        return;
    }
    let sums = Sums::of(&order.lines);
    let cost = fold.cost(&order.lines, order.currency);
    let is_order = sums.amount > 0;
    let channel = observed.channels.entry(fact.channel).or_default();
    let sales: &mut Sales = channel.sales.entry(order.currency).or_default();
    sales.orders += u32::from(is_order);
    sales.gross += sums.amount;
    sales.product_gross += sums.product;
    sales.items += sums.items;
    sales.discounts += discounts(&order.lines);
    sales.costed += cost.sold;
    sales.cost = sales.cost.saturating_add(cost.cost);
    if is_order {
        earliest(&mut channel.first_ordered_at, fact.at);
        latest(&mut channel.last_ordered_at, fact.at);
        insert_sorted(&mut channel.order_days, day);
    }
    let month = observed.months.entry(fold.month_of_day(day)).or_default();
    month.orders += i64::from(is_order);
    if order.currency == fold.currency {
        month.gross += sums.amount;
        month.costed += cost.sold;
        month.cost = month.cost.saturating_add(cost.cost);
    }
    if let Some(country) = &order.country {
        let newest = (fact.at, country.clone());
        if observed
            .country
            .as_ref()
            .is_none_or(|known| *known < newest)
        {
            observed.country = Some(newest);
        }
    }
    come_from(observed, fact.at, order.source.as_deref());
    if is_order {
        reach(observed, Stage::Ordered, fact);
    }
    let products = order.lines.iter().filter(|it| it.kind == LineKind::Product);
    for line in products {
        care(observed, day, &line.product, interests::ORDERED, fold);
    }
}

/// What was taken off: lines that are no products, with an amount below 0.
fn discounts(lines: &[Line]) -> i64 {
    let taken = lines
        .iter()
        .filter(|line| line.kind != LineKind::Product && line.amount < 0);
    -taken.map(|line| line.amount).sum::<i64>()
}

fn observe_refund(
    observed: &mut Observed,
    (fact, day): (&Fact, Day),
    refund: &Refund,
    fold: &Fold,
) {
    // Nothing was left of its order.
    if refund.lines.is_empty() {
        return;
    }
    let sums = Sums::of(&refund.lines);
    let cost = fold.cost(&refund.lines, refund.currency);
    let channel = observed.channels.entry(fact.channel).or_default();
    channel.refunds += 1;
    latest(&mut channel.refunded_at, fact.at);
    let sales: &mut Sales = channel.sales.entry(refund.currency).or_default();
    sales.refunds += sums.amount;
    sales.product_refunds += sums.product;
    sales.items_returned += sums.items;
    sales.costed -= cost.sold;
    sales.cost = sales.cost.saturating_sub(cost.cost);
    if refund.currency == fold.currency {
        let month = observed.months.entry(fold.month_of_day(day)).or_default();
        month.refunds += sums.amount;
        month.costed -= cost.sold;
        month.cost = month.cost.saturating_sub(cost.cost);
    }
}

fn observe_page(observed: &mut Observed, fact: &Fact, page: &PageView) {
    let at = fact.at;
    reach(observed, Stage::Visited, fact);
    come_from(observed, at, page.source.as_deref());
    if !page.starts_visit {
        return;
    }
    observed.visits += 1;
    observed.first_visits.push(VisitStart {
        at,
        content: page.content.clone().unwrap_or_default(),
    });
    observed.first_visits.sort();
    observed.first_visits.truncate(FIRST_VISITS);
}

fn observe_delivery(observed: &mut Observed, fact: &Fact, delivery: &Delivery) {
    let is_late = |promised: Millis| fact.at > promised;
    observed.deliveries += 1;
    observed.deliveries_late += u32::from(delivery.promised_at.is_some_and(is_late));
    reach(observed, Stage::Received, fact);
}

fn observe_consent(observed: &mut Observed, at: Millis, change: &ConsentChange) {
    let granted = change.granted;
    let told = Consent { at, granted };
    let known = observed.consents.entry(change.purpose).or_insert(told);
    if (known.at, !known.granted) < (at, !granted) {
        *known = told;
    }
}

/// The earliest source counts; of two at the same moment the first by name.
fn come_from(observed: &mut Observed, at: Millis, source: Option<&str>) {
    let Some(source) = source else {
        return;
    };
    let known = observed.source.as_ref();
    if known.is_none_or(|(first, name)| (at, source) < (*first, name.as_str())) {
        observed.source = Some((at, source.to_owned()));
    }
}

fn reach(observed: &mut Observed, stage: Stage, fact: &Fact) {
    let (channel, at) = (observed.channels.entry(fact.channel).or_default(), fact.at);
    let last = channel.stages.entry(stage).or_insert(at);
    *last = (*last).max(at);
    let (first, last) = observed.stages.entry(stage).or_insert((at, at));
    (*first, *last) = ((*first).min(at), (*last).max(at));
}

fn care(observed: &mut Observed, day: Day, product: &str, weight: u32, fold: &Fold) {
    if let Some(category) = fold.catalogue.category(product) {
        observed.interests.add(category, day, weight);
    }
}

fn earliest(kept: &mut Option<Millis>, at: Millis) {
    *kept = Some(kept.map_or(at, |known| known.min(at)));
}

fn latest(kept: &mut Option<Millis>, at: Millis) {
    *kept = Some(kept.map_or(at, |known| known.max(at)));
}

/// Keeps a list sorted and each value once; the newest usually belongs at the end.
fn insert_sorted<T: Ord>(sorted: &mut Vec<T>, value: T) {
    match sorted.last() {
        Some(last) if *last == value => {}
        Some(last) if *last < value => sorted.push(value),
        None => sorted.push(value),
        Some(_) => {
            if let Err(place) = sorted.binary_search(&value) {
                sorted.insert(place, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_round_half_to_even_once_a_line() {
        let check = |hundredths: i128, units: i64| assert_eq!(half_even(hundredths), units);
        check(150, 2);
        check(250, 2);
        check(251, 3);
        check(-150, -2);
        check(-250, -2);
        check(0, 0);
        check(i128::MAX, i64::MAX);
    }
}
