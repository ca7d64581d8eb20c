//! Calendars: which month a day lies in, when a month begins, on which day a week begins.

use icu_calendar::{Date, cal::Persian};
use serde::{Deserialize, Serialize};

use super::{Day, Month};

/// The calendar by which a shop counts its months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// The Gregorian calendar.
    #[default]
    Gregorian,
    /// The Iranian solar calendar.
    Jalali,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the days")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Every day, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The day of the week of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        // 1 January 1970 was a Thursday.
        let place = (i64::from(day.0) + 3).rem_euclid(7);
        Self::ALL[usize::try_from(place).expect("a rest of seven")]
    }

    /// The day on which a week begins where a language tag is at home (CLDR, `weekData`):
    /// Saturday in Persian, Sunday in Chinese (Taiwan) and in the United States, else Monday.
    #[must_use]
    pub fn first_of_week(tag: &str) -> Self {
        let tag = tag.to_ascii_lowercase();
        if tag.starts_with("fa") {
            Self::Saturday
        } else if tag.starts_with("zh") && tag.ends_with("tw") || tag == "en-us" {
            Self::Sunday
        } else {
            Self::Monday
        }
    }
}

impl Day {
    /// The first day of the week in which this one lies.
    #[must_use]
    pub fn week_start(self, first: Weekday) -> Self {
        let back = (Weekday::of(self) as i32 - first as i32).rem_euclid(7);
        Self(self.0.saturating_sub(back))
    }
}

impl Calendar {
    /// The month in which a day lies.
    #[must_use]
    pub fn month_of(self, day: Day) -> Month {
        let (year, month, _) = self.date(day);
        Month(year * 12 + month - 1)
    }

    /// Year, month of the year (from 1) and day of the month of a day.
    #[must_use]
    pub fn date(self, day: Day) -> (i32, i32, i32) {
        match self {
            Self::Gregorian => gregorian(day),
            Self::Jalali => {
                let persian = iso(date_of(day)).to_calendar(Persian);
                (
                    persian.year().extended_year(),
                    persian.month().ordinal.into(),
                    persian.day_of_month().0.into(),
                )
            }
        }
    }

    /// The first day of a month.
    #[must_use]
    pub fn month_start(self, month: Month) -> Day {
        let (year, number) = month.year_month();
        match self {
            Self::Gregorian => {
                let (year, number) = (i16::try_from(year), i8::try_from(number));
                let date = year
                    .ok()
                    .zip(number.ok())
                    .and_then(|(year, month)| jiff::civil::Date::new(year, month, 1).ok());
                Day(super::days_since_epoch(
                    date.unwrap_or(jiff::civil::Date::MAX),
                ))
            }
            // Months of this calendar have 29 to 31 days and its new year lies near 21 March: go
            // to about the right day and from there to the first of the month.
            Self::Jalali => {
                let guess = (i64::from(year) + 621) * 365 + (i64::from(year) + 621) / 4 - 719_527
                    + i64::from(number) * 30
                    + 60;
                let mut day = Day(i32::try_from(guess).unwrap_or(i32::MAX));
                for _ in 0..12 {
                    let away = month.0 - self.month_of(day).0;
                    if away == 0 {
                        break;
                    }
                    day = Day(day.0.saturating_add(away.clamp(-1_200, 1_200) * 30));
                }
                Day(day.0 - self.date(day).2 + 1)
            }
        }
    }
}

/// The other way round than [`super::days_since_epoch`], by the same rule: every order asks for
/// its month, so it is done in integers.
fn gregorian(day: Day) -> (i32, i32, i32) {
    let days = day.0.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let leaps = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (
        year_of_era + era * 400 + i32::from(month <= 2),
        month,
        of_month,
    )
}

pub(super) fn date_of(day: Day) -> jiff::civil::Date {
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(i64::from(day.0)))
        .unwrap_or(jiff::civil::Date::MAX)
}

