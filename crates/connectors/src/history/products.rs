//! Products as documents: by the titles on order lines, or by a file of products.
//!
//! The row of a file of products with the latest time of its last change counts; of rows of the
//! same moment, and of those that say none, the greatest in the order of what they say, so that
//! the order of rows does not matter.

use std::io;

use domain::events::{AMOUNT_MINOR_MAX, ProductTold, UnitCost};
use domain::money::Currency;
use domain::settings::CATEGORY_BYTES_MAX;
use domain::time::Millis;

use super::cell::Clock;
use super::codec::{Taker, damaged, put_bytes, put_currency, put_signed};
use super::line::check_code;
use super::mapping::Mapping;
use super::reject::{Reason, Refusal};
use super::rows::Cells;
use super::titles::{Claim, cut};
use crate::exact::Exact;

/// What a payload is, by its first byte: a title on a line of an order.
pub(super) const CLAIM: u8 = 0;
/// A row of a file of products.
const ROW: u8 = 1;

/// A row of a file of products.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row<'a> {
    updated_at: Millis,
    title: &'a str,
    cost: Option<(i64, Currency)>,
    category: &'a str,
}

/// Whether one payload counts before another of the same product.
pub(super) fn is_better(payload: &[u8], best: &[u8]) -> io::Result<bool> {
    let (mut one, mut other) = (Taker(payload), Taker(best));
    match (one.byte()?, other.byte()?) {
        (CLAIM, CLAIM) => Ok(Claim::read(one)? > Claim::read(other)?),
        (ROW, ROW) => Ok(Row::read(one)? > Row::read(other)?),
        _ => Err(damaged()),
    }
}

/// What a payload tells of a product.
pub(super) fn read(product: &str, payload: &[u8]) -> io::Result<ProductTold> {
    let mut taker = Taker(payload);
    let product = product.to_owned();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    match taker.byte()? {
        CLAIM => Ok(ProductTold {
            product,
            title: some(Claim::read(taker)?.title),
            ..ProductTold::default()
        }),
        ROW => {
            let row = Row::read(taker)?;
            let cost = |(hundredths, currency)| UnitCost {
                hundredths,
                currency,
            };
            Ok(ProductTold {
                product,
                title: some(row.title),
                cost: row.cost.map(cost),
                category: some(row.category),
                is_catalogue: true,
            })
        }
        _ => Err(damaged()),
    }
}

impl<'a> Row<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        out.push(ROW);
        put_signed(out, self.updated_at.0);
        put_bytes(out, self.title.as_bytes());
        put_bytes(out, self.category.as_bytes());
        if let Some((hundredths, currency)) = self.cost {
            put_currency(out, currency);
            put_signed(out, hundredths);
        }
    }

    fn read(mut taker: Taker<'a>) -> io::Result<Self> {
        let updated_at = Millis(taker.signed()?);
        let title = taker.text()?;
        let category = taker.text()?;
        let cost = match taker.0 {
            [] => None,
            _ => {
                let currency = taker.currency()?;
                Some((taker.signed()?, currency))
            }
        };
        Ok(Self {
            updated_at,
            title,
            cost,
            category,
        })
    }
}

/// Reads a row: the product's code, and the payload into `out`.
pub(super) fn read_row<'a>(
    cells: &Cells<'a>,
    mapping: &Mapping,
    clock: &mut Clock,
    out: &mut Vec<u8>,
) -> Result<&'a str, Refusal> {
    let product = cells.text("product_id");
    check_code(Reason::Product, cells.column("product_id"), product)?;
    let category = cells.text("category");
    if category.len() > CATEGORY_BYTES_MAX {
        return Err(cells.refused(Reason::Category, "category"));
    }
    let currency = cells.currency(mapping)?;
    let row = Row {
        updated_at: cells.time("updated_at", clock)?.unwrap_or(Millis(0)),
        title: cut(cells.text("title")),
        cost: cost(cells, currency)?.map(|hundredths| (hundredths, currency)),
        category,
    };
    row.write(out);
    Ok(product)
}

/// The cost of a unit in hundredths of the minor unit, rounded half-even once.
fn cost(cells: &Cells<'_>, currency: Currency) -> Result<Option<i64>, Refusal> {
    const HUNDREDTHS_DIGITS: u32 = 2;
    let text = cells.text("cost");
    if text.is_empty() {
        return Ok(None);
    }
    let refused = || cells.refused(Reason::Cost, "cost");
    let exact = Exact::read(text.as_bytes()).map_err(|_| refused())?;
    let hundredths = exact.times(1, currency.exponent() + HUNDREDTHS_DIGITS);
    let is_bounded = |cost: &i64| (0..=AMOUNT_MINOR_MAX).contains(cost);
    hundredths.filter(is_bounded).map(Some).ok_or_else(refused)
}
