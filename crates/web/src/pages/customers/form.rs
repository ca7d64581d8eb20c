//! The form in which a question about customers is put together. It works without scripts: every
//! button sends it, and what was typed comes back.

use app::segments::Known;
use domain::segments::{Attribute, Join, Kind, PredicateError, Problem, Subject};
use domain::settings::ShopSettings;
use maud::{Markup, html};

use super::draft::{About, Draft, Fault, Field, ROWS_MAX, Row, SEGMENT};
use crate::groups::Group;
use crate::i18n::{Speech, Words};
use crate::pages::explained::{Class, operators, subject_label, word_label};

/// Values of `sort` with their words.
pub(super) const SORTS: [(&str, &str); 4] = [
    ("net", "customers-sort-net"),
    ("orders", "customers-sort-orders"),
    ("last_ordered", "customers-sort-last"),
    ("first_ordered", "customers-sort-first"),
];

/// What stands in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Editor {
    /// Rows.
    Form(Draft),
    /// A text, with what is wrong with it.
    Text {
        text: String,
        fault: Option<Box<PredicateError>>,
        /// Whether it is shown as text because it is richer than rows can be.
        is_rich: bool,
    },
}

/// The form, and what its fields offer.
pub(super) struct Form<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) editor: &'a Editor,
    pub(super) known: &'a Known,
    pub(super) query: &'a str,
    /// Whether the reader may ask for words of names.
    pub(super) may_search: bool,
    pub(super) sort: &'a str,
    /// Whether any customer is left out.
    pub(super) is_narrow: bool,
}

