//! Customers: one state each, known by several identities, folded from their streams' facts.

mod decide;
mod evolve;
mod identity;
mod merge;
mod metrics;
mod state;

pub use decide::{Decision, Needs, Resources, Telling, decide, needs, receive, wake};
pub use evolve::{Fold, evolve};
pub use identity::{Identity, IdentityError, Namespace};
pub use merge::{Edge, component, settle_merge, settle_unmerge};
pub use metrics::Metrics;
pub use state::{
    ChannelFigures, Decided, FOLD_VERSION, Observed, Sales, Standing, State, View, next_due, view,
};
