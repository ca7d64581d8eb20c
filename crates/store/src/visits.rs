//! Visits among the daily sums.

use domain::time::Day;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::sql;

/// A sum over some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitSum {
    /// What was summed, by its word.
    pub metric: String,
    /// Under what: `all`, or `source:google`.
    pub dimension: String,
    /// The sum.
    pub value: i64,
}

/// A sum of the whole shop on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitDay {
    /// The day in the shop's zone.
    pub day: Day,
    /// What was summed, by its word.
    pub metric: String,
    /// The sum.
    pub value: i64,
}

/// Under what a writer has counted visits, pages and searches on a day.
///
/// # Errors
/// When the database fails.
pub fn names_of_day(conn: &mut Conn, stripe: i64, day: Day) -> Result<Vec<String>, StoreError> {
    conn.rows(
        sql!(
            "SELECT DISTINCT dimension FROM rollups
              WHERE stripe = $1 AND day = $2 AND metric IN ('visits', 'page_views', 'searches')
              ORDER BY dimension"
        ),
        &[stripe.into(), i64::from(day.0).into()],
    )?
    .into_iter()
    .map(|mut row| row.take_text("dimension"))
    .collect()
}

/// Everything that was counted of visits from one day to another, both included.
///
/// # Errors
/// When the database fails.
pub fn visit_sums(conn: &mut Conn, from: Day, to: Day) -> Result<Vec<VisitSum>, StoreError> {
    conn.rows(
        sql!(
            "SELECT metric, dimension, CAST(SUM(value) AS BIGINT) AS value FROM rollups
              WHERE day >= $1 AND day <= $2
                AND (metric LIKE 'visits%' OR metric LIKE 'page_%' OR metric = 'searches')
              GROUP BY metric, dimension ORDER BY metric, dimension"
        ),
        &[i64::from(from.0).into(), i64::from(to.0).into()],
    )?
    .into_iter()
    .map(|mut row| {
        Ok(VisitSum {
            metric: row.take_text("metric")?,
            dimension: row.take_text("dimension")?,
            value: row.int("value")?,
        })
    })
    .collect()
}

/// What each day brought to the whole shop, in order.
///
/// # Errors
/// When the database fails.
pub fn visit_days(conn: &mut Conn) -> Result<Vec<VisitDay>, StoreError> {
    conn.rows(
        sql!(
            "SELECT day, metric, CAST(SUM(value) AS BIGINT) AS value FROM rollups
              WHERE dimension = 'all' AND (metric LIKE 'visits%' OR metric = 'page_views')
              GROUP BY day, metric ORDER BY day, metric"
        ),
        &[],
    )?
    .into_iter()
    .map(|mut row| {
        Ok(VisitDay {
            day: Day(i32::try_from(row.int("day")?).map_err(StoreError::shape)?),
            metric: row.take_text("metric")?,
            value: row.int("value")?,
        })
    })
    .collect()
}
