//! A shop's past, read from files: orders, refunds, customers, products, reviews, deliveries and
//! consents.
//!
//! [`read`] takes a CSV or NDJSON file, plain or gzip, in constant memory: what the file tells of
//! is recognised by its header, lines are understood by a [`Mapping`], gathered into documents,
//! sorted on the disk when they do not fit in memory, and handed on by customer. Only when the
//! whole file was read without an error is there a [`Sorted`], so a caller that writes what it
//! gives has either all of a file before it or nothing. The pieces are the same for the same file
//! whatever memory is given, and for the same lines in any order but for what goes by a first
//! line: whose an order is, its currency, its channel, its country and its source (the lines of
//! an order of a platform must stand together).
//!
//! The way of an order line: `source` (bytes) → `split` or `ndjson` (cells) → `platforms` (told
//! anew, if it is one's) → `line` (numbers) → `fragment` → `sort` → `group` (documents) → `sort`
//! → `pieces`. That of any other line: `source` → `split` or `ndjson` → `rows` (documents) →
//! `sort` → `pieces`.

mod cell;
mod codec;
mod documents;
mod error;
mod fields;
mod fragment;
mod group;
mod header;
mod json;
mod line;
mod mapping;
mod ndjson;
mod pieces;
mod platforms;
mod products;
mod reading;
mod reject;
mod rows;
mod sort;
mod source;
mod split;
mod table;
mod titles;

#[cfg(test)]
mod tests;

pub use error::{Error, ReadSoFar};
pub use fields::{Field, Kind};
pub use group::Totals;
pub use header::HeaderError;
pub use mapping::{Asked, Columns, DateOrder, Defaults, KindRule, Mapping, Platform};
pub use pieces::{CHUNK_MAX, PIECE_LINES_MAX, Pieces};
pub use reject::{RAW_BYTES_MAX, REPORTED_MAX, Reason, Rejected};

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use domain::money::Currency;
use domain::time::Millis;

use documents::{CUSTOMER, PRODUCT, shared_key};
use group::Grouped;
use header::Places;
use ndjson::Ndjson;
use reading::Reading;
use reject::{Refusal, Rejects};
use rows::Rows;
use sort::{Kept, Sorter};
use source::{Format, Source};
use split::Lines;
use table::{Next, Table};

/// How many lines are read between two reports of progress.
const LINES_PER_PROGRESS: u64 = 8_192;

/// How a file is to be read.
#[derive(Debug, Clone)]
pub struct Options {
    /// How the file is to be read; recognised by the header when silent.
    pub mapping: Option<Mapping>,
    /// What counts before the mapping, written or recognised.
    pub asked: Asked,
    /// What is taken for granted when the mapping is recognised.
    pub defaults: Defaults,
    /// Where temporary files go. They have no names, so they go away with the process.
    pub folder: PathBuf,
    /// About how much memory sorting may take, in bytes.
    pub budget_bytes: usize,
    /// The most bytes to which a compressed file may unpack. It bounds the temporary files too.
    pub unpacked_bytes_max: u64,
}

impl Options {
    /// The memory that sorting may take unless told otherwise.
    pub const BUDGET_BYTES: usize = 64 * 1024 * 1024;
    /// What a file may unpack to unless told otherwise: about two billion lines.
    pub const UNPACKED_BYTES_MAX: u64 = 200_000_000_000;

    /// The usual options.
    #[must_use]
    pub fn new(defaults: Defaults, folder: PathBuf) -> Self {
        Self {
            mapping: None,
            asked: Asked::default(),
            defaults,
            folder,
            budget_bytes: Self::BUDGET_BYTES,
            unpacked_bytes_max: Self::UNPACKED_BYTES_MAX,
        }
    }
}

/// How far reading came, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file that were read, as it lies on the disk.
    pub bytes: u64,
    /// Bytes that the file has.
    pub bytes_total: u64,
    /// Lines that were read.
    pub lines: u64,
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Lines that were read: all but the header and empty lines. What stands at an order of a
    /// platform as a whole (its postage, its discount) counts as a line.
    pub lines_read: u64,
    /// Lines that are in the pieces.
    pub lines_accepted: u64,
    /// Lines that are not, by reason.
    pub lines_rejected: BTreeMap<Reason, u64>,
    /// Customers, by the most trusted of the names on their lines.
    pub customers: u64,
    /// Orders of customers.
    pub orders: u64,
    /// Refunds.
    pub refunds: u64,
    /// Orders and corrections that lead to nobody.
    pub anonymous_orders: u64,
    /// Products with a title, a cost or a category.
    pub products: u64,
    /// Descriptions of customers.
    pub descriptions: u64,
    /// Reviews.
    pub reviews: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Consents given or taken back.
    pub consents: u64,
    /// Refunds and deliveries that name an order and nobody; they are among those above.
    pub news: u64,
    /// What it all comes to, by currency.
    pub totals: BTreeMap<Currency, Totals>,
    /// The earliest thing that happened.
    pub earliest: Option<Millis>,
    /// The latest thing that happened.
    pub latest: Option<Millis>,
}

