//! Understanding a header: which columns there are, and which one is what.

use std::fmt;

use super::mapping::{Columns, DateOrder, Defaults, Mapping};

/// The most columns a file may have.
pub(super) const COLUMNS_MAX: usize = 1_000;
/// How many columns an error repeats, and how much of each name in characters.
const SHOWN_MAX: usize = 40;

/// A thing that a column may hold, with the names under which shops export it. Names are
/// compared without spaces, dashes and underscores, capital and small letters alike. A name of
/// a whole order's total is not among them, because it is not the amount of a line.
struct Field {
    name: &'static str,
    synonyms: &'static [&'static str],
}

const ORDER_ID: Field = Field {
    name: "order_id",
    synonyms: &[
        "orderid",
        "order",
        "ordernumber",
        "orderno",
        "invoiceno",
        "invoice",
        "invoiceid",
        "invoicenumber",
        "receiptid",
        "receiptno",
    ],
};
const ORDERED_AT: Field = Field {
    name: "ordered_at",
    synonyms: &[
        "orderedat",
        "orderdate",
        "ordertime",
        "invoicedate",
        "purchasedate",
        "createdat",
        "orderedon",
        "datetime",
        "timestamp",
        "date",
    ],
};
const PRODUCT_ID: Field = Field {
    name: "product_id",
    synonyms: &[
        "productid",
        "sku",
        "stockcode",
        "productcode",
        "productsku",
        "itemid",
        "itemcode",
        "lineitemsku",
        "product",
    ],
};
const QUANTITY: Field = Field {
    name: "quantity",
    synonyms: &["quantity", "qty", "units", "lineitemquantity"],
};
const UNIT_PRICE: Field = Field {
    name: "unit_price",
    synonyms: &[
        "unitprice",
        "price",
        "itemprice",
        "lineitemprice",
        "priceperunit",
    ],
};
const AMOUNT: Field = Field {
    name: "amount",
    synonyms: &["amount", "lineamount", "linetotal", "lineprice"],
};
const CUSTOMER_ID: Field = Field {
    name: "customer_id",
    synonyms: &[
        "customerid",
        "customer",
        "customernumber",
        "customerno",
        "userid",
        "clientid",
        "memberid",
    ],
};
const EMAIL: Field = Field {
    name: "email",
    synonyms: &["email", "emailaddress", "customeremail", "mail"],
};
const TITLE: Field = Field {
    name: "title",
    synonyms: &[
        "title",
        "producttitle",
        "productname",
        "description",
        "productdescription",
        "itemname",
        "lineitemname",
    ],
};
const CURRENCY: Field = Field {
    name: "currency",
    synonyms: &["currency", "currencycode"],
};
const COUNTRY: Field = Field {
    name: "country",
    synonyms: &["country", "countrycode", "shippingcountry", "shipcountry"],
};
const CHANNEL: Field = Field {
    name: "channel",
    synonyms: &["channel", "saleschannel", "orderchannel"],
};

/// Why a header cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderError {
    /// Columns without which no order can be read.
    Missing {
        /// What they would hold, such as `order_id`.
        missing: Vec<&'static str>,
        /// The columns that the file has.
        found: Vec<String>,
    },
    /// The mapping names a column that the file has not.
    NoSuchColumn {
        /// What it would hold.
        field: &'static str,
        /// Its name in the mapping.
        name: String,
        /// The columns that the file has.
        found: Vec<String>,
    },
    /// Two columns bear the name of one that is needed.
    Twice(String),
    /// The header cannot be read as a line of cells (the words say why).
    Unreadable(&'static str),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { missing, found } => write!(
                f,
                "the header has no column for {}; it has {}. Name the columns in a mapping",
                missing.join(", "),
                listed(found)
            ),
            Self::NoSuchColumn { field, name, found } => write!(
                f,
                "the mapping says that {field} stands in “{name}”, but the header has {}",
                listed(found)
            ),
            Self::Twice(name) => write!(
                f,
                "two columns are called “{name}”: rename the one that should not be read"
            ),
            Self::Unreadable(why) => write!(f, "line 1 should be the header, but {why}"),
        }
    }
}

impl std::error::Error for HeaderError {}

fn listed(names: &[String]) -> String {
    let short = |name: &String| name.chars().take(SHOWN_MAX).collect::<String>();
    let shown: Vec<String> = names.iter().take(SHOWN_MAX).map(short).collect();
    let more = if names.len() > SHOWN_MAX { ", …" } else { "" };
    format!("“{}”{more}", shown.join("”, “"))
}

/// A name without what people write differently.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The column whose name is the first synonym that the header has.
fn find(header: &[String], field: &Field) -> Result<Option<String>, HeaderError> {
    for synonym in field.synonyms {
        let mut found = header.iter().filter(|name| plain(name) == *synonym);
        if let Some(name) = found.next() {
            return match found.next() {
                Some(_) => Err(HeaderError::Twice(name.clone())),
                None => Ok(Some(name.clone())),
            };
        }
    }
    Ok(None)
}

