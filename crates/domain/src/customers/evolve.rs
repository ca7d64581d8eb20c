//! `evolve`: what the state is after a fact. Pure, and the only way a state comes about.

use super::state::{ChannelFigures, Observed, Sales, State};
use crate::events::{Behaviour, Delivery, Fact, Order, Origin, Refund, Sums};
use crate::settings::ShopSettings;
use crate::time::{Calendar, Day, Millis, Month, Zone};

/// What folding needs to know about the shop: where its days turn and how it counts months.
#[derive(Debug, Clone)]
pub struct Fold {
    zone: Zone,
    calendar: Calendar,
}

impl Fold {
    /// The fold of a shop.
    #[must_use]
    pub fn of(settings: &ShopSettings) -> Self {
        Self {
            zone: settings.zone.clone(),
            calendar: settings.calendar,
        }
    }

    /// The day of a moment, as the shop counts days.
    #[must_use]
    pub fn day(&self, at: Millis) -> Day {
        self.zone.day(at)
    }

    /// The month of a moment, as the shop counts months.
    #[must_use]
    pub fn month(&self, at: Millis) -> Month {
        self.zone.month(at, self.calendar)
    }

    /// The month in which a day lies, as the shop counts months.
    #[must_use]
    pub fn month_of_day(&self, day: Day) -> Month {
        self.zone.month(self.zone.day_start(day), self.calendar)
    }

    /// The state that these facts amount to, in the order of their places.
    #[must_use]
    pub fn facts<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> State {
        let mut facts: Vec<&Fact> = facts.into_iter().collect();
        facts.sort_by_key(|fact| fact.place());
        let mut state = State::default();
        for fact in facts {
            evolve(&mut state, fact, self);
        }
        state
    }
}

/// What the state is after this fact.
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
    earliest(&mut observed.first_seen_at, fact.at);
    latest(&mut observed.last_seen_at, fact.at);
    let channel: &mut ChannelFigures = observed.channels.entry(fact.channel).or_default();
    channel.facts += 1;
    match &fact.behaviour {
        Behaviour::Ordered(order) => observe_order(observed, fact, order, fold),
        Behaviour::Refunded(refund) => observe_refund(observed, refund),
        Behaviour::Viewed(page) => observed.visits += u32::from(page.starts_visit),
        Behaviour::Delivered(delivery) => observe_delivery(observed, fact.at, delivery),
        Behaviour::Complained(_) => observed.complaints += 1,
        Behaviour::Referred(referred) => insert_sorted(&mut observed.referred_by, referred.by),
        _ => {}
    }
}

/// An order of nothing (free samples, a replacement) is kept, and counts as no order.
fn observe_order(observed: &mut Observed, fact: &Fact, order: &Order, fold: &Fold) {
    let sums = Sums::of(&order.lines);
    let sales: &mut Sales = observed.sales.entry(order.currency).or_default();
    sales.gross += sums.amount;
    sales.product_gross += sums.product;
    sales.items += sums.items;
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
    if sums.amount <= 0 {
        return;
    }
    sales.orders += 1;
    observed.channels.entry(fact.channel).or_default().orders += 1;
    earliest(&mut observed.first_ordered_at, fact.at);
    latest(&mut observed.last_ordered_at, fact.at);
    insert_sorted(&mut observed.order_days, fold.zone.day(fact.at));
    insert_sorted(
        &mut observed.order_months,
        fold.zone.month(fact.at, fold.calendar),
    );
}

fn observe_refund(observed: &mut Observed, refund: &Refund) {
    let sums = Sums::of(&refund.lines);
    let sales: &mut Sales = observed.sales.entry(refund.currency).or_default();
    sales.refunds += sums.amount;
    sales.product_refunds += sums.product;
    observed.refunds += 1;
}

fn observe_delivery(observed: &mut Observed, at: Millis, delivery: &Delivery) {
    observed.deliveries += 1;
    observed.deliveries_late +=
        u32::from(delivery.promised_at.is_some_and(|promised| at > promised));
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
