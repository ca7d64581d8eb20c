//! Opening a file: plain or gzip, in whatever encoding, with bounds and progress.
//!
//! What a file is, is told by its first bytes and never by its name.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use flate2::bufread::MultiGzDecoder;

use super::error::{Error, ReadSoFar};

/// What is read from the disk at once.
const DISK_BUFFER_BYTES: usize = 64 * 1024;
/// What is decoded at once, in a file that is not UTF-8.
const DECODED_BYTES: usize = 16 * 1024;
/// The longest byte order mark.
const MARK_BYTES: usize = 3;

/// The content of a file, unpacked and in UTF-8 as far as it is text.
pub(super) struct Source {
    content: Content,
    is_gzip: bool,
    format: Format,
    bytes: Rc<Cell<u64>>,
    bytes_total: u64,
    unpacked_bytes_left: u64,
    unpacked_bytes_max: u64,
}

enum Content {
    Utf8(Unpacked),
    Other(Box<Transcoder>),
}

/// What the content is, by its first characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Cells between separators, a header first.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// A JSON list of objects.
    JsonList,
}

impl Format {
    fn of(front: &[u8]) -> Self {
        match front.trim_ascii_start() {
            [b'{', ..] => Self::Ndjson,
            [b'[', rest @ ..] if matches!(rest.trim_ascii_start(), [] | [b'{', ..]) => {
                Self::JsonList
            }
            _ => Self::Csv,
        }
    }
}

type Unpacked = Chain<Cursor<Vec<u8>>, Box<dyn Read>>;

impl Source {
    /// Opens a file. `encoding` is the name that the mapping gives, if any.
    pub(super) fn open(
        path: &Path,
        encoding: Option<&str>,
        unpacked_bytes_max: u64,
    ) -> Result<Self, Error> {
        let named = encoding.map(encoding_of).transpose()?;
        let cannot = |error| Error::Open(path.to_owned(), error);
        // Asked before opening, because opening a pipe without a writer waits for one.
        let metadata = std::fs::metadata(path).map_err(cannot)?;
        if !metadata.is_file() {
            return Err(Error::NotAFile(path.to_owned()));
        }
        let bytes = Rc::new(Cell::new(0));
        let file = Counted {
            file: File::open(path).map_err(cannot)?,
            bytes: Rc::clone(&bytes),
        };
        let mut disk = BufReader::with_capacity(DISK_BUFFER_BYTES, file);
        let is_gzip = is_gzip(disk.fill_buf().map_err(cannot)?)?;
        let unpacked: Box<dyn Read> = if is_gzip {
            Box::new(MultiGzDecoder::new(disk))
        } else {
            Box::new(disk)
        };
        let mut source = Self {
            content: Content::Utf8(Cursor::new(Vec::new()).chain(unpacked)),
            is_gzip,
            format: Format::Csv,
            bytes,
            bytes_total: metadata.len(),
            unpacked_bytes_left: unpacked_bytes_max,
            unpacked_bytes_max,
        };
        source.heed_mark(named)?;
        Ok(source)
    }

    /// Takes the byte order mark away and decodes as it says, or else as the mapping says.
    fn heed_mark(&mut self, named: Option<&'static Encoding>) -> Result<(), Error> {
        let mut front = vec![0; MARK_BYTES];
        let mut filled = 0;
        while filled < MARK_BYTES {
            match self.read(&mut front[filled..], 1)? {
                0 => break,
                count => filled += count,
            }
        }
        front.truncate(filled);
        let mark = Encoding::for_bom(&front);
        front.drain(..mark.map_or(0, |(_, length)| length));
        self.format = Format::of(&front);
        let encoding = mark
            .map(|(encoding, _)| encoding)
            .or(named)
            .unwrap_or(UTF_8);
        let nothing = Content::Utf8(Cursor::new(Vec::new()).chain(Box::new(io::empty())));
        let Content::Utf8(rest) = std::mem::replace(&mut self.content, nothing) else {
            return Ok(());
        };
        let unpacked = Cursor::new(front).chain(rest.into_inner().1);
        self.content = if encoding == UTF_8 {
            Content::Utf8(unpacked)
        } else {
            Content::Other(Box::new(Transcoder::new(encoding, unpacked)))
        };
        Ok(())
    }

