//! What the form about customers sends: rows with numbers in their names, or a text.

use domain::segments::Join;

use super::draft::{Draft, ROWS_MAX, Row};

/// The most values of one row that are read.
const VALUES_MAX: usize = 250;

/// A form that was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// The rows.
    pub(super) draft: Draft,
    /// The question as text, when it was written as such.
    pub(super) text: Option<String>,
    /// Words to search for.
    pub(super) query: String,
    /// The order of the list.
    pub(super) sort: String,
    /// Which button sent it.
    pub(super) step: Step,
}

/// What a button of the form does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Step {
    /// Shows the customers.
    #[default]
    Apply,
    /// Shows what fits the attributes that were chosen.
    Keep,
    /// Adds a row.
    Add,
    /// Removes a row.
    Remove(usize),
    /// Shows the question as text.
    Text,
    /// Shows the question as rows.
    Form,
}

impl Step {
    fn named(word: &str) -> Self {
        match word {
            "keep" => Self::Keep,
            "add" => Self::Add,
            "text" => Self::Text,
            "form" => Self::Form,
            _ => match word.strip_prefix("remove-").map(str::parse) {
                Some(Ok(row)) => Self::Remove(row),
                _ => Self::Apply,
            },
        }
    }
}

impl Sent {
    /// Reads the fields; what no form of ours sends is left out.
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        let mut sent = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "join" if value == "any" => sent.draft.join = Join::Any,
                "text" | "where" => sent.text = Some(value),
                "query" => sent.query = value,
                "sort" => sent.sort = value,
                "do" => sent.step = Step::named(&value),
                _ => sent.put(&name, value),
            }
        }
        sent
    }

    /// Puts `a0`, `o0` or `v0` where it belongs.
    fn put(&mut self, name: &str, value: String) {
        let Some((kind, place)) = name.split_at_checked(1) else {
            return;
        };
        let Some(place) = place.parse().ok().filter(|place| *place < ROWS_MAX) else {
            return;
        };
        if !["a", "o", "v"].contains(&kind) {
            return;
        }
        let rows = &mut self.draft.rows;
        if rows.len() <= place {
            rows.resize_with(place + 1, Row::default);
        }
        let row = &mut rows[place];
        match kind {
            "a" => row.attribute = value,
            "o" => row.operator = value,
            _ if row.values.len() < VALUES_MAX => row.values.push(value),
            _ => {}
        }
    }

    /// Does what the button says to the rows.
    pub(super) fn stepped(mut self) -> Self {
        let rows = &mut self.draft.rows;
        match self.step {
            Step::Add if rows.len() < ROWS_MAX => rows.push(Row::default()),
            Step::Remove(place) if place < rows.len() => {
                rows.remove(place);
            }
            _ => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let fields = fields.iter();
        Sent::of(
            fields
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn rows_are_put_together_by_their_numbers() {
        let fields = [
            ("join", "any"),
            ("v1", "a"),
            ("a1", "country"),
            ("o1", "one_of"),
            ("v1", "b"),
            ("a0", "orders"),
            ("do", "remove-0"),
        ];
        let read = sent(&fields);
        assert_eq!((read.draft.join, read.step), (Join::Any, Step::Remove(0)));
        assert_eq!(read.draft.rows.len(), 2);
        let rest = read.stepped().draft.rows;
        assert_eq!(rest.len(), 1);
        assert_eq!(
            (rest[0].attribute.as_str(), rest[0].values.len()),
            ("country", 2)
        );
    }

    #[test]
    fn hostile_fields_make_no_rows() {
        let hostile = [
            ("a50", "x"),
            ("a-1", "x"),
            ("b0", "x"),
            ("é", "x"),
            ("", "x"),
            ("a", "x"),
        ];
        let read = sent(&hostile);
        assert_eq!(read.draft.rows, []);
        assert_eq!(sent(&[("do", "remove-99")]).stepped().draft.rows, []);
        let many: Vec<(String, String)> = (0..1_000)
            .map(|_| ("v49".to_owned(), "x".to_owned()))
            .collect();
        let read = Sent::of(many);
        assert_eq!(read.draft.rows.len(), ROWS_MAX);
        assert_eq!(read.draft.rows[49].values.len(), VALUES_MAX);
    }
}
