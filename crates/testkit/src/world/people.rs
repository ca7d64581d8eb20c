//! Who the people are: names, identities, channels, and who knows whom.

use domain::customers::{Identity, Namespace};
use domain::events::Channel;
use domain::time::Millis;

use super::figures::Totals;
use super::life::{self, Shop};
use super::names::{self, Language};
use super::truth::{KnownAs, Person};
use crate::seeds::{Draws, ONE};

/// One day in milliseconds.
const DAY: i64 = Millis::DAY;

/// The ways in which people deal with a shop: channels with weights.
const HABITS: &[(&[(Channel, u32)], u32)] = &[
    (&[(Channel::Web, 9), (Channel::Email, 1)], 35),
    (&[(Channel::App, 7), (Channel::Web, 3)], 20),
    (&[(Channel::Store, 9), (Channel::Web, 1)], 10),
    (
        &[(Channel::Store, 5), (Channel::App, 4), (Channel::Web, 1)],
        10,
    ),
    (&[(Channel::Social, 6), (Channel::Web, 4)], 8),
    (&[(Channel::Messenger, 6), (Channel::Web, 4)], 5),
    (&[(Channel::Marketplace, 8), (Channel::Web, 2)], 7),
    (&[(Channel::Call, 7), (Channel::Store, 3)], 5),
];

/// Everybody, in order of arrival, each with their whole life.
pub(super) fn people(shop: &Shop<'_>) -> Vec<Person> {
    let mut arrivals = shop.seed.child("arrivals").draws();
    let span = shop.end.0 - shop.options.start.0;
    let mut arrived: Vec<i64> = (0..shop.options.customers)
        .map(|_| shop.options.start.0 + arrivals.between(0, span - 1))
        .collect();
    arrived.sort_unstable();
    let seed = shop.seed.child("people");
    let mut people: Vec<Person> = Vec::with_capacity(arrived.len());
    for (number, arrived_at) in (0..).zip(arrived) {
        let mut draws = seed.nth(u64::from(number)).draws();
        let mut person = newcomer(number, Millis(arrived_at), shop, &mut draws);
        share_device(&mut person, people.last_mut(), shop, &mut draws);
        life::live(&mut person, shop, &mut draws);
        person.referred_by = referrer(&person, &people, &mut draws);
        person.totals = Totals::of_person(&person, shop.products);
        people.push(person);
    }
    people
}

fn newcomer(number: u32, arrived_at: Millis, shop: &Shop<'_>, draws: &mut Draws) -> Person {
    let language = language(shop, draws);
    let name = names::name(language, draws);
    let channels = *draws.weighted(HABITS);
    let country = *draws.pick(language.countries());
    let address = address(number, language, draws);
    // An order in 60 days on average, and half of the people less often than one in 71.
    let rate = i128::from(draws.gamma(2).max(ONE / 50));
    let gap = i128::from(120 * DAY) * i128::from(ONE) / rate;
    Person {
        number,
        known_as: known_as(number, &name.latin, channels, draws),
        name,
        language,
        country,
        address,
        channels,
        prefers_clothes: draws.percent(40),
        arrived_at,
        identified_at: None,
        order_gap_mean_ms: i64::try_from(gap).expect("at most 120 days times 50"),
        dropout_per_million: draws.beta_per_million(1, 4),
        stopped_buying_at: None,
        dropped_out_at: None,
        referred_by: None,
        shares_device_with: None,
        orders: Vec::new(),
        visits: Vec::new(),
        refunds: Vec::new(),
        complaints: Vec::new(),
        quiz_at: None,
        led_by: "",
        steps: Vec::new(),
        reviews: Vec::new(),
        consents: Vec::new(),
        totals: Totals::default(),
    }
}

fn language(shop: &Shop<'_>, draws: &mut Draws) -> Language {
    let (persian, chinese) = (shop.options.persian_percent, shop.options.chinese_percent);
    match draws.below(100) {
        drawn if drawn < u64::from(persian) => Language::Persian,
        drawn if drawn < u64::from(persian) + u64::from(chinese) => Language::Chinese,
        _ => Language::English,
    }
}

/// An address that nobody else has: the person's number stands in it.
fn address(number: u32, language: Language, draws: &mut Draws) -> String {
    let (house, number) = (draws.between(1, 240), number + 1);
    match language {
        Language::English => format!("{house} Lantern Lane, Box {number:07}"),
        Language::Persian => format!("خیابان فانوس، پلاک {house}، صندوق {number:07}"),
        Language::Chinese => format!("燈籠路{house}號，信箱{number:07}"),
    }
}

fn known_as(number: u32, latin: &str, channels: &[(Channel, u32)], draws: &mut Draws) -> KnownAs {
    let uses = |channel| channels.iter().any(|(used, _)| *used == channel);
    let number = number + 1;
    let devices = if uses(Channel::App) {
        draws.between(1, 2)
    } else {
        0
    };
    let anonymous_ids = draws.between(1, 3);
    let mut random =
        |kind: &str, part: i64| format!("{kind}-{number:x}-{part}-{:016x}", draws.number());
    KnownAs {
        user_id: identity(Namespace::UserId, &format!("U{number:07}")),
        // Domains that are kept for examples, and a country code that nobody has: whatever a
        // test sends, it reaches no one.
        email: identity(Namespace::Email, &format!("{latin}.{number}@example.com")),
        phone: identity(Namespace::Phone, &format!("+999 20 {number:08}")),
        card: uses(Channel::Store).then(|| {
            identity(
                Namespace::Card,
                &format!("LC{:010}", u64::from(number) * 97),
            )
        }),
        devices: (0..devices)
            .map(|part| identity(Namespace::Device, &random("device", part)))
            .collect(),
        device_is_shared: false,
        anonymous_ids: (0..anonymous_ids)
            .map(|part| identity(Namespace::AnonymousId, &random("browser", part)))
            .collect(),
        second: None,
    }
}

pub(super) fn identity(namespace: Namespace, value: &str) -> Identity {
    Identity::new(namespace, value).expect("the world writes short values that are not empty")
}

fn share_device(
    person: &mut Person,
    previous: Option<&mut Person>,
    shop: &Shop<'_>,
    draws: &mut Draws,
) {
    let shares = draws.percent(shop.options.shared_device_percent);
    let (true, Some(previous)) = (shares, previous) else {
        return;
    };
    let (Some(mine), Some(theirs)) = (
        person.known_as.devices.first_mut(),
        previous.known_as.devices.first(),
    ) else {
        return;
    };
    *mine = theirs.clone();
    person.known_as.device_is_shared = true;
    previous.known_as.device_is_shared = true;
    person.shares_device_with = Some(previous.number);
}

/// Somebody who was known and still there when this person came, now and then.
fn referrer(person: &Person, earlier: &[Person], draws: &mut Draws) -> Option<u32> {
    if earlier.is_empty() || !draws.percent(15) {
        return None;
    }
    let identified_at = person.identified_at?;
    let by = draws.pick(earlier);
    let known = by
        .identified_at
        .is_some_and(|at| at.plus(DAY) < identified_at);
    let there = by.dropped_out_at.is_none_or(|at| at > person.arrived_at);
    (known && there).then_some(by.number)
}
