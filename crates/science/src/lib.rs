//! Mathematics, pure: numbers in, structs out. It knows no customer, reads no clock, and sums in
//! a fixed order, so that the same input gives the same bytes on any number of cores.

pub mod proportion;
