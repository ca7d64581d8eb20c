//! What one transaction appends to the behaviour log, and the states that follow from it.
//!
//! Every use case that writes facts goes through [`Writing`]: it gives stamps and sequence
//! numbers under the lock, folds each fact as it is appended, follows decisions, and at its end
//! writes everything down in one order. That order, with the locks taken before, is the lock
//! order of the house: request keys, message keys, identities, customers (by root), order keys,
//! accounts and lots, then what is striped or belongs to nobody else; of that the audit last.
//! What concerns the people who work here has an order of its own and meets none of these:
//! the lock of all of them, counted tries (by key), one person, passes, sessions, letters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::customers::{Decision, Fold, evolve, next_due};
use domain::events::{Behaviour, Channel, Fact, Origin, Sums, as_they_stand};
use domain::ids::{FactId, MessageId, StreamId};
use domain::messages::{InboxMessage, OutboxMessage};
use domain::money::Currency;
use domain::time::{Day, Millis};
use domain::visits::Count;
use store::customers::CustomerRow;
use store::events::NewStoredFact;
use store::{StoreError, Tx};

use crate::environment::Environment;
use crate::{InForce, Inner};

/// The version of a state that several folds have written.
const MIXED_FOLD: i64 = 0;

/// The facts, states and messages of one transaction, while the customers are locked.
pub(crate) struct Writing<'e> {
    environment: &'e Environment,
    pub(crate) in_force: Arc<InForce>,
    pub(crate) now: Millis,
    /// The locked customers by root.
    pub(crate) customers: BTreeMap<StreamId, CustomerRow>,
    changed: BTreeSet<StreamId>,
    facts: Vec<NewStoredFact>,
    /// All facts of customers whose orders are to be changed.
    known: BTreeMap<StreamId, Vec<Fact>>,
    /// What changed orders add to daily sums.
    corrections: Vec<Sum>,
    inbox: Vec<InboxMessage>,
    outbox: Vec<OutboxMessage>,
    /// What is counted of visits.
    pub(crate) counts: Vec<Count>,
}

/// A fact that is to be appended, before it has a place.
pub(crate) struct NewFact {
    pub(crate) stream: StreamId,
    pub(crate) at: Millis,
    pub(crate) received_at: Millis,
    pub(crate) origin: Origin,
    pub(crate) channel: Channel,
    pub(crate) cause: Option<FactId>,
    pub(crate) behaviour: Behaviour,
    /// The body as the log keeps it, when it was written before.
    pub(crate) body: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) personal: Option<Vec<u8>>,
}

impl NewFact {
    /// A consequence, decided now.
    pub(crate) fn decided(
        stream: StreamId,
        now: Millis,
        cause: Option<FactId>,
        behaviour: Behaviour,
    ) -> Self {
        Self {
            stream,
            at: now,
            received_at: now,
            origin: Origin::Decided,
            channel: Channel::default(),
            cause,
            behaviour,
            body: None,
            message_id: None,
            personal: None,
        }
    }
}

