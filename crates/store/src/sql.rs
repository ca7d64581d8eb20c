//! Statements: written by somebody, read by somebody, and made by no other way.

use crate::value::Value;

/// A statement somebody wrote and somebody read. [`sql!`](crate::sql) is the only way to make
/// one, so nothing can be put into it by `format!`.
#[derive(Debug, Clone, Copy)]
pub struct Sql(&'static str);

impl Sql {
    /// Not to be called by hand: use [`sql!`](crate::sql).
    #[doc(hidden)]
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The text of record, in PostgreSQL's spelling.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.0
    }
}

/// Makes an [`Sql`] of a literal.
#[macro_export]
macro_rules! sql {
    ($text:literal) => {
        $crate::Sql::new($text)
    };
}

/// A statement over a group of rows: the part between braces is repeated for each row.
///
/// `INSERT INTO t (a, b) VALUES {($1, $2)}` becomes, for two rows, `… VALUES ($1, $2),
/// ($3, $4)`. Without it a network round trip is paid for every row.
#[derive(Debug, Clone, Copy)]
pub struct RowsSql(&'static str);

/// The sizes to which a row group expands; each is prepared once.
pub(crate) const GROUPS: [usize; 4] = [512, 64, 8, 1];

impl RowsSql {
    /// Not to be called by hand: use [`rows!`](crate::rows).
    #[doc(hidden)]
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The text of record, with its braces.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.0
    }

    /// How many parameters one row has.
    #[must_use]
    pub fn width(self) -> usize {
        let (_, row, _) = self.parts();
        (1..)
            .take_while(|number| has_parameter(row, *number))
            .count()
    }

    fn parts(self) -> (&'static str, &'static str, &'static str) {
        let (head, rest) = self
            .0
            .split_once('{')
            .expect("a row group has an opening brace");
        let (row, tail) = rest
            .split_once('}')
            .expect("a row group has a closing brace");
        (head, row, tail)
    }

    /// The statement for `count` rows.
    #[must_use]
    pub fn expand(self, count: usize) -> String {
        let (head, row, tail) = self.parts();
        let width = self.width();
        let mut text = String::with_capacity(head.len() + tail.len() + count * (row.len() + 8));
        text.push_str(head);
        for index in 0..count {
            if index > 0 {
                text.push_str(", ");
            }
            push_renumbered(&mut text, row, index * width);
        }
        text.push_str(tail);
        text
    }
}

fn has_parameter(row: &str, number: usize) -> bool {
    row.split('$')
        .skip(1)
        .any(|after| leading_number(after).0 == Some(number))
}

fn push_renumbered(text: &mut String, row: &str, offset: usize) {
    let mut parts = row.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (number, digits) = leading_number(part);
        let number = number.expect("a parameter has a number") + offset;
        text.push('$');
        text.push_str(&number.to_string());
        text.push_str(&part[digits..]);
    }
}

fn leading_number(text: &str) -> (Option<usize>, usize) {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (text[..digits].parse().ok(), digits)
}

/// Makes a [`RowsSql`] of a literal.
#[macro_export]
macro_rules! rows {
    ($text:literal) => {
        $crate::RowsSql::new($text)
    };
}

/// The one kind of statement that is put together while the program runs: a test over customers.
///
/// Its text grows by literals alone and every value is a parameter, so nothing that somebody
/// typed can get into it. It is prepared for one use, because there are endlessly many.
#[derive(Debug, Clone)]
pub(crate) struct SegmentSql {
    text: String,
    params: Vec<Value>,
}

impl SegmentSql {
    /// A statement that begins so.
    pub(crate) fn new(start: &'static str) -> Self {
        Self {
            text: start.to_owned(),
            params: Vec::new(),
        }
    }

    /// Goes on with a literal.
    pub(crate) fn push(&mut self, literal: &'static str) -> &mut Self {
        self.text.push_str(literal);
        self
    }

    /// Goes on with the next parameter and binds it.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.params.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.params.len().to_string());
        self
    }

    /// The text of record, in PostgreSQL's spelling.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The parameters, in order of their numbers.
    pub(crate) fn params(&self) -> &[Value] {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_repeated_with_its_own_parameters() {
        let insert = RowsSql::new("INSERT INTO t (a, b) VALUES {($1, $2)} ON CONFLICT DO NOTHING");
        assert_eq!(insert.width(), 2);
        assert_eq!(
            insert.expand(3),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6) ON CONFLICT DO NOTHING"
        );
        let select = RowsSql::new("SELECT a FROM t WHERE a IN ({$1}) ORDER BY a");
        assert_eq!(
            select.expand(2),
            "SELECT a FROM t WHERE a IN ($1, $2) ORDER BY a"
        );
    }
}
