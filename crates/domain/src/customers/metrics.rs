//! The metrics of a customer as one flat row: what predicates ask, lists sort by, the population
//! holds in columns, and analysts read.
//!
//! Days are whole days in the shop's zone, money is minor units of the shop's currency, shares
//! are ten-thousandths. What cannot be said is none, never 0.

use serde::{Deserialize, Serialize};

use super::evolve::Fold;
use super::observed::{MonthSums, Observed, Sales, Stage};
use super::state::{Standing, State};
use super::touchpoint::Touch;
use crate::events::Channel;
use crate::money::Currency;
use crate::time::{Day, Millis, Month};
use crate::trust::Purpose;

/// The most categories of interest that are told of one customer.
pub const INTERESTS_MAX: usize = 8;
/// A share of one whole, as [`Metrics`] counts shares.
pub const WHOLE: i64 = 10_000;

/// One customer's metrics.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metrics {
    /// The earliest sign of life.
    pub first_seen_at: Option<Millis>,
    /// The latest sign of life.
    pub last_seen_at: Option<Millis>,
    /// The earliest order.
    pub first_ordered_at: Option<Millis>,
    /// The latest order.
    pub last_ordered_at: Option<Millis>,
    /// The day of the earliest sign of life.
    pub first_seen: Option<Day>,
    /// The day of the latest sign of life.
    pub last_seen: Option<Day>,
    /// The first day with an order.
    pub first_order: Option<Day>,
    /// The second day with an order.
    pub second_order: Option<Day>,
    /// The last day with an order.
    pub last_order: Option<Day>,
    /// The day of the first visit.
    pub first_visit: Option<Day>,
    /// The day of the second visit; it may be that of the first.
    pub second_visit: Option<Day>,
    /// Orders of more than nothing, in any currency.
    pub orders: i64,
    /// Days with an order.
    pub order_days: i64,
    /// Months of the shop's calendar with an order.
    pub active_months: i64,
    /// Units of products ordered, in any currency.
    pub items: i64,
    /// Units of products that went back.
    pub items_returned: i64,
    /// Refunds received.
    pub refund_count: i64,
    /// Visits begun.
    pub visits: i64,
    /// Days on which the customer did something.
    pub active_days: i64,
    /// Deliveries told of.
    pub deliveries: i64,
    /// Deliveries after the promised time.
    pub deliveries_late: i64,
    /// Complaints made.
    pub complaints: i64,
    /// Reviews written.
    pub reviews: i64,
    /// Customers whom this one brought.
    pub referrals: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Gross less refunds.
    pub net: i64,
    /// Net of products alone.
    pub product: i64,
    /// What was taken off orders.
    pub discounts: i64,
    /// What products of known cost brought above it.
    pub margin: Option<i64>,
    /// Gross by order, rounded half-even.
    pub average_order: Option<i64>,
    /// Discounts as a share of what orders would have come to without them.
    pub discount_share: Option<i64>,
    /// Refunds as a share of gross.
    pub return_share: Option<i64>,
    /// Late deliveries as a share of all.
    pub late_share: Option<i64>,
    /// The mean rating of the customer's reviews, in hundredths.
    pub rating: Option<i64>,
    /// The hour of the day, 0 to 23, at which the customer does most; of equal ones the earliest.
    pub usual_hour: Option<i64>,
    /// Channels on which anything happened, as bits of [`Channel::bit`].
    pub channels: i64,
    /// Purposes that are permitted, as bits of [`Purpose::bit`].
    pub consents: i64,
    /// Whether the customer was decided to be won back.
    pub won_back: bool,
    /// What was decided about the customer's standing.
    pub standing: Standing,
    /// Where the customer is in the process of buying.
    pub stage: Option<Stage>,
    /// The channel of the first order.
    pub first_channel: Option<Channel>,
    /// The channel of the latest order.
    pub last_channel: Option<Channel>,
    /// Where the latest order went, as the shop writes it.
    pub country: Option<String>,
    /// What led here first.
    pub source: Option<String>,
    /// What kind of content the first visit began with.
    pub content: Option<String>,
    /// Categories of interest, the strongest first; at most [`INTERESTS_MAX`].
    pub interests: Vec<String>,
    /// The same by channel, for channels with an order or a refund.
    pub by_channel: Vec<ChannelMetrics>,
    /// The latest time at each touchpoint on each channel, in their order.
    pub touches: Vec<Touch>,
    /// What each month brought; months with neither order nor refund are missing.
    pub months: Vec<(Month, MonthSums)>,
}

