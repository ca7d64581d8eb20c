//! Where the words come from: one folder of Fluent files for each language, one file a room.
//!
//! A language is added by a folder in `locales` and a row in `LOCALES`; how it writes numbers and
//! dates stands in its `format.ftl`.

use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use maud::{Markup, html};

use crate::format::Numbers;

/// A language as it lies in the source.
struct Locale {
    tag: &'static str,
    /// What its speakers call it.
    name: &'static str,
    direction: &'static str,
    files: &'static [&'static str],
}

/// The files of a language, one a room.
macro_rules! files {
    ($tag:literal) => {
        &[
            include_str!(concat!("../locales/", $tag, "/account.ftl")),
            include_str!(concat!("../locales/", $tag, "/api.ftl")),
            include_str!(concat!("../locales/", $tag, "/attributes.ftl")),
            include_str!(concat!("../locales/", $tag, "/channels.ftl")),
            include_str!(concat!("../locales/", $tag, "/common.ftl")),
            include_str!(concat!("../locales/", $tag, "/customer.ftl")),
            include_str!(concat!("../locales/", $tag, "/customers.ftl")),
            include_str!(concat!("../locales/", $tag, "/design.ftl")),
            include_str!(concat!("../locales/", $tag, "/entrance.ftl")),
            include_str!(concat!("../locales/", $tag, "/errors.ftl")),
            include_str!(concat!("../locales/", $tag, "/experience.ftl")),
            include_str!(concat!("../locales/", $tag, "/format.ftl")),
            include_str!(concat!("../locales/", $tag, "/happened.ftl")),
            include_str!(concat!("../locales/", $tag, "/overview.ftl")),
            include_str!(concat!("../locales/", $tag, "/people.ftl")),
            include_str!(concat!("../locales/", $tag, "/range.ftl")),
            include_str!(concat!("../locales/", $tag, "/retention.ftl")),
            include_str!(concat!("../locales/", $tag, "/value.ftl")),
            include_str!(concat!("../locales/", $tag, "/visits.ftl")),
        ]
    };
}

static LOCALES: [Locale; 3] = [
    Locale {
        tag: "en",
        name: "English",
        direction: "ltr",
        files: files!("en"),
    },
    Locale {
        tag: "fa",
        name: "فارسی",
        direction: "rtl",
        files: files!("fa"),
    },
    Locale {
        tag: "zh-Hant-TW",
        name: "繁體中文",
        direction: "ltr",
        files: files!("zh-Hant-TW"),
    },
];

static SPEECHES: LazyLock<Vec<Speech>> = LazyLock::new(|| LOCALES.iter().map(Speech::of).collect());

/// One language, ready to speak.
pub(crate) struct Speech {
    /// The tag for `lang`.
    pub(crate) tag: &'static str,
    /// What its speakers call it.
    pub(crate) name: &'static str,
    /// The direction for `dir`.
    pub(crate) direction: &'static str,
    pub(crate) numbers: Numbers,
    bundle: FluentBundle<FluentResource>,
}

/// The cookie in which a person's choice is kept.
const CHOICE: &str = "lang";

/// Every language there is.
pub(crate) fn speeches() -> &'static [Speech] {
    &SPEECHES
}

/// The language of this tag.
pub(crate) fn speech_named(tag: &str) -> Option<&'static Speech> {
    SPEECHES.iter().find(|speech| speech.tag == tag)
}

/// The language in which a reader is answered: the one that was chosen, else the one that the
/// browser likes best of those there are, else the first.
pub(crate) fn speech_for(headers: &HeaderMap) -> &'static Speech {
    chosen(headers).unwrap_or_else(|| liked(headers))
}

/// What keeps a choice for a year. It says nothing of the person and needs no secrecy.
pub(crate) fn choice_cookie(speech: &Speech) -> String {
    format!(
        "{CHOICE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
        speech.tag
    )
}

fn chosen(headers: &HeaderMap) -> Option<&'static Speech> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.filter_map(|cookie| cookie.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookie| cookie.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, tag) = pairs.find(|(name, _)| *name == CHOICE)?;
    speech_named(tag)
}

fn liked(headers: &HeaderMap) -> &'static Speech {
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
        // Words of people are isolated where they are set in; most of what is set in is ours.
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
            name: locale.name,
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

/// Begins and ends a part of a text that has a direction of its own.
const ISOLATE: char = '\u{2068}';
const ISOLATE_END: char = '\u{2069}';

/// A word of outside between isolates.
pub(crate) fn isolate(word: &str) -> String {
    let shown: String = word.chars().filter(|sign| !turns(*sign)).collect();
    format!("{ISOLATE}{shown}{ISOLATE_END}")
}

/// Whether a sign would break a line or turn the direction of what stands around it.
fn turns(sign: char) -> bool {
    let turns = ['\u{200e}', '\u{200f}', '\u{061c}'].contains(&sign);
    let isolates = ('\u{202a}'..='\u{202e}').contains(&sign);
    turns || isolates || sign.is_control() || ('\u{2066}'..=ISOLATE_END).contains(&sign)
}

/// A sentence as a page shows it: what stands between isolates becomes a `bdi` element.
pub(crate) fn marked_up(said: &str) -> Markup {
    html! {
        @for (place, part) in said.split(ISOLATE).enumerate() {
            @match part.split_once(ISOLATE_END) {
                Some((word, rest)) if place > 0 => { bdi { (word) } (rest) },
                _ => (part),
            }
        }
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

    /// A word of outside, such as a name: between isolates, because it may be written in another
    /// direction, and without the signs that would break the line or turn what stands around it.
    pub(crate) fn outside(self, name: &'a str, text: &str) -> Self {
        self.text(name, isolate(text))
    }

    pub(crate) fn count(mut self, name: &'a str, count: i64) -> Self {
        self.0.push((name, Word::Count(count)));
        self
    }
}

#[cfg(test)]
mod tests;
