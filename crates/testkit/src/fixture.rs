//! A shop for one test: an open store, keys, a clock that stands still and repeatable chance.
//!
//! When a fixture is dropped at the end of a test that held, it checks the whole store for *all*
//! customers (see [`crate::checks`]), so every test of store and app is also a test of these.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use app::environment::Environment;
use app::events::Verdict;
use app::history::Imported;
use app::trust::{Erased, Vault};
use app::{App, AppError};
use domain::customers::Identity;
use domain::events::{Event, HistoryPiece};
use domain::ids::StreamId;
use domain::settings::ShopSettings;
use domain::time::Millis;
use store::{Engine, Hook, Store};

use crate::checks::{self, DailySums};
use crate::clock::FakeClock;
use crate::engines::Place;
use crate::seeds::{Seed, SeededRandomness};
use crate::world::{Merge, World};

/// The shop's key of every test.
const SHOP_KEY: [u8; 32] = [0x5a; 32];
/// Events of a world that arrive in one request.
const EVENTS_PER_REQUEST: usize = 64;

/// How a fixture is to be.
#[derive(Debug, Clone)]
pub struct FixtureOptions {
    /// On which engine.
    pub engine: Engine,
    /// Where the chance of the app begins.
    pub seed: Seed,
    /// Writer connections on PostgreSQL.
    pub writers: usize,
    /// What the clock shows at first.
    pub start: Millis,
    /// What happens at the named points of a write.
    pub hook: Hook,
    /// The shop's settings; none leaves the shop without any.
    pub settings: Option<ShopSettings>,
}

impl FixtureOptions {
    /// Two writers, no faults, no settings, in 2025.
    #[must_use]
    pub fn on(engine: Engine) -> Self {
        Self {
            engine,
            seed: Seed::new(1),
            writers: 2,
            // 2025-01-01T00:00:00Z, as the seeded world's.
            start: Millis(1_735_689_600_000),
            hook: Hook::none(),
            settings: None,
        }
    }

    /// With this hook.
    #[must_use]
    pub fn hook(self, hook: Hook) -> Self {
        Self { hook, ..self }
    }

    /// With so many writer connections on PostgreSQL.
    #[must_use]
    pub fn writers(self, writers: usize) -> Self {
        Self { writers, ..self }
    }

    /// With this chance.
    #[must_use]
    pub fn seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }

    /// With the settings of this world's shop.
    #[must_use]
    pub fn shop_of(self, world: &World) -> Self {
        let settings = Some(world.settings());
        Self { settings, ..self }
    }

    /// Opens the shop.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open(self) -> Fixture {
        Fixture::open(self)
    }
}

/// A shop for one test.
#[derive(Debug)]
pub struct Fixture {
    // Dropped in this order: the store closes before its place goes.
    app: Option<App>,
    place: Place,
    options: FixtureOptions,
    clock: FakeClock,
    randomness: Arc<SeededRandomness>,
    /// What the shop's sums still hold of customers who were erased.
    erased: Mutex<DailySums>,
    has_erased: AtomicBool,
    broken: AtomicBool,
}

