//! When a customer will need a thing again, said only when purchases keep a rhythm.

use crate::special::{digamma, trigamma};
use crate::summary::moments;
use crate::verdict::Verdict;
use statrs::function::beta::inv_beta_reg;

/// How regular purchases are; see [`regularity`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regularity {
    /// Histories with two gaps or more.
    pub histories: usize,
    /// Variance of M over them, with n − 1.
    pub variance: f64,
    /// The shape of the gaps: 1 for pure chance, higher for a rhythm, ∞ for clockwork.
    pub shape: f64,
}

/// The regularity k of Wheat & Morrison (1990): M = g₁/(g₁ + g₂) over the last two gaps of each
/// history, k = (1 − 4·var M)/(8·var M). Histories with fewer than two gaps are passed over.
///
/// Gaps may be in any one unit; they must be above 0.
///
/// # Errors
/// [`Verdict::TooFew`] with fewer than two usable histories, [`Verdict::NotFinite`] and
/// [`Verdict::OutOfRange`] with the number of the history.
pub fn regularity(histories: &[Vec<f64>]) -> Result<Regularity, Verdict> {
    check(histories)?;
    let shares: Vec<f64> = histories
        .iter()
        .filter_map(|gaps| match gaps[..] {
            [.., first, second] => Some(first / (first + second)),
            _ => None,
        })
        .collect();
    if shares.len() < 2 {
        return Err(Verdict::TooFew {
            have: shares.len(),
            need: 2,
        });
    }
    let variance = moments(&shares)?.variance;
    Ok(Regularity {
        histories: shares.len(),
        variance,
        shape: if variance > 0.0 {
            (1.0 - 4.0 * variance) / (8.0 * variance)
        } else {
            f64::INFINITY
        },
    })
}

/// The rhythm in which a product is bought again; see [`fit_rhythm`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Shape k of one customer's gaps: their spread over their mean is 1/√k.
    pub shape: f64,
    /// Shape ν of the rates across customers: small when customers differ much.
    pub rate_shape: f64,
    /// Scale φ of the rates across customers, in the unit of the gaps.
    pub rate_scale: f64,
    /// Histories used.
    pub histories: usize,
    /// Gaps in them.
    pub gaps: usize,
}

/// When to remind, expect and give up on a repurchase, counted from the last purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The quantile asked for the reminder.
    pub remind_after: f64,
    /// The median: as likely earlier as later.
    pub due_after: f64,
    /// The mirror quantile: bought again by then in all but that share of cases.
    pub late_after: f64,
}

/// Below this shape, gaps spread by more than 0.82 of their mean, and no date is named. Pure
/// chance has shape 1.
pub const SHAPE_MIN: f64 = 1.5;

/// Fewest histories with two gaps or more from which a rhythm is learnt.
pub const HISTORIES_MIN: usize = 10;

/// Above this a shape is taken for this: the last digits of clockwork carry nothing.
const SHAPE_MAX: f64 = 1e4;

/// Learns a product's rhythm from the gaps of its customers.
///
/// One customer's gaps are Gamma(k, rate βᵢ), the rates across customers Gamma(ν, φ). By moments
/// of log gaps: ψ′(k) is their variance within customers, ψ′(ν) the variance of customers' means
/// less what k explains, ψ(k) − ψ(ν) + ln φ the mean of all.
///
/// # Errors
/// [`Verdict::Irregular`] when k is below [`SHAPE_MIN`]: no date would be honest.
/// [`Verdict::TooFew`] below [`HISTORIES_MIN`]; [`Verdict::NotFinite`]; [`Verdict::OutOfRange`].
pub fn fit_rhythm(histories: &[Vec<f64>]) -> Result<Rhythm, Verdict> {
    check(histories)?;
    let used: Vec<Vec<f64>> = histories
        .iter()
        .filter(|gaps| gaps.len() >= 2)
        .map(|gaps| gaps.iter().map(|gap| gap.ln()).collect())
        .collect();
    if used.len() < HISTORIES_MIN {
        return Err(Verdict::TooFew {
            have: used.len(),
            need: HISTORIES_MIN,
        });
    }
    let mut within = 0.0;
    let mut freedom = 0.0;
    let mut inverse_sizes = 0.0;
    let mut gaps = 0;
    let mut means = Vec::with_capacity(used.len());
    for logs in &used {
        let own = moments(logs)?;
        within += own.variance * (own.count - 1) as f64;
        freedom += (own.count - 1) as f64;
        inverse_sizes += 1.0 / own.count as f64;
        gaps += own.count;
        means.push(own.mean);
    }
    let within = within / freedom;
    let shape = inverse_trigamma(within);
    if shape < SHAPE_MIN {
        return Err(Verdict::Irregular {
            variation: 1.0 / shape.sqrt(),
        });
    }
    let across = moments(&means)?;
    let rate_variance = across.variance - within * inverse_sizes / used.len() as f64;
    let rate_shape = inverse_trigamma(rate_variance);
    Ok(Rhythm {
        shape,
        rate_shape,
        rate_scale: (across.mean - digamma(shape) + digamma(rate_shape)).exp(),
        histories: used.len(),
        gaps,
    })
}

