//! What is counted of visits: sums by day, of the whole shop and under each dimension.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// What everything beyond the bound of a day is counted under.
pub const OTHER: &str = "(other)";

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Visits begun.
    Visits,
    /// Those of them by somebody who had never been here.
    NewVisits,
    /// Those of them by somebody who had.
    ReturningVisits,
    /// First orders to which they led.
    FirstOrders,
    /// Further orders to which they led.
    RepeatOrders,
    /// What those orders came to, in minor units of the shop's currency.
    Value,
    /// Visits of one page.
    Bounces,
    /// Pages looked at in visits.
    VisitViews,
    /// Seconds from the first to the last sign of life of visits.
    Seconds,
    /// Pages looked at, in a visit or not.
    PageViews,
    /// The places of a page in the order of clicks, added up: 1 for the first of a visit.
    Positions,
    /// Those views whose place is known.
    Placed,
    /// Seconds that a page was looked at, as far as something came after it.
    PageSeconds,
    /// Views after which something came.
    Followed,
    /// Searches.
    Searches,
}

/// Every measure, in order.
pub const MEASURES: [Measure; 15] = [
    Measure::Visits,
    Measure::NewVisits,
    Measure::ReturningVisits,
    Measure::FirstOrders,
    Measure::RepeatOrders,
    Measure::Value,
    Measure::Bounces,
    Measure::VisitViews,
    Measure::Seconds,
    Measure::PageViews,
    Measure::Positions,
    Measure::Placed,
    Measure::PageSeconds,
    Measure::Followed,
    Measure::Searches,
];

impl Measure {
    /// The word among the daily sums.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::NewVisits => "visits_new",
            Self::ReturningVisits => "visits_returning",
            Self::FirstOrders => "visits_first_orders",
            Self::RepeatOrders => "visits_repeat_orders",
            Self::Value => "visits_value",
            Self::Bounces => "visits_of_one_page",
            Self::VisitViews => "visits_views",
            Self::Seconds => "visits_seconds",
            Self::PageViews => "page_views",
            Self::Positions => "page_positions",
            Self::Placed => "page_placed",
            Self::PageSeconds => "page_seconds",
            Self::Followed => "page_followed",
            Self::Searches => "searches",
        }
    }

    /// The measure of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        MEASURES.into_iter().find(|it| it.word() == word)
    }
}

/// By what visits are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The kind of place they came from.
    Class,
    /// Its name.
    Source,
    /// The campaign.
    Campaign,
    /// What was searched for.
    Words,
    /// What that says of who searched.
    Skill,
    /// The first page.
    Landing,
    /// The last page.
    Exit,
    /// Any page.
    Page,
    /// The kind of content of the first page; of views, that of any page.
    Content,
    /// The country, and the town where it is known.
    Place,
    /// The kind of device.
    Device,
    /// The browser.
    Browser,
    /// The operating system.
    System,
    /// Weekday (0 is Monday) and hour in the shop's zone: `3-14`.
    Hour,
}

impl Dimension {
    /// Every dimension, in order.
    pub const ALL: [Self; 14] = [
        Self::Class,
        Self::Source,
        Self::Campaign,
        Self::Words,
        Self::Skill,
        Self::Landing,
        Self::Exit,
        Self::Page,
        Self::Content,
        Self::Place,
        Self::Device,
        Self::Browser,
        Self::System,
        Self::Hour,
    ];

    /// The word among the daily sums and in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Source => "source",
            Self::Campaign => "campaign",
            Self::Words => "words",
            Self::Skill => "skill",
            Self::Landing => "landing",
            Self::Exit => "exit",
            Self::Page => "page",
            Self::Content => "content",
            Self::Place => "place",
            Self::Device => "device",
            Self::Browser => "browser",
            Self::System => "system",
            Self::Hour => "hour",
        }
    }

    /// The dimension of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// Whether a dimension has names that come from outside, of which a day keeps only so many.
#[must_use]
pub const fn is_open(dimension: Dimension) -> bool {
    !matches!(
        dimension,
        Dimension::Class
            | Dimension::Skill
            | Dimension::Device
            | Dimension::Browser
            | Dimension::System
            | Dimension::Hour
    )
}

/// One addition to a daily sum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// The day in the shop's zone.
    pub day: Day,
    /// What is summed.
    pub measure: Measure,
    /// Under what; none for the whole shop.
    pub under: Option<(Dimension, String)>,
    /// How much; below 0 where something has to be taken back.
    pub by: i64,
}

impl Count {
    /// The name of the sum beside its measure: `all`, or `source:google`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.under {
            None => "all".to_owned(),
            Some((dimension, value)) => format!("{}:{value}", dimension.word()),
        }
    }

    /// What a name among the daily sums stands for; none when it is no such name.
    #[must_use]
    pub fn under(name: &str) -> Option<Option<(Dimension, &str)>> {
        if name == "all" {
            return Some(None);
        }
        let (word, value) = name.split_once(':')?;
        Some(Some((Dimension::of(word)?, value)))
    }
}
