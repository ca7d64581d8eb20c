//! The value log and its projections: balances and lots.

use std::collections::BTreeMap;

use domain::ids::{AccountId, FactId, LotId, OwnerToken, PostingId, StreamId};
use domain::loyalty::{Account, Allocation, OpenLot};
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::value::{Row, Value};
use crate::{rows, sql};

/// One posting as the value log keeps it: `amount` units move from `debit` to `credit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPosting {
    /// Its name.
    pub id: PostingId,
    /// The account that gives.
    pub debit: AccountId,
    /// The account that receives.
    pub credit: AccountId,
    /// What it counts.
    pub unit: String,
    /// How much; always positive.
    pub amount: i64,
    /// When it was made.
    pub at: Millis,
    /// The fact that caused it; a name that erasure leaves dangling.
    pub cause: FactId,
    /// Why, in words that hold nothing personal.
    pub memo: String,
}

/// An account with its derived name: a control account has one for each stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAccount {
    /// Its name, derived from what it is.
    pub id: AccountId,
    /// What it is.
    pub account: Account,
    /// The stripe of a control account; 0 for a customer's.
    pub stripe: i64,
}

/// The owner tokens of these streams; one without a ledger is missing.
///
/// # Errors
/// When the database fails.
pub fn owners_of(
    conn: &mut Conn,
    streams: &[StreamId],
) -> Result<BTreeMap<StreamId, OwnerToken>, StoreError> {
    let values: Vec<Value> = streams.iter().map(|stream| (*stream).into()).collect();
    conn.rows_each(
        rows!("SELECT stream, owner FROM ledger_owners WHERE stream IN ({$1}) ORDER BY stream"),
        &values,
    )?
    .iter()
    .map(|row| {
        Ok((
            row.stream("stream")?,
            OwnerToken::from_bytes(row.id("owner")?),
        ))
    })
    .collect()
}

/// Gives a stream its owner token.
///
/// # Errors
/// When it has one already.
pub fn owner_insert(
    tx: &mut Tx<'_>,
    stream: StreamId,
    owner: OwnerToken,
) -> Result<(), StoreError> {
    tx.run(
        sql!("INSERT INTO ledger_owners (stream, owner) VALUES ($1, $2)"),
        &[stream.into(), owner.into()],
    )?;
    Ok(())
}

/// The open lots of these accounts. The caller holds the customer's lock, under which alone
/// these lots change.
///
/// # Errors
/// When the database fails.
pub fn lots_open(
    conn: &mut Conn,
    accounts: &BTreeMap<AccountId, OwnerToken>,
) -> Result<Vec<OpenLot>, StoreError> {
    let values: Vec<Value> = accounts.keys().map(|account| (*account).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT id, account, opened_at, expires_at, remaining FROM lots
              WHERE account IN ({$1}) AND remaining > 0 ORDER BY account, id"
        ),
        &values,
    )?
    .iter()
    .map(|row| {
        let account = AccountId::from_bytes(row.id("account")?);
        Ok(OpenLot {
            id: LotId::from_bytes(row.id("id")?),
            owner: *accounts
                .get(&account)
                .ok_or(StoreError::Missing("owner of a lot"))?,
            opened_at: row.millis("opened_at")?,
            expires_at: row.millis_or_null("expires_at")?,
            remaining: row.int("remaining")?,
        })
    })
    .collect()
}

/// Appends postings and moves the balances they mean, accounts in order of their names. An
/// account comes into being with its first posting.
///
/// # Errors
/// When the database fails, or an account would fall below its floor: that is refused by the
/// domain before any write, so here it is a broken invariant and fails the transaction.
pub fn posting_append(
    tx: &mut Tx<'_>,
    postings: &[StoredPosting],
    accounts: &[NamedAccount],
) -> Result<(), StoreError> {
    let mut deltas: BTreeMap<AccountId, i64> = BTreeMap::new();
    let mut values = Vec::new();
    for posting in postings {
        *deltas.entry(posting.debit).or_default() -= posting.amount;
        *deltas.entry(posting.credit).or_default() += posting.amount;
        values.extend(posting_values(posting));
    }
    tx.run_each(
        rows!(
            "INSERT INTO postings (id, debit, credit, unit, amount, at, cause, memo)
             VALUES {($1, $2, $3, $4, $5, $6, $7, $8)}"
        ),
        &values,
    )?;
    for (id, delta) in deltas {
        let account = accounts.iter().find(|account| account.id == id);
        balance_move(
            tx,
            account.ok_or(StoreError::Missing("account of a posting"))?,
            delta,
        )?;
    }
    Ok(())
}

