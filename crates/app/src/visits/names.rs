//! The names that a day has room for. A day counts so many under each dimension, at each writer;
//! what comes after is counted under one name, so that nobody can fill the house with made-up ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::time::Day;
use domain::visits::{Count, Dimension, OTHER, is_open};
use store::{StoreError, Tx};

/// Names of one dimension that a day counts at one writer.
const NAMES_PER_DAY_MAX: usize = 100;
/// So many names are held at once; beyond it they are read again when their day is met again.
const NAMES_HELD_MAX: usize = 100_000;

type OfDay = BTreeMap<Dimension, BTreeSet<String>>;

/// The names that are counted, by writer and day.
#[derive(Debug, Default)]
pub(crate) struct NamesOfDays {
    held: Mutex<BTreeMap<i64, BTreeMap<Day, OfDay>>>,
}

impl NamesOfDays {
    /// Reads the names of these days, where they are not held.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn load(&self, tx: &mut Tx<'_>, days: &BTreeSet<Day>) -> Result<(), StoreError> {
        let stripe = tx.writer();
        let missing: Vec<Day> = {
            let mut held = self.lock();
            let of_writer = held.entry(stripe).or_default();
            let names = of_writer.values().flat_map(BTreeMap::values);
            if names.map(BTreeSet::len).sum::<usize>() > NAMES_HELD_MAX {
                of_writer.clear();
            }
            let is_missing = |day: &&Day| !of_writer.contains_key(day);
            days.iter().filter(is_missing).copied().collect()
        };
        for day in missing {
            let mut of_day = OfDay::new();
            for name in store::visits::names_of_day(tx, stripe, day)? {
                if let Some(Some((dimension, value))) = Count::under(&name) {
                    of_day
                        .entry(dimension)
                        .or_default()
                        .insert(value.to_owned());
                }
            }
            self.lock().entry(stripe).or_default().insert(day, of_day);
        }
        Ok(())
    }

    /// The name under which a value is counted on a day whose names were loaded.
    pub(crate) fn name(&self, stripe: i64, day: Day, dimension: Dimension, value: &str) -> String {
        if !is_open(dimension) {
            return value.to_owned();
        }
        let mut held = self.lock();
        let of_day = held.entry(stripe).or_default().entry(day).or_default();
        let names = of_day.entry(dimension).or_default();
        if !names.contains(value) {
            if names.len() >= NAMES_PER_DAY_MAX {
                return OTHER.to_owned();
            }
            names.insert(value.to_owned());
        }
        value.to_owned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, BTreeMap<Day, OfDay>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
