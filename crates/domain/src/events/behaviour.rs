//! What a fact says happened: declared, typed fields that are not personal.
//!
//! Each kind has a stable name in the log, and its body is one JSON document. New fields get
//! `serde(default)`; names and fields are never reused, because old logs fold for ever.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalogue::{self, FieldValue};
use super::claim::Claim;
use super::decided::{PointsAdjusted, ReferralCredited, Settled, StandingChanged};
use super::order::{self, Cancellation, Order, Refund};
use super::problem::BehaviourError;
use crate::ids::StreamId;
use crate::time::Millis;
use crate::trust::{ConsentSource, ConsentStatus, Country, Purpose};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// An order was completed.
    Ordered(Order),
    /// Money went back.
    Refunded(Refund),
    /// An order is no longer what it was: this is its whole state from then on.
    OrderUpdated(Order),
    /// An order came to nothing.
    OrderCancelled(Cancellation),
    /// Something of value, said by somebody who cannot prove it.
    Claimed(Claim),
    /// A page or a screen was looked at.
    Viewed(PageView),
    /// An order reached the customer.
    Delivered(Delivery),
    /// The customer complained.
    Complained(Complaint),
    /// A product was looked at.
    ProductViewed(ProductView),
    /// A product was put into the basket.
    ProductAdded(ProductAdded),
    /// The way to the till was begun.
    CheckoutStarted,
    /// The customer wrote a review; its words are personal.
    Reviewed(Review),
    /// The customer gave or took back a permission.
    ConsentChanged(ConsentChange),
    /// The customer told who they are; the telling itself is personal.
    Identified,
    /// The shop told what it knows of a person; no sign of life, and the telling is personal.
    Described(Description),
    /// The customer came through another customer.
    Referred(Referred),
    /// Anything that is declared as data: in the catalogue, or by the shop.
    Happened(Happened),
    /// Anything else, by the sender's own name; its properties are personal until declared.
    Other(String),
    /// Decided: the customer's standing changed.
    StandingChanged(StandingChanged),
    /// Decided: a merge or its undoing settled what had been decided.
    Settled(Settled),
    /// Decided: somebody whom this customer referred has joined.
    ReferralCredited(ReferralCredited),
    /// Decided: a person moved points by hand.
    PointsAdjusted(PointsAdjusted),
}

/// A page or a screen was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageView {
    /// The visit (session) it belongs to, when known: the first of a visit counts as a visit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub starts_visit: bool,
    /// What kind of content it is, in the shop's words: `guide`, `offers`, `blog`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// What led here: `search`, `newsletter`, `google/cpc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A product was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductView {
    /// The shop's code of the product.
    pub product: String,
}

/// A product was put into the basket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductAdded {
    /// The shop's code of the product.
    pub product: String,
    /// How many.
    pub quantity: i64,
}

/// The customer wrote a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The shop's own number of the review; with it the review counts once for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_id: Option<String>,
    /// What it is about; none when it is about the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// From 1 (worst) to 5 (best).
    pub rating: u8,
}

/// The customer gave or took back a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentChange {
    /// What for.
    pub purpose: Purpose,
    /// Whether it may be done from now on.
    pub granted: bool,
    /// Of a no, whether it takes a yes back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    /// Where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ConsentSource>,
    /// Which version of the shop's text was shown, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// In which country the person was, as far as was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Country>,
}

impl ConsentChange {
    /// A word without its proof.
    #[must_use]
    pub const fn new(purpose: Purpose, granted: bool) -> Self {
        Self {
            purpose,
            granted,
            revoked: false,
            source: None,
            text: None,
            region: None,
        }
    }

    /// What was said.
    #[must_use]
    pub const fn status(&self) -> ConsentStatus {
        match (self.granted, self.revoked) {
            (true, _) => ConsentStatus::Granted,
            (false, true) => ConsentStatus::Revoked,
            (false, false) => ConsentStatus::Denied,
        }
    }
}

