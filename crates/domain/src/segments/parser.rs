//! Reads the text form: a recursive descent with bounds of its own, so that a hostile text is
//! refused in time and space that depend on nothing but its length.

use rust_decimal::Decimal;

use super::attributes::{Attribute, Kind, nearest};
use super::error::{Fault, Place, PredicateError, Problem, quoted};
use super::lexer::{Lexer, Token};
use super::predicate::{Literal, Operator, Predicate, Subject};
use super::typed;

/// The longest text of a predicate, in bytes; its text form may not be longer either.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// The deepest nesting of parentheses and negations.
pub const DEPTH_MAX: usize = 32;
/// The most comparisons of one predicate; each value of a list is one.
pub const COMPARISONS_MAX: usize = 200;
/// The longest list.
pub const LIST_MAX: usize = 200;

/// The functions of the language.
const FUNCTIONS: [&str; 4] = ["date", "days_since", "has", "segment"];

/// Reads a predicate and checks it against the catalogue of attributes.
///
/// # Errors
/// With the place, the reason, and a hint where one can be guessed.
pub fn parse(text: &str) -> Result<Predicate, PredicateError> {
    let too_long = || {
        let reason = format!("a predicate has at most {TEXT_BYTES_MAX} bytes");
        Fault::new(Problem::Bound, reason).at(Place { byte: 0, column: 1 })
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(too_long());
    }
    let mut parser = Parser::new(text)?;
    let operand = parser.either()?;
    if parser.token != Token::End {
        return Err(parser.unexpected("&&, || or the end"));
    }
    let predicate = operand.into_predicate()?;
    // Escapes may make the text form longer than what was written.
    if predicate.to_string().len() > TEXT_BYTES_MAX {
        return Err(too_long());
    }
    Ok(predicate)
}

/// What stands at the side of a comparison, or by itself.
#[derive(Debug)]
struct Operand {
    what: What,
    place: Place,
}

#[derive(Debug)]
enum What {
    Predicate(Predicate),
    Subject(Subject),
    Literal(Literal),
    Truth(bool),
    List(Vec<(Literal, Place)>),
}

impl Operand {
    fn into_predicate(self) -> Result<Predicate, PredicateError> {
        let Self { what, place } = self;
        match what {
            What::Predicate(predicate) => Ok(predicate),
            What::Truth(answer) => Ok(Predicate::Constant(answer)),
            What::Subject(Subject::Of(attribute)) if attribute.kind() == Kind::YesNo => {
                Ok(Predicate::Is { attribute, place })
            }
            What::Subject(subject) => {
                let reason = format!("{subject} alone is neither true nor false");
                let fault = Fault::new(Problem::Kinds, reason).hint(typed::example(subject));
                Err(fault.at(place))
            }
            What::Literal(_) | What::List(_) => {
                let reason = format!("{} alone is neither true nor false", what.english());
                Err(Fault::new(Problem::Kinds, reason).at(place))
            }
        }
    }
}

impl What {
    fn english(&self) -> &'static str {
        match self {
            Self::Predicate(_) => "a condition",
            Self::Truth(_) => "true or false",
            Self::Subject(_) => "an attribute",
            Self::Literal(literal) => literal.english(),
            Self::List(_) => "a list",
        }
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token,
    place: Place,
    depth: usize,
    comparisons: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Self, PredicateError> {
        let mut lexer = Lexer::new(text);
        let (token, place) = lexer.next()?;
        Ok(Self {
            lexer,
            token,
            place,
            depth: 0,
            comparisons: 0,
        })
    }

    fn advance(&mut self) -> Result<Token, PredicateError> {
        let (next, place) = self.lexer.next()?;
        self.place = place;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn take(&mut self, token: &Token) -> Result<bool, PredicateError> {
        let is_there = self.token == *token;
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    fn expect(&mut self, token: &Token) -> Result<(), PredicateError> {
        match self.take(token)? {
            true => Ok(()),
            false => Err(self.unexpected(&token.shown())),
        }
    }

    fn unexpected(&self, expected: &str) -> PredicateError {
        let fault = Fault::new(
            Problem::Expected,
            format!("{} where {expected} was expected", self.token.shown()),
        );
        match &self.token {
            Token::Name(name) if name.eq_ignore_ascii_case("and") => fault.hint("write &&"),
            Token::Name(name) if name.eq_ignore_ascii_case("or") => fault.hint("write ||"),
            Token::Relation(_) => fault.hint("join two comparisons with &&"),
            _ => fault,
        }
        .at(self.place)
    }

    /// One level deeper, for as long as `inner` reads.
    fn nested<T>(
        &mut self,
        inner: fn(&mut Self) -> Result<T, PredicateError>,
    ) -> Result<T, PredicateError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let reason = format!("a predicate is at most {DEPTH_MAX} parentheses deep");
            return Err(Fault::new(Problem::Bound, reason).at(self.place));
        }
        let found = inner(self)?;
        self.depth -= 1;
        Ok(found)
    }

