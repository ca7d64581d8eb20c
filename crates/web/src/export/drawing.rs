//! A chart of a page as a drawing that stands alone: with its sentence, what its colours mean, and
//! its looks, in one file without scripts, links or fonts of ours.

use super::markup::{Piece, Tag, attributes, element, escaped, find, inside, pieces, words};
use super::style;
use crate::charts::{lines_of, width_of};
use crate::i18n::Speech;

/// The paper around everything.
const MARGIN: f64 = 16.0;
/// The size of the sentence, beside that of the words of a chart, and how high its lines are.
const TITLE_SIZE: f64 = 16.0;
const WORD_SIZE: f64 = 12.0;
const TITLE_LINE: f64 = 22.0;
const LEGEND_LINE: f64 = 22.0;
/// A coloured square of the legend, and the gap after an entry.
const SQUARE: f64 = 12.0;
const GAP: f64 = 18.0;
/// What belongs to a page and not to a drawing.
const OF_PAGES: [&str; 4] = ["href", "tabindex", "role", "data-"];

/// One of a chart's two parts.
struct Half<'a> {
    width: f64,
    height: f64,
    content: &'a str,
}

/// What a chart is drawn with.
pub(super) struct Drawing<'a> {
    pub(super) speech: &'a Speech,
    /// The sentence that it proves.
    pub(super) title: &'a str,
    /// Its element on the page.
    pub(super) chart: &'a str,
    /// What its colours mean, as the page has it.
    pub(super) legend: Option<&'a str>,
}

impl Drawing<'_> {
    /// The whole file; none when the chart has not both of its parts.
    pub(super) fn written(&self) -> Option<String> {
        let (scale, plot) = (half(self.chart, "scale")?, half(self.chart, "plot")?);
        let is_rtl = self.speech.direction == "rtl";
        let (_, Piece::Open(root)) = pieces(self.chart).next()? else {
            return None;
        };
        let is_mirrored = root.has_class("mirrored") && is_rtl;
        let inner = scale.width + plot.width;
        let titles = title_lines(self.title, inner);
        let (legend, legend_height) = self.legend(inner);
        let top = MARGIN + titles.len() as f64 * TITLE_LINE + legend_height + 9.0;
        let (width, height) = (inner + 2.0 * MARGIN, top + plot.height + MARGIN);
        let (scale_x, plot_x) = match is_mirrored {
            true => (plot.width, 0.0),
            false => (0.0, scale.width),
        };
        let (paper, ink) = (style::variable("--paper"), style::variable("--ink"));
        let classes = root.attribute("class").unwrap_or_default();
        let class = escaped(&classes);
        let sentence = self.sentence(&titles, inner);
        let legend_top = MARGIN + titles.len() as f64 * TITLE_LINE + 5.0;
        let sheet = format!(
            "{}text.sentence {{ fill: {ink}; font-size: {TITLE_SIZE}px; font-weight: 600; }}\n",
            style::rules()
        );
        Some(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"{tag}\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
             font-size=\"{WORD_SIZE}\">\n<title>{title}</title>\n\
             <style><![CDATA[\n{sheet}]]></style>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{paper}\"/>\n\
             <g class=\"chart\">\n{sentence}\
             <g transform=\"translate({MARGIN} {legend_top})\">{legend}</g>\n</g>\n\
             <g class=\"{class}\" transform=\"translate({MARGIN} {top})\">\n\
             <g transform=\"translate({scale_x} 0)\">{scale}</g>\n\
             <g transform=\"translate({plot_x} 0)\">{plot}</g>\n</g>\n</svg>\n",
            tag = self.speech.tag,
            title = escaped(self.title),
            scale = self.standalone(scale.content),
            plot = self.standalone(plot.content),
        ))
    }

    /// The sentence over the chart, from the side at which its readers begin.
    fn sentence(&self, lines: &[&str], width: f64) -> String {
        let (anchor, x) = match self.speech.direction {
            "rtl" => ("end", width + MARGIN),
            _ => ("start", MARGIN),
        };
        let lines = lines.iter().zip(1..).map(|(line, place)| {
            let y = MARGIN - 6.0 + f64::from(place) * TITLE_LINE;
            let line = self.said(&escaped(line));
            format!(
                "<text class=\"sentence\" x=\"{x}\" y=\"{y}\" \
                 text-anchor=\"{anchor}\">{line}</text>\n"
            )
        });
        lines.collect()
    }

    /// The legend in rows of the width of the chart, and how high they are.
    fn legend(&self, width: f64) -> (String, f64) {
        let is_rtl = self.speech.direction == "rtl";
        let mut drawn = String::new();
        let (mut x, mut y) = (0.0, 0.0);
        for entry in self.legend.map(entries).unwrap_or_default() {
            let said = words(entry);
            let long = SQUARE + 6.0 + width_of(&said) + GAP;
            if x > 0.0 && x + long > width {
                (x, y) = (0.0, y + LEGEND_LINE);
            }
            let (square, text, anchor) = match is_rtl {
                true => (width - x - SQUARE, width - x - SQUARE - 6.0, "end"),
                false => (x, x + SQUARE + 6.0, "start"),
            };
            let mark = find(entry, |tag| tag.name == "svg").map_or("", inside);
            drawn.push_str(&format!(
                "<g transform=\"translate({square:.1} {y})\">{}</g>\
                 <text x=\"{text:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                self.standalone(mark),
                y + 10.0,
                self.said(&escaped(&said)),
            ));
            x += long;
        }
        let height = if drawn.is_empty() {
            0.0
        } else {
            y + LEGEND_LINE
        };
        (drawn, height)
    }

    /// What is drawn, without what only a page can do: links and marks become groups that say their
    /// values when they are pointed at, as viewers of drawings show titles.
    fn standalone(&self, content: &str) -> String {
        let mut text = String::with_capacity(content.len());
        let mut silent = 0_usize;
        for (_, piece) in pieces(content) {
            match piece {
                Piece::Open(_) if silent > 0 => silent += 1,
                Piece::Open(tag) if tag.has_class("readout") => silent = 1,
                Piece::Open(tag) => open(&mut text, &tag),
                Piece::Close(_) if silent > 0 => silent -= 1,
                Piece::Close("a") => text.push_str("</g>"),
                Piece::Close(name) => text.push_str(&format!("</{name}>")),
                Piece::Text(words) if silent == 0 => text.push_str(&self.said(words)),
                Piece::Text(_) => {}
            }
        }
        text
    }

    /// Words of a drawing. Where they run from right to left each stands between isolates, for a
    /// drawing itself runs from left to right, and few viewers know another way to say so.
    fn said(&self, words: &str) -> String {
        let plain: String = words.chars().filter(|sign| !sign.is_control()).collect();
        match self.speech.direction == "rtl" && !plain.trim().is_empty() {
            true => isolated(&plain),
            false => plain,
        }
    }
}

