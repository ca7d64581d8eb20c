//! What files can hold: the kinds, the fields of each, and the names under which shops export
//! them.
//!
//! Names are compared without spaces, dashes, points and underscores, capital and small letters
//! alike. The first synonym that a header has counts. A name of a whole order's total is not
//! among those of an amount, because it is not the amount of a line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a file tells of.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Lines of orders.
    #[default]
    Orders,
    /// Lines of refunds (credit notes).
    Refunds,
    /// Who the customers are.
    Customers,
    /// What the products are called, cost, and are.
    Products,
    /// What customers wrote about products or the shop.
    Reviews,
    /// What reached the customers.
    Deliveries,
    /// What customers permitted or forbade.
    Consents,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Orders,
        Self::Refunds,
        Self::Customers,
        Self::Products,
        Self::Reviews,
        Self::Deliveries,
        Self::Consents,
    ];

    /// The word on the command line and in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Refunds => "refunds",
            Self::Customers => "customers",
            Self::Products => "products",
            Self::Reviews => "reviews",
            Self::Deliveries => "deliveries",
            Self::Consents => "consents",
        }
    }

    /// The fields that a file of this kind can have.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Orders => ORDERS,
            Self::Refunds => REFUNDS,
            Self::Customers => CUSTOMERS,
            Self::Products => PRODUCTS,
            Self::Reviews => REVIEWS,
            Self::Deliveries => DELIVERIES,
            Self::Consents => CONSENTS,
        }
    }

    /// The field of this name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// Groups of fields of which one is needed, where no single one is.
    pub(super) const fn one_of(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Orders => &[&["unit_price", "amount"]],
            Self::Refunds => &[&["amount", "unit_price"]],
            Self::Customers => &[WHO_NAMES],
            Self::Products => &[&["title", "cost", "category"]],
            Self::Reviews | Self::Consents => &[WHO_NAMES],
            Self::Deliveries => &[],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|kind| kind.word()).collect();
            format!("“{word}” is no kind of file: expected {}", words.join(", "))
        })
    }
}

/// A thing that a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in mappings and on the command line.
    pub name: &'static str,
    /// Whether a file of its kind must have it.
    pub is_needed: bool,
    synonyms: &'static str,
}

impl Field {
    /// The names under which shops export it, in their compared form; its own is the first.
    pub fn synonyms(&self) -> impl Iterator<Item = &'static str> {
        self.synonyms.split(' ')
    }
}

const fn needed(name: &'static str, synonyms: &'static str) -> Field {
    Field {
        name,
        is_needed: true,
        synonyms,
    }
}

const fn optional(name: &'static str, synonyms: &'static str) -> Field {
    Field {
        name,
        is_needed: false,
        synonyms,
    }
}

/// The fields that name a customer.
pub(super) const WHO_NAMES: &[&str] = &["customer_id", "email", "phone", "card"];

const ORDER_ID_SYNONYMS: &str = "orderid order ordernumber orderno invoiceno invoice \
     invoiceid invoicenumber receiptid receiptno";
const PRODUCT_ID_SYNONYMS: &str = "productid sku stockcode productcode productsku \
     itemid itemcode lineitemsku product";
const QUANTITY: Field = optional("quantity", "quantity qty units lineitemquantity");
const UNIT_PRICE: Field = optional(
    "unit_price",
    "unitprice price itemprice lineitemprice priceperunit",
);
const CUSTOMER_ID: Field = optional(
    "customer_id",
    "customerid customer customernumber customerno userid clientid memberid",
);
const EMAIL: Field = optional("email", "email emailaddress customeremail mail");
const PHONE: Field = optional("phone", "phone phonenumber telephone mobile customerphone");
const CARD: Field = optional("card", "card cardnumber loyaltycard loyaltynumber cardid");
const TITLE: Field = optional(
    "title",
    "title producttitle productname description productdescription itemname \
     lineitemname",
);
const CURRENCY: Field = optional("currency", "currency currencycode");
const COUNTRY_SYNONYMS: &str = "country countrycode shippingcountry shipcountry";
const CHANNEL: Field = optional("channel", "channel saleschannel orderchannel");

const ORDERS: &[Field] = &[
    needed("order_id", ORDER_ID_SYNONYMS),
    CUSTOMER_ID,
    EMAIL,
    needed(
        "ordered_at",
        "orderedat orderdate ordertime invoicedate purchasedate createdat orderedon \
     datetime timestamp date",
    ),
    needed("product_id", PRODUCT_ID_SYNONYMS),
    TITLE,
    needed("quantity", QUANTITY.synonyms),
    UNIT_PRICE,
    optional("amount", "amount lineamount linetotal lineprice"),
    CURRENCY,
    optional("country", COUNTRY_SYNONYMS),
    CHANNEL,
    optional(
        "source",
        "source ordersource trafficsource utmsource acquisitionsource",
    ),
];

