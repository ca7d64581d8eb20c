//! What is true in the seeded shop, whatever anybody was told of it.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{Identity, Stage};
use domain::events::{Channel, Order, Refund, Review};
use domain::time::Millis;
use domain::trust::Purpose;

use super::catalogue::Product;
use super::figures::{CarrierFigures, OriginFigures, Totals};
use super::names::{Language, Name};

/// Everything that is true, by person and in sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The people, in order of their arrival; a person's number is their place here.
    pub people: Vec<Person>,
    /// Orders of people whom nobody knows: only files of history tell of them.
    pub guests: Vec<GuestOrder>,
    /// What the shop sells.
    pub products: Vec<Product>,
    /// The sums over all people, without guests.
    pub totals: Totals,
    /// The sums over the guests' orders.
    pub guest_totals: Totals,
}

impl Truth {
    /// The person with this user id, be it of their first or their second account.
    #[must_use]
    pub fn person(&self, user_id: &str) -> Option<&Person> {
        let digits = user_id.strip_prefix('U')?;
        let number: usize = digits.strip_suffix('B').unwrap_or(digits).parse().ok()?;
        self.people.get(number.checked_sub(1)?)
    }

    /// How punctual each carrier was.
    #[must_use]
    pub fn carriers(&self) -> BTreeMap<&'static str, CarrierFigures> {
        let mut carriers: BTreeMap<&'static str, CarrierFigures> = BTreeMap::new();
        let orders = self.people.iter().flat_map(|person| &person.orders);
        for delivery in orders.filter_map(|order| order.delivery.as_ref()) {
            let figures = carriers.entry(delivery.carrier).or_default();
            figures.deliveries += 1;
            figures.late += u64::from(delivery.is_late());
        }
        carriers
    }

    /// What each source brought: it is what led people here first, as far as that was told.
    #[must_use]
    pub fn sources(&self) -> BTreeMap<String, OriginFigures> {
        let mut sources: BTreeMap<String, OriginFigures> = BTreeMap::new();
        for person in &self.people {
            if let Some(source) = person.source() {
                sources.entry(source.to_owned()).or_default().count(person);
            }
        }
        sources
    }

    /// What each kind of content brought that a first visit began with.
    #[must_use]
    pub fn contents(&self) -> BTreeMap<&'static str, OriginFigures> {
        let mut contents: BTreeMap<&'static str, OriginFigures> = BTreeMap::new();
        for person in &self.people {
            if let Some(content) = person.content() {
                contents.entry(content).or_default().count(person);
            }
        }
        contents
    }

    /// Orders and returns by channel, without guests. Each channel counts the people with an
    /// order or a return there.
    #[must_use]
    pub fn channels(&self) -> BTreeMap<Channel, Totals> {
        let mut channels: BTreeMap<Channel, Totals> = BTreeMap::new();
        for person in &self.people {
            for (channel, totals) in person.channel_totals(&self.products) {
                channels.entry(channel).or_default().add(&totals);
            }
        }
        channels
    }

    /// How many people are at each stage of the buying process.
    #[must_use]
    pub fn stages(&self) -> BTreeMap<Stage, u64> {
        let mut stages = BTreeMap::new();
        for stage in self.people.iter().filter_map(Person::stage) {
            *stages.entry(stage).or_default() += 1;
        }
        stages
    }
}

/// One person, with their whole life with the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The place in [`Truth::people`].
    pub number: u32,
    /// The name.
    pub name: Name,
    /// The language they read.
    pub language: Language,
    /// Where their goods go.
    pub country: &'static str,
    /// Where their goods go, to the door.
    pub address: String,
    /// The names under which the shop may know them.
    pub known_as: KnownAs,
    /// The channels they use, with weights.
    pub channels: &'static [(Channel, u32)],
    /// Whether they would rather buy clothes than coffee.
    pub prefers_clothes: bool,
    /// The first moment of their life with the shop.
    pub arrived_at: Millis,
    /// When they told who they are; before that they are an anonymous id. Some never do.
    pub identified_at: Option<Millis>,
    /// The mean time between two of their orders, in milliseconds; its inverse is drawn from a
    /// Gamma distribution of shape 2 and mean one in 60 days.
    pub order_gap_mean_ms: i64,
    /// After each order but the first they stop buying with this probability, in millionths,
    /// drawn from Beta(1, 4).
    pub dropout_per_million: u32,
    /// The order after which no other follows, because they stopped.
    pub stopped_buying_at: Option<Millis>,
    /// The last thing that happened to somebody who stopped; no event is later. Missing while
    /// something is still to come after the end of the world.
    pub dropped_out_at: Option<Millis>,
    /// The number of the person who brought them.
    pub referred_by: Option<u32>,
    /// The number of the person with whom they share their first device.
    pub shares_device_with: Option<u32>,
    /// Orders, in order of time.
    pub orders: Vec<TrueOrder>,
    /// Visits, in order of time.
    pub visits: Vec<Visit>,
    /// Returns, in order of time.
    pub refunds: Vec<TrueRefund>,
    /// Complaints, in order of time.
    pub complaints: Vec<TrueComplaint>,
    /// When they finished the shop's quiz, if they did.
    pub quiz_at: Option<Millis>,
    /// What led them here.
    pub led_by: &'static str,
    /// What they did on the way to an order or to none, in order of time.
    pub steps: Vec<Step>,
    /// Reviews, in order of time.
    pub reviews: Vec<TrueReview>,
    /// What they permitted and took back, in order of time.
    pub consents: Vec<TrueConsent>,
    /// The sums of this person.
    pub totals: Totals,
}

