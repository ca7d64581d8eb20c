//! What has value and was said by somebody who cannot prove it.

use serde::{Deserialize, Serialize};

use super::behaviour::{Behaviour, Happened};
use super::catalogue;
use super::order::{Order, Sums, check_code};
use super::problem::BehaviourError;
use crate::money::Currency;

/// What somebody without the shop's secret says of something of value: an order, a refund, a
/// coupon. Anybody can copy a public key from a page, so it counts for nothing until the shop's
/// back end says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The name of what is said to have happened, such as `Order Completed`.
    pub of: String,
    /// The shop's own number of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// What it is said to come to, in minor units of this currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<(i64, Currency)>,
    /// What led the customer here: `newsletter`, `google/cpc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Behaviour {
    /// The same, said by somebody who cannot prove it: what has value becomes a claim, and anything
    /// else stays as it is.
    #[must_use]
    pub fn unproven(self) -> Self {
        let amount = |order: &Order| (Sums::of(&order.lines).amount, order.currency);
        let claim = match &self {
            Self::Ordered(order) | Self::OrderUpdated(order) => Claim {
                amount: Some(amount(order)),
                source: order.source.clone(),
                ..Claim::of(&self)
            },
            Self::Refunded(refund) => Claim {
                amount: Some((Sums::of(&refund.lines).amount, refund.currency)),
                ..Claim::of(&self)
            },
            Self::Delivered(delivery) => Claim {
                order_id: Some(delivery.order_id.clone()),
                ..Claim::of(&self)
            },
            Self::OrderCancelled(_) => Claim::of(&self),
            Self::Happened(happened) if happened.is_of_value() => Claim::of(&self),
            _ => return self,
        };
        Self::Claimed(claim)
    }
}

impl Claim {
    fn of(behaviour: &Behaviour) -> Self {
        Self {
            of: behaviour.name().to_owned(),
            order_id: behaviour.order_id().map(str::to_owned),
            amount: None,
            source: None,
        }
    }
}

impl Happened {
    fn is_of_value(&self) -> bool {
        catalogue::kind(&self.name).is_some_and(|kind| kind.is_of_value)
    }
}

pub(super) fn check_claim(claim: &Claim) -> Result<(), BehaviourError> {
    check_code("of", &claim.of)?;
    if let Some(order_id) = &claim.order_id {
        check_code("order_id", order_id)?;
    }
    match &claim.source {
        Some(source) => check_code("source", source),
        None => Ok(()),
    }
}
