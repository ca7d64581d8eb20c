//! A shop's past orders, read from a file of order lines.
//!
//! [`read`] takes a CSV file, plain or gzip, in constant memory: lines are understood by a
//! [`Mapping`], gathered into fragments of orders, sorted on the disk when they do not fit in
//! memory, grouped into documents, and sorted again by customer. Only when the whole file was
//! read without an error is there a [`Sorted`], so a caller that writes what it gives has
//! either all of a file before it or nothing. The pieces are the same for the same file whatever
//! memory is given, and for the same lines in any order but for what goes by a first line: whose
//! an order is, its currency, its channel and its country.
//!
//! The way of a line: `source` (bytes) → `split` (cells) → `line` (numbers) → `fragment` →
//! `sort` → `group` (documents) → `sort` → `pieces`.

mod cell;
mod codec;
mod documents;
mod error;
mod fragment;
mod group;
mod header;
mod line;
mod mapping;
mod pieces;
mod reject;
mod sort;
mod source;
mod split;
mod titles;

#[cfg(test)]
mod tests;

pub use error::{Error, ReadSoFar};
pub use group::Totals;
pub use header::HeaderError;
pub use mapping::{Columns, DateOrder, Defaults, KindRule, Mapping};
pub use pieces::{CHUNK_MAX, PIECE_LINES_MAX, Pieces};
pub use reject::{RAW_BYTES_MAX, REPORTED_MAX, Reason, Rejected};

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use domain::money::Currency;
use domain::time::Millis;

use documents::{CUSTOMER, PRODUCT, shared_key};
use fragment::{Fragment, FragmentWriter, Head, LinePart};
use group::{Grouped, Grouper};
use header::Places;
use line::LineReader;
use reject::{Refusal, Rejects};
use sort::{Kept, Sorter};
use source::Source;
use split::{Found, Lines, Next};
use titles::{Claim, Titles};

/// How many lines are read between two reports of progress.
const LINES_PER_PROGRESS: u64 = 8_192;

/// How a file is to be read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which column is what; recognised by the header when silent.
    pub mapping: Option<Mapping>,
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
    /// Order lines that were read.
    pub lines: u64,
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Order lines that were read: all but the header and empty lines.
    pub lines_read: u64,
    /// Order lines that are in the pieces.
    pub lines_accepted: u64,
    /// Order lines that are not, by reason.
    pub lines_rejected: BTreeMap<Reason, u64>,
    /// Customers.
    pub customers: u64,
    /// Orders of customers.
    pub orders: u64,
    /// Refunds of customers.
    pub refunds: u64,
    /// Orders and corrections that lead to nobody.
    pub anonymous_orders: u64,
    /// Products with a title.
    pub products: u64,
    /// What it all comes to, by currency.
    pub totals: BTreeMap<Currency, Totals>,
    /// The earliest order or refund.
    pub earliest: Option<Millis>,
    /// The latest order or refund.
    pub latest: Option<Millis>,
}

/// A file that was read whole.
pub struct Sorted {
    mapping: Mapping,
    summary: Summary,
    kept: Kept,
}

impl Sorted {
    /// The mapping by which it was read.
    #[must_use]
    pub const fn mapping(&self) -> &Mapping {
        &self.mapping
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
    let mut lines = Lines::new(Source::open(path, encoding, options.unpacked_bytes_max)?);
    let header = lines.header()?;
    let mapping = match &options.mapping {
        Some(mapping) => mapping.clone(),
        None => Mapping::recognise(&header, &options.defaults)?,
    };
    let places = Places::find(&mapping.columns, &header)?;
    let mut rejects = Rejects::new(rejected);
    let mut reading = Reading::new(&mapping, places, options);
    let lines_read = reading.read_lines(&mut lines, &mut rejects, progress)?;
    let so_far = lines.so_far();
    let mut report = || {
        let ReadSoFar {
            bytes, bytes_total, ..
        } = so_far;
        stop_if(progress(Progress {
            bytes,
            bytes_total,
            lines: lines_read,
        }))
    };
    let (grouped, mut kept) = reading.group(&mut rejects, &mut report)?;
    let (products, customers) = count(&mut kept).map_err(Error::Temporary)?;
    let summary = Summary {
        lines_read,
        lines_accepted: grouped.lines,
        lines_rejected: rejects.into_counts(),
        customers,
        orders: grouped.orders,
        refunds: grouped.refunds,
        anonymous_orders: grouped.anonymous_orders,
        products,
        totals: grouped.totals,
        earliest: grouped.earliest,
        latest: grouped.latest,
    };
    Ok(Sorted {
        mapping,
        summary,
        kept,
    })
}

fn stop_if(flow: ControlFlow<()>) -> Result<(), Error> {
    if flow.is_break() {
        Err(Error::Stopped)
    } else {
        Ok(())
    }
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

/// What is gathered while a file is read.
struct Reading<'a> {
    mapping: &'a Mapping,
    reader: LineReader,
    writer: FragmentWriter,
    titles: Titles,
    fragments: Sorter,
    documents: Sorter,
}

impl<'a> Reading<'a> {
    fn new(mapping: &'a Mapping, places: Places, options: &Options) -> Self {
        let part = options.budget_bytes / 8;
        Self {
            mapping,
            reader: LineReader::new(mapping, places),
            writer: FragmentWriter::default(),
            titles: Titles::new(part),
            fragments: Sorter::new(&options.folder, 3 * part),
            documents: Sorter::new(&options.folder, 4 * part),
        }
    }

