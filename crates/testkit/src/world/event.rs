//! A message written out as an event: who is named, what is said, what is personal about it.

use domain::customers::Identity;
use domain::events::{
    Behaviour, Channel, Complaint, ConsentChange, Delivery, Event, PageView, Personal,
    ProductAdded, ProductView,
};
use domain::time::Millis;

use super::telling::{Telling, What};
use super::truth::{Person, StepKind, TrueConsent, TrueDelivery, Truth, Visit};

/// The name of the event that no version of the shop's plan declares.
pub(super) const QUIZ: &str = "Taste Quiz Finished";

/// How a permission can be proven.
pub(super) const CONSENT_PROOF: &str = "form “My data”, version 3, box ticked by hand";

/// So many products have a page of their own; all shops have more.
const PAGES: u32 = 9;

/// Writes a message out.
pub(super) fn event(truth: &Truth, telling: &Telling, seed: u64) -> Event {
    let place = usize::try_from(telling.person).expect("a place in a list in memory");
    let person = &truth.people[place];
    let (channel, behaviour) = said(person, telling.what);
    Event {
        message_id: format!("{seed:016x}-{:x}-{:x}", telling.person, telling.message),
        identities: named(person, telling, channel),
        at: telling.at,
        sent_at: telling.sent_at,
        received_at: telling.received_at,
        channel,
        behaviour,
        personal: personal(truth, person, telling.what),
        historical: false,
    }
}

fn nth<T>(items: &[T], place: u32) -> &T {
    &items[usize::try_from(place).expect("a place in a list in memory")]
}

fn said(person: &Person, what: What) -> (Channel, Behaviour) {
    match what {
        What::Identified => (person.channels[0].0, Behaviour::Identified),
        What::SecondOpened => (Channel::Web, Behaviour::Identified),
        What::Quiz => (Channel::Email, Behaviour::Other(QUIZ.to_owned())),
        What::Page { visit, page } => {
            let visit = nth(&person.visits, visit);
            (visit.channel, Behaviour::Viewed(page_view(visit, page)))
        }
        What::Order(place) => {
            let order = nth(&person.orders, place);
            (order.channel, Behaviour::Ordered(order.order.clone()))
        }
        What::Delivery(place) => {
            let order = nth(&person.orders, place);
            let delivery = order
                .delivery
                .as_ref()
                .expect("only deliveries that were are told");
            let told = delivered(&order.order.order_id, delivery);
            (order.channel, Behaviour::Delivered(told))
        }
        What::Refund(place) => {
            let refund = nth(&person.refunds, place);
            (refund.channel, Behaviour::Refunded(refund.refund.clone()))
        }
        What::Complaint(place) => {
            let complaint = nth(&person.complaints, place);
            let topic = complaint.topic.to_owned();
            (
                complaint.channel,
                Behaviour::Complained(Complaint { topic }),
            )
        }
        What::Step(place) => {
            let step = nth(&person.steps, place);
            (step.channel, stepped(step.kind))
        }
        What::Review(place) => {
            let review = nth(&person.reviews, place);
            (review.channel, Behaviour::Reviewed(review.review.clone()))
        }
        What::Consent(place) => {
            let consent = nth(&person.consents, place);
            (
                consent.channel,
                Behaviour::ConsentChanged(consent_change(consent)),
            )
        }
    }
}

/// The first page says what led to the visit and what it began with; the others are products.
fn page_view(visit: &Visit, page: u8) -> PageView {
    let is_first = page == 0;
    PageView {
        starts_visit: is_first,
        content: Some(if is_first { visit.content } else { "product" }.to_owned()),
        source: is_first.then(|| visit.source.to_owned()),
    }
}

fn stepped(kind: StepKind) -> Behaviour {
    match kind {
        StepKind::Looked(code) => Behaviour::ProductViewed(ProductView {
            product: code.to_owned(),
        }),
        StepKind::Added(code, quantity) => Behaviour::ProductAdded(ProductAdded {
            product: code.to_owned(),
            quantity,
        }),
        StepKind::Checkout => Behaviour::CheckoutStarted,
    }
}

/// A delivery as it is told.
pub(super) fn delivered(order_id: &str, delivery: &TrueDelivery) -> Delivery {
    Delivery {
        order_id: order_id.to_owned(),
        promised_at: Some(delivery.promised_at),
        carrier: Some(delivery.carrier.to_owned()),
        parcel: None,
    }
}

/// A permission as it is told.
pub(super) const fn consent_change(consent: &TrueConsent) -> ConsentChange {
    ConsentChange::new(consent.purpose, consent.granted)
}

