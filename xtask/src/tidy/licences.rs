//! Licences: whoever takes Fanous takes its dependencies too, and must be free to.

use super::Finding;

/// Licences that ask for no more than to be named (and MPL-2.0, whose reach ends at its files).
const PERMITTED: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// A package and the licence expression that its manifest gives.
pub(super) struct Licence {
    pub(super) package: String,
    pub(super) expression: Option<String>,
}

/// Packages whose expression cannot be met with permitted licences.
pub(super) fn findings(licences: &[Licence]) -> Vec<Finding> {
    let refused = licences
        .iter()
        .filter(|licence| !licence.expression.as_deref().is_some_and(is_permitted));
    refused
        .map(|licence| {
            let expression = licence.expression.as_deref().unwrap_or("no licence named");
            let what = format!("`{}` comes under: {expression}", licence.package);
            Finding::new(
                "Cargo.lock",
                1,
                what,
                "do without the dependency that brings it",
            )
        })
        .collect()
}

/// Whether one can choose among the expression's alternatives so that all is permitted.
pub(super) fn is_permitted(expression: &str) -> bool {
    // Before the standard, a slash stood for OR.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words };
    let permitted = reader.any();
    reader.words.is_empty() && permitted
}

/// Reads `any := all (OR all)*`, `all := one (AND one)*`, `one := ( any ) | NAME [WITH NAME]`.
struct Reader<'a> {
    words: &'a [&'a str],
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let is_next = self.words.first() == Some(&word);
        if is_next {
            self.words = &self.words[1..];
        }
        is_next
    }

    fn any(&mut self) -> bool {
        let mut permitted = self.all();
        while self.take("OR") {
            permitted |= self.all();
        }
        permitted
    }

    fn all(&mut self) -> bool {
        let mut permitted = self.one();
        while self.take("AND") {
            permitted &= self.one();
        }
        permitted
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let permitted = self.any();
            return self.take(")") && permitted;
        }
        let Some((name, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        // An exception only ever gives more freedom than the licence itself.
        if self.take("WITH") {
            self.words = self.words.get(1..).unwrap_or_default();
        }
        PERMITTED.contains(name)
    }
}
