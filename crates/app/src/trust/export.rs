//! The export of one person: everything the shop holds about them, in one document.

use std::collections::BTreeMap;

use domain::customers::State;
use domain::events::Personal;
use domain::ids::StreamId;
use serde::Serialize;
use store::events::StoredFact;

use crate::customers::{IdentityView, MergeView};
use crate::loyalty::WalletUnit;
use crate::trust::{DisclosureView, StreamKey};
use crate::{App, AppError};

/// Facts that are read from one snapshot.
const FACTS_PER_PAGE: u32 = 2_000;

/// Everything the shop holds about one person.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// The customer's id.
    pub customer: String,
    /// When this was written, RFC 3339.
    pub exported_at: String,
    /// Under which names the customer is known.
    pub identities: Vec<IdentityView>,
    /// What the person told about themselves, by stream.
    pub traits: BTreeMap<String, Personal>,
    /// What it all amounts to.
    pub state: State,
    /// What is in the wallet.
    pub wallet: Vec<WalletUnit>,
    /// What of it was handed out before, and to whom.
    pub disclosures: Vec<DisclosureView>,
    /// Profiles that were joined and separated.
    pub merges: Vec<MergeView>,
    /// Everything that happened, in the order in which it was learnt.
    pub facts: Vec<ExportedFact>,
}

/// One fact with everything that is kept of it.
#[derive(Debug, Clone, Serialize)]
pub struct ExportedFact {
    /// Its id.
    pub id: String,
    /// What happened.
    pub name: String,
    /// When it happened, RFC 3339.
    pub at: String,
    /// When it reached the shop, RFC 3339.
    pub received_at: String,
    /// Where it came from.
    pub channel: String,
    /// Observed, historical or decided.
    pub origin: String,
    /// The sender's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Its declared fields.
    pub behaviour: serde_json::Value,
    /// What is personal about it.
    #[serde(skip_serializing_if = "Personal::is_empty")]
    pub personal: Personal,
}

impl App {
    /// Everything the shop holds about a customer.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], [`AppError::Unreadable`], or the store's.
    pub fn export(&self, root: StreamId) -> Result<Export, AppError> {
        let page = self.customer_page(root)?;
        let rows = self
            .inner
            .store
            .read(|conn| store::customers::customer_read(conn, &[root]))?;
        let row = rows.into_iter().next().ok_or(AppError::NoCustomer)?;
        let streams: Vec<StreamId> = row.streams.keys().copied().collect();
        let keys = self.stream_keys(&streams)?;
        let mut facts = Vec::new();
        for stream in &streams {
            let mut after = 0;
            loop {
                let page = self.inner.store.read(|conn| {
                    store::events::facts_of_stream(conn, *stream, after, FACTS_PER_PAGE)
                })?;
                let Some(last) = page.last() else { break };
                after = last.fact.seq;
                facts.extend(page);
            }
        }
        facts.sort_by_key(|stored| stored.fact.place());
        let traits = self.traits_by_stream(&streams, &keys)?;
        Ok(Export {
            customer: root.to_string(),
            exported_at: self.now().to_string(),
            identities: page.identities,
            traits: traits
                .into_iter()
                .map(|(it, traits)| (it.to_string(), traits))
                .collect(),
            state: row.state,
            wallet: page.wallet,
            disclosures: page.disclosures,
            merges: page.merges,
            facts: facts
                .into_iter()
                .map(|stored| exported(stored, &keys))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn exported(
    stored: StoredFact,
    keys: &BTreeMap<StreamId, StreamKey>,
) -> Result<ExportedFact, AppError> {
    let fact = stored.fact;
    let personal = match (&stored.personal, keys.get(&fact.stream)) {
        (Some(sealed), Some(key)) => key.open(sealed)?,
        (Some(_), None) => return Err(AppError::Unreadable),
        (None, _) => Personal::new(),
    };
    Ok(ExportedFact {
        id: fact.id.to_string(),
        name: fact.behaviour.name().to_owned(),
        at: fact.at.to_string(),
        received_at: fact.received_at.to_string(),
        channel: fact.channel.to_string(),
        origin: fact.origin.word().to_owned(),
        message_id: stored.message_id,
        behaviour: serde_json::from_str(&fact.behaviour.body())
            .map_err(|error| AppError::Invalid(error.to_string()))?,
        personal,
    })
}
