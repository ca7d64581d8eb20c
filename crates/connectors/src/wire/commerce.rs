//! Events with a behaviour of their own, from their properties.

use domain::events::{
    Behaviour, Complaint, ConsentChange, Context, Delivery, Flag, Flags, ProductAdded, ProductTold,
    ProductView, Review,
};
use domain::trust::Purpose;

use super::clock::moment;
use super::message::{Reading, code};
use super::money;
use super::names::{self, Known};
use super::object::{Object, Value};
use super::order;
use super::problem::Problem;

/// What an event is understood as.
pub(super) struct Understood {
    pub(super) behaviour: Behaviour,
    /// The plain names of the properties that the behaviour holds; the others are personal.
    pub(super) held: &'static [&'static str],
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
            held,
            words: None,
            products: Vec::new(),
        }
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
        Known::CheckoutStarted => Ok(Understood::named(Behaviour::CheckoutStarted)),
        Known::ProductViewed => Ok(product_viewed(name, properties)),
        Known::ProductAdded => product_added(name, properties, flags),
        Known::Delivered => delivered(properties, reading, flags),
        Known::Complained => Ok(complained(properties)),
        Known::Reviewed => Ok(reviewed(properties)),
        Known::Consent(granted) => consent(granted, name, properties),
        Known::Named(ours) => Ok(Understood::named(Behaviour::Other(ours.to_owned()))),
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
