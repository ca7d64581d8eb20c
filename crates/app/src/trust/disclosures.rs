//! Who received what about whom: what left the house by name, kept where the person can be told.
//!
//! It leaves the house when somebody takes it in a file: everything about one person, or a list
//! with names. What people who work here see on pages, and what the shop's own programs read with
//! a key, stands in the audit; nothing hands anything to third parties by itself yet.

use std::cmp::Reverse;

use domain::ids::{MessageId, StreamId};
use domain::trust::{Action, Subject, has_member, member_place, pack_members};
use serde::Serialize;
use store::Queue;
use store::trust::disclosures::{self, StoredDisclosure, StoredList};

use super::{Acting, Export, TrustError};
use crate::customers::{CustomerList, ListQuery};
use crate::{App, AppError};

/// The newest lists that are looked through for somebody.
const LISTS_MAX: u32 = 200;

/// One time that something about a person was handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisclosureView {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// To whom, as the audit names them: `usr_…`, `key_…` or `system`.
    pub recipient: String,
    /// The question of the list they were on; none when it was everything about this one person.
    pub question: Option<String>,
    /// About how many people at once.
    pub customers: i64,
}

impl From<StoredDisclosure> for DisclosureView {
    fn from(it: StoredDisclosure) -> Self {
        Self {
            at: it.at.0,
            recipient: it.recipient,
            question: it.question,
            customers: it.customers,
        }
    }
}

impl Acting {
    /// Everything about one person, as a file. That it was handed out stands with the person.
    ///
    /// # Errors
    /// As [`Acting::hand_out`].
    pub fn export_customer(&self, root: StreamId) -> Result<Export, TrustError> {
        let recipient = self.who().actor().to_string();
        self.hand_out(Action::CustomerExported, &Subject::Customer(root), |app| {
            let export = app.export(root)?;
            let (id, at) = (app.new_disclosure(), app.now());
            app.inner.store.write(Queue::Interactive, move |session| {
                session.transaction(|tx| disclosures::disclosure_put(tx, id, root, at, &recipient))
            })?;
            Ok(export)
        })
    }

    /// A list with names, as a file. Who is on it is kept, but not one by one.
    ///
    /// # Errors
    /// As [`Acting::hand_out`].
    pub fn export_list(
        &self,
        predicate: &str,
        query: ListQuery,
    ) -> Result<CustomerList, TrustError> {
        let recipient = self.who().actor().to_string();
        self.hand_out(Action::CustomersExported, &Subject::Shop, |app| {
            let question = app.question(predicate)?;
            let list = app.customer_list_whole(&ListQuery {
                test: question.test,
                ..query
            })?;
            // Who is named by no question of ours is the affair of the words that were typed.
            let members = list
                .customers
                .iter()
                .filter_map(|it| it.customer.parse().ok());
            let stored = StoredList {
                id: app.new_disclosure(),
                disclosure: StoredDisclosure {
                    at: app.now(),
                    recipient,
                    question: Some(question.predicate.to_string()),
                    customers: i64::try_from(list.customers.len()).unwrap_or(i64::MAX),
                },
                members: pack_members(members),
            };
            app.inner.store.write(Queue::Interactive, move |session| {
                session.transaction(|tx| disclosures::list_put(tx, &stored))
            })?;
            Ok(list)
        })
    }
}

impl App {
    fn new_disclosure(&self) -> [u8; 16] {
        let id: MessageId = self.inner.environment.id(MessageId::new);
        *id.bytes()
    }

    /// What was handed out about a customer, the newest first.
    pub(crate) fn disclosures(
        &self,
        streams: &[StreamId],
    ) -> Result<Vec<DisclosureView>, AppError> {
        let mut found = self.inner.store.read(|conn| {
            let mut found = disclosures::disclosures_of(conn, streams)?;
            for stream in streams {
                let (part, number) = member_place(*stream);
                let lists = disclosures::lists_with(conn, part, LISTS_MAX)?;
                let with = lists
                    .into_iter()
                    .filter(|(_, part)| has_member(part, number));
                found.extend(with.map(|(list, _)| list));
            }
            Ok(found)
        })?;
        found.sort_by_key(|it| Reverse(it.at));
        Ok(found.into_iter().map(DisclosureView::from).collect())
    }
}
