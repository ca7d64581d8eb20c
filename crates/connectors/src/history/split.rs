//! Splitting text into lines of cells, whatever the text.
//!
//! The format is RFC 4180 as shops write it: cells are separated by a comma, a semicolon or a
//! tab (whichever the header has most of); lines end in LF or CRLF; a cell that *begins* with a
//! quote may hold separators, line ends and doubled quotes; a quote elsewhere is a letter.
//!
//! A damaged line costs itself and no other: when a quote is not closed within the bounds, or
//! something stands behind a closing one, the line at which the quoted record began is refused
//! and reading goes on at the line after it. No record is held that is longer than the bounds.
//! Re-reading stays cheap: the lines within a quoted cell have their quotes in pairs, so a later
//! scan from one of them meets a line with an odd quote and stops there; and a record with more
//! cells than the header is given up at once.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

use super::error::{Error, ReadSoFar};
use super::header::{COLUMNS_MAX, HeaderError};
use super::reject::Reason;
use super::source::Source;
use super::table::{CELL_BYTES_MAX, Found, LINE_BYTES_MAX, Next, Table};

/// What is asked of the source at once.
const BLOCK_BYTES: usize = 128 * 1024;

/// Lines of a file, split into cells.
pub(super) struct Lines {
    source: Source,
    buffer: Vec<u8>,
    /// The part of `buffer` that is not given yet.
    rest: Range<usize>,
    is_at_end: bool,
    /// The line at which `rest` starts.
    line: u64,
    delimiter: u8,
    /// How many cells a line has; unknown while the header is read.
    columns: Option<usize>,
    replaces: bool,
    cells: Vec<Cell>,
    /// The line at which the quote opened that was met last.
    quote_line: u64,
    /// Quoted cells without the doubling of their quotes.
    unquoted: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Cell {
    start: u32,
    end: u32,
    is_unquoted: bool,
}

/// How a look at the front of the buffer ended.
enum Scan {
    /// A record: where its text and its line end, and how many line ends it took.
    Record {
        text_end: usize,
        next: usize,
        lines: u64,
    },
    /// The buffer ends before the record does.
    More,
    /// It is no record.
    Refused(Reason),
}

impl Lines {
    /// The lines of a source, whose first is the header.
    pub(super) fn new(source: Source) -> Self {
        Self {
            replaces: source.replaces(),
            source,
            buffer: Vec::new(),
            rest: 0..0,
            is_at_end: false,
            line: 1,
            delimiter: b',',
            columns: None,
            cells: Vec::new(),
            quote_line: 1,
            unquoted: Vec::new(),
        }
    }

    /// Reads the header: the names of the columns.
    pub(super) fn header(&mut self) -> Result<Vec<String>, Error> {
        while !self.is_at_end && self.rest.len() <= LINE_BYTES_MAX {
            let front = self.buffer[self.rest.clone()].trim_ascii_start();
            if memchr(b'\n', front).is_some() {
                break;
            }
            self.fill()?;
        }
        let front = self.buffer[self.rest.clone()].trim_ascii_start();
        let first_line = &front[..memchr(b'\n', front).unwrap_or(front.len())];
        self.delimiter = most_frequent(first_line);
        let unreadable = |why| Err(Error::Header(HeaderError::Unreadable(why)));
        match self.next()? {
            Next::End => Err(Error::Empty),
            Next::Refused(_, reason) => unreadable(match reason {
                Reason::Columns => "it has more than 1,000 columns",
                Reason::Encoding => "it is not UTF-8 text; name the encoding in a mapping",
                Reason::Nul => "it holds NUL bytes, as no text does",
                Reason::Quote => "a quote in it is not closed",
                _ => "it is longer than a header can be",
            }),
            Next::Line(_) => {
                let count = self.cells.len();
                self.columns = Some(count);
                let name = |place| String::from_utf8_lossy(self.cell(place).trim_ascii()).into();
                Ok((0..count).map(name).collect())
            }
        }
    }

    /// What only the whole line shows.
    fn check(&self, found: &Found) -> Option<Reason> {
        let raw = self.raw(found);
        let has_nul = || memchr(0, raw).is_some();
        match std::str::from_utf8(raw) {
            Err(_) => Some(Reason::Encoding),
            Ok(text) if self.replaces && text.contains('\u{fffd}') => Some(Reason::Encoding),
            Ok(_) if has_nul() => Some(Reason::Nul),
            Ok(_) => self.check_cells(raw.len()),
        }
    }

