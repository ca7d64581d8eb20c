//! Who an event is about: identities to streams, streams to locked customers.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::Identity;
use domain::ids::StreamId;
use store::customers::{CustomerRow, IdentityHash, StoredIdentity};
use store::{StoreError, Tx};

use super::prepare::Prepared;
use crate::Inner;
use crate::trust::StreamKey;

/// The identities of a transaction's events and the streams behind them.
pub(crate) struct Resolved {
    /// The stream of each identity.
    streams: BTreeMap<IdentityHash, StreamId>,
    /// The root of each stream that was there before.
    pub(crate) roots: BTreeMap<StreamId, StreamId>,
    /// Streams that are new, with their wrapped keys.
    pub(crate) new: BTreeMap<StreamId, Vec<u8>>,
    /// The keys of streams that something personal is sealed for.
    pub(crate) keys: BTreeMap<StreamId, StreamKey>,
    /// Identities that were erased.
    erased: BTreeSet<IdentityHash>,
    /// Search words of identities that were bound, in the clear until they are hashed.
    pub(super) bound: Vec<Bound>,
}

/// A name that leads to somebody since this transaction.
pub(super) struct Bound {
    name: IdentityHash,
    pub(super) stream: StreamId,
    pub(super) identity: Identity,
}

impl Resolved {
    /// The stream an event comes to: that of its most trusted identity. None when the person was
    /// erased.
    pub(crate) fn stream_of(&self, event: &Prepared) -> Option<StreamId> {
        let hashed = hashed(event);
        let (first, _) = hashed.first()?;
        if self.is_erased(&hashed) {
            return None;
        }
        self.streams.get(first).copied()
    }

    /// Whether these are the names of an erased person. A device or a browser beside another name
    /// may be shared, so it does not speak for whoever else used it.
    fn is_erased(&self, hashed: &[(IdentityHash, &Identity)]) -> bool {
        hashed.iter().enumerate().any(|(place, (hash, identity))| {
            let speaks = place == 0 || identity.namespace.is_known();
            speaks && self.erased.contains(hash)
        })
    }

    /// The stream behind one identity, if anybody bears it.
    pub(crate) fn stream(&self, inner: &Inner, identity: &Identity) -> Option<StreamId> {
        self.streams
            .get(&inner.vault.identity_hash(identity))
            .copied()
    }

    /// The stream of a name, as long as nobody takes it over.
    pub(super) fn bearer(&self, name: &IdentityHash) -> Option<StreamId> {
        self.streams.get(name).copied()
    }

    /// Whether a stream was there before this transaction.
    pub(super) fn is_new(&self, stream: StreamId) -> bool {
        self.new.contains_key(&stream)
    }

    /// From here on a name leads to another stream.
    pub(super) fn lead(&mut self, name: IdentityHash, identity: &Identity, stream: StreamId) {
        self.streams.insert(name, stream);
        self.bound.push(Bound {
            name,
            stream,
            identity: identity.clone(),
        });
    }

    /// Takes these names out of those that were bound in this transaction, and says which.
    pub(super) fn unbind(&mut self, names: &BTreeSet<IdentityHash>) -> Vec<IdentityHash> {
        let gone = self.bound.extract_if(.., |it| names.contains(&it.name));
        gone.map(|it| it.name).collect()
    }

    /// The root of a stream.
    pub(crate) fn root(&self, stream: StreamId) -> StreamId {
        self.roots.get(&stream).copied().unwrap_or(stream)
    }
}

/// Finds or makes the streams of these events. `also` are identities that are only looked up.
///
/// The rule: an event comes to the stream of its first, most trusted identity; its other identities
/// are bound there too if nobody bears them yet. A first identity that nobody bears makes a new
/// stream, even when a later one leads to another: joining profiles is a merge, and a merge is
/// a decision of its own.
pub(crate) fn resolve(
    inner: &Inner,
    tx: &mut Tx<'_>,
    events: &[&Prepared],
    also: &[Identity],
) -> Result<Resolved, StoreError> {
    let hashed: Vec<Vec<(IdentityHash, &Identity)>> =
        events.iter().map(|event| hashed(event)).collect();
    let mut resolved = Resolved {
        streams: BTreeMap::new(),
        roots: BTreeMap::new(),
        new: BTreeMap::new(),
        keys: BTreeMap::new(),
        erased: BTreeSet::new(),
        bound: Vec::new(),
    };
    let mut asked: BTreeSet<IdentityHash> =
        hashed.iter().flatten().map(|(hash, _)| *hash).collect();
    asked.extend(
        also.iter()
            .map(|identity| inner.vault.identity_hash(identity)),
    );
    look_up(tx, &mut resolved, &asked)?;
    let unknown: Vec<IdentityHash> = asked
        .iter()
        .filter(|hash| !resolved.streams.contains_key(*hash))
        .copied()
        .collect();
    if unknown.is_empty() {
        return Ok(resolved);
    }
    resolved.erased = store::trust::erased_among(tx, &unknown)?;
    bind_new(inner, tx, &mut resolved, events)?;
    Ok(resolved)
}

