//! `fanous keys`: keys of the API.

use app::App;
use app::settings::KeyKind;
use app::trust::{Acting, NewKey, Origin, TrustError, Who};
use clap::Subcommand;
use domain::ids::KeyId;
use domain::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Failure;
use crate::terminal::Terminal;

/// What to do with keys.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub(crate) enum KeysAction {
    /// Make a key and show it this once.
    Create {
        /// write (public: sends events) or secret (opens the JSON API).
        #[arg(long)]
        kind: String,
        /// What the shop calls it. [default: the kind]
        #[arg(long)]
        label: Option<String>,
        /// What it may do, with commas between: see_figures,segments, …. [default: whatever a
        /// key of its kind can]
        #[arg(long)]
        scopes: Option<String>,
        /// After so many days it is no key any more. [default: never]
        #[arg(long)]
        days: Option<u32>,
    },
    /// List the keys, without the keys themselves.
    List,
    /// Make a key that takes the place of another, and show it this once.
    Rotate {
        /// key_…
        key: String,
        /// For so many hours both are good.
        #[arg(long, default_value_t = 24)]
        hours: u32,
    },
    /// End a key at once.
    Revoke {
        /// key_…
        key: String,
    },
}

impl From<TrustError> for Failure {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::App(error) => error.into(),
            TrustError::Refused(refusal) => Self::wrong_use(refusal),
        }
    }
}

pub(super) fn run(action: &KeysAction, app: &App, terminal: &mut Terminal) -> Result<(), Failure> {
    // Whoever commands the machine may do everything, and it stands in the audit.
    let acting = app.acting(Who::System, Origin::machine());
    match action {
        KeysAction::Create {
            kind,
            label,
            scopes,
            days,
        } => {
            let kind: KeyKind = kind.parse()?;
            let mut new = NewKey::whole(kind, label.as_deref().unwrap_or(kind.word()));
            if let Some(scopes) = scopes {
                new.scopes = scopes.parse().map_err(Failure::wrong_use)?;
            }
            let end = |days: &u32| app.now().plus(i64::from(*days) * Millis::DAY);
            new.expires_at = days.as_ref().map(end);
            let (id, key) = acting.key_make(&new)?;
            let json = json!({
                "id": id, "kind": kind.word(), "key": key.reveal(), "scopes": new.scopes,
            });
            terminal.answer(key.reveal(), &json);
        }
        KeysAction::List => list(&acting, terminal)?,
        KeysAction::Rotate { key, hours } => {
            let old = named(key)?;
            let (id, key) = acting.key_rotate(old, i64::from(*hours) * 3_600_000)?;
            let json = json!({ "id": id, "key": key.reveal(), "replaces": old });
            terminal.answer(key.reveal(), &json);
        }
        KeysAction::Revoke { key } => {
            let id = named(key)?;
            acting.key_revoke(id)?;
            terminal.answer("Revoked. It opens nothing any more.", &json!({ "id": id }));
        }
    }
    Ok(())
}

fn named(text: &str) -> Result<KeyId, Failure> {
    text.parse().map_err(Failure::wrong_use)
}

fn list(acting: &Acting, terminal: &mut Terminal) -> Result<(), Failure> {
    let keys = acting.keys()?;
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let state = if key.is_good { "good" } else { "ended" };
            let (kind, label) = (key.kind.word(), &key.label);
            format!("{}  {kind:6}  {state:5}  {label}: {}", key.id, key.scopes)
        })
        .collect();
    let sentence = if lines.is_empty() {
        "There are no keys.".to_owned()
    } else {
        lines.join("\n")
    };
    let json = serde_json::to_value(&keys).map_err(Failure::failed)?;
    terminal.answer(&sentence, &json);
    Ok(())
}
