//! `fanous import`: a shop's past from a file of order lines.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use app::history::Imported;
use clap::Args;
use connectors::history::{self, Defaults, Error, Mapping, Options, Rejected, Sorted};
use domain::events::Channel;
use domain::settings::ShopSettings;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Failure;
use crate::terminal::Terminal;

/// Which file, and how it is to be read.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub(crate) struct ImportArguments {
    /// The file: CSV, plain or gzip.
    pub(crate) file: PathBuf,
    /// A mapping file (JSON) that says which column is what; recognised by the header when silent.
    #[arg(long)]
    pub(crate) mapping: Option<PathBuf>,
    /// Where lines go that cannot be taken. [default: FILE.rejected.csv beside the file, or in
    /// the current folder]
    #[arg(long)]
    pub(crate) rejects: Option<PathBuf>,
}

/// What an import comes to, in order lines; `read` is the sum of the next three.
#[derive(Debug, Clone, Copy, Serialize)]
struct Report {
    read: u64,
    accepted: u64,
    duplicate: u64,
    rejected: u64,
    customers: u64,
    orders: u64,
}

pub(super) fn run(
    arguments: &ImportArguments,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let (report, rejects) = import(arguments, app, terminal, stop)?;
    let mut sentence = format!(
        "{} lines read: {} accepted, {} were there before, {} rejected; {} customers, {} orders.",
        report.read,
        report.accepted,
        report.duplicate,
        report.rejected,
        report.customers,
        report.orders
    );
    if let Some(path) = rejects {
        sentence.push_str(&format!(
            "\nRejected lines with their reasons: {}",
            path.display()
        ));
    }
    terminal.answer(&sentence, &json!(report));
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
        file,
        mapping: None,
        rejects: None,
    };
    import(&arguments, app, terminal, stop).map(|_| ())
}

fn import(
    arguments: &ImportArguments,
    app: &App,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<(Report, Option<PathBuf>), Failure> {
    let mapping = arguments.mapping.as_deref().map(read_mapping).transpose()?;
    let settings = app.in_force().settings.clone();
    let temporary = tempfile::tempdir().map_err(Failure::failed)?;
    let defaults = Defaults {
        currency: settings.currency,
        channel: Channel::Web,
        zone: settings.zone.clone(),
    };
    let mut options = Options::new(defaults, temporary.path().to_owned());
    options.mapping = mapping;
    let mut rejects = Rejects::new(arguments);
    let mut sorted = read(&arguments.file, &options, &mut rejects, terminal, stop)?;
    let rejects = rejects.close()?;
    settle_settings(app, &settings, sorted.mapping())?;
    let id = import_id(&arguments.file, sorted.mapping())?;
    let summary = sorted.summary().clone();
    let lines_rejected: u64 = summary.lines_rejected.values().sum();
    let imported = app.import(&id, sorted.pieces(), stop, &mut |imported: &Imported| {
        terminal.progress(&format!(
            "{} of {} lines written",
            imported.lines, summary.lines_read
        ));
    })?;
    app.settle()?;
    let known = imported.duplicate_lines + imported.refused_lines;
    let report = Report {
        read: summary.lines_read,
        accepted: imported.lines.saturating_sub(known),
        duplicate: imported.duplicate_lines,
        rejected: lines_rejected + imported.refused_lines,
        customers: summary.customers,
        orders: imported.orders,
    };
    Ok((report, rejects))
}

fn read(
    file: &Path,
    options: &Options,
    rejects: &mut Rejects,
    terminal: &mut Terminal,
    stop: &AtomicBool,
) -> Result<Sorted, Failure> {
    let mut progress = |progress: history::Progress| {
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
    sorted.map_err(|error| match error {
        Error::Header(_)
        | Error::NotCsv(_)
        | Error::Empty
        | Error::NotAFile(_)
        | Error::Encoding(_) => Failure::wrong_use(format!("{}: {error}", file.display())),
        other => Failure::failed(format!(
            "{}: {other}. Nothing of it was taken.",
            file.display()
        )),
    })
}

/// A shop that has no settings of its own yet takes the currency and the zone of its first file.
fn settle_settings(app: &App, settings: &ShopSettings, mapping: &Mapping) -> Result<(), Failure> {
    let fresh = ShopSettings::default();
    if *settings != fresh {
        return Ok(());
    }
    app.settings_put(ShopSettings {
        currency: mapping.currency,
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

/// The file of rejected lines; it comes into being with the first of them.
struct Rejects {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Rejects {
    fn new(arguments: &ImportArguments) -> Self {
        let path = arguments.rejects.clone().unwrap_or_else(|| {
            let mut name = arguments.file.file_name().unwrap_or_default().to_owned();
            name.push(".rejected.csv");
            arguments.file.with_file_name(name)
        });
        Self { path, file: None }
    }

    fn write(&mut self, line: Rejected<'_>) -> std::io::Result<()> {
        if self.file.is_none() {
            let mut file = BufWriter::new(File::create(&self.path)?);
            file.write_all(b"line,reason,detail,what to do,as it stands\n")?;
            self.file = Some(file);
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let raw = String::from_utf8_lossy(line.raw);
        let cells = [line.detail, line.reason.sentence(), raw.trim_end()].map(quoted);
        let [detail, sentence, raw] = cells;
        writeln!(
            file,
            "{},{},{detail},{sentence},{raw}",
            line.line,
            line.reason.word()
        )
    }

    /// Where the rejected lines are, if there are any.
    fn close(self) -> Result<Option<PathBuf>, Failure> {
        let Some(mut file) = self.file else {
            return Ok(None);
        };
        file.flush().map_err(Failure::failed)?;
        Ok(Some(self.path))
    }
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}
