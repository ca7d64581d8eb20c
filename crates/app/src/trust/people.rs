//! The people who work for the shop: who is asked to come, what each is, who leaves.

use domain::ids::UserId;
use domain::time::Millis;
use domain::trust::{
    Action, EmailAddress, Outcome, Permission, Role, Secret, Subject, UserState, person_name,
};
use serde::Serialize;
use store::trust::passes::StoredPass;
use store::trust::people::StoredUser;
use store::{StoreError, Tx};

use super::entrance::PassKind;
use super::letters::{LetterText, letter_put};
use super::sign_in::lock_active;
use super::{Acting, TrustError, TrustRefusal, Who};
use crate::trust::audit::{append, entry};
use crate::{AppError, Inner};

/// A shop has at most so many people, gone ones among them.
const PEOPLE_MAX: u32 = 1_000;
const INVITATION_MS: i64 = 7 * Millis::DAY;

/// Who is asked to come.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they are to be.
    pub role: Role,
}

/// Somebody was asked to come.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Their id.
    pub user: UserId,
    /// What opens the door once; shown to whoever invites when no letter can be sent.
    pub token: Secret<String>,
}

/// Somebody as the list of people shows them.
#[derive(Debug, Clone, Serialize)]
pub struct UserView {
    /// Their id.
    pub id: String,
    /// Their address; empty once they are erased.
    pub email: String,
    /// Their name; empty once they are erased.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub state: UserState,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// When they were invited, in milliseconds.
    pub created_at: i64,
    /// When they were last here.
    pub seen_at: Option<i64>,
}

pub(crate) fn email_hash(inner: &Inner, email: &EmailAddress) -> [u8; 16] {
    inner.vault.people_key("email", email.as_str())
}

fn open_field(
    inner: &Inner,
    user: &StoredUser,
    field: Option<&Vec<u8>>,
) -> Result<String, AppError> {
    match field {
        None => Ok(String::new()),
        Some(sealed) => inner.user_key(user)?.open_text(sealed),
    }
}

pub(crate) fn name_of(inner: &Inner, user: &StoredUser) -> Result<String, AppError> {
    open_field(inner, user, user.name.as_ref())
}

pub(crate) fn address_of(inner: &Inner, user: &StoredUser) -> Result<EmailAddress, AppError> {
    let text = open_field(inner, user, user.email.as_ref())?;
    EmailAddress::parse(&text).ok_or(AppError::Unreadable)
}

/// Somebody new, with a key of their own, who is nobody yet.
pub(super) fn new_user(inner: &Inner, email: &EmailAddress, name: &str, role: Role) -> StoredUser {
    let environment = &inner.environment;
    let (key, wrapped) = inner.vault.new_stream_key(environment);
    StoredUser {
        id: environment.id(UserId::new),
        role: role.word().to_owned(),
        state: UserState::Invited.word().to_owned(),
        wrapped: Some(wrapped),
        email: Some(key.seal_text(email.as_str(), environment)),
        name: Some(key.seal_text(name, environment)),
        password: None,
        totp: None,
        totp_offered: None,
        totp_step: None,
        recovery: String::new(),
        created_at: environment.now(),
        seen_at: None,
    }
}

pub(super) fn read_names(email: &str, name: &str) -> Result<(EmailAddress, String), TrustRefusal> {
    Ok((
        EmailAddress::parse(email).ok_or(TrustRefusal::BadAddress)?,
        person_name(name).ok_or(TrustRefusal::BadName)?,
    ))
}

/// What becomes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Becomes {
    Role(Role),
    State(UserState),
}

impl Acting {
    /// Everybody who works or worked here.
    ///
    /// # Errors
    /// [`TrustRefusal::NotPermitted`], or the store's.
    pub fn users(&self) -> Result<Vec<UserView>, TrustError> {
        self.look(Action::PeopleSeen, &Subject::Shop, |app| {
            let users = app
                .inner
                .store
                .read(|conn| store::trust::people::users(conn, PEOPLE_MAX))?;
            users.iter().map(|user| view(&app.inner, user)).collect()
        })
    }

