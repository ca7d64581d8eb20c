//! Customers: merging and unmerging, refolding, and how they are shown.

mod consents;
mod context;
mod list;
mod masking;
mod merge;
mod page;
mod person;
mod rebuild;
mod timeline;

pub use consents::ConsentView;
pub use context::CustomerContext;
pub use list::{CustomerCount, CustomerList, CustomerListItem, ListQuery, SAMPLE_MAX};
pub use masking::Mask;
pub use page::{CustomerPage, MergeView};
pub use person::IdentityView;
pub use rebuild::{RebuildProgress, Rebuilt};
/// In which order a list shows customers.
pub use store::insight::Sort;
pub use timeline::{FactView, Timeline, TimelineKind};

use domain::customers::Identity;
use domain::ids::StreamId;
use store::Conn;

use crate::{App, AppError, Inner};

/// The most rows of one page of a list or a timeline.
pub const PAGE_ROWS_MAX: u32 = 200;

/// How a caller names a customer: by id (any of their streams), or by one of their identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerRef {
    /// `cus_…`
    Id(StreamId),
    /// `namespace:value`
    Identity(Identity),
}

impl std::str::FromStr for CustomerRef {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        if text.starts_with("cus_") {
            let id = text
                .parse()
                .map_err(|error| AppError::Invalid(format!("{error}")))?;
            return Ok(Self::Id(id));
        }
        text.parse()
            .map(Self::Identity)
            .map_err(|error| AppError::Invalid(format!("{error}")))
    }
}

impl App {
    /// The root of the customer that is named.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`] when there is none.
    pub fn customer_find(&self, named: &CustomerRef) -> Result<StreamId, AppError> {
        self.inner
            .store
            .read(|conn| Ok(find(&self.inner, conn, named)))?
    }
}

pub(crate) fn find(
    inner: &Inner,
    conn: &mut Conn,
    named: &CustomerRef,
) -> Result<StreamId, AppError> {
    let root = match named {
        CustomerRef::Id(stream) => store::customers::stream_root(conn, *stream)?,
        CustomerRef::Identity(identity) => {
            let hash = inner.vault.identity_hash(identity);
            let found = store::customers::identity_find(conn, &[hash])?;
            found.get(&hash).map(|(_, root)| *root)
        }
    };
    root.ok_or(AppError::NoCustomer)
}
