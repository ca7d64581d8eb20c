//! A row of a file of deliveries: what reached somebody, and when it was promised to.

use domain::events::{Behaviour, Delivery, Personal};

use super::{Cells, Document, Row, TEXT_BYTES_MAX};
use crate::history::cell::Clock;
use crate::history::line::check_code;
use crate::history::reject::{Reason, Refusal};

pub(super) fn read(cells: &Cells<'_>, clock: &mut Clock) -> Result<Row, Refusal> {
    let order_id = cells.text("order_id");
    check_code(Reason::OrderId, cells.column("order_id"), order_id)?;
    let delivery = Delivery {
        order_id: order_id.to_owned(),
        promised_at: cells.time("promised_at", clock)?,
        carrier: cells.code("carrier")?,
        parcel: cells.code("parcel")?,
    };
    let mut personal = Personal::new();
    cells.personal("city", TEXT_BYTES_MAX, &mut personal)?;
    let document = Document {
        at: cells.needed_time("delivered_at", clock)?,
        number: order_id.to_owned(),
        behaviour: Behaviour::Delivered(delivery),
        personal,
    };
    Ok(Row {
        who: cells.who()?,
        order_id: order_id.to_owned(),
        documents: vec![document],
    })
}
