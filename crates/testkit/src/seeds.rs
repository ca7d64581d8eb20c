//! Chance that can be repeated: a seed, its children by name, and draws in integers only.
//!
//! A test takes its seed from `FANOUS_TEST_SEED` or from its own default, and holds a
//! [`SeedGuard`], which prints the seed when the test fails. Draws use no floating point and no
//! sampling code of others, so a seed means the same run on every machine and after every
//! upgrade of a dependency.

use std::sync::Mutex;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The variable that overrides the seed of every seeded test.
pub const SEED_VARIABLE: &str = "FANOUS_TEST_SEED";

/// Where chance begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(u64);

impl Seed {
    /// The seed with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The seed in `FANOUS_TEST_SEED`, or this default.
    ///
    /// # Panics
    /// When the variable is set and is no number: a run with another seed than the one that was
    /// asked for would be a silent lie.
    #[must_use]
    pub fn from_env_or(test_default: u64) -> Self {
        let given = std::env::var(SEED_VARIABLE).ok();
        Self::read(given.as_deref(), test_default)
    }

    fn read(given: Option<&str>, test_default: u64) -> Self {
        let Some(text) = given else {
            return Self(test_default);
        };
        match text.trim().parse() {
            Ok(number) => Self(number),
            Err(_) => panic!("{SEED_VARIABLE} must be a whole number, not “{text}”"),
        }
    }

    /// The number that repeats this run.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The seed of a part, by its name: parts draw independently, so that a draw more in one
    /// does not change another.
    #[must_use]
    pub fn child(self, name: &str) -> Self {
        let mixed = name
            .bytes()
            .fold(mix(self.0), |state, byte| mix(state ^ u64::from(byte)));
        Self(mix(mixed ^ name.len() as u64))
    }

    /// The seed of one of many alike parts, by its number.
    #[must_use]
    pub const fn nth(self, number: u64) -> Self {
        Self(mix(mix(self.0).wrapping_add(number)))
    }

    /// Draws from this seed on.
    #[must_use]
    pub fn draws(self) -> Draws {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.0.to_le_bytes());
        Draws(ChaCha8Rng::from_seed(key))
    }

    /// Random bytes from this seed on, for many threads.
    #[must_use]
    pub fn randomness(self) -> SeededRandomness {
        SeededRandomness(Mutex::new(self.draws()))
    }

    /// Prints the seed when the test that holds the guard panics.
    pub const fn guard(self) -> SeedGuard {
        SeedGuard(self)
    }
}

/// The finaliser of SplitMix64: a bijection in which each bit of the input moves half of the
/// output.
const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Says how to repeat the run, when the thread that drops it is panicking.
#[derive(Debug)]
#[must_use = "a guard that is dropped at once guards nothing"]
pub struct SeedGuard(Seed);

impl Drop for SeedGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("repeat this run with {SEED_VARIABLE}={}", self.0.number());
        }
    }
}

/// Seeded random bytes that threads may share. Which thread gets which bytes is theirs to race
/// for; a single-threaded run repeats byte for byte.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<Draws>);

impl SeededRandomness {
    /// Fills `bytes`.
    pub fn fill(&self, bytes: &mut [u8]) {
        let mut draws = self.0.lock().unwrap_or_else(|poisoned| {
            // A generator has no broken half-state: a thread that panicked leaves it usable.
            poisoned.into_inner()
        });
        draws.fill(bytes);
    }

    /// So many bytes: ten are what a new id takes, 32 a key.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

#[cfg(feature = "harness")]
impl app::environment::Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        Self::fill(self, bytes);
    }
}

/// A number of 32 fractional bits: `ONE` is one.
pub const ONE: u64 = 1 << 32;

