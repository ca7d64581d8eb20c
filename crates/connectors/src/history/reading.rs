//! Reading order lines: of orders, of refunds, and of what platforms tell of either.

use std::io;

use super::error::Error;
use super::fragment::{Fragment, FragmentWriter, Head, LinePart};
use super::group::{Grouped, Grouper};
use super::header::Places;
use super::line::LineReader;
use super::mapping::Mapping;
use super::reject::{Refusal, Rejects};
use super::sort::{Kept, Sorter};
use super::table::{Found, Next, Table};
use super::titles::{Claim, Titles};
use super::{LINES_PER_PROGRESS, Options, Watch};

/// What is gathered while a file is read.
pub(super) struct Reading<'a> {
    mapping: &'a Mapping,
    reader: LineReader,
    writer: FragmentWriter,
    titles: Titles,
    fragments: Sorter,
    documents: Sorter,
}

impl<'a> Reading<'a> {
    pub(super) fn new(mapping: &'a Mapping, places: Places, options: &Options) -> Self {
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

    pub(super) fn read_lines<T: Table>(
        &mut self,
        lines: &mut T,
        rejects: &mut Rejects<'_>,
        watch: &mut Watch<'_>,
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
                watch.tell(lines.so_far(), count)?;
            }
        }
    }

    /// Understands a line and puts it to its order's fragment.
    fn take(&mut self, lines: &impl Table, found: &Found) -> io::Result<Result<(), Refusal>> {
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
                source: &head.source,
                is_refund: head.is_refund,
                refund_of: &head.refund_of,
                personal: &head.personal,
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
    pub(super) fn group(
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
