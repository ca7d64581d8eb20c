//! What each attribute is: one row an attribute, in the order of documents and forms.

use super::attributes::{Attribute, Band, Kind, TimeRule};
use super::column::{ChannelColumn, Column, WordColumn};

/// What is known about an attribute before anybody asks for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Which attribute.
    pub(super) attribute: Attribute,
    /// What kind of value it has.
    pub(super) kind: Kind,
    /// What its value depends on.
    pub(super) time: TimeRule,
    /// The attribute in a sentence, in English.
    pub(super) label: &'static str,
    /// What it means, one English sentence.
    pub(super) meaning: &'static str,
}

macro_rules! catalogue {
    ($( $attribute:expr, $kind:ident, $time:ident, $label:literal, $meaning:literal; )*) => {
        &[$( Row {
            attribute: $attribute,
            kind: Kind::$kind,
            time: TimeRule::$time,
            label: $label,
            meaning: $meaning,
        } ),*]
    };
}

macro_rules! number {
    ($column:ident) => {
        Attribute::Number(Column::$column)
    };
}

macro_rules! word {
    ($column:ident) => {
        Attribute::Word(WordColumn::$column)
    };
}

/// Every attribute of a customer as a whole.
pub(super) const ROWS: &[Row] = catalogue! {
    Attribute::Standing, Word, Today, "standing",
        "Where the customer stands today: prospect, new, returning, lapsed or won_back.";
    word!(Stage), Word, EventTime, "stage",
        "The step of the buying process that the customer reached last.";
    number!(FirstSeen), Day, EventTime, "the first sign of life",
        "The day on which the customer was first seen.";
    number!(LastSeen), Day, EventTime, "the last sign of life",
        "The day on which the customer was last seen.";
    number!(FirstVisit), Day, EventTime, "the first visit",
        "The day of the first visit.";
    number!(SecondVisit), Day, EventTime, "the second visit",
        "The day of the second visit; it may be that of the first.";
    number!(Visits), Count, EventTime, "visits",
        "How many visits the customer began.";
    number!(ActiveDays), Count, EventTime, "active days",
        "On how many days the customer did something.";
    number!(UsualHour), Hour, EventTime, "the usual hour",
        "The hour of the day, 0 to 23 in the shop's zone, at which the customer does most.";
    number!(FirstOrder), Day, EventTime, "the first order",
        "The first day with an order.";
    number!(SecondOrder), Day, EventTime, "the second order day",
        "The second day with an order.";
    number!(LastOrder), Day, EventTime, "the last order",
        "The last day with an order.";
    number!(Orders), Count, EventTime, "orders",
        "How many orders of more than nothing there were, in any currency.";
    number!(OrderDays), Count, EventTime, "order days",
        "On how many days the customer ordered.";
    number!(ActiveMonths), Count, EventTime, "active months",
        "In how many months of the shop's calendar the customer ordered.";
    number!(Items), Count, EventTime, "items",
        "How many units of products were ordered.";
    number!(ItemsReturned), Count, EventTime, "items returned",
        "How many units of products went back.";
    number!(RefundCount), Count, EventTime, "number of refunds",
        "How many refunds the customer received.";
    number!(Gross), Money, EventTime, "gross sales",
        "What was ordered, before anything went back.";
    number!(Refunds), Money, EventTime, "refunds",
        "What was paid back.";
    number!(Net), Money, EventTime, "net sales",
        "Gross sales less refunds.";
    number!(Product), Money, EventTime, "product sales",
        "Net sales of products alone: without postage, fees, samples and vouchers.";
    number!(Discounts), Money, EventTime, "discounts",
        "What was taken off orders.";
    number!(Margin), Money, EventTime, "margin",
        "What products of known cost brought above that cost.";
    number!(AverageOrder), Money, EventTime, "the average order",
        "Gross sales divided by orders.";
    number!(DiscountShare), Share, EventTime, "the share of discounts",
        "Discounts as a part, 0 to 1, of what the orders would have come to without them.";
    number!(ReturnShare), Share, EventTime, "the share of refunds",
        "Refunds as a part of gross sales, 0 to 1.";
    number!(Deliveries), Count, EventTime, "deliveries",
        "How many deliveries were told of.";
    number!(DeliveriesLate), Count, EventTime, "late deliveries",
        "How many deliveries came after the promised time.";
    number!(LateShare), Share, EventTime, "the share of late deliveries",
        "Late deliveries as a part of all, 0 to 1.";
    number!(Complaints), Count, EventTime, "complaints",
        "How many complaints the customer made.";
    number!(Reviews), Count, EventTime, "reviews",
        "How many reviews the customer wrote.";
    number!(Rating), Rating, EventTime, "the mean rating",
        "The mean rating of the customer's reviews, 1 to 5.";
    number!(Referrals), Count, Arrival, "referrals",
        "How many customers this one brought.";
    number!(WonBack), YesNo, Arrival, "won back",
        "Whether the customer ordered again after having lapsed.";
    number!(Channels), Flags, EventTime, "channels",
        "The channels on which the customer did anything.";
    word!(FirstChannel), Word, EventTime, "the channel of the first order",
        "The channel of the first order.";
    word!(LastChannel), Word, EventTime, "the channel of the last order",
        "The channel of the latest order.";
    number!(Consents), Flags, EventTime, "consents",
        "The purposes that the customer permits.";
    word!(Interests), Words, EventTime, "interests",
        "The categories that the customer cares for most, at most eight.";
    word!(Country), Word, EventTime, "country",
        "Where the latest order went, as the shop writes it.";
    word!(Source), Word, EventTime, "source",
        "What led the customer here first, as the shop names it.";
    word!(Content), Word, EventTime, "content",
        "What kind of content the first visit began with, as the shop names it.";
    Attribute::Band(Band::Recency), Band, Published, "the recency band",
        "The fifth of buyers, by the last order, in which the customer lies: 5 is the latest.";
    Attribute::Band(Band::Frequency), Band, Published, "the frequency band",
        "The fifth of buyers, by orders, in which the customer lies: 5 is the most.";
    Attribute::Band(Band::Money), Band, Published, "the money band",
        "The fifth of buyers, by net sales, in which the customer lies: 5 is the most.";
};

