//! A row of a file of reviews: what somebody thinks of a product or of the shop.

use domain::events::{Behaviour, Personal, Review};

use super::{Cells, Document, Row, TEXT_BYTES_MAX};
use crate::exact::Exact;
use crate::history::cell::Clock;
use crate::history::reject::{Reason, Refusal};

/// The longest words of a review, in bytes.
const REVIEW_BYTES_MAX: usize = 10_000;

pub(super) fn read(cells: &Cells<'_>, clock: &mut Clock) -> Result<Row, Refusal> {
    let who = cells.somebody()?;
    let rating = Exact::read(cells.text("rating").as_bytes())
        .ok()
        .and_then(Exact::whole)
        .and_then(|rating| u8::try_from(rating).ok())
        .filter(|rating| (1..=5).contains(rating));
    let review = Review {
        review_id: cells.code("review_id")?,
        product: cells.code("product_id")?,
        rating: rating.ok_or_else(|| cells.refused(Reason::Rating, "rating"))?,
    };
    let mut personal = Personal::new();
    cells.personal("title", TEXT_BYTES_MAX, &mut personal)?;
    cells.personal("text", REVIEW_BYTES_MAX, &mut personal)?;
    let document = Document {
        at: cells.needed_time("written_at", clock)?,
        number: review.review_id.clone().unwrap_or_default(),
        behaviour: Behaviour::Reviewed(review),
        personal,
    };
    Ok(Row {
        who,
        order_id: String::new(),
        documents: vec![document],
    })
}
