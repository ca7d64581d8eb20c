//! Why a file cannot be read at all.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::header::HeaderError;

/// Why a file was not read to its end. Nothing of it was handed on.
#[derive(Debug)]
pub enum Error {
    /// It is a folder, a device or a pipe.
    NotAFile(PathBuf),
    /// It cannot be opened.
    Open(PathBuf, io::Error),
    /// It cannot be read on.
    Read(ReadSoFar, io::Error),
    /// It holds nothing.
    Empty,
    /// It is something else, such as a ZIP archive.
    NotCsv(&'static str),
    /// It is one JSON list instead of an object a line.
    JsonList,
    /// Its header does not say which column is what.
    Header(HeaderError),
    /// Its compressed content ends before its end.
    Truncated(ReadSoFar),
    /// Its compressed content is damaged.
    Gzip(ReadSoFar, io::Error),
    /// It unpacks to more than was allowed, in bytes.
    TooLarge(u64),
    /// No encoding has this name.
    Encoding(String),
    /// Temporary files cannot be written or read.
    Temporary(io::Error),
    /// The rejected lines cannot be written down.
    Rejects(io::Error),
    /// The caller asked to stop.
    Stopped,
}

/// How far reading came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadSoFar {
    /// Bytes of the file that were read, as it lies on the disk.
    pub bytes: u64,
    /// Bytes that the file has.
    pub bytes_total: u64,
    /// The line of the content at which reading stopped; the header is line 1.
    pub line: u64,
}

impl fmt::Display for ReadSoFar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            bytes,
            bytes_total,
            line,
        } = self;
        write!(f, "at line {line}, after {bytes} of {bytes_total} bytes")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFile(path) => {
                write!(
                    f,
                    "{} is not a file: name a CSV or NDJSON file, plain or gzip",
                    path.display()
                )
            }
            Self::Open(path, error) => write!(f, "{} cannot be opened: {error}", path.display()),
            Self::Read(so_far, error) => {
                write!(
                    f,
                    "the file cannot be read on {so_far}: {error}; nothing was imported"
                )
            }
            Self::Empty => f.write_str("the file is empty: expected a header and lines"),
            Self::NotCsv(kind) => {
                write!(
                    f,
                    "the file is {kind}, not CSV: save or export it as CSV first"
                )
            }
            Self::JsonList => f.write_str(
                "the file is one JSON list: write its members one a line (NDJSON), as \
                 jq -c '.[]' does",
            ),
            Self::Header(error) => error.fmt(f),
            Self::Truncated(so_far) => write!(
                f,
                "the compressed file ends too early, {so_far}: get it again; nothing was imported"
            ),
            Self::Gzip(so_far, error) => write!(
                f,
                "the compressed file is damaged {so_far} ({error}): get it again; nothing was \
                 imported"
            ),
            Self::TooLarge(bytes) => write!(
                f,
                "the file unpacks to more than {bytes} bytes: split it; nothing was imported"
            ),
            Self::Encoding(name) => write!(
                f,
                "“{name}” is not an encoding: expected a name such as utf-8 or windows-1252"
            ),
            Self::Temporary(error) => {
                write!(
                    f,
                    "the temporary files of the import cannot be used: {error}"
                )
            }
            Self::Rejects(error) => write!(f, "the rejected lines cannot be written: {error}"),
            Self::Stopped => f.write_str("the import was stopped; nothing was imported"),
        }
    }
}

impl std::error::Error for Error {}

impl From<HeaderError> for Error {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}
