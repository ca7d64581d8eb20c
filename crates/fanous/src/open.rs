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
        // The address may hold a password.
        hide_env_values = true,
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
    #[arg(long, global = true, env = "FANOUS_WRITERS", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) writers: u16,
    /// Accept a PostgreSQL server that may lose what it acknowledged (fsync or full_page_writes
    /// off).
    #[arg(long, global = true, env = "FANOUS_UNSAFE")]
    pub(crate) r#unsafe: bool,
    /// There is a backup of the PostgreSQL database: an upgrade may change its tables. (SQLite's
    /// file is copied by itself.)
    #[arg(long, global = true)]
    pub(crate) backup_done: bool,
}

impl DataOptions {
    /// The data folder, when there is one.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        (!store::is_address(&self.data)).then(|| PathBuf::from(&self.data))
    }

    /// How the store is opened.
    pub(crate) fn options(&self) -> Options {
        Options {
            writers: usize::from(self.writers),
            schema: self.schema.clone(),
            unsafe_durability: self.r#unsafe,
            backup_done: self.backup_done,
            ..Options::default()
        }
    }

    /// Where the data are, without the password of the database.
    pub(crate) fn shown(&self) -> String {
        without_password(&self.data)
    }

    /// Where the shop's key and the erasure journal are.
    pub(crate) fn key_folder(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| match self.folder() {
            Some(folder) => folder.join("keys"),
            None => PathBuf::from("fanous-keys"),
        })
    }
}

/// Opens the store and the shop's keys.
pub(crate) fn open(data: &DataOptions) -> Result<App, Failure> {
    let store = Store::open(&data.data, &data.options()).map_err(Failure::failed)?;
    let environment = Environment::system();
    let vault = Vault::open(&data.key_folder(), &environment)?;
    Ok(App::open(store, environment, vault)?)
}

/// An address without its password; anything else as it is.
pub(crate) fn without_password(address: &str) -> String {
    let hidden = address.split_once("://").and_then(|(scheme, rest)| {
        // A password may hold a slash or an @ that somebody forgot to encode: the last @ before
        // the query ends it.
        let before_query = rest.split('?').next().unwrap_or(rest);
        let (who, place) = rest.split_at(before_query.rfind('@')?);
        let (user, _) = who.split_once(':')?;
        Some(format!("{scheme}://{user}:…{place}"))
    });
    let shown = hidden.unwrap_or_else(|| address.to_owned());
    match shown.split_once("password=") {
        Some((before, after)) => {
            let rest = after.find('&').map_or("", |end| &after[end..]);
            format!("{before}password=…{rest}")
        }
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_never_shown() {
        let check = |address: &str, shown: &str| assert_eq!(without_password(address), shown);
        check("fanous-data", "fanous-data");
        check("postgres://shop@db/fanous", "postgres://shop@db/fanous");
        check("postgres://shop:s3cret@db/f", "postgres://shop:…@db/f");
        check("postgres://shop:s3@cr/et@db/f", "postgres://shop:…@db/f");
        check(
            "postgres://db/f?user=shop&password=s3cret&x=1",
            "postgres://db/f?user=shop&password=…&x=1",
        );
    }
}
