//! What is shown of customers to somebody whose business their names are not.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ids::StreamId;
use domain::trust::{Action, Permission, Subject, mask_email, mask_name, mask_phone};

use super::{
    CustomerList, CustomerListItem, CustomerPage, CustomerRef, FactView, IdentityView, Timeline,
};
use crate::insight::Insight;
use crate::trust::{Acting, TrustError, TrustRefusal};
use crate::{App, AppError};

/// What can be shown behind a mask.
pub trait Mask {
    /// The same, without what names or reaches anybody.
    #[must_use]
    fn masked(self) -> Self;
}

impl Acting {
    /// Shows customers: as they are, and noted, to whoever may see that; behind a mask to whoever
    /// may only see that there are customers.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`], what `ask` says, or that the audit is full for a moment.
    pub fn show<T: Mask>(
        &self,
        action: Action,
        subject: &Subject,
        ask: impl FnOnce(&App) -> Result<T, AppError>,
    ) -> Result<T, TrustError> {
        if self.may(Permission::SeePersonal) {
            return self.look(action, subject, ask);
        }
        Ok(self.read(Permission::SeeCustomers, ask)?.masked())
    }

    /// Refuses to search for words of names to whoever may not see names: each search would tell
    /// a little of one.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`].
    pub fn may_search(&self, search: &str) -> Result<(), TrustRefusal> {
        if search.trim().is_empty() || self.may(Permission::SeePersonal) {
            return Ok(());
        }
        Err(TrustRefusal::NotPermitted(Permission::SeePersonal))
    }

    /// The customer who is meant. To ask by an address or a number whether somebody is a customer
    /// takes a permission to deal with persons.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`], [`AppError::NoCustomer`], what is wrong with the name, or
    /// the store's.
    pub fn customer_named(&self, named: &str) -> Result<StreamId, TrustError> {
        let named: CustomerRef = named.parse()?;
        let deals_with_persons = [
            Permission::SeePersonal,
            Permission::ChangeCustomers,
            Permission::PersonRights,
        ];
        let is_id = matches!(named, CustomerRef::Id(_));
        if !is_id && !deals_with_persons.iter().any(|it| self.may(*it)) {
            return Err(TrustRefusal::NotPermitted(Permission::SeePersonal).into());
        }
        Ok(self.app().customer_find(&named)?)
    }
}

/// A label is a name, an address or a number, or the id of a customer of whom nothing is known.
fn mask_label(label: &str, customer: &str) -> String {
    if label == customer {
        label.to_owned()
    } else if label.contains('@') {
        mask_email(label)
    } else {
        mask_name(label)
    }
}

fn mask_each(personal: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let each = personal.into_iter();
    each.map(|(name, value)| (name, mask_name(&value)))
        .collect()
}

impl Mask for CustomerListItem {
    fn masked(self) -> Self {
        Self {
            label: mask_label(&self.label, &self.customer),
            ..self
        }
    }
}

impl Mask for IdentityView {
    fn masked(self) -> Self {
        let value = match self.namespace.as_str() {
            "email" => mask_email(&self.value),
            "phone" => mask_phone(&self.value),
            _ => mask_name(&self.value),
        };
        Self { value, ..self }
    }
}

impl Mask for CustomerPage {
    fn masked(self) -> Self {
        Self {
            label: mask_label(&self.label, &self.customer),
            identities: self.identities.masked(),
            traits: mask_each(self.traits),
            ..self
        }
    }
}

impl Mask for FactView {
    fn masked(self) -> Self {
        Self {
            personal: mask_each(self.personal),
            ..self
        }
    }
}

impl Mask for CustomerList {
    fn masked(self) -> Self {
        Self {
            customers: self.customers.masked(),
            ..self
        }
    }
}

impl Mask for Timeline {
    fn masked(self) -> Self {
        Self {
            events: self.events.masked(),
            ..self
        }
    }
}

impl<A: Mask, B: Mask> Mask for (A, B) {
    fn masked(self) -> Self {
        (self.0.masked(), self.1.masked())
    }
}

impl<T: Mask> Mask for Vec<T> {
    fn masked(self) -> Self {
        self.into_iter().map(Mask::masked).collect()
    }
}

impl<T: Mask> Mask for Option<T> {
    fn masked(self) -> Self {
        self.map(Mask::masked)
    }
}

impl<T: Mask + Clone> Mask for Insight<T> {
    fn masked(self) -> Self {
        match self {
            Self::Ready(it) => Self::Ready(Arc::new(Arc::unwrap_or_clone(it).masked())),
            Self::Warming(percent) => Self::Warming(percent),
        }
    }
}