    fn count(&mut self, comparisons: usize, place: Place) -> Result<(), PredicateError> {
        self.comparisons += comparisons;
        if self.comparisons > COMPARISONS_MAX {
            let reason = format!("a predicate has at most {COMPARISONS_MAX} comparisons");
            return Err(Fault::new(Problem::Bound, reason).at(place));
        }
        Ok(())
    }

    /// Parts joined by `||`.
    fn either(&mut self) -> Result<Operand, PredicateError> {
        self.joined(&Token::Or, Self::both, Predicate::any)
    }

    /// Parts joined by `&&`.
    fn both(&mut self) -> Result<Operand, PredicateError> {
        self.joined(&Token::And, Self::relation, Predicate::all)
    }

    fn joined(
        &mut self,
        sign: &Token,
        part: fn(&mut Self) -> Result<Operand, PredicateError>,
        join: fn(Vec<Predicate>) -> Predicate,
    ) -> Result<Operand, PredicateError> {
        let first = part(self)?;
        if self.token != *sign {
            return Ok(first);
        }
        let place = first.place;
        let mut parts = vec![first.into_predicate()?];
        while self.take(sign)? {
            parts.push(part(self)?.into_predicate()?);
        }
        let what = What::Predicate(join(parts));
        Ok(Operand { what, place })
    }

    /// A comparison, or what may stand alone.
    fn relation(&mut self) -> Result<Operand, PredicateError> {
        let left = self.operand()?;
        let place = left.place;
        let predicate = match self.token.clone() {
            Token::Relation(operator) => {
                self.advance()?;
                let right = self.operand()?;
                self.count(1, place)?;
                compared(left, operator, right)?
            }
            Token::Name(name) if name == "in" => {
                self.advance()?;
                let right = self.operand()?;
                let values = match &right.what {
                    What::List(values) => values.len(),
                    _ => 1,
                };
                self.count(values, place)?;
                among(left, right)?
            }
            _ => return Ok(left),
        };
        let what = What::Predicate(predicate);
        Ok(Operand { what, place })
    }

    fn operand(&mut self) -> Result<Operand, PredicateError> {
        let place = self.place;
        let what = match self.token.clone() {
            Token::Not => {
                self.advance()?;
                let inner = self.nested(Self::operand)?;
                What::Predicate(inner.into_predicate()?.negated())
            }
            Token::Open => {
                self.advance()?;
                let inner = self.nested(Self::either)?;
                self.expect(&Token::Close)?;
                inner.what
            }
            Token::OpenList => What::List(self.list()?),
            Token::Minus => {
                self.advance()?;
                match self.advance()? {
                    Token::Number(number) => What::Literal(Literal::Number(negative(number))),
                    _ => {
                        let reason = "a minus stands only before a number";
                        return Err(Fault::new(Problem::Expected, reason).at(place));
                    }
                }
            }
            Token::Number(number) => {
                self.advance()?;
                What::Literal(Literal::Number(number))
            }
            Token::Text(text) => {
                self.advance()?;
                What::Literal(Literal::Word(text))
            }
            Token::Name(name) => self.named(&name, place)?,
            _ => return Err(self.unexpected("an attribute or a value")),
        };
        Ok(Operand { what, place })
    }

    /// The values between brackets.
    fn list(&mut self) -> Result<Vec<(Literal, Place)>, PredicateError> {
        let start = self.place;
        self.advance()?;
        let mut values = Vec::new();
        while self.token != Token::CloseList {
            let place = self.place;
            if matches!(self.token, Token::OpenList | Token::Open | Token::Not) {
                return Err(self.unexpected("a value"));
            }
            match self.operand()?.what {
                What::Literal(literal) => values.push((literal, place)),
                other => {
                    let reason = format!("a list holds values, not {}", other.english());
                    return Err(Fault::new(Problem::Kinds, reason).at(place));
                }
            }
            if values.len() > LIST_MAX {
                let reason = format!("a list has at most {LIST_MAX} values");
                return Err(Fault::new(Problem::Bound, reason).at(start));
            }
            if !self.take(&Token::Comma)? {
                break;
            }
        }
        self.expect(&Token::CloseList)?;
        if values.is_empty() {
            let reason = "nothing is in an empty list";
            return Err(Fault::new(Problem::Range, reason).at(start));
        }
        Ok(values)
    }

    /// What begins with a name: a truth value, a function, an attribute.
    fn named(&mut self, name: &str, place: Place) -> Result<What, PredicateError> {
        if name == "in" {
            return Err(self.unexpected("an attribute or a value"));
        }
        self.advance()?;
        if self.token == Token::Open {
            return self.call(name, place);
        }
        match name {
            "true" => Ok(What::Truth(true)),
            "false" => Ok(What::Truth(false)),
            _ => Ok(What::Subject(Subject::Of(attribute(name, place)?))),
        }
    }

