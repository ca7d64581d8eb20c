//! How often customers will buy, whether they still will, and what that is worth: models of
//! buying until one quietly stops.
//!
//! [`fit`] fits one model to a [`Population`], [`choose`] the one that forecasts best;
//! [`fit_spend`] fits the value of a purchase. Time is in any one unit: parameters and rates are
//! in that unit.

mod backtest;
mod beta_geometric;
mod fit;
mod gamma_gamma;
mod model;
mod negative_binomial;
mod pareto;
mod population;
mod terms;
#[cfg(test)]
mod tests;

pub use backtest::{Backtest, Choice, Forecast, Scored, backtest, choose};
pub use fit::{LifetimeFit, fit};
pub use gamma_gamma::{Spend, SpendFit, SpendModel, fit_spend};
pub use model::{Discount, Kind, LifetimeModel};
pub use population::{Population, Purchases};
