//! One SQL text, told to each engine in its own words.
//!
//! The text of record is PostgreSQL's. [`render`] only renames or drops words, outside quotes
//! and whole words only; it never restructures. The differences between the engines live here
//! and nowhere else.

/// Which engine is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded engine.
    Sqlite,
    /// The engine for more than one machine.
    Postgres,
}

/// The same statement in the engine's own words.
#[must_use]
pub fn render(dialect: Dialect, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted(rest, '\''),
            '"' => quoted(rest, '"'),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        match dialect {
            Dialect::Postgres => push_postgres(&mut out, token, &mut rest),
            Dialect::Sqlite => push_sqlite(&mut out, token, &mut rest),
        }
    }
    if dialect == Dialect::Sqlite && out.trim_start().starts_with("CREATE TABLE") {
        make_strict(&mut out);
    }
    out
}

fn push_postgres(out: &mut String, token: &str, rest: &mut &str) {
    match token {
        "WITHOUT" if drop_words(rest, &["ROWID"]) => trim_end(out),
        other => out.push_str(other),
    }
}

fn push_sqlite(out: &mut String, token: &str, rest: &mut &str) {
    match token {
        "$" => out.push('?'),
        "BIGINT" => out.push_str("INTEGER"),
        "BOOLEAN" => out.push_str("INTEGER"),
        "BYTEA" => out.push_str("BLOB"),
        "DOUBLE" if drop_words(rest, &["PRECISION"]) => out.push_str("REAL"),
        "FOR" if drop_words(rest, &["UPDATE"]) => {
            drop_words(rest, &["SKIP", "LOCKED"]);
            trim_end(out);
        }
        "COLLATE" if drop_words(rest, &["\"C\""]) => trim_end(out),
        other => out.push_str(other),
    }
}

/// SQLite refuses values of a wrong type only in STRICT tables.
fn make_strict(out: &mut String) {
    match out.rfind(" WITHOUT ROWID") {
        Some(place) => out.replace_range(place.., " STRICT, WITHOUT ROWID"),
        None => out.push_str(" STRICT"),
    }
}

fn trim_end(out: &mut String) {
    out.truncate(out.trim_end().len());
}

/// Drops these words from the start of `rest` when they all stand there.
fn drop_words(rest: &mut &str, words: &[&str]) -> bool {
    let mut after = *rest;
    for word in words {
        let trimmed = after.trim_start();
        let Some(next) = trimmed.strip_prefix(word) else {
            return false;
        };
        if next.chars().next().is_some_and(is_word) {
            return false;
        }
        after = next;
    }
    *rest = after;
    true
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The length of a quoted text with its quotes; a doubled quote stays inside.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((place, character)) = characters.next() {
        if character == quote {
            if characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
                continue;
            }
            return place + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, sqlite: &str, postgres: &str) {
        assert_eq!(render(Dialect::Sqlite, text), sqlite);
        assert_eq!(render(Dialect::Postgres, text), postgres);
    }

    #[test]
    fn each_rule_renames_or_drops_words() {
        check("SELECT $2, $1", "SELECT ?2, ?1", "SELECT $2, $1");
        check(
            "CAST(a AS BIGINT)",
            "CAST(a AS INTEGER)",
            "CAST(a AS BIGINT)",
        );
        check(
            "CAST(a AS DOUBLE PRECISION)",
            "CAST(a AS REAL)",
            "CAST(a AS DOUBLE PRECISION)",
        );
        check(
            "a BOOLEAN, b BYTEA",
            "a INTEGER, b BLOB",
            "a BOOLEAN, b BYTEA",
        );
        check("x FOR UPDATE", "x", "x FOR UPDATE");
        check("x FOR UPDATE SKIP LOCKED", "x", "x FOR UPDATE SKIP LOCKED");
        check(
            "a TEXT COLLATE \"C\" NOT NULL",
            "a TEXT NOT NULL",
            "a TEXT COLLATE \"C\" NOT NULL",
        );
        check(
            "CREATE TABLE t (a BIGINT)",
            "CREATE TABLE t (a INTEGER) STRICT",
            "CREATE TABLE t (a BIGINT)",
        );
        check(
            "CREATE TABLE t (a BIGINT) WITHOUT ROWID",
            "CREATE TABLE t (a INTEGER) STRICT, WITHOUT ROWID",
            "CREATE TABLE t (a BIGINT)",
        );
    }

    #[test]
    fn traps_are_left_alone() {
        let check_same = |text: &str| check(text, text, text);
        check_same("SELECT '$1 BIGINT ''FOR UPDATE'' '");
        check_same("SELECT bigint_count, BIGINT_count FROM boolean_x");
        check_same("SELECT \"BIGINT\" FROM t");
        check_same("SELECT 'unclosed $1");
        check_same("WITHOUTX ROWID FOR UPDATES DOUBLE PRECISIONS");
    }
}