/// How a column was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// It holds this field.
    Field(&'static str),
    /// The rules of the platform read it.
    Platform,
    /// It is kept as personal data of the customer, under its own name.
    Trait,
    /// It is left out.
    LeftOut,
}

/// A file that was read whole.
pub struct Sorted {
    mapping: Mapping,
    columns: Vec<(String, Use)>,
    summary: Summary,
    kept: Kept,
}

impl Sorted {
    /// The mapping by which it was read.
    #[must_use]
    pub const fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Its columns in their order, and how each was understood.
    #[must_use]
    pub fn columns(&self) -> &[(String, Use)] {
        &self.columns
    }

    /// What was found.
    #[must_use]
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The pieces, from the first; they can be read again. An import that was interrupted reads
    /// the file anew and meets the same pieces in the same order.
    pub fn pieces(&mut self) -> Pieces<'_> {
        Pieces::new(&mut self.kept)
    }
}

/// Who is told how far reading came.
struct Watch<'a>(&'a mut dyn FnMut(Progress) -> ControlFlow<()>);

impl Watch<'_> {
    fn tell(&mut self, so_far: ReadSoFar, lines: u64) -> Result<(), Error> {
        let ReadSoFar {
            bytes, bytes_total, ..
        } = so_far;
        let progress = Progress {
            bytes,
            bytes_total,
            lines,
        };
        match (self.0)(progress) {
            ControlFlow::Break(()) => Err(Error::Stopped),
            ControlFlow::Continue(()) => Ok(()),
        }
    }
}

