//! The seeded world: a synthetic shop whose truth is known.
//!
//! People arrive, look around, fill baskets, order, wait for parcels, write reviews, complain,
//! give things back, permit and forbid, and one day stop. That is the [`Truth`]. What the shop
//! hears of it are [`World::events`]: late, twice, in another order, over wrong clocks, under
//! several names for one person. A test feeds those to the system and holds its figures against
//! the truth; the program's demo brings in [`World::past`].
//!
//! One seed gives one world, byte for byte, on every machine: nothing here uses floating point,
//! a clock, or the order of a hash table. Everybody draws from a source of their own, so a draw
//! more in one life changes no other.

mod catalogue;
mod event;
mod figures;
mod files;
mod history;
mod life;
mod names;
mod origins;
mod people;
mod shopping;
mod telling;
#[cfg(test)]
mod tests;
mod truth;
mod voice;

pub use catalogue::{Product, kind_of};
pub use figures::{CarrierFigures, OriginFigures, Totals};
pub use files::WorldFiles;
pub use history::{CSV_HEADER, CsvReturns};
pub use names::{Language, Name};
pub use truth::{
    GuestOrder, KnownAs, Person, SecondAccount, Step, StepKind, TrueComplaint, TrueConsent,
    TrueDelivery, TrueOrder, TrueRefund, TrueReview, Truth, Visit,
};

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::customers::{Fold, Identity, Namespace};
use domain::events::{Event, HistoryPiece};
use domain::money::Currency;
use domain::settings::{Catalogue, ShopSettings};
use domain::time::{Millis, Zone};

use crate::seeds::Seed;
use telling::Telling;

/// The most people of a world.
const CUSTOMERS_MAX: u32 = 5_000_000;
/// The longest world: ten years.
const DAYS_MAX: u32 = 3_653;

/// What a world is to be like. Shares are in percent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldOptions {
    /// Where chance begins.
    pub seed: u64,
    /// How many people arrive.
    pub customers: u32,
    /// The first moment.
    pub start: Millis,
    /// How many days it lasts.
    pub days: u32,
    /// The currency of every amount; Chinese and Persian titles go with TWD and IRR.
    pub currency: Currency,
    /// People who read Persian.
    pub persian_percent: u8,
    /// People who read Chinese. The others read English.
    pub chinese_percent: u8,
    /// People who look around and never order.
    pub prospect_percent: u8,
    /// Buyers who are done after their first order, whatever the model of orders would have had
    /// them do.
    pub one_time_percent: u8,
    /// Messages of browsers and apps that arrive late, up to a week.
    pub late_percent: u8,
    /// Messages that are sent again as they are.
    pub duplicate_percent: u8,
    /// Orders that are told a second time, as another message.
    pub told_twice_percent: u8,
    /// Orders with a discount: a line with a negative amount.
    pub discount_percent: u8,
    /// App users who share a device with the one who arrived before them.
    pub shared_device_percent: u8,
    /// People with several orders who open a second account.
    pub second_account_percent: u8,
    /// Identified people who are merged with another one by mistake; the mistake is undone.
    pub mistaken_merge_percent: u8,
}

impl WorldOptions {
    /// A world of thirty people and a year in euros, for tests.
    #[must_use]
    pub fn small(seed: Seed) -> Self {
        Self::sized(seed, 30)
    }

    /// A world of so many people and a year in euros.
    #[must_use]
    pub fn sized(seed: Seed, customers: u32) -> Self {
        Self {
            seed: seed.number(),
            customers,
            // 2025-01-01T00:00:00Z.
            start: Millis(1_735_689_600_000),
            days: 365,
            currency: Currency::EUR,
            persian_percent: 33,
            chinese_percent: 33,
            prospect_percent: 25,
            one_time_percent: 0,
            late_percent: 3,
            duplicate_percent: 3,
            told_twice_percent: 4,
            discount_percent: 6,
            shared_device_percent: 8,
            second_account_percent: 8,
            mistaken_merge_percent: 4,
        }
    }