impl Fixture {
    /// A fresh shop with two writers on this engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self::open(FixtureOptions::on(engine))
    }

    /// A fresh shop.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open(options: FixtureOptions) -> Self {
        let place = Place::new(options.engine);
        std::fs::create_dir_all(place.key_folder()).expect("a folder can be made");
        let mut fixture = Self {
            app: None,
            place,
            clock: FakeClock::new(options.start),
            randomness: Arc::new(options.seed.child("app").randomness()),
            erased: Mutex::default(),
            has_erased: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            options,
        };
        let opened = fixture
            .try_open_app(fixture.clock.clone(), Arc::clone(&fixture.randomness))
            .expect("a fresh store opens");
        if let Some(settings) = fixture.options.settings.clone() {
            opened.settings_put(settings).expect("settings are kept");
        }
        fixture.app = Some(opened);
        fixture
    }

    /// The use cases.
    ///
    /// # Panics
    /// Never while the fixture lives: only a restart takes the app away for a moment.
    #[must_use]
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("the shop is open")
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        self.app().store()
    }

    /// Where the store lives.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The clock.
    #[must_use]
    pub const fn clock(&self) -> &FakeClock {
        &self.clock
    }

    /// The keys of the shop.
    #[must_use]
    pub fn vault(&self) -> Vault {
        Vault::from_key(&SHOP_KEY, self.place.key_folder())
    }

    /// The journal of erasures.
    #[must_use]
    pub fn journal_file(&self) -> PathBuf {
        self.place.key_folder().join("erasures.ndjson")
    }

    /// Another node of the same shop, with a clock and chance of its own.
    ///
    /// # Errors
    /// When it cannot be opened; on SQLite never, because the store is locked.
    pub fn another(&self, clock: FakeClock, seed: Seed) -> Result<App, AppError> {
        self.try_open_app(clock, Arc::new(seed.child("app").randomness()))
    }

    fn try_open_app(
        &self,
        clock: FakeClock,
        randomness: Arc<SeededRandomness>,
    ) -> Result<App, AppError> {
        let options = self
            .place
            .options(self.options.writers, self.options.hook.clone());
        let store = Store::open(&self.place.data(), &options)?;
        let environment = Environment::new(Arc::new(clock), randomness);
        App::open(store, environment, self.vault())
    }

    /// Closes the shop and opens it again, as a restart of the program does.
    ///
    /// # Panics
    /// When it does not open again.
    pub fn restart(&mut self) {
        self.try_restart()
            .expect("a store that was closed opens again");
    }

    /// Closes the shop and tries to open it again; when that is refused it stays closed.
    ///
    /// # Errors
    /// Why it does not open again.
    pub fn try_restart(&mut self) -> Result<(), AppError> {
        self.app = None;
        let opened = self.try_open_app(self.clock.clone(), Arc::clone(&self.randomness));
        self.app = Some(opened?);
        Ok(())
    }

    /// Closes the shop; [`Fixture::restart`] opens it again.
    pub fn close(&mut self) {
        self.app = None;
    }

    /// Leaves the checks at the end out: this test broke the store on purpose.
    pub fn leave_broken(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    /// Takes events.
    ///
    /// # Panics
    /// When the store fails.
    pub fn record(&self, events: Vec<Event>) -> Vec<Verdict> {
        self.app().record(events).expect("events are taken")
    }

    /// Does what waits, and brings the population up to it.
    ///
    /// # Panics
    /// When the store fails.
    pub fn settle(&self) {
        self.app().settle().expect("what waits is done");
        self.follow_population();
    }

    /// Brings the population up to what the metrics' follower has written.
    ///
    /// # Panics
    /// When the store fails.
    pub fn follow_population(&self) {
        self.app()
            .follow_population(&AtomicBool::new(false))
            .expect("the population follows");
    }

    /// Everything that the shop hears of a world, at the time at which it hears it: events,
    /// duplicates, and the merges and their undoing by hand. What is due in between is left to
    /// one settling at the end, as after a night without background work.
    ///
    /// # Panics
    /// When the store fails.
    pub fn record_world(&self, world: &World) {
        let mut hands = Hands::of(world);
        let mut request = Vec::new();
        for event in world.events() {
            if request.len() >= EVENTS_PER_REQUEST || hands.wait_before(event.received_at) {
                self.send(&mut request);
                hands.act(self, event.received_at);
            }
            request.push(event);
        }
        self.send(&mut request);
        hands.act(self, Millis(i64::MAX));
        self.settle();
    }

    fn send(&self, request: &mut Vec<Event>) {
        if let Some(last) = request.last() {
            self.clock.set(last.received_at.max(self.clock.now()));
            self.record(std::mem::take(request));
        }
    }

    /// Takes pieces of history under this name.
    ///
    /// # Panics
    /// When the store fails.
    pub fn import(&self, id: &str, pieces: Vec<HistoryPiece>) -> Imported {
        let latest = pieces.iter().flat_map(|piece| match piece {
            HistoryPiece::Customer(history) => history.documents.iter().map(|it| it.at).collect(),
            HistoryPiece::Orders(news) => news.iter().map(|it| it.document.at).collect(),
            HistoryPiece::Anonymous(orders) => orders.iter().map(|it| it.at).collect(),
            HistoryPiece::Products(_) => Vec::new(),
        });
        if let Some(latest) = latest.max() {
            self.clock.set(latest.max(self.clock.now()));
        }
        let pieces = pieces.into_iter().map(Ok::<_, std::convert::Infallible>);
        self.app()
            .import(id, pieces, &AtomicBool::new(false), &mut |_| {})
            .expect("history is taken")
    }

    /// Erases a customer. Use this and not the app's own in tests: the shop's sums keep what the
    /// erased ones brought, and the checks have to know.
    ///
    /// # Panics
    /// When there is no such customer, or the store fails.
    pub fn erase(&self, root: StreamId) -> Erased {
        self.keep_sums(root);
        self.app().erase(root).expect("a customer is erased")
    }

    fn keep_sums(&self, root: StreamId) {
        self.has_erased.store(true, Ordering::Relaxed);
        let mut kept = self.erased.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in checks::sums_of_customer(self.app(), root) {
            *kept.entry(key).or_default() += value;
        }
    }

    /// Erases again whom the journal names, knowing that these are the ones; how many.
    ///
    /// # Panics
    /// When the store fails.
    pub fn replay_erasures(&self, roots: &[StreamId]) -> usize {
        roots.iter().for_each(|root| self.keep_sums(*root));
        self.app().erasures_replay().expect("erasures are replayed")
    }

    /// The customer who is known by this name.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn customer(&self, identity: &Identity) -> StreamId {
        self.find(identity).expect("the customer is known")
    }

    /// The customer who is known by this name, if there is one.
    #[must_use]
    pub fn find(&self, identity: &Identity) -> Option<StreamId> {
        let named = app::customers::CustomerRef::Identity(identity.clone());
        self.app().customer_find(&named).ok()
    }

    /// Everything that is wrong with the store; nothing, in a store that is whole. Settles first.
    ///
    /// # Panics
    /// When the store fails.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let erased = self.erased.lock().unwrap_or_else(PoisonError::into_inner);
        checks::findings(self.app(), &erased, self.has_erased.load(Ordering::Relaxed))
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let broken = self.broken.load(Ordering::Relaxed);
        if std::thread::panicking() || broken || self.app.is_none() {
            return;
        }
        let findings = self.findings();
        assert!(
            findings.is_empty(),
            "the store is not whole on {:?}:\n{}",
            self.place.engine(),
            findings.join("\n")
        );
    }
}

