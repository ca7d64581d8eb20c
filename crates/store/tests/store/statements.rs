//! Every statement of the store is prepared on both engines.

use std::path::{Path, PathBuf};

use store::RowsSql;
use testkit::engines::both;
use testkit::fixture::Fixture;

/// The text of every `sql!` or `rows!` in a source file.
fn statements(source: &str, opening: &str) -> Vec<String> {
    let code: Vec<&str> = source
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .map(|line| match line.trim_start().starts_with("//") {
            true => "",
            false => line,
        })
        .collect();
    let code = code.join("\n");
    code.match_indices(opening)
        .map(|(place, _)| {
            let after = code[place + opening.len()..].trim_start();
            let literal = after.strip_prefix('"').expect("a statement is a literal");
            literal_text(literal)
        })
        .collect()
}

/// What a literal says, from behind its opening quote.
fn literal_text(literal: &str) -> String {
    let mut text = String::new();
    let mut characters = literal.chars();
    loop {
        match characters.next().expect("a literal is closed") {
            '"' => return text,
            '\\' => match characters.next().expect("an escape is complete") {
                quoted @ ('"' | '\\') => text.push(quoted),
                other => panic!("an escape that this test does not know: {other:?}"),
            },
            character => text.push(character),
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the sources are there");
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_statement_prepares_on_both_engines() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts: Vec<(String, String)> = Vec::new();
    for file in sources(&source) {
        let name = file.display().to_string();
        let source = std::fs::read_to_string(&file).expect("a source can be read");
        for text in statements(&source, "sql!(") {
            texts.push((name.clone(), text));
        }
        for text in statements(&source, "rows!(") {
            let group = RowsSql::new(Box::leak(text.into_boxed_str()));
            for rows in [1, 8] {
                texts.push((name.clone(), group.expand(rows)));
            }
        }
    }
    // A scanner that finds nothing would prove nothing.
    assert!(texts.len() > 100, "only {} statements", texts.len());
    both(|engine| {
        let shop = Fixture::new(engine);
        let refused = shop.store().read(|conn| {
            let dialect = conn.dialect();
            let mut refused = Vec::new();
            for (file, text) in &texts {
                if let Err(error) = conn.prepares(&store::render(dialect, text)) {
                    refused.push(format!("{file}: {error}\n{text}"));
                    // A refused statement spoils the rest of a transaction on PostgreSQL.
                    break;
                }
            }
            Ok(refused)
        });
        assert_eq!(refused.expect("a reader works"), Vec::<String>::new());
    });
}

#[test]
fn the_scanner_reads_what_compilers_read() {
    let source = "let a = sql!(\"SELECT 1\");\n// sql!(not this)\nlet b = sql!(\n    \
                  \"SELECT \\\"x\\\"\n      FROM t\"\n);";
    let found = statements(source, "sql!(");
    assert_eq!(found, ["SELECT 1", "SELECT \"x\"\n      FROM t"]);
}
