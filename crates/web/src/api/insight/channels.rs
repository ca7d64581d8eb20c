//! `GET /v1/insight/channels`: the twin of the page about channels.

use app::insight::{ChannelGroup, Channels, FirstOutlet, Insight, Overlap, ShareBy};
use axum::Json;
use domain::customers::Stage;
use domain::money::Currency;
use domain::trust::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::date;
use crate::asked::{Asked, MonthsAsked};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// How do those differ who buy here and there? Amounts are in minor units of `currency`, and
/// every interval is of 95 %.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ChannelsAnswer {
    /// The currency of every amount.
    #[schema(example = "GBP")]
    currency: String,
    /// Decimal digits of the currency's minor unit.
    currency_exponent: u32,
    /// The day of the earliest order; none without buyers.
    from: Option<String>,
    /// The last day that was watched, in the shop's zone.
    #[schema(example = "2011-12-09")]
    to: String,
    /// Customers with an order, and with the first one in the months that were asked for.
    buyers: u64,
    /// Those who bought at one outlet only, and those who bought at several.
    groups: Vec<BuyerGroupAnswer>,
    /// Those who bought at exactly these outlets, the most first.
    overlaps: Vec<OverlapAnswer>,
    /// Who came back, by the outlet of the first order.
    first_orders: Vec<FirstAnswer>,
}

/// Some buyers by where they bought.
#[derive(Debug, Serialize, ToSchema)]
struct BuyerGroupAnswer {
    /// `online` (web, app, marketplaces), `store`, `social` (social media, messengers), `other`
    /// (e-mail, text message, call, device), each and nowhere else; or `several`.
    #[schema(example = "several")]
    group: &'static str,
    customers: u64,
    /// Their part of all buyers.
    share: f64,
    orders: i64,
    /// Orders of each in a year, of those whose first order is 90 days ago or more.
    orders_a_year: Option<f64>,
    /// How many those are.
    yearly_customers: u64,
    /// Gross less refunds.
    net: i64,
    /// Gross an order, rounded.
    average_order: i64,
    /// What products of known cost brought above it; none when no cost is known.
    margin: Option<i64>,
    /// Of how many customers it is known.
    margin_customers: u64,
    /// Those who ordered on more days than one. Of `several` that is most of them by what the
    /// word means; compare by `first_orders`.
    repeat: u64,
    repeat_low: f64,
    repeat_high: f64,
    /// The categories that most of them care for, at most three.
    categories: Vec<CategoryAnswer>,
    /// Half of them took no more days from the first visit to the first order.
    median_days_to_order: Option<u32>,
    /// Of how many a visit before the order is known.
    median_customers: u64,
    /// How many were ever at each stage of buying, on any channel.
    passed: Vec<PassedAnswer>,
    /// The predicate that lists them.
    #[schema(example = "web.orders > 0 && store.orders == 0")]
    predicate: String,
}

/// A category that customers care for.
#[derive(Debug, Serialize, ToSchema)]
struct CategoryAnswer {
    category: String,
    customers: u64,
}

/// A stage of buying.
#[derive(Debug, Serialize, ToSchema)]
struct PassedAnswer {
    #[schema(example = "basket")]
    stage: &'static str,
    customers: u64,
}

/// Those who bought at exactly these outlets.
#[derive(Debug, Serialize, ToSchema)]
struct OverlapAnswer {
    outlets: Vec<&'static str>,
    customers: u64,
    /// Their part of all buyers.
    share: f64,
    /// Gross less refunds.
    net: i64,
    /// The predicate that lists them.
    predicate: String,
}

/// Those whose first order was at one outlet.
#[derive(Debug, Serialize, ToSchema)]
struct FirstAnswer {
    outlet: &'static str,
    buyers: u64,
    /// The share who ordered on another day by then, as far as anybody was watched.
    back: Vec<BackAnswer>,
    /// The predicate that lists them.
    predicate: String,
}

