//! The people who work for the shop: the first owner, invitations, roles, leaving, passwords.

use domain::ids::UserId;
use domain::time::Millis;
use domain::trust::{
    Action, Actor, Bucket, EmailAddress, Outcome, Permission, Role, Secret, Subject, UserState,
    password_check, person_name,
};
use serde::Serialize;
use store::trust::passes::StoredPass;
use store::trust::people::StoredUser;
use store::{StoreError, Tx};

use super::letters::{LetterText, letter_put};
use super::sessions::{NewSession, Opening, session_open};
use super::sign_in::{Buckets, lock_active, note_all, right, rotate};
use super::{Acting, Origin, SignedIn, TrustError, TrustRefusal, Who, digest_whole};
use crate::trust::audit::{append, entry};
use crate::{App, AppError, Inner};

/// A shop has at most so many people, gone ones among them.
const PEOPLE_MAX: u32 = 1_000;
/// The first owner's claim ends so long after the server said it.
const SETUP_MS: i64 = Millis::DAY;
const INVITATION_MS: i64 = 7 * Millis::DAY;
const RESET_MS: i64 = 60 * 60_000;

/// Which door a pass opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PassKind {
    Setup,
    Invitation,
    Reset,
    Code,
}

impl PassKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::Code => "code",
        }
    }

    pub(crate) fn fits(self, pass: &StoredPass, now: Millis) -> bool {
        pass.kind == self.word() && now < pass.expires_at
    }

    fn take(
        self,
        tx: &mut Tx<'_>,
        token: &[u8; 32],
        now: Millis,
    ) -> Result<StoredPass, TrustError> {
        store::trust::passes::pass_take(tx, token)?
            .filter(|pass| self.fits(pass, now))
            .ok_or(TrustError::Refused(TrustRefusal::NoPass))
    }
}

