//! Lowering: from a predicate, which may be relative, to a test over plain columns.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::attributes::{Attribute, Band, Kind};
use super::column::{ChannelColumn, Column, WordColumn};
use super::error::{Fault, Place, PredicateError, Problem, quoted};
use super::predicate::{Literal, Operator, Predicate, Subject};
use super::test::{Comparison, Test};
use super::thresholds::Thresholds;
use crate::customers::{Standing, WHOLE};
use crate::events::Channel;
use crate::money::Currency;
use crate::settings::Programme;
use crate::time::Day;

/// The most comparisons of one test, with those of all the segments that it asks for.
pub const COST_MAX: usize = 1_000;
/// How many segments may ask for one another in a row.
pub const SEGMENTS_DEEP_MAX: usize = 8;

/// Everything that a predicate is relative to.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// Today in the shop's zone.
    pub today: Day,
    /// The currency of the shop's books.
    pub currency: Currency,
    /// The programme in force.
    pub programme: &'c Programme,
    /// The thresholds that are published, if any are.
    pub thresholds: Option<&'c Thresholds>,
    /// The text of the segment of a name.
    pub segments: &'c dyn Fn(&str) -> Option<String>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("today", &self.today)
            .field("currency", &self.currency)
            .field("programme", &self.programme)
            .field("thresholds", &self.thresholds)
            .finish_non_exhaustive()
    }
}

impl Context<'_> {
    /// Where a customer stands today, as [`crate::customers::view`] says.
    pub(super) fn standing(&self, standing: Standing) -> Test {
        let lapse_after = i64::from(self.programme.lapse_after_days);
        let lapsed_until = i64::from(self.today.0) - lapse_after;
        let lapsed = number(Column::LastOrder, Comparison::LessOrEqual, lapsed_until);
        let current = number(Column::LastOrder, Comparison::Greater, lapsed_until);
        let won_back = number(Column::WonBack, Comparison::Equal, 1);
        let one_day = number(Column::OrderDays, Comparison::Equal, 1);
        match standing {
            Standing::Prospect => Test::Known(Column::LastOrder).negated(),
            Standing::Lapsed => lapsed,
            Standing::WonBack => Test::all(vec![current, won_back]),
            Standing::New => Test::all(vec![current, won_back.negated(), one_day]),
            Standing::Returning => Test::all(vec![current, won_back.negated(), one_day.negated()]),
        }
    }
}

/// The test that a predicate comes down to. What it costs is bounded before anything runs.
///
/// # Errors
/// When an amount is finer than the currency, a segment is missing, unreadable, too deep or asks
/// for itself, no thresholds are published, or the test would be too costly.
pub fn lower(predicate: &Predicate, context: &Context<'_>) -> Result<Test, PredicateError> {
    Lowering::new(context).lower(predicate)
}

/// The work of lowering one predicate with its segments.
#[derive(Debug)]
pub(super) struct Lowering<'c> {
    context: &'c Context<'c>,
    /// Comparisons that may still be made.
    budget: usize,
    /// The segments that are being lowered, the outermost first.
    path: Vec<String>,
    /// Segments that were lowered.
    known: BTreeMap<String, Test>,
}

