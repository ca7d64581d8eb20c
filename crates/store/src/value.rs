//! What may cross the border between Rust and SQL. Nothing else may.

use std::sync::Arc;

use domain::ids::{
    AccountId, FactId, JobId, KeyId, LetterId, LotId, MergeId, MessageId, OwnerToken, PostingId,
    SessionId, StreamId, UserId,
};
use domain::time::Millis;

use crate::error::StoreError;

/// A value on its way in or out.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// A truth value; SQLite keeps 0 or 1.
    Bool(bool),
}

impl Value {
    /// The kind, for messages: a value itself may be personal.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "int",
            Self::Real(_) => "real",
            Self::Text(_) => "text",
            Self::Blob(_) => "blob",
            Self::Bool(_) => "bool",
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Millis> for Value {
    fn from(value: Millis) -> Self {
        Self::Int(value.0)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! ids_are_values {
    ($($id:ident),*) => {
        $(impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Blob(id.bytes().to_vec())
            }
        })*
    };
}

ids_are_values!(
    StreamId, FactId, MergeId, AccountId, OwnerToken, PostingId, LotId, MessageId, KeyId, JobId,
    UserId, SessionId, LetterId
);

impl TryFrom<&Value> for [u8; 16] {
    type Error = StoreError;

    fn try_from(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Blob(bytes) => bytes
                .as_slice()
                .try_into()
                .map_err(|_| StoreError::shape("a key has not 16 bytes")),
            other => Err(StoreError::shape(format!("a key is {}", other.kind()))),
        }
    }
}

/// One row of an answer. A getter refuses a wrong type loudly and never makes it a zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(names: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { names, values }
    }

    /// The values in the order of the columns.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The value of a row that has one.
    pub(crate) fn into_only(mut self) -> Result<Value, StoreError> {
        match (self.values.pop(), self.values.is_empty()) {
            (Some(value), true) => Ok(value),
            _ => Err(StoreError::shape("a row with one column was expected")),
        }
    }

    fn place(&self, column: &str) -> Result<usize, StoreError> {
        self.names
            .iter()
            .position(|name| name == column)
            .ok_or_else(|| StoreError::shape(format!("no column {column} in the answer")))
    }

    fn value(&self, column: &str) -> Result<&Value, StoreError> {
        Ok(&self.values[self.place(column)?])
    }

    fn take(&mut self, column: &str) -> Result<Value, StoreError> {
        let place = self.place(column)?;
        Ok(std::mem::replace(&mut self.values[place], Value::Null))
    }

    fn wrong(column: &str, expected: &str, value: &Value) -> StoreError {
        StoreError::shape(format!(
            "{column} should be {expected} and is {}",
            value.kind()
        ))
    }

    /// An integer.
    ///
    /// # Errors
    /// When the column is missing or of another type; so for each getter.
    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        match self.value(column)? {
            Value::Int(int) => Ok(*int),
            other => Err(Self::wrong(column, "int", other)),
        }
    }

    /// An integer that is never negative.
    ///
    /// # Errors
    /// As [`Row::int`], and when it is negative.
    pub fn count(&self, column: &str) -> Result<u64, StoreError> {
        let int = self.int(column)?;
        u64::try_from(int).map_err(|_| StoreError::shape(format!("{column} is negative: {int}")))
    }

    /// An integer or nothing.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn int_or_null(&self, column: &str) -> Result<Option<i64>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            _ => self.int(column).map(Some),
        }
    }

    /// A moment.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn millis(&self, column: &str) -> Result<Millis, StoreError> {
        self.int(column).map(Millis)
    }

    /// A moment or nothing.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn millis_or_null(&self, column: &str) -> Result<Option<Millis>, StoreError> {
        Ok(self.int_or_null(column)?.map(Millis))
    }

    /// A truth value; SQLite's 0 and 1 are accepted, nothing else is.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn bool(&self, column: &str) -> Result<bool, StoreError> {
        match self.value(column)? {
            Value::Bool(bool) => Ok(*bool),
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => Err(Self::wrong(column, "bool", other)),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn text(&self, column: &str) -> Result<&str, StoreError> {
        match self.value(column)? {
            Value::Text(text) => Ok(text),
            other => Err(Self::wrong(column, "text", other)),
        }
    }

    /// A text or nothing.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn text_or_null(&self, column: &str) -> Result<Option<&str>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// A text, taken out of the row.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn take_text(&mut self, column: &str) -> Result<String, StoreError> {
        match self.take(column)? {
            Value::Text(text) => Ok(text),
            other => Err(Self::wrong(column, "text", &other)),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn blob(&self, column: &str) -> Result<&[u8], StoreError> {
        match self.value(column)? {
            Value::Blob(blob) => Ok(blob),
            other => Err(Self::wrong(column, "blob", other)),
        }
    }

    /// Bytes or nothing.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn blob_or_null(&self, column: &str) -> Result<Option<&[u8]>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            _ => self.blob(column).map(Some),
        }
    }

    /// The sixteen bytes of an id.
    ///
    /// # Errors
    /// As [`Row::int`], and when there are not sixteen.
    pub fn id(&self, column: &str) -> Result<[u8; 16], StoreError> {
        self.blob(column)?
            .try_into()
            .map_err(|_| StoreError::shape(format!("{column} is no id of 16 bytes")))
    }

    /// The sixteen bytes of an id, or nothing.
    ///
    /// # Errors
    /// As [`Row::id`].
    pub fn id_or_null(&self, column: &str) -> Result<Option<[u8; 16]>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            _ => self.id(column).map(Some),
        }
    }

    /// The stream named by an id.
    ///
    /// # Errors
    /// As [`Row::id`].
    pub fn stream(&self, column: &str) -> Result<StreamId, StoreError> {
        self.id(column).map(StreamId::from_bytes)
    }
}
