//! The metrics of one customer, as the API says them.

use domain::customers::{ChannelMetrics, Metrics, WHOLE};
use domain::events::Channel;
use domain::money::Currency;
use domain::time::{Calendar, Day, Millis};
use domain::trust::Purpose;
use serde::Serialize;
use utoipa::ToSchema;

/// Every metric of a customer. Money is in minor units of `currency`, shares are from 0 to 1,
/// days are dates in the shop's zone. What cannot be said is null, never 0.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MetricsRow {
    currency: String,
    orders: i64,
    /// Days with an order.
    order_days: i64,
    /// Months of the shop's calendar with an order.
    active_months: i64,
    /// Units of products ordered.
    items: i64,
    /// Units of products that went back.
    items_returned: i64,
    gross: i64,
    refunds: i64,
    net: i64,
    /// Net without postage, fees, samples and vouchers.
    product: i64,
    /// What was taken off orders.
    discounts: i64,
    /// What products of known cost brought above it.
    margin: Option<i64>,
    /// Gross by order.
    average_order: Option<i64>,
    /// Discounts as a share of what orders would have come to without them.
    discount_share: Option<f64>,
    /// Refunds as a share of gross.
    return_share: Option<f64>,
    /// Late deliveries as a share of all.
    late_share: Option<f64>,
    /// The mean rating of the customer's reviews, 1 to 5.
    rating: Option<f64>,
    country: Option<String>,
    /// What led here first.
    source: Option<String>,
    /// What kind of content the first visit began with.
    content: Option<String>,
    /// Categories of interest, the strongest first.
    interests: Vec<String>,
    /// Where the customer is in the process of buying: `visited`, `considered`, `basket`,
    /// `checkout`, `ordered`, `received` or `reviewed`.
    stage: Option<&'static str>,
    /// The hour of the day, 0 to 23, at which the customer does most.
    usual_hour: Option<i64>,
    /// Purposes that are permitted: `analytics`, `personalisation`, `marketing`, `third_party`.
    consents: Vec<&'static str>,
    /// Channels on which anything happened.
    channels: Vec<&'static str>,
    first_channel: Option<&'static str>,
    last_channel: Option<&'static str>,
    first_seen_at: Option<String>,
    last_seen_at: Option<String>,
    first_ordered_at: Option<String>,
    last_ordered_at: Option<String>,
    /// The first day with an order.
    first_order: Option<String>,
    /// The second day with an order.
    second_order: Option<String>,
    last_order: Option<String>,
    first_visit: Option<String>,
    second_visit: Option<String>,
    visits: i64,
    /// Days on which the customer did something.
    active_days: i64,
    deliveries: i64,
    deliveries_late: i64,
    complaints: i64,
    reviews: i64,
    /// How many refunds the customer received.
    refunds_received: i64,
    referrals: i64,
    /// The same by channel, where something was sold.
    by_channel: Vec<ChannelRow>,
    /// What each month of the shop's calendar brought.
    months: Vec<MonthMetricsRow>,
}

/// What was sold on one channel.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelRow {
    #[schema(example = "store")]
    channel: &'static str,
    orders: i64,
    order_days: i64,
    items: i64,
    refunds_received: i64,
    gross: i64,
    refunds: i64,
    net: i64,
    product: i64,
    discounts: i64,
    margin: Option<i64>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    first_order: Option<String>,
    last_order: Option<String>,
}

/// What one month brought.
#[derive(Debug, Serialize, ToSchema)]
struct MonthMetricsRow {
    #[schema(example = "2011-03")]
    month: String,
    orders: i64,
    gross: i64,
    refunds: i64,
    /// Products of known cost less that cost; null where none is known.
    margin: Option<i64>,
}

fn share(parts: Option<i64>) -> Option<f64> {
    parts.map(|parts| parts as f64 / WHOLE as f64)
}

fn date(day: Option<Day>) -> Option<String> {
    let (year, month, day) = Calendar::Gregorian.date(day?);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

impl MetricsRow {
    pub(super) fn of(metrics: &Metrics, currency: Currency) -> Self {
        let when = |at: Option<Millis>| at.map(|at| at.to_string());
        let channels = Channel::ALL.into_iter();
        let purposes = Purpose::ALL.into_iter();
        Self {
            currency: currency.code().to_owned(),
            orders: metrics.orders,
            order_days: metrics.order_days,
            active_months: metrics.active_months,
            items: metrics.items,
            items_returned: metrics.items_returned,
            gross: metrics.gross,
            refunds: metrics.refunds,
            net: metrics.net,
            product: metrics.product,
            discounts: metrics.discounts,
            margin: metrics.margin,
            average_order: metrics.average_order,
            discount_share: share(metrics.discount_share),
            return_share: share(metrics.return_share),
            late_share: share(metrics.late_share),
            rating: metrics.rating.map(|rating| rating as f64 / 100.0),
            country: metrics.country.clone(),
            source: metrics.source.clone(),
            content: metrics.content.clone(),
            interests: metrics.interests.clone(),
            stage: metrics.stage.map(|stage| stage.word()),
            usual_hour: metrics.usual_hour,
            consents: purposes
                .filter(|purpose| metrics.consents & purpose.bit() != 0)
                .map(Purpose::word)
                .collect(),
            channels: channels
                .filter(|channel| metrics.channels & channel.bit() != 0)
                .map(Channel::word)
                .collect(),
            first_channel: metrics.first_channel.map(Channel::word),
            last_channel: metrics.last_channel.map(Channel::word),
            first_seen_at: when(metrics.first_seen_at),
            last_seen_at: when(metrics.last_seen_at),
            first_ordered_at: when(metrics.first_ordered_at),
            last_ordered_at: when(metrics.last_ordered_at),
            first_order: date(metrics.first_order),
            second_order: date(metrics.second_order),
            last_order: date(metrics.last_order),
            first_visit: date(metrics.first_visit),
            second_visit: date(metrics.second_visit),
            visits: metrics.visits,
            active_days: metrics.active_days,
            deliveries: metrics.deliveries,
            deliveries_late: metrics.deliveries_late,
            complaints: metrics.complaints,
            reviews: metrics.reviews,
            refunds_received: metrics.refund_count,
            referrals: metrics.referrals,
            by_channel: metrics.by_channel.iter().map(ChannelRow::of).collect(),
            months: metrics
                .months
                .iter()
                .map(|(month, sums)| MonthMetricsRow {
                    month: month.to_string(),
                    orders: sums.orders,
                    gross: sums.gross,
                    refunds: sums.refunds,
                    margin: (sums.costed != 0 || sums.cost != 0).then(|| sums.costed - sums.cost),
                })
                .collect(),
        }
    }
}

impl ChannelRow {
    fn of(it: &ChannelMetrics) -> Self {
        Self {
            channel: it.channel.word(),
            orders: it.orders,
            order_days: it.order_days,
            items: it.items,
            refunds_received: it.refund_count,
            gross: it.gross,
            refunds: it.refunds,
            net: it.net,
            product: it.product,
            discounts: it.discounts,
            margin: it.margin,
            first_seen: date(it.first_seen),
            last_seen: date(it.last_seen),
            first_order: date(it.first_order),
            last_order: date(it.last_order),
        }
    }
}
