//! Migrations: forward only, data newer than the program is refused.

use std::path::{Path, PathBuf};

use crate::engine::{Conn, SqliteConn};
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

/// Brings a store to this program's schema. Before a store that holds something is changed, what
/// it was is kept: SQLite's file is copied beside itself; for a server somebody has to say that
/// there is a backup, and every other node has to be gone.
///
/// # Errors
/// When the store is newer than the program, when it may not be changed yet, or a statement
/// fails; then nothing was changed.
pub(crate) fn migrate_safely(
    conn: &mut Conn,
    file: Option<&Path>,
    backup_done: bool,
) -> Result<(), StoreError> {
    migrate_keeping(conn, &MIGRATIONS, file, backup_done)
}

fn migrate_keeping(
    conn: &mut Conn,
    migrations: &[&str],
    file: Option<&Path>,
    backup_done: bool,
) -> Result<(), StoreError> {
    // An empty store has no list yet; whatever else is wrong is said by what follows.
    let seen = version_seen(conn).unwrap_or(0);
    if (1..migrations.len()).contains(&seen) {
        match (&mut *conn, file) {
            (Conn::Sqlite(conn), Some(file)) => keep_file(conn, file, migrations.len())?,
            (Conn::Sqlite(_), None) => {}
            (Conn::Postgres(_), _) if !backup_done => {
                return Err(StoreError::Refused(format!(
                    "this database has schema {seen}, and this program changes it to {}, which \
                     cannot be taken back: make a backup with the program that wrote it, then \
                     start once with --backup-done",
                    migrations.len()
                )));
            }
            (Conn::Postgres(conn), _) => conn.take_all_writers()?,
        }
    }
    let outcome = migrate_to(conn, migrations);
    if let Conn::Postgres(conn) = conn {
        conn.give_all_writers()?;
    }
    outcome
}

/// Copies the file beside itself under a name that says what it is, and never over another.
fn keep_file(conn: &SqliteConn, file: &Path, version: usize) -> Result<(), StoreError> {
    let name = |number: u32| {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".before-schema-{version}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        PathBuf::from(name)
    };
    let kept = (1..)
        .map(name)
        .find(|it| !it.exists())
        .expect("numbers are endless");
    let mut part = kept.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let files = |error: std::io::Error| {
        StoreError::Refused(format!(
            "the copy before the change of schema, {}: {error}",
            kept.display()
        ))
    };
    // What a crash left of an earlier attempt is no copy.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(files(error)),
        _ => {}
    }
    conn.copy_pages(&part, &mut |_, _| Ok(()))?;
    std::fs::rename(&part, &kept).map_err(files)?;
    tracing::warn!(
        copy = %kept.display(),
        "the store is brought to a newer schema; what it was is kept, remove it when all is well"
    );
    Ok(())
}

/// The version of a store that has its list of migrations.
fn version_seen(conn: &mut Conn) -> Result<usize, StoreError> {
    let row = conn.one(
        sql!("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS version FROM migrations"),
        &[],
    )?;
    Ok(usize::try_from(row.int("version")?).unwrap_or(usize::MAX))
}

/// Brings an empty store, or one that is a copy itself, to this program's schema.
///
/// # Errors
/// When the store is newer than the program, or a statement fails; then nothing was changed.
pub(crate) fn migrate(conn: &mut Conn) -> Result<(), StoreError> {
    migrate_to(conn, &MIGRATIONS)
}

fn migrate_to(conn: &mut Conn, migrations: &[&str]) -> Result<(), StoreError> {
    conn.batch("BEGIN")?;
    let outcome = migrate_in_transaction(conn, migrations);
    conn.batch(if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    })?;
    outcome
}

