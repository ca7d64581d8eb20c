//! The ledger: one adjustment by hand, the wallet of a customer, and the check of it all.

use std::collections::{BTreeMap, BTreeSet};

use domain::events::{Behaviour, PointsAdjusted};
use domain::ids::{AccountId, FactId, LotId, OwnerToken, PostingId, StreamId};
use domain::loyalty::{Account, AccountKind, Adjustment, Refusal, Unit, Wallet, adjust};
use domain::time::Millis;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::loyalty::{NamedAccount, NewLot, OwnedAccount, StoredPosting};
use store::settings::StoredRequest;
use store::{Conn, Queue, StoreError, Tx};

use crate::customers::CustomerRef;
use crate::events::lock_roots;
use crate::trust::digest;
use crate::writing::{NewFact, Writing};
use crate::{App, AppError, Inner};

/// A manual adjustment as it is asked for. The same `request_id` with the same content gives the
/// same answer and has one effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustRequest {
    /// The caller's own id of this request; kept for at least 30 days.
    pub request_id: String,
    /// What is moved, such as `POINT:club`.
    pub unit: String,
    /// How much; negative when units are taken.
    pub amount: i64,
    /// When given units expire, in milliseconds since 1970.
    #[serde(default)]
    pub expires_at: Option<i64>,
    /// Why; nothing personal belongs here, because the ledger keeps it for years.
    pub memo: String,
}

/// What became of an adjustment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    /// What can be spent of the unit afterwards.
    pub spendable: i64,
    /// The posting, or the first of several.
    pub posting: PostingId,
    /// Whether this answer was given before to the same request.
    #[serde(default)]
    pub repeated: bool,
}

/// One unit in a customer's wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalletUnit {
    /// What it counts.
    pub unit: String,
    /// What is there, expired lots included until they are written off.
    pub balance: i64,
    /// What can be spent now.
    pub spendable: i64,
}

/// The longest request id and memo, in bytes.
const REQUEST_TEXT_BYTES_MAX: usize = 200;

/// The name of an account follows from what it is, so that two writers who meet it for the first
/// time mean the same one.
pub(crate) fn account_id(account: &Account, stripe: i64) -> AccountId {
    let mut hash = Sha256::new();
    hash.update(
        account
            .owner
            .map(|owner| *owner.bytes())
            .unwrap_or_default(),
    );
    hash.update(account.unit.text().as_bytes());
    hash.update([0]);
    hash.update(account.kind.word().as_bytes());
    hash.update(stripe.to_be_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    AccountId::from_bytes(*hash.first_chunk().expect("thirty-two bytes hold sixteen"))
}

impl App {
    /// Gives or takes units by hand, once for each request id.
    ///
    /// # Errors
    /// A [`Refusal`] (remembered under the request id), [`AppError::RequestConflict`],
    /// [`AppError::Invalid`], [`AppError::NoCustomer`], or the store's.
    pub fn adjust(
        &self,
        customer: &CustomerRef,
        request: AdjustRequest,
    ) -> Result<Adjusted, AppError> {
        let unit: Unit = request
            .unit
            .parse()
            .map_err(|error| AppError::Invalid(format!("{error}")))?;
        for (field, text) in [("request_id", &request.request_id), ("memo", &request.memo)] {
            // No engine but one keeps a text with a NUL.
            if text.is_empty() || text.len() > REQUEST_TEXT_BYTES_MAX || text.contains('\0') {
                let sentence =
                    format!("{field} must be a text of 1 to {REQUEST_TEXT_BYTES_MAX} bytes");
                return Err(AppError::Invalid(sentence));
            }
        }
        let (inner, customer, note) = (self.inner.clone(), customer.clone(), self.note());
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                let adjusted = adjust_in_tx(&inner, tx, &customer, &unit, &request)?;
                note.write_if(tx, adjusted.is_ok())?;
                Ok(adjusted)
            })
        })?
    }

    /// What a customer holds, over all of their streams.
    ///
    /// # Errors
    /// The store's.
    pub fn wallet(&self, root: StreamId) -> Result<Vec<WalletUnit>, AppError> {
        let now = self.now();
        Ok(self.inner.store.read(|conn| wallet_of(conn, root, now))?)
    }

    /// Recomputes the ledger's projections and names what does not agree; empty means whole.
    ///
    /// # Errors
    /// The store's.
    pub fn ledger_verify(&self) -> Result<Vec<String>, AppError> {
        Ok(self.inner.store.read(store::loyalty::ledger_verify)?)
    }
}

