//! Answers over all customers, computed from the population and kept until it changes.

use std::sync::Arc;

use super::retention::Retention;
use super::value::Value;
use crate::{App, AppError};

/// An answer, or how far the population has been read.
#[derive(Debug, Clone, PartialEq)]
pub enum Insight<T> {
    /// The answer.
    Ready(Arc<T>),
    /// The population is being read: so many percent of it are there.
    Warming(u8),
}

impl App {
    /// Do they come back, and when is it too late?
    ///
    /// # Errors
    /// The store's.
    pub fn retention(&self) -> Result<Insight<Retention>, AppError> {
        Ok(Insight::Warming(0))
    }

    /// Who makes the money?
    ///
    /// # Errors
    /// The store's.
    pub fn value(&self) -> Result<Insight<Value>, AppError> {
        Ok(Insight::Warming(0))
    }
}