/// Words that turn nothing around them, in the direction of their first letter.
fn isolated(words: &str) -> String {
    format!("\u{2068}{words}\u{2069}")
}

fn entries(legend: &str) -> Vec<&str> {
    let found = pieces(legend).filter(|(_, piece)| match piece {
        Piece::Open(tag) => tag.name == "li",
        _ => false,
    });
    found.map(|(place, _)| element(legend, place)).collect()
}

/// A sentence in lines of so many units.
fn title_lines(title: &str, width: f64) -> Vec<&str> {
    let width = width * WORD_SIZE / TITLE_SIZE;
    let mut lines = Vec::new();
    let mut rest = title;
    while !rest.is_empty() {
        let (line, after) = lines_of(rest, width);
        lines.push(line);
        rest = after;
    }
    lines
}

fn half<'a>(chart: &'a str, class: &str) -> Option<Half<'a>> {
    let svg = find(chart, |tag| tag.name == "svg" && tag.has_class(class))?;
    let (_, Piece::Open(tag)) = pieces(svg).next()? else {
        return None;
    };
    let held = tag.attribute("viewBox")?;
    let mut sizes = held.split(' ').skip(2).map(str::parse);
    Some(Half {
        width: sizes.next()?.ok()?,
        height: sizes.next()?.ok()?,
        content: inside(svg),
    })
}

fn open(text: &mut String, tag: &Tag<'_>) {
    let name = if tag.name == "a" { "g" } else { tag.name };
    text.push_str(&format!("<{name}"));
    let mut said = "";
    for (name, value) in attributes(tag.attributes) {
        match name {
            "aria-label" => said = value,
            "aria-hidden" => {}
            _ if OF_PAGES.iter().any(|start| name.starts_with(start)) => {}
            _ => text.push_str(&format!(" {name}=\"{value}\"")),
        }
    }
    text.push('>');
    if !said.is_empty() {
        let said: String = said.chars().filter(|sign| !sign.is_control()).collect();
        text.push_str(&format!("<title>{said}</title>"));
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::i18n::speech_for;

    #[test]
    fn links_become_groups_with_titles_and_nothing_else_of_the_page_stays() {
        let content = "<a class=\"mark x\" href=\"/a\" aria-label=\"reads 1\"><rect y=\"1\"></rect>\
            <text class=\"readout end\" aria-hidden=\"true\"><tspan>r</tspan></text></a>\
            <g tabindex=\"0\" role=\"img\">a &lt; b</g>";
        let expected = "<g class=\"mark x\"><title>reads 1</title><rect y=\"1\"></rect></g>\
            <g>a &lt; b</g>";
        let drawing = Drawing {
            speech: speech_for(&HeaderMap::new()),
            title: "",
            chart: "",
            legend: None,
        };
        assert_eq!(drawing.standalone(content), expected);
    }

    #[test]
    fn a_drawing_holds_both_parts_and_its_sentence() {
        let chart = "<div class=\"chart wide\" data-export=\"a\">\
            <svg class=\"scale\" viewBox=\"0 0 62 300\"><text>1</text></svg>\
            <svg class=\"plot\" viewBox=\"0 0 898 300\"><rect></rect></svg></div>";
        let drawing = Drawing {
            speech: speech_for(&HeaderMap::new()),
            title: "One & two.",
            chart,
            legend: Some("<ul><li><svg><rect class=\"part new\"></rect></svg>New</li></ul>"),
        };
        let drawn = drawing.written().expect("a drawing");
        for held in [
            "viewBox=\"0 0 992 ",
            "<title>One &amp; two.</title>",
            "<g class=\"chart wide\" ",
            "<g transform=\"translate(62 0)\"><rect></rect></g>",
            ">New</text>",
            "<rect class=\"part new\"></rect>",
        ] {
            assert!(drawn.contains(held), "{held} not in {drawn}");
        }
        let half = Drawing {
            chart: "<div class=\"chart\"><svg class=\"plot\"></svg></div>",
            ..drawing
        };
        assert_eq!(half.written(), None);
    }
}
