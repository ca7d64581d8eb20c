//! What `fanous import` can be told.

use std::path::PathBuf;

use clap::Args;
use connectors::history::{Asked, Columns, Kind};
use domain::events::Channel;
use domain::money::Currency;
use domain::time::Zone;
use serde::{Deserialize, Serialize};

use crate::commands::Failure;

/// The most files of one import: each waits for the others, sorted, with a file of its own open.
const FILES_MAX: usize = 64;

/// Which files, and how they are to be read.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[command(after_help = fields_help())]
pub(crate) struct ImportArguments {
    /// The files: CSV or NDJSON, plain or gzip, in any order. What each tells of is recognised.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the files tell of: orders, refunds, customers, products, reviews, deliveries or
    /// consents.
    #[arg(long)]
    pub(crate) kind: Option<Kind>,
    /// Which column holds a field, such as order_id=InvoiceNo; may be given several times.
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    pub(crate) columns: Vec<String>,
    /// The currency of amounts without one: three letters.
    #[arg(long)]
    pub(crate) currency: Option<Currency>,
    /// The time zone of times without an offset, such as Europe/Amsterdam.
    #[arg(long)]
    pub(crate) zone: Option<Zone>,
    /// Where things without a channel happened: web, app, store, social, ….
    #[arg(long)]
    pub(crate) channel: Option<Channel>,
    /// A mapping file (JSON) that says which column is what; recognised by the header when silent.
    #[arg(long)]
    pub(crate) mapping: Option<PathBuf>,
    /// Writes down how the file was understood, for --mapping.
    #[arg(long, value_name = "FILE")]
    pub(crate) save_mapping: Option<PathBuf>,
    /// Where lines go that cannot be taken. [default: FILE.rejected.csv beside each file]
    #[arg(long)]
    pub(crate) rejects: Option<PathBuf>,
    /// Reads everything, brings nothing in, and reports what would come in.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl ImportArguments {
    /// Every path among them.
    pub(crate) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let others = [&mut self.mapping, &mut self.save_mapping, &mut self.rejects];
        self.files.iter_mut().chain(others.into_iter().flatten())
    }

    /// What counts before what is recognised.
    pub(super) fn asked(&self) -> Result<Asked, Failure> {
        let mut columns = Columns::default();
        for told in &self.columns {
            let Some((field, column)) = told.split_once('=').filter(|(_, it)| !it.is_empty())
            else {
                let sentence = "expected FIELD=COLUMN, such as --map order_id=InvoiceNo";
                return Err(Failure::wrong_use(format!("--map {told}: {sentence}")));
            };
            columns.set(field.trim(), column);
        }
        Ok(Asked {
            kind: self.kind,
            columns,
            currency: self.currency,
            channel: self.channel,
            zone: self.zone.clone(),
        })
    }

    /// Refuses what makes no sense together.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let refused = |sentence: &str| Err(Failure::wrong_use(sentence));
        if self.files.len() > FILES_MAX {
            return refused("at most 64 files at once: give them in several commands");
        }
        let is_for_one = self.save_mapping.is_some() || self.rejects.is_some();
        if is_for_one && self.files.len() != 1 {
            return refused("--save-mapping and --rejects are for one file: give the files singly");
        }
        Ok(())
    }
}

/// The fields of each kind, for the help.
fn fields_help() -> String {
    let mut help = "Fields that --map can name (* always needed):".to_owned();
    for kind in Kind::ALL {
        let name = |field: &connectors::history::Field| match field.is_needed {
            true => format!("{}*", field.name),
            false => field.name.to_owned(),
        };
        let names: Vec<String> = kind.fields().iter().map(name).collect();
        help.push_str(&format!("\n  {:<11} {}", kind.word(), names.join(" ")));
    }
    help
}
