//! A question as somebody is still typing it: rows of a form with whatever stands in them.

use std::collections::BTreeSet;

use app::{App, AppError};
use domain::segments::{
    Attribute, Join, Kind, LIST_MAX, Predicate, PredicateError, Rule, RuleOperator, Rules, Subject,
    WordColumn,
};

use crate::format::Tender;
use crate::pages::explained::{operators, percent_of, share_of};

/// The most rows of a form.
pub(super) const ROWS_MAX: usize = 50;
/// What stands for an attribute in a condition about a segment.
pub(super) const SEGMENT: &str = "segment";

/// Conditions that are being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) join: Join,
    pub(super) rows: Vec<Row>,
}

/// One condition that is being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// `orders`, `days_since(last_order)`, `segment`, or nothing yet.
    pub(super) attribute: String,
    /// The word of an operator; one that does not fit the attribute counts as none.
    pub(super) operator: String,
    /// What was typed or chosen, as it was.
    pub(super) values: Vec<String>,
    /// What is wrong with it.
    pub(super) fault: Option<Fault>,
}

/// Why a question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// A condition has no value yet.
    Value,
    /// A condition is about nothing that there is.
    Attribute,
    /// The language says why.
    Said(Box<PredicateError>),
}

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Nothing,
    Segment,
    Subject(Subject),
    Unknown,
}

/// By what a value is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// There is no value.
    Nothing,
    /// One text.
    Text,
    /// Several texts with commas between them.
    Texts,
    /// A day.
    Day,
    /// One word of a closed list.
    Choice,
    /// Several words of a closed list.
    Choices,
    /// The name of a segment.
    Segment,
}

/// Whether what is not finished yet is an error, or left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfinished {
    IsWrong,
    IsLeftOut,
}

impl Draft {
    /// A predicate as rows; none when it is richer than rows can be.
    pub(super) fn of(predicate: &Predicate) -> Option<Self> {
        let rules = predicate.as_rules()?;
        // A field of a form has one line.
        let mut values = rules.rules.iter().flat_map(|rule| &rule.values);
        if values.any(|value| value.chars().any(char::is_control)) {
            return None;
        }
        Some(Self {
            join: rules.join,
            rows: rules.rules.into_iter().map(Row::of).collect(),
        })
    }

    /// The same with amounts of money as the shop shows them.
    pub(super) fn shown_in(mut self, tender: Tender) -> Self {
        for row in &mut self.rows {
            if row.kind() != Some(Kind::Money) {
                continue;
            }
            let shown = |values: &[String]| -> Vec<String> {
                values.iter().map(|value| tender.plain(value)).collect()
            };
            row.values = match (row.field(), row.values.first()) {
                (Field::Texts, Some(values)) => vec![joined(&shown(&split(values)))],
                _ => shown(&row.values),
            };
        }
        self
    }

    /// The columns of words of which the form can offer some.
    pub(super) fn word_columns(&self) -> BTreeSet<WordColumn> {
        let columns = self.rows.iter().filter_map(|row| match row.about() {
            About::Subject(Subject::Of(Attribute::Word(column))) => Some(column),
            _ => None,
        });
        columns.collect()
    }

    pub(super) fn has_fault(&self) -> bool {
        self.rows.iter().any(|row| row.fault.is_some())
    }

    /// The question that the rows amount to, in its text form, after it was asked for its
    /// meaning; empty when there is no condition. None when something is wrong, which is then
    /// said at its row.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn question(
        &mut self,
        app: &App,
        unfinished: Unfinished,
    ) -> Result<Option<String>, AppError> {
        let tender = Tender::from(&app.in_force().settings);
        let mut rules = Vec::new();
        for (place, row) in self.rows.iter_mut().enumerate() {
            row.fault = None;
            match row.rule() {
                Ok(Some(rule)) => rules.push((place, row.in_books(rule, tender))),
                Ok(None) => {}
                Err(Fault::Value) if unfinished == Unfinished::IsLeftOut => {}
                Err(fault) => row.fault = Some(fault),
            }
        }
        for (place, rule) in &rules {
            self.rows[*place].fault = fault_of(app, self.join, vec![rule.clone()])?;
        }
        if self.has_fault() {
            return Ok(None);
        }
        let last = rules.last().map(|(place, _)| *place);
        let rules: Vec<Rule> = rules.into_iter().map(|(_, rule)| rule).collect();
        let Some(last) = last else {
            return Ok(Some(String::new()));
        };
        // Each of them can be asked; all together they may be too many.
        self.rows[last].fault = fault_of(app, self.join, rules.clone())?;
        let join = self.join;
        let predicate = Rules { join, rules }.predicate().ok();
        Ok(predicate
            .filter(|_| !self.has_fault())
            .map(|it| it.to_string()))
    }
}