fn migrate_in_transaction(conn: &mut Conn, migrations: &[&str]) -> Result<(), StoreError> {
    if conn.engine() == crate::Engine::Postgres {
        // Two nodes that start at once must not migrate at once.
        conn.batch("SELECT pg_advisory_xact_lock(hashtext(current_schema()))")?;
    }
    conn.batch(&render(
        conn.dialect(),
        "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL, PRIMARY KEY (version))",
    ))?;
    let seen = version_seen(conn)?;
    if seen > migrations.len() {
        return Err(StoreError::Refused(format!(
            "this store was written by a newer Fanous (schema {seen}, this program knows {}): \
             start the newer program",
            migrations.len()
        )));
    }
    for (index, text) in migrations.iter().enumerate().skip(seen) {
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

#[cfg(test)]
mod tests {
    use testkit::engines::{ENGINES, Place};

    use super::*;
    use crate::engine::PostgresConn;

    const NEXT: &str = "CREATE TABLE lanterns (name TEXT NOT NULL, PRIMARY KEY (name));";

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let name = |it: std::io::Result<std::fs::DirEntry>| it.expect("an entry").file_name();
        let mut names: Vec<String> = entries
            .map(|it| name(it).to_string_lossy().into_owned())
            .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_store_was_is_kept_before_its_schema_is_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("fanous.db");
        let open = || Conn::Sqlite(SqliteConn::open(&file, false).expect("a file"));
        let mut conn = open();
        migrate_keeping(&mut conn, &MIGRATIONS, Some(&file), false).expect("a new store");
        assert_eq!(
            names(folder.path()),
            ["fanous.db"],
            "an empty store is not kept"
        );
        let broken = [
            MIGRATIONS.as_slice(),
            &["CREATE TABLE facts (twice BIGINT);"],
        ]
        .concat();
        let failed = migrate_keeping(&mut conn, &broken, Some(&file), false);
        assert!(failed.is_err(), "the table is there already");
        assert_eq!(version_seen(&mut conn).expect("it reads"), SCHEMA_VERSION);
        let next = [MIGRATIONS.as_slice(), &[NEXT]].concat();
        migrate_keeping(&mut conn, &next, Some(&file), false).expect("it is changed");
        migrate_keeping(&mut conn, &next, Some(&file), false).expect("nothing is left to do");
        assert_eq!(
            version_seen(&mut conn).expect("it reads"),
            SCHEMA_VERSION + 1
        );
        let copy = format!("fanous.db.before-schema-{}", SCHEMA_VERSION + 1);
        let expected = ["fanous.db".to_owned(), copy.clone(), format!("{copy}-2")];
        assert_eq!(names(folder.path()), expected, "one for each attempt");
        let kept = crate::backup::backup_read(&folder.path().join(copy)).expect("a backup");
        assert_eq!(kept.schema, SCHEMA_VERSION);
        let refused = migrate_safely(&mut conn, Some(&file), false).expect_err("it is newer");
        assert!(refused.to_string().contains("newer Fanous"), "{refused}");
    }

    #[test]
    fn a_database_is_changed_when_it_was_backed_up_and_nobody_else_is_there() {
        let place = Place::new(ENGINES[1]);
        let open = || PostgresConn::open(&place.data(), place.schema(), false).expect("a server");
        let mut conn = Conn::Postgres(open());
        migrate_keeping(&mut conn, &MIGRATIONS, None, false).expect("a new store");
        let next = [MIGRATIONS.as_slice(), &[NEXT]].concat();
        let refused = migrate_keeping(&mut conn, &next, None, false).expect_err("no backup");
        assert!(refused.to_string().contains("--backup-done"), "{refused}");
        let mut node = open();
        node.take_writer().expect("a node of the older program");
        let refused = migrate_keeping(&mut conn, &next, None, true).expect_err("it is there");
        assert!(
            refused.to_string().contains("open in another Fanous"),
            "{refused}"
        );
        assert_eq!(version_seen(&mut conn).expect("it reads"), SCHEMA_VERSION);
        drop(node);
        migrate_keeping(&mut conn, &next, None, true).expect("it is changed");
        assert_eq!(
            version_seen(&mut conn).expect("it reads"),
            SCHEMA_VERSION + 1
        );
        open()
            .take_writer()
            .expect("nobody holds the numbers any more");
    }
}
