//! The difference of two means without assuming equal variances (Welch 1947).

use super::sample::Sample;
use crate::verdict::Verdict;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// How an effect is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Treatment less control, in the unit of the measure.
    Absolute,
    /// Treatment over control less 1.
    Relative,
}

/// An effect with its interval; see [`welch`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The effect.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// The chance of an effect this far from 0 when there is none, looking once.
    pub p: f64,
    /// Degrees of freedom after Welch and Satterthwaite.
    pub degrees_of_freedom: f64,
}

/// The effect on one scale and its variance: for the relative one by the delta method,
/// var_B/(n_B·m_A²) + var_A·m_B²/(n_A·m_A⁴).
pub(super) fn effect(
    control: &Sample,
    treatment: &Sample,
    scale: Scale,
) -> Result<(f64, f64), Verdict> {
    control.check()?;
    treatment.check()?;
    let (from, to) = (control.of_mean(), treatment.of_mean());
    if from + to == 0.0 {
        return Err(Verdict::NoVariation { of: "the measure" });
    }
    let difference = treatment.mean - control.mean;
    match scale {
        Scale::Absolute => Ok((difference, from + to)),
        Scale::Relative if control.mean == 0.0 => Err(Verdict::Zero {
            of: "the control's mean",
        }),
        Scale::Relative => {
            let base = control.mean * control.mean;
            let ratio = treatment.mean * treatment.mean / base;
            Ok((difference / control.mean, to / base + from * ratio / base))
        }
    }
}

/// Compares two arms by Welch's t test; the interval has the given confidence.
///
/// Look once, at the size planned before: for looking as data come in there is
/// [`super::confidence_sequence`].
///
/// # Errors
/// [`Verdict::TooFew`] below two units an arm, [`Verdict::NotFinite`], [`Verdict::NoVariation`]
/// when neither arm varies, [`Verdict::Zero`] for the control's mean on the relative scale,
/// [`Verdict::BadOption`] unless 0 < confidence < 1.
pub fn welch(
    control: &Sample,
    treatment: &Sample,
    scale: Scale,
    confidence: f64,
) -> Result<Effect, Verdict> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(Verdict::BadOption {
            rule: "a confidence lies between 0 and 1",
        });
    }
    let (estimate, variance) = effect(control, treatment, scale)?;
    let (from, to) = (control.of_mean(), treatment.of_mean());
    let freedom = (from + to).powi(2)
        / (from * from / (control.count - 1) as f64 + to * to / (treatment.count - 1) as f64);
    let standard_error = variance.sqrt();
    let student = StudentsT::new(0.0, 1.0, freedom)
        .map_err(|_| Verdict::NoVariation { of: "the measure" })?;
    let half = student.inverse_cdf(0.5 + confidence / 2.0) * standard_error;
    Ok(Effect {
        estimate,
        standard_error,
        low: estimate - half,
        high: estimate + half,
        p: 2.0 * student.sf((estimate / standard_error).abs()),
        degrees_of_freedom: freedom,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_compared_gets_a_verdict() {
        let flat = Sample::of(&[1.0, 1.0, 1.0]).expect("three");
        let one = Sample::of(&[1.0]).expect("one");
        let varied = Sample::of(&[-1.0, 1.0]).expect("two");
        let test = |a: &Sample, b: &Sample, scale| welch(a, b, scale, 0.95);
        assert!(matches!(
            test(&flat, &flat, Scale::Absolute),
            Err(Verdict::NoVariation { .. })
        ));
        assert!(matches!(
            test(&one, &varied, Scale::Absolute),
            Err(Verdict::TooFew { .. })
        ));
        assert!(matches!(
            test(&varied, &flat, Scale::Relative),
            Err(Verdict::Zero { .. })
        ));
        assert!(test(&flat, &varied, Scale::Absolute).is_ok());
        assert!(welch(&varied, &varied, Scale::Absolute, 1.0).is_err());
    }

    proptest! {
        #[test]
        fn swapping_arms_turns_the_sign(
            a in prop::collection::vec(-50.0_f64..50.0, 2..20),
            b in prop::collection::vec(-50.0_f64..50.0, 2..20),
        ) {
            let (a, b) = (Sample::of(&a).expect("values"), Sample::of(&b).expect("values"));
            prop_assume!(a.variance + b.variance > 1e-9);
            let one = welch(&a, &b, Scale::Absolute, 0.9).expect("varied");
            let two = welch(&b, &a, Scale::Absolute, 0.9).expect("varied");
            prop_assert!((one.estimate + two.estimate).abs() < 1e-9);
            prop_assert!((one.low + two.high).abs() < 1e-6 * (1.0 + one.low.abs()));
            prop_assert!((0.0..=1.0 + 1e-12).contains(&one.p));
        }
    }
}