/// What is wrong with a question of these rules, if anything is.
fn fault_of(app: &App, join: Join, rules: Vec<Rule>) -> Result<Option<Fault>, AppError> {
    let predicate = match (Rules { join, rules }).predicate() {
        Ok(predicate) => predicate,
        Err(error) => {
            // Rows have no text and so no columns.
            let said = PredicateError {
                problem: error.problem,
                byte: 0,
                column: 0,
                reason: error.reason,
                hint: error.hint,
            };
            return Ok(Some(Fault::Said(Box::new(said))));
        }
    };
    match app.question(&predicate.to_string()) {
        Ok(_) => Ok(None),
        Err(AppError::Predicate(error)) => {
            let said = PredicateError {
                byte: 0,
                column: 0,
                ..*error
            };
            Ok(Some(Fault::Said(Box::new(said))))
        }
        Err(error) => Err(error),
    }
}

impl Row {
    fn of(rule: Rule) -> Self {
        let mut row = Self {
            attribute: rule.attribute,
            operator: rule.operator.word().to_owned(),
            ..Self::default()
        };
        let is_share = row.kind() == Some(Kind::Share);
        let shown = |value: String| if is_share { percent_of(&value) } else { value };
        let values: Vec<String> = rule.values.into_iter().map(shown).collect();
        row.values = match row.field() {
            Field::Texts => vec![joined(&values)],
            _ => values,
        };
        row
    }

    pub(super) fn about(&self) -> About {
        match self.attribute.as_str() {
            "" => About::Nothing,
            SEGMENT => About::Segment,
            name => match subject_named(name) {
                Some(subject) => About::Subject(subject),
                None => About::Unknown,
            },
        }
    }

    /// The subject, in the words of [`operators`]; none for what is about nothing.
    pub(super) fn subject(&self) -> Option<Option<Subject>> {
        match self.about() {
            About::Segment => Some(None),
            About::Subject(subject) => Some(Some(subject)),
            About::Nothing | About::Unknown => None,
        }
    }

    fn kind(&self) -> Option<Kind> {
        match self.about() {
            About::Subject(Subject::Of(attribute)) => Some(attribute.kind()),
            _ => None,
        }
    }

    /// The operator; the first that fits when none was chosen that does.
    pub(super) fn operator(&self) -> Option<RuleOperator> {
        let fitting = operators(self.subject()?);
        let chosen = fitting.iter().find(|it| it.word() == self.operator);
        chosen.or(fitting.first()).copied()
    }

    pub(super) fn field(&self) -> Field {
        let (about, Some(operator)) = (self.about(), self.operator()) else {
            return Field::Nothing;
        };
        let About::Subject(subject) = about else {
            return Field::Segment;
        };
        let has_value = !matches!(
            operator,
            RuleOperator::Has | RuleOperator::HasNot | RuleOperator::Is | RuleOperator::IsNot
        );
        let is_many = matches!(operator, RuleOperator::OneOf | RuleOperator::NotOneOf);
        let is_closed = subject.attribute().vocabulary().is_some();
        let is_day = self.kind() == Some(Kind::Day);
        match (has_value, is_closed, is_many) {
            (false, ..) => Field::Nothing,
            (_, true, false) => Field::Choice,
            (_, true, true) => Field::Choices,
            (_, false, true) => Field::Texts,
            (_, false, false) if is_day => Field::Day,
            (_, false, false) => Field::Text,
        }
    }

    /// A condition with amounts of money as the books have them.
    fn in_books(&self, rule: Rule, tender: Tender) -> Rule {
        if self.kind() != Some(Kind::Money) {
            return rule;
        }
        let values = rule.values.iter();
        let values = values.map(|value| tender.in_books(value)).collect();
        Rule { values, ..rule }
    }

    /// The condition; none when the row is empty.
    fn rule(&self) -> Result<Option<Rule>, Fault> {
        if self.about() == About::Nothing {
            return Ok(None);
        }
        let operator = self.operator().ok_or(Fault::Attribute)?;
        let first = self.values.first().map_or("", String::as_str);
        let values: Vec<String> = match self.field() {
            Field::Nothing => Vec::new(),
            Field::Choices => self
                .values
                .iter()
                .filter(|it| !it.is_empty())
                .cloned()
                .collect(),
            Field::Texts => split(first),
            _ if first.trim().is_empty() => Vec::new(),
            _ => vec![first.to_owned()],
        };
        if values.is_empty() && self.field() != Field::Nothing {
            return Err(Fault::Value);
        }
        let is_share = self.kind() == Some(Kind::Share);
        let plain = |value: String| if is_share { share_of(&value) } else { value };
        Ok(Some(Rule {
            attribute: self.attribute.clone(),
            operator,
            values: values.into_iter().map(plain).collect(),
        }))
    }
}

/// The subject of a name such as `orders` or `days_since(last_order)`.
fn subject_named(name: &str) -> Option<Subject> {
    let day = name
        .strip_prefix("days_since(")
        .and_then(|rest| rest.strip_suffix(')'));
    match day {
        Some(day) => {
            let attribute = Attribute::named(day)?;
            (attribute.kind() == Kind::Day).then_some(Subject::DaysSince(attribute))
        }
        None => Attribute::named(name).map(Subject::Of),
    }
}

