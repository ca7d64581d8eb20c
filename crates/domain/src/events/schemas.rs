//! What the shop itself declares of events that nobody else knows.
//!
//! An event without a declaration is kept whole and personal. From its declaration on, the fields
//! that are named, are not personal and hold what they should are kept in the clear; what came
//! before stays as it was.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::catalogue::{self, FIELDS_MAX, Holds};
use super::order::is_code;
use super::{Behaviour, NAME_BYTES_MAX};

/// The most events that a shop declares.
pub const SCHEMAS_MAX: usize = 200;
/// The longest sentence about an event or a field, in bytes.
pub const ABOUT_BYTES_MAX: usize = 500;

/// One field of an event that the shop declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSchema {
    /// What it holds.
    pub holds: Holds,
    /// Whether it is personal: then it stays encrypted, as it came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_personal: bool,
    /// What it means, with its unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// One event that the shop declares.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EventSchema {
    /// What it means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Its fields by their names.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldSchema>,
}

/// The shop's declarations by the names of the events. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<String, EventSchema>",
    into = "BTreeMap<String, EventSchema>"
)]
pub struct EventSchemas(Arc<BTreeMap<String, EventSchema>>);

impl From<BTreeMap<String, EventSchema>> for EventSchemas {
    fn from(schemas: BTreeMap<String, EventSchema>) -> Self {
        Self(Arc::new(schemas))
    }
}

impl From<EventSchemas> for BTreeMap<String, EventSchema> {
    fn from(schemas: EventSchemas) -> Self {
        Arc::unwrap_or_clone(schemas.0)
    }
}

/// Why an event cannot be declared so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaError {
    /// Its name is no name.
    Name,
    /// Its name has a meaning already.
    Taken,
    /// There are as many as there can be.
    TooMany,
    /// It has more fields than an event keeps.
    TooManyFields,
    /// A field is called by no name.
    Field(String),
    /// A sentence is too long.
    About,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(f, "the name must have 1 to {NAME_BYTES_MAX} bytes"),
            Self::Taken => f.write_str("this event is declared already: see docs/events.md"),
            Self::TooMany => write!(f, "a shop declares at most {SCHEMAS_MAX} events"),
            Self::TooManyFields => write!(f, "an event keeps at most {FIELDS_MAX} fields"),
            Self::Field(name) => write!(f, "“{name}” cannot be the name of a field"),
            Self::About => write!(f, "a sentence has at most {ABOUT_BYTES_MAX} bytes"),
        }
    }
}

impl std::error::Error for SchemaError {}

impl EventSchemas {
    /// Whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The declaration of this event.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&EventSchema> {
        self.0.get(name)
    }

    /// Every declaration, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &EventSchema)> {
        self.0.iter().map(|(name, schema)| (name.as_str(), schema))
    }

    /// These with another one, in place of what it was before.
    ///
    /// # Errors
    /// [`SchemaError`] names the first thing that is wrong.
    pub fn with(&self, name: &str, schema: EventSchema) -> Result<Self, SchemaError> {
        let is_name = !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.contains('\0');
        if !is_name || name.trim() != name {
            return Err(SchemaError::Name);
        }
        if Behaviour::is_own_name(name) || catalogue::kind(name).is_some() {
            return Err(SchemaError::Taken);
        }
        schema.check()?;
        let mut schemas = BTreeMap::clone(&self.0);
        schemas.insert(name.to_owned(), schema);
        match schemas.len() > SCHEMAS_MAX {
            true => Err(SchemaError::TooMany),
            false => Ok(schemas.into()),
        }
    }

    /// These without that one; none when it is not declared.
    #[must_use]
    pub fn without(&self, name: &str) -> Option<Self> {
        let mut schemas = BTreeMap::clone(&self.0);
        schemas.remove(name)?;
        Some(schemas.into())
    }
}

impl EventSchema {
    fn check(&self) -> Result<(), SchemaError> {
        if self.fields.len() > FIELDS_MAX {
            return Err(SchemaError::TooManyFields);
        }
        if let Some(name) = self.fields.keys().find(|name| !is_code(name)) {
            let shown: String = name.chars().take(60).collect();
            return Err(SchemaError::Field(shown));
        }
        let mut sentences = self.fields.values().map(|field| &field.about);
        let is_long = |about: &String| about.len() > ABOUT_BYTES_MAX || about.contains('\0');
        match is_long(&self.about) || sentences.any(is_long) {
            true => Err(SchemaError::About),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(fields: usize) -> EventSchema {
        let field = FieldSchema {
            holds: Holds::Number,
            is_personal: false,
            about: String::new(),
        };
        let fields = (0..fields).map(|number| (format!("field_{number}"), field.clone()));
        EventSchema {
            about: String::new(),
            fields: fields.collect(),
        }
    }

    #[test]
    fn what_can_be_declared() {
        let check = |name: &str, schema: EventSchema, expected: Result<(), SchemaError>| {
            let declared = EventSchemas::default().with(name, schema);
            assert_eq!(declared.map(|_| ()), expected, "{name}");
        };
        check("Taste Quiz Finished", schema(FIELDS_MAX), Ok(()));
        check("", schema(1), Err(SchemaError::Name));
        check(" Quiz", schema(1), Err(SchemaError::Name));
        check("Order Completed", schema(1), Err(SchemaError::Taken));
        check("Products Searched", schema(1), Err(SchemaError::Taken));
        let too_many = schema(FIELDS_MAX + 1);
        check("Quiz", too_many, Err(SchemaError::TooManyFields));
        let mut nameless = schema(0);
        let one = schema(1).fields.remove("field_0").expect("a field");
        nameless.fields.insert(String::new(), one);
        check("Quiz", nameless, Err(SchemaError::Field(String::new())));
        let long = EventSchema {
            about: "a".repeat(ABOUT_BYTES_MAX + 1),
            ..schema(0)
        };
        check("Quiz", long, Err(SchemaError::About));
    }

    #[test]
    fn a_shop_declares_so_many_and_no_more() {
        let mut schemas = EventSchemas::default();
        for number in 0..SCHEMAS_MAX {
            let name = format!("Event {number}");
            schemas = schemas.with(&name, schema(1)).expect("it is declared");
        }
        assert_eq!(schemas.with("More", schema(1)), Err(SchemaError::TooMany));
        assert!(schemas.with("Event 1", schema(2)).is_ok());
        let fewer = schemas.without("Event 1").expect("it was declared");
        assert!(fewer.of("Event 1").is_none() && fewer.without("Event 1").is_none());
        let text = serde_json::to_string(&fewer).expect("a document");
        let read: EventSchemas = serde_json::from_str(&text).expect("the same");
        assert_eq!(read, fewer);
    }
}
