//! Arrows between the rooms of one floor: which top-level module names which other.

use super::tree::{Rust, Token, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Each arrow as `floor: room -> room`, from `crate::room` paths outside tests.
pub(super) fn arrows(tree: &Tree) -> BTreeSet<String> {
    let mut rooms: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, _) in tree.rust() {
        if let Some((floor, room)) = room_of(&file.path) {
            rooms.entry(floor).or_default().insert(room);
        }
    }
    let mut arrows = BTreeSet::new();
    for (file, rust) in tree.rust().filter(|(_, rust)| !rust.is_test()) {
        let Some((floor, room)) = room_of(&file.path) else {
            continue;
        };
        // In a file directly under `src`, `super` is the crate.
        let is_top = file.path.matches('/').count() == 3;
        let known = &rooms[floor];
        let named = named_rooms(
            rust,
            if is_top {
                &["crate", "super"]
            } else {
                &["crate"]
            },
        );
        let others = named
            .into_iter()
            .filter(|other| *other != room && known.contains(other));
        arrows.extend(others.map(|other| format!("{floor}: {room} -> {other}")));
    }
    arrows
}

/// Floor and room of `crates/FLOOR/src/ROOM.rs` or `crates/FLOOR/src/ROOM/…`. The root of a crate
/// is no room: it names all of them.
fn room_of(path: &str) -> Option<(&str, &str)> {
    let (floor, inside) = path.strip_prefix("crates/")?.split_once("/src/")?;
    let room = inside.split('/').next()?;
    let room = room.strip_suffix(".rs").unwrap_or(room);
    (!["lib", "main", "bin"].contains(&room)).then_some((floor, room))
}

/// The first segments after `crate::`, also of `crate::{a, b::c}`.
fn named_rooms<'a>(rust: &'a Rust, starts: &[&str]) -> Vec<&'a str> {
    let mut named = Vec::new();
    for (index, token) in rust.tokens.iter().enumerate() {
        let follows = |offset: usize, text: &str| {
            rust.tokens
                .get(index + offset)
                .is_some_and(|token| token.text == text)
        };
        if !starts.contains(&token.text.as_str()) || !follows(1, ":") || !follows(2, ":") {
            continue;
        }
        if rust.is_test_line(token.line) {
            continue;
        }
        let rest = &rust.tokens[index + 3..];
        match rest.first() {
            Some(open) if open.text == "{" => named.extend(heads_of_group(&rest[1..])),
            Some(first) => named.push(first.text.as_str()),
            None => {}
        }
    }
    named
}

/// The first word of each comma-separated part, up to the brace that closes the group.
fn heads_of_group(tokens: &[Token]) -> Vec<&str> {
    let (mut heads, mut depth, mut at_head) = (Vec::new(), 0_u32, true);
    for token in tokens {
        match token.text.as_str() {
            "}" if depth == 0 => break,
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => at_head = true,
            word if at_head => {
                heads.push(word);
                at_head = false;
            }
            _ => {}
        }
    }
    heads
}
