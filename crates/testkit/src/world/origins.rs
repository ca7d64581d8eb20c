//! What led people here, and what they looked at first; and who of them comes back.
//!
//! Two differences are true. *Who comes*: sources and contents bring people who stay and people
//! who leave in different shares. *Who returns*: after a first visit to a guide people come back
//! as often as they would by themselves, after others they leave out visits.
//!
//! Orders are drawn before anything here, so that the process behind them stays as the model
//! says; what brought a person is drawn to fit the person.

use domain::events::Channel;

use super::life::Shop;
use super::truth::Person;
use crate::seeds::Draws;

/// People with orders who stop after each with less than this probability, in millionths, stay:
/// the median of Beta(1, 4) is 159,000.
const STAYS_BELOW_PER_MILLION: u32 = 159_000;

/// What leads here, with its weight among people who stay and among the others.
const SOURCES: &[(&str, u32, u32)] = &[
    ("search", 28, 26),
    ("newsletter", 20, 8),
    ("friend", 26, 6),
    ("social", 8, 16),
    ("ads", 6, 34),
    ("direct", 12, 10),
];
/// What leads here again.
const SOURCES_AGAIN: &[(&str, u32)] = &[
    ("direct", 45),
    ("newsletter", 30),
    ("search", 18),
    ("social", 7),
];
/// What a first visit begins with, with its weight among people who stay and among the others,
/// and in how many of a hundred cases a later visit is not left out.
const CONTENTS: &[(&str, u32, u32, u8)] = &[
    ("guide", 28, 14, 100),
    ("blog", 18, 14, 85),
    ("product", 26, 24, 65),
    ("home", 18, 20, 60),
    ("offers", 10, 28, 30),
];

/// Says what led a person here and what each visit began with, and leaves out visits.
pub(super) fn come_from(person: &mut Person, shop: &Shop<'_>) {
    let seed = shop.seed.child("origins");
    let mut draws = seed.nth(u64::from(person.number)).draws();
    let paid = person.orders.iter().filter(|order| order.is_paid()).count();
    let is_done = paid < 2 && person.stopped_buying_at.is_some();
    let stays = paid > 0 && !is_done && person.dropout_per_million < STAYS_BELOW_PER_MILLION;
    let sources: Vec<(&str, u32)> = SOURCES
        .iter()
        .map(|(name, staying, leaving)| (*name, if stays { *staying } else { *leaving }))
        .collect();
    person.led_by = *draws.weighted(&sources);
    let contents: Vec<((&str, u8), u32)> = CONTENTS
        .iter()
        .map(|(name, staying, leaving, kept)| {
            ((*name, *kept), if stays { *staying } else { *leaving })
        })
        .collect();
    let (content, kept_percent) = *draws.weighted(&contents);
    let mut is_first = true;
    person.visits.retain(|_| {
        let kept = draws.percent(kept_percent);
        std::mem::take(&mut is_first) || kept
    });
    for (place, visit) in person.visits.iter_mut().enumerate() {
        let again = *draws.weighted(SOURCES_AGAIN);
        let ((other, _), same) = (*draws.weighted(&contents), draws.percent(60));
        let is_first = place == 0;
        visit.source = if is_first { person.led_by } else { again };
        visit.content = if is_first || same { content } else { other };
    }
    name_sources_of_orders(person, &mut draws);
}

/// Shops know of some orders what led to them.
fn name_sources_of_orders(person: &mut Person, draws: &mut Draws) {
    for (place, order) in person.orders.iter_mut().enumerate() {
        let told = draws.percent(35);
        let again = *draws.weighted(SOURCES_AGAIN);
        let source = match order.channel {
            Channel::Social => "social",
            Channel::Web | Channel::App | Channel::Call if place == 0 => person.led_by,
            Channel::Web | Channel::App | Channel::Call => again,
            _ => continue,
        };
        if told {
            order.order.source = Some(source.to_owned());
        }
    }
}
