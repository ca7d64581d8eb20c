//! Insight: the follower that keeps customers' metrics, and the overview of the whole shop.

mod answers;
mod follow;
mod overview;
mod retention;
mod time_to;
mod value;

pub use answers::Insight;
pub(crate) use overview::OverviewCache;
pub use overview::{AnonymousFigures, MonthFigures, Overview, OverviewMonth, RepeatShare};
pub use retention::{CohortRow, ContentRow, Door, Retention};
pub use time_to::{CurvePoint, Rarely, ShareBy, TimeTo};
pub use value::{
    AgeRow, Contrast, Grid, GridCell, GroupFigures, ProfitBasis, ScoreFigures, Spread, Value,
};
