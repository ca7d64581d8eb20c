//! Bringing in a shop's past, piece by piece, resumable and exactly once.

mod news;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use domain::events::{
    AnonymousOrder, Behaviour, CustomerHistory, Event, HistoryDocument, HistoryPiece, OrderNews,
    ProductTold, Sums,
};
use serde::{Deserialize, Serialize};
use store::{Queue, StoreError};

use news::NewsVerdict;

use crate::events::Verdict;
use crate::settings::ProductDocument;
use crate::trust::Vault;
use crate::{App, AppError};

/// Customers whose pieces are on their way at once; each shares commits with the others.
const IN_FLIGHT_MAX: usize = 512;
/// Their events together: an import leaves most of the queue to the shop.
const EVENTS_IN_FLIGHT_MAX: usize = 10_000;

/// What an import did, in documents and lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Imported {
    /// Lines that are now in the books, or were before.
    pub lines: u64,
    /// Orders and refunds that are in the log now.
    pub accepted: u64,
    /// Orders and refunds that were there before.
    pub duplicate: u64,
    /// Orders and refunds of people who were erased, or that can never be taken.
    pub refused: u64,
    /// Lines in refused orders and refunds.
    pub refused_lines: u64,
    /// Orders of customers for more than nothing, in the log now or before.
    pub orders: u64,
    /// Orders that lead to nobody, new ones.
    pub anonymous: u64,
    /// Lines of documents that were there before.
    pub duplicate_lines: u64,
    /// Refunds, in the log (or waiting for their order) now or before.
    pub refunds: u64,
    /// Deliveries, as refunds are counted.
    pub deliveries: u64,
    /// Reviews, in the log now or before.
    pub reviews: u64,
    /// Consents given or taken back, in the log now or before.
    pub consents: u64,
    /// Descriptions of customers, in the log now or before.
    pub descriptions: u64,
    /// Products that are told otherwise than before.
    pub products: u64,
    /// Products that are told as they were before.
    pub products_known: u64,
}

impl Imported {
    fn accepted(&mut self, counts: Counts) {
        self.accepted += 1;
        self.there(counts);
    }

    fn duplicate(&mut self, counts: Counts) {
        self.duplicate += 1;
        self.duplicate_lines += counts.lines;
        self.there(counts);
    }

    fn refused(&mut self, counts: Counts) {
        self.lines += counts.lines;
        self.refused += 1;
        self.refused_lines += counts.lines;
    }

    /// Counts a document that is in the log, or waits for its order, now or before.
    fn there(&mut self, counts: Counts) {
        self.lines += counts.lines;
        match counts.kind {
            Counted::Order => self.orders += 1,
            Counted::Refund => self.refunds += 1,
            Counted::Delivery => self.deliveries += 1,
            Counted::Review => self.reviews += 1,
            Counted::Consent => self.consents += 1,
            Counted::Description => self.descriptions += 1,
            Counted::Other => {}
        }
    }
}

