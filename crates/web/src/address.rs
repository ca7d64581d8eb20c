//! Where the outside world finds the pages.

use std::str::FromStr;

use axum::http::Uri;

/// The address at which the outside world finds the pages: scheme, name, and a port that is not
/// the usual one. The pages are at its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// As links begin: `https://club.example.com`, without a slash at the end.
    pub text: String,
    /// The name, in small letters, without the port.
    pub host: String,
    /// Whether it is over TLS.
    pub is_secure: bool,
}

impl FromStr for PublicAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("{text}: {what}, such as https://club.example.com");
        let uri: Uri = text.parse().map_err(|_| wrong("this is no address"))?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("it begins with http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it has no name"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it holds no name or password of anybody"));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("the pages are at the root of a name of their own"));
        }
        let scheme = if is_secure { "https" } else { "http" };
        let name = authority.as_str().to_ascii_lowercase();
        Ok(Self {
            text: format!("{scheme}://{name}"),
            host: authority.host().to_ascii_lowercase(),
            is_secure,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_a_name() {
        let check = |text: &str, expected: Option<(&str, &str, bool)>| {
            let read: Result<PublicAddress, String> = text.parse();
            let read = read.ok();
            let read = read
                .as_ref()
                .map(|it| (it.text.as_str(), it.host.as_str(), it.is_secure));
            assert_eq!(read, expected, "{text}");
        };
        let club = "https://club.example.com";
        check(club, Some((club, "club.example.com", true)));
        check(
            "https://Club.Example.com/",
            Some((club, "club.example.com", true)),
        );
        let inside = "http://10.0.0.5:7777";
        check(inside, Some((inside, "10.0.0.5", false)));
        check(
            "http://[::1]:80/",
            Some(("http://[::1]:80", "[::1]", false)),
        );
        for text in [
            "",
            "club.example.com",
            "ftp://club.example.com",
            "https://",
            "https://club.example.com/fanous",
            "https://club.example.com/?a",
            "https://sara:secret@club.example.com",
        ] {
            check(text, None);
        }
    }
}
