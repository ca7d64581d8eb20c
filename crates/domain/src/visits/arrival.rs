//! How somebody came: a campaign, a click that was paid for, another site, or by themselves.

use super::page::{decoded, host_of, parameter, query_of};
use super::search::searched;
use super::sites;
use crate::events::{Campaign, Page};

/// The longest word that is kept of an origin, in bytes.
const WORD_BYTES_MAX: usize = 60;
/// Between the parts of a campaign.
const BETWEEN: &str = " · ";

/// What kind of place somebody came from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SourceClass {
    /// A search engine, or one that compares the prices of shops.
    Search,
    /// A social network or a messenger.
    Social,
    /// A letter.
    Mail,
    /// Paid for: an advertisement.
    Paid,
    /// Another site.
    Other,
    /// The shop's own pages: they had been there before, unseen or long ago.
    Own,
    /// By themselves, as far as anybody can tell.
    Direct,
}

impl SourceClass {
    /// Every class, in order.
    pub const ALL: [Self; 7] = [
        Self::Search,
        Self::Social,
        Self::Mail,
        Self::Paid,
        Self::Other,
        Self::Own,
        Self::Direct,
    ];

    /// The word in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Social => "social",
            Self::Mail => "mail",
            Self::Paid => "paid",
            Self::Other => "other",
            Self::Own => "own",
            Self::Direct => "direct",
        }
    }
}

/// How somebody came to a page.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Arrival {
    /// What kind of place they came from.
    pub class: SourceClass,
    /// Its name: `google`, `letter`, `example.org`; empty when they came by themselves.
    pub source: String,
    /// The campaign: its name, and beside it source and medium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// What they had searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// What advertisers put behind an address, whose it is, and what it says. Networks of friends put
/// theirs behind every link, paid for or not.
const CLICKS: [(&str, &str, SourceClass); 10] = [
    ("gclid", "google", SourceClass::Paid),
    ("gbraid", "google", SourceClass::Paid),
    ("wbraid", "google", SourceClass::Paid),
    ("msclkid", "bing", SourceClass::Paid),
    ("yclid", "yandex", SourceClass::Paid),
    ("ttclid", "tiktok", SourceClass::Paid),
    ("twclid", "x", SourceClass::Paid),
    ("bd_vid", "baidu", SourceClass::Paid),
    ("fbclid", "facebook", SourceClass::Social),
    ("igshid", "instagram", SourceClass::Social),
];

impl Arrival {
    /// How somebody came to this page. What the campaign says wins over where the browser says
    /// they came from.
    #[must_use]
    pub fn of(page: &Page, campaign: &Campaign) -> Self {
        let query = query_of(page);
        let campaign = in_address(campaign, query);
        let host = page.referrer.as_deref().map(host_of).unwrap_or_default();
        let words = || {
            let referrer = page.referrer.as_deref().unwrap_or_default();
            searched(referrer.split_once('?').map_or("", |(_, query)| query))
        };
        if let Some(found) = Self::of_campaign(&campaign) {
            return found;
        }
        let known = sites::site(&host);
        for (name, source, class) in CLICKS {
            if parameter(query, name).is_some_and(|value| !value.is_empty()) {
                return Self {
                    words: words().filter(|_| known.is_some()),
                    ..Self::from(class, source)
                };
            }
        }
        let own = page.url.as_deref().map(host_of).unwrap_or_default();
        match known {
            _ if host.is_empty() => Self::from(SourceClass::Direct, ""),
            _ if is_one_site(&host, &own) => Self::from(SourceClass::Own, ""),
            Some((SourceClass::Search, name)) => Self {
                words: words(),
                ..Self::from(SourceClass::Search, name)
            },
            Some((class, name)) => Self::from(class, name),
            None => Self::from(SourceClass::Other, &host),
        }
    }

    /// What an origin in the shop's own words means: `search`, `newsletter`, `google/cpc`.
    #[must_use]
    pub fn of_origin(origin: &str) -> Self {
        let (source, medium) = match origin.split_once('/') {
            Some((source, medium)) => (source, Some(medium.to_owned())),
            None => (origin, None),
        };
        let named = SourceClass::ALL.into_iter().find(|it| it.word() == source);
        match named {
            Some(class) if medium.is_none() => Self::from(class, ""),
            _ => {
                let source = Some(source.to_owned());
                let campaign = Campaign {
                    source,
                    medium,
                    ..Campaign::default()
                };
                Self {
                    campaign: None,
                    ..Self::of_campaign(&campaign)
                        .unwrap_or_else(|| Self::from(SourceClass::Direct, ""))
                }
            }
        }
    }

