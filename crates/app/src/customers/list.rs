//! Lists of customers: sorted and filtered by their metrics, or found by words.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{Standing, view};
use domain::ids::StreamId;
use domain::time::Millis;
use domain::trust::query_words;
use serde::Serialize;
use store::insight::{ListFilter, MetricsRow, Sort};

use super::PAGE_ROWS_MAX;
use super::person::{IdentityView, join_traits, label};
use crate::{App, AppError};

/// Streams that one search word may lead to before the search asks for more words.
const SEARCH_STREAMS_MAX: u32 = 5_000;

/// What a list of customers is to show.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Words of a name, an address, a number; empty for everybody.
    pub search: String,
    /// Which customers.
    pub filter: ListFilter,
    /// Only customers who stand here, as of the shop's newest fact.
    pub standing: Option<Standing>,
    /// In which order.
    pub sort: Sort,
    /// Behind which row the page starts: the `next` of the page before.
    pub after: Option<(i64, StreamId)>,
    /// At most so many rows, and never more than 200.
    pub limit: u32,
}

/// A page of customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerList {
    /// The rows.
    pub customers: Vec<CustomerListItem>,
    /// How many customers there are in all pages.
    pub total: i64,
    /// Where the next page starts; none on the last one.
    #[serde(skip)]
    pub next: Option<(i64, StreamId)>,
}

/// One row of a list of customers; amounts in minor units of the shop's currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerListItem {
    /// The customer's id.
    pub customer: String,
    /// A name for people: the name told, else the most trusted identity.
    pub label: String,
    /// Where the customer stands as of the shop's newest fact.
    pub standing: Standing,
    /// Where the latest order went.
    pub country: Option<String>,
    /// Orders of more than nothing.
    pub orders: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Gross less refunds.
    pub net: i64,
    /// The first order, in milliseconds since 1970.
    pub first_ordered_at: Option<i64>,
    /// The latest order, in milliseconds since 1970.
    pub last_ordered_at: Option<i64>,
}

impl App {
    /// A page of customers.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when a search is too wide, or the store's.
    pub fn customer_list(&self, query: &ListQuery) -> Result<CustomerList, AppError> {
        let limit = query.limit.clamp(1, PAGE_ROWS_MAX);
        let words = query_words(&query.search);
        let as_of = self.as_of()?;
        let filter = &match query.standing {
            Some(standing) => standing_filter(&query.filter, standing, &self.lapse(as_of)),
            None => query.filter.clone(),
        };
        let (mut rows, total) = if words.is_empty() {
            self.inner.store.read(|conn| {
                let total = store::insight::metrics_count(conn, filter)?;
                let (sort, after) = (query.sort, query.after);
                let rows = store::insight::metrics_page(conn, filter, sort, after, limit + 1)?;
                Ok((rows, total))
            })?
        } else {
            self.search(&words, filter, query)?
        };
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|(key, row)| (*key, row.customer));
        let rows: Vec<MetricsRow> = rows.into_iter().map(|(_, row)| row).collect();
        Ok(CustomerList {
            customers: self.list_items(rows, as_of)?,
            total,
            next,
        })
    }

    /// Who ordered last before this moment counts as lapsed at `as_of`.
    fn lapse(&self, as_of: Millis) -> LapseBound {
        let days = i64::from(self.in_force().programme.lapse_after_days);
        LapseBound(as_of.plus(1 - days * Millis::DAY))
    }

    /// The customers who bear all words, sorted and filtered as the list is.
    fn search(
        &self,
        words: &[String],
        filter: &ListFilter,
        query: &ListQuery,
    ) -> Result<(Vec<(i64, MetricsRow)>, i64), AppError> {
        let rows = self.inner.store.read(|conn| {
            let mut found: Option<BTreeSet<StreamId>> = None;
            for word in words {
                let token = self.inner.vault.search_token(word);
                let streams = store::trust::search_find(conn, &token, SEARCH_STREAMS_MAX)?;
                let roots = store::customers::stream_roots(conn, &streams)?;
                let roots: BTreeSet<StreamId> = roots.into_values().collect();
                found = Some(match found {
                    Some(before) => before.intersection(&roots).copied().collect(),
                    None => roots,
                });
            }
            let roots: Vec<StreamId> = found.unwrap_or_default().into_iter().collect();
            store::insight::metrics_of(conn, &roots)
        })?;
        let mut rows: Vec<(i64, MetricsRow)> = rows
            .into_iter()
            .filter(|row| passes(filter, row))
            .map(|row| (sort_key(query.sort, &row), row))
            .collect();
        rows.sort_by_key(|(key, row)| std::cmp::Reverse((*key, row.customer)));
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if let Some(after) = query.after {
            rows.retain(|(key, row)| (*key, row.customer) < after);
        }
        Ok((rows, total))
    }

    fn list_items(
        &self,
        rows: Vec<MetricsRow>,
        as_of: Millis,
    ) -> Result<Vec<CustomerListItem>, AppError> {
        let roots: Vec<StreamId> = rows.iter().map(|row| row.customer).collect();
        let customers = self
            .inner
            .store
            .read(|conn| store::customers::customer_read(conn, &roots))?;
        let streams: Vec<StreamId> = customers
            .iter()
            .flat_map(|row| row.streams.keys().copied())
            .collect();
        let keys = self.stream_keys(&streams)?;
        let traits = self.traits_by_stream(&streams, &keys)?;
        let identities = self.identities(&streams, &keys)?;
        let in_force = self.in_force();
        let by_root: BTreeMap<StreamId, &store::customers::CustomerRow> =
            customers.iter().map(|row| (row.root, row)).collect();
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let customer = by_root.get(&row.customer)?;
                let own: BTreeSet<String> =
                    customer.streams.keys().map(ToString::to_string).collect();
                let own_identities: Vec<IdentityView> = identities
                    .iter()
                    .filter(|it| own.contains(&it.stream))
                    .cloned()
                    .collect();
                let told = join_traits(customer.root, &customer.streams, &traits);
                let label = label(customer.root, &told, &own_identities);
                let standing =
                    view(&customer.state, &in_force.programme, &in_force.fold, as_of).standing;
                Some(list_item(row, label, standing))
            })
            .collect())
    }
}

