//! What is true in the seeded shop, whatever anybody was told of it.

use std::collections::BTreeMap;

use domain::customers::Identity;
use domain::events::{Channel, LineKind, Order, Refund};
use domain::time::Millis;

use super::catalogue::Product;
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
}

/// How punctual a carrier was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarrierFigures {
    /// Deliveries made.
    pub deliveries: u64,
    /// Deliveries made after the promised time.
    pub late: u64,
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
            .collect()
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
    /// What about: `delivery` or `quality`.
    pub topic: &'static str,
    /// In the person's own words.
    pub text: String,
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

/// Sums, of one person or of many; amounts in minor units of the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// People.
    pub customers: u64,
    /// Events that are told of once each, whatever was told twice. A resolved referral is not
    /// among them.
    pub facts: u64,
    /// Orders of more than nothing.
    pub orders: u64,
    /// Units on product lines of orders.
    pub items: i64,
    /// As ordered.
    pub gross: i64,
    /// What went back.
    pub refunds: i64,
    /// Products as ordered.
    pub product_gross: i64,
    /// Products that went back.
    pub product_refunds: i64,
    /// How many times something went back.
    pub returns: u64,
    /// Visits.
    pub visits: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Deliveries after the promised time.
    pub deliveries_late: u64,
    /// Complaints.
    pub complaints: u64,
}

impl Totals {
    /// Gross less refunds.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.gross - self.refunds
    }

    /// Net of products alone.
    #[must_use]
    pub const fn product(&self) -> i64 {
        self.product_gross - self.product_refunds
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.facts += other.facts;
        self.orders += other.orders;
        self.items += other.items;
        self.gross += other.gross;
        self.refunds += other.refunds;
        self.product_gross += other.product_gross;
        self.product_refunds += other.product_refunds;
        self.returns += other.returns;
        self.visits += other.visits;
        self.deliveries += other.deliveries;
        self.deliveries_late += other.deliveries_late;
        self.complaints += other.complaints;
    }

    /// Counts an order. It adds up the lines itself: a truth that asked the code under test for
    /// its sums would agree with every mistake in it.
    pub(super) fn count_order(&mut self, order: &Order) {
        let mut amount = 0;
        for line in &order.lines {
            amount += line.amount;
            if line.kind == LineKind::Product {
                self.product_gross += line.amount;
                self.items += line.quantity;
            }
        }
        self.gross += amount;
        self.orders += u64::from(amount > 0);
        self.facts += 1;
    }

    pub(super) fn count_refund(&mut self, refund: &Refund) {
        for line in &refund.lines {
            self.refunds += line.amount;
            if line.kind == LineKind::Product {
                self.product_refunds += line.amount;
            }
        }
        self.returns += 1;
        self.facts += 1;
    }

    /// The sums of a person, from everything that happened to them.
    pub(super) fn of_person(person: &Person) -> Self {
        let mut totals = Self {
            customers: 1,
            ..Self::default()
        };
        for order in &person.orders {
            totals.count_order(&order.order);
            if let Some(delivery) = &order.delivery {
                totals.deliveries += 1;
                totals.deliveries_late += u64::from(delivery.is_late());
            }
        }
        for refund in &person.refunds {
            totals.count_refund(&refund.refund);
        }
        totals.visits = person.visits.len() as u64;
        totals.complaints = person.complaints.len() as u64;
        let pages: u64 = person
            .visits
            .iter()
            .map(|visit| u64::from(visit.pages))
            .sum();
        totals.facts += totals.deliveries + totals.complaints + pages;
        totals.facts += u64::from(person.identified_at.is_some());
        totals.facts += u64::from(person.known_as.second.is_some());
        totals.facts += u64::from(person.quiz_at.is_some());
        totals
    }
}
