//! Channels: how do those who buy online, in the store, on social media and on several differ?

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::customers::{ChannelMetrics, Stage};
use domain::events::Channel;
use domain::insight::{Chosen, MonthRange, RangeAsked, RangeError};
use domain::segments::Column;
use domain::time::{Day, Month};
use serde::Serialize;

use super::answers::iso_date;
use super::retention::first_order_between;
use super::time_to::{ShareBy, UNKNOWN_DAY, curve_of, share_by};
use super::{Insight, Population};
use crate::{App, AppError};
use counted::Counted;

mod counted;

/// Days by which it is told who came back.
const BACK_DAYS: [u32; 2] = [90, 365];

/// Where things are bought: channels that are alike for a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlet {
    /// The web, the app and marketplaces.
    Online,
    /// In the store.
    Store,
    /// Social media and messengers.
    Social,
    /// By e-mail, text message, call or device.
    Other,
}

impl Outlet {
    /// Every outlet, in order.
    pub const ALL: [Self; 4] = [Self::Online, Self::Store, Self::Social, Self::Other];

    /// The outlet to which a channel belongs.
    #[must_use]
    pub const fn of(channel: Channel) -> Self {
        match channel {
            Channel::Web | Channel::App | Channel::Marketplace => Self::Online,
            Channel::Store => Self::Store,
            Channel::Social | Channel::Messenger => Self::Social,
            Channel::Email | Channel::Sms | Channel::Call | Channel::Device => Self::Other,
        }
    }

    /// The word in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Store => "store",
            Self::Social => "social",
            Self::Other => "other",
        }
    }

    fn channels(self) -> impl Iterator<Item = Channel> {
        let all = Channel::ALL.into_iter();
        all.filter(move |channel| Self::of(*channel) == self)
    }
}

/// Where the customers of a group bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// At one outlet and nowhere else.
    Only(Outlet),
    /// At several.
    Several,
}

impl GroupKind {
    /// The word in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Only(outlet) => outlet.word(),
            Self::Several => "several",
        }
    }
}

/// The answer over some months of first orders, or over all.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelsOf {
    /// The figures.
    pub channels: Arc<Channels>,
    /// The months of the history; none when nobody ordered.
    pub history: Option<MonthRange>,
    /// What was chosen, or what was wrong with it.
    pub chosen: Result<Chosen, RangeError>,
}

/// What a merchant asks about channels. Amounts are minor units of the shop's currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Channels {
    /// The last day that was watched, in the shop's zone, counted from 1970-01-01.
    pub today: i32,
    /// The day of the earliest order, counted likewise; none without buyers.
    pub first_day: Option<i32>,
    /// Customers with an order.
    pub buyers: u64,
    /// The groups that have anybody: by one outlet each, then several.
    pub groups: Vec<ChannelGroup>,
    /// Who bought at which outlets together, the most first.
    pub overlaps: Vec<Overlap>,
    /// Who came back, by the outlet of the first order: unlike the groups it says nothing of what
    /// came later, so it can be compared.
    pub firsts: Vec<FirstOutlet>,
}

/// Those who bought at one outlet only, or at several.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelGroup {
    /// Which.
    pub kind: GroupKind,
    /// How many.
    pub customers: u64,
    /// Their part of all buyers.
    pub share: f64,
    /// Their orders.
    pub orders: i64,
    /// Orders of each in a year, of those whose first order is 90 days ago or more; none without
    /// any.
    pub orders_a_year: Option<f64>,
    /// How many those are.
    pub yearly_customers: u64,
    /// Gross less refunds.
    pub net: i64,
    /// Gross an order, rounded.
    pub average_order: i64,
    /// What products of known cost brought above it; none when no cost is known.
    pub margin: Option<i64>,
    /// Of how many customers it is known.
    pub margin_customers: u64,
    /// Those who ordered on more days than one.
    pub repeat: u64,
    /// The ends of the 95 % interval of their share.
    pub repeat_interval: (f64, f64),
    /// The categories that most of them care for, at most three.
    pub likings: Vec<Liking>,
    /// Half of those with a visit before it took no more days from the first visit to the first
    /// order; none when none is known.
    pub median_days: Option<u32>,
    /// Of how many that is known.
    pub median_customers: u64,
    /// How many were ever at each stage of buying, on any channel, in the order of the stages.
    pub passed: [u64; Stage::ALL.len()],
    /// The predicate that lists them.
    pub predicate: String,
}

/// A category that customers care for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Liking {
    /// The category, in the shop's words.
    pub category: String,
    /// How many of the group care for it.
    pub customers: u64,
}

