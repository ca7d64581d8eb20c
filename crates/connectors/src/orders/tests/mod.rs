//! Tests of reading files of orders as a whole.

mod hostile;
mod online_retail;
mod properties;