    /// The world of the demo: 2,500 people in two years that end on 31 October 2026, in euros;
    /// the names are English, Persian and Chinese in thirds, and nearly a third of the buyers buy
    /// once.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            // 2024-11-01T00:00:00Z.
            start: Millis(1_730_419_200_000),
            days: 730,
            one_time_percent: 30,
            ..Self::sized(Seed::new(2_026), 2_500)
        }
    }

    fn check(&self) {
        assert!(
            self.customers <= CUSTOMERS_MAX,
            "at most {CUSTOMERS_MAX} people"
        );
        assert!((1..=DAYS_MAX).contains(&self.days), "1 to {DAYS_MAX} days");
        let end = self
            .start
            .plus(i64::from(self.days) * Millis::DAY + 3 * telling::DELAY_MAX_MS);
        assert!(
            self.start >= Millis::EARLIEST && end < Millis::LATEST,
            "between 1970 and 2199"
        );
        let languages = u32::from(self.persian_percent) + u32::from(self.chinese_percent);
        let shares = [
            languages,
            self.prospect_percent.into(),
            self.one_time_percent.into(),
            self.late_percent.into(),
            self.duplicate_percent.into(),
            self.told_twice_percent.into(),
            self.discount_percent.into(),
            self.shared_device_percent.into(),
            self.second_account_percent.into(),
            self.mistaken_merge_percent.into(),
        ];
        assert!(
            shares.iter().all(|share| *share <= 100),
            "shares are at most 100 percent"
        );
    }
}

/// Two profiles that somebody joins by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// A name of the profile that gives way.
    pub from: Identity,
    /// A name of the profile that stays.
    pub into: Identity,
    /// When it is done; the shop has heard of both by then.
    pub at: Millis,
    /// When it is undone: these were two people. Missing when they were one.
    pub undone_at: Option<Millis>,
}

/// A synthetic shop with its truth and what was told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    options: WorldOptions,
    truth: Truth,
    tellings: Vec<Telling>,
    merges: Vec<Merge>,
}

impl World {
    /// The world of these options; the same options give the same world.
    ///
    /// # Panics
    /// When a share is above 100 percent, or the world is too large, too long, or not between
    /// 1970 and 2199.
    #[must_use]
    pub fn new(options: WorldOptions) -> Self {
        options.check();
        let seed = Seed::new(options.seed).child("world");
        let products = catalogue::products(options.currency);
        let end = options.start.plus(i64::from(options.days) * Millis::DAY);
        let shop = life::Shop {
            options: &options,
            seed,
            products: &products,
            end,
        };
        let people = people::people(&shop);
        let guests = life::guests(&shop);
        let tellings = telling::tellings(&people, &options, seed);
        let merges = merges(&people, &options, seed);
        let mut totals = Totals::default();
        people.iter().for_each(|person| totals.add(&person.totals));
        let mut guest_totals = Totals::default();
        guests
            .iter()
            .for_each(|guest| guest_totals.count_order(&guest.order, &products));
        let truth = Truth {
            people,
            guests,
            products,
            totals,
            guest_totals,
        };
        Self {
            options,
            truth,
            tellings,
            merges,
        }
    }

    /// What the world was made from.
    #[must_use]
    pub const fn options(&self) -> &WorldOptions {
        &self.options
    }

    /// What is true.
    #[must_use]
    pub const fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The moment before which everything happens. What happened may still arrive up to two
    /// weeks later: a week late, and again a week after that.
    #[must_use]
    pub fn end(&self) -> Millis {
        self.options
            .start
            .plus(i64::from(self.options.days) * Millis::DAY)
    }

    /// Settings of a shop that keeps its books in the world's currency, with days of UTC. The
    /// name says that nobody sells anything there.
    #[must_use]
    pub fn settings(&self) -> ShopSettings {
        ShopSettings {
            name: "Lantern & Sons (synthetic)".to_owned(),
            zone: Zone::utc(),
            currency: self.options.currency,
            ..ShopSettings::default()
        }
    }

