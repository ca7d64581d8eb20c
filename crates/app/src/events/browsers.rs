//! What somebody did before they said who they are becomes theirs; and a browser in which somebody
//! else says who they are is theirs from then on.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{Identity, Namespace};
use domain::events::Behaviour;
use domain::ids::StreamId;
use store::customers::{IdentityHash, MovedIdentity};
use store::{Conn, StoreError, Tx};

use super::prepare::Prepared;
use super::resolve::{Resolved, keys_of};
use crate::customers::CustomerRef;
use crate::{App, AppError, Inner};

/// The browsers of a transaction in which somebody says who they are.
#[derive(Default)]
pub(super) struct Browsers {
    /// From whom to whom a browser goes over.
    moves: BTreeMap<IdentityHash, (Identity, StreamId, StreamId)>,
    /// Who was the first to say so in a browser of nobody, whose past will be joined to them.
    claims: BTreeMap<IdentityHash, StreamId>,
    /// Whether somebody is known behind a root.
    known: BTreeMap<StreamId, bool>,
    /// What of the moves was written down.
    written: BTreeMap<IdentityHash, MovedIdentity>,
}

impl Browsers {
    /// When somebody says who they are in a browser of somebody else, the browser is theirs from
    /// here on. What was done in it before stays where it is, and the two are not merged.
    pub(super) fn meet(
        &mut self,
        tx: &mut Tx<'_>,
        resolved: &mut Resolved,
        prepared: &Prepared,
        stream: StreamId,
    ) -> Result<(), StoreError> {
        let event = &prepared.event;
        let says_who =
            event.behaviour == Behaviour::Identified && event.identities[0].namespace.is_known();
        if !says_who {
            return Ok(());
        }
        let root = resolved.root(stream);
        for (name, identity) in prepared.identities.iter().zip(&event.identities) {
            let owner = resolved
                .bearer(name)
                .filter(|_| identity.namespace == Namespace::AnonymousId);
            let Some(owner) = owner.filter(|owner| resolved.root(*owner) != root) else {
                continue;
            };
            let first = *self.claims.entry(*name).or_insert(root);
            if first == root && !self.is_known(tx, resolved, owner)? {
                continue;
            }
            let began = self.moves.remove(name).map_or(owner, |(_, from, _)| from);
            resolved.lead(*name, identity, stream);
            if began != stream {
                self.moves.insert(*name, (identity.clone(), began, stream));
            }
        }
        Ok(())
    }

    fn is_known(
        &mut self,
        tx: &mut Tx<'_>,
        resolved: &Resolved,
        stream: StreamId,
    ) -> Result<bool, StoreError> {
        let root = resolved.root(stream);
        if let Some(known) = self.known.get(&root) {
            return Ok(*known);
        }
        let nobody = match resolved.is_new(stream) {
            true => are_nobody(tx, &[stream])?,
            false => is_nobody(tx, root)?,
        };
        self.known.insert(root, !nobody);
        Ok(!nobody)
    }

    /// Writes down who has which browser now, and who had it until now.
    pub(super) fn hand_over(
        &mut self,
        inner: &Inner,
        tx: &mut Tx<'_>,
        resolved: &mut Resolved,
    ) -> Result<(), StoreError> {
        if self.moves.is_empty() {
            return Ok(());
        }
        let streams: Vec<StreamId> = self
            .moves
            .values()
            .flat_map(|(_, from, to)| [*from, *to])
            .filter(|stream| !resolved.keys.contains_key(stream))
            .collect();
        keys_of(inner, tx, &streams, &mut resolved.keys)?;
        let now = inner.environment.now();
        for (name, (identity, from, to)) in &self.moves {
            let seal = |stream: &StreamId| {
                let key = resolved.keys.get(stream).ok_or(StoreError::Stale)?;
                Ok::<_, StoreError>(key.seal_text(identity.value(), &inner.environment))
            };
            let moved = MovedIdentity {
                hmac: *name,
                namespace: identity.namespace.word().to_owned(),
                from: *from,
                to: *to,
                value: seal(to)?,
                past: seal(from)?,
                until: now,
            };
            store::customers::identity_move(tx, &moved)?;
            self.written.insert(*name, moved);
        }
        Ok(())
    }

    /// Browsers whose new owner may not be followed stay with the one before.
    pub(super) fn give_back(
        &self,
        tx: &mut Tx<'_>,
        names: &BTreeSet<IdentityHash>,
    ) -> Result<(), StoreError> {
        let moves = self.written.iter();
        for (_, moved) in moves.filter(|(name, _)| names.contains(*name)) {
            store::customers::identity_move_back(tx, moved)?;
        }
        Ok(())
    }

    /// Whether a browser went over to somebody else.
    pub(super) fn has_moved(&self, name: &IdentityHash) -> bool {
        self.written.contains_key(name)
    }
}

/// Whether a customer has no name by which anybody could know them.
fn is_nobody(conn: &mut Conn, root: StreamId) -> Result<bool, StoreError> {
    let rows = store::customers::customer_read(conn, &[root])?;
    let streams = rows.iter().flat_map(|row| row.streams.keys().copied());
    are_nobody(conn, &streams.collect::<Vec<_>>())
}

fn are_nobody(conn: &mut Conn, streams: &[StreamId]) -> Result<bool, StoreError> {
    let names = store::customers::identities_of(conn, streams)?;
    let mut namespaces = names.iter().map(|name| name.namespace.parse::<Namespace>());
    Ok(namespaces.all(|it| it.is_ok_and(|namespace| !namespace.is_known())))
}

impl App {
    /// Joins what a browser did while nobody was known in it to the person who has just said who
    /// they are. The known profile stays; it can be taken back as any merge. A browser in which
    /// somebody else was known before keeps its past: it is theirs.
    ///
    /// Asked again it does nothing, so whoever was not answered may send the same again.
    ///
    /// # Errors
    /// The store's.
    pub fn browser_join(&self, known: &Identity, browser: &Identity) -> Result<(), AppError> {
        let find = |it: &Identity| match self.customer_find(&CustomerRef::Identity(it.clone())) {
            Err(AppError::NoCustomer) => Ok(None),
            found => found.map(Some),
        };
        let (Some(into), Some(from)) = (find(known)?, find(browser)?) else {
            return Ok(());
        };
        let is_nobody = self.inner.store.read(|conn| is_nobody(conn, from))?;
        if into == from || !is_nobody {
            return Ok(());
        }
        match self.merge(into, from) {
            // Another request of the same browser was faster.
            Ok(_) | Err(AppError::SameCustomer | AppError::NoCustomer) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