/// One customer's metrics on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelMetrics {
    /// The channel.
    pub channel: Channel,
    /// The day of the earliest sign of life there.
    pub first_seen: Option<Day>,
    /// The day of the latest sign of life there.
    pub last_seen: Option<Day>,
    /// The first day with an order there.
    pub first_order: Option<Day>,
    /// The last day with an order there.
    pub last_order: Option<Day>,
    /// Orders of more than nothing.
    pub orders: i64,
    /// Days with an order.
    pub order_days: i64,
    /// Units of products ordered.
    pub items: i64,
    /// Refunds received.
    pub refund_count: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Gross less refunds.
    pub net: i64,
    /// Net of products alone.
    pub product: i64,
    /// What was taken off orders.
    pub discounts: i64,
    /// What products of known cost brought above it.
    pub margin: Option<i64>,
}

impl Metrics {
    /// The metrics of a state; other currencies than the shop's count in orders and items only.
    #[must_use]
    pub fn of(state: &State, fold: &Fold) -> Self {
        let (observed, currency) = (&state.observed, fold.currency());
        let sales = observed.sales(currency);
        let by_currency = observed.sales_by_currency();
        let sum = |of: fn(&Sales) -> i64| by_currency.values().map(of).sum::<i64>();
        let order_days = observed.order_days();
        let mut metrics = Self {
            orders: sum(|sales| sales.orders.into()),
            items: sum(|sales| sales.items),
            items_returned: sum(|sales| sales.items_returned),
            order_days: length(order_days.len()),
            active_months: length(observed.order_months().count()),
            refund_count: observed.refunds().into(),
            visits: observed.visits.into(),
            active_days: observed.active_days.count().into(),
            deliveries: observed.deliveries.into(),
            deliveries_late: observed.deliveries_late.into(),
            complaints: observed.complaints.into(),
            reviews: observed.reviews.into(),
            referrals: state.decided.referrals.into(),
            first_order: order_days.first().copied(),
            second_order: order_days.get(1).copied(),
            last_order: order_days.last().copied(),
            won_back: state.decided.standing == Standing::WonBack,
            standing: state.decided.standing,
            stage: observed.stage(),
            ..Self::default()
        };
        metrics.set_times(observed, fold);
        metrics.set_money(&sales, observed);
        metrics.set_words(observed);
        metrics.by_channel = by_channel(observed, currency, fold);
        metrics.touches = observed.touches();
        metrics.months = observed
            .months
            .iter()
            .map(|(month, sums)| (*month, *sums))
            .collect();
        metrics
    }

    fn set_times(&mut self, observed: &Observed, fold: &Fold) {
        let day = |at: Option<Millis>| at.map(|at| fold.day(at));
        self.first_seen_at = observed.first_seen_at();
        self.last_seen_at = observed.last_seen_at();
        self.first_ordered_at = observed.first_ordered_at();
        self.last_ordered_at = observed.last_ordered_at();
        self.first_seen = day(self.first_seen_at);
        self.last_seen = day(self.last_seen_at);
        let visit = |place: usize| day(observed.first_visits.get(place).map(|visit| visit.at));
        (self.first_visit, self.second_visit) = (visit(0), visit(1));
        let busiest = observed
            .hours
            .iter()
            .max_by_key(|(hour, count)| (**count, std::cmp::Reverse(**hour)));
        self.usual_hour = busiest.map(|(hour, _)| i64::from(*hour));
    }