impl App {
    /// Takes pieces of history in their order. `id` names the source (a digest of the file and of
    /// how it is read): a run that was stopped goes on behind the pieces that are done.
    ///
    /// # Errors
    /// [`AppError::Stopped`] when `stop` is set, the source's own error, or the store's; what was
    /// done is kept and counts once.
    pub fn import<E: std::fmt::Display>(
        &self,
        id: &str,
        pieces: impl Iterator<Item = Result<HistoryPiece, E>>,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Imported),
    ) -> Result<Imported, AppError> {
        let kept = self
            .inner
            .store
            .read(|conn| store::settings::job_get(conn, id))?;
        let (done, mut imported) = match kept {
            Some((position, body)) => (
                position,
                serde_json::from_str(&body).map_err(StoreError::shape)?,
            ),
            None => (0, Imported::default()),
        };
        let mut flight = Flight::new();
        let mut position = done;
        for piece in pieces.skip(usize::try_from(done).unwrap_or(usize::MAX)) {
            let piece = piece.map_err(|error| AppError::Invalid(error.to_string()))?;
            match piece {
                HistoryPiece::Customer(history) => {
                    self.send(&mut flight, history, &mut imported)?
                }
                HistoryPiece::Orders(news) => self.take_orders(news, &mut imported)?,
                HistoryPiece::Anonymous(orders) => self.take_anonymous(orders, &mut imported)?,
                HistoryPiece::Products(products) => self.take_products(&products, &mut imported)?,
            }
            position += 1;
            if position % IN_FLIGHT_MAX as u64 == 0 || stop.load(Ordering::Relaxed) {
                flight.land_all(&mut imported)?;
                self.keep_position(id, position, &imported)?;
                progress(&imported);
            }
            if stop.load(Ordering::Relaxed) {
                return Err(AppError::Stopped);
            }
        }
        flight.land_all(&mut imported)?;
        self.refresh_catalogue(stop)?;
        self.inner.store.write(Queue::Jobs, {
            let id = id.to_owned();
            move |session| session.transaction(|tx| store::settings::job_delete(tx, &id))
        })?;
        progress(&imported);
        Ok(imported)
    }

    fn send(
        &self,
        flight: &mut Flight,
        history: CustomerHistory,
        imported: &mut Imported,
    ) -> Result<(), AppError> {
        let now = self.now();
        let who = history.identities.first().map(|it| it.hashed_text());
        let who = who.unwrap_or_default();
        let vault = &self.inner.vault;
        let mut lines = Vec::new();
        let events: Vec<Event> = history
            .documents
            .into_iter()
            .map(|document| {
                lines.push(Counts::of(&document.behaviour));
                Event {
                    message_id: message_id(vault, &who, &document),
                    identities: history.identities.clone(),
                    at: document.at,
                    sent_at: document.at,
                    received_at: now,
                    channel: document.channel,
                    behaviour: document.behaviour,
                    personal: document.personal,
                    historical: true,
                }
            })
            .collect();
        let crowded = |flight: &Flight| {
            flight.pieces >= IN_FLIGHT_MAX || flight.events + events.len() > EVENTS_IN_FLIGHT_MAX
        };
        while flight.pieces > 0 && crowded(flight) {
            flight.land(imported)?;
        }
        flight.events += events.len();
        let sender = flight.sender.clone();
        self.record_then(events, move |outcome| {
            // The import may have failed meanwhile; then nobody counts.
            let _ = sender.send((lines, outcome));
        })?;
        flight.pieces += 1;
        Ok(())
    }

    fn take_anonymous(
        &self,
        orders: Vec<AnonymousOrder>,
        imported: &mut Imported,
    ) -> Result<(), AppError> {
        let inner = self.inner.clone();
        let in_force = inner.in_force();
        let lines = |orders: &[&AnonymousOrder]| -> u64 {
            orders
                .iter()
                .map(|order| u64::try_from(order.lines).unwrap_or(0))
                .sum()
        };
        let all: Vec<&AnonymousOrder> = orders.iter().collect();
        let total = (orders.len() as u64, lines(&all));
        let (new, new_lines) = self.inner.store.write(Queue::Jobs, {
            let orders = orders.clone();
            move |session| {
                session.transaction(|tx| {
                    let inserted = store::events::anonymous_order_insert(tx, &orders)?;
                    let new: Vec<&AnonymousOrder> = orders
                        .iter()
                        .filter(|it| inserted.contains(&it.order_id))
                        .collect();
                    for order in &new {
                        let day = in_force.fold.day(order.at);
                        tx.add_to_rollup(
                            day,
                            "anonymous_gross",
                            order.currency.code(),
                            order.gross,
                        );
                        let refunds = order.refunds;
                        tx.add_to_rollup(day, "anonymous_refunds", order.currency.code(), refunds);
                    }
                    Ok((new.len() as u64, lines(&new)))
                })
            }
        })?;
        imported.anonymous += new;
        imported.duplicate += total.0 - new;
        imported.duplicate_lines += total.1 - new_lines;
        imported.lines += total.1;
        Ok(())
    }

    fn take_orders(&self, news: Vec<OrderNews>, imported: &mut Imported) -> Result<(), AppError> {
        let counts: Vec<Counts> = news
            .iter()
            .map(|told| Counts::of(&told.document.behaviour))
            .collect();
        let verdicts = self.take_news(news)?;
        for (count, verdict) in counts.into_iter().zip(verdicts) {
            match verdict {
                NewsVerdict::Kept => imported.accepted(count),
                NewsVerdict::Known => imported.duplicate(count),
                NewsVerdict::Refused => imported.refused(count),
            }
        }
        Ok(())
    }

    fn take_products(
        &self,
        products: &[ProductTold],
        imported: &mut Imported,
    ) -> Result<(), AppError> {
        let now = self.now();
        let count = products.len() as u64;
        let products = products.to_vec();
        let changed = self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| {
                let codes: Vec<String> = products.iter().map(|it| it.product.clone()).collect();
                let known: BTreeMap<String, String> =
                    store::settings::documents_of(tx, "product", &codes)?
                        .into_iter()
                        .collect();
                let mut changed = Vec::new();
                for told in &products {
                    let before = known.get(&told.product);
                    let mut body: ProductDocument = before
                        .map(|body| serde_json::from_str(body))
                        .transpose()
                        .map_err(StoreError::shape)?
                        .unwrap_or_default();
                    body.learn(told);
                    let body = serde_json::to_string(&body).map_err(StoreError::shape)?;
                    if before != Some(&body) {
                        changed.push((told.product.clone(), body));
                    }
                }
                store::settings::documents_put(tx, "product", now, &changed)?;
                Ok(changed.len() as u64)
            })
        })?;
        imported.products += changed;
        imported.products_known += count.saturating_sub(changed);
        Ok(())
    }

    /// Puts the catalogue in force as files have told it, and folds anew whoever was folded by
    /// another one. It asks the states and not whether this run changed the catalogue: the change
    /// may be of a run that was stopped before it came here.
    fn refresh_catalogue(&self, stop: &AtomicBool) -> Result<(), AppError> {
        let before = self.in_force().fold_version;
        self.reload()?;
        if self.in_force().fold_version != before {
            self.catalogue_changed()?;
        }
        self.refold_stale(stop)?;
        Ok(())
    }

    fn keep_position(&self, id: &str, position: u64, imported: &Imported) -> Result<(), AppError> {
        let body = serde_json::to_string(imported).map_err(StoreError::shape)?;
        let (id, now) = (id.to_owned(), self.now());
        self.inner.store.write(Queue::Jobs, move |session| {
            session
                .transaction(|tx| store::settings::job_put(tx, &id, "import", position, &body, now))
        })?;
        Ok(())
    }
}

