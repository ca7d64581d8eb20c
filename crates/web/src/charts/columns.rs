//! Columns over time.

use maud::{Markup, html};

use super::scale::Scale;
use super::{START, hatching, short, widest};
use crate::i18n::Speech;

/// The inner size of the plot, in units of its view box.
const WIDTH: f64 = 898.0;
/// A label is about so wide at most.
const LABEL_WIDTH: f64 = 90.0;
const PLOT_HEIGHT: f64 = 250.0;
/// The room above it, for a readout of one line.
const TOP: f64 = 34.0;

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

fn scale_of(chart: &ColumnChart) -> Scale {
    let sum = |parts: &[Part]| {
        let values = parts.iter().map(|part| part.value);
        values.fold(0_i64, i64::saturating_add)
    };
    let below = chart.columns.iter().map(|column| sum(&column.below)).max();
    let above = chart.columns.iter().map(|column| sum(&column.above)).max();
    let held = (below.unwrap_or(0), above.unwrap_or(0));
    Scale::of(held, chart.unit, (TOP, PLOT_HEIGHT))
}

/// Draws the columns.
pub(crate) fn columns(speech: &Speech, chart: &ColumnChart) -> Markup {
    let scale = scale_of(chart);
    let slot = WIDTH / chart.columns.len().max(1) as f64;
    let widest = widest(chart.columns.iter().map(|column| column.label.as_str()));
    let each = (widest / slot).ceil().max(1.0) as usize;
    let bottom = TOP + PLOT_HEIGHT;
    let hatch = format!("{}-hatch", chart.id);
    let height = bottom + 28.0;
    html! {
        div.chart.wide tabindex="0" role="group" aria-label=(chart.label) data-chart="newest"
            data-export=(chart.id) {
            // The axis stays when the months are scrolled on a narrow screen.
            svg.scale viewBox=(format!("0 0 {START} {height}")) aria-hidden="true" {
                @for tick in scale.ticks() {
                    text.end x=(START - 8.0) y=(short(scale.y(tick) + 4.0)) {
                        ((chart.tick)(speech, tick.abs() / chart.unit.max(1)))
                    }
                }
            }
            svg.plot viewBox=(format!("0 0 {WIDTH} {height}")) role="group" {
                (hatching(&hatch))
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
                        // Under a narrow last column a label would stand out of the drawing.
                        @let is_edge = place + 1 == chart.columns.len() && slot < LABEL_WIDTH;
                        @let middle = short((place as f64 + 0.5) * slot);
                        text.middle[!is_edge].end[is_edge] aria-hidden="true" y=(bottom + 20.0)
                            x=(if is_edge { short(WIDTH) } else { middle }) { (column.label) }
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
        g.mark.column.shown[is_shown] tabindex="0" role="group" aria-label=(column.readout) {
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
    *stack = stack.saturating_add(value);
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
