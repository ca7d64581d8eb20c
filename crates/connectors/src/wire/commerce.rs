//! Events with a behaviour of their own, from their properties.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::events::catalogue::{FieldValue, Holds, Kind, LIST_MAX};
use domain::events::{
    Behaviour, Complaint, ConsentChange, Context, Delivery, Flag, Flags, Happened, ProductAdded,
    ProductTold, ProductView, Review,
};
use domain::trust::Purpose;

use super::clock::moment;
use super::message::{Reading, code};
use super::money;
use super::names::{self, Known};
use super::object::{Object, Value, is_plainly};
use super::order;
use super::problem::Problem;

/// What an event is understood as.
pub(super) struct Understood {
    pub(super) behaviour: Behaviour,
    /// The plain names of the properties that the behaviour holds; the others are personal.
    pub(super) held: Cow<'static, [&'static str]>,
    /// The same of a declaration of the shop's, as they came.
    pub(super) held_by_shop: Vec<String>,
    /// What was said in free words.
    pub(super) words: Option<String>,
    pub(super) products: Vec<ProductTold>,
}

impl Understood {
    /// A behaviour that holds none of the properties.
    pub(super) const fn named(behaviour: Behaviour) -> Self {
        Self::holding(behaviour, &[])
    }

    pub(super) const fn holding(behaviour: Behaviour, held: &'static [&'static str]) -> Self {
        Self {
            behaviour,
            held: Cow::Borrowed(held),
            held_by_shop: Vec::new(),
            words: None,
            products: Vec::new(),
        }
    }

    /// Whether the behaviour holds the property of this name.
    pub(super) fn holds(&self, name: &str) -> bool {
        let is_held = self.held.iter().any(|plain| is_plainly(name, plain));
        is_held || self.held_by_shop.iter().any(|held| held == name)
    }
}

/// The names under which free words come.
const WORDS: [&str; 6] = ["text", "reviewbody", "body", "review", "comment", "message"];
/// The names under which the code of a product comes, the best first.
const PRODUCT: [&str; 4] = ["productid", "id", "sku", "variant"];

/// Understands an event that has a behaviour of its own.
pub(super) fn told(
    known: Known,
    name: &str,
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    context: &Context,
    flags: &mut Flags,
) -> Result<Understood, Problem> {
    match known {
        Known::Ordered => order::ordered(properties, reading, context, flags),
        Known::Refunded => order::refunded(properties, reading, flags),
        Known::Updated => order::updated(properties, reading, context, flags),
        Known::Cancelled => order::cancelled(properties),
        Known::CheckoutStarted => Ok(Understood::named(Behaviour::CheckoutStarted)),
        Known::ProductViewed => Ok(product_viewed(name, properties)),
        Known::ProductAdded => product_added(name, properties, flags),
        Known::Delivered => delivered(properties, reading, flags),
        Known::Complained => Ok(complained(properties)),
        Known::Reviewed => Ok(reviewed(properties)),
        Known::Consent(granted) => consent(granted, name, properties),
        Known::Declared(kind) => Ok(declared(kind, properties, reading, flags)),
    }
}

/// The order's number: without it an order cannot count once.
pub(super) fn order_id(properties: &Object<'_>) -> Result<String, Problem> {
    let order_id = properties.text(&["orderid", "id"]);
    let order_id = order_id.ok_or(Problem::Missing("order_id"))?;
    Ok(order_id.into_owned())
}

/// The code of a product.
pub(super) fn product_code(product: &Object<'_>) -> Option<String> {
    let code_of = |plain: &&str| product.text(&[plain]);
    let found = PRODUCT.iter().find_map(code_of);
    found
        .map(|text| code(&text))
        .filter(|code| !code.is_empty())
}

/// What is said of a product by the way; none when it is only named.
pub(super) fn product_told(product: &Object<'_>) -> Option<ProductTold> {
    /// The longest category that the catalogue keeps, in bytes.
    const CATEGORY_BYTES_MAX: usize = domain::settings::CATEGORY_BYTES_MAX;
    let title = product.text(&["name", "title"]).map(|text| code(&text));
    let category = product.text(&["category"]);
    let category = category.map(|text| code(&text));
    let category = category.filter(|text| text.len() <= CATEGORY_BYTES_MAX);
    if title.is_none() && category.is_none() {
        return None;
    }
    Some(ProductTold {
        product: product_code(product)?,
        title,
        category,
        ..ProductTold::default()
    })
}

