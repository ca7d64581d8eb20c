//! From the command line to an open shop.

use std::path::PathBuf;

use app::App;
use app::environment::Environment;
use app::trust::Vault;
use clap::Args;
use store::{Options, Store};

use crate::commands::Failure;

/// Where the shop's data are.
#[derive(Debug, Clone, Args)]
pub(crate) struct DataOptions {
    /// A folder (SQLite inside), or the address of a PostgreSQL database: postgres://…
    #[arg(
        long,
        global = true,
        env = "FANOUS_DATA",
        default_value = "fanous-data"
    )]
    pub(crate) data: String,
    /// The folder of the shop's key and of the erasure journal. Keep a copy of it, apart from the
    /// data: without the key nothing personal can be read. [default: keys in the data folder, or
    /// fanous-keys with PostgreSQL]
    #[arg(long, global = true, env = "FANOUS_KEYS")]
    pub(crate) keys: Option<PathBuf>,
    /// The PostgreSQL schema of the shop.
    #[arg(long, global = true, env = "FANOUS_SCHEMA")]
    pub(crate) schema: Option<String>,
    /// Connections that write, on PostgreSQL.
    #[arg(long, global = true, default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) writers: u16,
    /// Accept a PostgreSQL server that may lose what it acknowledged (fsync or full_page_writes
    /// off).
    #[arg(long, global = true)]
    pub(crate) r#unsafe: bool,
}

impl DataOptions {
    /// The data folder, when there is one.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        let is_address =
            self.data.starts_with("postgres://") || self.data.starts_with("postgresql://");
        (!is_address).then(|| PathBuf::from(&self.data))
    }

    fn key_folder(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| match self.folder() {
            Some(folder) => folder.join("keys"),
            None => PathBuf::from("fanous-keys"),
        })
    }
}

/// Opens the store and the shop's keys.
pub(crate) fn open(data: &DataOptions) -> Result<App, Failure> {
    let options = Options {
        writers: usize::from(data.writers),
        schema: data.schema.clone(),
        unsafe_durability: data.r#unsafe,
        ..Options::default()
    };
    let store = Store::open(&data.data, &options).map_err(Failure::failed)?;
    let environment = Environment::system();
    let vault = Vault::open(&data.key_folder(), &environment)?;
    Ok(App::open(store, environment, vault)?)
}
