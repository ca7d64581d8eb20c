//! `postgres_common_account`: what it costs that every posting touches an account of all.
//!
//! Sixteen clients post from an account to a customer's, one transaction each. With the control
//! account in stripes, as the product has it, it should cost little against postings that have
//! nothing in common; with one row for all it would cost most of the throughput.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use app::App;
use app::environment::Environment;
use domain::ids::{AccountId, FactId, OwnerToken, PostingId};
use domain::loyalty::{Account, AccountKind, Unit};
use store::loyalty::{NamedAccount, StoredPosting, posting_append};
use store::{Queue, StoreError, Tx};

use crate::figure::{Figure, Target};
use crate::place::Schema;
use crate::{Bench, Failure, load};

/// Postings of each way.
const POSTINGS: u64 = 24_000;
const CLIENTS: u64 = 16;
const ACCOUNTS: u64 = 100_000;

/// Whose account gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Common {
    /// Each posting has one of its own.
    None,
    /// The shop's, a row for each writer.
    Striped,
    /// The shop's, one row.
    OneRow,
}

pub(crate) fn run(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let schema = Schema::new("accounts")?;
    let folder = bench.place.folder("accounts")?;
    let app = load::open_postgres(&schema, &folder, usize::try_from(CLIENTS)?)?;
    let postings = bench.scaled(POSTINGS);
    // Each way in turn and twice, so that a slow minute of the disk hits all of them.
    let mut per_second = [0.0; 3];
    for _ in 0..2 {
        for (place, common) in [Common::None, Common::Striped, Common::OneRow]
            .into_iter()
            .enumerate()
        {
            per_second[place] += post(&app, common, postings / 2)? / 2.0;
        }
    }
    let [none, striped, one_row] = per_second;
    let fsync_p50_us = bench.place.fsync_p50_us()?;
    let figure = |name, value, unit, target| Figure {
        name,
        value,
        unit,
        n: postings,
        n_fixed: POSTINGS,
        target,
        peer: None,
        engine: "postgres",
        sync: "fsync, full_page_writes and synchronous_commit on",
        fsync_p50_us,
    };
    let cost = (1.0 - striped / none) * 100.0;
    Ok(vec![
        figure(
            "postgres_common_account",
            cost,
            "% cost",
            Target::AtMost(20.0),
        ),
        figure("postgres_account_none", none, "postings/s", Target::None),
        figure(
            "postgres_account_striped",
            striped,
            "postings/s",
            Target::None,
        ),
        figure(
            "postgres_account_one_row",
            one_row,
            "postings/s",
            Target::None,
        ),
    ])
}

fn post(app: &App, common: Common, postings: u64) -> Result<f64, Failure> {
    let unit: Unit = "POINT:club".parse().map_err(|error| format!("{error}"))?;
    let given = Arc::new(AtomicU64::new(0));
    let client = || -> Result<(), StoreError> {
        while given.fetch_add(1, Ordering::Relaxed) < postings {
            let unit = unit.clone();
            app.store().write(Queue::Interactive, move |session| {
                session.transaction(|tx| post_one(tx, common, &unit))
            })?;
        }
        Ok(())
    };
    let start = Instant::now();
    std::thread::scope(|scope| -> Result<(), Failure> {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        for client in clients {
            client.join().map_err(|_| "a client panicked")??;
        }
        Ok(())
    })?;
    Ok(postings as f64 / start.elapsed().as_secs_f64())
}

fn post_one(tx: &mut Tx<'_>, common: Common, unit: &Unit) -> Result<(), StoreError> {
    let environment = Environment::system();
    let random = || u64::from_be_bytes(environment.random()) % ACCOUNTS;
    let named = |class: u8, number: u64, owned: bool, stripe: i64| {
        let mut bytes = [class; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        NamedAccount {
            id: AccountId::from_bytes(bytes),
            account: Account {
                owner: owned.then(|| OwnerToken::from_bytes(bytes)),
                unit: unit.clone(),
                kind: if owned {
                    AccountKind::Available
                } else {
                    AccountKind::Issuance
                },
            },
            stripe,
        }
    };
    let writer = tx.writer();
    let debit = match common {
        Common::None => named(1, random(), false, 0),
        Common::Striped => named(2, writer.unsigned_abs(), false, writer),
        Common::OneRow => named(3, 0, false, 0),
    };
    let credit = named(4, random(), true, 0);
    let posting = StoredPosting {
        id: environment.id(PostingId::new),
        debit: debit.id,
        credit: credit.id,
        unit: unit.text().to_owned(),
        amount: 10,
        at: environment.now(),
        cause: environment.id(FactId::new),
        memo: "bench".to_owned(),
    };
    posting_append(tx, &[posting], &[debit, credit])
}
