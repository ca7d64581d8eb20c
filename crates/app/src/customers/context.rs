//! What a shop's page asks about its reader in one round trip.

use domain::customers::{Metrics, Standing, view};
use domain::ids::StreamId;
use domain::trust::Purpose;

use crate::loyalty::WalletUnit;
use crate::segments::SegmentHeld;
use crate::{App, AppError};

/// What is true of a customer now.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerContext {
    /// Who it is.
    pub customer: StreamId,
    /// Where they stand as of the shop's newest fact.
    pub standing: Standing,
    /// What they said last about each purpose.
    pub consents: Vec<(Purpose, bool)>,
    /// The segments in which they are; none of somebody who refused that pages are fitted to them.
    pub segments: Vec<SegmentHeld>,
    /// What is in their wallet.
    pub wallet: Vec<WalletUnit>,
}

impl App {
    /// What is true of a customer now, from their state alone.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], or the store's.
    pub fn customer_context(&self, root: StreamId) -> Result<CustomerContext, AppError> {
        let rows = self
            .inner
            .store
            .read(|conn| store::customers::customer_read(conn, &[root]))?;
        let row = rows.into_iter().next().ok_or(AppError::NoCustomer)?;
        let in_force = self.in_force();
        let as_of = self.as_of()?;
        let seen = view(&row.state, &in_force.programme, &in_force.fold, as_of);
        let consents = row.state.observed.consents.iter();
        let consents: Vec<(Purpose, bool)> = consents
            .map(|(purpose, it)| (*purpose, it.granted))
            .collect();
        let segments = match consents.contains(&(Purpose::Personalisation, false)) {
            true => Vec::new(),
            false => self.segments_holding(&Metrics::of(&row.state, &in_force.fold))?,
        };
        Ok(CustomerContext {
            customer: root,
            standing: seen.standing,
            consents,
            segments,
            wallet: self.wallet(root)?,
        })
    }
}