impl Mapping {
    /// The mapping of a file with this header: *Online Retail* with its rules, or the common
    /// names of columns with the defaults.
    ///
    /// # Errors
    /// [`HeaderError`] names what is missing and what was found.
    pub fn recognise(header: &[String], defaults: &Defaults) -> Result<Self, HeaderError> {
        let mut missing = Vec::new();
        let mut needed = |field: &Field| {
            let found = find(header, field)?;
            if found.is_none() {
                missing.push(field.name);
            }
            Ok(found.unwrap_or_default())
        };
        let order_id = needed(&ORDER_ID)?;
        let ordered_at = needed(&ORDERED_AT)?;
        let product_id = needed(&PRODUCT_ID)?;
        let quantity = needed(&QUANTITY)?;
        let amount = find(header, &AMOUNT)?;
        let unit_price = find(header, &UNIT_PRICE)?;
        if amount.is_none() && unit_price.is_none() {
            missing.push(UNIT_PRICE.name);
        }
        if !missing.is_empty() {
            return Err(HeaderError::Missing {
                missing,
                found: header.to_vec(),
            });
        }
        let columns = Columns {
            order_id,
            ordered_at,
            product_id,
            quantity,
            unit_price,
            amount,
            customer_id: find(header, &CUSTOMER_ID)?,
            email: find(header, &EMAIL)?,
            title: find(header, &TITLE)?,
            currency: find(header, &CURRENCY)?,
            country: find(header, &COUNTRY)?,
            channel: find(header, &CHANNEL)?,
        };
        if is_online_retail(&columns) {
            return Ok(Self::online_retail(columns));
        }
        Ok(Self {
            columns,
            currency: defaults.currency,
            channel: defaults.channel,
            zone: defaults.zone.clone(),
            date_order: DateOrder::YearFirst,
            refund_prefix: None,
            adjustment_prefix: None,
            kinds: Vec::new(),
            encoding: None,
        })
    }
}

/// Both editions of the data set are known by their header (`InvoiceNo`, `UnitPrice` in the
/// first, `Invoice`, `Price` in the second).
fn is_online_retail(columns: &Columns) -> bool {
    let is = |name: Option<&String>, words: &[&str]| {
        name.is_some_and(|name| words.contains(&plain(name).as_str()))
    };
    is(Some(&columns.order_id), &["invoiceno", "invoice"])
        && is(Some(&columns.product_id), &["stockcode"])
        && is(Some(&columns.ordered_at), &["invoicedate"])
        && is(columns.unit_price.as_ref(), &["unitprice", "price"])
        && is(columns.customer_id.as_ref(), &["customerid"])
        && is(columns.title.as_ref(), &["description"])
        && is(columns.country.as_ref(), &["country"])
}

/// The places of the columns within a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) order_id: usize,
    pub(super) ordered_at: usize,
    pub(super) product_id: usize,
    pub(super) quantity: usize,
    /// The amount of the line, or else the price of a unit.
    pub(super) price: usize,
    /// Whether `price` is the amount of the line.
    pub(super) price_is_amount: bool,
    pub(super) customer_id: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) title: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) country: Option<usize>,
    pub(super) channel: Option<usize>,
}

impl Places {
    /// Finds the columns of a mapping in a header.
    pub(super) fn find(columns: &Columns, header: &[String]) -> Result<Self, HeaderError> {
        let place = |field: &Field, name: &String| {
            let same = |other: &&String| other.trim().to_lowercase() == name.trim().to_lowercase();
            let mut found = header.iter().enumerate().filter(|(_, other)| same(other));
            match (found.next(), found.next()) {
                (Some((place, _)), None) => Ok(place),
                (Some(_), Some(_)) => Err(HeaderError::Twice(name.clone())),
                (None, _) => Err(HeaderError::NoSuchColumn {
                    field: field.name,
                    name: name.clone(),
                    found: header.to_vec(),
                }),
            }
        };
        let optional = |field: &Field, name: &Option<String>| {
            name.as_ref().map(|name| place(field, name)).transpose()
        };
        let amount = optional(&AMOUNT, &columns.amount)?;
        let unit_price = optional(&UNIT_PRICE, &columns.unit_price)?;
        let missing = || HeaderError::Missing {
            missing: vec![UNIT_PRICE.name],
            found: header.to_vec(),
        };
        Ok(Self {
            order_id: place(&ORDER_ID, &columns.order_id)?,
            ordered_at: place(&ORDERED_AT, &columns.ordered_at)?,
            product_id: place(&PRODUCT_ID, &columns.product_id)?,
            quantity: place(&QUANTITY, &columns.quantity)?,
            price: amount.or(unit_price).ok_or_else(missing)?,
            price_is_amount: amount.is_some(),
            customer_id: optional(&CUSTOMER_ID, &columns.customer_id)?,
            email: optional(&EMAIL, &columns.email)?,
            title: optional(&TITLE, &columns.title)?,
            currency: optional(&CURRENCY, &columns.currency)?,
            country: optional(&COUNTRY, &columns.country)?,
            channel: optional(&CHANNEL, &columns.channel)?,
        })
    }
}
