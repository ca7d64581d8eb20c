//! Names of events: those of the e-commerce specification, their aliases of its first version,
//! and our own, overlooking capitals, blanks, `_` and `-`.

use domain::events::Behaviour;
use domain::events::catalogue::{self, Kind};

/// What an event by its name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Ordered,
    Refunded,
    Updated,
    Cancelled,
    ProductViewed,
    ProductAdded,
    CheckoutStarted,
    Delivered,
    Complained,
    Reviewed,
    /// A permission; given or taken back, where the name says which.
    Consent(Option<bool>),
    /// One that is declared as data.
    Declared(&'static Kind),
}

/// The longest name that is looked up, in bytes.
const KNOWN_BYTES_MAX: usize = 64;

/// What the name stands for, when we know it.
pub(super) fn known(name: &str) -> Option<Known> {
    if name.len() > KNOWN_BYTES_MAX {
        return None;
    }
    let is_kept = |character: &char| !matches!(character, ' ' | '_' | '-');
    let plain: String = name.chars().filter(is_kept).collect();
    let plain = plain.to_ascii_lowercase();
    behaviour(&plain).or_else(|| catalogue::kind_called(&plain).map(Known::Declared))
}

fn behaviour(plain: &str) -> Option<Known> {
    Some(match plain {
        "ordercompleted" | "completedorder" => Known::Ordered,
        "orderrefunded" | "refundedorder" => Known::Refunded,
        "orderupdated" | "updatedorder" => Known::Updated,
        "ordercancelled" | "ordercanceled" | "cancelledorder" | "canceledorder" => Known::Cancelled,
        "productviewed" | "viewedproduct" => Known::ProductViewed,
        "productadded" | "addedproduct" => Known::ProductAdded,
        "checkoutstarted" | "startedcheckout" | "startedorder" => Known::CheckoutStarted,
        "orderdelivered" | "deliveredorder" => Known::Delivered,
        "complaintmade" | "complained" => Known::Complained,
        "productreviewed" | "reviewedproduct" | "reviewwritten" => Known::Reviewed,
        "consentchanged" => Known::Consent(None),
        "consentgranted" => Known::Consent(Some(true)),
        "consentdenied" | "consentrevoked" => Known::Consent(Some(false)),
        _ => return None,
    })
}

/// The name under which the log may keep an event that has no behaviour of its own: as given,
/// unless the log would read it back as something else.
pub(super) fn kept(name: &str) -> String {
    match Behaviour::is_own_name(name) || catalogue::kind(name).is_some() {
        true => format!("{name} (told)"),
        false => name.to_owned(),
    }
}
