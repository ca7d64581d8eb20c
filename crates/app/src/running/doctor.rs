//! A look at everything that can go wrong behind a shop's back.
//!
//! Each finding says what was seen, what it means and what to do. Numbers that divide “fine” from
//! “look at it” stand at the top, with their reasons.

use std::path::Path;

use domain::time::{Day, Millis};
use serde::Serialize;
use store::health::{Job, Waiting};

use crate::{App, AppError};

/// A clock that is so far from another one makes stamps run ahead of it.
const CLOCK_LOOK: i64 = 2 * SECOND;
/// So far, days and expiries are wrong for people.
const CLOCK_WRONG: i64 = 60 * SECOND;
/// What is done by itself is done within seconds; this long means that nothing does it.
const WAITING_LOOK: i64 = 5 * MINUTE;
/// News of an order arrive before the order by minutes or days, not by months.
const NEWS_LOOK: i64 = 30 * Millis::DAY;
/// Work that has not come further for so long is not going on.
const JOB_LOOK: i64 = 10 * MINUTE;
/// Changes that the lists have not followed: some seconds of full load.
const BEHIND_LOOK: u64 = 100_000;
/// The log is cut back to 256 MB; twice that means that somebody holds a snapshot.
const LOG_BYTES_LOOK: u64 = 512 << 20;
/// Days of growth for which there should be room: time enough to buy a disk.
const DAYS_LOOK: u64 = 90;
const DAYS_WRONG: u64 = 7;
/// Whatever the growth: a backup beside the data, a log and a migration want some room.
const FREE_BYTES_WRONG: u64 = 256 << 20;
/// Over so many days the growth is measured.
const GROWTH_DAYS: i32 = 30;
/// Pages of 64 customers whose states are folded anew where not all of them are.
const PAGES_LOOKED_AT: u32 = 8;
/// The note by which somebody says where the copy of the keys lies.
const COPIED_FILE: &str = "copied.txt";

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// How a finding is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Somebody should look at it; nothing is lost by waiting until tomorrow.
    Look,
    /// Something is lost or will be: act now.
    Wrong,
}

impl Verdict {
    /// The word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Look => "look",
            Self::Wrong => "wrong",
        }
    }
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about, in a word or two.
    pub about: &'static str,
    /// How it is to be taken.
    pub verdict: Verdict,
    /// What was seen and what it means.
    pub says: String,
    /// What to do; nothing when it is as it should be.
    pub todo: Option<String>,
}

impl Finding {
    fn ok(about: &'static str, says: String) -> Self {
        let (verdict, todo) = (Verdict::Ok, None);
        Self {
            about,
            verdict,
            says,
            todo,
        }
    }

    fn bad(verdict: Verdict, about: &'static str, says: String, todo: &str) -> Self {
        Self {
            about,
            verdict,
            says,
            todo: Some(todo.to_owned()),
        }
    }
}

