//! The ledger's rules: balanced postings between accounts, lots that are spent earliest first.
//!
//! A balance is never written without a posting. Customer accounts have a floor; control
//! accounts (issuance, redemption) only sum up, and lie in stripes so that no two writers meet.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{LotId, OwnerToken};
use crate::time::Millis;

/// No single movement may be larger, so that sums of a ledger never overflow.
const AMOUNT_MAX: i64 = 1_000_000_000_000;
/// The longest unit, in bytes.
const UNIT_BYTES_MAX: usize = 40;

/// What an account counts: `POINT:club`, `MONEY:EUR`, `GIFT:EUR`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Unit(String);

impl Unit {
    /// The text in tables.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let wrong = || UnitError(text.chars().take(UNIT_BYTES_MAX).collect());
        let (kind, name) = text.split_once(':').ok_or_else(wrong)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let known = matches!(kind, "POINT" | "MONEY" | "GIFT");
        if !known || name.is_empty() || text.len() > UNIT_BYTES_MAX || !name.chars().all(plain) {
            return Err(wrong());
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        unit.0
    }
}

impl TryFrom<String> for Unit {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

/// A text that is not a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitError(String);

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "“{}” is not a unit: expected POINT:name, MONEY:EUR or GIFT:EUR",
            self.0
        )
    }
}

impl std::error::Error for UnitError {}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// What a customer can spend. Never below zero.
    Available,
    /// Where units come from; the negative of all that was ever issued.
    Issuance,
    /// Where spent or withdrawn units go.
    Redemption,
}

impl AccountKind {
    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Issuance => "issuance",
            Self::Redemption => "redemption",
        }
    }

    /// The lowest balance such an account may have; none for control accounts.
    #[must_use]
    pub const fn floor(self) -> Option<i64> {
        match self {
            Self::Available => Some(0),
            Self::Issuance | Self::Redemption => None,
        }
    }
}

/// An account by what it is: the owner's, or the shop's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// Whose it is; none for the shop's control accounts.
    pub owner: Option<OwnerToken>,
    /// What it counts.
    pub unit: Unit,
    /// What it is for.
    pub kind: AccountKind,
}

/// One movement between two accounts of one unit: the balanced posting of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The account that gives.
    pub from: Account,
    /// The account that receives.
    pub to: Account,
    /// How much; always positive.
    pub amount: i64,
}

/// A lot that still has units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLot {
    /// Its name.
    pub id: LotId,
    /// Whose it is; a merged customer's wallet has lots of several owners.
    pub owner: OwnerToken,
    /// When it was opened.
    pub opened_at: Millis,
    /// From when on it cannot be spent.
    pub expires_at: Option<Millis>,
    /// What is left of it.
    pub remaining: i64,
}

/// What a customer holds of one unit: the open lots of all of their streams.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wallet {
    /// Open lots in any order.
    pub lots: Vec<OpenLot>,
}

impl Wallet {
    /// What can be spent at a moment. Expired lots cannot, even if nobody has noticed yet.
    #[must_use]
    pub fn spendable(&self, now: Millis) -> i64 {
        self.lots
            .iter()
            .filter(|lot| is_spendable(lot, now))
            .map(|lot| lot.remaining)
            .sum()
    }
}

fn is_spendable(lot: &OpenLot, now: Millis) -> bool {
    lot.expires_at.is_none_or(|expires_at| expires_at > now)
}

/// Units taken from one lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// The lot.
    pub lot: LotId,
    /// Its owner.
    pub owner: OwnerToken,
    /// How many units.
    pub amount: i64,
}

/// What an adjustment by hand does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adjustment {
    /// Units are given: one movement, and a lot is opened with them.
    Give {
        /// From issuance to the customer.
        movement: Movement,
        /// When the new lot expires.
        expires_at: Option<Millis>,
    },
    /// Units are taken: one movement for each owner, and lots are drawn down.
    Take {
        /// From the customer's accounts to redemption, with the lots each draws on.
        movements: Vec<(Movement, Vec<Allocation>)>,
    },
}