impl Form<'_> {
    pub(super) fn markup(&self) -> Markup {
        let speech = self.speech;
        html! {
            form.builder action="/customers/ask" method="get" data-builder="/customers/count" {
                // Enter presses the first button of a form.
                button.heard tabindex="-1" aria-hidden="true" { (speech.say("customers-apply")) }
                (self.words())
                @match self.editor {
                    Editor::Form(draft) => (self.rows(draft)),
                    Editor::Text { text, fault, is_rich } => {
                        (self.text(text, fault.as_deref(), *is_rich))
                    }
                }
            }
        }
    }

    fn words(&self) -> Markup {
        let speech = self.speech;
        html! {
            div.filters {
                @if self.may_search {
                    label.grow {
                        span { (speech.say("customers-search")) }
                        input type="search" name="query" value=(self.query) maxlength="200"
                            autocomplete="off";
                    }
                }
                label {
                    span { (speech.say("customers-sort")) }
                    select name="sort" {
                        @for (value, key) in SORTS {
                            option value=(value) selected[self.sort == value] {
                                (speech.say(key))
                            }
                        }
                    }
                }
            }
        }
    }

    fn rows(&self, draft: &Draft) -> Markup {
        let speech = self.speech;
        let empty = [Row::default()];
        let rows = if draft.rows.is_empty() {
            &empty[..]
        } else {
            &draft.rows
        };
        html! {
            fieldset.rules {
                legend.heard[rows.len() > 1] { (speech.say("customers-rules")) }
                @if rows.len() > 1 { (self.join(draft.join)) }
                @else if draft.join == Join::Any {
                    input type="hidden" name="join" value="any";
                }
                ol.plain {
                    @for (place, row) in rows.iter().enumerate() {
                        (self.row(place, row, rows.len()))
                    }
                }
                p.actions {
                    @if rows.len() < ROWS_MAX {
                        button name="do" value="add" data-step {
                            (speech.say("customers-add"))
                        }
                    }
                    button.main name="do" value="apply" { (speech.say("customers-apply")) }
                    button.quiet name="do" value="text" { (speech.say("customers-as-text")) }
                    (self.clear())
                    (live())
                }
            }
        }
    }

    fn clear(&self) -> Markup {
        html! {
            @if self.is_narrow {
                a.quiet href="/customers" { (self.speech.say("customers-clear")) }
            }
        }
    }

    fn join(&self, join: Join) -> Markup {
        let speech = self.speech;
        let options = [
            ("all", "customers-join-all", join == Join::All),
            ("any", "customers-join-any", join == Join::Any),
        ];
        html! {
            p.join {
                label {
                    span.heard { (speech.say("customers-join")) }
                    select name="join" {
                        @for (value, key, is_chosen) in options {
                            option value=(value) selected[is_chosen] { (speech.say(key)) }
                        }
                    }
                }
            }
        }
    }

    fn row(&self, place: usize, row: &Row, rows: usize) -> Markup {
        let speech = self.speech;
        let number = Words::new().count("number", i64::try_from(place + 1).unwrap_or(i64::MAX));
        let fault = row.fault.as_ref().map(|fault| fault_words(speech, fault));
        html! {
            li.rule.wrong[fault.is_some()] {
                (self.attribute(place, row))
                @if let Some(subject) = row.subject() {
                    (self.operator(place, row, subject))
                    (self.value(place, row))
                }
                noscript {
                    button.small name="do" value="keep" { (speech.say("customers-keep")) }
                }
                @if rows > 1 || row.about() != About::Nothing {
                    button.small name="do" value={ "remove-" (place) } data-step
                        aria-label=(speech.say_with("customers-remove-row", number)) {
                        (speech.say("customers-remove"))
                    }
                }
                @if let Some(fault) = fault {
                    p.fault #{ "f" (place) } { (fault) }
                }
            }
        }
    }

    fn attribute(&self, place: usize, row: &Row) -> Markup {
        let speech = self.speech;
        let chosen = row.attribute.as_str();
        // What the form does not offer to everybody is offered where it is asked already.
        let offered = |subject: &Subject| subject.to_string() == chosen;
        let groups: Vec<(Group, Vec<Subject>)> = Group::ALL
            .into_iter()
            .map(|group| (group, group.subjects(&self.known.channels)))
            .collect();
        let is_offered = chosen.is_empty()
            || chosen == SEGMENT
            || groups
                .iter()
                .any(|(_, subjects)| subjects.iter().any(offered));
        let other = match row.about() {
            About::Subject(subject) if !is_offered => Some(subject_label(speech, subject)),
            About::Unknown => Some(chosen.chars().take(60).collect()),
            _ => None,
        };
        html! {
            select.attribute #{ "a" (place) } name={ "a" (place) } data-refresh
                aria-label=(speech.say("customers-attribute")) {
                option value="" { (speech.say("customers-choose")) }
                @if let Some(label) = other { option value=(chosen) selected { (label) } }
                @for (group, subjects) in &groups {
                    optgroup label=(speech.say(group.key())) {
                        @for subject in subjects {
                            @let name = subject.to_string();
                            option value=(name) selected[name == chosen] {
                                (subject_label(speech, *subject))
                            }
                        }
                    }
                }
                @if !self.known.segments.is_empty() || chosen == SEGMENT {
                    optgroup label=(speech.say("customers-group-segments")) {
                        option value=(SEGMENT) selected[chosen == SEGMENT] {
                            (speech.say("attribute-segment"))
                        }
                    }
                }
            }
        }
    }

    fn operator(&self, place: usize, row: &Row, subject: Option<Subject>) -> Markup {
        let speech = self.speech;
        let class = Class::of(subject);
        let chosen = row.operator();
        html! {
            select.operator #{ "o" (place) } name={ "o" (place) } data-refresh
                aria-label=(speech.say("customers-operator")) {
                @for operator in operators(subject) {
                    option value=(operator.word()) selected[chosen == Some(*operator)] {
                        (speech.say(&class.operator_key(*operator)))
                    }
                }
            }
        }
    }

    fn value(&self, place: usize, row: &Row) -> Markup {
        let first = row.values.first().map_or("", String::as_str);
        match row.field() {
            Field::Nothing => html! {},
            Field::Text | Field::Texts => self.text_value(place, row, first),
            Field::Day => html! {
                input.value #{ "v" (place) } name={ "v" (place) } type="date" value=(first)
                    aria-label=(self.speech.say("customers-value"));
            },
            Field::Choice => self.choice(place, first, &self.choices(row)),
            Field::Choices => self.boxes(place, row, &self.choices(row)),
            Field::Segment => {
                let names = self.known.segments.iter();
                let mut names: Vec<(String, String)> =
                    names.map(|name| (name.clone(), name.clone())).collect();
                if !first.is_empty() && !self.known.segments.iter().any(|it| it == first) {
                    names.push((first.to_owned(), first.to_owned()));
                }
                self.choice(place, first, &names)
            }
        }
    }

    /// The words of a closed list with what they are called.
    fn choices(&self, row: &Row) -> Vec<(String, String)> {
        let About::Subject(subject) = row.about() else {
            return Vec::new();
        };
        let attribute = subject.attribute();
        let words = attribute.vocabulary().unwrap_or_default().into_iter();
        let label = |word: &str| word_label(self.speech, attribute, word);
        words
            .map(|word| {
                (
                    word.to_owned(),
                    label(word).unwrap_or_else(|| word.to_owned()),
                )
            })
            .collect()
    }

    fn choice(&self, place: usize, chosen: &str, choices: &[(String, String)]) -> Markup {
        html! {
            select.value #{ "v" (place) } name={ "v" (place) }
                aria-label=(self.speech.say("customers-value")) {
                option value="" { (self.speech.say("customers-choose")) }
                @for (word, label) in choices {
                    option value=(word) selected[word == chosen] { (label) }
                }
            }
        }
    }

    fn boxes(&self, place: usize, row: &Row, choices: &[(String, String)]) -> Markup {
        html! {
            span.boxes role="group" aria-label=(self.speech.say("customers-value")) {
                @for (word, label) in choices {
                    label.box {
                        input type="checkbox" name={ "v" (place) } value=(word)
                            checked[row.values.contains(word)];
                        " " (label)
                    }
                }
            }
        }
    }

    fn text_value(&self, place: usize, row: &Row, first: &str) -> Markup {
        let speech = self.speech;
        let (kind, is_since, attribute) = match row.about() {
            About::Subject(subject) => {
                let attribute = subject.attribute();
                let is_since = matches!(subject, Subject::DaysSince(_));
                (Some(attribute.kind()), is_since, Some(attribute))
            }
            _ => (None, false, None),
        };
        let is_word = matches!(kind, Some(Kind::Word | Kind::Words));
        let is_many = row.field() == Field::Texts;
        let unit = match kind {
            _ if is_since => Some(speech.say("customers-unit-days")),
            Some(Kind::Money) => Some(speech.unit(self.settings)),
            Some(Kind::Share) => Some(speech.say("customers-unit-percent")),
            _ => None,
        };
        let hint = is_many.then(|| speech.say("customers-several"));
        let offered = self.offered(attribute);
        let list = (!offered.is_empty()).then(|| format!("l{place}"));
        html! {
            input.value.words[is_word || is_many] #{ "v" (place) } name={ "v" (place) }
                value=(first) maxlength="4000" autocomplete="off" placeholder=[hint]
                dir=[is_word.then_some("auto")]
                inputmode=[(!is_word && !is_many).then_some("decimal")]
                list=[list.as_deref()] aria-label=(speech.say("customers-value"))
                aria-describedby=[row.fault.is_some().then(|| format!("f{place}"))];
            @if let Some(list) = &list {
                datalist id=(list) { @for word in offered { option value=(word) {} } }
            }
            @if let Some(unit) = unit { span.unit { (unit) } }
        }
    }

    fn offered(&self, attribute: Option<Attribute>) -> &[String] {
        match attribute {
            Some(Attribute::Word(column)) => {
                self.known.words.get(&column).map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }

    fn text(&self, text: &str, fault: Option<&PredicateError>, is_rich: bool) -> Markup {
        let speech = self.speech;
        let said = fault.map(|fault| said_words(speech, fault));
        html! {
            fieldset.rules {
                legend { (speech.say("customers-rules-text")) }
                @if is_rich { p.how { (speech.say("customers-rich")) } }
                textarea #text name="text" rows="3" dir="ltr" spellcheck="false"
                    autocomplete="off" aria-label=(speech.say("customers-rules-text"))
                    aria-describedby=[fault.map(|_| "text-fault")] { (text) }
                @if let (Some(fault), Some(said)) = (fault, said) {
                    div.wrong #text-fault {
                        p.fault { (said) }
                        (marked(text, fault))
                    }
                }
                p.actions {
                    button.main name="do" value="apply" { (speech.say("customers-apply")) }
                    button.quiet name="do" value="form" { (speech.say("customers-as-form")) }
                    (self.clear())
                    (live())
                }
            }
        }
    }
}

