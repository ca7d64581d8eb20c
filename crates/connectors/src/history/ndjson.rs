//! Records as JSON objects, one a line (NDJSON).
//!
//! The header is the names of the fields of the first [`HEADER_LINES_MAX`] objects, as far as
//! they lie in the first mebibyte; later names are left out. An order may carry its lines as a
//! list of objects ([`ITEM_LISTS`]): each of them becomes a record of its own, with the fields of
//! the order beside its own, which are called `lines.sku` and the like.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use memchr::memchr;

use super::error::{Error, ReadSoFar};
use super::header::{COLUMNS_MAX, HeaderError};
use super::json::{self, Flat};
use super::reject::{RAW_BYTES_MAX, Reason};
use super::source::Source;
use super::table::{CELL_BYTES_MAX, Found, LINE_BYTES_MAX, Next, Table};

/// The lists whose members are lines of an order; the first that an object has counts.
pub(super) const ITEM_LISTS: [&str; 3] = ["lines", "items", "line_items"];
/// The lists that platforms need; they stay JSON in their cell.
const KEPT_LISTS: [&str; 3] = ["refunds", "fee_lines", "shipping_lines"];
/// How many objects are asked for the names of their fields.
const HEADER_LINES_MAX: usize = 1_000;
/// What is asked of the source at once.
const BLOCK_BYTES: usize = 128 * 1024;

/// The objects of a source.
pub(super) struct Ndjson {
    source: Source,
    buffer: Vec<u8>,
    /// The part of `buffer` that is not given yet.
    rest: Range<usize>,
    is_at_end: bool,
    /// The line at which `rest` starts.
    line: u64,
    places: HashMap<String, usize>,
    found: Found,
    /// The fields of the object, then those of the item that was given last.
    cells: Vec<Vec<u8>>,
    items: VecDeque<Vec<(usize, String)>>,
}

/// A line as it was cut off.
enum Cut {
    Line(Range<usize>),
    TooLong(Range<usize>),
    End,
}

impl Ndjson {
    /// The objects of a source.
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            rest: 0..0,
            is_at_end: false,
            line: 1,
            places: HashMap::new(),
            found: Found { line: 1, raw: 0..0 },
            cells: Vec::new(),
            items: VecDeque::new(),
        }
    }

    /// The names of the fields, in the order of their first appearance.
    pub(super) fn header(&mut self) -> Result<Vec<String>, Error> {
        while !self.is_at_end && self.rest.len() <= LINE_BYTES_MAX {
            self.fill()?;
        }
        let mut names: Vec<String> = Vec::new();
        let mut front = &self.buffer[self.rest.clone()];
        for _ in 0..HEADER_LINES_MAX {
            let end = match memchr(b'\n', front) {
                Some(end) => end,
                None if self.is_at_end => front.len(),
                None => break,
            };
            let object = std::str::from_utf8(&front[..end])
                .ok()
                .and_then(read_object);
            for (name, _) in object.iter().flat_map(Object::named) {
                if !self.places.contains_key(name) && names.len() < COLUMNS_MAX {
                    self.places.insert(name.clone(), names.len());
                    names.push(name.clone());
                }
            }
            front = &front[(end + 1).min(front.len())..];
        }
        if names.is_empty() {
            let why = "no line of the first ones is a JSON object with fields";
            return Err(Error::Header(HeaderError::Unreadable(why)));
        }
        self.cells = vec![Vec::new(); names.len()];
        Ok(names)
    }

    fn cut(&mut self) -> Result<Cut, Error> {
        loop {
            let front = &self.buffer[self.rest.clone()];
            let start = self.rest.start;
            match memchr(b'\n', front) {
                Some(end) if end <= LINE_BYTES_MAX => {
                    self.rest.start += end + 1;
                    return Ok(Cut::Line(start..start + end));
                }
                None if front.len() <= LINE_BYTES_MAX && !self.is_at_end => self.fill()?,
                None if front.is_empty() => return Ok(Cut::End),
                None if front.len() <= LINE_BYTES_MAX => {
                    self.rest.start = self.rest.end;
                    return Ok(Cut::Line(start..self.rest.end));
                }
                _ => return self.skip(),
            }
        }
    }

    /// Goes on behind a line that is too long; only its front is kept, to be shown.
    fn skip(&mut self) -> Result<Cut, Error> {
        let front = &self.buffer[self.rest.clone()];
        let shown = front[..front.len().min(RAW_BYTES_MAX)].to_vec();
        loop {
            let front = &self.buffer[self.rest.clone()];
            if let Some(place) = memchr(b'\n', front) {
                self.rest.start += place + 1;
                break;
            }
            self.rest = 0..0;
            if self.is_at_end {
                break;
            }
            self.fill()?;
        }
        let kept = self.buffer.len();
        self.buffer.extend_from_slice(&shown);
        Ok(Cut::TooLong(kept..kept + shown.len()))
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

    /// Understands the object of a line.
    fn take(&mut self, raw: &Range<usize>) -> Result<(), Reason> {
        let text = std::str::from_utf8(&self.buffer[raw.clone()]).map_err(|_| Reason::Encoding)?;
        let object = read_object(text).ok_or(Reason::Json)?;
        for (_, value) in object.named() {
            if value.len() > CELL_BYTES_MAX {
                return Err(Reason::CellTooLong);
            }
            if value.contains('\0') {
                return Err(Reason::Nul);
            }
        }
        self.cells.iter_mut().for_each(Vec::clear);
        for (name, value) in object.own {
            if let Some(place) = self.places.get(&name) {
                self.cells[*place] = value.into_bytes();
            }
        }
        for item in object.items {
            let placed = item
                .into_iter()
                .filter_map(|(name, value)| Some((*self.places.get(&name)?, value)));
            self.items.push_back(placed.collect());
        }
        Ok(())
    }

    /// Puts the fields of the next item beside those of its order.
    fn give_item(&mut self) -> Next {
        if let Some(item) = self.items.pop_front() {
            for place in self.item_places() {
                self.cells[place].clear();
            }
            for (place, value) in item {
                self.cells[place] = value.into_bytes();
            }
        }
        Next::Line(self.found.clone())
    }

    fn item_places(&self) -> Vec<usize> {
        let is_item = |name: &str| {
            let list = name.split_once('.').map(|(list, _)| list);
            list.is_some_and(|list| ITEM_LISTS.contains(&list))
        };
        let places = self.places.iter().filter(|(name, _)| is_item(name));
        places.map(|(_, place)| *place).collect()
    }
}