    fn check_cells(&self, line_bytes: usize) -> Option<Reason> {
        let is_long = |cell: &Cell| (cell.end - cell.start) as usize > CELL_BYTES_MAX;
        if line_bytes > CELL_BYTES_MAX && self.cells.iter().any(is_long) {
            return Some(Reason::CellTooLong);
        }
        let count = self.cells.len();
        let fits = self
            .columns
            .map_or(count <= COLUMNS_MAX, |columns| count == columns);
        (!fits).then_some(Reason::Columns)
    }

    fn columns_max(&self) -> usize {
        self.columns.unwrap_or(COLUMNS_MAX)
    }

    /// Looks for a record at the front of the buffer.
    fn scan(&mut self) -> Scan {
        self.cells.clear();
        self.unquoted.clear();
        let front = &self.buffer[self.rest.clone()];
        let is_too_long = front.len() > LINE_BYTES_MAX;
        let end = match memchr2(b'\n', b'"', front) {
            Some(place) if front[place] == b'"' => return self.scan_quoted(),
            Some(place) => place,
            None if self.is_at_end => front.len(),
            None if is_too_long => return Scan::Refused(Reason::LineTooLong),
            None => return Scan::More,
        };
        if end > LINE_BYTES_MAX {
            return Scan::Refused(Reason::LineTooLong);
        }
        let start = self.rest.start;
        let text = front[..end].strip_suffix(b"\r").unwrap_or(&front[..end]);
        let text_end = start + text.len();
        let mut cell_start = start;
        let columns_max = self.columns_max();
        for place in memchr_iter(self.delimiter, text) {
            let cell = Cell::plain(cell_start, start + place);
            self.cells.push(cell);
            cell_start = start + place + 1;
            if self.cells.len() > columns_max {
                break;
            }
        }
        self.cells.push(Cell::plain(cell_start, text_end));
        Scan::Record {
            text_end,
            next: (start + end + 1).min(self.rest.end),
            lines: 1,
        }
    }

    /// Looks for a record that has quotes.
    fn scan_quoted(&mut self) -> Scan {
        let limit = self.rest.end.min(self.rest.start + LINE_BYTES_MAX + 1);
        let is_whole = self.is_at_end && limit == self.rest.end;
        let mut lines = 1;
        let mut at = self.rest.start;
        loop {
            let quoted = self.buffer[..limit].get(at) == Some(&b'"');
            let end = if quoted {
                match self.take_quoted(at, limit, is_whole, &mut lines) {
                    Ok(end) => end,
                    Err(scan) => return scan,
                }
            } else {
                let front = &self.buffer[at..limit];
                match memchr2(b'\n', self.delimiter, front) {
                    Some(place) => at + place,
                    None if is_whole => limit,
                    None => return self.unfinished(at, limit, Reason::CellTooLong),
                }
            };
            let is_line_end = end == limit || self.buffer[end] == b'\n';
            let is_crlf = is_line_end && end > at && self.buffer[end - 1] == b'\r';
            let text_end = if is_crlf { end - 1 } else { end };
            if !quoted {
                self.cells.push(Cell::plain(at, text_end));
            }
            if is_line_end {
                let next = (end + 1).min(self.rest.end);
                return Scan::Record {
                    text_end,
                    next,
                    lines,
                };
            }
            if self.cells.len() > self.columns_max() {
                return Scan::Refused(Reason::Columns);
            }
            at = end + 1;
        }
    }

    /// Takes the quoted cell that opens at `open`; gives the place behind it, where a delimiter,
    /// a line feed or the end is.
    fn take_quoted(
        &mut self,
        open: usize,
        limit: usize,
        is_whole: bool,
        lines: &mut u64,
    ) -> Result<usize, Scan> {
        self.quote_line = self.line + *lines - 1;
        let start = self.unquoted.len();
        let mut at = open + 1;
        loop {
            let Some(place) = memchr(b'"', &self.buffer[at..limit]) else {
                if is_whole {
                    return Err(Scan::Refused(Reason::Quote));
                }
                return Err(self.unfinished(open, limit, Reason::Quote));
            };
            let part = &self.buffer[at..at + place];
            *lines += memchr_iter(b'\n', part).count() as u64;
            self.unquoted.extend_from_slice(part);
            if self.unquoted.len() - start > CELL_BYTES_MAX {
                return Err(Scan::Refused(Reason::CellTooLong));
            }
            at += place + 1;
            match self.buffer[at..limit] {
                [b'"', ..] => {
                    self.unquoted.push(b'"');
                    at += 1;
                }
                [b'\r', b'\n', ..] => {
                    at += 1;
                    break;
                }
                [b'\n', ..] => break,
                [] if is_whole => break,
                [] | [b'\r'] if !is_whole => {
                    return Err(self.unfinished(open, limit, Reason::LineTooLong));
                }
                [byte, ..] if byte == self.delimiter => break,
                _ => return Err(Scan::Refused(Reason::Quote)),
            }
        }
        let end = self.unquoted.len();
        self.cells.push(Cell {
            start: start as u32,
            end: end as u32,
            is_unquoted: true,
        });
        Ok(at)
    }

