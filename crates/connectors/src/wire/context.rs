//! What surrounds an event: the page, the campaign, the device.

use std::collections::BTreeMap;

use domain::events::{Campaign, Channel, Context, Page};

use super::message::MessageType;
use super::object::{Object, Value};

/// The longest text that is kept, in bytes; addresses of pages are the longest.
const TEXT_BYTES_MAX: usize = 2_000;
/// The most categories of a consent that are kept.
const CATEGORIES_MAX: usize = 64;

/// The context of an event over that of its batch: the event's wins, member by member.
pub(super) struct Layers<'a> {
    pub(super) own: Object<'a>,
    pub(super) shared: &'a Object<'a>,
}

impl<'a> Layers<'a> {
    pub(super) fn any(&self, plain_names: &[&str]) -> Option<Value<'a>> {
        self.own
            .any(plain_names)
            .or_else(|| self.shared.any(plain_names))
    }

    pub(super) fn object(&self, plain_names: &[&str]) -> Object<'a> {
        let value = self.any(plain_names);
        value.and_then(Value::object).unwrap_or_default()
    }

    fn text(&self, plain_names: &[&str]) -> Option<String> {
        self.any(plain_names).and_then(bounded)
    }

    /// Everything that is kept of it.
    pub(super) fn read(&self) -> Context {
        let page = self.object(&["page"]);
        let campaign = self.object(&["campaign"]);
        let library = self.object(&["library"]);
        let screen = self.object(&["screen"]);
        let consent = self.object(&["consent"]);
        let of = |object: &Object<'_>, name: &str| object.any(&[name]).and_then(bounded);
        Context {
            ip: self.text(&["ip"]),
            is_direct: self.any(&["direct"]).and_then(Value::truth) == Some(true),
            user_agent: self.text(&["useragent"]),
            page: Page {
                url: of(&page, "url"),
                path: of(&page, "path"),
                title: of(&page, "title"),
                referrer: of(&page, "referrer").or_else(|| self.referrer()),
                search: of(&page, "search"),
            },
            campaign: Campaign {
                name: of(&campaign, "name"),
                source: of(&campaign, "source"),
                medium: of(&campaign, "medium"),
                term: of(&campaign, "term"),
                content: of(&campaign, "content"),
            },
            library: (of(&library, "name"), of(&library, "version")),
            locale: self.text(&["locale"]),
            timezone: self.text(&["timezone"]),
            screen: side(&screen, "width").zip(side(&screen, "height")),
            group_id: self.text(&["groupid"]),
            consent: categories(&consent),
        }
    }

    /// `context.referrer` is a text or an object with the address.
    fn referrer(&self) -> Option<String> {
        let value = self.any(&["referrer"])?;
        match value.object() {
            Some(referrer) => referrer.any(&["url", "link", "id"]).and_then(bounded),
            None => bounded(value),
        }
    }

    /// Where it came from. A key that only the shop has may name it in our words.
    pub(super) fn channel(&self, item: &Object<'_>, kind: MessageType, may_name: bool) -> Channel {
        let word = item.text(&["channel"]).or_else(|| {
            let value = self.any(&["channel"])?;
            value.text()
        });
        let word = word.unwrap_or_default().to_ascii_lowercase();
        match word.parse::<Channel>() {
            Ok(named) if may_name || matches!(named, Channel::Web | Channel::App) => return named,
            _ if word == "mobile" => return Channel::App,
            _ => {}
        }
        let library = self.object(&["library"]);
        let library = library.text(&["name"]).unwrap_or_default();
        let library = library.to_ascii_lowercase();
        let is_app = [
            "ios",
            "android",
            "flutter",
            "react-native",
            "swift",
            "kotlin",
        ]
        .iter()
        .any(|sign| library.contains(sign));
        match is_app || kind == MessageType::Screen {
            true => Channel::App,
            false => Channel::Web,
        }
    }
}

/// A text as much of it as is kept.
pub(super) fn bounded(value: Value<'_>) -> Option<String> {
    let text = value.text()?;
    // Not every engine keeps a NUL in a text.
    Some(text[..text.floor_char_boundary(TEXT_BYTES_MAX)].replace('\0', ""))
}

fn side(screen: &Object<'_>, name: &str) -> Option<u32> {
    let written = screen.any(&[name])?.text()?;
    let whole = written.split('.').next()?;
    whole.parse().ok()
}

fn categories(consent: &Object<'_>) -> BTreeMap<String, bool> {
    let given = consent.object(&["categorypreferences"]);
    let given = given.unwrap_or_default();
    let truths = given.members().filter_map(|(name, value)| {
        let name = &name[..name.floor_char_boundary(TEXT_BYTES_MAX)];
        Some((name.to_owned(), value.truth()?))
    });
    truths.take(CATEGORIES_MAX).collect()
}
