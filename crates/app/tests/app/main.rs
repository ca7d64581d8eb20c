//! The use cases on both engines. Every fixture checks the whole store when it is dropped.

mod adjust;
mod arrival;
mod audit;
mod backup;
mod concurrent;
mod doctor;
mod due;
mod erase;
mod files;
mod import;
mod inbox;
mod lists;
mod merges;
mod once;
mod orders;
mod people;
mod people_keys;
mod people_sessions;
mod period;
mod places;
mod population;
mod population_columns;
mod rebuild;
mod serial;
mod visits;
mod world;

use domain::customers::{Identity, State};
use testkit::fixture::Fixture;

/// The state of the customer of this name.
fn state_of(shop: &Fixture, name: &Identity) -> State {
    let root = shop.customer(name);
    let page = shop.app().customer_page(root).expect("a customer");
    page.state
}

/// A number that a query answers.
fn number(shop: &Fixture, text: &str) -> i64 {
    let row = testkit::rows::query(shop.store(), text, &[]).remove(0);
    row.int("n").expect("a number called n")
}
