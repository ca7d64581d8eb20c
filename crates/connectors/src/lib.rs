//! The outside world: what other programs and services write and read.
//!
//! A connector turns the words of the outside into the nouns of `domain`, and back. Today there
//! are four rooms: [`history`] reads a shop's past from files, [`wire`] reads what trackers send
//! as it happens, [`mail`] sends letters, [`places`] says where an address is.
//!
//! What this floor must never know: the store and its SQL, use cases, HTTP handlers and pages,
//! and what a customer's state is. It imports `domain` and nothing else of ours. It decides no
//! rule of the shop; it only says what a file or a service told. What comes in is hostile until
//! proven otherwise: every size is bounded, and nothing here panics over input.

mod exact;
pub mod history;
mod lines;
pub mod mail;
pub mod places;
pub mod wire;
