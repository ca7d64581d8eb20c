//! Where the words come from: one folder of Fluent files for each language, one file a room.
//!
//! A language is added by a folder in `locales` and a row in `LOCALES`; how it writes numbers and
//! dates stands in its `format.ftl`.

use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::format::Numbers;

/// A language as it lies in the source.
struct Locale {
    tag: &'static str,
    direction: &'static str,
    files: &'static [&'static str],
}

static LOCALES: [Locale; 1] = [Locale {
    tag: "en",
    direction: "ltr",
    files: &[
        include_str!("../locales/en/attributes.ftl"),
        include_str!("../locales/en/common.ftl"),
        include_str!("../locales/en/customer.ftl"),
        include_str!("../locales/en/customers.ftl"),
        include_str!("../locales/en/errors.ftl"),
        include_str!("../locales/en/format.ftl"),
        include_str!("../locales/en/overview.ftl"),
        include_str!("../locales/en/retention.ftl"),
        include_str!("../locales/en/value.ftl"),
    ],
}];

static SPEECHES: LazyLock<Vec<Speech>> = LazyLock::new(|| LOCALES.iter().map(Speech::of).collect());

/// One language, ready to speak.
pub(crate) struct Speech {
    /// The tag for `lang`.
    pub(crate) tag: &'static str,
    /// The direction for `dir`.
    pub(crate) direction: &'static str,
    pub(crate) numbers: Numbers,
    bundle: FluentBundle<FluentResource>,
}

/// The language that a reader likes best of those there are; the first one when none fits.
pub(crate) fn speech_for(headers: &HeaderMap) -> &'static Speech {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut best = (0, &SPEECHES[0]);
    for part in wanted.split(',').take(20) {
        let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        let weight: f32 = weight.trim().parse().unwrap_or(0.0);
        let weight = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
        let found = SPEECHES.iter().find(|speech| is_of(tag.trim(), speech.tag));
        if let Some(speech) = found.filter(|_| weight > best.0) {
            best = (weight, speech);
        }
    }
    best.1
}

fn is_of(wanted: &str, tag: &str) -> bool {
    let language = |tag: &str| {
        tag.split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    wanted.eq_ignore_ascii_case(tag) || language(wanted) == language(tag)
}

impl Speech {
    fn of(locale: &Locale) -> Self {
        let tag = locale
            .tag
            .parse()
            .expect("the tags of our languages are well formed");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Values of people stand in `bdi` elements and never inside sentences.
        bundle.set_use_isolating(false);
        for file in locale.files {
            let resource = FluentResource::try_new((*file).to_owned())
                .expect("a test reads every file of words");
            bundle
                .add_resource(resource)
                .expect("a test holds that no key is there twice");
        }
        let mut speech = Self {
            tag: locale.tag,
            direction: locale.direction,
            numbers: Numbers::default(),
            bundle,
        };
        speech.numbers = Numbers::of(&speech);
        speech
    }

    /// The words under a key.
    pub(crate) fn say(&self, key: &str) -> String {
        self.say_with(key, Words::new())
    }

    /// The words under a key, with these in their places.
    pub(crate) fn say_with(&self, key: &str, words: Words<'_>) -> String {
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value());
        let Some(pattern) = pattern else {
            debug_assert!(false, "no words under {key}");
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, word) in words.0 {
            match word {
                Word::Text(text) => args.set(name, FluentValue::from(text)),
                Word::Count(count) => {
                    args.set(format!("{name}-shown"), self.number(count));
                    args.set(name, FluentValue::from(count));
                }
            }
        }
        let mut errors = Vec::new();
        let said = self
            .bundle
            .format_pattern(pattern, Some(&args), &mut errors);
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        said.into_owned()
    }
}

enum Word {
    Text(String),
    Count(i64),
}

/// What is set into a sentence. A count gives two names: `$name` to choose the form by, and
/// `$name-shown` as it is written.
pub(crate) struct Words<'a>(Vec<(&'a str, Word)>);

impl<'a> Words<'a> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn text(mut self, name: &'a str, text: impl Into<String>) -> Self {
        self.0.push((name, Word::Text(text.into())));
        self
    }

    pub(crate) fn count(mut self, name: &'a str, count: i64) -> Self {
        self.0.push((name, Word::Count(count)));
        self
    }
}

#[cfg(test)]
mod tests;
