//! What lists sort by and analysts read: the metrics of customers, written by a follower.

use domain::customers::Metrics;
use domain::ids::StreamId;
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
    let values: Vec<Value> = rows.into_iter().flat_map(metrics_values).collect();
    tx.run_each(
        rows!(
            "INSERT INTO customer_metrics (customer, first_seen_at, last_seen_at,
                 first_ordered_at, last_ordered_at, orders, order_days, items, gross, refunds,
                 net, product, visits, complaints, standing, country, unmatched_refund_units)
             VALUES {($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)}
             ON CONFLICT (customer) DO UPDATE SET first_seen_at = excluded.first_seen_at,
                 last_seen_at = excluded.last_seen_at,
                 first_ordered_at = excluded.first_ordered_at,
                 last_ordered_at = excluded.last_ordered_at, orders = excluded.orders,
                 order_days = excluded.order_days, items = excluded.items,
                 gross = excluded.gross, refunds = excluded.refunds, net = excluded.net,
                 product = excluded.product, visits = excluded.visits,
                 complaints = excluded.complaints, standing = excluded.standing,
                 country = excluded.country,
                 unmatched_refund_units = excluded.unmatched_refund_units"
        ),
        &values,
    )?;
    Ok(())
}

fn metrics_values(row: &MetricsRow) -> [Value; 17] {
    let metrics = &row.metrics;
    [
        row.customer.into(),
        metrics.first_seen_at.into(),
        metrics.last_seen_at.into(),
        metrics.first_ordered_at.into(),
        metrics.last_ordered_at.into(),
        metrics.orders.into(),
        metrics.order_days.into(),
        metrics.items.into(),
        metrics.gross.into(),
        metrics.refunds.into(),
        metrics.net.into(),
        metrics.product.into(),
        metrics.visits.into(),
        metrics.complaints.into(),
        metrics.standing.word().into(),
        metrics.country.clone().into(),
        row.unmatched_refund_units.into(),
    ]
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
    Ok(())
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

/// Which customers a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    /// Only those who were decided to be won back, or only those who were not.
    pub won_back: Option<bool>,
    /// Only this country, as the shop writes it.
    pub country: Option<String>,
    /// At least so many orders.
    pub orders_min: i64,
    /// Orders on at least so many days.
    pub order_days_min: i64,
    /// Orders on at most so many days; none asks for nothing.
    pub order_days_max: Option<i64>,
    /// Last ordered at or after this moment; none asks for nothing.
    pub ordered_from: Option<Millis>,
    /// Last ordered before this moment; none asks for nothing.
    pub ordered_before: Option<Millis>,
    /// First ordered at or after this moment; none asks for nothing.
    pub first_ordered_from: Option<Millis>,
    /// First ordered before this moment; none asks for nothing.
    pub first_ordered_before: Option<Millis>,
}

