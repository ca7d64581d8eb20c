//! What can be compared with what, and within which range.

use rust_decimal::Decimal;

use super::attributes::{Attribute, Kind, nearest};
use super::error::{Fault, Place, Problem, quoted};
use super::lexer::WORD_BYTES_MAX;
use super::predicate::{Literal, Operator, Predicate, Subject};
use crate::time::{Day, Millis, TimeError, Zone, parse_time};

/// The largest count that a predicate may name.
const COUNT_MAX: i64 = 1_000_000_000_000;
/// The largest amount of money, in major units: with three decimals it still fits 64 bits.
const MONEY_MAX: i64 = 1_000_000_000_000_000;
/// The most days since something.
const DAYS_MAX: i64 = 100_000;

/// A subject compared with a value, when their kinds agree and the value is in range.
pub(super) fn compare(
    subject: Subject,
    operator: Operator,
    value: Literal,
    place: Place,
) -> Result<Predicate, Fault> {
    let value = agreed(subject, value)?;
    let kind = subject.attribute().kind();
    let has_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
    if kind == Kind::Word && has_order {
        let reason = format!("{subject} is a word, and words have no order");
        let hint = "words are compared with ==, != and in";
        return Err(Fault::new(Problem::Kinds, reason).hint(hint));
    }
    Ok(Predicate::Compare {
        subject,
        operator,
        value,
        place,
    })
}

/// A value that a subject can be compared with; a number that is too exact is refused, and words
/// of a closed list must be of it.
pub(super) fn agreed(subject: Subject, value: Literal) -> Result<Literal, Fault> {
    let attribute = subject.attribute();
    let kind = attribute.kind();
    match (subject, kind, &value) {
        (Subject::DaysSince(_), _, Literal::Number(number)) => {
            in_range("days_since", *number, 0, DAYS_MAX, 0)?;
        }
        (Subject::Of(_), Kind::Day, Literal::Day(_)) => {}
        (Subject::Of(_), Kind::Word, Literal::Word(word)) => known_word(attribute, word)?,
        (Subject::Of(_), _, Literal::Number(number)) if is_number(kind) => {
            let (least, most, decimals) = range(kind);
            in_range(&subject.to_string(), *number, least, most, decimals)?;
        }
        _ => return Err(kinds_differ(subject, value.english())),
    }
    Ok(value)
}

const fn is_number(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Day | Kind::Word | Kind::Words | Kind::Flags | Kind::YesNo
    )
}

/// The least and the most of a kind of number, and how many decimals it may have. Those of money
/// depend on the currency, which is not known here; no currency has more than three.
const fn range(kind: Kind) -> (i64, i64, u32) {
    match kind {
        Kind::Money => (-MONEY_MAX, MONEY_MAX, 3),
        Kind::Share => (0, 1, 4),
        Kind::Hour => (0, 23, 0),
        Kind::Rating => (0, 5, 2),
        Kind::Band => (1, 5, 0),
        _ => (0, COUNT_MAX, 0),
    }
}

fn in_range(
    what: &str,
    number: Decimal,
    least: i64,
    most: i64,
    decimals: u32,
) -> Result<(), Fault> {
    if number < Decimal::from(least) || number > Decimal::from(most) {
        let reason = format!("{number} is out of range: {what} is from {least} to {most}");
        return Err(Fault::new(Problem::Range, reason));
    }
    if number.scale() > decimals {
        let allowed = match decimals {
            0 => "is a whole number".to_owned(),
            some => format!("has at most {some} decimals"),
        };
        return Err(Fault::new(
            Problem::Range,
            format!("{number} is too exact: {what} {allowed}"),
        ));
    }
    Ok(())
}

/// A word that the attribute can have.
pub(super) fn known_word(attribute: Attribute, word: &str) -> Result<(), Fault> {
    let Some(vocabulary) = attribute.vocabulary() else {
        return Ok(());
    };
    if vocabulary.contains(&word) {
        return Ok(());
    }
    let reason = format!("{attribute} is never {}", quoted(word));
    let fault = Fault::new(Problem::Unknown, reason);
    Err(match nearest(word, vocabulary.iter().copied()) {
        Some(near) => fault.hint(format!("did you mean “{near}”?")),
        None => fault.hint(format!("one of {}", vocabulary.join(", "))),
    })
}

