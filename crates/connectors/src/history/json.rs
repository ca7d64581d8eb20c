//! One JSON object as flat fields: `{"billing": {"email": "x"}}` has the field `billing.email`.
//!
//! Numbers stay the text they were, since no binary fraction may touch money. Objects are opened
//! to [`DEPTH_MAX`] levels, and what lies deeper is left out. Lists are handed on as they stand.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How many levels of objects are opened.
const DEPTH_MAX: usize = 8;
/// The most fields of one object, all levels together.
const FIELDS_MAX: usize = 2_000;

/// An object, flat.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Flat<'a> {
    /// Texts, numbers as they are written, `true` and `false`; `null` is not there.
    pub(super) fields: Vec<(String, String)>,
    /// Lists as JSON.
    pub(super) lists: Vec<(String, &'a str)>,
}

/// Reads an object; nothing when it is none, or has more fields than are kept.
pub(super) fn flat(text: &str) -> Option<Flat<'_>> {
    let mut flat = Flat::default();
    open(text, "", DEPTH_MAX, &mut flat)?;
    Some(flat)
}

/// The objects of a list, flat; nothing when it is no list of objects.
pub(super) fn list(text: &str) -> Option<Vec<Flat<'_>>> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    parts.into_iter().map(|part| flat(part.get())).collect()
}

fn open<'a>(text: &'a str, prefix: &str, depth: usize, flat: &mut Flat<'a>) -> Option<()> {
    let Members(members) = serde_json::from_str(text).ok()?;
    for (name, value) in members {
        let value: &'a str = value.get();
        let name = format!("{prefix}{name}");
        if flat.fields.len() + flat.lists.len() >= FIELDS_MAX {
            return None;
        }
        match value.as_bytes().first() {
            Some(b'{') if depth > 1 => open(value, &format!("{name}."), depth - 1, flat)?,
            Some(b'{' | b'n') | None => {}
            Some(b'[') => flat.lists.push((name, value)),
            Some(b'"') => flat.fields.push((name, serde_json::from_str(value).ok()?)),
            Some(_) => flat.fields.push((name, value.to_owned())),
        }
    }
    Some(())
}

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Option<String> {
        let flat = flat(text)?;
        let fields = flat
            .fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let lists = flat
            .lists
            .iter()
            .map(|(name, value)| format!("{name}:{value}"));
        Some(fields.chain(lists).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn objects_become_flat_and_numbers_stay_as_written() {
        let check = |text: &str, expected: &str| {
            assert_eq!(fields(text).as_deref(), Some(expected), "{text}");
        };
        check("{}", "");
        check(r#"{"a": 1.10, "b": "x\u0041", "c": null}"#, "a=1.10 b=xA");
        check(
            r#"{"a": {"b": {"c": true}}, "l": [1, {}]}"#,
            "a.b.c=true l:[1, {}]",
        );
        check(
            r#"{"n": 0.1000000000000000055511151231257827}"#,
            "n=0.1000000000000000055511151231257827",
        );
        for broken in [
            "",
            "[]",
            "1",
            "{",
            r#"{"a": }"#,
            r#"{"a": 1} x"#,
            r#"{"a": 01}"#,
        ] {
            assert_eq!(fields(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_lies_too_deep_or_is_too_much_costs_no_more_than_its_length() {
        let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert_eq!(fields(&deep(8)).as_deref(), Some("a.a.a.a.a.a.a.a=1"));
        assert_eq!(fields(&deep(9)).as_deref(), Some(""));
        // The reader of JSON itself stops long before the stack does.
        assert!(fields(&deep(100_000)).is_none_or(|text| text.is_empty()));
        let many: Vec<String> = (0..3_000).map(|n| format!(r#""f{n}":1"#)).collect();
        assert_eq!(fields(&format!("{{{}}}", many.join(","))), None);
        assert_eq!(list("[{\"a\":1},2]"), None);
        assert_eq!(list("[{\"a\":1},{}]").map(|parts| parts.len()), Some(2));
    }
}
