//! Addresses of pages, as far as they may be counted.

use crate::events::Page;

/// The longest name of a page that is counted, in bytes.
const PAGE_BYTES_MAX: usize = 120;
/// What stands for a part of an address that could lead to somebody.
const HIDDEN: &str = "*";
/// Behind these parts stand numbers of people and of orders.
const PRIVATE: [&str; 12] = [
    "account",
    "accounts",
    "customer",
    "customers",
    "invoice",
    "invoices",
    "order",
    "orders",
    "profile",
    "profiles",
    "user",
    "users",
];
/// So many digits in one part are a telephone number or worse.
const DIGITS_MAX: usize = 8;

/// The host of an address, without `www.`; empty when it has none.
pub(super) fn host_of(address: &str) -> String {
    let Some((_, rest)) = address.split_once("://") else {
        return String::new();
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let is_port = |port: &str| port.bytes().all(|it| it.is_ascii_digit());
    let host = match host.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => host,
    };
    let host = host.to_ascii_lowercase();
    host.strip_prefix("www.")
        .map_or(host.clone(), str::to_owned)
}

/// What stands behind the `?` of a page.
pub(super) fn query_of(page: &Page) -> &str {
    let own = page.search.as_deref().unwrap_or_default();
    let own = own.strip_prefix('?').unwrap_or(own);
    let url = page.url.as_deref().unwrap_or_default();
    match own {
        "" => url.split_once('?').map_or("", |(_, query)| query),
        own => own,
    }
    .split('#')
    .next()
    .unwrap_or_default()
}

/// A parameter of a query, as it is written there.
pub(super) fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut fields = query.split('&');
    fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
}

/// A part of an address as it is read: `%41` and `+` set back.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| first == b'%');
        let pair = pair.and_then(|it| std::str::from_utf8(it).ok());
        match pair.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(if first == b'+' { b' ' } else { first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace('\0', "")
}

/// The name under which a page is counted: its path, without what could lead to somebody. Empty
/// when nothing is known.
#[must_use]
pub fn page_name(page: &Page) -> String {
    let of_url = || {
        let url = page.url.as_deref()?;
        let (_, rest) = url.split_once("://")?;
        Some(rest.find('/').map_or("/", |at| &rest[at..]))
    };
    let path = page.path.as_deref().filter(|it| !it.is_empty());
    let Some(path) = path.or_else(of_url) else {
        return String::new();
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // A plus in a path is a plus.
    let path = decoded(&path.replace('+', "%2B"));
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let is_behind = parts.last().is_some_and(|it| {
            let plain = it.to_ascii_lowercase();
            *it == HIDDEN || PRIVATE.contains(&plain.as_str())
        });
        let names_somebody = is_behind || leads_to_somebody(part);
        parts.push(if names_somebody { HIDDEN } else { part });
    }
    let name = format!("/{}", parts.join("/"));
    let name: String = name.chars().filter(|it| !it.is_control()).collect();
    name[..name.floor_char_boundary(PAGE_BYTES_MAX)].to_owned()
}

/// Whether a part of an address looks like a person's: an address, a telephone, a token.
fn leads_to_somebody(part: &str) -> bool {
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let is_token = part.len() >= 20
        && digits >= 4
        && part
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
        && part
            .split(['-', '_'])
            .all(|it| it.chars().any(|sign| sign.is_ascii_digit()));
    part.contains('@') || digits > DIGITS_MAX || is_token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_without_what_leads_to_somebody() {
        let check = |path: &str, expected: &str| {
            let page = Page {
                path: Some(path.to_owned()),
                ..Page::default()
            };
            assert_eq!(page_name(&page), expected, "{path}");
        };
        check("/", "/");
        check("/lamps/brass.html?x=1#y", "/lamps/brass.html");
        check("/lamps//brass/", "/lamps/brass");
        check("/%DA%86%D8%B1%D8%A7%D8%BA", "/چراغ");
        check("/a+b", "/a+b");
        check("/product/1234567", "/product/1234567");
        check("/orders/10023/pay", "/orders/*/*");
        check("/Account/sara", "/Account/*");
        check("/mail/sara@example.com", "/mail/*");
        check("/call/09121234567", "/call/*");
        check("/r/0192f0c1-8a77-7cc0-b8ab-3f6d1ef1a111", "/r/*");
        check(
            "/guides/how-to-choose-a-lamp-for-2026",
            "/guides/how-to-choose-a-lamp-for-2026",
        );
        check(
            &format!("/{}", "a".repeat(500)),
            &format!("/{}", "a".repeat(119)),
        );
    }

    #[test]
    fn a_page_without_a_path_is_named_by_its_address() {
        let check = |url: Option<&str>, expected: &str| {
            let page = Page {
                url: url.map(str::to_owned),
                ..Page::default()
            };
            assert_eq!(page_name(&page), expected);
        };
        check(Some("https://shop.example/a/b?c=d"), "/a/b");
        check(Some("https://shop.example"), "/");
        check(Some("somewhere"), "");
        check(None, "");
    }

    #[test]
    fn hosts_are_read_out_of_addresses() {
        let check = |address: &str, host: &str| assert_eq!(host_of(address), host, "{address}");
        check("https://www.Shop.example:8080/a", "shop.example");
        check("https://user:word@shop.example", "shop.example");
        check("android-app://com.example/", "com.example");
        check("about:blank", "");
        check("https://", "");
    }

    #[test]
    fn what_is_written_with_percents_is_read() {
        let check = |text: &str, expected: &str| assert_eq!(decoded(text), expected);
        check("a%20b+c", "a b c");
        check("100%", "100%");
        check("%zz%4", "%zz%4");
        check("%00a", "a");
        check("%ff", "\u{fffd}");
    }
}