/// What is known about a number on a channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChannelRow {
    /// Which number.
    pub(super) column: ChannelColumn,
    /// What kind of value it has.
    pub(super) kind: Kind,
    /// The attribute in a sentence, before “on” and the channel.
    pub(super) label: &'static str,
    /// What it means, one English sentence.
    pub(super) meaning: &'static str,
}

macro_rules! channel_catalogue {
    ($( $column:ident, $kind:ident, $label:literal, $meaning:literal; )*) => {
        &[$( ChannelRow {
            column: ChannelColumn::$column,
            kind: Kind::$kind,
            label: $label,
            meaning: $meaning,
        } ),*]
    };
}

/// Every number that exists once for each channel.
pub(super) const CHANNEL_ROWS: &[ChannelRow] = channel_catalogue! {
    FirstOrder, Day, "the first order",
        "The first day with an order on this channel.";
    LastOrder, Day, "the last order",
        "The last day with an order on this channel.";
    Orders, Count, "orders",
        "How many orders of more than nothing came by this channel.";
    OrderDays, Count, "order days",
        "On how many days the customer ordered on this channel.";
    Items, Count, "items",
        "How many units of products were ordered on this channel.";
    RefundCount, Count, "number of refunds",
        "How many refunds the customer received on this channel.";
    Gross, Money, "gross sales",
        "What was ordered on this channel.";
    Refunds, Money, "refunds",
        "What was paid back on this channel.";
    Net, Money, "net sales",
        "Gross sales less refunds on this channel.";
    Product, Money, "product sales",
        "Net sales of products alone on this channel.";
    Discounts, Money, "discounts",
        "What was taken off orders on this channel.";
    Margin, Money, "margin",
        "What products of known cost brought above that cost on this channel.";
};
