//! A question about customers in words, in the language of the reader.
//!
//! Every kind of condition is one message with the attribute and the value in it, so that each
//! language puts them where it wants them; the keys are made of the closed lists of
//! [`domain::segments`].

use domain::customers::{Stage, Standing};
use domain::money::parse_decimal;
use domain::segments::{
    Attribute, Band, Column, Explained, Explanation, Kind, Literal, Part, RuleOperator, Subject,
    WordColumn,
};
use domain::settings::ShopSettings;
use domain::time::Day;
use domain::trust::Purpose;

use super::customer::{purpose_key, stage_key};
use super::standing_key;
use super::timeline::channel_key;
use crate::format::Tender;
use crate::i18n::{Speech, Words};

/// Conditions that are asked and said alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Number,
    Day,
    DaysSince,
    Word,
    Set,
    YesNo,
    Segment,
}

impl Class {
    /// The class of a subject; none stands for a segment.
    pub(super) fn of(subject: Option<Subject>) -> Self {
        match subject {
            None => Self::Segment,
            Some(Subject::DaysSince(_)) => Self::DaysSince,
            Some(Subject::Of(attribute)) => match attribute.kind() {
                Kind::Day => Self::Day,
                Kind::Word => Self::Word,
                Kind::Words | Kind::Flags => Self::Set,
                Kind::YesNo => Self::YesNo,
                _ => Self::Number,
            },
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Day => "day",
            Self::DaysSince => "days-since",
            Self::Word => "word",
            Self::Set => "set",
            Self::YesNo => "yes-no",
            Self::Segment => "segment",
        }
    }

    /// The key of an operator among the choices of a form.
    pub(super) fn operator_key(self, operator: RuleOperator) -> String {
        let operator = operator.word().replace('_', "-");
        format!("operator-{}-{operator}", self.word())
    }

    /// The key of the sentence with an operator.
    fn sentence_key(self, operator: RuleOperator) -> String {
        let operator = operator.word().replace('_', "-");
        format!("explain-{}-{operator}", self.word())
    }
}

/// What can be asked about a subject; none stands for a segment.
pub(super) fn operators(subject: Option<Subject>) -> &'static [RuleOperator] {
    match subject {
        Some(subject) => RuleOperator::of(subject),
        None => &[RuleOperator::Is, RuleOperator::IsNot],
    }
}

/// What an attribute is called inside a sentence.
pub(super) fn attribute_label(speech: &Speech, attribute: Attribute) -> String {
    let said = speech.say(&label_key(attribute));
    match attribute {
        Attribute::OnChannel(channel, _) => {
            let words = Words::new()
                .text("attribute", said)
                .text("channel", speech.say(channel_key(channel.word())));
            speech.say_with("attribute-on-channel", words)
        }
        _ => said,
    }
}

/// What a subject is called among the choices of a form.
pub(super) fn subject_label(speech: &Speech, subject: Subject) -> String {
    let label = attribute_label(speech, subject.attribute());
    match subject {
        Subject::Of(_) => label,
        Subject::DaysSince(_) => speech.say_with(
            "attribute-days-since",
            Words::new().text("attribute", label),
        ),
    }
}

/// What a word of a closed list is called; other words are the shop's own.
pub(super) fn word_label(speech: &Speech, attribute: Attribute, word: &str) -> Option<String> {
    let key = match attribute {
        Attribute::Standing => {
            let standing = Standing::ALL.into_iter().find(|it| it.word() == word)?;
            standing_key(standing)
        }
        Attribute::Word(WordColumn::Stage) => {
            stage_key(Stage::ALL.into_iter().find(|it| it.word() == word)?)
        }
        Attribute::Number(Column::Consents) => {
            purpose_key(Purpose::ALL.into_iter().find(|it| it.word() == word)?)
        }
        _ if attribute.vocabulary()?.contains(&word) => channel_key(word),
        _ => return None,
    };
    Some(speech.say(key))
}