fn wallet_of(conn: &mut Conn, root: StreamId, now: Millis) -> Result<Vec<WalletUnit>, StoreError> {
    let rows = store::customers::customer_read(conn, &[root])?;
    let streams: Vec<StreamId> = rows
        .iter()
        .flat_map(|it| it.streams.keys().copied())
        .collect();
    let owners: Vec<OwnerToken> = store::loyalty::owners_of(conn, &streams)?
        .into_values()
        .collect();
    let accounts = store::loyalty::accounts_of(conn, &owners)?;
    let by_account = accounts
        .iter()
        .map(|account| (account.id, account.owner))
        .collect();
    let lots = store::loyalty::lots_open(conn, &by_account)?;
    let mut units: BTreeMap<String, WalletUnit> = BTreeMap::new();
    for OwnedAccount {
        id,
        owner,
        unit,
        balance,
    } in accounts
    {
        let own = lots.iter().filter(|lot| {
            let account = unit.parse().map(|unit| Account {
                owner: Some(lot.owner),
                unit,
                kind: AccountKind::Available,
            });
            lot.owner == owner && account.is_ok_and(|account| account_id(&account, 0) == id)
        });
        let wallet = Wallet {
            lots: own.cloned().collect(),
        };
        let entry = units.entry(unit.clone()).or_insert(WalletUnit {
            unit,
            balance: 0,
            spendable: 0,
        });
        entry.balance += balance;
        entry.spendable += wallet.spendable(now);
    }
    Ok(units.into_values().collect())
}

fn adjust_in_tx(
    inner: &Inner,
    tx: &mut Tx<'_>,
    customer: &CustomerRef,
    unit: &Unit,
    request: &AdjustRequest,
) -> Result<Result<Adjusted, AppError>, StoreError> {
    let now = inner.environment.now();
    // Found anew by every try: a merge at the same moment changes the answer.
    let root = match crate::customers::find(inner, tx, customer) {
        Ok(root) => root,
        Err(AppError::Store(error)) => return Err(error),
        Err(other) => return Ok(Err(other)),
    };
    let content = serde_json::to_string(request).map_err(StoreError::shape)?;
    let stored = StoredRequest {
        key: inner
            .vault
            .natural_hash(&format!("request:adjust:{}", request.request_id)),
        digest: digest(&[&content]),
        stream: root,
        answer: content,
    };
    // The key is taken first, so that the same request from two sides waits here and nowhere else.
    if !store::settings::request_take(tx, &stored, now)? {
        return repeated(tx, &stored, request);
    }
    let customers = lock_roots(tx, &BTreeSet::from([root]))?;
    let streams: Vec<StreamId> = customers[&root].streams.keys().copied().collect();
    let mut owners = store::loyalty::owners_of(tx, &streams)?;
    let known = owners.get(&root).copied();
    let owner = known.unwrap_or_else(|| inner.environment.id(OwnerToken::new));
    owners.insert(root, owner);
    let wallet = read_wallet(tx, unit, &owners)?;
    let expires_at = request.expires_at.map(Millis);
    let answer = match adjust(&wallet, owner, unit, request.amount, expires_at, now) {
        Err(refusal) => Err(refusal),
        Ok(adjustment) => {
            if known.is_none() {
                store::loyalty::owner_insert(tx, root, owner)?;
            }
            let mut writing = Writing::new(inner, customers);
            let posting = post(inner, tx, &mut writing, root, &adjustment, request)?;
            writing.flush(tx)?;
            let spendable = wallet.spendable(now) + request.amount;
            Ok(Adjusted {
                spendable,
                posting,
                repeated: false,
            })
        }
    };
    let kept = Kept {
        customer: root,
        request: request.clone(),
        answer,
    };
    let text = serde_json::to_string(&kept).map_err(StoreError::shape)?;
    store::settings::request_answer(tx, &stored.key, &text)?;
    Ok(kept.answer.map_err(AppError::Refused))
}

/// What is kept under a request id.
#[derive(Serialize, Deserialize)]
struct Kept {
    customer: StreamId,
    request: AdjustRequest,
    #[serde(with = "answer_form")]
    answer: Result<Adjusted, Refusal>,
}