/// Why an adjustment is refused. Nothing is written then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// The amount is zero.
    AmountIsZero,
    /// The amount is larger than the ledger takes at once.
    AmountTooLarge,
    /// The lot would be expired from the start.
    ExpiresInThePast,
    /// There are fewer units than asked for.
    NotEnough {
        /// What can be spent.
        spendable: i64,
        /// What was asked for.
        asked: i64,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AmountIsZero => f.write_str("an adjustment must give or take something"),
            Self::AmountTooLarge => write!(f, "an adjustment moves at most {AMOUNT_MAX} units"),
            Self::ExpiresInThePast => f.write_str("the units would have expired already"),
            Self::NotEnough { spendable, asked } => {
                write!(f, "there are {spendable} units to spend, not {asked}")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// Gives (`amount` > 0) or takes (`amount` < 0) units by hand.
///
/// Taking draws on the lot that expires earliest first, then on the oldest, across all owners of
/// the wallet; lots keep their owner.
///
/// # Errors
/// A [`Refusal`]; decided before anything is written.
pub fn adjust(
    wallet: &Wallet,
    owner: OwnerToken,
    unit: &Unit,
    amount: i64,
    expires_at: Option<Millis>,
    now: Millis,
) -> Result<Adjustment, Refusal> {
    if amount == 0 {
        return Err(Refusal::AmountIsZero);
    }
    if amount.checked_abs().is_none_or(|size| size > AMOUNT_MAX) {
        return Err(Refusal::AmountTooLarge);
    }
    let control = |kind| Account {
        owner: None,
        unit: unit.clone(),
        kind,
    };
    let available = |owner| Account {
        owner: Some(owner),
        unit: unit.clone(),
        kind: AccountKind::Available,
    };
    if amount > 0 {
        if expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(Refusal::ExpiresInThePast);
        }
        let movement = Movement {
            from: control(AccountKind::Issuance),
            to: available(owner),
            amount,
        };
        return Ok(Adjustment::Give {
            movement,
            expires_at,
        });
    }
    let allocations = allocate(wallet, -amount, now)?;
    let mut movements: Vec<(Movement, Vec<Allocation>)> = Vec::new();
    for allocation in allocations {
        let from = available(allocation.owner);
        let place = movements
            .iter()
            .position(|(movement, _)| movement.from == from);
        let place = place.unwrap_or_else(|| {
            let to = control(AccountKind::Redemption);
            movements.push((
                Movement {
                    from,
                    to,
                    amount: 0,
                },
                Vec::new(),
            ));
            movements.len() - 1
        });
        let (movement, drawn) = &mut movements[place];
        movement.amount += allocation.amount;
        drawn.push(allocation);
    }
    Ok(Adjustment::Take { movements })
}

/// Which lots pay for `amount` units: earliest expiry first, then oldest, then by id.
fn allocate(wallet: &Wallet, amount: i64, now: Millis) -> Result<Vec<Allocation>, Refusal> {
    let spendable = wallet.spendable(now);
    if spendable < amount {
        return Err(Refusal::NotEnough {
            spendable,
            asked: amount,
        });
    }
    let mut lots: Vec<&OpenLot> = wallet
        .lots
        .iter()
        .filter(|lot| is_spendable(lot, now))
        .collect();
    lots.sort_by_key(|lot| {
        (
            lot.expires_at.unwrap_or(Millis(i64::MAX)),
            lot.opened_at,
            lot.id,
        )
    });
    let mut left = amount;
    let mut allocations = Vec::new();
    for lot in lots {
        if left == 0 {
            break;
        }
        let taken = left.min(lot.remaining);
        if taken > 0 {
            allocations.push(Allocation {
                lot: lot.id,
                owner: lot.owner,
                amount: taken,
            });
            left -= taken;
        }
    }
    Ok(allocations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lot(number: u8, remaining: i64, expires_at: Option<i64>) -> OpenLot {
        OpenLot {
            id: LotId::from_bytes([number; 16]),
            owner: OwnerToken::from_bytes([number % 2; 16]),
            opened_at: Millis(i64::from(number)),
            expires_at: expires_at.map(Millis),
            remaining,
        }
    }

    fn points() -> Unit {
        "POINT:club".parse().expect("a unit")
    }

    fn check(lots: &[OpenLot], amount: i64, expected: Result<&[(u8, i64)], Refusal>) {
        let wallet = Wallet {
            lots: lots.to_vec(),
        };
        let owner = OwnerToken::from_bytes([0; 16]);
        let got =
            adjust(&wallet, owner, &points(), amount, None, Millis(100)).map(|done| match done {
                Adjustment::Give { .. } => Vec::new(),
                Adjustment::Take { movements } => movements
                    .into_iter()
                    .flat_map(|(_, drawn)| drawn)
                    .map(|drawn| (drawn.lot.bytes()[0], drawn.amount))
                    .collect(),
            });
        assert_eq!(got, expected.map(<[_]>::to_vec));
    }

    #[test]
    fn the_earliest_expiring_lot_is_spent_first() {
        let lots = [
            lot(2, 10, None),
            lot(4, 10, Some(200)),
            lot(6, 10, Some(150)),
            lot(8, 99, Some(90)),
        ];
        check(&lots, -15, Ok(&[(6, 10), (4, 5)]));
        check(&lots, -30, Ok(&[(6, 10), (4, 10), (2, 10)]));
        check(
            &lots,
            -31,
            Err(Refusal::NotEnough {
                spendable: 30,
                asked: 31,
            }),
        );
        check(&lots, 0, Err(Refusal::AmountIsZero));
        check(&lots, i64::MIN, Err(Refusal::AmountTooLarge));
        check(&lots, 5, Ok(&[]));
    }

    #[test]
    fn units_have_three_kinds() {
        for (text, good) in [
            ("POINT:club", true),
            ("MONEY:EUR", true),
            ("GIFT:EUR", true),
            ("POINT:", false),
            ("points", false),
            ("POINT:a b", false),
        ] {
            assert_eq!(text.parse::<Unit>().is_ok(), good, "{text}");
        }
    }

    proptest! {
        #[test]
        fn taking_conserves_units(
            lots in proptest::collection::vec(
                (0_i64..50, proptest::option::of(50_i64..300)),
                0..20,
            ),
            asked in 1_i64..400,
        ) {
            let lots: Vec<_> = lots.into_iter().zip(0_u8..)
                .map(|((remaining, expires), number)| lot(number, remaining, expires)).collect();
            let wallet = Wallet { lots };
            let owner = OwnerToken::from_bytes([0; 16]);
            match adjust(&wallet, owner, &points(), -asked, None, Millis(100)) {
                Ok(Adjustment::Take { movements }) => {
                    let moved: i64 = movements.iter().map(|(movement, _)| movement.amount).sum();
                    prop_assert_eq!(moved, asked);
                    for (movement, drawn) in &movements {
                        let sum: i64 = drawn.iter().map(|allocation| allocation.amount).sum();
                        prop_assert_eq!(movement.amount, sum);
                    }
                }
                Err(Refusal::NotEnough { spendable, .. }) => prop_assert!(spendable < asked),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