    fn of_campaign(campaign: &Campaign) -> Option<Self> {
        let word = |text: &Option<String>| {
            let text = kept(text.as_deref().unwrap_or_default());
            (!text.is_empty()).then_some(text)
        };
        let (source, medium) = (word(&campaign.source), word(&campaign.medium));
        let name = word(&campaign.name);
        let first = [&source, &medium, &name].into_iter().flatten().next()?;
        let class = medium.as_deref().and_then(of_medium);
        let class = class.or_else(|| source.as_deref().and_then(of_source));
        let origin = [&source, &medium].into_iter().flatten();
        let origin = origin.map(String::as_str).collect::<Vec<_>>().join("/");
        let whole = match (&name, origin.is_empty()) {
            (Some(name), true) => name.clone(),
            (Some(name), false) => format!("{name}{BETWEEN}{origin}"),
            (None, _) => origin,
        };
        Some(Self {
            class: class.unwrap_or(SourceClass::Other),
            source: first.clone(),
            campaign: Some(whole),
            words: campaign.term.as_deref().and_then(super::search::tidy),
        })
    }

    fn from(class: SourceClass, source: &str) -> Self {
        Self {
            class,
            source: kept(source),
            campaign: None,
            words: None,
        }
    }

    /// Whether something of outside led here.
    #[must_use]
    pub const fn is_from_outside(&self) -> bool {
        !matches!(self.class, SourceClass::Own | SourceClass::Direct)
    }

    /// How the customer's profile names it: `letter/email`, `google/search`; none where nothing is
    /// known.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let is_told = self.is_from_outside();
        let campaign = self.campaign.as_deref();
        let campaign = campaign.and_then(|whole| whole.rsplit(BETWEEN).next());
        is_told.then(|| match (campaign, self.source.as_str()) {
            (Some(campaign), _) => campaign.to_owned(),
            (None, "") => self.class.word().to_owned(),
            (None, source) => format!("{source}/{}", self.class.word()),
        })
    }
}

/// The campaign as told, and what of it stands only in the address.
fn in_address(campaign: &Campaign, query: &str) -> Campaign {
    let or = |told: &Option<String>, name: &str| {
        let told = told.clone().filter(|it| !it.is_empty());
        told.or_else(|| parameter(query, name).map(decoded))
    };
    Campaign {
        name: or(&campaign.name, "utm_campaign"),
        source: or(&campaign.source, "utm_source"),
        medium: or(&campaign.medium, "utm_medium"),
        term: or(&campaign.term, "utm_term"),
        content: None,
    }
}

/// A word of a campaign as it is counted: in one spelling, and not endless.
fn kept(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let signs = text.chars().filter(|sign| !sign.is_control());
    let text: String = signs.collect();
    text[..text.floor_char_boundary(WORD_BYTES_MAX)].to_owned()
}

/// What a medium says of the kind of place.
fn of_medium(medium: &str) -> Option<SourceClass> {
    let has = |signs: &[&str]| signs.iter().any(|sign| medium.contains(sign));
    match medium {
        _ if has(&[
            "cpc", "ppc", "cpm", "cpv", "paid", "display", "banner", "ads",
        ]) =>
        {
            Some(SourceClass::Paid)
        }
        "ad" | "retargeting" | "remarketing" | "shopping" => Some(SourceClass::Paid),
        _ if has(&["mail", "newsletter"]) => Some(SourceClass::Mail),
        _ if has(&["social", "messenger"]) => Some(SourceClass::Social),
        "sm" => Some(SourceClass::Social),
        "organic" | "search" | "seo" => Some(SourceClass::Search),
        _ => None,
    }
}

/// What a source alone says.
fn of_source(source: &str) -> Option<SourceClass> {
    match source {
        "newsletter" | "email" | "e-mail" | "mail" => Some(SourceClass::Mail),
        _ => sites::called(source),
    }
}