impl App {
    /// Looks at everything; with `thorough`, at every customer and every posting, which reads
    /// the whole store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn examine(&self, thorough: bool) -> Result<Vec<Finding>, AppError> {
        let now = self.now();
        let mut findings = vec![self.versions()?];
        findings.push(self.durability()?);
        findings.extend(self.clocks(now)?);
        findings.extend(self.room(now)?);
        findings.extend(self.waiting(now)?);
        findings.extend(keys(self.inner.vault.journal().folder()));
        findings.push(self.states(thorough)?);
        findings.push(self.ledger(thorough)?);
        if thorough {
            let audit = self.audit_verify()?;
            findings.push(invariant(
                "audit",
                format!("{} rows, none of them altered or missing", audit.rows),
                &audit.findings,
                "somebody changed the store past Fanous: keep a copy of it as it is, look who \
                 could, and compare it with a backup",
            ));
        }
        Ok(findings)
    }

    fn versions(&self) -> Result<Finding, AppError> {
        let engine = self.inner.store.read(store::Conn::engine_facts)?;
        let says = format!(
            "Fanous {}, schema {}, fold {}, {}",
            env!("CARGO_PKG_VERSION"),
            store::SCHEMA_VERSION,
            self.in_force().fold_version,
            engine.version
        );
        Ok(Finding::ok("versions", says))
    }

    fn durability(&self) -> Result<Finding, AppError> {
        let engine = self.inner.store.read(store::Conn::engine_facts)?;
        let named = |(name, value, _): &(String, String, bool)| format!("{name} = {value}");
        let all: Vec<String> = engine.durability.iter().map(named).collect();
        let says = all.join(", ");
        if engine.durability.iter().all(|(_, _, is_good)| *is_good) {
            return Ok(Finding::ok("durability", says));
        }
        Ok(Finding::bad(
            Verdict::Wrong,
            "durability",
            format!("{says}: the server may lose what it acknowledged"),
            "switch these on in the server's configuration",
        ))
    }

    fn clocks(&self, now: Millis) -> Result<Vec<Finding>, AppError> {
        let (engine, newest) = self
            .inner
            .store
            .read(|conn| Ok((conn.engine_facts()?, store::health::newest_stamp(conn)?)))?;
        let ahead = newest.map_or(0, |newest| newest.0 - now.0);
        let mut findings = vec![clock(
            "clock",
            ahead.max(0),
            "the newest fact is from later than this machine's clock shows",
        )];
        if let Some(server) = engine.now {
            findings.push(clock(
                "server's clock",
                (server.0 - now.0).abs(),
                "this machine's clock and the database server's differ",
            ));
        }
        Ok(findings)
    }

    fn room(&self, now: Millis) -> Result<Vec<Finding>, AppError> {
        let today = self.in_force().fold.day(now);
        let (engine, facts, lately) = self.inner.store.read(|conn| {
            let month = Day(today.0 - GROWTH_DAYS);
            Ok((
                conn.engine_facts()?,
                store::health::facts_since(conn, Day(i32::MIN))?,
                store::health::facts_since(conn, month)?,
            ))
        })?;
        let Some(file) = self.inner.store.sqlite_file() else {
            let says = format!(
                "{} of tables and indexes on the server, whose disk cannot be seen from here",
                bytes(engine.bytes)
            );
            return Ok(vec![Finding::ok("disk", says)]);
        };
        let growth = engine.bytes / facts.max(1) * lately / GROWTH_DAYS.unsigned_abs() as u64;
        let log = file.with_extension("db-wal");
        let log = std::fs::metadata(log).map_or(0, |log| log.len());
        Ok(vec![
            disk(file.parent().unwrap_or(file), engine.bytes, growth)?,
            log_size(log),
        ])
    }

    fn waiting(&self, now: Millis) -> Result<Vec<Finding>, AppError> {
        let (waiting, jobs, behind) = self.inner.store.read(|conn| {
            Ok((
                store::health::waiting(conn, now)?,
                store::health::jobs(conn)?,
                store::health::follower_behind(conn, "metrics")?,
            ))
        })?;
        let by_itself = "a running server does this by itself within seconds: is one running, and \
                         what does its log say?";
        let mut findings = vec![
            queue("inbox", waiting.inbox, now, WAITING_LOOK, by_itself),
            queue("due customers", waiting.due, now, WAITING_LOOK, by_itself),
            queue(
                "news of unknown orders",
                waiting.order_news,
                now,
                NEWS_LOOK,
                "the orders that these refunds and deliveries are about were never told: import \
                 the orders' file, too",
            ),
            // Nothing sends yet, so nothing is late.
            Finding::ok(
                "outbox",
                format!("{} messages wait to be sent", waiting.outbox.count),
            ),
            match behind <= BEHIND_LOOK {
                true => Finding::ok("lists", format!("{behind} changes behind")),
                false => Finding::bad(
                    Verdict::Look,
                    "lists",
                    format!("{behind} changes behind: lists and figures are of a while ago"),
                    by_itself,
                ),
            },
        ];
        findings.extend(jobs.iter().map(|job| unfinished(job, now)));
        Ok(findings)
    }

    fn states(&self, thorough: bool) -> Result<Finding, AppError> {
        let (looked_at, found) = match thorough {
            true => ("all".to_owned(), self.fold_verify()?),
            false => {
                let (count, found) = self.fold_verify_some(PAGES_LOOKED_AT)?;
                (count.to_string(), found)
            }
        };
        Ok(invariant(
            "states",
            format!("{looked_at} customers looked at: each state is the fold of its facts"),
            &found,
            "run `fanous rebuild`, which folds them anew, and report it: it is a fault of Fanous",
        ))
    }

    fn ledger(&self, thorough: bool) -> Result<Finding, AppError> {
        let (says, found) = match thorough {
            true => (
                "every balance is the sum of its postings, and all of them sum to 0",
                self.ledger_verify()?,
            ),
            false => (
                "the balances of each unit sum to 0",
                self.inner
                    .store
                    .read(store::loyalty::units_out_of_balance)?,
            ),
        };
        Ok(invariant(
            "ledger",
            says.to_owned(),
            &found,
            "make a backup of this moment and report it before points are spent: it is a fault \
             of Fanous or of the disk",
        ))
    }
}

