//! The long tier: seeded rounds of crashes, races and whole shops, on both engines.
//!
//! Without `FANOUS_LONG` each test does one small round. With it the rounds go on for the share
//! of `FANOUS_LONG_SECONDS` that a test has, and at least as often as it promises. Every round
//! prints its seed; `FANOUS_TEST_SEED` repeats it.

mod api;
mod cluster;
mod collector;
mod fuzz;
mod imports;
mod interruptions;
mod kills;
mod race;
mod shop;
mod simulation;
mod space;
mod sync;
mod victim;

use std::time::{Duration, Instant};

use testkit::seeds::Seed;

/// How many rounds a test does, and for how long.
struct Rounds {
    name: &'static str,
    seed: Seed,
    done: u64,
    least: u64,
    until: Instant,
}

impl Rounds {
    /// One round in a quick run; in a long one at least `least`, and as many as fit into so many
    /// percent of the time.
    fn new(name: &'static str, least: u64, percent: u32) -> Self {
        let long = is_long();
        let seconds = std::env::var("FANOUS_LONG_SECONDS").ok();
        let seconds = seconds.and_then(|it| it.parse::<u64>().ok()).unwrap_or(60);
        let share = Duration::from_secs(seconds) * percent / 100;
        Self {
            name,
            seed: Seed::from_env_or(20_261_122).child(name),
            done: 0,
            least: if long { least } else { 1 },
            until: Instant::now() + if long { share } else { Duration::ZERO },
        }
    }
}

impl Iterator for Rounds {
    type Item = (u64, Seed);

    fn next(&mut self) -> Option<(u64, Seed)> {
        if self.done >= self.least && Instant::now() >= self.until {
            println!("{}: {} rounds", self.name, self.done);
            return None;
        }
        let seed = self.seed.nth(self.done);
        println!("{}: round {} of {:?}", self.name, self.done, self.seed);
        self.done += 1;
        Some((self.done - 1, seed))
    }
}

/// Whether the long rounds were asked for.
fn is_long() -> bool {
    std::env::var_os("FANOUS_LONG").is_some()
}