/// Who is named, the most trusted first.
fn named(person: &Person, telling: &Telling, channel: Channel) -> Vec<Identity> {
    let known_as = &person.known_as;
    let account = |second: bool| match known_as.second.as_ref().filter(|_| second) {
        Some(second) => vec![second.user_id.clone(), second.email.clone()],
        None => vec![known_as.user_id.clone(), known_as.email.clone()],
    };
    match telling.what {
        What::Identified => {
            let mut all = account(false);
            all.push(known_as.phone.clone());
            all.extend(known_as.card.clone());
            all.extend(browsers_before(person, telling.at));
            all
        }
        What::SecondOpened => account(true),
        What::Quiz => vec![known_as.email.clone()],
        What::Page { visit, .. } => {
            let visit = nth(&person.visits, visit);
            visiting(person, visit.channel, visit.browser, telling.at)
        }
        What::Step(place) => {
            let step = nth(&person.steps, place);
            visiting(person, step.channel, step.browser, telling.at)
        }
        What::Review(place) => account(nth(&person.reviews, place).second_account)[..1].to_vec(),
        What::Consent(_) => account(false)[..1].to_vec(),
        What::Order(place) if nth(&person.orders, place).second_account => account(true),
        What::Order(_) => ordering(person, channel),
        What::Delivery(place) => account(nth(&person.orders, place).second_account)[..1].to_vec(),
        What::Refund(place) => account(nth(&person.refunds, place).second_account)[..1].to_vec(),
        What::Complaint(_) => vec![known_as.phone.clone()],
    }
}

/// The browsers in which they had looked around when they told who they are.
fn browsers_before(person: &Person, at: Millis) -> Vec<Identity> {
    let mut browsers: Vec<&Identity> = person
        .visits
        .iter()
        .take_while(|visit| visit.at <= at)
        .map(|visit| anonymous_id(person, visit.browser))
        .collect();
    browsers.sort_unstable();
    browsers.dedup();
    browsers.into_iter().cloned().collect()
}

fn anonymous_id(person: &Person, browser: u8) -> &Identity {
    let ids = &person.known_as.anonymous_ids;
    &ids[usize::from(browser) % ids.len()]
}

fn visiting(person: &Person, channel: Channel, browser: u8, at: Millis) -> Vec<Identity> {
    let anonymous = anonymous_id(person, browser).clone();
    if person
        .identified_at
        .is_none_or(|identified_at| at < identified_at)
    {
        return vec![anonymous];
    }
    // A device may be shared, so it never stands alone and never before its user is known.
    let device =
        (channel == Channel::App).then(|| person.known_as.devices[usize::from(browser)].clone());
    [person.known_as.user_id.clone(), device.unwrap_or(anonymous)].to_vec()
}

fn ordering(person: &Person, channel: Channel) -> Vec<Identity> {
    let known_as = &person.known_as;
    match channel {
        Channel::Web => vec![known_as.user_id.clone(), known_as.email.clone()],
        Channel::App => [&known_as.user_id]
            .into_iter()
            .chain(known_as.devices.first())
            .cloned()
            .collect(),
        Channel::Store => vec![known_as.card.as_ref().unwrap_or(&known_as.phone).clone()],
        Channel::Email | Channel::Marketplace => vec![known_as.email.clone()],
        _ => vec![known_as.phone.clone()],
    }
}

fn personal(truth: &Truth, person: &Person, what: What) -> Personal {
    let mut personal = Personal::new();
    let mut say = |name: &str, value: String| drop(personal.insert(name.to_owned(), value));
    match what {
        What::Identified => {
            say("name", person.name.shown.clone());
            say("email", person.known_as.email.value().to_owned());
            say("phone", person.known_as.phone.value().to_owned());
            say("language", person.language.tag().to_owned());
            if let Some(by) = person.referred_by {
                let by = nth(&truth.people, by).known_as.user_id.value();
                say("referred_by", format!("user_id:{by}"));
            }
        }
        What::SecondOpened => say("name", person.name.shown.clone()),
        What::Quiz => {
            let answer = if person.prefers_clothes {
                "clothes"
            } else {
                "coffee"
            };
            say("answer", answer.to_owned());
            say("address", person.address.clone());
        }
        What::Page { visit, page } => {
            let product = nth(&truth.products, (visit + u32::from(page)) % PAGES);
            let content = nth(&person.visits, visit).content;
            let folder = if page == 0 { content } else { "product" };
            say("url", format!("/{folder}/{}", product.code));
            // Addresses of this block are kept for documents and belong to nobody.
            say("ip", format!("203.0.113.{}", person.number % 254 + 1));
            say("user_agent", "Mozilla/5.0 (X11; Linux x86_64)".to_owned());
        }
        What::Order(_) => say("address", person.address.clone()),
        What::Complaint(place) => say("text", nth(&person.complaints, place).text.clone()),
        What::Review(place) => say("text", nth(&person.reviews, place).text.clone()),
        What::Consent(_) => say("proof", CONSENT_PROOF.to_owned()),
        What::Delivery(_) | What::Refund(_) | What::Step(_) => {}
    }
    personal
}
