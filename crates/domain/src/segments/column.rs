//! The plain columns that tests compare: names, and where a customer's metrics hold them.

use crate::customers::{ChannelMetrics, Metrics};
use crate::events::Channel;
use crate::time::Day;

macro_rules! columns {
    (
        $(#[$doc:meta])* $kind:ident of $owner:ident {
            $( $(#[$row_doc:meta])* $variant:ident => $name:literal, |$row:ident| $value:expr; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind { $( $(#[$row_doc])* $variant, )* }

        impl $kind {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name of the column in tables.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What a row holds; none when it cannot be said.
            #[must_use]
            pub fn value(self, row: &$owner) -> Option<i64> {
                match self { $(Self::$variant => { let $row = row; $value })* }
            }
        }
    };
}

fn day(day: Option<Day>) -> Option<i64> {
    day.map(|day| i64::from(day.0))
}

columns! {
    /// A number of a customer as a whole: days since 1970-01-01 in the shop's zone, counts, money
    /// in minor units, shares in ten-thousandths, bits. See [`Metrics`] for what each means.
    Column of Metrics {
        /// See [`Metrics::first_seen`].
        FirstSeen => "first_seen", |m| day(m.first_seen);
        /// See [`Metrics::last_seen`].
        LastSeen => "last_seen", |m| day(m.last_seen);
        /// See [`Metrics::first_order`].
        FirstOrder => "first_order", |m| day(m.first_order);
        /// See [`Metrics::second_order`].
        SecondOrder => "second_order", |m| day(m.second_order);
        /// See [`Metrics::last_order`].
        LastOrder => "last_order", |m| day(m.last_order);
        /// See [`Metrics::first_visit`].
        FirstVisit => "first_visit", |m| day(m.first_visit);
        /// See [`Metrics::second_visit`].
        SecondVisit => "second_visit", |m| day(m.second_visit);
        /// See [`Metrics::orders`].
        Orders => "orders", |m| Some(m.orders);
        /// See [`Metrics::order_days`].
        OrderDays => "order_days", |m| Some(m.order_days);
        /// See [`Metrics::active_months`].
        ActiveMonths => "active_months", |m| Some(m.active_months);
        /// See [`Metrics::items`].
        Items => "items", |m| Some(m.items);
        /// See [`Metrics::items_returned`].
        ItemsReturned => "items_returned", |m| Some(m.items_returned);
        /// See [`Metrics::refund_count`].
        RefundCount => "refund_count", |m| Some(m.refund_count);
        /// See [`Metrics::visits`].
        Visits => "visits", |m| Some(m.visits);
        /// See [`Metrics::active_days`].
        ActiveDays => "active_days", |m| Some(m.active_days);
        /// See [`Metrics::deliveries`].
        Deliveries => "deliveries", |m| Some(m.deliveries);
        /// See [`Metrics::deliveries_late`].
        DeliveriesLate => "deliveries_late", |m| Some(m.deliveries_late);
        /// See [`Metrics::complaints`].
        Complaints => "complaints", |m| Some(m.complaints);
        /// See [`Metrics::reviews`].
        Reviews => "reviews", |m| Some(m.reviews);
        /// See [`Metrics::referrals`].
        Referrals => "referrals", |m| Some(m.referrals);
        /// See [`Metrics::gross`].
        Gross => "gross", |m| Some(m.gross);
        /// See [`Metrics::refunds`].
        Refunds => "refunds", |m| Some(m.refunds);
        /// See [`Metrics::net`].
        Net => "net", |m| Some(m.net);
        /// See [`Metrics::product`].
        Product => "product", |m| Some(m.product);
        /// See [`Metrics::discounts`].
        Discounts => "discounts", |m| Some(m.discounts);
        /// See [`Metrics::margin`].
        Margin => "margin", |m| m.margin;
        /// See [`Metrics::average_order`].
        AverageOrder => "average_order", |m| m.average_order;
        /// See [`Metrics::discount_share`].
        DiscountShare => "discount_share", |m| m.discount_share;
        /// See [`Metrics::return_share`].
        ReturnShare => "return_share", |m| m.return_share;
        /// See [`Metrics::late_share`].
        LateShare => "late_share", |m| m.late_share;
        /// See [`Metrics::rating`].
        Rating => "rating", |m| m.rating;
        /// See [`Metrics::usual_hour`].
        UsualHour => "usual_hour", |m| m.usual_hour;
        /// See [`Metrics::channels`].
        Channels => "channels", |m| Some(m.channels);
        /// See [`Metrics::consents`].
        Consents => "consents", |m| Some(m.consents);
        /// 1 for [`Metrics::won_back`], else 0.
        WonBack => "won_back", |m| Some(i64::from(m.won_back));
    }
}

columns! {
    /// A number of a customer on one channel; see [`ChannelMetrics`]. Where nothing was sold,
    /// counts and sums are 0 and days are unknown.
    ChannelColumn of ChannelMetrics {
        /// See [`ChannelMetrics::first_order`].
        FirstOrder => "first_order", |m| day(m.first_order);
        /// See [`ChannelMetrics::last_order`].
        LastOrder => "last_order", |m| day(m.last_order);
        /// See [`ChannelMetrics::orders`].
        Orders => "orders", |m| Some(m.orders);
        /// See [`ChannelMetrics::order_days`].
        OrderDays => "order_days", |m| Some(m.order_days);
        /// See [`ChannelMetrics::items`].
        Items => "items", |m| Some(m.items);
        /// See [`ChannelMetrics::refund_count`].
        RefundCount => "refund_count", |m| Some(m.refund_count);
        /// See [`ChannelMetrics::gross`].
        Gross => "gross", |m| Some(m.gross);
        /// See [`ChannelMetrics::refunds`].
        Refunds => "refunds", |m| Some(m.refunds);
        /// See [`ChannelMetrics::net`].
        Net => "net", |m| Some(m.net);
        /// See [`ChannelMetrics::product`].
        Product => "product", |m| Some(m.product);
        /// See [`ChannelMetrics::discounts`].
        Discounts => "discounts", |m| Some(m.discounts);
        /// See [`ChannelMetrics::margin`].
        Margin => "margin", |m| m.margin;
    }
}

impl ChannelColumn {
    /// What is held about a channel on which nothing was sold: 0, or unknown.
    #[must_use]
    pub const fn nothing(self) -> Option<i64> {
        match self {
            Self::FirstOrder | Self::LastOrder | Self::Margin => None,
            _ => Some(0),
        }
    }

    /// What a customer's metrics hold about a channel.
    #[must_use]
    pub fn of(self, metrics: &Metrics, channel: Channel) -> Option<i64> {
        match metrics.on(channel) {
            Some(row) => self.value(row),
            None => self.nothing(),
        }
    }
}

/// A word of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordColumn {
    /// See [`Metrics::country`].
    Country,
    /// See [`Metrics::source`].
    Source,
    /// See [`Metrics::content`].
    Content,
    /// See [`Metrics::stage`].
    Stage,
    /// See [`Metrics::first_channel`].
    FirstChannel,
    /// See [`Metrics::last_channel`].
    LastChannel,
    /// See [`Metrics::interests`]: several words; the first is the strongest.
    Interests,
}

impl WordColumn {
    /// Every one, in order.
    pub const ALL: [Self; 7] = [
        Self::Country,
        Self::Source,
        Self::Content,
        Self::Stage,
        Self::FirstChannel,
        Self::LastChannel,
        Self::Interests,
    ];

    /// The name of the column in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Source => "source",
            Self::Content => "content",
            Self::Stage => "stage",
            Self::FirstChannel => "first_channel",
            Self::LastChannel => "last_channel",
            Self::Interests => "interests",
        }
    }

    /// The words that a customer's metrics hold.
    pub fn words(self, metrics: &Metrics) -> impl Iterator<Item = &str> {
        let one = match self {
            Self::Country => metrics.country.as_deref(),
            Self::Source => metrics.source.as_deref(),
            Self::Content => metrics.content.as_deref(),
            Self::Stage => metrics.stage.map(|stage| stage.word()),
            Self::FirstChannel => metrics.first_channel.map(Channel::word),
            Self::LastChannel => metrics.last_channel.map(Channel::word),
            Self::Interests => None,
        };
        let several = match self {
            Self::Interests => metrics.interests.as_slice(),
            _ => &[],
        };
        one.into_iter().chain(several.iter().map(String::as_str))
    }
}