/// Where a script says how many customers are meant.
fn live() -> Markup {
    html! { span.live data-live role="status" aria-live="polite" {} }
}

/// The text with the place of an error marked, and so much around it as fits a line.
fn marked(text: &str, fault: &PredicateError) -> Markup {
    const AROUND: usize = 60;
    let place = fault.column.saturating_sub(1);
    let signs: Vec<char> = text.chars().collect();
    let place = place.min(signs.len());
    let part = |from: usize, to: usize| signs[from..to].iter().collect::<String>();
    let start = place.saturating_sub(AROUND);
    let after = (place + 1).min(signs.len());
    let end = (after + AROUND).min(signs.len());
    let at = match part(place, after) {
        // At the end, or at a sign that cannot be seen.
        sign if sign.trim().is_empty() => "\u{2423}".to_owned(),
        sign => sign,
    };
    html! {
        pre dir="ltr" {
            code {
                @if start > 0 { "…" }
                (part(start, place)) mark { (at) } (part(after, end))
                @if end < signs.len() { "…" }
            }
        }
    }
}

/// What is wrong with a row.
pub(super) fn fault_words(speech: &Speech, fault: &Fault) -> String {
    match fault {
        Fault::Value => speech.say("customers-fault-value"),
        Fault::Attribute => speech.say("customers-fault-attribute"),
        Fault::Said(error) => said_words(speech, error),
    }
}

