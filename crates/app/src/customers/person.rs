//! What is personal of a customer, opened to be shown.

use std::collections::BTreeMap;

use domain::events::Personal;
use domain::ids::StreamId;
use serde::Serialize;

use crate::trust::StreamKey;
use crate::{App, AppError};

/// A name under which a customer is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct IdentityView {
    /// The word of its namespace.
    pub namespace: String,
    /// Its value.
    pub value: String,
    /// The stream that bears it.
    pub stream: String,
    /// Until when it was theirs, in milliseconds since 1970: a browser that is somebody else's now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl App {
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

    pub(super) fn identities(
        &self,
        streams: &[StreamId],
        keys: &BTreeMap<StreamId, StreamKey>,
    ) -> Result<Vec<IdentityView>, AppError> {
        let (stored, past) = self.inner.store.read(|conn| {
            let stored = store::customers::identities_of(conn, streams)?;
            Ok((stored, store::customers::past_identities(conn, streams)?))
        })?;
        let past = past
            .into_iter()
            .map(|it| (it.stream, it.namespace, it.value, Some(it.until.0)));
        let borne = stored
            .into_iter()
            .map(|it| (it.stream, it.namespace, it.value, None));
        let mut identities = borne
            .chain(past)
            .filter_map(|it| Some((keys.get(&it.0)?, it)))
            .map(|(key, (stream, namespace, value, until))| {
                Ok(IdentityView {
                    value: key.open_text(&value)?,
                    namespace,
                    stream: stream.to_string(),
                    until,
                })
            })
            .collect::<Result<Vec<_>, AppError>>()?;
        identities.sort();
        // A browser that went to and fro is shown with the end of its latest time.
        identities.dedup_by(|later, kept| {
            let is_same = (&later.namespace, &later.value, &later.stream)
                == (&kept.namespace, &kept.value, &kept.stream);
            if is_same && kept.until.is_some() {
                kept.until = later.until;
            }
            is_same
        });
        Ok(identities)
    }
}

/// The root's own words stand over those of streams that were merged into it.
pub(super) fn join_traits(
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
pub(super) fn label(root: StreamId, traits: &Personal, identities: &[IdentityView]) -> String {
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
