//! The one end-to-end test binary: the real server over HTTP and in a real browser, and the
//! program as its user meets it.

mod api;
mod browser;
mod cli;
mod collector;
mod complaints;
mod context;
mod customers;
mod customers_builder;
mod described;
mod driver;
mod entrance;
mod exports;
mod front_door;
mod house;
mod import;
mod keys;
mod languages;
mod orders;
mod pages;
mod recorder;
mod retail;
mod roles;
mod running;
mod safety;
mod sdks;
mod tracker;
mod unsteady;
mod visitor;
