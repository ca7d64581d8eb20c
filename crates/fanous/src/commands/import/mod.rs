//! `fanous import`: a shop's past from files.
//!
//! All files are read and sorted before any is written, so one that cannot be read to its end
//! changes nothing. Each is written as an import of its own, known by a digest of its content and
//! of how it is read: a run that was stopped goes on where it was, file by file.

mod arguments;
mod rejects;
mod report;

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use app::history::Imported;
use connectors::history::{
    self, Defaults, Error, HeaderError, Kind, Mapping, Options, Progress, Sorted,
};
use domain::events::Channel;
use domain::settings::ShopSettings;
use sha2::{Digest, Sha256};

pub(crate) use arguments::ImportArguments;
use rejects::{Rejections, Rejects};
use report::{FileReport, Report};

use super::Failure;
use crate::terminal::Terminal;

/// The least memory that sorting one of many files may take, in bytes.
const BUDGET_BYTES_MIN: usize = 4 * 1024 * 1024;

/// A file that was read whole and waits to be written.
struct Waiting {
    path: PathBuf,
    sorted: Sorted,
    rejections: Rejections,
}

pub(super) fn run(
    arguments: &ImportArguments,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let report = import(arguments, app, terminal, stop)?;
    terminal.answer(&report.sentences(), &report.json());
    Ok(())
}

/// Brings the built-in example in, quietly.
pub(crate) fn import_file(
    file: PathBuf,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let arguments = ImportArguments {
        files: vec![file],
        ..ImportArguments::default()
    };
    import(&arguments, app, terminal, stop).map(|_| ())
}

fn import(
    arguments: &ImportArguments,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<Report, Failure> {
    arguments.check()?;
    let settings = app.in_force().settings.clone();
    let temporary = tempfile::tempdir().map_err(Failure::failed)?;
    let options = options(arguments, &settings, temporary.path())?;
    let mut waiting = Vec::with_capacity(arguments.files.len());
    for path in &arguments.files {
        let mut rejects = Rejects::new(arguments, path);
        let sorted = read(path, &options, &mut rejects, terminal, stop)?;
        waiting.push(Waiting {
            path: path.clone(),
            sorted,
            rejections: rejects.close()?,
        });
    }
    if let (Some(path), [file]) = (&arguments.save_mapping, &waiting[..]) {
        save_mapping(path, file.sorted.mapping())?;
    }
    let mut report = Report::new(arguments.dry_run);
    if arguments.dry_run {
        let files = waiting.iter();
        report.files = files.map(|file| FileReport::of(file, None)).collect();
        return Ok(report);
    }
    settle_settings(app, &settings, &waiting)?;
    // A cost that is known before the orders are is not a reason to fold their customers twice;
    // and whose an address is, a file of customers knows better than an order of a guest.
    waiting.sort_by_key(|file| match file.sorted.mapping().kind {
        Kind::Products => 0,
        Kind::Customers => 1,
        _ => 2,
    });
    for file in &mut waiting {
        let imported = write(file, app, terminal, stop)?;
        report.files.push(FileReport::of(file, Some(&imported)));
    }
    app.settle()?;
    Ok(report)
}

fn options(
    arguments: &ImportArguments,
    settings: &ShopSettings,
    folder: &Path,
) -> Result<Options, Failure> {
    let defaults = Defaults {
        currency: settings.currency,
        channel: Channel::Web,
        zone: settings.zone.clone(),
    };
    let mut options = Options::new(defaults, folder.to_owned());
    options.budget_bytes = (Options::BUDGET_BYTES / arguments.files.len()).max(BUDGET_BYTES_MIN);
    options.mapping = arguments.mapping.as_deref().map(read_mapping).transpose()?;
    options.asked = arguments.asked()?;
    Ok(options)
}

fn read(
    file: &Path,
    options: &Options,
    rejects: &mut Rejects,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<Sorted, Failure> {
    let mut progress = |progress: Progress| {
        let percent = progress.bytes.saturating_mul(100) / progress.bytes_total.max(1);
        terminal.progress(&format!("{} lines read, {percent} %", progress.lines));
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let sorted = history::read(
        file,
        options,
        &mut |line| rejects.write(line),
        &mut progress,
    );
    let shown = file.display();
    sorted.map_err(|error| match error {
        Error::Header(HeaderError::Missing { .. }) => Failure::wrong_use(format!(
            "{shown}: {error} (--map order_id=COLUMN names one, --kind says what the file tells of)"
        )),
        Error::Header(_)
        | Error::NotCsv(_)
        | Error::JsonList
        | Error::Empty
        | Error::NotAFile(_)
        | Error::Encoding(_) => Failure::wrong_use(format!("{shown}: {error}")),
        other => Failure::failed(format!("{shown}: {other}. Nothing of it was taken.")),
    })
}

fn write(
    file: &mut Waiting,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<Imported, Failure> {
    let id = import_id(&file.path, file.sorted.mapping())?;
    let lines = file.sorted.summary().lines_read;
    let name = file.path.file_name().unwrap_or_default().to_owned();
    let name = name.to_string_lossy();
    let imported = app.import(&id, file.sorted.pieces(), stop, &mut |imported| {
        let written = imported.lines;
        terminal.progress(&format!("{name}: {written} of {lines} lines written"));
    })?;
    Ok(imported)
}

/// A shop that has no settings of its own yet takes the currency and the zone of its first file
/// of orders, or else of its first file.
fn settle_settings(app: &App, settings: &ShopSettings, waiting: &[Waiting]) -> Result<(), Failure> {
    let fresh = ShopSettings::default();
    let of_orders = |file: &&Waiting| file.sorted.mapping().kind == Kind::Orders;
    let first = waiting.iter().find(of_orders).or(waiting.first());
    let Some(first) = first.filter(|_| *settings == fresh) else {
        return Ok(());
    };
    let mapping = first.sorted.mapping();
    let totals = &first.sorted.summary().totals;
    // What all amounts are in says more than what amounts without a currency would be in.
    let only = totals.keys().next().filter(|_| totals.len() == 1);
    app.settings_put(ShopSettings {
        currency: only.copied().unwrap_or(mapping.currency),
        zone: mapping.zone.clone(),
        ..fresh
    })?;
    Ok(())
}

fn read_mapping(path: &Path) -> Result<Mapping, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::wrong_use(format!("{}: {error}", path.display())))
}

fn save_mapping(path: &Path, mapping: &Mapping) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(mapping).map_err(Failure::failed)?;
    text.push('\n');
    std::fs::write(path, text)
        .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

/// The same file read in the same way is the same import, wherever it lies.
fn import_id(path: &Path, mapping: &Mapping) -> Result<String, Failure> {
    let failed = |error| Failure::failed(format!("{}: {error}", path.display()));
    let mut hash = Sha256::new();
    hash.update(serde_json::to_string(mapping).map_err(Failure::failed)?);
    let mut file = File::open(path).map_err(failed)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let hex: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("import:{hex}"))
}
