//! Charts as SVG, drawn here and themed by the style sheet: values on hover and on focus without
//! a script, patterns for what is unfinished, and no colour that says something alone.

use maud::{Markup, html};

use crate::i18n::Speech;

/// The inner size of a chart, in units of its view box.
const WIDTH: f64 = 898.0;
const PLOT_HEIGHT: f64 = 250.0;
/// The width of the axis beside the plot; the style sheet knows the ratio of the two.
const START: f64 = 62.0;
const TOP: f64 = 34.0;
/// Labels of the time axis closer than this would touch.
const LABEL_WIDTH: f64 = 62.0;

/// Columns over time: parts stacked above the axis, and parts that hang below it.
pub(crate) struct ColumnChart {
    /// Tells this chart's patterns from those of others on the page.
    pub(crate) id: &'static str,
    /// What a screen reader hears instead.
    pub(crate) label: String,
    pub(crate) columns: Vec<Column>,
    /// Writes a value for the axis.
    pub(crate) tick: fn(&Speech, i64) -> String,
    /// Which column is read out while none is pointed at.
    pub(crate) shown: usize,
    /// The multiple that axis values are counted in: 1, or the minor units of a currency.
    pub(crate) unit: i64,
}

/// One column.
pub(crate) struct Column {
    /// Under the axis.
    pub(crate) label: String,
    /// Everything that the column says, shown on hover and focus.
    pub(crate) readout: String,
    /// Not over yet: hatched.
    pub(crate) is_running: bool,
    /// From the axis upwards.
    pub(crate) above: Vec<Part>,
    /// From the axis downwards.
    pub(crate) below: Vec<Part>,
}

/// One part of a column.
pub(crate) struct Part {
    /// Its class, which gives the colour.
    pub(crate) class: &'static str,
    /// How much; never negative.
    pub(crate) value: i64,
    /// What it says, and where it leads.
    pub(crate) title: String,
    pub(crate) href: Option<String>,
}

/// Where values lie on the plot.
struct Scale {
    lowest: i64,
    highest: i64,
    step: i64,
}

impl Scale {
    fn of(columns: &[Column], unit: i64) -> Self {
        let sum = |parts: &[Part]| parts.iter().map(|part| part.value).sum::<i64>();
        let above = columns
            .iter()
            .map(|column| sum(&column.above))
            .max()
            .unwrap_or(0);
        let below = columns
            .iter()
            .map(|column| sum(&column.below))
            .max()
            .unwrap_or(0);
        let step = round_step((above + below) / unit.max(1)).saturating_mul(unit.max(1));
        let up = |value: i64| (value + step - 1) / step * step;
        Self {
            lowest: -up(below),
            highest: up(above).max(step),
            step,
        }
    }

    fn y(&self, value: i64) -> f64 {
        let span = (self.highest - self.lowest) as f64;
        TOP + (self.highest - value) as f64 / span * PLOT_HEIGHT
    }

    fn ticks(&self) -> impl Iterator<Item = i64> {
        let (step, highest) = (self.step, self.highest);
        (0..)
            .map(move |place| self.lowest + place * step)
            .take_while(move |tick| *tick <= highest)
    }
}

/// A step of 1, 2 or 5 times a power of ten that divides a span into about five.
fn round_step(span: i64) -> i64 {
    let rough = (span / 5).max(1);
    let mut power = 1;
    while power <= rough / 10 {
        power *= 10;
    }
    [1, 2, 5, 10]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(1)
}

/// Rounds to tenths, so that the page is short and the same on every machine.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A share with its interval, drawn on a line from nothing to all.
pub(crate) fn interval(share: f64, low: f64, high: f64) -> Markup {
    let at = |share: f64| short(share.clamp(0.0, 1.0) * 160.0);
    html! {
        svg.interval viewBox="-4 0 168 12" aria-hidden="true" {
            line.track x1="0" x2="160" y1="6" y2="6" {}
            line.band x1=(at(low)) x2=(at(high)) y1="6" y2="6" {}
            line.point x1=(at(share)) x2=(at(share)) y1="1" y2="11" {}
        }
    }
}

/// Draws the columns.
pub(crate) fn columns(speech: &Speech, chart: &ColumnChart) -> Markup {
    let scale = Scale::of(&chart.columns, chart.unit);
    let slot = WIDTH / chart.columns.len().max(1) as f64;
    let each = (LABEL_WIDTH / slot).ceil().max(1.0) as usize;
    let bottom = TOP + PLOT_HEIGHT;
    let hatch = format!("{}-hatch", chart.id);
    let height = bottom + 28.0;
    html! {
        div.chart tabindex="0" role="group" aria-label=(chart.label) data-chart {
            // The axis stays when the months are scrolled on a narrow screen.
            svg.scale viewBox=(format!("0 0 {START} {height}")) aria-hidden="true" {
                @for tick in scale.ticks() {
                    text.end x=(START - 8.0) y=(short(scale.y(tick) + 4.0)) {
                        ((chart.tick)(speech, tick.abs() / chart.unit.max(1)))
                    }
                }
            }
            svg.plot viewBox=(format!("0 0 {WIDTH} {height}")) role="group" {
                defs {
                    pattern id=(hatch) width="6" height="6" patternUnits="userSpaceOnUse"
                        patternTransform="rotate(45)" {
                        line.hatch x1="0" y1="0" x2="0" y2="6" {}
                    }
                }
                @for tick in scale.ticks() {
                    line.grid.zero[tick == 0] x1="0" x2=(WIDTH)
                        y1=(short(scale.y(tick))) y2=(short(scale.y(tick))) {}
                }
                @for (place, column) in chart.columns.iter().enumerate() {
                    (draw_column(
                        &scale,
                        column,
                        (place as f64 * slot, slot),
                        &hatch,
                        place == chart.shown,
                    ))
                    @if (chart.columns.len() - 1 - place).is_multiple_of(each) {
                        text.middle aria-hidden="true" y=(bottom + 20.0)
                            x=(short((place as f64 + 0.5) * slot)) { (column.label) }
                    }
                }
            }
        }
    }
}

