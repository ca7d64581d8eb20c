//! Every method against values computed elsewhere or published, each with its tolerance.

mod data;
mod days;
mod retail;
mod survival;
