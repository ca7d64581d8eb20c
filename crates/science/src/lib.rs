//! Mathematics, pure: numbers in, structs out. It knows no customer, reads no clock, and sums in
//! a fixed order, so that the same input gives the same bytes on any number of cores.
//!
//! Where data cannot carry an answer, a [`verdict::Verdict`] says so in a sentence. Long sums run
//! on the rayon pool they are called in, so the caller decides how many cores a fit may take.

pub mod churn;
pub mod cohorts;
pub mod concentration;
pub mod drivers;
pub mod ewma;
pub mod experiment;
pub mod lifetime;
pub mod linear;
pub mod nps;
mod optimise;
pub mod proportion;
pub mod replenishment;
pub mod rfm;
mod special;
pub mod stl;
pub mod summary;
pub mod survival;
pub mod verdict;