/// Draws of many shapes from one seed, in integers.
#[derive(Debug, Clone)]
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// A number below `bound`, each as likely as the others.
    ///
    /// # Panics
    /// When `bound` is 0: nothing is below it.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "nothing is below 0");
        // Numbers of the last, incomplete round would come too often: they are drawn again.
        let complete = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.number();
            if number < complete {
                return number % bound;
            }
        }
    }

    /// A signed number from `from` up to and including `to`.
    ///
    /// # Panics
    /// When `to` is less than `from`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        assert!(from <= to, "{from} to {to} is no range");
        from.wrapping_add_unsigned(self.below(to.abs_diff(from).saturating_add(1)))
    }

    /// True this many times in a hundred.
    pub fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// True this many times in a million.
    pub fn per_million(&mut self, times: u32) -> bool {
        self.below(1_000_000) < u64::from(times)
    }

    /// One of these, each as likely as the others.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let index = self.below(choices.len() as u64);
        &choices[usize::try_from(index).expect("it is below a length in memory")]
    }

    /// One of these, as often as its weight says.
    ///
    /// # Panics
    /// When the weights sum to 0.
    pub fn weighted<'a, T>(&mut self, choices: &'a [(T, u32)]) -> &'a T {
        let sum: u64 = choices.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.below(sum);
        for (choice, weight) in choices {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return choice,
            }
        }
        unreachable!("the draw is below the sum of the weights");
    }

    /// Puts these into another order, each order as likely as the others.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1);
            items.swap(last, usize::try_from(other).expect("it is below a length"));
        }
    }

    /// An exponentially distributed number of mean 1, with 32 fractional bits.
    ///
    /// Von Neumann's method: it compares uniform numbers and needs no logarithm, whose last bits
    /// differ between machines. A falling run of uniform numbers that ends after an odd number
    /// of them gives its first one as the fraction; each even run adds a whole one.
    pub fn exponential(&mut self) -> u64 {
        let mut whole = 0;
        loop {
            let first = self.number() >> 32;
            let mut last = first;
            let mut length = 1_u32;
            loop {
                let next = self.number() >> 32;
                if next >= last {
                    break;
                }
                last = next;
                length += 1;
            }
            if length % 2 == 1 {
                return whole * ONE + first;
            }
            whole += 1;
        }
    }

    /// A waiting time in milliseconds with this mean, as between events that do not know of each
    /// other.
    pub fn wait_ms(&mut self, mean_ms: i64) -> i64 {
        let wait = i128::from(self.exponential()) * i128::from(mean_ms) / i128::from(ONE);
        i64::try_from(wait).unwrap_or(i64::MAX)
    }

    /// A Gamma distributed number of whole `shape` and scale 1, with 32 fractional bits.
    pub fn gamma(&mut self, shape: u32) -> u64 {
        (0..shape).map(|_| self.exponential()).sum()
    }

    /// A Beta(a, b) distributed share in millionths, for whole `a` and `b` from 1: the `a`-th
    /// smallest of `a + b - 1` uniform numbers.
    ///
    /// # Panics
    /// When `a` or `b` is 0.
    pub fn beta_per_million(&mut self, a: usize, b: usize) -> u32 {
        assert!(a > 0 && b > 0, "Beta({a}, {b}) is no distribution");
        let mut uniform: Vec<u64> = (0..a + b - 1).map(|_| self.below(1_000_000)).collect();
        uniform.sort_unstable();
        u32::try_from(uniform[a - 1]).expect("it is below a million")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_its_children_differ() {
        let seed = Seed::new(7);
        let first = |seed: Seed| seed.draws().number();
        assert_eq!(first(seed), first(Seed::new(7)));
        assert_eq!(first(seed.child("clock")), first(seed.child("clock")));
        let all = [
            seed,
            seed.child("clock"),
            seed.child("ids"),
            seed.nth(0),
            seed.nth(1),
        ];
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                assert_ne!(first(*one), first(*other), "{one:?} and {other:?}");
            }
        }
        assert_ne!(seed.child("ab").child("c"), seed.child("a").child("bc"));
    }

    #[test]
    fn the_variable_overrides_the_default() {
        assert_eq!(Seed::read(None, 3), Seed::new(3));
        assert_eq!(Seed::read(Some(" 12 "), 3), Seed::new(12));
        let refused = std::panic::catch_unwind(|| Seed::read(Some("lucky"), 3));
        assert!(refused.is_err(), "a word is no seed");
    }

    /// The bytes themselves are promised: a change here changes every seeded run on record.
    #[test]
    fn the_first_draws_are_as_ever() {
        let mut draws = Seed::new(1).child("golden").draws();
        let drawn: Vec<u64> = (0..4).map(|_| draws.below(1_000)).collect();
        assert_eq!(drawn, GOLDEN_DRAWS);
    }
    const GOLDEN_DRAWS: [u64; 4] = [292, 58, 452, 944];

    #[test]
    fn shapes_have_their_means() {
        const DRAWS: u64 = 20_000;
        let mut draws = Seed::new(2).draws();
        let near = |got: u64, expected: u64, what: &str| {
            let share = got.abs_diff(expected) * 1_000 / expected;
            assert!(share < 30, "{what}: {got}, expected about {expected}");
        };
        let sum: u64 = (0..DRAWS).map(|_| draws.exponential() >> 16).sum();
        near(sum / DRAWS, ONE >> 16, "exponential");
        let sum: u64 = (0..DRAWS).map(|_| draws.gamma(3) >> 16).sum();
        near(sum / DRAWS, (3 * ONE) >> 16, "gamma");
        let sum: u64 = (0..DRAWS)
            .map(|_| u64::from(draws.beta_per_million(1, 4)))
            .sum();
        near(sum / DRAWS, 200_000, "beta");
        let rare = (0..DRAWS).filter(|_| *draws.weighted(&[(true, 1), (false, 3)]));
        near(rare.count() as u64, DRAWS / 4, "weighted");
    }

    #[test]
    fn bounds_are_kept() {
        let mut draws = Seed::new(3).draws();
        for _ in 0..1_000 {
            assert!(draws.below(3) < 3);
            assert!((-5..=5).contains(&draws.between(-5, 5)));
        }
        let mut items: Vec<u32> = (0..50).collect();
        draws.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn random_bytes_repeat_and_go_on() {
        let randomness = Seed::new(4).randomness();
        let one: [u8; 10] = randomness.array();
        let two: [u8; 10] = randomness.array();
        assert_ne!(one, two);
        assert_eq!(one, Seed::new(4).randomness().array());
    }
}