/// A set asked for a word.
pub(super) fn contains(
    attribute: Attribute,
    word: String,
    place: Place,
) -> Result<Predicate, Fault> {
    if !matches!(attribute.kind(), Kind::Words | Kind::Flags) {
        let reason = format!("{attribute} is {}, not a set", attribute.kind().english());
        return Err(Fault::new(Problem::Kinds, reason).hint(example(Subject::Of(attribute))));
    }
    known_word(attribute, &word)?;
    Ok(Predicate::Contains {
        attribute,
        word,
        place,
    })
}

/// The refusal that names both kinds and shows how the subject is asked.
pub(super) fn kinds_differ(subject: Subject, other: &str) -> Fault {
    let kind = match subject {
        Subject::DaysSince(_) => "a number of days",
        Subject::Of(attribute) => attribute.kind().english(),
    };
    let reason = format!("{subject} is {kind} and cannot be compared with {other}");
    Fault::new(Problem::Kinds, reason).hint(example(subject))
}

/// How a subject is asked, as a hint.
pub(super) fn example(subject: Subject) -> String {
    let attribute = subject.attribute();
    let text = match (subject, attribute.kind()) {
        (Subject::DaysSince(_), _) => format!("{subject} > 60"),
        (_, Kind::Day) => {
            format!("{subject} >= date(\"2026-01-31\") or days_since({subject}) > 60")
        }
        (_, Kind::Word) => {
            let words = attribute.vocabulary();
            let word = words.and_then(|it| it.first().copied()).unwrap_or("France");
            format!("{subject} == \"{word}\"")
        }
        (_, Kind::Words | Kind::Flags) => {
            let words = attribute.vocabulary();
            let word = words.and_then(|it| it.first().copied()).unwrap_or("coffee");
            format!("\"{word}\" in {subject}")
        }
        (_, Kind::YesNo) => format!("{subject} or !{subject}"),
        (_, Kind::Share) => format!("{subject} >= 0.25"),
        (_, Kind::Rating) => format!("{subject} >= 4.5"),
        (_, Kind::Money) => format!("{subject} >= 100"),
        (_, Kind::Hour) => format!("{subject} >= 18"),
        (_, Kind::Count | Kind::Band) => format!("{subject} >= 3"),
    };
    format!("write {text}")
}

/// A date such as `2011-06-01`, in the Gregorian calendar, between 1970 and 2199.
pub(super) fn date(text: &str) -> Result<Day, Fault> {
    let refuse = |reason: String| Fault::new(Problem::Date, reason);
    let is_shaped = text.len() == "2011-06-01".len()
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_shaped {
        let reason = format!("{} is no date", quoted(text));
        return Err(refuse(reason).hint("a date is written 2011-06-01"));
    }
    match parse_time(text, &Zone::utc()) {
        Ok(Millis(at)) => i32::try_from(at.div_euclid(Millis::DAY))
            .map(Day)
            .map_err(|_| refuse(format!("{} is out of range", quoted(text)))),
        Err(TimeError::OutOfRange(_)) => Err(refuse(format!(
            "{} is not between 1970 and 2199",
            quoted(text)
        ))),
        Err(_) => Err(refuse(format!(
            "{} is no day of the calendar",
            quoted(text)
        ))),
    }
}

/// A word that texts of the language can hold.
pub(super) fn word(text: &str) -> Result<String, Fault> {
    if text.contains('\0') {
        let reason = "a text cannot hold the character U+0000";
        return Err(Fault::new(Problem::Text, reason));
    }
    if text.len() > WORD_BYTES_MAX {
        let reason = format!("a text has at most {WORD_BYTES_MAX} bytes");
        return Err(Fault::new(Problem::Bound, reason));
    }
    Ok(text.to_owned())
}