/// What the shop knows of a person, apart from what is personal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Description {
    /// When the person registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_at: Option<Millis>,
}

/// An order reached the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The shop's number of the order.
    pub order_id: String,
    /// When it was promised to arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_at: Option<Millis>,
    /// The carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The number of the parcel, where an order comes in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel: Option<String>,
}

/// The customer complained.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Complaint {
    /// What about: `delivery`, `quality`, `service`, … as the shop names it.
    #[serde(default)]
    pub topic: String,
}

/// The customer came through another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referred {
    /// The stream of the customer who referred them.
    pub by: StreamId,
}

/// Something that is declared as data, with those of its declared fields that are not personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its name: of the catalogue, or the shop's own.
    pub name: String,
    /// The fields by their names.
    pub fields: BTreeMap<String, FieldValue>,
}

/// The names that mean something of their own: nothing else may be called so.
const OWN_NAMES: [&str; 20] = [
    "Order Completed",
    "Order Refunded",
    "Order Updated",
    "Order Cancelled",
    "Value Claimed",
    "Page Viewed",
    "Order Delivered",
    "Complaint Made",
    "Product Viewed",
    "Product Added",
    "Checkout Started",
    "Review Written",
    "Consent Changed",
    "Customer Identified",
    "Customer Described",
    "Customer Referred",
    "Standing Changed",
    "Status Settled",
    "Referral Credited",
    "Points Adjusted",
];

impl Behaviour {
    /// Whether a name means something of its own, so that no other event may be called so.
    #[must_use]
    pub fn is_own_name(name: &str) -> bool {
        OWN_NAMES.contains(&name)
    }

