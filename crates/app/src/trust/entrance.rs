//! Coming in without a password: the first owner's claim, an invitation, a forgotten password;
//! and choosing a new one.

use domain::ids::UserId;
use domain::time::Millis;
use domain::trust::{
    Action, Actor, Bucket, EmailAddress, Outcome, Role, Secret, Subject, UserState, password_check,
};
use store::trust::passes::StoredPass;
use store::trust::people::StoredUser;
use store::{StoreError, Tx};

use super::letters::{LetterText, letter_put};
use super::people::{address_of, email_hash, new_user, read_names};
use super::sessions::{NewSession, Opening, session_open};
use super::sign_in::{Buckets, lock_active, note_all, right, rotate};
use super::{Origin, SignedIn, TrustError, TrustRefusal, digest_whole};
use crate::trust::audit::{append, entry};
use crate::{App, AppError, Inner};

/// The first owner's claim ends so long after the server said it.
const SETUP_MS: i64 = Millis::DAY;
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

    /// Whose invitation this is, if it can still be taken: their address, before they fill a form.
    ///
    /// # Errors
    /// [`TrustRefusal::NoPass`], or the store's.
    pub fn invitation_check(&self, token: &str) -> Result<Secret<String>, TrustError> {
        let (_, address) = self.pass_owner(&digest_whole(token), PassKind::Invitation)?;
        Ok(Secret::new(address.as_str().to_owned()))
    }

    /// As [`App::invitation_check`], for a reset.
    ///
    /// # Errors
    /// [`TrustRefusal::NoPass`], or the store's.
    pub fn reset_check(&self, token: &str) -> Result<Secret<String>, TrustError> {
        let (_, address) = self.pass_owner(&digest_whole(token), PassKind::Reset)?;
        Ok(Secret::new(address.as_str().to_owned()))
    }

    fn pass_owner(
        &self,
        hash: &[u8; 32],
        kind: PassKind,
    ) -> Result<(UserId, EmailAddress), TrustError> {
        let id = self.pass_of(hash, kind)?.user.ok_or(TrustRefusal::NoPass)?;
        let user = self
            .inner
            .store
            .read(|conn| store::trust::people::user_get(conn, id))?;
        let user = user.ok_or(TrustRefusal::NoPass)?;
        Ok((id, address_of(&self.inner, &user)?))
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
        let (id, email) = self.pass_owner(hash, kind)?;
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
