//! Whether a change made a difference: two arms of a random trial.

mod cuped;
mod sample;
mod sequence;
mod srm;
mod welch;

pub use cuped::{Adjusted, Paired, cuped};
pub use sample::{RatioSums, Sample};
pub use sequence::{Sequential, confidence_sequence};
pub use srm::{SampleRatio, sample_ratio};
pub use welch::{Effect, Scale, welch};
