//! The tracker: the one file of ours that stands in other sites' pages.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::fingerprint;

/// The file as it is written, for its readers.
const SOURCE: &str = include_str!("tracker.js");

/// Its address is in shops' pages and cannot change with its content, so it is asked for anew.
const CACHE: &str = "public, max-age=3600, must-revalidate";

/// The file as it is sent.
static BARE: LazyLock<String> = LazyLock::new(|| bare(SOURCE));

/// A name of its content. It is a weak one, because it is sent packed and unpacked.
static TAG: LazyLock<String> = LazyLock::new(|| format!("W/\"{:016x}\"", fingerprint(&BARE)));

/// Takes off what only readers need: indentation, empty lines, and comments that have a line of
/// their own. Lines stay lines, so no statement changes its meaning; a test holds that no text of
/// the file goes over the end of a line.
fn bare(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Any site may load it: it says nothing but what stands in this program.
pub(super) async fn tracker(headers: HeaderMap) -> Response {
    let kept = [
        (header::ETAG, TAG.as_str()),
        (header::CACHE_CONTROL, CACHE),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    if is_known(&headers) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let media = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kept, media, BARE.as_str()).into_response()
}

/// Whether the asker has it already.
fn is_known(headers: &HeaderMap) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter();
    given
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == TAG.trim_start_matches("W/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_readers_need_is_taken_off() {
        let check = |source: &str, expected: &str| assert_eq!(bare(source), expected, "{source}");
        check("  a();\n", "a();\n");
        check("a();\n\n  // why\n  b();", "a();\nb();\n");
        check("const a = \"https://b\";", "const a = \"https://b\";\n");
        check("a(); // why", "a(); // why\n");
        check("", "");
    }

    #[test]
    fn the_source_is_written_so_that_it_can_be_taken_off() {
        for sign in ["`", "/*", "\\\n"] {
            assert!(!SOURCE.contains(sign), "{sign} may go over a line's end");
        }
        let version = format!("const version = \"{}\";", env!("CARGO_PKG_VERSION"));
        assert!(SOURCE.contains(&version), "{version}");
        assert!(SOURCE.lines().all(|line| line.chars().count() <= 100));
    }

    #[test]
    fn who_has_it_is_not_sent_it_again() {
        let check = |given: &str, known: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, given.parse().expect("a header"));
            assert_eq!(is_known(&headers), known, "{given}");
        };
        let strong = TAG.trim_start_matches("W/");
        check(&TAG, true);
        check(strong, true);
        check(&format!("\"other\", {}", *TAG), true);
        check("*", true);
        check("\"other\"", false);
        check("", false);
        assert!(!is_known(&HeaderMap::new()));
    }
}
