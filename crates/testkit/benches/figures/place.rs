//! Where the benches write: a real disk, with the time of an fsync measured on it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::TempDir;

use crate::Failure;

/// So many fsyncs are timed.
const FSYNCS: usize = 200;
/// What is written before each of them: a page.
const BYTES: usize = 4096;

/// A folder on the disk that holds the build, which is never one in memory by accident, as the
/// system's temporary folder may be.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Result<Self, Failure> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(target)?;
        let folder = tempfile::Builder::new()
            .prefix("figures-")
            .tempdir_in(target)?;
        Ok(Self { folder })
    }

    /// A new folder in it.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// How long an fdatasync of one written page takes, in microseconds: half took less.
    pub(crate) fn fsync_p50_us(&self) -> Result<u64, Failure> {
        let path = self.folder.path().join("fsync");
        let mut file = File::create(&path)?;
        let mut times = Vec::with_capacity(FSYNCS);
        for number in 0..FSYNCS {
            let page = [u8::try_from(number % 251)?; BYTES];
            let start = Instant::now();
            file.write_all(&page)?;
            file.sync_data()?;
            times.push(start.elapsed().as_micros());
        }
        drop(file);
        std::fs::remove_file(path)?;
        times.sort_unstable();
        Ok(u64::try_from(times[FSYNCS / 2])?)
    }
}

/// The throwaway PostgreSQL that `cargo xtask bench` gives.
pub(crate) fn postgres_url() -> Result<String, Failure> {
    std::env::var("FANOUS_TEST_POSTGRES").map_err(|_| {
        "FANOUS_TEST_POSTGRES names no PostgreSQL: run `cargo xtask bench`, which starts one".into()
    })
}

/// A schema of its own on that server, empty at the start and gone at the end.
pub(crate) struct Schema {
    pub(crate) url: String,
    pub(crate) name: String,
}

impl Schema {
    pub(crate) fn new(name: &str) -> Result<Self, Failure> {
        let schema = Self {
            url: postgres_url()?,
            name: format!("figures_{name}"),
        };
        schema.drop_all()?;
        Ok(schema)
    }

    fn drop_all(&self) -> Result<(), Failure> {
        let mut client = postgres::Client::connect(&self.url, postgres::NoTls)?;
        let name = &self.name;
        client.batch_execute(&format!(
            "SET client_min_messages = warning; DROP SCHEMA IF EXISTS {name} CASCADE"
        ))?;
        Ok(())
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Err(error) = self.drop_all() {
            eprintln!("the schema {} stays: {error}", self.name);
        }
    }
}
