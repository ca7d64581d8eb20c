//! Visits: how somebody came, what they looked at, and by what a visit is counted.
//!
//! A visit ends after 30 minutes without a sign of life or with another campaign; midnight ends
//! none. It is decided once, in the order in which things arrive, and the fact of its first page
//! says so: a refold needs no clock. What is counted is sums by day ([`Count`]), so that pages
//! cost the same at any number of events.

mod arrival;
mod count;
mod device;
mod page;
mod search;
mod session;
mod sites;

pub use arrival::{Arrival, SourceClass};
pub use count::{Count, Dimension, MEASURES, Measure, OTHER, is_open};
pub use device::{Agent, DeviceClass, is_bot};
pub use page::page_name;
pub use search::{Skill, Vocabulary, searched_here, tidy};
pub use session::{Counting, Look, Names, Step, VISIT_IDLE_MS, VISIT_WINDOW_MS, Visit};

/// Finds where an address of the network is. Asked before anything is written; the address itself
/// is never kept.
pub trait Places: std::fmt::Debug + Send + Sync {
    /// The country, and the town where the file knows it: `IR`, or `IR Tehran`.
    fn place(&self, address: &str) -> Option<String>;
}