/// Those who bought at exactly these outlets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// The outlets, in order.
    pub outlets: Vec<Outlet>,
    /// How many.
    pub customers: u64,
    /// Their part of all buyers.
    pub share: f64,
    /// Gross less refunds.
    pub net: i64,
    /// The predicate that lists them.
    pub predicate: String,
}

/// Those whose first order was at this outlet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstOutlet {
    /// Which.
    pub outlet: Outlet,
    /// How many.
    pub buyers: u64,
    /// The share of them who ordered on another day within 90 and 365 days, as far as anybody was
    /// watched.
    pub back: Vec<ShareBy>,
    /// The predicate that lists them.
    pub predicate: String,
}

/// Outlets as bits.
type Outlets = u8;

const fn bit(outlet: Outlet) -> Outlets {
    1 << outlet as u8
}

/// What is counted in one pass over the buyers.
#[derive(Default)]
struct Pass {
    first_day: Option<i64>,
    by_outlets: BTreeMap<Outlets, Counted>,
    /// First and second days with an order, by the outlet of the first order.
    returns: BTreeMap<Outlet, Vec<(u32, u32)>>,
    /// The channels on which anybody ordered.
    used: Vec<Channel>,
}

impl Pass {
    /// Counts those whose first order lies within the days, or all.
    fn of(population: &Population, today: Day, days: Option<(Day, Day)>) -> Self {
        let mut pass = Self::default();
        for place in population.everybody().iter() {
            let sold = population.by_channel(place);
            let ordered: Vec<Channel> = sold.iter().filter_map(ordered_on).collect();
            for channel in &ordered {
                if let Err(at) = pass.used.binary_search(channel) {
                    pass.used.insert(at, *channel);
                }
            }
            let Some(first) = population.number(Column::FirstOrder, place) else {
                continue;
            };
            let is_chosen = days.is_none_or(|(from, until)| {
                (i64::from(from.0)..i64::from(until.0)).contains(&first)
            });
            if ordered.is_empty() || !is_chosen {
                continue;
            }
            pass.first_day = Some(pass.first_day.map_or(first, |it| it.min(first)));
            let outlets = ordered.iter().map(|channel| bit(Outlet::of(*channel)));
            let outlets = outlets.fold(0, |all, outlet| all | outlet);
            let counted = pass.by_outlets.entry(outlets).or_default();
            counted.add(population, place, today);
            if let Some(channel) = population.first_channel(place) {
                let second = population.number(Column::SecondOrder, place);
                let day = |day: i64| u32::try_from(day).unwrap_or(0);
                let both = (day(first), second.map_or(UNKNOWN_DAY, day));
                let of = pass.returns.entry(Outlet::of(channel)).or_default();
                of.push(both);
            }
        }
        pass
    }

    /// The predicate of those who bought at these outlets and at no others. Channels on which
    /// nobody ordered are not asked about.
    fn exactly(&self, outlets: Outlets) -> String {
        let parts = Outlet::ALL.into_iter().filter_map(|outlet| {
            let used = outlet.channels().filter(|it| self.used.contains(it));
            let is_in = outlets & bit(outlet) != 0;
            let sign = if is_in { "> 0" } else { "== 0" };
            let asked: Vec<String> = used.map(|it| format!("{it}.orders {sign}")).collect();
            match (asked.len(), is_in) {
                (0, _) => None,
                (1, _) | (_, false) => Some(asked.join(" && ")),
                (_, true) => Some(format!("({})", asked.join(" || "))),
            }
        });
        parts.collect::<Vec<String>>().join(" && ")
    }

    fn several(&self) -> String {
        let only = Outlet::ALL.into_iter().filter(|outlet| {
            let mut channels = outlet.channels();
            channels.any(|channel| self.used.contains(&channel))
        });
        let not: Vec<String> = only
            .map(|outlet| format!("!({})", self.exactly(bit(outlet))))
            .collect();
        format!("orders >= 1 && {}", not.join(" && "))
    }

    fn groups(&self, buyers: u64, within: &str) -> Vec<ChannelGroup> {
        let mut groups = Vec::new();
        for outlet in Outlet::ALL {
            if let Some(counted) = self.by_outlets.get(&bit(outlet)) {
                let predicate = self.exactly(bit(outlet)) + within;
                let kind = GroupKind::Only(outlet);
                groups.push(counted.clone().group(kind, buyers, predicate));
            }
        }
        let several = self.by_outlets.iter().filter(|(it, _)| it.count_ones() > 1);
        let several = several.fold(Counted::default(), |sum, (_, counted)| sum.and(counted));
        if several.customers > 0 {
            let predicate = self.several() + within;
            groups.push(several.group(GroupKind::Several, buyers, predicate));
        }
        groups
    }

