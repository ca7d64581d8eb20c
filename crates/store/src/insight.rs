//! What lists sort by and analysts read: the metrics of customers, written by a follower.

use domain::customers::Metrics;
use domain::ids::StreamId;
use domain::segments::{ChannelColumn, Column, WordColumn};
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::{Row, Value};
use crate::{rows, sql};

/// One customer's metrics as the follower keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricsRow {
    /// The customer.
    pub customer: StreamId,
    /// The metrics.
    pub metrics: Metrics,
    /// Units that went back and match no order we know.
    pub unmatched_refund_units: i64,
}

/// Writes the metrics of customers.
///
/// # Errors
/// When the database fails.
pub fn metrics_put(tx: &mut Tx<'_>, rows: &[MetricsRow]) -> Result<(), StoreError> {
    let mut rows: Vec<&MetricsRow> = rows.iter().collect();
    rows.sort_by_key(|row| row.customer);
    let mut values: Vec<Value> = Vec::with_capacity(rows.len() * 64);
    for row in &rows {
        push_metrics(&mut values, row)?;
    }
    tx.run_each(
        rows!(
            "INSERT INTO customer_metrics (customer, first_seen_at, last_seen_at,
                 first_ordered_at, last_ordered_at, first_seen,
                 last_seen, first_order, second_order, last_order, first_visit, second_visit,
                 orders, order_days, active_months, items, items_returned, refund_count,
                 visits, active_days, deliveries, deliveries_late, complaints, reviews,
                 referrals, gross, refunds, net, product, discounts, margin, average_order,
                 discount_share, return_share, late_share, rating, usual_hour, channels,
                 consents, won_back, standing, country, source, content, stage, first_channel,
                 last_channel, unmatched_refund_units, packed)
             VALUES {($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                 $14, $15, $16, $17, $18, $19, $20, $21,
                 $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36,
                 $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49)}
             ON CONFLICT (customer) DO UPDATE SET
                 first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at,
                 first_ordered_at = excluded.first_ordered_at,
                 last_ordered_at = excluded.last_ordered_at, first_seen = excluded.first_seen,
                 last_seen = excluded.last_seen, first_order = excluded.first_order,
                 second_order = excluded.second_order, last_order = excluded.last_order,
                 first_visit = excluded.first_visit, second_visit = excluded.second_visit,
                 orders = excluded.orders, order_days = excluded.order_days,
                 active_months = excluded.active_months, items = excluded.items,
                 items_returned = excluded.items_returned,
                 refund_count = excluded.refund_count, visits = excluded.visits,
                 active_days = excluded.active_days, deliveries = excluded.deliveries,
                 deliveries_late = excluded.deliveries_late, complaints = excluded.complaints,
                 reviews = excluded.reviews, referrals = excluded.referrals,
                 gross = excluded.gross, refunds = excluded.refunds, net = excluded.net,
                 product = excluded.product, discounts = excluded.discounts,
                 margin = excluded.margin, average_order = excluded.average_order,
                 discount_share = excluded.discount_share,
                 return_share = excluded.return_share, late_share = excluded.late_share,
                 rating = excluded.rating, usual_hour = excluded.usual_hour,
                 channels = excluded.channels, consents = excluded.consents,
                 won_back = excluded.won_back, standing = excluded.standing,
                 country = excluded.country, source = excluded.source,
                 content = excluded.content, stage = excluded.stage,
                 first_channel = excluded.first_channel, last_channel = excluded.last_channel,
                 unmatched_refund_units = excluded.unmatched_refund_units,
                 packed = excluded.packed"
        ),
        &values,
    )?;
    details_put(tx, &rows)
}

fn push_metrics(values: &mut Vec<Value>, row: &MetricsRow) -> Result<(), StoreError> {
    let metrics = &row.metrics;
    values.extend([
        row.customer.into(),
        metrics.first_seen_at.into(),
        metrics.last_seen_at.into(),
        metrics.first_ordered_at.into(),
        metrics.last_ordered_at.into(),
    ]);
    values.extend(
        Column::ALL
            .iter()
            .map(|column| column.value(metrics).into()),
    );
    values.push(metrics.standing.word().into());
    let words = WordColumn::ALL
        .into_iter()
        .filter(|column| *column != WordColumn::Interests);
    values.extend(words.map(|column| column.words(metrics).next().map(str::to_owned).into()));
    values.push(row.unmatched_refund_units.into());
    values.push(
        postcard::to_stdvec(metrics)
            .map_err(StoreError::shape)?
            .into(),
    );
    Ok(())
}

/// What a customer has several of: figures by channel, interests.
fn details_put(tx: &mut Tx<'_>, rows: &[&MetricsRow]) -> Result<(), StoreError> {
    let customers: Vec<StreamId> = rows.iter().map(|row| row.customer).collect();
    details_delete(tx, &customers)?;
    let (mut channels, mut interests): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for row in rows {
        for figures in &row.metrics.by_channel {
            let days = [
                figures.first_seen,
                figures.last_seen,
                figures.first_order,
                figures.last_order,
            ];
            channels.extend([row.customer.into(), figures.channel.word().into()]);
            channels.extend(days.map(|day| day.map(|day| i64::from(day.0)).into()));
            channels.extend(
                CHANNEL_FIGURES
                    .iter()
                    .map(|column| column.value(figures).into()),
            );
        }
        for (place, interest) in (1_i64..).zip(&row.metrics.interests) {
            interests.extend([row.customer.into(), place.into(), interest.as_str().into()]);
        }
    }
    tx.run_each(
        rows!(
            "INSERT INTO customer_channels (customer, channel, first_seen, last_seen,
                 first_order, last_order, orders, order_days, items, refund_count, gross,
                 refunds, net, product, discounts, margin)
             VALUES {($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)}"
        ),
        &channels,
    )?;
    tx.run_each(
        rows!("INSERT INTO customer_interests (customer, place, interest) VALUES {($1, $2, $3)}"),
        &interests,
    )?;
    Ok(())
}

