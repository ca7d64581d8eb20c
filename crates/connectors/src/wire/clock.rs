//! When it happened: the sender's clock corrected by ours.
//!
//! A clock that is wrong is as wrong when it stamps an event as when it stamps the sending, so
//! `receivedAt - (sentAt - originalTimestamp)` keeps the difference, which is right, and takes
//! the moment from the clock that is. Without `sentAt` nothing is known of the sender's clock and
//! its time is used as it is, which is also how an old event stays old.

use domain::time::{Millis, Zone, parse_time};

use super::object::Value;

/// The four times of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When it happened by the sender's clock.
    pub original: Option<Millis>,
    /// When it was sent by the sender's clock.
    pub sent: Option<Millis>,
    /// When it reached us by our clock.
    pub received: Millis,
    /// When it happened, corrected.
    pub at: Millis,
}

/// What correcting met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    Nothing,
    SentBefore,
    Future,
}

impl Times {
    /// Corrects the sender's clock.
    pub(super) fn correct(
        original: Option<Millis>,
        sent: Option<Millis>,
        received: Millis,
    ) -> (Self, Met) {
        let (at, met) = match (original, sent) {
            (None, _) => (received, Met::Nothing),
            (Some(original), None) => (original, Met::Nothing),
            // Nothing is sent before it happens: it happens now at the latest.
            (Some(original), Some(sent)) if sent < original => (received, Met::SentBefore),
            (Some(original), Some(sent)) => (received.plus(original.0 - sent.0), Met::Nothing),
        };
        let latest = received.plus(Millis::DAY);
        let (at, met) = match at > latest {
            true => (latest, Met::Future),
            false => (at.max(Millis::EARLIEST), met),
        };
        let times = Self {
            original,
            sent,
            received,
            at,
        };
        (times, met)
    }
}

/// The moment that a field names: a text, or milliseconds or seconds since 1970 as a number. The
/// error says that there is something and no moment can be read from it.
pub(super) fn moment(value: Option<Value<'_>>, zone: &Zone) -> Result<Option<Millis>, ()> {
    /// A number below this is seconds: as milliseconds it would be in 1973.
    const SECONDS_MAX: i64 = 100_000_000_000;
    let Some(value) = value else {
        return Ok(None);
    };
    if value.is_number() {
        let number: i64 = value.written().parse().map_err(|_| ())?;
        let at = match number < SECONDS_MAX {
            true => Millis(number.saturating_mul(1_000)),
            false => Millis(number),
        };
        let is_possible = at >= Millis::EARLIEST && at < Millis::LATEST;
        return is_possible.then_some(Some(at)).ok_or(());
    }
    let text = value.string().ok_or(())?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    parse_time(&text, zone).map(Some).map_err(|_| ())
}
