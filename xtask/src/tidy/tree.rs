//! The files of the workspace as tidy sees them: text, and for Rust the tokens and syntax.

use super::Finding;
use crate::Failure;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Larger files are data, not something that a person wrote line by line.
const FILE_BYTES_MAX: u64 = 1_000_000;

/// Folders at the top that hold what was built or a shop's data, not the project.
const TOP_FOLDERS_PASSED: [&str; 3] = ["target", "data", ".git"];

/// All files that people write.
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    /// Every path, also of what is too large or no text, and of every folder.
    pub(super) paths: BTreeSet<String>,
}

/// One file that people write.
pub(super) struct File {
    /// From the top of the workspace, with `/` on every system.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) rust: Option<Rust>,
}

/// What a Rust file says.
pub(super) struct Rust {
    pub(super) tokens: Vec<Token>,
    pub(super) syntax: Option<syn::File>,
    /// First and last lines of test modules and test functions.
    test_lines: Vec<(usize, usize)>,
    is_test: bool,
}

/// One word, sign or literal, outside comments and documentation.
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) is_literal: bool,
}

impl Tree {
    /// Reads every file under `root` that people write.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut tree = Self {
            files: Vec::new(),
            paths: BTreeSet::new(),
        };
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<(), Failure> {
        let told = |error| format!("{}: {error}", folder.display());
        let entries: Result<Vec<fs::DirEntry>, _> = fs::read_dir(folder).map_err(told)?.collect();
        let mut entries = entries.map_err(told)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let details = entry.metadata().map_err(told)?;
            if prefix.is_empty() && TOP_FOLDERS_PASSED.contains(&name.as_str()) {
                continue;
            }
            self.paths.insert(path.clone());
            if details.is_dir() {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if details.len() <= FILE_BYTES_MAX
                && let Ok(text) = fs::read_to_string(entry.path())
            {
                self.files.push(File::new(&path, text));
            }
        }
        Ok(())
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&File, &Rust)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    /// The file at that path.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut paths = BTreeSet::new();
        for (path, _) in files {
            let folders = path
                .match_indices('/')
                .map(|(end, _)| path[..end].to_owned());
            paths.extend(folders);
            paths.insert((*path).to_owned());
        }
        let files = files
            .iter()
            .map(|(path, text)| File::new(path, (*text).to_owned()))
            .collect();
        Self { files, paths }
    }
}

impl File {
    fn new(path: &str, text: String) -> Self {
        let rust = path.ends_with(".rs").then(|| Rust::new(path, &text));
        Self {
            path: path.to_owned(),
            text,
            rust,
        }
    }

    /// The crate to which the file belongs: `crates/domain/src/lib.rs` belongs to `domain`.
    pub(super) fn crate_name(&self) -> &str {
        let mut segments = self.path.split('/');
        match segments.next() {
            Some("crates") => segments.next().unwrap_or_default(),
            first => first.unwrap_or_default(),
        }
    }
}

impl Rust {
    fn new(path: &str, text: &str) -> Self {
        let mut tokens = Vec::new();
        if let Ok(stream) = text.parse::<TokenStream>() {
            flatten(stream, &mut tokens);
        }
        let syntax = syn::parse_file(text).ok();
        let mut finder = TestFinder { lines: Vec::new() };
        if let Some(syntax) = &syntax {
            finder.visit_file(syntax);
        }
        Self {
            tokens,
            syntax,
            test_lines: finder.lines,
            is_test: is_test_path(path),
        }
    }

    /// Whether that line belongs to a test.
    pub(super) fn is_test_line(&self, line: usize) -> bool {
        let within = |(first, last): &(usize, usize)| (*first..=*last).contains(&line);
        self.is_test || self.test_lines.iter().any(within)
    }

    /// Whether the whole file is tests.
    pub(super) fn is_test(&self) -> bool {
        self.is_test
    }

    /// The lines at which these tokens follow each other.
    pub(super) fn lines_with(&self, words: &[&str]) -> Vec<usize> {
        let windows = self.tokens.windows(words.len());
        let matching = windows.filter(|window| {
            window
                .iter()
                .zip(words)
                .all(|(token, word)| !token.is_literal && token.text == *word)
        });
        matching
            .filter_map(|window| window.first())
            .map(|token| token.line)
            .collect()
    }
}

/// Rust files that could not be parsed, which no other rule can judge.
pub(super) fn unparsed(tree: &Tree) -> Vec<Finding> {
    let broken = tree.rust().filter(|(_, rust)| rust.syntax.is_none());
    let what = "this is not Rust that can be parsed";
    broken
        .map(|(file, _)| Finding::new(&file.path, 1, what, "let it compile first"))
        .collect()
}

fn is_test_path(path: &str) -> bool {
    let folders = ["/tests/", "/benches/"];
    let name = path.rsplit('/').next().unwrap_or_default();
    folders.iter().any(|folder| path.contains(folder))
        || name == "tests.rs"
        || name.ends_with("_tests.rs")
}

/// Pours groups out into one row of tokens. Documentation is an attribute to Rust; it is skipped.
fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        let mut push = |text: String, line: usize, is_literal: bool| {
            tokens.push(Token {
                text,
                line,
                is_literal,
            });
        };
        match tree {
            TokenTree::Punct(sign) if sign.as_char() == '#' => {
                // `#![doc …]` has a `!` between; the group alone then says nothing by itself.
                if trees.peek().is_some_and(is_documentation) {
                    trees.next();
                } else {
                    push("#".to_owned(), line, false);
                }
            }
            TokenTree::Group(group) if is_documentation(&TokenTree::Group(group.clone())) => {}
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                let last = group.span_close().start().line;
                push(open.to_owned(), line, false);
                flatten(group.stream(), tokens);
                tokens.push(Token {
                    text: close.to_owned(),
                    line: last,
                    is_literal: false,
                });
            }
            TokenTree::Literal(literal) => push(literal.to_string(), line, true),
            other => push(other.to_string(), line, false),
        }
    }
}

fn is_documentation(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else {
        return false;
    };
    let mut words = group.stream().into_iter();
    let is_doc = matches!(words.next(), Some(TokenTree::Ident(word)) if word == "doc");
    let assigns = matches!(words.next(), Some(TokenTree::Punct(sign)) if sign.as_char() == '=');
    group.delimiter() == Delimiter::Bracket && is_doc && assigns
}

struct TestFinder {
    lines: Vec<(usize, usize)>,
}

impl<'ast> Visit<'ast> for TestFinder {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_for_tests(&item.attrs) {
            self.lines.push(lines_of(item));
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if is_for_tests(&item.attrs) {
            self.lines.push(lines_of(item));
        }
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if is_for_tests(&item.attrs) {
            self.lines.push(lines_of(item));
        }
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if is_for_tests(&item.attrs) {
            self.lines.push(lines_of(item));
        }
    }
}

/// Whether the attributes say `#[test]`, `#[tokio::test]` or `#[cfg(test)]`.
fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        let is_test = last.is_some_and(|segment| segment.ident == "test");
        let is_cfg = attribute.path().is_ident("cfg");
        let condition = || attribute.parse_args::<syn::Path>().ok();
        is_test || (is_cfg && condition().is_some_and(|path| path.is_ident("test")))
    })
}

/// First and last line of a piece of syntax.
pub(super) fn lines_of(item: &impl Spanned) -> (usize, usize) {
    let span = item.span();
    (span.start().line, span.end().line)
}