/// The merges of a world and their undoing, in order of time, as hands do them.
struct Hands<'w> {
    waiting: Vec<(Millis, &'w Merge, bool)>,
    done: Vec<(&'w Merge, domain::ids::MergeId)>,
}

impl<'w> Hands<'w> {
    fn of(world: &'w World) -> Self {
        let mut waiting: Vec<(Millis, &Merge, bool)> = Vec::new();
        for merge in world.merges() {
            waiting.push((merge.at, merge, false));
            waiting.extend(merge.undone_at.map(|at| (at, merge, true)));
        }
        // The next one stands last.
        waiting.sort_by_key(|(at, _, undo)| std::cmp::Reverse((*at, *undo)));
        Self {
            waiting,
            done: Vec::new(),
        }
    }

    fn wait_before(&self, at: Millis) -> bool {
        self.waiting.last().is_some_and(|(next, ..)| *next <= at)
    }

    fn act(&mut self, fixture: &Fixture, until: Millis) {
        while self.wait_before(until) {
            let Some((at, merge, undo)) = self.waiting.pop() else {
                return;
            };
            fixture.clock.set(at.max(fixture.clock.now()));
            if undo {
                let (_, id) = *self
                    .done
                    .iter()
                    .find(|(done, _)| *done == merge)
                    .expect("what is undone was done");
                fixture.app().unmerge(id).expect("a merge is undone");
            } else {
                let (into, from) = (fixture.customer(&merge.into), fixture.customer(&merge.from));
                let id = fixture.app().merge(into, from).expect("two are merged");
                self.done.push((merge, id));
            }
        }
    }
}
