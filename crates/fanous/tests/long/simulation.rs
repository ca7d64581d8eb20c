//! Whole shops: a seeded world and everything that a shop does beside it, in a seeded order.

use std::sync::atomic::AtomicBool;

use app::AppError;
use app::customers::CustomerRef;
use app::loyalty::AdjustRequest;
use domain::ids::MergeId;
use domain::time::Millis;
use store::Engine;
use testkit::engines::both;
use testkit::fixture::{Fixture, FixtureOptions};
use testkit::seeds::{Draws, Seed};
use testkit::world::{World, WorldOptions};

use crate::Rounds;

/// One operation after this many events, on average.
const EVENTS_PER_DEED: u64 = 24;

struct Run {
    fixture: Fixture,
    draws: Draws,
    merges: Vec<MergeId>,
    requests: u64,
}

impl Run {
    fn someone(&mut self) -> Option<domain::ids::StreamId> {
        let all = testkit::checks::customers(self.fixture.app());
        (!all.is_empty()).then(|| self.draws.pick(&all).root)
    }

    /// Does one of the things that happen in a shop beside its events.
    fn deed(&mut self) {
        match self.draws.below(16) {
            0..4 => self.adjust(),
            4..7 => self.merge(),
            7..9 => self.unmerge(),
            9 => {
                if let Some(root) = self.someone() {
                    self.fixture.erase(root);
                }
            }
            10..13 => {
                let days = self.draws.between(1, 60);
                self.fixture.clock().advance(days * Millis::DAY);
                self.fixture.settle();
            }
            13 => self.fixture.restart(),
            14 => {
                let rebuilt = self.fixture.app().rebuild(&AtomicBool::new(false), &|_| {});
                let rebuilt = rebuilt.expect("a refold runs to its end");
                assert_eq!((rebuilt.changed, rebuilt.busy), (0, 0), "{rebuilt:?}");
            }
            _ => self.fixture.settle(),
        }
    }

    fn adjust(&mut self) {
        let Some(root) = self.someone() else { return };
        self.requests += 1;
        let request = AdjustRequest {
            request_id: format!("r{}", self.requests - self.draws.below(2)),
            unit: "POINT:club".to_owned(),
            amount: self.draws.between(-80, 120),
            expires_at: None,
            memo: "goodwill".to_owned(),
        };
        let refused =
            |error: &AppError| matches!(error, AppError::Refused(_) | AppError::RequestConflict(_));
        let outcome = self.fixture.app().adjust(&CustomerRef::Id(root), request);
        if let Err(error) = outcome {
            assert!(refused(&error), "{error}");
        }
    }

    fn merge(&mut self) {
        let (Some(into), Some(from)) = (self.someone(), self.someone()) else {
            return;
        };
        match self.fixture.app().merge(into, from) {
            Ok(id) => self.merges.push(id),
            Err(error) => assert!(!matches!(error, AppError::Store(_)), "{error}"),
        }
    }

    /// Undoes any merge that was ever made; an old one may be gone or undone.
    fn unmerge(&mut self) {
        if self.merges.is_empty() {
            return;
        }
        let id = *self.draws.pick(&self.merges);
        if let Err(error) = self.fixture.app().unmerge(id) {
            assert!(!matches!(error, AppError::Store(_)), "{error}");
        }
    }
}

fn simulate(engine: Engine, seed: Seed, customers: u32) {
    let _guard = seed.guard();
    let world = World::new(WorldOptions::sized(seed, customers));
    let fixture = FixtureOptions::on(engine).seed(seed).shop_of(&world).open();
    let mut run = Run {
        fixture,
        draws: seed.child("deeds").draws(),
        merges: Vec::new(),
        requests: 0,
    };
    let mut request = Vec::new();
    for event in world.events() {
        let now = event.received_at.max(run.fixture.clock().now());
        run.fixture.clock().set(now);
        request.push(event);
        if run.draws.below(8) == 0 {
            run.fixture.record(std::mem::take(&mut request));
        }
        if run.draws.below(EVENTS_PER_DEED) == 0 {
            run.deed();
        }
    }
    run.fixture.record(request);
    // The fixture's end checks the whole store.
}

#[test]
fn a_seeded_shop_stays_whole() {
    for (number, seed) in Rounds::new("simulations", 4, 40) {
        let customers = if number == 0 { 6 } else { 20 };
        both(|engine| simulate(engine, seed, customers));
    }
}
