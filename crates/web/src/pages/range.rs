//! The row in which months are chosen, on every page that can be about some months: links for
//! those that are asked for most, and a form for any others. The choice stands in the address.

use domain::insight::{Against, Chosen, MonthRange, RangeError};
use domain::settings::ShopSettings;
use domain::time::{Calendar, Month};
use maud::{Markup, html};

use crate::i18n::{Speech, Words, marked_up};

/// The most months that the form offers: ten years.
const MONTHS_MAX: i32 = 121;
/// Months of the link to the newest ones.
const NEWEST: i32 = 12;

/// What can be compared, with its words.
const COMPARISONS: [(Against, &str); 3] = [
    (Against::Nothing, "range-compare-none"),
    (Against::Before, "range-compare-before"),
    (Against::YearBefore, "range-compare-year"),
];

/// The row in which months are chosen.
pub(super) struct RangeRow<'a> {
    pub(super) speech: &'static Speech,
    pub(super) calendar: Calendar,
    /// The page.
    pub(super) path: &'static str,
    /// The months that there are; none when nobody ordered.
    pub(super) history: Option<MonthRange>,
    pub(super) chosen: &'a Result<Chosen, RangeError>,
    /// Whether the page compares.
    pub(super) compares: bool,
}

/// The choice as addresses carry it.
pub(super) fn carried(chosen: &Result<Chosen, RangeError>) -> Option<(MonthRange, Against)> {
    let chosen = chosen.as_ref().ok()?;
    Some((chosen.range?, chosen.against))
}

/// The months in words: one alone, or from one to another.
pub(super) fn months_in_words(
    speech: &Speech,
    settings: &ShopSettings,
    range: MonthRange,
) -> String {
    let month = |month: Month| speech.month(&month.to_string(), settings.calendar, false);
    if range.count() == 1 {
        return month(range.from());
    }
    let words = Words::new()
        .text("from", month(range.from()))
        .text("to", month(range.to()));
    speech.say_with("format-range", words)
}

impl RangeRow<'_> {
    /// The links, the form, and what there is to be said of the choice.
    pub(super) fn markup(&self) -> Markup {
        let chosen = self.chosen.as_ref().copied().unwrap_or_default();
        html! {
            @if let Some(history) = self.history {
                div.range {
                    nav aria-label=(self.speech.say("range-label")) {
                        @for (key, range) in presets(history) {
                            a href=(address(self.path, range.map(|it| (it, chosen.against))))
                                aria-current=[(range == chosen.range).then_some("true")] {
                                (self.speech.say(key))
                            }
                        }
                    }
                    (self.form(history, chosen))
                }
            }
            @if let Some(said) = self.said(chosen) {
                p.notice.refusal[self.chosen.is_err()] role="status" { (marked_up(&said)) }
            }
        }
    }

    fn form(&self, history: MonthRange, chosen: Chosen) -> Markup {
        let speech = self.speech;
        let (from, to) = (
            chosen.range.map(MonthRange::from),
            chosen.range.map(MonthRange::to),
        );
        html! {
            form action=(self.path) method="get" {
                (self.months("from", "range-from", "range-beginning", (history, from)))
                (self.months("to", "range-to", "range-newest", (history, to)))
                @if self.compares {
                    label {
                        (speech.say("range-compare")) " "
                        select name="compare" {
                            @for (against, key) in COMPARISONS {
                                option value=(against.word())
                                    selected[against == chosen.against] { (speech.say(key)) }
                            }
                        }
                    }
                }
                button.small { (speech.say("range-show")) }
            }
        }
    }

    /// A list of months, the newest first, after the one that stands for no month.
    fn months(
        &self,
        name: &str,
        label: &str,
        open: &str,
        (history, chosen): (MonthRange, Option<Month>),
    ) -> Markup {
        let offered = history.newest(MONTHS_MAX);
        let older = chosen.filter(|month| !offered.holds(*month));
        html! {
            label {
                (self.speech.say(label)) " "
                select name=(name) {
                    option value="" { (self.speech.say(open)) }
                    @for month in offered.months().rev().chain(older) {
                        option value=(month) selected[chosen == Some(month)] {
                            (self.month(month))
                        }
                    }
                }
            }
        }
    }

    fn month(&self, month: Month) -> String {
        self.speech.month(&month.to_string(), self.calendar, false)
    }

    /// Why the choice cannot be shown, or what is shown of it.
    fn said(&self, chosen: Chosen) -> Option<String> {
        let speech = self.speech;
        let ends = |key: &str, from: Month, to: Month| {
            let words = Words::new()
                .text("from", self.month(from))
                .text("to", self.month(to));
            speech.say_with(key, words)
        };
        let refused = match self.chosen {
            Err(RangeError::Month(given)) => {
                let example = self
                    .history
                    .map_or("2011-03".to_owned(), |it| it.to().to_string());
                let words = Words::new()
                    .outside("given", given)
                    .outside("example", &example);
                speech.say_with("range-not-a-month", words)
            }
            Err(RangeError::Against(given)) => {
                let words = Words::new().outside("given", given);
                speech.say_with("range-not-a-comparison", words)
            }
            Err(RangeError::Backwards(from, to)) => ends("range-backwards", *from, *to),
            Err(RangeError::Outside(history)) => {
                ends("range-outside", history.from(), history.to())
            }
            Err(RangeError::NoHistory) => return Some(speech.say("range-nothing")),
            Ok(_) => return self.noted(chosen),
        };
        let whole = speech.say("range-whole");
        Some(format!("{refused}{}{whole}", speech.gap()))
    }

    fn noted(&self, chosen: Chosen) -> Option<String> {
        let (history, range) = (self.history?, chosen.range);
        let words = Words::new()
            .text("from", self.month(history.from()))
            .text("to", self.month(history.to()));
        match range {
            Some(_) if chosen.is_cut => Some(self.speech.say_with("range-cut", words)),
            None if self.compares && chosen.against != Against::Nothing => {
                Some(self.speech.say("range-compare-everything"))
            }
            _ => None,
        }
    }
}

