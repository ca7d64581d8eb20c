//! A fitted model of repeat buying, and what it expects of a customer.

use super::beta_geometric::{self, BETA_GEOMETRIC, MODIFIED};
use super::pareto;
use super::population::Purchases;
use crate::special::integrate;
use crate::verdict::Verdict;

/// The models of repeat buying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Nobody ever leaves.
    Nbd,
    /// Customers may leave after each repeat purchase.
    BgNbd,
    /// Customers may leave after any purchase, the first included.
    MbgNbd,
    /// Customers may leave at any time.
    ParetoNbd,
}

impl Kind {
    /// All of them, the plainest first.
    pub const ALL: [Self; 4] = [Self::Nbd, Self::BgNbd, Self::MbgNbd, Self::ParetoNbd];

    /// Its name as written in the literature.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nbd => "NBD",
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
        }
    }
}

/// A model with its parameters. Purchase rates are Gamma(r, α), α in units of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LifetimeModel {
    /// Ehrenberg 1959.
    Nbd {
        /// Shape of the purchase rates.
        r: f64,
        /// Rate of the purchase rates.
        alpha: f64,
    },
    /// Fader, Hardie & Lee 2005.
    BgNbd {
        /// Shape of the purchase rates.
        r: f64,
        /// Rate of the purchase rates.
        alpha: f64,
        /// First parameter of the Beta chance to leave after a repeat purchase.
        a: f64,
        /// Second parameter of it.
        b: f64,
    },
    /// Batislam, Denizel & Filiztekin 2007.
    MbgNbd {
        /// Shape of the purchase rates.
        r: f64,
        /// Rate of the purchase rates.
        alpha: f64,
        /// First parameter of the Beta chance to leave after a purchase.
        a: f64,
        /// Second parameter of it.
        b: f64,
    },
    /// Schmittlein, Morrison & Colombo 1987.
    ParetoNbd {
        /// Shape of the purchase rates.
        r: f64,
        /// Rate of the purchase rates.
        alpha: f64,
        /// Shape of the rates of leaving.
        s: f64,
        /// Rate of the rates of leaving.
        beta: f64,
    },
}

/// How later purchases are worth less.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discount {
    /// Length of one period in the unit of time, e.g. 4.345 for months when time is in weeks.
    pub period: f64,
    /// Interest per period, e.g. 0.01.
    pub rate: f64,
}

impl LifetimeModel {
    /// A model from its parameters, in the order of [`Self::parameters`].
    ///
    /// # Errors
    /// [`Verdict::UnequalLengths`], and [`Verdict::OutOfRange`] (with the number of the
    /// parameter) unless all are finite and above 0.
    pub fn new(kind: Kind, parameters: &[f64]) -> Result<Self, Verdict> {
        let need = if kind == Kind::Nbd { 2 } else { 4 };
        crate::verdict::same_length(need, parameters.len())?;
        if let Some(row) = parameters
            .iter()
            .position(|value| !value.is_finite() || *value <= 0.0)
        {
            return Err(Verdict::OutOfRange {
                row,
                rule: "a parameter is finite and above 0",
            });
        }
        Ok(match (kind, parameters) {
            (Kind::BgNbd, &[r, alpha, a, b]) => Self::BgNbd { r, alpha, a, b },
            (Kind::MbgNbd, &[r, alpha, a, b]) => Self::MbgNbd { r, alpha, a, b },
            (Kind::ParetoNbd, &[r, alpha, s, beta]) => Self::ParetoNbd { r, alpha, s, beta },
            _ => Self::Nbd {
                r: parameters[0],
                alpha: parameters[1],
            },
        })
    }

