//! The SQL of a test: the same closed tree as one condition over the metrics of customers.
//!
//! Every comparison says that its column is known, so that there are two answers and no third,
//! and a negation is the exact opposite. Values are parameters; names of columns come from the
//! closed lists of [`domain::segments`].

use domain::events::Channel;
use domain::ids::StreamId;
use domain::segments::{COST_MAX, ChannelColumn, Column, Comparison, Test, WordColumn};

use crate::engine::Conn;
use crate::error::StoreError;
use crate::insight::{MetricsRow, Sort, metrics_row};
use crate::sql::SegmentSql;

/// How deep a condition may be. SQLite takes a thousand levels, and a comparison has some of its
/// own; what lowering makes stays below two thirds of this.
const DEPTH_MAX: usize = 900;

/// One page of the customers for whom a test holds: the sort column stands first so that the next
/// page starts behind it.
///
/// # Errors
/// When the test is larger than a question may be, or the database fails.
pub fn customers_where(
    conn: &mut Conn,
    test: &Test,
    sort: Sort,
    after: Option<(i64, StreamId)>,
    limit: u32,
) -> Result<Vec<(i64, MetricsRow)>, StoreError> {
    let key = match sort {
        Sort::Net => "net",
        Sort::Orders => "orders",
        Sort::LastOrdered => "COALESCE(last_ordered_at, -1)",
        Sort::FirstOrdered => "COALESCE(first_ordered_at, -1)",
    };
    let mut sql = SegmentSql::new("SELECT ");
    sql.push(key)
        .push(" AS sort_key, m.* FROM customer_metrics m WHERE ");
    condition(&mut sql, test)?;
    if let Some((sort_key, customer)) = after {
        sql.push(" AND (").push(key).push(", customer) < (");
        sql.bind(sort_key).push(", ").bind(customer).push(")");
    }
    sql.push(" ORDER BY ")
        .push(key)
        .push(" DESC, customer DESC LIMIT ");
    sql.bind(i64::from(limit));
    let rows = conn.rows_of_segment(&sql)?;
    rows.iter()
        .map(|row| Ok((row.int("sort_key")?, metrics_row(row)?)))
        .collect()
}

/// For how many customers a test holds.
///
/// # Errors
/// As [`customers_where`].
pub fn count_where(conn: &mut Conn, test: &Test) -> Result<i64, StoreError> {
    let mut sql = SegmentSql::new("SELECT COUNT(*) AS n FROM customer_metrics m WHERE ");
    condition(&mut sql, test)?;
    match conn.rows_of_segment(&sql)?.as_slice() {
        [row] => row.int("n"),
        _ => Err(StoreError::Missing("count of customers")),
    }
}

/// The condition that a test is, when it is no larger than lowering makes them.
fn condition(sql: &mut SegmentSql, test: &Test) -> Result<(), StoreError> {
    if test.comparisons() > COST_MAX {
        return Err(StoreError::Refused(format!(
            "a question has at most {COST_MAX} comparisons"
        )));
    }
    push_test(sql, test, 0)
}

fn push_test(sql: &mut SegmentSql, test: &Test, depth: usize) -> Result<(), StoreError> {
    if depth > DEPTH_MAX {
        return Err(StoreError::Refused(format!(
            "a question is at most {DEPTH_MAX} conditions deep"
        )));
    }
    match test {
        Test::Constant(answer) => {
            sql.push(if *answer { "TRUE" } else { "FALSE" });
        }
        Test::All(tests) => push_joined(sql, tests, " AND ", "TRUE", depth)?,
        Test::Any(tests) => push_joined(sql, tests, " OR ", "FALSE", depth)?,
        Test::Not(test) => {
            sql.push("NOT (");
            push_test(sql, test, depth + 1)?;
            sql.push(")");
        }
        Test::Number {
            column,
            comparison,
            value,
        } => push_number(sql, *column, *comparison, *value),
        Test::OnChannel {
            channel,
            column,
            comparison,
            value,
        } => push_on_channel(sql, *channel, *column, *comparison, *value),
        Test::Bits { column, bits } => {
            sql.push("((m.").push(column.name()).push(" & ").bind(*bits);
            sql.push(") <> 0 AND ");
            push_known(sql, column.name());
            sql.push(")");
        }
        Test::Word { column, words } => push_words(sql, *column, words),
        Test::KnownWord(WordColumn::Interests) => {
            sql.push("EXISTS (SELECT 1 FROM customer_interests i WHERE i.customer = m.customer)");
        }
        Test::Known(column) => push_known(sql, column.name()),
        Test::KnownWord(column) => push_known(sql, column.name()),
    }
    Ok(())
}

/// Joined in halves: a chain of a thousand would be as deep as it is long.
fn push_joined(
    sql: &mut SegmentSql,
    tests: &[Test],
    sign: &'static str,
    of_none: &'static str,
    depth: usize,
) -> Result<(), StoreError> {
    match tests {
        [] => {
            sql.push(of_none);
        }
        [only] => push_test(sql, only, depth)?,
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            sql.push("(");
            push_joined(sql, left, sign, of_none, depth + 1)?;
            sql.push(sign);
            push_joined(sql, right, sign, of_none, depth + 1)?;
            sql.push(")");
        }
    }
    Ok(())
}

fn push_known(sql: &mut SegmentSql, column: &'static str) {
    sql.push("m.").push(column).push(" IS NOT NULL");
}

fn push_number(sql: &mut SegmentSql, column: Column, comparison: Comparison, value: i64) {
    sql.push("(m.")
        .push(column.name())
        .push(" ")
        .push(comparison.sign());
    sql.push(" ").bind(value);
    sql.push(" AND ");
    push_known(sql, column.name());
    sql.push(")");
}

/// A channel on which nothing was sold has no row, and counts as what
/// [`ChannelColumn::nothing`] says.
fn push_on_channel(
    sql: &mut SegmentSql,
    channel: Channel,
    column: ChannelColumn,
    comparison: Comparison,
    value: i64,
) {
    let nothing_holds = column
        .nothing()
        .is_some_and(|nothing| comparison.holds(nothing, value));
    if nothing_holds {
        sql.push("NOT ");
    }
    sql.push(
        "EXISTS (SELECT 1 FROM customer_channels c
                  WHERE c.customer = m.customer AND c.channel = ",
    );
    sql.bind(channel.word()).push(" AND ");
    if nothing_holds {
        sql.push("NOT ");
    }
    sql.push("(c.")
        .push(column.name())
        .push(" ")
        .push(comparison.sign());
    sql.push(" ").bind(value).push("))");
}

fn push_words(sql: &mut SegmentSql, column: WordColumn, words: &[String]) {
    let mut words = words.iter();
    let Some(first) = words.next() else {
        sql.push("FALSE");
        return;
    };
    match column {
        WordColumn::Interests => sql.push(
            "EXISTS (SELECT 1 FROM customer_interests i
                      WHERE i.customer = m.customer AND i.interest IN (",
        ),
        _ => sql.push("(m.").push(column.name()).push(" IN ("),
    };
    sql.bind(first.as_str());
    for word in words {
        sql.push(", ").bind(word.as_str());
    }
    sql.push(")");
    if column != WordColumn::Interests {
        sql.push(" AND ");
        push_known(sql, column.name());
    }
    sql.push(")");
}