/// An address with the choice in it; none is everything.
pub(super) fn address(path: &str, chosen: Option<(MonthRange, Against)>) -> String {
    let Some((range, against)) = chosen else {
        return path.to_owned();
    };
    let compare = match against {
        Against::Nothing => String::new(),
        against => format!("&compare={}", against.word()),
    };
    format!("{path}?from={}&to={}{compare}", range.from(), range.to())
}

/// The months that are asked for most; none stands for everything.
fn presets(history: MonthRange) -> Vec<(&'static str, Option<MonthRange>)> {
    let (year, _) = history.to().year_month();
    let of_year = |year: i32| {
        let whole = MonthRange::new(Month(year * 12), Month(year * 12 + 11));
        whole.and_then(|whole| whole.shared_with(history))
    };
    let newest = (history.count() > NEWEST).then(|| history.newest(NEWEST));
    let some = [
        ("range-newest-months", newest),
        ("range-this-year", of_year(year)),
        ("range-last-year", of_year(year - 1)),
    ];
    let some = some.into_iter().filter(|(_, range)| range.is_some());
    [("range-everything", None)]
        .into_iter()
        .chain(some)
        .collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::i18n::speech_for;

    fn range(from: &str, to: &str) -> MonthRange {
        let month = |text: &str| text.parse::<Month>().expect("a month");
        MonthRange::new(month(from), month(to)).expect("months in order")
    }

    fn row(chosen: &Result<Chosen, RangeError>) -> String {
        let row = RangeRow {
            speech: speech_for(&HeaderMap::new()),
            calendar: Calendar::Gregorian,
            path: "/",
            history: Some(range("2010-12", "2011-12")),
            chosen,
            compares: true,
        };
        row.markup().into_string()
    }

    #[test]
    fn links_are_for_months_that_there_are() {
        let check = |history: MonthRange, expected: &[&str]| {
            let shown = presets(history).into_iter().map(|(key, range)| {
                let months =
                    range.map_or(String::new(), |it| format!(" {}/{}", it.from(), it.to()));
                format!("{}{months}", key.trim_start_matches("range-"))
            });
            assert_eq!(shown.collect::<Vec<_>>(), expected);
        };
        check(
            range("2010-12", "2011-12"),
            &[
                "everything",
                "newest-months 2011-01/2011-12",
                "this-year 2011-01/2011-12",
                "last-year 2010-12/2010-12",
            ],
        );
        check(
            range("1390-02", "1390-09"),
            &["everything", "this-year 1390-02/1390-09"],
        );
    }

    #[test]
    fn a_choice_keeps_its_comparison_in_every_address() {
        let shown = row(&Ok(Chosen {
            range: Some(range("2011-01", "2011-12")),
            against: Against::YearBefore,
            is_cut: false,
        }));
        for part in [
            "<a href=\"/\">Everything</a>",
            "<a href=\"/?from=2011-01&amp;to=2011-12&amp;compare=year\" aria-current=\"true\">",
            "<option value=\"2011-01\" selected>January 2011</option>",
            "<option value=\"year\" selected>",
        ] {
            assert!(shown.contains(part), "“{part}” is not in {shown}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_cannot_break_the_page() {
        let check = |refused: RangeError, said: &str| {
            let shown = row(&Err(refused));
            assert!(shown.contains(said), "“{said}” is not in {shown}");
            assert!(shown.contains("Shown is everything."), "{shown}");
        };
        check(
            RangeError::Month("<b>\u{202e}".to_owned()),
            "“<bdi>&lt;b&gt;</bdi>” is no month; months are written like <bdi>2011-12</bdi>.",
        );
        check(
            RangeError::Against("after".to_owned()),
            "“<bdi>after</bdi>” is nothing to compare with",
        );
        let months = range("2010-12", "2011-12");
        check(
            RangeError::Backwards(months.to(), months.from()),
            "The months end (December 2010) before they begin (December 2011).",
        );
        check(
            RangeError::Outside(months),
            "the history runs from December 2010 to December 2011",
        );
    }
}