/// The first owner.
#[derive(Debug, Clone)]
pub struct NewOwner {
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The password they chose.
    pub password: Secret<String>,
}

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
fn new_user(inner: &Inner, email: &EmailAddress, name: &str, role: Role) -> StoredUser {
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

fn read_names(email: &str, name: &str) -> Result<(EmailAddress, String), TrustRefusal> {
    Ok((
        EmailAddress::parse(email).ok_or(TrustRefusal::BadAddress)?,
        person_name(name).ok_or(TrustRefusal::BadName)?,
    ))
}

/// Hashes a new password. Never on a writer's thread.
fn hash_new(
    inner: &Inner,
    password: &Secret<String>,
    email: &EmailAddress,
) -> Result<String, TrustRefusal> {
    password_check(password.reveal(), email).map_err(TrustRefusal::Password)?;
    let salt = inner.environment.random();
    Ok(inner.passwords.hash(password.reveal(), &salt))
}

impl App {
    /// The token with which the first owner claims the shop; none when somebody works here
    /// already. Only whoever sees the server's terminal knows it, so nobody on the network can
    /// come first. Each call ends the token of the one before.
    ///
    /// # Errors
    /// The store's.
    pub fn setup_token(&self) -> Result<Option<Secret<String>>, TrustError> {
        let (token, hash) = self.inner.new_token();
        let expires_at = self.now().plus(SETUP_MS);
        let is_open = self.trust_write(move |_, tx| {
            store::trust::people::people_lock(tx)?;
            if store::trust::people::user_exists(tx)? {
                return Ok(false);
            }
            store::trust::passes::passes_drop_unowned(tx, PassKind::Setup.word())?;
            let pass = StoredPass {
                token: hash,
                kind: PassKind::Setup.word().to_owned(),
                user: None,
                expires_at,
                body: String::new(),
            };
            store::trust::passes::pass_insert(tx, &pass)?;
            Ok(true)
        })?;
        Ok(is_open.then(|| Secret::new(token)))
    }

    /// Whether somebody works here.
    ///
    /// # Errors
    /// The store's.
    pub fn is_claimed(&self) -> Result<bool, AppError> {
        Ok(self.inner.store.read(store::trust::people::user_exists)?)
    }

    /// Makes the first owner and signs them in.
    ///
    /// # Errors
    /// [`TrustRefusal::AlreadyClaimed`], [`TrustRefusal::NoPass`], what is wrong with address,
    /// name or password, or the store's.
    pub fn setup(
        &self,
        token: &str,
        owner: &NewOwner,
        origin: &Origin,
    ) -> Result<NewSession, TrustError> {
        let (email, name) = read_names(&owner.email, &owner.name)?;
        let hash = digest_whole(token);
        // Asked before the password is hashed, so that a stranger makes no work.
        self.pass_check(&hash, PassKind::Setup)?;
        let password = hash_new(&self.inner, &owner.password, &email)?;
        let origin = origin.clone();
        self.trust_write(move |inner, tx| {
            store::trust::people::people_lock(tx)?;
            if store::trust::people::user_exists(tx)? {
                return Err(TrustRefusal::AlreadyClaimed.into());
            }
            PassKind::Setup.take(tx, &hash, inner.environment.now())?;
            let mut user = new_user(inner, &email, &name, Role::Owner);
            user.state = UserState::Active.word().to_owned();
            user.password = Some(password.clone());
            let email = email_hash(inner, &email);
            store::trust::people::user_insert(tx, &user)?;
            store::trust::people::email_bind(tx, &email, user.id)?;
            begin(inner, tx, &mut user, email, &origin, Action::ShopClaimed)
        })
    }

    /// Whether an invitation or a reset can still be taken, before somebody fills a form.
    ///
    /// # Errors
    /// [`TrustRefusal::NoPass`], or the store's.
    pub fn invitation_check(&self, token: &str) -> Result<(), TrustError> {
        self.pass_check(&digest_whole(token), PassKind::Invitation)
    }

    /// As [`App::invitation_check`], for a reset.
    ///
    /// # Errors
    /// [`TrustRefusal::NoPass`], or the store's.
    pub fn reset_check(&self, token: &str) -> Result<(), TrustError> {
        self.pass_check(&digest_whole(token), PassKind::Reset)
    }

    fn pass_check(&self, hash: &[u8; 32], kind: PassKind) -> Result<(), TrustError> {
        self.pass_of(hash, kind).map(|_| ())
    }

    fn pass_of(&self, hash: &[u8; 32], kind: PassKind) -> Result<StoredPass, TrustError> {
        let now = self.now();
        let pass = self
            .inner
            .store
            .read(|conn| store::trust::passes::pass_get(conn, hash))?;
        pass.filter(|pass| kind.fits(pass, now))
            .ok_or(TrustError::Refused(TrustRefusal::NoPass))
    }

    /// Takes an invitation: the person chooses a password and is signed in.
    ///
    /// # Errors
    /// [`TrustRefusal::NoPass`], [`TrustRefusal::Password`], or the store's.
    pub fn invitation_take(
        &self,
        token: &str,
        password: &Secret<String>,
        origin: &Origin,
    ) -> Result<NewSession, TrustError> {
        let hash = digest_whole(token);
        let (id, email, password) = self.choose(&hash, PassKind::Invitation, password)?;
        let origin = origin.clone();
        self.trust_write(move |inner, tx| {
            let user = store::trust::people::user_lock(tx, id)?;
            let invited = user.filter(|user| user.state == UserState::Invited.word());
            let mut user = invited.ok_or(TrustRefusal::NoPass)?;
            PassKind::Invitation.take(tx, &hash, inner.environment.now())?;
            user.state = UserState::Active.word().to_owned();
            user.password = Some(password.clone());
            let email = email_hash(inner, &email);
            begin(
                inner,
                tx,
                &mut user,
                email,
                &origin,
                Action::InvitationTaken,
            )
        })
    }

    /// Sends a letter with which the person of this address may choose a new password. Says
    /// nothing and takes as long whoever has the address: what follows, follows behind.
    ///
    /// # Errors
    /// [`TrustRefusal::Shut`] after too many, for an address that nobody has too; or the store's.
    pub fn reset_ask(
        &self,
        email: &str,
        origin: &Origin,
        compose: impl Fn(&str) -> LetterText + Send + 'static,
    ) -> Result<(), TrustError> {
        let hash = match EmailAddress::parse(email) {
            Some(address) => email_hash(&self.inner, &address),
            None => self.inner.vault.people_key("no address", email),
        };
        let letters = format!("letters {}", super::password::hex(&hash));
        let address = format!("address {}", origin.counted());
        self.count_try(&Buckets::from([
            (
                self.inner.vault.people_key("tries", &letters),
                Bucket::Letters,
            ),
            (
                self.inner.vault.people_key("tries", &address),
                Bucket::Address,
            ),
        ]))?;
        let (inner, origin) = (self.inner.clone(), origin.clone());
        let behind = Box::new(move |session: &mut store::Session| {
            let sent = session.transaction(|tx| {
                match reset_letter(&inner, tx, &hash, &origin, &compose) {
                    Err(TrustError::App(AppError::Store(error))) => Err(error),
                    other => Ok(other),
                }
            });
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a letter was not written"),
                Err(error) => tracing::error!(%error, "a letter was not written"),
            }
        });
        Ok(self.inner.store.submit(store::Queue::Jobs, behind)?)
    }

    /// Gives out a way to choose a new password to whoever commands the machine itself.
    ///
    /// # Errors
    /// [`TrustRefusal::NoUser`], or the store's.
    pub fn reset_here(&self, email: &str) -> Result<Secret<String>, TrustError> {
        let address = EmailAddress::parse(email).ok_or(TrustRefusal::BadAddress)?;
        let hash = email_hash(&self.inner, &address);
        self.trust_write(move |inner, tx| {
            let user = find_active(tx, &hash)?.ok_or(TrustRefusal::NoUser)?;
            let token = reset_pass(inner, tx, user.id)?;
            let subject = Subject::User(user.id);
            let origin = Origin::machine();
            let action = Action::ResetAsked;
            let row = entry(
                inner,
                Actor::System,
                action,
                &subject,
                &origin,
                Outcome::Done,
            );
            append(&inner.vault, tx, vec![row])?;
            Ok(Secret::new(token))
        })
    }

    /// Chooses a new password by such a way. Every session of the person ends; the second factor
    /// stays, and is asked for at the next login.
    ///
    /// # Errors
    /// [`TrustRefusal::NoPass`], [`TrustRefusal::Password`], or the store's.
    pub fn reset(
        &self,
        token: &str,
        password: &Secret<String>,
        origin: &Origin,
    ) -> Result<Secret<String>, TrustError> {
        let hash = digest_whole(token);
        let (id, email, password) = self.choose(&hash, PassKind::Reset, password)?;
        let origin = origin.clone();
        self.trust_write(move |inner, tx| {
            let user = store::trust::people::user_lock(tx, id)?;
            let active = user.filter(|user| user.state == UserState::Active.word());
            let mut user = active.ok_or(TrustRefusal::NoPass)?;
            PassKind::Reset.take(tx, &hash, inner.environment.now())?;
            user.password = Some(password.clone());
            store::trust::people::user_put(tx, &user)?;
            store::trust::sessions::sessions_end_others(tx, id, None)?;
            for kind in [PassKind::Reset, PassKind::Code] {
                store::trust::passes::passes_drop(tx, id, kind.word())?;
            }
            let (actor, subject) = (Actor::User(id), Subject::User(id));
            let action = Action::PasswordReset;
            let row = entry(inner, actor, action, &subject, &origin, Outcome::Done);
            append(&inner.vault, tx, vec![row])?;
            Ok(Secret::new(inner.new_device(&email_hash(inner, &email))))
        })
    }

    /// Whose pass this is and the hash of the password they chose.
    fn choose(
        &self,
        hash: &[u8; 32],
        kind: PassKind,
        password: &Secret<String>,
    ) -> Result<(UserId, EmailAddress, String), TrustError> {
        let pass = self.pass_of(hash, kind)?;
        let id = pass.user.ok_or(TrustRefusal::NoPass)?;
        let user = self
            .inner
            .store
            .read(|conn| store::trust::people::user_get(conn, id))?;
        let user = user.ok_or(TrustRefusal::NoPass)?;
        let email = address_of(&self.inner, &user)?;
        let password = hash_new(&self.inner, password, &email)?;
        Ok((id, email, password))
    }

    /// Changes the password of whoever asks. Their other sessions end, this one gets a new token.
    ///
    /// # Errors
    /// [`TrustRefusal::WrongProof`], [`TrustRefusal::Password`], [`TrustRefusal::Shut`], or the
    /// store's.
    pub fn password_change(
        &self,
        who: &SignedIn,
        old: &Secret<String>,
        new: &Secret<String>,
        origin: &Origin,
    ) -> Result<Secret<String>, TrustError> {
        let bucket = self.proof_bucket(who);
        self.count_try(&bucket)?;
        if !self.password_fits(who.user, old)? {
            self.note_refused(Action::PasswordChanged, Some(who.user), origin)?;
            return Err(TrustRefusal::WrongProof.into());
        }
        let user = self
            .inner
            .store
            .read(|conn| store::trust::people::user_get(conn, who.user))?;
        let user = user.ok_or(TrustRefusal::NotSignedIn)?;
        let password = hash_new(&self.inner, new, &address_of(&self.inner, &user)?)?;
        let (who, origin) = (who.clone(), origin.clone());
        self.trust_write(move |inner, tx| {
            let mut user = lock_active(tx, who.user)?;
            let token = rotate(inner, tx, &who)?;
            user.password = Some(password.clone());
            store::trust::people::user_put(tx, &user)?;
            let keep = digest_whole(token.reveal());
            store::trust::sessions::sessions_end_others(tx, user.id, Some(&keep))?;
            for kind in [PassKind::Reset, PassKind::Code] {
                store::trust::passes::passes_drop(tx, user.id, kind.word())?;
            }
            right(tx, &bucket, inner.environment.now())?;
            note_all(inner, tx, &who, &[Action::PasswordChanged], &origin)?;
            Ok(token)
        })
    }
}

