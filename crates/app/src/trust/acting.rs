//! Who asks, and the one way in which they ask: nothing of a customer is shown and nothing is
//! changed without a permission, and neither without a row of the audit.

use std::sync::Arc;

use domain::ids::StreamId;
use domain::trust::{Action, Actor, Outcome, Permission, Permissions, Subject};

use super::audit::{Pending, entry};
use super::{KeyHolder, Origin, SignedIn, TrustError, TrustRefusal};
use crate::{App, AppError};

/// Who asks.
#[derive(Debug, Clone)]
pub enum Who {
    /// Somebody who is signed in.
    User(SignedIn),
    /// A program of the shop's.
    Key(KeyHolder),
    /// Whoever commands the machine itself.
    System,
}

impl Who {
    /// What they may do.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::User(who) => who.role.permissions(),
            Self::Key(key) => key.scopes,
            Self::System => Permission::ALL.iter().copied().collect(),
        }
    }

    /// As the audit names them.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        match self {
            Self::User(who) => Actor::User(who.user),
            Self::Key(key) => Actor::Key(key.id),
            Self::System => Actor::System,
        }
    }
}

/// A shop as somebody may use it.
#[derive(Debug, Clone)]
pub struct Acting {
    app: App,
    who: Who,
    origin: Origin,
}

impl App {
    /// This shop, for whoever asks.
    #[must_use]
    pub fn acting(&self, who: Who, origin: Origin) -> Acting {
        Acting {
            app: self.clone(),
            who,
            origin,
        }
    }
}

impl Acting {
    /// Who asks.
    #[must_use]
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// From where.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) const fn app(&self) -> &App {
        &self.app
    }

    /// Whether this was granted to them.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.who.permissions().has(permission)
    }

    /// Reads what names nobody: figures, settings, a customer behind a mask.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`], or what `ask` says.
    pub fn read<T>(
        &self,
        needs: Permission,
        ask: impl FnOnce(&App) -> Result<T, AppError>,
    ) -> Result<T, TrustError> {
        if !self.may(needs) {
            return Err(TrustRefusal::NotPermitted(needs).into());
        }
        Ok(ask(&self.app)?)
    }

    /// Shows what is personal. That it was looked at is noted before the answer is given, and
    /// kept soon after; an answer that cannot be noted is not given.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`], what `ask` says, or that the audit is full for a moment.
    pub fn look<T>(
        &self,
        action: Action,
        subject: &Subject,
        ask: impl FnOnce(&App) -> Result<T, AppError>,
    ) -> Result<T, TrustError> {
        self.permit(action, subject)?;
        let answer = ask(&self.app)?;
        self.note(action, subject, Outcome::Done)?;
        Ok(answer)
    }

    /// As [`Acting::look`] for what leaves the house: the row is kept before the answer is given.
    ///
    /// # Errors
    /// As [`Acting::look`].
    pub fn hand_out<T>(
        &self,
        action: Action,
        subject: &Subject,
        ask: impl FnOnce(&App) -> Result<T, AppError>,
    ) -> Result<T, TrustError> {
        self.permit(action, subject)?;
        let answer = ask(&self.app)?;
        self.app
            .audit_now(self.row(action, subject, Outcome::Done))?;
        Ok(answer)
    }

    /// Changes something. The row of the audit is part of the transaction of the change; a use
    /// case that has none of its own gets one after it.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`], [`TrustRefusal::ProofNeeded`], or what `work` says.
    pub fn change<T>(
        &self,
        action: Action,
        subject: &Subject,
        work: impl FnOnce(&App) -> Result<T, AppError>,
    ) -> Result<T, TrustError> {
        self.attempt(action, subject, |app| Ok(work(app)?))
    }

    /// As [`Acting::change`], of what this room may refuse too.
    pub(crate) fn attempt<T>(
        &self,
        action: Action,
        subject: &Subject,
        work: impl FnOnce(&App) -> Result<T, TrustError>,
    ) -> Result<T, TrustError> {
        self.permit(action, subject)?;
        let pending = Arc::new(Pending::new(self.row(action, subject, Outcome::Done)));
        let answer = work(&self.app.noting(&pending));
        match &answer {
            Ok(_) if pending.is_written() => {}
            Ok(_) => self.app.audit_now(pending.entry.clone())?,
            // A store that failed cannot keep that it did, and nothing was done.
            Err(TrustError::App(AppError::Store(_))) => {}
            Err(_) => self.note(action, subject, Outcome::Refused)?,
        }
        answer
    }

    /// A change of one customer, by [`Acting::change`].
    ///
    /// # Errors
    /// As [`Acting::change`].
    pub fn change_customer<T>(
        &self,
        action: Action,
        customer: StreamId,
        work: impl FnOnce(&App, StreamId) -> Result<T, AppError>,
    ) -> Result<T, TrustError> {
        self.change(action, &Subject::Customer(customer), |app| {
            work(app, customer)
        })
    }

    /// Whether they may; a no stands in the audit.
    pub(crate) fn permit(&self, action: Action, subject: &Subject) -> Result<(), TrustError> {
        let refusal = match action.needs() {
            Some(needs) if !self.may(needs) => TrustRefusal::NotPermitted(needs),
            _ if action.needs_proof() && !self.has_proof() => TrustRefusal::ProofNeeded,
            _ => return Ok(()),
        };
        // To be asked for a proof is no refusal: whoever gives it gets what they asked for.
        if refusal != TrustRefusal::ProofNeeded {
            self.note(action, subject, Outcome::Refused)?;
        }
        Err(refusal.into())
    }

    /// Whether they may do what is grave now. A key proves itself with every request, and whoever
    /// commands the machine need not.
    #[must_use]
    pub fn has_proof(&self) -> bool {
        match &self.who {
            Who::User(who) => who.is_proved(self.app.now()),
            Who::Key(_) | Who::System => true,
        }
    }

    fn row(
        &self,
        action: Action,
        subject: &Subject,
        outcome: Outcome,
    ) -> domain::trust::AuditEntry {
        let actor = self.who.actor();
        entry(
            &self.app.inner,
            actor,
            action,
            subject,
            &self.origin,
            outcome,
        )
    }

    pub(crate) fn note(
        &self,
        action: Action,
        subject: &Subject,
        outcome: Outcome,
    ) -> Result<(), TrustError> {
        Ok(self.app.audit_soon(self.row(action, subject, outcome))?)
    }
}
