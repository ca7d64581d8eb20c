//! Lists of customers: those for whom a question holds, sorted by their metrics, or found by
//! words.
//!
//! They are drawn from the population, and from the store while it is still being read: the same
//! pages, only slower.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::customers::{Metrics, Standing, view};
use domain::ids::StreamId;
use domain::segments::Test;
use domain::time::Millis;
use domain::trust::query_words;
use serde::Serialize;
use store::insight::Sort;

use super::PAGE_ROWS_MAX;
use super::person::{IdentityView, join_traits, label};
use crate::insight::{Insight, Place, Population, PopulationState};
use crate::{App, AppError};

/// Streams that one search word may lead to before the search asks for more words.
const SEARCH_STREAMS_MAX: u32 = 5_000;
/// The most customers of one sample.
pub const SAMPLE_MAX: u32 = 100;

/// What a list of customers is to show.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Words of a name, an address, a number; empty for everybody.
    pub search: String,
    /// Which customers; see [`App::question`].
    pub test: Test,
    /// In which order.
    pub sort: Sort,
    /// Behind which row the page starts: the `next` of the page before.
    pub after: Option<(i64, StreamId)>,
    /// At most so many rows, and never more than 200.
    pub limit: u32,
}

impl Default for ListQuery {
    /// Everybody, the highest net sales first.
    fn default() -> Self {
        Self {
            search: String::new(),
            test: Test::Constant(true),
            sort: Sort::default(),
            after: None,
            limit: 0,
        }
    }
}

/// A page of customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerList {
    /// The rows.
    pub customers: Vec<CustomerListItem>,
    /// How many customers there are in all pages, and in the shop.
    #[serde(flatten)]
    pub count: CustomerCount,
    /// Where the next page starts; none on the last one.
    #[serde(skip)]
    pub next: Option<(i64, StreamId)>,
}

/// How many customers are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CustomerCount {
    /// For how many the question holds.
    pub total: i64,
    /// How many there are at all.
    pub of: i64,
    /// While the customers are still being read: so many percent of them are there.
    #[serde(skip)]
    pub warming: Option<u8>,
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

/// Rows of a file, and how many of them are read at once.
const FILE_ROWS_MAX: usize = 100_000;
const FILE_ROWS_AT_ONCE: usize = 5_000;

/// Rows of a list with their keys in its order.
type Rows = Vec<(i64, StreamId, Metrics)>;

impl App {
    /// A page of customers.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when a search is too wide, or the store's.
    pub fn customer_list(&self, query: &ListQuery) -> Result<CustomerList, AppError> {
        self.list_of(query, query.limit.clamp(1, PAGE_ROWS_MAX) as usize)
    }

    /// All customers of a question, in order, as a file has them: at most 100,000. There are more
    /// when it says where they would go on.
    ///
    /// # Errors
    /// As [`App::customer_list`].
    pub fn customer_list_whole(&self, query: &ListQuery) -> Result<CustomerList, AppError> {
        let mut whole = self.list_of(query, FILE_ROWS_AT_ONCE)?;
        while let Some(next) = whole.next.filter(|_| whole.customers.len() < FILE_ROWS_MAX) {
            let after = Some(next);
            let query = ListQuery {
                after,
                ..query.clone()
            };
            let page = self.list_of(&query, FILE_ROWS_AT_ONCE)?;
            whole.customers.extend(page.customers);
            whole.next = page.next;
        }
        Ok(whole)
    }

