//! Sorting more records than fit in memory.
//!
//! A record is a key and a payload, both bytes; records are ordered by the bytes of their keys,
//! which must differ. They are gathered up to a budget, sorted, and written to a temporary file
//! (a *run*) when the budget is full. [`FAN_IN`] runs of one level are merged into one of the
//! next, so that the open files stay few however long the input is. The order that comes out
//! does not depend on the budget.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::codec::damaged;

/// How many runs are merged at once. With it, 64 runs of 32 MB make one of 2 GB.
const FAN_IN: usize = 64;
/// What is read from, or written to, a run at once.
const RUN_BUFFER_BYTES: usize = 32 * 1024;
/// No key and no payload is longer: the longest order that is kept has far less.
const PART_BYTES_MAX: u32 = 64 * 1024 * 1024;

/// Where a record lies in the arena, and the front of its key for quick comparison.
#[derive(Clone, Copy)]
struct Entry {
    prefix: u64,
    offset: u32,
    key_len: u32,
    payload_len: u32,
}

/// Gathers records and sorts them.
pub(super) struct Sorter {
    folder: PathBuf,
    budget_bytes: usize,
    records: InMemory,
    levels: Vec<Vec<File>>,
}

/// Records that wait in memory: their bytes in one arena, key first.
#[derive(Default)]
pub(super) struct InMemory {
    arena: Vec<u8>,
    entries: Vec<Entry>,
}

impl InMemory {
    fn bytes(&self) -> usize {
        self.arena.len() + self.entries.len() * size_of::<Entry>()
    }

    fn key(&self, entry: &Entry) -> &[u8] {
        let start = entry.offset as usize;
        &self.arena[start..start + entry.key_len as usize]
    }

    fn payload(&self, entry: &Entry) -> &[u8] {
        let start = entry.offset as usize + entry.key_len as usize;
        &self.arena[start..start + entry.payload_len as usize]
    }

    fn sort(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable_by(|a, b| match a.prefix.cmp(&b.prefix) {
            Ordering::Equal => self.key(a).cmp(self.key(b)),
            different => different,
        });
        self.entries = entries;
    }
}

/// The first eight bytes of a key as a number of the same order; short keys end in zeros.
fn prefix(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let count = key.len().min(8);
    bytes[..count].copy_from_slice(&key[..count]);
    u64::from_be_bytes(bytes)
}

impl Sorter {
    /// A sorter that keeps about `budget_bytes` in memory and writes the rest into `folder`.
    pub(super) fn new(folder: &Path, budget_bytes: usize) -> Self {
        // Offsets have 32 bits.
        let budget_bytes = budget_bytes.min(1 << 31);
        let records = InMemory::default();
        Self {
            folder: folder.to_owned(),
            budget_bytes,
            records,
            levels: Vec::new(),
        }
    }

    /// Adds a record.
    pub(super) fn push(&mut self, key: &[u8], payload: &[u8]) -> io::Result<()> {
        let more = key.len() + payload.len() + size_of::<Entry>();
        if !self.records.entries.is_empty() && self.records.bytes() + more > self.budget_bytes {
            self.spill()?;
        }
        let part = |bytes: &[u8]| {
            u32::try_from(bytes.len())
                .ok()
                .filter(|n| *n <= PART_BYTES_MAX)
                .ok_or_else(damaged)
        };
        let entry = Entry {
            prefix: prefix(key),
            offset: u32::try_from(self.records.arena.len()).map_err(|_| damaged())?,
            key_len: part(key)?,
            payload_len: part(payload)?,
        };
        self.records.entries.push(entry);
        self.records.arena.extend_from_slice(key);
        self.records.arena.extend_from_slice(payload);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.records.sort();
        let mut run = RunWriter::new(&self.folder)?;
        for entry in &self.records.entries {
            run.write(self.records.key(entry), self.records.payload(entry))?;
        }
        self.records.arena.clear();
        self.records.entries.clear();
        self.add_run(run.finish()?)
    }