/// Signs in whoever has just shown a pass.
fn begin(
    inner: &Inner,
    tx: &mut Tx<'_>,
    user: &mut StoredUser,
    email: [u8; 16],
    origin: &Origin,
    action: Action,
) -> Result<NewSession, TrustError> {
    let opening = Opening {
        keep: false,
        origin,
        email,
        old: None,
    };
    let session = session_open(inner, tx, user, &opening)?;
    let (actor, subject) = (Actor::User(user.id), Subject::User(user.id));
    let row = entry(inner, actor, action, &subject, origin, Outcome::Done);
    append(&inner.vault, tx, vec![row])?;
    Ok(session)
}

fn find_active(tx: &mut Tx<'_>, email: &[u8; 16]) -> Result<Option<StoredUser>, StoreError> {
    let Some(id) = store::trust::people::email_find(tx, email)? else {
        return Ok(None);
    };
    let user = store::trust::people::user_lock(tx, id)?;
    Ok(user.filter(|user| user.state == UserState::Active.word()))
}

fn reset_pass(inner: &Inner, tx: &mut Tx<'_>, user: UserId) -> Result<String, StoreError> {
    let (token, hash) = inner.new_token();
    store::trust::passes::passes_drop(tx, user, PassKind::Reset.word())?;
    let pass = StoredPass {
        token: hash,
        kind: PassKind::Reset.word().to_owned(),
        user: Some(user),
        expires_at: inner.environment.now().plus(RESET_MS),
        body: String::new(),
    };
    store::trust::passes::pass_insert(tx, &pass)?;
    Ok(token)
}

fn reset_letter(
    inner: &Inner,
    tx: &mut Tx<'_>,
    email: &[u8; 16],
    origin: &Origin,
    compose: &dyn Fn(&str) -> LetterText,
) -> Result<(), TrustError> {
    let Some(user) = find_active(tx, email)? else {
        return Ok(());
    };
    let token = reset_pass(inner, tx, user.id)?;
    let expires_at = inner.environment.now().plus(RESET_MS);
    letter_put(inner, tx, &user, &compose(&token), expires_at)?;
    let subject = Subject::User(user.id);
    let action = Action::ResetAsked;
    let row = entry(
        inner,
        Actor::Nobody,
        action,
        &subject,
        origin,
        Outcome::Done,
    );
    Ok(append(&inner.vault, tx, vec![row])?)
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