    /// The stable name in the log.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Ordered(_) => "Order Completed",
            Self::Refunded(_) => "Order Refunded",
            Self::OrderUpdated(_) => "Order Updated",
            Self::OrderCancelled(_) => "Order Cancelled",
            Self::Claimed(_) => "Value Claimed",
            Self::Viewed(_) => "Page Viewed",
            Self::Delivered(_) => "Order Delivered",
            Self::Complained(_) => "Complaint Made",
            Self::ProductViewed(_) => "Product Viewed",
            Self::ProductAdded(_) => "Product Added",
            Self::CheckoutStarted => "Checkout Started",
            Self::Reviewed(_) => "Review Written",
            Self::ConsentChanged(_) => "Consent Changed",
            Self::Identified => "Customer Identified",
            Self::Described(_) => "Customer Described",
            Self::Referred(_) => "Customer Referred",
            Self::Happened(happened) => &happened.name,
            Self::Other(name) => name,
            Self::StandingChanged(_) => "Standing Changed",
            Self::Settled(_) => "Status Settled",
            Self::ReferralCredited(_) => "Referral Credited",
            Self::PointsAdjusted(_) => "Points Adjusted",
        }
    }

    /// Whether only Fanous itself says this.
    #[must_use]
    pub const fn is_decided(&self) -> bool {
        matches!(
            self,
            Self::StandingChanged(_)
                | Self::Settled(_)
                | Self::ReferralCredited(_)
                | Self::PointsAdjusted(_)
        )
    }

    /// Whether the customer did it: what the shop did to them is no sign that they are there.
    #[must_use]
    pub fn is_by_customer(&self) -> bool {
        match self {
            Self::Refunded(_)
            | Self::OrderUpdated(_)
            | Self::OrderCancelled(_)
            | Self::Delivered(_)
            | Self::Described(_)
            | Self::Referred(_) => false,
            Self::Happened(happened) => {
                catalogue::kind(&happened.name).is_none_or(|kind| !kind.is_by_shop)
            }
            _ => !self.is_decided(),
        }
    }

    /// The order that it is, or changes, or takes back.
    #[must_use]
    pub fn order_id(&self) -> Option<&str> {
        match self {
            Self::Ordered(order) | Self::OrderUpdated(order) => Some(&order.order_id),
            Self::OrderCancelled(cancelled) => Some(&cancelled.order_id),
            Self::Refunded(refund) => refund.order_id.as_deref(),
            _ => None,
        }
    }

    /// Whether an order is another one after it, so that its customer is folded anew.
    #[must_use]
    pub const fn changes_order(&self) -> bool {
        matches!(self, Self::OrderUpdated(_) | Self::OrderCancelled(_))
    }

    /// Whether it is kept whatever the person permits: what was bought, what came of it, and
    /// what they decided about themselves. The rest shows how somebody uses the shop.
    #[must_use]
    pub fn is_always_kept(&self) -> bool {
        match self {
            Self::Ordered(_)
            | Self::Refunded(_)
            | Self::OrderUpdated(_)
            | Self::OrderCancelled(_)
            | Self::Delivered(_)
            | Self::ConsentChanged(_) => true,
            Self::Happened(_) => !self.is_by_customer(),
            _ => false,
        }
    }

    /// Whether it shows how somebody uses the shop, and nothing else.
    #[must_use]
    pub fn shows_use(&self) -> bool {
        match self {
            Self::Viewed(_)
            | Self::ProductViewed(_)
            | Self::ProductAdded(_)
            | Self::CheckoutStarted
            | Self::Other(_) => true,
            Self::Happened(_) => self.is_by_customer(),
            _ => false,
        }
    }

    /// What is left of it when nobody may make a profile of it: that somebody was here.
    #[must_use]
    pub fn bare(self) -> Self {
        let is_use = self.shows_use();
        match self {
            Self::Viewed(PageView { starts_visit, .. }) => Self::Viewed(PageView {
                starts_visit,
                ..PageView::default()
            }),
            Self::ProductViewed(_) | Self::ProductAdded(_) | Self::CheckoutStarted => {
                Self::Viewed(PageView::default())
            }
            Self::Happened(Happened { name, .. }) if is_use => Self::Happened(Happened {
                name,
                fields: BTreeMap::new(),
            }),
            other => other,
        }
    }

    /// The body as the log keeps it: one JSON document.
    #[must_use]
    pub fn body(&self) -> String {
        let body = match self {
            Self::Ordered(body) => serde_json::to_string(body),
            Self::Refunded(body) => serde_json::to_string(body),
            Self::OrderUpdated(body) => serde_json::to_string(body),
            Self::OrderCancelled(body) => serde_json::to_string(body),
            Self::Claimed(body) => serde_json::to_string(body),
            Self::Happened(happened) => serde_json::to_string(&happened.fields),
            Self::Viewed(body) => serde_json::to_string(body),
            Self::Delivered(body) => serde_json::to_string(body),
            Self::Complained(body) => serde_json::to_string(body),
            Self::ProductViewed(body) => serde_json::to_string(body),
            Self::ProductAdded(body) => serde_json::to_string(body),
            Self::Reviewed(body) => serde_json::to_string(body),
            Self::ConsentChanged(body) => serde_json::to_string(body),
            Self::Described(body) => serde_json::to_string(body),
            Self::Referred(body) => serde_json::to_string(body),
            Self::StandingChanged(body) => serde_json::to_string(body),
            Self::Settled(body) => serde_json::to_string(body),
            Self::ReferralCredited(body) => serde_json::to_string(body),
            Self::PointsAdjusted(body) => serde_json::to_string(body),
            Self::Identified | Self::CheckoutStarted | Self::Other(_) => Ok("{}".to_owned()),
        };
        body.expect("a struct of numbers, texts and lists is always a JSON document")
    }

    /// Reads what the log keeps.
    ///
    /// # Errors
    /// When the body is not a document of this name.
    pub fn read(name: &str, body: &str) -> Result<Self, serde_json::Error> {
        Ok(match name {
            "Order Completed" => Self::Ordered(serde_json::from_str(body)?),
            "Order Refunded" => Self::Refunded(serde_json::from_str(body)?),
            // Before they meant something they were kept without fields.
            "Order Updated" | "Order Cancelled" if body == "{}" => Self::Other(name.to_owned()),
            "Order Updated" => Self::OrderUpdated(serde_json::from_str(body)?),
            "Order Cancelled" => Self::OrderCancelled(serde_json::from_str(body)?),
            "Value Claimed" => Self::Claimed(serde_json::from_str(body)?),
            "Page Viewed" => Self::Viewed(serde_json::from_str(body)?),
            "Order Delivered" => Self::Delivered(serde_json::from_str(body)?),
            "Complaint Made" => Self::Complained(serde_json::from_str(body)?),
            "Product Viewed" => Self::ProductViewed(serde_json::from_str(body)?),
            "Product Added" => Self::ProductAdded(serde_json::from_str(body)?),
            "Checkout Started" => Self::CheckoutStarted,
            "Review Written" => Self::Reviewed(serde_json::from_str(body)?),
            "Consent Changed" => Self::ConsentChanged(serde_json::from_str(body)?),
            "Customer Identified" => Self::Identified,
            "Customer Described" => Self::Described(serde_json::from_str(body)?),
            "Customer Referred" => Self::Referred(serde_json::from_str(body)?),
            "Standing Changed" => Self::StandingChanged(serde_json::from_str(body)?),
            "Status Settled" => Self::Settled(serde_json::from_str(body)?),
            "Referral Credited" => Self::ReferralCredited(serde_json::from_str(body)?),
            "Points Adjusted" => Self::PointsAdjusted(serde_json::from_str(body)?),
            other => {
                let name = other.to_owned();
                let fields: BTreeMap<String, FieldValue> = serde_json::from_str(body)?;
                match fields.is_empty() && catalogue::kind(other).is_none() {
                    true => Self::Other(name),
                    false => Self::Happened(Happened { name, fields }),
                }
            }
        })
    }

    pub(super) fn check(&self) -> Result<(), BehaviourError> {
        match self {
            Self::Ordered(body) => order::check_order(body),
            Self::Refunded(body) => order::check_refund(body),
            Self::OrderUpdated(body) => order::check_order(body),
            Self::OrderCancelled(body) => order::check_cancellation(body),
            Self::Claimed(body) => super::claim::check_claim(body),
            Self::Happened(happened) => catalogue::check(&happened.fields),
            Self::Viewed(body) => check_optional("content", body.content.as_deref())
                .and_then(|()| check_optional("source", body.source.as_deref())),
            Self::Delivered(body) => check_text("order_id", &body.order_id)
                .and_then(|()| check_optional("carrier", body.carrier.as_deref()))
                .and_then(|()| check_optional("parcel", body.parcel.as_deref())),
            Self::ProductViewed(body) => check_text("product", &body.product),
            Self::ProductAdded(body) => check_text("product", &body.product),
            Self::Reviewed(body) => body.check(),
            Self::ConsentChanged(body) => check_optional("text", body.text.as_deref()),
            Self::Complained(body) => check_text("topic", &format!("?{}", body.topic)),
            _ => Ok(()),
        }
    }
}

impl Delivery {
    /// What counts once for ever: an order's parcel arrives once.
    #[must_use]
    pub fn natural_key(&self) -> String {
        let parcel = self.parcel.as_deref().unwrap_or_default();
        format!("delivery:{}:{parcel}", self.order_id)
    }
}

impl Review {
    fn check(&self) -> Result<(), BehaviourError> {
        if !(1..=5).contains(&self.rating) {
            return Err(BehaviourError::new("rating", "must be 1 to 5".to_owned()));
        }
        check_optional("review_id", self.review_id.as_deref())?;
        check_optional("product", self.product.as_deref())
    }
}

fn check_optional(field: &'static str, text: Option<&str>) -> Result<(), BehaviourError> {
    text.map_or(Ok(()), |text| check_text(field, text))
}

fn check_text(field: &'static str, text: &str) -> Result<(), BehaviourError> {
    if !order::is_code(text) {
        let problem = format!("must be a text of 1 to {} bytes", order::CODE_BYTES_MAX);
        return Err(BehaviourError::new(field, problem));
    }
    Ok(())
}