    /// What the shop wrote down of its products: costs and categories, as far as it did.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        let products = self.truth.products.iter();
        Catalogue::of(products.map(|product| {
            let category = product.category.map(str::to_owned);
            (product.code.to_owned(), product.cost, category)
        }))
    }

    /// The fold of such a shop once it has told what its products cost and are.
    #[must_use]
    pub fn fold(&self) -> Fold {
        Fold::of(&self.settings(), Arc::new(self.catalogue()))
    }

    /// What the shop hears, in order of arrival; duplicates included. Events are written out one
    /// by one, so that a large world is never in memory as a whole.
    #[must_use]
    pub fn events(&self) -> impl ExactSizeIterator<Item = Event> + '_ {
        self.told().map(|(_, event)| event)
    }

    /// Like [`World::events`], with the number of the person it happened to.
    #[must_use]
    pub fn told(&self) -> impl ExactSizeIterator<Item = (u32, Event)> + '_ {
        self.tellings.iter().map(|telling| {
            let event = event::event(&self.truth, telling, self.options.seed);
            (telling.person, event)
        })
    }

    /// What happened as the past of a shop that starts today: each thing once, as it was told
    /// first, marked as historical, and in order of the time at which it happened. Looking back
    /// the shop knows whose browser it was: who ever told who they are is named in all they did.
    /// Like [`World::events`] it is written out one by one.
    #[must_use]
    pub fn past(&self) -> impl ExactSizeIterator<Item = Event> + '_ {
        let once = telling::once(&self.tellings).into_iter();
        once.map(|telling| {
            let mut event = event::event(&self.truth, &telling, self.options.seed);
            let place = usize::try_from(telling.person).expect("a place in a list in memory");
            let person = &self.truth.people[place];
            let is_named = |it: &Identity| it.namespace == Namespace::UserId;
            if person.identified_at.is_some() && !event.identities.iter().any(is_named) {
                event.identities.insert(0, person.known_as.user_id.clone());
            }
            event.historical = true;
            event
        })
    }

    /// What somebody has to join by hand, and what of it was a mistake; in order of time.
    /// Nobody stands in two of them.
    #[must_use]
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// The past of a share of the people as an import hands it over: who they are, orders,
    /// returns, deliveries, reviews and consents, with the shop's products and all guests' orders.
    /// The events tell of the same orders, returns, deliveries and reviews under the same
    /// numbers, so a system that hears both counts them once.
    #[must_use]
    pub fn history(&self, percent: u8) -> Vec<HistoryPiece> {
        history::pieces(self, percent)
    }

    /// Orders and returns of [`World::history`] as a file of order lines in UTF-8, one line of the
    /// file for a line of an order. [`kind_of`] says which product codes are no products.
    #[must_use]
    pub fn csv(&self, percent: u8, returns: CsvReturns) -> String {
        history::csv(self, percent, returns)
    }

    /// The same as [`World::history`] as files, one of each kind; guests' orders among the orders.
    #[must_use]
    pub fn files(&self, percent: u8) -> WorldFiles {
        files::files(self, percent)
    }

    /// Whether a person is among this share of the people. Larger shares hold smaller ones.
    #[must_use]
    pub fn is_in_history(&self, person: u32, percent: u8) -> bool {
        let seed = Seed::new(self.options.seed).child("history");
        seed.nth(u64::from(person)).number() % 100 < u64::from(percent)
    }
}

/// Events without those that say again what was said: the same message, or the same order or
/// refund under its natural key. The first to arrive stays.
#[must_use]
pub fn deduplicated(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    let mut messages = BTreeSet::new();
    let mut keys = BTreeSet::new();
    events
        .into_iter()
        .filter(|event| {
            let new = messages.insert(event.message_id.clone());
            new && event.natural_key().is_none_or(|key| keys.insert(key))
        })
        .collect()
}

fn merges(people: &[Person], options: &WorldOptions, seed: Seed) -> Vec<Merge> {
    let mut draws = seed.child("merges").draws();
    let mut merges = Vec::new();
    let mut single: Option<&Person> = None;
    for person in people {
        let Some(identified_at) = person.identified_at else {
            continue;
        };
        let into = person.known_as.user_id.clone();
        if let Some(second) = &person.known_as.second {
            let at = second
                .opened_at
                .plus(draws.between(Millis::DAY, 30 * Millis::DAY));
            let from = second.user_id.clone();
            merges.push(Merge {
                from,
                into,
                at,
                undone_at: None,
            });
        } else if let Some(other) = single
            && draws.percent(options.mistaken_merge_percent)
        {
            let both_known = other
                .identified_at
                .map_or(identified_at, |at| at.max(identified_at));
            let at = both_known.plus(draws.between(Millis::DAY, 30 * Millis::DAY));
            let undone_at = Some(at.plus(draws.between(60_000, 20 * Millis::DAY)));
            let from = other.known_as.user_id.clone();
            merges.push(Merge {
                from,
                into,
                at,
                undone_at,
            });
            single = None;
        } else {
            single = Some(person);
        }
    }
    merges.sort_by(|a, b| (a.at, &a.from).cmp(&(b.at, &b.from)));
    merges
}
