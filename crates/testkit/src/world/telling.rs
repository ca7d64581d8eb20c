//! How the shop hears of what happened: when, over which clock, late, twice, in which order.

use domain::events::Channel;
use domain::time::Millis;

use super::WorldOptions;
use super::truth::Person;
use crate::seeds::{Draws, Seed};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = Millis::DAY;
/// Nothing is told later than this after it happened, or again later than this after that.
pub(super) const DELAY_MAX_MS: i64 = 7 * DAY;

/// What was told, as places in the lists of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Identified,
    SecondOpened,
    Quiz,
    Page { visit: u32, page: u8 },
    Order(u32),
    Delivery(u32),
    Refund(u32),
    Complaint(u32),
    Step(u32),
    Review(u32),
    Consent(u32),
}

/// One message to the shop. It is small, so that a large world fits into memory; the event is
/// written out when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Telling {
    pub(super) received_at: Millis,
    pub(super) at: Millis,
    pub(super) sent_at: Millis,
    pub(super) person: u32,
    /// The message: copies of one message share it.
    pub(super) message: u32,
    pub(super) copy: u8,
    pub(super) what: What,
}

impl Telling {
    /// The order of arrival, total.
    pub(super) fn place(&self) -> (Millis, u32, u32, u8) {
        (self.received_at, self.person, self.message, self.copy)
    }
}

/// Everything the shop hears, in order of arrival.
pub(super) fn tellings(people: &[Person], options: &WorldOptions, seed: Seed) -> Vec<Telling> {
    let seed = seed.child("tellings");
    let mut all = Vec::new();
    for person in people {
        let draws = seed.nth(u64::from(person.number)).draws();
        let mut teller = Teller::new(person, options, draws, &mut all);
        teller.tell_all();
    }
    all.sort_unstable_by_key(Telling::place);
    all
}

/// What was told, each thing once and as it was told first, in order of the time at which it
/// happened.
pub(super) fn once(tellings: &[Telling]) -> Vec<Telling> {
    let mut once = tellings.to_vec();
    once.sort_unstable_by_key(|telling| (telling.person, telling.what, telling.place()));
    once.dedup_by_key(|telling| (telling.person, telling.what));
    once.sort_unstable_by_key(|telling| (telling.at, telling.place()));
    once
}

struct Teller<'a> {
    person: &'a Person,
    options: &'a WorldOptions,
    draws: Draws,
    all: &'a mut Vec<Telling>,
    skew_ms: i64,
    messages: u32,
}

/// How the shop comes to hear of something.
#[derive(Clone, Copy)]
enum Route {
    /// At once, by the clock of the person's own browser or telephone.
    Own,
    /// Like [`Route::Own`], and never late: what is said at a form that waits for the answer.
    Form,
    /// By a machine of the shop, whose clock is right.
    Server,
    /// By the till, which sends its day at night.
    Till,
    /// By a marketplace, which is asked every hour.
    Marketplace,
}

impl<'a> Teller<'a> {
    fn new(
        person: &'a Person,
        options: &'a WorldOptions,
        mut draws: Draws,
        all: &'a mut Vec<Telling>,
    ) -> Self {
        // Most clocks are right to seconds, some to minutes, and a few were never set.
        let skew_max_ms = *draws.weighted(&[(2 * SECOND, 60), (300 * SECOND, 37), (400 * DAY, 3)]);
        let skew_ms = draws.between(-skew_max_ms, skew_max_ms);
        Self {
            person,
            options,
            draws,
            all,
            skew_ms,
            messages: 0,
        }
    }

    fn tell_all(&mut self) {
        let person = self.person;
        if let Some(at) = person.identified_at {
            self.tell(at, What::Identified, Route::Form);
        }
        if let Some(second) = &person.known_as.second {
            self.tell(second.opened_at, What::SecondOpened, Route::Form);
        }
        if let Some(at) = person.quiz_at {
            self.tell(at, What::Quiz, Route::Own);
        }
        for (visit_index, visit) in (0..).zip(&person.visits) {
            for page in 0..visit.pages {
                let what = What::Page {
                    visit: visit_index,
                    page,
                };
                self.tell(visit.page_at(page), what, Route::Own);
            }
        }
        for (index, order) in (0..).zip(&person.orders) {
            let route = match order.channel {
                Channel::Store => Route::Till,
                Channel::Marketplace => Route::Marketplace,
                Channel::Web | Channel::App => Route::Own,
                _ => Route::Server,
            };
            self.tell(order.at, What::Order(index), route);
            if self.draws.percent(self.options.told_twice_percent) {
                // The shop's back office tells it too, as a message of its own.
                self.tell(order.at, What::Order(index), Route::Server);
            }
            if let Some(delivery) = &order.delivery {
                self.tell(delivery.arrived_at, What::Delivery(index), Route::Server);
            }
        }
        for (index, refund) in (0..).zip(&person.refunds) {
            self.tell(refund.at, What::Refund(index), Route::Server);
        }
        for (index, complaint) in (0..).zip(&person.complaints) {
            self.tell(complaint.at, What::Complaint(index), Route::Server);
        }
        for (index, step) in (0..).zip(&person.steps) {
            self.tell(step.at, What::Step(index), Route::Own);
        }
        for (index, review) in (0..).zip(&person.reviews) {
            self.tell(review.at, What::Review(index), Route::Own);
        }
        for (index, consent) in (0..).zip(&person.consents) {
            self.tell(consent.at, What::Consent(index), Route::Form);
        }
    }

    fn tell(&mut self, at: Millis, what: What, route: Route) {
        let delay_ms = self.delay_ms(at, route);
        let skew_ms = match route {
            Route::Own | Route::Form => self.skew_ms,
            Route::Server | Route::Till | Route::Marketplace => 0,
        };
        let sent_at = at
            .plus(skew_ms)
            .0
            .clamp(Millis::EARLIEST.0, Millis::LATEST.0 - 1);
        let telling = Telling {
            received_at: at.plus(delay_ms),
            at,
            sent_at: Millis(sent_at),
            person: self.person.number,
            message: self.messages,
            copy: 0,
            what,
        };
        self.messages += 1;
        self.all.push(telling);
        if self.draws.percent(self.options.duplicate_percent) {
            let again_ms = (SECOND + self.draws.wait_ms(6 * HOUR)).min(DELAY_MAX_MS);
            let received_at = telling.received_at.plus(again_ms);
            self.all.push(Telling {
                received_at,
                copy: 1,
                ..telling
            });
        }
    }

    fn delay_ms(&mut self, at: Millis, route: Route) -> i64 {
        let draws = &mut self.draws;
        match route {
            Route::Own if draws.percent(self.options.late_percent) => {
                (SECOND + draws.wait_ms(12 * HOUR)).min(DELAY_MAX_MS)
            }
            Route::Own | Route::Form => draws.between(50, 2 * SECOND),
            Route::Server => draws.between(SECOND, 600 * SECOND),
            Route::Till => {
                let night = (at.utc_day() + 1) * DAY + 2 * HOUR;
                night - at.0 + draws.between(0, HOUR / 2)
            }
            Route::Marketplace => HOUR - at.0.rem_euclid(HOUR) + draws.between(0, 30 * SECOND),
        }
    }
}
