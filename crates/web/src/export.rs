//! Every table of figures and every chart as a file: what a page shows, taken from the page.
//!
//! A table or a chart that may be taken says its name in `data-export`. Beside it stands a link to
//! the same address with `export=name.csv` or `export=name.svg`, so the filters in an address
//! hold for the file, and so do the gate of the page and its row in the audit: the page is made
//! as ever, and only its part is handed on.

mod drawing;
mod markup;
mod style;
mod table;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::asked::encoded;
use crate::errors::Refusal;
use crate::i18n::{Speech, Words, speech_for};
use drawing::Drawing;
use markup::{Piece, Tag, element, escaped, find, pieces, words};
use table::rows;
pub(crate) use table::{BOM, all_rows, written};

/// The parameter that asks for a file.
const PARAMETER: &str = "export=";
/// No page of ours is larger.
const PAGE_BYTES_MAX: usize = 32 << 20;
/// Longer names of files are cut.
const NAME_SIGNS_MAX: usize = 80;

/// What kind of file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Svg,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Svg => "svg",
        }
    }

    const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The key of the link.
    const fn key(self) -> &'static str {
        match self {
            Self::Csv => "common-export-csv",
            Self::Svg => "common-export-svg",
        }
    }
}

/// A table or a chart of a page.
struct Part<'a> {
    name: String,
    kind: Kind,
    /// Where it begins on the page.
    start: usize,
    element: &'a str,
    /// What it is called.
    label: String,
}

/// Sets the links into a page, or answers with the file that is asked for.
pub(crate) async fn take(request: Request, next: Next) -> Response {
    let is_read = request.method() == Method::GET;
    let uri = request.uri().clone();
    let speech = speech_for(request.headers());
    let response = next.run(request).await;
    let media = response.headers().get(header::CONTENT_TYPE);
    let is_page = media.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    if !is_read || !is_page || response.status() != StatusCode::OK {
        return response;
    }
    let is_waiting = response.headers().contains_key("refresh");
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, PAGE_BYTES_MAX).await else {
        return Refusal::TooLarge.into_response();
    };
    let page = String::from_utf8_lossy(&bytes);
    match asked(&uri) {
        // The figures of a page that waits for them cannot be taken yet.
        Some(_) if is_waiting => Refusal::Busy.into_response(),
        Some(name) => file(&page, speech, &uri, name),
        None => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(linked(&page, speech, &uri)))
        }
    }
}

/// The file that an address asks for.
fn asked(uri: &Uri) -> Option<&str> {
    let mut fields = uri.query().unwrap_or_default().split('&');
    fields.find_map(|field| field.strip_prefix(PARAMETER))
}

/// The address of a file of the page at this address.
fn address(uri: &Uri, name: &str, kind: Kind) -> String {
    let fields = uri.query().unwrap_or_default().split('&');
    let fields = fields.filter(|field| !field.is_empty() && !field.starts_with(PARAMETER));
    let mut address = format!("{}?", uri.path());
    for field in fields {
        address.push_str(field);
        address.push('&');
    }
    address + PARAMETER + name + "." + kind.word()
}

/// The tables and charts of a page that may be taken.
fn parts(page: &str) -> Vec<Part<'_>> {
    let found = page.match_indices(" data-export=\"").filter_map(|(at, _)| {
        let start = page[..at].rfind('<')?;
        let element = element(page, start);
        let (_, Piece::Open(tag)) = pieces(element).next()? else {
            return None;
        };
        Some(Part {
            name: tag.attribute("data-export")?,
            kind: if tag.name == "table" {
                Kind::Csv
            } else {
                Kind::Svg
            },
            start,
            element,
            label: label(&tag, element),
        })
    });
    found.collect()
}

fn label(tag: &Tag<'_>, element: &str) -> String {
    let caption = || {
        let caption = find(element, |tag| tag.name == "caption")?;
        Some(words(markup::inside(caption)))
    };
    tag.attribute("aria-label")
        .or_else(caption)
        .unwrap_or_default()
}

/// The page with a link beside each part; a chart has the one of its table, too, which is closed
/// at first.
fn linked(page: &str, speech: &Speech, uri: &Uri) -> String {
    let parts = parts(page);
    let has = |name: &str, kind| parts.iter().any(|it| it.name == name && it.kind == kind);
    let mut text = String::with_capacity(page.len() + parts.len() * 256);
    let mut done = 0;
    for part in &parts {
        let end = part.start + part.element.len();
        text.push_str(&page[done..end]);
        done = end;
        let kinds: &[Kind] = match part.kind {
            Kind::Csv if has(&part.name, Kind::Svg) => &[],
            Kind::Csv => &[Kind::Csv],
            Kind::Svg if has(&part.name, Kind::Csv) => &[Kind::Svg, Kind::Csv],
            Kind::Svg => &[Kind::Svg],
        };
        if !kinds.is_empty() {
            let links = kinds.iter().map(|kind| link(part, *kind, speech, uri));
            let links: Vec<String> = links.collect();
            text.push_str(&format!("<p class=\"exports\">{}</p>", links.join(" ")));
        }
    }
    text.push_str(&page[done..]);
    text
}

