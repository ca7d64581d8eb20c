//! What tests are made with: a seeded world with known truth, a clock in the test's hand, and
//! chance that can be repeated; both engines, a shop for one test, faults at named points, and
//! the checks that hold in every store. For development only; nothing that a shop runs depends
//! on it.

pub mod checks;
pub mod clock;
pub mod cluster;
pub mod engines;
pub mod faults;
pub mod fixture;
pub mod golden;
pub mod rows;
pub mod seeds;
pub mod told;
pub mod world;
