//! Numbers, money and dates as a language writes them: the one place where figures become text.

mod tender;

use domain::time::{Calendar, Millis, Zone};

use crate::i18n::{Speech, Words};
pub(crate) use tender::Tender;

/// How a language writes numbers and dates.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    digits: [char; 10],
    group: String,
    point: String,
    minus: String,
    /// The calendar of its readers, for dates; months of a shop are those of the shop's calendar.
    calendar: Calendar,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            digits: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
            group: ",".to_owned(),
            point: ".".to_owned(),
            minus: "−".to_owned(),
            calendar: Calendar::Gregorian,
        }
    }
}

impl Numbers {
    pub(crate) fn of(speech: &Speech) -> Self {
        let mut numbers = Self::default();
        for (place, digit) in speech.say("format-digits").chars().take(10).enumerate() {
            numbers.digits[place] = digit;
        }
        numbers.group = speech.say("format-group");
        numbers.point = speech.say("format-point");
        numbers.minus = speech.say("format-minus");
        if speech.say("format-calendar") == "jalali" {
            numbers.calendar = Calendar::Jalali;
        }
        numbers
    }

    fn digits(&self, plain: &str) -> String {
        let digit = |sign: char| match sign.to_digit(10) {
            Some(value) => self.digits[value as usize],
            None => sign,
        };
        plain.chars().map(digit).collect()
    }

    /// Digits in groups of three from the end.
    fn grouped(&self, digits: &str) -> String {
        let mut shown = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                shown.push_str(&self.group);
            }
            shown.push(digit);
        }
        self.digits(&shown)
    }
}

/// An amount in two parts, so that a page can set the minor unit smaller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    /// Sign and whole units.
    pub(crate) whole: String,
    /// The point and the minor units; empty for currencies that have none.
    pub(crate) minor: String,
}

impl Speech {
    /// A whole number with its thousands grouped.
    pub(crate) fn number(&self, number: i64) -> String {
        let sign = if number < 0 {
            self.numbers.minus.as_str()
        } else {
            ""
        };
        format!(
            "{sign}{}",
            self.numbers.grouped(&number.unsigned_abs().to_string())
        )
    }

    /// An amount of minor units, without its currency.
    pub(crate) fn amount(&self, minor: i64, tender: impl Into<Tender>) -> Amount {
        let (number, decimals) = tender.into().shown(minor);
        self.parts(number, decimals)
    }

    /// What a currency is called beside its amounts: its name in this language, or its code.
    pub(crate) fn unit(&self, tender: impl Into<Tender>) -> String {
        let tender = tender.into();
        if tender.is_toman() {
            return self.say("format-toman");
        }
        let code = tender.currency().code().to_owned();
        let names = self.say("format-currencies");
        let mut names = names.split(' ').filter_map(|name| name.split_once('='));
        names
            .find(|(known, _)| *known == code)
            .map_or(code, |(_, name)| name.to_owned())
    }

    /// What stands between two sentences.
    pub(crate) fn gap(&self) -> String {
        self.say("format-gap")
    }

    /// From one figure to another, both as they are written.
    pub(crate) fn span(&self, low: &str, high: &str) -> String {
        let words = Words::new().text("low", low).text("high", high);
        self.say_with("format-span", words)
    }

    /// A number of hundredths, with two decimals.
    pub(crate) fn hundredths(&self, number: i64) -> String {
        let parts = self.parts(number, 2);
        parts.whole + &parts.minor
    }

