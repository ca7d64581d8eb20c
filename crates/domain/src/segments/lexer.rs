//! The words of the text form: names, numbers, texts and signs, each with its place.

use rust_decimal::Decimal;

use super::error::{Fault, Place, PredicateError, Problem, quoted};
use super::predicate::Operator;
use crate::money::parse_decimal;

/// The longest text between quotes, in bytes.
pub const WORD_BYTES_MAX: usize = 200;

/// One word of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, with points between its parts; also `in`, `true` and `false`.
    Name(String),
    /// A number without its sign.
    Number(Decimal),
    /// What stood between quotes.
    Text(String),
    /// A comparison.
    Relation(Operator),
    /// `&&`
    And,
    /// `||`
    Or,
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `,`
    Comma,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenList,
    /// `]`
    CloseList,
    /// Nothing more.
    End,
}

/// The signs; of two that begin alike the longer stands first.
const SIGNS: [(&str, Token); 15] = [
    ("&&", Token::And),
    ("||", Token::Or),
    ("==", Token::Relation(Operator::Equal)),
    ("!=", Token::Relation(Operator::NotEqual)),
    ("<=", Token::Relation(Operator::LessOrEqual)),
    (">=", Token::Relation(Operator::GreaterOrEqual)),
    ("<", Token::Relation(Operator::Less)),
    (">", Token::Relation(Operator::Greater)),
    ("!", Token::Not),
    ("-", Token::Minus),
    (",", Token::Comma),
    ("(", Token::Open),
    (")", Token::Close),
    ("[", Token::OpenList),
    ("]", Token::CloseList),
];

impl Token {
    /// The token in a sentence.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Name(name) => quoted(name),
            Self::Number(number) => quoted(&number.to_string()),
            Self::Text(_) => "a text".to_owned(),
            Self::End => "the end".to_owned(),
            sign => {
                let found = SIGNS.iter().find(|(_, token)| token == sign);
                quoted(found.map_or("", |(text, _)| *text))
            }
        }
    }
}

