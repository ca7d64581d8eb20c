//! Customers as they are shown: lists, one customer, the timeline.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{Standing, State, view};
use domain::events::{Behaviour, Personal, RefundMatch, match_refunds};
use domain::ids::StreamId;
use domain::time::Millis;
use domain::trust::query_words;
use serde::Serialize;
use store::StoreError;
use store::events::StoredFact;
use store::insight::{ListFilter, MetricsRow, Sort};

use crate::loyalty::WalletUnit;
use crate::trust::StreamKey;
use crate::{App, AppError};

/// Streams that one search word may lead to before the search asks for more words.
const SEARCH_STREAMS_MAX: u32 = 5_000;
/// The most rows of one page of a list or a timeline.
const PAGE_ROWS_MAX: u32 = 200;

/// What a list of customers is to show.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Words of a name, an address, a number; empty for everybody.
    pub search: String,
    /// Which customers.
    pub filter: ListFilter,
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
    /// Where the customer stands now.
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

/// One customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerPage {
    /// The customer's id.
    pub customer: String,
    /// A name for people.
    pub label: String,
    /// Under which names the customer is known.
    pub identities: Vec<IdentityView>,
    /// The streams of which the customer consists, with the number of facts of each.
    pub streams: Vec<(String, u64)>,
    /// What the person told about themselves.
    pub traits: Personal,
    /// Where the customer stands now.
    pub standing: Standing,
    /// Whole days since the latest order.
    pub days_since_last_order: Option<i64>,
    /// The state: every metric.
    pub state: State,
    /// What is in the wallet.
    pub wallet: Vec<WalletUnit>,
    /// Profiles that were joined to this one, and those that were separated again.
    pub merges: Vec<MergeView>,
    /// Refunds with the orders they were matched with.
    pub refunds: Vec<RefundMatch>,
}

/// A name under which a customer is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct IdentityView {
    /// The word of its namespace.
    pub namespace: String,
    /// Its value.
    pub value: String,
    /// The stream that bears it.
    pub stream: String,
}

/// A merge as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeView {
    /// Its id, by which it is undone.
    pub merge: String,
    /// The profile that gave way.
    pub from: String,
    /// The profile that stayed.
    pub into: String,
    /// When it was made, in milliseconds since 1970.
    pub at: i64,
    /// When it was undone, in milliseconds since 1970.
    pub undone_at: Option<i64>,
}

/// One fact of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactView {
    /// Its id.
    pub id: String,
    /// The stream it came to.
    pub stream: String,
    /// The sender's own id of the message.
    pub message_id: Option<String>,
    /// What happened.
    pub name: String,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// When it reached the shop, in milliseconds since 1970.
    pub received_at: i64,
    /// Where it came from.
    pub channel: String,
    /// Observed, historical or decided.
    pub origin: String,
    /// The fact that caused a decided one.
    pub cause: Option<String>,
    /// What happened, typed.
    #[serde(skip)]
    pub behaviour: Behaviour,
    /// Its declared fields.
    pub properties: serde_json::Value,
    /// What is personal about it.
    pub personal: Personal,
}

/// A page of a timeline, the newest fact first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// The facts.
    pub events: Vec<FactView>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