/// One page of the list: the sort column stands first so that the next page starts behind it.
///
/// # Errors
/// When the database fails.
pub fn metrics_page(
    conn: &mut Conn,
    filter: &ListFilter,
    sort: Sort,
    after: Option<(i64, StreamId)>,
    limit: u32,
) -> Result<Vec<(i64, MetricsRow)>, StoreError> {
    let (key, customer) = after.unwrap_or((i64::MAX, StreamId::from_bytes([0xff; 16])));
    let mut params = filter_values(filter);
    params.extend([key.into(), customer.into(), i64::from(limit).into()]);
    let statement = match sort {
        Sort::Net => sql!(
            "SELECT net AS sort_key, m.* FROM customer_metrics m
              WHERE (CAST($1 AS BOOLEAN) IS NULL OR (standing = 'won_back') = $1)
                AND (CAST($2 AS TEXT) IS NULL OR country = $2) AND orders >= $3
                AND COALESCE(last_ordered_at, -1) >= $4 AND COALESCE(last_ordered_at, -1) < $5
                AND COALESCE(first_ordered_at, -1) >= $6 AND COALESCE(first_ordered_at, -1) < $7
                AND order_days >= $8 AND order_days <= $9
                AND (net, customer) < ($10, $11)
              ORDER BY net DESC, customer DESC LIMIT $12"
        ),
        Sort::Orders => sql!(
            "SELECT orders AS sort_key, m.* FROM customer_metrics m
              WHERE (CAST($1 AS BOOLEAN) IS NULL OR (standing = 'won_back') = $1)
                AND (CAST($2 AS TEXT) IS NULL OR country = $2) AND orders >= $3
                AND COALESCE(last_ordered_at, -1) >= $4 AND COALESCE(last_ordered_at, -1) < $5
                AND COALESCE(first_ordered_at, -1) >= $6 AND COALESCE(first_ordered_at, -1) < $7
                AND order_days >= $8 AND order_days <= $9
                AND (orders, customer) < ($10, $11)
              ORDER BY orders DESC, customer DESC LIMIT $12"
        ),
        Sort::LastOrdered => sql!(
            "SELECT COALESCE(last_ordered_at, -1) AS sort_key, m.* FROM customer_metrics m
              WHERE (CAST($1 AS BOOLEAN) IS NULL OR (standing = 'won_back') = $1)
                AND (CAST($2 AS TEXT) IS NULL OR country = $2) AND orders >= $3
                AND COALESCE(last_ordered_at, -1) >= $4 AND COALESCE(last_ordered_at, -1) < $5
                AND COALESCE(first_ordered_at, -1) >= $6 AND COALESCE(first_ordered_at, -1) < $7
                AND order_days >= $8 AND order_days <= $9
                AND (COALESCE(last_ordered_at, -1), customer) < ($10, $11)
              ORDER BY COALESCE(last_ordered_at, -1) DESC, customer DESC LIMIT $12"
        ),
        Sort::FirstOrdered => sql!(
            "SELECT COALESCE(first_ordered_at, -1) AS sort_key, m.* FROM customer_metrics m
              WHERE (CAST($1 AS BOOLEAN) IS NULL OR (standing = 'won_back') = $1)
                AND (CAST($2 AS TEXT) IS NULL OR country = $2) AND orders >= $3
                AND COALESCE(last_ordered_at, -1) >= $4 AND COALESCE(last_ordered_at, -1) < $5
                AND COALESCE(first_ordered_at, -1) >= $6 AND COALESCE(first_ordered_at, -1) < $7
                AND order_days >= $8 AND order_days <= $9
                AND (COALESCE(first_ordered_at, -1), customer) < ($10, $11)
              ORDER BY COALESCE(first_ordered_at, -1) DESC, customer DESC LIMIT $12"
        ),
    };
    conn.rows(statement, &params)?
        .iter()
        .map(|row| Ok((row.int("sort_key")?, metrics_row(row)?)))
        .collect()
}

/// The parameters $1 to $9 of every statement over a filtered list.
fn filter_values(filter: &ListFilter) -> Vec<Value> {
    let (earliest, latest) = (Millis(i64::MIN), Millis(i64::MAX));
    vec![
        filter.won_back.into(),
        filter.country.clone().into(),
        filter.orders_min.into(),
        filter.ordered_from.unwrap_or(earliest).into(),
        filter.ordered_before.unwrap_or(latest).into(),
        filter.first_ordered_from.unwrap_or(earliest).into(),
        filter.first_ordered_before.unwrap_or(latest).into(),
        filter.order_days_min.into(),
        filter.order_days_max.unwrap_or(i64::MAX).into(),
    ]
}

