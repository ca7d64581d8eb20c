//! Visits: what is found out about a look at a page, what is counted of it, and the figures.
//!
//! What needs a file, a list of words or the clock is found out by the thread that brings the
//! event; what needs the customer is decided under their lock, in the transaction of the event.

mod enrich;
mod figures;
mod keep;
mod names;

pub use figures::{PageRow, Stretch, VisitFigures, VisitMonth, VisitRow, Visits};

pub(crate) use enrich::{country_of, is_by_bot, look_of, look_of_nobody};
pub(crate) use keep::{add, count_without_a_person, days_of, keep};
pub(crate) use names::NamesOfDays;
