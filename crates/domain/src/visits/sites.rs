//! Sites that send people, by what they are. A name that ends in a dot stands for all its
//! countries: `google.` is google.com and google.com.tw.

use super::SourceClass;

/// The end or the beginning of a host, what it is, and what it is called. The first that fits
/// counts, so letters stand before the engines under whose names they are read.
const SITES: [(&str, SourceClass, &str); 83] = {
    use SourceClass::{Mail, Search, Social};
    [
        ("mail.google.com", Mail, "gmail"),
        ("mail.yahoo.", Mail, "yahoo mail"),
        ("mail.yandex.", Mail, "yandex mail"),
        ("mail.163.com", Mail, "163 mail"),
        ("mail.126.com", Mail, "126 mail"),
        ("mail.qq.com", Mail, "qq mail"),
        ("outlook.live.com", Mail, "outlook"),
        ("outlook.office.com", Mail, "outlook"),
        ("outlook.office365.com", Mail, "outlook"),
        ("mail.proton.me", Mail, "proton"),
        ("mail.zoho.com", Mail, "zoho"),
        ("mail.chmail.ir", Mail, "chmail"),
        ("com.google.android.gm", Mail, "gmail"),
        ("google.", Search, "google"),
        ("com.google.android.googlequicksearchbox", Search, "google"),
        ("bing.com", Search, "bing"),
        ("yahoo.", Search, "yahoo"),
        ("duckduckgo.com", Search, "duckduckgo"),
        ("yandex.", Search, "yandex"),
        ("ya.ru", Search, "yandex"),
        ("ecosia.org", Search, "ecosia"),
        ("startpage.com", Search, "startpage"),
        ("qwant.com", Search, "qwant"),
        ("search.brave.com", Search, "brave"),
        ("seznam.cz", Search, "seznam"),
        ("search.naver.com", Search, "naver"),
        // Iran: engines, and those that compare the prices of shops.
        ("zarebin.ir", Search, "zarebin"),
        ("parsijoo.ir", Search, "parsijoo"),
        ("gerdoo.me", Search, "gerdoo"),
        ("torob.com", Search, "torob"),
        ("emalls.ir", Search, "emalls"),
        // China.
        ("baidu.com", Search, "baidu"),
        ("sogou.com", Search, "sogou"),
        ("so.com", Search, "360"),
        ("sm.cn", Search, "shenma"),
        ("toutiao.com", Search, "toutiao"),
        // Taiwan: those that compare the prices of shops.
        ("feebee.com.tw", Search, "feebee"),
        ("biggo.com.tw", Search, "biggo"),
        ("facebook.com", Social, "facebook"),
        ("fb.com", Social, "facebook"),
        ("fb.me", Social, "facebook"),
        ("com.facebook.katana", Social, "facebook"),
        ("messenger.com", Social, "messenger"),
        ("instagram.com", Social, "instagram"),
        ("threads.net", Social, "threads"),
        ("threads.com", Social, "threads"),
        ("whatsapp.com", Social, "whatsapp"),
        ("wa.me", Social, "whatsapp"),
        ("t.me", Social, "telegram"),
        ("telegram.org", Social, "telegram"),
        ("telegram.me", Social, "telegram"),
        ("org.telegram.messenger", Social, "telegram"),
        ("t.co", Social, "x"),
        ("twitter.com", Social, "x"),
        ("x.com", Social, "x"),
        ("linkedin.com", Social, "linkedin"),
        ("lnkd.in", Social, "linkedin"),
        ("pinterest.", Social, "pinterest"),
        ("reddit.com", Social, "reddit"),
        ("tiktok.com", Social, "tiktok"),
        ("youtube.com", Social, "youtube"),
        ("youtu.be", Social, "youtube"),
        ("vk.com", Social, "vk"),
        ("discord.com", Social, "discord"),
        ("aparat.com", Social, "aparat"),
        ("eitaa.com", Social, "eitaa"),
        ("eitaa.ir", Social, "eitaa"),
        ("ble.ir", Social, "bale"),
        ("bale.ai", Social, "bale"),
        ("rubika.ir", Social, "rubika"),
        ("splus.ir", Social, "soroush"),
        ("virasty.com", Social, "virasty"),
        ("weibo.", Social, "weibo"),
        ("weixin.qq.com", Social, "wechat"),
        ("zhihu.com", Social, "zhihu"),
        ("douban.com", Social, "douban"),
        ("douyin.com", Social, "douyin"),
        ("xiaohongshu.com", Social, "xiaohongshu"),
        ("bilibili.com", Social, "bilibili"),
        ("line.me", Social, "line"),
        ("dcard.tw", Social, "dcard"),
        ("plurk.com", Social, "plurk"),
        ("ptt.cc", Social, "ptt"),
    ]
};

/// What the host of a page is, and what it is called.
pub(super) fn site(host: &str) -> Option<(SourceClass, &'static str)> {
    let found = SITES.iter().find(|(name, ..)| is_of(host, name))?;
    Some((found.1, found.2))
}

/// What a campaign's word for its source is: the host of a site, or what it is called.
pub(super) fn called(word: &str) -> Option<SourceClass> {
    let named = SITES.iter().find(|(.., name)| *name == word);
    named
        .map(|(_, class, _)| *class)
        .or_else(|| site(word).map(|(class, _)| class))
}

/// Whether a host is the one of that name, or lies below it.
fn is_of(host: &str, name: &str) -> bool {
    if name.ends_with('.') {
        let mut begins = host.match_indices(name);
        return begins.any(|(at, _)| {
            let is_whole = at == 0 || host.as_bytes()[at - 1] == b'.';
            // Behind it stands a country: `com`, `de`, `co.uk`, `com.tw`.
            let country = &host[at + name.len()..];
            let parts = country.split('.');
            is_whole && parts.clone().count() <= 2 && parts.clone().all(|it| it.len() <= 3)
        });
    }
    host.strip_suffix(name)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}