    fn add_run(&mut self, mut run: File) -> io::Result<()> {
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(run);
            if self.levels[level].len() < FAN_IN {
                break;
            }
            let full = std::mem::take(&mut self.levels[level]);
            run = merge_into_one(full, &self.folder)?;
        }
        Ok(())
    }

    /// The records in order, to be read once.
    pub(super) fn merge(mut self) -> io::Result<Merge> {
        if self.levels.is_empty() {
            self.records.sort();
            return Ok(Merge::Memory {
                records: self.records,
                next: 0,
            });
        }
        if !self.records.entries.is_empty() {
            self.spill()?;
        }
        Ok(Merge::Files(FileMerge::new(
            self.levels.into_iter().flatten().collect(),
        )?))
    }

    /// The records in order, to be read as often as wanted.
    pub(super) fn keep(self) -> io::Result<Kept> {
        let folder = self.folder.clone();
        match self.merge()? {
            Merge::Memory { records, .. } => Ok(Kept::Memory(records)),
            Merge::Files(files) => Ok(Kept::File(files.write_out(&folder)?)),
        }
    }
}

fn merge_into_one(runs: Vec<File>, folder: &Path) -> io::Result<File> {
    FileMerge::new(runs)?.write_out(folder)
}

/// Writes one run. The file has no name, so it goes away with the process, however that ends.
struct RunWriter(BufWriter<File>);

impl RunWriter {
    fn new(folder: &Path) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self(BufWriter::with_capacity(RUN_BUFFER_BYTES, file)))
    }

    fn write(&mut self, key: &[u8], payload: &[u8]) -> io::Result<()> {
        self.0.write_all(&(key.len() as u32).to_le_bytes())?;
        self.0.write_all(&(payload.len() as u32).to_le_bytes())?;
        self.0.write_all(key)?;
        self.0.write_all(payload)
    }

    fn finish(self) -> io::Result<File> {
        let mut file = self
            .0
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

/// Reads one run, a record at a time.
pub(super) struct RunReader<F> {
    reader: BufReader<F>,
    record: Vec<u8>,
    key_len: usize,
}

impl<F: Read> RunReader<F> {
    fn new(file: F) -> Self {
        let reader = BufReader::with_capacity(RUN_BUFFER_BYTES, file);
        Self {
            reader,
            record: Vec::new(),
            key_len: 0,
        }
    }

    /// Reads the next record; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        let mut lengths = [0; 8];
        let mut filled = 0;
        while filled < lengths.len() {
            match self.reader.read(&mut lengths[filled..])? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(damaged()),
                count => filled += count,
            }
        }
        let [a, b, c, d, e, f, g, h] = lengths;
        let key_len = u32::from_le_bytes([a, b, c, d]);
        let payload_len = u32::from_le_bytes([e, f, g, h]);
        if key_len > PART_BYTES_MAX || payload_len > PART_BYTES_MAX {
            return Err(damaged());
        }
        self.key_len = key_len as usize;
        self.record.resize(self.key_len + payload_len as usize, 0);
        self.reader.read_exact(&mut self.record)?;
        Ok(true)
    }

    fn key(&self) -> &[u8] {
        &self.record[..self.key_len]
    }

    fn payload(&self) -> &[u8] {
        &self.record[self.key_len..]
    }
}

/// A run by the key at its front; the heap gives the greatest first, so the order is turned.
struct Front(RunReader<File>);

impl Ord for Front {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.key().cmp(self.0.key())
    }
}

impl PartialOrd for Front {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Front {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Front {}

/// Merges runs.
pub(super) struct FileMerge {
    heap: BinaryHeap<Front>,
    current: Option<Front>,
}

impl FileMerge {
    fn new(runs: Vec<File>) -> io::Result<Self> {
        let mut heap = BinaryHeap::with_capacity(runs.len());
        for run in runs {
            let mut reader = RunReader::new(run);
            if reader.advance()? {
                heap.push(Front(reader));
            }
        }
        Ok(Self {
            heap,
            current: None,
        })
    }

    fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        if let Some(mut front) = self.current.take()
            && front.0.advance()?
        {
            self.heap.push(front);
        }
        self.current = self.heap.pop();
        Ok(self
            .current
            .as_ref()
            .map(|front| (front.0.key(), front.0.payload())))
    }