impl Person {
    /// Texts that lead to this person and to nobody else: what must be nowhere after an erasure.
    #[must_use]
    pub fn traces(&self) -> Vec<String> {
        let known_as = &self.known_as;
        let devices = known_as.devices.iter().skip(1).chain(
            // A shared device leads to two people and may stay for the sake of the other one.
            known_as
                .devices
                .first()
                .filter(|_| !known_as.device_is_shared),
        );
        let second = known_as
            .second
            .iter()
            .flat_map(|it| [&it.user_id, &it.email]);
        [&known_as.user_id, &known_as.email, &known_as.phone]
            .into_iter()
            .chain(&known_as.card)
            .chain(devices)
            .chain(&known_as.anonymous_ids)
            .chain(second)
            .map(|identity| identity.value().to_owned())
            .chain([self.address.clone()])
            .chain(
                self.complaints
                    .iter()
                    .map(|complaint| complaint.text.clone()),
            )
            .chain(self.reviews.iter().map(|review| review.text.clone()))
            .collect()
    }

    /// What led them here first, as far as a visit or an order told it.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        let visits = self.visits.iter().map(|visit| (visit.at, visit.source));
        let orders = self.orders.iter().filter_map(|order| {
            let source = order.order.source.as_deref();
            source.map(|source| (order.at, source))
        });
        visits.chain(orders).min().map(|(_, source)| source)
    }

    /// What kind of content the first visit began with.
    #[must_use]
    pub fn content(&self) -> Option<&'static str> {
        self.visits.first().map(|visit| visit.content)
    }

    /// What is permitted by the last word on each purpose.
    #[must_use]
    pub fn permits(&self) -> BTreeMap<Purpose, bool> {
        let said = self.consents.iter();
        said.map(|said| (said.purpose, said.granted)).collect()
    }

    /// The stage of the buying process that they reached last.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        let pages = self
            .visits
            .iter()
            .map(|visit| (visit.page_at(visit.pages - 1), Stage::Visited));
        let steps = self.steps.iter().map(|step| (step.at, step.kind.stage()));
        let orders = self.orders.iter().filter(|order| order.is_paid());
        let deliveries = self.orders.iter().filter_map(|order| order.delivery);
        let reviews = self.reviews.iter();
        pages
            .chain(steps)
            .chain(orders.map(|order| (order.at, Stage::Ordered)))
            .chain(deliveries.map(|delivery| (delivery.arrived_at, Stage::Received)))
            .chain(reviews.map(|review| (review.at, Stage::Reviewed)))
            .max()
            .map(|(_, stage)| stage)
    }

    /// Orders and returns by channel.
    #[must_use]
    pub fn channel_totals(&self, products: &[Product]) -> BTreeMap<Channel, Totals> {
        let one = || Totals {
            customers: 1,
            ..Totals::default()
        };
        let mut channels: BTreeMap<Channel, Totals> = BTreeMap::new();
        for order in &self.orders {
            let totals = channels.entry(order.channel).or_insert_with(one);
            totals.count_order(&order.order, products);
        }
        for refund in &self.refunds {
            let totals = channels.entry(refund.channel).or_insert_with(one);
            totals.count_refund(&refund.refund, products);
        }
        channels
    }

    /// The categories of everything they looked at, put into a basket or ordered.
    #[must_use]
    pub fn categories(&self, products: &[Product]) -> BTreeSet<&'static str> {
        let looked = self.steps.iter().filter_map(|step| step.kind.product());
        let lines = self.orders.iter().flat_map(|order| &order.order.lines);
        let codes = looked.chain(lines.map(|line| line.product.as_str()));
        let found = codes.filter_map(|code| products.iter().find(|it| it.code == code));
        found.filter_map(|product| product.category).collect()
    }
}

