//! Two names of one person, as an alias tells them.
//!
//! The safeguards are those of `identify`: an unknown name joins a known one, the known profile
//! stays whichever way round the names were given, and two known customers become one only for a
//! key that may merge.

use domain::customers::{Identity, Namespace};
use domain::events::{Alias, EventRefusal, Told};
use domain::trust::{Action, Permission, Subject};

use super::Caller;
use crate::customers::CustomerRef;
use crate::trust::{Origin, TrustError, Who};
use crate::{App, AppError};

/// A known customer who becomes part of another.
pub(super) struct KnownAlias {
    pub(super) into: Identity,
    pub(super) from: Identity,
}

/// What an alias says of two names.
enum Meaning {
    /// A browser, and who is in it.
    Browser { known: Identity, browser: Identity },
    /// Two customers who are known both.
    TwoKnown(KnownAlias),
}

impl App {
    /// Names an alias as the one whom it means; of two known customers it says so.
    pub(super) fn alias_meant(
        &self,
        told: &mut Told,
        caller: &Caller,
    ) -> Result<Result<Option<KnownAlias>, EventRefusal>, AppError> {
        let Some(alias) = told.alias.take() else {
            return Ok(Ok(None));
        };
        let Some(meaning) = self.meaning(&alias)? else {
            return Ok(Ok(None));
        };
        let identities = &mut told.event.identities;
        match meaning {
            Meaning::Browser { known, browser } => {
                // What else was named is named still, the most trusted first.
                identities.retain(|it| {
                    *it != browser && *it != known && it.namespace != Namespace::UserId
                });
                identities.insert(0, known);
                identities.push(browser);
                Ok(Ok(None))
            }
            Meaning::TwoKnown(alias) => {
                let may = Permission::ChangeCustomers;
                match caller.is_secret && caller.key.is_some_and(|key| key.scopes.has(may)) {
                    true => Ok(Ok(Some(alias))),
                    false => Ok(Err(EventRefusal::MergeNotPermitted)),
                }
            }
        }
    }

    /// None when one of the names can be nobody's.
    fn meaning(&self, alias: &Alias) -> Result<Option<Meaning>, AppError> {
        let named = |namespace, id: &str| Identity::new(namespace, id).ok();
        let (Some(user), Some(previous)) = (
            named(Namespace::UserId, &alias.user_id),
            named(Namespace::UserId, &alias.previous_id),
        ) else {
            return Ok(None);
        };
        let browser_of = |id: &str| named(Namespace::AnonymousId, id);
        if user == previous {
            return Ok(None);
        }
        if !self.is_borne(&previous)? {
            let browser = browser_of(&alias.previous_id);
            return Ok(browser.map(|browser| Meaning::Browser {
                known: user,
                browser,
            }));
        }
        // The names the other way round, as some libraries have them: a browser does not become
        // the name of somebody who is known.
        let swapped = browser_of(&alias.user_id);
        if let Some(browser) = swapped
            && !self.is_borne(&user)?
            && self.is_borne(&browser)?
        {
            return Ok(Some(Meaning::Browser {
                known: previous,
                browser,
            }));
        }
        Ok(Some(Meaning::TwoKnown(KnownAlias {
            into: user,
            from: previous,
        })))
    }

    fn is_borne(&self, name: &Identity) -> Result<bool, AppError> {
        match self.customer_find(&CustomerRef::Identity(name.clone())) {
            Ok(_) => Ok(true),
            Err(AppError::NoCustomer) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes two known customers one, in the name of the key that said so.
    pub(super) fn alias_merge(&self, alias: &KnownAlias, caller: &Caller) -> Result<(), AppError> {
        let find = |name: &Identity| self.customer_find(&CustomerRef::Identity(name.clone()));
        let (into, from) = match (find(&alias.into), find(&alias.from)) {
            (Ok(into), Ok(from)) if into != from => (into, from),
            (Err(AppError::NoCustomer) | Ok(_), Err(AppError::NoCustomer) | Ok(_)) => return Ok(()),
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let Some(key) = caller.key else {
            return Ok(());
        };
        let origin = caller.ip.map_or_else(Origin::machine, |ip| {
            Origin::new(ip, caller.user_agent.as_deref().unwrap_or_default())
        });
        let merged = self.acting(Who::Key(key), origin).change(
            Action::CustomersMerged,
            &Subject::Customer(into),
            |app| app.merge(into, from),
        );
        match merged {
            // Another request was faster, or the key was taken its right meanwhile.
            Ok(_)
            | Err(TrustError::App(AppError::SameCustomer | AppError::NoCustomer))
            | Err(TrustError::Refused(_)) => Ok(()),
            Err(TrustError::App(error)) => Err(error),
        }
    }
}
