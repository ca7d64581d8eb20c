//! Insight: the follower that keeps customers' metrics, and the overview of the whole shop.

mod follow;
mod overview;

pub(crate) use overview::OverviewCache;
pub use overview::{AnonymousFigures, MonthFigures, Overview, OverviewMonth, RepeatShare};
