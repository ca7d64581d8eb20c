//! `fanous export` and `fanous erase`: one customer.

use app::App;
use app::customers::CustomerRef;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::Failure;
use crate::terminal::Terminal;

/// One customer.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub(crate) struct CustomerArguments {
    /// cus_…, or namespace:value such as user_id:17850 or email:name@example.com
    customer: String,
}

impl CustomerArguments {
    fn find(&self, app: &App) -> Result<domain::ids::StreamId, Failure> {
        let named: CustomerRef = self.customer.parse()?;
        Ok(app.customer_find(&named)?)
    }
}

pub(super) fn export(
    arguments: &CustomerArguments,
    app: &App,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let export = app.export(arguments.find(app)?)?;
    terminal.text(&serde_json::to_string_pretty(&export).map_err(Failure::failed)?);
    Ok(())
}

pub(super) fn erase(
    arguments: &CustomerArguments,
    app: &App,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let erased = app.erase(arguments.find(app)?)?;
    let sentence = format!(
        "Erased: {} profiles and {} identities. The shop's sums stay; nothing leads back.",
        erased.streams, erased.identities
    );
    terminal.answer(
        &sentence,
        &serde_json::to_value(erased).map_err(Failure::failed)?,
    );
    Ok(())
}
