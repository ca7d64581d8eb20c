//! Trust: keys and encryption, the export of one person, erasure; the people who work for the
//! shop, what each may do, and the list of what they did and saw.

mod acting;
mod audit;
mod audit_verify;
mod disclosures;
mod entrance;
mod erase;
mod export;
mod keys;
mod letters;
mod origin;
mod password;
mod people;
mod refusal;
mod second_factor;
mod sessions;
mod sign_in;
mod user_tokens;
mod vault;

pub use acting::{Acting, Who};
pub use audit::{AuditFilter, AuditView};
pub(crate) use audit::{Note, Pending, Waiting};
pub use audit_verify::AuditVerified;
pub use disclosures::DisclosureView;
pub use entrance::NewOwner;
pub use erase::{Erased, ErasureJournal};
pub use export::Export;
pub use keys::{KeyHolder, KeyKind, KeyView, NewKey};
pub use letters::{Letter, LetterOutcome, LetterText};
pub use origin::Origin;
pub(crate) use password::Passwords;
pub use people::{Invitation, Invited, UserView};
pub use refusal::{TrustError, TrustRefusal};
pub use second_factor::{Offer, RecoveryCodes};
pub use sessions::{NewSession, SessionView, SignedIn};
pub use sign_in::{Login, LoginOutcome, Proof};
pub use user_tokens::{USER_TOKEN_MS_MAX, UserProof, UserToken};
pub use vault::{StreamKey, Vault};
pub(crate) use vault::{digest, digest_whole};