    fn call(&mut self, name: &str, place: Place) -> Result<What, PredicateError> {
        if !FUNCTIONS.contains(&name) {
            let reason = format!("there is no function {}", quoted(name));
            let fault = Fault::new(Problem::Unknown, reason);
            let fault = match nearest(name, FUNCTIONS) {
                Some(near) => fault.hint(format!("did you mean {near}?")),
                None => fault.hint(format!("there are {}", FUNCTIONS.join(", "))),
            };
            return Err(fault.at(place));
        }
        self.advance()?;
        let (argument, inner) = (self.token.clone(), self.place);
        let what = match (name, argument) {
            ("date", Token::Text(text)) => {
                let day = typed::date(&text).map_err(|fault| fault.at(inner))?;
                What::Literal(Literal::Day(day))
            }
            ("segment", Token::Text(name)) => {
                self.count(1, place)?;
                What::Predicate(Predicate::Segment { name, place })
            }
            ("has", Token::Name(name)) => {
                self.count(1, place)?;
                let attribute = attribute(&name, inner)?;
                What::Predicate(Predicate::Has { attribute, place })
            }
            ("days_since", Token::Name(name)) => {
                let attribute = attribute(&name, inner)?;
                if attribute.kind() != Kind::Day {
                    let kind = attribute.kind().english();
                    let reason = format!("{attribute} is {kind}, and days are counted from a day");
                    let hint = typed::example(Subject::Of(attribute));
                    return Err(Fault::new(Problem::Kinds, reason).hint(hint).at(inner));
                }
                What::Subject(Subject::DaysSince(attribute))
            }
            ("date", _) => return Err(self.unexpected("a date such as \"2011-06-01\"")),
            ("segment", _) => return Err(self.unexpected("the name of a segment between quotes")),
            _ => return Err(self.unexpected("the name of an attribute")),
        };
        self.advance()?;
        self.expect(&Token::Close)?;
        Ok(what)
    }
}

/// Zero has no sign.
fn negative(number: Decimal) -> Decimal {
    if number.is_zero() { number } else { -number }
}

fn attribute(name: &str, place: Place) -> Result<Attribute, PredicateError> {
    if let Some(attribute) = Attribute::named(name) {
        return Ok(attribute);
    }
    let fault = Fault::new(
        Problem::Unknown,
        format!("there is no attribute {}", quoted(name)),
    );
    let names: Vec<String> = Attribute::all().map(|it| it.to_string()).collect();
    let near = nearest(name, names.iter().map(String::as_str));
    Err(match near {
        Some(near) => fault.hint(format!("did you mean {near}?")),
        None if FUNCTIONS.contains(&name) => fault.hint(format!("{name} is a function")),
        None => fault,
    }
    .at(place))
}

/// Two operands with a comparison between them.
fn compared(
    left: Operand,
    operator: Operator,
    right: Operand,
) -> Result<Predicate, PredicateError> {
    let place = left.place;
    let (subject, operator, other) = match (left.what, right.what) {
        (What::Subject(subject), What::Subject(other)) => {
            let reason = format!("{subject} cannot be compared with {other}");
            let hint = "an attribute is compared with a value";
            return Err(Fault::new(Problem::Kinds, reason).hint(hint).at(place));
        }
        (What::Subject(subject), other) => (subject, operator, other),
        (other, What::Subject(subject)) => (subject, operator.turned(), other),
        (one, other) => {
            let (one, other) = (one.english(), other.english());
            let reason = format!("{one} cannot be compared with {other}");
            let hint = "an attribute stands on one side of a comparison";
            return Err(Fault::new(Problem::Kinds, reason).hint(hint).at(place));
        }
    };
    let attribute = subject.attribute();
    match other {
        What::Literal(value) => {
            typed::compare(subject, operator, value, place).map_err(|fault| fault.at(place))
        }
        What::Truth(answer) if attribute.kind() == Kind::YesNo => {
            let is = Predicate::Is { attribute, place };
            match operator {
                Operator::Equal => Ok(if answer { is } else { is.negated() }),
                Operator::NotEqual => Ok(if answer { is.negated() } else { is }),
                _ => {
                    let reason = "yes and no have no order";
                    Err(Fault::new(Problem::Kinds, reason).at(place))
                }
            }
        }
        other => Err(typed::kinds_differ(subject, other.english()).at(place)),
    }
}

/// Two operands with `in` between them.
fn among(left: Operand, right: Operand) -> Result<Predicate, PredicateError> {
    let place = left.place;
    match (left.what, right.what) {
        (What::Subject(subject), What::List(values)) => {
            let agreed = values.into_iter().map(|(value, place)| {
                typed::agreed(subject, value).map_err(|fault| fault.at(place))
            });
            Ok(Predicate::OneOf {
                subject,
                values: agreed.collect::<Result<_, _>>()?,
                place,
            })
        }
        (What::Literal(Literal::Word(word)), What::Subject(Subject::Of(attribute))) => {
            typed::contains(attribute, word, place).map_err(|fault| fault.at(place))
        }
        (left, right) => {
            let (one, other) = (left.english(), right.english());
            let reason = format!("{one} cannot be looked for in {other}");
            let hint = "write country in [\"France\"] or \"coffee\" in interests";
            Err(Fault::new(Problem::Kinds, reason).hint(hint).at(place))
        }
    }
}
