//! Which visit a page belongs to, and what is counted of it.
//!
//! The latest visit of a customer lies beside their state, under their lock. It is no part of the
//! fold: what was decided stands in the fact of the first page, and only what comes next needs it.

use serde::{Deserialize, Serialize};

use super::arrival::{Arrival, SourceClass};
use super::count::{Count, Dimension, Measure};
use super::device::Agent;
use super::search::Skill;
use crate::customers::Fold;
use crate::time::{Day, Millis};

/// A visit is over after so long without a sign of life.
pub const VISIT_IDLE_MS: i64 = 30 * 60 * 1000;
/// An order counts for the last visit before it, if that is no longer ago than this.
pub const VISIT_WINDOW_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// What is told later than this begins no visit.
const LATE_MS: i64 = 24 * 60 * 60 * 1000;

/// One look at a page, or another sign of life of somebody who looks around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Millis,
    /// When we heard of it.
    pub received_at: Millis,
    /// How they came to the page.
    pub arrival: Arrival,
    /// The name of the page; empty when it is not known.
    pub page: String,
    /// What kind of content it is.
    pub content: Option<String>,
    /// The browser.
    pub agent: Option<Agent>,
    /// Where they are.
    pub place: Option<String>,
    /// What they searched for, and what it says.
    pub search: Option<(String, Skill)>,
    /// Whether it begins a visit, where somebody else has decided that: in imported history.
    pub told: Option<bool>,
}

/// The latest visit of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    started_at: Millis,
    last_at: Millis,
    /// The day to which all of it is counted.
    day: i32,
    /// Pages looked at; none when something led here and no page was looked at under a name yet.
    views: u32,
    /// Whether they had never been here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_new: bool,
    /// What another one of begins another visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    campaign: Option<String>,
    /// The last page, as it is counted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    page: String,
    /// What it is counted under.
    counted: Vec<(Dimension, String)>,
    /// What was searched for last: pages and events tell of the same search.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    searched: String,
    /// What led here before there was a person: it was counted then, without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<(Arrival, String)>,
}

/// What a look is to the visits of its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It begins one.
    Starts,
    /// It belongs to the latest one.
    Goes,
    /// It belongs to none.
    Aside,
}

impl Visit {
    /// What a look is, the latest visit being this one.
    #[must_use]
    pub fn step(latest: Option<&Self>, look: &Look) -> Step {
        if look.told == Some(true) {
            return Step::Starts;
        }
        let is_late = look.received_at.0 - look.at.0 > LATE_MS;
        let may_start = look.told.is_none() && !is_late;
        let start = if may_start { Step::Starts } else { Step::Aside };
        let Some(latest) = latest else {
            return start;
        };
        // Of pages that come in the wrong order, those near its beginning belong to it.
        if latest.started_at.0 - look.at.0 > VISIT_IDLE_MS {
            return Step::Aside;
        }
        let campaign = campaign_of(&look.arrival);
        let is_other = campaign.is_some() && campaign != latest.campaign;
        match latest.is_open_at(look.at) && latest.views > 0 && !is_other {
            true => Step::Goes,
            false => start,
        }
    }

    fn is_open_at(&self, at: Millis) -> bool {
        at.0 - self.last_at.0 <= VISIT_IDLE_MS
    }

    /// The day to which it is counted.
    #[must_use]
    pub const fn day(&self) -> Day {
        Day(self.day)
    }

    /// Whether a page of it was looked at under a name.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.views > 0
    }

    /// The one of two that was seen later: what a customer of both goes on with.
    #[must_use]
    pub fn later(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if other.last_at > one.last_at => Some(other),
            (one, other) => one.or(other),
        }
    }
}

/// What another one of begins another visit: a campaign, or an advertisement without a name.
fn campaign_of(arrival: &Arrival) -> Option<String> {
    let paid = (arrival.class == SourceClass::Paid).then(|| arrival.source.clone());
    arrival.campaign.clone().or(paid)
}

