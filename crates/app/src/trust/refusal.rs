//! Why a door stays shut.

use std::fmt;

use domain::time::Millis;
use domain::trust::{PasswordFault, Permission};
use store::StoreError;

use crate::AppError;

/// Why a door stays shut. None of these says whether somebody has an account here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustRefusal {
    /// Nobody is signed in, or not any more.
    NotSignedIn,
    /// Address, password or code are not right together.
    WrongLogin,
    /// The password or code that should prove who this is was wrong.
    WrongProof,
    /// Too many tries; no other is taken before this moment.
    Shut(Millis),
    /// The link was used, has ended, or never was one.
    NoPass,
    /// The shop has an owner already.
    AlreadyClaimed,
    /// This was not granted to whoever asks.
    NotPermitted(Permission),
    /// Prove again who you are, and then again.
    ProofNeeded,
    /// Without this owner the shop would have none.
    LastOwner,
    /// There is no such person here.
    NoUser,
    /// Somebody here has this address already.
    AddressTaken,
    /// This cannot be done with somebody in this state: invited, disabled or erased.
    WrongState,
    /// The password will not do.
    Password(PasswordFault),
    /// This is no e-mail address.
    BadAddress,
    /// This is no name, or one too long.
    BadName,
    /// There is no second factor, or none was offered.
    NoSecondFactor,
    /// There is no such session.
    NoSession,
    /// There is no such key, or it has ended.
    NoKey,
    /// A key of this kind cannot have these scopes, this name or this end.
    BadKey(&'static str),
    /// The shop has as many of these as it can have.
    TooMany,
}

impl fmt::Display for TrustRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::NotSignedIn => "nobody is signed in here, or not any more",
            Self::WrongLogin => "address, password or code are not right together",
            Self::WrongProof => "that was not right",
            Self::Shut(_) => "too many tries: wait a while, or ask for a letter",
            Self::NoPass => "this link was used, has ended, or never was one: ask for another",
            Self::AlreadyClaimed => "this shop has an owner already",
            Self::NotPermitted(permission) => {
                return write!(f, "this needs the permission {permission}");
            }
            Self::ProofNeeded => "prove again who you are, then ask again",
            Self::LastOwner => "the shop would have no owner left: make somebody else one first",
            Self::NoUser => "there is no such person here",
            Self::AddressTaken => "somebody here has this address already",
            Self::WrongState => "this cannot be done with somebody in this state",
            Self::Password(fault) => match fault {
                PasswordFault::TooShort => "the password is too short",
                PasswordFault::TooLong => "the password is too long",
                PasswordFault::TooPlain => {
                    "the password is the same few characters again and again"
                }
                PasswordFault::HasAddress => "the password has your own address in it",
            },
            Self::BadAddress => "this is no e-mail address",
            Self::BadName => "this is no name, or one too long",
            Self::NoSecondFactor => "there is no second factor here",
            Self::NoSession => "there is no such session",
            Self::NoKey => "there is no such key, or it has ended",
            Self::BadKey(why) => why,
            Self::TooMany => "there are as many of these as there can be: remove one first",
        };
        f.write_str(sentence)
    }
}

/// What a use case of this room can answer instead of its result.
#[derive(Debug)]
pub enum TrustError {
    /// The door stays shut.
    Refused(TrustRefusal),
    /// The use case behind it answered this.
    App(AppError),
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::App(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TrustError {}

impl From<TrustRefusal> for TrustError {
    fn from(refusal: TrustRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<AppError> for TrustError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<StoreError> for TrustError {
    fn from(error: StoreError) -> Self {
        Self::App(AppError::Store(error))
    }
}
