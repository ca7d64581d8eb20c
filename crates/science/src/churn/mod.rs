//! The chance to leave in the next period, learnt from periods stayed and left.

mod calibration;
mod discrete;
mod logistic;

pub use calibration::{Band, Calibration, calibration};
pub use discrete::{ChurnFit, Spell, fit_churn};
pub use logistic::{LogisticFit, fit_logistic};
