//! Migrations: forward only, data newer than the program is refused.

use crate::engine::Conn;
use crate::error::StoreError;
use crate::render;
use crate::sql;
use crate::value::Value;

/// Each migration's text, in order; the version of a store is how many it has seen.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/0001_house.sql")];

/// The schema version this program writes.
pub const SCHEMA_VERSION: usize = MIGRATIONS.len();

/// The statements of every migration, in order, in the text of record.
#[must_use]
pub fn schema_statements() -> Vec<String> {
    MIGRATIONS
        .iter()
        .flat_map(|text| statements(text))
        .collect()
}

/// Every table of the schema with the first column of its primary key and how it is declared:
/// "by stream", "by own key" or "per writer".
#[must_use]
pub fn schema_tables() -> Vec<(String, String, String)> {
    let mut tables = Vec::new();
    for text in MIGRATIONS {
        let mut declared = String::new();
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("-- ") {
                declared = comment.to_owned();
            } else if let Some(name) = line.strip_prefix("CREATE TABLE ") {
                tables.push((
                    name.trim_end_matches(" (").to_owned(),
                    String::new(),
                    declared.clone(),
                ));
            } else if let (Some(key), Some(table)) =
                (line.trim().strip_prefix("PRIMARY KEY ("), tables.last_mut())
            {
                table.1 = key.split([',', ')']).next().unwrap_or_default().to_owned();
            }
        }
    }
    tables
}

fn statements(text: &str) -> Vec<String> {
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    code.join("\n")
        .split(';')
        .map(|statement| statement.trim().to_owned())
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// Brings a store to this program's schema.
///
/// # Errors
/// When the store is newer than the program, or a statement fails; then nothing was changed.
pub(crate) fn migrate(conn: &mut Conn) -> Result<(), StoreError> {
    conn.batch("BEGIN")?;
    let outcome = migrate_in_transaction(conn);
    conn.batch(if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    })?;
    outcome
}

fn migrate_in_transaction(conn: &mut Conn) -> Result<(), StoreError> {
    if conn.engine() == crate::Engine::Postgres {
        // Two nodes that start at once must not migrate at once.
        conn.batch("SELECT pg_advisory_xact_lock(hashtext(current_schema()))")?;
    }
    conn.batch(&render(
        conn.dialect(),
        "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL, PRIMARY KEY (version))",
    ))?;
    let row = conn.one(
        sql!("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS version FROM migrations"),
        &[],
    )?;
    let seen = usize::try_from(row.int("version")?).unwrap_or(usize::MAX);
    if seen > SCHEMA_VERSION {
        return Err(StoreError::Refused(format!(
            "this store was written by a newer Fanous (schema {seen}, this program knows \
             {SCHEMA_VERSION}): start the newer program"
        )));
    }
    for (index, text) in MIGRATIONS.iter().enumerate().skip(seen) {
        for statement in statements(text) {
            conn.batch(&render(conn.dialect(), &statement))?;
        }
        let version = i64::try_from(index + 1).expect("migrations are few");
        conn.run(
            sql!("INSERT INTO migrations (version) VALUES ($1)"),
            &[Value::Int(version)],
        )?;
    }
    Ok(())
}