    fn set_money(&mut self, sales: &Sales, observed: &Observed) {
        self.gross = sales.gross;
        self.refunds = sales.refunds;
        self.net = sales.net();
        self.product = sales.product();
        self.discounts = sales.discounts;
        self.margin = sales.margin();
        let whole = |part: i64, of: i64| ratio(i128::from(part) * i128::from(WHOLE), of.into());
        self.average_order = ratio(sales.gross.into(), sales.orders.into());
        self.discount_share = whole(sales.discounts, sales.gross + sales.discounts);
        self.return_share = whole(sales.refunds, sales.gross);
        self.late_share = whole(observed.deliveries_late.into(), observed.deliveries.into());
        self.rating = ratio(i128::from(observed.ratings) * 100, observed.reviews.into());
    }

    fn set_words(&mut self, observed: &Observed) {
        self.channels = observed.channels.keys().map(|it| it.bit()).sum();
        self.consents = observed
            .consents
            .iter()
            .filter(|(_, consent)| consent.granted)
            .map(|(purpose, _): (&Purpose, _)| purpose.bit())
            .sum();
        let ordered = |at: Option<Millis>, of: fn(&super::ChannelFigures) -> Option<Millis>| {
            let same = observed
                .channels
                .iter()
                .find(|(_, figures)| at.is_some() && of(figures) == at);
            same.map(|(channel, _)| *channel)
        };
        self.first_channel = ordered(self.first_ordered_at, |it| it.first_ordered_at);
        self.last_channel = ordered(self.last_ordered_at, |it| it.last_ordered_at);
        let name = |told: &Option<(Millis, String)>| told.as_ref().map(|(_, name)| name.clone());
        self.country = name(&observed.country);
        self.source = name(&observed.source);
        let first = observed.first_visits.first();
        self.content = first
            .map(|visit| visit.content.clone())
            .filter(|content| !content.is_empty());
        let ranked = observed.interests.ranked();
        self.interests = ranked
            .into_iter()
            .take(INTERESTS_MAX)
            .map(|(category, _)| category.to_owned())
            .collect();
    }

    /// What was sold on a channel, if anything was.
    #[must_use]
    pub fn on(&self, channel: Channel) -> Option<&ChannelMetrics> {
        self.by_channel.iter().find(|it| it.channel == channel)
    }
}

fn by_channel(observed: &Observed, currency: Currency, fold: &Fold) -> Vec<ChannelMetrics> {
    let sold = observed
        .channels
        .iter()
        .filter(|(_, figures)| !figures.sales.is_empty());
    sold.map(|(channel, figures)| {
        let sales = figures.sales.get(&currency).copied().unwrap_or_default();
        let sum = |of: fn(&Sales) -> i64| figures.sales.values().map(of).sum::<i64>();
        let day = |at: Option<Millis>| at.map(|at| fold.day(at));
        ChannelMetrics {
            channel: *channel,
            first_seen: day(figures.first_seen_at),
            last_seen: day(figures.last_seen_at),
            first_order: figures.order_days.first().copied(),
            last_order: figures.order_days.last().copied(),
            orders: sum(|sales| sales.orders.into()),
            order_days: length(figures.order_days.len()),
            items: sum(|sales| sales.items),
            refund_count: figures.refunds.into(),
            gross: sales.gross,
            refunds: sales.refunds,
            net: sales.net(),
            product: sales.product(),
            discounts: sales.discounts,
            margin: sales.margin(),
        }
    })
    .collect()
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A quotient rounded half-even; none when nothing is divided by.
fn ratio(part: i128, of: i128) -> Option<i64> {
    if of <= 0 {
        return None;
    }
    let (whole, rest) = (part.div_euclid(of), part.rem_euclid(of));
    let up = match (rest * 2).cmp(&of) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => whole & 1,
        std::cmp::Ordering::Greater => 1,
    };
    i64::try_from(whole + up).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_half_to_even() {
        let check = |part: i128, of: i128, expected: Option<i64>| {
            assert_eq!(ratio(part, of), expected, "{part}/{of}");
        };
        check(5, 2, Some(2));
        check(7, 2, Some(4));
        check(-5, 2, Some(-2));
        check(2, 3, Some(1));
        check(1, 0, None);
        check(1, -3, None);
    }
}
