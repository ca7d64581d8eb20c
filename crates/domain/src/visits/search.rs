//! What people search for, and what their words say of their skill. A simple rule that can be
//! checked by eye beats a clever one here: how many words, whether one is a name of the shop's own
//! catalogue, and whether one is almost such a name.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{decoded, parameter, query_of};
use crate::events::Page;

/// The longest search that is counted, in bytes.
const WORDS_BYTES_MAX: usize = 80;
/// More digits than these are a telephone number.
const DIGITS_MAX: usize = 8;
/// The parameters in which engines write what was searched for.
const OF_ENGINES: [&str; 8] = ["q", "query", "p", "wd", "word", "text", "keyword", "qt"];
/// Those in which shops do; a `p` is a page there.
const OF_SHOPS: [&str; 5] = ["q", "query", "search", "keyword", "s"];
/// From so many letters on a word can be misspelt and still be recognised.
const LETTERS_MIN: usize = 4;
/// The most words of the catalogue that are known.
const KNOWN_MAX: usize = 50_000;

/// What a search says of who searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skill {
    /// They know a name of the catalogue: a model, a brand, a kind.
    Name,
    /// A word is almost a name of the catalogue: likely misspelt.
    Misspelt,
    /// Three words or more, none of them a name.
    Many,
    /// One or two words, none of them a name.
    Few,
}

impl Skill {
    /// Every one, in order.
    pub const ALL: [Self; 4] = [Self::Name, Self::Misspelt, Self::Many, Self::Few];

    /// The word in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Misspelt => "misspelt",
            Self::Many => "many",
            Self::Few => "few",
        }
    }
}

/// What was searched for with an engine, out of the query of its address.
pub(super) fn searched(query: &str) -> Option<String> {
    within(query, &OF_ENGINES)
}

/// What was searched for on a page of the shop.
#[must_use]
pub fn searched_here(page: &Page) -> Option<String> {
    within(query_of(page), &OF_SHOPS)
}

fn within(query: &str, parameters: &[&str]) -> Option<String> {
    let found = parameters.iter().find_map(|it| parameter(query, it))?;
    tidy(&decoded(found))
}

/// A search as it is counted; none when it is empty or could name somebody.
#[must_use]
pub fn tidy(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let text: String = text.chars().filter(|it| !it.is_control()).collect();
    let digits = text.chars().filter(|it| it.is_numeric()).count();
    let names_somebody = text.contains('@') || text.contains("://") || digits > DIGITS_MAX;
    let text = &text[..text.floor_char_boundary(WORDS_BYTES_MAX)];
    (!text.is_empty() && !names_somebody).then(|| text.to_owned())
}

/// The words of a shop's own catalogue.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// By their first letter: who misspells a word seldom misses that one.
    words: BTreeMap<char, BTreeSet<String>>,
    count: usize,
}

impl Vocabulary {
    /// Learns the words of a name: of a product, a brand, a kind.
    pub fn learn(&mut self, name: &str) {
        for word in words_of(name) {
            if let Some(first) = word.chars().next()
                && self.count < KNOWN_MAX
            {
                let is_new = self.words.entry(first).or_default().insert(word);
                self.count += usize::from(is_new);
            }
        }
    }

    /// What a search says of who searched.
    #[must_use]
    pub fn skill(&self, search: &str) -> Skill {
        let words: Vec<String> = words_of(search).collect();
        let known = |word: &String| {
            let first = word.chars().next();
            first.is_some_and(|it| self.words.get(&it).is_some_and(|all| all.contains(word)))
        };
        match words.len() {
            _ if words.iter().any(known) => Skill::Name,
            _ if words.iter().any(|word| self.is_almost_known(word)) => Skill::Misspelt,
            0..=2 => Skill::Few,
            _ => Skill::Many,
        }
    }

    fn is_almost_known(&self, word: &str) -> bool {
        let letters: Vec<char> = word.chars().collect();
        let near = letters.first().and_then(|first| self.words.get(first));
        let mut near = near.into_iter().flatten();
        letters.len() >= LETTERS_MIN && near.any(|known| is_one_slip(&letters, known))
    }
}

/// The words of a name, each in one spelling.
fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    let parts = name.split(|sign: char| !sign.is_alphanumeric() && sign != '\u{200c}');
    parts
        .filter(|part| part.chars().count() > 1)
        .map(str::to_lowercase)
}

/// Whether two words differ by one letter too many, too few, another, or two that changed places.
fn is_one_slip(word: &[char], known: &str) -> bool {
    let known: Vec<char> = known.chars().collect();
    if known.len() < LETTERS_MIN || word.len().abs_diff(known.len()) > 1 {
        return false;
    }
    let same = word.iter().zip(&known).take_while(|(a, b)| a == b).count();
    let (word, known) = (&word[same..], &known[same..]);
    match (word, known) {
        ([], []) => false,
        ([a, b, rest @ ..], [c, d, known @ ..]) if a == d && b == c && rest == known => true,
        ([_, word @ ..], [_, known @ ..]) if word == known => true,
        ([_, word @ ..], known) if word == known => true,
        (word, [_, known @ ..]) if word == known => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_counted_in_one_spelling_and_without_people() {
        let check = |query: &str, expected: Option<&str>| {
            assert_eq!(searched(query).as_deref(), expected, "{query}");
        };
        check("q=Brass++Lamp", Some("brass lamp"));
        check("x=1&wd=%E7%87%88", Some("燈"));
        check("q=", None);
        check("query=", None);
        check("page=2", None);
        check("q=sara@example.com", None);
        check("q=0912 123 45 67", None);
        check("q=lamp 20 w", Some("lamp 20 w"));
    }

    #[test]
    fn words_tell_who_knows_what_they_want() {
        let names = ["Brass Lantern", "X-200", "چراغ رومیزی", "Solaria"];
        let mut vocabulary = Vocabulary::default();
        names.iter().for_each(|name| vocabulary.learn(name));
        let check = |search: &str, skill: Skill| {
            assert_eq!(vocabulary.skill(search), skill, "{search}");
        };
        check("lantern", Skill::Name);
        check("cheap solaria for my garden", Skill::Name);
        check("چراغ مطالعه", Skill::Name);
        check("lantren", Skill::Misspelt);
        check("lanternn", Skill::Misspelt);
        check("solria", Skill::Misspelt);
        check("lxntern", Skill::Misspelt);
        check("lamp", Skill::Few);
        check("garden light", Skill::Few);
        check("light for a garden", Skill::Many);
        check("", Skill::Few);
        assert_eq!(Vocabulary::default().skill("lantern"), Skill::Few);
    }
}