    fn overlaps(&self, buyers: u64, within: &str) -> Vec<Overlap> {
        let of = |(outlets, counted): (&Outlets, &Counted)| Overlap {
            outlets: Outlet::ALL
                .into_iter()
                .filter(|outlet| outlets & bit(*outlet) != 0)
                .collect(),
            customers: counted.customers,
            share: counted.customers as f64 / buyers.max(1) as f64,
            net: counted.net,
            predicate: self.exactly(*outlets) + within,
        };
        let mut overlaps: Vec<Overlap> = self.by_outlets.iter().map(of).collect();
        overlaps.sort_by_key(|overlap| std::cmp::Reverse(overlap.customers));
        overlaps
    }

    fn firsts(&self, today: Day, within: &str) -> Vec<FirstOutlet> {
        let today = u32::try_from(today.0).unwrap_or(0);
        let of = |(outlet, days): (&Outlet, &Vec<(u32, u32)>)| {
            let curve = curve_of(days.iter().copied(), today).ok();
            let back = curve.iter().flat_map(|curve| {
                BACK_DAYS
                    .into_iter()
                    .filter_map(|days| share_by(curve, days))
            });
            let words: Vec<String> = outlet
                .channels()
                .filter(|channel| self.used.contains(channel))
                .map(|channel| format!("\"{channel}\""))
                .collect();
            FirstOutlet {
                outlet: *outlet,
                buyers: days.len() as u64,
                back: back.collect(),
                predicate: format!("first_channel in [{}]{within}", words.join(", ")),
            }
        };
        self.returns.iter().map(of).collect()
    }
}

fn ordered_on(metrics: &ChannelMetrics) -> Option<Channel> {
    (metrics.orders > 0).then_some(metrics.channel)
}

impl Channels {
    fn of(population: &Population, today: Day, days: Option<(Day, Day)>) -> Self {
        let pass = Pass::of(population, today, days);
        let buyers = pass.by_outlets.values().map(|it| it.customers).sum();
        let within = days.map_or_else(String::new, |(from, until)| {
            format!(
                " && {}",
                first_order_between(&iso_date(from), &iso_date(until))
            )
        });
        Self {
            today: today.0,
            first_day: pass.first_day.and_then(|day| i32::try_from(day).ok()),
            buyers,
            groups: pass.groups(buyers, &within),
            overlaps: pass.overlaps(buyers, &within),
            firsts: pass.firsts(today, &within),
        }
    }
}

impl App {
    /// How do those differ who buy here and there, of the customers whose first order lies in
    /// some months, or of all? Whatever is wrong with what was asked, all of them are there.
    ///
    /// # Errors
    /// The store's.
    pub fn channels_of(&self, asked: &RangeAsked) -> Result<Insight<ChannelsOf>, AppError> {
        let calendar = self.in_force().settings.calendar;
        let all = match self.channels_within(None)? {
            Insight::Ready(all) => all,
            Insight::Warming(percent) => return Ok(Insight::Warming(percent)),
        };
        let first = all.first_day.map(|day| calendar.month_of(Day(day)));
        let last = calendar.month_of(Day(all.today));
        let history = first.and_then(|first| MonthRange::new(first, last));
        let chosen = asked.read(history);
        let range = chosen.as_ref().ok().and_then(|chosen| chosen.range);
        let channels = match range {
            None => all,
            Some(range) => match self.channels_within(Some(range))? {
                Insight::Ready(channels) => channels,
                Insight::Warming(percent) => return Ok(Insight::Warming(percent)),
            },
        };
        Ok(Insight::Ready(Arc::new(ChannelsOf {
            channels,
            history,
            chosen,
        })))
    }

    fn channels_within(&self, range: Option<MonthRange>) -> Result<Insight<Channels>, AppError> {
        let calendar = self.in_force().settings.calendar;
        let answers = &self.inner.answers;
        let start = |month: i32| calendar.month_start(Month(month));
        match range {
            None => answers.channels.get(self, 0, |population, moment| {
                Ok(Channels::of(population, moment.today, None))
            }),
            Some(range) => {
                let days = (start(range.from().0), start(range.to().0 + 1));
                let version = (u64::from(range.from().0.cast_unsigned()) << 32)
                    | u64::from(range.to().0.cast_unsigned());
                answers
                    .channels_chosen
                    .get(self, version, |population, moment| {
                        Ok(Channels::of(population, moment.today, Some(days)))
                    })
            }
        }
    }
}