fn clock(about: &'static str, by_ms: i64, what: &str) -> Finding {
    let says = format!("{what}, by {} s", by_ms / SECOND);
    let todo = "set the clock (switch on its synchronisation): days, expiries and the order of \
                facts go by it";
    match by_ms {
        by if by > CLOCK_WRONG => Finding::bad(Verdict::Wrong, about, says, todo),
        by if by > CLOCK_LOOK => Finding::bad(Verdict::Look, about, says, todo),
        _ => Finding::ok(about, "agrees".to_owned()),
    }
}

fn disk(folder: &Path, used: u64, growth: u64) -> Result<Finding, AppError> {
    let found = rustix::fs::statvfs(folder)
        .map_err(|error| AppError::Files(format!("{}: {error}", folder.display())))?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let days = free / growth.max(1);
    let says = format!(
        "{} used, {} a day of late, {} free{}",
        bytes(used),
        bytes(growth),
        bytes(free),
        match growth {
            0 => String::new(),
            _ => format!(": room for {days} days"),
        }
    );
    let todo = "make room or move to a larger disk; when it is full nothing can be taken";
    let verdict = match days {
        _ if free < FREE_BYTES_WRONG || days < DAYS_WRONG => Verdict::Wrong,
        // A backup beside the data, or a migration, needs as much again.
        _ if free < used || days < DAYS_LOOK => Verdict::Look,
        _ => return Ok(Finding::ok("disk", says)),
    };
    Ok(Finding::bad(verdict, "disk", says, todo))
}

fn log_size(log: u64) -> Finding {
    let says = format!("{} in SQLite's log", bytes(log));
    if log <= LOG_BYTES_LOOK {
        return Finding::ok("log", says);
    }
    Finding::bad(
        Verdict::Look,
        "log",
        format!("{says}: somebody holds an old snapshot, so that it cannot begin anew"),
        "wait for a backup that runs; end other programs that have the file open; a restart \
         empties it",
    )
}

fn queue(about: &'static str, waiting: Waiting, now: Millis, look: i64, todo: &str) -> Finding {
    let Some(oldest) = waiting.oldest else {
        return Finding::ok(about, "nothing waits".to_owned());
    };
    let since = now.0 - oldest.0;
    let says = format!(
        "{} wait, the oldest for {} min",
        waiting.count,
        since / MINUTE
    );
    if since <= look {
        return Finding::ok(about, says);
    }
    Finding::bad(Verdict::Look, about, says, todo)
}

fn unfinished(job: &Job, now: Millis) -> Finding {
    let since = now.0 - job.at.0;
    if since <= JOB_LOOK {
        return Finding::ok(
            "work",
            format!("{} is going on, at {}", job.id, job.position),
        );
    }
    Finding::bad(
        Verdict::Look,
        "work",
        format!(
            "{} ({}) stopped at {} some {} min ago",
            job.id,
            job.kind,
            job.position,
            since / MINUTE
        ),
        "give the same command again: it goes on where it was",
    )
}

fn invariant(about: &'static str, holds: String, found: &[String], todo: &str) -> Finding {
    let Some(first) = found.first() else {
        return Finding::ok(about, holds);
    };
    let says = format!("{} faults, the first: {first}", found.len());
    Finding::bad(Verdict::Wrong, about, says, todo)
}

/// Whether anybody else may read the keys, and whether there is a copy of them.
fn keys(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let open_to_others = ["shop.key", "erasures.ndjson"]
        .into_iter()
        .find(|file| others_may_read(&folder.join(file)));
    findings.push(match open_to_others {
        Some(file) => Finding::bad(
            Verdict::Wrong,
            "keys",
            format!("{file} in {} can be read by others", folder.display()),
            "take the permission away: chmod 600 for the file, chmod 700 for its folder",
        ),
        None => Finding::ok(
            "keys",
            format!("in {}, for their owner alone", folder.display()),
        ),
    });
    let changed = |file: &str| std::fs::metadata(folder.join(file)).and_then(|it| it.modified());
    let says = match (changed(COPIED_FILE), changed("erasures.ndjson")) {
        (Err(_), _) => "nobody has noted that there is a copy of the key folder",
        (Ok(copied), Ok(journal)) if journal > copied => {
            "somebody was erased after the key folder was copied"
        }
        _ => {
            findings.push(Finding::ok("copy of the keys", "noted".to_owned()));
            return findings;
        }
    };
    findings.push(Finding::bad(
        Verdict::Look,
        "copy of the keys",
        says.to_owned(),
        "copy the key folder to another place than the data and its backups, then write where \
         into copied.txt in it: without the key nobody's name can be read again",
    ));
    findings
}

#[cfg(unix)]
fn others_may_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|it| it.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

/// A size for people.
fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{} kB", count / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", count / 1_000_000),
        _ => format!("{}.{} GB", count / 1_000_000_000, count / 100_000_000 % 10),
    }
}
