//! What tests are made with: a seeded world with known truth, a clock in the test's hand, and
//! chance that can be repeated; both engines, a shop for one test, faults at named points, and
//! the checks that hold in every store.
//!
//! All but [`seeds`], [`world`] and [`questions`] is the `harness`, for development only. The first
//! two are built without it on `domain` alone, and the program fills its synthetic demo shop from
//! them.

#[cfg(feature = "harness")]
pub mod checks;
#[cfg(feature = "harness")]
pub mod clock;
#[cfg(feature = "harness")]
pub mod cluster;
#[cfg(feature = "harness")]
pub mod engines;
#[cfg(feature = "harness")]
pub mod faults;
#[cfg(feature = "harness")]
pub mod fixture;
#[cfg(any(feature = "harness", feature = "strategies"))]
pub mod golden;
#[cfg(feature = "mmdb")]
pub mod mmdb;
#[cfg(feature = "strategies")]
pub mod questions;
#[cfg(feature = "harness")]
pub mod rows;
pub mod seeds;
#[cfg(feature = "smtp")]
pub mod smtp;
#[cfg(feature = "harness")]
pub mod told;
pub mod world;