    /// Asks somebody to come, or again if they have not come yet; with `compose` a letter goes
    /// out, in the same transaction.
    ///
    /// # Errors
    /// [`TrustRefusal::AddressTaken`], what is wrong with address or name, what
    /// [`Acting::change`] says, or the store's.
    pub fn invite(
        &self,
        invitation: &Invitation,
        compose: Option<&dyn Fn(&str) -> LetterText>,
    ) -> Result<Invited, TrustError> {
        let (email, name) = read_names(&invitation.email, &invitation.name)?;
        let (token, hash) = self.app().inner.new_token();
        let letter = compose.map(|compose| compose(&token));
        let role = invitation.role;
        let who = self.who().clone();
        let user = self.change_people(Action::UserInvited, None, move |inner, tx| {
            still_owner(tx, &who)?;
            let user = invited_user(inner, tx, &email, &name, role)?;
            store::trust::passes::passes_drop(tx, user.id, PassKind::Invitation.word())?;
            let expires_at = inner.environment.now().plus(INVITATION_MS);
            let pass = StoredPass {
                token: hash,
                kind: PassKind::Invitation.word().to_owned(),
                user: Some(user.id),
                expires_at,
                body: String::new(),
            };
            store::trust::passes::pass_insert(tx, &pass)?;
            if let Some(letter) = &letter {
                letter_put(inner, tx, &user, letter, expires_at)?;
            }
            Ok(user.id)
        })?;
        let token = Secret::new(token);
        Ok(Invited { user, token })
    }

    /// Gives somebody another role. Their sessions end, so nothing of the old one is left open.
    ///
    /// # Errors
    /// [`TrustRefusal::LastOwner`], [`TrustRefusal::NoUser`], what [`Acting::change`] says, or
    /// the store's.
    pub fn role_change(&self, user: UserId, role: Role) -> Result<(), TrustError> {
        self.become_of(user, Action::RoleChanged, Becomes::Role(role))
    }

    /// Lets somebody in no more.
    ///
    /// # Errors
    /// As [`Acting::role_change`].
    pub fn user_disable(&self, user: UserId) -> Result<(), TrustError> {
        let state = Becomes::State(UserState::Disabled);
        self.become_of(user, Action::UserDisabled, state)
    }

    /// Lets somebody in again.
    ///
    /// # Errors
    /// As [`Acting::role_change`].
    pub fn user_enable(&self, user: UserId) -> Result<(), TrustError> {
        let state = Becomes::State(UserState::Active);
        self.become_of(user, Action::UserEnabled, state)
    }

    /// Removes somebody's name, address, password and second factor for ever. What they did
    /// stays in the audit under an id that leads to nobody.
    ///
    /// # Errors
    /// As [`Acting::role_change`].
    pub fn user_erase(&self, user: UserId) -> Result<(), TrustError> {
        let state = Becomes::State(UserState::Erased);
        self.become_of(user, Action::UserErased, state)
    }

    fn become_of(&self, id: UserId, action: Action, becomes: Becomes) -> Result<(), TrustError> {
        let who = self.who().clone();
        self.change_people(action, Some(id), move |_, tx| {
            still_owner(tx, &who)?;
            let user = store::trust::people::user_lock(tx, id)?;
            let mut user = user.ok_or(TrustRefusal::NoUser)?;
            let (active, owner) = (UserState::Active.word(), Role::Owner.word());
            let is_owner = user.role == owner && user.state == active;
            apply(&mut user, becomes)?;
            let stays_owner = user.role == owner && user.state == active;
            if is_owner
                && !stays_owner
                && store::trust::people::users_beside(tx, id, owner, active)? == 0
            {
                return Err(TrustRefusal::LastOwner.into());
            }
            store::trust::people::user_put(tx, &user)?;
            match becomes {
                Becomes::State(UserState::Erased | UserState::Disabled) => {
                    unlink(tx, &user, becomes)?;
                }
                _ => {
                    store::trust::sessions::sessions_end_others(tx, id, None)?;
                }
            }
            Ok(id)
        })
        .map(|_| ())
    }