fn draw_column(
    scale: &Scale,
    column: &Column,
    (x, slot): (f64, f64),
    hatch: &str,
    is_shown: bool,
) -> Markup {
    let gap = (slot * 0.14).clamp(1.0, 9.0);
    let (left, width) = (x + gap, (slot - 2.0 * gap).max(1.0));
    let (top, foot) = (scale.y(scale.highest), scale.y(scale.lowest));
    let mut up = 0;
    let mut down = 0;
    let above: Vec<_> = column
        .above
        .iter()
        .map(|part| place(&mut up, part.value))
        .collect();
    let below: Vec<_> = column
        .below
        .iter()
        .map(|part| place(&mut down, -part.value))
        .collect();
    let parts = column
        .above
        .iter()
        .chain(&column.below)
        .zip(above.into_iter().chain(below));
    html! {
        g.column.shown[is_shown] tabindex="0" role="group" aria-label=(column.readout) {
            rect.reach x=(short(x)) y=(short(top)) width=(short(slot))
                height=(short(foot - top)) {}
            @for (part, (from, to)) in parts {
                @if part.value > 0 {
                    (draw_part(scale, part, (from, to), (left, width), column, hatch))
                }
            }
            // Written from the nearer side, so that it is seen when only that side is in sight.
            @if left + width / 2.0 < WIDTH / 2.0 {
                text.readout x="0" y="16" { (column.readout) }
            } @else {
                text.readout.end x=(WIDTH) y="16" { (column.readout) }
            }
        }
    }
}

/// Puts a part on the stack and says where it lies, the higher value first.
fn place(stack: &mut i64, value: i64) -> (i64, i64) {
    let before = *stack;
    *stack += value;
    (before.max(*stack), before.min(*stack))
}

fn draw_part(
    scale: &Scale,
    part: &Part,
    (high, low): (i64, i64),
    (left, width): (f64, f64),
    column: &Column,
    hatch: &str,
) -> Markup {
    let (y, end) = (scale.y(high), scale.y(low));
    // A hair of paper between the parts, so that they can be told apart without colour.
    let height = (end - y - 0.8).max(0.6);
    let class = format!("part {}", part.class);
    let shape = html! {
        rect class=(class) x=(short(left)) y=(short(y)) width=(short(width))
            height=(short(height)) { title { (part.title) } }
        @if column.is_running {
            rect.unfinished x=(short(left)) y=(short(y)) width=(short(width))
                height=(short(height)) fill=(format!("url(#{hatch})")) {}
        }
    };
    html! {
        @match &part.href {
            Some(href) => a href=(href) aria-label=(part.title) { (shape) },
            None => (shape),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::i18n::speech_for;

    #[test]
    fn steps_are_round_and_few() {
        for (span, step) in [
            (0, 1),
            (4, 1),
            (9, 1),
            (10, 2),
            (44, 10),
            (1_700, 500),
            (9_999, 2_000),
        ] {
            assert_eq!(round_step(span), step, "{span}");
        }
    }

    fn part(class: &'static str, value: i64) -> Part {
        Part {
            class,
            value,
            title: format!("{value} {class}"),
            href: None,
        }
    }

    #[test]
    fn parts_stand_on_each_other_and_hang_below() {
        let column = Column {
            label: "Mar".to_owned(),
            readout: "March: 3, 2".to_owned(),
            is_running: true,
            above: vec![part("returning", 3), part("new", 0), part("won-back", 2)],
            below: vec![part("lapsed", 5)],
        };
        let chart = ColumnChart {
            id: "test",
            label: "Customers".to_owned(),
            columns: vec![column],
            tick: Speech::number,
            shown: 0,
            unit: 1,
        };
        let drawn = columns(speech_for(&HeaderMap::new()), &chart).into_string();
        // The scale runs from −6 to 6 in steps of 2: five units are 250 · 5 / 12 high.
        assert!(
            drawn.contains(r#"<rect class="part returning" x="9" y="96.5""#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"<rect class="part won-back" x="9" y="54.8""#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"<rect class="part lapsed" x="9" y="159" width="880""#),
            "{drawn}"
        );
        assert!(
            !drawn.contains("part new"),
            "nothing is drawn for nothing: {drawn}"
        );
        assert_eq!(drawn.matches("url(#test-hatch)").count(), 3, "{drawn}");
        assert!(drawn.contains(r#"aria-label="March: 3, 2""#), "{drawn}");
    }

    #[test]
    fn an_empty_chart_is_no_accident() {
        let chart = ColumnChart {
            id: "test",
            label: String::new(),
            columns: Vec::new(),
            tick: Speech::number,
            shown: 0,
            unit: 100,
        };
        assert!(
            columns(speech_for(&HeaderMap::new()), &chart)
                .into_string()
                .contains("<svg")
        );
    }
}