impl<'e> Writing<'e> {
    pub(crate) fn new(inner: &'e Inner, customers: BTreeMap<StreamId, CustomerRow>) -> Self {
        Self {
            environment: &inner.environment,
            in_force: inner.in_force(),
            now: inner.environment.now(),
            customers,
            changed: BTreeSet::new(),
            facts: Vec::new(),
            known: BTreeMap::new(),
            corrections: Vec::new(),
            inbox: Vec::new(),
            outbox: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// The locked customer; every caller has checked that it is locked.
    pub(crate) fn customer(&self, root: StreamId) -> &CustomerRow {
        self.customers
            .get(&root)
            .expect("only locked customers are written")
    }

    /// Keeps all facts of a locked customer at hand, so that orders can be changed.
    pub(crate) fn remember(&mut self, root: StreamId, facts: Vec<Fact>) {
        self.known.insert(root, facts);
    }

    /// The facts of a customer that is remembered.
    pub(crate) fn known(&self, root: StreamId) -> &[Fact] {
        self.known.get(&root).map(Vec::as_slice).unwrap_or_default()
    }

    /// Appends a fact to a locked customer and folds it.
    pub(crate) fn append(&mut self, root: StreamId, new: NewFact) -> FactId {
        let id = self.environment.id(FactId::new);
        let customer = self
            .customers
            .get_mut(&root)
            .expect("only locked customers are written");
        let seq = customer
            .streams
            .get_mut(&new.stream)
            .expect("the stream is the customer's");
        *seq += 1;
        customer.stamp = self.now.max(customer.stamp.plus(1));
        let fact = Fact {
            stream: new.stream,
            seq: *seq,
            id,
            stamp: customer.stamp,
            at: new.at,
            received_at: new.received_at,
            origin: new.origin,
            channel: new.channel,
            cause: new.cause,
            behaviour: new.behaviour,
        };
        let fold = &self.in_force.fold;
        if let Some(known) = self.known.get_mut(&root) {
            let before = order_sums(known, &fact, fold);
            known.push(fact.clone());
            if fact.behaviour.changes_order() {
                customer.state = fold.facts(&*known);
                let taken = before.into_iter().map(|sum| Sum {
                    value: -sum.value,
                    ..sum
                });
                self.corrections.extend(taken);
                self.corrections.extend(order_sums(known, &fact, fold));
            }
        }
        if !fact.behaviour.changes_order() {
            evolve(&mut customer.state, &fact, fold);
        }
        // Folded in part by another zone, calendar or catalogue: whole it is neither's, and the
        // next refold heals it.
        if customer.fold_version != self.in_force.fold_version {
            customer.fold_version = MIXED_FOLD;
        }
        self.facts.push(NewStoredFact {
            body: new.body.unwrap_or_else(|| fact.behaviour.body()),
            fact,
            message_id: new.message_id,
            personal: new.personal,
        });
        self.changed.insert(root);
        id
    }

    /// Follows a decision: appends what was decided to the stream of its cause and keeps its
    /// messages.
    pub(crate) fn follow(
        &mut self,
        root: StreamId,
        stream: StreamId,
        cause: Option<FactId>,
        decision: Decision,
    ) {
        for behaviour in decision.decided {
            self.append(root, NewFact::decided(stream, self.now, cause, behaviour));
        }
        for told in decision.inbox {
            let id = self.environment.id(MessageId::new);
            self.inbox.push(InboxMessage {
                id,
                to: told.stream,
                body: told.body,
            });
        }
        for told in decision.outbox {
            let id = self.environment.id(MessageId::new);
            let due_at = self.now;
            self.outbox.push(OutboxMessage {
                id,
                customer: told.stream,
                due_at,
                body: told.body,
            });
        }
    }

    /// Marks a customer as changed although no fact was appended.
    pub(crate) fn mark(&mut self, root: StreamId) {
        self.changed.insert(root);
    }

    /// Writes everything down.
    pub(crate) fn flush(mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let InForce {
            programme, fold, ..
        } = &*self.in_force;
        let mut due = BTreeMap::new();
        for root in &self.changed {
            let customer = self
                .customers
                .get_mut(root)
                .expect("a changed customer is locked");
            customer.revision += 1;
            due.insert(*root, next_due(&customer.state, programme, fold));
        }
        for stored in &self.facts {
            self.sum_up(tx, &stored.fact);
        }
        for sum in &self.corrections {
            tx.add_to_rollup(sum.day, sum.metric, sum.currency.code(), sum.value);
        }
        crate::visits::add(tx, &self.counts);
        store::events::fact_append(tx, self.facts)?;
        let changed = self
            .customers
            .values()
            .filter(|it| self.changed.contains(&it.root));
        store::customers::customer_put(tx, changed)?;
        store::customers::due_put(tx, &due)?;
        store::messages::inbox_put(tx, &self.inbox, self.now)?;
        store::messages::outbox_put(tx, &self.outbox)
    }

    /// Daily sums that lead to nobody.
    fn sum_up(&self, tx: &mut Tx<'_>, fact: &Fact) {
        if fact.origin == Origin::Decided {
            return;
        }
        let day = self.in_force.fold.day(fact.at);
        tx.add_to_rollup(day, "facts", fact.channel.word(), 1);
        for sum in sums_of(fact, day) {
            tx.add_to_rollup(sum.day, sum.metric, sum.currency.code(), sum.value);
        }
    }
}

/// What something adds to one daily sum.
struct Sum {
    day: Day,
    metric: &'static str,
    currency: Currency,
    value: i64,
}

/// What a fact adds to the daily sums of money.
fn sums_of(fact: &Fact, day: Day) -> Vec<Sum> {
    let of = |sums: Vec<(&'static str, i64)>, currency| {
        let sum = |(metric, value)| Sum {
            day,
            metric,
            currency,
            value,
        };
        sums.into_iter().map(sum).collect()
    };
    match &fact.behaviour {
        Behaviour::Ordered(order) => {
            let sums = Sums::of(&order.lines);
            let orders = i64::from(sums.amount > 0);
            let told = vec![
                ("orders", orders),
                ("gross", sums.amount),
                ("product", sums.product),
            ];
            of(told, order.currency)
        }
        Behaviour::Refunded(refund) => {
            let sums = Sums::of(&refund.lines);
            let told = vec![("refunds", sums.amount), ("product", -sums.product)];
            of(told, refund.currency)
        }
        _ => Vec::new(),
    }
}

/// What the order that `fact` is about adds to daily sums as it stands among these facts, with
/// its refunds; nothing when the fact changes none.
fn order_sums(known: &[Fact], fact: &Fact, fold: &Fold) -> Vec<Sum> {
    if !fact.behaviour.changes_order() {
        return Vec::new();
    }
    let order_id = fact.behaviour.order_id();
    let of_order = known
        .iter()
        .filter(|it| it.behaviour.order_id() == order_id);
    as_they_stand(of_order)
        .iter()
        .flat_map(|fact| sums_of(fact, fold.day(fact.at)))
        .collect()
}
