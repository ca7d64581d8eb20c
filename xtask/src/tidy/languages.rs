//! Languages: each says what English says, all of it, in its own script and with its own signs.

use super::Finding;
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// One folder for each language, one file a room.
const FOLDER: &str = "crates/web/locales/";
/// The language that the others follow.
const FIRST: &str = "en";
/// Where keys are said.
const SPEAKERS: &str = "crates/web/src/";
/// Beginnings of keys that the source makes out of closed lists; a test beside them holds each of
/// those lists to its keys.
const MADE: [&str; 5] = [
    "action-",
    "attribute-",
    "operator-",
    "explain-",
    "happened-",
];
/// Beginnings of keys of which other languages may say less than English: reasons and hints that
/// the language of questions gives are English, and set into English sentences alone.
const SHORTER: [&str; 2] = ["customers-problem-", "customers-fault-hint"];
/// Words that read as in English, such as a name, are this many in any language at most.
const EQUAL_MAX: usize = 3;
/// What Persian prose never holds, and what stands in its place. Latin digits are looked for apart.
const NOT_PERSIAN: [(&str, &str); 7] = [
    ("يى", "write ی"),
    ("ك", "write ک"),
    ("٠١٢٣٤٥٦٧٨٩", "write Persian digits"),
    ("\"'“”", "write «گیومه»"),
    (",", "write ،"),
    (";", "write ؛"),
    ("?", "write ؟"),
];
/// Signs that are full-width beside Chinese.
const NOT_CHINESE: &str = ",;:?!()";

/// One message of a language.
struct Message<'a> {
    path: &'a str,
    line: usize,
    text: String,
}

/// The messages of a language by their keys.
type Messages<'a> = BTreeMap<&'a str, Message<'a>>;

/// What differs from English, what nobody says, and what is written with the wrong signs.
pub(super) fn findings(tree: &Tree) -> Vec<Finding> {
    let mut languages = languages(tree);
    let Some(first) = languages.remove(FIRST) else {
        return Vec::new();
    };
    let mut findings = unused(tree, &first);
    for (tag, messages) in &languages {
        findings.extend(differences(tag, &first, messages));
        findings.extend(equals(tag, &first, messages));
        for (key, message) in messages {
            let wrong = match *tag {
                "fa" => not_persian(message),
                // Lists in the files of figures have spaces between their words.
                tag if tag.starts_with("zh") && !key.starts_with("format-") => not_chinese(message),
                _ => None,
            };
            findings.extend(wrong.map(|(what, todo)| {
                let what = format!("`{key}` holds {what}");
                Finding::new(message.path, message.line, what, todo)
            }));
        }
    }
    findings
}

fn languages(tree: &Tree) -> BTreeMap<&str, Messages<'_>> {
    let mut languages: BTreeMap<&str, Messages<'_>> = BTreeMap::new();
    for file in &tree.files {
        let inside = file.path.strip_prefix(FOLDER);
        let Some((tag, _)) = inside.and_then(|inside| inside.split_once('/')) else {
            continue;
        };
        let messages = languages.entry(tag).or_default();
        let mut last = None;
        for (index, line) in file.text.lines().enumerate() {
            if line.starts_with(|sign: char| sign.is_ascii_lowercase())
                && let Some((key, text)) = line.split_once(" =")
            {
                let message = Message {
                    path: &file.path,
                    line: index + 1,
                    text: text.trim().to_owned(),
                };
                messages.insert(key, message);
                last = Some(key);
            } else if line.starts_with(' ')
                && let Some(message) = last.and_then(|key| messages.get_mut(key))
            {
                message.text.push('\n');
                message.text.push_str(line);
            } else {
                last = None;
            }
        }
    }
    languages
}

/// Keys that no string of the source is.
fn unused(tree: &Tree, first: &Messages<'_>) -> Vec<Finding> {
    let speakers = tree
        .rust()
        .filter(|(file, _)| file.path.starts_with(SPEAKERS));
    let said: BTreeSet<&str> = speakers
        .flat_map(|(_, rust)| &rust.tokens)
        .filter(|token| token.is_literal)
        .map(|token| token.text.trim_matches('"'))
        .collect();
    let is_made = |key: &str| MADE.iter().any(|start| key.starts_with(start));
    let unused = first
        .iter()
        .filter(|(key, _)| !said.contains(**key) && !is_made(key));
    let finding = |(key, message): (&&str, &Message<'_>)| {
        let what = format!("nobody says `{key}`");
        let todo = "say it, or take it out of every language";
        Finding::new(message.path, message.line, what, todo)
    };
    unused.map(finding).collect()
}

