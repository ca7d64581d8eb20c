//! The nouns and rules of Fanous, pure.
//!
//! Nothing here reads a clock, draws a random number, waits, or touches a disk, a database or the
//! network, so nothing here can fail for an outside reason. Time, ids and randomness come in as
//! arguments. The three functions of the mechanism are [`customers::decide`],
//! [`customers::evolve`] and [`customers::needs`]; read `ARCHITECTURE.md` first.

pub mod customers;
pub mod events;
pub mod ids;
pub mod insight;
pub mod loyalty;
pub mod messages;
pub mod money;
pub mod segments;
pub mod settings;
pub mod time;
pub mod trust;
pub mod visits;
pub mod words;
