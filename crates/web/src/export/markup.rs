//! Our own markup, read again: what `maud` wrote has every attribute in quotes and every sign that
//! could end a tag escaped, so a small reader is enough, and it is for nothing else.

/// A part of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<name …>`.
    Open(Tag<'a>),
    /// `</name>`.
    Close(&'a str),
    /// What stands between tags, still escaped.
    Text(&'a str),
}

/// The start of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    /// What stands behind the name, with a space before each attribute.
    pub(super) attributes: &'a str,
}

/// Elements without an end.
const VOID: [&str; 6] = ["input", "meta", "link", "br", "hr", "img"];

impl Tag<'_> {
    /// The value of an attribute, unescaped.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = attributes(self.attributes);
        let found = attributes.find(|(known, _)| *known == name)?;
        Some(unescaped(found.1))
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        let classes = self.attribute("class").unwrap_or_default();
        classes.split(' ').any(|known| known == class)
    }

    pub(super) fn is_void(&self) -> bool {
        VOID.contains(&self.name)
    }
}

/// Attributes with their values, still escaped; one without a value has an empty one.
pub(super) fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        let Some(value) = after.strip_prefix("=\"") else {
            rest = after;
            return Some((name, ""));
        };
        let (value, after) = value.split_once('"').unwrap_or((value, ""));
        rest = after;
        Some((name, value))
    })
}

/// The parts of markup, each with the place at which it begins.
pub(super) fn pieces(markup: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut place = 0;
    std::iter::from_fn(move || {
        let (start, rest) = (place, &markup[place..]);
        if rest.is_empty() {
            return None;
        }
        if !rest.starts_with('<') {
            let end = rest.find('<').unwrap_or(rest.len());
            place += end;
            return Some((start, Piece::Text(&rest[..end])));
        }
        let end = rest.find('>').unwrap_or(rest.len() - 1);
        place += end + 1;
        let inside = &rest[1..end.max(1)];
        let piece = match inside.strip_prefix('/') {
            Some(name) => Piece::Close(name),
            None => {
                let end = inside.find(' ').unwrap_or(inside.len());
                let (name, attributes) = inside.split_at(end);
                Piece::Open(Tag { name, attributes })
            }
        };
        Some((start, piece))
    })
}

/// The element that begins at a place, with its tags.
pub(super) fn element(markup: &str, start: usize) -> &str {
    let rest = &markup[start..];
    let mut depth = 0_usize;
    for (place, piece) in pieces(rest) {
        match piece {
            Piece::Open(tag) if !tag.is_void() => depth += 1,
            Piece::Close(name) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &rest[..place + name.len() + 3];
                }
            }
            _ => {}
        }
    }
    rest
}

/// What stands inside an element.
pub(super) fn inside(element: &str) -> &str {
    let start = element.find('>').map_or(0, |end| end + 1);
    let end = element.rfind("</").unwrap_or(element.len());
    &element[start..end.max(start)]
}

/// The first element within some markup for which something holds.
pub(super) fn find(markup: &str, holds: impl Fn(&Tag<'_>) -> bool) -> Option<&str> {
    let found = pieces(markup).find(|(_, piece)| match piece {
        Piece::Open(tag) => holds(tag),
        _ => false,
    });
    found.map(|(place, _)| element(markup, place))
}

/// The words of some markup, without what is only heard, drawn or pressed.
pub(super) fn words(markup: &str) -> String {
    let mut said = String::new();
    // The depth of what is left out, while there is something.
    let mut silent = 0_usize;
    for (_, piece) in pieces(markup) {
        match piece {
            Piece::Open(tag) if tag.is_void() => {}
            Piece::Open(_) if silent > 0 => silent += 1,
            Piece::Open(tag) if is_silent(&tag) => silent = 1,
            // A note under a word is another word.
            Piece::Open(tag) if tag.name == "small" => said.push(' '),
            Piece::Text(text) if silent == 0 => said.push_str(&unescaped(text)),
            Piece::Close(_) => silent = silent.saturating_sub(1),
            _ => {}
        }
    }
    let is_isolate = |sign: char| matches!(sign, '\u{2066}'..='\u{2069}');
    let said = said.replace(is_isolate, "");
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_silent(tag: &Tag<'_>) -> bool {
    ["svg", "form", "button"].contains(&tag.name) || tag.has_class("heard")
}

/// Text as it was before it was escaped.
pub(super) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Text as it stands in markup.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_is_seen() {
        let check = |markup: &str, said: &str| assert_eq!(words(markup), said, "{markup}");
        check("a<small>b</small>", "a b");
        check("<a href=\"/?a&gt;b\">1 &lt; 2</a>", "1 < 2");
        check("<span class=\"n heard\">x</span>y", "y");
        check(
            "<svg><text>1</text></svg><form><input name=\"a\"><button>b</button></form>c",
            "c",
        );
        check("&amp;lt;", "&lt;");
        check("\u{2068}a\u{2069}  b\n", "a b");
        check("<", "");
    }

    #[test]
    fn elements_end_where_they_began() {
        let check = |markup: &str, found: &str| assert_eq!(element(markup, 0), found);
        check("<p>a<br>b<p>c</p></p><p>", "<p>a<br>b<p>c</p></p>");
        check("<p>never", "<p>never");
        assert_eq!(inside("<p class=\"a\">b</p>"), "b");
    }

    #[test]
    fn attributes_are_read() {
        let tag = Tag {
            name: "td",
            attributes: " data-x data-value=\"a &amp; b\" class=\"n\"",
        };
        assert_eq!(tag.attribute("data-value").as_deref(), Some("a & b"));
        assert_eq!(tag.attribute("data-x").as_deref(), Some(""));
        assert_eq!(tag.attribute("data"), None);
        assert!(tag.has_class("n"));
    }
}