/// The names under which the shop may know a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAs {
    /// The shop's number of the customer.
    pub user_id: Identity,
    /// The e-mail address.
    pub email: Identity,
    /// The telephone number.
    pub phone: Identity,
    /// The loyalty card, for those who go to the store.
    pub card: Option<Identity>,
    /// Devices with the shop's app; always named after something more trusted.
    pub devices: Vec<Identity>,
    /// Whether somebody else uses the first device too.
    pub device_is_shared: bool,
    /// Browsers before their user is known; never shared.
    pub anonymous_ids: Vec<Identity>,
    /// A second account of the same person, which somebody has to merge.
    pub second: Option<SecondAccount>,
}

/// A second account of the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondAccount {
    /// The shop's number of it.
    pub user_id: Identity,
    /// Its e-mail address.
    pub email: Identity,
    /// When it was opened.
    pub opened_at: Millis,
}

/// An order as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueOrder {
    /// When.
    pub at: Millis,
    /// Where.
    pub channel: Channel,
    /// Through the second account.
    pub second_account: bool,
    /// The order.
    pub order: Order,
    /// How it reached the person; none for what was taken home from the store, or is on its way
    /// at the end of the world.
    pub delivery: Option<TrueDelivery>,
}

impl TrueOrder {
    /// Whether anything was paid; a replacement costs nothing and counts as no order.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        let amounts = self.order.lines.iter().map(|line| line.amount);
        amounts.sum::<i64>() > 0
    }
}

/// A delivery as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrueDelivery {
    /// Who brought it.
    pub carrier: &'static str,
    /// When it was to arrive at the latest.
    pub promised_at: Millis,
    /// When it arrived.
    pub arrived_at: Millis,
}

impl TrueDelivery {
    /// Whether it came after the promised time.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.arrived_at > self.promised_at
    }
}

/// A return as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueRefund {
    /// When.
    pub at: Millis,
    /// Where.
    pub channel: Channel,
    /// Through the second account.
    pub second_account: bool,
    /// What went back.
    pub refund: Refund,
}

/// A visit: a row of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The first page.
    pub at: Millis,
    /// Web or app.
    pub channel: Channel,
    /// How many pages.
    pub pages: u8,
    /// The time between two pages, in milliseconds.
    pub page_gap_ms: i64,
    /// Which browser or device it was, as a place in the person's lists.
    pub browser: u8,
    /// What kind of content it began with.
    pub content: &'static str,
    /// What led to it.
    pub source: &'static str,
}

impl Visit {
    /// When a page of it was looked at.
    pub(super) const fn page_at(&self, page: u8) -> Millis {
        self.at.plus(self.page_gap_ms * page as i64)
    }
}

/// A complaint as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueComplaint {
    /// When.
    pub at: Millis,
    /// Where.
    pub channel: Channel,
    /// The order it is about.
    pub order_id: String,
    /// What about: `delivery` or `quality`.
    pub topic: &'static str,
    /// In the person's own words.
    pub text: String,
}

/// A step on the way to an order, or to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Millis,
    /// Web or app.
    pub channel: Channel,
    /// Which browser or device it was, as a place in the person's lists.
    pub browser: u8,
    /// What was done.
    pub kind: StepKind,
}

/// What was done on the way to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// A product was looked at.
    Looked(&'static str),
    /// So many of a product were put into the basket.
    Added(&'static str, i64),
    /// The way to the till was begun.
    Checkout,
}

impl StepKind {
    /// The product's code.
    #[must_use]
    pub const fn product(self) -> Option<&'static str> {
        match self {
            Self::Looked(code) | Self::Added(code, _) => Some(code),
            Self::Checkout => None,
        }
    }

    /// The stage of the buying process.
    #[must_use]
    pub const fn stage(self) -> Stage {
        match self {
            Self::Looked(_) => Stage::Considered,
            Self::Added(..) => Stage::Basket,
            Self::Checkout => Stage::Checkout,
        }
    }
}

/// A review as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueReview {
    /// When.
    pub at: Millis,
    /// Where.
    pub channel: Channel,
    /// Through the second account.
    pub second_account: bool,
    /// In the person's own words.
    pub text: String,
    /// The rating, and of what.
    pub review: Review,
}

/// A permission as it was given or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrueConsent {
    /// When.
    pub at: Millis,
    /// Where.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// Whether it was given.
    pub granted: bool,
}

/// An order without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestOrder {
    /// When.
    pub at: Millis,
    /// Where.
    pub channel: Channel,
    /// The order.
    pub order: Order,
}
