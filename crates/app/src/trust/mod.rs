//! Trust: keys and encryption, the export of one person, erasure.

mod erase;
mod export;
mod vault;

pub use erase::{Erased, ErasureJournal};
pub use export::Export;
pub use vault::{StreamKey, Vault};
pub(crate) use vault::{digest, digest_whole};
