//! Bringing in a shop's past, piece by piece, resumable and exactly once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use domain::events::{
    AnonymousOrder, Behaviour, CustomerHistory, Event, HistoryPiece, ProductName, Sums,
};
use serde::{Deserialize, Serialize};
use store::{Queue, StoreError};

use crate::events::Verdict;
use crate::settings::ProductDocument;
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
                HistoryPiece::Anonymous(orders) => self.take_anonymous(orders, &mut imported)?,
                HistoryPiece::Products(products) => self.take_products(&products)?,
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
        let mut personal = history.personal;
        let mut lines = Vec::new();
        let events: Vec<Event> = history
            .documents
            .into_iter()
            .map(|document| {
                lines.push(Counts::of(&document.behaviour));
                Event {
                    message_id: message_id(&document.behaviour),
                    identities: history.identities.clone(),
                    at: document.at,
                    sent_at: document.at,
                    received_at: now,
                    channel: document.channel,
                    behaviour: document.behaviour,
                    personal: std::mem::take(&mut personal),
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

    fn take_products(&self, products: &[ProductName]) -> Result<(), AppError> {
        let bodies = products
            .iter()
            .map(|product| {
                let body = ProductDocument {
                    title: product.title.clone(),
                };
                let body = serde_json::to_string(&body).map_err(StoreError::shape)?;
                Ok((product.product.clone(), body))
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let now = self.now();
        self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| store::settings::documents_settle(tx, "product", now, &bodies))
        })?;
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
        for (Counts { lines, orders }, verdict) in lines.into_iter().zip(outcome?) {
            imported.lines += lines;
            if matches!(verdict, Verdict::Accepted { .. } | Verdict::Duplicate) {
                imported.orders += orders;
            }
            match verdict {
                Verdict::Accepted { .. } => imported.accepted += 1,
                Verdict::Duplicate => {
                    imported.duplicate += 1;
                    imported.duplicate_lines += lines;
                }
                Verdict::Refused(_) | Verdict::Erased => {
                    imported.refused += 1;
                    imported.refused_lines += lines;
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
    /// 1 for an order of more than nothing.
    orders: u64,
}

impl Counts {
    fn of(behaviour: &Behaviour) -> Self {
        match behaviour {
            Behaviour::Ordered(order) => Self {
                lines: order.lines.len() as u64,
                orders: u64::from(Sums::of(&order.lines).amount > 0),
            },
            Behaviour::Refunded(refund) => Self {
                lines: refund.lines.len() as u64,
                orders: 0,
            },
            _ => Self {
                lines: 0,
                orders: 0,
            },
        }
    }
}

fn message_id(behaviour: &Behaviour) -> String {
    match behaviour {
        Behaviour::Ordered(order) => format!("order:{}", order.order_id),
        Behaviour::Refunded(refund) => format!("refund:{}", refund.refund_id),
        other => other.name().to_owned(),
    }
}
