//! Every method against values computed elsewhere or published, each with its tolerance.

mod cdnow;
mod data;
mod days;
mod hillstrom;
mod lifetime;
mod other;
mod retail;
mod survival;
