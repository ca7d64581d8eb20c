//! PostgreSQL through the synchronous `postgres` client.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, NoTls, Statement};

use super::prepared_text;
use crate::error::StoreError;
use crate::render::Dialect;
use crate::value::{Row, Value};

/// How many writer connections of all processes one store may have at once.
pub(super) const WRITERS_MAX: i64 = 256;
/// The class of the advisory locks by which writers take their numbers: "fan" in ASCII.
pub(super) const WRITER_LOCK_CLASS: i32 = 0x0066_616e;

/// A prepared statement with the names of its columns.
type Prepared = (Statement, Arc<[String]>);

/// One connection to a PostgreSQL server.
pub struct PostgresConn {
    pub(super) client: Client,
    statements: HashMap<(&'static str, usize), Prepared>,
}

impl std::fmt::Debug for PostgresConn {
    /// Nothing of the address: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresConn")
    }
}

impl PostgresConn {
    /// Connects; `schema` is the shop's own schema, made when it is missing.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub fn open(url: &str, schema: Option<&str>, reader: bool) -> Result<Self, StoreError> {
        let mut config: postgres::Config = url.parse()?;
        config
            .application_name("fanous")
            .connect_timeout(Duration::from_secs(10));
        let mut client = config.connect(NoTls)?;
        if let Some(schema) = schema {
            let name = schema_name(schema)?;
            if !reader {
                // Of nodes that start at once on an empty database one makes it; without the lock
                // the others would fail although it is there in the end.
                client.batch_execute(&format!(
                    "SET client_min_messages = warning; BEGIN; \
                     SELECT pg_advisory_xact_lock({WRITER_LOCK_CLASS}); \
                     CREATE SCHEMA IF NOT EXISTS {name}; COMMIT"
                ))?;
            }
            client.batch_execute(&format!("SET search_path = {name}"))?;
        }
        client.batch_execute(
            "SET TIME ZONE 'UTC'; SET statement_timeout = '120s'; SET lock_timeout = '30s'",
        )?;
        if reader {
            client.batch_execute("SET default_transaction_read_only = on")?;
        }
        Ok(Self {
            client,
            statements: HashMap::new(),
        })
    }

    /// Refuses a server that would lose what it acknowledged.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check_durability(&mut self) -> Result<(), StoreError> {
        for setting in ["fsync", "full_page_writes"] {
            let row = self
                .client
                .query_one("SELECT current_setting($1)", &[&setting])?;
            let value: String = row.get(0);
            if value != "on" {
                return Err(StoreError::Refused(format!(
                    "PostgreSQL runs with {setting} = {value}, so it may lose what it \
                     acknowledged. Switch {setting} on, or start with --unsafe."
                )));
            }
        }
        let row = self
            .client
            .query_one("SELECT current_setting('synchronous_commit')", &[])?;
        if row.get::<_, String>(0) == "off" {
            self.client.batch_execute("SET synchronous_commit = on")?;
        }
        let row = self
            .client
            .query_one("SELECT current_setting('server_version_num')", &[])?;
        let version: String = row.get(0);
        if version.parse::<u32>().unwrap_or(0) < 150_000 {
            return Err(StoreError::Refused(format!(
                "PostgreSQL 15 or newer is needed; this server is {version}."
            )));
        }
        Ok(())
    }

    /// Takes the first free writer number and keeps it as long as the connection lives.
    ///
    /// # Errors
    /// When all numbers are taken.
    pub fn take_writer(&mut self) -> Result<i64, StoreError> {
        for writer in 1..=WRITERS_MAX {
            let number = i32::try_from(writer).expect("writers are few");
            let schema: i32 = self
                .client
                .query_one(
                    "SELECT hashtext(current_schema()) # $1",
                    &[&WRITER_LOCK_CLASS],
                )?
                .get(0);
            let row = self
                .client
                .query_one("SELECT pg_try_advisory_lock($1, $2)", &[&schema, &number])?;
            if row.get(0) {
                return Ok(writer);
            }
        }
        Err(StoreError::Refused(format!(
            "all {WRITERS_MAX} writers of this store are taken"
        )))
    }

    fn statement(&mut self, text: &'static str, group: usize) -> Result<Prepared, StoreError> {
        if let Some((statement, names)) = self.statements.get(&(text, group)) {
            return Ok((statement.clone(), Arc::clone(names)));
        }
        let rendered = prepared_text(Dialect::Postgres, text, group);
        let (statement, names) = self.prepare(&rendered)?;
        self.statements
            .insert((text, group), (statement.clone(), Arc::clone(&names)));
        Ok((statement, names))
    }

    fn prepare(&mut self, rendered: &str) -> Result<Prepared, StoreError> {
        let statement = self.client.prepare(rendered)?;
        let names: Arc<[String]> = statement
            .columns()
            .iter()
            .map(|column| column.name().to_owned())
            .collect();
        Ok((statement, names))
    }

    pub(super) fn query(
        &mut self,
        text: &'static str,
        group: usize,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.statement(text, group)?;
        self.rows(prepared, params)
    }

    /// A statement that is prepared for this one time; the server forgets it afterwards.
    pub(super) fn query_once(
        &mut self,
        text: &str,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(text)?;
        self.rows(prepared, params)
    }

    fn rows(
        &mut self,
        (statement, names): Prepared,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
        let answer = self.client.query(&statement, &params)?;
        answer
            .into_iter()
            .map(|row| {
                let values = (0..names.len())
                    .map(|column| row.try_get::<_, Value>(column).map_err(StoreError::from))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Row::new(Arc::clone(&names), values))
            })
            .collect()
    }

    pub(super) fn execute(
        &mut self,
        text: &'static str,
        group: usize,
        params: &[Value],
    ) -> Result<u64, StoreError> {
        let (statement, _) = self.statement(text, group)?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
        Ok(self.client.execute(&statement, &params)?)
    }

    pub(super) fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        Ok(self.client.batch_execute(text)?)
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.client.is_closed()
    }

    pub(super) fn prepares(&mut self, text: &str) -> Result<(), StoreError> {
        self.client.prepare(text)?;
        Ok(())
    }
}

/// A schema's name is put into a statement, so it is letters, digits and underscores only.
fn schema_name(schema: &str) -> Result<&str, StoreError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if schema.is_empty() || schema.len() > 60 || !schema.chars().all(plain) {
        return Err(StoreError::Refused(format!(
            "“{schema}” cannot be a schema: use lower-case letters, digits and underscores"
        )));
    }
    Ok(schema)
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(int) if *kind == Type::INT8 => int.to_sql(kind, out),
            Self::Real(real) if *kind == Type::FLOAT8 => real.to_sql(kind, out),
            Self::Text(text) if *kind == Type::TEXT => text.to_sql(kind, out),
            Self::Blob(blob) if *kind == Type::BYTEA => blob.to_sql(kind, out),
            Self::Bool(bool) if *kind == Type::BOOL => bool.to_sql(kind, out),
            other => Err(format!("a parameter of type {kind} was given {}", other.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        match *kind {
            Type::INT8 => i64::from_sql(kind, raw).map(Self::Int),
            Type::FLOAT8 => f64::from_sql(kind, raw).map(Self::Real),
            Type::TEXT => String::from_sql(kind, raw).map(Self::Text),
            Type::BYTEA => Vec::from_sql(kind, raw).map(Self::Blob),
            Type::BOOL => bool::from_sql(kind, raw).map(Self::Bool),
            ref other => Err(format!("an answer has type {other}: a CAST is missing").into()),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