/// Values with commas between them; what would not come back as it is stands between quotes.
fn joined(values: &[String]) -> String {
    let shown = values.iter().map(|value| {
        let is_plain = !value.contains([',', '"']) && value.trim() == value && !value.is_empty();
        match is_plain {
            true => value.clone(),
            false => format!("\"{}\"", value.replace('"', "\"\"")),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The values of a text with commas between them; empty ones are left out unless they stand
/// between quotes.
fn split(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let (mut value, mut is_quoted, mut was_quoted) = (String::new(), false, false);
    let mut end = |value: &mut String, was_quoted: &mut bool| {
        let whole = std::mem::take(value);
        match std::mem::take(was_quoted) {
            true => values.push(whole),
            false if whole.trim().is_empty() => {}
            false => values.push(whole.trim().to_owned()),
        }
    };
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.peek() == Some(&'"') => {
                signs.next();
                value.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if value.trim().is_empty() => {
                value.clear();
                (is_quoted, was_quoted) = (true, true);
            }
            // A comma of Persian or Chinese is a comma too.
            ',' | '،' | '、' | '，' if !is_quoted => end(&mut value, &mut was_quoted),
            _ if was_quoted && !is_quoted => {}
            other => value.push(other),
        }
    }
    end(&mut value, &mut was_quoted);
    // One more than a list may have is refused by the language, with its reason.
    values.truncate(LIST_MAX + 1);
    values
}

#[cfg(test)]
mod tests {
    use domain::segments::parse;
    use domain::settings::ShopSettings;

    use super::*;

    #[test]
    fn lists_come_back_as_they_are() {
        for values in [
            vec!["France"],
            vec!["France", "Korea, Republic of", "say \"hi\"", " a "],
            vec!["", "b"],
        ] {
            let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
            assert_eq!(split(&joined(&values)), values);
        }
        assert_eq!(split(" a ,, b،c"), ["a", "b", "c"]);
        assert_eq!(split("\"unclosed, text"), ["unclosed, text"]);
        assert_eq!(split("7\" tablet, x"), ["7\" tablet", "x"]);
    }

    #[test]
    fn questions_become_rows_and_the_same_questions() {
        let check = |text: &str| {
            let predicate = parse(text).expect("a predicate");
            let draft = Draft::of(&predicate).expect("a plain list");
            let rules = draft
                .rows
                .iter()
                .map(|row| row.rule().expect("a rule").expect("one"));
            let rules = Rules {
                join: draft.join,
                rules: rules.collect(),
            };
            assert_eq!(rules.predicate().expect("a predicate").to_string(), text);
        };
        check("orders >= 3 && days_since(last_order) > 60");
        check("country in [\"France\", \"Korea, Republic of\"] || discount_share > 0.125");
        check("!(standing in [\"lapsed\", \"new\"])");
        check("segment(\"regulars\") && !segment(\"asked lately\") && won_back");
        check("has(margin) && !(\"coffee\" in interests) && \"marketing\" in consents");
        check("store.last_order >= date(\"2011-06-01\") && rating < 3.5");
        check("net in [500, 19.9]");
        for rich in [
            "orders == 1 || net < 50 && won_back",
            "country == \"a\\nb\"",
        ] {
            assert_eq!(
                Draft::of(&parse(rich).expect("a predicate")),
                None,
                "{rich}"
            );
        }
    }

    #[test]
    fn amounts_are_typed_in_what_the_shop_shows() {
        let settings = ShopSettings {
            currency: "IRR".parse().expect("a currency"),
            toman: true,
            ..ShopSettings::default()
        };
        let tender = Tender::from(&settings);
        let check = |text: &str, typed: &str| {
            let predicate = parse(text).expect("a predicate");
            let draft = Draft::of(&predicate)
                .expect("a plain list")
                .shown_in(tender);
            let row = &draft.rows[0];
            assert_eq!(row.values, [typed]);
            let rule = row.rule().expect("a rule").expect("one");
            let rules = vec![row.in_books(rule, tender)];
            let join = draft.join;
            let asked = Rules { join, rules }.predicate().expect("a predicate");
            assert_eq!(asked.to_string(), text);
        };
        check("net > 15005", "1500.5");
        check("net in [500, 19.9]", "50, 1.99");
        check("orders > 20", "20");
        check("discount_share > 0.25", "25");
    }

    #[test]
    fn a_row_is_asked_when_it_is_whole() {
        let row = |attribute: &str, operator: &str, value: &str| Row {
            attribute: attribute.to_owned(),
            operator: operator.to_owned(),
            values: vec![value.to_owned()],
            fault: None,
        };
        assert_eq!(row("", "less", "3").rule(), Ok(None));
        assert_eq!(row("orders", "less", " ").rule(), Err(Fault::Value));
        assert_eq!(row("height", "less", "3").rule(), Err(Fault::Attribute));
        assert_eq!(
            row("days_since(orders)", "less", "3").rule(),
            Err(Fault::Attribute)
        );
        let other = row("country", "less", "France")
            .rule()
            .expect("whole")
            .expect("one");
        assert_eq!(other.operator, RuleOperator::Equal, "words have no order");
        let share = row("return_share", "greater", "12.5")
            .rule()
            .expect("whole")
            .expect("one");
        assert_eq!(share.values, ["0.125"]);
    }
}
