//! Insight: the follower that keeps customers' metrics, and the overview of the whole shop.

mod ages;
mod answers;
mod change;
mod channels;
mod cohort_summary;
mod experience;
mod follow;
mod overview;
mod period;
mod population;
mod retention;
mod time_to;
mod value;

pub use ages::{AgeRow, ProfitBasis};
pub(crate) use answers::Answers;
pub use answers::Insight;
pub use change::Change;
pub use channels::{
    ChannelGroup, Channels, ChannelsOf, FirstOutlet, GroupKind, Liking, Outlet, Overlap,
};
pub use cohort_summary::{CohortSummary, Standout};
pub use experience::{DAYS_CHOICES, Experience, ExperienceCell, Stops};
pub(crate) use overview::OverviewCache;
pub use overview::{
    AnonymousFigures, MonthFigures, Overview, OverviewMonth, OverviewOf, RepeatShare,
};
pub use period::{Compared, ComparedWith, OverviewPeriod, Pair, PeriodDoors};
pub(crate) use population::PopulationCell;
pub use population::{ByteRow, Place, Population, PopulationBytes, PopulationState, Selection};
pub use retention::{
    CohortRow, ContentRow, Differs, Door, Retention, RetentionOf, RetentionPeriod, Waiting,
};
pub use time_to::{CurvePoint, Rarely, ShareBy, TimeTo};
pub use value::{Contrast, Grid, GridCell, GroupFigures, ScoreFigures, Spread, Top, Value};
