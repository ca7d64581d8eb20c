//! Golden files: texts that may change, but never unseen.

use std::path::Path;

/// When this is set, golden files are rewritten to what is; the change then shows in the diff.
const BLESS_VARIABLE: &str = "FANOUS_TEST_BLESS";

/// Compares a text with its golden file.
///
/// # Panics
/// When they differ or the file cannot be read.
pub fn check(file: &Path, actual: &str) {
    if std::env::var_os(BLESS_VARIABLE).is_some() {
        std::fs::write(file, actual).expect("a golden file can be written");
    }
    let agreed = std::fs::read_to_string(file).unwrap_or_default();
    let first = agreed
        .lines()
        .zip(actual.lines())
        .position(|(agreed, actual)| agreed != actual)
        .unwrap_or_else(|| agreed.lines().count().min(actual.lines().count()));
    assert!(
        agreed == actual,
        "{} differs from line {} on: {:?} is agreed, {:?} is so. If it should be, run the test \
         with {BLESS_VARIABLE}=1 and say why in the commit.",
        file.display(),
        first + 1,
        agreed.lines().nth(first),
        actual.lines().nth(first),
    );
}
