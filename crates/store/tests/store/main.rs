//! The store on both engines.

mod changes;
mod open;
mod poison;
mod schema;
mod statements;
mod values;
