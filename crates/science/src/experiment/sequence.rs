//! Intervals that hold at every look at once (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas
//! 2024, asymptotic confidence sequences).

use super::sample::Sample;
use super::welch::{Scale, effect};
use crate::verdict::Verdict;

/// An effect with an interval that stays valid however often one looks; see
/// [`confidence_sequence`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sequential {
    /// The effect.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Stop when this falls below 1 − confidence, at any time.
    pub p: f64,
}

/// The effect with an interval valid at all looks together.
///
/// With n units in both arms, s² = n·var(effect) and
/// ρ² = (−2 ln α + ln(1 − 2 ln α))/`tuned_for`: half-width
/// √s²·√(2(nρ² + 1)·ln(√(nρ² + 1)/α))/(nρ), narrowest near n = `tuned_for` units.
///
/// # Errors
/// As [`super::welch`], and [`Verdict::BadOption`] unless `tuned_for` is above 0.
pub fn confidence_sequence(
    control: &Sample,
    treatment: &Sample,
    scale: Scale,
    confidence: f64,
    tuned_for: f64,
) -> Result<Sequential, Verdict> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(Verdict::BadOption {
            rule: "a confidence lies between 0 and 1",
        });
    }
    if !(tuned_for.is_finite() && tuned_for > 0.0) {
        return Err(Verdict::BadOption {
            rule: "the size a sequence is tuned for is above 0",
        });
    }
    let (estimate, variance) = effect(control, treatment, scale)?;
    let alpha = 1.0 - confidence;
    let n = (control.count + treatment.count) as f64;
    let log = -2.0 * alpha.ln();
    let rho_square = (log + log.ln_1p()) / tuned_for;
    let grown = n * rho_square + 1.0;
    let spread = n * variance;
    let half = (spread * 2.0 * grown * (grown.sqrt() / alpha).ln() / (n * n * rho_square)).sqrt();
    // The α at which the interval would just touch 0.
    let evidence = estimate * estimate * n * n * rho_square / (2.0 * spread * grown);
    Ok(Sequential {
        estimate,
        standard_error: variance.sqrt(),
        low: estimate - half,
        high: estimate + half,
        p: (grown.sqrt() * (-evidence).exp()).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::super::welch;
    use super::*;

    #[test]
    fn looking_often_costs_width() {
        let arm = |mean: f64| Sample {
            count: 500,
            mean,
            variance: 4.0,
        };
        let at_any_time =
            confidence_sequence(&arm(1.0), &arm(1.4), Scale::Absolute, 0.95, 1000.0).expect("arms");
        let once = welch(&arm(1.0), &arm(1.4), Scale::Absolute, 0.95).expect("arms");
        assert!(at_any_time.low < once.low && once.high < at_any_time.high);
        assert!(at_any_time.p > once.p);
        assert!(confidence_sequence(&arm(1.0), &arm(1.4), Scale::Absolute, 0.95, 0.0).is_err());
        assert!(confidence_sequence(&arm(1.0), &arm(1.0), Scale::Absolute, 2.0, 9.0).is_err());
    }
}
