//! The page about the language for merchants: its tables are those of the catalogue, and its
//! examples are predicates.

use std::fmt::Write;
use std::path::Path;

use domain::events::Channel;
use domain::segments::{Attribute, parse};
use testkit::golden;

const PAGE: &str = "../../docs/segments.md";
/// The line behind which the catalogue writes.
const MARK: &str =
    "<!-- The tables from here to the end are written by a test from the catalogue. -->\n";

fn page() -> String {
    std::fs::read_to_string(PAGE).expect("the page is there")
}

fn kind(attribute: Attribute) -> String {
    match attribute.vocabulary() {
        Some(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let article = attribute.kind().english();
            format!("{article}: {}", words.join(", "))
        }
        None => attribute.kind().english().to_owned(),
    }
}

fn tables() -> String {
    let (on_channels, whole): (Vec<Attribute>, Vec<Attribute>) =
        Attribute::all().partition(|it| matches!(it, Attribute::OnChannel(..)));
    let mut text = "\n| attribute | is | means | time |\n| --- | --- | --- | --- |\n".to_owned();
    let push = |text: &mut String, name: String, attribute: Attribute| {
        let (kind, meaning) = (kind(attribute), attribute.meaning());
        let time = attribute.time_rule().english();
        writeln!(text, "| `{name}` | {kind} | {meaning} | {time} |").expect("a text takes all");
    };
    for attribute in whole {
        push(&mut text, attribute.to_string(), attribute);
    }
    text.push_str("\n### By channel\n\nEach of these is there once for every channel: ");
    let words: Vec<String> = Channel::ALL
        .into_iter()
        .map(|channel| format!("`{channel}`"))
        .collect();
    text.push_str(&words.join(", "));
    text.push_str(
        ".\nOn a channel where nothing was sold, counts and amounts are 0 and days and margin \
         are unknown.\n\n| attribute | is | means | time |\n| --- | --- | --- | --- |\n",
    );
    let of_store = |it: &Attribute| matches!(it, Attribute::OnChannel(Channel::Store, _));
    for attribute in on_channels.into_iter().filter(of_store) {
        push(&mut text, attribute.to_string(), attribute);
    }
    text
}

#[test]
fn the_tables_of_the_page_are_the_catalogue() {
    let page = page();
    let (prose, _) = page.split_once(MARK).expect("the page has its mark");
    golden::check(Path::new(PAGE), &format!("{prose}{MARK}{}", tables()));
}

#[test]
fn the_examples_of_the_page_are_predicates() {
    let page = page();
    let blocks = page.split("```cel\n").skip(1);
    let examples: Vec<&str> = blocks
        .filter_map(|block| block.split("```").next())
        .flat_map(str::lines)
        .collect();
    assert!(examples.len() > 10, "{examples:?}");
    for example in examples {
        let predicate = parse(example).unwrap_or_else(|error| panic!("{example}: {error}"));
        assert_eq!(predicate.to_string(), example);
    }
}