fn posting_values(posting: &StoredPosting) -> [Value; 8] {
    [
        posting.id.into(),
        posting.debit.into(),
        posting.credit.into(),
        posting.unit.as_str().into(),
        posting.amount.into(),
        posting.at.into(),
        posting.cause.into(),
        posting.memo.as_str().into(),
    ]
}

fn balance_move(tx: &mut Tx<'_>, named: &NamedAccount, delta: i64) -> Result<(), StoreError> {
    let account = &named.account;
    let row = tx.one(
        sql!(
            "INSERT INTO accounts (id, owner, unit, kind, stripe, balance, floor)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + excluded.balance
             RETURNING balance, floor"
        ),
        &[
            named.id.into(),
            account.owner.into(),
            account.unit.text().into(),
            account.kind.word().into(),
            named.stripe.into(),
            delta.into(),
            account.kind.floor().into(),
        ],
    )?;
    let balance = row.int("balance")?;
    match row.int_or_null("floor")? {
        Some(floor) if balance < floor => Err(StoreError::shape(format!(
            "account {} would fall to {balance}, below its floor of {floor}",
            named.id
        ))),
        _ => Ok(()),
    }
}

/// A lot that is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLot {
    /// Its name.
    pub id: LotId,
    /// The account it lies on.
    pub account: AccountId,
    /// The posting that earned it.
    pub posting: PostingId,
    /// When it opens.
    pub opened_at: Millis,
    /// From when on it cannot be spent.
    pub expires_at: Option<Millis>,
    /// Its units.
    pub amount: i64,
}

/// Opens a lot.
///
/// # Errors
/// When the database fails.
pub fn lot_insert(tx: &mut Tx<'_>, lot: &NewLot) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO lots (id, account, posting, opened_at, expires_at, amount, remaining)
             VALUES ($1, $2, $3, $4, $5, $6, $6)"
        ),
        &[
            lot.id.into(),
            lot.account.into(),
            lot.posting.into(),
            lot.opened_at.into(),
            lot.expires_at.into(),
            lot.amount.into(),
        ],
    )?;
    Ok(())
}

/// Draws lots down and keeps which lots paid for a posting.
///
/// # Errors
/// When the database fails or a lot has less left than is drawn.
pub fn allocation_append(
    tx: &mut Tx<'_>,
    posting: PostingId,
    allocations: &[Allocation],
) -> Result<(), StoreError> {
    for allocation in allocations {
        let drawn = tx.run(
            sql!("UPDATE lots SET remaining = remaining - $2 WHERE id = $1 AND remaining >= $2"),
            &[allocation.lot.into(), allocation.amount.into()],
        )?;
        if drawn != 1 {
            return Err(StoreError::shape(format!(
                "lot {} was drawn twice",
                allocation.lot
            )));
        }
        tx.run(
            sql!("INSERT INTO allocations (posting, lot, amount) VALUES ($1, $2, $3)"),
            &[
                posting.into(),
                allocation.lot.into(),
                allocation.amount.into(),
            ],
        )?;
    }
    Ok(())
}

/// The balances of these accounts; those without a posting are missing.
///
/// # Errors
/// When the database fails.
pub fn balances_of(
    conn: &mut Conn,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, i64>, StoreError> {
    let values: Vec<Value> = accounts.iter().map(|account| (*account).into()).collect();
    conn.rows_each(
        rows!("SELECT id, balance FROM accounts WHERE id IN ({$1}) ORDER BY id"),
        &values,
    )?
    .iter()
    .map(|row| Ok((AccountId::from_bytes(row.id("id")?), row.int("balance")?)))
    .collect()
}

/// An account of a customer with its balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedAccount {
    /// Its name.
    pub id: AccountId,
    /// Whose it is.
    pub owner: OwnerToken,
    /// What it counts.
    pub unit: String,
    /// The sum of its postings.
    pub balance: i64,
}

/// The accounts of these owners.
///
/// # Errors
/// When the database fails.
pub fn accounts_of(
    conn: &mut Conn,
    owners: &[OwnerToken],
) -> Result<Vec<OwnedAccount>, StoreError> {
    let values: Vec<Value> = owners.iter().map(|owner| (*owner).into()).collect();
    conn.rows_each(
        rows!(
            "SELECT id, owner, unit, balance FROM accounts
              WHERE owner IN ({$1}) ORDER BY owner, id"
        ),
        &values,
    )?
    .into_iter()
    .map(|mut row| {
        Ok(OwnedAccount {
            id: AccountId::from_bytes(row.id("id")?),
            owner: OwnerToken::from_bytes(row.id("owner")?),
            unit: row.take_text("unit")?,
            balance: row.int("balance")?,
        })
    })
    .collect()
}