const REFUNDS: &[Field] = &[
    needed(
        "refund_id",
        "refundid refund refundnumber refundno creditnote creditnoteid creditnoteno \
     creditnotenumber returnid returnnumber",
    ),
    optional("order_id", ORDER_ID_SYNONYMS),
    CUSTOMER_ID,
    EMAIL,
    needed(
        "refunded_at",
        "refundedat refunddate refundedon returnedat returndate createdat datetime \
     timestamp date",
    ),
    optional("product_id", PRODUCT_ID_SYNONYMS),
    QUANTITY,
    UNIT_PRICE,
    optional(
        "amount",
        "amount refundamount refundedamount lineamount linetotal",
    ),
    CURRENCY,
    CHANNEL,
];

const CUSTOMERS: &[Field] = &[
    optional(
        "customer_id",
        "customerid id customer customernumber customerno userid clientid memberid",
    ),
    EMAIL,
    PHONE,
    CARD,
    optional("name", "name fullname customername displayname"),
    optional("first_name", "firstname givenname forename"),
    optional("last_name", "lastname familyname surname"),
    optional(
        "city",
        "city town billingcity defaultaddresscity addresscity",
    ),
    optional(
        "country",
        "country countrycode billingcountry defaultaddresscountrycode addresscountry",
    ),
    optional("language", "language locale lang customerlocale"),
    optional("birthday", "birthday birthdate dateofbirth dob"),
    optional(
        "registered_at",
        "registeredat createdat dateregistered registrationdate dateregisteredgmt \
     datecreatedgmt signupdate membersince customersince",
    ),
    optional(
        "updated_at",
        "updatedat modifiedat lastupdated datemodifiedgmt",
    ),
    optional(
        "accepts_marketing",
        "acceptsmarketing acceptsemailmarketing marketingconsent newsletter optin \
     marketing",
    ),
    optional(
        "consent_at",
        "consentat consentedat acceptsmarketingupdatedat marketingupdatedat optinat \
     optindate",
    ),
];

const PRODUCTS: &[Field] = &[
    needed(
        "product_id",
        "productid sku variantsku stockcode productcode productsku itemid itemcode \
     product id",
    ),
    optional(
        "title",
        "title producttitle productname name itemname description",
    ),
    optional(
        "cost",
        "cost unitcost costprice costperitem costofgoods purchaseprice wholesaleprice",
    ),
    optional(
        "category",
        "category productcategory producttype type department categories",
    ),
    CURRENCY,
    optional(
        "updated_at",
        "updatedat modifiedat lastupdated datemodifiedgmt",
    ),
];

const REVIEWS: &[Field] = &[
    optional("review_id", "reviewid id reviewnumber"),
    CUSTOMER_ID,
    optional(
        "email",
        "email emailaddress customeremail revieweremail mail",
    ),
    optional("product_id", PRODUCT_ID_SYNONYMS),
    needed("rating", "rating stars score starrating reviewrating"),
    optional("title", "title reviewtitle headline subject"),
    optional(
        "text",
        "text review body reviewtext reviewbody comment content message",
    ),
    needed(
        "written_at",
        "writtenat reviewedat reviewdate submittedat createdat datecreatedgmt datetime \
     timestamp date",
    ),
    CHANNEL,
];

const DELIVERIES: &[Field] = &[
    needed("order_id", ORDER_ID_SYNONYMS),
    CUSTOMER_ID,
    EMAIL,
    needed(
        "delivered_at",
        "deliveredat deliverydate deliveredon datedelivered arrivedat",
    ),
    optional(
        "promised_at",
        "promisedat promiseddate promisedon duedate expectedat estimateddelivery \
     estimateddeliverydate",
    ),
    optional(
        "carrier",
        "carrier courier shippingcarrier trackingcompany shipper",
    ),
    optional(
        "parcel",
        "parcel parcelnumber parcelid trackingnumber trackingno trackingcode tracking \
     shipmentid",
    ),
    optional("city", "city town shippingcity deliverycity"),
    CHANNEL,
];

const CONSENTS: &[Field] = &[
    CUSTOMER_ID,
    EMAIL,
    PHONE,
    CARD,
    needed("purpose", "purpose consent consenttype consentpurpose"),
    needed(
        "granted",
        "granted given status state value consented subscribed optin",
    ),
    needed(
        "at",
        "at consentedat consentat changedat givenat updatedat createdat datetime \
     timestamp date",
    ),
    optional("proof", "proof evidence source method form ip ipaddress"),
    CHANNEL,
];

/// A name without what people write differently.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_are_in_their_compared_form_and_name_one_field_of_a_kind() {
        for kind in Kind::ALL {
            assert_eq!(kind.word().parse(), Ok(kind));
            let mut seen = Vec::new();
            for field in kind.fields() {
                let own = plain(field.name);
                assert_eq!(field.synonyms().next(), Some(own.as_str()), "{kind}");
                for synonym in field.synonyms() {
                    assert_eq!(plain(synonym), synonym);
                    assert!(!seen.contains(&synonym), "{kind}: {synonym} stands twice");
                    seen.push(synonym);
                }
            }
            for group in kind.one_of() {
                assert!(
                    group.iter().any(|name| kind.field(name).is_some()),
                    "{kind}"
                );
            }
        }
        assert!("carts".parse::<Kind>().is_err());
    }
}
