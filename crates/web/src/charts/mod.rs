//! Charts as SVG, drawn here and themed by the style sheet: values on hover and on focus without
//! a script, patterns for what is unfinished, and no colour that says something alone.
//!
//! A chart is data in and markup out. Words and numbers come from the page as text; where a mark
//! leads, it is a link. All geometry is attributes and all looks are classes, because the pages
//! allow no inline style. Time runs from left to right in every language; what has no time in it
//! is mirrored with the page.

mod bars;
mod columns;
mod curve;
mod heat_map;
mod in_row;
mod scale;
#[cfg(test)]
mod tests;

use maud::{Markup, html};

pub(crate) use bars::{Bar, Bars, bars};
pub(crate) use columns::{Column, ColumnChart, Part, columns};
pub(crate) use curve::{Axis, Curve, Line, Note, Point, Region, Sample, Series, curve};
pub(crate) use heat_map::{Cell, HeatMap, HeatRow, Runs, heat_map, heat_table};
pub(crate) use in_row::{interval, row_bar};
use scale::short;

/// How much of the page a chart takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// All of it; a phone scrolls the plot beside its labels.
    Wide,
    /// One of two columns; on a phone all of it, without scrolling.
    Half,
}

impl Size {
    /// The inner width, in units of the view box: about a pixel. The style sheet knows both.
    fn width(self) -> f64 {
        match self {
            Self::Wide => 960.0,
            Self::Half => 440.0,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Half => "half",
        }
    }
}

/// The width of an axis beside the plot.
const START: f64 = 62.0;
/// The room above the plot, where the readout is written.
const TOP: f64 = 40.0;
/// Labels of an axis closer than this would touch.
const LABEL_WIDTH: f64 = 62.0;
/// Letters are about this wide on average, in the fonts and sizes of charts.
const LETTER: f64 = 6.6;
/// Signs that are as wide as they are high.
const SQUARE: f64 = 12.6;

/// A chart's two drawings: the scale, which stays in sight, and the plot, which may be scrolled.
struct Frame<'a> {
    /// Classes that tell the style sheet the ratio of the two widths.
    class: String,
    /// Its name among what a page hands out as files.
    id: &'a str,
    label: &'a str,
    start: f64,
    width: f64,
    height: f64,
}

impl Frame<'_> {
    fn draw(&self, scale: &Markup, plot: &Markup) -> Markup {
        let height = short(self.height);
        html! {
            div class={ "chart " (self.class) } tabindex="0" role="group" aria-label=(self.label)
                data-chart data-export=(self.id) {
                svg.scale viewBox={ "0 0 " (short(self.start)) " " (height) } aria-hidden="true" {
                    (scale)
                }
                svg.plot viewBox={ "0 0 " (short(self.width)) " " (height) } role="group" {
                    (plot)
                }
            }
        }
    }
}

/// Something that takes the focus, says its values and may lead somewhere.
fn mark(class: &str, readout: &str, href: Option<&str>, content: &Markup) -> Markup {
    html! {
        @match href {
            Some(href) => a class={ "mark " (class) } href=(href) aria-label=(readout) {
                (content)
            },
            None => g class={ "mark " (class) } tabindex="0" role="img" aria-label=(readout) {
                (content)
            },
        }
    }
}

/// What a mark says, above the plot, on at most two lines. It is written from the side that is
/// nearer to the mark, so that it is seen when only that side is in sight.
fn readout(words: &str, at: f64, width: f64) -> Markup {
    let is_late = at > width / 2.0;
    let x = if is_late { short(width) } else { "0".into() };
    let lines = lines_of(words, width);
    html! {
        @match lines {
            (only, "") => text.readout.end[is_late] aria-hidden="true" x=(x) y="24" { (only) },
            (first, second) => text.readout.end[is_late] aria-hidden="true" {
                tspan x=(x) y="12" { (first) }
                tspan x=(x) y="28" { (second) }
            },
        }
    }
}

/// Breaks words at the last place before the width is full; the second line takes the rest.
pub(crate) fn lines_of(words: &str, width: f64) -> (&str, &str) {
    let mut taken = 0.0;
    let full = words.char_indices().find(|(place, sign)| {
        taken += width_of(&words[*place..place + sign.len_utf8()]);
        taken > width
    });
    let Some((full, _)) = full else {
        return (words, "");
    };
    // Chinese has no spaces; its lines end after a sign that ends a part of a sentence.
    let ends = words[..full].char_indices().rev();
    let mut ends = ends.filter(|(_, sign)| [' ', '，', '、', '；', '：'].contains(sign));
    match ends.next() {
        Some((end, ' ')) => (&words[..end], &words[end + 1..]),
        Some((end, sign)) => words.split_at(end + sign.len_utf8()),
        None => (words, ""),
    }
}

/// The lines that say "not over yet", without any colour.
fn hatching(id: &str) -> Markup {
    html! {
        defs {
            pattern id=(id) width="6" height="6" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)" {
                line.hatch x1="0" y1="0" x2="0" y2="6" {}
            }
        }
    }
}

/// How wide a label is, about. Signs of Chinese are squares, and marks have no width.
pub(crate) fn width_of(label: &str) -> f64 {
    let widths = label.chars().map(|sign| match sign {
        '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' => SQUARE,
        '\u{61c}' | '\u{200c}'..='\u{200f}' | '\u{2066}'..='\u{2069}' => 0.0,
        _ => LETTER,
    });
    widths.sum()
}

/// How wide the widest of some labels is, with air around it.
fn widest<'a>(labels: impl Iterator<Item = &'a str>) -> f64 {
    labels.map(width_of).fold(0.0, f64::max) + 10.0
}
