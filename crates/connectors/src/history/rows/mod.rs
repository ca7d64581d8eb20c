//! Files in which every line is a document of its own: customers, products, reviews, deliveries
//! and consents.

mod consents;
mod customers;
mod deliveries;
mod reviews;

use std::io;

use domain::customers::Namespace;
use domain::events::{Behaviour, CODE_BYTES_MAX, Channel, Personal};
use domain::money::Currency;
use domain::time::Millis;

use super::cell::Clock;
use super::documents::{Place, TOLD, Told, Who, product_key};
use super::fields::{Field, Kind};
use super::group::Grouped;
use super::header::{HeaderError, check, place};
use super::line::{named, something, text_of};
use super::mapping::{Columns, Mapping};
use super::products;
use super::reject::{Reason, Refusal};
use super::sort::Sorter;
use super::table::Table;

/// The longest text that is kept, in bytes, but for the words of a review.
const TEXT_BYTES_MAX: usize = 2_000;
/// The most columns of a file of customers that are kept although no field is known for them.
pub(super) const TRAITS_MAX: usize = 50;
/// The longest name of such a column, in bytes.
const TRAIT_NAME_BYTES_MAX: usize = 100;

/// Reads the rows of one file.
pub(super) struct Rows<'a> {
    mapping: &'a Mapping,
    places: Vec<Option<usize>>,
    traits: Vec<(usize, String)>,
    clock: Clock,
    documents: Sorter,
    payload: Vec<u8>,
    tie: Vec<u8>,
    grouped: Grouped,
}

/// What one row tells of a customer or an order.
struct Row {
    who: OwnedWho,
    /// The order that it is about when nobody is named.
    order_id: String,
    documents: Vec<Document>,
}

/// One thing that a row tells.
struct Document {
    at: Millis,
    /// Its own number, where it has one.
    number: String,
    behaviour: Behaviour,
    personal: Personal,
}

/// Under which names the customer of a row is known, in their compared forms.
#[derive(Default)]
struct OwnedWho([String; 4]);

impl OwnedWho {
    fn is_nobody(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }

    fn borrowed(&self) -> Who<'_> {
        let [customer_id, email, phone, card] = &self.0;
        Who {
            customer_id,
            email,
            phone,
            card,
        }
    }
}

/// The cells of one row by their fields.
pub(super) struct Cells<'a> {
    table: &'a dyn Table,
    fields: &'static [Field],
    places: &'a [Option<usize>],
    columns: &'a Columns,
}