    /// Which model it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Nbd { .. } => Kind::Nbd,
            Self::BgNbd { .. } => Kind::BgNbd,
            Self::MbgNbd { .. } => Kind::MbgNbd,
            Self::ParetoNbd { .. } => Kind::ParetoNbd,
        }
    }

    /// The parameters with their names.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Nbd { r, alpha } => vec![("r", r), ("alpha", alpha)],
            Self::BgNbd { r, alpha, a, b } | Self::MbgNbd { r, alpha, a, b } => {
                vec![("r", r), ("alpha", alpha), ("a", a), ("b", b)]
            }
            Self::ParetoNbd { r, alpha, s, beta } => {
                vec![("r", r), ("alpha", alpha), ("s", s), ("beta", beta)]
            }
        }
    }

    /// Purchases expected of a customer in the time `ahead` after the window; 0 for none ahead.
    ///
    /// A history as [`super::Population`] would take it is assumed.
    #[must_use]
    pub fn expected(&self, purchases: &Purchases, ahead: f64) -> f64 {
        if ahead.is_nan() || ahead <= 0.0 {
            return 0.0;
        }
        match *self {
            Self::Nbd { r, alpha } => {
                ahead * (r + f64::from(purchases.repeats)) / (alpha + purchases.observed)
            }
            Self::BgNbd { r, alpha, a, b } => {
                beta_geometric::expected(BETA_GEOMETRIC, [r, alpha, a, b], purchases, ahead)
            }
            Self::MbgNbd { r, alpha, a, b } => {
                beta_geometric::expected(MODIFIED, [r, alpha, a, b], purchases, ahead)
            }
            Self::ParetoNbd { r, alpha, s, beta } => {
                pareto::expected([r, alpha, s, beta], purchases, ahead)
            }
        }
    }

    /// The chance that a customer has not left for good. 1 in NBD, and in BG/NBD for everybody
    /// without repeats, which says nothing about them: show [`Self::alive_to_show`] to people.
    #[must_use]
    pub fn alive(&self, purchases: &Purchases) -> f64 {
        match *self {
            Self::Nbd { .. } => 1.0,
            Self::BgNbd { r, alpha, a, b } => {
                beta_geometric::alive(BETA_GEOMETRIC, [r, alpha, a, b], purchases)
            }
            Self::MbgNbd { r, alpha, a, b } => {
                beta_geometric::alive(MODIFIED, [r, alpha, a, b], purchases)
            }
            Self::ParetoNbd { r, alpha, s, beta } => pareto::alive([r, alpha, s, beta], purchases),
        }
    }

    /// The chance that a customer has not left, where the model measures it; None where it is 1
    /// by construction.
    #[must_use]
    pub fn alive_to_show(&self, purchases: &Purchases) -> Option<f64> {
        match self {
            Self::Nbd { .. } => None,
            Self::BgNbd { .. } if purchases.repeats == 0 => None,
            _ => Some(self.alive(purchases)),
        }
    }

    /// Purchases expected in the next `periods` periods, each worth less by the interest of the
    /// periods to its end: Σᵢ (E[X(iΔ)] − E[X((i−1)Δ)])/(1 + rate)ⁱ. Times the value of a
    /// purchase it is the customer's lifetime value.
    ///
    /// # Errors
    /// [`Verdict::BadOption`] for a period not above 0 or a rate not above −1.
    pub fn discounted(
        &self,
        purchases: &Purchases,
        periods: u32,
        discount: Discount,
    ) -> Result<f64, Verdict> {
        let Discount { period, rate } = discount;
        if !(period.is_finite() && period > 0.0 && rate.is_finite() && rate > -1.0) {
            return Err(Verdict::BadOption {
                rule: "a period is above 0 and an interest above −1",
            });
        }
        let mut before = 0.0;
        let mut sum = 0.0;
        let mut factor = 1.0;
        for index in 1..=periods {
            let upto = self.expected(purchases, f64::from(index) * period);
            factor /= 1.0 + rate;
            sum += (upto - before) * factor;
            before = upto;
        }
        Ok(sum)
    }

    /// Discounted expected residual transactions (DERT): purchases for all the future, each
    /// worth e^(−`rate`·t). 15 % a year in weeks is ln(1.15)/52.
    ///
    /// Pareto/NBD has its own integral; NBD is expected rate/δ; for BG/NBD and MBG/NBD it is
    /// δ∫ e^(−δt)·E[X(t)] dt.
    ///
    /// # Errors
    /// [`Verdict::BadOption`] unless the rate is above 0.
    pub fn residual(&self, purchases: &Purchases, rate: f64) -> Result<f64, Verdict> {
        if !(rate.is_finite() && rate > 0.0) {
            return Err(Verdict::BadOption {
                rule: "a discount rate is above 0",
            });
        }
        Ok(match *self {
            Self::Nbd { .. } => self.expected(purchases, 1.0) / rate,
            Self::ParetoNbd { r, alpha, s, beta } => {
                pareto::discounted([r, alpha, s, beta], purchases, rate)
            }
            Self::BgNbd { .. } | Self::MbgNbd { .. } => {
                // With w = δt in eight pieces up to e^−40, finest where E[X] bends.
                let ends = [0.0, 0.01, 0.1, 0.5, 2.0, 6.0, 15.0, 40.0];
                ends.windows(2)
                    .map(|piece| {
                        integrate(piece[0], piece[1], 1, |w| {
                            (-w).exp() * self.expected(purchases, w / rate)
                        })
                    })
                    .sum()
            }
        })
    }
}