/// Cuts a text into words.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    rest: &'t str,
    place: Place,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let place = Place { byte: 0, column: 1 };
        Self { rest: text, place }
    }

    /// Goes on by so many bytes, which end at a character.
    fn advance(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        self.place.byte += bytes;
        self.place.column += taken.chars().count();
        taken
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|character| !is_part(character));
        self.advance(end.unwrap_or(self.rest.len()))
    }

    /// The next word and where it stands.
    pub(super) fn next(&mut self) -> Result<(Token, Place), PredicateError> {
        self.take_while(|character| matches!(character, ' ' | '\t' | '\n' | '\u{c}' | '\r'));
        let place = self.place;
        let Some(first) = self.rest.chars().next() else {
            return Ok((Token::End, place));
        };
        let token = match first {
            '"' | '\'' => Token::Text(self.text(first)?),
            '0'..='9' | '.' => Token::Number(self.number()?),
            _ if first == '_' || first.is_alphabetic() => Token::Name(self.name()),
            _ => self.sign(first)?,
        };
        Ok((token, place))
    }

    fn sign(&mut self, first: char) -> Result<Token, PredicateError> {
        let found = SIGNS.iter().find(|(text, _)| self.rest.starts_with(text));
        if let Some((text, token)) = found {
            self.advance(text.len());
            return Ok(token.clone());
        }
        let reason = format!("{} is no part of the language", quoted(&first.to_string()));
        let fault = Fault::new(Problem::Character, reason);
        let fault = match first {
            '=' => fault.hint("two equal signs compare: =="),
            '&' => fault.hint("“and” is written &&"),
            '|' => fault.hint("“or” is written ||"),
            '“' | '”' | '‘' | '’' | '«' | '»' => {
                fault.hint("texts stand between straight quotes")
            }
            _ if first.is_numeric() => fault.hint("numbers are written with the digits 0 to 9"),
            _ => fault,
        };
        Err(fault.at(self.place))
    }

    /// A name with points between its parts, such as `store.orders`.
    fn name(&mut self) -> String {
        let is_part = |character: char| character == '_' || character.is_alphanumeric();
        let mut name = self.take_while(is_part).to_owned();
        while let Some(after) = self.rest.strip_prefix('.') {
            if !after.starts_with(is_part) {
                break;
            }
            name.push_str(self.advance(1));
            name.push_str(self.take_while(is_part));
        }
        name
    }

    fn number(&mut self) -> Result<Decimal, PredicateError> {
        let place = self.place;
        let is_part =
            |character: char| character == '.' || character == '_' || character.is_alphanumeric();
        let text = self.take_while(is_part);
        let refuse = |reason: &str| {
            let reason = format!("{} {reason}", quoted(text));
            Err(Fault::new(Problem::Number, reason).at(place))
        };
        let is_exponent = |rest: &str| rest.starts_with(['e', 'E']);
        let digits = text.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
        if is_exponent(digits) {
            return refuse("has an exponent; numbers are written out");
        }
        if !digits.is_empty() || text.ends_with('.') || text.matches('.').count() > 1 {
            return refuse("is no number: digits with at most one point and digits after it");
        }
        match parse_decimal(text) {
            Ok(number) => Ok(number.normalize()),
            Err(_) => refuse("has too many digits"),
        }
    }

    /// What stands between quotes.
    fn text(&mut self, quote: char) -> Result<String, PredicateError> {
        let start = self.place;
        self.advance(1);
        let mut text = String::new();
        loop {
            let place = self.place;
            let Some(character) = self.rest.chars().next() else {
                return Err(Fault::new(Problem::Text, "the text is not closed")
                    .hint("it ends with the quote with which it begins")
                    .at(start));
            };
            self.advance(character.len_utf8());
            let character = match character {
                found if found == quote => break,
                '\n' | '\r' => {
                    let reason = "a text stands on one line";
                    return Err(Fault::new(Problem::Text, reason)
                        .hint("write \\n")
                        .at(place));
                }
                '\\' => self.escape(place)?,
                other => other,
            };
            if character == '\0' {
                let reason = "a text cannot hold the character U+0000";
                return Err(Fault::new(Problem::Text, reason).at(place));
            }
            text.push(character);
        }
        if text.len() > WORD_BYTES_MAX {
            let reason = format!("a text has at most {WORD_BYTES_MAX} bytes");
            return Err(Fault::new(Problem::Bound, reason).at(start));
        }
        Ok(text)
    }

    /// What an escape stands for, from behind its backslash.
    fn escape(&mut self, place: Place) -> Result<char, PredicateError> {
        let letter = self.rest.chars().next().unwrap_or('\0');
        let simple = match letter {
            '\\' | '"' | '\'' | '`' | '?' => Some(letter),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            _ => None,
        };
        if let Some(character) = simple {
            self.advance(1);
            return Ok(character);
        }
        // The digits that follow: how many, in which base, and after how many letters.
        let (count, base, skipped) = match letter {
            'u' => (4, 16, 1),
            'U' => (8, 16, 1),
            'x' | 'X' => (2, 16, 1),
            '0'..='3' => (3, 8, 0),
            _ => (0, 10, 0),
        };
        let digits = self.rest.get(skipped..skipped + count).unwrap_or_default();
        let is_whole =
            count > 0 && !digits.is_empty() && digits.chars().all(|it| it.is_digit(base));
        let code = u32::from_str_radix(digits, base).ok().filter(|_| is_whole);
        let Some(character) = code.and_then(char::from_u32) else {
            let reason = "the escape after the backslash is unknown";
            return Err(Fault::new(Problem::Text, reason)
                .hint("a backslash itself is written \\\\")
                .at(place));
        };
        self.advance(skipped + count);
        Ok(character)
    }
}