/// Gives the name under which something from outside is counted on a day: itself, or the one for
/// everything beyond the bound.
pub type Names<'n> = dyn FnMut(Day, Dimension, &str) -> String + 'n;

/// Counts what happens, as far as it belongs to visits.
pub struct Counting<'c> {
    /// Where days turn.
    pub fold: &'c Fold,
    /// The names that a day has room for.
    pub names: &'c mut Names<'c>,
    /// What is to be added.
    pub counts: &'c mut Vec<Count>,
}

impl Counting<'_> {
    /// A page was looked at. Where that begins a visit, the answer is what led there; `is_new` is
    /// whether the customer had never been here before.
    pub fn view(
        &mut self,
        latest: &mut Option<Visit>,
        look: &Look,
        is_new: bool,
    ) -> Option<Arrival> {
        self.page(look);
        let mut led_here = None;
        match (Visit::step(latest.as_ref(), look), latest.as_mut()) {
            (Step::Starts, _) => {
                let is_earlier = latest.as_ref().is_some_and(|it| it.last_at > look.at);
                let (started, arrival) = self.start(latest.as_ref(), look, is_new);
                if !is_earlier {
                    *latest = Some(started);
                }
                led_here = Some(arrival);
            }
            (Step::Goes, Some(visit)) => self.go(visit, look),
            _ => {}
        }
        self.search(latest.as_mut(), look);
        led_here
    }

    /// Another sign of life: it keeps an open visit open, and begins none.
    pub fn act(&mut self, latest: &mut Option<Visit>, look: &Look) {
        if let Some(visit) = latest
            .as_mut()
            .filter(|it| it.views > 0 && it.is_open_at(look.at))
        {
            self.stay(visit, look.at);
        }
        self.search(latest.as_mut(), look);
    }

    /// Somebody who was counted without a person agreed to be known: what led here is theirs.
    pub fn agree(&mut self, latest: &mut Option<Visit>, look: &Look) {
        let is_open = |it: &Visit| it.is_open_at(look.at) && it.views > 0;
        if !look.arrival.is_from_outside() || latest.as_ref().is_some_and(is_open) {
            return;
        }
        *latest = Some(Visit {
            started_at: look.at,
            last_at: look.at,
            day: self.fold.day(look.at).0,
            views: 0,
            is_new: false,
            campaign: None,
            page: String::new(),
            counted: Vec::new(),
            searched: String::new(),
            before: Some((look.arrival.clone(), look.page.clone())),
        });
    }

    /// An order counts for the latest visit before it.
    pub fn order(&mut self, latest: Option<&Visit>, at: Millis, is_first: bool, value: i64) {
        let within = |it: &&Visit| {
            it.views > 0
                && it.started_at.0 - at.0 <= VISIT_IDLE_MS
                && at.0 - it.last_at.0 <= VISIT_WINDOW_MS
        };
        let Some(visit) = latest.filter(within) else {
            return;
        };
        let orders = match is_first {
            true => Measure::FirstOrders,
            false => Measure::RepeatOrders,
        };
        let all = visit.counted.iter().cloned().map(Some);
        for under in std::iter::once(None).chain(all) {
            self.add(visit.day(), orders, under.clone(), 1);
            self.add(visit.day(), Measure::Value, under, value);
        }
    }

    fn add(&mut self, day: Day, measure: Measure, under: Option<(Dimension, String)>, by: i64) {
        self.counts.push(Count {
            day,
            measure,
            under,
            by,
        });
    }

    fn named(
        &mut self,
        day: Day,
        dimension: Dimension,
        value: &str,
    ) -> Option<(Dimension, String)> {
        (!value.is_empty()).then(|| (dimension, (self.names)(day, dimension, value)))
    }

    /// A page, whoever looked at it.
    fn page(&mut self, look: &Look) {
        let day = self.fold.day(look.at);
        self.add(day, Measure::PageViews, None, 1);
        let content = look.content.as_deref().unwrap_or_default();
        for (dimension, value) in [
            (Dimension::Page, look.page.as_str()),
            (Dimension::Content, content),
        ] {
            if let Some(under) = self.named(day, dimension, value) {
                self.add(day, Measure::PageViews, Some(under), 1);
            }
        }
    }

    /// What leads to nobody: how they came, where they landed, when.
    fn common(
        &mut self,
        look: &Look,
        arrival: &Arrival,
        landing: &str,
    ) -> Vec<(Dimension, String)> {
        let (day, hour) = self.fold.day_and_hour(look.at);
        let weekday = (day.0 + 3).rem_euclid(7);
        let hour = format!("{weekday}-{hour}");
        let values = [
            (Dimension::Class, arrival.class.word()),
            (Dimension::Source, &arrival.source),
            (
                Dimension::Campaign,
                arrival.campaign.as_deref().unwrap_or_default(),
            ),
            (Dimension::Landing, landing),
            (
                Dimension::Content,
                look.content.as_deref().unwrap_or_default(),
            ),
            (Dimension::Hour, &hour),
        ];
        let named = values.map(|(dimension, value)| self.named(day, dimension, value));
        named.into_iter().flatten().collect()
    }

    /// What is told of a person's visit alone.
    fn of_person(&mut self, look: &Look, arrival: &Arrival) -> Vec<(Dimension, String)> {
        let day = self.fold.day(look.at);
        let agent = look.agent;
        let values = [
            (
                Dimension::Words,
                arrival.words.as_deref().unwrap_or_default(),
            ),
            (Dimension::Place, look.place.as_deref().unwrap_or_default()),
            (Dimension::Device, agent.map_or("", |it| it.device.word())),
            (Dimension::Browser, agent.map_or("", |it| it.browser)),
            (Dimension::System, agent.map_or("", |it| it.system)),
        ];
        let named = values.map(|(dimension, value)| self.named(day, dimension, value));
        named.into_iter().flatten().collect()
    }

    fn start(&mut self, latest: Option<&Visit>, look: &Look, is_new: bool) -> (Visit, Arrival) {
        let day = self.fold.day(look.at);
        let before = latest
            .filter(|it| it.is_open_at(look.at) && !look.arrival.is_from_outside())
            .and_then(|it| it.before.clone());
        let (arrival, landing) = match &before {
            Some((arrival, landing)) => (arrival, landing.as_str()),
            None => (&look.arrival, look.page.as_str()),
        };
        let mut common = self.common(look, arrival, landing);
        if before.is_some() {
            // Counted already, under the page that was seen then.
            common.retain(|(dimension, _)| *dimension != Dimension::Content);
        }
        let own = self.of_person(look, arrival);
        let who = match is_new {
            true => Measure::NewVisits,
            false => Measure::ReturningVisits,
        };
        if before.is_none() {
            self.count_visit(day, None);
            common
                .iter()
                .for_each(|it| self.count_visit(day, Some(it.clone())));
        }
        own.iter()
            .for_each(|it| self.count_visit(day, Some(it.clone())));
        let counted: Vec<_> = common.into_iter().chain(own).collect();
        for under in std::iter::once(None).chain(counted.iter().cloned().map(Some)) {
            self.add(day, who, under, 1);
        }
        self.add(day, Measure::Bounces, None, 1);
        self.add(day, Measure::VisitViews, None, 1);
        let mut visit = Visit {
            started_at: look.at,
            last_at: look.at,
            day: day.0,
            views: 1,
            is_new,
            campaign: campaign_of(arrival),
            page: String::new(),
            counted,
            searched: String::new(),
            before: None,
        };
        let arrival = arrival.clone();
        self.reach(&mut visit, &look.page);
        (visit, arrival)
    }

    fn count_visit(&mut self, day: Day, under: Option<(Dimension, String)>) {
        self.add(day, Measure::Visits, under, 1);
    }

    fn go(&mut self, visit: &mut Visit, look: &Look) {
        let day = visit.day();
        if visit.views == 1 {
            self.add(day, Measure::Bounces, None, -1);
        }
        visit.views = visit.views.saturating_add(1);
        self.add(day, Measure::VisitViews, None, 1);
        let is_later = look.at >= visit.last_at;
        self.stay(visit, look.at);
        if !is_later {
            return;
        }
        if !visit.page.is_empty() {
            let left = visit.page.clone();
            self.add(
                day,
                Measure::Followed,
                Some((Dimension::Page, left.clone())),
                1,
            );
            self.add(day, Measure::Visits, Some((Dimension::Exit, left)), -1);
        }
        self.reach(visit, &look.page);
    }

    /// The page at which a visit is now: until the next one, the last of it.
    fn reach(&mut self, visit: &mut Visit, page: &str) {
        let day = visit.day();
        visit.page = match self.named(day, Dimension::Page, page) {
            Some((_, name)) => name,
            None => String::new(),
        };
        if visit.page.is_empty() {
            return;
        }
        let under = |dimension| Some((dimension, visit.page.clone()));
        self.add(day, Measure::Visits, under(Dimension::Exit), 1);
        self.add(day, Measure::Placed, under(Dimension::Page), 1);
        let position = i64::from(visit.views);
        self.add(day, Measure::Positions, under(Dimension::Page), position);
    }

    /// Time goes on.
    fn stay(&mut self, visit: &mut Visit, at: Millis) {
        // Whole seconds since the beginning, so that no part of one is lost between two looks.
        let seconds = |until: Millis| (until.0 - visit.started_at.0) / 1000;
        let more = seconds(at.max(visit.last_at)) - seconds(visit.last_at);
        visit.last_at = at.max(visit.last_at);
        let day = visit.day();
        self.add(day, Measure::Seconds, None, more);
        if !visit.page.is_empty() {
            let page = (Dimension::Page, visit.page.clone());
            self.add(day, Measure::PageSeconds, Some(page), more);
        }
    }

    fn search(&mut self, latest: Option<&mut Visit>, look: &Look) {
        let Some((words, skill)) = &look.search else {
            return;
        };
        let mut latest = latest.filter(|it| it.views > 0 && it.is_open_at(look.at));
        if let Some(visit) = latest.as_mut() {
            if visit.searched == *words {
                return;
            }
            visit.searched.clone_from(words);
        }
        let day = self.fold.day(look.at);
        self.add(day, Measure::Searches, None, 1);
        let skill = Some((Dimension::Skill, skill.word().to_owned()));
        self.add(day, Measure::Searches, skill, 1);
        if let Some(under) = self.named(day, Dimension::Words, words) {
            self.add(day, Measure::Searches, Some(under), 1);
        }
        let is_first = |it: &&mut Visit| {
            let mut counted = it.counted.iter();
            !counted.any(|(dimension, _)| *dimension == Dimension::Words)
        };
        let Some(visit) = latest.filter(is_first) else {
            return;
        };
        let day = visit.day();
        if let Some(under) = self.named(day, Dimension::Words, words) {
            let who = match visit.is_new {
                true => Measure::NewVisits,
                false => Measure::ReturningVisits,
            };
            self.count_visit(day, Some(under.clone()));
            self.add(day, who, Some(under.clone()), 1);
            visit.counted.push(under);
        }
    }

    /// A page of somebody who agreed to nothing: no id, no address, no device. They came in, if
    /// something of outside led here; whatever else they look at is pages alone.
    pub fn without_a_person(&mut self, look: &Look) {
        self.page(look);
        if !look.arrival.is_from_outside() {
            return;
        }
        let day = self.fold.day(look.at);
        self.count_visit(day, None);
        for under in self.common(look, &look.arrival, &look.page) {
            self.count_visit(day, Some(under));
        }
    }
}

#[cfg(test)]
mod tests;
