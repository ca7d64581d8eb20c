//! The store on both engines.

mod changes;
mod durability;
mod moving;
mod open;
mod poison;
mod schema;
mod segments;
mod statements;
mod values;
