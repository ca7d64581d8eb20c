//! What tests are made with: a seeded world with known truth, a clock in the test's hand, and
//! chance that can be repeated. For development only; nothing that a shop runs depends on it.

pub mod clock;
pub mod seeds;
pub mod world;