/// The key of an attribute's name, without its channel.
fn label_key(attribute: Attribute) -> String {
    let name = match attribute {
        Attribute::OnChannel(_, column) => column.name(),
        Attribute::Band(Band::Recency) => "recency_band",
        Attribute::Band(Band::Frequency) => "frequency_band",
        Attribute::Band(Band::Money) => "money_band",
        Attribute::Standing => "standing",
        Attribute::Number(column) => column.name(),
        Attribute::Word(column) => column.name(),
    };
    format!("attribute-{}", name.replace('_', "-"))
}

/// What a question says.
pub(super) fn explained(
    speech: &Speech,
    settings: &ShopSettings,
    explanation: &Explanation,
) -> String {
    Teller { speech, settings }.whole(explanation, true)
}

struct Teller<'a> {
    speech: &'a Speech,
    settings: &'a ShopSettings,
}

impl Teller<'_> {
    /// A question, or a part of one; no deeper than questions are.
    fn whole(&self, explanation: &Explanation, is_alone: bool) -> String {
        match &explanation.what {
            Explained::Constant(true) => self.speech.say("explain-everybody"),
            Explained::Constant(false) => self.speech.say("explain-nobody"),
            Explained::All(parts) => self.joined("explain-and", parts, is_alone),
            Explained::Any(parts) => self.joined("explain-or", parts, is_alone),
            Explained::Not(part) => {
                let part = Words::new().text("part", self.whole(part, true));
                self.speech.say_with("explain-not", part)
            }
            Explained::Part(part) => self.part(part),
        }
    }

    fn joined(&self, key: &str, parts: &[Explanation], is_alone: bool) -> String {
        let said: Vec<String> = parts.iter().map(|part| self.whole(part, false)).collect();
        let said = self.list(key, &said);
        if is_alone {
            return said;
        }
        let words = Words::new().text("part", said);
        self.speech.say_with("explain-group", words)
    }

    /// From the end, so that each language says what stands between two.
    fn list(&self, key: &str, said: &[String]) -> String {
        let mut said = said.iter().rev();
        let last = said.next().cloned().unwrap_or_default();
        said.fold(last, |rest, first| {
            let words = Words::new()
                .text("first", first.as_str())
                .text("rest", rest);
            self.speech.say_with(key, words)
        })
    }

    fn part(&self, part: &Part) -> String {
        let class = Class::of(part.subject);
        let values = part.values.iter();
        let values: Vec<String> = values
            .map(|value| self.value(part.subject, value))
            .collect();
        let mut words = Words::new().text("value", self.list("explain-list", &values));
        if let Some(subject) = part.subject {
            let label = attribute_label(self.speech, subject.attribute());
            words = words.text("attribute", label);
        }
        if class == Class::DaysSince {
            let days = part
                .values
                .first()
                .and_then(|days| days.plain().parse().ok());
            words = words.count("days", days.unwrap_or(0));
        }
        self.speech
            .say_with(&class.sentence_key(part.operator), words)
    }

    fn value(&self, subject: Option<Subject>, value: &Literal) -> String {
        let speech = self.speech;
        let Some(subject) = subject else {
            return self.word(&value.plain());
        };
        let attribute = subject.attribute();
        match (value, subject, attribute.kind()) {
            (Literal::Word(word), ..) => match word_label(speech, attribute, word) {
                Some(label) => speech.say_with("explain-label", Words::new().text("word", label)),
                None => self.word(word),
            },
            (Literal::Day(day), ..) => self.day(*day),
            (Literal::Number(_), Subject::Of(_), Kind::Money) => {
                let tender = Tender::from(self.settings);
                let words = Words::new()
                    .text("amount", speech.plain(&tender.plain(&value.plain())))
                    .text("currency", speech.unit(tender));
                speech.say_with("explain-money", words)
            }
            (Literal::Number(_), Subject::Of(_), Kind::Share) => {
                let percent = speech.plain(&percent_of(&value.plain()));
                speech.say_with("format-percent", Words::new().text("number", percent))
            }
            (Literal::Number(_), ..) => speech.plain(&value.plain()),
        }
    }

    /// A word of outside: between isolates, because it may be written in another direction.
    fn word(&self, word: &str) -> String {
        let words = Words::new().outside("word", word);
        self.speech.say_with("explain-word", words)
    }

    fn day(&self, day: Day) -> String {
        let zone = &self.settings.zone;
        self.speech.day(zone.day_start(day).0, zone)
    }
}

