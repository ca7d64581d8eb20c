//! Understanding a header: what a file tells of, which columns there are, and which one is what.

use std::fmt;

use super::fields::{Field, Kind, WHO_NAMES, plain};
use super::mapping::{Asked, Columns, Defaults, Mapping};
use super::platforms;

/// The most columns a file may have.
pub(super) const COLUMNS_MAX: usize = 1_000;
/// How many columns an error repeats, and how much of each name in characters.
const SHOWN_MAX: usize = 40;

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
    /// A field that a file of this kind has not.
    NoSuchField {
        /// What was named.
        field: String,
        /// What the file tells of.
        kind: Kind,
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
            Self::NoSuchField { field, kind } => {
                let names: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
                let names = names.join(", ");
                write!(f, "a file of {kind} has no “{field}”; it can have {names}")
            }
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

/// The kinds in the order in which a header is held against them: what tells more comes first.
const RECOGNISED: [Kind; 7] = [
    Kind::Refunds,
    Kind::Orders,
    Kind::Reviews,
    Kind::Consents,
    Kind::Deliveries,
    Kind::Products,
    Kind::Customers,
];

/// The column of a field: the one that the caller names, or else the one whose name is the first
/// synonym that the header has.
fn find(header: &[String], field: &Field, asked: &Columns) -> Result<Option<String>, HeaderError> {
    if let Some(name) = asked.get(field.name) {
        return Ok(Some(name.to_owned()));
    }
    for synonym in field.synonyms() {
        let is_free = |name: &&String| !asked.iter().any(|(_, column)| column == name.as_str());
        let mut found = header
            .iter()
            .filter(|name| plain(unlisted(name)) == synonym)
            .filter(is_free);
        if let Some(name) = found.next() {
            return match found.next() {
                Some(_) => Err(HeaderError::Twice(name.clone())),
                None => Ok(Some(name.clone())),
            };
        }
    }
    Ok(None)
}

/// A name without the list in which it stands: `lines.sku` is `sku`.
fn unlisted(name: &str) -> &str {
    match name.split_once('.') {
        Some((list, rest)) if super::ndjson::ITEM_LISTS.contains(&list) => rest,
        _ => name,
    }
}

/// The columns of a file of this kind.
fn columns_of(kind: Kind, header: &[String], asked: &Columns) -> Result<Columns, HeaderError> {
    if let Some((field, _)) = asked.iter().find(|(name, _)| kind.field(name).is_none()) {
        let field = field.to_owned();
        return Err(HeaderError::NoSuchField { field, kind });
    }
    let mut columns = Columns::default();
    let mut missing = Vec::new();
    for field in kind.fields() {
        match find(header, field, asked)? {
            Some(name) => columns.set(field.name, &name),
            None if field.is_needed => missing.push(field.name),
            None => {}
        }
    }
    for group in kind.one_of() {
        if !group.iter().any(|name| columns.get(name).is_some()) {
            missing.push(group[0]);
        }
    }
    if missing.is_empty() {
        return Ok(columns);
    }
    Err(HeaderError::Missing {
        missing,
        found: header.to_vec(),
    })
}

/// Whether a header looks like one of this kind.
fn looks_like(kind: Kind, header: &[String], asked: &Columns) -> bool {
    match columns_of(kind, header, asked) {
        Ok(columns) => kind != Kind::Products || !names_somebody(&columns, header),
        // It has all that is needed and one of it twice; reading it says which.
        Err(HeaderError::Twice(_)) => kind == Kind::Orders && asked.is_empty(),
        Err(_) => false,
    }
}

/// Whether a bare `id` in this header is a person's and not a product's.
fn names_somebody(columns: &Columns, header: &[String]) -> bool {
    let is_bare = columns.get("product_id").map(plain).as_deref() == Some("id");
    let names: Vec<&Field> = WHO_NAMES
        .iter()
        .filter_map(|name| Kind::Reviews.field(name).or(Kind::Customers.field(name)))
        .collect();
    let nothing = Columns::default();
    is_bare
        && names
            .iter()
            .any(|field| !matches!(find(header, field, &nothing), Ok(None)))
}

impl Mapping {
    /// The mapping of a file with this header: a platform's or *Online Retail*'s with their
    /// rules, or the common names of columns with the defaults.
    ///
    /// # Errors
    /// [`HeaderError`] names what is missing and what was found.
    pub fn recognise(
        header: &[String],
        asked: &Asked,
        defaults: &Defaults,
    ) -> Result<Self, HeaderError> {
        let mut mapping = Self::of_header(header, asked, defaults)?;
        mapping.heed(asked);
        Ok(mapping)
    }

    fn of_header(
        header: &[String],
        asked: &Asked,
        defaults: &Defaults,
    ) -> Result<Self, HeaderError> {
        let is_open = asked.columns.is_empty() && asked.kind.unwrap_or_default() == Kind::Orders;
        if is_open && let Some(platform) = platforms::recognise(header) {
            return Ok(platforms::mapping(platform, defaults));
        }
        let looks = |kind: &Kind| looks_like(*kind, header, &asked.columns);
        let kind = asked.kind.or_else(|| RECOGNISED.into_iter().find(looks));
        let kind = kind.unwrap_or_default();
        let columns = columns_of(kind, header, &asked.columns)?;
        if kind == Kind::Orders && is_online_retail(&columns) {
            return Ok(Self::online_retail(columns));
        }
        Ok(Self::plain(kind, columns, defaults))
    }
}

/// Both editions of the data set are known by their header (`InvoiceNo`, `UnitPrice` in the
/// first, `Invoice`, `Price` in the second).
fn is_online_retail(columns: &Columns) -> bool {
    let is = |field: &str, words: &[&str]| {
        columns
            .get(field)
            .is_some_and(|name| words.contains(&plain(name).as_str()))
    };
    is("order_id", &["invoiceno", "invoice"])
        && is("product_id", &["stockcode"])
        && is("ordered_at", &["invoicedate"])
        && is("unit_price", &["unitprice", "price"])
        && is("customer_id", &["customerid"])
        && is("title", &["description"])
        && is("country", &["country"])
}

/// The place of a column, if the mapping names one for this field.
pub(super) fn place(
    kind: Kind,
    field: &'static str,
    columns: &Columns,
    header: &[String],
) -> Result<Option<usize>, HeaderError> {
    let Some(name) = columns.get(field).filter(|_| kind.field(field).is_some()) else {
        return Ok(None);
    };
    let wanted = name.trim().to_lowercase();
    let same = |other: &&String| other.trim().to_lowercase() == wanted;
    let mut found = header.iter().enumerate().filter(|(_, other)| same(other));
    match (found.next(), found.next()) {
        (Some((place, _)), None) => Ok(Some(place)),
        (Some(_), Some(_)) => Err(HeaderError::Twice(name.to_owned())),
        (None, _) => Err(HeaderError::NoSuchColumn {
            field,
            name: name.to_owned(),
            found: header.to_vec(),
        }),
    }
}

/// Refuses a mapping that names what its kind has not, or lacks what it needs.
pub(super) fn check(mapping: &Mapping, header: &[String]) -> Result<(), HeaderError> {
    if mapping.platform.is_some() {
        return Ok(());
    }
    let (kind, columns) = (mapping.kind, &mapping.columns);
    if let Some((field, _)) = columns.iter().find(|(name, _)| kind.field(name).is_none()) {
        let field = field.to_owned();
        return Err(HeaderError::NoSuchField { field, kind });
    }
    let mut missing: Vec<&'static str> = kind
        .fields()
        .iter()
        .filter(|field| field.is_needed && columns.get(field.name).is_none())
        .map(|field| field.name)
        .collect();
    for group in kind.one_of() {
        if !group.iter().any(|name| columns.get(name).is_some()) {
            missing.push(group[0]);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(HeaderError::Missing {
        missing,
        found: header.to_vec(),
    })
}

/// The places of an order line's cells. A place beyond the header is one that the file has not;
/// its cells are empty.
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
    pub(super) source: Option<usize>,
    /// The order to which a refund belongs.
    pub(super) refund_of: Option<usize>,
    /// What is personal about the order, as a JSON document.
    pub(super) personal: Option<usize>,
}

impl Places {
    /// Finds the columns of a mapping in a header, of a file of orders or refunds.
    pub(super) fn find(mapping: &Mapping, header: &[String]) -> Result<Self, HeaderError> {
        check(mapping, header)?;
        let kind = mapping.kind;
        let optional = |field| place(kind, field, &mapping.columns, header);
        let column = |field| Ok(optional(field)?.unwrap_or(usize::MAX));
        let amount = optional("amount")?;
        let price = amount.or(optional("unit_price")?).unwrap_or(usize::MAX);
        let is_refunds = kind == Kind::Refunds;
        let names = match is_refunds {
            false => ["order_id", "ordered_at"],
            true => ["refund_id", "refunded_at"],
        };
        Ok(Self {
            order_id: column(names[0])?,
            ordered_at: column(names[1])?,
            product_id: column("product_id")?,
            quantity: column("quantity")?,
            price,
            price_is_amount: amount.is_some(),
            customer_id: optional("customer_id")?,
            email: optional("email")?,
            title: optional("title")?,
            currency: optional("currency")?,
            country: optional("country")?,
            channel: optional("channel")?,
            source: optional("source")?,
            refund_of: if is_refunds {
                optional("order_id")?
            } else {
                None
            },
            personal: None,
        })
    }
}