    fn read_lines(
        &mut self,
        lines: &mut Lines,
        rejects: &mut Rejects<'_>,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        let mut count = 0;
        loop {
            match lines.next()? {
                Next::End => return Ok(count),
                Next::Refused(found, reason) => {
                    let detail = lines.detail(&found, reason);
                    rejects.add(found.line, reason, &detail, lines.raw(&found))?;
                }
                Next::Line(found) => {
                    let understood = self.take(lines, &found).map_err(Error::Temporary)?;
                    if let Err(Refusal { reason, detail }) = understood {
                        rejects.add(found.line, reason, &detail, lines.raw(&found))?;
                    }
                }
            }
            count += 1;
            if count.is_multiple_of(LINES_PER_PROGRESS) {
                let ReadSoFar {
                    bytes, bytes_total, ..
                } = lines.so_far();
                stop_if(progress(Progress {
                    bytes,
                    bytes_total,
                    lines: count,
                }))?;
            }
        }
    }

    /// Understands a line and puts it to its order's fragment.
    fn take(&mut self, lines: &Lines, found: &Found) -> io::Result<Result<(), Refusal>> {
        if !self.reader.has_same_head(lines) {
            self.writer.flush(&mut self.fragments)?;
            if let Err(refusal) = self.reader.read_head(lines, self.mapping) {
                return Ok(Err(refusal));
            }
            let head = &self.reader.head;
            self.writer.begin(&Head {
                order_id: &head.order_id,
                customer_id: &head.customer_id,
                email: &head.email,
                currency: head.currency,
                channel: head.channel,
                country: &head.country,
            });
        }
        let product = self.reader.product(lines, self.mapping);
        let numbers = self.reader.read_numbers(lines, self.mapping);
        let (product, numbers) = match (product, numbers) {
            (Err(refusal), _) | (_, Err(refusal)) => return Ok(Err(refusal)),
            (Ok(product), Ok(numbers)) => (product, numbers),
        };
        let (quantity, amount) = (numbers.quantity, numbers.amount);
        let was_sold = quantity > 0 && amount > 0;
        let claim = Claim {
            was_sold,
            at: numbers.at,
            title: self.reader.title(lines),
        };
        let kind = self.titles.note(self.mapping, product, claim);
        self.titles.keep_bound(&mut self.documents)?;
        let part = LinePart {
            product,
            quantity,
            amount,
            kind,
            line: found.line,
        };
        self.writer.add(&mut self.fragments, numbers.at, &part)?;
        Ok(Ok(()))
    }

    /// Turns what was gathered into sorted documents.
    fn group(
        mut self,
        rejects: &mut Rejects<'_>,
        report: &mut dyn FnMut() -> Result<(), Error>,
    ) -> Result<(Grouped, Kept), Error> {
        self.writer
            .flush(&mut self.fragments)
            .map_err(Error::Temporary)?;
        self.titles
            .flush(&mut self.documents)
            .map_err(Error::Temporary)?;
        let mut merge = self.fragments.merge().map_err(Error::Temporary)?;
        let mut grouper = Grouper::new(self.mapping, &mut self.documents);
        let mut count = 0_u64;
        while let Some((key, payload)) = merge.next().map_err(Error::Temporary)? {
            grouper.take(
                Fragment::read(key, payload).map_err(Error::Temporary)?,
                rejects,
            )?;
            count += 1;
            if count.is_multiple_of(LINES_PER_PROGRESS) {
                report()?;
            }
        }
        report()?;
        let grouped = grouper.finish(rejects)?;
        Ok((grouped, self.documents.keep().map_err(Error::Temporary)?))
    }
}