/// How many customers a filter lets through.
///
/// # Errors
/// When the database fails.
pub fn metrics_count(conn: &mut Conn, filter: &ListFilter) -> Result<i64, StoreError> {
    conn.one(
        sql!(
            "SELECT COUNT(*) AS n FROM customer_metrics
              WHERE (CAST($1 AS BOOLEAN) IS NULL OR (standing = 'won_back') = $1)
                AND (CAST($2 AS TEXT) IS NULL OR country = $2) AND orders >= $3
                AND COALESCE(last_ordered_at, -1) >= $4 AND COALESCE(last_ordered_at, -1) < $5
                AND COALESCE(first_ordered_at, -1) >= $6 AND COALESCE(first_ordered_at, -1) < $7
                AND order_days >= $8 AND order_days <= $9"
        ),
        &filter_values(filter),
    )?
    .int("n")
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

fn metrics_row(row: &Row) -> Result<MetricsRow, StoreError> {
    let standing = serde_json::from_value(serde_json::Value::from(row.text("standing")?))
        .map_err(StoreError::shape)?;
    Ok(MetricsRow {
        customer: row.stream("customer")?,
        metrics: Metrics {
            first_seen_at: row.millis_or_null("first_seen_at")?,
            last_seen_at: row.millis_or_null("last_seen_at")?,
            first_ordered_at: row.millis_or_null("first_ordered_at")?,
            last_ordered_at: row.millis_or_null("last_ordered_at")?,
            orders: row.int("orders")?,
            order_days: row.int("order_days")?,
            items: row.int("items")?,
            gross: row.int("gross")?,
            refunds: row.int("refunds")?,
            net: row.int("net")?,
            product: row.int("product")?,
            visits: row.int("visits")?,
            complaints: row.int("complaints")?,
            standing,
            country: row.text_or_null("country")?.map(str::to_owned),
        },
        unmatched_refund_units: row.int("unmatched_refund_units")?,
    })
}

/// Sums over all customers' metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Customers, with orders or without.
    pub customers: i64,
    /// Customers with at least one order.
    pub buyers: i64,
    /// Customers who ordered more than once.
    pub repeat_buyers: i64,
    /// Orders.
    pub orders: i64,
    /// As ordered, minor units.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Net of products alone.
    pub product: i64,
    /// Net of customers who ordered more than once.
    pub repeat_net: i64,
    /// Units that went back and match no order we know.
    pub unmatched_refund_units: i64,
}

/// Sums over all customers' metrics.
///
/// # Errors
/// When the database fails.
pub fn metrics_totals(conn: &mut Conn) -> Result<Totals, StoreError> {
    let row = conn.one(
        sql!(
            "SELECT COUNT(*) AS customers, COUNT(*) FILTER (WHERE orders > 0) AS buyers,
                    COUNT(*) FILTER (WHERE orders > 1) AS repeat_buyers,
                    CAST(COALESCE(SUM(orders), 0) AS BIGINT) AS orders,
                    CAST(COALESCE(SUM(gross), 0) AS BIGINT) AS gross,
                    CAST(COALESCE(SUM(refunds), 0) AS BIGINT) AS refunds,
                    CAST(COALESCE(SUM(product), 0) AS BIGINT) AS product,
                    CAST(COALESCE(SUM(net) FILTER (WHERE orders > 1), 0) AS BIGINT) AS repeat_net,
                    CAST(COALESCE(SUM(unmatched_refund_units), 0) AS BIGINT) AS unmatched
               FROM customer_metrics"
        ),
        &[],
    )?;
    Ok(Totals {
        customers: row.int("customers")?,
        buyers: row.int("buyers")?,
        repeat_buyers: row.int("repeat_buyers")?,
        orders: row.int("orders")?,
        gross: row.int("gross")?,
        refunds: row.int("refunds")?,
        product: row.int("product")?,
        repeat_net: row.int("repeat_net")?,
        unmatched_refund_units: row.int("unmatched")?,
    })
}

/// The countries of customers with how many there are, most frequent first.
///
/// # Errors
/// When the database fails.
pub fn metrics_countries(conn: &mut Conn, limit: u32) -> Result<Vec<(String, i64)>, StoreError> {
    conn.rows(
        sql!(
            "SELECT country, COUNT(*) AS n FROM customer_metrics WHERE country IS NOT NULL
              GROUP BY country ORDER BY n DESC, country LIMIT $1"
        ),
        &[i64::from(limit).into()],
    )?
    .into_iter()
    .map(|mut row| Ok((row.take_text("country")?, row.int("n")?)))
    .collect()
}

/// The earliest and the latest sign of life of any customer, if there is one.
///
/// # Errors
/// When the database fails.
pub fn seen_span(conn: &mut Conn) -> Result<Option<(Millis, Millis)>, StoreError> {
    let row = conn.one(
        sql!("SELECT MIN(first_seen_at) AS first FROM customer_metrics"),
        &[],
    )?;
    let first = row.millis_or_null("first")?;
    Ok(first.zip(seen_last(conn)?))
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
