//! What a shop chooses about itself, the programme in force, what it sells: versioned documents.

mod catalogue;

pub use catalogue::{CATEGORIES_MAX, CATEGORY_BYTES_MAX, Catalogue, CatalogueRow, PRODUCTS_MAX};

use serde::{Deserialize, Serialize};

use crate::events::EventSchemas;
use crate::money::Currency;
use crate::time::{Calendar, Zone};
use crate::trust::ConsentPolicy;

/// What a shop chooses about itself. A change to zone or calendar refolds every customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShopSettings {
    /// The shop's name, as pages show it.
    pub name: String,
    /// The zone in which its days turn.
    pub zone: Zone,
    /// The calendar by which it counts months.
    pub calendar: Calendar,
    /// The currency of its books.
    pub currency: Currency,
    /// Amounts in rials are shown as tomans, ten rials each. Books and the API keep to rials.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub toman: bool,
    /// Its people are made up; every page says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_synthetic: bool,
    /// What it keeps of what people do.
    pub consent: ConsentPolicy,
    /// What it declares of its own events.
    #[serde(skip_serializing_if = "EventSchemas::is_empty")]
    pub events: EventSchemas,
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self {
            name: "Shop".to_owned(),
            zone: Zone::utc(),
            calendar: Calendar::Gregorian,
            currency: Currency::EUR,
            toman: false,
            is_synthetic: false,
            consent: ConsentPolicy::default(),
            events: EventSchemas::default(),
        }
    }
}

/// The rules in force. Later issues furnish it; today it says when a customer counts as lapsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Programme {
    /// The version of the document, from 1.
    pub version: u64,
    /// Days without an order after which a customer counts as lapsed.
    pub lapse_after_days: u32,
}

impl Default for Programme {
    fn default() -> Self {
        Self {
            version: 1,
            lapse_after_days: 180,
        }
    }
}
