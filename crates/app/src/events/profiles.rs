//! What people tell about themselves, and how they are found by it.

use std::collections::{BTreeMap, BTreeSet};

use domain::events::Personal;
use domain::ids::StreamId;
use domain::time::Millis;
use domain::trust::search_words;
use store::trust::StoredProfile;
use store::{StoreError, Tx};

use super::resolve::Resolved;
use crate::Inner;

/// Traits under which a person can be found, and which lists show.
const SEARCHED_TRAITS: [&str; 6] = ["name", "first_name", "last_name", "email", "phone", "city"];

/// Lays what people told about themselves over what they told before, and makes it findable.
pub(super) fn write_profiles(
    inner: &Inner,
    tx: &mut Tx<'_>,
    resolved: &Resolved,
    told: BTreeMap<StreamId, (Millis, Personal)>,
) -> Result<(), StoreError> {
    let mut tokens = BTreeSet::new();
    for bound in &resolved.bound {
        for word in search_words(bound.identity.value()) {
            tokens.insert((inner.vault.search_token(&word), bound.stream));
        }
    }
    let streams: Vec<StreamId> = told.keys().copied().collect();
    let mut earlier: BTreeMap<StreamId, Vec<u8>> = store::trust::profiles_of(tx, &streams)?
        .into_iter()
        .map(|profile| (profile.stream, profile.traits))
        .collect();
    let mut profiles = Vec::new();
    for (stream, (stamp, traits)) in told {
        let key = &resolved.keys[&stream];
        let mut all = match earlier.remove(&stream) {
            Some(sealed) => key.open(&sealed).map_err(StoreError::shape)?,
            None => Personal::new(),
        };
        for name in SEARCHED_TRAITS {
            for word in traits
                .get(name)
                .map(|value| search_words(value))
                .unwrap_or_default()
            {
                tokens.insert((inner.vault.search_token(&word), stream));
            }
        }
        all.extend(traits);
        if let Some(traits) = key.seal(&all, &inner.environment) {
            profiles.push(StoredProfile {
                stream,
                stamp,
                traits,
            });
        }
    }
    store::trust::profile_put(tx, &profiles)?;
    store::trust::search_put(tx, &tokens)
}
