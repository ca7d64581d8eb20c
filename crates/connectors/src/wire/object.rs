//! Objects and values of JSON as they lie in the text of one event: nothing is opened before it
//! is asked for, and numbers keep the text in which they were written, since no binary fraction
//! may touch money. `null` is as good as not there.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object, in their order.
#[derive(Debug, Default, Clone)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Object<'a> {
    /// Reads an object; nothing when the text is none.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The member of exactly this name. Named twice, the last counts, as in JavaScript.
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        let mut members = self.0.iter().rev();
        let (_, value) = members.find(|(given, _)| given == name)?;
        Value::present(value)
    }

    /// The first of these that is there. The names are plain ([`is_plainly`]), so that
    /// `order_id`, `orderId` and `Order ID` are one.
    pub(super) fn any(&self, plain_names: &[&str]) -> Option<Value<'a>> {
        plain_names.iter().find_map(|plain| {
            let mut members = self.0.iter().rev();
            let found = members.find(|(given, _)| is_plainly(given, plain));
            found.and_then(|(_, value)| Value::present(value))
        })
    }

    /// The object that is the first of these.
    pub(super) fn object(&self, plain_names: &[&str]) -> Option<Object<'a>> {
        self.any(plain_names)?.object()
    }

    /// The text that is the first of these; none when it is empty.
    pub(super) fn text(&self, plain_names: &[&str]) -> Option<Cow<'a, str>> {
        self.any(plain_names)?.text()
    }

    /// What is there, without `null`.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        let members = self.0.iter();
        members.filter_map(|(name, value)| Some((name.as_ref(), Value::present(value)?)))
    }
}

/// Whether a name is this one when capitals, blanks, `_` and `-` are overlooked.
pub(super) fn is_plainly(name: &str, plain: &str) -> bool {
    let mut wanted = plain.bytes();
    let given = name.bytes().filter(|byte| !b" _-".contains(byte));
    let mut given = given.map(|byte| byte.to_ascii_lowercase());
    given.by_ref().all(|byte| wanted.next() == Some(byte)) && wanted.next().is_none()
}

/// A value that is there, as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    pub(super) fn present(written: &'a str) -> Option<Self> {
        (written != "null").then_some(Self(written))
    }

    /// As it is written.
    pub(super) const fn written(self) -> &'a str {
        self.0
    }

    fn first(self) -> u8 {
        self.0.as_bytes().first().copied().unwrap_or_default()
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self.first(), b'-' | b'0'..=b'9')
    }

    /// Itself when it is a text, however empty.
    pub(super) fn string(self) -> Option<Cow<'a, str>> {
        let inside = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if !inside.contains('\\') {
            return Some(Cow::Borrowed(inside));
        }
        serde_json::from_str::<Text<'_>>(self.0)
            .ok()
            .map(|text| Cow::Owned(text.0.into_owned()))
    }

    /// A text without blanks around it, or a number as it is written; none when nothing is left.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        if self.is_number() {
            return Some(Cow::Borrowed(self.0));
        }
        let text = match self.string()? {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn truth(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    pub(super) fn object(self) -> Option<Object<'a>> {
        match self.first() {
            b'{' => Object::read(self.0),
            _ => None,
        }
    }

    /// The values of a list.
    pub(super) fn list(self) -> Option<Vec<Self>> {
        if self.first() != b'[' {
            return None;
        }
        let parts: Vec<&'a RawValue> = serde_json::from_str(self.0).ok()?;
        Some(parts.into_iter().map(|part| Self(part.get())).collect())
    }
}

/// A text that is borrowed when nothing in it is escaped.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name.0, value.get()));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