    fn write_out(mut self, folder: &Path) -> io::Result<File> {
        let mut run = RunWriter::new(folder)?;
        while let Some((key, payload)) = self.next()? {
            run.write(key, payload)?;
        }
        run.finish()
    }
}

/// Sorted records, to be read once.
pub(super) enum Merge {
    /// All of them fit in memory.
    Memory { records: InMemory, next: usize },
    /// They are merged from runs.
    Files(FileMerge),
}

impl Merge {
    /// The next record: its key and its payload.
    pub(super) fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        match self {
            Self::Memory { records, next } => {
                let entry = records.entries.get(*next);
                *next += 1;
                Ok(entry.map(|entry| (records.key(entry), records.payload(entry))))
            }
            Self::Files(files) => files.next(),
        }
    }
}

/// Sorted records, to be read as often as wanted.
pub(super) enum Kept {
    /// All of them fit in memory.
    Memory(InMemory),
    /// One run.
    File(File),
}

impl Kept {
    /// A cursor before the first record.
    pub(super) fn cursor(&mut self) -> io::Result<Cursor<'_>> {
        match self {
            Self::Memory(records) => Ok(Cursor::Memory { records, passed: 0 }),
            Self::File(file) => {
                file.rewind()?;
                Ok(Cursor::File(RunReader::new(file)))
            }
        }
    }
}

/// A place in kept records.
pub(super) enum Cursor<'a> {
    /// In memory; `passed` counts the records up to and with the current one.
    Memory {
        records: &'a InMemory,
        passed: usize,
    },
    /// In a run.
    File(RunReader<&'a mut File>),
}

impl Cursor<'_> {
    /// Goes to the next record; false at the end.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        match self {
            Self::Memory { records, passed } => {
                *passed += 1;
                Ok(*passed <= records.entries.len())
            }
            Self::File(run) => run.advance(),
        }
    }

    /// The key of the current record. Only after [`Cursor::advance`] said true.
    pub(super) fn key(&self) -> &[u8] {
        match self {
            Self::Memory { records, passed } => records.key(&records.entries[*passed - 1]),
            Self::File(run) => run.key(),
        }
    }

    /// The payload of the current record. Only after [`Cursor::advance`] said true.
    pub(super) fn payload(&self) -> &[u8] {
        match self {
            Self::Memory { records, passed } => records.payload(&records.entries[*passed - 1]),
            Self::File(run) => run.payload(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted(records: &[(Vec<u8>, Vec<u8>)], budget_bytes: usize) -> Sorter {
        let mut sorter = Sorter::new(&std::env::temp_dir(), budget_bytes);
        for (key, payload) in records {
            sorter.push(key, payload).unwrap();
        }
        sorter
    }

    fn check(records: &[(Vec<u8>, Vec<u8>)], budget_bytes: usize) {
        let mut expected = records.to_vec();
        expected.sort();
        let mut merge = sorted(records, budget_bytes).merge().unwrap();
        let mut got = Vec::new();
        while let Some((key, payload)) = merge.next().unwrap() {
            got.push((key.to_vec(), payload.to_vec()));
        }
        assert_eq!(got, expected);
        let mut kept = sorted(records, budget_bytes).keep().unwrap();
        for _ in 0..2 {
            let mut cursor = kept.cursor().unwrap();
            for (key, payload) in &expected {
                assert!(cursor.advance().unwrap());
                assert_eq!((cursor.key(), cursor.payload()), (&key[..], &payload[..]));
            }
            assert!(!cursor.advance().unwrap());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_budget_gives_the_same_order(
            records in prop::collection::btree_map(
                prop::collection::vec(any::<u8>(), 1..12),
                prop::collection::vec(any::<u8>(), 0..40),
                0..200,
            ),
            budget_bytes in 1_usize..4_000,
        ) {
            let mut records: Vec<_> = records.into_iter().collect();
            records.reverse();
            check(&records, budget_bytes);
        }
    }

    #[test]
    fn more_runs_than_are_merged_at_once() {
        let count = FAN_IN as u64 * 3 + 5;
        let key = |n: u64| {
            (n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
                .to_be_bytes()
                .to_vec()
        };
        let records: Vec<_> = (0..count).map(|n| (key(n), vec![n as u8; 3])).collect();
        check(&records, 1);
    }
}
