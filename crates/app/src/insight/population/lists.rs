//! What rows have several of: lists one behind the other, and the words that stand in them.

/// Lists of rows, one behind the other.
#[derive(Debug, Clone)]
pub(super) struct Lists<T> {
    /// Where each row's list ends.
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl<T: Copy> Lists<T> {
    pub(super) fn of(&self, row: usize) -> &[T] {
        &self.items[self.start(row)..self.ends[row] as usize]
    }

    /// All lists, row by row.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[T]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let list = &self.items[start..*end as usize];
            start = *end as usize;
            list
        })
    }

    pub(super) fn all_mut(&mut self) -> &mut [T] {
        &mut self.items
    }

    fn start(&self, row: usize) -> usize {
        row.checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize)
    }

    pub(super) fn set(&mut self, row: usize, list: impl ExactSizeIterator<Item = T>) {
        let (start, end) = (self.start(row), self.ends[row] as usize);
        let (old, new) = (end - start, list.len());
        if new > old + self.items.capacity() - self.items.len() {
            // A little room instead of the double that a growing list takes by itself.
            let room = self.items.len() / 16;
            self.items.reserve_exact(new - old + room);
        }
        self.items.splice(start..end, list);
        if old != new {
            for end in &mut self.ends[row..] {
                *end = u32::try_from(*end as usize + new - old).expect("lists of 4,096 rows");
            }
        }
    }

    /// Puts an empty list before this row.
    pub(super) fn insert_row(&mut self, row: usize) {
        let start = u32::try_from(self.start(row)).expect("lists of 4,096 rows");
        self.ends.insert(row, start);
    }

    pub(super) fn remove_row(&mut self, row: usize) {
        self.set(row, std::iter::empty());
        self.ends.remove(row);
    }

    /// Takes the lists from this row on away.
    pub(super) fn split_off(&mut self, row: usize) -> Self {
        let start = self.start(row);
        let mut ends = self.ends.split_off(row);
        let moved = u32::try_from(start).expect("lists of 4,096 rows");
        ends.iter_mut().for_each(|end| *end -= moved);
        let items = self.items.split_off(start);
        self.trim();
        Self { ends, items }
    }

    /// Gives back what is held and not needed.
    pub(super) fn trim(&mut self) {
        self.ends.shrink_to_fit();
        self.items.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.ends.capacity() * 4 + self.items.capacity() * size_of::<T>()
    }
}

/// The words of one piece, each once, with a code. Words of outside may be as many as rows, so
/// each piece has its own: their codes fit two bytes whatever anybody tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    words: Vec<Box<str>>,
    /// The codes in order of their words.
    sorted: Vec<u16>,
}

impl Words {
    /// Codes that there are room for.
    pub(super) const CODES_MAX: usize = 65_000;

    pub(super) const fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn word(&self, code: u16) -> &str {
        &self.words[usize::from(code)]
    }

    /// The code of a word that is there.
    pub(super) fn find(&self, word: &str) -> Option<u16> {
        let place = self.place(word).ok()?;
        Some(self.sorted[place])
    }

    /// The code of a word, which is given one if it has none.
    pub(super) fn code(&mut self, word: &str) -> u16 {
        match self.place(word) {
            Ok(place) => self.sorted[place],
            Err(place) => {
                let code = u16::try_from(self.words.len()).expect("words are told apart before");
                self.words.push(word.into());
                self.sorted.insert(place, code);
                code
            }
        }
    }

    fn place(&self, word: &str) -> Result<usize, usize> {
        self.sorted
            .binary_search_by(|code| self.word(*code).cmp(word))
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let letters: usize = self.words.iter().map(|word| word.len()).sum();
        self.words.capacity() * size_of::<Box<str>>() + self.sorted.capacity() * 2 + letters
    }
}