/// A share, 0 to 1, in percent; what is no number stays as it is.
pub(super) fn percent_of(share: &str) -> String {
    let hundred = parse_decimal("100").expect("a number");
    match parse_decimal(share).map(|share| share.checked_mul(hundred)) {
        Ok(Some(percent)) => percent.normalize().to_string(),
        _ => share.to_owned(),
    }
}

/// A percentage as a share, 0 to 1; what is no number stays as it is.
pub(super) fn share_of(percent: &str) -> String {
    let hundredth = parse_decimal("0.01").expect("a number");
    match parse_decimal(percent).map(|percent| percent.checked_mul(hundredth)) {
        Ok(Some(share)) => share.normalize().to_string(),
        _ => percent.to_owned(),
    }
}

/// Every key that is made of closed lists, for the test that holds each language to them.
#[cfg(test)]
pub(crate) fn keys() -> std::collections::BTreeSet<String> {
    let subjects = Attribute::all().flat_map(|attribute| {
        let since = (attribute.kind() == Kind::Day).then_some(Subject::DaysSince(attribute));
        [Some(Some(Subject::Of(attribute))), since.map(Some)]
            .into_iter()
            .flatten()
    });
    let of_operators = subjects.chain([None]).flat_map(|subject| {
        let class = Class::of(subject);
        operators(subject).iter().flat_map(move |operator| {
            [class.operator_key(*operator), class.sentence_key(*operator)]
        })
    });
    of_operators
        .chain(Attribute::all().map(label_key))
        .collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use domain::segments::{explain, parse};

    use super::*;
    use crate::i18n::speech_for;

    fn said(text: &str) -> String {
        let settings = ShopSettings::default();
        let predicate = parse(text).expect("a predicate");
        let said = explained(
            speech_for(&HeaderMap::new()),
            &settings,
            &explain(&predicate),
        );
        said.replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn questions_are_said_in_words() {
        let check = |text: &str, expected: &str| assert_eq!(said(text), expected);
        check("true", "everybody");
        check("orders >= 3", "orders at least 3");
        check("net > 1500.5", "net sales more than EUR 1,500.5");
        check(
            "discount_share > 0.25",
            "the share of discounts more than 25\u{a0}%",
        );
        check(
            "days_since(last_order) > 1",
            "more than 1 day since the last order",
        );
        check(
            "last_order >= date(\"2011-06-01\")",
            "the last order on or after 1 Jun 2011",
        );
        check(
            "country in [\"France\", \"Spain\"]",
            "country is one of “France”, “Spain”",
        );
        check("standing == \"lapsed\"", "standing is “Lapsed”");
        check(
            "!(\"coffee\" in interests)",
            "interests do not include “coffee”",
        );
        check(
            "won_back && !segment(\"a\")",
            "won back and not in the segment “a”",
        );
        check(
            "(orders == 1 || net < 50) && has(margin)",
            "(orders exactly 1 or net sales less than EUR 50) and margin is known",
        );
        check(
            "!(orders == 1 && won_back)",
            "not (orders exactly 1 and won back)",
        );
        check(
            "store.orders > 0",
            "orders on the channel store more than 0",
        );
    }

    #[test]
    fn words_of_outside_turn_nothing_around_them() {
        let check = |text: &str, expected: &str| assert_eq!(said(text), expected);
        check("country == \"a\\u202Eb\\n\"", "country is “ab”");
    }

    #[test]
    fn percents_are_exact() {
        let check = |percent: &str, share: &str| {
            assert_eq!(share_of(percent), share);
            assert_eq!(percent_of(share), percent);
        };
        check("25", "0.25");
        check("12.5", "0.125");
        check("100", "1");
        check("0", "0");
        check("many", "many");
    }
}