fn list_item(row: MetricsRow, label: String, standing: Standing) -> CustomerListItem {
    let metrics = row.metrics;
    CustomerListItem {
        customer: row.customer.to_string(),
        label,
        standing,
        country: metrics.country,
        orders: metrics.orders,
        gross: metrics.gross,
        refunds: metrics.refunds,
        net: metrics.net,
        first_ordered_at: metrics.first_ordered_at.map(|at| at.0),
        last_ordered_at: metrics.last_ordered_at.map(|at| at.0),
    }
}

/// The moment after which a latest order keeps a customer from counting as lapsed.
struct LapseBound(Millis);

/// A standing as bounds on metrics: what [`view`] says, asked of many customers at once.
fn standing_filter(filter: &ListFilter, standing: Standing, lapse: &LapseBound) -> ListFilter {
    let mut filter = filter.clone();
    let later = |known: Option<Millis>| Some(known.map_or(lapse.0, |known| known.max(lapse.0)));
    match standing {
        Standing::Prospect => filter.order_days_max = Some(0),
        Standing::Lapsed => {
            filter.order_days_min = 1;
            let before = filter.ordered_before;
            filter.ordered_before = Some(before.map_or(lapse.0, |known| known.min(lapse.0)));
        }
        Standing::New | Standing::Returning | Standing::WonBack => {
            filter.ordered_from = later(filter.ordered_from);
            filter.won_back = Some(standing == Standing::WonBack);
            match standing {
                Standing::New => (filter.order_days_min, filter.order_days_max) = (1, Some(1)),
                Standing::Returning => filter.order_days_min = 2,
                _ => filter.order_days_min = 1,
            }
        }
    }
    filter
}

fn sort_key(sort: Sort, row: &MetricsRow) -> i64 {
    let or_never = |at: Option<Millis>| at.map_or(-1, |at| at.0);
    match sort {
        Sort::Net => row.metrics.net,
        Sort::Orders => row.metrics.orders,
        Sort::LastOrdered => or_never(row.metrics.last_ordered_at),
        Sort::FirstOrdered => or_never(row.metrics.first_ordered_at),
    }
}

fn passes(filter: &ListFilter, row: &MetricsRow) -> bool {
    let metrics = &row.metrics;
    let last = metrics.last_ordered_at.unwrap_or(Millis(-1));
    let first = metrics.first_ordered_at.unwrap_or(Millis(-1));
    let won_back = metrics.standing == Standing::WonBack;
    filter.won_back.is_none_or(|asked| asked == won_back)
        && filter
            .country
            .as_deref()
            .is_none_or(|it| Some(it) == metrics.country.as_deref())
        && metrics.order_days >= filter.order_days_min
        && filter
            .order_days_max
            .is_none_or(|max| metrics.order_days <= max)
        && metrics.orders >= filter.orders_min
        && filter.ordered_from.is_none_or(|from| last >= from)
        && filter.ordered_before.is_none_or(|before| last < before)
        && filter.first_ordered_from.is_none_or(|from| first >= from)
        && filter
            .first_ordered_before
            .is_none_or(|before| first < before)
}
