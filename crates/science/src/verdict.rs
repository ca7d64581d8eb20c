//! What is said instead of a number when the data cannot carry one.

use std::error::Error;
use std::fmt;

/// Why a method gave no answer, or a weaker one than was asked for, with a sentence for people.
///
/// As an error it means that there is no result; as a note beside a result it limits what the
/// result may be used for.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// There are no rows at all.
    Empty,
    /// Fewer rows than the method can speak about.
    TooFew {
        /// Rows given.
        have: usize,
        /// Rows needed.
        need: usize,
    },
    /// Two inputs that belong together differ in length.
    UnequalLengths {
        /// Length of the first.
        first: usize,
        /// Length of the second.
        second: usize,
    },
    /// A row holds NaN or an infinity.
    NotFinite {
        /// The row, counted from 0.
        row: usize,
    },
    /// A row holds a number that the method has no meaning for.
    OutOfRange {
        /// The row, counted from 0.
        row: usize,
        /// The rule it breaks, as a clause.
        rule: &'static str,
    },
    /// An option of the call is outside what it may be.
    BadOption {
        /// The rule it breaks, as a clause.
        rule: &'static str,
    },
    /// Nothing ended: every row is censored.
    NoEvents,
    /// Nobody bought a second time.
    NoRepeats,
    /// Nobody was observed for any time after the first purchase.
    NoTime,
    /// A quantity is the same in every row where the method needs it to differ.
    NoVariation {
        /// The quantity.
        of: &'static str,
    },
    /// A quantity is 0 where the method divides by it.
    Zero {
        /// The quantity.
        of: &'static str,
    },
    /// Some covariates can be computed from the others.
    Collinear,
    /// The outcome can be told perfectly from the covariates, so no finite effect fits best.
    Separated,
    /// The intervals are so uneven that a date would be a guess.
    Irregular {
        /// The spread of the intervals over their mean.
        variation: f64,
    },
    /// The window shows no customers leaving; forecasts come from the model without leaving.
    DropoutNotIdentified,
    /// Customers do not differ measurably in the named way; the fit stands at its bound.
    NoHeterogeneity {
        /// In what they do not differ.
        of: &'static str,
    },
    /// The search stopped before it settled.
    NotConverged {
        /// Steps taken.
        iterations: usize,
    },
    /// Standard errors cannot be had because the likelihood is flat in some direction.
    FlatLikelihood,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("there are no rows to compute from"),
            Self::TooFew { have, need } => {
                write!(out, "{have} rows are too few; the method needs {need}")
            }
            Self::UnequalLengths { first, second } => {
                write!(out, "two columns differ in length: {first} and {second}")
            }
            Self::NotFinite { row } => write!(out, "row {row} holds something that is no number"),
            Self::OutOfRange { row, rule } => write!(out, "row {row} breaks a rule: {rule}"),
            Self::BadOption { rule } => write!(out, "an option breaks a rule: {rule}"),
            Self::NoEvents => out.write_str("nothing has ended yet, so no rate can be told"),
            Self::NoRepeats => out.write_str("nobody has bought a second time yet"),
            Self::NoTime => out.write_str("no time has passed since the first purchases"),
            Self::NoVariation { of } => write!(out, "{of} is the same in every row"),
            Self::Zero { of } => write!(out, "{of} is 0, so nothing can be measured by it"),
            Self::Collinear => {
                out.write_str("some covariates can be computed from the others; leave those out")
            }
            Self::Separated => out.write_str(
                "the covariates tell the outcome perfectly in these rows, so no effect can be \
                 measured; collect more rows or ask for a penalty",
            ),
            Self::Irregular { variation } => write!(
                out,
                "the intervals are too uneven to name a date (their spread is {variation:.2} \
                 times their mean)"
            ),
            Self::DropoutNotIdentified => out.write_str(
                "dropout not identified in this window: the data show no customers leaving for \
                 good, so the forecast comes from the model in which nobody leaves",
            ),
            Self::NoHeterogeneity { of } => write!(
                out,
                "customers do not differ measurably in {of}; the fit stands at its bound"
            ),
            Self::NotConverged { iterations } => write!(
                out,
                "the search did not settle within {iterations} steps; do not use these numbers"
            ),
            Self::FlatLikelihood => out.write_str(
                "the likelihood is flat in some direction, so there are no standard errors",
            ),
        }
    }
}

impl Error for Verdict {}

/// Refuses the first number that is NaN or infinite.
pub(crate) fn all_finite(values: &[f64]) -> Result<(), Verdict> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(Verdict::NotFinite { row }),
        None => Ok(()),
    }
}

/// Refuses two columns of different length.
pub(crate) fn same_length(first: usize, second: usize) -> Result<(), Verdict> {
    if first == second {
        Ok(())
    } else {
        Err(Verdict::UnequalLengths { first, second })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_a_sentence_for_people() {
        let told = Verdict::DropoutNotIdentified.to_string();
        assert!(told.starts_with("dropout not identified in this window"));
        let told = Verdict::TooFew { have: 3, need: 10 }.to_string();
        assert_eq!(told, "3 rows are too few; the method needs 10");
        assert_eq!(
            all_finite(&[0.0, f64::NAN]),
            Err(Verdict::NotFinite { row: 1 })
        );
        assert!(same_length(1, 2).is_err());
    }
}
