//! What products are called.
//!
//! The rule: the title on the product's latest line that sold it for more than nothing; of
//! titles at the same moment the greatest in the order of bytes; and only when the product was
//! never sold so, the latest title of its other lines (stock corrections carry notes such as
//! "damaged" for a title). The rule does not depend on the order of lines.

use std::collections::HashMap;
use std::io;

use domain::events::LineKind;
use domain::time::Millis;

use super::codec::{Taker, put_bytes, put_signed};
use super::documents;
use super::mapping::Mapping;
use super::products::CLAIM;
use super::sort::Sorter;

/// The longest title that is kept, in bytes; longer ones are cut.
const TITLE_BYTES_MAX: usize = 500;
/// What a product costs in memory beside its texts, about.
const PRODUCT_BYTES: usize = 100;

/// A title and what speaks for it, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim<'a> {
    pub(super) was_sold: bool,
    pub(super) at: Millis,
    pub(super) title: &'a str,
}

struct Product {
    kind: LineKind,
    was_sold: bool,
    at: Millis,
    title: String,
}

/// The products seen so far, up to a bound; beyond it they are given to the sorter.
pub(super) struct Titles {
    products: HashMap<Box<str>, Product>,
    bytes: usize,
    bytes_max: usize,
    flushes: u32,
}

impl Titles {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            products: HashMap::new(),
            bytes: 0,
            bytes_max,
            flushes: 0,
        }
    }

    /// Notes a line of a product and says what it stands for.
    pub(super) fn note(&mut self, mapping: &Mapping, product: &str, claim: Claim<'_>) -> LineKind {
        let claim = Claim {
            title: cut(claim.title),
            ..claim
        };
        if let Some(known) = self.products.get_mut(product) {
            if !claim.title.is_empty() && claim > known.claim() {
                self.bytes += claim.title.len().saturating_sub(known.title.len());
                (known.was_sold, known.at) = (claim.was_sold, claim.at);
                known.title.clear();
                known.title.push_str(claim.title);
            }
            return known.kind;
        }
        let kind = mapping.kind_of(product);
        let (was_sold, at) = match claim.title {
            "" => (false, Millis(i64::MIN)),
            _ => (claim.was_sold, claim.at),
        };
        let title = claim.title.to_owned();
        self.bytes += PRODUCT_BYTES + product.len() + title.len();
        self.products.insert(
            product.into(),
            Product {
                kind,
                was_sold,
                at,
                title,
            },
        );
        kind
    }

    /// Makes room when the bound is reached.
    pub(super) fn keep_bound(&mut self, sorter: &mut Sorter) -> io::Result<()> {
        if self.bytes > self.bytes_max {
            self.flush(sorter)
        } else {
            Ok(())
        }
    }

    /// Gives all titles to the sorter.
    pub(super) fn flush(&mut self, sorter: &mut Sorter) -> io::Result<()> {
        let mut payload = Vec::new();
        for (code, product) in self.products.drain() {
            if product.title.is_empty() {
                continue;
            }
            payload.clear();
            payload.push(CLAIM);
            payload.push(u8::from(product.was_sold));
            put_signed(&mut payload, product.at.0);
            put_bytes(&mut payload, product.title.as_bytes());
            sorter.push(&documents::product_key(&code, self.flushes), &payload)?;
        }
        self.flushes += 1;
        self.bytes = 0;
        Ok(())
    }
}

impl Product {
    fn claim(&self) -> Claim<'_> {
        Claim {
            was_sold: self.was_sold,
            at: self.at,
            title: &self.title,
        }
    }
}

impl<'a> Claim<'a> {
    /// What [`Titles::flush`] wrote behind its first byte.
    pub(super) fn read(mut taker: Taker<'a>) -> io::Result<Self> {
        Ok(Self {
            was_sold: taker.byte()? == 1,
            at: Millis(taker.signed()?),
            title: taker.text()?,
        })
    }
}

pub(super) fn cut(title: &str) -> &str {
    &title[..title.floor_char_boundary(TITLE_BYTES_MAX)]
}