impl<'a> Cells<'a> {
    /// What stands in a field's cell; nothing when the file has it not.
    pub(super) fn text(&self, field: &str) -> &'a str {
        let known = self.fields.iter().zip(self.places);
        let place = known
            .filter(|(known, _)| known.name == field)
            .find_map(|(_, place)| *place);
        place.map_or("", |place| something(text_of(self.table.cell(place))))
    }

    /// What the column of a field is called.
    pub(super) fn column(&self, field: &'a str) -> &'a str {
        self.columns.shown(field)
    }

    /// A refusal over what a field's cell holds.
    pub(super) fn refused(&self, reason: Reason, field: &str) -> Refusal {
        Refusal::of_cell(reason, self.column(field), self.text(field).as_bytes())
    }

    /// The time in a field's cell.
    pub(super) fn time(&self, field: &str, clock: &mut Clock) -> Result<Option<Millis>, Refusal> {
        let text = self.text(field);
        if text.is_empty() {
            return Ok(None);
        }
        let at = clock.read(text.as_bytes());
        at.map(Some).map_err(|_| self.refused(Reason::Time, field))
    }

    fn needed_time(&self, field: &str, clock: &mut Clock) -> Result<Millis, Refusal> {
        let at = self.time(field, clock)?;
        at.ok_or_else(|| self.refused(Reason::Time, field))
    }

    /// The currency of the row.
    pub(super) fn currency(&self, mapping: &Mapping) -> Result<Currency, Refusal> {
        match self.text("currency") {
            "" => Ok(mapping.currency),
            code => code
                .parse()
                .map_err(|_| self.refused(Reason::Currency, "currency")),
        }
    }

    fn channel(&self, mapping: &Mapping) -> Result<Channel, Refusal> {
        match self.text("channel") {
            "" => Ok(mapping.channel),
            word => word
                .to_ascii_lowercase()
                .parse()
                .map_err(|_| self.refused(Reason::Channel, "channel")),
        }
    }

    /// A number or a name of bounded length, if there is one.
    fn code(&self, field: &str) -> Result<Option<String>, Refusal> {
        let text = self.text(field);
        if text.len() > CODE_BYTES_MAX {
            return Err(self.refused(Reason::Code, field));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// Puts a personal text under a name, if there is one.
    fn personal(&self, field: &str, max: usize, personal: &mut Personal) -> Result<(), Refusal> {
        let text = self.text(field);
        if text.len() > max {
            return Err(self.refused(Reason::Text, field));
        }
        if !text.is_empty() {
            personal.insert(field.to_owned(), text.to_owned());
        }
        Ok(())
    }

    fn who(&self) -> Result<OwnedWho, Refusal> {
        let name = |namespace, reason, field| named(namespace, reason, self.text(field));
        Ok(OwnedWho([
            name(Namespace::UserId, Reason::Customer, "customer_id")?,
            name(Namespace::Email, Reason::Email, "email")?,
            name(Namespace::Phone, Reason::Phone, "phone")?,
            name(Namespace::Card, Reason::Card, "card")?,
        ]))
    }

    /// The customer of the row, who must be named.
    fn somebody(&self) -> Result<OwnedWho, Refusal> {
        let who = self.who()?;
        if who.is_nobody() {
            let (reason, detail) = (Reason::Nobody, String::new());
            return Err(Refusal { reason, detail });
        }
        Ok(who)
    }
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        mapping: &'a Mapping,
        header: &[String],
        documents: Sorter,
    ) -> Result<Self, HeaderError> {
        check(mapping, header)?;
        let fields = mapping.kind.fields().iter();
        let places = fields
            .map(|field| place(mapping.kind, field.name, &mapping.columns, header))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            mapping,
            traits: traits(mapping.kind, header, &places),
            places,
            clock: Clock::new(mapping.zone.clone(), mapping.date_order),
            documents,
            payload: Vec::new(),
            tie: Vec::new(),
            grouped: Grouped::default(),
        })
    }

    /// Takes one row.
    pub(super) fn take(&mut self, table: &dyn Table, line: u64) -> io::Result<Result<(), Refusal>> {
        let cells = Cells {
            table,
            fields: self.mapping.kind.fields(),
            places: &self.places,
            columns: &self.mapping.columns,
        };
        if self.mapping.kind == Kind::Products {
            let read = products::read_row(&cells, self.mapping, &mut self.clock, &mut self.payload);
            return Ok(match read {
                Err(refusal) => Err(refusal),
                Ok(product) => {
                    // The number only tells keys apart.
                    self.documents
                        .push(&product_key(product, line as u32), &self.payload)?;
                    self.grouped.lines += 1;
                    Ok(())
                }
            });
        }
        let clock = &mut self.clock;
        let row = match self.mapping.kind {
            Kind::Reviews => reviews::read(&cells, clock),
            Kind::Deliveries => deliveries::read(&cells, clock),
            Kind::Consents => consents::read(&cells, clock),
            _ => customers::read(&cells, clock, &self.traits),
        };
        let told = cells
            .channel(self.mapping)
            .and_then(|channel| Ok((channel, row?)));
        match told {
            Err(refusal) => Ok(Err(refusal)),
            Ok((channel, row)) => self.put(channel, &row).map(Ok),
        }
    }

    fn put(&mut self, channel: Channel, row: &Row) -> io::Result<()> {
        let who = row.who.borrowed();
        for document in &row.documents {
            let told = Told {
                who,
                channel,
                behaviour: &document.behaviour,
                personal: &document.personal,
            };
            told.write(document.at, &mut self.payload)?;
            // All that it says, so that its place does not follow from its line.
            self.tie.clear();
            self.tie.extend_from_slice(&self.payload);
            let place = Place {
                at: document.at,
                number: &document.number,
                tag: TOLD,
                tie: &self.tie,
            };
            let key = match who.is_nobody() {
                true => place.of_order(&row.order_id),
                false => place.of_customer(&who),
            };
            self.grouped.news += u64::from(who.is_nobody());
            self.grouped.count(&document.behaviour, document.at);
            self.documents.push(&key, &self.payload)?;
        }
        self.grouped.lines += 1;
        Ok(())
    }

    /// What was counted, and the documents.
    pub(super) fn finish(self) -> (Grouped, Sorter) {
        (self.grouped, self.documents)
    }
}

/// The columns of a file of customers that no field is known for: they are kept as they stand,
/// as personal data.
fn traits(kind: Kind, header: &[String], places: &[Option<usize>]) -> Vec<(usize, String)> {
    if kind != Kind::Customers {
        return Vec::new();
    }
    header
        .iter()
        .enumerate()
        .filter(|(place, _)| !places.contains(&Some(*place)))
        .filter(|(_, name)| !name.is_empty() && name.len() <= TRAIT_NAME_BYTES_MAX)
        .take(TRAITS_MAX)
        .map(|(place, name)| (place, name.clone()))
        .collect()
}

/// The columns that are kept as traits of customers.
pub(super) fn trait_columns(mapping: &Mapping, header: &[String]) -> Vec<String> {
    let place = |field: &Field| {
        let found = place(mapping.kind, field.name, &mapping.columns, header);
        found.unwrap_or_default()
    };
    let places: Vec<_> = mapping.kind.fields().iter().map(place).collect();
    let traits = traits(mapping.kind, header, &places);
    traits.into_iter().map(|(_, name)| name).collect()
}