/// Whether two hosts are of one site: one is the other, or lies below it.
fn is_one_site(host: &str, own: &str) -> bool {
    let (short, long) = if host.len() < own.len() {
        (host, own)
    } else {
        (own, host)
    };
    let before = long.strip_suffix(short);
    !short.is_empty() && before.is_some_and(|it| it.is_empty() || it.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(referrer: &str, url: &str) -> Arrival {
        let page = Page {
            url: Some(url.to_owned()),
            referrer: (!referrer.is_empty()).then(|| referrer.to_owned()),
            ..Page::default()
        };
        Arrival::of(&page, &Campaign::default())
    }

    fn said(arrival: &Arrival) -> String {
        let campaign = arrival.campaign.as_deref().map(|it| format!(" [{it}]"));
        let words = arrival.words.as_deref().map(|it| format!(" “{it}”"));
        format!(
            "{} {}{}{}",
            arrival.class.word(),
            arrival.source,
            campaign.unwrap_or_default(),
            words.unwrap_or_default()
        )
    }

    #[test]
    fn where_somebody_came_from_is_told_by_the_referrer() {
        let check = |referrer: &str, expected: &str| {
            let arrival = told(referrer, "https://www.shop.example/a");
            assert_eq!(said(&arrival), expected, "{referrer}");
        };
        check("", "direct ");
        check("https://www.google.com/", "search google");
        check(
            "https://www.google.com.tw/search?q=%E7%87%88",
            "search google “燈”",
        );
        check(
            "https://www.bing.com/search?q=Brass+Lamp",
            "search bing “brass lamp”",
        );
        check("https://www.baidu.com/link?wd=lamp", "search baidu “lamp”");
        check("https://torob.com/p/1", "search torob");
        check(
            "https://tw.search.yahoo.com/search?p=lamp",
            "search yahoo “lamp”",
        );
        check("https://feebee.com.tw/", "search feebee");
        check(
            "android-app://com.google.android.googlequicksearchbox/",
            "search google",
        );
        check("https://mail.google.com/mail/u/0/", "mail gmail");
        check("https://l.instagram.com/?u=1", "social instagram");
        check("https://t.co/x", "social x");
        check("https://web.eitaa.com/", "social eitaa");
        check("https://mp.weixin.qq.com/s/1", "social wechat");
        check(
            "https://forum.example.org:8080/thread",
            "other forum.example.org",
        );
        check("https://not-google.com/", "other not-google.com");
        check("https://google.evil.example/", "other google.evil.example");
        check("https://shop.example/b", "own ");
        check("https://help.www.shop.example/b", "own ");
        check(
            "https://another-shop.example/",
            "other another-shop.example",
        );
        check("not an address", "direct ");
    }

    #[test]
    fn what_stands_in_the_address_wins() {
        let check = |query: &str, referrer: &str, expected: &str| {
            let arrival = told(referrer, &format!("https://shop.example/a?{query}"));
            assert_eq!(said(&arrival), expected, "{query}");
        };
        let google = "https://www.google.com/";
        check(
            "utm_source=Letter&utm_medium=email",
            google,
            "mail letter [letter/email]",
        );
        check(
            "utm_source=letter&utm_medium=email&utm_campaign=Autumn+Sale",
            "",
            "mail letter [autumn sale · letter/email]",
        );
        check(
            "utm_source=google&utm_medium=cpc&utm_term=lamp",
            "",
            "paid google [google/cpc] “lamp”",
        );
        check("utm_source=instagram", "", "social instagram [instagram]");
        check("utm_source=t.me", "", "social t.me [t.me]");
        check("utm_source=leaflet", "", "other leaflet [leaflet]");
        check("utm_campaign=leaflet", "", "other leaflet [leaflet]");
        check("utm_source=&utm_medium=", google, "search google");
        check("gclid=abc", google, "paid google");
        check("fbclid=abc", "", "social facebook");
        check("gclid=", google, "search google");
        // Coming back to the page where the campaign led is no new arrival by another site.
        check(
            "utm_source=letter",
            "https://shop.example/b",
            "other letter [letter]",
        );
    }

    #[test]
    fn origins_in_the_words_of_a_shop_are_understood() {
        let check = |origin: &str, expected: &str| {
            assert_eq!(said(&Arrival::of_origin(origin)), expected, "{origin}");
        };
        check("search", "search ");
        check("newsletter", "mail newsletter");
        check("google/cpc", "paid google");
        check("google/search", "search google");
        check("letter/email", "mail letter");
        check("friend", "other friend");
        check("", "direct ");
    }
}