    /// A change of who works here: one at a time, and the row of the audit names whom it was.
    fn change_people(
        &self,
        action: Action,
        whom: Option<UserId>,
        mut work: impl FnMut(&Inner, &mut Tx<'_>) -> Result<UserId, TrustError> + Send + 'static,
    ) -> Result<UserId, TrustError> {
        let subject = whom.map_or(Subject::Shop, Subject::User);
        self.permit(action, &subject)?;
        let (actor, origin) = (self.who().actor(), self.origin().clone());
        let changed = self.app().trust_write(move |inner, tx| {
            store::trust::people::people_lock(tx)?;
            let user = work(inner, tx)?;
            let subject = Subject::User(user);
            let row = entry(inner, actor, action, &subject, &origin, Outcome::Done);
            append(&inner.vault, tx, vec![row])?;
            Ok(user)
        });
        if let Err(TrustError::Refused(_)) = &changed {
            self.note(action, &subject, Outcome::Refused)?;
        }
        changed
    }
}

/// Whoever asks may have lost the right while waiting for the lock.
fn still_owner(tx: &mut Tx<'_>, who: &Who) -> Result<(), TrustError> {
    let Who::User(who) = who else {
        return Ok(());
    };
    let user = lock_active(tx, who.user)?;
    let role: Role = user.role.parse().map_err(StoreError::shape)?;
    if role.permissions().has(Permission::People) {
        Ok(())
    } else {
        Err(TrustRefusal::NotPermitted(Permission::People).into())
    }
}

fn invited_user(
    inner: &Inner,
    tx: &mut Tx<'_>,
    email: &EmailAddress,
    name: &str,
    role: Role,
) -> Result<StoredUser, TrustError> {
    let hash = email_hash(inner, email);
    if let Some(id) = store::trust::people::email_find(tx, &hash)? {
        let user = store::trust::people::user_lock(tx, id)?;
        let waiting = user.filter(|user| user.state == UserState::Invited.word());
        let mut user = waiting.ok_or(TrustRefusal::AddressTaken)?;
        user.role = role.word().to_owned();
        user.name = Some(inner.user_key(&user)?.seal_text(name, &inner.environment));
        store::trust::people::user_put(tx, &user)?;
        return Ok(user);
    }
    let all = store::trust::people::users(tx, PEOPLE_MAX)?;
    if all.len() >= PEOPLE_MAX as usize {
        return Err(TrustRefusal::TooMany.into());
    }
    let user = new_user(inner, email, name, role);
    store::trust::people::user_insert(tx, &user)?;
    store::trust::people::email_bind(tx, &hash, user.id)?;
    Ok(user)
}

fn apply(user: &mut StoredUser, becomes: Becomes) -> Result<(), TrustError> {
    let state: UserState = user.state.parse().map_err(StoreError::shape)?;
    let may = match becomes {
        Becomes::Role(_) => state != UserState::Erased,
        Becomes::State(UserState::Disabled) => {
            matches!(state, UserState::Active | UserState::Invited)
        }
        // Whoever never chose a password is invited again instead.
        Becomes::State(UserState::Active) => {
            state == UserState::Disabled && user.password.is_some()
        }
        Becomes::State(UserState::Erased) => state != UserState::Erased,
        Becomes::State(UserState::Invited) => false,
    };
    if !may {
        return Err(TrustRefusal::WrongState.into());
    }
    match becomes {
        Becomes::Role(role) => role.word().clone_into(&mut user.role),
        Becomes::State(state) => state.word().clone_into(&mut user.state),
    }
    if becomes == Becomes::State(UserState::Erased) {
        (user.wrapped, user.email, user.name) = (None, None, None);
        (user.password, user.totp, user.totp_offered) = (None, None, None);
        (user.totp_step, user.recovery) = (None, String::new());
    }
    Ok(())
}

/// A disabled person keeps their address; an erased one keeps nothing.
fn unlink(tx: &mut Tx<'_>, user: &StoredUser, becomes: Becomes) -> Result<(), StoreError> {
    if becomes == Becomes::State(UserState::Erased) {
        return store::trust::people::user_unlink(tx, user.id);
    }
    store::trust::sessions::sessions_end_others(tx, user.id, None)?;
    for kind in [PassKind::Invitation, PassKind::Reset, PassKind::Code] {
        store::trust::passes::passes_drop(tx, user.id, kind.word())?;
    }
    Ok(())
}

fn view(inner: &Inner, user: &StoredUser) -> Result<UserView, AppError> {
    Ok(UserView {
        id: user.id.to_string(),
        email: open_field(inner, user, user.email.as_ref())?,
        name: name_of(inner, user)?,
        role: user.role.parse().map_err(StoreError::shape)?,
        state: user.state.parse().map_err(StoreError::shape)?,
        has_second_factor: user.totp.is_some(),
        created_at: user.created_at.0,
        seen_at: user.seen_at.map(|at| at.0),
    })
}