/// The share who are back after so many days.
#[derive(Debug, Serialize, ToSchema)]
struct BackAnswer {
    days: u32,
    share: f64,
    low: f64,
    high: f64,
    /// How many were still waited for and watched for longer.
    watched: u64,
}

impl ChannelsAnswer {
    fn of(it: &Channels, currency: Currency) -> Self {
        Self {
            currency: currency.code().to_owned(),
            currency_exponent: currency.exponent(),
            from: it.first_day.map(date),
            to: date(it.today),
            buyers: it.buyers,
            groups: it.groups.iter().map(BuyerGroupAnswer::of).collect(),
            overlaps: it.overlaps.iter().map(OverlapAnswer::of).collect(),
            first_orders: it.firsts.iter().map(FirstAnswer::of).collect(),
        }
    }
}

impl BuyerGroupAnswer {
    fn of(it: &ChannelGroup) -> Self {
        let categories = it.likings.iter().map(|liking| CategoryAnswer {
            category: liking.category.clone(),
            customers: liking.customers,
        });
        let passed = Stage::ALL.into_iter().zip(it.passed);
        Self {
            group: it.kind.word(),
            customers: it.customers,
            share: it.share,
            orders: it.orders,
            orders_a_year: it.orders_a_year,
            yearly_customers: it.yearly_customers,
            net: it.net,
            average_order: it.average_order,
            margin: it.margin,
            margin_customers: it.margin_customers,
            repeat: it.repeat,
            repeat_low: it.repeat_interval.0,
            repeat_high: it.repeat_interval.1,
            categories: categories.collect(),
            median_days_to_order: it.median_days,
            median_customers: it.median_customers,
            passed: passed
                .map(|(stage, customers)| PassedAnswer {
                    stage: stage.word(),
                    customers,
                })
                .collect(),
            predicate: it.predicate.clone(),
        }
    }
}

impl OverlapAnswer {
    fn of(it: &Overlap) -> Self {
        Self {
            outlets: it.outlets.iter().map(|outlet| outlet.word()).collect(),
            customers: it.customers,
            share: it.share,
            net: it.net,
            predicate: it.predicate.clone(),
        }
    }
}

impl FirstAnswer {
    fn of(it: &FirstOutlet) -> Self {
        let back = |by: &ShareBy| BackAnswer {
            days: by.days,
            share: by.share,
            low: by.low,
            high: by.high,
            watched: by.watched,
        };
        Self {
            outlet: it.outlet.word(),
            buyers: it.buyers,
            back: it.back.iter().map(back).collect(),
            predicate: it.predicate.clone(),
        }
    }
}

/// Channels: how those differ who buy online, in the store, on social media and on several. `from`
/// and `to` choose those whose first order lies in these months.
#[utoipa::path(
    get,
    path = "/v1/insight/channels",
    tag = "insight",
    params(MonthsAsked),
    responses(
        (status = 200, body = ChannelsAnswer),
        (status = 400, body = ErrorAnswer, description = "`unreadable`: no such months"),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 503, body = ErrorAnswer,
            description = "`warming`: the customers are still being read; try again"),
    ),
    security(("secret_key" = []))
)]
pub(in crate::api) async fn channels(
    asking: Asking,
    Asked(asked): Asked<MonthsAsked>,
) -> Result<Json<ChannelsAnswer>, Refusal> {
    let currency = asking.shared.app.in_force().settings.currency;
    let asked = asked.into();
    let of = asking.read(Permission::SeeFigures, move |app| app.channels_of(&asked));
    match of.await? {
        Insight::Warming(percent) => Err(Refusal::Warming(percent)),
        Insight::Ready(of) => match &of.chosen {
            Ok(_) => Ok(Json(ChannelsAnswer::of(&of.channels, currency))),
            Err(error) => Err(Refusal::Unreadable(error.to_string())),
        },
    }
}