impl Rhythm {
    /// The window after the last purchase of a customer with these own gaps; without any, the
    /// product's. `remind_at` is the share of repurchases that come before the reminder, at most
    /// one half.
    ///
    /// The next gap is φ′·B/(1 − B) with B ~ Beta(k, ν′), ν′ = ν + k·n, φ′ = φ + Σ gaps: the own
    /// history outweighs the product's as it grows.
    ///
    /// # Errors
    /// [`Verdict::BadOption`] unless 0 < `remind_at` ≤ 0.5; [`Verdict::NotFinite`] and
    /// [`Verdict::OutOfRange`] for the own gaps.
    pub fn window(&self, own: &[f64], remind_at: f64) -> Result<Window, Verdict> {
        if !(remind_at > 0.0 && remind_at <= 0.5) {
            return Err(Verdict::BadOption {
                rule: "a reminder comes in the first half of repurchases",
            });
        }
        check_gaps(own, 0)?;
        let shape = self.rate_shape + self.shape * own.len() as f64;
        let scale = self.rate_scale + own.iter().sum::<f64>();
        let at = |share: f64| {
            let part = inv_beta_reg(self.shape, shape, share);
            scale * part / (1.0 - part)
        };
        Ok(Window {
            remind_after: at(remind_at),
            due_after: at(0.5),
            late_after: at(1.0 - remind_at),
        })
    }
}

fn check(histories: &[Vec<f64>]) -> Result<(), Verdict> {
    for (row, gaps) in histories.iter().enumerate() {
        check_gaps(gaps, row)?;
    }
    Ok(())
}

fn check_gaps(gaps: &[f64], row: usize) -> Result<(), Verdict> {
    if gaps.iter().any(|gap| !gap.is_finite()) {
        return Err(Verdict::NotFinite { row });
    }
    if gaps.iter().any(|&gap| gap <= 0.0) {
        return Err(Verdict::OutOfRange {
            row,
            rule: "a gap between purchases is above 0",
        });
    }
    Ok(())
}

/// The x for which trigamma(x) = `value`, by halving; within the bounds of a shape.
fn inverse_trigamma(value: f64) -> f64 {
    let (mut low, mut high) = (f64::ln(1e-4), f64::ln(SHAPE_MAX));
    if value <= trigamma(SHAPE_MAX) {
        return SHAPE_MAX;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if trigamma(middle.exp()) > value {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gaps that swing by a tenth around a mean of their own.
    fn regular(customers: u32) -> Vec<Vec<f64>> {
        (0..customers)
            .map(|customer| {
                let mean = 20.0 + f64::from(customer % 7);
                [-0.1, 0.05, 0.1, -0.05]
                    .map(|part| mean * (1.0 + part))
                    .to_vec()
            })
            .collect()
    }

    #[test]
    fn a_rhythm_is_learnt_and_leans_to_the_own_history() {
        let rhythm = fit_rhythm(&regular(40)).expect("forty regular histories");
        assert!(rhythm.shape > 50.0, "{rhythm:?}");
        let newcomer = rhythm.window(&[], 0.2).expect("a window");
        assert!((newcomer.due_after - 23.0).abs() < 1.5, "{newcomer:?}");
        assert!(newcomer.remind_after < newcomer.due_after);
        assert!(newcomer.due_after < newcomer.late_after);
        let slow = rhythm.window(&[40.0; 6], 0.2).expect("a window");
        assert!((35.0..40.0).contains(&slow.due_after), "{slow:?}");
    }

    #[test]
    fn weeks_and_days_tell_the_same_date() {
        let days = fit_rhythm(&regular(30)).expect("a rhythm");
        let in_weeks: Vec<Vec<f64>> = regular(30)
            .iter()
            .map(|gaps| gaps.iter().map(|gap| gap / 7.0).collect())
            .collect();
        let weeks = fit_rhythm(&in_weeks).expect("a rhythm");
        let day = days.window(&[21.0], 0.1).expect("a window").due_after;
        let week = weeks.window(&[3.0], 0.1).expect("a window").due_after;
        assert!((day / week - 7.0).abs() < 1e-6);
    }

    #[test]
    fn chance_and_scarcity_are_silent() {
        let chance: Vec<Vec<f64>> = (0..50_u32)
            .map(|customer| {
                // Log gaps that swing by two units either way.
                let swing = f64::from(customer % 5) - 2.0;
                vec![20.0 * swing.exp(), 20.0 * (-swing).exp(), 20.0]
            })
            .collect();
        assert!(matches!(
            fit_rhythm(&chance),
            Err(Verdict::Irregular { .. })
        ));
        let few = fit_rhythm(&regular(3));
        assert_eq!(few, Err(Verdict::TooFew { have: 3, need: 10 }));
        assert!(fit_rhythm(&[vec![0.0, 1.0]]).is_err());
        assert!(fit_rhythm(&[vec![f64::NAN, 1.0]]).is_err());
        let clockwork = fit_rhythm(&vec![vec![30.0, 30.0]; 20]).expect("clockwork");
        let window = clockwork.window(&[], 0.25).expect("a window");
        assert!((window.due_after - 30.0).abs() < 0.5, "{window:?}");
        assert_eq!(
            regularity(&[vec![1.0]]),
            Err(Verdict::TooFew { have: 0, need: 2 })
        );
        assert_eq!(
            regularity(&vec![vec![30.0, 30.0]; 9]).expect("nine").shape,
            f64::INFINITY
        );
    }
}
