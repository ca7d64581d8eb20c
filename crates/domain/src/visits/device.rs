//! What a browser says of itself, as coarse as pages show it. Browsers no longer tell more: what
//! they say is frozen, and the list of what is worth telling apart is short.

/// What kind of device somebody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceClass {
    /// A phone.
    Phone,
    /// A tablet.
    Tablet,
    /// A computer on a table or a lap.
    Computer,
    /// A television.
    Television,
}

impl DeviceClass {
    /// Every class, in order.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Tablet, Self::Computer, Self::Television];

    /// The word in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Computer => "computer",
            Self::Television => "television",
        }
    }
}

/// What is told of a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// The device.
    pub device: DeviceClass,
    /// The family of the browser, or of the app in which a page is shown.
    pub browser: &'static str,
    /// The family of the operating system.
    pub system: &'static str,
}

/// A sign, and whose it is. The first that is found counts: most browsers also claim to be others.
const BROWSERS: [(&str, &str); 18] = [
    ("micromessenger", "WeChat"),
    ("instagram", "Instagram"),
    ("fban", "Facebook"),
    ("fbav", "Facebook"),
    (" line/", "LINE"),
    ("samsungbrowser", "Samsung Internet"),
    ("miuibrowser", "Mi Browser"),
    ("huaweibrowser", "Huawei Browser"),
    ("ucbrowser", "UC Browser"),
    ("mqqbrowser", "QQ Browser"),
    ("yabrowser", "Yandex"),
    ("opr/", "Opera"),
    ("edg", "Edge"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("chrome", "Chrome"),
    ("crios", "Chrome"),
    ("safari", "Safari"),
];

const SYSTEMS: [(&str, &str); 9] = [
    ("harmonyos", "HarmonyOS"),
    ("android", "Android"),
    ("iphone", "iOS"),
    ("ipad", "iPadOS"),
    ("windows", "Windows"),
    ("cros", "ChromeOS"),
    ("macintosh", "macOS"),
    ("tizen", "Tizen"),
    ("linux", "Linux"),
];

const TELEVISIONS: [&str; 5] = ["smart-tv", "smarttv", "googletv", "appletv", "web0s"];

/// Programs that read pages by themselves, by a part of their name.
const BOTS: [&str; 16] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "facebookexternalhit",
    "mediapartners",
    "bingpreview",
    "lighthouse",
    "pagespeed",
    "pingdom",
    "statuscake",
    "archiver",
    "scrapy",
    "python-requests",
    "go-http-client",
    "wget",
];

impl Agent {
    /// What a browser says of itself; none when it says nothing known.
    #[must_use]
    pub fn of(user_agent: &str) -> Option<Self> {
        let said = user_agent.to_ascii_lowercase();
        let system = first(&SYSTEMS, &said)?;
        let has = |sign: &str| said.contains(sign);
        let device = match system {
            _ if TELEVISIONS.iter().any(|sign| has(sign)) || system == "Tizen" => {
                DeviceClass::Television
            }
            "iPadOS" => DeviceClass::Tablet,
            "Android" | "HarmonyOS" if !has("mobile") => DeviceClass::Tablet,
            "Android" | "HarmonyOS" | "iOS" => DeviceClass::Phone,
            _ => DeviceClass::Computer,
        };
        Some(Self {
            device,
            browser: first(&BROWSERS, &said).unwrap_or("Other"),
            system,
        })
    }
}

fn first(signs: &[(&str, &'static str)], said: &str) -> Option<&'static str> {
    let found = signs.iter().find(|(sign, _)| said.contains(sign));
    found.map(|(_, name)| *name)
}

/// Whether a program that reads pages by itself sends this. A browser without a window is none:
/// shops try their own pages with it.
#[must_use]
pub fn is_bot(user_agent: &str) -> bool {
    // There are phones of that name.
    let said = user_agent.to_ascii_lowercase().replace("cubot", "");
    BOTS.iter().any(|sign| said.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_say_what_they_are() {
        let check = |said: &str, expected: &str| {
            let agent = Agent::of(said);
            let got = agent.map(|it| format!("{} {} {}", it.device.word(), it.browser, it.system));
            assert_eq!(got.unwrap_or_default(), expected, "{said}");
        };
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "computer Edge Windows",
        );
        check(
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/140.0.0.0 Mobile Safari/537.36",
            "phone Chrome Android",
        );
        check(
            "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) \
             SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36",
            "tablet Samsung Internet Android",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
             (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "phone Safari iOS",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
             (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50",
            "phone WeChat iOS",
        );
        check(
            "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Safari/604.1",
            "tablet Safari iPadOS",
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "computer Firefox Linux",
        );
        check(
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36",
            "television Other Tizen",
        );
        check("analytics-python/2.4.0", "");
        check("", "");
    }

    #[test]
    fn programs_that_read_pages_are_no_visitors() {
        let check = |said: &str, expected: bool| assert_eq!(is_bot(said), expected, "{said}");
        check(
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            true,
        );
        check("Mozilla/5.0 (compatible; Baiduspider/2.0)", true);
        check("facebookexternalhit/1.1", true);
        check(
            "Mozilla/5.0 (Linux; Android 12; CUBOT P60) Chrome/140.0 Mobile Safari/537.36",
            false,
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36",
            false,
        );
        check("analytics-python/2.4.0", false);
        check("", false);
    }
}