/// An event of the catalogue, with those of its declared fields that hold what they should. What
/// does not is kept as it came, with everything else that is personal.
fn declared(
    kind: &'static Kind,
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    flags: &mut Flags,
) -> Understood {
    let (mut fields, mut held) = (BTreeMap::new(), Vec::new());
    for field in kind.fields.iter().filter(|field| !field.is_personal) {
        let mut plain = field.plain.iter();
        let found = plain.find_map(|plain| Some((*plain, properties.any(&[plain])?)));
        let Some((plain, value)) = found else {
            continue;
        };
        match field_value(field.holds, value, reading) {
            Some(value) => {
                fields.insert(field.name.to_owned(), value);
                held.push(plain);
            }
            // An empty text is as good as none.
            None if value.string().is_some_and(|text| text.trim().is_empty()) => {}
            None => {
                flags.insert(Flag::FieldUnreadable);
            }
        }
    }
    let name = kind.name.to_owned();
    Understood {
        held: Cow::Owned(held),
        ..Understood::named(Behaviour::Happened(Happened { name, fields }))
    }
}

/// An event that only the shop may know: with the fields that it declared, as [`declared`].
pub(super) fn unknown(
    name: &str,
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    flags: &mut Flags,
) -> Understood {
    let name = names::kept(name);
    let Some(schema) = reading.received.schemas.of(&name) else {
        return Understood::named(Behaviour::Other(name));
    };
    let mut fields = BTreeMap::new();
    for (given, value) in properties.members() {
        let declared = schema.fields.get(given).filter(|it| !it.is_personal);
        let Some(declared) = declared else {
            continue;
        };
        match field_value(declared.holds, value, reading) {
            Some(value) => {
                fields.insert(given.to_owned(), value);
            }
            None if value.string().is_some_and(|text| text.trim().is_empty()) => {}
            None => {
                flags.insert(Flag::FieldUnreadable);
            }
        }
    }
    // The log reads one without fields as an event that nobody declared.
    if fields.is_empty() {
        return Understood::named(Behaviour::Other(name));
    }
    Understood {
        held_by_shop: fields.keys().cloned().collect(),
        ..Understood::named(Behaviour::Happened(Happened { name, fields }))
    }
}

/// What a field holds, when it is what was declared.
fn field_value(holds: Holds, value: Value<'_>, reading: &Reading<'_, '_>) -> Option<FieldValue> {
    let text = |value: Value<'_>| Some(code(&value.text()?)).filter(|text| !text.is_empty());
    let exact = || money::exact(Some(value), "field").ok().flatten();
    match holds {
        Holds::Text => text(value).map(FieldValue::Text),
        Holds::Number => exact()?.whole().map(FieldValue::Number),
        Holds::Decimal => exact().and_then(|_| text(value)).map(FieldValue::Text),
        Holds::Truth => value.truth().map(FieldValue::Truth),
        Holds::Time => {
            let at = moment(Some(value), reading.received.zone).ok()??;
            Some(FieldValue::Number(at.0))
        }
        Holds::List => {
            let one = |value: &Value<'_>| match value.object() {
                Some(product) => product_code(&product),
                None => text(*value),
            };
            let list = value.list()?.iter().map(one).take(LIST_MAX).collect();
            Option::<Vec<String>>::map(list, FieldValue::List)
        }
    }
}

fn product_viewed(name: &str, properties: &Object<'_>) -> Understood {
    let Some(product) = product_code(properties) else {
        return Understood::named(Behaviour::Other(names::kept(name)));
    };
    Understood {
        products: product_told(properties).into_iter().collect(),
        ..Understood::named(Behaviour::ProductViewed(ProductView { product }))
    }
}

fn product_added(
    name: &str,
    properties: &Object<'_>,
    flags: &mut Flags,
) -> Result<Understood, Problem> {
    let Some(product) = product_code(properties) else {
        return Ok(Understood::named(Behaviour::Other(names::kept(name))));
    };
    let quantity = money::exact(properties.any(&["quantity"]), "quantity")?;
    let whole = match quantity {
        None => Some(1),
        Some(quantity) => quantity.whole().filter(|whole| *whole > 0),
    };
    if whole.is_none() {
        flags.insert(Flag::PartQuantity);
    }
    let added = ProductAdded {
        product,
        quantity: whole.unwrap_or(1),
    };
    Ok(Understood {
        products: product_told(properties).into_iter().collect(),
        ..Understood::named(Behaviour::ProductAdded(added))
    })
}

