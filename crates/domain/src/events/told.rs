//! What a tracker tells, as the collector takes it from whoever reads its format.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Event, EventSchemas, ProductTold};
use crate::money::Currency;
use crate::time::{Millis, Zone};

/// What the reader of a body is told of its sender and of the shop.
#[derive(Debug, Clone)]
pub struct Sender {
    /// When the body came.
    pub at: Millis,
    /// The currency of amounts without one.
    pub currency: Currency,
    /// The zone of times without one.
    pub zone: Zone,
    /// Whether it came with a secret key: a public one can be copied from a page.
    pub is_secret: bool,
    /// What the shop declares of its own events.
    pub schemas: EventSchemas,
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldBatch {
    /// The key in the body, if there is one.
    pub write_key: Option<String>,
    /// Each event in the order sent. One without a message id of its own has an empty one.
    pub events: Vec<Result<Told, ToldError>>,
}

/// One event as told, with what came beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it tells. Its message id is empty when the sender gave none.
    pub event: Event,
    /// The name as its sender wrote it: of the event, or of the page.
    pub name: Option<String>,
    /// What surrounds it.
    pub context: Context,
    /// Which names are one, when it is an alias.
    pub alias: Option<Alias>,
    /// The group, when it is about one.
    pub group_id: Option<String>,
    /// What it says of products by the way.
    pub products: Vec<ProductTold>,
    /// What was taken for granted or had to be changed.
    pub flags: Flags,
}

/// Two names of one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name so far: an anonymous id or a user's number.
    pub previous_id: String,
    /// The user's number from now on.
    pub user_id: String,
}

impl fmt::Debug for Alias {
    /// Personal values do not reach logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alias(…)")
    }
}

/// What was noted of a message.
pub type Flags = BTreeSet<Flag>;

/// What was taken for granted or had to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// It has no id of its own: sent again, it cannot be recognised.
    NoMessageId,
    /// It claims to be of a known person and came with a public key.
    Unverified,
    /// It has no time of its own.
    NoTime,
    /// One of its times cannot be read, and was passed over.
    TimeUnreadable,
    /// It was sent before it happened, by the sender's clock; it counts as happening when it came.
    SentBefore,
    /// It was more than 24 hours in the future, and is moved to that.
    Future,
    /// It names no currency; the shop's was taken.
    CurrencyAssumed,
    /// Its amounts were in toman, and are ten times as many rial.
    Toman,
    /// The order's lines do not come to its total; a line says the difference.
    TotalDiffers,
    /// The order or refund has no amounts.
    NoAmount,
    /// The refund names no products: it takes back what the order still has.
    WholeOrder,
    /// The number of units is no whole number; one was taken, and the amount is exact.
    PartQuantity,
    /// A declared field holds something else than was declared: it is kept as personal, as it came.
    FieldUnreadable,
    /// A personal text was too long, or there were too many; some is missing.
    Cut,
}

/// What surrounds an event, as sent; nothing is looked up. A text longer than 2,000 bytes is cut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// The address of the network that the sender names. Only a server can know another's.
    pub ip: Option<String>,
    /// Whether the sender speaks for its own device, so that the address of the connection is
    /// the person's (`context.direct`).
    pub is_direct: bool,
    /// The browser or program.
    pub user_agent: Option<String>,
    /// The page, or the one it was opened from.
    pub page: Page,
    /// What led here.
    pub campaign: Campaign,
    /// The program that made the event: its name and its version.
    pub library: (Option<String>, Option<String>),
    /// The language and region, such as `fa-IR`.
    pub locale: Option<String>,
    /// The zone, such as `Asia/Tehran`.
    pub timezone: Option<String>,
    /// The width and the height of the screen in its own points.
    pub screen: Option<(u32, u32)>,
    /// The group in whose name it was done.
    pub group_id: Option<String>,
    /// What the person allowed, by the sender's names of categories.
    pub consent: BTreeMap<String, bool>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields are the words of the wire format")]
pub struct Page {
    pub url: Option<String>,
    pub path: Option<String>,
    pub title: Option<String>,
    pub referrer: Option<String>,
    pub search: Option<String>,
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields are the words of the wire format")]
pub struct Campaign {
    pub name: Option<String>,
    pub source: Option<String>,
    pub medium: Option<String>,
    pub term: Option<String>,
    pub content: Option<String>,
}

impl Campaign {
    /// `source/medium`, or what of it is there: how the domain names what led somebody here.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        match (&self.source, &self.medium) {
            (Some(source), Some(medium)) => Some(format!("{source}/{medium}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }
}

/// Why one event of a body can never be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldError {
    /// Its message id, when it can be read.
    pub message_id: Option<String>,
    /// A word that programs may rely on.
    pub code: &'static str,
    /// What is wrong.
    pub sentence: String,
}