impl<'c> Lowering<'c> {
    pub(super) fn new(context: &'c Context<'c>) -> Self {
        Self {
            context,
            budget: COST_MAX,
            path: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    pub(super) fn lower(&mut self, predicate: &Predicate) -> Result<Test, PredicateError> {
        match predicate {
            Predicate::Constant(answer) => Ok(Test::Constant(*answer)),
            Predicate::All(parts) => self.each(parts).map(Test::all),
            Predicate::Any(parts) => self.each(parts).map(Test::any),
            Predicate::Not(part) => self.lower(part).map(Test::negated),
            Predicate::Segment { name, place } => self.segment(name, *place),
            Predicate::Compare {
                subject,
                operator,
                value,
                place,
            } => {
                let test = self
                    .one_of(*subject, operator.comparison(), &[value])
                    .map_err(|fault| fault.at(*place))?;
                let is_negated = *operator == Operator::NotEqual;
                self.spend(if is_negated { test.negated() } else { test }, *place)
            }
            Predicate::OneOf {
                subject,
                values,
                place,
            } => {
                let values: Vec<&Literal> = values.iter().collect();
                let test = self
                    .one_of(*subject, Comparison::Equal, &values)
                    .map_err(|fault| fault.at(*place))?;
                self.spend(test, *place)
            }
            Predicate::Contains {
                attribute,
                word,
                place,
            } => self.spend(contains(*attribute, word), *place),
            Predicate::Has { attribute, place } => self.spend(has(*attribute), *place),
            Predicate::Is { attribute, place } => {
                let test = match attribute {
                    Attribute::Number(column) => number(*column, Comparison::Equal, 1),
                    _ => Test::Constant(false),
                };
                self.spend(test, *place)
            }
        }
    }

    fn each(&mut self, parts: &[Predicate]) -> Result<Vec<Test>, PredicateError> {
        parts.iter().map(|part| self.lower(part)).collect()
    }

    /// Takes what a test costs from the budget; nothing is free, so that the work is bounded too.
    fn spend(&mut self, test: Test, place: Place) -> Result<Test, PredicateError> {
        match self.budget.checked_sub(test.comparisons().max(1)) {
            Some(left) => {
                self.budget = left;
                Ok(test)
            }
            None => {
                let reason =
                    format!("with its segments this comes to more than {COST_MAX} comparisons");
                Err(Fault::new(Problem::Bound, reason).at(place))
            }
        }
    }

    fn segment(&mut self, name: &str, place: Place) -> Result<Test, PredicateError> {
        if let Some(test) = self.known.get(name) {
            return self.spend(test.clone(), place);
        }
        let fault = |problem, reason| Fault::new(problem, reason).at(place);
        if let Some(start) = self.path.iter().position(|on_path| on_path == name) {
            let circle: Vec<&str> = self.path[start..].iter().map(String::as_str).collect();
            let reason = format!("a segment asks for itself: {} → {name}", circle.join(" → "));
            return Err(fault(Problem::Cycle, reason));
        }
        if self.path.len() >= SEGMENTS_DEEP_MAX {
            let reason =
                format!("segments may ask for one another {SEGMENTS_DEEP_MAX} times in a row");
            return Err(fault(Problem::Bound, reason));
        }
        let Some(text) = (self.context.segments)(name) else {
            let reason = format!("there is no segment {}", quoted(name));
            return Err(fault(Problem::Segment, reason));
        };
        self.path.push(name.to_owned());
        let inner = super::parse(&text).and_then(|predicate| self.lower(&predicate));
        self.path.pop();
        let test = inner.map_err(|error| inside(error, name, place))?;
        self.known.insert(name.to_owned(), test.clone());
        // Its comparisons are paid for already; this is for having been looked up.
        self.spend(Test::Constant(true), place)?;
        Ok(test)
    }

    /// A subject that compares so with one of these values; several are only asked for equality.
    fn one_of(
        &self,
        subject: Subject,
        comparison: Comparison,
        values: &[&Literal],
    ) -> Result<Test, Fault> {
        let words = || {
            values.iter().filter_map(|value| match value {
                Literal::Word(word) => Some(word.as_str()),
                _ => None,
            })
        };
        match subject {
            Subject::Of(Attribute::Standing) => {
                let standings = Standing::ALL
                    .into_iter()
                    .filter(|standing| words().any(|word| word == standing.word()));
                Ok(Test::any(
                    standings.map(|it| self.context.standing(it)).collect(),
                ))
            }
            Subject::Of(Attribute::Word(column)) => Ok(word_test(column, words())),
            Subject::Of(Attribute::Band(band)) => self.band(band, comparison, values),
            _ => {
                let each = values
                    .iter()
                    .map(|value| self.compare(subject, comparison, value));
                each.collect::<Result<_, _>>().map(Test::any)
            }
        }
    }

    /// A number that compares so with a value.
    fn compare(
        &self,
        subject: Subject,
        comparison: Comparison,
        value: &Literal,
    ) -> Result<Test, Fault> {
        let attribute = subject.attribute();
        let value = match (subject, value) {
            (Subject::DaysSince(_), Literal::Number(days)) => {
                let days = whole(*days)?;
                return Ok(self.days_since(attribute, comparison, days));
            }
            (_, Literal::Day(day)) => i64::from(day.0),
            (_, Literal::Number(number)) => self.scaled(attribute.kind(), *number)?,
            (_, Literal::Word(_)) => return Ok(Test::Constant(false)),
        };
        Ok(on(attribute, comparison, value))
    }

    /// A number as its column holds it.
    fn scaled(&self, kind: Kind, value: Decimal) -> Result<i64, Fault> {
        let currency = self.context.currency;
        let factor = match kind {
            Kind::Money => 10_i64.pow(currency.exponent()),
            Kind::Share => WHOLE,
            Kind::Rating => 100,
            _ => 1,
        };
        if kind == Kind::Money && value.scale() > currency.exponent() {
            let decimals = currency.exponent();
            let reason = format!("{value} is too exact: {currency} has {decimals} decimals");
            return Err(Fault::new(Problem::Range, reason));
        }
        let scaled = value.checked_mul(Decimal::from(factor));
        whole(scaled.unwrap_or(Decimal::MAX))
    }

    /// Days since a day, of which none are negative: a day that is yet to come was 0 days ago.
    fn days_since(&self, attribute: Attribute, comparison: Comparison, days: i64) -> Test {
        let day = i64::from(self.context.today.0) - days;
        let (comparison, day) = match (comparison, days) {
            (Comparison::Less, ..=0) => return Test::Constant(false),
            (Comparison::GreaterOrEqual, ..=0) => return has(attribute),
            (Comparison::Equal, 0) => (Comparison::GreaterOrEqual, day),
            (Comparison::Equal, _) => (Comparison::Equal, day),
            (Comparison::Less, _) => (Comparison::Greater, day),
            (Comparison::LessOrEqual, _) => (Comparison::GreaterOrEqual, day),
            (Comparison::Greater, _) => (Comparison::Less, day),
            (Comparison::GreaterOrEqual, _) => (Comparison::LessOrEqual, day),
        };
        on(attribute, comparison, day)
    }

    /// A band that compares so with one of these numbers.
    fn band(&self, band: Band, comparison: Comparison, values: &[&Literal]) -> Result<Test, Fault> {
        let Some(thresholds) = self.context.thresholds else {
            let reason = format!(
                "no thresholds are published yet, so {} cannot be said",
                Attribute::Band(band)
            );
            let hint = "they are published when enough customers have ordered";
            return Err(Fault::new(Problem::Thresholds, reason).hint(hint));
        };
        let numbers: Vec<i64> = values
            .iter()
            .filter_map(|value| match value {
                Literal::Number(number) => number.to_i64(),
                _ => None,
            })
            .collect();
        let is_asked = |band: i64| numbers.iter().any(|value| comparison.holds(band, *value));
        let limits = thresholds.limits(band);
        // One range for each run of bands that are asked for.
        let mut ranges = Vec::new();
        for (index, first) in (1..=5).enumerate().filter(|(_, it)| is_asked(*it)) {
            if first > 1 && is_asked(first - 1) {
                continue;
            }
            let end = (first..=5).find(|it| !is_asked(*it));
            let from = index
                .checked_sub(1)
                .map(|place| number(band.column(), Comparison::GreaterOrEqual, limits[place]));
            let until = end.and_then(|end| {
                let place = usize::try_from(end - 2).ok()?;
                Some(number(band.column(), Comparison::Less, limits[place]))
            });
            ranges.push(Test::all(from.into_iter().chain(until).collect()));
        }
        // Only buyers lie in a band.
        let buyer = Test::Known(Column::LastOrder);
        Ok(Test::all(vec![buyer, Test::any(ranges)]))
    }
}

/// An error of a segment's own text, told at the place that asks for the segment.
fn inside(error: PredicateError, name: &str, place: Place) -> PredicateError {
    PredicateError {
        byte: place.byte,
        column: place.column,
        reason: match error.problem {
            // These name the segment themselves.
            Problem::Cycle | Problem::Segment => error.reason,
            _ => format!("in the segment {}: {}", quoted(name), error.reason),
        },
        ..error
    }
}

fn whole(number: Decimal) -> Result<i64, Fault> {
    let is_whole = number.fract().is_zero();
    number
        .to_i64()
        .filter(|_| is_whole)
        .ok_or_else(|| Fault::new(Problem::Range, format!("{number} does not fit 64 bits")))
}

const fn number(column: Column, comparison: Comparison, value: i64) -> Test {
    Test::Number {
        column,
        comparison,
        value,
    }
}

const fn on_channel(
    channel: Channel,
    column: ChannelColumn,
    comparison: Comparison,
    value: i64,
) -> Test {
    Test::OnChannel {
        channel,
        column,
        comparison,
        value,
    }
}

/// The number behind an attribute that compares so.
const fn on(attribute: Attribute, comparison: Comparison, value: i64) -> Test {
    match attribute {
        Attribute::Number(column) => number(column, comparison, value),
        Attribute::OnChannel(channel, column) => on_channel(channel, column, comparison, value),
        Attribute::Word(_) | Attribute::Standing | Attribute::Band(_) => Test::Constant(false),
    }
}

fn word_test<'w>(column: WordColumn, words: impl Iterator<Item = &'w str>) -> Test {
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    Test::Word { column, words }
}

fn contains(attribute: Attribute, word: &str) -> Test {
    match (attribute, attribute.bit(word)) {
        (Attribute::Word(column), _) => word_test(column, std::iter::once(word)),
        (Attribute::Number(column), Some(bits)) => Test::Bits { column, bits },
        _ => Test::Constant(false),
    }
}

/// Whether an attribute can be said; of a set, that it is not empty.
fn has(attribute: Attribute) -> Test {
    match (attribute, attribute.kind()) {
        (Attribute::Number(column), Kind::Flags) => Test::Bits { column, bits: -1 },
        (Attribute::Number(column), _) => Test::Known(column),
        (Attribute::OnChannel(channel, column), _) => {
            on_channel(channel, column, Comparison::GreaterOrEqual, i64::MIN)
        }
        (Attribute::Word(column), _) => Test::KnownWord(column),
        (Attribute::Standing, _) => Test::Constant(true),
        (Attribute::Band(_), _) => Test::Known(Column::LastOrder),
    }
}