/// Keys that a language lacks or has alone, and sentences into which other things are set.
fn differences(tag: &str, first: &Messages<'_>, messages: &Messages<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, english) in first {
        let Some(message) = messages.get(key) else {
            let path = english.path.replacen(FIRST, tag, 1);
            let what = format!("`{key}` is missing");
            findings.push(Finding::new(&path, 1, what, "say it in this language too"));
            continue;
        };
        let (english, own) = (Said::of(&english.text), Said::of(&message.text));
        let mut add = |name: &str, what: &str, todo: &str| {
            let what = format!("`{key}` {what} `${name}`");
            findings.push(Finding::new(message.path, message.line, what, todo));
        };
        for name in own.used.difference(&english.used) {
            add(name, "names", "nobody sets it in; English has it not");
        }
        if SHORTER.iter().any(|start| key.starts_with(start)) {
            continue;
        }
        for name in english.placed.difference(&own.used) {
            add(name, "leaves out", "say all that English says");
        }
    }
    for (key, message) in messages {
        if !first.contains_key(key) {
            let what = format!("English has no `{key}`");
            let todo = "say it in every language, or in none";
            findings.push(Finding::new(message.path, message.line, what, todo));
        }
    }
    findings
}

/// Texts that were taken over from English, when they are more than names can be.
fn equals(tag: &str, first: &Messages<'_>, messages: &Messages<'_>) -> Vec<Finding> {
    let is_equal = |(key, message): &(&&str, &Message<'_>)| {
        let english = first.get(**key);
        let has_words = Said::of(&message.text)
            .prose
            .contains(|sign: char| sign.is_alphabetic());
        has_words && english.is_some_and(|english| english.text == message.text)
    };
    let equal: Vec<_> = messages.iter().filter(is_equal).collect();
    let finding = |(key, message): &(&&str, &Message<'_>)| {
        let what = format!("`{key}` reads as in English");
        let todo = format!(
            "say it in {tag}: {} texts do, and {EQUAL_MAX} may",
            equal.len()
        );
        Finding::new(message.path, message.line, what, todo)
    };
    match equal.len() {
        0..=EQUAL_MAX => Vec::new(),
        _ => equal.iter().map(finding).collect(),
    }
}

fn not_persian(message: &Message<'_>) -> Option<(String, &'static str)> {
    let said = Said::of(&message.text);
    if said.forms.contains("one") {
        // In Persian this form stands for nothing, too.
        return Some(("the form [one]".to_owned(), "write [1]"));
    }
    if let Some(digit) = said.prose.chars().find(char::is_ascii_digit) {
        return Some((
            format!("{digit}"),
            "write Persian digits, or isolate an address",
        ));
    }
    let found = |(signs, todo): &(&str, &'static str)| {
        let sign = said.prose.chars().find(|sign| signs.contains(*sign))?;
        Some((format!("{sign}"), *todo))
    };
    NOT_PERSIAN.iter().find_map(found)
}

fn not_chinese(message: &Message<'_>) -> Option<(String, &'static str)> {
    let said = Said::of(&message.text);
    let signs: Vec<char> = said.prose.chars().collect();
    let beside = |place: usize| {
        let before = place.checked_sub(1).and_then(|before| signs.get(before));
        let around = [before, signs.get(place + 1)];
        around.into_iter().flatten().copied().any(is_chinese)
    };
    let wrong = |place: usize, sign: char| match sign {
        ' ' if beside(place) => Some("leave it out: the style sheet sets the space"),
        sign if NOT_CHINESE.contains(sign) && beside(place) => Some("write the full-width sign"),
        _ => None,
    };
    let mut all = signs.iter().enumerate();
    all.find_map(|(place, sign)| Some((format!("“{sign}”"), wrong(place, *sign)?)))
}

fn is_chinese(sign: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&sign)
}

/// What a message is made of.
#[derive(Default)]
struct Said<'a> {
    /// The words alone; a line break stands for each thing that is set in.
    prose: String,
    /// What is set in, by the names that the source gives.
    placed: BTreeSet<&'a str>,
    /// The same, with what only chooses a form.
    used: BTreeSet<&'a str>,
    /// The names of the forms.
    forms: BTreeSet<&'a str>,
}

impl<'a> Said<'a> {
    fn of(text: &'a str) -> Self {
        let mut said = Self::default();
        for line in text.lines() {
            let trimmed = line.trim();
            let form = trimmed
                .strip_prefix('[')
                .or_else(|| trimmed.strip_prefix("*["));
            match form.and_then(|form| form.split_once(']')) {
                Some((form, rest)) => {
                    said.forms.insert(form);
                    said.add(rest.trim_start());
                }
                None => said.add(trimmed),
            }
            said.prose.push('\n');
        }
        said
    }

    fn add(&mut self, mut rest: &'a str) {
        while let Some((before, after)) = rest.split_once('{') {
            self.prose.push_str(&before.replace('}', "\n"));
            self.prose.push('\n');
            let (inside, following) = after.split_once('}').unwrap_or((after, ""));
            // A count is set in under two names: one chooses the form and one is written.
            let name = |inside: &'a str| {
                let name = inside.trim().strip_prefix('$')?;
                Some(name.strip_suffix("-shown").unwrap_or(name))
            };
            if let Some((chosen_by, _)) = inside.split_once("->") {
                self.used.extend(name(chosen_by));
            } else {
                self.used.extend(name(inside));
                self.placed.extend(name(inside));
            }
            rest = following;
        }
        self.prose.push_str(&rest.replace('}', "\n"));
    }
}
