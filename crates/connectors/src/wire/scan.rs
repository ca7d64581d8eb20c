//! Where the values of a JSON text begin and end, found without understanding them.
//!
//! A batch is cut into its events before anything is parsed, so that one event that is too
//! large, too deep or broken is refused alone, and memory follows one event and not the body.
//! Nothing here recurses or allocates: a text costs time in proportion to its length, whatever
//! is in it. What is cut out is checked by a real parser afterwards.

use std::ops::ControlFlow;

use memchr::memchr2;

/// A value as it lies in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found<'b> {
    /// Its bytes.
    pub(super) bytes: &'b [u8],
    /// How many lists and objects lie within each other in it.
    pub(super) depth: usize,
    /// Whether a text in it has half of a character: a surrogate without its other half.
    pub(super) has_half_character: bool,
}

/// The text is no JSON from this byte on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken(pub(super) usize);

/// The one value of a text, with nothing but blanks around it.
pub(super) fn whole(text: &[u8]) -> Result<Found<'_>, Broken> {
    let mut scan = Scan::new(text);
    scan.skip_blanks();
    let found = scan.value()?;
    scan.skip_blanks();
    match scan.at == text.len() {
        true => Ok(found),
        false => Err(Broken(scan.at)),
    }
}

/// Shows the members of an object: each name as it is written, with its quotes, and its value.
pub(super) fn members<'b>(
    object: &'b [u8],
    visit: &mut dyn FnMut(&'b [u8], Found<'b>),
) -> Result<(), Broken> {
    let mut scan = Scan::new(object);
    scan.expect(b'{')?;
    scan.skip_blanks();
    if scan.take(b'}') {
        return Ok(());
    }
    loop {
        scan.skip_blanks();
        if scan.peek() != Some(b'"') {
            return Err(Broken(scan.at));
        }
        let name = scan.value()?.bytes;
        scan.skip_blanks();
        scan.expect(b':')?;
        scan.skip_blanks();
        visit(name, scan.value()?);
        scan.skip_blanks();
        if scan.take(b'}') {
            return Ok(());
        }
        scan.expect(b',')?;
    }
}

/// Shows the values of a list until it is told to stop.
pub(super) fn elements<'b>(
    list: &'b [u8],
    visit: &mut dyn FnMut(Found<'b>) -> ControlFlow<()>,
) -> Result<(), Broken> {
    let mut scan = Scan::new(list);
    scan.expect(b'[')?;
    scan.skip_blanks();
    if scan.take(b']') {
        return Ok(());
    }
    loop {
        scan.skip_blanks();
        if visit(scan.value()?).is_break() {
            return Ok(());
        }
        scan.skip_blanks();
        if scan.take(b']') {
            return Ok(());
        }
        scan.expect(b',')?;
    }
}

struct Scan<'b> {
    text: &'b [u8],
    at: usize,
    has_half_character: bool,
}

impl<'b> Scan<'b> {
    const fn new(text: &'b [u8]) -> Self {
        Self {
            text,
            at: 0,
            has_half_character: false,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(Broken(self.at)),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The value that begins here.
    fn value(&mut self) -> Result<Found<'b>, Broken> {
        let start = self.at;
        self.has_half_character = false;
        let depth = match self.peek() {
            Some(b'"') => {
                self.text_value()?;
                0
            }
            Some(b'{' | b'[') => self.nested()?,
            Some(_) => {
                self.bare();
                0
            }
            None => 0,
        };
        if self.at == start {
            return Err(Broken(start));
        }
        Ok(Found {
            bytes: &self.text[start..self.at],
            depth,
            has_half_character: self.has_half_character,
        })
    }

    /// A number, `true`, `false`, `null`, or what is none of them.
    fn bare(&mut self) {
        let is_end = |byte: &u8| {
            let ends = *b" \t\r\n,:{}[]\"";
            ends.contains(byte)
        };
        let rest = &self.text[self.at..];
        self.at += rest.iter().position(is_end).unwrap_or(rest.len());
    }

    /// A list or an object; how deep it goes.
    fn nested(&mut self) -> Result<usize, Broken> {
        let (start, mut depth, mut depth_max) = (self.at, 0_usize, 0_usize);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.text_value()?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth -= 1,
                Some(_) => {}
                None => return Err(Broken(start)),
            }
            depth_max = depth_max.max(depth);
            self.at += 1;
            if depth == 0 {
                return Ok(depth_max);
            }
        }
    }

    fn text_value(&mut self) -> Result<(), Broken> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let next = memchr2(b'"', b'\\', rest).ok_or(Broken(start))?;
            self.at += next + 1;
            if rest[next] == b'"' {
                return Ok(());
            }
            self.escape();
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match unit(rest) {
            Some(0xd800..=0xdbff) => {
                let other = rest.get(5..).filter(|_| rest.get(5) == Some(&b'\\'));
                let other = other.and_then(|rest| unit(&rest[1..]));
                let is_whole = matches!(other, Some(0xdc00..=0xdfff));
                self.has_half_character |= !is_whole;
                self.at += if is_whole { 11 } else { 5 };
            }
            Some(0xdc00..=0xdfff) => {
                self.has_half_character = true;
                self.at += 5;
            }
            Some(_) => self.at += 5,
            None => self.at += 1,
        }
    }
}

/// The number in `u0041`.
fn unit(rest: &[u8]) -> Option<u32> {
    let (first, rest) = rest.split_first()?;
    let digits = rest.get(..4)?;
    if *first != b'u' || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, 16).ok()
}