    fn parts(&self, minor: i64, decimals: u32) -> Amount {
        let unit = 10_u64.pow(decimals);
        let (whole, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
        let sign = if minor < 0 {
            self.numbers.minus.as_str()
        } else {
            ""
        };
        let width = decimals as usize;
        let rest = match width {
            0 => String::new(),
            _ => format!(
                "{}{}",
                self.numbers.point,
                self.numbers.digits(&format!("{rest:0width$}"))
            ),
        };
        Amount {
            whole: format!("{sign}{}", self.numbers.grouped(&whole.to_string())),
            minor: rest,
        }
    }

    /// An amount of minor units as one text, without its currency.
    pub(crate) fn money(&self, minor: i64, tender: impl Into<Tender>) -> String {
        let amount = self.amount(minor, tender);
        amount.whole + &amount.minor
    }

    /// An amount rounded to whole units, for sentences and axes.
    pub(crate) fn money_rounded(&self, minor: i64, tender: impl Into<Tender>) -> String {
        let unit = tender.into().unit();
        let half = if minor < 0 { -unit / 2 } else { unit / 2 };
        self.number(minor.saturating_add(half) / unit)
    }

    /// A large number shortly, for an axis.
    pub(crate) fn number_short(&self, number: i64) -> String {
        let (key, unit) = match number.unsigned_abs() {
            0..10_000 => return self.number(number),
            10_000..1_000_000 => ("format-thousands", 1_000),
            1_000_000..1_000_000_000 => ("format-millions", 1_000_000),
            _ => ("format-billions", 1_000_000_000),
        };
        let tenths = (number / (unit / 10)) % 10;
        let whole = self.number(number / unit);
        let shown = match tenths {
            0 => whole,
            tenths => {
                let tenth = self.numbers.digits(&tenths.abs().to_string());
                format!("{whole}{}{tenth}", self.numbers.point)
            }
        };
        self.say_with(key, Words::new().text("number", shown))
    }

    /// A share as a percentage with so many decimals.
    pub(crate) fn percent(&self, share: f64, decimals: usize) -> String {
        let number = self.percent_number(share, decimals);
        self.say_with("format-percent", Words::new().text("number", number))
    }

    /// The number of a percentage, for the ends of an interval.
    pub(crate) fn percent_number(&self, share: f64, decimals: usize) -> String {
        let plain = format!("{:.decimals$}", share.clamp(-9.99, 9.99) * 100.0);
        self.numbers
            .digits(&plain.replace('-', &self.numbers.minus))
            .replace('.', &self.numbers.point)
    }

    /// A number with so many decimals, its thousands grouped.
    pub(crate) fn decimal(&self, number: f64, decimals: usize) -> String {
        let plain = format!("{:.decimals$}", number.clamp(-1e15, 1e15).abs());
        let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
        let is_zero = plain.bytes().all(|sign| matches!(sign, b'0' | b'.'));
        let sign = match number < 0.0 && !is_zero {
            true => self.numbers.minus.as_str(),
            false => "",
        };
        let point = match rest {
            "" => "",
            _ => self.numbers.point.as_str(),
        };
        let rest = self.numbers.digits(rest);
        format!("{sign}{}{point}{rest}", self.numbers.grouped(whole))
    }

    /// A plain decimal number such as `-1500.5`, its thousands grouped.
    pub(crate) fn plain(&self, plain: &str) -> String {
        let (sign, number) = match plain.strip_prefix('-') {
            Some(number) => (self.numbers.minus.as_str(), number),
            None => ("", plain),
        };
        let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
        let point = if rest.is_empty() {
            ""
        } else {
            &self.numbers.point
        };
        let rest = self.numbers.digits(rest);
        format!("{sign}{}{point}{rest}", self.numbers.grouped(whole))
    }

    /// A day in the shop's zone, in the reader's calendar.
    pub(crate) fn day(&self, at: i64, zone: &Zone) -> String {
        let calendar = self.numbers.calendar;
        let (year, month, day) = calendar.date(zone.day(Millis(at)));
        let names = match calendar {
            Calendar::Gregorian => "format-months",
            Calendar::Jalali => "format-months-jalali",
        };
        let words = Words::new()
            .text("day", self.numbers.digits(&day.to_string()))
            .text("month", self.month_name(names, month))
            .text("year", self.numbers.digits(&year.to_string()));
        self.say_with("format-date", words)
    }

    /// A day and a time of day in the shop's zone.
    pub(crate) fn moment(&self, at: i64, zone: &Zone) -> String {
        let wall = zone.wall_clock(Millis(at));
        let time = format!("{:02}:{:02}", wall.hour, wall.minute);
        let words = Words::new()
            .text("date", self.day(at, zone))
            .text("time", self.numbers.digits(&time));
        self.say_with("format-date-time", words)
    }

    /// From one day to another.
    pub(crate) fn period(&self, (from, to): (i64, i64), zone: &Zone) -> String {
        let words = Words::new()
            .text("from", self.day(from, zone))
            .text("to", self.day(to, zone));
        self.say_with("format-range", words)
    }

    /// A month like `2011-03` in a calendar: `March 2011`, or `Mar 2011` when `is_short`.
    pub(crate) fn month(&self, month: &str, calendar: Calendar, is_short: bool) -> String {
        let Some((year, number)) = month.split_once('-') else {
            return month.to_owned();
        };
        let names = match (calendar, is_short) {
            (Calendar::Jalali, _) => "format-months-jalali",
            (Calendar::Gregorian, true) => "format-months",
            (Calendar::Gregorian, false) => "format-months-long",
        };
        let words = Words::new()
            .text("month", self.month_name(names, number.parse().unwrap_or(0)))
            .text("year", self.numbers.digits(year));
        self.say_with("format-month-year", words)
    }

    fn month_name(&self, key: &str, number: i32) -> String {
        let place = usize::try_from(number - 1).unwrap_or(usize::MAX);
        self.say(key)
            .split(' ')
            .nth(place)
            .unwrap_or("?")
            .to_owned()
    }
}

/// A day in the shop's zone, for programs.
pub(crate) fn iso_day(at: i64, zone: &Zone) -> String {
    let (year, month, day) = Calendar::Gregorian.date(zone.day(Millis(at)));
    format!("{year:04}-{month:02}-{day:02}")
}

/// As many decimals of a percentage as its interval supports.
pub(crate) fn decimals_for(low: f64, high: f64) -> usize {
    usize::from(high - low < 0.05)
}

/// As many decimals of a percentage as a plain share of so many supports.
pub(crate) fn decimals_of(sample: u64) -> usize {
    // The widest 95 % interval, at one half, is 1.96/√n wide; see `decimals_for`.
    usize::from(sample >= 1_537)
}

#[cfg(test)]
mod tests;
