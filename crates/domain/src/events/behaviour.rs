//! What a fact says happened: declared, typed fields that are not personal.
//!
//! Each kind has a stable name in the log, and its body is one JSON document. New fields get
//! `serde(default)`; names and fields are never reused, because old logs fold for ever.

use serde::{Deserialize, Serialize};

use super::order::{self, Order, Refund};
use super::problem::BehaviourError;
use crate::customers::{Decided, Standing};
use crate::ids::{MergeId, PostingId, StreamId};
use crate::time::Millis;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// An order was completed.
    Ordered(Order),
    /// Money went back.
    Refunded(Refund),
    /// A page or a screen was looked at.
    Viewed(PageView),
    /// An order reached the customer.
    Delivered(Delivery),
    /// The customer complained.
    Complained(Complaint),
    /// The customer told who they are; the telling itself is personal.
    Identified,
    /// The customer came through another customer.
    Referred(Referred),
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

/// The customer's standing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingChanged {
    /// The standing before.
    pub from: Standing,
    /// The standing from now on.
    pub to: Standing,
    /// The version of the programme that decided it.
    pub programme: u64,
}

/// What stands decided after a merge or its undoing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The edge that caused it.
    pub merge: MergeId,
    /// Whether the edge was undone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
    /// The whole of what is decided from now on.
    pub decided: Decided,
}

/// Somebody whom this customer referred has joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralCredited {
    /// The customer who joined.
    pub joined: StreamId,
}

/// A person moved points by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsAdjusted {
    /// The posting that moved them.
    pub posting: PostingId,
    /// The unit, such as `POINT:club`.
    pub unit: String,
    /// How many; negative when taken.
    pub amount: i64,
}

impl Behaviour {
    /// The stable name in the log.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Ordered(_) => "Order Completed",
            Self::Refunded(_) => "Order Refunded",
            Self::Viewed(_) => "Page Viewed",
            Self::Delivered(_) => "Order Delivered",
            Self::Complained(_) => "Complaint Made",
            Self::Identified => "Customer Identified",
            Self::Referred(_) => "Customer Referred",
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

    /// The body as the log keeps it: one JSON document.
    #[must_use]
    pub fn body(&self) -> String {
        let body = match self {
            Self::Ordered(body) => serde_json::to_string(body),
            Self::Refunded(body) => serde_json::to_string(body),
            Self::Viewed(body) => serde_json::to_string(body),
            Self::Delivered(body) => serde_json::to_string(body),
            Self::Complained(body) => serde_json::to_string(body),
            Self::Referred(body) => serde_json::to_string(body),
            Self::StandingChanged(body) => serde_json::to_string(body),
            Self::Settled(body) => serde_json::to_string(body),
            Self::ReferralCredited(body) => serde_json::to_string(body),
            Self::PointsAdjusted(body) => serde_json::to_string(body),
            Self::Identified | Self::Other(_) => Ok("{}".to_owned()),
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
            "Page Viewed" => Self::Viewed(serde_json::from_str(body)?),
            "Order Delivered" => Self::Delivered(serde_json::from_str(body)?),
            "Complaint Made" => Self::Complained(serde_json::from_str(body)?),
            "Customer Identified" => Self::Identified,
            "Customer Referred" => Self::Referred(serde_json::from_str(body)?),
            "Standing Changed" => Self::StandingChanged(serde_json::from_str(body)?),
            "Status Settled" => Self::Settled(serde_json::from_str(body)?),
            "Referral Credited" => Self::ReferralCredited(serde_json::from_str(body)?),
            "Points Adjusted" => Self::PointsAdjusted(serde_json::from_str(body)?),
            other => Self::Other(other.to_owned()),
        })
    }

    pub(super) fn check(&self) -> Result<(), BehaviourError> {
        match self {
            Self::Ordered(body) => order::check_order(body),
            Self::Refunded(body) => order::check_refund(body),
            Self::Delivered(body) => check_text("order_id", &body.order_id)
                .and_then(|()| check_text("carrier", body.carrier.as_deref().unwrap_or("?"))),
            Self::Complained(body) => check_text("topic", &format!("?{}", body.topic)),
            _ => Ok(()),
        }
    }
}

fn check_text(field: &'static str, text: &str) -> Result<(), BehaviourError> {
    if !order::is_code(text) {
        let problem = format!("must be a text of 1 to {} bytes", order::CODE_BYTES_MAX);
        return Err(BehaviourError::new(field, problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Line, LineKind};
    use crate::money::Currency;

    #[test]
    fn every_kind_reads_back_what_it_wrote() {
        let stream = StreamId::from_bytes([1; 16]);
        let line = |kind| Line {
            product: "85123A".into(),
            quantity: 6,
            amount: 1530,
            kind,
        };
        let lines = vec![line(LineKind::Product), line(LineKind::Postage)];
        let order_id = "536365".to_owned();
        for behaviour in [
            Behaviour::Ordered(Order {
                order_id: order_id.clone(),
                currency: Currency::GBP,
                country: Some("France".into()),
                lines: lines.clone(),
            }),
            Behaviour::Refunded(Refund {
                refund_id: "C1".into(),
                order_id: None,
                currency: Currency::GBP,
                lines,
            }),
            Behaviour::Viewed(PageView { starts_visit: true }),
            Behaviour::Delivered(Delivery {
                order_id,
                promised_at: Some(Millis(5)),
                carrier: None,
            }),
            Behaviour::Complained(Complaint {
                topic: "delivery".into(),
            }),
            Behaviour::Identified,
            Behaviour::Referred(Referred { by: stream }),
            Behaviour::Other("Quiz Finished".into()),
            Behaviour::ReferralCredited(ReferralCredited { joined: stream }),
        ] {
            let read = Behaviour::read(behaviour.name(), &behaviour.body()).expect("own body");
            assert_eq!(read, behaviour);
        }
    }
}