impl App {
    /// A page of customers.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when a search is too wide, or the store's.
    pub fn customer_list(&self, query: &ListQuery) -> Result<CustomerList, AppError> {
        let limit = query.limit.clamp(1, PAGE_ROWS_MAX);
        let words = query_words(&query.search);
        let (mut rows, total) = if words.is_empty() {
            self.inner.store.read(|conn| {
                let total = store::insight::metrics_count(conn, &query.filter)?;
                let (filter, sort, after) = (&query.filter, query.sort, query.after);
                let rows = store::insight::metrics_page(conn, filter, sort, after, limit + 1)?;
                Ok((rows, total))
            })?
        } else {
            self.search(&words, query)?
        };
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|(key, row)| (*key, row.customer));
        let rows: Vec<MetricsRow> = rows.into_iter().map(|(_, row)| row).collect();
        Ok(CustomerList {
            customers: self.list_items(rows)?,
            total,
            next,
        })
    }

    /// The customers who bear all words, sorted and filtered as the list is.
    fn search(
        &self,
        words: &[String],
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
            .filter(|row| passes(&query.filter, row))
            .map(|row| (sort_key(query.sort, &row), row))
            .collect();
        rows.sort_by_key(|(key, row)| std::cmp::Reverse((*key, row.customer)));
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if let Some(after) = query.after {
            rows.retain(|(key, row)| (*key, row.customer) < after);
        }
        Ok((rows, total))
    }

    fn list_items(&self, rows: Vec<MetricsRow>) -> Result<Vec<CustomerListItem>, AppError> {
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
        let programme = &self.in_force().programme;
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
                let standing = view(&customer.state, programme, self.now()).standing;
                Some(list_item(row, label, standing))
            })
            .collect())
    }

    /// One customer.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], [`AppError::Unreadable`], or the store's.
    pub fn customer_page(&self, root: StreamId) -> Result<CustomerPage, AppError> {
        let (row, merges) = self.inner.store.read(|conn| {
            let row = store::customers::customer_read(conn, &[root])?
                .into_iter()
                .next();
            let streams: Vec<StreamId> = row
                .iter()
                .flat_map(|row| row.streams.keys().copied())
                .collect();
            Ok((row, store::customers::merges_of(conn, &streams)?))
        })?;
        let row = row.ok_or(AppError::NoCustomer)?;
        let streams: Vec<StreamId> = row.streams.keys().copied().collect();
        let keys = self.stream_keys(&streams)?;
        let identities = self.identities(&streams, &keys)?;
        let traits = self.traits_by_stream(&streams, &keys)?;
        let told = join_traits(root, &row.streams, &traits);
        let view = view(&row.state, &self.in_force().programme, self.now());
        Ok(CustomerPage {
            customer: root.to_string(),
            label: label(root, &told, &identities),
            identities,
            streams: row
                .streams
                .iter()
                .map(|(it, seq)| (it.to_string(), *seq))
                .collect(),
            traits: told,
            standing: view.standing,
            days_since_last_order: view.days_since_last_order,
            refunds: self.matched_refunds(&row.state, &streams)?,
            state: row.state,
            wallet: self.wallet(root)?,
            merges: merges
                .into_iter()
                .map(|merge| MergeView {
                    merge: merge.edge.id.to_string(),
                    from: merge.edge.from.to_string(),
                    into: merge.edge.into.to_string(),
                    at: merge.at.0,
                    undone_at: merge.undone_at.map(|at| at.0),
                })
                .collect(),
        })
    }

    fn matched_refunds(
        &self,
        state: &State,
        streams: &[StreamId],
    ) -> Result<Vec<RefundMatch>, AppError> {
        if state.observed.refunds == 0 {
            return Ok(Vec::new());
        }
        let facts = self
            .inner
            .store
            .read(|conn| store::events::facts_of_streams(conn, streams))?;
        let (mut orders, mut refunds) = (Vec::new(), Vec::new());
        for stored in &facts {
            match &stored.fact.behaviour {
                Behaviour::Ordered(order) => orders.push((stored.fact.at, order)),
                Behaviour::Refunded(refund) => refunds.push((stored.fact.at, refund)),
                _ => {}
            }
        }
        Ok(match_refunds(&orders, &refunds))
    }

    /// A page of a customer's timeline, the newest fact first, over all of their streams.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], [`AppError::Invalid`] for a cursor that is none, or the store's.
    pub fn timeline(
        &self,
        root: StreamId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Timeline, AppError> {
        let limit = limit.clamp(1, PAGE_ROWS_MAX);
        let row = self
            .inner
            .store
            .read(|conn| store::customers::customer_read(conn, &[root]))?
            .into_iter()
            .next()
            .ok_or(AppError::NoCustomer)?;
        let mut before: BTreeMap<StreamId, u64> = row
            .streams
            .iter()
            .map(|(stream, seq)| (*stream, seq + 1))
            .collect();
        if let Some(cursor) = cursor {
            read_cursor(cursor, &mut before)?;
        }
        let mut facts = self.inner.store.read(|conn| {
            let mut facts = Vec::new();
            for (stream, seq) in &before {
                facts.extend(store::events::facts_newest(conn, *stream, *seq, limit + 1)?);
            }
            Ok(facts)
        })?;
        facts.sort_by_key(|stored| std::cmp::Reverse(stored.fact.place()));
        let more = facts.len() > limit as usize;
        facts.truncate(limit as usize);
        for stored in &facts {
            before.insert(stored.fact.stream, stored.fact.seq);
        }
        let streams: Vec<StreamId> = row.streams.keys().copied().collect();
        let keys = self.stream_keys(&streams)?;
        Ok(Timeline {
            events: facts
                .into_iter()
                .map(|it| fact_view(it, &keys))
                .collect::<Result<_, _>>()?,
            next: more.then(|| write_cursor(&before)),
        })
    }

    /// The keys of these streams.
    pub(crate) fn stream_keys(
        &self,
        streams: &[StreamId],
    ) -> Result<BTreeMap<StreamId, StreamKey>, AppError> {
        let wrapped = self
            .inner
            .store
            .read(|conn| store::trust::keys_of(conn, streams))?;
        wrapped
            .into_iter()
            .map(|(stream, wrapped)| Ok((stream, self.inner.vault.unwrap_key(&wrapped)?)))
            .collect()
    }

    /// What people told about themselves, by stream.
    pub(crate) fn traits_by_stream(
        &self,
        streams: &[StreamId],
        keys: &BTreeMap<StreamId, StreamKey>,
    ) -> Result<BTreeMap<StreamId, Personal>, AppError> {
        let profiles = self
            .inner
            .store
            .read(|conn| store::trust::profiles_of(conn, streams))?;
        profiles
            .into_iter()
            .filter_map(|profile| Some((keys.get(&profile.stream)?, profile)))
            .map(|(key, profile)| Ok((profile.stream, key.open(&profile.traits)?)))
            .collect()
    }

    fn identities(
        &self,
        streams: &[StreamId],
        keys: &BTreeMap<StreamId, StreamKey>,
    ) -> Result<Vec<IdentityView>, AppError> {
        let stored = self
            .inner
            .store
            .read(|conn| store::customers::identities_of(conn, streams))?;
        let mut identities = stored
            .into_iter()
            .filter_map(|identity| Some((keys.get(&identity.stream)?, identity)))
            .map(|(key, identity)| {
                Ok(IdentityView {
                    value: key.open_text(&identity.value)?,
                    namespace: identity.namespace,
                    stream: identity.stream.to_string(),
                })
            })
            .collect::<Result<Vec<_>, AppError>>()?;
        identities.sort();
        Ok(identities)
    }
}