    /// A cell that began at `start` does not end before `limit`.
    fn unfinished(&self, start: usize, limit: usize, reason: Reason) -> Scan {
        let is_cell_too_long = limit - start > 2 * CELL_BYTES_MAX;
        let is_line_too_long = limit - self.rest.start > LINE_BYTES_MAX;
        if is_cell_too_long || is_line_too_long {
            Scan::Refused(reason)
        } else {
            Scan::More
        }
    }

    /// Gives the front line up to its line end, and goes on behind it.
    fn refuse(&mut self, reason: Reason) -> Result<Next, Error> {
        let line = self.line;
        self.line += 1;
        let front = &self.buffer[self.rest.clone()];
        if let Some(place) = memchr(b'\n', front) {
            let start = self.rest.start;
            self.rest.start += place + 1;
            return Ok(Next::Refused(
                Found {
                    line,
                    raw: start..start + place,
                },
                reason,
            ));
        }
        // Only its front is kept, to be shown; the rest is read and dropped.
        let shown = front[..front.len().min(super::reject::RAW_BYTES_MAX)].to_vec();
        loop {
            self.rest = 0..0;
            self.fill()?;
            let front = &self.buffer[self.rest.clone()];
            if let Some(place) = memchr(b'\n', front) {
                self.rest.start += place + 1;
                break;
            }
            if self.is_at_end {
                self.rest = 0..0;
                break;
            }
        }
        let kept = self.buffer.len();
        self.buffer.extend_from_slice(&shown);
        Ok(Next::Refused(
            Found {
                line,
                raw: kept..kept + shown.len(),
            },
            reason,
        ))
    }

    /// Reads more into the buffer, behind what is not given yet.
    fn fill(&mut self) -> Result<(), Error> {
        self.buffer.copy_within(self.rest.clone(), 0);
        self.rest = 0..self.rest.len();
        self.buffer.resize(self.rest.end + BLOCK_BYTES, 0);
        let count = self
            .source
            .read(&mut self.buffer[self.rest.end..], self.line)?;
        self.rest.end += count;
        self.is_at_end = count == 0;
        Ok(())
    }
}

impl Table for Lines {
    fn cell(&self, place: usize) -> &[u8] {
        let Some(cell) = self.cells.get(place) else {
            return &[];
        };
        let range = cell.start as usize..cell.end as usize;
        if cell.is_unquoted {
            &self.unquoted[range]
        } else {
            &self.buffer[range]
        }
    }

    fn raw(&self, found: &Found) -> &[u8] {
        &self.buffer[found.raw.clone()]
    }

    fn detail(&self, found: &Found, reason: Reason) -> String {
        if reason == Reason::Quote && self.quote_line != found.line {
            return format!("the quote opens on line {}", self.quote_line);
        }
        String::new()
    }

    fn so_far(&self) -> ReadSoFar {
        self.source.so_far(self.line)
    }

    fn next(&mut self) -> Result<Next, Error> {
        loop {
            if self.rest.is_empty() {
                if self.is_at_end {
                    return Ok(Next::End);
                }
                self.fill()?;
                continue;
            }
            match self.scan() {
                Scan::More => self.fill()?,
                Scan::Refused(reason) => return self.refuse(reason),
                Scan::Record {
                    text_end,
                    next,
                    lines,
                } => {
                    let found = Found {
                        line: self.line,
                        raw: self.rest.start..text_end,
                    };
                    self.rest.start = next;
                    self.line += lines;
                    if found.raw.is_empty() {
                        continue;
                    }
                    return Ok(match self.check(&found) {
                        None => Next::Line(found),
                        Some(reason) => Next::Refused(found, reason),
                    });
                }
            }
        }
    }
}

impl Cell {
    const fn plain(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
            is_unquoted: false,
        }
    }
}

/// The separator that stands most often in the header, outside of quotes.
fn most_frequent(header: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for byte in header {
        is_quoted ^= *byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(byte == delimiter && !is_quoted);
        }
    }
    // The first of equals, so that a single column is read as if separated by commas.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(delimiter, _)| *delimiter)
}