impl Table for Ndjson {
    fn next(&mut self) -> Result<Next, Error> {
        if !self.items.is_empty() {
            return Ok(self.give_item());
        }
        loop {
            let line = self.line;
            let raw = match self.cut()? {
                Cut::End => return Ok(Next::End),
                Cut::TooLong(raw) => {
                    self.line += 1;
                    return Ok(Next::Refused(Found { line, raw }, Reason::LineTooLong));
                }
                Cut::Line(raw) => raw,
            };
            self.line += 1;
            if self.buffer[raw.clone()].trim_ascii().is_empty() {
                continue;
            }
            let found = Found { line, raw };
            return Ok(match self.take(&found.raw) {
                Err(reason) => Next::Refused(found, reason),
                Ok(()) => {
                    self.found = found;
                    self.give_item()
                }
            });
        }
    }

    fn cell(&self, place: usize) -> &[u8] {
        self.cells.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    fn raw(&self, found: &Found) -> &[u8] {
        &self.buffer[found.raw.clone()]
    }

    fn detail(&self, _: &Found, _: Reason) -> String {
        String::new()
    }

    fn so_far(&self) -> ReadSoFar {
        self.source.so_far(self.line)
    }
}

/// An object with its items.
struct Object {
    own: Vec<(String, String)>,
    items: Vec<Vec<(String, String)>>,
}

impl Object {
    /// Every field of it and of its items.
    fn named(&self) -> impl Iterator<Item = (&String, &String)> {
        let items = self.items.iter().flatten();
        let all = self.own.iter().chain(items);
        all.map(|(name, value)| (name, value))
    }
}

fn read_object(text: &str) -> Option<Object> {
    let Flat { mut fields, lists } = json::flat(text.trim())?;
    let list_of = |wanted: &&str| lists.iter().find(|(name, _)| name == wanted);
    let items = match ITEM_LISTS.iter().find_map(list_of) {
        None => Vec::new(),
        Some((list, text)) => {
            let prefixed = |item: Flat<'_>| {
                let one = |(name, value)| (format!("{list}.{name}"), value);
                item.fields.into_iter().map(one).collect()
            };
            json::list(text)?.into_iter().map(prefixed).collect()
        }
    };
    for (name, text) in &lists {
        if KEPT_LISTS.contains(&name.as_str()) {
            fields.push((name.clone(), (*text).to_owned()));
        }
    }
    Some(Object { own: fields, items })
}