fn link(part: &Part<'_>, kind: Kind, speech: &Speech, uri: &Uri) -> String {
    let said = speech.say(kind.key());
    let words = Words::new()
        .text("link", said.as_str())
        .text("label", part.label.as_str());
    format!(
        "<a href=\"{}\" download aria-label=\"{}\">{}</a>",
        escaped(&address(uri, &part.name, kind)),
        escaped(&speech.say_with("common-export-label", words)),
        escaped(&said),
    )
}

/// The file of a part.
fn file(page: &str, speech: &Speech, uri: &Uri, asked: &str) -> Response {
    let parts = parts(page);
    let is_asked = |part: &&Part<'_>| format!("{}.{}", part.name, part.kind.word()) == asked;
    let Some(part) = parts.iter().find(is_asked) else {
        return Refusal::NotFound.into_response();
    };
    let text = match part.kind {
        Kind::Csv => Some(BOM.to_owned() + &written(&rows(part.element))),
        Kind::Svg => {
            let title = sentence(page, part);
            let drawing = Drawing {
                speech,
                title: &title,
                chart: part.element,
                legend: legend(page, part.start),
            };
            drawing.written()
        }
    };
    match text {
        Some(text) => answer(part.kind, &file_name(uri, &part.name), &part.label, text),
        None => Refusal::NotFound.into_response(),
    }
}

/// The sentence that a chart proves: the heading above it.
fn sentence(page: &str, part: &Part<'_>) -> String {
    let before = &page[..part.start];
    let heading = ["<h1", "<h2"]
        .iter()
        .filter_map(|tag| before.rfind(tag))
        .max();
    match heading {
        Some(start) => words(markup::inside(element(page, start))),
        None => part.label.clone(),
    }
}

/// What the colours of a chart mean, as it stands in its figure.
fn legend(page: &str, chart: usize) -> Option<&str> {
    let start = page[..chart].rfind("<figure")?;
    find(&page[start..chart], |tag| {
        tag.name == "ul" && tag.has_class("legend")
    })
}

/// The page and the part, such as `retention-cohorts`.
fn file_name(uri: &Uri, name: &str) -> String {
    let mut folders = uri.path().split('/').filter(|part| !part.is_empty());
    let page = match (folders.next(), folders.next()) {
        (None, _) => "overview",
        (Some("customers"), Some(_)) => "customer",
        (Some(page), _) => page,
    };
    if page == name {
        name.to_owned()
    } else {
        format!("{page}-{name}")
    }
}

/// The table of customers as a file: it has rows that its page does not show.
pub(crate) fn customers(label: &str, text: String) -> Response {
    answer(Kind::Csv, "customers", label, text)
}

/// Whether an address asks for the table of this name.
pub(crate) fn asks_for(address: &str, name: &str) -> bool {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let wanted = format!("{PARAMETER}{name}.csv");
    query.split('&').any(|field| field == wanted)
}

fn answer(kind: Kind, plain: &str, label: &str, text: String) -> Response {
    let word = kind.word();
    let is_kept = |sign: &char| !sign.is_control() && !"/\\:*?\"<>|".contains(*sign);
    let shown: String = label.chars().filter(is_kept).take(NAME_SIGNS_MAX).collect();
    let shown = shown.trim().trim_end_matches('.');
    let shown = if shown.is_empty() { plain } else { shown };
    let name = format!(
        "attachment; filename=\"{plain}.{word}\"; filename*=UTF-8''{}.{word}",
        encoded(shown)
    );
    let headers = [
        (header::CONTENT_TYPE, kind.media().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_stays_in_the_address() {
        let check = |from: &'static str, expected: &str| {
            let uri = Uri::from_static(from);
            assert_eq!(address(&uri, "flows", Kind::Svg), expected);
        };
        check("/", "/?export=flows.svg");
        check(
            "/customers?where=a%20%3E%201&sort=net",
            "/customers?where=a%20%3E%201&sort=net&export=flows.svg",
        );
        check("/a?export=b.csv&c=d", "/a?c=d&export=flows.svg");
        assert!(asks_for("/customers?a=b&export=customers.csv", "customers"));
        assert!(!asks_for(
            "/customers?query=export=customers.csv",
            "customers"
        ));
    }

    #[test]
    fn names_of_files_are_safe() {
        let check = |path: &'static str, page: &str, name: &str| {
            let named = file_name(&Uri::from_static(path), name);
            assert_eq!(named, format!("{page}-{name}"));
        };
        check("/", "overview", "flows");
        check("/retention", "retention", "cohorts");
        check("/customers/cus_1", "customer", "wallet");
        let whole = file_name(&Uri::from_static("/customers"), "customers");
        assert_eq!(whole, "customers");
        let file = answer(Kind::Csv, "a", "Umsätze: \"x\"/\r\n.", String::new());
        let name = file.headers()[header::CONTENT_DISPOSITION]
            .to_str()
            .expect("ASCII");
        assert_eq!(
            name,
            "attachment; filename=\"a.csv\"; filename*=UTF-8''Ums%C3%A4tze%20x.csv"
        );
    }
}