/// A refusal is remembered by its words in the log of answers, so that a late retry cannot
/// succeed with another meaning.
mod answer_form {
    use super::{Adjusted, Deserialize, Refusal, Serialize};
    use serde::{Deserializer, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Form {
        Done(Adjusted),
        AmountIsZero,
        AmountTooLarge,
        ExpiresInThePast,
        NotEnough { spendable: i64, asked: i64 },
    }

    pub(super) fn serialize<S: Serializer>(
        answer: &Result<Adjusted, Refusal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let form = match answer.clone() {
            Ok(adjusted) => Form::Done(adjusted),
            Err(Refusal::AmountIsZero) => Form::AmountIsZero,
            Err(Refusal::AmountTooLarge) => Form::AmountTooLarge,
            Err(Refusal::ExpiresInThePast) => Form::ExpiresInThePast,
            Err(Refusal::NotEnough { spendable, asked }) => Form::NotEnough { spendable, asked },
        };
        form.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Result<Adjusted, Refusal>, D::Error> {
        Ok(match Form::deserialize(deserializer)? {
            Form::Done(adjusted) => Ok(adjusted),
            Form::AmountIsZero => Err(Refusal::AmountIsZero),
            Form::AmountTooLarge => Err(Refusal::AmountTooLarge),
            Form::ExpiresInThePast => Err(Refusal::ExpiresInThePast),
            Form::NotEnough { spendable, asked } => Err(Refusal::NotEnough { spendable, asked }),
        })
    }
}

fn repeated(
    tx: &mut Tx<'_>,
    stored: &StoredRequest,
    request: &AdjustRequest,
) -> Result<Result<Adjusted, AppError>, StoreError> {
    let (_, answer) = store::settings::request_get(tx, &stored.key)?
        .ok_or(StoreError::Missing("answer of a request"))?;
    let kept: Kept = serde_json::from_str(&answer).map_err(StoreError::shape)?;
    // By now the customer may be part of another one, who is the same person.
    let customer = store::customers::stream_root(tx, kept.customer)?;
    let differs = [
        ("customer", customer == Some(stored.stream)),
        ("unit", kept.request.unit == request.unit),
        ("amount", kept.request.amount == request.amount),
        ("expires_at", kept.request.expires_at == request.expires_at),
        ("memo", kept.request.memo == request.memo),
    ]
    .into_iter()
    .find(|(_, same)| !same);
    if let Some((field, _)) = differs {
        return Ok(Err(AppError::RequestConflict(field)));
    }
    let again = |adjusted| Adjusted {
        repeated: true,
        ..adjusted
    };
    Ok(kept.answer.map(again).map_err(AppError::Refused))
}

fn read_wallet(
    tx: &mut Tx<'_>,
    unit: &Unit,
    owners: &BTreeMap<StreamId, OwnerToken>,
) -> Result<Wallet, StoreError> {
    let accounts = owners
        .values()
        .map(|owner| {
            let kind = AccountKind::Available;
            let account = Account {
                owner: Some(*owner),
                unit: unit.clone(),
                kind,
            };
            (account_id(&account, 0), *owner)
        })
        .collect();
    Ok(Wallet {
        lots: store::loyalty::lots_open(tx, &accounts)?,
    })
}

/// Writes the postings and lots of an adjustment, and the fact that tells of it.
fn post(
    inner: &Inner,
    tx: &mut Tx<'_>,
    writing: &mut Writing<'_>,
    root: StreamId,
    adjustment: &Adjustment,
    request: &AdjustRequest,
) -> Result<PostingId, StoreError> {
    let movements = match adjustment {
        Adjustment::Give { movement, .. } => vec![(movement, &[][..])],
        Adjustment::Take { movements } => movements
            .iter()
            .map(|(movement, drawn)| (movement, drawn.as_slice()))
            .collect(),
    };
    let ids: Vec<PostingId> = movements
        .iter()
        .map(|_| inner.environment.id(PostingId::new))
        .collect();
    let first = *ids.first().expect("an adjustment moves something");
    let (unit, amount) = (request.unit.clone(), request.amount);
    let told = Behaviour::PointsAdjusted(PointsAdjusted {
        posting: first,
        unit,
        amount,
    });
    let cause: FactId = writing.append(root, NewFact::decided(root, writing.now, None, told));
    let (mut postings, mut accounts) = (Vec::new(), Vec::new());
    for ((movement, _), id) in movements.iter().zip(&ids) {
        let [debit, credit] = [&movement.from, &movement.to].map(|account| {
            let stripe = if account.owner.is_some() {
                0
            } else {
                tx.writer()
            };
            NamedAccount {
                id: account_id(account, stripe),
                account: account.clone(),
                stripe,
            }
        });
        postings.push(StoredPosting {
            id: *id,
            debit: debit.id,
            credit: credit.id,
            unit: movement.from.unit.text().to_owned(),
            amount: movement.amount,
            at: writing.now,
            cause,
            memo: request.memo.clone(),
        });
        accounts.extend([debit, credit]);
    }
    store::loyalty::posting_append(tx, &postings, &accounts)?;
    if let (Adjustment::Give { expires_at, .. }, Some(posting)) = (adjustment, postings.first()) {
        let lot = NewLot {
            id: inner.environment.id(LotId::new),
            account: posting.credit,
            posting: posting.id,
            opened_at: writing.now,
            expires_at: *expires_at,
            amount: posting.amount,
        };
        store::loyalty::lot_insert(tx, &lot)?;
    }
    for ((_, drawn), id) in movements.iter().zip(&ids) {
        store::loyalty::allocation_append(tx, *id, drawn)?;
    }
    Ok(first)
}