fn delivered(
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    flags: &mut Flags,
) -> Result<Understood, Problem> {
    let promised_at = properties.any(&["promisedat", "promised"]);
    let promised_at = moment(promised_at, reading.received.zone).unwrap_or_else(|()| {
        flags.insert(Flag::TimeUnreadable);
        None
    });
    let text = |plain: &str| properties.text(&[plain]).map(|text| text.into_owned());
    let delivery = Delivery {
        order_id: order_id(properties)?,
        promised_at,
        carrier: text("carrier"),
        parcel: text("parcel"),
    };
    Ok(Understood::named(Behaviour::Delivered(delivery)))
}

fn complained(properties: &Object<'_>) -> Understood {
    let topic = properties.text(&["topic", "reason", "category"]);
    let complaint = Complaint {
        topic: topic.map(|text| code(&text)).unwrap_or_default(),
    };
    Understood {
        words: words(properties),
        ..Understood::holding(Behaviour::Complained(complaint), &WORDS)
    }
}

/// A review without a rating from 1 to 5 is kept as it was told.
fn reviewed(properties: &Object<'_>) -> Understood {
    let rating = money::exact(properties.any(&["rating"]), "rating");
    let rating = rating.ok().flatten().and_then(|rating| rating.whole());
    let rating = rating.and_then(|rating| u8::try_from(rating).ok());
    let behaviour = match rating.filter(|rating| (1..=5).contains(rating)) {
        Some(rating) => Behaviour::Reviewed(Review {
            review_id: properties.text(&["reviewid"]).map(|id| id.into_owned()),
            product: properties
                .text(&["productid", "sku"])
                .map(|text| code(&text)),
            rating,
        }),
        None => Behaviour::Other("Product Reviewed".to_owned()),
    };
    Understood {
        words: words(properties),
        ..Understood::holding(behaviour, &WORDS)
    }
}

fn words(properties: &Object<'_>) -> Option<String> {
    let words = properties.text(&WORDS)?;
    Some(words.into_owned())
}

/// A permission that cannot be understood is refused and never overlooked.
fn consent(
    granted: Option<bool>,
    name: &str,
    properties: &Object<'_>,
) -> Result<Understood, Problem> {
    /// What the behaviour holds; the rest of the proof is personal.
    const HELD: [&str; 5] = ["purpose", "granted", "status", "version", "textversion"];
    let purpose = properties.text(&["purpose"]).unwrap_or_default();
    let purpose = purpose.to_lowercase().replace([' ', '-'], "_");
    let purpose = purpose.replace("personalization", "personalisation");
    let purpose: Purpose = purpose.parse().map_err(|_| {
        let expected = "analytics, personalisation, marketing or third_party";
        Problem::field("purpose", expected)
    })?;
    let answer = properties.any(&["granted", "status"]);
    let word = answer.and_then(Value::text).map(|word| word.to_lowercase());
    let answered = match (answer.and_then(Value::truth), word.as_deref()) {
        (Some(truth), _) => Some(truth),
        (None, Some(word)) => match word {
            "granted" | "yes" | "true" => Some(true),
            "denied" | "revoked" | "no" | "false" => Some(false),
            _ => None,
        },
        (None, None) => None,
    };
    // Where the name of the event and its answer differ, nothing was permitted.
    let granted = match (granted, answered) {
        (Some(named), Some(answered)) => named && answered,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Err(Problem::field("granted", "true or false")),
    };
    let text = |plain_names: &[&str]| properties.text(plain_names);
    let is_taken_back = |said: &str| said.contains("revoked") || said.contains("withdrawn");
    let named = [Some(name.to_lowercase()), word];
    let change = ConsentChange {
        revoked: !granted && named.iter().flatten().any(|said| is_taken_back(said)),
        source: text(&["source"]).and_then(|word| word.parse().ok()),
        text: text(&["textversion", "version"])
            .map(|text| code(&text))
            .filter(|text| !text.is_empty()),
        region: text(&["region"]).and_then(|code| code.parse().ok()),
        ..ConsentChange::new(purpose, granted)
    };
    Ok(Understood::holding(
        Behaviour::ConsentChanged(change),
        &HELD,
    ))
}