fn iso(date: jiff::civil::Date) -> Date<icu_calendar::Iso> {
    Date::try_new_iso(
        i32::from(date.year()),
        u8::try_from(date.month()).expect("months are 1 to 12"),
        u8::try_from(date.day()).expect("days are 1 to 31"),
    )
    .expect("a date of one calendar is a date of the same calendar")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Zone, parse_time};

    fn day(date: &str) -> Day {
        let at = parse_time(date, &Zone::utc()).expect("a date");
        Zone::utc().day(at)
    }

    /// Hard dates: leap years of both calendars, the turns of years, the ends of months.
    #[test]
    fn hard_dates() {
        let check = |gregorian: &str, jalali: (i32, i32, i32), weekday: Weekday| {
            let day = day(gregorian);
            let (year, month, of_month) = Calendar::Gregorian.date(day);
            assert_eq!(format!("{year:04}-{month:02}-{of_month:02}"), gregorian);
            assert_eq!(Calendar::Jalali.date(day), jalali, "{gregorian}");
            assert_eq!(Weekday::of(day), weekday, "{gregorian}");
        };
        check("1970-01-01", (1348, 10, 11), Weekday::Thursday);
        check("2000-02-29", (1378, 12, 10), Weekday::Tuesday);
        check("2011-12-09", (1390, 9, 18), Weekday::Friday);
        // 1399 and 1403 are leap years: Esfand has 30 days.
        check("2021-03-20", (1399, 12, 30), Weekday::Saturday);
        check("2021-03-21", (1400, 1, 1), Weekday::Sunday);
        check("2024-02-29", (1402, 12, 10), Weekday::Thursday);
        check("2024-03-19", (1402, 12, 29), Weekday::Tuesday);
        check("2024-03-20", (1403, 1, 1), Weekday::Wednesday);
        check("2025-03-20", (1403, 12, 30), Weekday::Thursday);
        check("2025-03-21", (1404, 1, 1), Weekday::Friday);
        check("2025-09-22", (1404, 6, 31), Weekday::Monday);
        check("2026-11-22", (1405, 9, 1), Weekday::Sunday);
    }

    #[test]
    fn dates_in_integers_are_those_of_the_calendar() {
        for number in (-1_000..84_100).chain([2_000_000, -200_000]) {
            let date = date_of(Day(number));
            let expected = (
                i32::from(date.year()),
                i32::from(date.month()),
                i32::from(date.day()),
            );
            assert_eq!(gregorian(Day(number)), expected, "{number}");
        }
    }

    #[test]
    fn a_month_begins_where_the_one_before_ends() {
        for calendar in [Calendar::Gregorian, Calendar::Jalali] {
            let (first, last) = (day("1970-02-01"), day("2199-11-01"));
            let months = calendar.month_of(first).0 + 1..calendar.month_of(last).0;
            for month in months.map(Month) {
                let start = calendar.month_start(month);
                assert_eq!(calendar.month_of(start), month, "{calendar:?} {month}");
                let before = Day(start.0 - 1);
                assert_eq!(
                    calendar.month_of(before).0,
                    month.0 - 1,
                    "{calendar:?} {month}"
                );
            }
        }
    }

    #[test]
    fn weeks_begin_where_the_reader_is_at_home() {
        let sunday = day("2026-11-22");
        let check = |tag: &str, start: &str| {
            let first = Weekday::first_of_week(tag);
            assert_eq!(sunday.week_start(first), day(start), "{tag}");
        };
        check("en", "2026-11-16");
        check("en-US", "2026-11-22");
        check("fa", "2026-11-21");
        check("zh-Hant-TW", "2026-11-22");
    }

    /// One row a change of the clocks: the zone, the last moment before it, what the clock and
    /// the day are there, and what they are one hour later.
    #[test]
    fn clocks_change_both_ways() {
        let check = |zone: &str, before: &str, hours: [u8; 2], starts: [&str; 2]| {
            let zone: Zone = zone.parse().expect("a zone");
            let at = parse_time(before, &zone).expect("a time");
            let after = at.plus(3_600_000);
            assert_eq!(
                [at, after].map(|at| zone.day_and_hour(at).1),
                hours,
                "{before}"
            );
            let day = zone.day(at);
            let lasts = [day, Day(day.0 + 1)].map(|day| zone.day_start(day).to_string());
            assert_eq!(lasts, starts, "{before}");
        };
        // Forward in spring: that day has 23 hours.
        check(
            "Europe/London",
            "2026-03-29T00:30:00Z",
            [0, 2],
            ["2026-03-29T00:00:00.000Z", "2026-03-29T23:00:00.000Z"],
        );
        // Back in autumn: that day has 25, and the hour from one to two comes twice.
        check(
            "Europe/London",
            "2026-10-25T00:30:00Z",
            [1, 1],
            ["2026-10-24T23:00:00.000Z", "2026-10-26T00:00:00.000Z"],
        );
        // Iran changed its clocks at midnight until 2022: 22 March 2022 began at one o'clock.
        check(
            "Asia/Tehran",
            "2022-03-21T20:00:00Z",
            [23, 1],
            ["2022-03-20T20:30:00.000Z", "2022-03-21T20:30:00.000Z"],
        );
    }
}
