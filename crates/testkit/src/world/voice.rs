//! What people say: reviews of what they got, and what they permit.

use domain::events::{Channel, LineKind, Review};
use domain::time::Millis;
use domain::trust::Purpose;

use super::life::{self, Shop};
use super::names::Language;
use super::truth::{Person, TrueConsent, TrueOrder, TrueReview};
use crate::seeds::Draws;

const SECOND: i64 = 1_000;
const DAY: i64 = Millis::DAY;

/// The ratings of what came in time and is good.
const RATINGS: &[(u8, u32)] = &[(5, 50), (4, 31), (3, 12), (2, 5), (1, 2)];
/// What a late parcel, or one that was complained of, takes off a rating.
const DISAPPOINTED: u8 = 2;
/// What a poor product takes off a rating.
const POOR: u8 = 1;

/// What people are asked to permit when they say who they are: how many of a hundred are asked,
/// and how many of those agree.
const PURPOSES: &[(Purpose, u8, u8)] = &[
    (Purpose::Analytics, 100, 80),
    (Purpose::Personalisation, 100, 55),
    (Purpose::Marketing, 100, 62),
    (Purpose::ThirdParty, 40, 12),
];

/// Writes every review of a person.
pub(super) fn review(person: &mut Person, shop: &Shop<'_>) {
    let seed = shop.seed.child("reviews");
    let mut draws = seed.nth(u64::from(person.number)).draws();
    let mut reviews = Vec::new();
    for order in &person.orders {
        let writes = draws.percent(28);
        let waits_ms = draws.between(DAY, 12 * DAY);
        let received_at = match &order.delivery {
            Some(delivery) => delivery.arrived_at,
            None if order.channel == Channel::Store => order.at,
            None => continue,
        };
        let at = received_at.plus(waits_ms);
        if writes {
            reviews.push(written(person, order, at, shop, &mut draws));
        }
    }
    reviews.sort_by_key(|review: &TrueReview| review.at);
    person.reviews = reviews;
}

fn written(
    person: &Person,
    order: &TrueOrder,
    at: Millis,
    shop: &Shop<'_>,
    draws: &mut Draws,
) -> TrueReview {
    let order_id = &order.order.order_id;
    let lines = &order.order.lines;
    let first = lines.iter().find(|line| line.kind == LineKind::Product);
    let product = first.map(|line| line.product.clone());
    let is_poor = |code: &String| shop.product(code).is_some_and(|it| it.is_poor);
    let mut rating = *draws.weighted(RATINGS);
    let late = order.delivery.is_some_and(|delivery| delivery.is_late());
    let mut complaints = person.complaints.iter();
    if late || complaints.any(|complaint| complaint.order_id == *order_id) {
        rating = rating.saturating_sub(DISAPPOINTED);
    }
    if product.as_ref().is_some_and(is_poor) {
        rating = rating.saturating_sub(POOR);
    }
    let rating = rating.max(1);
    TrueReview {
        at,
        channel: life::home(person).unwrap_or(Channel::Email),
        second_account: order.second_account,
        text: words(person.language, rating, order_id),
        review: Review {
            review_id: Some(format!("V{order_id}")),
            // Some write about the shop as a whole.
            product: product.filter(|_| draws.percent(85)),
            rating,
        },
    }
}

/// A review in somebody's language. The number of the order stands in it, so that no two people
/// write the same.
fn words(language: Language, rating: u8, order_id: &str) -> String {
    match (language, rating) {
        (Language::English, 4..) => format!("Just as I hoped, thank you. ({order_id})"),
        (Language::English, 3) => format!("It is all right. ({order_id})"),
        (Language::English, _) => format!("I would not buy this again. ({order_id})"),
        (Language::Persian, 4..) => format!("همان بود که می‌خواستم، سپاس. ({order_id})"),
        (Language::Persian, 3) => format!("بد نبود. ({order_id})"),
        (Language::Persian, _) => format!("دیگر این را نمی‌خرم. ({order_id})"),
        (Language::Chinese, 4..) => format!("正是我想要的，謝謝。（{order_id}）"),
        (Language::Chinese, 3) => format!("還可以。（{order_id}）"),
        (Language::Chinese, _) => format!("不會再買了。（{order_id}）"),
    }
}

/// Asks a person who said who they are what they permit. Some take it back while they are
/// there, and a few of those think again.
pub(super) fn permit(person: &mut Person, shop: &Shop<'_>) {
    let Some(identified_at) = person.identified_at else {
        return;
    };
    let seed = shop.seed.child("consents");
    let mut draws = seed.nth(u64::from(person.number)).draws();
    let until = life::latest(person).unwrap_or(identified_at);
    let mut consents = Vec::new();
    for (purpose, asked, agree) in PURPOSES {
        if !draws.percent(*asked) {
            continue;
        }
        // The shop has heard who they are by then.
        let mut at = identified_at.plus(3 * SECOND);
        let mut granted = draws.percent(*agree);
        loop {
            consents.push(TrueConsent {
                at,
                channel: life::home(person).unwrap_or(Channel::Email),
                purpose: *purpose,
                granted,
            });
            let thinks_again = granted && draws.percent(18) || !granted && draws.percent(6);
            if !thinks_again || until.0 <= at.0 {
                break;
            }
            at = Millis(draws.between(at.0 + 1, until.0));
            granted = !granted;
        }
    }
    consents.sort_by_key(|consent| (consent.at, consent.purpose));
    person.consents = consents;
}

/// Drops what would be said from a moment on.
pub(super) fn end(person: &mut Person, end: Millis) {
    person.reviews.retain(|review| review.at < end);
    person.consents.retain(|consent| consent.at < end);
}
