//! Why a door stays shut, in the reader's language.

use app::trust::TrustRefusal;
use domain::trust::{PasswordFault, Permission};

use crate::i18n::{Speech, Words};

/// The sentence for a refusal.
pub(super) fn sentence(speech: &Speech, refusal: TrustRefusal) -> String {
    match refusal {
        TrustRefusal::NotPermitted(permission) => {
            let what = speech.say(permission_key(permission));
            speech.say_with(
                "refused-not-permitted",
                Words::new().text("permission", what),
            )
        }
        other => speech.say(key(other)),
    }
}

const fn key(refusal: TrustRefusal) -> &'static str {
    match refusal {
        TrustRefusal::NotSignedIn => "refused-not-signed-in",
        TrustRefusal::WrongLogin => "refused-wrong-login",
        TrustRefusal::WrongProof => "refused-wrong-proof",
        TrustRefusal::Shut(_) => "refused-shut",
        TrustRefusal::NoPass => "refused-no-pass",
        TrustRefusal::AlreadyClaimed => "refused-already-claimed",
        TrustRefusal::NotPermitted(_) => "refused-not-permitted",
        TrustRefusal::ProofNeeded => "refused-proof-needed",
        TrustRefusal::LastOwner => "refused-last-owner",
        TrustRefusal::NoUser => "refused-no-user",
        TrustRefusal::AddressTaken => "refused-address-taken",
        TrustRefusal::WrongState => "refused-wrong-state",
        TrustRefusal::Password(fault) => match fault {
            PasswordFault::TooShort => "refused-password-short",
            PasswordFault::TooLong => "refused-password-long",
            PasswordFault::TooPlain => "refused-password-plain",
            PasswordFault::HasAddress => "refused-password-address",
        },
        TrustRefusal::BadAddress => "refused-bad-address",
        TrustRefusal::BadName => "refused-bad-name",
        TrustRefusal::NoSecondFactor => "refused-no-second-factor",
        TrustRefusal::NoSession => "refused-no-session",
        TrustRefusal::NoKey => "refused-no-key",
        TrustRefusal::BadKey(_) => "refused-bad-key",
        TrustRefusal::TooMany => "refused-too-many",
    }
}

/// What a permission is called.
pub(super) const fn permission_key(permission: Permission) -> &'static str {
    match permission {
        Permission::SeeFigures => "permission-see-figures",
        Permission::SeeCustomers => "permission-see-customers",
        Permission::SeePersonal => "permission-see-personal",
        Permission::ChangeCustomers => "permission-change-customers",
        Permission::PersonRights => "permission-person-rights",
        Permission::Segments => "permission-segments",
        Permission::Programme => "permission-programme",
        Permission::SendMessages => "permission-send-messages",
        Permission::Settings => "permission-settings",
        Permission::Keys => "permission-keys",
        Permission::People => "permission-people",
        Permission::SeeAudit => "permission-see-audit",
        Permission::Import => "permission-import",
        Permission::SendEvents => "permission-send-events",
    }
}
