//! Sharper effects by what was known of each unit before the trial (Deng, Xu, Kohavi & Walker
//! 2013).

use super::sample::Sample;
use super::welch::{Effect, Scale, welch};
use crate::summary::moments;
use crate::verdict::{Verdict, same_length};

/// One arm: the measure of each unit before and during the trial, in the same order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired<'a> {
    /// Before the trial.
    pub before: &'a [f64],
    /// During the trial.
    pub during: &'a [f64],
}

/// An effect with and without the adjustment; see [`cuped`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// θ, the slope of the measure during on the measure before.
    pub theta: f64,
    /// The plain effect.
    pub plain: Effect,
    /// The effect on during − θ·before.
    pub adjusted: Effect,
    /// 1 − variance of the adjusted effect over that of the plain one. Near 0 the past says
    /// little about the measure and nothing is gained.
    pub variance_cut: f64,
}

/// The absolute effect, adjusted with θ = cov(during, before)/var(before) over both arms pooled.
///
/// # Errors
/// [`Verdict::UnequalLengths`], [`Verdict::Empty`], [`Verdict::NotFinite`],
/// [`Verdict::NoVariation`] when the measure before is the same for all, and the verdicts of
/// [`super::welch`].
pub fn cuped(control: Paired, treatment: Paired, confidence: f64) -> Result<Adjusted, Verdict> {
    same_length(control.before.len(), control.during.len())?;
    same_length(treatment.before.len(), treatment.during.len())?;
    let before = moments(&[control.before, treatment.before].concat())?;
    let during = moments(&[control.during, treatment.during].concat())?;
    if before.variance == 0.0 {
        return Err(Verdict::NoVariation {
            of: "the measure before the trial",
        });
    }
    let mut cross = 0.0;
    for arm in [control, treatment] {
        for (past, now) in arm.before.iter().zip(arm.during) {
            cross += (past - before.mean) * (now - during.mean);
        }
    }
    let theta = cross / (before.count - 1) as f64 / before.variance;
    let arm = |arm: Paired| {
        let rest: Vec<f64> = arm
            .during
            .iter()
            .zip(arm.before)
            .map(|(now, past)| now - theta * past)
            .collect();
        Sample::of(&rest)
    };
    let plain = welch(
        &Sample::of(control.during)?,
        &Sample::of(treatment.during)?,
        Scale::Absolute,
        confidence,
    )?;
    let adjusted = welch(
        &arm(control)?,
        &arm(treatment)?,
        Scale::Absolute,
        confidence,
    )?;
    Ok(Adjusted {
        theta,
        plain,
        adjusted,
        variance_cut: 1.0 - (adjusted.standard_error / plain.standard_error).powi(2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telling_past_sharpens_and_an_idle_one_is_refused() {
        let before: Vec<f64> = (0..60_u32).map(|unit| f64::from(unit % 13)).collect();
        let during = |shift: f64| -> Vec<f64> {
            let noise = |unit: usize| (unit % 7) as f64 / 10.0;
            (0..60)
                .map(|unit| 2.0 * before[unit] + noise(unit) + shift)
                .collect()
        };
        let (a, b) = (during(0.0), during(0.5));
        let paired = |during| Paired {
            before: &before,
            during,
        };
        let found = cuped(paired(&a), paired(&b), 0.95).expect("a past");
        assert!((found.theta - 2.0).abs() < 0.05);
        assert!((found.adjusted.estimate - 0.5).abs() < 0.05);
        assert!(found.variance_cut > 0.99);
        let flat = vec![1.0; 60];
        let idle = Paired {
            before: &flat,
            during: &a,
        };
        assert!(matches!(
            cuped(idle, idle, 0.95),
            Err(Verdict::NoVariation { .. })
        ));
        let short = Paired {
            before: &flat[..5],
            during: &a,
        };
        assert!(matches!(
            cuped(short, idle, 0.95),
            Err(Verdict::UnequalLengths { .. })
        ));
    }
}
