//! Late, early, out of order: what was observed does not depend on when we heard of it.

use domain::customers::Observed;
use domain::events::Event;
use domain::time::Millis;
use testkit::engines::both;
use testkit::fixture::Fixture;
use testkit::seeds::Seed;
use testkit::told::{START, event, order, refunded, user, visit};

fn events(seed: Seed) -> Vec<Event> {
    let mut draws = seed.draws();
    (0..150)
        .map(|number| {
            let who = user(draws.below(5) as usize);
            let at = START.plus(draws.between(0, 300 * Millis::DAY));
            let id = format!("{number}");
            match draws.below(3) {
                0 => visit(&id, &who, at),
                1 => order(&id, &who, at, draws.between(0, 9_000)),
                _ => event(&id, &[who], at, refunded(&id, draws.between(1, 900))),
            }
        })
        .collect()
}

fn observed(shop: &Fixture) -> Vec<Observed> {
    (0..5)
        .map(|number| crate::state_of(shop, &user(number)).observed)
        .collect()
}

#[test]
fn the_order_of_arrival_does_not_show() {
    let seed = Seed::from_env_or(31);
    let _guard = seed.guard();
    let told = events(seed);
    both(|engine| {
        let in_order = Fixture::new(engine);
        let mut sorted = told.clone();
        sorted.sort_by_key(|event| event.at);
        in_order.record(sorted);
        let shuffled = Fixture::new(engine);
        let mut events = told.clone();
        seed.child("shuffle").draws().shuffle(&mut events);
        for some in events.chunks(11) {
            // The clock goes on in between, and once back: stamps only rise.
            shuffled.clock().advance(3_600_000);
            shuffled.record(some.to_vec());
        }
        shuffled.clock().advance(-86_400_000);
        shuffled.record(vec![visit("after the clock was set back", &user(9), START)]);
        assert_eq!(observed(&shuffled), observed(&in_order));
        for number in 0..5 {
            assert!(in_order.find(&user(number)).is_some());
        }
    });
}
