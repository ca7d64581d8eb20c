//! `import_lines`: the real file of the example, from the disk until everything is committed.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use connectors::history::{self, Defaults, Options, Sorted};
use domain::events::Channel;
use domain::money::Currency;
use domain::settings::ShopSettings;
use domain::time::Zone;

use crate::figure::{Figure, Target};
use crate::{Bench, Failure, load};

/// The lines of the example, all of them.
const LINES: u64 = 541_909;
const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../examples/online-retail/online_retail.csv.gz"
);

pub(crate) fn run(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let folder = bench.place.folder("import")?;
    let app = load::open_sqlite(&folder)?;
    let start = Instant::now();
    let mut sorted = read(&folder)?;
    let read = start.elapsed();
    app.settings_put(ShopSettings {
        currency: sorted.mapping().currency,
        zone: sorted.mapping().zone.clone(),
        ..ShopSettings::default()
    })?;
    let start = Instant::now();
    let imported = app.import(
        "figures",
        sorted.pieces(),
        &AtomicBool::new(false),
        &mut |_| {},
    )?;
    let written = start.elapsed();
    let start = Instant::now();
    app.settle()?;
    let settled = start.elapsed();
    let lines = sorted.summary().lines_read;
    eprintln!(
        "import: {} documents, {} anonymous; read {read:.2?}, write {written:.2?}, \
         settle {settled:.2?}",
        imported.accepted, imported.anonymous
    );
    let fsync_p50_us = bench.place.fsync_p50_us()?;
    let figure = |name, took: Duration, target| Figure {
        name,
        value: lines as f64 / took.as_secs_f64(),
        unit: "lines/s",
        n: lines,
        n_fixed: LINES,
        target,
        peer: None,
        engine: "sqlite",
        sync: "WAL, synchronous=FULL",
        fsync_p50_us,
    };
    Ok(vec![
        figure("import_lines", read + written, Target::AtLeast(300_000.0)),
        figure("import_read", read, Target::None),
        figure("import_write", written, Target::None),
        figure("import_settle", settled, Target::None),
    ])
}

fn read(folder: &Path) -> Result<Sorted, Failure> {
    let defaults = Defaults {
        currency: Currency::GBP,
        channel: Channel::Web,
        zone: Zone::utc(),
    };
    let sorted = history::read(
        Path::new(FILE),
        &Options::new(defaults, folder.to_owned()),
        &mut |_| Ok(()),
        &mut |_| ControlFlow::Continue(()),
    );
    Ok(sorted?)
}