    /// What the content is.
    pub(super) const fn format(&self) -> Format {
        self.format
    }

    /// Whether what could not be decoded was replaced by U+FFFD.
    pub(super) fn replaces(&self) -> bool {
        matches!(self.content, Content::Other(_))
    }

    /// Reads on; 0 at the end. `line` is the one at which the reader stands, for errors.
    pub(super) fn read(&mut self, out: &mut [u8], line: u64) -> Result<usize, Error> {
        let read = match &mut self.content {
            Content::Utf8(unpacked) => read_on(unpacked, out),
            Content::Other(transcoder) => transcoder.read(out),
        };
        let count = read.map_err(|error| self.error(error, line))?;
        let left = self.unpacked_bytes_left.checked_sub(count as u64);
        self.unpacked_bytes_left = left.ok_or(Error::TooLarge(self.unpacked_bytes_max))?;
        Ok(count)
    }

    fn error(&self, error: io::Error, line: u64) -> Error {
        let so_far = self.so_far(line);
        match error.kind() {
            io::ErrorKind::UnexpectedEof if self.is_gzip => Error::Truncated(so_far),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if self.is_gzip => {
                Error::Gzip(so_far, error)
            }
            _ => Error::Read(so_far, error),
        }
    }

    /// How far reading came.
    pub(super) fn so_far(&self, line: u64) -> ReadSoFar {
        ReadSoFar {
            bytes: self.bytes.get(),
            bytes_total: self.bytes_total,
            line,
        }
    }
}

fn encoding_of(name: &str) -> Result<&'static Encoding, Error> {
    Encoding::for_label(name.as_bytes()).ok_or_else(|| {
        let shown = name.chars().take(40).collect();
        Error::Encoding(shown)
    })
}

/// What the first bytes say; an error for what people take for CSV and is not.
fn is_gzip(front: &[u8]) -> Result<bool, Error> {
    match front {
        [] => Err(Error::Empty),
        [0x1f, 0x8b, ..] => Ok(true),
        [b'P', b'K', 3, 4, ..] => Err(Error::NotCsv("an Excel workbook or a ZIP archive")),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(Error::NotCsv("an old Excel workbook")),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(Error::NotCsv("packed with Zstandard")),
        [b'B', b'Z', b'h', ..] => Err(Error::NotCsv("packed with bzip2")),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Err(Error::NotCsv("packed with xz")),
        _ => Ok(false),
    }
}

fn read_on(reader: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(out) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// A file that counts what was read of it.
struct Counted {
    file: File,
    bytes: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(out)?;
        self.bytes.set(self.bytes.get() + count as u64);
        Ok(count)
    }
}

/// Turns another encoding into UTF-8. What cannot be decoded becomes U+FFFD.
struct Transcoder {
    decoder: Decoder,
    unpacked: Unpacked,
    encoded: Vec<u8>,
    start: usize,
    end: usize,
    is_last: bool,
    decoded: Vec<u8>,
    given: usize,
    is_done: bool,
}

impl Transcoder {
    fn new(encoding: &'static Encoding, unpacked: Unpacked) -> Self {
        Self {
            decoder: encoding.new_decoder_without_bom_handling(),
            unpacked,
            encoded: vec![0; DECODED_BYTES],
            start: 0,
            end: 0,
            is_last: false,
            decoded: Vec::new(),
            given: 0,
            is_done: false,
        }
    }

    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && !self.is_done {
            self.decode_on()?;
        }
        let count = out.len().min(self.decoded.len() - self.given);
        out[..count].copy_from_slice(&self.decoded[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }

    fn decode_on(&mut self) -> io::Result<()> {
        if self.start == self.end && !self.is_last {
            self.start = 0;
            self.end = read_on(&mut self.unpacked, &mut self.encoded)?;
            self.is_last = self.end == 0;
        }
        self.given = 0;
        self.decoded.resize(DECODED_BYTES, 0);
        let encoded = &self.encoded[self.start..self.end];
        let (result, taken, written, _) =
            self.decoder
                .decode_to_utf8(encoded, &mut self.decoded, self.is_last);
        self.start += taken;
        self.decoded.truncate(written);
        self.is_done = self.is_last && result == CoderResult::InputEmpty;
        Ok(())
    }
}
