//! What goes on behind the requests: due times, the inbox, the followers, pruning.
//!
//! Nothing is correct only because any of this was punctual.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{receive, wake};
use domain::ids::StreamId;
use domain::time::Millis;
use store::{Queue, StoreError, Tx};

use crate::events::lock_roots;
use crate::writing::Writing;
use crate::{App, AppError, InForce, Inner};

/// Customers that one slice of background work touches: about 20 ms.
const CUSTOMERS_PER_SLICE: u32 = 256;
/// Answers of idempotent requests are kept for so many days.
const REQUEST_DAYS: i64 = 45;

impl App {
    /// Does whatever waits, until nothing does: due customers are woken, messages of other
    /// customers are decided, the metrics follow. Many slices, so that others have their turn.
    ///
    /// # Errors
    /// The store's; what was done is kept.
    pub fn settle(&self) -> Result<(), AppError> {
        while self.background_slice()? {}
        Ok(())
    }

    /// Does one slice of what waits; false when nothing waited.
    ///
    /// # Errors
    /// The store's; what was done is kept.
    pub fn background_slice(&self) -> Result<bool, AppError> {
        self.reload_if_changed()?;
        let woken = self.wake_due()?;
        let received = self.receive_inbox()?;
        let handed = self.hand_news()?;
        let followed = self.follow_metrics()?;
        Ok(woken || received || handed || followed)
    }

    /// Forgets message ids and answers that are older than they have to be kept.
    ///
    /// # Errors
    /// The store's.
    pub fn prune(&self) -> Result<(), AppError> {
        let now = self.now();
        let day = crate::events::first_message_day(now);
        let requests_before = now.plus(-REQUEST_DAYS * Millis::DAY);
        self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| {
                store::events::message_keys_prune(tx, day)?;
                store::settings::requests_prune(tx, requests_before)
            })
        })?;
        Ok(())
    }

    /// Wakes customers whose time has come.
    fn wake_due(&self) -> Result<bool, AppError> {
        let now = self.now();
        let due = self
            .inner
            .store
            .read(|conn| store::customers::due_before(conn, now, CUSTOMERS_PER_SLICE))?;
        self.in_slice(due, |inner, tx, roots| {
            let mut writing = Writing::new(inner, store::customers::customer_lock(tx, roots)?);
            for root in roots {
                let Some(customer) = writing.customers.get(root) else {
                    continue;
                };
                let InForce {
                    programme, fold, ..
                } = &*writing.in_force;
                let decision = wake(&customer.state, *root, programme, fold, writing.now);
                // Without a decision the due time is still set anew.
                writing.mark(*root);
                writing.follow(*root, *root, None, decision);
            }
            let gone = roots
                .iter()
                .filter(|root| !writing.customers.contains_key(*root));
            let gone: BTreeMap<StreamId, Option<Millis>> = gone.map(|it| (*it, None)).collect();
            store::customers::due_put(tx, &gone)?;
            writing.flush(tx)
        })
    }

    /// Decides the messages of other customers, each under the lock of its receiver.
    fn receive_inbox(&self) -> Result<bool, AppError> {
        let streams = self
            .inner
            .store
            .read(|conn| store::messages::inbox_waiting(conn, CUSTOMERS_PER_SLICE))?;
        self.in_slice(streams, |inner, tx, streams| {
            let streams: Vec<StreamId> = streams.iter().copied().collect();
            let roots = store::customers::stream_roots(tx, &streams)?;
            let customers = lock_roots(tx, &roots.values().copied().collect())?;
            for (stream, root) in &roots {
                crate::events::ensure_current(&customers, *root, *stream)?;
            }
            let mut writing = Writing::new(inner, customers);
            for message in store::messages::inbox_take(tx, &streams)? {
                // The receiver may have been erased meanwhile; then nobody is concerned.
                let Some(root) = roots.get(&message.to) else {
                    continue;
                };
                writing.follow(*root, message.to, None, receive(&message.body));
            }
            writing.flush(tx)
        })
    }

    /// Runs one slice over some customers as a job; false when there are none.
    fn in_slice(
        &self,
        customers: Vec<StreamId>,
        work: impl Fn(&Inner, &mut Tx<'_>, &BTreeSet<StreamId>) -> Result<(), StoreError>
        + Send
        + 'static,
    ) -> Result<bool, AppError> {
        if customers.is_empty() {
            return Ok(false);
        }
        let customers: BTreeSet<StreamId> = customers.into_iter().collect();
        let inner = self.inner.clone();
        self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| work(&inner, tx, &customers))
        })?;
        Ok(true)
    }
}
