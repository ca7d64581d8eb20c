//! Times in cells: a quick way for the common forms, the domain's for the rest.
//!
//! The quick way gives what `domain::time::parse_time` gives; tests hold that.

use std::io::Write as _;

use domain::time::{Millis, TimeError, Zone, parse_time};

use super::mapping::DateOrder;

/// How many hours of the file are remembered at once.
const HOURS_KEPT: usize = 4_096;
/// `2010-12-01T08`: a time up to its hour.
const HOUR_BYTES: usize = 13;

/// Reads times of one file. The lines of an order share their time and those of an hour their
/// offset from UTC, so most are known already.
pub(super) struct Clock {
    zone: Zone,
    date_order: DateOrder,
    last_cell: Vec<u8>,
    last: Millis,
    hours: Vec<([u8; HOUR_BYTES], Millis)>,
}

impl Clock {
    pub(super) fn new(zone: Zone, date_order: DateOrder) -> Self {
        let hours = vec![([0; HOUR_BYTES], Millis(0)); HOURS_KEPT];
        Self {
            zone,
            date_order,
            last_cell: Vec::new(),
            last: Millis(0),
            hours,
        }
    }

    /// The moment that a cell names.
    pub(super) fn read(&mut self, cell: &[u8]) -> Result<Millis, TimeError> {
        if cell == self.last_cell && !cell.is_empty() {
            return Ok(self.last);
        }
        let at = match self.read_quickly(cell) {
            Some(at) => at,
            None => self.read_slowly(cell)?,
        };
        self.last_cell.clear();
        self.last_cell.extend_from_slice(cell);
        self.last = at;
        Ok(at)
    }

    fn read_slowly(&self, cell: &[u8]) -> Result<Millis, TimeError> {
        let text = String::from_utf8_lossy(cell);
        match self.date_order {
            DateOrder::YearFirst => parse_time(&text, &self.zone),
            order => match year_first(&text, order) {
                Some(text) => parse_time(&text, &self.zone),
                None => Err(TimeError::Unreadable(text.chars().take(40).collect())),
            },
        }
    }

    /// `2010-12-01T08:26:00` or `2010-12-01 08:26`, by the start of its hour.
    fn read_quickly(&mut self, cell: &[u8]) -> Option<Millis> {
        if self.date_order != DateOrder::YearFirst {
            return None;
        }
        let (hour, rest) = cell.split_first_chunk::<HOUR_BYTES>()?;
        let (minute, second) = match *rest {
            [b':', a, b] => (sixtieth(a, b)?, 0),
            [b':', a, b, b':', c, d] => (sixtieth(a, b)?, sixtieth(c, d)?),
            _ => return None,
        };
        let start = self.hour_start(hour)?;
        Some(start.plus((minute * 60 + second) * 1_000))
    }

    /// The first moment of an hour, if the hour runs evenly: no clock is set within it.
    fn hour_start(&mut self, hour: &[u8; HOUR_BYTES]) -> Option<Millis> {
        const LAST_OF_HOUR_MS: i64 = 3_599_000;
        let mix = |sum: usize, byte: &u8| sum.wrapping_mul(31).wrapping_add(usize::from(*byte));
        let slot = hour.iter().fold(0, mix) % HOURS_KEPT;
        let (known, start) = self.hours[slot];
        if known == *hour {
            return Some(start);
        }
        let text = std::str::from_utf8(hour).ok()?;
        let start = parse_time(&format!("{text}:00:00"), &self.zone).ok()?;
        let last = parse_time(&format!("{text}:59:59"), &self.zone).ok()?;
        if last != start.plus(LAST_OF_HOUR_MS) {
            return None;
        }
        self.hours[slot] = (*hour, start);
        Some(start)
    }
}

/// Two digits from 00 to 59.
fn sixtieth(tens: u8, ones: u8) -> Option<i64> {
    let is_sixtieth = (b'0'..=b'5').contains(&tens) && ones.is_ascii_digit();
    is_sixtieth.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// A date with its year last, and maybe a time, as one with its year first.
fn year_first(text: &str, order: DateOrder) -> Option<String> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "0:00"));
    let mut parts = date.split(['/', '.', '-']).map(number);
    let (first, second, year) = (parts.next()??, parts.next()??, parts.next()??);
    let (day, month) = match order {
        DateOrder::DayFirst => (first, second),
        _ => (second, first),
    };
    let mut times = time.trim().split(':').map(number);
    let (hour, minute) = (times.next()??, times.next()??);
    let second = times.next().unwrap_or(Some(0))?;
    let has_whole_year = date.len() >= 4 && date.bytes().rev().take(4).all(|b| b.is_ascii_digit());
    if !has_whole_year || parts.next().is_some() || times.next().is_some() {
        return None;
    }
    let mut written = Vec::with_capacity(20);
    write!(
        written,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    )
    .ok()?;
    String::from_utf8(written).ok()
}

fn number(text: &str) -> Option<u32> {
    let is_short = (1..=4).contains(&text.len());
    (is_short && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn times_are_those_of_the_domain(
            text in concat!(
                "20[0-3][0-9]-(0[1-9]|1[0-3])-[0-3][0-9]",
                "[T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?",
            ),
            zone in prop::sample::select(vec!["Europe/London", "Australia/Lord_Howe", "UTC"]),
        ) {
            let zone: Zone = zone.parse().unwrap();
            let mut clock = Clock::new(zone.clone(), DateOrder::YearFirst);
            let expected = parse_time(&text, &zone);
            prop_assert_eq!(clock.read(text.as_bytes()), expected.clone());
            prop_assert_eq!(clock.read(text.as_bytes()), expected);
        }
    }

    #[test]
    fn hours_in_which_clocks_are_set_are_read_by_the_domain() {
        for (zone, day) in [
            ("Europe/London", "2011-03-27"),
            ("Australia/Lord_Howe", "2011-10-02"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let mut clock = Clock::new(zone.clone(), DateOrder::YearFirst);
            for minute in 0..24 * 60 {
                let text = format!("{day}T{:02}:{:02}:30", minute / 60, minute % 60);
                assert_eq!(
                    clock.read(text.as_bytes()),
                    parse_time(&text, &zone),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn dates_with_the_year_last_are_read_when_their_order_is_said() {
        let check = |order, text: &str, expected: &str| {
            let mut clock = Clock::new(Zone::utc(), order);
            let got = clock.read(text.as_bytes());
            let got = got.map_or_else(|error| error.to_string(), |at| at.to_string());
            assert!(got.starts_with(expected), "{text}: {got}");
        };
        check(
            DateOrder::MonthFirst,
            "12/1/2010 8:26",
            "2010-12-01T08:26:00",
        );
        check(DateOrder::DayFirst, "1.12.2010", "2010-12-01T00:00:00");
        check(
            DateOrder::DayFirst,
            "31-12-2010 23:59:59",
            "2010-12-31T23:59:59",
        );
        check(
            DateOrder::MonthFirst,
            "31/12/2010",
            "“2010-31-12T00:00:00” is not a time",
        );
        check(
            DateOrder::DayFirst,
            "2010-12-01",
            "“2010-12-01” is not a time",
        );
        check(
            DateOrder::DayFirst,
            "1/12/2010 8",
            "“1/12/2010 8” is not a time",
        );
        check(
            DateOrder::YearFirst,
            "12/1/2010 8:26",
            "“12/1/2010 8:26” is not a time",
        );
    }
}
