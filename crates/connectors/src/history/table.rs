//! What every form of file is read as: records with cells, one after the other.

use std::ops::Range;

use super::error::{Error, ReadSoFar};
use super::reject::Reason;

/// The longest cell, in bytes.
pub(super) const CELL_BYTES_MAX: usize = 64 * 1024;
/// The longest line (with the line ends within its quotes), in bytes.
pub(super) const LINE_BYTES_MAX: usize = 1024 * 1024;

/// What comes next in a file.
pub(super) enum Next {
    /// A record, now to be seen by [`Table::cell`] and [`Table::raw`].
    Line(Found),
    /// A record that cannot be taken.
    Refused(Found, Reason),
    /// Nothing more.
    End,
}

/// A record in the buffer.
#[derive(Clone)]
pub(super) struct Found {
    /// The number of its line.
    pub(super) line: u64,
    pub(super) raw: Range<usize>,
}

/// A file as records. The places of cells are those of its header.
pub(super) trait Table {
    /// Finds the next record.
    fn next(&mut self) -> Result<Next, Error>;
    /// One cell of the record that was found last. Empty beyond its end.
    fn cell(&self, place: usize) -> &[u8];
    /// The line of the record that was found last, as it stands in the file.
    fn raw(&self, found: &Found) -> &[u8];
    /// What is to be said of a record that was refused for this reason.
    fn detail(&self, found: &Found, reason: Reason) -> String;
    /// How far reading came.
    fn so_far(&self) -> ReadSoFar;
}