type Landed = (Vec<Counts>, Result<Vec<Verdict>, StoreError>);

/// Pieces that were sent to the writers and have not been answered yet.
struct Flight {
    sender: mpsc::Sender<Landed>,
    receiver: mpsc::Receiver<Landed>,
    pieces: usize,
    events: usize,
}

impl Flight {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        Self {
            sender,
            receiver,
            pieces: 0,
            events: 0,
        }
    }

    /// Waits for one piece and counts it.
    fn land(&mut self, imported: &mut Imported) -> Result<(), AppError> {
        let (lines, outcome) = self.receiver.recv().map_err(|_| StoreError::Closed)?;
        self.pieces -= 1;
        self.events -= lines.len();
        for (counts, verdict) in lines.into_iter().zip(outcome?) {
            match verdict {
                Verdict::Accepted { .. } | Verdict::Waiting => imported.accepted(counts),
                Verdict::Duplicate => imported.duplicate(counts),
                Verdict::Refused(_) | Verdict::Erased | Verdict::Counted(_) => {
                    imported.refused(counts);
                }
            }
        }
        Ok(())
    }

    fn land_all(&mut self, imported: &mut Imported) -> Result<(), AppError> {
        while self.pieces > 0 {
            self.land(imported)?;
        }
        Ok(())
    }
}

/// What one document adds to the report.
struct Counts {
    lines: u64,
    kind: Counted,
}

/// As what a document is counted.
#[derive(Debug, Clone, Copy)]
enum Counted {
    /// An order of more than nothing.
    Order,
    Refund,
    Delivery,
    Review,
    Consent,
    Description,
    Other,
}

impl Counts {
    fn of(behaviour: &Behaviour) -> Self {
        let (lines, kind) = match behaviour {
            Behaviour::Ordered(order) => {
                let is_worth = Sums::of(&order.lines).amount > 0;
                let kind = if is_worth {
                    Counted::Order
                } else {
                    Counted::Other
                };
                (order.lines.len(), kind)
            }
            Behaviour::Refunded(refund) => (refund.lines.len(), Counted::Refund),
            Behaviour::Delivered(_) => (0, Counted::Delivery),
            Behaviour::Reviewed(_) => (0, Counted::Review),
            Behaviour::ConsentChanged(_) => (0, Counted::Consent),
            Behaviour::Described(_) => (0, Counted::Description),
            _ => (0, Counted::Other),
        };
        Self {
            lines: lines as u64,
            kind,
        }
    }
}

/// An id by which the same document of the past is known again. What may name a person is hashed
/// with the shop's key.
fn message_id(vault: &Vault, who: &str, document: &HistoryDocument) -> String {
    match &document.behaviour {
        Behaviour::Ordered(order) => format!("order:{}", order.order_id),
        Behaviour::Refunded(refund) => format!("refund:{}", refund.refund_id),
        Behaviour::Delivered(delivery) => delivery.natural_key(),
        other => {
            // What a shop knows of a person has no time of its own.
            let at = match other {
                Behaviour::Described(_) => 0,
                _ => document.at.0,
            };
            let personal = serde_json::to_string(&document.personal)
                .expect("texts by name are a JSON document");
            let (name, body) = (other.name(), other.body());
            let told = format!("{who}\n{at}\n{name}\n{body}\n{personal}");
            vault
                .natural_hash(&told)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect()
        }
    }
}
