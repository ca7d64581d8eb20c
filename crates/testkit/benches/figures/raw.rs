//! The peer of the write path: bare SQLite that appends the same amount and rewrites the same
//! states, without keys, identities, encryption or rules. What it does not do is the price of
//! what we do.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use testkit::seeds::{Draws, Seed};

use crate::load::Done;
use crate::{Bench, Failure};

const EVENTS: u64 = 500_000;
const CUSTOMERS: u64 = 1_000_000;
const EVENTS_PER_COMMIT: u64 = 512;
const STATE_BYTES: usize = 600;
const BODY_BYTES: usize = 60;

pub(crate) fn run(bench: &Bench, burst: u64) -> Result<Done, Failure> {
    let folder = bench.place.folder(&format!("raw{burst}"))?;
    let customers = bench.scaled(CUSTOMERS);
    let mut conn = open(&folder.join("raw.db"), customers)?;
    let mut draws = Seed::new(5).draws();
    let mut order: Vec<u64> = (0..customers).collect();
    draws.shuffle(&mut order);
    let events = bench.scaled(EVENTS);
    let start = Instant::now();
    let mut done = 0;
    let mut turns = order.iter().cycle();
    while done < events {
        let tx = conn.transaction()?;
        {
            let mut append = tx.prepare_cached(
                "INSERT INTO facts (stream, seq, id, stamp, at, received_at, name, behaviour)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?4, 'Page Viewed', ?5)",
            )?;
            let mut put = tx.prepare_cached("UPDATE customers SET state = ?2 WHERE root = ?1")?;
            let last = (done + EVENTS_PER_COMMIT).min(events);
            while done < last {
                let customer = name(*turns.next().ok_or("there are customers")?);
                for _ in 0..burst {
                    let id = name(draws.number());
                    let (seq, stamp) = (i64::try_from(done)?, i64::try_from(done)?);
                    append.execute(params![
                        customer,
                        seq,
                        id,
                        stamp,
                        text::<BODY_BYTES>(&mut draws)
                    ])?;
                    done += 1;
                }
                put.execute(params![customer, text::<STATE_BYTES>(&mut draws)])?;
            }
        }
        tx.commit()?;
        if done % (EVENTS_PER_COMMIT * 64) == 0 {
            conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        }
    }
    let took = start.elapsed();
    drop(conn);
    std::fs::remove_dir_all(&folder)?;
    Ok(Done {
        events: done,
        took,
        writers: Duration::ZERO,
    })
}

fn open(path: &Path, customers: u64) -> Result<Connection, Failure> {
    let mut conn = Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
         PRAGMA cache_size = -131072; PRAGMA mmap_size = 8589934592;
         CREATE TABLE customers (root BLOB PRIMARY KEY NOT NULL, state TEXT NOT NULL) STRICT;
         CREATE TABLE facts (stream BLOB NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL,
             stamp INTEGER NOT NULL, at INTEGER NOT NULL, received_at INTEGER NOT NULL,
             name TEXT NOT NULL, behaviour TEXT NOT NULL, PRIMARY KEY (stream, seq)) STRICT;",
    )?;
    let mut draws = Seed::new(6).draws();
    let tx = conn.transaction()?;
    {
        let mut insert = tx.prepare("INSERT INTO customers (root, state) VALUES (?1, ?2)")?;
        for customer in 0..customers {
            insert.execute(params![name(customer), text::<STATE_BYTES>(&mut draws)])?;
        }
    }
    tx.commit()?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(conn)
}

/// Sixteen bytes, in the order of the number, as names made in the order of time are.
fn name(number: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// Letters that are never the same twice.
fn text<const BYTES: usize>(draws: &mut Draws) -> String {
    let mut bytes = [0; BYTES];
    draws.fill(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(b'a' + byte % 26))
        .collect()
}
