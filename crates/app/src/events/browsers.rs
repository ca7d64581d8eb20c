//! What somebody did before they said who they are becomes theirs.

use domain::customers::{Identity, Namespace};
use domain::ids::StreamId;

use crate::customers::CustomerRef;
use crate::{App, AppError};

impl App {
    /// Joins what a browser did while nobody was known in it to the person who has just said who
    /// they are. The known profile stays; it can be taken back as any merge. A browser in which
    /// somebody else was known before keeps its past: it is theirs.
    ///
    /// Asked again it does nothing, so whoever was not answered may send the same again.
    ///
    /// # Errors
    /// The store's.
    pub fn browser_join(&self, known: &Identity, browser: &Identity) -> Result<(), AppError> {
        let find = |it: &Identity| match self.customer_find(&CustomerRef::Identity(it.clone())) {
            Err(AppError::NoCustomer) => Ok(None),
            found => found.map(Some),
        };
        let (Some(into), Some(from)) = (find(known)?, find(browser)?) else {
            return Ok(());
        };
        if into == from || !self.is_nobody(from)? {
            return Ok(());
        }
        match self.merge(into, from) {
            // Another request of the same browser was faster.
            Ok(_) | Err(AppError::SameCustomer | AppError::NoCustomer) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether a customer has no name by which anybody could know them.
    fn is_nobody(&self, root: StreamId) -> Result<bool, AppError> {
        Ok(self.inner.store.read(|conn| {
            let rows = store::customers::customer_read(conn, &[root])?;
            let streams = rows.iter().flat_map(|row| row.streams.keys().copied());
            let names = store::customers::identities_of(conn, &streams.collect::<Vec<_>>())?;
            let mut namespaces = names.iter().map(|name| name.namespace.parse::<Namespace>());
            Ok(namespaces.all(|it| it.is_ok_and(|namespace| !namespace.is_known())))
        })?)
    }
}
