//! A message written out as an event: who is named, what is said, what is personal about it.

use domain::customers::Identity;
use domain::events::{Behaviour, Channel, Complaint, Delivery, Event, PageView, Personal};
use domain::time::Millis;

use super::telling::{Telling, What};
use super::truth::{Person, Truth, Visit};

/// The name of the event that no version of the shop's plan declares.
pub(super) const QUIZ: &str = "Taste Quiz Finished";

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
            let starts_visit = page == 0;
            (
                nth(&person.visits, visit).channel,
                Behaviour::Viewed(PageView { starts_visit }),
            )
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
            let told = Delivery {
                order_id: order.order.order_id.clone(),
                promised_at: Some(delivery.promised_at),
                carrier: Some(delivery.carrier.to_owned()),
            };
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
    }
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
        What::Page { visit, .. } => visiting(person, nth(&person.visits, visit), telling.at),
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
        .map(|visit| anonymous_id(person, visit))
        .collect();
    browsers.sort_unstable();
    browsers.dedup();
    browsers.into_iter().cloned().collect()
}

fn anonymous_id<'a>(person: &'a Person, visit: &Visit) -> &'a Identity {
    let ids = &person.known_as.anonymous_ids;
    &ids[usize::from(visit.browser) % ids.len()]
}

fn visiting(person: &Person, visit: &Visit, at: Millis) -> Vec<Identity> {
    let browser = anonymous_id(person, visit).clone();
    if person
        .identified_at
        .is_none_or(|identified_at| at < identified_at)
    {
        return vec![browser];
    }
    // A device may be shared, so it never stands alone and never before its user is known.
    let device = (visit.channel == Channel::App)
        .then(|| person.known_as.devices[usize::from(visit.browser)].clone());
    [person.known_as.user_id.clone(), device.unwrap_or(browser)].to_vec()
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
            say("url", format!("/products/{}", product.code));
            // Addresses of this block are kept for documents and belong to nobody.
            say("ip", format!("203.0.113.{}", person.number % 254 + 1));
            say("user_agent", "Mozilla/5.0 (X11; Linux x86_64)".to_owned());
        }
        What::Order(_) => say("address", person.address.clone()),
        What::Complaint(place) => say("text", nth(&person.complaints, place).text.clone()),
        What::Delivery(_) | What::Refund(_) => {}
    }
    personal
}