/// The numbers of `customer_channels` behind its days, in the order of the table.
const CHANNEL_FIGURES: [ChannelColumn; 10] = [
    ChannelColumn::Orders,
    ChannelColumn::OrderDays,
    ChannelColumn::Items,
    ChannelColumn::RefundCount,
    ChannelColumn::Gross,
    ChannelColumn::Refunds,
    ChannelColumn::Net,
    ChannelColumn::Product,
    ChannelColumn::Discounts,
    ChannelColumn::Margin,
];

fn details_delete(tx: &mut Tx<'_>, customers: &[StreamId]) -> Result<(), StoreError> {
    let values: Vec<Value> = customers
        .iter()
        .map(|customer| (*customer).into())
        .collect();
    tx.run_each(
        rows!("DELETE FROM customer_channels WHERE customer IN ({$1})"),
        &values,
    )?;
    tx.run_each(
        rows!("DELETE FROM customer_interests WHERE customer IN ({$1})"),
        &values,
    )?;
    Ok(())
}

/// Removes the metrics of customers that are no more.
///
/// # Errors
/// When the database fails.
pub fn metrics_delete(tx: &mut Tx<'_>, customers: &[StreamId]) -> Result<(), StoreError> {
    let values: Vec<Value> = customers
        .iter()
        .map(|customer| (*customer).into())
        .collect();
    tx.run_each(
        rows!("DELETE FROM customer_metrics WHERE customer IN ({$1})"),
        &values,
    )?;
    details_delete(tx, customers)
}

/// By what a list of customers is sorted; the highest or latest stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Net sales.
    #[default]
    Net,
    /// Number of orders.
    Orders,
    /// The latest order.
    LastOrdered,
    /// The first order.
    FirstOrdered,
}

/// The metrics of these customers.
///
/// # Errors
/// When the database fails.
pub fn metrics_of(conn: &mut Conn, customers: &[StreamId]) -> Result<Vec<MetricsRow>, StoreError> {
    let values: Vec<Value> = customers
        .iter()
        .map(|customer| (*customer).into())
        .collect();
    conn.rows_each(
        rows!("SELECT * FROM customer_metrics WHERE customer IN ({$1}) ORDER BY customer"),
        &values,
    )?
    .iter()
    .map(metrics_row)
    .collect()
}

pub(crate) fn metrics_row(row: &Row) -> Result<MetricsRow, StoreError> {
    Ok(MetricsRow {
        customer: row.stream("customer")?,
        metrics: metrics_unpack(row.blob("packed")?)?,
        unmatched_refund_units: row.int("unmatched_refund_units")?,
    })
}

/// Customers with their metrics as [`metrics_unpack`] reads them, in order of their roots, after
/// one of them: how the population is read.
///
/// # Errors
/// When the database fails.
pub fn metrics_packed_scan(
    conn: &mut Conn,
    after: Option<StreamId>,
    limit: u32,
) -> Result<Vec<(StreamId, Vec<u8>)>, StoreError> {
    let after = after.unwrap_or(StreamId::from_bytes([0; 16]));
    let rows = conn.rows(
        sql!(
            "SELECT customer, packed FROM customer_metrics WHERE customer > $1
              ORDER BY customer LIMIT $2"
        ),
        &[after.into(), i64::from(limit).into()],
    )?;
    rows.iter().map(packed_row).collect()
}

/// The same of some customers; those who have no metrics are missing.
///
/// # Errors
/// When the database fails.
pub fn metrics_packed_of(
    conn: &mut Conn,
    customers: &[StreamId],
) -> Result<Vec<(StreamId, Vec<u8>)>, StoreError> {
    let values: Vec<Value> = customers
        .iter()
        .map(|customer| (*customer).into())
        .collect();
    let rows = conn.rows_each(
        rows!(
            "SELECT customer, packed FROM customer_metrics WHERE customer IN ({$1})
              ORDER BY customer"
        ),
        &values,
    )?;
    rows.iter().map(packed_row).collect()
}

fn packed_row(row: &Row) -> Result<(StreamId, Vec<u8>), StoreError> {
    Ok((row.stream("customer")?, row.blob("packed")?.to_vec()))
}

/// The metrics in a packed row.
///
/// # Errors
/// When it is none.
pub fn metrics_unpack(packed: &[u8]) -> Result<Metrics, StoreError> {
    postcard::from_bytes(packed).map_err(StoreError::shape)
}

/// How many customers have metrics.
///
/// # Errors
/// When the database fails.
pub fn metrics_rows(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(sql!("SELECT COUNT(*) AS n FROM customer_metrics"), &[])?
        .int("n")
}

/// Units that went back and match no order we know, over all customers.
///
/// # Errors
/// When the database fails.
pub fn metrics_unmatched(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(
        sql!(
            "SELECT CAST(COALESCE(SUM(unmatched_refund_units), 0) AS BIGINT) AS n
               FROM customer_metrics WHERE unmatched_refund_units > 0"
        ),
        &[],
    )?
    .int("n")
}

/// The latest sign of life of any customer, if there is one.
///
/// # Errors
/// When the database fails.
pub fn seen_last(conn: &mut Conn) -> Result<Option<Millis>, StoreError> {
    conn.one(
        sql!("SELECT MAX(last_seen_at) AS last FROM customer_metrics"),
        &[],
    )?
    .millis_or_null("last")
}
