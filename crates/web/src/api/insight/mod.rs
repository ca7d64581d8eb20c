//! `GET /v1/insight/…`: the twins of the pages about the whole shop.

pub(super) mod channels;
pub(super) mod experience;
pub(super) mod overview;
pub(super) mod retention;
pub(super) mod value;
pub(super) mod visits;

use domain::time::{Calendar, Day};

/// A day of the shop as the API writes it: `2011-12-09`.
fn date(day: i32) -> String {
    let (year, month, day) = Calendar::Gregorian.date(Day(day));
    format!("{year:04}-{month:02}-{day:02}")
}
