//! Who did or saw what, on whom or what, when, from where, and whether it was granted.
//!
//! Never what: no name, address or text of anybody stands here. A customer is the id of their
//! stream, which leads nowhere once they are erased.

use std::fmt;

use super::Permission;
use crate::ids::{KeyId, SessionId, StreamId, UserId};
use crate::time::Millis;

closed_list!(
    /// What was done or seen. Everything that changes something or shows what is personal.
    Action, "action" {
        /// A list of customers was shown with their names.
        CustomersSeen = "customers_seen",
        /// A customer's page was shown with what is personal.
        CustomerSeen = "customer_seen",
        /// Everything about a person was handed out.
        CustomerExported = "customer_exported",
        /// A list of customers was handed out with their names.
        CustomersExported = "customers_exported",
        /// Two customers were made one.
        CustomersMerged = "customers_merged",
        /// A merge was undone.
        CustomersSeparated = "customers_separated",
        /// A balance was adjusted by hand.
        PointsAdjusted = "points_adjusted",
        /// A person was erased.
        CustomerErased = "customer_erased",
        /// A segment was kept.
        SegmentKept = "segment_kept",
        /// A segment was removed.
        SegmentRemoved = "segment_removed",
        /// The programme was changed.
        ProgrammeChanged = "programme_changed",
        /// The settings were changed.
        SettingsChanged = "settings_changed",
        /// History was brought in.
        HistoryImported = "history_imported",
        /// A key was made.
        KeyMade = "key_made",
        /// A key was replaced.
        KeyRotated = "key_rotated",
        /// A key was revoked.
        KeyRevoked = "key_revoked",
        /// The first owner claimed the shop.
        ShopClaimed = "shop_claimed",
        /// Somebody was invited.
        UserInvited = "user_invited",
        /// An invitation was taken.
        InvitationTaken = "invitation_taken",
        /// Somebody's role was changed.
        RoleChanged = "role_changed",
        /// Somebody may not sign in any more.
        UserDisabled = "user_disabled",
        /// Somebody may sign in again.
        UserEnabled = "user_enabled",
        /// Somebody's name and address were removed.
        UserErased = "user_erased",
        /// Who works here was shown.
        PeopleSeen = "people_seen",
        /// Somebody signed in.
        SignedIn = "signed_in",
        /// Somebody signed out.
        SignedOut = "signed_out",
        /// A session was ended by hand.
        SessionEnded = "session_ended",
        /// Somebody proved again who they are.
        Proved = "proved",
        /// Somebody changed their name.
        /// Somebody changed their password.
        PasswordChanged = "password_changed",
        /// A way to choose a new password was given out.
        ResetAsked = "reset_asked",
        /// A new password was chosen by such a way.
        PasswordReset = "password_reset",
        /// A second factor was set up.
        SecondFactorOn = "second_factor_on",
        /// The second factor was taken away.
        SecondFactorOff = "second_factor_off",
        /// New codes on paper were made.
        RecoveryCodesMade = "recovery_codes_made",
        /// A code on paper was used up.
        RecoveryCodeUsed = "recovery_code_used",
        /// This list was read.
        AuditSeen = "audit_seen",
        /// This list was checked.
        AuditVerified = "audit_verified",
    }
);

impl Action {
    /// What somebody must be granted to do it; none for what everybody does about themselves.
    #[must_use]
    pub const fn needs(self) -> Option<Permission> {
        Some(match self {
            Self::CustomersSeen | Self::CustomerSeen => Permission::SeePersonal,
            Self::CustomerExported | Self::CustomersExported | Self::CustomerErased => {
                Permission::PersonRights
            }
            Self::CustomersMerged | Self::CustomersSeparated | Self::PointsAdjusted => {
                Permission::ChangeCustomers
            }
            Self::SegmentKept | Self::SegmentRemoved => Permission::Segments,
            Self::ProgrammeChanged => Permission::Programme,
            Self::SettingsChanged => Permission::Settings,
            Self::HistoryImported => Permission::Import,
            Self::KeyMade | Self::KeyRotated | Self::KeyRevoked => Permission::Keys,
            Self::UserInvited
            | Self::RoleChanged
            | Self::UserDisabled
            | Self::UserEnabled
            | Self::UserErased
            | Self::PeopleSeen => Permission::People,
            Self::AuditSeen | Self::AuditVerified => Permission::SeeAudit,
            Self::ShopClaimed
            | Self::InvitationTaken
            | Self::SignedIn
            | Self::SignedOut
            | Self::SessionEnded
            | Self::Proved
            | Self::PasswordChanged
            | Self::ResetAsked
            | Self::PasswordReset
            | Self::SecondFactorOn
            | Self::SecondFactorOff
            | Self::RecoveryCodesMade
            | Self::RecoveryCodeUsed => return None,
        })
    }

