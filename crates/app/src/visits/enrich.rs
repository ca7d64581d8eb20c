//! A look at a page, from what was told of it and of who told it.

use domain::events::{Behaviour, Context, PageView, Told};
use domain::trust::Country;
use domain::visits::{Agent, Arrival, Look, is_bot, page_name, searched_here, tidy};

use crate::InForce;
use crate::events::Caller;

/// The name under which searches of a shop's own pages come, and where their words stand.
const SEARCHED: &str = "Products Searched";
const WORDS: &str = "query";

/// What browser was told of: by the browser itself, or by the shop's server about it.
fn user_agent<'t>(told: &'t Told, caller: &'t Caller) -> Option<&'t str> {
    let told = told.context.user_agent.as_deref();
    match caller.is_secret {
        true => told,
        false => told.or(caller.user_agent.as_deref()),
    }
}

/// Whether a program that reads pages by itself did it.
pub(crate) fn is_by_bot(told: &Told, caller: &Caller) -> bool {
    user_agent(told, caller).is_some_and(is_bot)
}

/// Where the person is on the network: a browser's own address, or the one that the shop's server
/// names. It is asked for the place and then forgotten.
fn address(told: &Told, caller: &Caller) -> Option<String> {
    match !caller.is_secret || told.context.is_direct {
        true => caller.ip.map(|address| address.to_string()),
        false => told.context.ip.clone(),
    }
}

/// The country of the person's network, where it can be looked up.
pub(crate) fn country_of(told: &Told, caller: &Caller) -> Option<Country> {
    let place = caller.places.as_ref()?.place(&address(told, caller)?)?;
    place.split(' ').next()?.parse().ok()
}

/// What the rules of visits need to know of an event; none where it is no sign of somebody who
/// looks around.
pub(crate) fn look_of(told: &Told, caller: &Caller, in_force: &InForce) -> Option<Box<Look>> {
    let event = &told.event;
    let view = view_of(told);
    if view.is_none() && (caller.is_secret || !event.behaviour.is_by_customer()) {
        return None;
    }
    let found = address(told, caller).zip(caller.places.as_ref());
    let words = match &event.behaviour {
        Behaviour::Viewed(_) => searched_here(&told.context.page),
        Behaviour::Other(name) if name == SEARCHED => {
            event.personal.get(WORDS).and_then(|words| tidy(words))
        }
        _ => None,
    };
    // Where no profile may grow nothing surrounds an event any more, and nothing is added.
    let is_view = view.is_some() && told.context != Context::default();
    Some(Box::new(Look {
        agent: user_agent(told, caller)
            .filter(|_| is_view)
            .and_then(Agent::of),
        place: found
            .filter(|_| is_view)
            .and_then(|(address, places)| places.place(&address)),
        search: words.map(|words| {
            let skill = in_force.vocabulary.skill(&words);
            (words, skill)
        }),
        ..look(told, view)
    }))
}

/// The same of somebody who agreed to nothing: no device, no place, no words.
pub(crate) fn look_of_nobody(told: &Told) -> Option<Box<Look>> {
    let view = view_of(told)?;
    let mut look = look(told, Some(view));
    look.arrival.words = None;
    Some(Box::new(look))
}

fn view_of(told: &Told) -> Option<&PageView> {
    match &told.event.behaviour {
        Behaviour::Viewed(view) => Some(view),
        _ => None,
    }
}

fn look(told: &Told, view: Option<&PageView>) -> Look {
    let context = &told.context;
    Look {
        at: told.event.at,
        received_at: told.event.received_at,
        arrival: Arrival::of(&context.page, &context.campaign),
        page: page_name(&context.page),
        content: view.and_then(|it| it.content.clone()),
        agent: None,
        place: None,
        search: None,
        told: None,
    }
}