/// The root's own words stand over those of streams that were merged into it.
fn join_traits(
    root: StreamId,
    streams: &BTreeMap<StreamId, u64>,
    traits: &BTreeMap<StreamId, Personal>,
) -> Personal {
    let others = streams.keys().filter(|stream| **stream != root);
    others
        .chain([&root])
        .filter_map(|stream| traits.get(stream))
        .flat_map(|traits| traits.clone())
        .collect()
}

/// A name for people: the name told, else an identity, else the id.
fn label(root: StreamId, traits: &Personal, identities: &[IdentityView]) -> String {
    let whole = traits.get("name").cloned();
    let parts = || {
        let parts: Vec<&str> = ["first_name", "last_name"]
            .iter()
            .filter_map(|part| traits.get(*part).map(String::as_str))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let by_identity = || {
        ["user_id", "email", "phone", "card"]
            .into_iter()
            .find_map(|namespace| {
                let found = identities
                    .iter()
                    .find(|identity| identity.namespace == namespace);
                found.map(|identity| identity.value.clone())
            })
    };
    whole
        .or_else(parts)
        .or_else(by_identity)
        .unwrap_or_else(|| root.to_string())
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
    filter
        .standing
        .as_deref()
        .is_none_or(|it| it == metrics.standing.word())
        && filter
            .country
            .as_deref()
            .is_none_or(|it| Some(it) == metrics.country.as_deref())
        && metrics.orders >= filter.orders_min
        && filter.ordered_from.is_none_or(|from| last >= from)
        && filter.ordered_before.is_none_or(|before| last < before)
        && filter.first_ordered_from.is_none_or(|from| first >= from)
        && filter.first_ordered_before.is_none_or(|before| first < before)
}

fn fact_view(
    stored: StoredFact,
    keys: &BTreeMap<StreamId, StreamKey>,
) -> Result<FactView, AppError> {
    let fact = stored.fact;
    let personal = match (&stored.personal, keys.get(&fact.stream)) {
        (Some(sealed), Some(key)) => key.open(sealed)?,
        _ => Personal::new(),
    };
    let properties = serde_json::from_str(&fact.behaviour.body())
        .map_err(|error| AppError::Store(StoreError::shape(error)))?;
    Ok(FactView {
        id: fact.id.to_string(),
        stream: fact.stream.to_string(),
        message_id: stored.message_id,
        name: fact.behaviour.name().to_owned(),
        at: fact.at.0,
        received_at: fact.received_at.0,
        channel: fact.channel.to_string(),
        origin: fact.origin.word().to_owned(),
        cause: fact.cause.map(|cause| cause.to_string()),
        behaviour: fact.behaviour,
        properties,
        personal,
    })
}

/// A cursor names, for each stream, the sequence number before which the next page starts.
fn write_cursor(before: &BTreeMap<StreamId, u64>) -> String {
    let parts: Vec<String> = before
        .iter()
        .map(|(it, seq)| format!("{it}.{seq}"))
        .collect();
    parts.join("~")
}

fn read_cursor(cursor: &str, before: &mut BTreeMap<StreamId, u64>) -> Result<(), AppError> {
    let wrong = || AppError::Invalid("this cursor is not one that a page gave".to_owned());
    for part in cursor.split('~') {
        let (stream, seq) = part.split_once('.').ok_or_else(wrong)?;
        let stream: StreamId = stream.parse().map_err(|_| wrong())?;
        let seq: u64 = seq.parse().map_err(|_| wrong())?;
        // A stream that was merged since the last page is shown from its newest fact; one that
        // left is not shown.
        if let Some(place) = before.get_mut(&stream) {
            *place = seq.min(*place);
        }
    }
    Ok(())
}
