//! Customers: one state each, known by several identities, folded from their streams' facts.

mod days;
mod decide;
mod evolve;
mod identity;
mod interests;
mod merge;
mod metrics;
mod observed;
#[cfg(test)]
mod permute_tests;
mod state;
mod touchpoint;

pub use days::DaySet;
pub use decide::{Decision, Needs, Resources, Telling, decide, needs, receive, wake};
pub use evolve::{Fold, evolve};
pub use identity::{Identity, IdentityError, Namespace};
pub use interests::Interests;
pub use merge::{Edge, component, settle_merge, settle_unmerge};
pub use metrics::{ChannelMetrics, INTERESTS_MAX, Metrics, WHOLE};
pub use observed::{ChannelFigures, Consent, MonthSums, Observed, Sales, Stage, VisitStart};
pub use state::{Decided, FOLD_VERSION, Standing, State, View, has_lapsed, next_due, view};
pub use touchpoint::{Touch, Touchpoint, went_on_after};
