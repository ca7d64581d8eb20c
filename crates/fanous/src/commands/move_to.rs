//! `fanous move`: the whole shop to another place, between SQLite and PostgreSQL too.

use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use serde_json::json;
use store::{StoreError, store_move};

use super::Failure;
use super::backup::progress;
use crate::open::DataOptions;
use crate::terminal::Terminal;

/// Where a shop goes.
#[derive(Debug, Clone, Args)]
pub(crate) struct MoveArguments {
    /// An empty folder, or the address of a PostgreSQL database: postgres://…
    #[arg(long)]
    to: String,
    /// The empty schema there, made if it is missing
    #[arg(long)]
    to_schema: Option<String>,
}

pub(crate) fn run(
    arguments: &MoveArguments,
    data: &DataOptions,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let target = DataOptions {
        data: arguments.to.clone(),
        schema: arguments.to_schema.clone(),
        ..data.clone()
    };
    let moved = store_move(
        (&data.data, &data.options()),
        (&target.data, &target.options()),
        &mut |at| {
            terminal.progress(&progress(at));
            !stop.load(Ordering::Relaxed)
        },
    );
    let moved = moved.map_err(|error| match error {
        StoreError::Refused(sentence) => Failure::wrong_use(sentence),
        other => Failure::failed(other),
    })?;
    let rows: u64 = moved.iter().map(|it| it.rows).sum();
    let schema = match &target.schema {
        Some(schema) => format!(" --schema {schema}"),
        None => String::new(),
    };
    let sentence = format!(
        "Moved {rows} rows of {} tables, and compared every one.\nFrom now on start with \
         --data {}{schema} --keys {}. The shop in {} is as it was; remove it when all is well.",
        moved.len(),
        target.shown(),
        data.key_folder().display(),
        data.shown(),
    );
    let tables: serde_json::Map<String, serde_json::Value> = moved
        .iter()
        .map(|it| (it.table.clone(), it.rows.into()))
        .collect();
    terminal.answer(&sentence, &json!({ "rows": rows, "tables": tables }));
    Ok(())
}