/// The newest postings of an account, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn postings_of(
    conn: &mut Conn,
    account: AccountId,
    limit: u32,
) -> Result<Vec<StoredPosting>, StoreError> {
    conn.rows(
        sql!(
            "SELECT id, debit, credit, unit, amount, at, cause, memo FROM postings
              WHERE debit = $1 OR credit = $1 ORDER BY at DESC, id DESC LIMIT $2"
        ),
        &[account.into(), i64::from(limit).into()],
    )?
    .into_iter()
    .map(posting_row)
    .collect()
}

fn posting_row(mut row: Row) -> Result<StoredPosting, StoreError> {
    Ok(StoredPosting {
        id: PostingId::from_bytes(row.id("id")?),
        debit: AccountId::from_bytes(row.id("debit")?),
        credit: AccountId::from_bytes(row.id("credit")?),
        unit: row.take_text("unit")?,
        amount: row.int("amount")?,
        at: row.millis("at")?,
        cause: FactId::from_bytes(row.id("cause")?),
        memo: row.take_text("memo")?,
    })
}

/// Recomputes every projection of the value log and names what does not agree: balances against
/// postings, open lots against balances, lots against their allocations, floors, and the sum of
/// each unit, which is zero. An empty answer means that the ledger is whole.
///
/// # Errors
/// When the database fails.
pub fn ledger_verify(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let checks = [
        (
            "the balance is not the sum of its postings",
            sql!(
                "SELECT a.id AS id, a.balance AS found, CAST(COALESCE(p.total, 0) AS BIGINT) AS sum
                   FROM accounts a LEFT JOIN (
                        SELECT account, CAST(SUM(amount) AS BIGINT) AS total FROM (
                            SELECT credit AS account, amount FROM postings
                            UNION ALL SELECT debit AS account, -amount AS amount FROM postings
                        ) movements GROUP BY account) p ON p.account = a.id
                  WHERE a.balance <> COALESCE(p.total, 0) ORDER BY a.id LIMIT 20"
            ),
        ),
        (
            "the open lots are not the balance",
            sql!(
                "SELECT a.id AS id, a.balance AS found, CAST(COALESCE(l.total, 0) AS BIGINT) AS sum
                   FROM accounts a LEFT JOIN (
                        SELECT account, CAST(SUM(remaining) AS BIGINT) AS total
                          FROM lots GROUP BY account) l ON l.account = a.id
                  WHERE a.kind = 'available' AND a.balance <> COALESCE(l.total, 0)
                  ORDER BY a.id LIMIT 20"
            ),
        ),
        (
            "what is left of the lot is not its units less its allocations",
            sql!(
                "SELECT l.id AS id, l.remaining AS found,
                        CAST(l.amount - COALESCE(d.total, 0) AS BIGINT) AS sum
                   FROM lots l LEFT JOIN (
                        SELECT lot, CAST(SUM(amount) AS BIGINT) AS total
                          FROM allocations GROUP BY lot) d ON d.lot = l.id
                  WHERE l.remaining <> l.amount - COALESCE(d.total, 0) OR l.remaining < 0
                  ORDER BY l.id LIMIT 20"
            ),
        ),
        (
            "the balance is below its floor",
            sql!(
                "SELECT id, balance AS found, floor AS sum FROM accounts
                  WHERE floor IS NOT NULL AND balance < floor ORDER BY id LIMIT 20"
            ),
        ),
    ];
    let mut findings = Vec::new();
    for (what, sql) in checks {
        for row in conn.rows(sql, &[])? {
            let id = AccountId::from_bytes(row.id("id")?);
            findings.push(format!(
                "{id}: {what}: {} against {}",
                row.int("found")?,
                row.int("sum")?
            ));
        }
    }
    findings.extend(units_out_of_balance(conn)?);
    Ok(findings)
}

/// Units whose balances do not add up to zero: never any.
///
/// # Errors
/// When the database fails.
pub fn units_out_of_balance(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let units = conn.rows(
        sql!(
            "SELECT unit, CAST(SUM(balance) AS BIGINT) AS total FROM accounts
              GROUP BY unit HAVING SUM(balance) <> 0 ORDER BY unit"
        ),
        &[],
    )?;
    units
        .iter()
        .map(|row| {
            let (unit, total) = (row.text("unit")?, row.int("total")?);
            Ok(format!(
                "{unit}: the balances of all accounts sum to {total}, not to 0"
            ))
        })
        .collect()
}