    fn list_of(&self, query: &ListQuery, limit: usize) -> Result<CustomerList, AppError> {
        let words = query_words(&query.search);
        let as_of = self.as_of()?;
        let population = self.population();
        let (mut rows, count) = if !words.is_empty() {
            let mut rows = self.search(&words, query)?;
            let count = self.counted(rows.len(), &population)?;
            if let Some(after) = query.after {
                rows.retain(|(key, customer, _)| (*key, *customer) < after);
            }
            (rows, count)
        } else if let PopulationState::Ready(population) = &population {
            let count = CustomerCount::of(population, population.count(&query.test));
            (held_page(population, query, limit + 1), count)
        } else {
            self.stored_page(query, limit + 1, &population)?
        };
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more);
        let next = next.map(|(key, customer, _)| (*key, *customer));
        let rows = rows.into_iter();
        let rows = rows.map(|(_, customer, metrics)| (customer, metrics));
        Ok(CustomerList {
            customers: self.list_items(rows.collect(), as_of)?,
            count,
            next,
        })
    }

    /// How many customers a question holds for, among those who bear all words of a search.
    ///
    /// # Errors
    /// As [`App::customer_list`].
    pub fn customer_count(&self, search: &str, test: &Test) -> Result<CustomerCount, AppError> {
        let population = self.population();
        let words = query_words(search);
        if !words.is_empty() {
            let query = ListQuery {
                test: test.clone(),
                ..ListQuery::default()
            };
            return self.counted(self.search(&words, &query)?.len(), &population);
        }
        if let PopulationState::Ready(population) = &population {
            return Ok(CustomerCount::of(population, population.count(test)));
        }
        let found = self
            .inner
            .store
            .read(|conn| store::segments::count_where(conn, test))?;
        self.counted(usize::try_from(found).unwrap_or(0), &population)
    }

    /// Some of the customers for whom a question holds: at even distances in order of their ids,
    /// which is the order in which they came, so that the same question shows the same customers.
    /// At most [`SAMPLE_MAX`].
    ///
    /// # Errors
    /// The store's.
    pub fn customer_sample(
        &self,
        test: &Test,
        size: u32,
    ) -> Result<Insight<Vec<CustomerListItem>>, AppError> {
        let population = match self.population() {
            PopulationState::Ready(population) => population,
            PopulationState::Warming { percent } => return Ok(Insight::Warming(percent)),
        };
        let size = size.min(SAMPLE_MAX) as usize;
        let selected = population.select(test);
        let all = selected.len();
        let wanted: BTreeSet<usize> = (0..size.min(all))
            .map(|place| place * all / size.min(all))
            .collect();
        let places = selected.iter().enumerate();
        let rows = places
            .filter(|(place, _)| wanted.contains(place))
            .map(|(_, place)| (population.id(place), population.metrics(place)));
        let items = self.list_items(rows.collect(), self.as_of()?)?;
        Ok(Insight::Ready(Arc::new(items)))
    }

    fn counted(
        &self,
        total: usize,
        population: &PopulationState,
    ) -> Result<CustomerCount, AppError> {
        match population {
            PopulationState::Ready(population) => Ok(CustomerCount::of(population, total)),
            PopulationState::Warming { percent } => Ok(CustomerCount {
                total: whole(total),
                of: self.inner.store.read(store::insight::metrics_rows)?,
                warming: Some(*percent),
            }),
        }
    }

    fn stored_page(
        &self,
        query: &ListQuery,
        limit: usize,
        population: &PopulationState,
    ) -> Result<(Rows, CustomerCount), AppError> {
        let (sort, after) = (query.sort, query.after);
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let (rows, total) = self.inner.store.read(|conn| {
            Ok((
                store::segments::customers_where(conn, &query.test, sort, after, limit)?,
                store::segments::count_where(conn, &query.test)?,
            ))
        })?;
        let rows = rows.into_iter();
        let rows = rows.map(|(key, row)| (key, row.customer, row.metrics));
        let total = usize::try_from(total).unwrap_or(0);
        Ok((rows.collect(), self.counted(total, population)?))
    }

    /// The customers who bear all words and for whom the question holds, in order.
    fn search(&self, words: &[String], query: &ListQuery) -> Result<Rows, AppError> {
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
        let mut rows: Rows = rows
            .into_iter()
            .filter(|row| query.test.holds(&row.metrics))
            .map(|row| {
                (
                    sort_key(query.sort, &row.metrics),
                    row.customer,
                    row.metrics,
                )
            })
            .collect();
        rows.sort_by_key(|(key, customer, _)| Reverse((*key, *customer)));
        Ok(rows)
    }

    fn list_items(
        &self,
        rows: Vec<(StreamId, Metrics)>,
        as_of: Millis,
    ) -> Result<Vec<CustomerListItem>, AppError> {
        let roots: Vec<StreamId> = rows.iter().map(|(customer, _)| *customer).collect();
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
            .filter_map(|(root, metrics)| {
                let customer = by_root.get(&root)?;
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
                Some(list_item(root, metrics, label, standing))
            })
            .collect())
    }
}

fn list_item(
    customer: StreamId,
    metrics: Metrics,
    label: String,
    standing: Standing,
) -> CustomerListItem {
    CustomerListItem {
        customer: customer.to_string(),
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

impl CustomerCount {
    fn of(population: &Population, total: usize) -> Self {
        Self {
            total: whole(total),
            of: whole(population.len()),
            warming: None,
        }
    }
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn held_page(population: &Population, query: &ListQuery, limit: usize) -> Rows {
    let selected = population.select(&query.test);
    let top = population.top(&selected, query.sort, query.after, limit);
    let row = |(key, place): (i64, Place)| (key, population.id(place), population.metrics(place));
    top.into_iter().map(row).collect()
}

fn sort_key(sort: Sort, metrics: &Metrics) -> i64 {
    let or_never = |at: Option<Millis>| at.map_or(-1, |at| at.0);
    match sort {
        Sort::Net => metrics.net,
        Sort::Orders => metrics.orders,
        Sort::LastOrdered => or_never(metrics.last_ordered_at),
        Sort::FirstOrdered => or_never(metrics.first_ordered_at),
    }
}
