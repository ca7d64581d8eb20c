//! News of orders by their number alone: a delivery, a refund. Whose they are is known when the
//! order is; until then they wait, so that files may come in any order.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::Resources;
use domain::events::{Behaviour, Event, OrderNews, Origin, Personal};
use domain::ids::StreamId;
use domain::time::Millis;
use store::events::{NewsKey, NewsRow, OrderKey};
use store::{Queue, StoreError, Tx};

use super::message_id;
use crate::events::{decided, ensure_current, lock_roots, remember, waiting};
use crate::trust::digest;
use crate::writing::{NewFact, Writing};
use crate::{App, AppError, Inner};

/// News that one slice of background work hands over.
const NEWS_PER_SLICE: u32 = 256;

/// What became of one piece of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewsVerdict {
    /// It waits until its order is known.
    Kept,
    /// It waits already, or was handed over before.
    Known,
    /// Of an order of somebody who was erased, or never to be taken.
    Refused,
}

impl App {
    /// Keeps news until its order is known. What became of each, in their order.
    pub(super) fn take_news(&self, news: Vec<OrderNews>) -> Result<Vec<NewsVerdict>, AppError> {
        let now = self.now();
        let rows: Vec<Option<NewsRow>> = news
            .into_iter()
            .map(|told| self.news_row(told, now))
            .collect();
        let verdicts = self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| keep(tx, &rows))
        })?;
        Ok(verdicts)
    }

    fn news_row(&self, told: OrderNews, received_at: Millis) -> Option<NewsRow> {
        let vault = &self.inner.vault;
        let document = told.document;
        let message_id = message_id(vault, &told.order_id, &document);
        let event = Event {
            message_id,
            // Nobody yet: the check below is for what does not hang on a person.
            identities: Vec::new(),
            at: document.at,
            sent_at: document.at,
            received_at,
            channel: document.channel,
            behaviour: document.behaviour,
            personal: document.personal,
            historical: true,
        };
        event.check_told().ok()?;
        let order = vault.natural_hash(&format!("order:{}", told.order_id));
        let natural = vault.natural_hash(&event.natural_key().unwrap_or_default());
        Some(waiting(&self.inner, order, natural, &event))
    }

    /// Hands news to the customers whose orders are known by now; false when there was none.
    pub(crate) fn hand_news(&self) -> Result<bool, AppError> {
        let ready = self
            .inner
            .store
            .read(|conn| store::events::news_ready(conn, NEWS_PER_SLICE))?;
        if ready.is_empty() {
            return Ok(false);
        }
        let inner = self.inner.clone();
        self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| hand(&inner, tx, &ready))
        })?;
        Ok(true)
    }
}

/// Keeps what is new.
fn keep(tx: &mut Tx<'_>, rows: &[Option<NewsRow>]) -> Result<Vec<NewsVerdict>, StoreError> {
    let told = || rows.iter().flatten();
    let orders: Vec<[u8; 16]> = told().map(|row| row.order_key).collect();
    let naturals: Vec<[u8; 16]> = told().map(|row| row.id).collect();
    let erased = store::events::order_keys_erased(tx, &orders)?;
    let known = store::events::order_keys_known(tx, &naturals)?;
    let mut waiting = store::events::news_waiting(tx, &orders)?;
    let mut new = Vec::new();
    let verdicts = rows
        .iter()
        .map(|row| {
            let Some(row) = row.as_ref().filter(|row| !erased.contains(&row.order_key)) else {
                return NewsVerdict::Refused;
            };
            let is_known = known.contains(&row.id);
            if is_known || !waiting.insert((row.order_key, row.id)) {
                return NewsVerdict::Known;
            }
            new.push(row.clone());
            NewsVerdict::Kept
        })
        .collect();
    store::events::news_put(tx, &new)?;
    Ok(verdicts)
}

fn hand(inner: &Inner, tx: &mut Tx<'_>, ready: &[(NewsKey, StreamId)]) -> Result<(), StoreError> {
    let streams: Vec<StreamId> = ready.iter().map(|(_, stream)| *stream).collect();
    let roots = store::customers::stream_roots(tx, &streams)?;
    let customers = lock_roots(tx, &roots.values().copied().collect::<BTreeSet<_>>())?;
    for (stream, root) in &roots {
        ensure_current(&customers, *root, *stream)?;
    }
    let mut taken: BTreeMap<[u8; 16], (StreamId, NewsRow)> = BTreeMap::new();
    for ((order_key, id), stream) in ready {
        if let Some(news) = store::events::news_take(tx, order_key, id)? {
            taken.insert(news.id, (*stream, news));
        }
    }
    let keys: Vec<OrderKey> = taken
        .iter()
        .map(|(key, (stream, news))| OrderKey {
            key: *key,
            stream: *stream,
            digest: digest(&[news.behaviour.name(), &news.behaviour.body()]),
        })
        .collect();
    // What was told live meanwhile counts once.
    let free = store::events::order_keys_take(tx, &keys)?;
    let owners: Vec<StreamId> = roots.keys().copied().collect();
    let wrapped: BTreeMap<StreamId, Vec<u8>> =
        store::trust::keys_of(tx, &owners)?.into_iter().collect();
    let mut writing = Writing::new(inner, customers);
    remember(tx, &mut writing, &roots.values().copied().collect())?;
    let mut news: Vec<(StreamId, NewsRow)> = taken.into_values().collect();
    news.retain(|(stream, news)| roots.contains_key(stream) && free.contains(&news.id));
    news.sort_by_key(|(_, news)| (news.at, news.id));
    for (stream, news) in news {
        let personal = seal_anew(inner, &news, wrapped.get(&stream))?;
        append(&mut writing, (roots[&stream], stream), news, personal);
    }
    writing.flush(tx)
}

/// Appends what waited, as it counts beside its order by now, and decides what follows if it was
/// told as it happened.
fn append(
    writing: &mut Writing<'_>,
    (root, stream): (StreamId, StreamId),
    news: NewsRow,
    personal: Option<Vec<u8>>,
) {
    let historical = news.origin == Origin::Historical;
    let behaviour = match news.behaviour {
        Behaviour::Refunded(refund) if !historical => {
            Behaviour::Refunded(refund.beside(writing.known(root)))
        }
        other => other,
    };
    let event = Event {
        message_id: news.message_id,
        identities: Vec::new(),
        at: news.at,
        sent_at: news.at,
        received_at: news.received_at,
        channel: news.channel,
        behaviour,
        personal: Personal::new(),
        historical,
    };
    let before = writing.customer(root).state.clone();
    let fact = NewFact {
        at: event.at,
        received_at: event.received_at,
        origin: news.origin,
        channel: event.channel,
        message_id: Some(event.message_id.clone()),
        personal,
        ..NewFact::decided(stream, writing.now, None, event.behaviour.clone())
    };
    let id = writing.append(root, fact);
    let resources = Resources::default();
    decided(writing, &resources, &before, (root, stream, id), &event);
}

/// Seals what is personal with the key of the stream to which it belongs by now.
fn seal_anew(
    inner: &Inner,
    news: &NewsRow,
    wrapped: Option<&Vec<u8>>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(((own, sealed), stream_key)) = news.sealed.as_ref().zip(wrapped) else {
        return Ok(None);
    };
    let vault = &inner.vault;
    let open = || {
        let personal = vault.unwrap_key(own)?.open(sealed)?;
        Ok::<_, AppError>(
            vault
                .unwrap_key(stream_key)?
                .seal(&personal, &inner.environment),
        )
    };
    open().map_err(StoreError::shape)
}
