//! Time: milliseconds UTC in facts; days and months in the shop's zone and calendar.
//!
//! Nothing here asks what time it is. Conversion happens in Rust and never in SQL, so both
//! engines and every machine agree.

mod calendar;

pub use calendar::{Calendar, Weekday};

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// One day of 24 hours.
    pub const DAY: i64 = 86_400_000;
    /// The earliest moment an event may claim: 1970-01-01.
    pub const EARLIEST: Self = Self(0);
    /// The latest moment an event may claim: 2200-01-01, so that a wrong year is refused early.
    pub const LATEST: Self = Self(7_258_118_400_000);

    /// This moment moved by so many milliseconds; stops at the ends of the number range.
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Whole days since 1970-01-01 in UTC.
    #[must_use]
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(Self::DAY)
    }
}

impl fmt::Display for Millis {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => write!(f, "{timestamp:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// A day: whole days since 1970-01-01 in the shop's zone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i32);

/// A month of the shop's calendar: `year * 12 + month - 1`, so that months can be subtracted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Month(pub i32);

impl Month {
    /// The year and the month of the year (1 to 12).
    #[must_use]
    pub const fn year_month(self) -> (i32, i32) {
        (self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl fmt::Display for Month {
    /// `2011-03`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = self.year_month();
        write!(f, "{year:04}-{month:02}")
    }
}

impl FromStr for Month {
    type Err = TimeError;

    /// Reads `2011-03`: the year in four digits, the month in two.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Month(shortened(text));
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let digits = |part: &str, count: usize| {
            let is_written_so = part.len() == count && part.bytes().all(|it| it.is_ascii_digit());
            is_written_so.then(|| part.parse::<i32>().ok()).flatten()
        };
        match (digits(year, 4), digits(month, 2)) {
            (Some(year), Some(month @ 1..=12)) => Ok(Self(year * 12 + month - 1)),
            _ => Err(wrong()),
        }
    }
}

/// A date and a time of day to the minute, as people read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallClock {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
}

/// A time zone by its IANA name, resolved once.
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    fn civil(&self, at: Millis) -> DateTime {
        let timestamp = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        self.0.to_datetime(timestamp)
    }

    /// The day in this zone.
    #[must_use]
    pub fn day(&self, at: Millis) -> Day {
        let date = self.civil(at).date();
        Day(days_since_epoch(date))
    }

    /// The day in this zone and the hour of the day, 0 to 23.
    #[must_use]
    pub fn day_and_hour(&self, at: Millis) -> (Day, u8) {
        let civil = self.civil(at);
        let hour = u8::try_from(civil.hour()).expect("hours are 0 to 23");
        (Day(days_since_epoch(civil.date())), hour)
    }

    /// The month in this zone and the given calendar.
    #[must_use]
    pub fn month(&self, at: Millis, calendar: Calendar) -> Month {
        calendar.month_of(self.day(at))
    }

    /// What calendar and clock on the wall show in this zone, in the Gregorian calendar.
    #[must_use]
    pub fn wall_clock(&self, at: Millis) -> WallClock {
        let civil = self.civil(at);
        let small = |number: i8| u8::try_from(number).expect("parts of a date are not negative");
        WallClock {
            year: civil.year(),
            month: small(civil.month()),
            day: small(civil.day()),
            hour: small(civil.hour()),
            minute: small(civil.minute()),
        }
    }

    /// The first moment of a day in this zone.
    #[must_use]
    pub fn day_start(&self, day: Day) -> Millis {
        let date = calendar::date_of(day);
        self.0
            .to_ambiguous_timestamp(date.to_datetime(jiff::civil::Time::midnight()))
            .compatible()
            .map_or(Millis(i64::from(day.0) * Millis::DAY), |moment| {
                Millis(moment.as_millisecond())
            })
    }

    /// A local date and time without an offset, as shops' exports carry it.
    #[must_use]
    pub fn moment(&self, local: DateTime) -> Millis {
        self.0
            .to_ambiguous_timestamp(local)
            .compatible()
            .map_or(Millis::EARLIEST, |moment| Millis(moment.as_millisecond()))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(name: &str) -> Result<Self, TimeError> {
        if name == "UTC" {
            return Ok(Self::utc());
        }
        TimeZone::get(name)
            .map(Self)
            .map_err(|_| TimeError::Zone(name.to_owned()))
    }
}

impl Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

fn days_since_epoch(date: jiff::civil::Date) -> i32 {
    // The rule of the proleptic Gregorian calendar, counted from 1 March of year 0, in integers:
    // 146,097 days in 400 years.
    let year = i32::from(date.year()) - i32::from(date.month() <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i32::from(date.month()) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(date.day()) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Why a text is not a time or a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeError {
    /// Not a date with a time that we can read.
    Unreadable(String),
    /// Before 1970 or after 2199.
    OutOfRange(String),
    /// Not the name of a time zone.
    Zone(String),
    /// Not a month.
    Month(String),
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(given) => {
                write!(
                    f,
                    "“{given}” is not a time: expected one like 2011-12-09T12:50:00Z"
                )
            }
            Self::OutOfRange(given) => write!(f, "“{given}” is not between 1970 and 2199"),
            Self::Zone(given) => {
                write!(
                    f,
                    "“{given}” is not a time zone: expected a name like Asia/Tehran"
                )
            }
            Self::Month(given) => {
                write!(f, "“{given}” is not a month: expected one like 2011-03")
            }
        }
    }
}

impl std::error::Error for TimeError {}

/// The most characters of what cannot be read that a refusal repeats.
const TEXT_MAX: usize = 40;

/// The beginning of a text.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Reads a time: RFC 3339 with `Z` or an offset; or a local date with or without a time
/// (`2010-12-01T08:26:00`, `2010-12-01 08:26`, `2010-12-01`), which is read in the shop's zone.
///
/// # Errors
/// [`TimeError`], which names what was given.
pub fn parse_time(text: &str, zone: &Zone) -> Result<Millis, TimeError> {
    let text = text.trim();
    if text.len() > TEXT_MAX {
        return Err(TimeError::Unreadable(shortened(text)));
    }
    let moment = if let Ok(timestamp) = text.parse::<Timestamp>() {
        Millis(timestamp.as_millisecond())
    } else if let Ok(local) = text.parse::<DateTime>() {
        zone.moment(local)
    } else {
        return Err(TimeError::Unreadable(text.to_owned()));
    };
    if moment < Millis::EARLIEST || moment >= Millis::LATEST {
        return Err(TimeError::OutOfRange(text.to_owned()));
    }
    Ok(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_shops_zone() {
        let tehran: Zone = "Asia/Tehran".parse().expect("a zone");
        let check = |text: &str, zone: &Zone, expected: &str| {
            let got = match parse_time(text, zone) {
                Ok(at) => at.to_string(),
                Err(refusal) => refusal.to_string(),
            };
            assert!(got.starts_with(expected), "{text}: {got}");
        };
        check(
            "2010-12-01T08:26:00",
            &Zone::utc(),
            "2010-12-01T08:26:00.000Z",
        );
        check("2010-12-01 08:26", &tehran, "2010-12-01T04:56:00.000Z");
        check(
            "2026-11-22T10:00:00.123456+00:00",
            &tehran,
            "2026-11-22T10:00:00.123Z",
        );
        check("2010-12-01", &Zone::utc(), "2010-12-01T00:00:00.000Z");
        check(
            "9999-01-01T00:00:00Z",
            &Zone::utc(),
            "“9999-01-01T00:00:00Z” is not between",
        );
        check("yesterday", &Zone::utc(), "“yesterday” is not a time");
    }

    #[test]
    fn months_follow_the_shops_calendar() {
        let zone: Zone = "Asia/Tehran".parse().expect("a zone");
        let at = parse_time("2011-12-09T12:00:00Z", &zone).expect("a time");
        assert_eq!(zone.month(at, Calendar::Gregorian).to_string(), "2011-12");
        // 18 Azar 1390.
        assert_eq!(zone.month(at, Calendar::Jalali).to_string(), "1390-09");
    }

    #[test]
    fn months_are_read_as_they_are_written() {
        for text in ["2011-03", "1390-12", "0001-01", "9999-12"] {
            let month: Month = text.parse().expect("a month");
            assert_eq!(month.to_string(), text);
        }
        for text in [
            "",
            "2011",
            "2011-13",
            "2011-00",
            "2011-3",
            "+011-03",
            "2011-03-01",
            "۲۰۱۱-۰۳",
        ] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
        let refusal = "x".repeat(99).parse::<Month>().expect_err("no month");
        assert!(refusal.to_string().len() < 110, "{refusal}");
    }

    #[test]
    fn days_turn_at_local_midnight() {
        let zone: Zone = "Asia/Tehran".parse().expect("a zone");
        let before = parse_time("2026-11-22T20:29:59Z", &zone).expect("a time");
        let after = parse_time("2026-11-22T20:30:00Z", &zone).expect("a time");
        assert_eq!(zone.day(before).0 + 1, zone.day(after).0);
        assert_eq!(zone.day_start(zone.day(after)), after);
    }

    #[test]
    fn day_numbers_agree_with_utc_arithmetic() {
        for days in [0, 1, 59, 60, 365, 10_957, 11_016, 20_000, 40_000] {
            let at = Millis(days * Millis::DAY + 5);
            assert_eq!(i64::from(Zone::utc().day(at).0), days);
        }
    }
}