/// What is wrong, as far as a language has words of its own for it.
const fn problem_key(problem: Problem) -> &'static str {
    match problem {
        Problem::Character => "customers-problem-character",
        Problem::Text => "customers-problem-text",
        Problem::Number => "customers-problem-number",
        Problem::Date => "customers-problem-date",
        Problem::Expected => "customers-problem-expected",
        Problem::Unknown => "customers-problem-unknown",
        Problem::Kinds => "customers-problem-kinds",
        Problem::Range => "customers-problem-range",
        Problem::Bound => "customers-problem-bound",
        Problem::Segment => "customers-problem-segment",
        Problem::Cycle => "customers-problem-cycle",
        Problem::Thresholds => "customers-problem-thresholds",
    }
}

/// What the language says of a mistake, with its place when it has one.
pub(super) fn said_words(speech: &Speech, error: &PredicateError) -> String {
    let reason = Words::new().text("reason", error.reason.as_str());
    let reason = speech.say_with(problem_key(error.problem), reason);
    let reason = match &error.hint {
        Some(hint) => {
            let words = Words::new()
                .text("reason", reason)
                .text("hint", hint.as_str());
            speech.say_with("customers-fault-hint", words)
        }
        None => reason,
    };
    let words = Words::new().text("reason", reason);
    match i64::try_from(error.column) {
        Ok(0) | Err(_) => speech.say_with("customers-fault", words),
        Ok(column) => speech.say_with("customers-fault-at", words.count("column", column)),
    }
}

#[cfg(test)]
mod tests {
    use domain::segments::parse;

    use super::*;

    #[test]
    fn the_place_of_an_error_is_marked() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).expect_err("a mistake");
            let shown = marked(text, &error).into_string();
            assert!(shown.contains(expected), "{shown}");
        };
        check(
            "orders > 3 && height > 2",
            "orders &gt; 3 &amp;&amp; <mark>h</mark>eight",
        );
        check("orders >", "orders &gt;<mark>\u{2423}</mark>");
        check(&format!("{}x", "(".repeat(200)), "…");
    }
}