/// The names of an event with their hashes, the most trusted first.
fn hashed(prepared: &Prepared) -> Vec<(IdentityHash, &Identity)> {
    let hashes = prepared.identities.iter().copied();
    hashes.zip(&prepared.event.identities).collect()
}

fn look_up(
    tx: &mut Tx<'_>,
    resolved: &mut Resolved,
    hashes: &BTreeSet<IdentityHash>,
) -> Result<(), StoreError> {
    let hashes: Vec<IdentityHash> = hashes.iter().copied().collect();
    for (hash, (stream, root)) in store::customers::identity_find(tx, &hashes)? {
        resolved.streams.insert(hash, stream);
        resolved.roots.insert(stream, root);
    }
    Ok(())
}

/// Binds identities that nobody bears. When another writer was first with one of them, the others
/// of the same event have to follow it to its stream: the transaction is run again and finds it.
fn bind_new(
    inner: &Inner,
    tx: &mut Tx<'_>,
    resolved: &mut Resolved,
    events: &[&Prepared],
) -> Result<(), StoreError> {
    let mut wanted: BTreeMap<IdentityHash, (StreamId, Identity)> = BTreeMap::new();
    for event in events {
        let identities = hashed(event);
        let Some((first, _)) = identities.first() else {
            continue;
        };
        if resolved.is_erased(&identities) {
            continue;
        }
        let bound = resolved.streams.get(first).copied();
        let stream = bound
            .or_else(|| wanted.get(first).map(|(stream, _)| *stream))
            .unwrap_or(event.newcomer);
        for (hash, identity) in identities {
            let known = resolved.streams.contains_key(&hash) || wanted.contains_key(&hash);
            if !known && !resolved.erased.contains(&hash) {
                wanted.insert(hash, (stream, identity.clone()));
            }
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let streams: BTreeSet<StreamId> = wanted.values().map(|(stream, _)| *stream).collect();
    let mut new_keys = load_keys(inner, tx, resolved, &streams)?;
    let rows = wanted
        .iter()
        .map(|(hash, (stream, identity))| {
            let key = &resolved.keys[stream];
            let row = StoredIdentity {
                hmac: *hash,
                namespace: identity.namespace.word().to_owned(),
                stream: *stream,
                value: key.seal_text(identity.value(), &inner.environment),
            };
            (*hash, row)
        })
        .collect();
    let mut lost: BTreeSet<IdentityHash> = wanted.keys().copied().collect();
    for hash in store::customers::identity_bind(tx, &rows)? {
        lost.remove(&hash);
        let (stream, identity) = wanted[&hash].clone();
        resolved.streams.insert(hash, stream);
        resolved.bound.push(Bound {
            name: hash,
            stream,
            identity,
        });
        if let Some(wrapped) = new_keys.remove(&stream) {
            resolved.new.insert(stream, wrapped);
        }
    }
    if lost.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

/// Brings the keys of these streams; makes keys for those that have none yet, and answers their
/// wrapped forms.
fn load_keys(
    inner: &Inner,
    tx: &mut Tx<'_>,
    resolved: &mut Resolved,
    streams: &BTreeSet<StreamId>,
) -> Result<BTreeMap<StreamId, Vec<u8>>, StoreError> {
    let known = |stream: &StreamId| {
        resolved.roots.contains_key(stream) && !resolved.keys.contains_key(stream)
    };
    let old: Vec<StreamId> = streams
        .iter()
        .filter(|stream| known(stream))
        .copied()
        .collect();
    keys_of(inner, tx, &old, &mut resolved.keys)?;
    let mut wrapped_keys = BTreeMap::new();
    for stream in streams {
        if !resolved.keys.contains_key(stream) {
            let (key, wrapped) = inner.vault.new_stream_key(&inner.environment);
            resolved.keys.insert(*stream, key);
            wrapped_keys.insert(*stream, wrapped);
        }
    }
    Ok(wrapped_keys)
}

/// Reads and unwraps the keys of streams.
pub(crate) fn keys_of(
    inner: &Inner,
    tx: &mut Tx<'_>,
    streams: &[StreamId],
    keys: &mut BTreeMap<StreamId, StreamKey>,
) -> Result<(), StoreError> {
    for (stream, wrapped) in store::trust::keys_of(tx, streams)? {
        keys.insert(
            stream,
            inner
                .vault
                .unwrap_key(&wrapped)
                .map_err(StoreError::shape)?,
        );
    }
    Ok(())
}

/// Locks the customers with these roots, in their order. One that became part of another
/// meanwhile makes the whole transaction run again.
pub(crate) fn lock_roots(
    tx: &mut Tx<'_>,
    roots: &BTreeSet<StreamId>,
) -> Result<BTreeMap<StreamId, CustomerRow>, StoreError> {
    let customers = store::customers::customer_lock(tx, roots)?;
    if customers.len() == roots.len() {
        Ok(customers)
    } else {
        Err(StoreError::Stale)
    }
}

/// Checks that a stream still belongs to the customer that was locked for it.
pub(crate) fn ensure_current(
    customers: &BTreeMap<StreamId, CustomerRow>,
    root: StreamId,
    stream: StreamId,
) -> Result<(), StoreError> {
    let current = customers
        .get(&root)
        .is_some_and(|it| it.streams.contains_key(&stream));
    if current {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}