    /// Whether a session that was left open is not enough: whoever asks has to have proved a
    /// moment ago who they are.
    #[must_use]
    pub const fn needs_proof(self) -> bool {
        matches!(
            self,
            Self::CustomerErased
                | Self::KeyMade
                | Self::KeyRotated
                | Self::KeyRevoked
                | Self::UserInvited
                | Self::RoleChanged
                | Self::UserDisabled
                | Self::UserEnabled
                | Self::UserErased
                | Self::SecondFactorOn
                | Self::SecondFactorOff
                | Self::RecoveryCodesMade
        )
    }
}

closed_list!(
    /// How it ended.
    Outcome, "outcome" {
        /// It was granted and done.
        Done = "done",
        /// It was not granted, or a rule stood against it; nothing was changed or shown.
        Refused = "refused",
    }
);

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who works for the shop.
    User(UserId),
    /// A program of the shop's, by its key.
    Key(KeyId),
    /// Whoever commands the machine itself, or the program by its own.
    System,
    /// Somebody who has not said who they are.
    Nobody,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Key(id) => id.fmt(f),
            Self::System => f.write_str("system"),
            Self::Nobody => f.write_str("nobody"),
        }
    }
}

/// On whom or what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The shop as a whole.
    Shop,
    /// A customer, by a stream of theirs.
    Customer(StreamId),
    /// Somebody who works here.
    User(UserId),
    /// A key.
    Key(KeyId),
    /// A session.
    Session(SessionId),
    /// A document of the shop's: its kind and name.
    Document(&'static str, String),
}

/// The most bytes of a document's name that are kept.
const DOCUMENT_BYTES_MAX: usize = 200;

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shop => f.write_str("shop"),
            Self::Customer(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
            Self::Key(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
            Self::Document(kind, name) => {
                let end = name.floor_char_boundary(DOCUMENT_BYTES_MAX);
                let fit = name[..end].chars().filter(|it| !it.is_control());
                write!(f, "{kind}/{}", fit.collect::<String>())
            }
        }
    }
}

/// One row of the audit, before it has a place in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Millis,
    /// Who, as [`Actor`] writes it.
    pub actor: String,
    /// What, as [`Action`] writes it.
    pub action: String,
    /// On whom or what, as [`Subject`] writes it.
    pub subject: String,
    /// From where: a network, never a single machine of one; empty for the machine itself.
    pub origin: String,
    /// How it ended, as [`Outcome`] writes it.
    pub outcome: String,
}

impl AuditEntry {
    /// What a chain hashes of this row at its place: every column, each with its length, so that
    /// no two rows are written alike.
    #[must_use]
    pub fn canonical(&self, stripe: i64, n: i64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        for number in [stripe, n, self.at.0] {
            bytes.extend(number.to_be_bytes());
        }
        for text in [
            &self.actor,
            &self.action,
            &self.subject,
            &self.origin,
            &self.outcome,
        ] {
            let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
            bytes.extend(length.to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            at: Millis(1_700_000_000_000),
            actor: Actor::System.to_string(),
            action: Action::CustomerErased.to_string(),
            subject: Subject::Shop.to_string(),
            origin: "203.0.113.0/24".to_owned(),
            outcome: Outcome::Done.to_string(),
        }
    }

    #[test]
    fn no_two_rows_are_written_alike() {
        let one = entry();
        let mut others = vec![entry(); 6];
        others[0].at = Millis(1);
        others[1].actor = "nobody".to_owned();
        others[2].action = "signed_in".to_owned();
        others[3].subject = "sho".to_owned();
        others[4].origin = String::new();
        others[5].outcome = "refused".to_owned();
        for other in &others {
            assert_ne!(other.canonical(1, 1), one.canonical(1, 1));
        }
        assert_ne!(one.canonical(1, 2), one.canonical(2, 1));
        // What moves from one column to the next moves the lengths too.
        let (mut left, mut right) = (entry(), entry());
        (left.actor, left.action) = ("ab".to_owned(), "c".to_owned());
        (right.actor, right.action) = ("a".to_owned(), "bc".to_owned());
        assert_ne!(left.canonical(1, 1), right.canonical(1, 1));
    }

    #[test]
    fn actions_and_what_they_need_are_the_agreed_ones() {
        let lines: String = Action::ALL
            .iter()
            .map(|action| {
                let needs = action.needs().map_or("-", Permission::word);
                let proof = if action.needs_proof() { "proof" } else { "-" };
                format!("{:22}{needs:18}{proof}\n", action.word())
            })
            .collect();
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        testkit::golden::check(&file.join("tests/golden/actions.txt"), &lines);
    }

    #[test]
    fn a_documents_name_stays_on_its_line() {
        let long = Subject::Document("segment", format!("a\n{}", "ß".repeat(200)));
        let text = long.to_string();
        assert!(
            text.starts_with("segment/aß") && text.len() <= 210,
            "{text}"
        );
    }
}