/// Reads a file whole: understands, sorts and groups its lines.
///
/// `rejected` gets each line that cannot be taken, in the order of the file but for those that
/// only sorting shows; `progress` is called now and then, and stops the reading when it says so.
///
/// # Errors
/// [`Error`] when the file cannot be read to its end; then nothing of it counts.
pub fn read(
    path: &Path,
    options: &Options,
    rejected: &mut dyn FnMut(Rejected<'_>) -> io::Result<()>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Sorted, Error> {
    let encoding = options
        .mapping
        .as_ref()
        .and_then(|mapping| mapping.encoding.as_deref());
    let source = Source::open(path, encoding, options.unpacked_bytes_max)?;
    let mut rejects = Rejects::new(rejected);
    let mut watch = Watch(progress);
    match source.format() {
        Format::JsonList => Err(Error::JsonList),
        Format::Ndjson => {
            let mut table = Ndjson::new(source);
            let header = table.header()?;
            read_table(table, &header, options, &mut rejects, &mut watch)
        }
        Format::Csv => {
            let mut table = Lines::new(source);
            let header = table.header()?;
            read_table(table, &header, options, &mut rejects, &mut watch)
        }
    }
}

fn read_table<T: Table>(
    mut table: T,
    header: &[String],
    options: &Options,
    rejects: &mut Rejects<'_>,
    watch: &mut Watch<'_>,
) -> Result<Sorted, Error> {
    let mapping = match &options.mapping {
        Some(mapping) => {
            let mut mapping = mapping.clone();
            mapping.heed(&options.asked);
            mapping
        }
        None => Mapping::recognise(header, &options.asked, &options.defaults)?,
    };
    let found = match (mapping.platform, mapping.kind) {
        (Some(platform), _) => {
            let mut table = platforms::Orders::new(platform, header, &mut table);
            let places = table.places();
            read_orders(&mut table, places, &mapping, options, rejects, watch)?
        }
        (None, Kind::Orders | Kind::Refunds) => {
            let places = Places::find(&mapping, header)?;
            read_orders(&mut table, places, &mapping, options, rejects, watch)?
        }
        (None, _) => read_rows(&mut table, header, &mapping, options, rejects, watch)?,
    };
    let FoundInFile {
        lines_read,
        grouped,
        mut kept,
    } = found;
    let (products, customers) = count(&mut kept).map_err(Error::Temporary)?;
    let summary = Summary {
        lines_read,
        lines_accepted: grouped.lines,
        lines_rejected: rejects.take_counts(),
        customers,
        orders: grouped.orders,
        refunds: grouped.refunds,
        anonymous_orders: grouped.anonymous_orders,
        products,
        descriptions: grouped.descriptions,
        reviews: grouped.reviews,
        deliveries: grouped.deliveries,
        consents: grouped.consents,
        news: grouped.news,
        totals: grouped.totals,
        earliest: grouped.earliest,
        latest: grouped.latest,
    };
    Ok(Sorted {
        columns: uses(&mapping, header),
        mapping,
        summary,
        kept,
    })
}

/// What came out of a file.
struct FoundInFile {
    lines_read: u64,
    grouped: Grouped,
    kept: Kept,
}

fn read_orders<T: Table>(
    table: &mut T,
    places: Places,
    mapping: &Mapping,
    options: &Options,
    rejects: &mut Rejects<'_>,
    watch: &mut Watch<'_>,
) -> Result<FoundInFile, Error> {
    let mut reading = Reading::new(mapping, places, options);
    let lines_read = reading.read_lines(table, rejects, watch)?;
    let so_far = table.so_far();
    let (grouped, kept) = reading.group(rejects, &mut || watch.tell(so_far, lines_read))?;
    Ok(FoundInFile {
        lines_read,
        grouped,
        kept,
    })
}

fn read_rows(
    table: &mut dyn Table,
    header: &[String],
    mapping: &Mapping,
    options: &Options,
    rejects: &mut Rejects<'_>,
    watch: &mut Watch<'_>,
) -> Result<FoundInFile, Error> {
    let sorter = Sorter::new(&options.folder, options.budget_bytes);
    let mut rows = Rows::new(mapping, header, sorter)?;
    let mut lines_read = 0_u64;
    loop {
        match table.next()? {
            Next::End => break,
            Next::Refused(found, reason) => {
                let detail = table.detail(&found, reason);
                rejects.add(found.line, reason, &detail, table.raw(&found))?;
            }
            Next::Line(found) => {
                let taken = rows.take(table, found.line).map_err(Error::Temporary)?;
                if let Err(Refusal { reason, detail }) = taken {
                    rejects.add(found.line, reason, &detail, table.raw(&found))?;
                }
            }
        }
        lines_read += 1;
        if lines_read.is_multiple_of(LINES_PER_PROGRESS) {
            watch.tell(table.so_far(), lines_read)?;
        }
    }
    watch.tell(table.so_far(), lines_read)?;
    let (grouped, documents) = rows.finish();
    Ok(FoundInFile {
        lines_read,
        grouped,
        kept: documents.keep().map_err(Error::Temporary)?,
    })
}

/// How each column was understood.
fn uses(mapping: &Mapping, header: &[String]) -> Vec<(String, Use)> {
    let same = |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
    let traits = match mapping.kind {
        Kind::Customers => rows::trait_columns(mapping, header),
        _ => Vec::new(),
    };
    let field_of = |name: &str| {
        let mut fields = mapping.kind.fields().iter();
        let holds = |field: &&Field| {
            let column = mapping.columns.get(field.name);
            column.is_some_and(|column| same(column, name))
        };
        fields.find(holds).map(|field| field.name)
    };
    let use_of = |name: &String| match mapping.platform {
        Some(platform) => {
            let read = platforms::columns_read(platform);
            match read.iter().any(|column| same(column, name)) {
                true => Use::Platform,
                false => Use::LeftOut,
            }
        }
        None => match field_of(name) {
            Some(field) => Use::Field(field),
            None if traits.contains(name) => Use::Trait,
            None => Use::LeftOut,
        },
    };
    header
        .iter()
        .map(|name| (name.clone(), use_of(name)))
        .collect()
}

/// Counts products and customers.
fn count(kept: &mut Kept) -> io::Result<(u64, u64)> {
    let mut cursor = kept.cursor()?;
    let (mut products, mut customers) = (0, 0);
    let mut last = Vec::new();
    while cursor.advance()? {
        let shared = shared_key(cursor.key());
        if shared == last {
            continue;
        }
        last.clear();
        last.extend_from_slice(shared);
        products += u64::from(last.first() == Some(&PRODUCT));
        customers += u64::from(last.first() == Some(&CUSTOMER));
    }
    Ok((products, customers))
}
