//! Loyalty: the value log. Units are points of a programme, or money in minor units.

mod ledger;

pub use ledger::{
    Account, AccountKind, Adjustment, Allocation, Movement, OpenLot, Refusal, Unit, UnitError,
    Wallet, adjust,
};
