//! Where the data of the reference values come from.
//!
//! Online Retail lies in the examples of this project. The others may be tested with but not
//! shipped, so they are read from the folder that `FANOUS_TEST_DATA` names; without it each test
//! that needs them says so on the terminal, past the capture of test output.

use crate::days::day_number;
use flate2::read::GzDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::OnceLock;

/// Names the folder with the data that may not be shipped.
const VARIABLE: &str = "FANOUS_TEST_DATA";

/// A file of the test data, or None, said aloud, when there is no such folder here.
pub(crate) fn text(file: &str) -> Option<String> {
    match std::env::var_os(VARIABLE) {
        Some(folder) => {
            let path = PathBuf::from(folder).join(file);
            let read = fs::read_to_string(&path);
            Some(read.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        }
        None => {
            let note = format!("NOT TESTED against {file}: {VARIABLE} names no folder\n");
            std::io::stderr()
                .write_all(note.as_bytes())
                .expect("standard error is open");
            None
        }
    }
}

/// A table with a header, by column.
pub(crate) struct Table {
    columns: BTreeMap<String, Vec<String>>,
}

impl Table {
    fn read(input: impl Read, delimiter: u8) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .from_reader(input);
        let names = reader.headers().expect("a header").clone();
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for record in reader.records() {
            let record = record.expect("a well-formed row");
            for (name, value) in names.iter().zip(&record) {
                columns
                    .entry(name.to_owned())
                    .or_default()
                    .push(value.to_owned());
            }
        }
        Self { columns }
    }

    /// A column as written.
    pub(crate) fn words(&self, name: &str) -> &[String] {
        &self.columns[name]
    }

    /// A column as numbers.
    pub(crate) fn numbers<T>(&self, name: &str) -> Vec<T>
    where
        T: FromStr,
        T::Err: Debug,
    {
        self.words(name)
            .iter()
            .map(|word| word.parse().expect("a number"))
            .collect()
    }
}

/// A comma-separated file of the test data.
pub(crate) fn table(file: &str) -> Option<Table> {
    text(file).map(|text| Table::read(text.as_bytes(), b','))
}

/// Fails unless `got` lies within `tolerance` of `expected`.
#[track_caller]
pub(crate) fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    let off = (got - expected).abs();
    assert!(
        off <= tolerance,
        "{what}: got {got:.12}, expected {expected:.12}, off by {off:.2e}"
    );
}

/// Fails unless `got` lies within `share` of `expected`, relative to it.
#[track_caller]
pub(crate) fn near_share(what: &str, got: f64, expected: f64, share: f64) {
    near(what, got, expected, expected.abs() * share);
}

/// Half a unit of the last digit that a reference value is printed with.
pub(crate) fn half_digit(decimals: i32) -> f64 {
    0.501 * 10_f64.powi(-decimals)
}

/// One buyer of Online Retail.
#[derive(Default)]
pub(crate) struct RetailCustomer {
    /// Days with a purchase, as day numbers.
    pub(crate) days: BTreeSet<i32>,
    /// Months with a purchase, counted from year 0.
    pub(crate) months: BTreeSet<i32>,
    /// Distinct invoices.
    pub(crate) invoices: BTreeSet<String>,
    /// Money spent.
    pub(crate) revenue: f64,
    /// Money spent by day.
    pub(crate) by_day: BTreeMap<i32, f64>,
}

/// Online Retail, clean: customer known, no credit note, quantity and price above 0.
pub(crate) struct Retail {
    /// Buyers by their number.
    pub(crate) customers: BTreeMap<u64, RetailCustomer>,
    /// The day after the last purchase.
    pub(crate) snapshot_day: i32,
}

/// Online Retail from the examples, read once.
pub(crate) fn retail() -> &'static Retail {
    static RETAIL: OnceLock<Retail> = OnceLock::new();
    RETAIL.get_or_init(|| {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../examples/online-retail/online_retail.csv.gz"
        );
        let file = fs::File::open(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        read_retail(GzDecoder::new(file))
    })
}

fn read_retail(input: impl Read) -> Retail {
    let mut customers: BTreeMap<u64, RetailCustomer> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(input);
    let mut record = csv::StringRecord::new();
    let mut snapshot_day = 0;
    while reader.read_record(&mut record).expect("a well-formed row") {
        let quantity: i64 = record[3].parse().expect("a quantity");
        let price: f64 = record[5].parse().expect("a price");
        if record[6].is_empty() || record[0].starts_with('C') || quantity <= 0 || price <= 0.0 {
            continue;
        }
        let part = |from: usize, to: usize| record[4][from..to].parse().expect("a date");
        let (year, month): (i32, i32) = (part(0, 4), part(5, 7));
        let day = day_number(year, month, part(8, 10));
        let amount = quantity as f64 * price;
        let member = record[6].parse().expect("a customer number");
        let customer = customers.entry(member).or_default();
        customer.days.insert(day);
        customer.months.insert(12 * year + month);
        customer.invoices.insert(record[0].to_owned());
        customer.revenue += amount;
        *customer.by_day.entry(day).or_default() += amount;
        snapshot_day = snapshot_day.max(day + 1);
    }
    Retail {
        customers,
        snapshot_day,
    }
}
